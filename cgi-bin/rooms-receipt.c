/*
 * rooms-receipt.c - how far members have read: receipts, and the marker that
 * a client keeps for its user (client-server API, "Receipts", "Read and unread
 * markers"; 2015.md 16.4).
 */
#include <string.h>

#include "matrix/account_data.h"
#include "matrix/ids.h"
#include "matrix/shape.h"
#include "matrix/visibility.h"
#include "rooms.h"
#include "rooms.routes.h"
#include "store/stream.h"

#define MORE_MAX	512	/* bytes that a client may send along */
#define HOPS_MAX	3	/* to the event that is in a thread */
#define FULLY_READ	"m.fully_read"

static const char *const kinds[] = { "m.read", "m.read.private", FULLY_READ };
#define KINDS	(sizeof(kinds) / sizeof(kinds[0]))

/* What is to be written of one marker. */
struct mark {
	const char	*kind;
	const char	*thread;	/* "": of the whole room */
	struct span	 more;		/* a JSON object, or empty */
	struct event_row event;
};

/* ------------------------------------------------------------ the event */

static enum mx_err
room_joined(struct request *r, struct room *room)
{
	enum mx_err err;

	if ((err = room_named(r, room)) != M_OK)
		return err;
	if (room_member(r->db, room->nr, r->who.user).membership !=
	    MEMBERSHIP_JOIN)
		return fail(r, M_FORBIDDEN, "You are not in this room");
	return M_OK;
}

static bool
event_named(struct request *r, const struct room *room, const char *event_id,
    struct event_row *e)
{
	struct rows rows = db_query(r->db, STMT_RECEIPT_EVENT,
	    DB_TEXT(event_id), DB_INT(room->nr));
	bool found = rows_next(&rows);

	if (found)
		*e = event_row(&rows);
	rows_done(&rows);
	return found;
}

static enum mx_err
event_to_mark(struct request *r, const struct room *room,
    const char *event_id, struct event_row *e)
{
	if (!event_named(r, room, event_id, e) || !viewer_may_see(
	    viewer_new(r->db, r->mem, room->nr, r->who.user), e))
		return fail(r, M_NOT_FOUND,
		    "You see no event with this id in this room");
	return M_OK;
}

/* ----------------------------------------------------------- the thread */

/* The root of the thread that the event is in; NULL: in none. */
static const char *
thread_of(struct request *r, const struct room *room, struct event_row e)
{
	for (int hop = 0; hop <= HOPS_MAX; hop++) {
		struct span text = json_slice(e.content, "m.relates_to");
		const cJSON *relation = text.n == 0 ? NULL :
		    json_parse_own(r->mem, text);
		const char *rel_type = json_text(relation, "rel_type");
		const char *parent = json_text(relation, "event_id");

		if (rel_type == NULL || parent == NULL)
			return NULL;
		if (strcmp(rel_type, "m.thread") == 0)
			return parent;
		if (!event_named(r, room, parent, &e))
			return NULL;
	}
	return NULL;
}

/* A root is in the main timeline, and where its thread begins. */
static bool
is_in_thread(struct request *r, const struct room *room,
    const struct event_row *e, const char *thread)
{
	const char *root = thread_of(r, room, *e);

	if (strcmp(thread, "main") == 0)
		return root == NULL;
	return strcmp(root != NULL ? root : e->event_id, thread) == 0;
}

static enum mx_err
read_thread(struct request *r, const struct room *room, struct mark *m)
{
	const cJSON *id = json_get(r->body, "thread_id");

	m->thread = "";
	if (id == NULL)
		return M_OK;
	if (!cJSON_IsString(id) || id->valuestring[0] == '\0')
		return fail(r, M_INVALID_PARAM,
		    "thread_id is a text that is not empty");
	if (strcmp(m->kind, FULLY_READ) == 0)
		return fail(r, M_INVALID_PARAM,
		    "%s is of the whole room; send no thread_id", m->kind);
	m->thread = id->valuestring;
	if (!is_in_thread(r, room, &m->event, m->thread))
		return fail(r, M_INVALID_PARAM,
		    "The event is not in the thread that thread_id names");
	return M_OK;
}

/* What else the client sent: "extra receipt information". */
static enum mx_err
read_more(struct request *r, struct mark *m)
{
	struct buf text;

	cJSON_DetachItemFromObjectCaseSensitive(r->body, "thread_id");
	cJSON_DetachItemFromObjectCaseSensitive(r->body, "ts");
	if (r->body->child == NULL)
		return M_OK;
	buf_init(&text, r->mem, MORE_MAX);
	json_print(&text, r->body);
	if (buf_full(&text))
		return fail(r, M_TOO_LARGE,
		    "A receipt may carry %d bytes", MORE_MAX);
	m->more = buf_content(&text);
	return M_OK;
}

/* ------------------------------------------------------------- writing */

static bool
is_ahead(const struct event_row *e, int64_t depth, int64_t nr)
{
	return e->depth != depth ? e->depth > depth : e->nr > nr;
}

/* A receipt never goes back; to send an older one is no error. */
static void
put_receipt(struct request *r, const struct room *room, const struct mark *m)
{
	bool open = strcmp(m->kind, "m.read") == 0;
	int64_t before = 0, pos;
	struct rows rows = db_query(r->db, STMT_RECEIPT_GET, DB_INT(room->nr),
	    DB_INT(r->who.user), DB_TEXT(m->kind), DB_TEXT(m->thread));

	if (rows_next(&rows)) {
		before = rows_int(&rows, 0);
		if (!is_ahead(&m->event, rows_int(&rows, 1),
		    rows_int(&rows, 2))) {
			rows_done(&rows);
			return;
		}
	}
	rows_done(&rows);
	pos = change_again(r->db, open ? CHANGE_RECEIPT :
	    CHANGE_RECEIPT_PRIVATE, room->nr, r->who.user, before);
	db_exec(r->db, STMT_RECEIPT_PUT, DB_INT(room->nr), DB_INT(r->who.user),
	    DB_TEXT(m->kind), DB_TEXT(m->thread), DB_INT(m->event.nr),
	    DB_INT(r->now), m->more.n > 0 ? DB_SPAN(m->more) : DB_NULL,
	    DB_INT(pos));
	if (!open)
		return;
	db_exec(r->db, STMT_ROOM_TOUCHED, DB_INT(pos), DB_INT(room->nr));
	show_act(r);
}

/* Is the marker there that the client set last already further ahead? */
static bool
is_read(struct request *r, const struct room *room, const struct event_row *e)
{
	const char *text = account_data_get(r->db, r->who.user, room->nr,
	    FULLY_READ);
	struct event_row old;
	const char *event_id;

	if (text == NULL)
		return false;
	event_id = json_text(json_parse_own(r->mem, span_of(text)),
	    "event_id");
	return event_id != NULL && event_named(r, room, event_id, &old) &&
	    !is_ahead(e, old.depth, old.nr);
}

static void
put_marker(struct request *r, const struct room *room, const struct mark *m)
{
	struct buf text;
	struct writer w;

	if (is_read(r, room, &m->event))
		return;
	buf_init(&text, r->mem, SIZE_MAX);
	writer_init(&w, &text);
	write_object(&w);
	put_text(&w, "event_id", m->event.event_id);
	write_end(&w);
	account_data_put(r->db, r->who.user, room->nr, FULLY_READ,
	    buf_content(&text));
}

static void
put_mark(struct request *r, const struct room *room, const struct mark *m)
{
	if (strcmp(m->kind, FULLY_READ) == 0)
		put_marker(r, room, m);
	else
		put_receipt(r, room, m);
}

/* -------------------------------------------------------------- handlers */

static bool
kind_valid(const char *kind)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	return false;
}

/*
 * POST /rooms/{roomId}/receipt/{receiptType}/{eventId}
 *
 * The caller has read everything up to the event: in the whole room, or with
 * thread_id in one thread.  m.read all members hear of, m.read.private and
 * m.fully_read only the caller.  One that lies behind what they sent before
 * changes nothing.
 */
enum mx_err
receipt_post(struct request *r)
{
	struct mark m = { .kind = req_arg(r, "receiptType") };
	struct room room;
	enum mx_err err;

	if (!kind_valid(m.kind))
		return fail(r, M_INVALID_PARAM, "receiptType is m.read, "
		    "m.read.private or m.fully_read");
	if ((err = room_joined(r, &room)) != M_OK ||
	    (err = event_to_mark(r, &room, req_arg(r, "eventId"),
	    &m.event)) != M_OK ||
	    (err = read_thread(r, &room, &m)) != M_OK ||
	    (err = read_more(r, &m)) != M_OK)
		return err;
	put_mark(r, &room, &m);
	return M_OK;
}

/*
 * POST /rooms/{roomId}/read_markers
 *
 * Any of the three in one request, or none of them when one is refused.
 */
enum mx_err
read_markers(struct request *r)
{
	struct room room;
	enum mx_err err;

	if ((err = room_joined(r, &room)) != M_OK)
		return err;
	for (size_t i = 0; i < KINDS; i++) {
		struct mark m = { .kind = kinds[i], .thread = "" };
		const cJSON *id = json_get(r->body, kinds[i]);

		if (id == NULL || cJSON_IsNull(id))
			continue;
		if (!cJSON_IsString(id))
			return fail(r, M_BAD_JSON, "%s is the id of an event",
			    kinds[i]);
		if ((err = event_to_mark(r, &room, id->valuestring,
		    &m.event)) != M_OK)
			return err;
		put_mark(r, &room, &m);
	}
	return M_OK;
}

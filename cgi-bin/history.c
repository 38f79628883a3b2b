/*
 * history - what was said in a room before.
 *
 * Pages walk the order of the room, (depth, nr); see sync_token.h.
 */
#include <string.h>

#include "history.h"
#include "history.routes.h"
#include "matrix/filter.h"
#include "matrix/shape.h"
#include "matrix/visibility.h"

#define LIMIT_DEFAULT	10
#define LIMIT_MAX	1000
/*
 * A page ends early, with a token to go on from, when it has grown by so many
 * bytes, or when looking for what to show was so much work: events passed over
 * cost too, long ones and long filters more.
 */
#define PAGE_BYTES	(1 << 20)
#define WORK_MAX	5000

static const struct room_token beginning = { 0, 0 };
static const struct room_token end_of_time = { INT64_MAX, INT64_MAX };

/* What is asked for. */
struct page {
	struct reader		 reader;
	struct room		 room;
	struct event_filter	 filter;
	int64_t			 limit;
	bool			 backwards;
	bool			 stops;		/* `to` was given */
	const char		*start;		/* `from` as it came, or NULL */
	struct room_token	 from;
	struct room_token	 to;
};

/* And what came of it. */
struct walk {
	struct room_token	 at;		/* behind the last looked at */
	bool			 more;		/* than the chunk has */
	int64_t			 newest;	/* event.nr in it; 0: none */
	int64_t			 count;
	const char		*sender[LIMIT_MAX];
	size_t			 senders;
};

/* ------------------------------------------------------------ the query */

static enum mx_err
bad_page(struct request *r, const char *why)
{
	return fail(r, req_is_2015(r) ? M_BAD_PAGINATION : M_INVALID_PARAM,
	    "%s", why);
}

static struct room_token
place_of_row(struct rows rows, struct room_token otherwise)
{
	if (rows_next(&rows))
		otherwise = (struct room_token){
		    rows_int(&rows, 0), rows_int(&rows, 1) };
	rows_done(&rows);
	return otherwise;
}

bool
place_read(struct request *r, int64_t room, const char *text,
    struct room_token *place)
{
	struct sync_token t;

	if (room_token_read(text, place))
		return true;
	if (!sync_token_read(text, &t))
		return false;
	*place = place_of_row(db_query(r->db, STMT_PLACE_OF_POS, DB_INT(room),
	    DB_INT(t.pos)), beginning);
	return true;
}

static enum mx_err
read_direction(struct request *r, struct page *page)
{
	const char *dir = req_query(r, "dir");

	if (dir == NULL && !req_is_2015(r))
		return fail(r, M_MISSING_PARAM, "dir is missing: b for "
		    "backwards or f for forwards");
	if (dir == NULL || (strcmp(dir, "b") != 0 && strcmp(dir, "f") != 0))
		return bad_page(r, "dir must be b or f");
	page->backwards = dir[0] == 'b';
	return M_OK;
}

/* Without `from`: all there is, from the end that the direction begins at. */
static enum mx_err
read_places(struct request *r, struct page *page)
{
	const char *from = req_query(r, "from"), *to = req_query(r, "to");

	page->from = beginning;
	page->to = page->backwards ? beginning : end_of_time;
	page->stops = to != NULL;
	if (to != NULL && !place_read(r, page->room.nr, to, &page->to))
		return bad_page(r, "to is not a token of this server");
	if (from != NULL && !place_read(r, page->room.nr, from, &page->from))
		return bad_page(r, "from is not a token of this server");
	if (from == NULL && page->backwards)
		page->from = place_of_row(db_query(r->db, STMT_PLACE_LAST,
		    DB_INT(page->room.nr)), beginning);
	page->start = from;
	return M_OK;
}

static enum mx_err
read_limit(struct request *r, struct page *page)
{
	page->limit = LIMIT_DEFAULT;
	if (!req_query_int(r, "limit", 0, JSON_INT_MAX, &page->limit))
		return bad_page(r, "limit must be a whole number above -1");
	if (page->filter.limit != -1 && page->filter.limit < page->limit)
		page->limit = page->filter.limit;
	if (page->limit > LIMIT_MAX)
		page->limit = LIMIT_MAX;
	return M_OK;
}

static enum mx_err
read_filter(struct request *r, struct page *page)
{
	const char *text = req_query(r, "filter"), *why;
	enum json_verdict verdict;
	cJSON *json;

	if (text == NULL)
		text = "{}";
	json = json_parse(r->mem, text, strlen(text), &verdict, &why);
	if (json == NULL)
		return fail(r, verdict == JSON_NOT ? M_NOT_JSON : M_BAD_JSON,
		    "filter: %s", why);
	if (!event_filter_parse(r->mem, json, &page->filter, &why))
		return fail(r, M_BAD_JSON, "filter: %s", why);
	return M_OK;
}

static bool
earlier(struct room_token a, struct room_token b)
{
	return a.depth < b.depth || (a.depth == b.depth && a.nr < b.nr);
}

/* Who left reads up to the event by which they left. */
static enum mx_err
hold_to_stay(struct request *r, struct page *page)
{
	struct room_token *newest = page->backwards ? &page->from : &page->to;
	struct room_token left;
	int64_t at_nr;

	switch (state_view(r->db, page->room.nr, r->who.user, &at_nr)) {
	case STATE_NONE:
		return fail(r, M_FORBIDDEN, "You are not in this room");
	case STATE_NOW:
		return M_OK;
	case STATE_AT:
		break;
	}
	left = place_of_row(db_query(r->db, STMT_PLACE_OF_EVENT, DB_INT(at_nr)),
	    beginning);
	if (earlier(left, *newest))
		*newest = left;
	return M_OK;
}

static enum mx_err
page_read(struct request *r, struct page *page)
{
	enum mx_err err;

	if (!room_find(r->db, req_arg(r, "roomId"), &page->room))
		return fail(r, M_FORBIDDEN, "You are not in this room");
	if ((err = read_direction(r, page)) != M_OK ||
	    (err = read_filter(r, page)) != M_OK ||
	    (err = read_limit(r, page)) != M_OK ||
	    (err = read_places(r, page)) != M_OK)
		return err;
	page->reader = reader_of(r, &page->room);
	if ((err = hold_to_stay(r, page)) != M_OK)
		return err;
	if (!filter_has_room(NULL, &page->filter, page->room.room_id))
		page->to = page->from;
	return M_OK;
}

/* ------------------------------------------------------------- the walk */

/* Behind e, as one reads: so that the next page begins with its neighbour. */
static struct room_token
behind(const struct page *page, const struct event_row *e)
{
	return (struct room_token){ e->depth,
	    page->backwards ? e->nr - 1 : e->nr };
}

static void
note_sender(struct walk *walk, const char *sender)
{
	for (size_t i = 0; i < walk->senders; i++)
		if (strcmp(walk->sender[i], sender) == 0)
			return;
	walk->sender[walk->senders++] = sender;
}

static void
show(struct request *r, const struct page *page, struct walk *walk,
    const struct event_row *e)
{
	event_write(&r->out, r->db, e, &page->reader);
	walk->count++;
	if (e->nr > walk->newest)
		walk->newest = e->nr;
	if (page->filter.lazy_load_members)
		note_sender(walk, e->sender_id);
}

static struct rows
page_query(struct request *r, const struct page *page)
{
	return db_query(r->db,
	    page->backwards ? STMT_MESSAGES_BACK : STMT_MESSAGES_FORWARD,
	    DB_INT(page->room.nr), DB_INT(page->from.depth),
	    DB_INT(page->from.nr), DB_INT(page->to.depth),
	    DB_INT(page->to.nr));
}

static int64_t
work_of(const struct page *page, const struct event_row *e)
{
	return (int64_t)(1 + e->content.n / 2048 +
	    filter_weight(&page->filter) / 50);
}

static void
put_chunk(struct request *r, const struct page *page, struct walk *walk)
{
	int64_t work = 0;
	size_t full = r->out.out->len + PAGE_BYTES;
	struct rows rows = page_query(r, page);

	walk->at = page->from;
	put_array(&r->out, "chunk");
	while (rows_next(&rows)) {
		struct event_row e = event_peek(&rows);

		if (walk->count == page->limit || work >= WORK_MAX ||
		    r->out.out->len > full) {
			walk->more = true;
			break;
		}
		work += work_of(page, &e);
		walk->at = behind(page, &e);
		/* Before the filter looks into its content. */
		event_trim(r->db, &e, &page->reader);
		if (filter_has_event(&page->filter, &e) &&
		    viewer_may_see(page->reader.viewer, &e))
			show(r, page, walk, &e);
	}
	rows_done(&rows);
	write_end(&r->out);
}

/* Who wrote the chunk, as they were in the room at the end of it. */
static void
put_members(struct request *r, const struct page *page,
    const struct walk *walk)
{
	put_array(&r->out, "state");
	for (size_t i = 0; i < walk->senders; i++) {
		struct rows rows = db_query(r->db, STMT_MEMBER_EVENT_AT,
		    DB_INT(page->room.nr), DB_TEXT(walk->sender[i]),
		    DB_INT(walk->newest));

		if (rows_next(&rows)) {
			struct event_row e = event_peek(&rows);

			event_write(&r->out, r->db, &e, &page->reader);
		}
		rows_done(&rows);
	}
	write_end(&r->out);
}

/*
 * Today's clients page until there is no end; those of 2015 expect one always.
 * What stopped at `to` may go on from there.
 */
static bool
has_end(struct request *r, const struct page *page, const struct walk *walk)
{
	return walk->more || req_is_2015(r) || (page->stops && walk->count > 0);
}

/*
 * GET /rooms/{roomId}/messages
 *
 * Events of a room before (dir=b, newest first) or behind (dir=f) a token of
 * sync or of this endpoint; without from, from the newest or the oldest.  Only
 * those that the caller may see and the filter lets through.  A page may hold
 * less than limit, even nothing, and yet have an end to go on from: it is over
 * when there is no end (on 2015's paths: when the chunk is empty).  With
 * lazy_load_members, state has the member events of who wrote the chunk.
 */
enum mx_err
messages(struct request *r)
{
	struct page page = { .limit = 0 };
	struct walk walk = { .count = 0 };
	enum mx_err err;

	if ((err = page_read(r, &page)) != M_OK)
		return err;
	put_text(&r->out, "start", page.start != NULL ? page.start :
	    room_token_text(r->mem, page.from));
	put_chunk(r, &page, &walk);
	if (page.filter.lazy_load_members)
		put_members(r, &page, &walk);
	if (has_end(r, &page, &walk))
		put_text(&r->out, "end", room_token_text(r->mem, walk.at));
	return M_OK;
}

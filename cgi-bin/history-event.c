/*
 * history-event.c - one event, what happened around it, and which one happened
 * at a certain time.
 */
#include <string.h>

#include "history.h"
#include "history.routes.h"
#include "matrix/visibility.h"

/* Events that are looked at for one that the caller may see. */
#define LOOKED_AT_LOOP	500	/* then another process goes on */
#define LOOKED_AT_MAX	50000

/* An event, in the room that it is of, and how the caller sees it. */
struct found {
	struct room		 room;
	struct event_row	 row;
	struct reader		 reader;
};

static enum mx_err
no_event(struct request *r)
{
	return fail(r, M_NOT_FOUND,
	    "There is no such event, or you may not see it");
}

/* Columns: those of events, room_id, version. */
static bool
found_read(struct rows rows, struct found *found)
{
	bool there = rows_next(&rows);

	if (there) {
		found->row = event_row(&rows);
		found->room = (struct room){ .nr = found->row.room,
		    .room_id = rows_text(&rows, 18),
		    .version = room_version_find(rows_text(&rows, 19)) };
	}
	rows_done(&rows);
	return there && found->room.version != NULL;
}

/* room_id NULL: in whichever room. */
static enum mx_err
find_event(struct request *r, const char *room_id, struct found *found)
{
	if (!found_read(db_query(r->db, STMT_EVENT_BY_ID,
	    DB_TEXT(req_arg(r, "eventId"))), found) ||
	    (room_id != NULL && strcmp(room_id, found->room.room_id) != 0))
		return no_event(r);
	found->reader = reader_of(r, &found->room);
	if (!viewer_may_see(found->reader.viewer, &found->row))
		return no_event(r);
	return M_OK;
}

static enum mx_err
give_event(struct request *r, const char *room_id)
{
	struct found found;
	struct writer w;
	struct buf text;
	enum mx_err err;

	if ((err = find_event(r, room_id, &found)) != M_OK)
		return err;
	buf_init(&text, r->mem, SIZE_MAX);
	writer_init(&w, &text);
	event_write(&w, r->db, &found.row, &found.reader);
	reply_raw(r, buf_content(&text));
	return M_OK;
}

/*
 * GET /rooms/{roomId}/event/{eventId}
 *
 * One event of a room, when the caller may see it.
 */
enum mx_err
event_get(struct request *r)
{
	return give_event(r, req_arg(r, "roomId"));
}

/*
 * GET /events/{eventId}
 *
 * The same for those who know only the event.
 */
enum mx_err
event_get_anywhere(struct request *r)
{
	return give_event(r, NULL);
}

/* ---------------------------------------------------------------- context */

struct scene {
	struct found		 found;
	struct page		 before;
	struct page		 after;
	enum state_view		 view;		/* of the caller, now */
	int64_t			 at_nr;
	int64_t			 nr;		/* whose state goes with it */
};

static enum mx_err
read_limits(struct request *r, struct scene *scene)
{
	int64_t limit = LIMIT_DEFAULT;
	const struct event_filter *filter = &scene->before.filter;

	if (!req_query_int(r, "limit", 0, JSON_INT_MAX, &limit))
		return fail(r, M_INVALID_PARAM,
		    "limit must be a whole number above -1");
	if (filter->limit != -1 && filter->limit < limit)
		limit = filter->limit;
	if (limit > LIMIT_MAX)
		limit = LIMIT_MAX;
	scene->before.limit = limit / 2;
	scene->after.limit = limit - limit / 2;
	return M_OK;
}

/*
 * Whom an invitation lets see that and no more, is shown nothing around it; and
 * who left, what happened until then.  Their tokens do not tell of more either.
 */
static void
hold_to_view(struct request *r, struct scene *scene)
{
	struct page *before = &scene->before, *after = &scene->after;

	scene->view = view_of(r, before->room.nr, &scene->at_nr);
	if (scene->view == STATE_NONE ||
	    !filter_has_room(NULL, &before->filter, before->room.room_id))
		before->limit = after->limit = 0;
	if (scene->view == STATE_AT)
		after->to = place_of_event(r->db, scene->at_nr);
}

static enum mx_err
scene_read(struct request *r, struct scene *scene)
{
	const struct event_row *row = &scene->found.row;
	struct page *before = &scene->before, *after = &scene->after;
	enum mx_err err;

	if ((err = find_event(r, req_arg(r, "roomId"), &scene->found)) != M_OK ||
	    (err = query_filter(r, &before->filter)) != M_OK ||
	    (err = read_limits(r, scene)) != M_OK)
		return err;
	before->room = after->room = scene->found.room;
	before->reader = after->reader = scene->found.reader;
	after->filter = before->filter;
	before->senders = after->senders =
	    arena_alloc(r->mem, sizeof(*before->senders));
	before->backwards = true;
	before->from = (struct room_token){ row->depth, row->nr - 1 };
	before->to = room_beginning;
	after->from = (struct room_token){ row->depth, row->nr };
	after->to = room_end;
	hold_to_view(r, scene);
	return M_OK;
}

/* With lazy loading: of the members only who wrote what is shown. */
static void
put_state(struct request *r, const struct scene *scene)
{
	const struct page *page = &scene->before;
	bool lazy = page->filter.lazy_load_members;
	struct rows rows = db_query(r->db, lazy ? STMT_STATE_REST_AT :
	    STMT_STATE_LIST_AT, DB_INT(page->room.nr), DB_INT(scene->nr));

	while (rows_next(&rows)) {
		struct event_row e = event_peek(&rows);

		event_trim(r->db, &e, &page->reader);
		if (filter_has_event(&page->filter, &e))
			event_write(&r->out, r->db, &e, &page->reader);
	}
	if (lazy)
		senders_write(r, page, scene->nr);
}

static enum mx_err
put_scene(struct request *r, struct scene *scene)
{
	const struct found *found = &scene->found;
	struct walk before = page_write(r, &scene->before, "events_before");
	struct walk after;

	write_key(&r->out, "event");
	event_write(&r->out, r->db, &found->row, &found->reader);
	senders_add(scene->before.senders, found->row.sender_id);
	after = page_write(r, &scene->after, "events_after");
	scene->nr = after.newest > found->row.nr ? after.newest :
	    found->row.nr;
	if (scene->view == STATE_AT && scene->nr > scene->at_nr)
		scene->nr = scene->at_nr;
	put_array(&r->out, "state");
	if (scene->view != STATE_NONE)
		put_state(r, scene);
	write_end(&r->out);
	put_text(&r->out, "start", room_token_text(r->mem, before.at));
	put_text(&r->out, "end", room_token_text(r->mem, after.at));
	return M_OK;
}

/*
 * GET /rooms/{roomId}/context/{eventId}
 * GET /_synapse/admin/v1/rooms/{roomId}/context/{eventId}
 *
 * An event, half of limit before it (newest first) and the rest behind it, the
 * state at the last of them, and tokens to read on from with messages, either
 * way.  The filter is not asked about the event itself.
 */
enum mx_err
context(struct request *r)
{
	struct scene scene = { .nr = 0 };
	enum mx_err err;

	if ((err = scene_read(r, &scene)) != M_OK)
		return err;
	if (!scene.before.filter.lazy_load_members &&
	    room_is_large(r, &scene.found.room) && elsewhere(r) != M_OK)
		return M_ELSEWHERE;
	return put_scene(r, &scene);
}

/* ------------------------------------------------------------ a moment */

struct moment {
	int64_t	ts;		/* ms since 1970 */
	bool	backwards;
};

static enum mx_err
moment_read(struct request *r, struct moment *moment)
{
	const char *dir = req_query(r, "dir");

	if (dir == NULL && r->route->auth == AUTH_ADMIN)
		dir = "f";
	if (req_query(r, "ts") == NULL || dir == NULL)
		return fail(r, M_MISSING_PARAM, "ts (ms since 1970) and dir (f "
		    "or b) are needed");
	if (!req_query_int(r, "ts", 0, JSON_INT_MAX, &moment->ts))
		return fail(r, M_INVALID_PARAM,
		    "ts must be a number of milliseconds since 1970");
	if (strcmp(dir, "b") != 0 && strcmp(dir, "f") != 0)
		return fail(r, M_INVALID_PARAM, "dir must be b or f");
	moment->backwards = dir[0] == 'b';
	return M_OK;
}

/* M_OK, and *row, or why not. */
static enum mx_err
moment_find(struct request *r, const struct room *room,
    const struct moment *moment, struct event_row *row)
{
	struct viewer *viewer = reader_of(r, room).viewer;
	struct rows rows = db_query(r->db, moment->backwards ?
	    STMT_EVENTS_UNTIL : STMT_EVENTS_SINCE, DB_INT(room->nr),
	    DB_INT(moment->ts));
	bool here = elsewhere(r) == M_OK;

	for (int n = 0; n < LOOKED_AT_MAX && rows_next(&rows); n++) {
		*row = event_peek(&rows);
		if (viewer_may_see(viewer, row)) {
			rows_done(&rows);
			return M_OK;
		}
		if (n == LOOKED_AT_LOOP && !here) {
			rows_done(&rows);
			return M_ELSEWHERE;
		}
	}
	rows_done(&rows);
	return fail(r, M_NOT_FOUND, "The room has no event that you may see %s "
	    "that time", moment->backwards ? "before" : "after");
}

/*
 * GET /rooms/{roomId}/timestamp_to_event
 * GET /_synapse/admin/v1/rooms/{roomId}/timestamp_to_event
 *
 * The event that the caller may see next to a moment: at it, or the first
 * behind it (dir=f) or the last before it (dir=b), by the clocks of those who
 * sent them.  Of several at once, the one that reading on begins with.
 */
enum mx_err
timestamp_to_event(struct request *r)
{
	struct moment moment;
	struct room room;
	struct event_row row;
	int64_t at_nr;
	enum mx_err err;

	if ((err = moment_read(r, &moment)) != M_OK)
		return err;
	if (!room_find(r->db, req_arg(r, "roomId"), &room) ||
	    view_of(r, room.nr, &at_nr) == STATE_NONE)
		return no_room(r);
	if ((err = moment_find(r, &room, &moment, &row)) != M_OK)
		return err;
	put_text(&r->out, "event_id", row.event_id);
	put_int(&r->out, "origin_server_ts", row.origin_server_ts);
	return M_OK;
}

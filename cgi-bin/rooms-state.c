/*
 * rooms-state.c - reading the state of a room: all of it, a piece, members.
 */
#include <string.h>

#include "matrix/shape.h"
#include "matrix/sync_token.h"
#include "matrix/visibility.h"
#include "rooms.h"
#include "rooms.routes.h"

/* What of a room's state the caller reads: as of now, or after event at_nr. */
struct view {
	struct room	 room;
	bool		 now;
	int64_t		 at_nr;
};

static enum mx_err
view_open(struct request *r, struct view *view)
{
	enum mx_err err = room_named(r, &view->room);
	enum state_view what;

	if (err != M_OK)
		return err;
	what = state_view(r->db, view->room.nr, r->who.user, &view->at_nr);
	if (what == STATE_NONE)
		return fail(r, M_FORBIDDEN,
		    "You are not in this room and never were");
	view->now = what == STATE_NOW;
	return M_OK;
}

static struct rows
view_rows(struct request *r, const struct view *view, enum stmt now,
    enum stmt at)
{
	return view->now ?
	    db_query(r->db, now, DB_INT(view->room.nr)) :
	    db_query(r->db, at, DB_INT(view->room.nr), DB_INT(view->at_nr));
}

/*
 * GET /rooms/{roomId}/state
 *
 * All state events of the room, as a bare array: what they are now, for its
 * members; what they were when the caller left, for who has left.
 */
enum mx_err
state_list(struct request *r)
{
	struct view view;
	enum mx_err err;

	if ((err = view_open(r, &view)) != M_OK)
		return err;

	struct reader reader = reader_of(r, &view.room);
	struct rows rows = view_rows(r, &view, STMT_STATE_LIST_NOW,
	    STMT_STATE_LIST_AT);
	reply_array(r);
	while (rows_next(&rows)) {
		struct event_row row = event_peek(&rows);

		event_write(&r->out, r->db, &row, &reader);
	}
	return M_OK;
}

/*
 * GET /rooms/{roomId}/state/{eventType}/{stateKey}
 * GET /rooms/{roomId}/state/{eventType}
 *
 * The content of one state event, or with ?format=event the event.  Who may
 * read what is as for the whole state.
 */
enum mx_err
state_get(struct request *r)
{
	const char *type = req_arg(r, "eventType");
	const char *state_key = req_arg_or(r, "stateKey", "");
	const char *format = req_query(r, "format");
	struct event_row row;
	struct view view;
	enum mx_err err;
	int64_t nr;

	if (format != NULL && strcmp(format, "content") != 0 &&
	    strcmp(format, "event") != 0)
		return fail(r, M_INVALID_PARAM, "format is content or event");
	if ((err = view_open(r, &view)) != M_OK)
		return err;
	nr = view.now ?
	    room_state_now(r->db, view.room.nr, type, state_key) :
	    room_state_at(r->db, view.room.nr, view.at_nr, type, state_key);
	if (nr == 0 || !event_find(r->db, nr, &row))
		return fail(r, M_NOT_FOUND, "The room has no such state");
	if (format == NULL || strcmp(format, "content") == 0) {
		reply_raw(r, row.content);
		return M_OK;
	}

	struct reader reader = reader_of(r, &view.room);
	struct buf event;
	struct writer w;

	buf_init(&event, r->mem, SIZE_MAX);
	writer_init(&w, &event);
	event_write(&w, r->db, &row, &reader);
	reply_raw(r, buf_content(&event));
	return M_OK;
}

/* ---------------------------------------------------------------- members */

static bool
place_of_token(struct request *r, const struct room *room, const char *text,
    struct room_token *place)
{
	struct sync_token token;

	if (room_token_read(text, place))
		return true;
	if (!sync_token_read(text, &token))
		return false;
	/* Before the room's first event: no place, and nobody was there. */
	*place = (struct room_token){ 0 };

	struct rows rows = db_query(r->db, STMT_PLACE_OF_POS, DB_INT(room->nr),
	    DB_INT(token.pos));
	if (rows_next(&rows))
		*place = (struct room_token){ rows_int(&rows, 0),
		    rows_int(&rows, 1) };
	rows_done(&rows);
	return true;
}

/*
 * Go back to the moment a token means: behind the last event up to its place.
 * Later than the view allows changes nothing; a moment that the caller may not
 * see is refused.
 */
static enum mx_err
view_back(struct request *r, struct view *view, const char *at)
{
	struct room_token place;
	struct event_row row;
	int64_t nr;

	if (at == NULL)
		return M_OK;
	if (!place_of_token(r, &view->room, at, &place))
		return fail(r, M_INVALID_PARAM, "at is not a token of this server");
	nr = db_int(r->db, 0, STMT_EVENT_UP_TO, DB_INT(view->room.nr),
	    DB_INT(place.depth), DB_INT(place.nr));
	if (!view->now && nr >= view->at_nr)
		return M_OK;
	view->now = false;
	view->at_nr = nr;
	if (event_find(r->db, nr, &row) && !viewer_may_see(viewer_new(r->db,
	    r->mem, view->room.nr, r->who.user), &row))
		return fail(r, M_FORBIDDEN,
		    "You may not see the room as it was then");
	return M_OK;
}

/* membership and not_membership: with both given, either will do. */
struct wanted {
	enum membership	 is;
	enum membership	 is_not;
};

static enum mx_err
wanted_read(struct request *r, struct wanted *wanted)
{
	const char *is = req_query(r, "membership");
	const char *is_not = req_query(r, "not_membership");

	wanted->is = membership_of(is);
	wanted->is_not = membership_of(is_not);
	if ((is != NULL && wanted->is == MEMBERSHIP_NONE) ||
	    (is_not != NULL && wanted->is_not == MEMBERSHIP_NONE))
		return fail(r, M_INVALID_PARAM,
		    "A membership is join, invite, knock, leave or ban");
	return M_OK;
}

static bool
is_wanted(struct request *r, const struct wanted *wanted,
    const struct event_row *row)
{
	struct span text = json_slice(row->content, "membership");
	enum membership membership;

	if (wanted->is == MEMBERSHIP_NONE && wanted->is_not == MEMBERSHIP_NONE)
		return true;
	if (text.n < 2)
		return false;
	membership = membership_of(arena_strndup(r->mem, text.s + 1,
	    text.n - 2));
	return (wanted->is != MEMBERSHIP_NONE && membership == wanted->is) ||
	    (wanted->is_not != MEMBERSHIP_NONE && membership != wanted->is_not);
}

/*
 * GET /rooms/{roomId}/members
 *
 * The m.room.member events of the room, in chunk: all, or those that
 * membership and not_membership let through; now, or as they were at the
 * token `at`.  Who may read what is as for the whole state.
 */
enum mx_err
members(struct request *r)
{
	struct wanted wanted;
	struct view view;
	enum mx_err err;

	if ((err = wanted_read(r, &wanted)) != M_OK ||
	    (err = view_open(r, &view)) != M_OK ||
	    (err = view_back(r, &view, req_query(r, "at"))) != M_OK)
		return err;

	struct reader reader = reader_of(r, &view.room);
	struct rows rows = view_rows(r, &view, STMT_MEMBERS_NOW,
	    STMT_MEMBERS_AT);
	put_array(&r->out, "chunk");
	while (rows_next(&rows)) {
		struct event_row row = event_peek(&rows);

		if (is_wanted(r, &wanted, &row))
			event_write(&r->out, r->db, &row, &reader);
	}
	write_end(&r->out);
	return M_OK;
}

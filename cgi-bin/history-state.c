/*
 * history-state.c - the state of a room as a whole, and its members.
 *
 * These may be long lists, so they are not read by the program that writes:
 * nobody's message waits for them.
 */
#include <string.h>

#include "history.h"
#include "history.routes.h"
#include "matrix/ids.h"
#include "matrix/shape.h"
#include "matrix/visibility.h"

/* What of a room's state the caller reads: as of now, or after event at_nr. */
struct view {
	struct room	 room;
	bool		 now;
	int64_t		 at_nr;
};

static enum mx_err
view_open(struct request *r, struct view *view)
{
	const char *room_id = req_arg(r, "roomId");
	enum state_view what = STATE_NONE;

	if (!room_id_valid(room_id))
		return fail(r, M_INVALID_PARAM, "This is not a room id");
	if (room_find(r->db, room_id, &view->room))
		what = state_view(r->db, view->room.nr, r->who.user,
		    &view->at_nr);
	if (what == STATE_NONE)
		return fail(r, M_FORBIDDEN, "You are not in this room");
	view->now = what == STATE_NOW;
	return room_is_large(r, &view->room) ? elsewhere(r) : M_OK;
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
 * GET /_synapse/admin/v1/rooms/{roomId}/state
 *
 * What it is now, for administrators, in `state`; of a `type` if it is given.
 */
enum mx_err
state_told(struct request *r)
{
	struct room room;
	struct reader reader;
	struct rows rows;

	if (!room_find(r->db, req_arg(r, "roomId"), &room))
		return no_room(r);
	if (room_is_large(r, &room) && elsewhere(r) != M_OK)
		return M_ELSEWHERE;
	reader = reader_of(r, &room);
	rows = db_query(r->db, STMT_ROOM_STATE_NAMED, DB_INT(room.nr),
	    DB_TEXT(req_query(r, "type")));
	put_array(&r->out, "state");
	while (rows_next(&rows)) {
		struct event_row row = event_peek(&rows);

		event_write(&r->out, r->db, &row, &reader);
	}
	write_end(&r->out);
	return M_OK;
}

/* ---------------------------------------------------------------- members */

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
	if (!place_read(r, view->room.nr, at, &place))
		return fail(r, M_INVALID_PARAM, "at is not a token of this server");
	nr = place_event(r->db, view->room.nr, place);
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
 * In 2015 it had the parameters of a page.  Nobody gets less than all, so there
 * is nothing to go on from; but a token that is none is refused as elsewhere.
 */
static enum mx_err
pages_read(struct request *r, const struct view *view)
{
	static const char *const names[] = { "from", "to", NULL };
	struct room_token place;
	int64_t limit;

	for (int i = 0; names[i] != NULL; i++) {
		const char *text = req_query(r, names[i]);

		if (text != NULL &&
		    !place_read(r, view->room.nr, text, &place))
			return bad_page(r,
			    "from and to are tokens of this server");
	}
	if (!req_query_int(r, "limit", 0, JSON_INT_MAX, &limit))
		return bad_page(r, "limit must be a whole number above -1");
	return M_OK;
}

static void
put_pages(struct request *r, const struct view *view)
{
	put_text(&r->out, "start", room_token_text(r->mem, room_beginning));
	put_text(&r->out, "end", room_token_text(r->mem, view->now ?
	    place_last(r->db, view->room.nr) :
	    place_of_event(r->db, view->at_nr)));
}

/*
 * GET /rooms/{roomId}/members
 *
 * The m.room.member events of the room, in chunk: all, or those that
 * membership and not_membership let through; now, or as they were at the
 * token `at`.  Who may read what is as for the whole state.  On 2015's paths
 * with start and end, of which nobody has a use.
 */
enum mx_err
members(struct request *r)
{
	struct wanted wanted;
	struct view view;
	enum mx_err err;

	if ((err = wanted_read(r, &wanted)) != M_OK ||
	    (err = view_open(r, &view)) != M_OK ||
	    (err = view_back(r, &view, req_query(r, "at"))) != M_OK ||
	    (req_is_2015(r) && (err = pages_read(r, &view)) != M_OK))
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
	if (req_is_2015(r))
		put_pages(r, &view);
	return M_OK;
}

static void
put_joined(struct writer *w, const struct rows *rows)
{
	struct span content = row_content(rows, 1);
	struct span name = json_slice(content, "displayname");
	struct span avatar = json_slice(content, "avatar_url");

	put_object(w, rows_text(rows, 0));
	/* Odd values are as good as none. */
	if (name.n > 0 && name.s[0] == '"')
		put_raw(w, "display_name", name);
	if (avatar.n > 0 && avatar.s[0] == '"')
		put_raw(w, "avatar_url", avatar);
	write_end(w);
}

/*
 * GET /rooms/{roomId}/joined_members
 *
 * Who is in the room now, and how they are shown there: for those who are in.
 */
enum mx_err
joined_members(struct request *r)
{
	struct room room;
	struct rows rows;

	if (!room_find(r->db, req_arg(r, "roomId"), &room) ||
	    room_member(r->db, room.nr, r->who.user).membership !=
	    MEMBERSHIP_JOIN)
		return fail(r, M_FORBIDDEN, "You are not in this room");
	if (room_is_large(r, &room) && elsewhere(r) != M_OK)
		return M_ELSEWHERE;
	rows = db_query(r->db, STMT_JOINED_MEMBERS, DB_INT(room.nr));
	put_object(&r->out, "joined");
	while (rows_next(&rows))
		put_joined(&r->out, &rows);
	write_end(&r->out);
	return M_OK;
}

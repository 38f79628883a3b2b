/*
 * events-initial.c - GET /initialSync and GET /rooms/{roomId}/initialSync:
 * how the caller's rooms stand, for clients that then listen to /events.
 */
#include <string.h>

#include "events-presence.h"
#include "events.h"
#include "events.routes.h"
#include "matrix/account_data.h"
#include "matrix/stripped.h"

static enum mx_err
read_limit(struct request *r, size_t *limit)
{
	int64_t n = (int64_t)*limit;

	if (!req_query_int(r, "limit", 0, INT64_MAX, &n))
		return fail(r, M_INVALID_PARAM, "limit is a number");
	*limit = (size_t)(n < TIMELINE_MAX ? n : TIMELINE_MAX);
	return M_OK;
}

/* ------------------------------------------------------------- one room */

static void
put_messages(struct writer *w, struct request *r, const struct told *t)
{
	const char *end = token_listening(r, t->stretch.upto);
	const char *start = told_prev_batch(t);

	put_object(w, "messages");
	put_text(w, "start", start ? start : end);
	put_text(w, "end", end);
	write_key(w, "chunk");
	write_events(w, t->db, &t->timeline, &t->reader);
	write_end(w);
}

/* What a member, or who was one up to the end of the stretch, may read. */
static void
put_past(struct request *r, const struct heard *h, struct stretch stretch,
    size_t limit, struct effort *effort)
{
	struct writer *w = &r->out;
	struct filter all;
	struct told t = { .db = r->db, .mem = db_arena(r->db, NULL),
	    .heard = h, .user = r->who.user, .stretch = stretch,
	    .filter = &all, .at_end = true, .reader = reader_of(r, &h->room),
	    .effort = effort };

	db_arena(r->db, t.mem);
	t.reader.work = &effort->spent;
	filter_init(&all);
	told_timeline(&t, limit);
	told_state(&t, true, stretch.upto + 1);
	put_messages(w, r, &t);
	write_key(w, "state");
	write_events(w, r->db, &t.state, &t.reader);
}

/* The invitation itself, and from whom it is. */
static void
put_invite(struct writer *w, struct request *r, const struct heard *h)
{
	struct reader reader = reader_of(r, &h->room);
	struct event_row e;
	struct arena *mem;

	if (!event_find(r->db, h->event, &e))
		return;
	mem = db_arena(r->db, NULL);
	db_arena(r->db, mem);
	reader.invite_state = stripped_text(mem, r->db, h->room.nr,
	    h->event);
	put_text(w, "inviter", e.sender_id);
	write_key(w, "invite");
	event_write(w, r->db, &e, &reader);
}

static void
put_head(struct writer *w, const struct heard *h, const struct beside *b)
{
	put_text(w, "room_id", h->room.room_id);
	if (h->membership != MEMBERSHIP_NONE)
		put_text(w, "membership", membership_name(h->membership));
	put_text(w, "visibility", h->published ? "public" : "private");
	put_array(w, "account_data");
	write_account_data(w, b);
	write_end(w);
}

static struct beside
beside_of(struct request *r, const struct heard *h, int64_t upto,
    struct effort *effort)
{
	return (struct beside){ .r = r, .room = h->room.nr,
	    .room_id = h->room.room_id, .in_2015 = req_is_2015(r),
	    .upto = upto, .effort = effort };
}

/* Who is in hears how far others have read, as one list for all rooms. */
static void
write_room_receipts(struct request *r, const struct heard *h, int64_t upto,
    struct effort *effort)
{
	struct beside b = beside_of(r, h, upto, effort);

	b.say_room = true;
	if (h->membership == MEMBERSHIP_JOIN)
		write_receipts(&r->out, &b);
}

static void
write_room(struct request *r, const struct heard *h, int64_t upto, size_t limit,
    struct effort *effort)
{
	struct writer *w = &r->out;
	struct beside b = beside_of(r, h, upto, effort);

	write_object(w);
	put_head(w, h, &b);
	if (h->membership == MEMBERSHIP_INVITE)
		put_invite(w, r, h);
	else
		put_past(r, h, stretch_of(r, h, 0, upto), limit, effort);
	write_end(w);
}

/* ------------------------------------------------------------ all rooms */

/* Texts of a room are forgotten with the room: only the answer grows. */
static void
write_rooms(struct request *r, const struct heard_list *list, int64_t upto,
    size_t limit, struct effort *effort)
{
	struct arena *mem = arena_new();
	struct arena *before = db_arena(r->db, mem);

	for (size_t i = 0; i < list->n && !effort_is_much(effort); i++) {
		write_room(r, &list->item[i], upto, limit, effort);
		arena_clear(mem);
	}
	db_arena(r->db, before);
	arena_free(mem);
}

static void
put_receipts(struct request *r, const struct heard_list *list, int64_t upto,
    struct effort *effort)
{
	struct arena *mem = arena_new();
	struct arena *before = db_arena(r->db, mem);

	put_array(&r->out, "receipts");
	for (size_t i = 0; i < list->n; i++) {
		write_room_receipts(r, &list->item[i], upto, effort);
		arena_clear(mem);
	}
	write_end(&r->out);
	db_arena(r->db, before);
	arena_free(mem);
}

static void
put_account_data(struct request *r, int64_t upto, struct effort *effort)
{
	struct beside b = { .r = r, .room = ACCOUNT_DATA_GLOBAL, .upto = upto,
	    .first = true, .effort = effort };

	put_array(&r->out, "account_data");
	write_account_data(&r->out, &b);
	write_end(&r->out);
}

/* Of the members of a room, to one of them; NULL: of all whom they may hear of. */
static void
put_presences(struct request *r, const struct heard *h, struct effort *effort)
{
	struct presence_ask ask = { .r = r, .in_2015 = req_is_2015(r),
	    .upto = db_int(r->vol, 0, STMT_VOLATILE_LAST),
	    .effort = effort };

	put_array(&r->out, "presence");
	if (h == NULL)
		write_presence(&r->out, &ask);
	else if (h->membership == MEMBERSHIP_JOIN)
		write_presence_of_room(&r->out, &ask, h->room.nr);
	write_end(&r->out);
}

static struct heard_list
choose_rooms(struct request *r, int64_t upto, bool archived, int64_t *members)
{
	struct heard_list list = heard_since(r, 0, upto);
	size_t n = 0;

	for (size_t i = 0; i < list.n; i++) {
		struct heard *h = &list.item[i];

		if (h->membership == MEMBERSHIP_KNOCK || (!archived &&
		    h->membership != MEMBERSHIP_JOIN &&
		    h->membership != MEMBERSHIP_INVITE))
			continue;
		*members += h->joined;
		list.item[n++] = *h;
	}
	list.n = n;
	return list;
}

/*
 * GET /initialSync
 *
 * The caller's rooms with the state that each has now and its newest `limit`
 * events, the rooms that they are invited to, and with archived=true those
 * that they left, as of then.  /events from `end` goes on from here.
 */
enum mx_err
initial_sync(struct request *r)
{
	const char *archived = req_query(r, "archived");
	int64_t upto = change_last(r->db), members = 0;
	struct effort effort = effort_of(r);
	struct heard_list list;
	size_t limit = TIMELINE_DEFAULT;
	enum mx_err err;

	if (archived != NULL && strcmp(archived, "true") != 0 &&
	    strcmp(archived, "false") != 0)
		return fail(r, M_INVALID_PARAM, "archived is true or false");
	if ((err = read_limit(r, &limit)) != M_OK)
		return err;
	list = choose_rooms(r, upto, archived != NULL && *archived == 't',
	    &members);
	if (heard_is_much(list.n, members) && elsewhere(r) != M_OK)
		return M_ELSEWHERE;

	put_array(&r->out, "rooms");
	write_rooms(r, &list, upto, limit, &effort);
	write_end(&r->out);
	put_receipts(r, &list, upto, &effort);
	put_presences(r, NULL, &effort);
	if (effort_is_much(&effort))
		return elsewhere(r);
	put_account_data(r, upto, &effort);
	put_text(&r->out, "end", token_listening(r, upto));
	return M_OK;
}

/*
 * GET /rooms/{roomId}/initialSync
 *
 * One room in the same way: as it is now for its members, and for anybody
 * while it is world_readable; as of their leaving for those who left.
 */
enum mx_err
room_initial_sync(struct request *r)
{
	int64_t upto = change_last(r->db), at;
	struct effort effort = effort_of(r);
	struct room room;
	struct heard h;
	struct stretch stretch;
	struct beside b;
	enum state_view view;
	size_t limit = TIMELINE_DEFAULT;
	enum mx_err err;

	if ((err = read_limit(r, &limit)) != M_OK)
		return err;
	if (!room_find(r->db, req_arg(r, "roomId"), &room) ||
	    (view = state_view(r->db, room.nr, r->who.user, &at)) == STATE_NONE)
		return fail(r, M_FORBIDDEN,
		    "You are not in this room and never were");
	h = heard_in(r, &room);
	stretch = view == STATE_NOW ? (struct stretch){ .upto = upto } :
	    stretch_of(r, &h, 0, upto);
	if (heard_is_much(1, h.joined) && elsewhere(r) != M_OK)
		return M_ELSEWHERE;

	b = beside_of(r, &h, upto, &effort);
	put_head(&r->out, &h, &b);
	put_past(r, &h, stretch, limit, &effort);
	put_array(&r->out, "receipts");
	write_room_receipts(r, &h, upto, &effort);
	write_end(&r->out);
	put_presences(r, &h, &effort);
	return effort_is_much(&effort) ? elsewhere(r) : M_OK;
}

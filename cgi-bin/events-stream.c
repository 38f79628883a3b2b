/* events-stream.c - GET /events, the stream of 2015's clients. */
#include <stdlib.h>
#include <string.h>

#include "events-devices.h"
#include "events-presence.h"
#include "events.routes.h"
#include "matrix/account_data.h"
#include "matrix/stripped.h"

#define LIMIT_DEFAULT	100
#define LIMIT_MAX	500
#define BYTES_MAX	(2 << 20)	/* a longer answer ends early */

/* What was asked; parked as it is. */
struct ask {
	struct sync_token from;
	int64_t	until;		/* wait so long, ms since 1970 */
	int64_t	limit;
	int64_t	room;		/* only this one; 0: all */
	bool	outside;	/* in which the caller is not */
};

/* An event that may be told, and of which room. */
struct place {
	int64_t	pos;
	int64_t	nr;
	size_t	heard;
};
struct stream {
	struct request	*r;
	struct heard_list heard;
	struct reader	*reader;	/* of each room, once it is asked for */
	struct place	*place;
	size_t		 n;
	int64_t		 now;		/* the end of the stream, */
	int64_t		 upto;		/* and as far as is told this time, */
	int64_t		 vol_n;		/* likewise of the volatile one */
	struct effort	 effort;
	bool		 outside;	/* heard is a room to look into */
	bool		 some;		/* there was something to tell, */
	size_t		 presence;	/* and besides of presence */
};

/* ---------------------------------------------------------- what is asked */

static enum mx_err
read_from(struct request *r, struct sync_token *from)
{
	const char *text = req_query(r, "from");
	int64_t last = change_last(r->db);

	token_touch(r, from, last, db_int(r->vol, 0, STMT_VOLATILE_LAST));
	if (text != NULL && (!sync_token_read(text, from) ||
	    from->pos > last))
		return fail(r, M_BAD_PAGINATION,
		    "from is not an end that this server gave");
	return M_OK;
}

static bool
is_joined(struct request *r, int64_t room)
{
	return room_member(r->db, room, r->who.user).membership ==
	    MEMBERSHIP_JOIN;
}

/* A room that anybody may read is heard from outside, too, and by guests. */
static enum mx_err
read_room(struct request *r, struct ask *ask)
{
	const char *room_id = req_query(r, "room_id");
	struct room room;
	int64_t at;

	if (room_id == NULL && r->who.guest)
		return fail(r, M_GUEST_ACCESS_FORBIDDEN,
		    "Guests hear of one room; say which by room_id");
	if (room_id == NULL)
		return M_OK;
	if (!room_find(r->db, room_id, &room) || state_view(r->db, room.nr,
	    r->who.user, &at) != STATE_NOW)
		return fail(r, M_FORBIDDEN, "You are not in this room");
	ask->room = room.nr;
	ask->outside = !is_joined(r, room.nr);
	return M_OK;
}

static enum mx_err
read_ask(struct request *r, struct ask *ask)
{
	int64_t timeout = 0;

	if (!req_query_int(r, "timeout", 0, INT64_MAX, &timeout))
		return fail(r, M_INVALID_PARAM,
		    "timeout is a number of milliseconds");
	if (!req_query_int(r, "limit", 1, INT64_MAX, &ask->limit))
		return fail(r, M_INVALID_PARAM, "limit is a number above 0");
	if (ask->limit > LIMIT_MAX)
		ask->limit = LIMIT_MAX;
	if (timeout > r->conf->wait_max_ms)
		timeout = r->conf->wait_max_ms;
	ask->until = r->now + timeout;
	return M_OK;
}

/* -------------------------------------------------------------- collecting */

static int
by_pos(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->pos > y->pos) - (x->pos < y->pos);
}

/* Keep the oldest; what lies behind them waits for the next request. */
static void
cut(struct stream *s, size_t limit)
{
	if (s->n > 0)
		qsort(s->place, s->n, sizeof(*s->place), by_pos);
	if (s->n > limit) {
		s->n = limit;
		s->upto = s->place[limit - 1].pos;
	}
}

/* Who came in after from is told of what happened since, as far as they may. */
static void
collect(struct stream *s, size_t heard, int64_t from, int64_t limit)
{
	const struct heard *h = &s->heard.item[heard];
	struct stretch part = s->outside ?
	    (struct stretch){ .after = from, .upto = s->now } :
	    stretch_of(s->r, h, from, s->now);
	int64_t upto = part.upto < s->upto ? part.upto : s->upto;
	struct rows rows = db_query(s->r->db, STMT_TOLD_FORWARD,
	    DB_INT(h->room.nr), DB_INT(from), DB_INT(upto),
	    DB_INT(limit + 1));

	while (rows_next(&rows))
		s->place[s->n++] = (struct place){ rows_int(&rows, 0),
		    rows_int(&rows, 1), heard };
	if (part.own && h->pos <= s->upto)
		s->place[s->n++] = (struct place){ h->pos, h->event, heard };
}

static void
collect_all(struct stream *s, const struct ask *ask)
{
	size_t limit = (size_t)ask->limit;

	s->reader = arena_alloc(s->r->mem,
	    (s->heard.n + 1) * sizeof(*s->reader));
	s->place = arena_alloc(s->r->mem,
	    (2 * limit + 2) * sizeof(*s->place));
	for (size_t i = 0; i < s->heard.n; i++) {
		if (ask->room != 0 && s->heard.item[i].room.nr != ask->room)
			continue;
		collect(s, i, ask->from.pos, ask->limit);
		cut(s, limit);
	}
}

/* ----------------------------------------------------------------- writing */

/* Whom they invite can read of the room from the invitation alone. */
static struct span
door_state(struct request *r, const struct heard *h, int64_t nr)
{
	if (nr != h->event || h->membership != MEMBERSHIP_INVITE)
		return (struct span){ NULL, 0 };
	return stripped_text(r->mem, r->db, h->room.nr, nr);
}

static void
write_place(struct stream *s, const struct place *place)
{
	struct request *r = s->r;
	const struct heard *h = &s->heard.item[place->heard];
	struct reader *reader = &s->reader[place->heard];
	struct event_row e;

	if (reader->viewer == NULL)
		*reader = reader_of(r, &h->room);
	if (!event_find(r->db, place->nr, &e) ||
	    (e.nr != h->event && !viewer_may_see(reader->viewer, &e)) ||
	    !viewer_wants(reader->viewer, &e))
		return;
	reader->invite_state = door_state(r, h, e.nr);
	event_write(&r->out, r->db, &e, reader);
	s->some = true;
}

static void
write_places(struct stream *s)
{
	const struct buf *out = s->r->out.out;

	for (size_t i = 0; i < s->n; i++) {
		write_place(s, &s->place[i]);
		if (out->len > BYTES_MAX && i + 1 < s->n) {
			s->upto = s->place[i].pos;
			return;
		}
	}
}

/*
 * What is told of a room besides its events: as far as these go, and who is
 * typing once they have all been told.
 */
static void
write_beside(struct stream *s, const struct heard *h, int64_t from)
{
	struct writer *w = &s->r->out;
	struct beside b = { .r = s->r, .room = h->room.nr,
	    .room_id = h->room.room_id, .say_room = true,
	    .in_2015 = req_is_2015(s->r), .after = from, .upto = s->upto,
	    .effort = &s->effort };
	size_t n = 0;

	if (h->membership != MEMBERSHIP_JOIN)
		return;
	if (h->typing && s->upto == s->now)
		n += write_typing(w, &b, true);
	n += write_receipts(w, &b);
	n += write_account_data(w, &b);
	s->some |= n > 0;
}

static void
write_besides(struct stream *s, const struct ask *ask)
{
	struct beside global = { .r = s->r, .room = ACCOUNT_DATA_GLOBAL,
	    .after = ask->from.pos, .upto = s->upto, .effort = &s->effort };

	for (size_t i = 0; i < s->heard.n; i++)
		if (ask->room == 0 || s->heard.item[i].room.nr == ask->room)
			write_beside(s, &s->heard.item[i], ask->from.pos);
	if (ask->room == 0)
		s->some |= write_account_data(&s->r->out, &global) > 0;
}

/*
 * Of all rooms, and once their events have all been told; but of whom the
 * caller met with the event that says so.
 */
static void
write_presences(struct stream *s, const struct ask *ask)
{
	struct device_lists lists;
	struct presence_ask presence = { .r = s->r, .since = &ask->from,
	    .upto = s->vol_n, .met = &lists.met,
	    .met_only = s->upto != s->now, .in_2015 = req_is_2015(s->r),
	    .effort = &s->effort };

	if (ask->room != 0 || !s->r->conf->presence)
		return;
	device_lists_read(s->r, ask->from.pos, s->upto, &s->heard,
	    &s->effort, &lists);
	s->presence = write_presence(&s->r->out, &presence);
}

static bool
may_wait(const struct stream *s, const struct ask *ask)
{
	/* Where all that was looked at is hidden, the rest comes next time. */
	return !s->some && s->upto == s->now && s->r->now < ask->until &&
	    !s->r->last_call && (s->presence == 0 ||
	    !presence_is_due(s->r, &ask->from));
}

static enum mx_err
wait_more(struct stream *s, const struct ask *ask)
{
	struct request *r = s->r;
	struct ask next = *ask;

	/* What there is waits for the next beat, and is looked at again. */
	if (s->presence == 0)
		token_touch(r, &next.from, s->upto, s->vol_n);
	return park_for(r, ask->outside ? peekers_of(ask->room) : r->who.user,
	    &next, sizeof(next), ask->until);
}

/* Who came in while they waited hears what members hear. */
static void
hear(struct stream *s, const struct ask *ask)
{
	struct request *r = s->r;
	struct room room;

	s->outside = ask->outside && !is_joined(r, ask->room) &&
	    room_get(r->db, ask->room, &room);
	if (s->outside) {
		s->heard.item = arena_alloc(r->mem, sizeof(*s->heard.item));
		s->heard.item[0] = heard_in(r, &room);
		s->heard.n = 1;
	} else
		s->heard = heard_since(r, ask->from.pos, s->now);
	s->vol_n = heard_typing(r, &s->heard, &ask->from);
}

static enum mx_err
answer(struct request *r, const struct ask *ask)
{
	struct stream s = { .r = r, .now = change_last(r->db),
	    .effort = effort_of(r) };
	struct sync_token end;

	s.upto = s.now;
	hear(&s, ask);
	if (heard_is_much(s.heard.n, 0) && elsewhere(r) != M_OK)
		return M_ELSEWHERE;
	collect_all(&s, ask);
	put_array(&r->out, "chunk");
	write_places(&s);
	write_besides(&s, ask);
	write_presences(&s, ask);
	write_end(&r->out);
	if (effort_is_much(&s.effort))
		return elsewhere(r);
	if (may_wait(&s, ask))
		return wait_more(&s, ask);

	put_text(&r->out, "start", sync_token_text(r->mem, &ask->from));
	end = ask->from;
	end.pos = s.upto;
	if (s.upto == s.now)
		token_touch(r, &end, s.upto, s.vol_n);
	put_text(&r->out, "end", sync_token_text(r->mem, &end));
	return M_OK;
}

/*
 * GET /events
 *
 * The events of the caller's rooms after `from`, each once and in the order
 * in which this server heard of them: at most `limit` of them, and `end` is
 * where to go on.  Invitations, and what put the caller out of a room, are
 * among them; so are, with the room_id of their room and no event_id, who is
 * typing, who has read how far, and account data; and the presence of users,
 * without room_id.  With nothing to tell the answer waits for at most `timeout`
 * milliseconds; meanwhile, and a while longer, the caller is online.  `archived` changes nothing
 * (2015.md, CON-2).  With room_id all this of one room: also of one that anybody
 * may read, whose events then are heard from outside (today's peekEvents).
 */
enum mx_err
events_wait(struct request *r)
{
	struct ask ask = { .limit = LIMIT_DEFAULT };
	enum mx_err err;

	if ((err = read_from(r, &ask.from)) != M_OK ||
	    (err = read_ask(r, &ask)) != M_OK ||
	    (err = read_room(r, &ask)) != M_OK)
		return err;
	presence_arrive(r, PRESENCE_ONLINE, ask.until);
	return answer(r, &ask);
}

enum mx_err
events_resume(struct request *r)
{
	return answer(r, r->wait);
}

/* events-stream.c - GET /events, the stream of 2015's clients. */
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "events.routes.h"

#define LIMIT_DEFAULT	100
#define LIMIT_MAX	500
#define BYTES_MAX	(2 << 20)	/* a longer answer ends early */

/* What was asked; parked as it is. */
struct ask {
	int64_t	from;
	int64_t	until;		/* wait so long, ms since 1970 */
	int64_t	limit;
	int64_t	room;		/* only this one; 0: all */
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
	int64_t		 upto;		/* and as far as is told this time */
	bool		 some;		/* there was something to tell */
};

/* ---------------------------------------------------------- what is asked */

static enum mx_err
read_from(struct request *r, int64_t *from)
{
	const char *text = req_query(r, "from");
	struct sync_token token;
	int64_t last = change_last(r->db);

	*from = last;
	if (text == NULL)
		return M_OK;
	if (!sync_token_read(text, &token) || token.pos > last)
		return fail(r, M_BAD_PAGINATION,
		    "from is not an end that this server gave");
	*from = token.pos;
	return M_OK;
}

static enum mx_err
read_room(struct request *r, int64_t *nr)
{
	const char *room_id = req_query(r, "room_id");
	struct room room;

	if (room_id == NULL)
		return M_OK;
	if (!room_find(r->db, room_id, &room) || room_member(r->db, room.nr,
	    r->who.user).membership != MEMBERSHIP_JOIN)
		return fail(r, M_FORBIDDEN, "You are not in this room");
	*nr = room.nr;
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
	struct stretch part = stretch_of(s->r, h, from, s->now);
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
		collect(s, i, ask->from, ask->limit);
		cut(s, limit);
	}
}

/* ----------------------------------------------------------------- writing */

/* Whom they invite can read of the room from the invitation alone. */
static struct span
door_state(struct request *r, const struct heard *h, int64_t nr)
{
	struct buf text;
	struct writer w;

	if (nr != h->event || h->membership != MEMBERSHIP_INVITE)
		return (struct span){ NULL, 0 };
	buf_init(&text, r->mem, SIZE_MAX);
	writer_init(&w, &text);
	write_door_state(&w, r, h);
	return buf_content(&text);
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
	    (e.nr != h->event && !viewer_may_see(reader->viewer, &e)))
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

static enum mx_err
wait_more(struct request *r, const struct ask *ask, int64_t upto)
{
	struct ask next = *ask;

	next.from = upto;
	return park(r, &next, sizeof(next), ask->until);
}

static enum mx_err
answer(struct request *r, const struct ask *ask)
{
	struct stream s = { .r = r, .now = change_last(r->db) };

	s.upto = s.now;
	s.heard = heard_since(r, ask->from, s.now);
	if (heard_is_much(s.heard.n, 0) && elsewhere(r) != M_OK)
		return M_ELSEWHERE;
	collect_all(&s, ask);
	put_array(&r->out, "chunk");
	write_places(&s);
	write_end(&r->out);
	/* Where all that was looked at is hidden, the rest comes next time. */
	if (!s.some && s.upto == s.now && r->now < ask->until && !r->last_call)
		return wait_more(r, ask, s.upto);

	put_text(&r->out, "start", token_at(r, ask->from));
	put_text(&r->out, "end", token_at(r, s.upto));
	return M_OK;
}

/*
 * GET /events
 *
 * The events of the caller's rooms after `from`, each once and in the order
 * in which this server heard of them: at most `limit` of them, and `end` is
 * where to go on.  Invitations, and what put the caller out of a room, are
 * among them.  With nothing to tell the answer waits for at most `timeout`
 * milliseconds.  `archived` changes nothing (2015.md, CON-2).
 */
enum mx_err
events_wait(struct request *r)
{
	struct ask ask = { .limit = LIMIT_DEFAULT };
	enum mx_err err;

	if ((err = read_from(r, &ask.from)) != M_OK ||
	    (err = read_ask(r, &ask)) != M_OK ||
	    (err = read_room(r, &ask.room)) != M_OK)
		return err;
	return answer(r, &ask);
}

enum mx_err
events_resume(struct request *r)
{
	return answer(r, r->wait);
}

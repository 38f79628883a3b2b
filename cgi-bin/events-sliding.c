/*
 * events-sliding.c - simplified sliding sync (MSC4186): from a request to its
 * answer, and waiting.  What it is about is said in events-sliding.h.
 */
#include <stdlib.h>
#include <string.h>

#include "events-counts.h"
#include "events-presence.h"
#include "events-sliding.h"
#include "events.routes.h"

static const struct sliding_shape msc3575 = {
	.letter = 'u', .timeline = "timeline",
	.expanded = "unstable_expanded_timeline",
	.stripped = "invite_state"
};
static const struct sliding_shape v4 = {
	.letter = '4', .v4 = true, .timeline = "timeline_events",
	.expanded = "expanded_timeline",
	.stripped = "stripped_state"
};

/* Parked as it is; what was asked is kept beside what was sent. */
struct wait {
	struct sliding_pos base;	/* what the client goes on from */
	struct sync_token seen;		/* there was nothing up to here */
	int64_t		 until;		/* wait so long, ms since 1970 */
	int64_t		 got;		/* of messages to the device */
	bool		 devices;	/* device lists are news, too */
};

/* ------------------------------------------------------------ the base */

static enum mx_err
unknown_pos(struct request *r)
{
	return fail(r, M_UNKNOWN_POS,
	    "This server does not know this pos any more; begin anew, without");
}

static const char *
conn_of(const struct sliding *s)
{
	return arena_printf(s->r->mem, "%c%s", s->shape->letter,
	    s->ask.conn_id);
}

/* What pos names is of this store's life, this device and this connection. */
static enum mx_err
read_base(struct sliding *s, const struct sliding_pos *pos)
{
	struct request *r = s->r;

	if (strcmp(pos->at.epoch, r->store->epoch) != 0 ||
	    sent_load(r, pos->serial, s->ask.rules, &s->base) != M_OK ||
	    s->base.sent.pos != pos->at.pos)
		return unknown_pos(r);
	return M_OK;
}

static enum mx_err
read_pos(struct sliding *s, struct sliding_pos *pos)
{
	enum mx_err err;

	s->first = s->ask.pos == NULL;
	if (s->first)
		return M_OK;
	if (!sliding_pos_read(s->ask.pos, pos))
		return unknown_pos(s->r);
	if ((err = read_base(s, pos)) != M_OK)
		return err;
	return strcmp(s->base.conn, conn_of(s)) == 0 ? M_OK :
	    unknown_pos(s->r);
}

/* ------------------------------------------------------------ the answer */

/*
 * What was sent of rooms that are not wanted now stays as it was; of the others
 * it is what is known after this answer.  Both in the order of their numbers.
 */
static int
by_number(const void *a, const void *b)
{
	const struct sliding_room *const *x = a, *const *y = b;

	return ((*x)->heard.room.nr > (*y)->heard.room.nr) -
	    ((*x)->heard.room.nr < (*y)->heard.room.nr);
}

static void
keep_until(struct sliding *s, size_t *at, int64_t room)
{
	const struct sent_all *base = &s->base.sent;

	for (; *at < base->rooms && base->room[*at].room < room; ++*at)
		s->sent.room[s->sent.rooms++] = base->room[*at];
	if (*at < base->rooms && base->room[*at].room == room)
		++*at;
}

/* Texts of a room are forgotten with the room: only the answer grows. */
static void
write_wanted(struct sliding *s, struct sliding_room *room)
{
	struct sent_room *now = &s->sent.room[s->sent.rooms];
	struct arena *before = db_arena(s->r->db, s->mem);

	*now = room->sent != NULL ? *room->sent : (struct sent_room){ 0 };
	now->room = room->heard.room.nr;
	if (sliding_write_room(s, room, now)) {
		room->sent = now;
		s->sent.rooms++;
	} else
		room->sent = NULL;
	db_arena(s->r->db, before);
	arena_clear(s->mem);
}

static void
write_rooms(struct sliding *s)
{
	struct request *r = s->r;
	struct counting counting = counting_of(r, &s->effort);
	size_t at = 0;

	s->counting = &counting;
	s->sent.room = arena_alloc(r->mem, (s->base.sent.rooms + s->wanteds +
	    1) * sizeof(*s->sent.room));
	if (s->wanteds > 0)
		qsort(s->wanted, s->wanteds, sizeof(struct sliding_room *),
		    by_number);
	s->mem = arena_new();
	put_object(&r->out, "rooms");
	for (size_t i = 0; i < s->wanteds &&
	    !effort_is_much(&s->effort); i++) {
		keep_until(s, &at, s->wanted[i]->heard.room.nr);
		write_wanted(s, s->wanted[i]);
	}
	keep_until(s, &at, INT64_MAX);
	write_end(&r->out);
	arena_free(s->mem);
}

static void
write_lists(struct sliding *s)
{
	struct writer *w = &s->r->out;

	put_object(w, "lists");
	for (size_t i = 0; i < s->ask.lists; i++) {
		put_object(w, s->ask.list[i].name);
		put_int(w, "count", s->ask.list[i].count);
		write_end(w);
	}
	write_end(w);
}

/* How many rooms are told of from the beginning, about? */
static size_t
rooms_new(const struct sliding *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->wanteds; i++)
		n += s->wanted[i]->sent == NULL;
	return n;
}

/* --------------------------------------------------------------- waiting */

/* Only the first time is there something to keep. */
static enum mx_err
wait_more(struct sliding *s, const struct sliding_pos *base, int64_t until)
{
	struct request *r = s->r;
	struct wait wait = { .base = *base, .until = until, .got = s->got,
	    .devices = s->ask.e2ee.enabled };

	enum mx_err err;

	if (r->wait == NULL && (err = sent_wait(r, base->serial)) != M_OK)
		return err;
	token_touch(r, &wait.seen, s->upto, s->n);
	return park(r, &wait, sizeof(wait), until);
}

/*
 * Was somebody woken for nothing?  Looked at before all that was sent is.
 */
static bool
is_idle(struct sliding *s, const struct wait *wait)
{
	struct request *r = s->r;
	struct device_lists lists = { .changed.n = 0 };
	struct heard_list heard;

	s->upto = change_last(r->db);
	heard = heard_since(r, wait->seen.pos, s->upto);
	s->ask.e2ee.enabled = wait->devices;
	s->effort = effort_of(r);
	if (wait->devices)
		device_lists_read(r, wait->seen.pos, s->upto, &heard,
		    &s->effort, &lists);
	s->n = heard_typing(r, &heard, &wait->seen);
	return heard.n == 0 && device_lists_count(&lists) == 0 &&
	    !effort_is_much(&s->effort) &&
	    db_int(r->db, 0, STMT_SLIDING_TOUCHED, DB_INT(r->who.user),
	    DB_INT(wait->seen.pos)) == 0;
}

/* ---------------------------------------------------------------- answering */

static int
by_room(const void *a, const void *b)
{
	const struct heard *x = a, *y = b;

	return (x->room.nr > y->room.nr) - (x->room.nr < y->room.nr);
}

static enum mx_err
finish(struct sliding *s)
{
	struct request *r = s->r;
	struct sliding_pos pos = { 0 };
	enum mx_err err;

	s->sent.pos = s->upto;
	s->sent.n = s->n;
	if ((err = sent_keep(r, conn_of(s), s->base.serial, &s->sent,
	    &pos.serial)) != M_OK)
		return err;
	token_touch(r, &pos.at, s->upto, s->n);
	put_text(&r->out, "pos", sliding_pos_text(r->mem, &pos));
	return M_OK;
}

/*
 * What concerns everybody in a room is found by the room, what concerns the
 * user alone by what heard_since() says.
 */
static enum mx_err
answer(struct sliding *s, const struct sliding_pos *base, int64_t until)
{
	struct request *r = s->r;
	struct sync_token since = { .pos = s->base.sent.pos,
	    .n = s->base.sent.n };

	s->upto = change_last(r->db);
	s->effort = effort_of(r);
	strncpy(since.epoch, r->store->epoch, EPOCH_MAX);
	if (!s->first)
		s->heard = heard_since(r, since.pos, s->upto);
	sliding_read_devices(s);
	s->n = heard_typing(r, &s->heard, s->first ? NULL : &since);
	if (s->heard.n > 0)
		qsort(s->heard.item, s->heard.n, sizeof(*s->heard.item),
		    by_room);
	sliding_choose(s);
	if ((effort_is_much(&s->effort) || heard_is_much(rooms_new(s), 0)) &&
	    elsewhere(r) != M_OK)
		return M_ELSEWHERE;

	s->sent.data = s->base.sent.data;
	s->sent.devices = s->ask.e2ee.enabled ? s->upto :
	    s->base.sent.devices;
	write_rooms(s);
	if (!effort_is_much(&s->effort))
		sliding_extensions(s);
	if (effort_is_much(&s->effort))
		return elsewhere(r);
	if (s->told == 0 && !s->first && r->now < until && !r->last_call)
		return wait_more(s, base, until);
	write_lists(s);
	return finish(s);
}

static enum mx_err
ask(struct request *r, const struct sliding_shape *shape)
{
	struct sliding s = { .r = r, .shape = shape };
	struct sliding_pos base = { 0 };
	enum mx_err err;

	if ((err = sliding_ask_read(r, shape, r->body, &s.ask)) != M_OK ||
	    (err = read_pos(&s, &base)) != M_OK ||
	    (err = sliding_confirm(&s)) != M_OK)
		return err;
	if (s.ask.timeout > r->conf->wait_max_ms)
		s.ask.timeout = r->conf->wait_max_ms;
	presence_arrive(r, s.ask.presence, r->now + s.ask.timeout);
	return answer(&s, &base, r->now + s.ask.timeout);
}

/*
 * POST /_matrix/client/unstable/org.matrix.simplified_msc3575/sync
 *
 * What is new in the rooms that are in the windows of lists or named by
 * room_subscriptions, as the connection conn_id has not been told yet; without
 * pos, all that was asked for of each.  With nothing to tell the answer waits
 * for at most `timeout` milliseconds; meanwhile, and a while longer, the caller
 * is here, as what set_presence says.  The last pos may be sent again, with
 * other wishes too, and is answered from where it was.
 */
enum mx_err
sliding_msc3575(struct request *r)
{
	return ask(r, &msc3575);
}

/* POST /_matrix/client/v4/sync: the same as MSC4186 has it. */
enum mx_err
sliding_v4(struct request *r)
{
	return ask(r, &v4);
}

/* What was asked was looked at then: nothing in it is refused now. */
enum mx_err
sliding_resume(struct request *r)
{
	const struct wait *wait = r->wait;
	struct sliding s = { .r = r, .shape = r->route->handler == sliding_v4 ?
	    &v4 : &msc3575, .got = wait->got };
	enum mx_err err;

	if (!r->last_call && r->now < wait->until && is_idle(&s, wait))
		return wait_more(&s, &wait->base, wait->until);
	s.ask.rules = table_new(r->mem);
	if ((err = read_base(&s, &wait->base)) != M_OK)
		return err;
	if (s.base.ask == NULL)
		return unknown_pos(r);
	if ((err = sliding_ask_read(r, s.shape, json_parse_own(r->mem,
	    span_of(s.base.ask)), &s.ask)) != M_OK)
		return err;
	return answer(&s, &wait->base, wait->until);
}

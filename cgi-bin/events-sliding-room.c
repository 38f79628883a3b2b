/*
 * events-sliding-room.c - one room as sliding sync tells it: all of it at
 * first, and then what changed since the connection was told of it last.
 */
#include <string.h>

#include "events-counts.h"
#include "events-sliding.h"
#include "matrix/stripped.h"

/* --------------------------------------------------------- what there is */

static const struct filter *
filter_all(struct arena *mem)
{
	struct filter *all = arena_alloc(mem, sizeof(*all));

	filter_init(all);
	return all;
}

static struct told
told_of(struct sliding *s, const struct sliding_room *room, int64_t since)
{
	struct request *r = s->r;
	const struct heard *h = &room->heard;

	return (struct told){
		.db = r->db, .mem = s->mem, .heard = h, .user = r->who.user,
		.stretch = stretch_of(r, h, since, s->upto),
		.filter = filter_all(s->mem),
		.effort = &s->effort,
		.reader = {
			.room_id = h->room.room_id,
			.shape = SHAPE_SYNC,
			.device = r->who.device,
			.now = r->now,
			.viewer = viewer_new(r->db, s->mem, h->room.nr,
			    r->who.user),
		},
	};
}

/*
 * A timeline that may be longer than last time goes back to events that were
 * told, unless the client has so many already.
 */
static void
read_timeline(struct telling *t, const struct sent_room *before)
{
	struct told *told = &t->told;
	int64_t after = told->stretch.after;
	bool longer = !t->initial && t->room->limit > before->limit &&
	    t->room->limit > before->has;

	if (longer)
		told->stretch.after = 0;
	told_timeline(told, (size_t)t->room->limit);
	told->stretch.after = after;
	t->expanded = longer && told->timeline.n > 0 && told->start <= after;
	told->reader.aggregates = told->limited || longer;
}

static void
note_timeline(const struct telling *t, struct sent_room *now)
{
	const struct told *told = &t->told;
	int64_t n = (int64_t)told->timeline.n;

	now->limit = t->room->limit;
	if (t->initial || told->limited || t->expanded)
		now->has = told->limited ? n : HAS_ALL;
	else if (now->has != HAS_ALL)
		now->has += n;
}

/* Events that came since the client asked last; they stand at the end. */
static int64_t
num_live(const struct telling *t)
{
	const struct event_list *list = &t->told.timeline;
	int64_t n = 0;

	if (t->s->first)
		return 0;
	for (size_t i = 0; i < list->n; i++)
		n += list->item[i].pos > t->s->base.sent.pos;
	return n;
}

/* ---------------------------------------------------------- common fields */

static void
put_lists(struct writer *w, const struct telling *t)
{
	const struct sliding_ask *ask = &t->s->ask;
	const list_set *lists = &t->room->lists;

	if (lists->bits[0] == 0 && lists->bits[1] == 0)
		return;
	put_array(w, "lists");
	for (size_t i = 0; i < ask->lists; i++)
		if (list_set_has(lists, i))
			write_text(w, ask->list[i].name);
	write_end(w);
}

static void
put_common(struct writer *w, const struct telling *t)
{
	const struct heard *h = t->told.heard;

	put_int(w, "bump_stamp", h->membership == MEMBERSHIP_JOIN ?
	    t->room->bump_pos : h->pos);
	if (t->initial)
		put_bool(w, "initial", true);
	if (!t->s->shape->v4)
		return;
	put_text(w, "membership", membership_name(h->membership));
	put_lists(w, t);
}

/* ------------------------------------------------- rooms they are, were in */

static void
put_timeline(struct writer *w, const struct telling *t)
{
	const struct told *told = &t->told;
	const char *prev_batch = told_prev_batch(told);

	if (prev_batch == NULL && t->initial &&
	    told->heard->membership == MEMBERSHIP_JOIN)
		prev_batch = token_at(t->s->r, t->s->upto);
	write_key(w, t->s->shape->timeline);
	write_events(w, told->db, &told->timeline, &told->reader);
	put_bool(w, "limited", told->limited);
	put_int(w, "num_live", num_live(t));
	if (prev_batch != NULL)
		put_text(w, "prev_batch", prev_batch);
	if (t->expanded)
		put_bool(w, t->s->shape->expanded, true);
}

/* MSC4186 has none: its clients count for themselves. */
static void
put_counts_of(struct writer *w, const struct telling *t)
{
	const struct told *told = &t->told;
	struct unread unread;

	if (told->heard->membership != MEMBERSHIP_JOIN)
		return;
	unread = unread_read(t->s->counting, told->mem,
	    told->heard->room.nr, told->heard->pos, told->reader.viewer);
	put_counts(w, &unread.all);
}

static void
put_inside(const struct telling *t)
{
	struct writer *w = &t->s->r->out;
	const struct told *told = &t->told;

	put_object(w, told->heard->room.room_id);
	put_common(w, t);
	sliding_put_looks(w, t);
	if (t->initial ? t->room->dm : t->dm_changed)
		put_bool(w, "is_dm", t->room->dm);
	write_key(w, "required_state");
	write_events(w, told->db, &told->state, &told->reader);
	put_timeline(w, t);
	if (!t->s->shape->v4)
		put_counts_of(w, t);
	write_end(w);
	t->s->told++;
}

static bool
is_news(const struct telling *t)
{
	return t->initial || t->summary || t->dm_changed || t->has_read ||
	    t->told.limited || t->told.timeline.n > 0 || t->told.state.n > 0;
}

/* Has nothing happened that could be told? */
static bool
is_quiet(const struct telling *t, const struct sent_room *before)
{
	const struct sliding_room *room = t->room;

	return !t->initial && !t->dm_changed && !t->has_read &&
	    room->event_pos <= t->since &&
	    room->heard.pos <= t->since && room->limit <= before->limit &&
	    state_wish_same(&room->wish, &before->wish);
}

static void
tell_inside(struct telling *t, struct sent_room *now)
{
	struct told *told = &t->told;

	read_timeline(t, now);
	sliding_state(t->s, told, t->room, t->initial, now);
	t->summary = t->initial || db_int(told->db, 0, STMT_SUMMARY_CHANGED,
	    DB_INT(told->heard->room.nr), DB_INT(told->stretch.after),
	    DB_INT(told->stretch.upto)) != 0;
	note_timeline(t, now);
	if (is_news(t))
		put_inside(t);
}

/* --------------------------------------------- rooms they were never in */

/* Of who is not at the door any more: only what became of it. */
static void
write_own(struct writer *w, struct request *r, const struct heard *h)
{
	static const struct reader reader = { .shape = SHAPE_STRIPPED };
	struct event_row e;

	write_array(w);
	if (event_find(r->db, h->event, &e))
		event_write(w, r->db, &e, &reader);
	write_end(w);
}

/* Clients look into these although there can be nothing in them. */
static void
put_outside_msc3575(struct writer *w, const struct telling *t, bool door)
{
	if (door)
		sliding_put_looks(w, t);
	if (t->room->dm)
		put_bool(w, "is_dm", true);
	put_array(w, "required_state");
	write_end(w);
	put_array(w, t->s->shape->timeline);
	write_end(w);
}

static void
put_outside(const struct telling *t)
{
	struct writer *w = &t->s->r->out;
	const struct heard *h = t->told.heard;
	bool door = h->membership == MEMBERSHIP_INVITE ||
	    h->membership == MEMBERSHIP_KNOCK;

	put_object(w, h->room.room_id);
	put_common(w, t);
	if (!t->s->shape->v4)
		put_outside_msc3575(w, t, door);
	write_key(w, t->s->shape->stripped);
	if (door)
		stripped_write(w, t->s->r->db, h->room.nr, h->event);
	else
		write_own(w, t->s->r, h);
	write_end(w);
	t->s->told++;
}

/* ------------------------------------------------------------- one room */

static bool
is_member_told(const struct sliding_room *room)
{
	return room->sent != NULL && room->sent->member == room->heard.event;
}

/* Told once, when they come to the door or are out; nothing goes on there. */
static void
tell_not_in(struct telling *t, struct sent_room *now)
{
	const struct heard *h = t->told.heard;
	bool door = h->membership == MEMBERSHIP_INVITE ||
	    h->membership == MEMBERSHIP_KNOCK;

	if (is_member_told(t->room))
		return;
	if (door || viewer_ended(t->told.reader.viewer) == 0) {
		t->initial = true;
		put_outside(t);
	} else
		tell_inside(t, now);
}

/* Only where something happened in the room can they have read it. */
static bool
has_read(const struct telling *t)
{
	const struct sliding *s = t->s;
	const struct heard *h = &t->room->heard;

	return t->room->sent != NULL && !s->shape->v4 &&
	    h->membership == MEMBERSHIP_JOIN &&
	    sliding_due_after(s, t->room, t->since) != -1 &&
	    unread_changed(s->r->db, h->room.nr, s->r->who.user, t->since);
}

static void
note(const struct telling *t, struct sent_room *now)
{
	/* Nobody looked for it while the room was out of sight. */
	if (now->pos != t->s->base.sent.pos)
		now->typing = false;
	now->pos = t->s->upto;
	now->member = t->room->heard.event;
	now->dm = t->room->dm;
	now->limit = t->room->limit;
	now->wish = t->room->wish;
}

/*
 * Who left by themselves and was told so needs to hear no more, also not of
 * what they might ask for beside it.
 */
bool
sliding_write_room(struct sliding *s, struct sliding_room *room,
    struct sent_room *now)
{
	const struct heard *h = &room->heard;
	struct telling t = { .s = s, .room = room,
	    .since = room->sent != NULL ? room->sent->pos : 0 };

	t.dm_changed = room->sent != NULL && room->sent->dm != room->dm;
	t.has_read = has_read(&t);
	t.initial = room->sent == NULL || (h->membership == MEMBERSHIP_JOIN &&
	    h->pos > t.since);
	if (h->membership != MEMBERSHIP_JOIN || !is_quiet(&t, now)) {
		t.told = told_of(s, room, t.since);
		t.initial |= t.told.stretch.fresh;
		if (h->membership == MEMBERSHIP_JOIN)
			tell_inside(&t, now);
		else
			tell_not_in(&t, now);
	}
	note(&t, now);
	return h->membership != MEMBERSHIP_LEAVE || room->put_out;
}

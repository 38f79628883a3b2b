/*
 * events-sliding-list.c - the user's rooms in the order of their activity, and
 * which of them windows and subscriptions choose.
 *
 * All of somebody's rooms are looked at for each answer that has news, a row
 * and no more for each: what is in a window depends on all of them.
 */
#include <stdlib.h>
#include <string.h>

#include "events-sliding.h"

/* ------------------------------------------------------------- the rooms */

/* Columns of sliding_rooms. */
static struct sliding_room
room_row(const struct rows *rows)
{
	return (struct sliding_room){
		.heard = heard_row(rows),
		.event_pos = rows_int(rows, 7),
		.bump_pos = rows_int(rows, 8),
		.type = rows_text(rows, 9),
		.put_out = rows_int(rows, 10) != 0,
	};
}

static void
add_room(struct sliding *s, size_t *cap, const struct sliding_room *room)
{
	if (s->rooms == *cap) {
		size_t old = *cap * sizeof(*s->room);

		*cap = *cap ? 2 * *cap : 64;
		s->room = arena_grow(s->r->mem, s->room, old,
		    *cap * sizeof(*s->room));
	}
	s->room[s->rooms++] = *room;
}

static void
read_rooms(struct sliding *s)
{
	struct rows rows = db_query(s->r->db, STMT_SLIDING_ROOMS,
	    DB_INT(s->r->who.user));
	size_t cap = 0;

	while (rows_next(&rows)) {
		struct sliding_room room = room_row(&rows);

		add_room(s, &cap, &room);
	}
}

static bool
is_out(const struct heard *h)
{
	return h->membership == MEMBERSHIP_LEAVE ||
	    h->membership == MEMBERSHIP_BAN;
}

static bool
was_in(struct request *r, const struct heard *h)
{
	return viewer_ended(viewer_new(r->db, r->mem, h->room.nr,
	    r->who.user)) != 0;
}

/*
 * Who left knows it, and is told only where this connection had the room before
 * they did; who was put out of a room they were in might not.
 */
static bool
is_listed(struct sliding *s, struct sliding_room *room)
{
	const struct heard *h = &room->heard;

	if (!is_out(h))
		return true;
	if (room->sent != NULL && room->sent->member != h->event)
		return true;
	return room->put_out && (room->sent != NULL || was_in(s->r, h));
}

/* What the row alone does not say. */
static bool
settle(struct sliding *s, struct sliding_room *room, struct table *direct)
{
	struct heard *h = &room->heard;

	if (h->membership == MEMBERSHIP_INVITE && !heard_settle(s->r, h))
		return false;
	room->sent = sent_find(&s->base.sent, h->room.nr);
	room->dm = table_find(direct, h->room.room_id, NULL) != NULL;
	room->active = h->membership == MEMBERSHIP_JOIN ? room->event_pos :
	    h->pos;
	return is_listed(s, room);
}

static int
by_activity(const void *a, const void *b)
{
	const struct sliding_room *x = a, *y = b;

	return (x->active < y->active) - (x->active > y->active);
}

static void
sort_rooms(struct sliding *s)
{
	struct table *direct = direct_rooms(s->r);
	size_t n = 0;

	for (size_t i = 0; i < s->rooms; i++)
		if (settle(s, &s->room[i], direct))
			s->room[n++] = s->room[i];
	s->rooms = n;
	if (n > 0)
		qsort(s->room, n, sizeof(*s->room), by_activity);
}

/* --------------------------------------------------------------- windows */

static bool
in_window(const struct sliding_list *list, int64_t at)
{
	if (list->all)
		return true;
	for (size_t i = 0; i < list->ranges; i++)
		if (at >= list->range[i][0] && at <= list->range[i][1])
			return true;
	return false;
}

static void
choose_list(struct sliding *s, size_t nr)
{
	struct sliding_list *list = &s->ask.list[nr];
	struct fitter *fitter = fitter_new(s, &list->filter);

	for (size_t i = 0; i < s->rooms && !effort_is_much(&s->effort); i++) {
		if (!fitter_fits(fitter, &s->room[i]))
			continue;
		if (in_window(list, list->count))
			list_set_add(&s->room[i].lists, nr);
		list->count++;
	}
}

static void
choose_subscriptions(struct sliding *s)
{
	struct table *by_id = table_new(s->r->mem);

	for (size_t i = 0; i < s->ask.subscriptions; i++)
		*table_at(by_id, s->ask.subscription[i].room_id, NULL) =
		    &s->ask.subscription[i];
	for (size_t i = 0; i < s->rooms; i++)
		s->room[i].subscription = table_find(by_id,
		    s->room[i].heard.room.room_id, NULL);
}

/* -------------------------------------------- what is wanted of each room */

static void
wish_add(struct sliding_room *room, const struct state_rule *rule,
    int64_t limit)
{
	struct state_wish *wish = &room->wish;

	if (limit > room->limit)
		room->limit = limit;
	for (size_t i = 0; i < wish->n; i++)
		if (wish->rule[i] == rule)
			return;
	wish->rule[wish->n++] = rule;
}

/* All lists and the subscription together. */
static void
wish_make(struct sliding *s, struct sliding_room *room)
{
	const struct sliding_list *list = s->ask.list;

	room->wish.rule = arena_alloc(s->r->mem,
	    (s->ask.lists + 1) * sizeof(struct state_rule *));
	for (size_t i = 0; i < s->ask.lists; i++)
		if (list_set_has(&room->lists, i))
			wish_add(room, list[i].rule, list[i].limit);
	if (room->subscription != NULL)
		wish_add(room, room->subscription->rule,
		    room->subscription->limit);
}

void
sliding_choose(struct sliding *s)
{
	read_rooms(s);
	sort_rooms(s);
	s->mem = arena_new();
	for (size_t i = 0; i < s->ask.lists; i++)
		choose_list(s, i);
	arena_free(s->mem);
	choose_subscriptions(s);
	s->wanted = arena_alloc(s->r->mem,
	    (s->rooms + 1) * sizeof(struct sliding_room *));
	for (size_t i = 0; i < s->rooms; i++) {
		struct sliding_room *room = &s->room[i];

		if (room->subscription == NULL && room->lists.bits[0] == 0 &&
		    room->lists.bits[1] == 0)
			continue;
		wish_make(s, room);
		s->wanted[s->wanteds++] = room;
	}
}

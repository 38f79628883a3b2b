/*
 * events-sliding-state.c - required state: which is wanted, and reading no more
 * of a room's state than that.
 *
 * Without lazy members a room of ten thousand would be read whole; so what is
 * wanted decides by which way the state is read.
 */
#include <string.h>

#include "events-sliding.h"

#define LAZY_MAX	500	/* members remembered as told, of a room */

static bool
is_member_type(const char *type)
{
	return strcmp(type, "m.room.member") == 0;
}

/* --------------------------------------------------------------- reading */

struct gather {
	struct told	*t;
	const struct state_wish *wish;
	const struct state_wish *but;	/* what was wanted already; or NULL */
	bool		 members;	/* are wanted, too */
	struct table	*has;		/* (type, state key) in t->state */
	struct table	*read;		/* elements whose state was looked at */
};

static void
add(struct gather *g, const struct event_row *e)
{
	void **has = table_at(g->has, e->type, e->state_key);

	if (*has != NULL)
		return;
	*has = g;
	event_list_add(g->t->mem, &g->t->state, e);
}

static bool
is_wanted(const struct gather *g, const struct event_row *e)
{
	if (g->members && is_member_type(e->type))
		return true;
	return state_wish_has(g->wish, e->type, e->state_key) &&
	    (g->but == NULL || !state_wish_has(g->but, e->type,
	    e->state_key));
}

static void
gather(struct gather *g, struct rows rows)
{
	struct told *t = g->t;

	while (!effort_is_much(t->effort) && rows_next(&rows)) {
		struct event_row e = event_peek(&rows);

		t->effort->spent++;
		if (is_wanted(g, &e))
			add(g, &e);
	}
	rows_done(&rows);
}

/* Lists name the same again and again, and a client may do so on purpose. */
static bool
was_read(struct gather *g, const struct state_element *e)
{
	void **read;

	if (table_find(g->read, e->type, NULL) != NULL)
		return true;
	read = table_at(g->read, e->type, e->state_key);
	if (*read != NULL)
		return true;
	*read = g;
	return false;
}

static void
gather_element(struct gather *g, const struct state_element *e,
    bool only_members)
{
	struct db_arg room = DB_INT(g->t->heard->room.nr);

	if (e->type == NULL || (only_members && !is_member_type(e->type)) ||
	    was_read(g, e))
		return;
	gather(g, e->state_key != NULL ?
	    db_query(g->t->db, STMT_SLIDING_STATE_ONE, room, DB_TEXT(e->type),
	    DB_TEXT(e->state_key)) :
	    db_query(g->t->db, STMT_SLIDING_STATE_TYPE, room,
	    DB_TEXT(e->type)));
}

/* Must all of the state be looked through, and its members, too? */
static void
look_how(const struct state_wish *wish, bool *all, bool *members)
{
	for (size_t i = 0; i < wish->n; i++)
		for (size_t n = 0; n < wish->rule[i]->includes; n++) {
			const struct state_element *e =
			    &wish->rule[i]->include[n];

			if (e->type != NULL)
				continue;
			*all = true;
			*members |= !wish->rule[i]->members_named &&
			    (e->state_key == NULL || *e->state_key == '@');
		}
}

/* As it is now. */
static void
gather_now(struct gather *g)
{
	const struct state_wish *wish = g->wish;
	struct db_arg room = DB_INT(g->t->heard->room.nr);
	bool all = false, members = false;

	g->read = table_new(g->t->mem);
	look_how(wish, &all, &members);
	if (all)
		gather(g, members ?
		    db_query(g->t->db, STMT_SLIDING_STATE_ALL, room) :
		    db_query(g->t->db, STMT_SLIDING_STATE_REST, room));
	for (size_t i = 0; !members && i < wish->n; i++)
		for (size_t n = 0; n < wish->rule[i]->includes; n++)
			gather_element(g, &wish->rule[i]->include[n], all);
}

/* Who is out gets the state as it was when they went. */
static void
gather_all(struct gather *g)
{
	struct told *t = g->t;

	if (t->heard->membership == MEMBERSHIP_JOIN)
		gather_now(g);
	else
		gather(g, db_query(t->db, STMT_STATE_BEFORE,
		    DB_INT(t->heard->room.nr), DB_INT(t->stretch.upto + 1)));
}

/* ---------------------------------------------------------- lazy members */

static bool
lazy_has(const struct sent_room *now, int64_t user)
{
	for (size_t i = 0; i < now->lazies; i++)
		if (now->lazy[i] == user)
			return true;
	return false;
}

static void
lazy_note(struct sliding *s, struct sent_room *now, int64_t user)
{
	size_t size = now->lazies * sizeof(*now->lazy);
	int64_t *list;

	if (user == 0 || lazy_has(now, user))
		return;
	/* Who is forgotten here is told again: no harm, but longer. */
	if (now->lazies == LAZY_MAX)
		now->lazies = size = 0;
	list = arena_alloc(s->r->mem, size + sizeof(*list));
	if (size > 0)
		memcpy(list, now->lazy, size);
	list[now->lazies++] = user;
	now->lazy = list;
}

static void
add_member(struct gather *g, const char *user_id)
{
	struct told *t = g->t;
	struct event_row e;
	int64_t nr = t->heard->membership == MEMBERSHIP_JOIN ?
	    room_state_now(t->db, t->heard->room.nr, "m.room.member", user_id) :
	    0;

	t->effort->spent++;
	if (nr != 0 && event_find(t->db, nr, &e))
		add(g, &e);
}

static void
add_spoken_of(struct sliding *s, struct gather *g, struct sent_room *now,
    const struct event_row *e)
{
	if (!lazy_has(now, e->sender)) {
		add_member(g, e->sender_id);
		lazy_note(s, now, e->sender);
	}
	if (e->state_key != NULL && is_member_type(e->type) &&
	    !lazy_has(now, user_find(g->t->db, e->state_key))) {
		add_member(g, e->state_key);
		lazy_note(s, now, user_find(g->t->db, e->state_key));
	}
}

/*
 * Members who are in the state anyway need not be told again.  Over a gap the
 * client forgets all members that it was told of lazily, and so do we.
 */
static void
add_lazy(struct sliding *s, struct gather *g, struct sent_room *now)
{
	const struct told *t = g->t;

	if (t->limited)
		now->lazies = 0;
	for (size_t i = 0; i < t->state.n; i++)
		if (is_member_type(t->state.item[i].type))
			lazy_note(s, now, user_find(t->db,
			    t->state.item[i].state_key));
	for (size_t i = 0; i < t->timeline.n; i++)
		add_spoken_of(s, g, now, &t->timeline.item[i]);
}

/* ------------------------------------------------------------ the state */

/*
 * Without a gap a client that loads members lazily is told of each change.
 * What was redacted in a gap is told as it is now.
 */
static void
gather_changed(struct gather *g)
{
	struct told *t = g->t;
	struct db_arg room = DB_INT(t->heard->room.nr);
	struct db_arg after = DB_INT(t->stretch.after);

	gather(g, db_query(t->db, STMT_STATE_CHANGED, room, after,
	    DB_INT(t->stretch.upto + 1)));
	gather(g, db_query(t->db, STMT_STATE_REDACTED, room, after,
	    DB_INT(t->start)));
}

void
sliding_state(struct sliding *s, struct told *t,
    const struct sliding_room *room, bool fresh, struct sent_room *now)
{
	struct gather g = { .t = t, .wish = &room->wish,
	    .has = table_new(t->mem) };
	bool lazy = state_wish_lazy(&room->wish);

	if (fresh) {
		now->lazies = 0;
		gather_all(&g);
	} else {
		g.members = lazy && !t->limited;
		gather_changed(&g);
		g.members = false;
		if (!state_wish_same(&room->wish, &now->wish)) {
			g.but = &now->wish;
			gather_all(&g);
		}
	}
	if (lazy)
		add_lazy(s, &g, now);
	else
		now->lazies = 0;
}

/*
 * count-own.c - counts of somebody whose push rules are not those that are
 * predefined (count.h): the events behind what they have read are looked at, the
 * newest first.
 *
 * What came of many is kept in the volatile store, and gone on from while what
 * it hangs on is as it was.  So an event is looked at once, by the rules that
 * hold when its reader asks for the first time.
 */
#include <string.h>

#include "matrix/account_data.h"
#include "matrix/count-inner.h"
#include "matrix/unread.h"
#include "store/stream.h"

#define LOOKED_MAX	1000	/* unread events of a room that count */
#define WEIGHT_UNIT	20000	/* steps of patterns cost as much as one */
#define KEEP_FROM	16	/* events that are worth to be kept */

/* ---------------------------------------------------------------- the spots */

/* Where an event is unread; NULL: it is read, or in one thread too many. */
static struct spot *
spot_of(struct own_counts *o, int64_t thread)
{
	struct read_in in;
	struct spot *spot;

	for (size_t i = 0; i < o->n; i++)
		if (o->spot[i].thread == thread)
			return &o->spot[i];
	if (o->n == SPOTS_MAX)
		return NULL;
	in = read_in(o->c->db, o->room.nr, o->c->user, thread);
	spot = &o->spot[o->n++];
	*spot = (struct spot){ .thread = thread,
	    .root = arena_strdup(o->mem, in.root),
	    .read = in.pos > o->after ? in.pos : o->after };
	return spot;
}

/* --------------------------------------------------------------- what is kept */

/* A spot as it is kept: four numbers of this machine. */
struct kept {
	int64_t	thread;
	int64_t	read;
	int64_t	notifications;
	int64_t	highlights;
};

/* Is what was found out about it still so? */
static bool
take_kept(struct own_counts *o, const struct kept *kept)
{
	struct spot *spot = spot_of(o, kept->thread);

	if (spot == NULL || spot->read != kept->read)
		return false;
	spot->counts.notifications = kept->notifications;
	spot->counts.highlights = kept->highlights;
	return true;
}

static bool
take_all(struct own_counts *o, struct span blob)
{
	struct kept kept;

	for (; blob.n >= sizeof(kept); blob.s += sizeof(kept),
	    blob.n -= sizeof(kept)) {
		memcpy(&kept, blob.s, sizeof(kept));
		if (!take_kept(o, &kept))
			return false;
	}
	return blob.n == 0;
}

/* Returns up to where it is known; `after`: nothing is. */
static int64_t
recall(struct own_counts *o)
{
	const struct counting *c = o->c;
	struct rows rows = db_query(c->vol, STMT_COUNTED_GET,
	    DB_INT(c->user), DB_INT(o->room.nr), DB_INT(o->after),
	    DB_INT(c->rules), DB_INT(c->ignored));
	struct span blob = { NULL, 0 };
	int64_t upto = 0;

	if (rows_next(&rows)) {
		upto = rows_int(&rows, 0);
		blob = rows_blob(&rows, 1);
	}
	rows_done(&rows);
	if (upto != 0 && db_int(c->db, 0, STMT_REDACTED_SINCE,
	    DB_INT(o->room.nr), DB_INT(upto)) == 0 && take_all(o, blob))
		return upto;
	o->n = 0;
	return o->after;
}

static void
keep(struct own_counts *o)
{
	const struct counting *c = o->c;
	struct kept *kept = arena_alloc(o->mem, (o->n + 1) * sizeof(*kept));

	for (size_t i = 0; i < o->n; i++)
		kept[i] = (struct kept){ o->spot[i].thread, o->spot[i].read,
		    o->spot[i].counts.notifications,
		    o->spot[i].counts.highlights };
	db_exec(c->vol, STMT_COUNTED_PUT, DB_INT(c->user),
	    DB_INT(o->room.nr), DB_INT(o->after), DB_INT(o->c->rules),
	    DB_INT(o->c->ignored), DB_INT(change_last(c->db)), DB_INT(c->now),
	    DB_BLOB(kept, o->n * sizeof(*kept)));
}

/* ------------------------------------------------------------------ looking */

static void
look(struct own_counts *o, const struct event_row *e, int64_t thread)
{
	struct spot *spot = spot_of(o, thread);
	const struct push_rule *rule;
	struct push_about about;

	if (spot == NULL || e->pos <= spot->read || (o->viewer != NULL &&
	    viewer_ignores(o->viewer, e->sender_id)))
		return;
	about = push_about(o->c->db, &o->room, e);
	rule = push_user_meets(o->c->own, &about);
	spot->counts.notifications += push_notifies(rule);
	spot->counts.highlights += push_highlights(rule);
}

static bool
is_much(const struct counting *c)
{
	return *c->spent > c->most;
}

/* Returns how many were looked at. */
static int64_t
look_behind(struct own_counts *o, int64_t from)
{
	const struct counting *c = o->c;
	struct rows rows = db_query(c->db, STMT_UNREAD_EVENTS,
	    DB_INT(o->room.nr), DB_INT(from), DB_INT(c->user),
	    DB_INT(LOOKED_MAX));
	struct arena *mem = arena_new(), *before = db_arena(c->db, mem);
	int64_t n = 0, weight = 0;

	while (weight < PUSH_WEIGHT_MAX && !is_much(o->c) &&
	    rows_next(&rows)) {
		struct event_row e = event_peek(&rows);
		int64_t this = push_user_weight(c->own, e.content.n);

		look(o, &e, rows_int(&rows, EVENT_COLUMNS));
		weight += this;
		*o->c->spent += 1 + this / WEIGHT_UNIT;
		n++;
		arena_clear(mem);
	}
	rows_done(&rows);
	db_arena(c->db, before);
	arena_free(mem);
	return n;
}

bool
unread_by_own_rules(struct own_counts *o)
{
	int64_t from;

	if (!room_get(o->c->db, o->room.nr, &o->room))
		return false;
	from = recall(o);
	if (look_behind(o, from) >= KEEP_FROM && !is_much(o->c))
		keep(o);
	return true;
}

void
counting_begin(struct counting *c)
{
	const struct push_whose whose = { .user = c->user,
	    .user_id = c->user_id };
	bool own;

	if (c->known)
		return;
	c->known = true;
	c->rules = push_user_changed(c->db, c->user, &own);
	if (!own)
		return;
	c->own = push_user_read(c->db, c->mem, &whose);
	c->ignored = account_data_changed(c->db, c->user, ACCOUNT_DATA_GLOBAL,
	    IGNORED_USERS);
}

/* events-presence.c - whose presence is told, to whom, and how often. */
#include <string.h>

#include "events-devices.h"
#include "events-numbers.h"
#include "events-presence.h"
#include "store/bell.h"

#define COUNT_MAX	100000
#define OFFLINE_MAX	1000	/* looked at after the store was lost */
#define A_LOOK_AT	4	/* so many cost as much as one event */

static struct presence_owner
owner_of(struct request *r, int64_t user)
{
	return (struct presence_owner){ .vol = r->vol, .conf = r->conf,
	    .user = user, .now = r->now };
}

void
presence_arrive(struct request *r, enum presence says, int64_t until)
{
	struct presence_owner own = owner_of(r, r->who.user);

	if (says != PRESENCE_OFFLINE &&
	    presence_here(&own, r->who.device, says, until))
		bell_ring(r->store->bell, BELL_SOON);
}

/* ---------------------------------------------------------- whose it may be */

/* Candidates, and what is known of them. */
struct choice {
	const struct presence_ask *ask;
	struct numbers	 users;
	bool		 shared;	/* the caller knows them all */
	bool		 changed;	/* all of them changed */
	bool		 offline;	/* of interest even so */
	struct viewer	*viewer;	/* the caller, of no room */
	size_t		 looks;
};

static bool
goes_on(struct choice *c)
{
	struct effort *effort = c->ask->effort;

	effort->spent += ++c->looks % A_LOOK_AT == 0;
	return !effort_is_much(effort);
}

static void
add_members(struct choice *c, int64_t room)
{
	struct rows rows = db_query(c->ask->r->db, STMT_NEWS_MEMBERS,
	    DB_INT(room));

	while (goes_on(c) && rows_next(&rows))
		numbers_add(&c->users, rows_int(&rows, 0));
	rows_done(&rows);
}

/* From the side of whom the caller knows; most: so many, about. */
static void
add_known(struct choice *c, int64_t most)
{
	struct request *r = c->ask->r;
	struct rows rows = db_query(r->db, STMT_KNOWN_ROOMS,
	    DB_INT(r->who.user));

	c->shared = true;
	numbers_add(&c->users, r->who.user);
	while (most > 0 && rows_next(&rows)) {
		most -= rows_int(&rows, 1);
		if (most >= 0)
			add_members(c, rows_int(&rows, 0));
	}
	rows_done(&rows);
	numbers_add_rows(&c->users, db_query(r->db, STMT_PRESENCE_MUTUAL,
	    DB_INT(r->who.user)));
}

/* Does the caller know fewer than so many? */
static bool
knows_fewer(struct request *r, int64_t most)
{
	struct db_arg user = DB_INT(r->who.user);

	return db_int(r->db, 0, STMT_ROOMS_OF, user, DB_INT(most)) < most &&
	    db_int(r->db, 0, STMT_KNOWN_COUNT, user, DB_INT(most)) < most;
}

static void
choose_present(struct choice *c)
{
	struct request *r = c->ask->r;
	int64_t present = db_int(r->vol, 0, STMT_PRESENCE_COUNT);

	if (knows_fewer(r, present))
		add_known(c, present);
	else
		numbers_add_rows(&c->users, db_query(r->vol,
		    STMT_PRESENCE_NOT_OFFLINE));
}

static void
choose_changed(struct choice *c)
{
	const struct presence_ask *ask = c->ask;
	int64_t gap = ask->upto - ask->since->n;

	if (gap <= 0)
		return;
	if (gap >= COUNT_MAX || knows_fewer(ask->r, gap)) {
		add_known(c, INT64_MAX);
		return;
	}
	c->changed = true;
	numbers_add_rows(&c->users, db_query(ask->r->vol, STMT_PRESENCE_USERS,
	    DB_INT(ask->since->n), DB_INT(ask->upto)));
}

/* -------------------------------------------------------------- telling it */

static bool
is_new(const struct choice *c, int64_t user)
{
	const struct presence_ask *ask = c->ask;

	return c->changed || c->offline || ask->since == NULL ||
	    db_int(ask->r->vol, 0, STMT_PRESENCE_CHANGED, DB_INT(user),
	    DB_INT(ask->since->n)) != 0;
}

/* Nobody is told what those do whom they ignore ("Ignoring Users"). */
static bool
is_wanted(const struct choice *c, int64_t user)
{
	const struct presence_ask *ask = c->ask;
	bool ignores = viewer_ignores_any(c->viewer);
	const char *user_id;

	if (!ignores && ask->filter == NULL)
		return true;
	if ((user_id = user_name(ask->r->db, user)) == NULL ||
	    (user != ask->r->who.user && ignores &&
	    viewer_ignores(c->viewer, user_id)))
		return false;
	return ask->filter == NULL || filter_has_event(ask->filter,
	    &(struct event_row){ .type = "m.presence", .sender_id = user_id,
	    .content = SPAN("{}") });
}

static size_t
tell(struct writer *w, const struct choice *c, int64_t user, bool offline)
{
	struct request *r = c->ask->r;
	struct presence_owner owner = owner_of(r, user);
	struct presence_row p;

	return (presence_get(&owner, &p) || offline) &&
	    (p.shown != PRESENCE_OFFLINE || offline) && is_wanted(c, user) &&
	    write_presence_event(w, r->db, user, &p, r->now, c->ask->in_2015);
}

static bool
is_full(const struct presence_ask *ask, size_t told)
{
	return ask->filter != NULL && ask->filter->limit >= 0 &&
	    told >= (size_t)ask->filter->limit;
}

static size_t
tell_chosen(struct writer *w, struct choice *c)
{
	const struct presence_ask *ask = c->ask;
	bool offline = ask->since != NULL;
	size_t told = 0;

	numbers_sort(&c->users);
	for (size_t i = 0; i < c->users.n && !is_full(ask, told) &&
	    goes_on(c); i++) {
		int64_t user = c->users.item[i];

		if (is_new(c, user) && (c->shared || presence_shared(
		    ask->r->db, ask->r->who.user, user)))
			told += tell(w, c, user, offline);
	}
	return told;
}

/* Whom the caller met since: as they are, unless that has just been told. */
static size_t
tell_met(struct writer *w, struct choice *c, size_t before)
{
	const struct presence_ask *ask = c->ask;
	size_t told = 0;

	for (size_t i = 0; ask->met != NULL && i < ask->met->n &&
	    !is_full(ask, before + told) && goes_on(c); i++) {
		int64_t user = user_find(ask->r->db, ask->met->item[i]);

		if (numbers_find(&c->users, user) == NULL || !is_new(c, user))
			told += tell(w, c, user, false);
	}
	return told;
}

static void
choose(struct choice *c)
{
	const struct presence_ask *ask = c->ask;

	if (ask->since == NULL)
		choose_present(c);
	else if (strcmp(ask->since->epoch, ask->r->store->epoch) == 0)
		choose_changed(c);
	else {
		c->offline = true;
		add_known(c, OFFLINE_MAX);
		c->shared = false;
		numbers_add_rows(&c->users, db_query(ask->r->vol,
		    STMT_PRESENCE_NOT_OFFLINE));
	}
}

/* All of it is read as it stood at one moment, and without a lock for each. */
static bool
begin(struct choice *c)
{
	struct request *r = c->ask->r;

	if (!r->conf->presence || !db_begin(r->vol, TX_READ))
		return false;
	c->users.mem = r->mem;
	c->viewer = viewer_new(r->db, r->mem, 0, r->who.user);
	return true;
}

/* Most often there is nothing to tell. */
static bool
is_nothing(const struct presence_ask *ask)
{
	return ask->since != NULL && ask->since->n >= ask->upto &&
	    (ask->met == NULL || ask->met->n == 0) &&
	    strcmp(ask->since->epoch, ask->r->store->epoch) == 0;
}

size_t
write_presence(struct writer *w, const struct presence_ask *ask)
{
	struct choice c = { .ask = ask };
	size_t told = 0;

	if (is_nothing(ask) || !begin(&c))
		return 0;
	if (!ask->met_only) {
		choose(&c);
		told = tell_chosen(w, &c);
	}
	told += tell_met(w, &c, told);
	db_commit(ask->r->vol);
	return told;
}

size_t
write_presence_of_room(struct writer *w, const struct presence_ask *ask,
    int64_t room)
{
	struct choice c = { .ask = ask, .shared = true };
	size_t told;

	if (!begin(&c))
		return 0;
	add_members(&c, room);
	told = tell_chosen(w, &c);
	db_commit(ask->r->vol);
	return told;
}

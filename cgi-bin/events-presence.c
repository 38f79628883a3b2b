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
		bell_ring(r->store->bell, BELL_CHANGES);
}

/* ---------------------------------------------------------- whose it may be */

/* Candidates, and what is known of them. */
struct choice {
	const struct presence_ask *ask;
	struct numbers	 users;
	bool		 shared;	/* the caller knows them all */
	bool		 changed;	/* all of them changed */
	bool		 offline;	/* of interest even so */
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

static bool
passes(const struct presence_ask *ask, const char *user_id)
{
	return ask->filter == NULL || filter_has_event(ask->filter,
	    &(struct event_row){ .type = "m.presence", .sender_id = user_id,
	    .content = SPAN("{}") });
}

static size_t
tell(struct writer *w, const struct presence_ask *ask, int64_t user,
    bool offline)
{
	struct request *r = ask->r;
	struct presence_owner owner = owner_of(r, user);
	struct presence_row p;
	const char *user_id;

	if ((!presence_get(&owner, &p) && !offline) ||
	    (p.shown == PRESENCE_OFFLINE && !offline) ||
	    (user_id = user_name(r->db, user)) == NULL ||
	    !passes(ask, user_id))
		return 0;
	write_presence_event(w, r->db, user_id, &p, r->now, ask->in_2015);
	return 1;
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
			told += tell(w, ask, user, offline);
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
			told += tell(w, ask, user, false);
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

size_t
write_presence(struct writer *w, const struct presence_ask *ask)
{
	struct choice c = { .ask = ask, .users.mem = ask->r->mem };
	size_t told;

	if (!ask->r->conf->presence)
		return 0;
	choose(&c);
	told = tell_chosen(w, &c);
	return told + tell_met(w, &c, told);
}

size_t
write_presence_of_room(struct writer *w, const struct presence_ask *ask,
    int64_t room)
{
	struct choice c = { .ask = ask, .users.mem = ask->r->mem,
	    .shared = true };

	if (!ask->r->conf->presence)
		return 0;
	add_members(&c, room);
	return tell_chosen(w, &c);
}

/* ------------------------------------------------------------------ waking */

/*
 * A beat is when those who wait are told of presence.  The more they are, the
 * longer until the next: to answer them takes its time, which others need.
 */
#define BEAT_MS		1000
#define BEATS_A_SECOND	200	/* as many as may be answered in it */
#define LOOKS_FOR_EACH	8	/* at members, before all are woken */

static int64_t told = -1;	/* n of the volatile store, at the last beat */
static int64_t next_beat;	/* ms since 1970 */

/* Whoever asks again at once waits for the next beat then. */
bool
presence_is_due(struct request *r, const struct sync_token *since)
{
	if (since->n >= told && strcmp(since->epoch, r->store->epoch) == 0)
		return false;
	if (next_beat <= r->now)
		next_beat = r->now + BEAT_MS;
	return true;
}

static void
wake_anybody(int64_t user, void *arg)
{
	(void)arg;
	wake_user(user);
}

static void
add_concerned(struct store *store, struct numbers *rooms, int64_t user)
{
	struct rows rows = db_query(store->main, STMT_PRESENCE_MUTUAL,
	    DB_INT(user));

	wake_user(user);
	while (rows_next(&rows))
		wake_user(rows_int(&rows, 0));
	numbers_add_rows(rooms, db_query(store->main, STMT_HEARD_JOINED,
	    DB_INT(user)));
}

/*
 * Members of rooms are looked at as long as they are not many more than those
 * who wait; then it costs less to wake these all.
 */
static void
wake_rooms(struct store *store, struct numbers *rooms, size_t most)
{
	size_t looks = 0;

	numbers_sort(rooms);
	for (size_t i = 0; i < rooms->n; i++) {
		struct rows rows = db_query(store->main, STMT_NEWS_MEMBERS,
		    DB_INT(rooms->item[i]));

		for (; looks <= most && rows_next(&rows); looks++)
			wake_user(rows_int(&rows, 0));
		rows_done(&rows);
		if (looks > most) {
			waiting_each(wake_anybody, NULL);
			return;
		}
	}
}

static void
wake_concerned(struct store *store, int64_t after, int64_t upto)
{
	struct arena *mem = arena_new();
	struct numbers users = { .mem = mem }, rooms = { .mem = mem };
	size_t most = LOOKS_FOR_EACH * waiting_users();

	numbers_add_rows(&users, db_query(store->vol, STMT_PRESENCE_USERS,
	    DB_INT(after), DB_INT(upto)));
	wake_apart();
	for (size_t i = 0; i < users.n && rooms.n <= most; i++)
		add_concerned(store, &rooms, users.item[i]);
	if (rooms.n > most)
		waiting_each(wake_anybody, NULL);
	else
		wake_rooms(store, &rooms, most);
	arena_free(mem);
}

static void
beat(struct store *store, int64_t now, int64_t last)
{
	int64_t waiting = (int64_t)waiting_users(), woken;

	if (told != -1 && waiting > 0)
		wake_concerned(store, told, last);
	woken = waiting - (int64_t)waiting_users();
	if (woken > 0)
		next_beat = now + BEAT_MS + woken * 1000 / BEATS_A_SECOND;
	told = last;
}

int64_t
presence_stir(struct store *store, int64_t now, bool anew)
{
	struct presence_owner nobody = { .vol = store->vol,
	    .conf = store->conf, .now = now };
	int64_t next, last;

	if (!store->conf->presence)
		return -1;
	if (anew)
		told = 0;
	/* A clock that was set back must not silence all. */
	if (next_beat > now + 2 * BEAT_MS + (int64_t)waiting_users() * 1000 /
	    BEATS_A_SECOND)
		next_beat = now;
	next = presence_settle(&nobody);
	last = db_int(store->vol, 0, STMT_VOLATILE_LAST);
	if (last > told && now >= next_beat)
		beat(store, now, last);
	if (last > told && (next == -1 || next_beat < next))
		return next_beat;
	return next == -1 || next > now ? next : now + BEAT_MS;
}

/* events-presence-beat.c - when those who wait are told of presence. */
#include <string.h>

#include "events-numbers.h"
#include "events-presence.h"

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
presence_stir(struct store *store, int64_t now, bool anew, int64_t last)
{
	if (!store->conf->presence)
		return -1;
	if (anew)
		told = 0;
	/* A clock that was set back must not silence all. */
	if (next_beat > now + 2 * BEAT_MS + (int64_t)waiting_users() * 1000 /
	    BEATS_A_SECOND)
		next_beat = now;
	if (last > told && now >= next_beat)
		beat(store, now, last);
	return last > told ? next_beat : -1;
}

int64_t
presence_hush(void)
{
	return next_beat;
}

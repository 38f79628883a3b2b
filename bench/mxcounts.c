/*
 * mxcounts - what it costs to count what is unread for every member of a full
 * room, after one message, by the predefined push rules and by others.
 *
 * usage: mxcounts [-m MEMBERS] CONFIG URL
 *
 * The room is made over HTTP; the counts are read from the store of the server
 * with that configuration, as /sync reads them and with nothing else.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "matrix/count.h"
#include "matrix/room.h"
#include "store/store.h"
#include "world.h"

struct member_of {
	int64_t		 user;
	int64_t		 since;
};

static struct store *store;
static struct arena *mem;
static struct room room;
static struct member_of *members;

static void
store_see(const char *config)
{
	const char *why;

	log_open("mxcounts", LOG_ERROR);
	crypto_open();
	mem = arena_new();
	store = store_open(conf_load(config), NULL, 4096, mem, &why);
	if (store == NULL)
		errx(1, "%s", why);
	db_arena(store->main, mem);
	db_arena(store->vol, mem);
}

/* Who they are, which whoever asks knows already. */
static void
find_members(const char *room_id)
{
	members = calloc(user_count, sizeof(*members));
	if (members == NULL || !db_begin(store->main, TX_READ) ||
	    !room_find(store->main, room_id, &room))
		errx(1, "the room is not in that store");
	for (size_t i = 0; i < user_count; i++) {
		members[i].user = user_find(store->main, users[i].id);
		members[i].since = room_member(store->main, room.nr,
		    members[i].user).pos;
	}
	db_rollback(store->main);
}

static int64_t
count(size_t i, struct arena *each)
{
	int64_t spent = 0;
	struct counting c = { .db = store->main, .vol = store->vol,
	    .mem = each, .now = clock_now_ms(), .user = members[i].user,
	    .user_id = users[i].id, .spent = &spent, .most = INT64_MAX };

	return unread_read(&c, each, room.nr, members[i].since, NULL)
	    .all.notifications;
}

#define PASSES	5	/* of which the fastest is what it costs */

static int64_t
cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}


static void
count_all(const char *name, int64_t expected)
{
	struct arena *each = arena_new(), *before;
	int64_t best = INT64_MAX, wrong = 0;

	if (!db_begin(store->main, TX_READ))
		errx(1, "the store cannot be read");
	before = db_arena(store->main, each);
	for (int pass = 0; pass < PASSES; pass++) {
		int64_t took = -cpu_us();

		for (size_t i = 0; i < user_count; i++) {
			wrong += i != 0 && count(i, each) != expected;
			arena_clear(each);
		}
		took += cpu_us();
		best = took < best ? took : best;
	}
	db_arena(store->main, before);
	db_rollback(store->main);
	printf("%-44s %6.2f us of CPU a member\n", name,
	    (double)best / (double)user_count);
	if (wrong != 0)
		errx(1, "%lld counts were wrong", (long long)wrong);
	arena_free(each);
}

static void
own_rules(void)
{
	for (size_t i = 0; i < user_count; i++)
		put_rule(&users[i], "content/word",
		    "{\"pattern\":\"anything\",\"actions\":[\"notify\"]}");
}

int
main(int argc, char **argv)
{
	size_t n = 10000;
	char room_id[256];
	int c;

	while ((c = getopt(argc, argv, "m:")) != -1) {
		if (c != 'm')
			return 2;
		n = (size_t)atol(optarg);
	}
	if (argc - optind != 2 || n < 2)
		errx(2, "usage: mxcounts [-m MEMBERS] CONFIG URL");
	world_open(argv[optind + 1]);
	need_users(n);
	new_room(&users[0], "public_chat", room_id);
	for (size_t i = 1; i < n; i++)
		join(&users[i], room_id);
	say(&users[0], room_id);
	store_see(argv[optind]);
	find_members(room_id);
	count_all("counts by the predefined rules", 1);
	own_rules();
	count_all("counts by a rule of each member's own", 1);
	return 0;
}

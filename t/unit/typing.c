/*
 * typing.c - who is typing, and how its changes are numbered.
 */
#include "matrix/typing.h"
#include "store/db-inner.h"
#include "scratch.h"
#include "tap.h"

static int64_t
last(struct db *vol)
{
	return db_int(vol, 0, STMT_VOLATILE_LAST);
}

static bool
changed(struct db *vol, int64_t room, int64_t since)
{
	return db_int(vol, 0, STMT_TYPING_CHANGED, DB_INT(room),
	    DB_INT(since)) != 0;
}

static void
test_numbers(struct db *vol)
{
	int64_t n = last(vol);

	is_int(n, 0, "nothing has changed yet");
	is_int(typing_settle(vol, 1000), -1, "nobody types");
	typing_set(vol, 1, 10, 5000);
	ok(last(vol) > n && changed(vol, 1, n), "to begin is a change");
	n = last(vol);
	typing_set(vol, 1, 10, 6000);
	is_int(last(vol), n, "to go on is none");
	typing_set(vol, 2, 10, 7000);
	ok(changed(vol, 2, n) && !changed(vol, 1, n), "of one room");
	n = last(vol);
	typing_set(vol, 1, 11, 8000);
	ok(changed(vol, 1, n), "another in the same room is one");
	is_int(db_pragma(vol, "SELECT count(*) FROM volatile_change"), 2,
	    "each room has its last change alone");
	n = last(vol);
	typing_set(vol, 1, 12, 0);
	is_int(last(vol), n, "to stop what never began is none");
	typing_set(vol, 1, 11, 0);
	ok(changed(vol, 1, n), "to stop is one");
}

static void
test_many(struct db *vol)
{
	int64_t at;
	int pieces = 0;

	for (int i = 0; i < 1100; i++)
		typing_set(vol, 100 + i, 10, 10000 + i);
	do
		pieces++;
	while ((at = typing_settle(vol, 20000)) != -1 && at <= 20000);
	is_int(pieces, 3, "many end in pieces");
	is_int(at, -1, "and then all have ended");
}

static void
test_end(struct db *vol)
{
	int64_t n = last(vol);

	is_int(typing_settle(vol, 5999), 6000, "the next is over then");
	is_int(last(vol), n, "and nothing is yet");
	is_int(typing_settle(vol, 6000), 7000, "it is, at that moment");
	ok(changed(vol, 1, n) && !changed(vol, 2, n), "which is a change");
	is_int(typing_settle(vol, 9000), -1, "and in the end nobody types");
	ok(changed(vol, 2, n), "in the other room either");
	n = last(vol);
	is_int(typing_settle(vol, 9000), -1, "once");
	is_int(last(vol), n, "what is over is over");
}

int
main(void)
{
	struct store *store;

	scratch_begin();
	store = scratch_open(NULL);
	test_numbers(store->vol);
	test_end(store->vol);
	test_many(store->vol);
	store_close(store);
	return done_testing();
}

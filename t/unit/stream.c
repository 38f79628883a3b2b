/*
 * stream.c - the one stream of changes.
 */
#include "store/stream.h"
#include "tap.h"
#include "scratch.h"

static void
test_stream(struct db *db)
{
	int64_t first, second;

	is_int(change_last(db), 0, "an empty stream");
	db_begin(db, TX_WRITE);
	ok(!change_added(db), "nothing added yet");
	db_savepoint(db);
	change_add(db, CHANGE_EVENT, 0, 0, 7);
	db_undo(db);
	db_commit(db);
	ok(!change_added(db), "what was undone is no news");
	db_begin(db, TX_WRITE);
	db_savepoint(db);
	first = change_add(db, CHANGE_EVENT, 3, 4, 5);
	db_release(db);
	db_savepoint(db);
	change_add(db, CHANGE_EVENT, 3, 0, 6);
	db_undo(db);
	db_commit(db);
	ok(first > 0 && change_added(db), "a committed one is");
	db_begin(db, TX_READ);
	is_int(change_last(db), first, "the last position");
	db_commit(db);
	db_begin(db, TX_WRITE);
	second = change_add(db, CHANGE_SESSION, 0, 4, 0);
	ok(second > first, "positions grow");
	db_rollback(db);
	ok(!change_added(db), "rolled back: no news");
}

int
main(void)
{
	struct store *store;

	scratch_begin();
	store = scratch_open(NULL);
	test_stream(store->main);
	store_close(store);
	return done_testing();
}

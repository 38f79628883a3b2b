/*
 * stream.c - the one stream of changes.
 */
#include "store/db-inner.h"
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

/* A thing that is as it is now has one change, however often it changed. */
static void
test_again(struct db *db)
{
	int64_t before = change_last(db), first, second;

	db_begin(db, TX_WRITE);
	first = change_again(db, CHANGE_RECEIPT, 3, 4, 0);
	second = change_again(db, CHANGE_RECEIPT, 3, 4, first);
	ok(db_commit(db) && change_added(db), "a thing changed twice");
	ok(first > before && second > first, "later each time");
	is_int(change_last(db), second, "the later one is the last");
	is_int(db_pragma(db, "SELECT count(*) FROM change WHERE kind = 3"), 1,
	    "and there is no other");
	db_begin(db, TX_WRITE);
	db_savepoint(db);
	change_again(db, CHANGE_RECEIPT, 3, 4, second);
	db_undo(db);
	db_commit(db);
	is_int(change_last(db), second, "undone: the one before stays");
}

int
main(void)
{
	struct store *store;

	scratch_begin();
	store = scratch_open(NULL);
	test_stream(store->main);
	test_again(store->main);
	store_close(store);
	return done_testing();
}

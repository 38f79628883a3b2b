/* device.c - the queue of a device has a bound that keeps what others sent. */
#include "matrix/device.h"
#include "matrix/session.h"
#include "store/db-inner.h"
#include "scratch.h"
#include "tap.h"

enum { ALICE = 1, BOB = 2, CAROL = 3 };

static int64_t
in_queue(struct db *db, int64_t device, int64_t sender)
{
	char sql[200];

	snprintf(sql, sizeof sql, "SELECT count(*) FROM to_device WHERE "
	    "device = %d AND sender = %d", (int)device, (int)sender);
	return db_pragma(db, sql);
}

static int64_t
oldest(struct db *db)
{
	return db_pragma(db, "SELECT min(nr) FROM to_device");
}

static void
send(struct db *db, int64_t device, int64_t sender, int n)
{
	for (int i = 0; i < n; i++)
		to_device_add(db, device, sender, "m.dummy", SPAN("{}"),
		    64 << 20);
}

static void
test_bound(struct db *db)
{
	int64_t first;

	send(db, 1, BOB, 2);
	send(db, 1, CAROL, TO_DEVICE_QUEUE_MAX + 100);
	is_int(in_queue(db, 1, BOB), 2,
	    "a flood drives out nothing of others (security 16)");
	is_int(in_queue(db, 1, CAROL), TO_DEVICE_QUEUE_MAX - 2,
	    "it has the rest of the place (security 16)");
	first = oldest(db);
	send(db, 1, BOB, 1);
	is_int(in_queue(db, 1, BOB), 2, "the oldest of one's own goes first");
	ok(oldest(db) > first, "the oldest");
	send(db, 1, ALICE, 1);
	is_int(in_queue(db, 1, ALICE), 1, "who had none has one");
	is_int(in_queue(db, 1, BOB), 1, "in place of the oldest of all");
	is_int(in_queue(db, 1, CAROL), TO_DEVICE_QUEUE_MAX - 2, "which it was");
}

static void
test_drop(struct db *db)
{
	int64_t last;

	send(db, 2, BOB, 3);
	last = db_pragma(db, "SELECT max(nr) FROM to_device");
	to_device_drop(db, 1, last - 1);
	is_int(db_pragma(db, "SELECT queued FROM device WHERE nr = 1"), 0,
	    "what is dropped leaves room");
	is_int(in_queue(db, 2, BOB), 3, "that of others stays");
	to_device_drop(db, 2, last - 1);
	is_int(in_queue(db, 2, BOB), 1, "and what came later");
	is_int(db_pragma(db, "SELECT queued FROM device WHERE nr = 2"), 1,
	    "which is counted");
	session_end(db, ALICE, 2);
	is_int(in_queue(db, 2, BOB), 0, "what is of a device goes with it");
}

int
main(void)
{
	struct store *store;

	scratch_begin();
	store = scratch_open(NULL);
	db_begin(store->main, TX_WRITE);
	db_script(store->main,
	    "INSERT INTO user VALUES (1, '@a:x'), (2, '@b:x'), (3, '@c:x');"
	    "INSERT INTO account (user, kind, created_at)"
	    " VALUES (1, 'user', 0);"
	    "INSERT INTO device (nr, user, device_id, created_at)"
	    " VALUES (1, 1, 'A', 0), (2, 1, 'B', 0);");
	test_bound(store->main);
	test_drop(store->main);
	ok(db_commit(store->main), "committed");
	store_close(store);
	return done_testing();
}

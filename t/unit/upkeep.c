/*
 * upkeep.c - the housekeeper's work, piece by piece, with the housekeeper's
 * rights.
 */
#include <pthread.h>
#include <sched.h>
#include <sys/stat.h>

#include "base/confine.h"
#include "store/store.h"

#include "housekeeper.rights.h"
#include "store/db-inner.h"
#include "store/lock.h"
#include "store/stream.h"
#include "store/upkeep.h"
#include "tap.h"
#include "scratch.h"

#define DAY	(24 * 60 * 60 * 1000LL)
#define NOW	(1000 * DAY)

static void
run(struct db *db, const char *sql)
{
	if (!db_script(db, sql))
		printf("# %s: %s\n", sql, sqlite3_errmsg(db->sq));
}

static int64_t
count(struct store *store, const char *table)
{
	char sql[200];

	snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
	return db_pragma(store->main, sql);
}

static int
pieces(bool (*piece)(struct upkeep *), struct upkeep *u)
{
	int n = 1;

	while (n < 10000 && piece(u))
		n++;
	return n;
}

/* ----------------------------------------------------------------- expiry */

static void
add_once(struct store *store, int from, int to, int64_t at)
{
	db_begin(store->main, TX_WRITE);
	for (int i = from; i < to; i++)
		db_exec(store->main, STMT_ONCE_ADD, DB_INT(i), DB_BLOB("k", 1),
		    DB_INT(at), DB_TEXT("{}"));
	ok(db_commit(store->main), "%d transaction ids", to - from);
}

static void
test_once(struct store *store, struct upkeep *u)
{
	add_once(store, 0, 1200, NOW - DAY - 1);
	add_once(store, 1200, 1300, NOW - DAY + 1);
	ok(upkeep_expire(u), "a first piece");
	is_int(count(store, "once"), 800, "takes not too many");
	is_int(pieces(upkeep_expire, u), 3, "the others");
	is_int(count(store, "once"), 100, "those of the last day stay");
	ok(db_int(store->main, 0, STMT_ONCE_FIND, DB_INT(1200),
	    DB_BLOB("k", 1)) == 0 && db_fault(store->main) == DB_FINE,
	    "and can be found");
}

static void
test_tokens(struct store *store, struct upkeep *u)
{
	run(store->main, "INSERT INTO user VALUES (1, '@a:example.org');"
	    "INSERT INTO account (user, kind, created_at) VALUES (1, 'user', 0);"
	    "INSERT INTO device (nr, user, device_id, created_at)"
	    " VALUES (1, 1, 'D', 0)");
	/* One that never expires, one that just did, one long ago. */
	run(store->main, "INSERT INTO token (nr, hash, kind, user, device, era,"
	    " created_at, expires_at) VALUES"
	    " (1, x'01', 'access', 1, 1, 2016, 0, NULL),"
	    " (2, x'02', 'access', 1, 1, 2016, 0, 1000 * 86400000 - 5),"
	    " (3, x'03', 'access', 1, 1, 2016, 0, 969 * 86400000)");
	pieces(upkeep_expire, u);
	is_int(db_pragma(store->main, "SELECT sum(nr) FROM token"), 3,
	    "a token goes a month after it expired");
}

static void
test_seen(struct store *store, struct upkeep *u)
{
	struct db *vol = store->vol;

	db_exec(vol, STMT_SEEN_NOTE, DB_INT(1), DB_INT(NOW), DB_TEXT("::1"),
	    DB_TEXT("one"));
	db_exec(vol, STMT_SEEN_NOTE, DB_INT(1), DB_INT(NOW - 1), DB_TEXT("::2"),
	    DB_TEXT("two"));
	db_exec(vol, STMT_SEEN_NOTE, DB_INT(9), DB_INT(NOW), DB_TEXT("::9"),
	    DB_TEXT(""));
	is_int(pieces(upkeep_seen, u), 1, "when devices were seen");
	is_int(db_pragma(store->main, "SELECT seen_at FROM device WHERE nr = 1"
	    " AND seen_address = '::1' AND seen_agent = 'one'"), NOW,
	    "is kept with them, the latest of it");
	is_int(db_pragma(vol, "SELECT count(*) FROM seen"), 0,
	    "and forgotten, also of one that is gone");
}

static void
test_volatile(struct store *store, struct upkeep *u)
{
	struct db *vol = store->vol;

	run(vol, "INSERT INTO uia_session VALUES"
	    " ('gone', 'e', 0, NULL, x'00', '{}', 0, 1000 * 86400000 - 1),"
	    " ('here', 'e', 0, NULL, x'00', '{}', 0, 1000 * 86400000 + 1)");
	/* The slowest class fills up in 100 s. */
	db_exec(vol, STMT_BUCKET_SET, DB_TEXT("full"), DB_REAL(0),
	    DB_INT(NOW - 100002));
	db_exec(vol, STMT_BUCKET_SET, DB_TEXT("not"), DB_REAL(0),
	    DB_INT(NOW - 99000));
	pieces(upkeep_expire, u);
	is_int(db_pragma(vol, "SELECT count(*) FROM uia_session"), 1,
	    "an expired authentication goes");
	is_int(db_pragma(vol, "SELECT count(*) FROM uia_session"
	    " WHERE session = 'here'"), 1, "a running one stays");
	is_int(db_pragma(vol, "SELECT count(*) FROM bucket"), 1,
	    "a bucket that is full again goes");
	is_int(db_pragma(vol, "SELECT count(*) FROM bucket"
	    " WHERE key = 'not'"), 1, "another stays");
}

/* ------------------------------------------------------------- the stream */

#define ROOMS	600

/*
 * Each room has two changes, then the first two have 3,000 in turn: more
 * rooms than a piece holds fall silent early.
 */
static void
fill_stream(struct db *db)
{
	run(db, "WITH RECURSIVE n (nr) AS (SELECT 1 UNION ALL SELECT nr + 1"
	    " FROM n WHERE nr < 600) INSERT INTO room (nr, room_id, version,"
	    " created_at) SELECT nr, '!' || nr, '12', 0 FROM n");
	db_begin(db, TX_WRITE);
	for (int i = 0; i < 3000 + 2 * ROOMS; i++) {
		char sql[400];
		int room = i < 2 * ROOMS ? i / 2 + 1 : i % 2 + 1;
		int64_t pos = change_add(db, CHANGE_EVENT, room, 0, i + 1);

		snprintf(sql, sizeof sql, "INSERT INTO event (nr, event_id,"
		    " room, pos, depth, type, sender, origin_server_ts,"
		    " content_at, content_len, pdu) VALUES (%d, '$%d', %d, %lld,"
		    " 1, 't', 1, 0, 0, 0, '{}')", i + 1, i, room,
		    (long long)pos);
		run(db, sql);
		if (i < 10)
			change_add(db, CHANGE_SESSION, 0, 1 + i % 2, 0);
	}
	ok(db_commit(db), "a stream");
}

static void
test_thin(struct store *store, struct upkeep *u)
{
	int64_t last, silent;

	fill_stream(store->main);
	last = change_last(store->main);
	silent = db_pragma(store->main, "SELECT max(pos) FROM change"
	    " WHERE room = 3");
	u->kept = 5000;
	is_int(pieces(upkeep_thin, u), 1, "nothing is old enough");
	is_int(count(store, "change"), 3010 + 2 * ROOMS, "all are there");
	u->kept = 100;
	ok(pieces(upkeep_thin, u) > 5, "now there is work, in pieces");
	is_int(change_last(store->main), last, "the newest position stays");
	is_int(count(store, "change WHERE pos > (SELECT max(pos) FROM change)"
	    " - 100"), 100, "and so do those after the horizon");
	is_int(db_pragma(store->main, "SELECT pos FROM change WHERE room = 3"),
	    silent, "of the silent room its newest is left");
	is_int(count(store, "change WHERE room = 3"), 1, "and no other");
	is_int(count(store, "change WHERE room IS NULL"), 2,
	    "of each user, too");
	is_int(count(store, "change"), 102 + ROOMS - 2, "that is all");
	is_int(u->thinned, 0, "the next pass begins at the beginning");
	pieces(upkeep_thin, u);
	is_int(count(store, "change"), 102 + ROOMS - 2, "and changes nothing");
}

static void
add_receipt(struct db *db, int user, const char *kind, enum change_kind change)
{
	char sql[300];

	snprintf(sql, sizeof sql, "INSERT INTO receipt (room, user, kind,"
	    " thread, event, at, pos) VALUES (5, %d, '%s', '', 1, 0, %lld)",
	    user, kind, (long long)change_add(db, change, 5, user, 0));
	run(db, sql);
}

/* What all are told is thinned by room, what one is told is not. */
static void
test_thin_kinds(struct store *store, struct upkeep *u)
{
	struct db *db = store->main;

	run(db, "INSERT INTO user (user_id) VALUES ('@two:example.org')");
	is_int(db_last_rowid(db), 2, "a second user");
	db_begin(db, TX_WRITE);
	add_receipt(db, 1, "m.read", CHANGE_RECEIPT);
	add_receipt(db, 2, "m.read", CHANGE_RECEIPT);
	add_receipt(db, 1, "m.read.private", CHANGE_RECEIPT_PRIVATE);
	add_receipt(db, 2, "m.read.private", CHANGE_RECEIPT_PRIVATE);
	change_add(db, CHANGE_ACCOUNT_DATA, 5, 1, 0);
	change_add(db, CHANGE_ACCOUNT_DATA, 5, 1, 0);
	change_add(db, CHANGE_ACCOUNT_DATA, 0, 1, 0);
	change_add(db, CHANGE_ACCOUNT_DATA, 0, 1, 0);
	for (int i = 0; i < 3; i++) {
		change_add(db, CHANGE_TO_DEVICE, 0, 1 + i % 2, 0);
		change_add(db, CHANGE_DEVICES, 0, 1 + i % 2, 0);
	}
	ok(db_commit(db), "receipts, account data, and what devices bring");
	u->kept = 0;
	u->thinned = 0;
	pieces(upkeep_thin, u);
	is_int(db_pragma(db, "SELECT user FROM change WHERE kind = 3"), 2,
	    "of a room's receipts the newest is left");
	is_int(count(store, "change WHERE kind = 3"), 1, "and no other");
	is_int(count(store, "change WHERE kind = 4"), 2,
	    "private ones are each for another");
	is_int(count(store, "change WHERE kind = 5 AND room = 5"), 2,
	    "and data of a room each for itself");
	is_int(count(store, "change WHERE kind = 5 AND room IS NULL"), 1,
	    "that of no room is found by itself");
	is_int(count(store, "change WHERE kind = 6"), 2,
	    "each user has a last message to a device");
	is_int(count(store, "change WHERE kind = 7 AND pos ="
	    " (SELECT max(pos) FROM change n WHERE n.kind = 7"
	    " AND n.user = change.user)"), 2, "and a last change of devices");
	is_int(count(store, "change WHERE kind = 7"), 2, "and no other");
}

/* --------------------------------------------------------------- the space */

static void
test_shrink(struct store *store, struct upkeep *u)
{
	int64_t before, after;

	ok(!upkeep_shrink(u), "little is free: nothing to do");
	run(store->main, "INSERT INTO meta SELECT 'junk' || value,"
	    " hex(zeroblob(10000)) FROM"
	    " (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1"
	    " FROM n WHERE value < 400) SELECT value FROM n)");
	run(store->main, "DELETE FROM meta WHERE key LIKE 'junk%'");
	before = db_pragma(store->main, "PRAGMA page_count");
	ok(pieces(upkeep_shrink, u) > 2, "much is free: several pieces");
	after = db_pragma(store->main, "PRAGMA page_count");
	ok(after < before / 2, "the file has become smaller");
}

/* A WAL of 48 MiB, for which a checkpoint waits 150 ms. */
static void
make_long(struct db *db)
{
	for (int i = 0; i < 2; i++)
		run(db, "INSERT OR REPLACE INTO meta VALUES ('big',"
		    " hex(zeroblob(12000000)))");
}

/* A reader who ends when it sees that somebody has the lock. */
static void *
end_when_locked(void *arg)
{
	struct store *reader = arg;
	long ms;

	while (lock_holder(reader->lock, &ms) == 0)
		sched_yield();
	db_commit(reader->main);
	return NULL;
}

static void
test_checkpoint(struct store *store, struct upkeep *u)
{
	struct store *reader = scratch_open(NULL);
	pthread_t thread;
	struct stat st;

	make_long(store->main);
	ok(!upkeep_checkpoint(u), "a checkpoint");
	run(store->main, "DELETE FROM meta WHERE key = 'big'");
	ok(db_wal_pages(store->main) < 4096, "after it the WAL begins anew");
	run(store->main, "INSERT INTO meta VALUES ('small', '')");
	stat(scratch_path("data/mxcgi.db-wal"), &st);
	ok(st.st_size <= 16 << 20, "and its file has been cut back");

	db_begin(reader->main, TX_READ);
	make_long(store->main);
	ok(!upkeep_checkpoint(u), "while somebody reads");
	ok(lock_try(reader->lock), "it does not keep the lock");
	lock_release(reader->lock);
	is_int(db_fault(u->store->main), DB_FINE, "nor fail");
	db_commit(reader->main);
	upkeep_checkpoint(u);

	make_long(store->main);
	db_begin(reader->main, TX_READ);
	make_long(store->main);
	pthread_create(&thread, NULL, end_when_locked, reader);
	upkeep_checkpoint(u);
	pthread_join(thread, NULL);
	run(store->main, "DELETE FROM meta WHERE key = 'big'");
	ok(db_wal_pages(store->main) < 4096, "it waits for a reader who ends");
	store_close(reader);
}

static void
test_relieve(struct store *store)
{
	unsigned pages;

	run(store->main, "INSERT OR REPLACE INTO meta VALUES ('big',"
	    " hex(zeroblob(12000000)))");
	pages = db_wal_pages(store->main);
	upkeep_relieve(store);
	run(store->main, "INSERT OR REPLACE INTO meta VALUES ('small', '1')");
	ok(db_wal_pages(store->main) > pages,
	    "24 MiB: a writer leaves that to the housekeeper");
	make_long(store->main);
	upkeep_relieve(store);
	run(store->main, "INSERT OR REPLACE INTO meta VALUES ('small', '2')");
	ok(db_wal_pages(store->main) < pages, "more: it does that itself");
}

int
main(void)
{
	static const struct rights rights = { "housekeeper", rights_list };
	struct upkeep upkeep = { .now = NOW, .kept = UPKEEP_KEPT };
	struct store *store;

	scratch_begin();
	for (int i = 0; i < LIMIT__MAX; i++)
		scratch_conf.limit[i] = (struct conf_limit){ 10, 0.1 };
	store = scratch_open(NULL);
	upkeep.store = scratch_open(&rights);
	test_once(store, &upkeep);
	test_tokens(store, &upkeep);
	test_seen(store, &upkeep);
	test_volatile(store, &upkeep);
	test_thin(store, &upkeep);
	test_thin_kinds(store, &upkeep);
	test_shrink(store, &upkeep);
	test_checkpoint(store, &upkeep);
	test_relieve(store);
	store_close(upkeep.store);
	store_close(store);
	return done_testing();
}

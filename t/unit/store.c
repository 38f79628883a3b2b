/*
 * store.c - the databases: migrations, transactions, faults, rights.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "store/bell.h"
#include "store/db-inner.h"
#include "store/lock.h"
#include "store/stream.h"
#include "tap.h"
#include "scratch.h"

/* --------------------------------------------------------------- opening */

static int heard;

static void
hear(const char *what)
{
	heard += strncmp(what, "0001-", 5) == 0;
}

static void
test_opening(void)
{
	struct arena *mem = scratch_mem;
	struct conf other = scratch_conf;
	struct store *store;
	const char *why = "";
	struct stat st;

	store = store_open(&scratch_conf, NULL, 1024, mem, &why);
	ok(store == NULL && strstr(why, "mxcgi init") != NULL,
	    "without a database it says what to run");
	is_int(store_migrate(&scratch_conf, hear, mem, &why), 0,
	    "a new database");
	is_int(heard, 1, "progress is told");
	is_int(store_migrate(&scratch_conf, hear, mem, &why), schema_version,
	    "a second time it finds the schema");
	is_int(heard, 1, "and has nothing to do");
	ok(stat(scratch_path("data/mxcgi.db"), &st) == 0 &&
	    (st.st_mode & 0777) == 0600, "nobody else may read the database");
	ok(stat(scratch_path("data"), &st) == 0 && (st.st_mode & 0777) == 0700,
	    "nor its directory");

	other.server_name = "elsewhere.org";
	store = store_open(&other, NULL, 1024, mem, &why);
	ok(store == NULL && strstr(why, "example.org") != NULL &&
	    strstr(why, "elsewhere.org") != NULL,
	    "another server's name is refused, both names told");
	is_int(store_migrate(&other, hear, mem, &why), -1,
	    "it is not migrated either");

	store = store_open(&scratch_conf, NULL, 1024, mem, &why);
	ok(store != NULL, "it opens");
	ok(stat(scratch_path("data/mxcgi.db-wal"), &st) == 0 &&
	    (st.st_mode & 0777) == 0600, "nobody else may read the WAL");
	is_int(db_pragma(store->main, "PRAGMA page_size"), 4096, "page size");
	is_int(db_pragma(store->main, "PRAGMA auto_vacuum"), 2,
	    "auto_vacuum is incremental");
	is_int(db_pragma(store->main, "PRAGMA foreign_keys"), 1,
	    "foreign keys are kept");
	is_int(db_pragma(store->main, "PRAGMA synchronous"), 1,
	    "durability = process");
	store_close(store);

	other = scratch_conf;
	other.durability = DURABLE_POWER;
	store = store_open(&other, NULL, 1024, mem, &why);
	is_int(db_pragma(store->main, "PRAGMA synchronous"), 2,
	    "durability = power");
	store_close(store);
}

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	fputs(text, f);
	fclose(f);
}

static void
test_strange_files(void)
{
	struct arena *mem = scratch_mem;
	struct conf conf = scratch_conf;
	const char *why = "";
	struct db *db;
	struct db_options plain = { .cache_kib = 100 };
	char path[128];

	conf.data_dir = scratch_path("strange");
	snprintf(path, sizeof path, "%s/mxcgi.db", conf.data_dir);
	mkdir(conf.data_dir, 0700);
	put(path, "this is no database, and long enough to be seen as none,"
	    " because it has a hundred bytes and a few more");
	is_int(store_migrate(&conf, NULL, mem, &why), -1,
	    "a file that is no database is not touched");
	ok(store_open(&conf, NULL, 100, mem, &why) == NULL,
	    "and not opened: %s", why);
	put(path, "");
	db = db_open(path, &plain, mem, &why);
	db_script(db, "CREATE TABLE precious (x)");
	db_close(db);
	is_int(store_migrate(&conf, NULL, mem, &why), -1,
	    "a database of somebody else is not touched");
	ok(strstr(why, "not a database of mxcgi") != NULL, "why: %s", why);
}

static void
test_schema_moved(struct store *store)
{
	char sql[64];
	const char *why = "";

	snprintf(sql, sizeof sql, "PRAGMA user_version=%d", schema_version + 1);
	db_script(store->main, sql);
	ok(!db_begin(store->main, TX_READ), "no round after the schema moved");
	is_int(db_fault(store->main), DB_MOVED, "and it is known why");
	ok(!db_lost(store->main), "no transaction is open then");
	ok(store_open(&scratch_conf, NULL, 100, scratch_mem, &why) == NULL &&
	    strstr(why, "newer") != NULL, "a newer schema is not opened");
	is_int(store_migrate(&scratch_conf, NULL, scratch_mem, &why), -1,
	    "nor migrated");
	db_script(store->main, "PRAGMA user_version=0");
	ok(store_open(&scratch_conf, NULL, 100, scratch_mem, &why) == NULL &&
	    strstr(why, "mxcgi migrate") != NULL,
	    "of an older one it says what to run");
	snprintf(sql, sizeof sql, "PRAGMA user_version=%d", schema_version);
	db_script(store->main, sql);
	ok(db_begin(store->main, TX_READ), "and it goes on where it is back");
	db_rollback(store->main);
}

/* ---------------------------------------------------------- transactions */

static int
put_meta(struct db *db, const char *key, const char *value)
{
	return db_exec(db, STMT_META_SET, DB_TEXT(key), DB_TEXT(value));
}

static const char *
get_meta(struct db *db, const char *key)
{
	struct rows rows = db_query(db, STMT_META_GET, DB_TEXT(key));
	const char *value = rows_next(&rows) ? rows_text(&rows, 0) : NULL;

	rows_done(&rows);
	return value;
}

static void
test_savepoints(struct db *db)
{
	ok(db_begin(db, TX_WRITE), "a round begins");
	for (int i = 0; i < 3; i++) {
		char key[] = "save0";

		key[4] += (char)i;
		db_savepoint(db);
		is_int(put_meta(db, key, "x"), 1, "request %d writes", i);
		if (i == 1)
			db_undo(db);
		else
			ok(db_release(db), "request %d is kept", i);
	}
	ok(db_commit(db), "the round is committed");
	is_text(get_meta(db, "save0"), "x", "the first is there");
	is_text(get_meta(db, "save1"), NULL, "the refused one is not");
	is_text(get_meta(db, "save2"), "x", "the last is there");
}

static void
test_sticky(struct db *db)
{
	db_begin(db, TX_WRITE);
	db_savepoint(db);
	put_meta(db, "sticky", "1");
	is_int(put_meta(db, "sticky", "2"), 0, "a constraint is a fault");
	is_int(db_fault(db), DB_BROKEN, "of the program");
	is_int(put_meta(db, "other", "1"), 0, "after it no change does a thing");
	is_text(get_meta(db, "sticky"), NULL, "and no query finds one");
	is_int(change_add(db, CHANGE_EVENT, 1, 1, 1), 0, "nor the stream");
	ok(!db_release(db), "it cannot be kept");
	ok(!db_lost(db), "the transaction is still there");
	db_undo(db);
	is_int(db_fault(db), DB_FINE, "undone, it is forgotten");
	db_savepoint(db);
	is_int(put_meta(db, "after", "1"), 1, "and the next request works");
	ok(db_release(db), "is kept");
	ok(db_commit(db), "is committed");
	is_text(get_meta(db, "sticky"), NULL, "what came before the fault is gone");
	is_text(get_meta(db, "after"), "1", "what came after is there");

	db_begin(db, TX_WRITE);
	put_meta(db, "half", "1");
	put_meta(db, "half", "2");
	ok(!db_commit(db), "a faulty transaction is not committed");
	is_int(db_fault(db), DB_BROKEN, "and says why");
	is_text(get_meta(db, "half"), NULL, "no half of it is kept");
}

/*
 * SQLite rolls all back when a statement that keeps no journal of its own
 * finds the disk full.
 */
static void
test_lost(struct db *db)
{
	char *big = malloc(100001);
	char limit[64];

	memset(big, 'x', 100000);
	big[100000] = '\0';
	db_begin(db, TX_WRITE);
	db_savepoint(db);
	put_meta(db, "lost1", "1");
	ok(db_release(db), "the first request of the round");
	snprintf(limit, sizeof limit, "PRAGMA max_page_count=%lld",
	    (long long)db_pragma(db, "PRAGMA page_count") + 2);
	db_script(db, limit);
	db_savepoint(db);
	is_int(put_meta(db, "lost2", big), 0, "the disk is full");
	is_int(db_fault(db), DB_FULL, "it is known why");
	ok(db_lost(db), "all of the round is gone");
	ok(!db_release(db), "the second request cannot be kept");
	db_undo(db);
	is_int(db_fault(db), DB_FULL, "undoing does not bring it back");
	ok(!db_savepoint(db), "no third request begins");
	is_int(put_meta(db, "lost3", "1"), 0, "or writes outside of it");
	ok(!db_commit(db), "nothing is committed");
	is_int(db_fault(db), DB_FULL, "and it is still known why");
	is_text(get_meta(db, "lost1"), NULL, "the first request is not there");
	is_text(get_meta(db, "lost3"), NULL, "nor the third");

	db_begin(db, TX_WRITE);
	is_int(put_meta(db, "lost1", "1"), 1, "alone it works");
	ok(db_commit(db), "and is committed");
	db_script(db, "PRAGMA max_page_count=1000000");
	free(big);
}

/* ------------------------------------------------------------------ rows */

static struct rows
three_users(struct db *db)
{
	return db_query(db, STMT_NEWS_USERS, DB_INT(0), DB_INT(1000));
}

static void
test_rows(struct db *db)
{
	struct rows rows, again;
	struct span span;

	rows = db_query(db, STMT_META_GET, DB_TEXT("save0"));
	ok(rows_next(&rows), "a row");
	span = rows_span(&rows, 0);
	ok(span_is(span, "x"), "as a span");
	ok(!rows_next(&rows), "and no other");
	ok(!rows_next(&rows), "however often one asks");

	db_begin(db, TX_WRITE);
	for (int user = 1; user <= 3; user++)
		change_add(db, CHANGE_SESSION, 0, user, 0);
	rows = three_users(db);
	ok(rows_next(&rows), "the first of three rows");
	ok(db_commit(db), "open rows do not keep a COMMIT from happening");
	ok(!rows_next(&rows), "they are closed by it");
	rows_done(&rows);

	db_begin(db, TX_WRITE);
	db_savepoint(db);
	rows = three_users(db);
	rows_next(&rows);
	db_undo(db);
	db_savepoint(db);
	again = three_users(db);
	ok(rows_next(&again), "the statement can be run again");
	ok(!rows_next(&rows), "the old rows do not read the new run's");
	ok(rows_next(&again) && rows_next(&again) && !rows_next(&again),
	    "which has all three");
	db_release(db);
	db_commit(db);

	db_begin(db, TX_WRITE);
	db_exec(db, STMT_META_SET, DB_TEXT("empty"), DB_SPAN(((struct span){ 0 })));
	is_text(get_meta(db, "empty"), "", "an empty span is a text");
	put_meta(db, "null", NULL);
	is_int(db_fault(db), DB_BROKEN, "a NULL text is NULL");
	db_rollback(db);
	db_begin(db, TX_READ);
	is_int(db_int(db, 42, STMT_META_GET, DB_TEXT("never")), 42,
	    "no row: what was given");
	db_commit(db);
}

/* -------------------------------------------------- programming errors */

static int
again_while_open(void *db)
{
	struct rows one, two;

	db_begin(db, TX_READ);
	one = db_query(db, STMT_META_GET, DB_TEXT("a"));
	two = db_query(db, STMT_META_GET, DB_TEXT("b"));
	return one.open && two.open;
}

static int
write_in_read(void *db)
{
	db_begin(db, TX_READ);
	return put_meta(db, "a", "b");
}

static int
too_few(void *db)
{
	return db_exec(db, STMT_META_SET, DB_TEXT("a"));
}

static int
wrong_store(void *db)
{
	return db_exec(db, STMT_EPOCH_SET, DB_TEXT("a"));
}

static int
no_row(void *db)
{
	struct rows rows = db_query(db, STMT_META_GET, DB_TEXT("never"));

	rows_next(&rows);
	return rows_text(&rows, 0) != NULL;
}

static int
begin_twice(void *db)
{
	db_begin(db, TX_READ);
	return db_begin(db, TX_READ);
}

static void
test_bugs(struct db *db)
{
	static const struct {
		int (*body)(void *);
		const char *what;
	} bugs[] = {
		{ again_while_open, "a statement run again while it is open" },
		{ write_in_read, "a write in a read transaction" },
		{ too_few, "a parameter forgotten" },
		{ wrong_store, "a statement of the other database" },
		{ no_row, "a column without a row" },
		{ begin_twice, "a transaction inside another" },
	};

	for (size_t i = 0; i < sizeof bugs / sizeof bugs[0]; i++)
		is_int(scratch_fork(bugs[i].body, db), -SIGABRT, "%s aborts",
		    bugs[i].what);
}

/* ---------------------------------------------------------------- rights */

static void
test_rights(void)
{
	static const struct right list[] = {
		{ "meta", "key,value", "" },
		{ "epoch", "*", "" },
		{ "change", "pos", "*" },
		{ "room", "*", "joined" },
		{ "user", "nrs,user_id", "" },
		{ NULL, NULL, NULL }
	};
	static const struct rights rights = { "test", list };
	struct store *store = scratch_open(&rights);
	struct db *db = store->main;

	db_begin(db, TX_WRITE);
	db_savepoint(db);
	is_text(get_meta(db, "save0"), "x", "columns that may be read");
	ok(change_add(db, CHANGE_EVENT, 1, 2, 3) > 0 && change_last(db) > 0,
	    "a table that may be written");
	is_int(put_meta(db, "a", "b"), 0, "a table that may only be read");
	is_int(db_fault(db), DB_BROKEN, "is a fault");
	db_undo(db);
	db_savepoint(db);
	db_query(db, STMT_ONCE_FIND, DB_INT(1), DB_BLOB("k", 1));
	is_int(db_fault(db), DB_BROKEN, "a table that may not be read, too");
	db_undo(db);
	db_rollback(db);
	ok(!db_script(db, "SELECT name FROM sqlite_master"), "the schema");
	ok(!db_script(db, "SELECT room FROM change"), "another column");
	ok(!db_script(db, "PRAGMA writable_schema=ON"), "a pragma");
	ok(!db_script(db, "ATTACH 'x.db' AS x"), "ATTACH");
	ok(!db_script(db, "DROP TABLE meta"), "DROP");
	ok(!db_script(db, "DELETE FROM meta"), "DELETE");
	ok(!db_script(db, "UPDATE meta SET value = ''"), "UPDATE");
	ok(db_script(db, "UPDATE room SET joined = 0"), "a column of its own");
	ok(!db_script(db, "UPDATE room SET version = ''"), "but no other");
	ok(db_script(db, "SELECT user_id FROM user"), "a listed column");
	ok(!db_script(db, "SELECT nr FROM user"), "not one that begins alike");
	ok(db_script(db, "WITH x AS (SELECT pos FROM change)"
	    " SELECT count(*) FROM x"), "a common table expression is no table");
	store_close(store);
}

/* --------------------------------------------------------------- the WAL */

static void
test_wal(struct store *store)
{
	struct store *other = scratch_open(NULL);
	unsigned pages;

	ok(db_changed_elsewhere(other->main), "asked first: yes");
	ok(!db_changed_elsewhere(other->main), "then no");
	db_begin(store->main, TX_WRITE);
	put_meta(store->main, "wal", "1");
	db_commit(store->main);
	pages = db_wal_pages(store->main);
	ok(pages > 0, "the commit left pages in the WAL");
	ok(db_changed_elsewhere(other->main), "the other one sees it");
	ok(!db_changed_elsewhere(other->main), "once");

	db_begin(other->main, TX_READ);
	is_text(get_meta(other->main, "wal"), "1", "somebody reads");
	db_begin(store->main, TX_WRITE);
	put_meta(store->main, "wal2", "1");
	db_commit(store->main);
	is_text(get_meta(other->main, "wal2"), NULL, "from his snapshot");
	ok(!db_checkpoint(store->main, CHECKPOINT_RESTART, 1),
	    "a checkpoint cannot move everything then");
	is_int(db_fault(store->main), DB_FINE, "which is no fault");
	db_commit(other->main);
	ok(db_checkpoint(store->main, CHECKPOINT_RESTART, 1),
	    "when he is gone it can");
	db_begin(store->main, TX_WRITE);
	put_meta(store->main, "wal3", "1");
	db_commit(store->main);
	ok(db_wal_pages(store->main) < pages, "and the WAL begins anew");
	store_close(other);
}

/* ---------------------------------------------------- the volatile store */

static int
tell_epoch(void *arg)
{
	const char *why;
	struct store *store;

	store = store_open(&scratch_conf, NULL, 100, scratch_mem, &why);
	return store == NULL || write(*(int *)arg, store->epoch, 8) != 8;
}

#define COMERS	8

/*
 * Eight processes find nothing, and all of them are about to make it (which
 * our own shared lock keeps them from): is there one epoch in the end?
 */
static bool
same_epoch(void)
{
	int lock = open(scratch_path("run/volatile.lock"), O_RDWR);
	char epoch[9] = "", first[9] = "";
	int out[2], status, same = 0;
	bool stood;

	if (pipe(out) != 0)
		return false;
	unlink(scratch_path("run/volatile.db"));
	flock(lock, LOCK_SH);
	fflush(stdout);
	for (int i = 0; i < COMERS; i++)
		if (fork() == 0)
			_exit(close(lock) != 0 || tell_epoch(&out[1]) != 0);
	stood = scratch_await(scratch_path("run/volatile.lock"), COMERS);
	flock(lock, LOCK_UN);
	close(lock);
	for (int i = 0; i < COMERS; i++) {
		wait(&status);
		if (status != 0 || read(out[0], epoch, 8) != 8)
			continue;
		if (i == 0)
			memcpy(first, epoch, sizeof first);
		same += strcmp(epoch, first) == 0;
	}
	close(out[0]);
	close(out[1]);
	return stood && same == COMERS;
}

static void
test_volatile(void)
{
	struct store *one = scratch_open(NULL), *two = scratch_open(NULL);
	struct stat st;

	is_int((int64_t)strlen(one->epoch), 8, "an epoch has eight letters");
	ok(!store_vol_renew(one), "it is there: no other is wanted");
	is_text(two->epoch, one->epoch, "the second to come has the same");
	ok(stat(scratch_path("run/volatile.db"), &st) == 0 &&
	    (st.st_mode & 0777) == 0600, "nobody else may read it");
	is_int(db_exec(one->vol, STMT_BUCKET_SET, DB_TEXT("k"), DB_REAL(1.5),
	    DB_INT(9)), 1, "what one writes");
	is_int(db_int(two->vol, 0, STMT_BUCKET_GET, DB_TEXT("k")), 1,
	    "the other reads");
	store_close(two);

	unlink(scratch_path("run/volatile.db"));
	two = scratch_open(NULL);
	ok(strcmp(one->epoch, two->epoch) != 0, "removed, it is made anew");
	is_int(db_int(two->vol, 0, STMT_BUCKET_GET, DB_TEXT("k")), 0,
	    "and is empty");
	is_int(db_int(one->vol, 0, STMT_BUCKET_GET, DB_TEXT("k")), 1,
	    "who had the old one still has it");
	ok(store_vol_renew(one), "until they look");
	is_text(one->epoch, two->epoch, "and then have the same");
	is_int(db_int(one->vol, 0, STMT_BUCKET_GET, DB_TEXT("k")), 0,
	    "which is empty");
	ok(!store_vol_renew(one) && !store_vol_renew(two),
	    "it is no other the next time");
	store_close(one);
	store_close(two);

	put(scratch_path("run/volatile.db"), "rubbish, rubbish, rubbish");
	one = scratch_open(NULL);
	is_int(db_int(one->vol, 0, STMT_BUCKET_GET, DB_TEXT("k")), 0,
	    "a damaged one is replaced");
	db_script(one->vol, "PRAGMA user_version=1");
	two = scratch_open(NULL);
	ok(strcmp(one->epoch, two->epoch) != 0,
	    "so is one of another schema or another life of the machine");
	store_close(two);
	store_close(one);

	ok(same_epoch(), "eight that come at once make one");
}

int
main(void)
{
	struct store *store;

	scratch_begin();
	test_opening();
	test_strange_files();
	store = scratch_open(NULL);
	test_schema_moved(store);
	test_savepoints(store->main);
	test_sticky(store->main);
	test_lost(store->main);
	test_rows(store->main);
	test_bugs(store->main);
	test_rights();
	test_wal(store);
	store_close(store);
	test_volatile();
	return done_testing();
}

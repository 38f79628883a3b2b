/*
 * db.c - transactions and what may go wrong in them.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/db-inner.h"

/* What the transactions themselves are made of; prepared when first used. */
static const char *const control_sql[CONTROL__MAX] = {
	[CONTROL_BEGIN_READ] = "BEGIN",
	[CONTROL_BEGIN_WRITE] = "BEGIN IMMEDIATE",
	[CONTROL_COMMIT] = "COMMIT",
	[CONTROL_ROLLBACK] = "ROLLBACK",
	[CONTROL_SAVEPOINT] = "SAVEPOINT request",
	[CONTROL_RELEASE] = "RELEASE request",
	[CONTROL_ROLLBACK_TO] = "ROLLBACK TO request",
	[CONTROL_VERSION] = "PRAGMA user_version",
	[CONTROL_DATA_VERSION] = "PRAGMA data_version",
};

/* ---------------------------------------------------------------- faults */

/* A quota counts as a full disk, although SQLite knows only ENOSPC. */
static bool
out_of_space(struct db *db, int rc)
{
	int err;

	if (rc == SQLITE_FULL)
		return true;
	if ((rc & 0xff) != SQLITE_IOERR)
		return false;
	err = sqlite3_system_errno(db->sq);
	return err == ENOSPC || err == EDQUOT;
}

static enum db_fault
fault_of(struct db *db, int rc)
{
	if (out_of_space(db, rc))
		return DB_FULL;
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return DB_LOCKED;
	}
	return DB_BROKEN;
}

void
db_fail(struct db *db, int rc, const char *what)
{
	if (db->fault != DB_FINE)
		return;
	db->fault = fault_of(db, rc);
	log_error("%s: %s (%d)", what, sqlite3_errmsg(db->sq),
	    sqlite3_extended_errcode(db->sq));
}

void
db_bug(const char *what, enum stmt id)
{
	log_error("programming error: %s: %s", stmt_defs[id].name, what);
	abort();
}

enum db_fault
db_fault(const struct db *db)
{
	return db->fault;
}

/* ------------------------------------------------------------- the parts */

static int64_t
control(struct db *db, enum control what)
{
	sqlite3_stmt **st = &db->control[what];
	int64_t answer = 0;
	int rc = SQLITE_OK;

	if (*st == NULL)
		rc = sqlite3_prepare_v3(db->sq, control_sql[what], -1,
		    SQLITE_PREPARE_PERSISTENT, st, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(*st);
	if (rc == SQLITE_ROW)
		answer = sqlite3_column_int64(*st, 0);
	else if (rc != SQLITE_DONE) {
		db_fail(db, rc, control_sql[what]);
		answer = -1;
	}
	sqlite3_reset(*st);
	return answer;
}

static bool
in_sqlite(const struct db *db)
{
	return !sqlite3_get_autocommit(db->sq);
}

/* Reading the version also takes the snapshot, which BEGIN does not. */
static bool
schema_is_ours(struct db *db)
{
	int64_t version = control(db, CONTROL_VERSION);

	if (version < 0)
		return false;
	if (db->is_volatile || version == schema_version)
		return true;
	log_warn("the schema has moved to version %lld", (long long)version);
	db->fault = DB_MOVED;
	return false;
}

/* ---------------------------------------------------------- transactions */

bool
db_begin(struct db *db, enum tx tx)
{
	if (in_sqlite(db)) {
		log_error("programming error: a transaction is open");
		abort();
	}
	db_reset_all(db);
	db->fault = DB_FINE;
	db->changes = 0;
	db->tasks = 0;
	db->calls = 0;
	db->tx = tx;
	if (control(db, tx == TX_WRITE ? CONTROL_BEGIN_WRITE :
	    CONTROL_BEGIN_READ) == 0 && schema_is_ours(db))
		return true;
	db_rollback(db);
	return false;
}

/*
 * COMMIT of a transaction that has a fault would keep the half that came
 * before it.
 */
bool
db_commit(struct db *db)
{
	db_reset_all(db);
	if (db_lost(db) && db->fault == DB_FINE)
		db->fault = DB_BROKEN;
	if (db->fault == DB_FINE && control(db, CONTROL_COMMIT) == 0) {
		db->tx = TX_NONE;
		return true;
	}
	db_rollback(db);
	return false;
}

void
db_rollback(struct db *db)
{
	db_reset_all(db);
	if (in_sqlite(db))
		control(db, CONTROL_ROLLBACK);
	db->tx = TX_NONE;
	db->changes = 0;
	db->tasks = 0;
	db->calls = 0;
}

bool
db_lost(const struct db *db)
{
	return db->tx != TX_NONE && !in_sqlite(db);
}

/* ------------------------------------------------------------ savepoints */

bool
db_savepoint(struct db *db)
{
	db->changes_kept = db->changes;
	db->tasks_kept = db->tasks;
	db->calls_kept = db->calls;
	return db->fault == DB_FINE && control(db, CONTROL_SAVEPOINT) == 0;
}

bool
db_release(struct db *db)
{
	db_reset_all(db);
	return db->fault == DB_FINE && control(db, CONTROL_RELEASE) == 0;
}

/*
 * ROLLBACK TO leaves the savepoint standing, hence RELEASE.  A transaction
 * that is lost keeps its fault: without it the next request's statements
 * would each commit by themselves.
 */
void
db_undo(struct db *db)
{
	db_reset_all(db);
	db->changes = db->changes_kept;
	db->tasks = db->tasks_kept;
	db->calls = db->calls_kept;
	if (db_lost(db))
		return;
	db->fault = DB_FINE;
	if (control(db, CONTROL_ROLLBACK_TO) != 0 ||
	    control(db, CONTROL_RELEASE) != 0)
		control(db, CONTROL_ROLLBACK);
}

/* ------------------------------------------------------------ the others */

bool
db_changed_elsewhere(struct db *db)
{
	int64_t before = db->data_version;

	db->data_version = control(db, CONTROL_DATA_VERSION);
	return db->data_version != before;
}

unsigned
db_wal_pages(const struct db *db)
{
	return db->wal_pages;
}

/*
 * SQLite's own waiting soon sleeps for tens of ms, and each time it looks a
 * reader may be there; who holds up all writers looks more often.  Only the
 * sleep counts, not the time that moving pages takes between two waits.
 */
static int
look_again(void *arg, int times)
{
	int64_t *left_us = arg, began = clock_mono_us();

	(void)times;
	if (*left_us <= 0)
		return 0;
	nanosleep(&(struct timespec){ 0, 200000 }, NULL);
	*left_us -= clock_mono_us() - began;
	return 1;
}

/* BUSY is no fault here: readers were still there, and that is all. */
bool
db_checkpoint(struct db *db, enum checkpoint how, unsigned wait_ms)
{
	static const int mode[] = {
		[CHECKPOINT_PASSIVE] = SQLITE_CHECKPOINT_PASSIVE,
		[CHECKPOINT_RESTART] = SQLITE_CHECKPOINT_RESTART,
		[CHECKPOINT_TRUNCATE] = SQLITE_CHECKPOINT_TRUNCATE,
	};
	int64_t left_us = (int64_t)wait_ms * 1000;
	int rc, pages = -1, moved = -1;

	db_reset_all(db);
	sqlite3_busy_handler(db->sq, look_again, &left_us);
	rc = sqlite3_wal_checkpoint_v2(db->sq, NULL, mode[how], &pages, &moved);
	sqlite3_busy_timeout(db->sq, DB_BUSY_MS);
	if (pages >= 0)
		db->wal_pages = (unsigned)pages;
	if (rc != SQLITE_OK && rc != SQLITE_BUSY)
		log_error("checkpoint: %s", sqlite3_errmsg(db->sq));
	return rc == SQLITE_OK && moved == pages;
}

/* snapshot.c - copies of the main database; see snapshot.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "store/snapshot.h"
#include "store/db-inner.h"
#include "store/stream.h"

#define CACHE_KIB	1024
#define STEP_PAGES	64	/* 256 KiB between two calls of progress */
#define SYNC_STEPS	16	/* 4 MiB */
#define BUSY_TRIES	1000
#define BUSY_NS		10000000
#define MARK_TRIES	20
#define LEAP		1000000000	/* more than is ever lost */

struct copying {
	const char	*to;
	struct db	*from;
	sqlite3		*into;
	snapshot_progress	*progress;
	struct arena	*mem;
	const char	**why;
};

static bool
no(struct copying *c, const char *path, const char *what)
{
	*c->why = arena_printf(c->mem, "%s: %s", path, what);
	return false;
}

/* ------------------------------------------------------------------- marks */

/* In run_dir, for there confined programs may look.  Who dies lets go of it. */
#define READING	"snapshot.lock"
#define WHOLE	"backup.lock"

static int
mark_open(const struct conf *conf, const char *name, int flags)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", conf->run_dir, name);
	fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1 && errno == ENOENT && (flags & O_CREAT) != 0 &&
	    mkdir(conf->run_dir, 0700) == 0)
		fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd;
}

/* Who only looks has it for a moment, too. */
static int
mark_set(const struct conf *conf, const char *name, struct arena *mem,
    const char **why)
{
	int fd = mark_open(conf, name, O_RDWR | O_CREAT);
	int error = errno;

	for (int tries = 0; fd != -1 && tries < MARK_TRIES; tries++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return fd;
		error = errno;
		nanosleep(&(struct timespec){ 0, BUSY_NS }, NULL);
	}
	*why = arena_printf(mem, "%s/%s: %s", conf->run_dir, name,
	    fd != -1 && error == EWOULDBLOCK ? "another backup is being made, "
	    "or looked through; wait until it is done" : strerror(error));
	if (fd != -1)
		close(fd);
	return -1;
}

static bool
mark_is_set(const struct conf *conf, const char *name)
{
	int fd = mark_open(conf, name, O_RDONLY);
	bool set = fd != -1 && flock(fd, LOCK_SH | LOCK_NB) == -1;

	if (fd != -1)
		close(fd);
	return set;
}

bool
snapshot_runs(const struct conf *conf)
{
	return mark_is_set(conf, READING);
}

int
backup_begin(const struct conf *conf, struct arena *mem, const char **why)
{
	return mark_set(conf, WHOLE, mem, why);
}

bool
backup_runs(const struct conf *conf)
{
	return mark_is_set(conf, WHOLE);
}

/* ----------------------------------------------------------------- copying */

/*
 * Others use the disk and the processor, too: they get as much time as we took,
 * and never have to wait for much of what we wrote when they sync.
 */
static void
give_way(struct copying *c, int64_t since_us, unsigned steps)
{
	sqlite3_file *file = NULL;
	int64_t us;

	if (steps % SYNC_STEPS == 0 && sqlite3_file_control(c->into, "main",
	    SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK)
		file->pMethods->xSync(file, SQLITE_SYNC_DATAONLY);
	us = clock_mono_us() - since_us;
	nanosleep(&(struct timespec){ us / 1000000, us % 1000000 * 1000 },
	    NULL);
}

/* Pages of the snapshot that `from` holds. */
static bool
copy_pages(struct copying *c)
{
	sqlite3_backup *b = sqlite3_backup_init(c->into, "main", c->from->sq,
	    "main");
	int rc = b != NULL ? SQLITE_OK : SQLITE_ERROR;
	unsigned steps = 0;

	for (int tries = 0; b != NULL && tries < BUSY_TRIES;) {
		int64_t since = clock_mono_us();

		rc = sqlite3_backup_step(b, STEP_PAGES);
		if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED) {
			tries++;
			nanosleep(&(struct timespec){ 0, BUSY_NS }, NULL);
			continue;
		}
		if (rc != SQLITE_OK)
			break;
		c->progress(sqlite3_backup_pagecount(b) -
		    sqlite3_backup_remaining(b), sqlite3_backup_pagecount(b));
		give_way(c, since, ++steps);
	}
	sqlite3_backup_finish(b);
	return rc == SQLITE_DONE || no(c, c->to, sqlite3_errstr(rc));
}

/* The pages say WAL, which would want files beside it. */
static bool
make_single(struct copying *c)
{
	bool single = sqlite3_exec(c->into, "PRAGMA journal_mode=DELETE",
	    NULL, NULL, NULL) == SQLITE_OK;

	return single || no(c, c->to, sqlite3_errmsg(c->into));
}

static bool
open_into(struct copying *c)
{
	return (sqlite3_open_v2(c->to, &c->into, SQLITE_OPEN_READWRITE, NULL) ==
	    SQLITE_OK && sqlite3_exec(c->into, "PRAGMA synchronous=OFF", NULL,
	    NULL, NULL) == SQLITE_OK) || no(c, c->to, sqlite3_errmsg(c->into));
}

static bool
close_into(struct copying *c)
{
	int rc = sqlite3_close(c->into);

	c->into = NULL;
	return rc == SQLITE_OK || no(c, c->to, sqlite3_errstr(rc));
}

static bool
sync_file(struct copying *c)
{
	int fd = open(c->to, O_RDONLY | O_CLOEXEC);
	bool fine = fd != -1 && fsync(fd) == 0;
	int error = errno;

	if (fd != -1)
		close(fd);
	return fine || no(c, c->to, strerror(error));
}

static bool
make_file(struct copying *c)
{
	int fd = open(c->to, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd == -1)
		return no(c, c->to, strerror(errno));
	close(fd);
	return true;
}

/* The first read takes the snapshot, and the transaction keeps it. */
static bool
copy(struct copying *c)
{
	if (!db_script(c->from, "BEGIN") ||
	    db_pragma(c->from, "PRAGMA user_version") < 0)
		return no(c, "mxcgi.db", sqlite3_errmsg(c->from->sq));
	return open_into(c) && copy_pages(c) && close_into(c) &&
	    open_into(c) && make_single(c) && close_into(c) && sync_file(c);
}

/*
 * What came meanwhile is moved while nobody is refused for it yet: the WAL may
 * have become longer than writers bear without us.
 */
static void
empty_wal(struct copying *c)
{
	db_script(c->from, "COMMIT");
	db_checkpoint(c->from, CHECKPOINT_PASSIVE, 0);
}

bool
snapshot_take(const struct conf *conf, const char *to, snapshot_progress *progress,
    struct arena *mem, const char **why)
{
	struct copying c = { .to = to, .progress = progress, .mem = mem,
	    .why = why };
	const char *path = arena_printf(mem, "%s/mxcgi.db", conf->data_dir);
	bool fine;
	int fd = mark_set(conf, READING, mem, why);

	if (fd == -1)
		return false;
	if (!make_file(&c)) {
		close(fd);
		return false;
	}
	c.from = db_open(path, &(struct db_options){ .cache_kib = CACHE_KIB },
	    mem, why);
	fine = c.from != NULL && copy(&c);
	if (c.from != NULL)
		empty_wal(&c);
	sqlite3_close(c.into);
	db_close(c.from);
	close(fd);
	if (!fine)
		unlink(to);
	return fine;
}

/* ----------------------------------------------------------------- reading */

struct db *
snapshot_open(const char *path, struct arena *mem, const char **why)
{
	struct db *db = db_open(path,
	    &(struct db_options){ .cache_kib = CACHE_KIB }, mem, why);
	int64_t version = db != NULL ? db_pragma(db, "PRAGMA user_version") : 0;

	if (db == NULL || version == schema_version)
		return db;
	*why = arena_printf(mem, "%s has the schema %lld, not %d", path,
	    (long long)version, schema_version);
	db_close(db);
	return NULL;
}

void
snapshot_close(struct db *db)
{
	db_close(db);
}

bool
snapshot_leap(struct db *db)
{
	if (!db_begin(db, TX_WRITE))
		return false;
	db_exec(db, STMT_LEAP_CHANGES, DB_INT(LEAP), DB_INT(CHANGE_SESSION));
	db_exec(db, STMT_LEAP_NUMBERED);
	db_exec(db, STMT_LEAP_TO_DEVICE, DB_INT(LEAP));
	db_exec(db, STMT_LEAP_APPSERVICES, DB_INT(LEAP));
	db_exec(db, STMT_LEAP_ONE_TIME_KEYS);
	return db_commit(db);
}

/* The first row that a check gives; "ok" when there is none. */
static const char *
first_row(struct db *db, const char *sql, struct arena *mem)
{
	sqlite3_stmt *st;
	const char *text = NULL;

	if (sqlite3_prepare_v2(db->sq, sql, -1, &st, NULL) != SQLITE_OK)
		return arena_strdup(mem, sqlite3_errmsg(db->sq));
	switch (sqlite3_step(st)) {
	case SQLITE_ROW:
		text = (const char *)sqlite3_column_text(st, 0);
		text = arena_strdup(mem, text != NULL ? text : "?");
		break;
	case SQLITE_DONE:
		text = "ok";
		break;
	default:
		text = arena_strdup(mem, sqlite3_errmsg(db->sq));
	}
	sqlite3_finalize(st);
	return text;
}

static bool
check(const char *path, int *version, struct arena *mem, const char **why)
{
	struct db *db = db_open(path,
	    &(struct db_options){ .cache_kib = CACHE_KIB }, mem, why);
	const char *pages, *rows;
	bool fine;

	if (db == NULL)
		return false;
	*version = (int)db_pragma(db, "PRAGMA user_version");
	pages = first_row(db, "PRAGMA integrity_check(1)", mem);
	rows = strcmp(pages, "ok") == 0 ? first_row(db,
	    "SELECT \"table\" FROM pragma_foreign_key_check", mem) : "ok";
	db_close(db);
	fine = strcmp(pages, "ok") == 0 && strcmp(rows, "ok") == 0;
	if (strcmp(pages, "ok") != 0)
		*why = arena_printf(mem, "%s is damaged: %s", path, pages);
	else if (!fine)
		*why = arena_printf(mem, "%s is damaged: a row of the table %s "
		    "names one that does not exist", path, rows);
	return fine;
}

bool
snapshot_check(const struct conf *in_use, const char *path, int *version,
    struct arena *mem, const char **why)
{
	int mark = in_use != NULL ? mark_set(in_use, READING, mem, why) : -1;
	bool fine = (in_use == NULL || mark != -1) &&
	    check(path, version, mem, why);

	if (mark != -1)
		close(mark);
	return fine;
}

/*
 * migrate.c - bringing the main database to the schema of this version.
 *
 * Each migration is one transaction with the version it leads to, so one that
 * was cut off has not happened.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "store/db-inner.h"
#include "store/lock.h"
#include "store/schema.h"

#define APPLICATION_ID	"0x6d786367"	/* "mxcg"; file(1) shows it */
#define WAIT_MS		10000
#define CACHE_KIB	4096
#define LONG_OPS	5000000		/* of SQLite's: a second or so */

struct migrator {
	const struct conf *conf;
	struct db	*db;
	const char	*path;
	void		(*progress)(const char *);
	struct arena	*mem;
	const char	**why;
};

static bool
no(struct migrator *m, const char *what)
{
	*m->why = arena_printf(m->mem, "%s: %s", m->path, what);
	return false;
}

static bool
no_sqlite(struct migrator *m)
{
	return no(m, sqlite3_errmsg(m->db->sq));
}

/* --------------------------------------------------------------- the file */

/* SQLite gives the WAL and its index the mode of the database. */
static bool
make_file(struct migrator *m)
{
	int fd;

	if (mkdir(m->conf->data_dir, 0700) != 0 && errno != EEXIST)
		return no(m, strerror(errno));
	fd = open(m->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return no(m, strerror(errno));
	close(fd);
	if (db_network(m->path) != NULL)
		return no(m, "data_dir must be on a disk of this machine, not"
		    " on a network file system");
	return true;
}

/* page_size and auto_vacuum count only before the first page is written. */
static bool
set_up(struct migrator *m)
{
	if (!db_script(m->db, "PRAGMA page_size=4096;"
	    "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL"))
		return no_sqlite(m);
	if (!db_is_wal(m->db))
		return no(m, "this file system cannot do what SQLite's WAL"
		    " mode needs (shared memory, locks)");
	return true;
}

/* ------------------------------------------------------------- the schema */

static int64_t
version_now(struct migrator *m)
{
	return db_pragma(m->db, "PRAGMA user_version");
}

static bool
is_empty(struct migrator *m)
{
	return db_pragma(m->db, "SELECT count(*) FROM sqlite_master") == 0;
}

static bool
apply(struct migrator *m, const struct migration *step)
{
	const char *done = arena_printf(m->mem, "PRAGMA user_version=%d",
	    step->version);

	if (m->progress != NULL)
		m->progress(step->name);
	if (!db_script(m->db, "BEGIN IMMEDIATE") ||
	    !db_script(m->db, step->sql) || !db_script(m->db, done))
		return no_sqlite(m);
	if (step->version == 1 &&
	    (!db_script(m->db, "PRAGMA application_id=" APPLICATION_ID) ||
	    db_exec(m->db, STMT_META_SET, DB_TEXT("server_name"),
	    DB_TEXT(m->conf->server_name)) != 1))
		return no_sqlite(m);
	if (!db_script(m->db, "COMMIT"))
		return no_sqlite(m);
	return true;
}

static int
goes_on(void *arg)
{
	struct migrator *m = arg;

	m->progress(NULL);
	return 0;
}

static bool
is_for_us(struct migrator *m, int64_t version)
{
	if (version == 0)
		return is_empty(m) || no(m, "is not a database of mxcgi");
	if (version < 0)
		return no_sqlite(m);
	if (version > schema_version)
		return no(m, "was made by a newer mxcgi; install that");
	return db_belongs_to(m->db, m->conf->server_name, m->mem, m->why);
}

/* The version it had, or -1. */
static int
bring_up(struct migrator *m)
{
	const struct migration *step;
	int64_t version;

	if (!set_up(m))
		return -1;
	version = version_now(m);
	if (!is_for_us(m, version))
		return -1;
	if (m->progress != NULL)
		sqlite3_progress_handler(m->db->sq, LONG_OPS, goes_on, m);
	for (step = migrations; step->version != 0; step++)
		if (step->version > version && !apply(m, step))
			return -1;
	return (int)version;
}

int
store_version(const struct conf *conf, struct arena *mem, const char **why)
{
	struct db_options options = { .cache_kib = CACHE_KIB };
	const char *path = arena_printf(mem, "%s/mxcgi.db", conf->data_dir);
	struct db *db;
	int64_t version;

	if (access(path, F_OK) != 0 && errno == ENOENT)
		return 0;
	if ((db = db_open(path, &options, mem, why)) == NULL)
		return -1;
	version = db_pragma(db, "PRAGMA user_version");
	if (version < 0)
		*why = arena_printf(mem, "%s: %s", path,
		    sqlite3_errmsg(db->sq));
	db_close(db);
	return version < 0 ? -1 : (int)version;
}

int
store_migrate(const struct conf *conf, void (*progress)(const char *),
    struct arena *mem, const char **why)
{
	struct migrator m = {
		.conf = conf, .progress = progress, .mem = mem, .why = why,
		.path = arena_printf(mem, "%s/mxcgi.db", conf->data_dir),
	};
	struct db_options options = {
		.durable = true, .cache_kib = CACHE_KIB
	};
	struct lock *lock;
	int before = -1;

	if (!make_file(&m))
		return -1;
	lock = lock_open(arena_printf(mem, "%s/mxcgi.lock", conf->data_dir));
	if (lock == NULL || !lock_wait(lock, WAIT_MS))
		no(&m, "another program holds mxcgi.lock");
	else if ((m.db = db_open(m.path, &options, mem, why)) != NULL)
		before = bring_up(&m);
	db_close(m.db);
	lock_close(lock);
	return before;
}

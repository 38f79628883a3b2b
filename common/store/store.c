/*
 * store.c - opening what a server keeps.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "store/bell.h"
#include "store/db-inner.h"
#include "store/lock.h"
#include "store/stream.h"
#include "store/task.h"
#include "store/volatile.h"

#define WAL_RING_PAGES	1024	/* 4 MiB: the housekeeper is wanted */

static bool
version_fits(int64_t version, const char *path, struct arena *mem,
    const char **why)
{
	if (version == schema_version)
		return true;
	if (version < 0)
		*why = arena_printf(mem, "%s is not a database of mxcgi", path);
	else
		*why = arena_printf(mem, "%s has schema %lld, this program is"
		    " made for %d; %s", path, (long long)version,
		    schema_version, version < schema_version ?
		    "run `mxcgi migrate`" : "install the newer mxcgi");
	return false;
}

bool
db_belongs_to(struct db *db, const char *server_name, struct arena *mem,
    const char **why)
{
	struct rows rows = db_query(db, STMT_META_GET, DB_TEXT("server_name"));
	const char *name = rows_next(&rows) ? rows_text(&rows, 0) : NULL;

	rows_done(&rows);
	if (name != NULL && strcmp(name, server_name) == 0)
		return true;
	*why = arena_printf(mem, "the database belongs to %s, the configuration"
	    " says %s; a server cannot change its name",
	    name != NULL ? name : "nobody", server_name);
	return false;
}

static struct db *
open_main(const struct conf *conf, unsigned cache_kib, struct arena *mem,
    const char **why)
{
	struct db_options options = {
		.durable = conf->durability == DURABLE_POWER,
		.cache_kib = cache_kib,
	};
	const char *path = arena_printf(mem, "%s/mxcgi.db", conf->data_dir);
	const char *network;
	struct db *db;

	if (access(path, F_OK) != 0) {
		*why = arena_printf(mem, "%s: %s; run `mxcgi init`", path,
		    strerror(errno));
		return NULL;
	}
	if ((network = db_network(path)) != NULL) {
		*why = arena_printf(mem, "%s is on %s, where SQLite cannot keep"
		    " a database that several programs use; put data_dir on a"
		    " disk of this machine", path, network);
		return NULL;
	}
	if ((db = db_open(path, &options, mem, why)) == NULL)
		return NULL;
	if (version_fits(db_pragma(db, "PRAGMA user_version"), path, mem,
	    why)) {
		if (db_is_wal(db))
			return db;
		*why = arena_printf(mem, "%s is not in WAL mode: %s; run"
		    " `mxcgi migrate`", path, sqlite3_errmsg(db->sq));
	}
	db_close(db);
	return NULL;
}

/* ------------------------------------------------------ the volatile store */

static bool
vol_stat(const struct store *store, struct stat *st)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/volatile.db", store->conf->run_dir);
	return stat(path, st) == 0;
}

static bool
vol_open(struct store *store, struct arena *mem, const char **why)
{
	const char *epoch;
	struct db *db = volatile_open(store->conf, mem, &epoch, why);
	struct stat st;

	if (db == NULL)
		return false;
	db_guard(db, store->rights);
	db_close(store->vol);
	store->vol = db;
	store->epoch = epoch;
	store->vol_lives++;
	if (vol_stat(store, &st)) {
		store->vol_dev = st.st_dev;
		store->vol_ino = st.st_ino;
	}
	return true;
}

/* The epoch stands in memory of its own, as long as it is that of the store. */
bool
store_vol_renew(struct store *store)
{
	struct arena *mem;
	struct stat st;
	const char *why;

	if (vol_stat(store, &st) && st.st_dev == store->vol_dev &&
	    st.st_ino == store->vol_ino)
		return false;
	mem = arena_new();
	if (!vol_open(store, mem, &why)) {
		log_warn("the volatile store was removed: %s", why);
		arena_free(mem);
		return false;
	}
	if (store->vol_mem != NULL)
		arena_free(store->vol_mem);
	store->vol_mem = mem;
	log_info("the volatile store was removed: this is another");
	return true;
}

/* ------------------------------------------------------------- all of them */

static bool
open_all(struct store *store, const struct rights *rights, unsigned cache_kib,
    struct arena *mem, const char **why)
{
	const struct conf *conf = store->conf;
	const char *lock = arena_printf(mem, "%s/mxcgi.lock", conf->data_dir);

	if ((store->main = open_main(conf, cache_kib, mem, why)) == NULL)
		return false;
	db_guard(store->main, rights);
	if (!db_belongs_to(store->main, conf->server_name, mem, why))
		return false;
	if ((store->lock = lock_open(lock)) == NULL) {
		*why = arena_printf(mem, "%s: %s", lock, strerror(errno));
		return false;
	}
	store->rights = rights;
	if (!vol_open(store, mem, why))
		return false;
	if ((store->bell = bell_open(conf->run_dir)) == NULL) {
		*why = arena_printf(mem, "run_dir %s: %s", conf->run_dir,
		    strerror(errno));
		return false;
	}
	return true;
}

struct store *
store_open(const struct conf *conf, const struct rights *rights,
    unsigned cache_kib, struct arena *mem, const char **why)
{
	struct store *store = calloc(1, sizeof *store);

	if (store == NULL)
		abort();
	/* Counting its memory would cost a mutex for each allocation. */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	store->conf = conf;
	if (open_all(store, rights, cache_kib, mem, why))
		return store;
	store_close(store);
	return NULL;
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	bell_close(store->bell);
	lock_close(store->lock);
	db_close(store->vol);
	db_close(store->main);
	if (store->vol_mem != NULL)
		arena_free(store->vol_mem);
	free(store);
}

unsigned
store_bells(const struct store *store)
{
	unsigned bells = 0;

	if (change_added(store->main))
		bells |= 1U << BELL_CHANGES | 1U << BELL_PUSHES;
	if (task_added(store->main))
		bells |= 1U << BELL_TASKS;
	if (store->main->calls > 0 ||
	    db_wal_pages(store->main) > WAL_RING_PAGES)
		bells |= 1U << BELL_HOUSEKEEPER;
	return bells;
}

void
store_ring(struct store *store, unsigned bells)
{
	for (int kind = BELL_CHANGES; kind <= BELL_PUSHES; kind++)
		if (bells & 1U << kind)
			bell_ring(store->bell, (enum bell_kind)kind);
}

void
store_call_housekeeper(struct db *db)
{
	db->calls++;
}

/*
 * db-open.c - opening a database the way all of ours are opened.
 *
 * A CGI does this for each request, so nothing is prepared or asked here
 * that can wait.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

#include "base/arena.h"
#include "store/db-inner.h"

/* ---------------------------------------------------------- file systems */

/*
 * WAL shares memory between the processes of one machine, which these cannot
 * promise; SQLite would not notice and damage the file.
 */
const char *
db_network(const char *path)
{
	static const struct {
		unsigned long	 magic;
		const char	*name;
	} kinds[] = {
		{ 0x00006969, "NFS" },
		{ 0x0000517b, "SMB" },
		{ 0xff534d42, "CIFS" },
		{ 0xfe534d42, "SMB" },
		{ 0x5346414f, "AFS" },
		{ 0x73757245, "Coda" },
	};
	struct statfs fs;

	if (statfs(path, &fs) != 0)
		return NULL;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (((unsigned long)fs.f_type & 0xffffffff) == kinds[i].magic)
			return kinds[i].name;
	return NULL;
}

/* --------------------------------------------------------------- opening */

/*
 * Having a hook also keeps SQLite from making checkpoints of its own, which
 * are the housekeeper's.  In the volatile store, which is never synced, they
 * cost its writers little; there they come often, because a CGI that is alone
 * reads all of the WAL when it starts.
 */
static int
count_pages(void *arg, sqlite3 *sq, const char *schema, int pages)
{
	struct db *db = arg;

	(void)sq;
	(void)schema;
	db->wal_pages = (unsigned)pages;
	return SQLITE_OK;
}

/*
 * secure_delete=FAST: redacted text and old hashes are overwritten in every
 * page that is written anyway.  temp_store=MEMORY: the journal of a statement
 * inside a savepoint needs no file of its own.
 */
static bool
set_up(struct db *db, const struct db_options *options)
{
	char sql[256];

	sqlite3_extended_result_codes(db->sq, 1);
	sqlite3_busy_timeout(db->sq, DB_BUSY_MS);
	sqlite3_db_config(db->sq, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	sqlite3_db_config(db->sq, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db->sq, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_snprintf(sizeof sql, sql, "PRAGMA synchronous=%s;"
	    "PRAGMA secure_delete=FAST; PRAGMA temp_store=MEMORY;"
	    "PRAGMA cache_size=-%u; PRAGMA journal_size_limit=%d",
	    options->is_volatile ? "OFF" : options->durable ? "FULL" : "NORMAL",
	    options->cache_kib, DB_WAL_KEPT);
	if (!db_script(db, sql))
		return false;
	sqlite3_db_config(db->sq, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_file_control(db->sq, NULL, SQLITE_FCNTL_PERSIST_WAL,
	    &(int){ 1 });
	if (options->is_volatile)
		sqlite3_wal_autocheckpoint(db->sq, 64);
	else
		sqlite3_wal_hook(db->sq, count_pages, db);
	return true;
}

struct db *
db_open(const char *path, const struct db_options *options, struct arena *mem,
    const char **why)
{
	struct db *db = calloc(1, sizeof *db);
	int rc;

	if (db == NULL)
		abort();
	db->is_volatile = options->is_volatile;
	db->mem = mem;
	db->data_version = -1;
	db->preparing = "-";
	rc = sqlite3_open_v2(path, &db->sq, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOMUTEX, NULL);
	if (db->sq == NULL)
		abort();
	if (rc == SQLITE_OK && set_up(db, options))
		return db;
	*why = arena_printf(mem, "%s: %s", path, sqlite3_errmsg(db->sq));
	db_close(db);
	return NULL;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	db_rollback(db);
	for (int i = 0; i < CONTROL__MAX; i++)
		sqlite3_finalize(db->control[i]);
	for (int i = 0; i < STMT__MAX; i++)
		sqlite3_finalize(db->slot[i].st);
	sqlite3_close(db->sq);
	free(db);
}

/* ------------------------------------------------------- text of our own */

bool
db_script(struct db *db, const char *sql)
{
	return sqlite3_exec(db->sq, sql, NULL, NULL, NULL) == SQLITE_OK;
}

int64_t
db_pragma(struct db *db, const char *sql)
{
	sqlite3_stmt *st;
	int64_t value = -1;

	if (sqlite3_prepare_v2(db->sq, sql, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		value = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return value;
}

bool
db_is_wal(struct db *db)
{
	sqlite3_stmt *st;
	bool is = false;

	if (sqlite3_prepare_v2(db->sq, "PRAGMA journal_mode", -1, &st,
	    NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		is = strcmp((const char *)sqlite3_column_text(st, 0),
		    "wal") == 0;
	sqlite3_finalize(st);
	return is;
}

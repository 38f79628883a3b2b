/*
 * rows.c - running named statements: values in, rows out.
 */
#include <string.h>

#include "store/db-inner.h"

struct db_arg
db_arg_text(const char *s)
{
	if (s == NULL)
		return DB_NULL;
	return (struct db_arg){ .kind = DB_ARG_TEXT, .ptr = s,
	    .len = strlen(s) };
}

/* ---------------------------------------------------------- statements */

static sqlite3_stmt *
prepared(struct db *db, enum stmt id)
{
	struct slot *slot = &db->slot[id];
	int rc;

	if (slot->st != NULL)
		return slot->st;
	if (stmt_defs[id].is_volatile != db->is_volatile)
		db_bug("run on the wrong database", id);
	db->preparing = stmt_defs[id].name;
	rc = sqlite3_prepare_v3(db->sq, stmt_defs[id].sql, -1,
	    SQLITE_PREPARE_PERSISTENT, &slot->st, NULL);
	if (rc != SQLITE_OK)
		db_fail(db, rc, stmt_defs[id].name);
	return slot->st;
}

/*
 * An empty text is a text although its pointer may be NULL, which SQLite
 * would take for the value NULL.
 */
static int
bind(sqlite3_stmt *st, int i, const struct db_arg *arg,
    sqlite3_destructor_type keep)
{
	switch (arg->kind) {
	case DB_ARG_NULL:
		return sqlite3_bind_null(st, i);
	case DB_ARG_INT:
		return sqlite3_bind_int64(st, i, arg->num);
	case DB_ARG_REAL:
		return sqlite3_bind_double(st, i, arg->real);
	case DB_ARG_TEXT:
		return sqlite3_bind_text64(st, i,
		    arg->ptr != NULL ? arg->ptr : "", arg->len, keep,
		    SQLITE_UTF8);
	case DB_ARG_BLOB:
		return sqlite3_bind_blob64(st, i,
		    arg->ptr != NULL ? arg->ptr : "", arg->len, keep);
	}
	return SQLITE_MISUSE;
}

/*
 * Ready to step, or NULL after a fault.  Without a transaction the call is
 * one of its own: it begins without fault and ends the one before, whose open
 * rows would hold a snapshot that nobody means to hold.
 */
static sqlite3_stmt *
start(struct db *db, enum stmt id, const struct db_arg *args, size_t n,
    sqlite3_destructor_type keep)
{
	sqlite3_stmt *st;
	int rc = SQLITE_OK;

	if (db->tx == TX_NONE) {
		db_reset_all(db);
		db->fault = DB_FINE;
	}
	if (db->fault != DB_FINE)
		return NULL;
	if (n != stmt_defs[id].params)
		db_bug("has other parameters", id);
	if (db->slot[id].open)
		db_bug("run again while its rows are open", id);
	if ((st = prepared(db, id)) == NULL)
		return NULL;
	if (db->tx == TX_READ && !sqlite3_stmt_readonly(st))
		db_bug("writes in a read transaction", id);
	for (size_t i = 0; i < n && rc == SQLITE_OK; i++)
		rc = bind(st, (int)i + 1, &args[i], keep);
	if (rc != SQLITE_OK) {
		db_fail(db, rc, stmt_defs[id].name);
		return NULL;
	}
	return st;
}

/* --------------------------------------------------------------- changes */

int
db_exec_(struct db *db, enum stmt id, const struct db_arg *args, size_t n)
{
	sqlite3_stmt *st = start(db, id, args, n, SQLITE_STATIC);
	int rc, touched = 0;

	if (st == NULL)
		return 0;
	do
		rc = sqlite3_step(st);
	while (rc == SQLITE_ROW);
	if (rc != SQLITE_DONE)
		db_fail(db, rc, stmt_defs[id].name);
	else if (!sqlite3_stmt_readonly(st))
		touched = sqlite3_changes(db->sq);
	sqlite3_reset(st);
	return touched;
}

int64_t
db_last_rowid(struct db *db)
{
	return db->fault == DB_FINE ? sqlite3_last_insert_rowid(db->sq) : 0;
}

/* --------------------------------------------------------------- queries */

static void
close_slot(struct db *db, enum stmt id)
{
	sqlite3_reset(db->slot[id].st);
	db->slot[id].open = false;
}

void
db_reset_all(struct db *db)
{
	while (db->opened > 0)
		close_slot(db, db->open[--db->opened]);
}

/* The values are copied: the rows may outlive what they were asked with. */
struct rows
db_query_(struct db *db, enum stmt id, const struct db_arg *args, size_t n)
{
	struct rows rows = { .db = db, .id = id };
	struct slot *slot = &db->slot[id];

	if (start(db, id, args, n, SQLITE_TRANSIENT) == NULL)
		return rows;
	slot->open = true;
	rows.run = ++slot->run;
	rows.open = true;
	db->open[db->opened++] = id;
	return rows;
}

/* Still ours, or closed by the end of a transaction since? */
static bool
live(const struct rows *rows)
{
	const struct slot *slot = &rows->db->slot[rows->id];

	return rows->open && slot->open && slot->run == rows->run;
}

bool
rows_next(struct rows *rows)
{
	struct db *db = rows->db;
	int rc;

	if (live(rows) && db->fault == DB_FINE) {
		rc = sqlite3_step(db->slot[rows->id].st);
		if (rc == SQLITE_ROW)
			return true;
		if (rc != SQLITE_DONE)
			db_fail(db, rc, stmt_defs[rows->id].name);
	}
	rows_done(rows);
	return false;
}

void
rows_done(struct rows *rows)
{
	struct db *db = rows->db;
	unsigned i;

	if (live(rows)) {
		close_slot(db, rows->id);
		for (i = db->opened; db->open[i - 1] != rows->id; i--)
			continue;
		db->open[i - 1] = db->open[--db->opened];
	}
	rows->open = false;
}

int64_t
db_int_(struct db *db, int64_t otherwise, enum stmt id,
    const struct db_arg *args, size_t n)
{
	struct rows rows = db_query_(db, id, args, n);

	if (rows_next(&rows) && !rows_null(&rows, 0))
		otherwise = rows_int(&rows, 0);
	rows_done(&rows);
	return otherwise;
}

/* --------------------------------------------------------------- columns */

static sqlite3_stmt *
row(const struct rows *rows)
{
	if (!live(rows))
		db_bug("read without a row", rows->id);
	return rows->db->slot[rows->id].st;
}

bool
rows_null(const struct rows *rows, int column)
{
	return sqlite3_column_type(row(rows), column) == SQLITE_NULL;
}

int64_t
rows_int(const struct rows *rows, int column)
{
	return sqlite3_column_int64(row(rows), column);
}

double
rows_real(const struct rows *rows, int column)
{
	return sqlite3_column_double(row(rows), column);
}

struct span
rows_span(const struct rows *rows, int column)
{
	sqlite3_stmt *st = row(rows);
	const char *s = sqlite3_column_blob(st, column);

	return (struct span){ s, (size_t)sqlite3_column_bytes(st, column) };
}

const char *
rows_text(const struct rows *rows, int column)
{
	struct span span;

	if (rows_null(rows, column))
		return NULL;
	span = rows_span(rows, column);
	return arena_strndup(rows->db->mem, span.n > 0 ? span.s : "", span.n);
}

struct span
rows_blob(const struct rows *rows, int column)
{
	struct span span = rows_span(rows, column);

	if (span.n > 0)
		span.s = arena_memdup(rows->db->mem, span.s, span.n);
	return span;
}

struct arena *
db_arena(struct db *db, struct arena *mem)
{
	struct arena *before = db->mem;

	db->mem = mem;
	return before;
}

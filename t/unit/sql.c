/*
 * sql.c - every statement of sql/ fits its schema and reads no whole table,
 * unless it says why it may (-- :scan).
 *
 * Who deletes from a table makes SQLite look for rows that refer to it, which
 * a plan does not show; so those columns must have an index.
 */
#include "store/db-inner.h"
#include "tap.h"
#include "scratch.h"

#define NAMES	64

/* A few names; strings of the arena. */
struct names {
	const char	*name[NAMES];
	int		 n;
};

static bool
has(const struct names *names, const char *name, size_t len)
{
	for (int i = 0; i < names->n; i++)
		if (strlen(names->name[i]) == len &&
		    strncmp(names->name[i], name, len) == 0)
			return true;
	return false;
}

static void
add(struct names *names, const char *name)
{
	if (!has(names, name, strlen(name)) && names->n < NAMES)
		names->name[names->n++] = arena_strdup(scratch_mem, name);
}

/* What prepare asks on the way: from which tables are rows deleted? */
static int
note_delete(void *arg, int action, const char *table, const char *column,
    const char *schema, const char *inner)
{
	(void)column;
	(void)schema;
	(void)inner;
	if (action == SQLITE_DELETE)
		add(arg, table);
	return SQLITE_OK;
}

/*
 * A line of a plan: "SCAN x ..." reads all of x.  That is no harm where x is
 * made by the statement itself (it is named as such first) or is a function.
 */
static bool
is_scan(const char *line, struct names *own)
{
	const char *name;
	size_t len;

	if (strncmp(line, "CO-ROUTINE ", 11) == 0)
		add(own, line + 11);
	if (strncmp(line, "MATERIALIZE ", 12) == 0)
		add(own, line + 12);
	if (strncmp(line, "SCAN ", 5) != 0)
		return false;
	name = line + 5;
	len = strcspn(name, " ");
	return *name != '(' && strcmp(name, "CONSTANT ROW") != 0 &&
	    strstr(name, " VIRTUAL TABLE ") == NULL && !has(own, name, len);
}

/* The first scan in the plan of a statement; NULL: there is none. */
static const char *
first_scan(struct db *db, const char *sql)
{
	const char *explain, *scan = NULL, *line;
	struct names own = { .n = 0 };
	sqlite3_stmt *st;

	explain = arena_printf(scratch_mem, "EXPLAIN QUERY PLAN %s", sql);
	if (sqlite3_prepare_v2(db->sq, explain, -1, &st, NULL) != SQLITE_OK)
		return sqlite3_errmsg(db->sq);
	while (scan == NULL && sqlite3_step(st) == SQLITE_ROW) {
		line = (const char *)sqlite3_column_text(st, 3);
		if (is_scan(line, &own))
			scan = arena_strdup(scratch_mem, line);
	}
	sqlite3_finalize(st);
	return scan;
}

static void
test_statement(struct store *store, const struct stmt_def *def,
    struct names *deleted)
{
	struct db *db = def->is_volatile ? store->vol : store->main;
	const char *scan;
	sqlite3_stmt *st;
	int rc;

	sqlite3_set_authorizer(db->sq, note_delete, deleted);
	rc = sqlite3_prepare_v2(db->sq, def->sql, -1, &st, NULL);
	sqlite3_set_authorizer(db->sq, NULL, NULL);
	if (rc != SQLITE_OK) {
		ok(false, "%s: %s", def->name, sqlite3_errmsg(db->sq));
		return;
	}
	is_int(sqlite3_bind_parameter_count(st), def->params,
	    "%s: its parameters", def->name);
	sqlite3_finalize(st);
	scan = first_scan(db, def->sql);
	if (def->scan == NULL)
		is_text(scan, NULL, "%s reads no whole table", def->name);
	else
		ok(scan != NULL, "%s may read a whole table, and does: %s",
		    def->name, def->scan);
}

/* ----------------------------------------------------------- foreign keys */

static void
test_reference(struct db *db, const char *child, const char *column,
    const char *parent)
{
	const char *sql = arena_printf(scratch_mem,
	    "SELECT 1 FROM \"%s\" WHERE \"%s\" = ?1", child, column);

	is_text(first_scan(db, sql), NULL, "%s loses rows: %s.%s has an index",
	    parent, child, column);
}

static void
test_references(struct db *db, const struct names *deleted)
{
	sqlite3_stmt *st;
	const char *parent;

	if (sqlite3_prepare_v2(db->sq, "SELECT m.name, f.\"from\", f.\"table\""
	    " FROM sqlite_master m, pragma_foreign_key_list(m.name) f"
	    " WHERE m.type = 'table'", -1, &st, NULL) != SQLITE_OK) {
		ok(false, "foreign keys: %s", sqlite3_errmsg(db->sq));
		return;
	}
	while (sqlite3_step(st) == SQLITE_ROW) {
		parent = (const char *)sqlite3_column_text(st, 2);
		if (has(deleted, parent, strlen(parent)))
			test_reference(db,
			    (const char *)sqlite3_column_text(st, 0),
			    (const char *)sqlite3_column_text(st, 1), parent);
	}
	sqlite3_finalize(st);
}

/* Does this test see a scan where there is one? */
static void
test_the_test(struct db *db)
{
	is_text(first_scan(db, "SELECT * FROM event WHERE type = 'x'"),
	    "SCAN event", "a scan is seen");
	ok(first_scan(db, "SELECT room FROM (SELECT DISTINCT room FROM event"
	    " WHERE depth = 1)") != NULL, "a scan inside a query is seen");
	is_text(first_scan(db, "WITH r (n) AS (SELECT 1 UNION ALL SELECT n + 1"
	    " FROM r WHERE n < 9) SELECT e.nr FROM r CROSS JOIN event e"
	    " WHERE e.nr = r.n"), NULL, "what a statement makes is its own");
}

int
main(void)
{
	struct names deleted = { .n = 0 };
	struct store *store;

	scratch_begin();
	store = scratch_open(NULL);
	test_the_test(store->main);
	for (int id = 0; id < STMT__MAX; id++)
		test_statement(store, &stmt_defs[id], &deleted);
	test_references(store->main, &deleted);
	store_close(store);
	return done_testing();
}

/*
 * db-rights.c - what the statements of a program may touch.
 *
 * SQLite asks while it prepares, so a statement costs nothing more to run.
 * This catches our own mistakes: a handler that reaches into a table that is
 * none of its program's business fails the first time it is tried.
 */
#include <string.h>

#include "base/log.h"
#include "store/db-inner.h"

/* Is word one of "a,b,c", or is the list "*"? */
static bool
listed(const char *list, const char *word)
{
	size_t n = strlen(word);

	if (strcmp(list, "*") == 0)
		return true;
	while (*list != '\0') {
		size_t len = strcspn(list, ",");

		if (len == n && strncmp(list, word, n) == 0)
			return true;
		list += len + (list[len] == ',');
	}
	return false;
}

/*
 * The row number of a table without a name for it shows no column's value.
 * No column at all is a count, or a common table expression, of which the
 * tables inside are asked about as well.
 */
static bool
may_read(const struct rights *rights, const char *table, const char *column)
{
	const struct right *right;

	if (*column == '\0')
		return true;
	for (right = rights->list; right->table != NULL; right++)
		if (strcmp(right->table, table) == 0 && *right->read != '\0' &&
		    (strcmp(column, "ROWID") == 0 ||
		    listed(right->read, column)))
			return true;
	return false;
}

/* column NULL: whole rows come and go. */
static bool
may_write(const struct rights *rights, const char *table, const char *column)
{
	const struct right *right;

	for (right = rights->list; right->table != NULL; right++)
		if (strcmp(right->table, table) == 0 && *right->write != '\0' &&
		    (column == NULL || listed(right->write, column)))
			return true;
	return false;
}

/* Those that only look, and the one that gives space back. */
static bool
may_pragma(const char *name, const char *value)
{
	static const char *const harmless[] = {
		"user_version", "data_version", "page_count", "freelist_count",
		NULL
	};

	if (strcmp(name, "incremental_vacuum") == 0)
		return true;
	for (int i = 0; harmless[i] != NULL; i++)
		if (value == NULL && strcmp(harmless[i], name) == 0)
			return true;
	return false;
}

/*
 * So SQLite asks when it learns the columns of a virtual table.  A statement
 * that wrote there would need writable_schema, which no program may set.
 */
static bool
is_schema(int action, const char *table, const char *column)
{
	return strcmp(table, "sqlite_master") == 0 &&
	    (action == SQLITE_UPDATE || (action == SQLITE_READ &&
	    strcmp(column, "ROWID") == 0));
}

static bool
may(const struct rights *rights, int action, const char *one, const char *two)
{
	if (one != NULL && two != NULL && is_schema(action, one, two))
		return true;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_RECURSIVE:
	case SQLITE_FUNCTION:
	case SQLITE_TRANSACTION:
	case SQLITE_SAVEPOINT:
		return true;
	case SQLITE_READ:
		return may_read(rights, one, two);
	case SQLITE_INSERT:
	case SQLITE_DELETE:
		return may_write(rights, one, NULL);
	case SQLITE_UPDATE:
		return may_write(rights, one, two);
	case SQLITE_PRAGMA:
		return may_pragma(one, two);
	}
	return false;
}

static const char *
verb(int action)
{
	switch (action) {
	case SQLITE_READ:
		return "read";
	case SQLITE_INSERT:
	case SQLITE_DELETE:
	case SQLITE_UPDATE:
		return "write";
	}
	return "do action on";
}

static int
authorize(void *arg, int action, const char *one, const char *two,
    const char *schema, const char *inner)
{
	const struct db *db = arg;

	(void)schema;
	(void)inner;
	if (may(db->rights, action, one, two))
		return SQLITE_OK;
	log_error("%s: %s may not %s %s.%s (cgi-bin/rights.tab)",
	    db->preparing, db->rights->program, verb(action),
	    one != NULL ? one : "-", two != NULL ? two : "*");
	return SQLITE_DENY;
}

void
db_guard(struct db *db, const struct rights *rights)
{
	db->rights = rights;
	sqlite3_set_authorizer(db->sq, rights != NULL ? authorize : NULL, db);
}

/*
 * schema.c - a database as another version of mxcgi leaves it: linked with the
 * first migration alone it is `older`, and with one more than there are `newer`.
 *
 * usage: older|newer CONFIG [MIB]
 *
 * Brings the database of that configuration to its schema, and says what it had
 * before, 0 where it was made.  With MIB it has a table that large, of ours.
 */
#include <stdio.h>
#include <sysexits.h>

#include <sqlite3.h>

#include "base/arena.h"
#include "base/conf.h"
#include "store/store.h"

static bool
enlarge(struct arena *mem, const struct conf *conf, const char *mib)
{
	const char *sql = arena_printf(mem, "CREATE TABLE filler (b BLOB); WITH RECURSIVE "
	    "n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s) "
	    "INSERT INTO filler SELECT zeroblob(1048576) FROM n", mib);
	sqlite3 *sq = NULL;
	bool good;

	good = sqlite3_open(arena_printf(mem, "%s/mxcgi.db", conf->data_dir),
	    &sq) == SQLITE_OK &&
	    sqlite3_exec(sq, sql, NULL, NULL, NULL) == SQLITE_OK;
	if (!good)
		fprintf(stderr, "%s\n", sqlite3_errmsg(sq));
	sqlite3_close(sq);
	return good;
}

int
main(int argc, char **argv)
{
	struct arena *mem = arena_new();
	const struct conf *conf;
	const char *why = NULL;
	int before;

	if (argc != 2 && argc != 3) {
		fputs("usage: older|newer CONFIG [MIB]\n", stderr);
		return EX_USAGE;
	}
	conf = conf_load(argv[1]);
	before = store_migrate(conf, NULL, mem, &why);
	if (before == -1)
		fprintf(stderr, "%s\n", why);
	else if (argc == 3 && !enlarge(mem, conf, argv[2]))
		before = -1;
	else
		printf("%d\n", before);
	arena_free(mem);
	return before == -1;
}

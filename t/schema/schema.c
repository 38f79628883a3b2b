/*
 * schema.c - a database as another version of mxcgi leaves it: linked with the
 * first migration alone it is `older`, and with one more than there are `newer`.
 *
 * usage: older|newer CONFIG
 *
 * Brings the database of that configuration to its schema, and says what it had
 * before, 0 where it was made.
 */
#include <stdio.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/conf.h"
#include "store/store.h"

int
main(int argc, char **argv)
{
	struct arena *mem = arena_new();
	const char *why = NULL;
	int before;

	if (argc != 2) {
		fputs("usage: older|newer CONFIG\n", stderr);
		return EX_USAGE;
	}
	before = store_migrate(conf_load(argv[1]), NULL, mem, &why);
	if (before == -1)
		fprintf(stderr, "%s\n", why);
	else
		printf("%d\n", before);
	arena_free(mem);
	return before == -1;
}

/*
 * mxcgi-migrate.c - mxcgi migrate, and what init does of it: the database comes
 * to the schema of this version, with a copy kept of what it was.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "mxcgi-made.h"
#include "mxcgi-migrate.h"
#include "mxcgi.h"
#include "store/snapshot.h"
#include "store/store.h"

#define TELL_US		1000000		/* how far it is */
#define SLOW_US		5000000		/* that it goes on */
#define SPARE		((int64_t)64 << 20)
#define MIB		((int64_t)1 << 20)

static bool
no(const char *why)
{
	fprintf(stderr, "mxcgi: %s\n", why);
	return false;
}

/* ---------------------------------------------------------- how far it is */

/* Is it time to say so? */
static bool
is_due(int64_t every)
{
	static int64_t told_at;
	int64_t now = clock_mono_us();

	if (told_at != 0 && now - told_at < every)
		return false;
	told_at = now;
	return true;
}

static void
copied(int64_t done, int64_t all)
{
	/* Pages of 4 KiB. */
	if (all > 0 && is_due(TELL_US))
		fprintf(stderr, "copying: %" PRId64 " of %" PRId64 " MiB\n",
		    done / 256, all / 256);
}

static void
stepped(const char *step)
{
	static int64_t began;

	if (step != NULL) {
		fprintf(made_words(), "%s\n", step);
		fflush(made_words());
		began = clock_mono_us();
		is_due(0);
	} else if (is_due(SLOW_US)) {
		fprintf(stderr, "still at it: %" PRId64 " s\n",
		    (clock_mono_us() - began) / 1000000);
	}
}

/* --------------------------------------------------------------- the copy */

static bool
has_space(struct arena *mem, const struct conf *conf, const char *path)
{
	struct statvfs fs;
	struct stat st;
	int64_t left;

	if (stat(path, &st) == -1 || statvfs(conf->data_dir, &fs) == -1)
		return no(arena_printf(mem, "%s: %s", path, strerror(errno)));
	left = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
	if (left >= st.st_size + SPARE)
		return true;
	return no(arena_printf(mem, "%s: %lld MiB are left, and a copy of the "
	    "database takes %lld; make space, or have a backup elsewhere and "
	    "say --no-copy.  Nothing was changed", conf->data_dir,
	    (long long)(left / MIB), (long long)((st.st_size + SPARE) / MIB)));
}

/* Whole or not at all: it gets its name last. */
static bool
copy_first(struct arena *mem, const struct conf *conf, const char *path,
    int version)
{
	const char *to = arena_printf(mem, "%s.before-%d", path, version);
	const char *new = arena_printf(mem, "%s.new", to), *why = NULL;

	if (!has_space(mem, conf, path))
		return false;
	unlink(new);
	if (!snapshot_take(conf, new, copied, mem, &why))
		return no(arena_printf(mem, "the copy of the database: %s.  "
		    "Nothing was changed", why));
	if (rename(new, to) == -1)
		return no(arena_printf(mem, "%s: %s", to, strerror(errno)));
	made_file("copied", to);
	fputs("    as it was before; remove it when all is well\n",
	    made_words());
	return true;
}

static bool
may_bring_up(struct arena *mem, const struct conf *conf, const char *path,
    int before, bool copy)
{
	return !copy || before == 0 || before >= schema_version ||
	    copy_first(mem, conf, path, before);
}

int
have_database(struct arena *mem, const struct conf *conf, bool copy)
{
	const char *path = arena_printf(mem, "%s/mxcgi.db", conf->data_dir);
	const char *why = NULL;
	int before = store_version(conf, mem, &why);

	if (before != -1 && !may_bring_up(mem, conf, path, before, copy))
		return -1;
	if (before == -1 ||
	    (before = store_migrate(conf, stepped, mem, &why)) == -1) {
		no(why);
		return -1;
	}
	made_file(before == 0 ? "made" : before == schema_version ? "kept" :
	    "migrated", path);
	if (before != 0 && before != schema_version)
		fprintf(made_words(), "    from schema %d to %d\n", before,
		    schema_version);
	return before;
}

static int
usage(FILE *to)
{
	fputs("usage: mxcgi migrate [--no-copy] [--json] [--config FILE]\n",
	    to);
	return to == stdout ? 0 : EX_USAGE;
}

int
cmd_migrate(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "no-copy", no_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	const char *config = NULL;
	struct arena *mem;
	bool copy = true, json = false;
	int opt, before;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (opt) {
		case 'c': config = optarg; break;
		case 'n': copy = false; break;
		case 'j': json = true; break;
		case 'h': return usage(stdout);
		default: return usage(stderr);
		}
	if (optind != argc)
		return usage(stderr);
	umask(077);
	mem = arena_new();
	made_begin(mem, json);
	before = have_database(mem, conf_load(config_path(config)), copy);
	if (before != -1)
		made_end(before);
	arena_free(mem);
	return before != -1 ? 0 : 1;
}

/*
 * mxcgi-order.c - from the words of a command to a transaction (mxcgi-order.h).
 */
#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "mxcgi-order.h"
#include "mxcgi.h"
#include "store/lock.h"

#define CACHE_KIB	1024
#define LOCK_MS		10000

int
refuse(struct order *o, int status, const char *why, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, why);
	vsnprintf(text, sizeof(text), why, ap);
	va_end(ap);
	o->why = arena_strdup(o->mem, text);
	return status;
}

/* -------------------------------------------------------- transactions */

static int
trouble(struct order *o)
{
	switch (db_fault(o->db)) {
	case DB_LOCKED:
		return refuse(o, EX_TEMPFAIL, "another program holds the "
		    "database; try again when it has let go");
	case DB_FULL:
		return refuse(o, 1, "there is no space left in %s",
		    o->conf->data_dir);
	case DB_MOVED:
		return refuse(o, 1, "the database has just got another schema; "
		    "use the mxcgi that belongs to it");
	default:
		return refuse(o, 1, "the database in %s cannot be read or "
		    "written", o->conf->data_dir);
	}
}

static int
run_in(struct order *o, enum tx tx, order_fn *step)
{
	int status;

	if (!db_begin(o->db, tx))
		return trouble(o);
	o->now = clock_now_ms();
	status = step(o);
	if (db_fault(o->db) == DB_FINE && status == 0 && db_commit(o->db))
		return 0;
	if (db_fault(o->db) != DB_FINE || status == 0)
		status = trouble(o);
	db_rollback(o->db);
	return status;
}

int
order_read(struct order *o, order_fn *step)
{
	return run_in(o, TX_READ, step);
}

int
order_write(struct order *o, order_fn *step)
{
	struct lock *lock = o->store->lock;
	long pid, ms;
	int status;

	if (!lock_wait(lock, LOCK_MS)) {
		pid = lock_holder(lock, &ms);
		return refuse(o, EX_TEMPFAIL, "process %ld has been writing "
		    "for %ld ms; try again when it has ended", pid, ms);
	}
	status = run_in(o, TX_WRITE, step);
	lock_release(lock);
	if (status == 0)
		store_ring(o->store, store_bells(o->store));
	return status;
}

/* -------------------------------------------------------- the store */

int
owner_trouble(const struct conf *conf, struct arena *mem, const char **why)
{
	const char *dir = conf->data_dir;
	const struct passwd *owner;
	struct stat st;

	if (stat(dir, &st) == -1) {
		*why = arena_printf(mem, "%s: %s; run `mxcgi init`", dir,
		    strerror(errno));
		return 1;
	}
	if (st.st_uid == geteuid())
		return 0;
	owner = getpwuid(st.st_uid);
	*why = arena_printf(mem, "%s belongs to user %s; run this as that "
	    "user", dir, owner != NULL ? owner->pw_name : "of another name");
	return EX_NOPERM;
}

static int
carry_out(struct order *o)
{
	const char *why = NULL;
	int status;

	umask(077);
	crypto_open();
	o->conf = conf_load(config_path(o->option[OPT_CONFIG]));
	if ((status = owner_trouble(o->conf, o->mem, &o->why)) != 0)
		return status;
	o->store = store_open(o->conf, NULL, CACHE_KIB, o->mem, &why);
	if (o->store == NULL)
		return refuse(o, 1, "%s", why);
	o->db = o->store->main;
	db_arena(o->db, o->mem);
	status = o->verb->run(o);
	store_close(o->store);
	return status;
}

/* -------------------------------------------------------- the words */

static const struct option all_options[OPT__MAX] = {
	[OPT_CONFIG] = { "config", required_argument, NULL, 0 },
	[OPT_JSON] = { "json", no_argument, NULL, 0 },
	[OPT_HELP] = { "help", no_argument, NULL, 0 },
	[OPT_ADMIN] = { "admin", no_argument, NULL, 0 },
	[OPT_NO_PASSWORD] = { "no-password", no_argument, NULL, 0 },
	[OPT_KEEP_SESSIONS] = { "keep-sessions", no_argument, NULL, 0 },
	[OPT_ERASE] = { "erase", no_argument, NULL, 0 },
	[OPT_YES] = { "yes", no_argument, NULL, 0 },
	[OPT_ADMINS] = { "admins", no_argument, NULL, 0 },
	[OPT_GUESTS] = { "guests", no_argument, NULL, 0 },
	[OPT_LOCKED] = { "locked", no_argument, NULL, 0 },
	[OPT_SUSPENDED] = { "suspended", no_argument, NULL, 0 },
	[OPT_DEACTIVATED] = { "deactivated", no_argument, NULL, 0 },
	[OPT_USES] = { "uses", required_argument, NULL, 0 },
	[OPT_EXPIRES] = { "expires", required_argument, NULL, 0 },
	[OPT_ALL] = { "all", no_argument, NULL, 0 },
	[OPT_PIN] = { "pin", no_argument, NULL, 0 },
	[OPT_UNPIN] = { "unpin", no_argument, NULL, 0 },
	[OPT_LENGTH] = { "length", required_argument, NULL, 0 },
	[OPT_USER] = { "user", required_argument, NULL, 0 },
	[OPT_OLDER] = { "older", required_argument, NULL, 0 },
	[OPT_SEARCH] = { "search", required_argument, NULL, 0 },
	[OPT_SORT] = { "sort", required_argument, NULL, 0 },
	[OPT_BLOCK] = { "block", no_argument, NULL, 0 },
	[OPT_BEFORE] = { "before", required_argument, NULL, 0 },
	[OPT_DAYS] = { "days", required_argument, NULL, 0 },
	[OPT_KEEP_LAST] = { "keep-last", required_argument, NULL, 0 },
	[OPT_TO] = { "to", required_argument, NULL, 0 },
};

static void
usage(FILE *to, const char *noun, const struct verb *v)
{
	fprintf(to, "    mxcgi %s%s%s%s%s [--json] [--config FILE]\n\t%s\n",
	    noun, *v->name ? " " : "", v->name, *v->synopsis ? " " : "",
	    v->synopsis, v->does);
}

/* Of one verb, or of all. */
static int
usage_of(FILE *to, const char *noun, const struct verb *verbs,
    const struct verb *one)
{
	fputs("usage:\n", to);
	for (const struct verb *v = one ? one : verbs; v->name != NULL; v++) {
		usage(to, noun, v);
		if (one != NULL)
			break;
	}
	return to == stdout ? 0 : EX_USAGE;
}

/* False: a wrong call, and getopt has said why. */
static bool
read_options(struct order *o, int argc, char **argv)
{
	struct option options[OPT__MAX + 1] = { 0 };
	unsigned takes = o->verb->options | OPT(CONFIG) | OPT(JSON) | OPT(HELP);
	size_t n = 0;
	int opt;

	for (int i = 0; i < OPT__MAX; i++)
		if ((takes & 1u << i) != 0) {
			options[n] = all_options[i];
			options[n++].val = i + 1;
		}
	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt < 1 || opt > OPT__MAX)
			return false;
		o->option[opt - 1] = optarg != NULL ? optarg : "";
	}
	return true;
}

static bool
read_name_and_text(struct order *o, int argc, char **argv)
{
	bool named = o->option[OPT_ALL] == NULL;

	if (argc - optind != (named ? 2 : 1))
		return false;
	o->name = named ? argv[optind] : NULL;
	o->text = argv[argc - 1];
	return true;
}

static bool
read_argument(struct order *o, int argc, char **argv)
{
	int n = argc - optind;

	if (o->verb->argument == NAME_AND_TEXT)
		return read_name_and_text(o, argc, argv);
	if (n > 0)
		o->name = argv[optind];
	return n <= (o->verb->argument == NO_ARGUMENT ? 0 : 1) &&
	    n >= (o->verb->argument == ONE_ARGUMENT ? 1 : 0);
}

static int
finish(struct order *o, int status)
{
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == 0)
		status = refuse(o, EX_IOERR, "standard output: %s",
		    strerror(errno));
	if (status != 0)
		fprintf(stderr, "mxcgi: %s\n", plain_text(o->mem,
		    o->why != NULL ? o->why : "this failed"));
	explicit_bzero(o->hash, sizeof(o->hash));
	return status;
}

static int
run_verb(const struct verb *v, const char *noun, int argc, char **argv)
{
	struct order o = { .mem = arena_new(), .verb = v };
	int status;

	argv[0] = arena_printf(o.mem, "mxcgi %s%s%s", noun,
	    *v->name ? " " : "", v->name);
	if (!read_options(&o, argc, argv))
		status = usage_of(stderr, noun, NULL, v);
	else if (o.option[OPT_HELP] != NULL)
		status = usage_of(stdout, noun, NULL, v);
	else if (!read_argument(&o, argc, argv))
		status = usage_of(stderr, noun, NULL, v);
	else
		status = finish(&o, carry_out(&o));
	arena_free(o.mem);
	return status;
}

int
order_run(const struct verb *verbs, int argc, char **argv)
{
	const struct verb *v = verbs;
	const char *noun = argv[0];

	if (argc < 2)
		return usage_of(stderr, noun, verbs, NULL);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return usage_of(stdout, noun, verbs, NULL);
	while (v->name != NULL && strcmp(v->name, argv[1]) != 0)
		v++;
	if (v->name == NULL)
		return usage_of(stderr, noun, verbs, NULL);
	return run_verb(v, noun, argc - 1, argv + 1);
}

int
order_run_alone(const struct verb *v, int argc, char **argv)
{
	return run_verb(v, argv[0], argc, argv);
}

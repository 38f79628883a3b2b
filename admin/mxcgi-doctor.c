/*
 * mxcgi-doctor.c - mxcgi doctor: the table of what is looked at, in the order
 * in which one check relies on another.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/fd.h"
#include "base/log.h"
#include "mxcgi-doctor.h"
#include "mxcgi-web-root.h"
#include "mxcgi.h"

static const struct check {
	const char	*name;
	check_fn	*run;
	const char	*looks_at;
	bool		 slow;			/* --quick leaves it out */
} checks[] = {
	{ "database", check_database, "the database can be used", false },
	{ "owners", check_owners, "owners and modes of files", false },
	{ "wal", check_wal, "what SQLite needs of the file systems", false },
	{ "sync", check_sync, "how long a commit takes", false },
	{ "space", check_space, "free space", false },
	{ "time", check_time, "the clock, against what was done last", false },
	{ "lock", check_lock, "nobody keeps others from writing", false },
	{ "run", check_run, "the programs behind the sockets", false },
	{ "orphans", check_orphans, "programs that nobody looks after", false },
	{ "programs", check_programs, "the version of those that run", false },
	{ "housekeeper", check_housekeeper, "when the housekeeper worked last", false },
	{ "pictures", check_pictures, "thumbnails", false },
	{ "mail", check_mail, "the mail server", false },
	{ "front", check_front, "the way from the web server to the programs", false },
	{ "tls", check_tls, "the certificate", false },
	{ "answers", check_answers, "who answers at the front door", false },
	{ "slash", check_slash, "ids with a slash in paths", false },
	{ "room-version", check_room_version, "and in ids of rooms made here",
	    false },
	{ "token", check_token, "access tokens", false },
	{ "body", check_body, "the size of requests", false },
	{ "upload", check_upload, "the size of uploads", false },
	{ "cors", check_cors, "clients in browsers", false },
	{ "date", check_date, "the clock of the front door", false },
	{ "well-known", check_well_known, "how clients find this server", false },
	{ "address", check_address, "where requests come from", false },
	{ "handover", check_handover, "media written by the web server", false },
	{ "web-root", check_web_root, "data where web pages are", false },
	{ "private", check_private, "data that can be downloaded", false },
	{ "poll", check_poll, "requests that wait (this takes 35 s)", true },
};
#define CHECKS (sizeof(checks) / sizeof(checks[0]))

static int
usage(FILE *to)
{
	fputs("usage: mxcgi doctor [--url URL] [--quick] [--json] [-v]\n"
	    "\t    [--web-conf DIR]... [--config FILE]\n\n"
	    "Says what is wrong with this installation and how to mend it.\n\n"
	    "  --url URL       where clients reach it, if that is not base_url\n"
	    "  --quick         nothing that takes longer than a moment\n"
	    "  --json          one JSON object\n"
	    "  -v, --verbose   also what is well, and what was not looked at\n"
	    "  --web-conf DIR  where the web server's configuration is\n\n"
	    "Exit status: 0 all is well, 1 warnings, 2 something is wrong.\n",
	    to);
	return to == stdout ? 0 : EX_USAGE;
}

/* What other users make in there the server could not use. */
static int
check_who_asks(const struct conf *conf)
{
	const struct passwd *owner;
	struct stat st;

	if (stat(conf->data_dir, &st) == -1) {
		fprintf(stderr, "mxcgi: %s: %s; run `mxcgi init`\n",
		    conf->data_dir, strerror(errno));
		return EX_CONFIG;
	}
	if (st.st_uid == geteuid())
		return 0;
	owner = getpwuid(st.st_uid);
	fprintf(stderr, "mxcgi: %s belongs to user %s; run this as that user, "
	    "as who the programs run, too\n", conf->data_dir,
	    owner != NULL ? owner->pw_name : "of another name");
	return EX_NOPERM;
}

/*
 * What lets us ask the endpoint of events-doctor.c.  -1: another doctor has
 * laid one; a key whose doctor died is of no use to anybody.
 */
static int
lay_key(struct doctor *d, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	const char *key = random_token(d->mem);

	if (fd == -1)
		return 0;
	if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		close(fd);
		return -1;
	}
	if (ftruncate(fd, 0) == 0 && fd_write(fd, key, strlen(key)))
		d->key = key;
	return fd;
}

static void
show_progress(const struct doctor *d, const char *text)
{
	if (!d->json && isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K%s", text);
}

static void
run_check(struct doctor *d, const struct check *check)
{
	const struct finding *before = d->last;

	d->check = check->name;
	d->checks++;
	show_progress(d, check->looks_at);
	if (check->slow && d->quick)
		skip(d, "--quick leaves it out");
	else
		check->run(d);
	if (d->last == before)
		fine(d, check->looks_at);
}

static int
look(struct doctor *d)
{
	const char *key = arena_printf(d->mem, "%s/doctor.key",
	    d->conf->run_dir);

	if (lay_key(d, key) == -1) {
		fputs("mxcgi: another mxcgi doctor is at work here; wait for "
		    "it\n", stderr);
		return EX_TEMPFAIL;
	}
	for (size_t i = 0; i < CHECKS; i++)
		run_check(d, &checks[i]);
	show_progress(d, "");
	unlink(key);
	store_close(d->store);
	return tell_findings(d);
}

/* A URL without a slash at its end; NULL: it is none of ours. */
static const char *
front_url(struct arena *mem, const char *url)
{
	size_t n = strlen(url);

	while (n > 0 && url[n - 1] == '/')
		n--;
	if ((strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) ||
	    strpbrk(url, "?# ") != NULL)
		return NULL;
	return arena_strndup(mem, url, n);
}

static int
doctor(struct doctor *d, const char *config, const char *url)
{
	int status;

	umask(077);
	crypto_open();
	d->conf = conf_load(config_path(config));
	log_open("mxcgi", LOG_ERROR);
	if ((status = check_who_asks(d->conf)) != 0)
		return status;
	if (url == NULL)
		url = conf_url(d->conf, d->mem);
	d->url = front_url(d->mem, url);
	if (d->url == NULL) {
		fprintf(stderr, "mxcgi: \"%s\" is no URL such as "
		    "https://matrix.example.org\n", url);
		return EX_USAGE;
	}
	return look(d);
}

int
cmd_doctor(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "url", required_argument, NULL, 'u' },
		{ "web-conf", required_argument, NULL, 'w' },
		{ "quick", no_argument, NULL, 'q' },
		{ "json", no_argument, NULL, 'j' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	struct doctor d = { .quick = false };
	const char *config = NULL, *url = NULL;
	const char *dirs[WEB_CONF_MAX + 1] = { NULL };
	size_t n = 0;
	int opt, status;

	while ((opt = getopt_long(argc, argv, "v", options, NULL)) != -1)
		switch (opt) {
		case 'c': config = optarg; break;
		case 'u': url = optarg; break;
		case 'w':
			if (n == WEB_CONF_MAX)
				return usage(stderr);
			dirs[n++] = optarg;
			break;
		case 'q': d.quick = true; break;
		case 'j': d.json = true; break;
		case 'v': d.verbose = true; break;
		case 'h': return usage(stdout);
		default: return usage(stderr);
		}
	if (optind != argc)
		return usage(stderr);
	if (n > 0)
		d.web_conf = dirs;
	d.mem = arena_new();
	status = doctor(&d, config, url);
	arena_free(d.mem);
	return status;
}

/*
 * mxcgi-init.c - mxcgi init: from nothing to a server that can run.
 *
 * Nothing that exists is overwritten, so init may run again at any time; it
 * says of each thing whether it was made or kept.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "matrix/ids.h"
#include "matrix/signing.h"
#include "mxcgi-init.h"
#include "mxcgi-made.h"
#include "mxcgi-migrate.h"
#include "mxcgi-web-root.h"
#include "mxcgi.h"

static const char conf_text[] =
"# mxcgi.conf(5) describes every key; what stands in no line has its default.\n"
"\n"
"[server]\n"
"# The part behind the colon in the ids of all users; it can never change.\n"
"name = %s\n"
"# What people type into their clients, when it is not https://NAME:\n"
"%sbase_url = %s\n"
"data_dir = %s\n"
"run_dir = %s\n"
"\n"
"[accounts]\n"
"# open: anybody may register; closed: nobody.\n"
"registration = %s\n";

static bool
complain(const char *path)
{
	fprintf(stderr, "mxcgi: %s: %s\n", path, strerror(errno));
	return false;
}

/* mkdir -p; what is made is for its owner alone. */
static bool
make_dir(struct arena *mem, const char *path)
{
	char *part = arena_strdup(mem, path);
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		if (st.st_uid == geteuid())
			return made_file("kept", path);
		fprintf(stderr, "mxcgi: %s belongs to somebody else; run this "
		    "as its owner\n", path);
		return false;
	}
	for (char *slash = part + 1; (slash = strchr(slash, '/')) != NULL;
	    slash++) {
		*slash = '\0';
		if (mkdir(part, 0755) == -1 && errno != EEXIST)
			return complain(part);
		*slash = '/';
	}
	if (mkdir(path, 0700) == -1)
		return complain(path);
	return made_file("made", path);
}

static bool
make_parent(struct arena *mem, const char *path)
{
	char *parent = arena_strdup(mem, path);
	char *slash = strrchr(parent, '/');
	struct stat st;

	if (slash == NULL || slash == parent)
		return true;
	*slash = '\0';
	return stat(parent, &st) == 0 || make_dir(mem, parent);
}

/* Written beside its place first, so a broken one is never found there. */
static bool
write_conf(struct arena *mem, const struct wish *w)
{
	const char *new = arena_printf(mem, "%s.%ld", w->config, (long)getpid());
	int fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *f = fd == -1 ? NULL : fdopen(fd, "w");
	char *why = NULL;

	if (f == NULL)
		return complain(new);
	fprintf(f, conf_text, w->server_name, w->base_url != NULL ? "" : "#",
	    w->base_url != NULL ? w->base_url : "https://matrix.example.org",
	    w->data_dir, w->run_dir, w->registration);
	if (fflush(f) == 0 && conf_read(new, &why) == NULL) {
		fprintf(stderr, "mxcgi: %s\nmxcgi: nothing was made\n", why);
		free(why);
		fclose(f);
		unlink(new);
		return false;
	}
	if (ferror(f) || fsync(fd) == -1 || link(new, w->config) == -1) {
		complain(w->config);
		fclose(f);
		unlink(new);
		return false;
	}
	fclose(f);
	unlink(new);
	return made_file("made", w->config);
}

static bool
differs(const char *config, const char *key, const char *has, const char *want)
{
	if (want == NULL || strcmp(has, want) == 0)
		return false;
	fprintf(stderr, "mxcgi: %s says %s = %s, not %s; edit it if you mean "
	    "it\n", config, key, has, want);
	return true;
}

static const struct conf *
have_conf(struct arena *mem, struct wish *w)
{
	const struct conf *conf;

	if (access(w->config, F_OK) == 0) {
		conf = conf_load(w->config);
		if (differs(w->config, "name", conf->server_name, w->server_name) ||
		    (w->base_url != NULL && differs(w->config, "base_url",
		    conf->base_url != NULL ? conf->base_url : "nothing",
		    w->base_url)) ||
		    differs(w->config, "data_dir", conf->data_dir, w->data_dir) ||
		    differs(w->config, "run_dir", conf->run_dir, w->run_dir))
			return NULL;
		if (!place_is_private(mem, w, conf->data_dir, conf->run_dir))
			return NULL;
		made_file("kept", w->config);
		return conf;
	}
	if (w->server_name == NULL && isatty(STDIN_FILENO) &&
	    !wish_ask(mem, w))
		return NULL;
	if (w->server_name == NULL) {
		fprintf(stderr, "mxcgi: there is no %s yet; say --server-name "
		    "NAME to have it made\n", w->config);
		return NULL;
	}
	if (!server_name_valid(w->server_name)) {
		fprintf(stderr, "mxcgi: \"%s\" is no server name\n",
		    w->server_name);
		return NULL;
	}
	w->data_dir = w->data_dir != NULL ? w->data_dir : DATA_DIR;
	w->run_dir = w->run_dir != NULL ? w->run_dir : RUN_DIR;
	w->registration = w->registration != NULL ? w->registration : "closed";
	if (!place_is_private(mem, w, w->data_dir, w->run_dir) ||
	    !make_parent(mem, w->config) || !write_conf(mem, w))
		return NULL;
	return conf_load(w->config);
}

static bool
have_key(struct arena *mem, const struct conf *conf)
{
	const char *path = arena_printf(mem, "%s/signing.key", conf->data_dir);
	const char *why = NULL;

	if (access(path, F_OK) == 0) {
		if (signing_key_load(mem, path, &why) != NULL)
			return made_file("kept", path);
	} else if (signing_key_make(path, &why))
		return made_file("made", path);
	fprintf(stderr, "mxcgi: %s\n", why);
	return false;
}

static bool
init(struct arena *mem, struct wish *w)
{
	const struct conf *conf;
	int before;

	umask(077);
	crypto_open();
	made_begin(mem, w->json);
	conf = have_conf(mem, w);
	if (conf == NULL || !make_dir(mem, conf->data_dir) ||
	    !make_dir(mem, conf->run_dir) || !place_fence(mem, w, conf) ||
	    !have_key(mem, conf) ||
	    (before = have_database(mem, conf, w->copy)) == -1)
		return false;
	made_end(before);
	return true;
}

/* As mxcgi user does it; the password is asked for, or a line of stdin. */
static int
have_admin(const struct wish *w)
{
	char config[PATH_MAX], name[512];
	char *words[] = { (char[]){ "user" }, (char[]){ "add" },
	    (char[]){ "--admin" }, (char[]){ "--config" }, config,
	    w->json ? (char[]){ "--json" } : (char[]){ "--admin" },
	    (char[]){ "--" }, name, NULL };

	snprintf(config, sizeof(config), "%s", w->config);
	snprintf(name, sizeof(name), "%s", w->admin);
	optind = 0;
	return cmd_user(8, words);
}

static int
usage(FILE *to)
{
	fputs("usage: mxcgi init [--server-name NAME] [--base-url URL]\n"
	    "\t    [--data-dir DIR] [--run-dir DIR] "
	    "[--registration open|closed]\n"
	    "\t    [--admin NAME] [--fence] [--web-conf DIR]... [--no-copy]\n"
	    "\t    [--json] [--config FILE]\n\n"
	    "On a terminal it asks for what is not said when there is neither a\n"
	    "configuration nor --server-name.\n", to);
	return to == stdout ? 0 : EX_USAGE;
}

int
cmd_init(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "server-name", required_argument, NULL, 'n' },
		{ "base-url", required_argument, NULL, 'u' },
		{ "data-dir", required_argument, NULL, 'd' },
		{ "run-dir", required_argument, NULL, 'r' },
		{ "registration", required_argument, NULL, 'o' },
		{ "admin", required_argument, NULL, 'a' },
		{ "fence", no_argument, NULL, 'f' },
		{ "web-conf", required_argument, NULL, 'w' },
		{ "no-copy", no_argument, NULL, 'k' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	struct wish w = { .copy = true };
	const char *dirs[WEB_CONF_MAX + 1] = { NULL };
	struct arena *mem;
	size_t n = 0;
	int opt, status = 1;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (opt) {
		case 'c': w.config = optarg; break;
		case 'n': w.server_name = optarg; break;
		case 'u': w.base_url = optarg; break;
		case 'd': w.data_dir = optarg; break;
		case 'r': w.run_dir = optarg; break;
		case 'o': w.registration = optarg; break;
		case 'a': w.admin = optarg; break;
		case 'f': w.fence = true; break;
		case 'k': w.copy = false; break;
		case 'j': w.json = true; break;
		case 'w':
			if (n == WEB_CONF_MAX)
				return usage(stderr);
			dirs[n++] = optarg;
			break;
		case 'h': return usage(stdout);
		default: return usage(stderr);
		}
	if (optind != argc) {
		fprintf(stderr, "mxcgi: \"%s\"?\n", argv[optind]);
		return EX_USAGE;
	}
	if (n > 0)
		w.web_conf = dirs;
	w.config = config_path(w.config);
	mem = arena_new();
	if (init(mem, &w))
		status = w.admin != NULL ? have_admin(&w) : 0;
	arena_free(mem);
	return status;
}

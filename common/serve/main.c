/* main.c - main() of every program in cgi-bin/. */
#include <fcgiapp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/crypto.h"
#include "base/log.h"
#include "serve/life.h"
#include "serve/run.h"

#define CACHE_KIB	1024
#define CACHE_BIG_KIB	4096	/* writers of events, and long reads */

static void
usage(void)
{
	printf("%s: one program of mxcgi, a Matrix homeserver.\n\n"
	    "Started by a web server: as CGI, or as FastCGI with a listening\n"
	    "socket as standard input (see mxcgi(8), \"mxcgi run\").\n"
	    "Its configuration is the file named by MXCGI_CONFIG, else\n"
	    "%s/mxcgi/mxcgi.conf; see mxcgi.conf(5).\n",
	    program.name, SYSCONFDIR);
}

static unsigned
cache_kib(void)
{
	return strcmp(program.name, "rooms") == 0 || getenv("MXCGI_LONG") ?
	    CACHE_BIG_KIB : CACHE_KIB;
}

/* The configuration is wrong or the store is not there: say so to the client. */
static int
refuse_cgi(const char *why)
{
	log_error("%s", why);
	printf("Status: 503 Service Unavailable\r\n"
	    "Content-Type: application/json\r\n"
	    "Access-Control-Allow-Origin: *\r\n\r\n"
	    "{\"errcode\":\"M_UNKNOWN\",\"error\":"
	    "\"This server is not ready; its log says why\"}");
	return 0;
}

/*
 * libfcgi catches SIGTERM to tell its own loop, which does not run here; so
 * none may come while it does, and afterwards it ends the process again.
 */
static bool
is_cgi(void)
{
	sigset_t term, before;
	bool cgi;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, &before);
	cgi = FCGX_IsCGI();
	signal(SIGTERM, SIG_DFL);
	signal(SIGUSR1, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return cgi;
}

int
main(int argc, char **argv)
{
	bool cgi = is_cgi();
	struct arena *mem = arena_new();
	const struct conf *conf;
	struct store *store;
	const char *why;
	int status;

	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		printf("mxcgi %s\n", PACKAGE_VERSION);
		return 0;
	}
	if (argc > 1 || (cgi && getenv("REQUEST_METHOD") == NULL)) {
		usage();
		return argc > 1 && strcmp(argv[1], "--help") == 0 ? 0 : 2;
	}
	log_open(program.name, LOG_INFO);
	conf = conf_load(NULL);
	log_open(program.name, conf->log_level);
	crypto_open();
	store = store_open(conf, &program.rights, cache_kib(), mem, &why);
	if (store == NULL && cgi)
		return refuse_cgi(why);
	if (store == NULL)
		log_fatal("%s", why);
	confine(conf, program.reach);
	if (!cgi)
		limit_resident();
	status = cgi ? cgi_serve(store) : fastcgi_serve(store);
	store_close(store);
	arena_free(mem);
	return status;
}

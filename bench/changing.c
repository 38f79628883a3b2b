/* changing.c - users whose presence changes all the time. */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "changing.h"
#include "http.h"
#include "world.h"

#define PAUSE_US	1000

static volatile sig_atomic_t ended;
static size_t changes;
static bool answered;

static void
end(int signal)
{
	(void)signal;
	ended = 1;
}

static void
changed(struct http *h, int status, const char *body, size_t n)
{
	(void)h;
	(void)n;
	if (status != 200)
		errx(1, "presence: %d %.200s", status, body);
	changes++;
	answered = true;
}

/* As if it had begun at `next`: what was late is caught up with. */
static void
change_all(void)
{
	int64_t next = mono_us(), began = next;
	bool never = false;
	struct http *h;

	http_forked();
	h = http_new(changed, NULL);

	while (!ended) {
		const struct user *u = &users[changes % user_count];

		answered = false;
		http_send(h, "PUT", u->token, changes / user_count % 2 == 0 ?
		    "{\"presence\":\"unavailable\"}" :
		    "{\"presence\":\"online\"}",
		    "/_matrix/client/v3/presence/%s/status", u->id);
		http_run(mono_us() + 10000000, &answered);
		next += PAUSE_US;
		if (next > mono_us())
			http_run(next, &never);
	}
	printf("%.0f changes of presence a second beside that\n",
	    (double)changes * 1e6 / (double)(mono_us() - began));
	fflush(stdout);
}

pid_t
changing_begin(void)
{
	pid_t child;

	fflush(stdout);
	if ((child = fork()) == -1)
		err(1, "fork");
	if (child != 0)
		return child;
	signal(SIGTERM, end);
	change_all();
	_exit(0);
}

void
changing_end(pid_t child)
{
	kill(child, SIGTERM);
	waitpid(child, NULL, 0);
}

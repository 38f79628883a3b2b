/*
 * model.c - a random script against a server, and clients that follow it.
 *
 * usage: model --url URL [--seed N | --first N --seeds N] [--jobs N]
 *              [--actions N]
 *
 * Each seed has 8 users, 12 rooms and 16 clients of its own.  The users act,
 * one after the other, and every acknowledged action becomes part of what is
 * true (world.h).  Clients sync at random moments, with random filters, wait,
 * lose answers, begin anew from old tokens; what they put together of the
 * answers must always be the truth as far as their users may see it, and the
 * same as a first sync tells.  A seed always makes the same script.
 *
 * A line "ok seed N ..." for each seed; "not ok seed N ..." and lines that begin
 * with # say what was wrong and what was asked last.  Seeds run side by side in
 * so many processes.  Exits 1 when one failed.
 */
#include <err.h>
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"
#include "script.h"

/* Chances that a client asks after an action, and that one of 2015 listens. */
#define CLIENT_PERCENT	30
#define LISTEN_PERCENT	3

static int actions = 5000;
static char run[16];

static void
play(struct world *w)
{
	script_users(w, run);
	w->doing = "making rooms";
	while (w->rooms < ROOMS)
		script_room(w);
	w->doing = "first syncs";
	for (int i = 0; i < CLIENTS; i++)
		client_new(w, i);
	for (int i = 0; i < USERS; i++)
		listener_new(w, i);
	for (w->action = ROOMS; w->action < w->actions; w->action++) {
		script_act(w);
		if (chance(w, CLIENT_PERCENT))
			client_act(w);
		if (chance(w, LISTEN_PERCENT))
			listener_act(w);
	}
	for (int i = 0; i < CLIENTS; i++)
		client_finish(w, &w->client[i]);
	for (int i = 0; i < USERS; i++)
		listener_finish(w, &w->listener[i]);
}

static void
run_seed(uint64_t seed)
{
	struct world *w = calloc(1, sizeof(*w));
	struct client *clients = calloc(CLIENTS + USERS,
	    sizeof(*clients));

	if (w == NULL || clients == NULL)
		err(1, NULL);
	w->seed = w->random = seed;
	w->actions = actions;
	w->client = clients;
	w->listener = clients + CLIENTS;
	w->mem = arena_new();
	w->kept = arena_new();
	conn_init(&w->conn);
	play(w);
	dprintf(STDOUT_FILENO, "ok seed %ju: %d actions, %d syncs, %d "
	    "comparisons\n", (uintmax_t)seed, w->action, w->syncs,
	    w->compared);
	for (int i = 0; i < CLIENTS + USERS; i++)
		client_end(&clients[i]);
	world_end(w);
	free(clients);
	free(w);
}

/* A process for each seed: what is wrong with one ends no other. */
static void
start_seed(uint64_t seed)
{
	switch (fork()) {
	case -1:
		err(1, "fork");
	case 0:
		run_seed(seed);
		exit(0);
	}
}

static bool
end_seed(void)
{
	int status;

	if (wait(&status) == -1)
		err(1, "wait");
	if (WIFSIGNALED(status))
		printf("not ok a seed ended by signal %d\n",
		    WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int
run_seeds(uint64_t first, uint64_t seeds, unsigned jobs)
{
	uint64_t begun = 0;
	unsigned running = 0;
	int failed = 0;

	while (begun < seeds || running > 0) {
		if (begun < seeds && running < jobs) {
			start_seed(first + begun++);
			running++;
		} else {
			failed += !end_seed();
			running--;
		}
	}
	return failed;
}

static uint64_t
number(const char *text)
{
	char *end;
	uint64_t n = strtoull(text, &end, 10);

	if (*text == '\0' || *end != '\0')
		errx(2, "%s: not a number", text);
	return n;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "url", required_argument, NULL, 'u' },
		{ "seed", required_argument, NULL, 's' },
		{ "first", required_argument, NULL, 'f' },
		{ "seeds", required_argument, NULL, 'n' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "actions", required_argument, NULL, 'a' },
		{ NULL, 0, NULL, 0 }
	};
	uint64_t first = 1, seeds = 1, jobs = 4;
	const char *url = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (c) {
		case 'u': url = optarg; break;
		case 's':
		case 'f': first = number(optarg); break;
		case 'n': seeds = number(optarg); break;
		case 'j': jobs = number(optarg); break;
		case 'a': actions = (int)number(optarg); break;
		default: return 2;
		}
	if (url == NULL || optind != argc || jobs == 0)
		errx(2, "usage: model --url URL [--seed N | --first N --seeds "
		    "N] [--jobs N] [--actions N]");
	http_server(url);
	snprintf(run, sizeof(run), "%x", (unsigned)getpid());
	return run_seeds(first, seeds, (unsigned)jobs) > 0;
}

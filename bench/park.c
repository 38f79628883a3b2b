/*
 * park.c - ten thousand clients wait; a message wakes whom it concerns.
 *
 * usage: park [-n CLIENTS] [-u USERS] [-x COMMAND] URL PATTERN
 *
 * CLIENTS long polls of USERS users; COMMAND is run while they wait (to look
 * at memory).  Then one of two users in a room speaks, 200 times: the time to
 * each client of the two, and how many others were woken (there should be
 * none).  Then half of the clients leave: how long until the processes whose
 * command line holds PATTERN have let go of their connections.
 */
#include <dirent.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "figures.h"
#include "http.h"
#include "world.h"

#define ROUNDS	200

struct client {
	struct http	*h;
	size_t		 user;
	char		 since[256];
};

static struct client *clients;
static size_t client_count = 10000, users_wanted = 2000;
static int64_t said_us;
static size_t due, others;

static void
wait_on(struct client *c)
{
	http_send(c->h, "GET", users[c->user].token, NULL,
	    "/_matrix/client/v3/sync?timeout=170000&since=%s", c->since);
}

static void
woken(struct http *h, int status, const char *body, size_t n)
{
	struct client *c = h->user;

	(void)n;
	if (status != 200)
		errx(1, "sync: %d %.200s", status, body);
	free(last);
	last = strdup(body);
	text_of("next_batch", c->since, sizeof(c->since));
	if (c->user > 1 || strstr(body, "m.room.message") == NULL) {
		others++;
	} else {
		h->sent_us = said_us;
		take(h, status);
		stop = --due == 0;
	}
	wait_on(c);
}

static void
spoken(struct http *h, int status, const char *body, size_t n)
{
	(void)h;
	(void)n;
	if (status != 200)
		errx(1, "send: %d %.200s", status, body);
}

static void
let_go_by(double s)
{
	bool never = false;

	http_run(mono_us() + (int64_t)(s * 1e6), &never);
}

static void
park_all(void)
{
	need_users(users_wanted);
	if ((clients = calloc(client_count, sizeof(*clients))) == NULL)
		err(1, NULL);
	for (size_t i = 0; i < client_count; i++) {
		struct client *c = &clients[i];

		c->user = i % users_wanted;
		if (i < users_wanted)
			since_of(&users[c->user], c->since);
		else
			memcpy(c->since, clients[c->user].since, sizeof(c->since));
	}
	for (size_t i = 0; i < client_count; i++) {
		clients[i].h = http_new(woken, &clients[i]);
		wait_on(&clients[i]);
	}
	let_go_by(3);
}

static void
speak(const char *room)
{
	struct http *speaker = http_new(spoken, NULL);

	start_clock();
	for (int i = 0; i < ROUNDS; i++) {
		due = 2 * (client_count / users_wanted);
		said_us = mono_us();
		http_send(speaker, "PUT", users[0].token,
		    "{\"msgtype\":\"m.text\",\"body\":\"Hello\"}",
		    "/_matrix/client/v3/rooms/%s/send/m.room.message/p%ld.%d",
		    room, (long)getpid(), i);
		stop = false;
		http_run(mono_us() + 10000000, &stop);
		if (due > 0)
			errx(1, "%zu clients did not hear of it", due);
		let_go_by(0.01);
	}
	stop = false;
	report("a message in a room of two");
	printf("woken besides: %zu\n", others);
}

/* Open descriptors of the processes whose command line holds pattern. */
static size_t
descriptors_of(const char *pattern)
{
	char command[512];
	unsigned long n = 0;
	FILE *p;

	snprintf(command, sizeof(command), "for p in $(pgrep -f '%s'); do "
	    "ls /proc/$p/fd; done 2>/dev/null | wc -l", pattern);
	if ((p = popen(command, "r")) == NULL || fscanf(p, "%lu", &n) != 1)
		err(1, "%s", command);
	pclose(p);
	return n;
}

static void
leave(const char *pattern)
{
	size_t before = descriptors_of(pattern), want;
	int64_t at = mono_us();

	for (size_t i = 0; i < client_count / 2; i++)
		http_close(clients[i].h);
	want = before - client_count / 2;
	while (descriptors_of(pattern) > want + 20)
		if (mono_us() - at > 20000000)
			errx(1, "they were not forgotten in 20 s");
	printf("%zu clients left: forgotten within %.0f ms\n", client_count / 2,
	    (double)(mono_us() - at) / 1000);
}

int
main(int argc, char **argv)
{
	struct rlimit files;
	const char *command = NULL;
	char room[256];
	int c;

	while ((c = getopt(argc, argv, "n:u:x:")) != -1)
		switch (c) {
		case 'n':
			client_count = strtoul(optarg, NULL, 10);
			break;
		case 'u':
			users_wanted = strtoul(optarg, NULL, 10);
			break;
		case 'x':
			command = optarg;
			break;
		default:
			return 2;
		}
	if (argc - optind != 2)
		errx(2, "usage: park [-n CLIENTS] [-u USERS] [-x COMMAND] URL PATTERN");
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	world_open(argv[optind]);
	need_users(2);
	new_room(&users[0], "public_chat", room);
	join(&users[1], room);
	park_all();
	printf("%zu clients of %zu users wait\n", client_count, users_wanted);
	fflush(stdout);
	if (command != NULL && system(command) != 0)
		warnx("%s failed", command);
	speak(room);
	leave(argv[optind + 1]);
	return 0;
}

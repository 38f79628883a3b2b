/*
 * crowd - ten thousand clients wait in one room of ten thousand members; one
 * message wakes them all.
 *
 * usage: crowd [-n CLIENTS] [-s SECONDS] [-c PATTERN] [-x COMMAND] URL
 *
 * While nothing happens: the CPU time of the processes whose command line
 * holds PATTERN; COMMAND is run (to look at memory).  Then a message, three
 * times, and every client that heard asks again: how long until each had it,
 * and how long until one of two in another room, whose clients are a process
 * of their own, heard what the other said meanwhile, every 20 ms.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "figures.h"
#include "http.h"
#include "world.h"

#define MESSAGES	3
#define BESIDE_S	0.02
#define ALL_WITHIN_US	60000000

struct client {
	struct http	*h;
	const struct user *user;
	char		 since[256];
	int64_t		 said_us;	/* of what it waits for */
};

static struct client *clients;
static size_t client_count = 10000;
static double seconds = 5;
static char room[256];
static size_t due;

/* What both processes know. */
static struct {
	volatile bool	 speak, end;
	size_t		 n;		/* heard beside the crowd */
	double		 sum, slowest;	/* ms */
} *beside;

/* Without what they know already: the members of the large room. */
static void
wait_on(struct client *c)
{
	http_send(c->h, "GET", c->user->token, NULL,
	    "/_matrix/client/v3/sync?timeout=170000&since=%s", c->since);
}

/* What it asks for next. */
static void
note(struct client *c, int status, const char *body)
{
	if (status != 200)
		errx(1, "sync: %d %.200s", status, body);
	free(last);
	last = strdup(body);
	text_of("next_batch", c->since, sizeof(c->since));
}

static void
woken(struct http *h, int status, const char *body, size_t n)
{
	struct client *c = h->user;

	(void)n;
	note(c, status, body);
	if (strstr(body, "m.room.message") != NULL) {
		h->sent_us = c->said_us;
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
speak(struct http *h, const struct user *user)
{
	static unsigned txn;

	http_send(h, "PUT", user->token,
	    "{\"msgtype\":\"m.text\",\"body\":\"Hello\"}",
	    "/_matrix/client/v3/rooms/%s/send/m.room.message/c%ld.%u",
	    room, (long)getpid(), txn++);
}

static void
let_go_by(double s)
{
	bool never = false;

	http_run(mono_us() + (int64_t)(s * 1e6), &never);
}

static void
begin_waiting(struct client *c, const struct user *user, http_answer *answered)
{
	c->user = user;
	since_now(user, c->since);
	c->h = http_new(answered, c);
	wait_on(c);
}

static void
park_all(void)
{
	need_users(client_count);
	new_room(&users[0], "public_chat", room);
	for (size_t i = 1; i < client_count; i++)
		join(&users[i], room);
	if ((clients = calloc(client_count, sizeof(*clients))) == NULL)
		err(1, NULL);
	for (size_t i = 0; i < client_count; i++)
		begin_waiting(&clients[i], &users[i], woken);
	let_go_by(1);
}

static void
one_message(struct http *speaker)
{
	int64_t began = mono_us();

	due = client_count;
	stop = false;
	for (size_t i = 0; i < client_count; i++)
		clients[i].said_us = began;
	beside->speak = true;
	speak(speaker, &users[0]);
	http_run(began + ALL_WITHIN_US, &stop);
	beside->speak = false;
	if (due > 0)
		errx(1, "%zu clients did not hear of it", due);
	let_go_by(0.5);
}

/* ------------------------------------------------- two in a room of theirs */

static void
woken_beside(struct http *h, int status, const char *body, size_t n)
{
	struct client *c = h->user;
	double ms = (double)(mono_us() - c->said_us) / 1000;

	(void)n;
	note(c, status, body);
	if (strstr(body, "m.room.message") != NULL) {
		beside->n++;
		beside->sum += ms;
		if (ms > beside->slowest)
			beside->slowest = ms;
		stop = true;
	}
	wait_on(c);
}

__attribute__((noreturn))
static void
talk_beside(const char *url)
{
	static struct client listener;
	struct http *speaker;

	world_open(url);
	need_users(2);
	new_room(&users[0], "public_chat", room);
	join(&users[1], room);
	begin_waiting(&listener, &users[1], woken_beside);
	speaker = http_new(spoken, NULL);
	while (!beside->end) {
		let_go_by(BESIDE_S);
		if (!beside->speak)
			continue;
		listener.said_us = mono_us();
		speak(speaker, &users[0]);
		stop = false;
		http_run(mono_us() + ALL_WITHIN_US, &stop);
	}
	exit(0);
}

static void
begin_beside(const char *url)
{
	beside = mmap(NULL, sizeof(*beside), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (beside == MAP_FAILED)
		err(1, "mmap");
	switch (fork()) {
	case -1:
		err(1, "fork");
	case 0:
		talk_beside(url);
	}
}

int
main(int argc, char **argv)
{
	struct rlimit files;
	const char *command = NULL;
	struct http *speaker;
	int c;

	while ((c = getopt(argc, argv, "c:n:s:x:")) != -1)
		switch (c) {
		case 'c':
			count_cpu_of(optarg);
			break;
		case 'n':
			client_count = strtoul(optarg, NULL, 10);
			break;
		case 's':
			seconds = atof(optarg);
			break;
		case 'x':
			command = optarg;
			break;
		default:
			return 2;
		}
	if (argc - optind != 1)
		errx(2, "usage: crowd [-n CLIENTS] [-s SECONDS] [-c PATTERN] "
		    "[-x COMMAND] URL");
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	begin_beside(argv[optind]);
	world_open(argv[optind]);
	park_all();
	start_clock();
	let_go_by(seconds);
	printf("%zu clients wait in one room: %.2f ms of CPU a second\n",
	    client_count, cpu_since_start() / 1000 / seconds);
	fflush(stdout);
	if (command != NULL && system(command) != 0)
		warnx("%s failed", command);
	speaker = http_new(spoken, NULL);
	start_clock();
	for (int i = 0; i < MESSAGES; i++)
		one_message(speaker);
	report("a message to all of them");
	printf("beside it, in a room of two: mean %.1f ms  max %.1f ms  n %zu\n",
	    beside->n > 0 ? beside->sum / (double)beside->n : 0,
	    beside->slowest, beside->n);
	beside->end = true;
	wait(NULL);
	return 0;
}

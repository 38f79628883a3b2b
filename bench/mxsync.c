/*
 * mxsync - what /sync costs on a Matrix homeserver, any of them: with nothing
 * new, with one message in one of few and of many rooms, from nothing, and how
 * soon a message is heard while many flow.  All in one run, for the ratios.
 *
 * usage: mxsync [-s SECONDS] [-c PATTERN] [-r ROOMS] [-i ROOMS] URL
 *
 * -c: as for mxbench.  -r: in how many rooms is who is in many (5,000)?
 * -i: and the first sync of how many is timed (1,000)?
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "figures.h"
#include "http.h"
#include "world.h"

#define NEWER	9		/* changes elsewhere behind the message */

static double seconds = 5;

/* Who is in how many rooms; users[] has them in this order. */
enum who { ONE, FEW, MANY, FIRST_FEW, FIRST_MANY, OTHER, READER, WHOS };
static size_t rooms_of[WHOS] = { 1, 100, 5000, 30, 1000, 1, 0 };
static char room[WHOS][256];	/* one of theirs */
static char old_since[WHOS][256], since[WHOS][256];

/* ---------------------------------------------------------------- the load */

static enum who who;
static const char *query;

static void
ask(struct http *h)
{
	http_send(h, "GET", users[who].token, NULL,
	    "/_matrix/client/v3/sync?timeout=0%s", query);
}

static void
again(struct http *h, int status, const char *body, size_t n)
{
	(void)body;
	(void)n;
	take(h, status);
	ask(h);
}

/* The CPU time of one answer, in us. */
static double
load(const char *name, enum who as, const char *text)
{
	struct http *h = http_new(again, NULL);
	double cpu;

	who = as;
	query = text;
	start_clock();
	ask(h);
	http_run(mono_us() + (int64_t)(seconds * 1e6), &stop);
	cpu = report(name);
	http_close(h);
	return cpu;
}

static double
load_since(const char *what, enum who as, const char *from)
{
	char name[100], text[300];

	snprintf(name, sizeof(name), "%s, %zu room%s", what, rooms_of[as],
	    rooms_of[as] == 1 ? "" : "s");
	snprintf(text, sizeof(text), *from ? "&since=%s" : "%s", from);
	return load(name, as, text);
}

/* ------------------------------------------------------------------ a world */

static void
make_rooms(void)
{
	for (size_t w = 0; w < WHOS; w++)
		for (size_t i = 0; i < rooms_of[w]; i++)
			new_room(&users[w], "private_chat", room[w]);
	for (size_t w = ONE; w <= MANY; w++)
		since_now(&users[w], old_since[w]);
}

/* So much happens elsewhere that a week seems to pass. */
static void
let_a_week_pass(void)
{
	for (size_t i = 0; i < rooms_of[MANY] + 1000; i++)
		say(&users[OTHER], room[OTHER]);
}

static void
say_one_each(void)
{
	for (size_t w = ONE; w <= MANY; w++) {
		since_now(&users[w], since[w]);
		say(&users[w], room[w]);
		for (int i = 0; i < NEWER; i++)
			say(&users[OTHER], room[OTHER]);
	}
}

/* -------------------------------------------------------------------- costs */

static void
compare(const char *what, double ratio, double most)
{
	printf("%s: %.2f (should be under %g)\n", what, ratio, most);
	fflush(stdout);
}

static void
incremental(void)
{
	double few, many, most;
	char now[256];

	since_now(&users[FEW], now);
	load_since("sync, nothing new", FEW, now);
	/* Each while what it asks for is recent: its own ten positions old. */
	few = load_since("a message ago", ONE, since[ONE]);
	load_since("a message ago", FEW, since[FEW]);
	many = load_since("a message ago", MANY, since[MANY]);
	compare("of many rooms to of one", many / few, 3);
	few = load_since("a week ago", ONE, old_since[ONE]);
	load_since("a week ago", FEW, old_since[FEW]);
	most = load_since("a week ago", MANY, old_since[MANY]);
	compare("us of a room after a week",
	    (most - few) / (double)(rooms_of[MANY] - rooms_of[ONE]), 2);
}

static void
first(void)
{
	load_since("first sync", FIRST_FEW, "");
	load_since("first sync", FIRST_MANY, "");
}

/* --------------------------------------------------------- while many flow */

#define LISTENERS	8
#define FLOW_PER_S	200

static struct listener {
	struct http	*h;
	char		 since[256];
} listeners[LISTENERS];

static void
listen_on(struct listener *l)
{
	http_send(l->h, "GET", users[READER].token, NULL,
	    "/_matrix/client/v3/sync?timeout=30000&since=%s", l->since);
}

/* A message says when it was sent. */
static void
heard(struct http *h, int status, const char *body, size_t n)
{
	struct listener *l = h->user;

	(void)n;
	for (const char *p = body; (p = strstr(p, "\"sent ")) != NULL; p++) {
		h->sent_us = strtoll(p + 6, NULL, 10);
		take(h, status);
	}
	free(last);
	last = strdup(body);
	text_of("next_batch", l->since, sizeof(l->since));
	listen_on(l);
}

static void
sent(struct http *h, int status, const char *body, size_t n)
{
	(void)h;
	(void)n;
	if (status != 200)
		errx(1, "send: %d %.200s", status, body);
}

static void
send_now(struct http *h, long i)
{
	char body[100];

	snprintf(body, sizeof(body), "{\"msgtype\":\"m.text\","
	    "\"body\":\"sent %lld\"}", (long long)mono_us());
	http_send(h, "PUT", users[OTHER].token, body,
	    "/_matrix/client/v3/rooms/%s/send/m.room.message/f%ld.%ld",
	    room[READER], (long)getpid(), i);
}

static void
flow(void)
{
	struct http *senders[16];
	int64_t at;

	new_room(&users[OTHER], "public_chat", room[READER]);
	join(&users[READER], room[READER]);
	for (size_t i = 0; i < 16; i++)
		senders[i] = http_new(sent, NULL);
	for (size_t i = 0; i < LISTENERS; i++) {
		since_now(&users[READER], listeners[i].since);
		listeners[i].h = http_new(heard, &listeners[i]);
		listen_on(&listeners[i]);
	}
	start_clock();
	at = mono_us();
	for (long i = 0; i < (long)(seconds * FLOW_PER_S); i++) {
		send_now(senders[i % 16], i);
		at += 1000000 / FLOW_PER_S;
		http_run(at, &stop);
	}
	report("send -> 8 waiting syncs, 200/s flow");
}

int
main(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "c:i:r:s:")) != -1)
		switch (c) {
		case 'c':
			count_cpu_of(optarg);
			break;
		case 'i':
			rooms_of[FIRST_MANY] = strtoul(optarg, NULL, 10);
			break;
		case 'r':
			rooms_of[MANY] = strtoul(optarg, NULL, 10);
			break;
		case 's':
			seconds = atof(optarg);
			break;
		default:
			return 2;
		}
	if (argc - optind != 1)
		errx(2, "usage: mxsync [-s SECONDS] [-c PATTERN] [-r ROOMS] "
		    "[-i ROOMS] URL");
	world_open(argv[optind]);
	need_users(WHOS);
	make_rooms();
	let_a_week_pass();
	say_one_each();
	incremental();
	first();
	flow();
	return 0;
}

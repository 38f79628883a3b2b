/*
 * mxgrowth - what a room costs as it grows, on a Matrix homeserver, any of them:
 * sending into it and reading it, small and large, in one run.
 *
 * usage: mxgrowth [-s SECONDS] [-c PATTERN] [-e EVENTS] [-m MEMBERS]
 *        [-f DATABASE] URL
 *
 * -c: as for mxbench.  -f: a file whose growth is divided by the messages.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "figures.h"
#include "http.h"
#include "world.h"

#define CONNECTIONS	8
#define FILLERS		64

static double seconds = 5;
static const char *database;
static char room[256];

/* ---------------------------------------------------------------- the load */

static void (*ask)(struct http *);
static size_t left;		/* requests to go, of those that are counted */

static void
next(struct http *h, int status, const char *body, size_t n)
{
	(void)body;
	(void)n;
	take(h, status);
	if (left > 0 && --left == 0)
		stop = true;
	ask(h);
}

/* requests 0: as many as fit the time.  Returns the CPU of one in us. */
static double
load(const char *name, void (*what)(struct http *), size_t connections,
    size_t requests)
{
	struct http *all[FILLERS];
	double cpu;

	ask = what;
	left = requests;
	stop = false;
	for (size_t i = 0; i < connections; i++)
		all[i] = http_new(next, NULL);
	start_clock();
	for (size_t i = 0; i < connections; i++)
		ask(all[i]);
	http_run(mono_us() + (int64_t)((requests > 0 ? 36000 : seconds) * 1e6),
	    &stop);
	stop = false;
	cpu = report(name);
	for (size_t i = 0; i < connections; i++)
		http_close(all[i]);
	return cpu;
}

static void
ask_send(struct http *h)
{
	static unsigned txn;
	char body[120];

	snprintf(body, sizeof(body), "{\"msgtype\":\"m.text\",\"body\":\"It is "
	    "a long way to the sea, number%u\"}", txn);
	http_send(h, "PUT", users[0].token, body,
	    "/_matrix/client/v3/rooms/%s/send/m.room.message/g%ld.%u", room,
	    (long)getpid(), txn++);
}

static void
ask_newest(struct http *h)
{
	http_send(h, "GET", users[0].token, NULL,
	    "/_matrix/client/v3/rooms/%s/messages?dir=b&limit=50", room);
}

static void
ask_oldest(struct http *h)
{
	http_send(h, "GET", users[0].token, NULL,
	    "/_matrix/client/v3/rooms/%s/messages?dir=f&limit=50", room);
}

static void
ask_state(struct http *h)
{
	http_send(h, "GET", users[0].token, NULL,
	    "/_matrix/client/v3/rooms/%s/state", room);
}

static const char *term;

static void
ask_search(struct http *h)
{
	char body[160];

	snprintf(body, sizeof(body), "{\"search_categories\":{\"room_events\":"
	    "{\"search_term\":\"%s\",\"order_by\":\"recent\"}}}", term);
	http_send(h, "POST", users[0].token, body,
	    "/_matrix/client/v3/search");
}

/* --------------------------------------------------------------- the cases */

static void
compare(const char *what, double large, double small)
{
	if (small > 0)
		printf("%-34s %.2f times the CPU\n", what, large / small);
}

static double
size_of_database(void)
{
	struct stat st;

	return database != NULL && stat(database, &st) == 0 ?
	    (double)st.st_size : 0;
}

static void
search(const char *name, const char *what)
{
	term = what;
	load(name, ask_search, 1, 0);
}

static void
long_room(size_t events)
{
	double small, large, before;

	new_room(&users[0], "private_chat", room);
	small = load("send, room that is new", ask_send, CONNECTIONS, 0);
	load("messages of 50, the same", ask_newest, CONNECTIONS, 0);
	before = size_of_database();
	load("send, to make it long", ask_send, FILLERS, events);
	if (before > 0)
		printf("%-34s %.0f bytes\n", "a message in the database",
		    (size_of_database() - before) / (double)events);
	large = load("send, room that is long", ask_send, CONNECTIONS, 0);
	compare("send, long to new", large, small);
	load("messages of 50, newest", ask_newest, CONNECTIONS, 0);
	load("messages of 50, oldest", ask_oldest, CONNECTIONS, 0);
	search("search, a word of all messages", "sea");
	search("search, a word of one", "number17");
}

static void
full_room(size_t members)
{
	double small, large;

	new_room(&users[0], "public_chat", room);
	need_users(2);
	join(&users[1], room);
	small = load("send, room of 2", ask_send, CONNECTIONS, 0);
	need_users(members);
	for (size_t i = 2; i < members; i++)
		join(&users[i], room);
	large = load("send, room of many", ask_send, CONNECTIONS, 0);
	compare("send, many to 2", large, small);
	load("state, room of many", ask_state, 1, 0);
}

int
main(int argc, char **argv)
{
	size_t events = 100000, members = 10000;
	int c;

	while ((c = getopt(argc, argv, "c:e:f:m:s:")) != -1)
		switch (c) {
		case 'c':
			count_cpu_of(optarg);
			break;
		case 'e':
			events = (size_t)atol(optarg);
			break;
		case 'f':
			database = optarg;
			break;
		case 'm':
			members = (size_t)atol(optarg);
			break;
		case 's':
			seconds = atof(optarg);
			break;
		default:
			return 2;
		}
	if (argc - optind != 1 || events == 0 || members < 2)
		errx(2, "usage: mxgrowth [-s SECONDS] [-c PATTERN] [-e EVENTS] "
		    "[-m MEMBERS] [-f DATABASE] URL");
	world_open(argv[optind]);
	need_users(1);
	long_room(events);
	full_room(members);
	return 0;
}

/*
 * mxbench - load on a Matrix homeserver, any of them, over its client-server
 * API; one line a case.
 *
 * usage: mxbench [-g] [-s SECONDS] [-c PATTERN] URL CASE...
 *
 * A CASE that begins with a slash is a path to GET.
 *
 * -c: add the CPU time of all processes whose command line holds PATTERN, and
 *     of their children, per request (may be given several times).
 * -g: and that of mxbench itself.
 * -l: list the cases.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "changing.h"
#include "figures.h"
#include "guess.h"
#include "http.h"
#include "world.h"

static double seconds = 5;

/* ------------------------------------------ the same from n connections */

static char room[256], since[256];
static size_t stride;

/* What connection h asks next; made by the case. */
static void (*next_request)(struct http *, size_t connection);

static void
again(struct http *h, int status, const char *body, size_t n)
{
	(void)body;
	(void)n;
	take(h, status);
	next_request(h, (size_t)h->user);
}

static void
closed_loop(const char *name, size_t connections,
    void (*next)(struct http *, size_t))
{
	struct http *all[256];
	char title[80];

	next_request = next;
	for (size_t i = 0; i < connections; i++)
		all[i] = http_new(again, (void *)i);
	start_clock();
	for (size_t i = 0; i < connections; i++)
		next(all[i], i);
	http_run(mono_us() + (int64_t)(seconds * 1e6), &stop);
	snprintf(title, sizeof(title), "%s, %zu connection%s", name,
	    connections, connections > 1 ? "s" : "");
	report(title);
	for (size_t i = 0; i < connections; i++)
		http_close(all[i]);
}

static void
ask_whoami(struct http *h, size_t i)
{
	(void)i;
	http_send(h, "GET", users[0].token, NULL,
	    "/_matrix/client/v3/account/whoami");
}

static void
case_whoami(size_t n)
{
	need_users(1);
	closed_loop("whoami", n, ask_whoami);
}

static void
ask_send(struct http *h, size_t i)
{
	static unsigned txn;

	http_send(h, "PUT", users[i % stride].token,
	    "{\"msgtype\":\"m.text\",\"body\":\"It is a long way to the sea.\"}",
	    "/_matrix/client/v3/rooms/%s/send/m.room.message/%ld.%u", room,
	    (long)getpid(), txn++);
}

/* One in which they all are. */
static void
new_room_of(size_t members)
{
	stride = members;
	need_users(members);
	new_room(&users[0], "public_chat", room);
	for (size_t i = 1; i < members; i++)
		join(&users[i], room);
}

static void
case_send(size_t n)
{
	new_room_of(n < 8 ? n : 8);
	closed_loop("send", n, ask_send);
}

static void
ask_idle_sync(struct http *h, size_t i)
{
	(void)i;
	http_send(h, "GET", users[0].token, NULL,
	    "/_matrix/client/v3/sync?timeout=0&since=%s", since);
}

static void
case_idle_sync(size_t n)
{
	need_users(1);
	new_room(&users[0], "private_chat", room);
	since_of(&users[0], since);
	closed_loop("sync, nothing new", n, ask_idle_sync);
}

static void
ask_create(struct http *h, size_t i)
{
	(void)i;
	http_send(h, "POST", users[0].token, "{\"name\":\"Bench\"}",
	    "/_matrix/client/v3/createRoom");
}

static void
case_create(size_t n)
{
	need_users(1);
	closed_loop("createRoom", n, ask_create);
}

static void
ask_messages(struct http *h, size_t i)
{
	(void)i;
	http_send(h, "GET", users[0].token, NULL,
	    "/_matrix/client/v3/rooms/%s/messages?dir=b&limit=50", room);
}

static void
case_messages(size_t n)
{
	need_users(1);
	new_room(&users[0], "private_chat", room);
	for (int i = 0; i < 60; i++)
		say(&users[0], room);
	closed_loop("messages of 50", n, ask_messages);
}

/* Each user joins once. */
static void
ask_join(struct http *h, size_t i)
{
	static size_t next;

	(void)i;
	if (++next >= user_count) {
		stop = true;
		next = 0;
		return;
	}
	http_send(h, "POST", users[next].token, "{}",
	    "/_matrix/client/v3/join/%s", room);
}

static void
case_join(size_t n)
{
	need_users(200);
	new_room(&users[0], "public_chat", room);
	closed_loop("join", n, ask_join);
	stop = false;
}

static void
ask_stranger(struct http *h, size_t i)
{
	static unsigned txn;

	(void)i;
	http_send(h, "PUT", "not-a-token-of-this-server-at-all-00000000",
	    "{\"msgtype\":\"m.text\",\"body\":\"Hello\"}",
	    "/_matrix/client/v3/rooms/!none:localhost/send/m.room.message/%u",
	    txn++);
}

static void
case_stranger(size_t n)
{
	closed_loop("send with a wrong token", n, ask_stranger);
}

static void
ask_login(struct http *h, size_t i)
{
	(void)i;
	http_send(h, "POST", NULL, guess_body(users[0].id),
	    "/_matrix/client/v3/login");
}

static void
case_logins(size_t n)
{
	need_users(1);
	closed_loop("login, wrong password", n, ask_login);
}

static void
case_guess(size_t n)
{
	(void)n;
	guess_run(seconds);
}

static const char *path;

static void
ask_path(struct http *h, size_t i)
{
	(void)i;
	http_send(h, "GET", NULL, NULL, "%s", path);
}

static void
case_path(const char *wanted)
{
	path = wanted;
	closed_loop(path, 8, ask_path);
}

/* ----------------------------------------------------- a message's way */

static int64_t said_us;

static void
heard(struct http *h, int status, const char *body, size_t n)
{
	(void)n;
	if (status != 200)
		errx(1, "sync: %d %.200s", status, body);
	free(last);
	last = strdup(body);
	text_of("next_batch", since, sizeof(since));
	h->sent_us = said_us;
	if (strstr(body, "m.room.message") != NULL) {
		take(h, status);
		stop = true;
	} else {
		http_send(h, "GET", users[1].token, NULL,
		    "/_matrix/client/v3/sync?timeout=30000&since=%s", since);
	}
}

static void
ignore(struct http *h, int status, const char *body, size_t n)
{
	(void)h;
	(void)n;
	if (status != 200)
		errx(1, "send: %d %.200s", status, body);
}

/* Send to a sync of another user that waits. */
static void
case_wake(size_t n)
{
	struct http *waiter, *sender;
	int64_t end;

	(void)n;
	need_users(2);
	new_room(&users[0], "public_chat", room);
	join(&users[1], room);
	since_of(&users[1], since);
	waiter = http_new(heard, NULL);
	sender = http_new(ignore, NULL);
	start_clock();
	end = mono_us() + (int64_t)(seconds * 1e6);
	while (mono_us() < end) {
		http_send(waiter, "GET", users[1].token, NULL,
		    "/_matrix/client/v3/sync?timeout=30000&since=%s", since);
		/* Let it be parked; what is measured is the waking. */
		usleep(5000);
		said_us = mono_us();
		stride = 1;
		ask_send(sender, 0);
		stop = false;
		http_run(mono_us() + 10000000, &stop);
		stop = false;
	}
	report("send -> waiting sync");
	http_close(waiter);
	http_close(sender);
}

/* ---------------------------------------- sends beside constant syncs */

#define FOLLOWERS	8

static struct follower {
	struct http	*h;
	char		 since[256];
} followers[FOLLOWERS];
static size_t syncs;
static double slowest_sync;	/* ms */

static void
follow(struct follower *f, size_t user)
{
	http_send(f->h, "GET", users[user].token, NULL,
	    "/_matrix/client/v3/sync?timeout=1000&since=%s", f->since);
}

static void
followed(struct http *h, int status, const char *body, size_t n)
{
	struct follower *f = h->user;
	double ms = (double)(mono_us() - h->sent_us) / 1000;

	if (status != 200)
		errx(1, "sync: %d %.200s", status, body);
	if (ms > slowest_sync)
		slowest_sync = ms;
	syncs++;
	free(last);
	last = strndup(body, n);
	text_of("next_batch", f->since, sizeof(f->since));
	follow(f, (size_t)(f - followers));
}

static void
follow_all(void)
{
	for (size_t i = 0; i < FOLLOWERS; i++) {
		followers[i].h = http_new(followed, &followers[i]);
		since_of(&users[i], followers[i].since);
	}
	for (size_t i = 0; i < FOLLOWERS; i++)
		follow(&followers[i], i);
}

static void
end_following(void)
{
	printf("%zu syncs beside that, slowest %.2f ms\n", syncs, slowest_sync);
	syncs = 0;
	slowest_sync = 0;
	for (size_t i = 0; i < FOLLOWERS; i++)
		http_close(followers[i].h);
}

/* Every member follows by sync what all of them say. */
static void
case_busy(size_t n)
{
	new_room_of(FOLLOWERS);
	follow_all();
	closed_loop("send, followed by 8", n, ask_send);
	end_following();
}

/* A thousand, whose presence changes or does not. */
static void
case_presence(size_t n)
{
	pid_t storm;

	new_room_of(1000);
	follow_all();
	closed_loop("send, followed by 8 of 1,000", n, ask_send);
	end_following();
	storm = changing_begin();
	follow_all();
	closed_loop("the same while they change", n, ask_send);
	end_following();
	changing_end(storm);
}

/* ------------------------------------------------------------- the table */

static const struct {
	const char	*name;
	void		(*run)(size_t);
	size_t		 connections;
	const char	*what;
} cases[] = {
	{ "whoami", case_whoami, 8, "a token looked up, 8 connections" },
	{ "send1", case_send, 1, "messages from 1 connection" },
	{ "send8", case_send, 8, "messages from 8 connections" },
	{ "send64", case_send, 64, "messages from 64 connections" },
	{ "busy", case_busy, 64,
	    "messages from 64 connections, followed by 8 with sync" },
	{ "presence", case_presence, 8,
	    "messages while 1,000 members are online and not, by turns" },
	{ "wake", case_wake, 1, "a message to another user's waiting sync" },
	{ "sync", case_idle_sync, 8, "incremental sync with nothing new" },
	{ "create", case_create, 1, "createRoom" },
	{ "join", case_join, 1, "join of a public room" },
	{ "messages", case_messages, 8, "the last 50 messages of a room" },
	{ "stranger", case_stranger, 8, "writes with a wrong token" },
	{ "logins", case_logins, 64, "wrong passwords from 64 connections" },
	{ "guess", case_guess, 1,
	    "wrong passwords and unknown users in turn: do they differ?" },
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

static void
run_case(const char *name)
{
	if (*name == '/') {
		case_path(name);
		return;
	}
	for (size_t i = 0; i < CASES; i++)
		if (strcmp(cases[i].name, name) == 0) {
			cases[i].run(cases[i].connections);
			return;
		}
	errx(2, "no case \"%s\"; -l lists them", name);
}

__attribute__((noreturn))
static void
list_cases(void)
{
	for (size_t i = 0; i < CASES; i++)
		printf("%-10s %s\n", cases[i].name, cases[i].what);
	exit(0);
}

int
main(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "c:gls:")) != -1)
		switch (c) {
		case 'c':
			count_cpu_of(optarg);
			break;
		case 'g':
			count_own_cpu();
			break;
		case 'l':
			list_cases();
		case 's':
			seconds = atof(optarg);
			break;
		default:
			return 2;
		}
	if (argc - optind < 2)
		errx(2, "usage: mxbench [-g] [-s SECONDS] [-c PATTERN] "
		    "URL CASE...");
	world_open(argv[optind++]);
	while (optind < argc)
		run_case(argv[optind++]);
	return 0;
}

/*
 * mxsteady - messages at a steady rate into one room of a Matrix homeserver, and
 * whether all of them are there afterwards.
 *
 * usage: mxsteady [-r RATE] [-s SECONDS] [-w FILE] [-n NAME] URL
 *
 * -w: until that file is there, however long that takes.  A message that was due
 * while another was outstanding is sent at once, so what is late shows.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "figures.h"
#include "http.h"
#include "world.h"

static char room[256];
static bool answered;
static size_t acknowledged, found;
static char next_page[256];

static void
sent(struct http *h, int status, const char *body, size_t n)
{
	(void)body;
	(void)n;
	take(h, status);
	acknowledged += status == 200;
	answered = true;
}

static void
send_one(struct http *h, unsigned txn)
{
	answered = false;
	http_send(h, "PUT", users[0].token,
	    "{\"msgtype\":\"m.text\",\"body\":\"steady\"}",
	    "/_matrix/client/v3/rooms/%s/send/m.room.message/s%ld.%u", room,
	    (long)getpid(), txn);
	http_run(mono_us() + 60000000, &answered);
	if (!answered)
		errx(1, "no answer in 60 s");
}

static void
pause_until(int64_t at)
{
	int64_t us = at - mono_us();

	if (us > 0)
		nanosleep(&(struct timespec){ us / 1000000,
		    us % 1000000 * 1000 }, NULL);
}

/* ------------------------------------------------------- are they all there? */

static void
page_read(struct http *h, int status, const char *body, size_t n)
{
	static const char mark[] = "\"body\":\"steady\"", end[] = "\"end\":\"";
	const char *p, *limit = body + n;

	(void)h;
	if (status != 200)
		errx(1, "messages: status %d", status);
	for (p = body; (p = memmem(p, (size_t)(limit - p), mark,
	    sizeof(mark) - 1)) != NULL; p++)
		found++;
	next_page[0] = '\0';
	if ((p = memmem(body, n, end, sizeof(end) - 1)) != NULL)
		sscanf(p + sizeof(end) - 1, "%255[^\"]", next_page);
	answered = true;
}

static void
count_all(void)
{
	struct http *h = http_new(page_read, NULL);
	char from[300] = "";

	do {
		answered = false;
		http_send(h, "GET", users[0].token, NULL, "/_matrix/client/v3/"
		    "rooms/%s/messages?dir=b&limit=500%s", room, from);
		http_run(mono_us() + 60000000, &answered);
		if (!answered)
			errx(1, "no answer in 60 s");
		snprintf(from, sizeof(from), "&from=%s", next_page);
	} while (next_page[0] != '\0');
	http_close(h);
}

int
main(int argc, char **argv)
{
	double rate = 100, seconds = 5;
	const char *until = NULL, *name = "send, steady";
	int64_t begun, due;
	struct http *h;
	int c;

	while ((c = getopt(argc, argv, "n:r:s:w:")) != -1)
		switch (c) {
		case 'n': name = optarg; break;
		case 'r': rate = atof(optarg); break;
		case 's': seconds = atof(optarg); break;
		case 'w': until = optarg; break;
		default: return 2;
		}
	if (argc - optind != 1 || rate <= 0)
		errx(2, "usage: mxsteady [-r RATE] [-s SECONDS] [-w FILE] "
		    "[-n NAME] URL");
	world_open(argv[optind]);
	need_users(1);
	new_room(&users[0], "private_chat", room);
	h = http_new(sent, NULL);
	start_clock();
	begun = due = mono_us();
	for (unsigned txn = 0; until != NULL ? access(until, F_OK) != 0 :
	    due - begun < (int64_t)(seconds * 1e6); txn++) {
		pause_until(due);
		send_one(h, txn);
		due += (int64_t)(1e6 / rate);
	}
	report(name);
	http_close(h);
	count_all();
	printf("%-34s %zu acknowledged, %zu there\n", "", acknowledged, found);
	return found == acknowledged ? 0 : 1;
}

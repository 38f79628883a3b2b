/*
 * guess.c - does the time of a refused login tell which users there are?
 *
 * All kinds take turns on one connection, so that whatever else the machine
 * does falls on each of them alike; two kinds are the same, and what these
 * differ by is noise.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "guess.h"
#include "http.h"
#include "world.h"

#define KINDS		3
#define EACH_MAX	100000

static const char *const names[KINDS] = {
	"login, wrong password", "login, unknown user",
	"login, wrong password again"
};
static double ms[KINDS][EACH_MAX];
static size_t asked, most;

const char *
guess_body(const char *user)
{
	static char body[300];

	snprintf(body, sizeof(body), "{\"type\":\"m.login.password\","
	    "\"user\":\"%s\",\"password\":\"not that\"}", user);
	return body;
}

static void
ask_next(struct http *h)
{
	http_send(h, "POST", NULL, guess_body(asked % KINDS == 1 ?
	    "nobody-of-this-name" : users[0].id),
	    "/_matrix/client/v3/login");
}

static void
answered(struct http *h, int status, const char *body, size_t n)
{
	if (status != 403)
		errx(1, "login: %d %.*s", status, (int)n, body);
	ms[asked % KINDS][asked / KINDS] =
	    (double)(mono_us() - h->sent_us) / 1000;
	if (++asked < most)
		ask_next(h);
	else
		stop = true;
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double
median(double *list, size_t n)
{
	qsort(list, n, sizeof(*list), by_size);
	return list[n / 2];
}

void
guess_run(double seconds)
{
	struct http *h = http_new(answered, NULL);
	double middle[KINDS];
	size_t n;

	need_users(1);
	asked = 0;
	most = KINDS * EACH_MAX;
	ask_next(h);
	http_run(mono_us() + (int64_t)(seconds * 1e6), &stop);
	stop = false;
	http_close(h);
	if ((n = asked / KINDS) == 0)
		errx(1, "login: no answers in %g s", seconds);
	for (int i = 0; i < KINDS; i++) {
		middle[i] = median(ms[i], n);
		printf("%-34s median %8.3f ms  fastest %8.3f ms  n %zu\n",
		    names[i], middle[i], ms[i][0], n);
	}
	printf("wrong and unknown differ by %.3f ms, wrong and wrong by "
	    "%.3f ms\n", middle[1] - middle[0], middle[2] - middle[0]);
}

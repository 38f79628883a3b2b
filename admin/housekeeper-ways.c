/* housekeeper-ways.c - see housekeeper-ways.h. */
#include "housekeeper-ways.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"

#define GATEWAY_MAX	(PUSHER_URL_MAX + 1)

/* Free while send is NULL. */
struct way {
	struct push_send *send;
	char		 gateway[GATEWAY_MAX];
	enum push_end	 end;		/* PUSH_ASKED: it was not judged yet */
	int		 bell;
	atomic_bool	 answered;	/* the thread is done with it */
};
/* To a gateway that was asked before; free while line is NULL. */
struct line {
	void		*line;		/* matrix/http.h */
	char		*gateway;
	int64_t		 idle_us;	/* since when, monotonic */
};
struct ways {
	struct way	 way[WAYS_MAX];
	struct line	 line[WAYS_MAX];
	char		*bad[WAYS_BAD_MAX];
	size_t		 next_bad;
	int		 bell;		/* eventfd */
};

struct ways *
ways_open(void)
{
	struct ways *w = calloc(1, sizeof(*w));

	if (w == NULL)
		abort();
	if ((w->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) >= 0)
		return w;
	free(w);
	return NULL;
}

bool
ways_close(struct ways *w)
{
	if (ways_busy(w))
		return false;
	for (size_t i = 0; i < WAYS_BAD_MAX; i++)
		free(w->bad[i]);
	ways_rest(w, INT64_MAX);
	close(w->bell);
	free(w);
	return true;
}

int
ways_fd(const struct ways *w)
{
	return w->bell;
}

bool
ways_rang(struct ways *w)
{
	uint64_t n;

	return read(w->bell, &n, sizeof(n)) > 0;
}

/* ----------------------------------------------------------- bad gateways */

/* Its place; WAYS_BAD_MAX: it is not there. */
static size_t
bad_find(const struct ways *w, const char *gateway)
{
	size_t i = 0;

	while (i < WAYS_BAD_MAX && (w->bad[i] == NULL ||
	    strcmp(w->bad[i], gateway) != 0))
		i++;
	return i;
}

static void
bad_set(struct ways *w, const char *gateway, bool bad)
{
	size_t i = bad_find(w, gateway);

	if (bad == (i < WAYS_BAD_MAX))
		return;
	if (bad)
		i = w->next_bad++ % WAYS_BAD_MAX;
	free(w->bad[i]);
	w->bad[i] = bad ? strdup(gateway) : NULL;
}

/* ------------------------------------------------------------ connections */

static void *
line_take(struct ways *w, const char *gateway)
{
	for (size_t i = 0; i < WAYS_MAX; i++) {
		struct line *line = &w->line[i];
		void *taken = line->line;

		if (taken == NULL || strcmp(line->gateway, gateway) != 0)
			continue;
		free(line->gateway);
		*line = (struct line){ .line = NULL };
		return taken;
	}
	return NULL;
}

/* Where there is no room any more it ends. */
static void
line_keep(struct ways *w, const char *gateway, void *kept)
{
	for (size_t i = 0; i < WAYS_MAX && kept != NULL; i++) {
		struct line *line = &w->line[i];

		if (line->line != NULL ||
		    (line->gateway = strdup(gateway)) == NULL)
			continue;
		line->line = kept;
		line->idle_us = clock_mono_us();
		return;
	}
	http_hang_up(kept);
}

void
ways_rest(struct ways *w, int64_t us)
{
	for (size_t i = 0; i < WAYS_MAX; i++) {
		struct line *line = &w->line[i];

		if (line->line == NULL || (us != INT64_MAX &&
		    line->idle_us + WAYS_IDLE_US > us))
			continue;
		http_hang_up(line->line);
		free(line->gateway);
		*line = (struct line){ .line = NULL };
	}
}

/* ------------------------------------------------------------- who is asked */

static struct way *
find_free(struct ways *w)
{
	for (size_t i = 0; i < WAYS_MAX; i++)
		if (w->way[i].send == NULL)
			return &w->way[i];
	return NULL;
}

size_t
ways_left(const struct ways *w)
{
	size_t n = 0;

	for (size_t i = 0; i < WAYS_MAX; i++)
		n += w->way[i].send == NULL;
	return n;
}

bool
ways_busy(const struct ways *w)
{
	return ways_left(w) < WAYS_MAX;
}

size_t
ways_left_to(const struct ways *w, const char *gateway)
{
	size_t most = bad_find(w, gateway) < WAYS_BAD_MAX ? WAYS_BAD :
	    WAYS_EACH;
	size_t n = 0;

	for (size_t i = 0; i < WAYS_MAX; i++)
		n += w->way[i].send != NULL &&
		    strcmp(w->way[i].gateway, gateway) == 0;
	return n < most ? most - n : 0;
}

bool
ways_has(const struct ways *w, int64_t pusher)
{
	for (size_t i = 0; i < WAYS_MAX; i++)
		if (w->way[i].send != NULL &&
		    w->way[i].send->pusher == pusher)
			return true;
	return false;
}

/* ------------------------------------------------------------------ asking */

static void *
ask(void *arg)
{
	struct way *way = arg;
	uint64_t one = 1;
	int bell = way->bell;

	push_run(way->send);
	atomic_store(&way->answered, true);
	if (write(bell, &one, sizeof(one)) < 0)
		log_warn("push: nobody hears that a gateway answered");
	return NULL;
}

bool
ways_ask(struct ways *w, struct push_send *send, const char *gateway)
{
	struct way *way = find_free(w);

	way->send = send;
	way->end = PUSH_ASKED;
	way->bell = w->bell;
	atomic_store(&way->answered, false);
	snprintf(way->gateway, sizeof(way->gateway), "%s", gateway);
	send->http.keep = !send->mails;
	send->http.line = line_take(w, gateway);
	if (thread_start(ask, way))
		return true;
	line_keep(w, gateway, send->http.line);
	way->send = NULL;
	return false;
}

/* ----------------------------------------------------------- who answered */

static void
log_failure(const struct way *way, struct arena *mem)
{
	const struct push_send *send = way->send;

	log_info("push %s%s: %s; again in %lld s",
	    send->mails ? "by mail" : "gateway ",
	    send->mails ? "" : way->gateway, push_fault(mem, send),
	    (long long)push_pause(send->failures) / 1000);
}

static void
judge(struct ways *w, struct way *way, struct arena *mem)
{
	bool bad;

	way->end = push_judge(mem, way->send);
	bad = way->end == PUSH_FAILED || way->end == PUSH_REFUSED;
	bad_set(w, way->gateway, bad);
	if (bad)
		log_failure(way, mem);
	if (way->end == PUSH_REJECTED)
		log_info("push gateway %s rejects a pushkey; its pusher goes",
		    way->gateway);
}

size_t
ways_answered(struct ways *w, struct arena *mem, struct way_end list[WAYS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < WAYS_MAX; i++) {
		struct way *way = &w->way[i];

		if (way->send == NULL || !atomic_load(&way->answered))
			continue;
		if (way->end == PUSH_ASKED)
			judge(w, way, mem);
		list[n++] = (struct way_end){ way->send, way->end };
	}
	return n;
}

void
ways_forget(struct ways *w)
{
	for (size_t i = 0; i < WAYS_MAX; i++) {
		struct way *way = &w->way[i];

		if (way->send != NULL && way->end != PUSH_ASKED) {
			line_keep(w, way->gateway, way->send->http.line);
			free(way->send);
			way->send = NULL;
		}
	}
}

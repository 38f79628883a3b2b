/* housekeeper-services.c - see housekeeper-services.h. */
#include "housekeeper-services.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "matrix/presence.h"
#include "matrix/service.h"
#include "matrix/service_ask.h"
#include "matrix/typing.h"
#include "store/bell.h"
#include "store/lock.h"

#define SECOND		1000000LL	/* us */
#define REST		(SECOND / 100)	/* between two turns, for others */
#define NET_MS		60000		/* look anyway */
#define TROUBLE_MS	1000		/* the store failed */
#define CLOSE_US	(2 * SECOND)
#define STIR_MS		100		/* what is over waits no longer */
#define TELL_MS		60000		/* a transaction may take so long */

struct telling {
	struct service	 service;
	struct http	*http;		/* NULL: it is not being asked */
	char		*body;
	int64_t		 txn;
	int64_t		 failures;	/* before */
	int		 bell;
	atomic_bool	 answered;	/* the thread is done with it */
};
struct services {
	struct store	*store;
	struct lock	*lock;
	bool		 ours;		/* the lock is */
	bool		 tidy;		/* nothing is left of old ones */
	struct telling	*list;
	size_t		 n;
	int		 bell;		/* eventfd: somebody has answered */
	int		 changes, soon;	/* bells, or -1 */
	int64_t		 turned;	/* us: when the last turn ended */
	int64_t		 look_at;
};

/* ------------------------------------------------------------------ asking */

static void *
ask(void *arg)
{
	struct telling *t = arg;
	uint64_t one = 1;
	char path[64];
	int bell = t->bell;

	snprintf(path, sizeof(path), "/transactions/%lld", (long long)t->txn);
	service_ask(t->service.as, t->http, path);
	atomic_store(&t->answered, true);
	if (write(bell, &one, sizeof(one)) < 0)
		log_warn("appservice: nobody hears that one answered");
	return NULL;
}

static void
forget(struct telling *t)
{
	free(t->http);
	free(t->body);
	t->http = NULL;
	t->body = NULL;
}

static bool
tell(struct services *s, struct telling *t, const struct service_txn *txn)
{
	struct http *h = calloc(1, sizeof(*h));

	t->body = malloc(txn->body.n + 1);
	if (h == NULL || t->body == NULL)
		abort();
	memcpy(t->body, txn->body.s, txn->body.n);
	h->conf = s->store->conf;
	h->ms = TELL_MS;
	h->long_sent = (struct span){ t->body, txn->body.n };
	strcpy(h->method, "PUT");
	t->http = h;
	t->txn = txn->id;
	t->failures = txn->failures;
	t->bell = s->bell;
	atomic_store(&t->answered, false);
	if (thread_start(ask, t))
		return true;
	log_warn("appservice: no thread to ask one in");
	forget(t);
	return false;
}

/* ------------------------------------------------------------- who answered */

static void
log_failure(const struct telling *t)
{
	const struct http *h = t->http;
	const char *id = t->service.as->id;
	long long pause = service_pause(t->failures) / 1000;

	if (h->status != 0)
		log_info("appservice %s: status %d; again in %lld s", id,
		    h->status, pause);
	else
		log_info("appservice %s: %s; again in %lld s", id, h->error,
		    pause);
}

/* False: it could not be written down, and is tried again. */
static bool
collect(struct telling *t)
{
	bool taken;

	if (t->http == NULL || !atomic_load(&t->answered))
		return true;
	taken = t->http->status >= 200 && t->http->status < 300;
	if (!service_settle(&t->service, taken))
		return false;
	if (!taken)
		log_failure(t);
	forget(t);
	return true;
}

/* ------------------------------------------------------------------ a turn */

static bool
is_ours(struct services *s)
{
	if (!s->ours)
		s->ours = lock_try(s->lock);
	return s->ours;
}

/* What is over changes what is told; in how many ms is more of it? */
static int64_t
end_volatile(const struct service *s)
{
	struct store *store = s->store;
	int64_t now = clock_now_ms(), ms = NET_MS;
	int64_t typing = typing_settle(store->vol, now);
	int64_t presence = presence_settle(&(struct presence_owner){
		.vol = store->vol, .conf = store->conf, .now = now });

	if (db_int(store->vol, 0, STMT_VOLATILE_LAST) > s->heard)
		return 0;
	if (typing != -1 && typing - now < ms)
		ms = typing - now;
	if (presence != -1 && presence - now < ms)
		ms = presence - now;
	return ms > STIR_MS ? ms : STIR_MS;
}

/* In how many ms is there more to do for it? */
static int64_t
go_on(struct services *s, struct telling *t)
{
	struct service_txn txn;
	int64_t left;

	if (!collect(t))
		return TROUBLE_MS;
	if (t->http != NULL)
		return NET_MS;
	switch (service_step(&t->service, &txn)) {
	case SERVICE_TELLS:
		return tell(s, t, &txn) ? NET_MS : TROUBLE_MS;
	case SERVICE_WAITS:
		left = txn.until - clock_now_ms();
		return left > 0 ? left : 0;
	case SERVICE_AGAIN:
		return 0;
	case SERVICE_QUIET:
		return t->service.as->receive_ephemeral ?
		    end_volatile(&t->service) : NET_MS;
	case SERVICE_LATER:
		break;
	}
	return TROUBLE_MS;
}

static int64_t
tidy(struct services *s)
{
	switch (services_tidy(s->store)) {
	case SERVICE_QUIET:
		s->tidy = true;
		return NET_MS;
	case SERVICE_AGAIN:
		return 0;
	default:
		return TROUBLE_MS;
	}
}

static int64_t
turn(struct services *s)
{
	int64_t soonest = NET_MS, ms;

	if (s->n == 0 && s->tidy)
		return NET_MS;
	if (!is_ours(s))
		return s->n == 0 ? NET_MS : TROUBLE_MS;
	if (!s->tidy)
		soonest = tidy(s);
	for (size_t i = 0; i < s->n; i++)
		if ((ms = go_on(s, &s->list[i])) < soonest)
			soonest = ms;
	return soonest;
}

void
services_turn(struct services *s)
{
	struct arena *mem = arena_new();
	struct arena *before = db_arena(s->store->main, mem);
	struct arena *vol_before = db_arena(s->store->vol, mem);
	int64_t us = turn(s) * 1000;

	db_arena(s->store->main, before);
	db_arena(s->store->vol, vol_before);
	arena_free(mem);
	s->turned = clock_mono_us();
	s->look_at = s->turned + (us > REST ? us : REST);
}

void
services_listen(struct services *s)
{
	uint64_t n;
	bool rang = read(s->bell, &n, sizeof(n)) > 0;

	if (s->changes >= 0)
		rang |= bell_answer(s->changes);
	if (s->soon >= 0)
		rang |= bell_answer(s->soon);
	if (rang && s->look_at > s->turned + REST)
		s->look_at = s->turned + REST;
}

int64_t
services_look_at(const struct services *s)
{
	return s->look_at;
}

bool
services_busy(const struct services *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->list[i].http != NULL)
			return true;
	return s->look_at <= s->turned + REST;
}

void
services_fds(const struct services *s, int fd[SERVICES_FDS])
{
	fd[0] = s->bell;
	fd[1] = s->changes;
	fd[2] = s->soon;
}

/* ------------------------------------------------------------ from and to */

static void
listen_to(struct services *s)
{
	bool ephemeral = false;

	for (size_t i = 0; i < s->n; i++)
		ephemeral |= s->list[i].service.as->receive_ephemeral;
	s->changes = s->n > 0 ? bell_listen(s->store->bell, BELL_CHANGES) : -1;
	s->soon = ephemeral ? bell_listen(s->store->bell, BELL_SOON) : -1;
}

static void
list_all(struct services *s)
{
	const struct appservice *as = s->store->conf->appservices;
	size_t n = 0;

	for (; as != NULL; as = as->next)
		n += as->url != NULL;
	if ((s->list = calloc(n + 1, sizeof(*s->list))) == NULL)
		abort();
	for (as = s->store->conf->appservices; as != NULL; as = as->next)
		if (as->url != NULL)
			s->list[s->n++].service = (struct service){
				.store = s->store, .as = as };
}

struct services *
services_open(struct store *store)
{
	struct services *s = calloc(1, sizeof(*s));
	char path[4096];

	if (s == NULL)
		abort();
	snprintf(path, sizeof(path), "%s/appservice.lock",
	    store->conf->data_dir);
	s->store = store;
	s->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	s->lock = lock_open(path);
	if (s->lock == NULL || s->bell < 0) {
		lock_close(s->lock);
		free(s);
		return NULL;
	}
	list_all(s);
	listen_to(s);
	return s;
}

static bool
all_are_done(struct services *s)
{
	bool done = true;

	for (size_t i = 0; i < s->n; i++)
		done &= collect(&s->list[i]) && s->list[i].http == NULL;
	return done;
}

static bool
wait_for_answers(struct services *s)
{
	int64_t until = clock_mono_us() + CLOSE_US, left;
	struct pollfd fd = { .fd = s->bell, .events = POLLIN };
	uint64_t n;

	while (!all_are_done(s)) {
		if ((left = until - clock_mono_us()) <= 0)
			return false;
		poll(&fd, 1, (int)(left / 1000) + 1);
		if (read(s->bell, &n, sizeof(n)) < 0 && errno != EAGAIN)
			return false;
	}
	return true;
}

bool
services_close(struct services *s)
{
	struct arena *mem = arena_new();
	struct arena *before = db_arena(s->store->main, mem);
	bool done = wait_for_answers(s);

	db_arena(s->store->main, before);
	arena_free(mem);
	if (s->changes >= 0)
		bell_leave(s->store->bell, s->changes);
	if (s->soon >= 0)
		bell_leave(s->store->bell, s->soon);
	if (!done)
		return false;
	lock_close(s->lock);
	close(s->bell);
	free(s->list);
	free(s);
	return true;
}

/* housekeeper-push.c - see housekeeper-push.h. */
#include "housekeeper-push.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "housekeeper-ways.h"
#include "matrix/push_unread.h"
#include "matrix/push_walk.h"
#include "store/bell.h"
#include "store/lock.h"

#define SECOND		1000000LL	/* us */
#define REST		(SECOND / 100)	/* between two turns, for others */
#define NET_MS		60000		/* look anyway */
#define TROUBLE_MS	1000		/* the store failed */
#define LOCK_MS		2000
#define CLOSE_US	(2 * SECOND)
#define GATEWAYS_MAX	1000		/* looked at in a turn */
#define VERDICTS_MAX	100		/* without asking anybody */

struct pushing {
	struct store	*store;
	struct lock	*lock;
	bool		 ours;		/* the lock is */
	struct push_walk walk;
	struct ways	*ways;
	struct badges	*badges;
	int		 bell;		/* -1 while there are no pushers */
	char		 last[PUSHER_URL_MAX + 1];	/* gateway that had its turn */
	int64_t		 turned;	/* us: when the last turn ended */
	int64_t		 look_at;
};

/* ---------------------------------------------------------- what came of it */

static bool
begin_write(struct pushing *p)
{
	if (!lock_wait(p->store->lock, LOCK_MS))
		return false;
	if (db_begin(p->store->main, TX_WRITE))
		return true;
	lock_release(p->store->lock);
	return false;
}

static bool
end_write(struct pushing *p)
{
	bool kept = db_commit(p->store->main);

	lock_release(p->store->lock);
	if (kept)
		store_ring(p->store, store_bells(p->store));
	return kept;
}

static bool
settle(struct pushing *p, const struct way_end *list, size_t n)
{
	int64_t now = clock_now_ms();

	if (n == 0)
		return true;
	if (!begin_write(p))
		return false;
	for (size_t i = 0; i < n; i++)
		push_settle(p->store->main, list[i].send, list[i].end, now);
	return end_write(p);
}

/* False: it could not be written down, and is tried again. */
static bool
collect(struct pushing *p, struct arena *mem)
{
	struct way_end list[WAYS_MAX];

	if (!settle(p, list, ways_answered(p->ways, mem, list)))
		return false;
	ways_forget(p->ways);
	return true;
}

/* -------------------------------------------------------------- what is due */

struct start {
	struct pushing	*pushing;
	struct db	*db;
	struct arena	*mem;
	int64_t		 now;		/* ms since 1970 */
	int64_t		 soonest;	/* when to look again */
	size_t		 n;		/* of those who need not be asked */
	struct way_end	 verdict[VERDICTS_MAX];
};

static bool
is_full(const struct start *s)
{
	return s->n == VERDICTS_MAX || ways_left(s->pushing->ways) == 0;
}

/* True: somebody is asked. */
static bool
start_one(struct start *s, const char *gateway, int64_t pusher)
{
	struct push_send *send = calloc(1, sizeof(*send));
	enum push_end end;

	if (send == NULL)
		abort();
	end = push_compose(s->pushing->store, s->pushing->badges, s->mem,
	    pusher, s->now, send);
	if (end != PUSH_ASKED) {
		if (end == PUSH_REJECTED)
			log_info("push by mail: an address is its user's no "
			    "more; its pusher goes");
		s->verdict[s->n++] = (struct way_end){ send, end };
		return false;
	}
	if (ways_ask(s->pushing->ways, send, gateway))
		return true;
	log_warn("push: no thread to ask a gateway in");
	s->soonest = s->now + TROUBLE_MS;
	free(send);
	return false;
}

/* Those that are asked already come first, as they have been due longest. */
static void
start_gateway(struct start *s, const char *gateway)
{
	struct ways *ways = s->pushing->ways;
	size_t left = ways_left_to(ways, gateway);
	struct rows rows;

	if (left == 0)
		return;
	rows = db_query(s->db, STMT_PUSH_DUE, DB_TEXT(gateway),
	    DB_INT(WAYS_EACH + VERDICTS_MAX));
	while (left > 0 && !is_full(s) && rows_next(&rows)) {
		int64_t pusher = rows_int(&rows, 0), due = rows_int(&rows, 1);

		if (due > s->now) {
			if (due < s->soonest)
				s->soonest = due;
			break;
		}
		if (!ways_has(ways, pusher))
			left -= start_one(s, gateway, pusher);
	}
	rows_done(&rows);
}

/* The next behind that one, or the first; NULL: there is none. */
static const char *
gateway_behind(struct start *s, const char *after)
{
	struct rows rows = db_query(s->db, STMT_PUSH_GATEWAY, DB_TEXT(after));
	const char *gateway = rows_next(&rows) ? rows_text(&rows, 0) : NULL;

	rows_done(&rows);
	if (gateway != NULL || *after == '\0')
		return gateway;
	return gateway_behind(s, "");
}

/* In turn, so that many pushers of one hold up no other. */
static void
start_all(struct start *s)
{
	char *last = s->pushing->last;
	const char *gateway, *first = NULL;

	for (int i = 0; i < GATEWAYS_MAX; i++) {
		/* Whoever answers wakes us. */
		if (is_full(s))
			return;
		gateway = gateway_behind(s, last);
		if (gateway == NULL ||
		    (first != NULL && strcmp(gateway, first) == 0))
			return;
		if (first == NULL)
			first = gateway;
		start_gateway(s, gateway);
		snprintf(last, sizeof(s->pushing->last), "%s", gateway);
	}
	s->soonest = s->now;
}

/* In how many ms is there more to do? */
static int64_t
start(struct pushing *p, struct arena *mem)
{
	struct start *s = arena_alloc(mem, sizeof(*s));
	bool good;

	s->pushing = p;
	s->db = p->store->main;
	s->mem = mem;
	s->now = clock_now_ms();
	s->soonest = s->now + NET_MS;
	if (!db_begin(s->db, TX_READ))
		return TROUBLE_MS;
	start_all(s);
	good = db_commit(s->db) && settle(p, s->verdict, s->n);
	if (s->n > 0)
		s->soonest = s->now;
	for (size_t i = 0; i < s->n; i++)
		free(s->verdict[i].send);
	return good ? s->soonest - s->now : TROUBLE_MS;
}

/* ------------------------------------------------------------------ a turn */

/* While there are no pushers nobody wakes us for what they would tell. */
static bool
is_wanted(struct pushing *p)
{
	bool any = true;

	if (db_begin(p->store->main, TX_READ)) {
		any = db_int(p->store->main, 0, STMT_PUSHER_ANY) != 0;
		db_commit(p->store->main);
	}
	if (any && p->bell < 0)
		p->bell = bell_listen(p->store->bell, BELL_PUSHES);
	if (!any && p->bell >= 0) {
		bell_leave(p->store->bell, p->bell);
		p->bell = -1;
	}
	return any;
}

static bool
is_ours(struct pushing *p)
{
	if (!p->ours)
		p->ours = lock_try(p->lock);
	return p->ours;
}

static int64_t
turn(struct pushing *p, struct arena *mem)
{
	enum push_walked walked;
	int64_t more;

	if (!collect(p, mem))
		return TROUBLE_MS;
	if (!is_wanted(p) || !is_ours(p))
		return NET_MS;
	walked = push_walk(&p->walk);
	more = start(p, mem);
	if (walked == PUSH_WALK_ON)
		return 0;
	return walked == PUSH_WALK_LATER && more > TROUBLE_MS ? TROUBLE_MS :
	    more;
}

void
pushing_turn(struct pushing *p)
{
	struct arena *mem = arena_new();
	struct arena *before = db_arena(p->store->main, mem);
	int64_t us = turn(p, mem) * 1000;

	db_arena(p->store->main, before);
	arena_free(mem);
	p->turned = clock_mono_us();
	ways_rest(p->ways, p->turned);
	p->look_at = p->turned + (us > REST ? us : REST);
}

void
pushing_call(struct pushing *p)
{
	if (p->look_at > p->turned + REST)
		p->look_at = p->turned + REST;
}

void
pushing_listen(struct pushing *p)
{
	if (p->bell >= 0 && bell_answer(p->bell))
		pushing_call(p);
	if (ways_rang(p->ways))
		pushing_call(p);
}

int64_t
pushing_look_at(const struct pushing *p)
{
	return p->look_at;
}

bool
pushing_busy(const struct pushing *p)
{
	return ways_busy(p->ways) || p->look_at <= p->turned + REST;
}

int
pushing_fd(const struct pushing *p)
{
	return ways_fd(p->ways);
}

int
pushing_bell(const struct pushing *p)
{
	return p->bell;
}

/* ------------------------------------------------------------ from and to */

struct pushing *
pushing_open(struct store *store)
{
	struct pushing *p = calloc(1, sizeof(*p));
	char path[4096];

	if (p == NULL)
		abort();
	snprintf(path, sizeof(path), "%s/push.lock", store->conf->data_dir);
	p->store = store;
	p->walk.store = store;
	p->bell = -1;
	p->badges = badges_new();
	p->lock = lock_open(path);
	if (p->lock != NULL && (p->ways = ways_open()) != NULL)
		return p;
	lock_close(p->lock);
	badges_free(p->badges);
	free(p);
	return NULL;
}

static void
wait_for_answers(struct pushing *p)
{
	int64_t until = clock_mono_us() + CLOSE_US, left;
	struct pollfd fd = { .fd = ways_fd(p->ways), .events = POLLIN };
	struct arena *mem = arena_new();

	while (ways_busy(p->ways) && (left = until - clock_mono_us()) > 0) {
		poll(&fd, 1, (int)(left / 1000) + 1);
		ways_rang(p->ways);
		if (!collect(p, mem))
			break;
	}
	arena_free(mem);
}

bool
pushing_close(struct pushing *p)
{
	wait_for_answers(p);
	if (p->bell >= 0)
		bell_leave(p->store->bell, p->bell);
	if (!ways_close(p->ways))
		return false;
	lock_close(p->lock);
	badges_free(p->badges);
	free(p);
	return true;
}

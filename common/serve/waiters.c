/* waiters.c - see waiters.h. */
#include <stdlib.h>
#include <string.h>

#include "serve/conn.h"
#include "serve/life.h"
#include "serve/waiters.h"

/*
 * Woken together.  Crowds take turns, so that one of ten thousand does not
 * hold up the two who have another room to themselves.
 */
struct crowd {
	struct crowd	*next;
	struct waiter	*first, **last;
	size_t		 n;
};
#define CROWD_SMALL	64		/* and need not be held back */

struct waiter {
	struct waiter	*next, **prev;		/* of the same slot of users */
	struct waiter	*woken_next, **woken_prev;	/* prev NULL: not woken */
	struct crowd	*crowd;			/* when woken */
	struct conn	*conn;			/* NULL: as CGI */
	const struct route *route;
	int64_t		 user;			/* or what park_for() was given */
	struct bearer	 bearer;
	int64_t		 until;
	int64_t		 began_us;
	uint32_t	 heap_at;
	uint16_t	 size;			/* of state */
	uint8_t		 api;
	bool		 last_call;
	char		 state[];
};

static struct waiter **slots;			/* by user */
static size_t slot_count;			/* a power of 2, or 0 */
static struct waiter **heap;			/* by deadline */
static size_t heap_size, heap_cap;
static struct crowd *crowds, **crowds_last = &crowds;	/* in turn */
static struct crowd *gathering;		/* whoever is woken now joins it */
static size_t woken_count;
static size_t allowed = SIZE_MAX;	/* of large crowds, by now */

/* ------------------------------------------------------- by deadline */

static void
heap_put(size_t at, struct waiter *w)
{
	heap[at] = w;
	w->heap_at = (uint32_t)at;
}

static void
sift_up(size_t at, struct waiter *w)
{
	for (; at > 0 && heap[(at - 1) / 2]->until > w->until; at = (at - 1) / 2)
		heap_put(at, heap[(at - 1) / 2]);
	heap_put(at, w);
}

static void
sift_down(size_t at, struct waiter *w)
{
	size_t child;

	for (; (child = 2 * at + 1) < heap_size; at = child) {
		if (child + 1 < heap_size &&
		    heap[child + 1]->until < heap[child]->until)
			child++;
		if (heap[child]->until >= w->until)
			break;
		heap_put(at, heap[child]);
	}
	heap_put(at, w);
}

static void
heap_add(struct waiter *w)
{
	if (heap_size == heap_cap) {
		heap_cap = heap_cap ? 2 * heap_cap : 16;
		heap = realloc(heap, heap_cap * sizeof(*heap));
		if (heap == NULL)
			abort();
	}
	sift_up(heap_size++, w);
}

static void
heap_remove(struct waiter *w)
{
	size_t at = w->heap_at;
	struct waiter *last = heap[--heap_size];

	if (last == w)
		return;
	if (last->until < w->until)
		sift_up(at, last);
	else
		sift_down(at, last);
}

/* ----------------------------------------------------------- by user */

static struct waiter **
slot_of(int64_t user)
{
	uint64_t h = (uint64_t)user * UINT64_C(0x9e3779b97f4a7c15);

	return &slots[(h >> 32) & (slot_count - 1)];
}

static void
slot_add(struct waiter *w)
{
	struct waiter **slot = slot_of(w->user);

	if ((w->next = *slot) != NULL)
		w->next->prev = &w->next;
	w->prev = slot;
	*slot = w;
}

/* As many slots as waiters, so that a chain is short. */
static void
slots_grow(void)
{
	struct waiter **old = slots;
	size_t count = slot_count;

	slot_count = count ? 2 * count : 64;
	if ((slots = calloc(slot_count, sizeof(*slots))) == NULL)
		abort();
	for (size_t i = 0; i < count; i++)
		for (struct waiter *w = old[i], *next; w != NULL; w = next) {
			next = w->next;
			slot_add(w);
		}
	free(old);
}

/* ------------------------------------------------------------- waking */

static struct crowd *
crowd_add(void)
{
	struct crowd *c = calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	c->last = &c->first;
	*crowds_last = c;
	crowds_last = &c->next;
	return c;
}

/* Whose turn it is goes behind the others, or away when nobody is left of it. */
static void
crowd_turn(void)
{
	struct crowd *c = crowds;

	if ((crowds = c->next) == NULL)
		crowds_last = &crowds;
	c->next = NULL;
	if (c->first == NULL) {
		if (c == gathering)
			gathering = NULL;
		free(c);
		return;
	}
	*crowds_last = c;
	crowds_last = &c->next;
}

static void
wake(struct waiter *w, bool last_call)
{
	w->last_call |= last_call;
	if (w->woken_prev != NULL)
		return;
	if (gathering == NULL)
		gathering = crowd_add();
	w->crowd = gathering;
	w->woken_next = NULL;
	w->woken_prev = gathering->last;
	*gathering->last = w;
	gathering->last = &w->woken_next;
	gathering->n++;
	woken_count++;
}

static void
unwake(struct waiter *w)
{
	if (w->woken_prev == NULL)
		return;
	if (w->woken_next != NULL)
		w->woken_next->woken_prev = w->woken_prev;
	else
		w->crowd->last = w->woken_prev;
	*w->woken_prev = w->woken_next;
	w->crowd->n--;
	woken_count--;
}

void
wake_apart(void)
{
	gathering = NULL;
}

void
wake_user(int64_t user)
{
	if (slot_count == 0)
		return;
	for (struct waiter *w = *slot_of(user); w != NULL; w = w->next)
		if (w->user == user)
			wake(w, false);
}

/* A user on several clients is counted once for each: close enough to choose by. */
size_t
waiting_users(void)
{
	return heap_size - woken_count;
}

void
waiting_each(void (*each)(int64_t user, void *), void *arg)
{
	for (size_t i = 0; i < heap_size; i++)
		if (heap[i]->woken_prev == NULL)
			each(heap[i]->user, arg);
}

/* ---------------------------------------------------------- in and out */

/* Those who wait for something else than news of a user have other bounds. */
static void
make_room(int64_t user, size_t most)
{
	struct waiter *oldest = NULL;
	size_t n = 0;

	if (user <= 0 || slot_count == 0)
		return;
	for (struct waiter *w = *slot_of(user); w != NULL; w = w->next) {
		if (w->user != user || w->woken_prev != NULL)
			continue;
		if (oldest == NULL || w->began_us < oldest->began_us)
			oldest = w;
		n++;
	}
	if (n < most)
		return;
	wake_apart();
	wake(oldest, true);
}

struct waiter *
waiter_add(const struct life *l)
{
	struct waiter *w = calloc(1, sizeof(*w) + l->park_size);

	if (w == NULL)
		abort();
	make_room(l->park_key, l->r.conf->user_waiters);
	*w = (struct waiter){
		.conn = l->conn, .route = l->r.route, .user = l->park_key,
		.bearer = caller_bearer(l), .until = l->park_until,
		.began_us = l->began_us, .size = (uint16_t)l->park_size,
		.api = (uint8_t)l->r.api
	};
	memcpy(w->state, l->park_state, l->park_size);
	if (heap_size >= slot_count)
		slots_grow();
	slot_add(w);
	heap_add(w);
	return w;
}

void
waiter_remove(struct waiter *w)
{
	if (w->next != NULL)
		w->next->prev = w->prev;
	*w->prev = w->next;
	heap_remove(w);
	unwake(w);
	free(w);
}

int64_t
waiters_deadline(void)
{
	return heap_size > 0 ? heap[0]->until : -1;
}

size_t
waiters_count(void)
{
	return heap_size;
}

static void
expire_from(size_t at, int64_t now)
{
	if (at >= heap_size || heap[at]->until > now)
		return;
	wake(heap[at], true);
	expire_from(2 * at + 1, now);
	expire_from(2 * at + 2, now);
}

void
waiters_expire(int64_t now)
{
	wake_apart();
	expire_from(0, now);
}

void
waiters_dismiss(size_t stay)
{
	for (size_t i = 0; heap_size - woken_count > stay; i++)
		wake(heap[i], true);
}

void
waiters_allow(size_t n)
{
	allowed = n;
}

static bool
has_turn(const struct crowd *c)
{
	return c->n > 0 && (c->n <= CROWD_SMALL || allowed > 0);
}

bool
waiters_woken(void)
{
	for (const struct crowd *c = crowds; c != NULL; c = c->next)
		if (has_turn(c))
			return true;
	return false;
}

bool
waiters_held_back(void)
{
	return woken_count > 0 && !waiters_woken();
}

/* The first of the crowd whose turn it is; NULL: all are held back. */
static struct waiter *
next_woken(void)
{
	if (!waiters_woken())
		return NULL;
	while (!has_turn(crowds))
		crowd_turn();
	if (crowds->n > CROWD_SMALL)
		allowed--;
	return crowds->first;
}

void
waiters_take(struct store *store, size_t max, struct lives *list)
{
	struct waiter *w;

	for (; max > 0 && (w = next_woken()) != NULL; max--) {
		struct life *l = life_new(store);

		life_resume(l, w->route, (enum api)w->api, &w->bearer,
		    w->state, w->size, w->last_call);
		l->began_us = w->began_us;
		if (w->conn != NULL)
			conn_resume(w->conn, l);
		waiter_remove(w);
		crowd_turn();
		lives_add(list, l);
	}
}

/*
 * conn.c - which connections there are, what they hold, when they are due, and
 * their end.  See conn.h and conn-inner.h.
 */
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "serve/conn-inner.h"
#include "serve/jobs.h"
#include "serve/life.h"
#include "serve/waiters.h"

struct conns conns = { .resting.after_ms = -1, .era = 1 };

void
conns_open(struct store *s, int epfd)
{
	conns.store = s;
	conns.epfd = epfd;
	conns.receiving.after_ms = s->conf->receive_ms;
	conns.sending.after_ms = s->conf->send_ms;
}

/* ------------------------------------------------------------ deadlines */

static void
due_leave(struct conn *c)
{
	struct due *d = c->due;

	if (d == NULL)
		return;
	*(c->prev ? &c->prev->next : &d->first) = c->next;
	*(c->next ? &c->next->prev : &d->last) = c->prev;
	c->due = NULL;
}

void
conn_due(struct conn *c, struct due *d)
{
	due_leave(c);
	c->due = d;
	c->deadline = d->after_ms == -1 ? INT64_MAX :
	    clock_mono_us() / 1000 + d->after_ms;
	c->next = NULL;
	c->prev = d->last;
	*(d->last ? &d->last->next : &d->first) = c;
	d->last = c;
}

/* -------------------------------------------------------------- memory */

size_t
conns_count(void)
{
	return conns.n;
}

bool
conns_full(void)
{
	return conns.held > 2 * conns.store->conf->memory_max;
}

void
conn_account(struct conn *c)
{
	size_t in = fcgi_in_held(&c->in);
	size_t now = (in > c->body ? in : c->body) + c->out_len - c->out_off +
	    (c->life ? life_size(c->life) : 0);

	conns.held = conns.held - c->held + now;
	c->held = now;
}

/* --------------------------------------------------------------- closing */

/* Whoever has the request lets go of it. */
static void
drop_request(struct conn *c)
{
	struct life *l = c->life;

	if (c->waiter != NULL)
		waiter_remove(c->waiter);
	c->waiter = NULL;
	c->life = NULL;
	if (l == NULL)
		return;
	l->conn = NULL;
	if (l->place == PLACE_JOB)
		jobs_forget(l);
	if (l->place != PLACE_QUEUE)
		life_free(l);
}

void
conn_close(struct conn *c)
{
	if (c->dead)
		return;
	c->dead = true;
	conns.n--;
	conn_taken(c);
	drop_request(c);
	due_leave(c);
	if (c->file != NULL)
		file_close(c->file);
	free(c->file);
	c->file = NULL;
	free(c->out);
	c->out = NULL;
	c->out_len = c->out_off = 0;
	fcgi_in_reset(&c->in);
	c->body = 0;
	conn_account(c);
	/*
	 * close(2) alone ends no watch while a process that is just being
	 * started has the descriptor, too.
	 */
	epoll_ctl(conns.epfd, EPOLL_CTL_DEL, c->fd, NULL);
	close(c->fd);
	c->dead_next = conns.dead;
	conns.dead = c;
}

void
conns_bury(void)
{
	while (conns.dead != NULL) {
		struct conn *c = conns.dead;

		conns.dead = c->dead_next;
		free(c);
	}
}

void
conns_let_go(void)
{
	conns.letting_go = true;
}

size_t
conns_busy(void)
{
	const struct due *const all[] = {
		&conns.receiving, &conns.sending, &conns.resting
	};
	size_t n = 0;

	for (size_t i = 0; i < 3; i++)
		for (const struct conn *c = all[i]->first; c; c = c->next)
			n += c->in.active;
	return n;
}

void
conns_end(void)
{
	struct due *const all[] = {
		&conns.receiving, &conns.sending, &conns.resting
	};

	for (size_t i = 0; i < 3; i++)
		while (all[i]->first != NULL)
			conn_close(all[i]->first);
	conns_bury();
}

/* ------------------------------------------------------ how far they are */

void
conn_untaken(struct conn *c)
{
	if (conns.untaken == 0)
		conns.taken_at = clock_mono_us() / 1000;
	conns.untaken += c->untaken != conns.era;
	c->untaken = conns.era;
}

void
conn_taken(struct conn *c)
{
	if (c->untaken != conns.era)
		return;
	c->untaken = 0;
	conns.untaken--;
	conns.taken_at = clock_mono_us() / 1000;
}

size_t
conns_untaken(int64_t mono_ms)
{
	if (conns.untaken > 0 && mono_ms - conns.taken_at > TAKEN_MS) {
		conns.era++;
		conns.untaken = 0;
	}
	return conns.untaken;
}

int64_t
conns_expire(int64_t now)
{
	struct due *const both[] = { &conns.receiving, &conns.sending };
	int64_t next = -1;

	for (size_t i = 0; i < 2; i++) {
		while (both[i]->first && both[i]->first->deadline <= now)
			conn_close(both[i]->first);
		if (both[i]->first &&
		    (next == -1 || both[i]->first->deadline < next))
			next = both[i]->first->deadline;
	}
	return next;
}

/* --------------------------------------------------------------- waiting */

void
conn_park(struct life *l)
{
	struct conn *c = l->conn;

	if (c != NULL) {
		c->waiter = waiter_add(l);
		c->life = NULL;
		conn_account(c);
	}
	life_free(l);
}

void
conn_keep(struct life *l)
{
	if (l->conn != NULL)
		conn_account(l->conn);
}

void
conn_resume(struct conn *c, struct life *l)
{
	c->waiter = NULL;
	c->life = l;
	l->conn = c;
	l->place = PLACE_QUEUE;
}

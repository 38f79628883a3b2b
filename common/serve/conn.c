/* conn.c - see conn.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <fastcgi.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "serve/conn.h"
#include "serve/fcgi_in.h"
#include "serve/jobs.h"
#include "serve/life.h"
#include "serve/waiters.h"

#define RECORD_MAX	65528	/* content of one record: a multiple of 8 */
#define BODY_LITTLE	16384	/* bytes; see has_room() */

/* A row of connections with the same time-out: the first is due first. */
struct due {
	struct conn	*first, *last;
	int64_t		 after_ms;	/* -1: never */
};

struct conn {
	int		 fd;
	bool		 dead;
	bool		 want_write;	/* epoll watches for room */
	bool		 answered;	/* the answer is out or on its way */
	struct fcgi_in	 in;
	char		*out;		/* records not yet taken */
	size_t		 out_len, out_off;
	size_t		 body;		/* that is to come, at most */
	size_t		 held;		/* what it counts for in the budget */
	struct life	*life;		/* its request, from head to answer */
	struct waiter	*waiter;	/* its request, parked */
	struct due	*due;
	struct conn	*next, *prev;	/* in due, always one of the three */
	int64_t		 deadline;
	struct conn	*dead_next;
};

static struct store *store;
static int epfd;
static struct due receiving, sending, resting = { .after_ms = -1 };
static struct conn *dead;
static size_t held;
static bool letting_go;

void
conns_open(struct store *s, int fd)
{
	store = s;
	epfd = fd;
	receiving.after_ms = s->conf->receive_ms;
	sending.after_ms = s->conf->send_ms;
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

static void
due_enter(struct conn *c, struct due *d)
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

/* Who does not take the answers is not asked for more to answer. */
static void
watch(struct conn *c)
{
	struct epoll_event e = {
		.events = EPOLLRDHUP | (c->want_write ? EPOLLOUT : EPOLLIN),
		.data.ptr = c
	};

	epoll_ctl(epfd, EPOLL_CTL_MOD, c->fd, &e);
}

static void
account(struct conn *c)
{
	size_t in = fcgi_in_held(&c->in);
	size_t now = (in > c->body ? in : c->body) + c->out_len - c->out_off +
	    (c->life ? life_size(c->life) : 0);

	held = held - c->held + now;
	c->held = now;
}

/*
 * A few who send long bodies slowly must not stop all others: above the limit
 * there is still room for little bodies, up to twice the limit.
 */
static bool
has_room(size_t body)
{
	size_t most = store->conf->memory_max;

	return held + body <= (body > BODY_LITTLE ? most : 2 * most);
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

static void
conn_close(struct conn *c)
{
	if (c->dead)
		return;
	c->dead = true;
	drop_request(c);
	due_leave(c);
	free(c->out);
	c->out = NULL;
	c->out_len = c->out_off = 0;
	fcgi_in_reset(&c->in);
	c->body = 0;
	account(c);
	close(c->fd);
	c->dead_next = dead;
	dead = c;
}

void
conns_bury(void)
{
	while (dead != NULL) {
		struct conn *c = dead;

		dead = c->dead_next;
		free(c);
	}
}

void
conns_let_go(void)
{
	letting_go = true;
}

size_t
conns_busy(void)
{
	const struct due *const all[] = { &receiving, &sending, &resting };
	size_t n = 0;

	for (size_t i = 0; i < 3; i++)
		for (const struct conn *c = all[i]->first; c; c = c->next)
			n += c->in.active;
	return n;
}

void
conns_end(void)
{
	struct due *const all[] = { &receiving, &sending, &resting };

	for (size_t i = 0; i < 3; i++)
		while (all[i]->first != NULL)
			conn_close(all[i]->first);
	conns_bury();
}

int64_t
conns_expire(int64_t now)
{
	struct due *const both[] = { &receiving, &sending };
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

/* --------------------------------------------------------------- sending */

static void
put_header(char *p, unsigned type, unsigned id, size_t len, size_t padding)
{
	p[0] = FCGI_VERSION_1;
	p[1] = (char)type;
	p[2] = (char)(id >> 8);
	p[3] = (char)id;
	p[4] = (char)(len >> 8);
	p[5] = (char)len;
	p[6] = (char)padding;
	p[7] = 0;
}

static char *
out_room(struct conn *c, size_t n)
{
	char *out = realloc(c->out, c->out_len + n);

	if (out == NULL)
		abort();
	c->out = out;
	out += c->out_len;
	memset(out, 0, n);
	c->out_len += n;
	return out;
}

/* protocol_status: how the request ended, for the web server. */
static void
put_end(struct conn *c, unsigned id, unsigned protocol_status)
{
	char *p = out_room(c, 16);

	put_header(p, FCGI_END_REQUEST, id, 8, 0);
	p[12] = (char)protocol_status;
}

static void
put_stdout(struct conn *c, struct span text)
{
	size_t records = (text.n + RECORD_MAX - 1) / RECORD_MAX;
	char *p = out_room(c, text.n + records * 8);

	while (text.n > 0) {
		size_t n = text.n < RECORD_MAX ? text.n : RECORD_MAX;

		put_header(p, FCGI_STDOUT, c->in.id, n, 0);
		memcpy(p + 8, text.s, n);
		p += 8 + n;
		text.s += n;
		text.n -= n;
	}
}

/*
 * The answer is out and the request is read to its end: the connection is
 * free.  It is not closed before, because closing a socket with unread bytes
 * takes the answer from the peer.
 */
static void
request_over(struct conn *c)
{
	bool keep = c->in.keep && !letting_go;

	c->answered = false;
	fcgi_in_reset(&c->in);
	due_enter(c, &resting);
	account(c);
	if (!keep)
		conn_close(c);
}

static void
flush(struct conn *c)
{
	while (c->out_off < c->out_len) {
		ssize_t n = send(c->fd, c->out + c->out_off,
		    c->out_len - c->out_off, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN) {
			conn_close(c);
			return;
		}
		if (n < 0) {
			if (c->due != &sending)
				due_enter(c, &sending);
			if (!c->want_write) {
				c->want_write = true;
				watch(c);
			}
			account(c);
			return;
		}
		c->out_off += (size_t)n;
		if (c->due == &sending)
			due_enter(c, &sending);
	}
	free(c->out);
	c->out = NULL;
	c->out_len = c->out_off = 0;
	if (c->want_write) {
		c->want_write = false;
		watch(c);
	}
	if (c->due == &sending)
		due_enter(c, &resting);
	account(c);
	if (c->answered && c->in.body_done)
		request_over(c);
	else if (c->in.active && !c->in.body_done && c->due == &resting)
		due_enter(c, &receiving);
}

/* Where long work goes, the web server sends the request itself. */
static struct span
redirect(struct life *l)
{
	return span_of(arena_printf(l->r.mem, "Status: 200 OK\r\n"
	    "X-Accel-Redirect: %s\r\n\r\n", l->elsewhere));
}

void
conn_answer(struct life *l)
{
	struct conn *c = l->conn;

	if (c == NULL) {
		life_free(l);
		return;
	}
	if (l->err == M_ELSEWHERE) {
		put_stdout(c, redirect(l));
	} else {
		put_stdout(c, life_response(l));
		put_stdout(c, buf_content(&l->body));
		life_log(l);
	}
	put_header(out_room(c, 8), FCGI_STDOUT, c->in.id, 0, 0);
	put_end(c, c->in.id, FCGI_REQUEST_COMPLETE);
	/*
	 * nginx does not use a connection again on which something follows the
	 * end, and so sends nothing more while it is being closed.
	 */
	if (letting_go)
		put_header(out_room(c, 8), FCGI_GET_VALUES_RESULT, 0, 0, 0);
	c->life = NULL;
	c->body = 0;
	c->answered = true;
	c->in.discard = true;
	life_free(l);
	flush(c);
}

void
conn_park(struct life *l)
{
	struct conn *c = l->conn;

	if (c != NULL) {
		c->waiter = waiter_add(l);
		c->life = NULL;
		account(c);
	}
	life_free(l);
}

void
conn_keep(struct life *l)
{
	if (l->conn != NULL)
		account(l->conn);
}

void
conn_resume(struct conn *c, struct life *l)
{
	c->waiter = NULL;
	c->life = l;
	l->conn = c;
	l->place = PLACE_QUEUE;
}

/* ------------------------------------------------------------- receiving */

void
conn_new(int fd)
{
	struct conn *c = calloc(1, sizeof(*c));
	struct epoll_event e = { .events = EPOLLIN | EPOLLRDHUP };

	if (c == NULL) {
		close(fd);
		return;
	}
	c->fd = fd;
	e.data.ptr = c;
	if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &e) == -1) {
		conn_close(c);
		return;
	}
	due_enter(c, &receiving);
}

static bool
read_head(const struct fcgi_in *in, struct arena *mem, struct head *head)
{
	static const struct {
		const char	*name;
		size_t		 len;
		size_t		 at;
	} wanted[] = {
#define X(member, name) { name, sizeof(name) - 1, offsetof(struct head, member) },
		HEAD_PARAMS(X)
#undef X
	};
	struct fcgi_pair pair;
	size_t at = 0;
	bool bad = false;

	while (fcgi_pair_next(in->params, in->params_len, &at, &pair, &bad))
		for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
			if (pair.name_len == wanted[i].len && memcmp(pair.name,
			    wanted[i].name, pair.name_len) == 0 &&
			    pair.value_len > 0)
				*(const char **)((char *)head + wanted[i].at) =
				    arena_strndup(mem, pair.value, pair.value_len);
	return !bad;
}

static bool
make_room(struct conn *c)
{
	struct life *l = c->life;

	c->body = l->length != -1 && (size_t)l->length < l->body_max ?
	    (size_t)l->length : l->body_max;
	if (has_room(c->body))
		return true;
	reply_retry_after(&l->r, 1000);
	l->err = fail(&l->r, M_BUSY, "The server is busy; try again");
	return false;
}

/* The head is here: refuse now, or say how much body may follow. */
static void
begin(struct conn *c)
{
	struct life *l = life_new(store);
	struct head head = { 0 };

	if (!read_head(&c->in, l->r.mem, &head)) {
		life_free(l);
		conn_close(c);
		return;
	}
	fcgi_in_release(&c->in);
	l->conn = c;
	c->life = l;
	if (!life_head(l, &head) || !make_room(c)) {
		conn_answer(l);
		return;
	}
	c->in.body_max = c->body;
	c->in.discard = l->body_max == 0;
	account(c);
}

static void
complete(struct conn *c, struct lives *ready)
{
	struct life *l = c->life;
	bool good;

	if (l == NULL) {	/* answered before its body was here */
		if (c->answered && c->out_len == 0)
			request_over(c);
		return;
	}
	good = life_body(l, arena_memdup(l->r.mem, c->in.body, c->in.body_len),
	    c->in.body_len);
	fcgi_in_release(&c->in);
	c->body = 0;
	if (!good) {
		conn_answer(l);
		return;
	}
	due_enter(c, &resting);
	l->place = PLACE_QUEUE;
	lives_add(ready, l);
}

/* More comes than may, or than was said. */
static void
too_large(struct conn *c)
{
	struct life *l = c->life;

	if (l == NULL)
		return;
	fcgi_in_release(&c->in);
	life_body(l, NULL, c->in.body_max + 1);
	conn_answer(l);
}

static void
put_management(struct conn *c, enum fcgi_step step)
{
	char *p = out_room(c, step == FCGI_STEP_VALUES ? 8 : 16);

	if (step == FCGI_STEP_VALUES) {
		put_header(p, FCGI_GET_VALUES_RESULT, 0, 0, 0);
	} else {
		put_header(p, FCGI_UNKNOWN_TYPE, 0, 8, 0);
		p[8] = (char)c->in.unknown;
	}
	flush(c);
}

static void
act(struct conn *c, enum fcgi_step step, struct lives *ready)
{
	switch (step) {
	case FCGI_STEP_PARAMS:
		begin(c);
		break;
	case FCGI_STEP_BODY:
		complete(c, ready);
		break;
	case FCGI_STEP_TOO_LARGE:
		too_large(c);
		break;
	case FCGI_STEP_REFUSE:
		put_end(c, c->in.refused, FCGI_CANT_MPX_CONN);
		flush(c);
		break;
	case FCGI_STEP_VALUES:
	case FCGI_STEP_UNKNOWN:
		put_management(c, step);
		break;
	case FCGI_STEP_ABORT:
	case FCGI_STEP_BAD:
		conn_close(c);
		break;
	case FCGI_STEP_MORE:
		break;
	}
}

static void
readable(struct conn *c, struct lives *ready)
{
	static uint8_t bytes[65536];
	bool idle = !c->in.active && c->due == &resting;
	const uint8_t *p = bytes;
	enum fcgi_step step;
	ssize_t got;
	size_t n;

	got = recv(c->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		conn_close(c);
		return;
	}
	if (idle)
		due_enter(c, &receiving);
	n = (size_t)got;
	do {
		step = fcgi_feed(&c->in, &p, &n);
		act(c, step, ready);
	} while (!c->dead && step != FCGI_STEP_MORE);
	if (!c->dead)
		account(c);
}

void
conn_event(struct conn *c, uint32_t events, struct lives *ready)
{
	if (c->dead)
		return;
	if (events & EPOLLOUT)
		flush(c);
	if (!c->dead && (events & EPOLLIN))
		readable(c, ready);
	/*
	 * A peer that has hung up wants no answer.  What it had sent before is
	 * read first: EPOLLIN comes along as long as there is any.
	 */
	else if (!c->dead && (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)))
		conn_close(c);
}

/* conn-in.c - what a connection receives: heads and bodies of requests. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <fastcgi.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/conn-inner.h"
#include "serve/life.h"

#define BODY_LITTLE	16384	/* bytes; see has_room() */
#define FILES_MAX	256	/* bodies that come into files */
#define FILES_EACH	8	/* and those of one user */
#define FILES_AGAIN_MS	5000

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
	conns.n++;
	e.data.ptr = c;
	if (epoll_ctl(conns.epfd, EPOLL_CTL_ADD, fd, &e) == -1) {
		conn_close(c);
		return;
	}
	conn_due(c, &conns.receiving);
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

/*
 * A few who send long bodies slowly must not stop all others: above the limit
 * there is still room for little bodies, up to twice the limit.
 */
static bool
has_room(size_t body)
{
	size_t most = conns.store->conf->memory_max;

	return conns.held + body <= (body > BODY_LITTLE ? most : 2 * most);
}

static bool
refuse_busy(struct life *l)
{
	reply_retry_after(&l->r, 1000);
	l->err = fail(&l->r, M_BUSY, "The server is busy; try again");
	return false;
}

/*
 * A file takes little memory, but it may be a long time in coming: there is
 * room for others all that while.
 */
static bool
are_few_files(struct life *l)
{
	size_t all = 0, own = 0;

	for (const struct conn *c = conns.receiving.first; c; c = c->next)
		if (c->life != NULL && c->life->receipt != NULL) {
			all++;
			own += c->life->r.who.user == l->r.who.user;
		}
	if (all > FILES_MAX)
		return refuse_busy(l);
	if (own <= FILES_EACH)
		return true;
	reply_retry_after(&l->r, FILES_AGAIN_MS);
	l->err = fail(&l->r, M_LIMIT_EXCEEDED, "You upload %d files already; "
	    "wait until one is here", FILES_EACH);
	return false;
}

static bool
make_room(struct conn *c)
{
	struct life *l = c->life;
	bool file = life_takes_file(l);

	c->body = file ? UPLOAD_PIECE :
	    l->length != -1 && (size_t)l->length < l->body_max ?
	    (size_t)l->length : l->body_max;
	if (!has_room(c->body))
		return refuse_busy(l);
	return !file || (round_gate(conns.store, l) && are_few_files(l));
}

/* The head is here: refuse now, or say how much body may follow. */
static void
begin(struct conn *c)
{
	struct life *l = life_new(conns.store);
	struct head head = { 0 };

	if (!read_head(&c->in, l->r.mem, &head)) {
		life_free(l);
		conn_close(c);
		return;
	}
	fcgi_in_release(&c->in);
	conn_taken(c);
	l->conn = c;
	c->life = l;
	if (!life_head(l, &head) || !make_room(c)) {
		conn_answer(l);
		return;
	}
	c->in.body_max = l->receipt != NULL ? (size_t)l->r.upload->max :
	    c->body;
	c->in.discard = l->body_max == 0;
	conn_account(c);
}

/* What came of a file goes into it.  False: that is answered with a refusal. */
static bool
drain(struct conn *c)
{
	struct life *l = c->life;
	struct fcgi_in *in = &c->in;
	bool good;

	if (l == NULL || l->receipt == NULL || in->body_len == 0)
		return true;
	good = life_piece(l, in->body, in->body_len);
	in->body_max -= in->body_len;
	in->body_len = 0;
	if (!good) {
		fcgi_in_release(in);
		conn_answer(l);
	} else if (c->due == &conns.receiving) {
		conn_due(c, &conns.receiving);
	}
	return good;
}

/* The body is here; what of it counts is in memory or in a file. */
static bool
take_body(struct conn *c)
{
	struct life *l = c->life;

	if (l->receipt != NULL)
		return life_whole(l);
	return life_body(l, arena_memdup(l->r.mem, c->in.body, c->in.body_len),
	    c->in.body_len);
}

static void
complete(struct conn *c, struct lives *ready)
{
	struct life *l = c->life;
	bool good;

	if (l == NULL) {	/* answered before its body was here */
		if (c->answered && c->out_len == 0)
			conn_request_over(c);
		return;
	}
	if (!drain(c))
		return;
	good = take_body(c);
	fcgi_in_release(&c->in);
	c->body = 0;
	if (!good) {
		conn_answer(l);
		return;
	}
	conn_due(c, &conns.resting);
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
	if (!drain(c))
		return;
	if (l->receipt != NULL)
		life_piece(l, "", c->in.body_max + 1);
	else
		life_body(l, NULL, c->in.body_max + 1);
	fcgi_in_release(&c->in);
	conn_answer(l);
}

static void
put_management(struct conn *c, enum fcgi_step step)
{
	char *p = conn_out_room(c, step == FCGI_STEP_VALUES ? 8 : 16);

	if (step == FCGI_STEP_VALUES) {
		conn_put_header(p, FCGI_GET_VALUES_RESULT, 0, 0, 0);
	} else {
		conn_put_header(p, FCGI_UNKNOWN_TYPE, 0, 8, 0);
		p[8] = (char)c->in.unknown;
	}
	conn_flush(c);
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
		conn_put_end(c, c->in.refused, FCGI_CANT_MPX_CONN);
		conn_flush(c);
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
	bool idle = !c->in.active && c->due == &conns.resting;
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
		conn_due(c, &conns.receiving);
	n = (size_t)got;
	do {
		step = fcgi_feed(&c->in, &p, &n);
		act(c, step, ready);
	} while (!c->dead && step != FCGI_STEP_MORE);
	if (!c->dead && drain(c) && !c->dead)
		conn_account(c);
}

void
conn_event(struct conn *c, uint32_t events, struct lives *ready)
{
	if (c->dead)
		return;
	if (events & EPOLLOUT)
		conn_flush(c);
	if (!c->dead && (events & EPOLLIN))
		readable(c, ready);
	/*
	 * A peer that has hung up wants no answer.  What it had sent before is
	 * read first: EPOLLIN comes along as long as there is any.
	 */
	else if (!c->dead && (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)))
		conn_close(c);
}

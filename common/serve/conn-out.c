/* conn-out.c - what a connection sends: FastCGI records, and answers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <fastcgi.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/log.h"
#include "serve/conn-inner.h"
#include "serve/life.h"

#define RECORD_MAX	65528	/* content of one record: a multiple of 8 */
#define FILE_PIECE	RECORD_MAX	/* of a file, at once in memory */
#define FILE_PIECES	16	/* then others have their turn */

/* --------------------------------------------------------------- records */

void
conn_put_header(char *p, unsigned type, unsigned id, size_t len, size_t padding)
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

char *
conn_out_room(struct conn *c, size_t n)
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

void
conn_put_end(struct conn *c, unsigned id, unsigned protocol_status)
{
	char *p = conn_out_room(c, 16);

	conn_put_header(p, FCGI_END_REQUEST, id, 8, 0);
	p[12] = (char)protocol_status;
}

static void
put_stdout(struct conn *c, struct span text)
{
	size_t records = (text.n + RECORD_MAX - 1) / RECORD_MAX;
	char *p = conn_out_room(c, text.n + records * 8);

	while (text.n > 0) {
		size_t n = text.n < RECORD_MAX ? text.n : RECORD_MAX;

		conn_put_header(p, FCGI_STDOUT, c->in.id, n, 0);
		memcpy(p + 8, text.s, n);
		p += 8 + n;
		text.s += n;
		text.n -= n;
	}
}

/* --------------------------------------------------------------- sending */

/* Who does not take the answers is not asked for more to answer. */
static void
watch(struct conn *c)
{
	struct epoll_event e = {
		.events = EPOLLRDHUP | (c->want_write ? EPOLLOUT : EPOLLIN),
		.data.ptr = c
	};

	epoll_ctl(conns.epfd, EPOLL_CTL_MOD, c->fd, &e);
}

void
conn_request_over(struct conn *c)
{
	bool keep = c->in.keep && !conns.letting_go;

	c->answered = false;
	fcgi_in_reset(&c->in);
	conn_due(c, &conns.resting);
	conn_account(c);
	if (!keep)
		conn_close(c);
}

static void
wait_for_room(struct conn *c)
{
	if (c->due != &conns.sending)
		conn_due(c, &conns.sending);
	if (!c->want_write) {
		c->want_write = true;
		watch(c);
	}
	conn_account(c);
}

/* True: all of c->out is gone; else it waits for room, or is dead. */
static bool
send_out(struct conn *c)
{
	while (c->out_off < c->out_len) {
		ssize_t n = send(c->fd, c->out + c->out_off,
		    c->out_len - c->out_off, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN) {
			conn_close(c);
			return false;
		}
		if (n < 0) {
			wait_for_room(c);
			return false;
		}
		c->out_off += (size_t)n;
		if (c->due == &conns.sending)
			conn_due(c, &conns.sending);
	}
	free(c->out);
	c->out = NULL;
	c->out_len = c->out_off = 0;
	return true;
}

static void
put_answer_end(struct conn *c)
{
	conn_put_header(conn_out_room(c, 8), FCGI_STDOUT, c->in.id, 0, 0);
	conn_put_end(c, c->in.id, FCGI_REQUEST_COMPLETE);
	/*
	 * nginx does not use a connection again on which something follows the
	 * end, and so sends nothing more while it is being closed.
	 */
	if (conns.letting_go)
		conn_put_header(conn_out_room(c, 8),
		    FCGI_GET_VALUES_RESULT, 0, 0, 0);
}

/*
 * The next piece of a file, or the end behind it.  False: it is not as long as
 * was said, which the client learns from the answer's breaking off.
 */
static bool
refill(struct conn *c)
{
	static char piece[FILE_PIECE];
	ssize_t n = file_read(c->file, piece, sizeof(piece));

	if (n < 0) {
		log_warn("a file is shorter than it was");
		conn_close(c);
		return false;
	}
	if (n > 0)
		put_stdout(c, (struct span){ piece, (size_t)n });
	if (c->file->left > 0)
		return true;
	file_close(c->file);
	free(c->file);
	c->file = NULL;
	put_answer_end(c);
	return true;
}

static void
out_is_empty(struct conn *c)
{
	if (c->want_write) {
		c->want_write = false;
		watch(c);
	}
	if (c->due == &conns.sending)
		conn_due(c, &conns.resting);
	conn_account(c);
	if (c->answered && c->in.body_done)
		conn_request_over(c);
	else if (c->in.active && !c->in.body_done && c->due == &conns.resting)
		conn_due(c, &conns.receiving);
}

/* Who takes a file as fast as it comes still leaves the loop to others. */
void
conn_flush(struct conn *c)
{
	for (int i = 0; i < FILE_PIECES; i++) {
		if (!send_out(c))
			return;
		if (c->file == NULL) {
			out_is_empty(c);
			return;
		}
		if (!refill(c))
			return;
	}
	wait_for_room(c);
}

/* Where long work goes, the web server sends the request itself. */
static struct span
redirect(struct life *l)
{
	return span_of(arena_printf(l->r.mem, "Status: 200 OK\r\n"
	    "X-Accel-Redirect: %s\r\n\r\n", l->elsewhere));
}

/* A file goes out piece by piece, when the life is over. */
static void
take_file(struct conn *c, struct life *l)
{
	if (l->err != M_OK || l->file == NULL || l->file->left == 0 ||
	    l->file->reply.fd == -1)
		return;
	if ((c->file = malloc(sizeof(*c->file))) == NULL)
		abort();
	*c->file = *l->file;
	l->file = NULL;
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
		take_file(c, l);
	}
	if (c->file == NULL)
		put_answer_end(c);
	c->life = NULL;
	c->body = 0;
	c->answered = true;
	conn_untaken(c);
	c->in.discard = true;
	life_free(l);
	conn_flush(c);
}

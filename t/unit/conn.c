/*
 * conn.c - FastCGI connections: one request after another, what is refused
 * before it is read, who leaves, and how much memory all of them may hold.
 */
#include <fastcgi.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "serve/conn.h"
#include "serve/life.h"
#include "tap.h"

#define BODY_LARGE	100000

static enum mx_err
handler(struct request *r)
{
	(void)r;
	return M_OK;
}

static const struct route routes[] = {
	{ "GET", API_BARE, "/get", "get", AUTH_NONE, true, BODY_NONE, TX_NONE,
	    LIMIT_none, false, false, handler },
	{ "PUT", API_BARE, "/put", "put", AUTH_NONE, true, BODY_JSON, TX_NONE,
	    LIMIT_none, false, false, handler },
	{ .method = NULL }
};
const struct program program = { .name = "unit", .routes = routes };

static const struct conf conf = { .body_max = BODY_LARGE,
	.memory_max = 10 * BODY_LARGE, .receive_ms = 60000, .send_ms = 60000,
	.log_level = LOG_ERROR };
static struct store store = { .conf = &conf };
static int epfd;
static struct lives ready;

/* --------------------------------------------------- the web server's side */

struct peer {
	int	 fd;
	char	 text[300000];		/* to be sent, or received */
	size_t	 n;
};

static void
put(struct peer *p, const void *text, size_t n)
{
	memcpy(p->text + p->n, text, n);
	p->n += n;
}

static void
put_record(struct peer *p, int type, const char *text, size_t n)
{
	while (n > 60000) {
		put_record(p, type, text, 60000);
		text += 60000;
		n -= 60000;
	}
	put(p, (unsigned char[]){ 1, (unsigned char)type, 0, 1,
	    (unsigned char)(n >> 8), (unsigned char)n, 0, 0 }, 8);
	if (n > 0)
		put(p, text, n);
}

static void
put_param(struct peer *p, const char *name, const char *value)
{
	char pair[200];
	int n = snprintf(pair, sizeof(pair), "%c%c%s%s", (char)strlen(name),
	    (char)strlen(value), name, value);

	put_record(p, FCGI_PARAMS, pair, (size_t)n);
}

/* The head of a request; length NULL: no Content-Length. */
static void
put_head(struct peer *p, const char *method, const char *uri,
    const char *length)
{
	p->n = 0;
	put_record(p, FCGI_BEGIN_REQUEST, "\0\1\1\0\0\0\0\0", 8);
	put_param(p, "REQUEST_METHOD", method);
	put_param(p, "REQUEST_URI", uri);
	if (length != NULL)
		put_param(p, "CONTENT_LENGTH", length);
	put_record(p, FCGI_PARAMS, NULL, 0);
}

static void
put_body(struct peer *p, size_t n)
{
	static const char zeros[BODY_LARGE + 1];

	if (n > 0)
		put_record(p, FCGI_STDIN, zeros, n);
	put_record(p, FCGI_STDIN, NULL, 0);
}

static struct peer *
peer_new(struct peer *p)
{
	int fd[2], size = 1 << 20;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == -1) {
		printf("Bail out! socketpair\n");
		_exit(1);
	}
	setsockopt(fd[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	p->fd = fd[0];
	conn_new(fd[1]);
	return p;
}

/* All that epoll has to tell. */
static void
loop(void)
{
	struct epoll_event e;

	while (epoll_wait(epfd, &e, 1, 0) == 1)
		conn_event(e.data.ptr, e.events, &ready);
	conns_bury();
}

static void
say(struct peer *p)
{
	if (write(p->fd, p->text, p->n) != (ssize_t)p->n)
		printf("Bail out! a socket takes too little\n");
	loop();
}

/* The status of the answer that is here; 0: none, -1: it is closed. */
static int
heard(struct peer *p)
{
	ssize_t n = recv(p->fd, p->text, sizeof(p->text) - 1, MSG_DONTWAIT);
	const char *status;

	if (n <= 0)
		return n == 0 ? -1 : 0;
	p->text[n] = '\0';
	status = strstr(p->text + 8, "Status: ");
	return status ? atoi(status + 8) : 0;
}

/* Those that are ready are run, or what goes for it. */
static void
answer_all(void)
{
	struct life *l;

	while ((l = lives_take(&ready)) != NULL) {
		life_prepare(l);
		life_run(l);
		conn_answer(l);
	}
	loop();
}

/* -------------------------------------------------------------- the tests */

static void
test_requests(void)
{
	static struct peer p;

	peer_new(&p);
	for (int i = 0; i < 3; i++) {
		put_head(&p, "PUT", "/put", "500");
		put_body(&p, 500);
		say(&p);
		is_int((int64_t)conns_busy(), 1, "a request");
		is_int((int64_t)ready.n, 1, "is ready");
		is_int((int64_t)ready.first->r.raw.n, 500, "with its body");
		answer_all();
		is_int(heard(&p), 200, "and answered");
		is_int((int64_t)conns_busy(), 0, "the connection is free");

		put_head(&p, "GET", "/nothing", NULL);
		say(&p);
		is_int(heard(&p), 404, "refused before its body is here");
		p.n = 0;
		put_body(&p, 70000);
		say(&p);
		is_int(heard(&p), 0, "which is not read");
	}
	put_head(&p, "GET", "/get", "500");
	put_body(&p, 500);
	say(&p);
	answer_all();
	is_int(heard(&p), 200, "a body that nobody wants");
	conns_end();
	is_int(heard(&p), -1, "the end");
	close(p.fd);
}

static void
test_lengths(void)
{
	static const struct {
		const char	*length;
		size_t		 body;
		int		 status;
	} cases[] = {
		{ "10", 10, 200 }, { "10", 9, 400 }, { "10", 11, 400 },
		{ "0", 1, 400 }, { "1", 0, 400 }, { NULL, 10, 200 },
		{ "", 10, 200 }, { "-1", 0, 400 }, { "1x", 1, 400 },
		{ "100000", BODY_LARGE, 200 }, { "100001", 0, 413 },
		{ NULL, BODY_LARGE + 1, 413 }, { "5", BODY_LARGE + 1, 400 }
	};
	static struct peer p;

	peer_new(&p);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put_head(&p, "PUT", "/put", cases[i].length);
		put_body(&p, cases[i].body);
		say(&p);
		answer_all();
		is_int(heard(&p), cases[i].status, "Content-Length %s, %zu bytes",
		    cases[i].length ? cases[i].length : "absent", cases[i].body);
	}
	conns_end();
	close(p.fd);
}

static void
test_leaving(void)
{
	static struct peer p;
	struct life *l;

	put_head(peer_new(&p), "PUT", "/put", "100");
	say(&p);
	is_int((int64_t)conns_busy(), 1, "half a request");
	close(p.fd);
	loop();
	is_int((int64_t)conns_busy(), 0, "who leaves then is forgotten");
	is_int((int64_t)ready.n, 0, "with it");

	put_head(peer_new(&p), "GET", "/get", NULL);
	put_body(&p, 0);
	say(&p);
	close(p.fd);
	loop();
	l = lives_take(&ready);
	ok(l != NULL && l->conn == NULL, "and who leaves later is known to");
	conn_answer(l);

	put_head(peer_new(&p), "GET", "/get", NULL);
	put_body(&p, 0);
	put_record(&p, FCGI_ABORT_REQUEST, NULL, 0);
	say(&p);
	l = lives_take(&ready);
	ok(l != NULL && l->conn == NULL, "as who gives it up");
	life_free(l);
	close(p.fd);
	conns_end();
}

/* Requests hold memory until they are answered, not only while they come. */
static void
test_memory(void)
{
	enum { N = 30 };
	static struct peer p[N], small;
	size_t large;

	for (int i = 0; i < N; i++) {
		put_head(peer_new(&p[i]), "PUT", "/put", i % 2 ? "100000" : NULL);
		put_body(&p[i], BODY_LARGE);
		say(&p[i]);
	}
	large = ready.n;
	ok(large >= 5 && large <= 10, "%zu large bodies are taken", large);
	is_int(heard(&p[N - 1]), 503, "others are refused");
	put_head(peer_new(&small), "PUT", "/put", "1000");
	put_body(&small, 1000);
	say(&small);
	is_int((int64_t)ready.n, (int64_t)large + 1, "a small one is taken");
	answer_all();
	is_int(heard(&small), 200, "and answered");
	for (size_t i = 0; i < large; i++)
		is_int(heard(&p[i]), 200, "as the large ones are: %zu", i);

	/* What is to come counts as if it were here. */
	for (int i = 0; i < N; i++) {
		put_head(&p[i], "PUT", "/put", "100000");
		say(&p[i]);
	}
	large = 0;
	for (int i = 0; i < N; i++)
		large += heard(&p[i]) == 0;
	ok(large >= 5 && large <= 10, "%zu that are to come have room", large);
	for (int i = 0; i < N; i++)
		close(p[i].fd);
	loop();

	for (int i = 0; i < 3 * N; i++) {
		put_head(peer_new(&p[i % N]), "PUT", "/put", "16000");
		say(&p[i % N]);
	}
	put_head(&small, "PUT", "/put", "16000");
	put_body(&small, 16000);
	say(&small);
	is_int(heard(&small), 503, "little bodies are bounded, too");
	conns_end();
	put_head(peer_new(&small), "PUT", "/put", "100000");
	put_body(&small, BODY_LARGE);
	say(&small);
	answer_all();
	is_int(heard(&small), 200, "when the others have gone there is room");
	conns_end();
	close(small.fd);
}

/* Last: there is no way back. */
static void
test_letting_go(void)
{
	static struct peer p, idle;

	peer_new(&idle);
	put_head(peer_new(&p), "GET", "/get", NULL);
	put_body(&p, 0);
	say(&p);
	conns_let_go();
	answer_all();
	is_int(heard(&p), 200, "letting go: it is answered");
	is_int(heard(&p), -1, "and closed");
	is_int(heard(&idle), 0, "who has not asked yet");
	put_head(&idle, "GET", "/nothing", NULL);
	put_body(&idle, 0);
	say(&idle);
	is_int(heard(&idle), 404, "may still do so");
	is_int(heard(&idle), -1, "once");
	close(p.fd);
	close(idle.fd);
}

int
main(void)
{
	log_open("unit", LOG_ERROR);
	epfd = epoll_create1(0);
	conns_open(&store, epfd);
	test_requests();
	test_lengths();
	test_leaving();
	test_memory();
	test_letting_go();
	close(epfd);
	return done_testing();
}

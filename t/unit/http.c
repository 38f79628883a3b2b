/*
 * The outbound HTTP client against a small server of its own, with names that
 * resolve as this test wants.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "matrix/http.h"

#include "tap.h"

static unsigned port, inner_port;	/* of 127.0.0.1 and of 127.0.0.2 */
static int inner;			/* listens on 127.0.0.2; nobody comes */
static struct http h;
static const char *const allowed[] = { "127.0.0.1", NULL };
static const char *const nobody[] = { NULL };
static struct conf conf = { .outbound_allow = allowed, .outbound_ms = 5000 };

/* ------------------------------------------------------------- the names */

/* One result, in a block with its address, as freeaddrinfo() below frees it. */
static struct addrinfo *
result(const char *address, const char *service, struct addrinfo *next)
{
	struct { struct addrinfo ai; struct sockaddr_in sin; } *r =
	    calloc(1, sizeof *r);

	if (r == NULL)
		abort();
	r->sin.sin_family = AF_INET;
	r->sin.sin_port = htons((in_port_t)(service ? atoi(service) : 0));
	inet_pton(AF_INET, address, &r->sin.sin_addr);
	r->ai = (struct addrinfo){ .ai_family = AF_INET,
	    .ai_socktype = SOCK_STREAM, .ai_addrlen = sizeof r->sin,
	    .ai_addr = (struct sockaddr *)&r->sin, .ai_next = next };
	return &r->ai;
}

/*
 * two.test has an address inside before a good one; inside.test has only such;
 * moving.test is a good one at first and inside from then on.
 */
int
getaddrinfo(const char *name, const char *service,
    const struct addrinfo *hints, struct addrinfo **out)
{
	static unsigned moved;

	(void)hints;
	if (strcmp(name, "two.test") == 0)
		*out = result("127.0.0.2", service,
		    result("127.0.0.1", service, NULL));
	else if (strcmp(name, "inside.test") == 0)
		*out = result("127.0.0.2", service, NULL);
	else if (strcmp(name, "moving.test") == 0)
		*out = result(moved++ == 0 ? "127.0.0.1" : "127.0.0.2",
		    service, NULL);
	else
		return EAI_NONAME;
	return 0;
}

void
freeaddrinfo(struct addrinfo *ai)
{
	struct addrinfo *next;

	for (; ai != NULL; ai = next) {
		next = ai->ai_next;
		free(ai);
	}
}

/* ------------------------------------------------------------ the server */

static int
listen_on(const char *address, unsigned *out)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof sin;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	inet_pton(AF_INET, address, &sin.sin_addr);
	if (fd == -1 || bind(fd, (struct sockaddr *)&sin, len) == -1 ||
	    listen(fd, 64) == -1 ||
	    getsockname(fd, (struct sockaddr *)&sin, &len) == -1) {
		printf("Bail out! no socket\n");
		exit(1);
	}
	*out = ntohs(sin.sin_port);
	return fd;
}

static void
say(FILE *f, const char *head, size_t n)
{
	fprintf(f, "HTTP/1.1 %s\r\nConnection: close\r\n"
	    "Content-Length: %zu\r\n\r\n", head, n);
	while (n-- > 0)
		putc('x', f);
}

/* What came, so that the test can look at it: the body of the answer. */
static void
echo(FILE *f, const char *request)
{
	fprintf(f, "HTTP/1.1 200 OK\r\nConnection: close\r\n"
	    "Content-Encoding: gzip\r\ncontent-type:text/plain; a=b \r\n"
	    "Content-Length: %zu\r\n\r\n%s",
	    strlen(request), request);
}

static void
redirect(FILE *f, const char *format, unsigned n)
{
	char head[200], to[100];

	snprintf(to, sizeof to, format, n);
	snprintf(head, sizeof head, "302 Found\r\nSet-Cookie: a=b\r\n"
	    "Location: %s", to);
	say(f, head, 0);
}

static void
answer(FILE *f, const char *request)
{
	const char *path = strchr(request, ' ') + 1;
	unsigned n;

	if (strncmp(path, "/echo", 5) == 0)
		echo(f, request);
	else if (sscanf(path, "/body/%u", &n) == 1)
		say(f, "200 OK", n);
	else if (sscanf(path, "/heads/%u", &n) == 1) {
		fprintf(f, "HTTP/1.1 200 OK\r\n");
		while (n-- > 0)
			fprintf(f, "X-Head: %0999u\r\n", n);
		fprintf(f, "Content-Length: 0\r\n\r\n");
	} else if (sscanf(path, "/hops/%u", &n) == 1 && n > 0)
		redirect(f, "/hops/%u", n - 1);
	else if (strncmp(path, "/hops/0", 7) == 0)
		redirect(f, "/echo", 0);
	else if (strncmp(path, "/inside", 7) == 0)
		redirect(f, "http://127.0.0.2:%u/echo", inner_port);
	else if (strncmp(path, "/moved", 6) == 0)
		redirect(f, "http://moving.test:%u/echo", inner_port);
	else if (strncmp(path, "/file", 5) == 0)
		redirect(f, "file:///etc/passwd", 0);
	else if (strncmp(path, "/silence", 8) == 0)
		pause();
	else
		say(f, "404 Not Found", 3);
}

static void
serve_one(int fd)
{
	char request[8192] = "";
	size_t n = 0, want = 0;
	FILE *f = fdopen(fd, "w");
	char *body, *length;
	ssize_t got;

	do {
		got = read(fd, request + n, sizeof request - 1 - n);
		n += got > 0 ? (size_t)got : 0;
		body = strstr(request, "\r\n\r\n");
		length = strstr(request, "Content-Length: ");
		if (body != NULL)
			want = (size_t)(body + 4 - request) +
			    (length ? (size_t)atoi(length + 16) : 0);
	} while (got > 0 && (body == NULL || n < want));
	if (body != NULL)
		answer(f, request);
	fclose(f);
	_exit(0);
}

static void
serve(int fd)
{
	int one;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		if ((one = accept(fd, NULL, NULL)) == -1)
			_exit(1);
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve_one(one);
		}
		close(one);
	}
}

/* ------------------------------------------------------------- the tests */

static void
ask_at(const char *method, const char *host, unsigned at, const char *path)
{
	h.conf = &conf;
	strcpy(h.method, method);
	snprintf(h.url, sizeof h.url, "http://%s:%u%s", host, at, path);
	http_run(&h);
}

static void
get(const char *path)
{
	h = (struct http){ 0 };
	ask_at("GET", "127.0.0.1", port, path);
}

static void
is_refused(const char *needle, const char *name)
{
	ok(h.status == 0 && h.len == 0 && h.body[0] == '\0' &&
	    strstr(h.error, needle) != NULL, "%s", name);
	if (h.status != 0 || strstr(h.error, needle) == NULL)
		printf("# status %d: %s\n", h.status, h.error);
}

static bool
inner_untouched(void)
{
	int fd = accept(inner, NULL, NULL);

	if (fd != -1)
		close(fd);
	return fd == -1 && errno == EAGAIN;
}

static void
test_asking(void)
{
	get("/echo");
	is_int(h.status, 200, "GET");
	ok(strncmp(h.body, "GET /echo HTTP/1.1\r\n", 20) == 0 &&
	    h.len == strlen(h.body), "as it was sent, not unpacked");
	ok(strcasestr(h.body, "accept-encoding") == NULL &&
	    strcasestr(h.body, "authorization") == NULL,
	    "nothing compressed is asked for");
	get("/nothing");
	is_int(h.status, 404, "an answer of another status is an answer");
	is_text(h.body, "xxx", "with its body");

	h = (struct http){ .authorization = "Bearer secret" };
	ok(http_form_add(&h, "a", "1 & 2") && http_form_add(&h, "b=", "\xc3\xa9"),
	    "a form");
	ask_at("POST", "127.0.0.1", port, "/echo");
	ok(strstr(h.body, "\r\nAuthorization: Bearer secret\r\n") != NULL,
	    "authorization");
	ok(strstr(h.body, "\r\nContent-Type: application/x-www-form-urlencoded"
	    "\r\n") != NULL, "the type of a form");
	ok(strstr(h.body, "\r\n\r\na=1%20%26%202&b%3D=%C3%A9") != NULL,
	    "its content");
	ok(strstr(h.body, "Expect") == NULL, "nothing is expected");
}

static void
test_query(void)
{
	char big[HTTP_SENT_MAX];

	h = (struct http){ .url = "http://h/p" };
	ok(http_query_add(&h, "sid", "1") && http_query_add(&h, "s", "a/b"),
	    "a query");
	is_text(h.url, "http://h/p?sid=1&s=a%2Fb", "behind the path");
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	ok(!http_query_add(&h, "more", big), "a query that does not fit");
	ok(!http_form_add(&h, "more", big), "a form that does not fit");
}

static void
test_bounds(void)
{
	get("/body/65536");
	is_int((int64_t)h.len, HTTP_BODY_MAX, "the longest answer");
	get("/body/65537");
	is_refused("too long", "one byte more is too long (security 26)");
	get("/heads/60");
	is_int(h.status, 200, "headers");
	get("/heads/80");
	is_refused("too long", "too many headers (security 26)");
	conf.outbound_ms = 200;
	get("/silence");
	is_refused("imed out", "one who does not answer (security 26)");
	conf.outbound_ms = 5000;
	h = (struct http){ .conf = &conf, .method = "GET" };
	snprintf(h.url, sizeof h.url, "file:///etc/passwd");
	http_run(&h);
	is_refused("rotocol", "no file");
	get("/echo\r\nX: y");
	is_int(h.status, 0, "no line end in a URL");
}

/* A sink that is full after so many bytes. */
struct bucket {
	struct http_sink sink;
	size_t		 len, max;
	int		 status;
};

static bool
pour(struct http_sink *sink, const struct http *http, const char *s, size_t n)
{
	struct bucket *b = (struct bucket *)sink;

	(void)s;
	b->len += n;
	b->status = http->status;
	return b->len < b->max;
}

static void
test_sink(void)
{
	struct bucket b = { .sink = { pour }, .max = SIZE_MAX };

	h = (struct http){ .sink = &b.sink, .accept = "text/html" };
	ask_at("GET", "127.0.0.1", port, "/body/1000000");
	ok(h.status == 200 && b.len == 1000000 && h.len == 0 && !h.stopped,
	    "an answer of any length goes elsewhere");
	ok(b.status == 200 && !h.got_encoded && h.got_type[0] == '\0',
	    "which knows what is told of it");
	h.sink = NULL;
	ask_at("GET", "127.0.0.1", port, "/echo");
	ok(strstr(h.body, "\r\nAccept: text/html\r\n") != NULL,
	    "what is accepted");
	ok(h.got_encoded, "an encoding");
	is_text(h.got_type, "text/plain; a=b", "a type");
	h.sink = &b.sink;
	b = (struct bucket){ .sink = { pour }, .max = 10 };
	ask_at("GET", "127.0.0.1", port, "/body/1000000");
	ok(h.status == 200 && h.stopped && b.len < 1000000,
	    "until no more is wanted (security 26)");
	b = (struct bucket){ .sink = { pour }, .max = SIZE_MAX };
	h.ms = 200;
	ask_at("GET", "127.0.0.1", port, "/silence");
	ok(h.status == 0 && !h.stopped && b.len == 0, "a time of its own");
}

static void
test_staying(void)
{
	char want[100];

	h = (struct http){ .stay = true };
	ask_at("GET", "127.0.0.1", port, "/hops/1");
	snprintf(want, sizeof want, "http://127.0.0.1:%u/hops/0", port);
	ok(h.status == 302 && strcmp(h.location, want) == 0,
	    "who stays hears where it leads, whole: %s", h.location);
	ask_at("GET", "127.0.0.1", port, "/file");
	ok(h.status == 302 && strcmp(h.location, "file:///etc/passwd") == 0,
	    "whatever that is");
	ask_at("GET", "127.0.0.1", port, "/echo");
	ok(h.status == 200 && h.location[0] == '\0', "or that it leads nowhere");
}

static void
test_redirects(void)
{
	get("/hops/2");
	is_int(h.status, 200, "three redirects");
	ok(strcasestr(h.body, "cookie") == NULL, "a cookie is forgotten");
	get("/hops/3");
	is_refused("redirect", "four are too many (security 26)");
	get("/file");
	is_refused("rotocol", "none to a file");
	get("/inside");
	is_refused("not public", "none to an address inside (security 26)");
	h = (struct http){ 0 };
	ask_at("POST", "127.0.0.1", port, "/hops/1");
	is_int(h.status, 302, "what changes something follows none");
}

static void
test_addresses(void)
{
	h = (struct http){ 0 };
	ask_at("GET", "inside.test", inner_port, "/echo");
	is_refused("not public", "a name of an address inside (security 26)");
	h = (struct http){ 0 };
	ask_at("GET", "two.test", port, "/echo");
	is_int(h.status, 200, "of two addresses the public one (security 26)");
	h = (struct http){ 0 };
	ask_at("GET", "moving.test", port, "/moved");
	is_refused("not public",
	    "a name that moves inside meanwhile (security 26)");
	conf.outbound_allow = nobody;
	get("/echo");
	is_refused("not public", "nothing inside is allowed by default");
	conf.outbound_allow = allowed;
	ok(inner_untouched(), "no connection went inside (security 26)");
}

static void
test_proxy(void)
{
	static const char *const names[] = {
		"http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy",
		"ALL_PROXY"
	};
	char proxy[40];

	snprintf(proxy, sizeof proxy, "http://127.0.0.2:%u", inner_port);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		setenv(names[i], proxy, 1);
	get("/echo");
	is_int(h.status, 200, "no proxy of the environment (security 28)");
	ok(inner_untouched(), "it heard nothing");
}

int
main(void)
{
	int fd = listen_on("127.0.0.1", &port);
	pid_t server;

	inner = listen_on("127.0.0.2", &inner_port);
	fcntl(inner, F_SETFL, O_NONBLOCK);
	fflush(stdout);
	if ((server = fork()) == 0)
		serve(fd);
	close(fd);
	test_asking();
	test_query();
	test_bounds();
	test_sink();
	test_staying();
	test_redirects();
	test_addresses();
	test_proxy();
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	return done_testing();
}

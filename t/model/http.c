/* http.c - see http.h. */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http.h"

static struct sockaddr_in server;

void
http_server(const char *url)
{
	char address[64];
	unsigned port = 80;

	if (sscanf(url, "http://%63[0-9.]:%u", address, &port) < 1 ||
	    inet_pton(AF_INET, address, &server.sin_addr) != 1)
		errx(2, "%s: want http://ADDRESS:PORT", url);
	server.sin_family = AF_INET;
	server.sin_port = htons((in_port_t)port);
}

void
conn_init(struct conn *c)
{
	*c = (struct conn){ .fd = -1 };
}

void
conn_close(struct conn *c)
{
	if (c->fd != -1)
		close(c->fd);
	free(c->in);
	conn_init(c);
}

static void
connect_to_server(struct conn *c)
{
	int one = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd == -1 || connect(c->fd, (struct sockaddr *)&server,
	    sizeof(server)) == -1)
		err(1, "connecting to the server");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static bool
readable(const struct conn *c, int wait_ms)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };

	return poll(&p, 1, wait_ms) > 0;
}

/* An idle connection that has something to read has been closed. */
static void
make_ready(struct conn *c)
{
	if (c->fd != -1 && (c->last || readable(c, 0))) {
		close(c->fd);
		c->fd = -1;
	}
	if (c->fd == -1)
		connect_to_server(c);
	c->last = false;
	c->n = 0;
}

static void
write_all(int fd, const char *s, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, s, n);

		if (done == -1)
			err(1, "sending a request");
		s += done;
		n -= (size_t)done;
	}
}

void
conn_send(struct conn *c, const char *method, const char *path,
    const char *token, const char *body)
{
	char *text;
	int n = asprintf(&text, "%s %s HTTP/1.1\r\nHost: localhost\r\n"
	    "%s%s%sContent-Type: application/json\r\n"
	    "Content-Length: %zu\r\n\r\n%s", method, path,
	    token ? "Authorization: Bearer " : "", token ? token : "",
	    token ? "\r\n" : "", body ? strlen(body) : 0, body ? body : "");

	if (n == -1)
		err(1, NULL);
	make_ready(c);
	write_all(c->fd, text, (size_t)n);
	free(text);
}

/* ------------------------------------------------------------- the answer */

static void
receive(struct conn *c)
{
	ssize_t n;

	if (c->cap - c->n < 65536) {
		c->cap = c->cap ? 2 * c->cap : 1 << 17;
		if ((c->in = realloc(c->in, c->cap)) == NULL)
			err(1, NULL);
	}
	n = recv(c->fd, c->in + c->n, c->cap - c->n - 1, 0);
	if (n == -1)
		err(1, "reading an answer");
	if (n == 0)
		errx(1, "the server closed a connection in an answer");
	c->n += (size_t)n;
	c->in[c->n] = '\0';
}

/* The value of a header of a head that ends at `end`, or NULL. */
static const char *
header(const char *head, const char *end, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = head; p != NULL && p < end;
	    p = strstr(p + 2, "\r\n"))
		if (strncasecmp(p + 2, name, n) == 0 && p[2 + n] == ':')
			return p + 3 + n + strspn(p + 3 + n, " ");
	return NULL;
}

/* Are all chunks there?  join: put them together in place. */
static bool
unchunk(char *body, size_t have, size_t *n, bool join)
{
	size_t at = 0;

	for (*n = 0;;) {
		char *line = memmem(body + at, have - at, "\r\n", 2);
		size_t size, start;

		if (line == NULL)
			return false;
		size = strtoul(body + at, NULL, 16);
		start = (size_t)(line + 2 - body);
		if (have < start + size + 2)
			return false;
		if (join)
			memmove(body + *n, body + start, size);
		*n += size;
		at = start + size + 2;
		if (size == 0)
			return true;
	}
}

static bool
is_complete(struct conn *c, int *status, const char **body, size_t *n)
{
	char *end = c->n == 0 ? NULL : memmem(c->in, c->n, "\r\n\r\n", 4);
	const char *value;
	size_t have;

	if (end == NULL)
		return false;
	have = c->n - (size_t)(end + 4 - c->in);
	if ((value = header(c->in, end, "Content-Length")) != NULL) {
		if (have < (*n = strtoul(value, NULL, 10)))
			return false;
	} else if (!unchunk(end + 4, have, n, false))
		return false;
	else
		unchunk(end + 4, have, n, true);
	value = header(c->in, end, "Connection");
	c->last = value != NULL && strncasecmp(value, "close", 5) == 0;
	*status = atoi(c->in + 9);
	*body = end + 4;
	return true;
}

bool
conn_answer(struct conn *c, int wait_ms, int *status, const char **body,
    size_t *n)
{
	while (!is_complete(c, status, body, n)) {
		if (!readable(c, wait_ms))
			return false;
		receive(c);
	}
	return true;
}

/* http.c - see http.h. */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "http.h"

static struct sockaddr_in server;
static char host[256];
static int epfd = -1;

int64_t
mono_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

void
http_open(const char *url)
{
	char address[64];
	unsigned port = 80;

	if (sscanf(url, "http://%63[0-9.]:%u", address, &port) < 1)
		errx(2, "%s: want http://ADDRESS:PORT", url);
	snprintf(host, sizeof(host), "%s:%u", address, port);
	server.sin_family = AF_INET;
	server.sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, address, &server.sin_addr) != 1)
		errx(2, "%s: not an address", address);
	if ((epfd = epoll_create1(EPOLL_CLOEXEC)) == -1)
		err(1, "epoll");
}

void
http_forked(void)
{
	if ((epfd = epoll_create1(EPOLL_CLOEXEC)) == -1)
		err(1, "epoll");
}

struct http *
http_new(http_answer *answered, void *user)
{
	struct http *h = calloc(1, sizeof(*h));
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = h };
	int one = 1;

	if (h == NULL)
		err(1, NULL);
	h->user = user;
	h->answered = answered;
	h->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (h->fd == -1 || connect(h->fd, (struct sockaddr *)&server,
	    sizeof(server)) == -1)
		err(1, "connect to %s", host);
	setsockopt(h->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (epoll_ctl(epfd, EPOLL_CTL_ADD, h->fd, &e) == -1)
		err(1, "epoll");
	return h;
}

void
http_close(struct http *h)
{
	close(h->fd);
	free(h->in);
	free(h);
}

void
http_send(struct http *h, const char *method, const char *token,
    const char *body, const char *fmt, ...)
{
	static char out[1 << 17];
	char path[4096];
	va_list ap;
	int n;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	n = snprintf(out, sizeof(out), "%s %s HTTP/1.1\r\nHost: %s\r\n"
	    "%s%s%s%s%zu\r\n\r\n%s", method, path, host,
	    token ? "Authorization: Bearer " : "", token ? token : "",
	    token ? "\r\n" : "",
	    body ? "Content-Type: application/json\r\nContent-Length: " :
	    "Content-Length: ", body ? strlen(body) : 0, body ? body : "");
	h->sent_us = mono_us();
	if (write(h->fd, out, (size_t)n) != n)
		err(1, "%s %s", method, path);
}

/* Value of a header; the head ends with an empty line. */
static const char *
header(const char *head, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = strstr(head, "\r\n"); p && p[2] != '\r';
	    p = strstr(p + 2, "\r\n"))
		if (strncasecmp(p + 2, name, len) == 0 && p[2 + len] == ':')
			return p + 3 + len;
	return NULL;
}

/* The end of a chunked body, or 0: more to come.  join: put it together in place. */
static size_t
unchunk(char *body, size_t have, size_t *len, bool join)
{
	size_t at = 0;

	*len = 0;
	for (;;) {
		char *line = memmem(body + at, have - at, "\r\n", 2);
		size_t n, start;

		if (line == NULL)
			return 0;
		n = strtoul(body + at, NULL, 16);
		start = (size_t)(line + 2 - body);
		if (have < start + n + 2)
			return 0;
		if (join)
			memmove(body + *len, body + start, n);
		*len += n;
		at = start + n + 2;
		if (n == 0)
			return at;
	}
}

/* True: an answer was complete and has been delivered. */
static bool
deliver(struct http *h)
{
	char *end = memmem(h->in, h->in_len, "\r\n\r\n", 4), *body;
	const char *value;
	size_t len, have;

	if (end == NULL)
		return false;
	body = end + 4;
	have = h->in_len - (size_t)(body - h->in);
	end[2] = '\0';
	value = header(h->in, "Content-Length");
	if (value != NULL)
		len = strtoul(value, NULL, 10);
	if (value == NULL ? unchunk(body, have, &len, false) == 0 : have < len) {
		end[2] = '\r';
		return false;
	}
	if (value == NULL)
		unchunk(body, have, &len, true);
	h->in_len = 0;
	h->answered(h, atoi(h->in + 9), body, len);
	return true;
}

static void
readable(struct http *h)
{
	ssize_t n;

	if (h->in_cap - h->in_len < 65536) {
		h->in_cap = h->in_cap ? 2 * h->in_cap : 1 << 17;
		if ((h->in = realloc(h->in, h->in_cap)) == NULL)
			err(1, NULL);
	}
	n = recv(h->fd, h->in + h->in_len, h->in_cap - h->in_len - 1,
	    MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		errx(1, "the server closed a connection");
	h->in_len += (size_t)n;
	h->in[h->in_len] = '\0';
	deliver(h);
}

void
http_run(int64_t until_us, const bool *stop)
{
	struct epoll_event events[512];
	int64_t left;

	while (!*stop && (left = until_us - mono_us()) > 0) {
		int n = epoll_wait(epfd, events, 512, (int)(left / 1000 + 1));

		for (int i = 0; i < n && !*stop; i++)
			readable(events[i].data.ptr);
	}
}

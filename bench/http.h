/*
 * http.h - many HTTP/1.1 connections at once, for load: each carries one
 * request after another, and says when an answer is complete.
 *
 * Cheap on purpose, because the generator shares the machine with what it
 * measures.  Not a client for anything else.
 */
#ifndef BENCH_HTTP_H
#define BENCH_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http;
typedef void http_answer(struct http *, int status, const char *body, size_t);

struct http {
	int		 fd;
	void		*user;		/* the case's own */
	http_answer	*answered;
	int64_t		 sent_us;	/* when the request went out */
	char		*in;
	size_t		 in_len, in_cap;
};

/* Where the server is: "http://127.0.0.1:8008".  Exits on nonsense. */
void		 http_open(const char *url);
/* In a child: the connections that there are stay those of its parent. */
void		 http_forked(void);
struct http	*http_new(http_answer *, void *user);	/* connected, or exits */
void		 http_close(struct http *);
/* token NULL: none.  body NULL: none.  fmt makes the path. */
void		 http_send(struct http *, const char *method, const char *token,
		    const char *body, const char *fmt, ...)
		    __attribute__((format(printf, 5, 6)));
/* Serve answers until until_us (mono_us) or until *stop. */
void		 http_run(int64_t until_us, const bool *stop);
int64_t		 mono_us(void);

#endif

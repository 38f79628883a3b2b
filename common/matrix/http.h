/*
 * http.h - the one HTTP client for everything this server asks of others:
 * identity servers, CAPTCHA judges, OpenID Connect providers, push gateways,
 * application services, web pages for previews (security.md 26).
 *
 * Each address that a name stands for is looked at when the connection to it
 * is made, on every hop, so no answer of the DNS leads inside; [outbound]
 * allow of the configuration says which addresses inside may be asked all the
 * same.  No proxy, cookie, netrc or compression; TLS is verified.
 */
#ifndef MXCGI_HTTP_H
#define MXCGI_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/conf.h"

#define HTTP_URL_MAX	4096
#define HTTP_SENT_MAX	(16 * 1024)
#define HTTP_BODY_MAX	(64 * 1024)	/* a longer answer is none */

struct http;
/*
 * For answers of any length: each piece of a body is handed to take as it
 * comes, after status, got_type and got_encoded are known.  False: no more is
 * wanted, which is no error (h->stopped).
 */
struct http_sink {
	bool		(*take)(struct http_sink *, const struct http *,
			    const char *, size_t);
};

/*
 * A request and its answer, zeroed before it is filled in.  It owns all it
 * has, so it can be part of a job's block (serve.h); it is too big for the
 * stack of a job's thread.
 */
struct http {
	const struct conf *conf;
	char		 method[8];		/* GET, POST, PUT, DELETE */
	char		 url[HTTP_URL_MAX];	/* http: or https: */
	char		 type[64];		/* Content-Type of what is sent */
	char		 authorization[2048];	/* the header's value; empty: none */
	char		 accept[128];		/* empty: whatever it is */
	size_t		 sent_len;
	char		 sent[HTTP_SENT_MAX];
	/* Instead of sent, something longer; the caller's, and s NULL: none. */
	struct span	 long_sent;
	/*
	 * The administrator named the URL: it may be inside, whatever allow
	 * says.  Not with redirects.
	 */
	bool		 inside;
	struct http_sink *sink;			/* NULL: it goes into body */
	unsigned	 ms;			/* in all; 0: [outbound] timeout */
	bool		 stay;			/* follow no redirect */

	/*
	 * Who will ask the same server again sets keep: what http_run() leaves in
	 * line goes into the next one, which saves a connection, and at last to
	 * http_hang_up().  One thread at a time.
	 */
	bool		 keep;
	void		*line;			/* NULL: there is none yet */

	int		 status;		/* 0: there is no answer */
	bool		 timed_out;		/* and that is why */
	char		 error[256];		/* why not; names no secret */
	char		 got_type[256];		/* Content-Type; empty: none */
	bool		 got_encoded;		/* Content-Encoding: not as it is */
	bool		 stopped;		/* by the sink */
	/* With stay: where it leads, whole; empty: nowhere, or too far. */
	char		 location[HTTP_URL_MAX];
	size_t		 len;
	char		 body[HTTP_BODY_MAX + 1]; /* a NUL stands behind it */
};

/*
 * Add a parameter to the query of url, or to sent, which becomes a form
 * (application/x-www-form-urlencoded).  False: there is no room for it.
 */
bool	http_query_add(struct http *, const char *name, const char *value);
bool	http_form_add(struct http *, const char *name, const char *value);

/*
 * Add s to out, of len bytes by now and max at most, percent-encoded, with nothing
 * left that means something in a path or query; no NUL.  False: no room.
 */
bool	http_encode(char *out, size_t *len, size_t max, const char *s);

/*
 * Ask, and wait for the answer, ms or [outbound] timeout in all.  A GET follows
 * three redirects, never from https to http, unless it is to stay.  To be called
 * from a job: it blocks.  Any thread may.
 */
void	http_run(struct http *);
void	http_hang_up(void *line);	/* NULL: nothing */

#endif

/*
 * web_url.h - URLs of web pages that users link to: which of them this server
 * looks at ([preview] of mxcgi.conf(5)).
 *
 * What is judged is what libcurl makes of a URL, so that both see the same host
 * in it.  Which addresses a host may have says http.h.
 */
#ifndef MXCGI_WEB_URL_H
#define MXCGI_WEB_URL_H

#include <stdbool.h>

#include "base/conf.h"

struct arena;

#define WEB_URL_MAX	2048	/* bytes; a longer one is none */

enum web_url_said {
	WEB_URL_FINE,
	WEB_URL_BAD,		/* not http: or https:, or with credentials */
	WEB_URL_DENIED		/* its host or port, by the configuration */
};

/* Could it be one?  A first look at what a client says; pure. */
bool	web_url_plausible(const char *);
/* The judgement, on what web_url_join() made; pure. */
enum web_url_said web_url_judge(const struct conf *, const char *url);
/*
 * What ref means in a document at base (NULL: it must be whole), in ASCII, in
 * mem; NULL: nothing that could be asked for.  curl_load() was called.
 */
char	*web_url_join(struct arena *mem, const char *base, const char *ref);

#endif

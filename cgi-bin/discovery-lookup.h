/*
 * discovery-lookup.h - several application services are asked the same, and
 * what they answered is one answer.
 */
#ifndef MXCGI_CGI_DISCOVERY_LOOKUP_H
#define MXCGI_CGI_DISCOVERY_LOOKUP_H

#include "serve/serve.h"

#define LOOKUPS_MAX	32		/* questions in a request */

struct lookup;

/* A new one; whoever answers nothing is left out. */
struct lookup	*lookup_new(struct request *);
/*
 * Ask that service by the path, protocol included where it is not NULL, behind
 * /_matrix/app/v1 (NULL: it is too long).  What is too much is not asked.
 */
void		 lookup_add(struct lookup *, const struct appservice *,
		    const char *protocol, const char *path);
/* Ask them all; then next runs, a reader. */
enum mx_err	 lookup_go(struct request *, struct lookup *, handler_fn *next);

/*
 * In next: the answers in their order, i from 0 on; false: there are no more.
 * answer is NULL where there is none that is JSON.
 */
struct lookup_answer {
	const struct appservice *as;
	const char	*protocol;
	cJSON		*answer;
};
bool		 lookup_answer(struct request *, size_t i,
		    struct lookup_answer *);

#endif

/* cgi-body.h - the body of the one request that a CGI is asked. */
#ifndef MXCGI_SERVE_CGI_BODY_H
#define MXCGI_SERVE_CGI_BODY_H

#include "serve/life.h"
#include "store/store.h"

/* Read it, to where the route wants it.  False: it is refused. */
bool	 cgi_body_take(struct store *, struct life *, const struct head *);
/*
 * With the answer out: read what was not, as a refusal leaves it.  Apache's
 * mod_cgid loses the answer of a program that ends before.
 */
void	 cgi_body_forget(const struct conf *, const struct head *);

#endif

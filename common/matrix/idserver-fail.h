/*
 * idserver-fail.h - what a client hears when an identity server does not do
 * what this server asked it for.
 */
#ifndef MXCGI_IDSERVER_FAIL_H
#define MXCGI_IDSERVER_FAIL_H

#include "matrix/idserver.h"
#include "serve/serve.h"

/* A line in the log unless it said yes: the rest is for the administrator. */
void		 idserver_note(const struct idserver *);
/*
 * It said no: refused in its own words, with its errcode as far as that
 * speaks of what the client asked for.  It was silent: M_BUSY, to be tried
 * again.
 */
enum mx_err	 idserver_fail(struct request *, const struct idserver *);

#endif

/* run.h - the two ways to run (design section 5). */
#ifndef MXCGI_RUN_H
#define MXCGI_RUN_H

#include "store/store.h"

/* One request from the environment and fd 0; the exit status. */
int	cgi_serve(struct store *);
/* FastCGI on the listening socket fd 0 until SIGTERM; the exit status. */
int	fastcgi_serve(struct store *);

#endif

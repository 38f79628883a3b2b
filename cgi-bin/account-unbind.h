/*
 * account-unbind.h - what was published of a user's addresses at identity
 * servers is taken back (client-server API, account/3pid/unbind, delete,
 * account/deactivate).
 */
#ifndef MXCGI_ACCOUNT_UNBIND_H
#define MXCGI_ACCOUNT_UNBIND_H

#include "serve/serve.h"

/* How many associations a user has at once, at all servers together. */
#define BINDINGS_MAX	50

/*
 * A job, for later(), that takes back all that the table `binding` knows of
 * a user; or all addresses of the user from id_server, unless that is NULL.
 * NULL: there is nothing.
 */
struct job	*unbind_all(struct request *, int64_t user,
		    const char *user_id, const char *id_server);
/*
 * Of one address of the caller; id_server NULL: wherever it was published.
 * NULL: nobody knows where.
 */
struct job	*unbind_address(struct request *, const char *medium,
		    const char *address, const char *id_server);

/* Is r->job one of these? */
bool		 unbind_asked(const struct request *);
/*
 * For the handler that runs next, in a transaction that writes: what was
 * taken back is forgotten; the rest stays known and may be tried again.
 */
void		 unbind_finish(struct request *);
/*
 * "success", when every server has done it; else, and without a job,
 * "no-support".
 */
const char	*unbind_result(const struct request *);

#endif

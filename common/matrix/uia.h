/*
 * uia.h - User-Interactive Authentication, one engine for every endpoint that
 * asks for it (2015.md section 4; client-server API of today, same name).
 *
 * A session is bound to the endpoint, the user (where there is one) and the
 * body without its auth; it expires, and ends with its first success.  It
 * lives in the volatile store, so what a refusal must keep is kept.
 */
#ifndef MXCGI_UIA_H
#define MXCGI_UIA_H

#include "serve/serve.h"

/* A flow: stage types in order, ends with NULL. */
struct uia_flow {
	const char	*stage[8];
};

/*
 * Has the caller passed one of the flows (a list that ends with stage[0]
 * NULL)?  M_OK: go on.  Otherwise return what it returns: the 401 with flows,
 * params, session, completed, and errcode and error where a stage failed, is
 * written.  Where a flow holds nothing but m.login.dummy, an auth without a
 * session passes in one step.
 */
enum mx_err	 uia_pass(struct request *, const struct uia_flow *flows);

#endif

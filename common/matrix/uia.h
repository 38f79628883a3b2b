/*
 * uia.h - User-Interactive Authentication, one engine for every endpoint that
 * asks for it (2015.md section 4; client-server API of today, same name).
 *
 * A session is bound to the endpoint with its path arguments, the user (where
 * there is one) and, from its first completed stage on, the body without its
 * auth; it expires after an hour, and ends with its success.  It lives in the
 * volatile store, so what a refusal must keep is kept; what lies there lets
 * nobody go on with a session or guess at a body.
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
 * NULL)?  M_OK: go on; the session is used up.  Otherwise return what it
 * returns:
 *
 *   M_UIA        written: the 401 with flows, params, session, completed, and
 *                errcode and error where a stage failed or the session is not
 *                known (any more); then session is a new one
 *   M_FORBIDDEN  the session belongs to another request
 *   M_BAD_JSON   auth is not of the right shape, or the body holds a number
 *                that is not an integer
 *   M_BUSY       the volatile store takes no session now
 *
 * Stages count in the order of their flow; by 2015's paths in any order.  An
 * auth with a type and no session begins a session and tries that stage at
 * once, so a flow of one stage passes in one step.
 */
enum mx_err	 uia_pass(struct request *, const struct uia_flow *flows);

#endif

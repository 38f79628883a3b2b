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

/*
 * Has the caller passed one of the flows that the configuration wants?  (An
 * application service that removes devices, uploads signing keys or ends the
 * account of one of its users has nothing to pass.)  M_OK:
 * go on; uia_end() must follow where the work is written.  Otherwise return
 * what it returns:
 *
 *   M_UIA        written: the 401 with flows, params, session, completed, and
 *                errcode and error where a stage failed or the session is not
 *                known (any more); then session is a new one
 *   M_LATER      a stage must hash or ask somebody; the route's handler is run
 *                anew afterwards, and this is where it learns the outcome
 *   M_FORBIDDEN  the session belongs to another request, or this server has
 *                no flow for this user
 *   M_BAD_JSON   auth is not of the right shape, or the body holds a number
 *                that is not an integer
 *   M_LIMIT_EXCEEDED  too many wrong passwords
 *   M_BUSY       the volatile store takes no session now
 *
 * Stages count in the order of their flow; by 2015's paths in any order.  An
 * auth with a type and no session begins a session and tries that stage at
 * once, so a flow of one stage passes in one step.
 */
enum mx_err	 uia_pass(struct request *, enum conf_flows);

/*
 * After uia_pass(), in the transaction that does the work, when nothing
 * is refused any more: what was proved is used up (the session, a registration
 * or login token, the confirmation of an address).  Not M_OK: somebody else was
 * faster; return it.
 */
enum mx_err	 uia_end(struct request *);

/*
 * What was proved: the user that a password, an address or a token stands for
 * (0: none of these was asked for); the address that was confirmed (NULL
 * medium: none).
 */
struct uia_address {
	const char	*medium;
	const char	*address;
	int64_t		 validated_at;
	/* By whom it was confirmed, and of what session; NULL: by ourselves. */
	const char	*id_server;
	const char	*id_sid;
	const char	*client_secret;
};
int64_t		 uia_user(const struct request *);
struct uia_address uia_address(const struct request *, const char *medium);
/* Did the caller agree to the policies? */
bool		 uia_accepted_terms(const struct request *);

/* ------------------------------------------------- registration of 2014 */

/*
 * api/v1: the body is itself the auth, of one stage after another; dummy needs
 * none.  uia_v1_stage(): the stage that the body names; M_OK: passed, and
 * session and what comes next are written, last when nothing else does.
 * uia_v1_pass(): all but last are passed; uia_end() must follow.  Not M_OK:
 * refused, or M_LATER as with uia_pass().
 */
enum mx_err	 uia_v1_stage(struct request *, enum conf_flows, const char *last);
enum mx_err	 uia_v1_pass(struct request *, enum conf_flows);

/* ------------------------------------------------------ fallback pages */

/* A session as a page sees it that knows only its name. */
struct uia_view {
	enum conf_flows	 flows;
	int64_t		 user;		/* 0: nobody yet */
	bool		 known;		/* false: unknown or expired */
	bool		 completed;	/* this stage */
	bool		 awaited;	/* this stage may come next */
};
struct uia_view	 uia_view(struct request *, const char *session,
		    const char *type);
/*
 * Try a stage on behalf of whoever looks at its page; auth as a client would
 * send it.  M_OK: passed; M_LATER: as uia_pass(); M_UIA: *why it failed (no
 * body is written).
 */
enum mx_err	 uia_try(struct request *, const char *session,
		    const char *type, const cJSON *auth, const char **why);

/* The page that says that a stage is done, and tells its client so. */
enum mx_err	 uia_done_page(struct request *);

/*
 * m.login.sso, which is passed in a browser that is sent elsewhere and back:
 * meanwhile the session is known by what the store calls it.  uia_prove(): the
 * browser's user turned out to be this one.  M_OK, or M_UIA and *why not.
 */
void		 uia_name(const char *session, uint8_t name[SHA256_LEN]);
struct uia_view	 uia_view_named(struct request *, const uint8_t name[SHA256_LEN],
		    const char *type);
enum mx_err	 uia_prove(struct request *, const uint8_t name[SHA256_LEN],
		    const char *type, int64_t user, const char **why);

#endif

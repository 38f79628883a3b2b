/*
 * credentials.h - who somebody says to be, and whether the password is theirs:
 * the same for POST /login and for m.login.password of User-Interactive
 * Authentication (client-server API, "Identifier types", "Password-based").
 */
#ifndef MXCGI_CREDENTIALS_H
#define MXCGI_CREDENTIALS_H

#include "matrix/account.h"
#include "serve/serve.h"

struct claim {
	struct account	 account;	/* all zero: nobody has this name */
	const char	*key;		/* what the limits know them by */
};

/*
 * Read identifier (m.id.user, m.id.thirdparty, m.id.phone) of object, or, as
 * before 2018, its members user, or medium and address, or username (2015).
 * Names are ids or local parts.  Not M_OK: refused, because nobody is named.
 */
enum mx_err	 claim_read(struct request *, const cJSON *object, struct claim *);
/* Does the object name anybody? */
bool		 claim_is_there(const cJSON *object);

/*
 * Hash the password and come back in next, a reader, with the outcome in
 * r->job; returns M_LATER.  A name that nobody has costs the same.
 * M_LIMIT_EXCEEDED: too many wrong ones for this account before.
 */
enum mx_err	 password_try(struct request *, const struct claim *,
		    const char *password, handler_fn *next);
/*
 * In next, with the claim read again: M_OK when it is theirs.  M_FORBIDDEN,
 * in the same words for a wrong password and for a name that nobody has;
 * M_BUSY; or M_LATER, when the password was changed meanwhile and next is
 * called once more.
 */
enum mx_err	 password_judge(struct request *, const struct claim *,
		    const char *password, handler_fn *next);
/* In a write transaction after that: hash it anew where the cost has risen. */
void		 password_strengthen(struct request *, int64_t user);

/*
 * May this account log in, by whatever means?  M_OK, M_USER_DEACTIVATED, or
 * M_USER_LOCKED with soft_logout.
 */
enum mx_err	 account_may_enter(struct request *, const struct account *);

/*
 * A new password is hashed likewise, and next, a writer, finds it by
 * password_hashed(); NULL: refused with M_BUSY already (return that).
 */
enum mx_err	 password_hash_later(struct request *, const char *password,
		    handler_fn *next);
const char	*password_hashed(struct request *);
/*
 * May it be a password at all?  M_OK, M_WEAK_PASSWORD or M_INVALID_PARAM.
 */
enum mx_err	 password_acceptable(struct request *, const char *password);

#endif

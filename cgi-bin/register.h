/*
 * register.h - what the files of `register` share: making an account, whatever
 * path it was asked for by.
 */
#ifndef MXCGI_CGI_REGISTER_H
#define MXCGI_CGI_REGISTER_H

#include "matrix/session.h"
#include "serve/serve.h"

/* What a new account shall be. */
struct wish {
	const char	*username;	/* NULL: made up */
	const char	*password;
	const char	*guest_token;	/* of the guest who becomes a user */
	bool		 inhibit_login;
	bool		 bind_email;
	struct session_wish session;
};

/*
 * register-service.c: POST /register of an application service, by whatever
 * path; or not one (M_OK).
 */
#define SERVICE_TYPE	"m.login.application_service"
enum mx_err	 register_service(struct request *);

/* An id that nobody has yet. */
const char	*user_id_made_up(struct request *);
/* Are strangers let in at all?  M_OK, or M_FORBIDDEN. */
enum mx_err	 registration_open(struct request *);
/*
 * May it be made?  M_OK, M_INVALID_USERNAME, M_EXCLUSIVE, M_USER_IN_USE,
 * M_WEAK_PASSWORD ...; what is not there is not judged.
 */
enum mx_err	 wish_check(struct request *, const struct wish *);
/*
 * All stages are passed: hash the password and come back in next, a writer,
 * which calls wish_grant(), the last word.  M_LATER, or refused.
 */
enum mx_err	 wish_go(struct request *, const struct wish *,
		    handler_fn *next);
/* Make the account and answer; or M_LATER. */
enum mx_err	 wish_grant(struct request *, const struct wish *);

/*
 * register-bind.c: the account is made and the answer written; publish the
 * address that an identity server confirmed.  Returns M_LATER.
 */
enum mx_err	 register_bind(struct request *, int64_t user,
		    const char *user_id);

#endif

/* login-token.c - tokens for a single login of another device. */
#include "matrix/session.h"
#include "matrix/uia.h"
#include "login.routes.h"

/*
 * POST /login/get_token
 *
 * A token with which somebody else's device logs in as the caller, once and
 * soon (m.login.token).  The caller confirms each.
 */
enum mx_err
login_get_token(struct request *r)
{
	int64_t life = r->conf->login_token_ms;
	enum mx_err err;

	if ((err = uia_pass(r, FLOWS_login_token)) != M_OK ||
	    (err = rate_take_again(r, LIMIT_login_account,
	    r->who.user_id)) != M_OK)
		return err;
	put_text(&r->out, "login_token", login_token_make(r->db, r->mem,
	    r->who.user, r->now + life));
	put_int(&r->out, "expires_in_ms", life);
	return uia_end(r);
}

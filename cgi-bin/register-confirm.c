/* register-confirm.c - whose address is it that an account shall have? */
#include "matrix/confirm.h"
#include "register.routes.h"

/*
 * POST /register/email/requestToken
 *
 * A mail with a link, to be opened before registration goes on.
 */
enum mx_err
register_email_token(struct request *r)
{
	return confirm_request(r, FOR_REGISTER, MEDIUM_EMAIL);
}

/*
 * POST /register/msisdn/requestToken
 *
 * A text with a code, for POST submit_url.
 */
enum mx_err
register_msisdn_token(struct request *r)
{
	return confirm_request(r, FOR_REGISTER, MEDIUM_MSISDN);
}

/* account-confirm.c - whose address is it? */
#include "matrix/confirm.h"
#include "account.routes.h"

/*
 * POST /account/password/email/requestToken
 *
 * A mail with a link, for whoever forgot the password of an account that has
 * this address.
 */
enum mx_err
password_email_token(struct request *r)
{
	return confirm_request(r, FOR_PASSWORD, MEDIUM_EMAIL);
}

/*
 * POST /account/password/msisdn/requestToken
 *
 * A text with a code, for the same.
 */
enum mx_err
password_msisdn_token(struct request *r)
{
	return confirm_request(r, FOR_PASSWORD, MEDIUM_MSISDN);
}

/*
 * POST /account/3pid/email/requestToken
 *
 * A mail with a link, before an address is added to an account.
 */
enum mx_err
add_email_token(struct request *r)
{
	return confirm_request(r, FOR_ADD, MEDIUM_EMAIL);
}

/*
 * POST /account/3pid/msisdn/requestToken
 *
 * A text with a code, for the same.
 */
enum mx_err
add_msisdn_token(struct request *r)
{
	return confirm_request(r, FOR_ADD, MEDIUM_MSISDN);
}

/* ----------------------------------------------------------- the answer */

struct submitted {
	const char	*sid;
	const char	*client_secret;
	const char	*token;
};

static const struct field submitted_fields[] = {
	FIELD_STR(submitted, sid, "sid", REQUIRED, NULL),
	FIELD_STR(submitted, client_secret, "client_secret", REQUIRED, NULL),
	FIELD_STR(submitted, token, "token", REQUIRED, NULL),
	FIELD_END
};

/*
 * POST submit_url
 *
 * The token of a message, given by the client: the address is confirmed.  As
 * the identity service API has it for submitToken, but without an account
 * there.  The number of a telephone's wrong codes is limited.
 */
enum mx_err
submit_token(struct request *r)
{
	struct submitted in = { 0 };
	struct threepid_session s;
	enum mx_err err;

	if ((err = body_read(r, submitted_fields, &in)) != M_OK)
		return err;
	switch (confirm_submit(r, in.sid, in.client_secret, in.token, &s)) {
	case CONFIRMED:
		break;
	case CONFIRM_WRITES:
		return again(r);
	case CONFIRM_UNKNOWN:
		return fail(r, M_NO_VALID_SESSION, "There is no such session "
		    "(any more); ask for a new message");
	case CONFIRM_WRONG:
		return refuse_keeping(r, M_TOKEN_INCORRECT,
		    "This is not what the last message says; look again");
	}
	put_bool(&r->out, "success", true);
	return M_OK;
}

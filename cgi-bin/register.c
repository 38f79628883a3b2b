/* register.c - POST /register, and what can be asked before it. */
#include <string.h>

#include "matrix/account.h"
#include "matrix/credentials.h"
#include "matrix/uia.h"
#include "register.h"
#include "register.routes.h"

static const struct field fields[] = {
	FIELD_STR(wish, username, "username", OPTIONAL, NULL),
	FIELD_STR(wish, password, "password", OPTIONAL, NULL),
	FIELD_STR(wish, guest_token, "guest_access_token", OPTIONAL, NULL),
	FIELD_BOOL(wish, inhibit_login, "inhibit_login", OPTIONAL),
	FIELD_BOOL(wish, bind_email, "bind_email", OPTIONAL),
	SESSION_FIELDS(wish),
	FIELD_END
};

static const struct field password_required[] = {
	FIELD_STR(wish, password, "password", REQUIRED, NULL),
	FIELD_END
};

/* -------------------------------------------------------------- guests */

struct guest {
	const char	*device_name;
};

static const struct field guest_fields[] = {
	FIELD_STR(guest, device_name, "initial_device_display_name", OPTIONAL,
	    device_name_valid),
	FIELD_END
};

/*
 * POST /register?kind=guest
 *
 * An account without a password, for as long as its token is kept.  All but
 * the name of the device is ignored, as the specification wants.
 */
static enum mx_err
register_guest(struct request *r)
{
	struct guest guest = { 0 };
	const char *user_id;
	int64_t user;
	enum mx_err err;

	if (!r->conf->guests)
		return fail(r, M_GUEST_ACCESS_FORBIDDEN,
		    "Guest accounts are not offered; register an account");
	if ((err = body_read(r, guest_fields, &guest)) != M_OK ||
	    (err = rate_take_again(r, LIMIT_register,
	    rate_address(r))) != M_OK)
		return err;
	user_id = user_id_made_up(r);
	user = account_make(r->db, user_id, ACCOUNT_GUEST, NULL, r->now);
	if (user == 0)
		return fail(r, M_USER_IN_USE, "Try again");
	session_answer(r, user, user_id,
	    &(struct session_wish){ .device_name = guest.device_name });
	return M_OK;
}

/* --------------------------------------------------------------- users */

static enum mx_err
wish_read(struct request *r, struct wish *wish)
{
	*wish = (struct wish){ 0 };
	return body_read(r, fields, wish);
}

static enum mx_err
hashed(struct request *r)
{
	struct wish wish;
	enum mx_err err;

	if ((err = wish_read(r, &wish)) != M_OK)
		return err;
	return wish_grant(r, &wish);
}

static enum mx_err
register_user(struct request *r)
{
	const char *type = json_text(r->body, "type");
	struct wish wish;
	enum mx_err err;

	if (type != NULL && strcmp(type, SERVICE_TYPE) == 0)
		return register_service(r);
	if ((err = registration_open(r)) != M_OK ||
	    (err = wish_read(r, &wish)) != M_OK ||
	    (err = wish_check(r, &wish)) != M_OK ||
	    (err = uia_pass(r, FLOWS_register)) != M_OK ||
	    (err = body_read(r, password_required, &wish)) != M_OK)
		return err;
	return wish_go(r, &wish, hashed);
}

/*
 * POST /register
 *
 * A new account, and a session on it unless inhibit_login.  What can be said
 * about username and password is said before User-Interactive Authentication
 * (REG-1); a name that somebody takes meanwhile is refused afterwards, and
 * nothing is left behind.
 */
enum mx_err
register_account(struct request *r)
{
	const char *kind = req_query(r, "kind");

	if (kind == NULL || strcmp(kind, "user") == 0)
		return register_user(r);
	if (strcmp(kind, "guest") == 0)
		return register_guest(r);
	return fail(r, M_INVALID_PARAM, "kind must be user or guest");
}

/* --------------------------------------------- what can be asked before */

/*
 * GET /register/available
 *
 * Could one register this username now?
 */
enum mx_err
register_available(struct request *r)
{
	struct wish wish = { .username = req_query(r, "username") };
	enum mx_err err;

	if (wish.username == NULL)
		return fail(r, M_MISSING_PARAM, "username is missing");
	if ((err = registration_open(r)) != M_OK ||
	    (err = wish_check(r, &wish)) != M_OK)
		return err;
	put_bool(&r->out, "available", true);
	return M_OK;
}

/*
 * GET /register/m.login.registration_token/validity
 *
 * Would this registration token do now?
 */
enum mx_err
registration_token_validity(struct request *r)
{
	const char *token = req_query(r, "token");
	enum mx_err err;

	if (token == NULL)
		return fail(r, M_MISSING_PARAM, "token is missing");
	if ((err = registration_open(r)) != M_OK)
		return err;
	put_bool(&r->out, "valid", db_int(r->db, 0,
	    STMT_REGISTRATION_TOKEN_GOOD, DB_TEXT(token),
	    DB_INT(r->now)) != 0);
	return M_OK;
}

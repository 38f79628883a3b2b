/* login.c - sessions begin and end. */
#include <string.h>

#include "matrix/credentials.h"
#include "matrix/cross_signing.h"
#include "matrix/session.h"
#include "serve/serve.h"
#include "login.routes.h"

#define PASSWORD_TYPE	"m.login.password"
#define TOKEN_TYPE	"m.login.token"
#define SSO_TYPE	"m.login.sso"
#define APPSERVICE_TYPE	"m.login.application_service"

/* By whom, in words for people and pictures for clients. */
static void
write_sso(struct request *r)
{
	const struct conf_oidc *idp = r->conf->oidc;

	write_object(&r->out);
	put_text(&r->out, "type", SSO_TYPE);
	put_array(&r->out, "identity_providers");
	for (; idp != NULL; idp = idp->next) {
		write_object(&r->out);
		put_text(&r->out, "id", idp->id);
		put_text(&r->out, "name", idp->name);
		if (idp->icon != NULL)
			put_text(&r->out, "icon", idp->icon);
		if (idp->brand != NULL)
			put_text(&r->out, "brand", idp->brand);
		write_end(&r->out);
	}
	write_end(&r->out);
	write_end(&r->out);
}

/*
 * GET /login
 *
 * The types that POST /login takes, and m.login.sso, which leads to one.
 */
enum mx_err
login_flows(struct request *r)
{
	put_array(&r->out, "flows");
	write_object(&r->out);
	put_text(&r->out, "type", PASSWORD_TYPE);
	write_end(&r->out);
	write_object(&r->out);
	put_text(&r->out, "type", TOKEN_TYPE);
	put_bool(&r->out, "get_login_token", true);
	write_end(&r->out);
	if (r->conf->appservices != NULL) {
		write_object(&r->out);
		put_text(&r->out, "type", APPSERVICE_TYPE);
		write_end(&r->out);
	}
	if (r->conf->oidc != NULL)
		write_sso(r);
	write_end(&r->out);
	return M_OK;
}

/* ------------------------------------------------------- what was given */

struct login {
	const char	*type;
	const char	*password;
	const char	*token;
	struct session_wish session;
};

static const struct field fields[] = {
	FIELD_STR(login, type, "type", OPTIONAL, NULL),
	FIELD_STR(login, password, "password", OPTIONAL, NULL),
	FIELD_STR(login, token, "token", OPTIONAL, NULL),
	SESSION_FIELDS(login),
	FIELD_END
};

static enum mx_err
missing(struct request *r, const char *what)
{
	return fail(r, req_is_2015(r) ? M_BAD_JSON : M_MISSING_PARAM,
	    "%s is missing", what);
}

/* In 2015 a password needed no type (2015.md 5.2). */
static enum mx_err
login_read(struct request *r, struct login *login)
{
	enum mx_err err;

	*login = (struct login){ 0 };
	if ((err = body_read(r, fields, login)) != M_OK)
		return err;
	if (login->type == NULL && req_is_2015(r))
		login->type = PASSWORD_TYPE;
	return login->type ? M_OK : missing(r, "type");
}

/* ---------------------------------------------------- what is answered */

static void
write_well_known(struct request *r)
{
	if (r->conf->base_url == NULL)
		return;
	put_object(&r->out, "well_known");
	put_object(&r->out, "m.homeserver");
	put_text(&r->out, "base_url", r->conf->base_url);
	write_end(&r->out);
	write_end(&r->out);
}

/* They may: by whatever means they have shown it. */
static enum mx_err
let_in(struct request *r, const struct account *account,
    const struct login *login)
{
	enum mx_err err;

	if ((err = account_may_enter(r, account)) != M_OK ||
	    (err = rate_take_again(r, LIMIT_login_account,
	    account->user_id)) != M_OK)
		return err;
	if (login->session.device_id != NULL && cross_key_named(r->db,
	    account->user, login->session.device_id))
		return fail(r, M_FORBIDDEN, "device_id is that of a key for "
		    "cross-signing; name your device otherwise");
	session_answer(r, account->user, account->user_id, &login->session);
	write_well_known(r);
	return M_OK;
}

/* --------------------------------------------------------- by password */

static enum mx_err
password_tried(struct request *r)
{
	struct login login;
	struct claim claim;
	enum mx_err err;

	if ((err = login_read(r, &login)) != M_OK ||
	    (err = claim_read(r, r->body, &claim)) != M_OK ||
	    (err = password_judge(r, &claim, login.password,
	    password_tried)) != M_OK ||
	    (err = let_in(r, &claim.account, &login)) != M_OK)
		return err;
	password_strengthen(r, claim.account.user);
	return M_OK;
}

static enum mx_err
by_password(struct request *r, const struct login *login)
{
	struct claim claim;
	enum mx_err err;

	if (login->password == NULL)
		return missing(r, "password");
	if ((err = claim_read(r, r->body, &claim)) != M_OK)
		return err;
	return password_try(r, &claim, login->password, password_tried);
}

/* ------------------------------------------------------------ by token */

static enum mx_err
by_token(struct request *r, const struct login *login)
{
	struct account account;
	const char *name;
	enum mx_err err;

	if (login->token == NULL)
		return missing(r, "token");
	if (!account_get(r->db, login_token_find(r->db, r->mem, login->token,
	    r->now, &name), &account))
		return fail(r, M_FORBIDDEN,
		    "This login token is not valid (any more)");
	if ((err = let_in(r, &account, login)) == M_OK &&
	    !login_token_spend(r->db, name))
		return fail(r, M_FORBIDDEN, "This login token has been used");
	return err;
}

/* ----------------------------------------------- by an application service */

static enum mx_err
by_service(struct request *r, const struct login *login)
{
	const struct appservice *as;
	struct claim claim;
	enum mx_err err;

	if ((err = service_needed(r, &as)) != M_OK ||
	    (err = claim_read(r, r->body, &claim)) != M_OK)
		return err;
	if (claim.account.user == 0)
		return fail(r, M_FORBIDDEN, "There is no such user; "
		    "register them first");
	if (!appservice_has(as, r->conf, SPACE_USERS, claim.account.user_id))
		return fail(r, M_EXCLUSIVE, "%s is in no namespace of the "
		    "application service", claim.account.user_id);
	return let_in(r, &claim.account, login);
}

/*
 * POST /login
 *
 * A session for whoever knows the password, or holds a token for a single
 * login.  The user is named by identifier, or by user or an address as before
 * 2018, or by username as in 2015; by full id or local part.  That there is no
 * such user looks like a wrong password, and takes as long.
 *
 * An application service needs its own token alone to log in its users.
 */
enum mx_err
login(struct request *r)
{
	struct login login;
	enum mx_err err;

	if ((err = login_read(r, &login)) != M_OK)
		return err;
	if (strcmp(login.type, PASSWORD_TYPE) == 0)
		return by_password(r, &login);
	if (strcmp(login.type, TOKEN_TYPE) == 0)
		return by_token(r, &login);
	if (strcmp(login.type, APPSERVICE_TYPE) == 0)
		return by_service(r, &login);
	return fail(r, M_BAD_REQUEST, "Bad login type.");
}

/* ------------------------------------------------------------- refresh */

struct refresh {
	const char	*token;
};

static const struct field refresh_fields[] = {
	FIELD_STR(refresh, token, "refresh_token", REQUIRED, NULL),
	FIELD_END
};

static enum mx_err
locked(struct request *r)
{
	put_bool(reply_error_members(r), "soft_logout", true);
	return fail(r, M_USER_LOCKED, "This account is locked");
}

/*
 * POST /refresh
 *
 * New tokens for a refresh token.  The old ones live until a new one is used;
 * whoever did not hear the answer may ask again, and gets others.
 */
enum mx_err
refresh(struct request *r)
{
	struct refresh in = { 0 };
	enum mx_err err;

	if ((err = body_read(r, refresh_fields, &in)) != M_OK)
		return err;
	switch (session_refresh(r, in.token, false)) {
	case REFRESHED:
		return M_OK;
	case REFRESH_WRITES:
		return again(r);
	case REFRESH_LOCKED:
		return locked(r);
	case REFRESH_EXPIRED:
		put_bool(reply_error_members(r), "soft_logout", true);
		return fail(r, M_UNKNOWN_TOKEN,
		    "The refresh token has expired; log in again");
	case REFRESH_UNKNOWN:
		break;
	}
	return fail(r, M_UNKNOWN_TOKEN,
	    "The refresh token is not known (any more); log in again");
}

/*
 * POST /tokenrefresh (2015)
 *
 * The same, but the old tokens are dead at once (TOK-1), and what is refused
 * is refused with 403 (TOK-3).
 */
enum mx_err
tokenrefresh(struct request *r)
{
	struct refresh in = { 0 };
	enum mx_err err;

	if ((err = body_read(r, refresh_fields, &in)) != M_OK)
		return err;
	switch (session_refresh(r, in.token, true)) {
	case REFRESHED:
		return M_OK;
	case REFRESH_WRITES:
		return again(r);
	case REFRESH_LOCKED:
		return locked(r);
	case REFRESH_EXPIRED:
	case REFRESH_UNKNOWN:
		break;
	}
	return fail(r, M_FORBIDDEN,
	    "The refresh token is not valid (any more); log in again");
}

/* ------------------------------------------------------------- the end */

/*
 * POST /logout
 *
 * The caller's device goes, and with it its tokens; what waits with one ends.
 */
enum mx_err
logout(struct request *r)
{
	session_end(r->db, r->who.user, r->who.device);
	return M_OK;
}

/*
 * POST /logout/all
 *
 * The same for every device of the caller.
 */
enum mx_err
logout_all(struct request *r)
{
	session_end_others(r->db, r->who.user, 0);
	login_tokens_drop(r->db, r->who.user);
	return M_OK;
}

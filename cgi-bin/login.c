/* login.c - sessions begin and end. */
#include <errno.h>
#include <string.h>

#include "matrix/account.h"
#include "matrix/session.h"
#include "serve/serve.h"
#include "login.routes.h"

#define PASSWORD_TYPE	"m.login.password"
/* The same for an unknown user and a wrong password (security.md 13). */
#define NO_ENTRY	"Unknown user or wrong password"

/*
 * GET /login
 *
 * The types that POST /login takes.
 */
enum mx_err
login_flows(struct request *r)
{
	put_array(&r->out, "flows");
	write_object(&r->out);
	put_text(&r->out, "type", PASSWORD_TYPE);
	write_end(&r->out);
	write_end(&r->out);
	return M_OK;
}

/* ------------------------------------------------------- what was given */

struct login {
	const char	*type;
	const char	*password;
	const cJSON	*identifier;
	const char	*identifier_type;
	const char	*identifier_user;
	const char	*user;
	const char	*username;
	const char	*medium;
	struct session_wish session;
};

static const struct field type_fields[] = {
	FIELD_STR(login, type, "type", OPTIONAL, NULL),
	FIELD_END
};

static const struct field login_fields[] = {
	FIELD_STR(login, password, "password", REQUIRED, NULL),
	FIELD_OBJECT(login, identifier, "identifier", OPTIONAL),
	FIELD_STR(login, identifier_type, "identifier.type", OPTIONAL, NULL),
	FIELD_STR(login, identifier_user, "identifier.user", OPTIONAL, NULL),
	FIELD_STR(login, user, "user", OPTIONAL, NULL),
	FIELD_STR(login, username, "username", OPTIONAL, NULL),
	FIELD_STR(login, medium, "medium", OPTIONAL, NULL),
	SESSION_FIELDS(login),
	FIELD_END
};

/* In 2015 a password needed no type (2015.md 5.2). */
static enum mx_err
check_type(struct request *r)
{
	struct login login = { 0 };
	enum mx_err err;

	if ((err = body_read(r, type_fields, &login)) != M_OK)
		return err;
	if (login.type == NULL)
		return req_is_2015(r) ? M_OK :
		    fail(r, M_MISSING_PARAM, "type is missing");
	if (strcmp(login.type, PASSWORD_TYPE) != 0)
		return fail(r, M_BAD_REQUEST, "Bad login type.");
	return M_OK;
}

/*
 * Who wants in?  *name becomes a user id or local part; or empty for an
 * address, which belongs to nobody as long as accounts have none.
 */
static enum mx_err
find_name(struct request *r, const struct login *login, const char **name)
{
	const char *type = login->identifier_type;

	*name = login->user ? login->user : login->username;
	if (login->identifier != NULL && type != NULL &&
	    strcmp(type, "m.id.user") == 0)
		*name = login->identifier_user;
	else if (login->identifier != NULL && type != NULL &&
	    strcmp(type, "m.id.thirdparty") != 0 &&
	    strcmp(type, "m.id.phone") != 0)
		return fail(r, M_INVALID_PARAM, "identifier.type must be "
		    "m.id.user, m.id.thirdparty or m.id.phone");
	else if (login->identifier != NULL || login->medium != NULL)
		*name = "";
	if (*name == NULL)
		return fail(r, req_is_2015(r) ? M_BAD_JSON : M_MISSING_PARAM,
		    "identifier is missing: who wants to log in?");
	return M_OK;
}

static enum mx_err
login_read(struct request *r, struct login *login, const char **name)
{
	enum mx_err err;

	if ((err = check_type(r)) != M_OK ||
	    (err = body_read(r, login_fields, login)) != M_OK)
		return err;
	return find_name(r, login, name);
}

/* ------------------------------------------------------- whose it is */

static struct account
account_named_by(struct request *r, const char *name)
{
	struct account a = { 0 };

	account_named(r->db, r->mem, r->conf->server_name, name, &a);
	return a;
}

/* ------------------------------------------------------- the password */

struct attempt {
	struct job	 job;
	struct password_cost cost;
	char		 password[PASSWORD_MAX + 1];
	char		 hash[PASSWORD_HASH_MAX];	/* empty: nobody's */
	bool		 right;
	bool		 failed;			/* nobody knows */
	char		 stronger[PASSWORD_HASH_MAX];	/* empty: not needed */
};

static void
check_password(struct job *job)
{
	struct attempt *a = (struct attempt *)job;

	a->right = password_check(a->password, *a->hash ? a->hash : NULL,
	    a->cost);
	a->failed = errno == ENOMEM;
	if (a->right && password_is_weak(a->hash, a->cost) &&
	    !password_hash(a->password, a->cost, a->stronger))
		a->stronger[0] = '\0';
}

/* Still the hash that was checked?  Somebody may have set another meanwhile. */
static bool
is_checked(const struct account *account, const struct attempt *a)
{
	return strcmp(account->hash ? account->hash : "", a->hash) == 0;
}

static enum mx_err
judge(struct request *r, const struct account *account, const struct attempt *a)
{
	if (a->failed) {
		reply_retry_after(r, 1000);
		return fail(r, M_BUSY, "The server is short of memory");
	}
	if (!a->right)
		return fail(r, M_FORBIDDEN, NO_ENTRY);
	if (account->deactivated_at != 0)
		return fail(r, M_USER_DEACTIVATED,
		    "This account has been deactivated");
	if (account->locked_at == 0)
		return M_OK;
	put_bool(reply_error_members(r), "soft_logout", true);
	return fail(r, M_USER_LOCKED, "This account is locked");
}

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

static enum mx_err
password_checked(struct request *r)
{
	const struct attempt *a = (const struct attempt *)r->job;
	struct login login = { 0 };
	struct account account;
	const char *name;
	enum mx_err err;

	if ((err = login_read(r, &login, &name)) != M_OK)
		return err;
	account = account_named_by(r, name);
	if (!is_checked(&account, a))
		return login_password(r);
	if ((err = judge(r, &account, a)) != M_OK || (err = again(r)) != M_OK)
		return err;
	if (*a->stronger != '\0')
		db_exec(r->db, STMT_PASSWORD_REHASH, DB_TEXT(a->stronger),
		    DB_INT(account.user), DB_TEXT(a->hash));
	session_answer(r, account.user, account.user_id, &login.session);
	write_well_known(r);
	return M_OK;
}

/*
 * POST /login
 *
 * A session for whoever knows the password.  The user is named by
 * identifier, or by user as before 2018, or by username as in 2015; by full
 * id or local part.  That there is no such user looks like a wrong password,
 * and takes as long.
 */
enum mx_err
login_password(struct request *r)
{
	struct login login = { 0 };
	struct account account;
	struct attempt *a;
	const char *name;
	enum mx_err err;

	if ((err = login_read(r, &login, &name)) != M_OK)
		return err;
	if (strlen(login.password) > PASSWORD_MAX)
		return fail(r, M_FORBIDDEN, NO_ENTRY);
	account = account_named_by(r, name);
	a = job_new(sizeof(*a));
	a->job = (struct job){ check_password, JOB_HASH };
	a->cost = r->conf->password_cost;
	strcpy(a->password, login.password);
	strcpy(a->hash, account.hash ? account.hash : "");
	return later(r, &a->job, password_checked, TX_READ);
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
	return M_OK;
}

/* register.c - new accounts. */
#include <ctype.h>
#include <string.h>

#include "base/crypto.h"
#include "matrix/account.h"
#include "matrix/session.h"
#include "matrix/uia.h"
#include "serve/serve.h"
#include "register.routes.h"

struct wish {
	const char	*username;
	const char	*password;
	bool		 inhibit_login;
	struct session_wish session;
};

static const struct field wish_fields[] = {
	FIELD_STR(wish, username, "username", OPTIONAL, NULL),
	FIELD_STR(wish, password, "password", OPTIONAL, NULL),
	SESSION_FIELDS(wish),
	FIELD_BOOL(wish, inhibit_login, "inhibit_login", OPTIONAL),
	FIELD_END
};

static const struct field password_required[] = {
	FIELD_STR(wish, password, "password", REQUIRED, NULL),
	FIELD_END
};

struct hashing {
	struct job	 job;
	struct password_cost cost;
	char		 password[PASSWORD_MAX + 1];
	char		 hash[PASSWORD_HASH_MAX];
	bool		 done;
};

static void
hash_password(struct job *job)
{
	struct hashing *h = (struct hashing *)job;

	h->done = password_hash(h->password, h->cost, h->hash);
}

static const char *
user_id_of(const struct request *r, const char *username)
{
	return arena_printf(r->mem, "@%s:%s", username, r->conf->server_name);
}

/* Twelve characters, of which nobody guesses whether somebody has them. */
static const char *
make_username(struct request *r)
{
	char *name = random_letters(r->mem, 12);

	for (char *p = name; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return name;
}

static enum mx_err
check_kind(struct request *r)
{
	const char *kind = req_query(r, "kind");

	if (!r->conf->registration)
		return fail(r, M_FORBIDDEN,
		    "Registration is closed on this server");
	if (kind == NULL || strcmp(kind, "user") == 0)
		return M_OK;
	if (strcmp(kind, "guest") == 0)
		return fail(r, M_GUEST_ACCESS_FORBIDDEN,
		    "Guest accounts are not offered; register an account");
	return fail(r, M_INVALID_PARAM, "kind must be user or guest");
}

static enum mx_err
check_username(struct request *r, const char *username)
{
	struct account a;
	const char *fault;

	if (username == NULL)
		return M_OK;
	if ((fault = username_fault(r->mem, r->conf, username)) != NULL)
		return fail(r, M_INVALID_USERNAME, "%s", fault);
	if (username_reserved(r->conf, username))
		return fail(r, M_EXCLUSIVE, "This username is reserved");
	if (account_find(r->db, user_id_of(r, username), &a))
		return fail(r, M_USER_IN_USE, "This username is taken");
	return M_OK;
}

static enum mx_err
check_password(struct request *r, const char *password)
{
	const char *fault;

	if (password == NULL)
		return M_OK;
	if (strlen(password) > PASSWORD_MAX)
		return fail(r, M_INVALID_PARAM,
		    "A password may have %d bytes", PASSWORD_MAX);
	if ((fault = password_fault(r->mem, r->conf, password)) != NULL)
		return fail(r, M_WEAK_PASSWORD, "%s", fault);
	return M_OK;
}

static enum mx_err
registered(struct request *r)
{
	const struct hashing *h = (const struct hashing *)r->job;
	struct wish wish = { 0 };
	const char *user_id;
	enum mx_err err;
	int64_t user;

	if ((err = body_read(r, wish_fields, &wish)) != M_OK)
		return err;
	if (!h->done) {
		reply_retry_after(r, 1000);
		return fail(r, M_BUSY, "The server is short of memory");
	}
	user_id = user_id_of(r, wish.username ? wish.username :
	    make_username(r));
	user = account_make(r->db, user_id, ACCOUNT_USER, h->hash, r->now);
	if (user == 0)
		return fail(r, M_USER_IN_USE, "This username is taken");
	if (!wish.inhibit_login) {
		session_answer(r, user, user_id, &wish.session);
		return M_OK;
	}
	put_text(&r->out, "user_id", user_id);
	put_text(&r->out, "home_server", r->conf->server_name);
	return M_OK;
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
	struct wish wish = { 0 };
	struct hashing *h;
	enum mx_err err;

	if ((err = check_kind(r)) != M_OK ||
	    (err = body_read(r, wish_fields, &wish)) != M_OK ||
	    (err = check_username(r, wish.username)) != M_OK ||
	    (err = check_password(r, wish.password)) != M_OK ||
	    (err = uia_pass(r, FLOWS_register)) != M_OK ||
	    (err = body_read(r, password_required, &wish)) != M_OK)
		return err;
	h = job_new(sizeof(*h));
	h->job = (struct job){ hash_password, JOB_HASH };
	h->cost = r->conf->password_cost;
	strcpy(h->password, wish.password);
	return later(r, &h->job, registered, TX_WRITE);
}

/* register-wish.c - an account is made, whatever path it was asked for by. */
#include <ctype.h>
#include <string.h>

#include "base/crypto.h"
#include "matrix/account.h"
#include "matrix/credentials.h"
#include "matrix/threepid.h"
#include "matrix/uia.h"
#include "register.h"

static const char *
user_id_of(const struct request *r, const char *username)
{
	return arena_printf(r->mem, "@%s:%s", username, r->conf->server_name);
}

/* Twelve characters, of which nobody guesses whether somebody has them. */
const char *
user_id_made_up(struct request *r)
{
	char *name = random_letters(r->mem, 12);

	for (char *p = name; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return user_id_of(r, name);
}

enum mx_err
registration_open(struct request *r)
{
	return r->conf->registration ? M_OK : fail(r, M_FORBIDDEN,
	    "Registration is closed on this server");
}

/* ---------------------------------------------- guests who become users */

/* The guest whose token that is; false: nobody's. */
static bool
guest_find(struct request *r, const char *token, struct account *a)
{
	uint8_t hash[SHA256_LEN];
	int64_t user;

	sha256(token, strlen(token), hash);
	user = db_int(r->db, 0, STMT_TOKEN_USER, DB_BLOB(hash, sizeof(hash)),
	    DB_INT(r->now));
	return account_get(r->db, user, a) && a->kind == ACCOUNT_GUEST &&
	    a->locked_at == 0;
}

/* The name must be theirs: client-server API, "Guest Access". */
static enum mx_err
guest_check(struct request *r, const struct wish *wish)
{
	struct account guest;

	if (!guest_find(r, wish->guest_token, &guest))
		return fail(r, M_FORBIDDEN,
		    "guest_access_token is not a guest's");
	if (wish->username == NULL || strcmp(guest.user_id,
	    user_id_of(r, wish->username)) != 0)
		return fail(r, M_FORBIDDEN, "username must be the guest's own");
	return M_OK;
}

/* ------------------------------------------------------------- judging */

static enum mx_err
username_free(struct request *r, const char *username)
{
	const char *fault = username_fault(r->mem, r->conf, username);
	struct account a;

	if (fault != NULL)
		return fail(r, M_INVALID_USERNAME, "%s", fault);
	if (username_reserved(r->conf, username) || appservice_excludes(
	    r->conf, SPACE_USERS, user_id_of(r, username), NULL))
		return fail(r, M_EXCLUSIVE, "This username is reserved");
	if (account_find(r->db, user_id_of(r, username), &a))
		return fail(r, M_USER_IN_USE, "This username is taken");
	return M_OK;
}

enum mx_err
wish_check(struct request *r, const struct wish *wish)
{
	enum mx_err err = M_OK;

	if (wish->guest_token != NULL)
		err = guest_check(r, wish);
	else if (wish->username != NULL)
		err = username_free(r, wish->username);
	if (err == M_OK && wish->password != NULL)
		err = password_acceptable(r, wish->password);
	return err;
}

enum mx_err
wish_go(struct request *r, const struct wish *wish, handler_fn *next)
{
	enum mx_err err = rate_take(r, LIMIT_register, rate_address(r));

	return err != M_OK ? err : password_hash_later(r, wish->password, next);
}

/* -------------------------------------------------------------- making */

/* 0: refused. */
static int64_t
make(struct request *r, const struct wish *wish, const char *hash,
    const char **user_id)
{
	struct account guest;
	int64_t user;

	if (wish->guest_token != NULL) {
		if (!guest_find(r, wish->guest_token, &guest) ||
		    !account_upgrade(r->db, guest.user, hash, r->now))
			return 0;
		session_end_others(r->db, guest.user, 0);
		*user_id = guest.user_id;
		return guest.user;
	}
	*user_id = wish->username ? user_id_of(r, wish->username) :
	    user_id_made_up(r);
	user = account_make(r->db, *user_id, ACCOUNT_USER, hash, r->now);
	return user;
}

/* The addresses that were confirmed on the way are theirs from now on. */
static enum mx_err
keep_address(struct request *r, int64_t user, const char *medium)
{
	struct uia_address a = uia_address(r, medium);

	if (a.medium == NULL || threepid_add(r->db, user, a.medium, a.address,
	    a.validated_at, r->now))
		return M_OK;
	return fail(r, M_THREEPID_IN_USE,
	    "This address belongs to another account");
}

static void
keep_consent(struct request *r, int64_t user)
{
	const struct conf_policy *p = r->conf->policies;

	if (!uia_accepted_terms(r))
		return;
	for (; p != NULL; p = p->next)
		db_exec(r->db, STMT_POLICY_ACCEPTED, DB_INT(user),
		    DB_TEXT(p->id), DB_TEXT(p->version), DB_INT(r->now));
}

static void
answer(struct request *r, const struct wish *wish, int64_t user,
    const char *user_id)
{
	if (!wish->inhibit_login) {
		session_answer(r, user, user_id, &wish->session);
		return;
	}
	put_text(&r->out, "user_id", user_id);
	put_text(&r->out, "home_server", r->conf->server_name);
}

static bool
must_bind(struct request *r, const struct wish *wish)
{
	return wish->bind_email && req_is_2015(r) &&
	    uia_address(r, MEDIUM_EMAIL).id_server != NULL;
}

enum mx_err
wish_grant(struct request *r, const struct wish *wish)
{
	const char *hash = password_hashed(r), *user_id;
	enum mx_err err;
	int64_t user;

	if (hash == NULL)
		return M_BUSY;
	if ((user = make(r, wish, hash, &user_id)) == 0)
		return fail(r, M_USER_IN_USE, "This username is taken");
	if ((err = keep_address(r, user, MEDIUM_EMAIL)) != M_OK ||
	    (err = keep_address(r, user, MEDIUM_MSISDN)) != M_OK)
		return err;
	keep_consent(r, user);
	if ((err = uia_end(r)) != M_OK)
		return err;
	answer(r, wish, user, user_id);
	return must_bind(r, wish) ? register_bind(r, user, user_id) : M_OK;
}

/*
 * credentials.c - names become accounts, passwords are tried.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "matrix/credentials.h"
#include "matrix/threepid.h"

/* The same for an unknown user and a wrong password (security.md 13). */
#define NO_ENTRY	"Unknown user or wrong password"

/* ------------------------------------------------------------- who is it? */

struct identifier {
	const cJSON	*object;
	const char	*type;
	const char	*id_user;
	const char	*id_medium;
	const char	*id_address;
	const char	*country;
	const char	*phone;
	const char	*number;	/* phone, as some clients call it */
	const char	*user;
	const char	*username;
	const char	*medium;
	const char	*address;
};

static const struct field fields[] = {
	FIELD_OBJECT(identifier, object, "identifier", OPTIONAL),
	FIELD_STR(identifier, type, "identifier.type", OPTIONAL, NULL),
	FIELD_STR(identifier, id_user, "identifier.user", OPTIONAL, NULL),
	FIELD_STR(identifier, id_medium, "identifier.medium", OPTIONAL, NULL),
	FIELD_STR(identifier, id_address, "identifier.address", OPTIONAL, NULL),
	FIELD_STR(identifier, country, "identifier.country", OPTIONAL, NULL),
	FIELD_STR(identifier, phone, "identifier.phone", OPTIONAL, NULL),
	FIELD_STR(identifier, number, "identifier.number", OPTIONAL, NULL),
	FIELD_STR(identifier, user, "user", OPTIONAL, NULL),
	FIELD_STR(identifier, username, "username", OPTIONAL, NULL),
	FIELD_STR(identifier, medium, "medium", OPTIONAL, NULL),
	FIELD_STR(identifier, address, "address", OPTIONAL, NULL),
	FIELD_END
};

bool
claim_is_there(const cJSON *object)
{
	return json_get(object, "identifier") != NULL ||
	    json_get(object, "user") != NULL ||
	    json_get(object, "username") != NULL ||
	    json_get(object, "medium") != NULL;
}

/* What is missing is so in the words of the path's time. */
static enum mx_err
missing(struct request *r, const char *what)
{
	return fail(r, req_is_2015(r) ? M_BAD_JSON : M_MISSING_PARAM,
	    "%s is missing: who is this?", what);
}

static enum mx_err
by_name(struct request *r, const char *member, const char *name,
    struct claim *claim)
{
	char *key;

	if (name == NULL)
		return missing(r, member);
	account_named(r->db, r->mem, r->conf->server_name, name,
	    &claim->account);
	/* The same for one that is there and one that is not. */
	key = *name == '@' ? arena_strdup(r->mem, name) :
	    arena_printf(r->mem, "@%s:%s", name, r->conf->server_name);
	for (char *p = key; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	claim->key = key;
	return M_OK;
}

static enum mx_err
by_address(struct request *r, const char *medium, const char *address,
    struct claim *claim)
{
	const char *canonical;

	if (medium == NULL || address == NULL)
		return missing(r, medium == NULL ? "medium" : "address");
	canonical = threepid_canonical(r->mem, medium, address);
	/* Its own, so that nobody learns whose it is. */
	claim->key = arena_printf(r->mem, "%s %s", medium,
	    canonical ? canonical : address);
	if (canonical != NULL)
		account_get(r->db, threepid_owner(r->db, medium, canonical),
		    &claim->account);
	return M_OK;
}

static enum mx_err
by_phone(struct request *r, const struct identifier *id, struct claim *claim)
{
	const char *phone = id->phone ? id->phone : id->number, *digits;

	if (id->country == NULL || phone == NULL)
		return missing(r, id->country == NULL ? "country" : "phone");
	digits = phone_canonical(r->mem, id->country, phone);
	return by_address(r, MEDIUM_MSISDN, digits ? digits : phone, claim);
}

enum mx_err
claim_read(struct request *r, const cJSON *object, struct claim *claim)
{
	struct identifier id = { 0 };
	const char *what;

	*claim = (struct claim){ .key = "" };
	if (fields_read(r->mem, object, fields, &id, &what) != FIELD_FINE)
		return fail(r, M_BAD_JSON, "%s", what);
	if (id.object == NULL && id.medium != NULL)
		return by_address(r, id.medium, id.address, claim);
	if (id.object == NULL)
		return by_name(r, "identifier",
		    id.user ? id.user : id.username, claim);
	/* The specification's own example of an address has no type. */
	if (id.type == NULL && id.id_medium != NULL)
		return by_address(r, id.id_medium, id.id_address, claim);
	if (id.type == NULL)
		return missing(r, "identifier.type");
	if (strcmp(id.type, "m.id.user") == 0)
		return by_name(r, "identifier.user", id.id_user, claim);
	if (strcmp(id.type, "m.id.thirdparty") == 0)
		return by_address(r, id.id_medium, id.id_address, claim);
	if (strcmp(id.type, "m.id.phone") == 0)
		return by_phone(r, &id, claim);
	return fail(r, M_INVALID_PARAM, "identifier.type must be m.id.user, "
	    "m.id.thirdparty or m.id.phone");
}

enum mx_err
account_may_enter(struct request *r, const struct account *account)
{
	if (account->deactivated_at != 0)
		return fail(r, M_USER_DEACTIVATED,
		    "This account has been deactivated");
	if (account->locked_at == 0)
		return M_OK;
	put_bool(reply_error_members(r), "soft_logout", true);
	return fail(r, M_USER_LOCKED, "This account is locked");
}

/* ------------------------------------------------------- is it theirs? */

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
check(struct job *job)
{
	struct attempt *a = (struct attempt *)job;

	a->right = password_check(a->password, *a->hash ? a->hash : NULL,
	    a->cost);
	a->failed = errno == ENOMEM;
	if (a->right && password_is_weak(a->hash, a->cost) &&
	    !password_hash(a->password, a->cost, a->stronger))
		a->stronger[0] = '\0';
}

/* Of one account, from one network; and from everywhere. */
static const char *
guess_key(struct request *r, const struct claim *claim)
{
	return arena_printf(r->mem, "%s %s", claim->key, rate_address(r));
}

static enum mx_err
wrong(struct request *r, const struct claim *claim)
{
	rate_charge(r, LIMIT_guess, guess_key(r, claim));
	rate_charge(r, LIMIT_guess_account, claim->key);
	return fail(r, M_FORBIDDEN, NO_ENTRY);
}

enum mx_err
password_try(struct request *r, const struct claim *claim,
    const char *password, handler_fn *next)
{
	struct attempt *a;
	enum mx_err err;

	if ((err = rate_look(r, LIMIT_guess, guess_key(r, claim))) != M_OK ||
	    (err = rate_look(r, LIMIT_guess_account, claim->key)) != M_OK)
		return err;
	if (strlen(password) > PASSWORD_MAX)
		return wrong(r, claim);
	a = job_new(sizeof(*a));
	a->job = (struct job){ check, JOB_HASH };
	a->cost = r->conf->password_cost;
	strcpy(a->password, password);
	if (claim->account.hash != NULL)
		strcpy(a->hash, claim->account.hash);
	return later(r, &a->job, next, TX_READ);
}

/* Still the hash that was checked?  Somebody may have set another meanwhile. */
static bool
is_checked(const struct claim *claim, const struct attempt *a)
{
	const char *hash = claim->account.hash;

	return strcmp(hash ? hash : "", a->hash) == 0;
}

static enum mx_err
short_of_memory(struct request *r)
{
	reply_retry_after(r, 1000);
	return fail(r, M_BUSY, "The server is short of memory");
}

enum mx_err
password_judge(struct request *r, const struct claim *claim,
    const char *password, handler_fn *next)
{
	const struct attempt *a = (const struct attempt *)r->job;

	if (!is_checked(claim, a))
		return password_try(r, claim, password, next);
	if (a->failed)
		return short_of_memory(r);
	return a->right ? M_OK : wrong(r, claim);
}

void
password_strengthen(struct request *r, int64_t user)
{
	const struct attempt *a = (const struct attempt *)r->job;

	if (*a->stronger != '\0')
		db_exec(r->db, STMT_PASSWORD_REHASH, DB_TEXT(a->stronger),
		    DB_INT(user), DB_TEXT(a->hash));
}

/* ------------------------------------------------------- a new password */

struct hashing {
	struct job	 job;
	struct password_cost cost;
	char		 password[PASSWORD_MAX + 1];
	char		 hash[PASSWORD_HASH_MAX];
	bool		 done;
};

static void
hash(struct job *job)
{
	struct hashing *h = (struct hashing *)job;

	h->done = password_hash(h->password, h->cost, h->hash);
}

enum mx_err
password_acceptable(struct request *r, const char *password)
{
	const char *fault;

	if (strlen(password) > PASSWORD_MAX)
		return fail(r, M_INVALID_PARAM,
		    "A password may have %d bytes", PASSWORD_MAX);
	if ((fault = password_fault(r->mem, r->conf, password)) != NULL)
		return fail(r, M_WEAK_PASSWORD, "%s", fault);
	return M_OK;
}

enum mx_err
password_hash_later(struct request *r, const char *password, handler_fn *next)
{
	struct hashing *h = job_new(sizeof(*h));

	h->job = (struct job){ hash, JOB_HASH };
	h->cost = r->conf->password_cost;
	strcpy(h->password, password);
	return later(r, &h->job, next, TX_WRITE);
}

const char *
password_hashed(struct request *r)
{
	const struct hashing *h = (const struct hashing *)r->job;

	if (h->done)
		return h->hash;
	short_of_memory(r);
	return NULL;
}

/*
 * uia-stage.c - the stages of User-Interactive Authentication: what each asks
 * for, and how it is judged.
 */
#include <string.h>

#include "matrix/credentials.h"
#include "matrix/ids.h"
#include "matrix/session.h"
#include "matrix/threepid.h"
#include "matrix/uia-inner.h"

static struct verdict
passed(cJSON *proof)
{
	return (struct verdict){ M_OK, NULL, proof };
}

static struct verdict
failed(enum mx_err err, const char *error)
{
	return (struct verdict){ err, error, NULL };
}

/* A handler's refusal becomes that of a stage. */
static struct verdict
refused(struct uia *u, enum mx_err err)
{
	return failed(err, refusal_text(u->r));
}

/* That is no failure of the stage, but a request that is not whole. */
static enum mx_err
lacks(struct uia *u, const char *what)
{
	return fail(u->r, req_is_2015(u->r) ? M_BAD_JSON : M_MISSING_PARAM,
	    "auth.%s is missing", what);
}

static cJSON *
proof_of_user(int64_t user)
{
	cJSON *proof = cJSON_CreateObject();

	cJSON_AddNumberToObject(proof, "user", (double)user);
	return proof;
}

/* ----------------------------------------------------------- m.login.dummy */

static struct verdict
dummy(struct uia *u)
{
	(void)u;
	return passed(NULL);
}

/* -------------------------------------------------------- m.login.password */

/* Without a name it is whoever asks. */
static enum mx_err
password_claim(struct uia *u, struct claim *claim, const char **password)
{
	*password = json_text(u->auth, "password");
	if (*password == NULL)
		return lacks(u, "password");
	if (claim_is_there(u->auth) || u->user == 0)
		return claim_read(u->r, u->auth, claim);
	account_get(u->r->db, u->user, &claim->account);
	claim->key = claim->account.user_id;
	return M_OK;
}

static struct verdict
password(struct uia *u)
{
	struct claim claim;
	const char *text;
	enum mx_err err;

	if ((err = password_claim(u, &claim, &text)) == M_OK)
		err = password_try(u->r, &claim, text, uia_resume);
	return err == M_LATER ? failed(err, NULL) : refused(u, err);
}

static struct verdict
password_tried(struct uia *u)
{
	struct claim claim;
	const char *text;
	enum mx_err err;

	if ((err = password_claim(u, &claim, &text)) == M_OK)
		err = password_judge(u->r, &claim, text, uia_resume);
	if (err == M_LATER)
		return failed(err, NULL);
	return err != M_OK ? refused(u, err) :
	    passed(proof_of_user(claim.account.user));
}

/* ----------------------------------------------------------- m.login.terms */

static void
terms_params(struct uia *u, struct writer *w)
{
	const struct conf_policy *all = u->r->conf->policies, *p, *q;

	put_object(w, "policies");
	for (p = all; p != NULL; p = p->next) {
		for (q = all; strcmp(q->id, p->id) != 0; q = q->next)
			continue;
		if (q != p)		/* written with the first language */
			continue;
		put_object(w, p->id);
		put_text(w, "version", p->version);
		for (q = p; q != NULL; q = q->next) {
			if (strcmp(q->id, p->id) != 0)
				continue;
			put_object(w, q->language);
			put_text(w, "name", q->name);
			put_text(w, "url", q->url);
			write_end(w);
		}
		write_end(w);
	}
	write_end(w);
}

/* ---------------------------------------------- m.login.registration_token */

#define TOKEN_MAX	64

static struct verdict
registration_token(struct uia *u)
{
	const char *token = json_text(u->auth, "token");
	struct request *r = u->r;
	enum mx_err err;
	cJSON *proof;

	if (token == NULL)
		return refused(u, lacks(u, "token"));
	if ((err = rate_take(r, LIMIT_check, arena_printf(r->mem, "token %s",
	    rate_address(r)))) != M_OK)
		return refused(u, err);
	if (strlen(token) > TOKEN_MAX || db_int(r->db, 0,
	    STMT_REGISTRATION_TOKEN_GOOD, DB_TEXT(token), DB_INT(r->now)) == 0)
		return failed(M_FORBIDDEN,
		    "This registration token is not valid (any more)");
	proof = cJSON_CreateObject();
	cJSON_AddStringToObject(proof, "token", token);
	return passed(proof);
}

static enum mx_err
registration_token_spend(struct uia *u, const cJSON *proof)
{
	if (db_exec(u->r->db, STMT_REGISTRATION_TOKEN_USE,
	    DB_TEXT(json_text(proof, "token")), DB_INT(u->r->now)) == 0)
		return fail(u->r, M_FORBIDDEN, "This registration token was "
		    "used up by somebody else meanwhile");
	return M_OK;
}

/* ----------------------------------------------------------- m.login.token */

/* It is spent when all is done, so a request that fails does not cost it. */
static struct verdict
login_token(struct uia *u)
{
	const char *token = json_text(u->auth, "token"), *name;
	struct claim claim;
	enum mx_err err;
	int64_t user;
	cJSON *proof;

	if (token == NULL)
		return refused(u, lacks(u, "token"));
	user = login_token_find(u->r->db, u->r->mem, token, u->r->now, &name);
	/* In 2015 it is said whose it is. */
	if (claim_is_there(u->auth) &&
	    (err = claim_read(u->r, u->auth, &claim)) != M_OK)
		return refused(u, err);
	if (user == 0 || (claim_is_there(u->auth) &&
	    claim.account.user != user))
		return failed(M_FORBIDDEN,
		    "This token is not valid (any more)");
	proof = proof_of_user(user);
	cJSON_AddStringToObject(proof, "login_token", name);
	return passed(proof);
}

static enum mx_err
login_token_used(struct uia *u, const cJSON *proof)
{
	if (!login_token_spend(u->r->db, json_text(proof, "login_token")))
		return fail(u->r, M_FORBIDDEN,
		    "This token was used by somebody else meanwhile");
	return M_OK;
}

/* ------------------------------------------------------------- m.login.sso */

/* It is passed where its page leads, by uia_prove(). */
static struct verdict
sso(struct uia *u)
{
	(void)u;
	return failed(M_FORBIDDEN,
	    "Open the page of this stage to show who you are");
}

/* ----------------------------------------------------------- the table */

const struct stage stages[] = {
	{ "m.login.dummy", dummy, NULL, NULL, NULL },
	{ "m.login.password", password, password_tried, NULL, NULL },
	{ "m.login.recaptcha", uia_recaptcha, uia_recaptcha_judge,
	  uia_recaptcha_params, NULL },
	{ "m.login.email.identity", uia_email, uia_address_judge, NULL,
	  uia_address_spend },
	{ "m.login.msisdn", uia_msisdn, uia_address_judge, NULL,
	  uia_address_spend },
	{ "m.login.terms", dummy, NULL, terms_params, NULL },
	{ "m.login.registration_token", registration_token, NULL, NULL,
	  registration_token_spend },
	{ "m.login.token", login_token, NULL, NULL, login_token_used },
	{ "m.login.sso", sso, NULL, NULL, NULL },
	{ .type = NULL }
};

const struct stage *
stage_find(const char *type)
{
	const struct stage *stage = stages;

	while (stage->type != NULL && strcmp(stage->type, type) != 0)
		stage++;
	return stage->type ? stage : NULL;
}

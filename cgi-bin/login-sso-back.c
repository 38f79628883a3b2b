/*
 * login-sso-back.c - people come back from an OpenID Connect provider, with a
 * code that says who they are.
 */
#include <string.h>

#include "matrix/sso.h"
#include "login-sso.h"
#include "login.routes.h"

/* --------------------------------------------------------- whose way it is */

/* The columns of sso_session_find. */
enum { COOKIE, STEP, IDP, NONCE, VERIFIER, REDIRECT, UIA, IDENTITY };

static bool
read_session(struct request *r, struct rows *rows, struct sso *s,
    const char *cookie)
{
	uint8_t hash[SHA256_LEN];

	if (!rows_next(rows))
		return false;
	sha256(cookie, strlen(cookie), hash);
	if (!ct_equal(rows_span(rows, COOKIE).s, hash, sizeof(hash)))
		return false;
	s->step = (enum sso_step)rows_int(rows, STEP);
	s->idp = sso_provider(r->conf, rows_text(rows, IDP));
	s->nonce = rows_text(rows, NONCE);
	s->verifier = rows_text(rows, VERIFIER);
	s->redirect = rows_text(rows, REDIRECT);
	if (!rows_null(rows, UIA))
		s->uia = (const uint8_t *)rows_blob(rows, UIA).s;
	if (!rows_null(rows, IDENTITY))
		s->identity = json_parse_own(r->mem,
		    rows_blob(rows, IDENTITY));
	return s->idp != NULL;
}

enum mx_err
sso_find(struct request *r, enum sso_step step, struct sso *s)
{
	const char *state = req_query(r, "state"), *cookie;
	struct rows rows;
	bool found;

	*s = (struct sso){ .idp = NULL };
	if (state == NULL)
		return fail(r, M_MISSING_PARAM, "This address is not whole. "
		    "Please go back to your application and begin anew.");
	s->cookie = sso_cookie(r, state);
	cookie = req_cookie(r, s->cookie);
	sha256(state, strlen(state), s->state);
	rows = db_query(r->vol, STMT_SSO_SESSION_FIND,
	    DB_BLOB(s->state, sizeof(s->state)), DB_INT(r->now));
	found = cookie != NULL && read_session(r, &rows, s, cookie) &&
	    s->step == step;
	rows_done(&rows);
	return found ? M_OK : fail(r, M_FORBIDDEN, "This login was not begun "
	    "in this browser, has expired or is over. Please go back to your "
	    "application and begin anew; your browser must allow cookies.");
}

/* So does the cookie; its name is that of a state that we made. */
bool
sso_end(struct request *r, const struct sso *s)
{
	reply_cookie(r, s->cookie, "", server_path(r, SSO_PATH), 0);
	return db_exec(r->vol, STMT_SSO_SESSION_END,
	    DB_BLOB(s->state, sizeof(s->state))) > 0;
}

/* ----------------------------------------------------------- who they are */

struct asking {
	struct job	 job;
	struct oidc_exchange exchange;
	struct sso	 session;	/* its texts are the request's */
};

static void
ask(struct job *job)
{
	oidc_exchange(&((struct asking *)job)->exchange);
}

static cJSON *
identity_of(const struct oidc_identity *who)
{
	cJSON *identity = cJSON_CreateObject();

	cJSON_AddStringToObject(identity, "subject", who->subject);
	if (*who->localpart != '\0')
		cJSON_AddStringToObject(identity, "localpart", who->localpart);
	if (*who->name != '\0')
		cJSON_AddStringToObject(identity, "name", who->name);
	/* What nobody confirmed is no address of theirs. */
	if (*who->email != '\0' && who->email_verified)
		cJSON_AddStringToObject(identity, "email", who->email);
	return identity;
}

static enum mx_err
exchanged(struct request *r)
{
	struct asking *a = (struct asking *)r->job;
	struct sso *s = &a->session;
	const struct oidc_exchange *x = &a->exchange;

	if (x->error[0] == '\0') {
		s->identity = identity_of(&x->identity);
		return sso_arrive(r, s);
	}
	log_warn("[oidc %s] %s", s->idp->id, x->error);
	sso_end(r, s);
	if (x->silent)
		return fail(r, M_BUSY, "%s does not answer now. Please go back "
		    "to your application and try again later.", s->idp->name);
	return fail(r, M_FORBIDDEN, "What %s says of you cannot be believed. "
	    "Please go back to your application and try again, or tell the "
	    "administrator of this server.", s->idp->name);
}

static bool
put(char *to, size_t size, const char *text)
{
	size_t n = strlen(text);

	if (n >= size)
		return false;
	memcpy(to, text, n + 1);
	return true;
}

static enum mx_err
exchange(struct request *r, const struct sso *s, const cJSON *document,
    const char *code)
{
	struct asking *a = job_new(sizeof(*a));
	struct oidc_exchange *x = &a->exchange;
	struct buf text;

	a->job = (struct job){ ask, JOB_NET };
	a->session = *s;
	x->conf = r->conf;
	x->idp = s->idp;
	buf_init(&text, r->mem, sizeof(x->document));
	json_print(&text, document);
	later(r, &a->job, exchanged, TX_READ);
	if (!put(x->document, sizeof(x->document), buf_str(&text)) ||
	    !put(x->code, sizeof(x->code), code) ||
	    !put(x->uri, sizeof(x->uri), sso_callback_uri(r)) ||
	    !put(x->nonce, sizeof(x->nonce), s->nonce) ||
	    !put(x->verifier, sizeof(x->verifier), s->verifier))
		return fail(r, M_INVALID_PARAM, "This address is too long.");
	return M_LATER;
}

/* RFC 9207: another provider's answer is not taken for this one's. */
static bool
is_of(struct request *r, const struct sso *s, const cJSON *document)
{
	const char *iss = req_query(r, "iss");

	return iss != NULL ? strcmp(iss, s->idp->issuer) == 0 :
	    !json_is_true(document, "iss");
}

static enum mx_err
answer_read(struct request *r, const struct sso *s, const cJSON *document,
    const char **code)
{
	if (!is_of(r, s, document))
		return fail(r, M_FORBIDDEN, "This is not an answer of %s. "
		    "Please go back to your application and begin anew.",
		    s->idp->name);
	if (req_query(r, "error") != NULL)
		return fail(r, M_FORBIDDEN, "You were not logged in by %s. "
		    "Please go back to your application if you want to try "
		    "again.", s->idp->name);
	*code = req_query(r, "code");
	return *code != NULL ? M_OK : fail(r, M_MISSING_PARAM,
	    "This address is not whole: it lacks its code.");
}

/*
 * GET /_matrix/mxcgi/oidc/callback
 *
 * Where a provider sends people back to.  What it answered counts once, and
 * only in the browser that was sent there.
 */
enum mx_err
sso_callback(struct request *r)
{
	const cJSON *document;
	const char *code;
	struct sso s;
	enum mx_err err;

	if ((err = sso_find(r, SSO_ASKED, &s)) != M_OK ||
	    (err = sso_document(r, s.idp, 0, &document)) != M_OK)
		return err;
	if (db_exec(r->vol, STMT_SSO_SESSION_BACK,
	    DB_BLOB(s.state, sizeof(s.state))) == 0)
		return fail(r, M_FORBIDDEN, "This login is under way already.");
	if ((err = answer_read(r, &s, document, &code)) != M_OK) {
		sso_end(r, &s);
		return err;
	}
	return exchange(r, &s, document, code);
}

/*
 * login-sso.c - people are sent to an OpenID Connect provider, to log in or to
 * pass m.login.sso (client-server API, "SSO client login/authentication").
 */
#include <string.h>

#include "matrix/http.h"
#include "matrix/sso.h"
#include "matrix/uia.h"
#include "login-sso.h"
#include "login.routes.h"

#define REDIRECT_MAX	2048		/* bytes of a redirectUrl */
#define DOCUMENT_MS	(60 * 60 * 1000)
#define COOKIE_LETTERS	16

/* ----------------------------------------------------------- providers */

struct asking {
	struct job	 job;
	struct oidc_discovery discovery;
};

static void
ask(struct job *job)
{
	oidc_discover(&((struct asking *)job)->discovery);
}

static enum mx_err
asked(struct request *r, const struct conf_oidc *idp, const cJSON **document)
{
	const struct oidc_discovery *d =
	    &((const struct asking *)r->job)->discovery;

	if (d->error[0] != '\0') {
		log_warn("[oidc %s] %s", idp->id, d->error);
		return fail(r, M_BUSY, "%s cannot be reached now. Please try "
		    "again later, or tell the administrator of this server.",
		    idp->name);
	}
	db_exec(r->vol, STMT_OIDC_PROVIDER_SET, DB_TEXT(idp->issuer),
	    DB_TEXT(d->document), DB_INT(r->now));
	*document = json_parse_own(r->mem, span_of(d->document));
	return M_OK;
}

static enum mx_err
again_handler(struct request *r)
{
	return r->route->handler(r);
}

enum mx_err
sso_document(struct request *r, const struct conf_oidc *idp, int64_t since,
    const cJSON **document)
{
	struct rows rows;
	struct asking *a;

	if (r->job != NULL)
		return asked(r, idp, document);
	rows = db_query(r->vol, STMT_OIDC_PROVIDER_FIND, DB_TEXT(idp->issuer),
	    DB_INT(since));
	if (rows_next(&rows)) {
		*document = json_parse_own(r->mem, rows_blob(&rows, 0));
		rows_done(&rows);
		return M_OK;
	}
	a = job_new(sizeof(*a));
	a->job = (struct job){ ask, JOB_NET };
	a->discovery.conf = r->conf;
	a->discovery.idp = idp;
	return later(r, &a->job, again_handler, TX_READ);
}

/* -------------------------------------------------------- on the way */

const char *
sso_callback_uri(struct request *r)
{
	return arena_printf(r->mem, "%s" SSO_PATH "/callback", server_url(r));
}

const char *
sso_cookie(struct request *r, const char *state)
{
	return arena_printf(r->mem, "mxcgi_sso_%.*s", COOKIE_LETTERS, state);
}

static bool
keep(struct request *r, const struct sso *s, const char *cookie)
{
	const char *address = rate_address(r);
	uint8_t hash[SHA256_LEN];

	sha256(cookie, strlen(cookie), hash);
	db_exec(r->vol, STMT_SSO_MAKE_ROOM, DB_INT(r->now));
	db_exec(r->vol, STMT_SSO_MAKE_ROOM_OF, DB_TEXT(address));
	return db_exec(r->vol, STMT_SSO_SESSION_ADD,
	    DB_BLOB(s->state, sizeof(s->state)), DB_BLOB(hash, sizeof(hash)),
	    DB_TEXT(s->idp->id), DB_TEXT(s->nonce), DB_TEXT(s->verifier),
	    DB_TEXT(s->redirect),
	    s->uia ? DB_BLOB(s->uia, SHA256_LEN) : DB_NULL, DB_TEXT(address),
	    DB_INT(r->now), DB_INT(r->now + SSO_LIFE_MS)) > 0;
}

/* s: who is asked, and what is to come of it. */
static enum mx_err
send_there(struct request *r, struct sso *s, const cJSON *document,
    const char *prompt)
{
	const char *state = random_token(r->mem), *url;
	const char *cookie = random_token(r->mem);
	struct page p;

	s->nonce = random_token(r->mem);
	s->verifier = random_token(r->mem);
	sha256(state, strlen(state), s->state);
	url = oidc_url(r->mem, s->idp, document, &(struct oidc_question){
	    sso_callback_uri(r), state, s->nonce, s->verifier, prompt });
	if (!keep(r, s, cookie)) {
		reply_retry_after(r, 1000);
		return fail(r, M_BUSY, "The server is busy. Please try again.");
	}
	page_begin(&p, r, "Log in");
	page_text(&p, "You are led to %s.", s->idp->name);
	reply_redirect(r, url);
	reply_cookie(r, sso_cookie(r, state), cookie,
	    server_path(r, SSO_PATH), SSO_LIFE_MS);
	return page_end(&p, M_OK);
}

/* --------------------------------------------------------- to log in */

static bool
is_application(const struct conf *conf, const char *url)
{
	const char *const *scheme = conf->sso_schemes;
	size_t n = strcspn(url, ":");

	for (; *scheme != NULL; scheme++)
		if (strlen(*scheme) == n && strncmp(*scheme, url, n) == 0)
			return true;
	return false;
}

/* Nobody is led to what runs in the browser, or is not what it looks like. */
static enum mx_err
redirect_read(struct request *r, const char **out)
{
	const char *url = req_query(r, "redirectUrl");

	if (url == NULL || *url == '\0')
		return fail(r, M_MISSING_PARAM, "This address is not whole: it "
		    "lacks its redirectUrl. Please open it from your "
		    "application.");
	for (const char *p = url; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f || *p == '\\')
			return fail(r, M_INVALID_PARAM,
			    "The redirectUrl is no URL.");
	if (strlen(url) > REDIRECT_MAX || (page_origin(r->mem, url) == NULL &&
	    !is_application(r->conf, url)))
		return fail(r, M_INVALID_PARAM, "This server leads nobody to "
		    "this redirectUrl. The administrator can allow "
		    "applications that are not web sites.");
	*out = url;
	return M_OK;
}

/* "register": they want a new account (org.matrix.msc3824 called it so too). */
static bool
wants_account(struct request *r)
{
	const char *action = req_query(r, "action");

	if (action == NULL)
		action = req_query(r, "org.matrix.msc3824.action");
	return action != NULL && strcmp(action, "register") == 0;
}

static enum mx_err
go_to(struct request *r, const struct conf_oidc *idp)
{
	struct sso s = { .idp = idp };
	const cJSON *document;
	enum mx_err err;

	if ((err = redirect_read(r, &s.redirect)) != M_OK ||
	    (err = sso_document(r, idp, r->now - DOCUMENT_MS,
	    &document)) != M_OK)
		return err;
	return send_there(r, &s, document, wants_account(r) &&
	    json_is_true(document, "create") ? "create" : NULL);
}

/* The path that the page was asked for by, and the same query. */
static enum mx_err
show_providers(struct request *r)
{
	const struct conf_oidc *idp = r->conf->oidc;
	struct http *link = arena_alloc(r->mem, sizeof(*link));
	const char *redirect;
	enum mx_err err;
	struct page p;

	if ((err = redirect_read(r, &redirect)) != M_OK)
		return err;
	page_begin(&p, r, "Log in");
	page_text(&p, "By whom do you want to log in?");
	for (; idp != NULL; idp = idp->next) {
		strcpy(link->url, server_path(r,
		    "/_matrix/client/v3/login/sso/redirect/"));
		strcat(link->url, idp->id);
		/* Of at most REDIRECT_MAX bytes, which may become thrice that. */
		if (!http_query_add(link, "redirectUrl", redirect))
			return fail(r, M_INVALID_PARAM,
			    "The redirectUrl is too long.");
		if (wants_account(r))
			http_query_add(link, "action", "register");
		page_go(&p, link->url, arena_printf(r->mem, "Continue with %s",
		    idp->name));
	}
	return page_end(&p, M_OK);
}

/*
 * GET /login/sso/redirect
 *
 * The browser is sent to the provider; where there are several, people choose.
 */
enum mx_err
sso_redirect(struct request *r)
{
	const struct conf_oidc *idp = r->conf->oidc;

	if (idp == NULL)
		return fail(r, M_NOT_FOUND, "Nobody logs in to this server by "
		    "another.");
	return idp->next == NULL ? go_to(r, idp) : show_providers(r);
}

/*
 * GET /login/sso/redirect/{idpId}
 *
 * The same, to this one.
 */
enum mx_err
sso_redirect_to(struct request *r)
{
	const struct conf_oidc *idp = sso_provider(r->conf,
	    req_arg(r, "idpId"));

	if (idp == NULL)
		return fail(r, M_NOT_FOUND, "Nobody logs in to this server by "
		    "the one that your application names. Please choose "
		    "another in it.");
	return go_to(r, idp);
}

/* -------------------------------------------------------- to confirm */

/*
 * GET /_matrix/mxcgi/oidc/confirm
 *
 * The same from the fallback page of m.login.sso.  Whoever left the browser
 * logged in there is asked anew.
 */
enum mx_err
sso_confirm(struct request *r)
{
	const char *session = req_query(r, "session");
	const char *id = req_query(r, "idp");
	uint8_t name[SHA256_LEN];
	struct sso s = { .uia = name };
	const cJSON *document;
	struct uia_view view;
	enum mx_err err;

	if (session == NULL || id == NULL)
		return fail(r, M_MISSING_PARAM, "This address is not whole. "
		    "Please open it from your application.");
	if ((s.idp = sso_provider(r->conf, id)) == NULL)
		return fail(r, M_NOT_FOUND, "Nobody logs in by this one.");
	uia_name(session, name);
	view = uia_view_named(r, name, SSO_STAGE);
	if (!view.known)
		return fail(r, M_NOT_FOUND, "This page has expired. Please go "
		    "back to your application and begin anew.");
	if (view.completed)
		return uia_done_page(r);
	if (!view.awaited)
		return fail(r, M_FORBIDDEN, "This step is not the next one. "
		    "Please go back to your application.");
	if ((err = sso_document(r, s.idp, r->now - DOCUMENT_MS,
	    &document)) != M_OK)
		return err;
	return send_there(r, &s, document, "login");
}

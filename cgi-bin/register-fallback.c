/*
 * register-fallback.c - a page for each stage of User-Interactive
 * Authentication, for people whose client does not know it (client-server API,
 * "Fallback" of that; UIA-14).  In whatever program the session began, its
 * pages are here.
 */
#include <string.h>

#include "matrix/http.h"
#include "matrix/sso.h"
#include "register-fallback.h"
#include "register.routes.h"

static const char *
copy_field(struct request *r, const char *field, cJSON *to, const char *name,
    const char *otherwise)
{
	const char *text = req_form(r, field);

	if (text == NULL || *text == '\0')
		return otherwise;
	cJSON_AddStringToObject(to, name, text);
	return NULL;
}

/* ------------------------------------------------------------ the stages */

static void
dummy_show(struct page *p, const struct fallback *f)
{
	(void)f;
	page_text(p, "Nothing is asked of you here. Press the button to go "
	    "on.");
	page_form(p);
}

static const char *
dummy_read(struct request *r, cJSON *auth)
{
	(void)r;
	(void)auth;
	return NULL;
}

static void
password_show(struct page *p, const struct fallback *f)
{
	page_text(p, "To make sure that it is you, please enter the password "
	    "of your account.");
	page_form(p);
	if (f->view.user == 0)
		page_input(p, &(struct page_input){ "Username", "user", "text",
		    req_form(p->r, "user"), "username" });
	page_input(p, &(struct page_input){ "Password", "password",
	    "password", NULL, "current-password" });
}

static const char *
password_read(struct request *r, cJSON *auth)
{
	const char *user = req_form(r, "user");
	cJSON *identifier;

	if (user != NULL && *user != '\0') {
		identifier = cJSON_AddObjectToObject(auth, "identifier");
		cJSON_AddStringToObject(identifier, "type", "m.id.user");
		cJSON_AddStringToObject(identifier, "user", user);
	}
	return copy_field(r, "password", auth, "password",
	    "Please enter your password.");
}

static void
terms_show(struct page *p, const struct fallback *f)
{
	const struct conf_policy *policy = p->r->conf->policies;

	(void)f;
	page_text(p, "Please read what holds on this server:");
	for (; policy != NULL; policy = policy->next)
		page_link(p, policy->url, policy->name);
	page_form(p);
	page_checkbox(p, "agree", "I have read this and agree.");
}

static const char *
terms_read(struct request *r, cJSON *auth)
{
	const char *agree = req_form(r, "agree");

	(void)auth;
	return agree != NULL && strcmp(agree, "yes") == 0 ? NULL :
	    "Please tick the box if you agree; without that you cannot go on.";
}

static void
registration_token_show(struct page *p, const struct fallback *f)
{
	(void)f;
	page_text(p, "Who registers here needs a token from the administrator "
	    "of this server.");
	page_form(p);
	page_input(p, &(struct page_input){ "Registration token", "token",
	    "text", req_form(p->r, "token"), NULL });
}

static void
login_token_show(struct page *p, const struct fallback *f)
{
	(void)f;
	page_text(p, "Please enter the login token that you were given.");
	page_form(p);
	page_input(p, &(struct page_input){ "Login token", "token", "text",
	    NULL, NULL });
}

static const char *
token_read(struct request *r, cJSON *auth)
{
	return copy_field(r, "token", auth, "token",
	    "Please enter the token.");
}

static void
recaptcha_show(struct page *p, const struct fallback *f)
{
	const struct conf *conf = p->r->conf;

	(void)f;
	page_text(p, "Please show that you are no robot.");
	page_markup(p, "<noscript><p class=\"warning\">This step needs "
	    "JavaScript: please allow it in your browser.</p></noscript>\n");
	page_form(p);
	page_script_from(p, conf->recaptcha_script_url);
	page_markup(p, "<div class=\"g-recaptcha\" data-sitekey=\"");
	page_escaped(p, conf->recaptcha_public_key);
	page_markup(p, "\"></div>\n");
}

static const char *
recaptcha_read(struct request *r, cJSON *auth)
{
	return copy_field(r, "g-recaptcha-response", auth, "response",
	    "Please solve the puzzle before you go on.");
}

/*
 * Who they are is shown elsewhere, and by a link: a form may lead only to where
 * its page says, and nobody knows where a provider leads.
 */
static void
sso_show(struct page *p, const struct fallback *f)
{
	struct request *r = p->r;
	const struct conf_oidc *idp = r->conf->oidc;
	struct http *link = arena_alloc(r->mem, sizeof(*link));

	page_text(p, "An application asks you to show that it is you. Go on "
	    "only if you have just done something in it that needs this.");
	for (; idp != NULL; idp = idp->next) {
		if (f->view.user != 0 && !sso_opens(r->db, idp, f->view.user))
			continue;
		strcpy(link->url, server_path(r, SSO_CONFIRM_PATH));
		http_query_add(link, "session", req_query(r, "session"));
		http_query_add(link, "idp", idp->id);
		page_go(p, link->url, arena_printf(r->mem, "Continue with %s",
		    idp->name));
	}
}

static const char *
sso_read(struct request *r, cJSON *auth)
{
	(void)r;
	(void)auth;
	return "Please follow the link.";
}

static const struct look looks[] = {
	{ "m.login.dummy", "One more step", "Continue", dummy_show, dummy_read,
	  NULL },
	{ "m.login.password", "Your password", "Continue", password_show,
	  password_read, NULL },
	{ "m.login.terms", "Terms of this server", "Continue", terms_show,
	  terms_read, NULL },
	{ "m.login.registration_token", "Registration token", "Continue",
	  registration_token_show, token_read, NULL },
	{ "m.login.token", "Login token", "Continue", login_token_show,
	  token_read, NULL },
	{ "m.login.sso", "Show that it is you", NULL, sso_show, sso_read,
	  NULL },
	{ "m.login.recaptcha", "Are you a person?", "Continue", recaptcha_show,
	  recaptcha_read, NULL },
	{ "m.login.email.identity", "Your email address", "Continue",
	  email_show, address_read, email_prepare },
	{ "m.login.msisdn", "Your telephone number", "Continue", msisdn_show,
	  address_read, msisdn_prepare },
};

static const struct look *
look_of(const char *type)
{
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		if (strcmp(looks[i].type, type) == 0)
			return &looks[i];
	return NULL;
}

/* -------------------------------------------------------------- the pages */

enum mx_err
fallback_page(struct request *r, const struct fallback *f)
{
	struct page p;

	page_begin(&p, r, f->look->title);
	if (f->why != NULL)
		page_warning(&p, f->why);
	f->look->show(&p, f);
	if (f->look->button != NULL)
		page_form_end(&p, f->look->button);
	if (f->sid != NULL)
		address_again(&p);
	return page_end(&p, f->why != NULL ? M_FORBIDDEN : M_OK);
}

enum mx_err
fallback_find(struct request *r, struct fallback *f)
{
	const char *type = req_arg(r, "authType");
	const char *session = req_query(r, "session");

	*f = (struct fallback){ .look = look_of(type) };
	if (session == NULL)
		return fail(r, M_MISSING_PARAM, "This address is not whole: it "
		    "lacks its session. Please open it from your application.");
	if (f->look == NULL)
		return fail(r, M_NOT_FOUND,
		    "This server has no page for this step.");
	f->view = uia_view(r, session, type);
	if (!f->view.known)
		return fail(r, M_NOT_FOUND, "This page has expired. Please go "
		    "back to your application and begin anew.");
	if (!f->view.completed && !f->view.awaited)
		return fail(r, M_FORBIDDEN, "This step is not the next one. "
		    "Please go back to your application.");
	return M_OK;
}

/*
 * GET /auth/{authType}/fallback/web
 *
 * The page of a stage that is due; or, if it is passed, what tells the client
 * so.
 */
enum mx_err
fallback_show(struct request *r)
{
	struct fallback f;
	enum mx_err err;

	if ((err = fallback_find(r, &f)) != M_OK)
		return err;
	return f.view.completed ? uia_done_page(r) : fallback_page(r, &f);
}

static enum mx_err
try_filled_in(struct request *r, struct fallback *f)
{
	cJSON *auth = cJSON_CreateObject();
	enum mx_err err;

	if ((f->why = f->look->read(r, auth)) != NULL)
		return fallback_page(r, f);
	err = uia_try(r, req_query(r, "session"), f->look->type, auth, &f->why);
	return err == M_OK ? uia_done_page(r) :
	    err == M_UIA ? fallback_page(r, f) : err;
}

/*
 * POST /auth/{authType}/fallback/web
 *
 * The same page, filled in.
 */
enum mx_err
fallback_try(struct request *r)
{
	struct fallback f;
	enum mx_err err;

	if ((err = fallback_find(r, &f)) != M_OK)
		return err;
	if (f.view.completed)
		return uia_done_page(r);
	if (f.look->prepare != NULL &&
	    ((err = f.look->prepare(r, &f)) != M_OK || !f.prepared))
		return err;
	return try_filled_in(r, &f);
}

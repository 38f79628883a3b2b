/*
 * login-sso-account.c - whose account a provider opens, how a new one is made,
 * and where its user is led at last.
 */
#include <ctype.h>
#include <string.h>

#include "matrix/account.h"
#include "base/appservice.h"
#include "matrix/confirm.h"
#include "matrix/credentials.h"
#include "matrix/session.h"
#include "matrix/sso.h"
#include "matrix/threepid.h"
#include "matrix/user_directory.h"
#include "login-sso.h"
#include "login.routes.h"

static const char *
user_id_of(struct request *r, const char *localpart)
{
	return arena_printf(r->mem, "@%s:%s", localpart, r->conf->server_name);
}

int64_t
sso_whose(struct request *r, const struct sso *s)
{
	return sso_user(r->db, s->idp->issuer,
	    json_text(s->identity, "subject"));
}

static bool
keep_shown(struct request *r, const struct sso *s)
{
	struct buf text;

	buf_init(&text, r->mem, SIZE_MAX);
	json_print(&text, s->identity);
	return db_exec(r->vol, STMT_SSO_SESSION_SHOW,
	    DB_SPAN(buf_content(&text)),
	    DB_BLOB(s->state, sizeof(s->state))) > 0;
}

enum mx_err
sso_show(struct page *p, const struct sso *s, enum mx_err err)
{
	struct request *r = p->r;

	if (!keep_shown(r, s))
		return fail(r, M_FORBIDDEN, "This login has expired. Please go "
		    "back to your application and begin anew.");
	if (s->redirect != NULL)
		p->reply.target = page_target(r->mem, s->redirect);
	return page_end(p, err);
}

/* ------------------------------------------------------------ at last */

/* Does the administrator trust who is there, dots in its path apart? */
static bool
is_trusted(struct request *r, const char *url)
{
	const char *const *client = r->conf->sso_clients;

	if (strstr(url, "/.") != NULL || strcasestr(url, "%2e") != NULL)
		return false;
	for (; *client != NULL; client++)
		if (link_begins(*client, url))
			return true;
	return false;
}

/* A loginToken that stands there already would hide ours. */
static const char *
with_token(struct request *r, const char *url, const char *token)
{
	static const char name[] = "loginToken";
	size_t n = strcspn(url, "#"), at = strcspn(url, "?#"), len;
	char before = '?';
	struct buf b;

	buf_init(&b, r->mem, SIZE_MAX);
	buf_add(&b, url, at);
	for (at++; at < n; at += len + 1) {
		len = strcspn(url + at, "&#");
		if (strncmp(url + at, name, strlen(name)) == 0 &&
		    strchr("=&#", url[at + strlen(name)]) != NULL)
			continue;
		buf_putc(&b, before);
		buf_add(&b, url + at, len);
		before = '&';
	}
	buf_printf(&b, "%c%s=%s%s", before, name, token, url + n);
	return buf_str(&b);
}

static enum mx_err
lead_back(struct request *r, const struct sso *s, const struct account *a)
{
	const char *token;
	enum mx_err err;
	struct page p;

	if ((err = rate_take_again(r, LIMIT_login_account, a->user_id)) != M_OK)
		return err;
	if (!sso_end(r, s))
		return fail(r, M_FORBIDDEN, "This login is over. Please go "
		    "back to your application.");
	token = login_token_make(r->db, r->mem, a->user,
	    r->now + r->conf->login_token_ms);
	page_begin(&p, r, "You are logged in");
	page_text(&p, "You are led back to your application.");
	reply_redirect(r, with_token(r, s->redirect, token));
	return page_end(&p, M_OK);
}

static enum mx_err
show_where(struct request *r, const struct sso *s, const struct account *a)
{
	struct page p;

	page_begin(&p, r, "Log in to an application?");
	page_text(&p, "This application will be able to do everything in your "
	    "name:");
	page_value(&p, page_target(r->mem, s->redirect));
	page_text(&p, "Go on only if you have just asked it to log in. Your "
	    "account here is:");
	page_value(&p, a->user_id);
	page_form(&p);
	page_form_end(&p, "Continue");
	return sso_show(&p, s, M_OK);
}

static enum mx_err
enter(struct request *r, const struct sso *s, int64_t user)
{
	struct account a;
	enum mx_err err;

	account_get(r->db, user, &a);
	if ((err = account_may_enter(r, &a)) != M_OK) {
		sso_end(r, s);
		return err;
	}
	return s->confirmed || is_trusted(r, s->redirect) ?
	    lead_back(r, s, &a) : show_where(r, s, &a);
}

/* ----------------------------------------------------- who is new here */

/*
 * "Mapping from other character sets" of the appendices.  Of an address the
 * part before the @; NULL: the provider gave none.
 */
static const char *
localpart_of(struct request *r, const struct sso *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789.-_/+";
	const char *p = json_text(s->identity, "localpart");
	struct buf b;

	if (p == NULL)
		return NULL;
	buf_init(&b, r->mem, SIZE_MAX);
	for (; *p != '\0' && *p != '@'; p++) {
		int c = tolower((unsigned char)*p);

		if (strchr(plain, c) != NULL)
			buf_putc(&b, (char)c);
		else
			buf_printf(&b, "=%02x", (unsigned char)*p);
	}
	return b.len > 0 ? buf_str(&b) : NULL;
}

static const char *
name_fault(struct request *r, const char *localpart)
{
	struct account a;

	if (username_reserved(r->conf, localpart) || appservice_excludes(
	    r->conf, SPACE_USERS, user_id_of(r, localpart), NULL) ||
	    account_find(r->db, user_id_of(r, localpart), &a))
		return "This username is taken. Please choose another.";
	return username_fault(r->mem, r->conf, localpart);
}

static enum mx_err
show_choice(struct request *r, const struct sso *s, const char *localpart,
    const char *why)
{
	const struct conf_policy *policy = r->conf->policies;
	struct page p;

	page_begin(&p, r, "Your new account");
	if (why != NULL)
		page_warning(&p, why);
	page_text(&p, "You are new here. By which name shall others know you? "
	    "It stands between @ and :%s in your user id, and cannot be "
	    "changed later.", r->conf->server_name);
	if (policy != NULL)
		page_text(&p, "Please read what holds on this server:");
	for (; policy != NULL; policy = policy->next)
		page_link(&p, policy->url, policy->name);
	page_form(&p);
	page_input(&p, &(struct page_input){ "Username", "username", "text",
	    localpart, "username" });
	if (r->conf->policies != NULL)
		page_checkbox(&p, "agree", "I have read this and agree.");
	page_form_end(&p, "Make my account");
	return sso_show(&p, s, why != NULL ? M_FORBIDDEN : M_OK);
}

/* What the provider knows of them; no other account loses anything by it. */
static void
take_identity(struct request *r, const struct sso *s, int64_t user)
{
	const char *name = json_text(s->identity, "name");
	const char *email = json_text(s->identity, "email");
	struct buf text;

	if (name != NULL) {
		buf_init(&text, r->mem, SIZE_MAX);
		json_quote(&text, span_of(name));
		db_exec(r->db, STMT_PROFILE_SET, DB_INT(user),
		    DB_TEXT("displayname"), DB_SPAN(buf_content(&text)));
		user_enlist(r->db, user);
	}
	if (email != NULL)
		email = threepid_canonical(r->mem, MEDIUM_EMAIL, email);
	if (email != NULL)
		threepid_add(r->db, user, MEDIUM_EMAIL, email, r->now, r->now);
}

static enum mx_err
make(struct request *r, struct sso *s, const char *localpart)
{
	const struct conf_policy *policy = r->conf->policies;
	enum mx_err err;
	int64_t user;

	if ((err = rate_take_again(r, LIMIT_register, rate_address(r))) != M_OK)
		return err;
	user = account_make(r->db, user_id_of(r, localpart), ACCOUNT_USER,
	    NULL, r->now);
	if (user == 0)
		return show_choice(r, s, localpart,
		    "This username is taken. Please choose another.");
	if (!sso_link(r->db, s->idp->issuer, json_text(s->identity, "subject"),
	    user, r->now))
		return fail(r, M_FORBIDDEN, "You have an account here by now. "
		    "Please go back to your application and begin anew.");
	take_identity(r, s, user);
	/* Where there are any, show_choice() had them read. */
	for (; policy != NULL; policy = policy->next)
		db_exec(r->db, STMT_POLICY_ACCEPTED, DB_INT(user),
		    DB_TEXT(policy->id), DB_TEXT(policy->version),
		    DB_INT(r->now));
	return enter(r, s, user);
}

/* By [oidc NAME] link_existing: whoever is called so there is so here. */
static enum mx_err
take_over(struct request *r, struct sso *s, const struct account *a)
{
	enum mx_err err;

	if ((err = account_may_enter(r, a)) != M_OK ||
	    (err = again(r)) != M_OK)
		return err;
	if (a->kind != ACCOUNT_USER || !sso_link(r->db, s->idp->issuer,
	    json_text(s->identity, "subject"), a->user, r->now)) {
		sso_end(r, s);
		return fail(r, M_FORBIDDEN, "The account of your name belongs "
		    "to somebody else. Please ask the administrator of this "
		    "server.");
	}
	return enter(r, s, a->user);
}

static enum mx_err
welcome(struct request *r, struct sso *s)
{
	const char *localpart = localpart_of(r, s);
	struct account a;

	if (s->idp->link_existing && localpart != NULL &&
	    account_find(r->db, user_id_of(r, localpart), &a))
		return take_over(r, s, &a);
	if (!s->idp->registration) {
		sso_end(r, s);
		return fail(r, M_FORBIDDEN, "You have no account on this "
		    "server. Please ask its administrator for one.");
	}
	if (localpart == NULL || name_fault(r, localpart) != NULL ||
	    r->conf->policies != NULL)
		return show_choice(r, s, localpart, NULL);
	return make(r, s, localpart);
}

/* ---------------------------------------------------------------- to begin */

enum mx_err
sso_arrive(struct request *r, struct sso *s)
{
	int64_t user;

	if (s->uia != NULL)
		return sso_ask(r, s);
	user = sso_whose(r, s);
	return user != 0 ? enter(r, s, user) : welcome(r, s);
}

static enum mx_err
choose(struct request *r, struct sso *s)
{
	const char *agree = req_form(r, "agree"), *why;
	const char *name = req_form(r, "username");
	char *lower;

	if (!s->idp->registration)
		return fail(r, M_FORBIDDEN, "No accounts are made here.");
	if (name == NULL || *name == '\0')
		return show_choice(r, s, NULL, "Please choose a username.");
	lower = arena_strdup(r->mem, name);
	for (char *p = lower; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	if ((why = name_fault(r, lower)) != NULL)
		return show_choice(r, s, lower, why);
	if (r->conf->policies != NULL &&
	    (agree == NULL || strcmp(agree, "yes") != 0))
		return show_choice(r, s, lower, "Please tick the box if you "
		    "agree; without that you cannot go on.");
	return make(r, s, lower);
}

/*
 * POST /_matrix/mxcgi/oidc/callback
 *
 * What people answer to the page that they were shown when they came back: a
 * username for a new account, or that they want what was said there.
 */
enum mx_err
sso_answer(struct request *r)
{
	struct sso s;
	enum mx_err err;
	int64_t user;

	if ((err = sso_find(r, SSO_SHOWN, &s)) != M_OK)
		return err;
	if (s.uia != NULL)
		return sso_consented(r, &s);
	if ((user = sso_whose(r, &s)) == 0)
		return choose(r, &s);
	s.confirmed = true;
	return enter(r, &s, user);
}

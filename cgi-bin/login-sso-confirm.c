/*
 * login-sso-confirm.c - m.login.sso: whoever comes back is who the session of
 * User-Interactive Authentication is of, and wants what it is about.
 */
#include "matrix/account.h"
#include "matrix/uia.h"
#include "login-sso.h"

static const char *const what[FLOWS__MAX] = {
	[FLOWS_password] = "to change the password of your account",
	[FLOWS_reset] = "to change the password of your account",
	[FLOWS_add_3pid] = "to add an address to your account",
	[FLOWS_deactivate] = "to deactivate your account for ever",
	[FLOWS_delete_devices] = "to end sessions on your devices",
	[FLOWS_signing_keys] = "to replace the keys by which others know you",
	[FLOWS_login_token] = "to log another device in to your account",
};

/*
 * Somebody may have been tricked here by who holds their token, so they are
 * told what it is about.  *user: who they are.
 */
static enum mx_err
confirm_check(struct request *r, const struct sso *s, struct uia_view *view,
    int64_t *user)
{
	*user = sso_whose(r, s);
	*view = uia_view_named(r, s->uia, SSO_STAGE);
	if (!view->known)
		return fail(r, M_NOT_FOUND, "This page has expired. Please go "
		    "back to your application and begin anew.");
	if (*user == 0 || (view->user != 0 && view->user != *user))
		return fail(r, M_FORBIDDEN, "By %s you are logged in as "
		    "somebody else than in your application. Please log out "
		    "there, and begin anew.", s->idp->name);
	return M_OK;
}

enum mx_err
sso_ask(struct request *r, const struct sso *s)
{
	struct uia_view view;
	struct account a;
	enum mx_err err;
	int64_t user;
	struct page p;

	if ((err = confirm_check(r, s, &view, &user)) != M_OK) {
		sso_end(r, s);
		return err;
	}
	account_get(r->db, user, &a);
	page_begin(&p, r, "Do you want this?");
	page_text(&p, "An application asks for your consent:");
	page_value(&p, what[view.flows] ? what[view.flows] :
	    "to change something of your account");
	page_text(&p, "Go on only if you have just asked for it. Your account "
	    "is:");
	page_value(&p, a.user_id);
	page_form(&p);
	page_form_end(&p, "Yes, I want this");
	return sso_show(&p, s, M_OK);
}

enum mx_err
sso_consented(struct request *r, const struct sso *s)
{
	struct uia_view view;
	const char *why;
	enum mx_err err;
	int64_t user;

	if ((err = confirm_check(r, s, &view, &user)) != M_OK)
		return err;
	if (!sso_end(r, s))
		return fail(r, M_FORBIDDEN, "This page was used already.");
	if (uia_prove(r, s->uia, SSO_STAGE, user, &why) != M_OK)
		return fail(r, M_FORBIDDEN, "%s. Please go back to your "
		    "application.", why);
	return uia_done_page(r);
}

/*
 * register-service.c - application services register their users
 * (application service API, "Server admin style permissions"; 2015.md 18.5).
 */
#include "matrix/account.h"
#include "register.h"

struct service_wish {
	const char	*username;
	const char	*user;		/* the same, in 2015 */
	bool		 inhibit_login;
	struct session_wish session;
};

static const struct field fields[] = {
	FIELD_STR(service_wish, username, "username", OPTIONAL, NULL),
	FIELD_STR(service_wish, user, "user", OPTIONAL, NULL),
	FIELD_BOOL(service_wish, inhibit_login, "inhibit_login", OPTIONAL),
	SESSION_FIELDS(service_wish),
	FIELD_END
};

static enum mx_err
read_wish(struct request *r, struct service_wish *wish)
{
	enum mx_err err;

	*wish = (struct service_wish){ 0 };
	if ((err = body_read(r, fields, wish)) != M_OK)
		return err;
	if (wish->username == NULL)
		wish->username = wish->user;
	if (wish->username == NULL)
		return fail(r, req_is_2015(r) ? M_BAD_JSON : M_MISSING_PARAM,
		    "username is missing");
	return M_OK;
}

static enum mx_err
check_user(struct request *r, const struct appservice *as,
    const char *username, const char *user_id)
{
	const char *fault = username_fault(r->mem, r->conf, username);

	if (fault != NULL)
		return fail(r, M_INVALID_USERNAME, "%s", fault);
	if (!appservice_has(as, r->conf, SPACE_USERS, user_id))
		return fail(r, M_EXCLUSIVE, "%s is in no namespace of the "
		    "application service", user_id);
	if (appservice_excludes(r->conf, SPACE_USERS, user_id, as) ||
	    username_reserved(r->conf, username))
		return fail(r, M_EXCLUSIVE, "This username is reserved");
	return M_OK;
}

/*
 * The user has no password.  With inhibit_login there is no session either: the
 * service asks on their behalf by its own token.
 */
enum mx_err
register_service(struct request *r)
{
	const struct appservice *as;
	struct service_wish wish;
	const char *user_id;
	int64_t user;
	enum mx_err err;

	if ((err = service_needed(r, &as)) != M_OK ||
	    (err = read_wish(r, &wish)) != M_OK)
		return err;
	user_id = arena_printf(r->mem, "@%s:%s", wish.username,
	    r->conf->server_name);
	if ((err = check_user(r, as, wish.username, user_id)) != M_OK ||
	    (err = again(r)) != M_OK)
		return err;
	user = account_make(r->db, user_id, ACCOUNT_APPSERVICE, NULL, r->now);
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

/*
 * admin-user.c - PUT /_synapse/admin/v2/users/{userId}: an account is made or
 * changed.
 */
#include <string.h>

#include "admin.h"
#include "admin.routes.h"
#include "matrix/credentials.h"
#include "matrix/ids.h"
#include "matrix/room-tasks.h"
#include "matrix/session.h"
#include "matrix/sso.h"
#include "matrix/threepid.h"
#include "matrix/user_directory.h"

#define NAME_MAX_	256	/* bytes of a displayname */
#define URL_MAX		1000	/* bytes of an avatar_url */
#define ADDRESSES_MAX	50	/* of an account */

struct wish {
	const char	*password;
	bool		 logout_devices;
	const char	*displayname;
	const char	*avatar_url;
	const cJSON	*threepids;
	const cJSON	*external_ids;
	const cJSON	*admin, *deactivated, *locked, *suspended;
	const char	*user_type;
};

static const struct field wish_fields[] = {
	FIELD_STR(wish, password, "password", OPTIONAL, NULL),
	FIELD_BOOL(wish, logout_devices, "logout_devices", OPTIONAL),
	FIELD_STR(wish, displayname, "displayname", OPTIONAL, NULL),
	FIELD_STR(wish, avatar_url, "avatar_url", OPTIONAL, NULL),
	FIELD_ARRAY(wish, threepids, "threepids", OPTIONAL),
	FIELD_ARRAY(wish, external_ids, "external_ids", OPTIONAL),
	FIELD_ANY(wish, admin, "admin", OPTIONAL),
	FIELD_ANY(wish, deactivated, "deactivated", OPTIONAL),
	FIELD_ANY(wish, locked, "locked", OPTIONAL),
	FIELD_ANY(wish, suspended, "suspended", OPTIONAL),
	FIELD_STR(wish, user_type, "user_type", OPTIONAL, NULL),
	FIELD_END
};

/* --------------------------------------------------------------- judging */

static enum mx_err
flag_check(struct request *r, const char *name, const cJSON *flag)
{
	if (flag == NULL || cJSON_IsBool(flag))
		return M_OK;
	return fail(r, M_BAD_JSON, "%s is neither true nor false", name);
}

static enum mx_err
address_read(struct request *r, const cJSON *item, const char **medium,
    const char **address)
{
	*medium = json_text(item, "medium");
	*address = json_text(item, "address");
	if (*medium == NULL || *address == NULL)
		return fail(r, M_BAD_JSON,
		    "Each of threepids needs a medium and an address");
	*address = threepid_canonical(r->mem, *medium, *address);
	if (*address == NULL)
		return fail(r, M_INVALID_PARAM, "threepids holds what is no "
		    "address of its medium, which is email or msisdn");
	return M_OK;
}

static enum mx_err
addresses_check(struct request *r, const cJSON *list, int64_t user)
{
	const char *medium, *address;
	const cJSON *item;
	enum mx_err err;
	int64_t owner;

	if (list != NULL && cJSON_GetArraySize(list) > ADDRESSES_MAX)
		return fail(r, M_INVALID_PARAM,
		    "An account may have %d addresses", ADDRESSES_MAX);
	cJSON_ArrayForEach(item, list) {
		if ((err = address_read(r, item, &medium, &address)) != M_OK)
			return err;
		owner = threepid_owner(r->db, medium, address);
		if (owner != 0 && owner != user)
			return fail(r, M_THREEPID_IN_USE,
			    "%s belongs to another account", address);
	}
	return M_OK;
}

/* As it is in the configuration, or with "oidc-" before it. */
static const struct conf_oidc *
provider_named(struct request *r, const char *id)
{
	const struct conf_oidc *found = sso_provider(r->conf, id);

	return found == NULL && strncmp(id, "oidc-", 5) == 0 ?
	    sso_provider(r->conf, id + 5) : found;
}

static enum mx_err
links_check(struct request *r, const cJSON *list, int64_t user)
{
	const char *provider, *subject;
	const struct conf_oidc *p;
	const cJSON *item;
	int64_t owner;

	cJSON_ArrayForEach(item, list) {
		provider = json_text(item, "auth_provider");
		subject = json_text(item, "external_id");
		if (provider == NULL || subject == NULL)
			return fail(r, M_BAD_JSON, "Each of external_ids needs "
			    "an auth_provider and an external_id");
		if ((p = provider_named(r, provider)) == NULL)
			return fail(r, M_INVALID_PARAM,
			    "mxcgi.conf has no [oidc %s]", provider);
		owner = sso_user(r->db, p->issuer, subject);
		if (owner != 0 && owner != user)
			return fail(r, M_BAD_REQUEST,
			    "This external_id opens another account");
	}
	return M_OK;
}

static enum mx_err
shown_check(struct request *r, const struct wish *wish)
{
	const char *url = wish->avatar_url;

	if (wish->displayname != NULL && strlen(wish->displayname) > NAME_MAX_)
		return fail(r, M_INVALID_PARAM,
		    "displayname may have %d bytes", NAME_MAX_);
	if (url != NULL && strlen(url) > URL_MAX)
		return fail(r, M_INVALID_PARAM, "avatar_url may have %d bytes",
		    URL_MAX);
	if (url != NULL && *url != '\0' && strncmp(url, "mxc://", 6) != 0)
		return fail(r, M_INVALID_PARAM, "avatar_url must begin with "
		    "mxc://; upload the picture first");
	return M_OK;
}

static enum mx_err
wish_read(struct request *r, struct wish *wish)
{
	enum mx_err err;

	*wish = (struct wish){ .logout_devices = true };
	if ((err = body_read(r, wish_fields, wish)) != M_OK ||
	    (err = flag_check(r, "admin", wish->admin)) != M_OK ||
	    (err = flag_check(r, "deactivated", wish->deactivated)) != M_OK ||
	    (err = flag_check(r, "locked", wish->locked)) != M_OK ||
	    (err = flag_check(r, "suspended", wish->suspended)) != M_OK ||
	    (err = shown_check(r, wish)) != M_OK)
		return err;
	if (wish->user_type != NULL && *wish->user_type != '\0')
		return fail(r, M_INVALID_PARAM,
		    "Accounts have no types here; leave user_type out");
	return M_OK;
}

/* What would leave the server without whoever asks. */
static enum mx_err
own_check(struct request *r, const struct wish *wish)
{
	if (cJSON_IsFalse(wish->admin) || cJSON_IsTrue(wish->deactivated) ||
	    cJSON_IsTrue(wish->locked) || cJSON_IsTrue(wish->suspended))
		return fail(r, M_FORBIDDEN, "You cannot do this to your own "
		    "account");
	return M_OK;
}

static enum mx_err
change_check(struct request *r, const struct account *a,
    const struct wish *wish)
{
	if (a->deactivated_at != 0 && cJSON_IsFalse(wish->deactivated))
		return fail(r, M_USER_DEACTIVATED, "This account has been "
		    "deactivated, which is for ever; make another");
	if (a->deactivated_at != 0)
		return fail(r, M_USER_DEACTIVATED, "This account has been "
		    "deactivated, and is not changed any more");
	if (a->kind != ACCOUNT_USER && (wish->password != NULL ||
	    cJSON_IsTrue(wish->admin)))
		return fail(r, M_INVALID_PARAM, "This account is of kind %s, "
		    "which has no password and no rights",
		    account_kind_name(a->kind));
	return a->user == r->who.user ? own_check(r, wish) : M_OK;
}

static enum mx_err
id_check(struct request *r, const char *user_id)
{
	const char *server = id_server(user_id), *fault;

	if (!user_id_valid(user_id))
		return fail(r, M_INVALID_PARAM, "This is not a user id");
	if (strcmp(server, r->conf->server_name) != 0)
		return fail(r, M_INVALID_PARAM,
		    "This user belongs to another server");
	fault = username_fault(r->mem, r->conf, arena_strndup(r->mem,
	    user_id + 1, (size_t)(server - user_id) - 2));
	return fault == NULL ? M_OK : fail(r, M_INVALID_USERNAME, "%s", fault);
}

/* a is all zero for one that is to be made. */
static enum mx_err
put_check(struct request *r, struct wish *wish, struct account *a)
{
	const char *user_id = req_arg(r, "userId");
	bool found = account_find(r->db, user_id, a);
	enum mx_err err;

	if ((err = wish_read(r, wish)) != M_OK ||
	    (err = found ? change_check(r, a, wish) :
	    id_check(r, user_id)) != M_OK ||
	    (err = addresses_check(r, wish->threepids, a->user)) != M_OK)
		return err;
	return links_check(r, wish->external_ids, a->user);
}

/* ---------------------------------------------------------------- doing */

enum mx_err
profile_change(struct request *r, int64_t user, const char *field,
    const char *value)
{
	struct buf text;
	int changed;

	buf_init(&text, r->mem, SIZE_MAX);
	json_quote(&text, span_of(value));
	changed = *value == '\0' ? db_exec(r->db, STMT_PROFILE_DROP,
	    DB_INT(user), DB_TEXT(field)) : db_exec(r->db, STMT_PROFILE_SET,
	    DB_INT(user), DB_TEXT(field), DB_SPAN(buf_content(&text)));
	if (changed == 0)
		return M_OK;
	user_enlist(r->db, user);
	task_drop_kind(r->db, TASK_SHOW_PROFILE, user);
	task_add(r->db, TASK_SHOW_PROFILE, user, r->now);
	return M_OK;
}

void
password_change(struct request *r, int64_t user, const char *hash,
    bool keep_sessions)
{
	account_set_password(r->db, user, hash, r->now);
	if (!keep_sessions)
		session_end_others(r->db, user, user == r->who.user ?
		    r->who.device : 0);
}

static bool
is_listed(struct request *r, const cJSON *list, const char *medium,
    const char *address)
{
	const char *one_medium, *one;
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
		if (address_read(r, item, &one_medium, &one) == M_OK &&
		    strcmp(one_medium, medium) == 0 && strcmp(one, address) == 0)
			return true;
	return false;
}

static void
addresses_set(struct request *r, int64_t user, const cJSON *list)
{
	struct rows rows = db_query(r->db, STMT_ACCOUNT_THREEPIDS,
	    DB_INT(user));
	struct { const char *medium, *address; } gone[ADDRESSES_MAX];
	const char *medium, *address;
	const cJSON *item;
	int n = 0;

	while (n < ADDRESSES_MAX && rows_next(&rows)) {
		gone[n].medium = rows_text(&rows, 0);
		gone[n].address = rows_text(&rows, 1);
		n += !is_listed(r, list, gone[n].medium, gone[n].address);
	}
	rows_done(&rows);
	while (n-- > 0)
		threepid_drop(r->db, user, gone[n].medium, gone[n].address);
	cJSON_ArrayForEach(item, list)
		if (address_read(r, item, &medium, &address) == M_OK)
			threepid_add(r->db, user, medium, address, r->now,
			    r->now);
}

static void
links_set(struct request *r, int64_t user, const cJSON *list)
{
	const cJSON *item;

	db_exec(r->db, STMT_SSO_LINKS_DROP, DB_INT(user));
	cJSON_ArrayForEach(item, list)
		sso_link(r->db, provider_named(r, json_text(item,
		    "auth_provider"))->issuer, json_text(item, "external_id"),
		    user, r->now);
}

static void
restrain(struct request *r, const struct account *a, const cJSON *wish,
    int64_t since, void (*set)(struct db *, int64_t, int64_t))
{
	if (wish != NULL && cJSON_IsTrue(wish) != (since != 0))
		set(r->db, a->user, cJSON_IsTrue(wish) ? r->now : 0);
}

static void
change(struct request *r, const struct account *a, const struct wish *wish)
{
	if (wish->displayname != NULL)
		profile_change(r, a->user, "displayname", wish->displayname);
	if (wish->avatar_url != NULL)
		profile_change(r, a->user, "avatar_url", wish->avatar_url);
	if (wish->threepids != NULL)
		addresses_set(r, a->user, wish->threepids);
	if (wish->external_ids != NULL)
		links_set(r, a->user, wish->external_ids);
	if (wish->admin != NULL)
		account_set_admin(r->db, a->user, cJSON_IsTrue(wish->admin));
	restrain(r, a, wish->locked, a->locked_at, account_lock);
	restrain(r, a, wish->suspended, a->suspended_at, account_suspend);
	if (cJSON_IsTrue(wish->deactivated))
		account_deactivate(r->db, a->user, false, r->now);
}

/* What of an account was asked for, without what it is to be. */
static const char *
names_of(struct request *r)
{
	struct buf names;
	const cJSON *item;

	buf_init(&names, r->mem, SIZE_MAX);
	cJSON_ArrayForEach(item, r->body)
		if (cJSON_IsBool(item))
			buf_printf(&names, " %s=%s", item->string,
			    cJSON_IsTrue(item) ? "true" : "false");
		else
			buf_printf(&names, " %s", item->string);
	return buf_str(&names);
}

static enum mx_err
put_now(struct request *r)
{
	const char *hash = r->job != NULL ? password_hashed(r) : NULL;
	struct account a;
	struct wish wish;
	bool made;
	enum mx_err err;

	if (r->job != NULL && hash == NULL)
		return M_BUSY;
	if ((err = put_check(r, &wish, &a)) != M_OK)
		return err;
	made = a.user == 0;
	if (made)
		a.user = account_make(r->db, req_arg(r, "userId"),
		    ACCOUNT_USER, hash, r->now);
	else if (hash != NULL)
		password_change(r, a.user, hash, !wish.logout_devices);
	change(r, &a, &wish);
	if (made)
		reply_created(r);
	log_note(r, "%s%s", made ? "made, with" : "changed:", names_of(r));
	return user_write(r, a.user);
}

/*
 * PUT /_synapse/admin/v2/users/{userId}
 *
 * Make an account (201), or change of one what the body names (200); the answer
 * is what there is then.  threepids and external_ids take the place of those
 * that are there, and count as confirmed.  A deactivation is for ever.
 */
enum mx_err
user_put(struct request *r)
{
	struct account a;
	struct wish wish;
	enum mx_err err;

	if ((err = put_check(r, &wish, &a)) != M_OK ||
	    (wish.password != NULL &&
	    (err = password_acceptable(r, wish.password)) != M_OK))
		return err;
	if (wish.password != NULL)
		return password_hash_later(r, wish.password, put_now);
	return (err = again(r)) != M_OK ? err : put_now(r);
}

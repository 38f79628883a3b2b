/* admin-users.c - accounts as tools for administrators list them. */
#include <string.h>

#include "admin.h"
#include "admin.routes.h"
#include "matrix/room.h"
#include "matrix/sso.h"
#include "matrix/threepid.h"

/* Columns of user_row. */
enum { ID, KIND, ADMIN, CREATED, DEACTIVATED, LOCKED, SUSPENDED, ERASED, NAME,
    AVATAR, SEEN };

static void
put_flags(struct writer *w, const struct rows *row)
{
	put_bool(w, "is_guest", span_is(rows_span(row, KIND), "guest"));
	put_bool(w, "admin", rows_int(row, ADMIN) != 0);
	put_bool(w, "deactivated", !rows_null(row, DEACTIVATED));
	put_bool(w, "erased", !rows_null(row, ERASED));
	put_bool(w, "locked", !rows_null(row, LOCKED));
	put_bool(w, "suspended", !rows_null(row, SUSPENDED));
	/* There is no such thing here, and tools ask. */
	put_bool(w, "shadow_banned", false);
}

/* Into an open object. */
static bool
put_user(struct request *r, int64_t user)
{
	struct rows row = db_query(r->db, STMT_USER_ROW, DB_INT(user));
	struct writer *w = &r->out;

	if (!rows_next(&row))
		return false;
	put_text(w, "name", rows_text(&row, ID));
	put_column(w, "displayname", &row, NAME);
	put_column(w, "avatar_url", &row, AVATAR);
	put_flags(w, &row);
	put_text(w, "user_type", NULL);
	put_int(w, "creation_ts", rows_int(&row, CREATED));
	put_time(w, "last_seen_ts", rows_int(&row, SEEN));
	rows_done(&row);
	return true;
}

/* ------------------------------------------------------------------ lists */

/* Which users. */
struct filter {
	struct db_arg	 guests, locked, admins, deactivated, id_part, part;
};
#define FILTER(f) \
	(f)->guests, (f)->locked, (f)->admins, (f)->deactivated, \
	(f)->id_part, (f)->part

static enum mx_err
filter_read(struct request *r, struct filter *f)
{
	const char *part = req_query(r, "name");
	enum mx_err err;

	if ((err = query_bool(r, "guests", &f->guests)) != M_OK ||
	    (err = query_bool(r, "locked", &f->locked)) != M_OK ||
	    (err = query_bool(r, "admins", &f->admins)) != M_OK ||
	    (err = query_bool(r, "deactivated", &f->deactivated)) != M_OK)
		return err;
	if (f->guests.kind == DB_ARG_NULL)
		f->guests = DB_INT(1);
	f->part = DB_TEXT(part);
	f->id_part = DB_TEXT(part == NULL ? req_query(r, "user_id") : NULL);
	return M_OK;
}

static struct rows
list_query(struct request *r, const struct filter *f, const struct paging *p)
{
	if (strcmp(p->order, "name") == 0)
		return db_query(r->db, p->backwards ? STMT_USERS_BY_NAME_BACK :
		    STMT_USERS_BY_NAME, FILTER(f), DB_INT(p->limit),
		    DB_INT(p->from));
	return db_query(r->db, p->backwards ? STMT_USERS_IN_ORDER_BACK :
	    STMT_USERS_IN_ORDER, FILTER(f), DB_TEXT(p->order),
	    DB_INT(p->limit), DB_INT(p->from));
}

static int64_t
list_write(struct request *r, struct rows rows)
{
	int64_t n = 0;

	put_array(&r->out, "users");
	for (; rows_next(&rows); n++) {
		write_object(&r->out);
		put_user(r, rows_int(&rows, 0));
		write_end(&r->out);
	}
	write_end(&r->out);
	return n;
}

static enum mx_err
list(struct request *r, struct filter *f)
{
	static const char *const orders[] = { "name", "is_guest", "admin",
	    "user_type", "deactivated", "locked", "shadow_banned",
	    "displayname", "avatar_url", "creation_ts", "last_seen_ts", NULL };
	struct paging p;
	enum mx_err err;

	if ((err = paging_read(r, orders, false, &p)) != M_OK)
		return err;
	put_paging(r, &p, list_write(r, list_query(r, f, &p)),
	    db_int(r->db, 0, STMT_USERS_TOTAL, FILTER(f)));
	return M_OK;
}

/*
 * GET /_synapse/admin/v2/users
 *
 * The accounts of this server: without those that are deactivated or locked,
 * unless `deactivated`, `locked` are true, and with guests, unless `guests` is
 * false.
 */
enum mx_err
users_v2(struct request *r)
{
	struct filter f;
	enum mx_err err = filter_read(r, &f);

	if (err != M_OK)
		return err;
	/* Asked for they come besides the others, not alone. */
	f.deactivated = f.deactivated.num == 1 ? DB_NULL : DB_INT(0);
	return list(r, &f);
}

/*
 * GET /_synapse/admin/v3/users
 *
 * The same; `deactivated` true: those alone, false: the others, not given: all.
 */
enum mx_err
users_v3(struct request *r)
{
	struct filter f;
	enum mx_err err = filter_read(r, &f);

	return err != M_OK ? err : list(r, &f);
}

/* -------------------------------------------------------------------- one */

static void
put_threepids(struct request *r, int64_t user)
{
	struct rows rows = db_query(r->db, STMT_ACCOUNT_THREEPIDS,
	    DB_INT(user));

	put_array(&r->out, "threepids");
	while (rows_next(&rows)) {
		write_object(&r->out);
		put_text(&r->out, "medium", rows_text(&rows, 0));
		put_text(&r->out, "address", rows_text(&rows, 1));
		put_int(&r->out, "validated_at", rows_int(&rows, 2));
		put_int(&r->out, "added_at", rows_int(&rows, 3));
		write_end(&r->out);
	}
	write_end(&r->out);
}

/* A provider as the configuration calls it; its issuer, where it is gone. */
static const char *
provider_of(struct request *r, const char *issuer)
{
	const struct conf_oidc *p = r->conf->oidc;

	while (p != NULL && strcmp(p->issuer, issuer) != 0)
		p = p->next;
	return p != NULL ? p->id : issuer;
}

static void
put_links(struct request *r, int64_t user)
{
	struct rows rows = db_query(r->db, STMT_USER_LINKS, DB_INT(user));

	put_array(&r->out, "external_ids");
	while (rows_next(&rows)) {
		write_object(&r->out);
		put_text(&r->out, "auth_provider",
		    provider_of(r, rows_text(&rows, 0)));
		put_text(&r->out, "external_id", rows_text(&rows, 1));
		write_end(&r->out);
	}
	write_end(&r->out);
}

enum mx_err
user_write(struct request *r, int64_t user)
{
	put_user(r, user);
	put_threepids(r, user);
	put_links(r, user);
	put_text(&r->out, "appservice_id", NULL);
	put_text(&r->out, "consent_server_notice_sent", NULL);
	put_text(&r->out, "consent_version", NULL);
	put_text(&r->out, "consent_ts", NULL);
	return M_OK;
}

/*
 * GET /_synapse/admin/v2/users/{userId}
 *
 * All that is known of an account, but no secrets.
 */
enum mx_err
user_get(struct request *r)
{
	struct account a;
	enum mx_err err = account_meant(r, &a);

	return err != M_OK ? err : user_write(r, a.user);
}

/* ---------------------------------------------------------------- looking */

static enum mx_err
tell_id(struct request *r, const char *user_id)
{
	if (user_id == NULL)
		return fail(r, M_NOT_FOUND, "There is no such user");
	put_text(&r->out, "user_id", user_id);
	return M_OK;
}

/*
 * GET /_synapse/admin/v1/threepid/{medium}/users/{address}
 *
 * Whose address is it?
 */
enum mx_err
user_by_threepid(struct request *r)
{
	const char *medium = req_arg(r, "medium");
	const char *address = threepid_canonical(r->mem, medium,
	    req_arg(r, "address"));
	int64_t user;

	if (strcmp(medium, MEDIUM_EMAIL) != 0 &&
	    strcmp(medium, MEDIUM_MSISDN) != 0)
		return fail(r, M_INVALID_PARAM,
		    "medium must be email or msisdn");
	if (address == NULL)
		return fail(r, M_INVALID_PARAM, "This is no address of that "
		    "medium");
	user = threepid_owner(r->db, medium, address);
	return tell_id(r, user != 0 ? user_name(r->db, user) : NULL);
}

/*
 * GET /_synapse/admin/v1/auth_providers/{provider}/users/{externalId}
 *
 * Whom does a provider of the configuration call so?
 */
enum mx_err
user_by_link(struct request *r)
{
	const struct conf_oidc *provider = sso_provider(r->conf,
	    req_arg(r, "provider"));
	int64_t user = provider == NULL ? 0 : sso_user(r->db, provider->issuer,
	    req_arg(r, "externalId"));

	return tell_id(r, user != 0 ? user_name(r->db, user) : NULL);
}

/*
 * GET /_synapse/admin/v1/username_available
 *
 * Could an account of that name be made?  Also of one that is reserved.
 */
enum mx_err
username_free(struct request *r)
{
	const char *name = req_query(r, "username"), *fault;
	struct account a;

	if (name == NULL)
		return fail(r, M_MISSING_PARAM, "username is missing");
	if ((fault = username_fault(r->mem, r->conf, name)) != NULL)
		return fail(r, M_INVALID_USERNAME, "%s", fault);
	if (account_find(r->db, arena_printf(r->mem, "@%s:%s", name,
	    r->conf->server_name), &a))
		return fail(r, M_USER_IN_USE, "This name is taken");
	put_bool(&r->out, "available", true);
	return M_OK;
}

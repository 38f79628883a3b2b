/*
 * admin-account.c - what administrators do to one account: its end, password,
 * rights, restraint, and acting in its name.
 */
#include "admin.h"
#include "admin.routes.h"
#include "matrix/credentials.h"
#include "matrix/session.h"

static enum mx_err
not_oneself(struct request *r, const struct account *a)
{
	if (a->user == r->who.user)
		return fail(r, M_FORBIDDEN, "You cannot do this to your own "
		    "account");
	return M_OK;
}

/* ------------------------------------------------------------ deactivation */

struct ending {
	bool		 erase;
};

static const struct field ending_fields[] = {
	FIELD_BOOL(ending, erase, "erase", OPTIONAL),
	FIELD_END
};

/*
 * POST /_synapse/admin/v1/deactivate/{userId}
 *
 * The end of an account, for ever; of one that has ended with erase also that
 * what it said is shown to nobody who has not seen it.
 */
enum mx_err
user_deactivate(struct request *r)
{
	struct ending ending = { 0 };
	struct account a;
	enum mx_err err;

	if ((err = body_read(r, ending_fields, &ending)) != M_OK ||
	    (err = account_meant(r, &a)) != M_OK ||
	    (err = not_oneself(r, &a)) != M_OK)
		return err;
	if (a.deactivated_at == 0)
		account_deactivate(r->db, a.user, ending.erase, r->now);
	else if (ending.erase && a.erased_at == 0)
		db_exec(r->db, STMT_ACCOUNT_ERASE, DB_INT(r->now),
		    DB_INT(a.user));
	if (ending.erase)
		log_note(r, "erased");
	/* Identity servers are asked by the user's own clients alone. */
	put_text(&r->out, "id_server_unbind_result", "no-support");
	return M_OK;
}

/* ---------------------------------------------------------------- password */

struct reset {
	const char	*new_password;
	bool		 logout_devices;
};

static const struct field reset_fields[] = {
	FIELD_STR(reset, new_password, "new_password", REQUIRED, NULL),
	FIELD_BOOL(reset, logout_devices, "logout_devices", OPTIONAL),
	FIELD_END
};

static enum mx_err
reset_read(struct request *r, struct reset *reset, struct account *a)
{
	enum mx_err err;

	*reset = (struct reset){ .logout_devices = true };
	if ((err = body_read(r, reset_fields, reset)) != M_OK ||
	    (err = account_alive(r, a)) != M_OK)
		return err;
	if (a->kind != ACCOUNT_USER)
		return fail(r, M_INVALID_PARAM, "This account is of kind %s, "
		    "which has no password", account_kind_name(a->kind));
	return M_OK;
}

static enum mx_err
reset_now(struct request *r)
{
	const char *hash = password_hashed(r);
	struct reset reset;
	struct account a;
	enum mx_err err;

	if (hash == NULL)
		return M_BUSY;
	if ((err = reset_read(r, &reset, &a)) != M_OK)
		return err;
	password_change(r, a.user, hash, !reset.logout_devices);
	return M_OK;
}

/*
 * POST /_synapse/admin/v1/reset_password/{userId}
 *
 * A new password; unless logout_devices is false the account's sessions end.
 */
enum mx_err
password_reset(struct request *r)
{
	struct reset reset;
	struct account a;
	enum mx_err err;

	if ((err = reset_read(r, &reset, &a)) != M_OK ||
	    (err = password_acceptable(r, reset.new_password)) != M_OK)
		return err;
	return password_hash_later(r, reset.new_password, reset_now);
}

/* ------------------------------------------------------------------ rights */

struct rights_wish {
	bool		 admin;
	bool		 suspend;
};

static const struct field admin_fields[] = {
	FIELD_BOOL(rights_wish, admin, "admin", REQUIRED),
	FIELD_END
};

static const struct field suspend_wish_fields[] = {
	FIELD_BOOL(rights_wish, suspend, "suspend", REQUIRED),
	FIELD_END
};

/*
 * GET /_synapse/admin/v1/users/{userId}/admin
 *
 * Is this an administrator?
 */
enum mx_err
admin_get(struct request *r)
{
	struct account a;
	enum mx_err err;

	if ((err = account_meant(r, &a)) != M_OK)
		return err;
	put_bool(&r->out, "admin", a.admin);
	return M_OK;
}

/*
 * PUT /_synapse/admin/v1/users/{userId}/admin
 *
 * Make somebody an administrator, or none any more: anybody but the caller.
 */
enum mx_err
admin_put(struct request *r)
{
	struct rights_wish wish;
	struct account a;
	enum mx_err err;

	if ((err = body_read(r, admin_fields, &wish)) != M_OK ||
	    (err = account_alive(r, &a)) != M_OK)
		return err;
	if (!wish.admin && (err = not_oneself(r, &a)) != M_OK)
		return err;
	if (wish.admin && a.kind != ACCOUNT_USER)
		return fail(r, M_INVALID_PARAM, "An account of kind %s cannot "
		    "be an administrator", account_kind_name(a.kind));
	account_set_admin(r->db, a.user, wish.admin);
	log_note(r, wish.admin ? "an administrator" :
	    "no administrator any more");
	return M_OK;
}

/*
 * PUT /_synapse/admin/v1/suspend/{userId}
 *
 * The account may read, leave rooms and little else; or everything again.
 */
enum mx_err
user_suspend(struct request *r)
{
	struct rights_wish wish;
	struct account a;
	enum mx_err err;

	if ((err = body_read(r, suspend_wish_fields, &wish)) != M_OK ||
	    (err = account_alive(r, &a)) != M_OK ||
	    (err = not_oneself(r, &a)) != M_OK)
		return err;
	if (wish.suspend != (a.suspended_at != 0))
		account_suspend(r->db, a.user, wish.suspend ? r->now : 0);
	log_note(r, wish.suspend ? "suspended" : "not suspended any more");
	put_bool(&r->out, arena_printf(r->mem, "user_%s_suspended", a.user_id),
	    wish.suspend);
	return M_OK;
}

/* ------------------------------------------------------- in somebody's name */

struct login_wish {
	int64_t		 valid_until_ms;
};

static const struct field login_fields[] = {
	FIELD_INT(login_wish, valid_until_ms, "valid_until_ms", OPTIONAL),
	FIELD_END
};

static enum mx_err
login_check(struct request *r, const struct account *a,
    const struct login_wish *wish)
{
	if (a->user == r->who.user)
		return fail(r, M_FORBIDDEN, "You are logged in to this account "
		    "already");
	if (a->admin)
		return fail(r, M_FORBIDDEN, "Nobody acts in the name of another "
		    "administrator");
	if (wish->valid_until_ms != 0 && wish->valid_until_ms <= r->now)
		return fail(r, M_INVALID_PARAM,
		    "valid_until_ms is a time, in ms since 1970, to come");
	return account_may_enter(r, a);
}

/*
 * POST /_synapse/admin/v1/users/{userId}/login
 *
 * An access token of somebody else's account.  Its device stands among theirs,
 * and says whose it is: they may know, and end it.
 */
enum mx_err
login_as(struct request *r)
{
	struct login_wish wish = { 0 };
	struct session s;
	struct account a;
	enum mx_err err;

	if ((err = body_read(r, login_fields, &wish)) != M_OK ||
	    (err = account_alive(r, &a)) != M_OK ||
	    (err = login_check(r, &a, &wish)) != M_OK)
		return err;
	s = session_begin(r->db, r->mem, r->conf, a.user,
	    &(struct session_wish){ .device_name = arena_printf(r->mem,
	    "The administrator %s", r->who.user_id) }, 2016, r->now);
	if (wish.valid_until_ms != 0)
		db_exec(r->db, STMT_TOKENS_END_AT,
		    DB_INT(wish.valid_until_ms), DB_INT(s.device));
	log_note(r, "acts in their name by the device %s", s.device_id);
	put_text(&r->out, "access_token", s.access_token);
	put_text(&r->out, "device_id", s.device_id);
	return M_OK;
}

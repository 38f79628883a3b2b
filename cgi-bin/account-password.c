/* account-password.c - a new password, and the end of an account. */
#include "matrix/credentials.h"
#include "matrix/ids.h"
#include "matrix/session.h"
#include "matrix/uia.h"
#include "account-unbind.h"
#include "account.routes.h"

/*
 * Whose account is it?  The caller's, or that of whoever has proved to be
 * somebody on the way.  False: nobody's.
 */
static bool
account_meant(struct request *r, struct account *a)
{
	return account_get(r->db, r->who.user ? r->who.user : uia_user(r), a);
}

static enum mx_err
nobody(struct request *r)
{
	return fail(r, M_NOT_FOUND, "No account here has this address");
}

/* ------------------------------------------------------------- password */

struct change {
	const char	*new_password;
	bool		 logout_devices;
};

static const struct field change_fields[] = {
	FIELD_STR(change, new_password, "new_password", REQUIRED, NULL),
	FIELD_BOOL(change, logout_devices, "logout_devices", OPTIONAL),
	FIELD_END
};

static enum mx_err
change_read(struct request *r, struct change *change)
{
	*change = (struct change){ .logout_devices = true };
	return body_read(r, change_fields, change);
}

static enum mx_err
hashed(struct request *r)
{
	const char *hash = password_hashed(r);
	struct account account;
	struct change change;
	enum mx_err err;

	if (hash == NULL)
		return M_BUSY;
	if ((err = change_read(r, &change)) != M_OK)
		return err;
	if (!account_meant(r, &account))
		return nobody(r);
	if ((err = account_may_enter(r, &account)) != M_OK)
		return err;
	/* A login token that proved it goes with the old password. */
	if ((err = uia_end(r)) != M_OK)
		return err;
	account_set_password(r->db, account.user, hash, r->now);
	if (change.logout_devices)
		session_end_others(r->db, account.user, r->who.device);
	return M_OK;
}

/*
 * POST /account/password
 *
 * A new password.  With an access token the caller confirms it as [uia]
 * password wants; without one, whoever forgot theirs proves to have an address
 * of the account ([uia] reset; 2015: PWD-1).  Unless logout_devices is false
 * all other sessions end.
 */
enum mx_err
password_change(struct request *r)
{
	struct account account;
	struct change change;
	enum mx_err err;

	if ((err = change_read(r, &change)) != M_OK ||
	    (err = password_acceptable(r, change.new_password)) != M_OK ||
	    (err = uia_pass(r, r->who.user ? FLOWS_password :
	    FLOWS_reset)) != M_OK)
		return err;
	if (!account_meant(r, &account))
		return nobody(r);
	return password_hash_later(r, change.new_password, hashed);
}

/* ---------------------------------------------------------- deactivation */

struct leave {
	const char	*id_server;
	bool		 erase;
};

static const struct field leave_fields[] = {
	FIELD_STR(leave, id_server, "id_server", OPTIONAL, server_name_valid),
	FIELD_BOOL(leave, erase, "erase", OPTIONAL),
	FIELD_END
};

/* Whatever identity servers said, if they were asked. */
static enum mx_err
leave_now(struct request *r)
{
	struct account account;
	struct leave leave = { 0 };
	enum mx_err err;

	if ((err = body_read(r, leave_fields, &leave)) != M_OK)
		return err;
	if (!account_meant(r, &account))
		return nobody(r);
	if ((err = account_may_enter(r, &account)) != M_OK ||
	    (err = again(r)) != M_OK)
		return err;
	/* A login token that proved it goes with the account. */
	if ((err = uia_end(r)) != M_OK)
		return err;
	account_deactivate(r->db, account.user, leave.erase, r->now);
	unbind_finish(r);
	put_text(&r->out, "id_server_unbind_result",
	    unbind_asked(r) ? unbind_result(r) : "success");
	return M_OK;
}

/*
 * POST /account/deactivate
 *
 * The end: nobody logs in to this account again.  Its addresses are taken back
 * from the identity servers where they were published, as far as those do it;
 * its rooms are left, and with erase others see no more of what it said than
 * they saw already.
 */
enum mx_err
deactivate(struct request *r)
{
	struct account account;
	struct leave leave = { 0 };
	struct job *job;
	enum mx_err err;

	if ((err = body_read(r, leave_fields, &leave)) != M_OK ||
	    (err = uia_pass(r, FLOWS_deactivate)) != M_OK)
		return err;
	if (!account_meant(r, &account))
		return nobody(r);
	if ((err = account_may_enter(r, &account)) != M_OK)
		return err;
	job = unbind_all(r, account.user, account.user_id, leave.id_server);
	return job != NULL ? later(r, job, leave_now, TX_WRITE) :
	    leave_now(r);
}

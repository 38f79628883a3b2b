/*
 * admin.c - what administrators do over HTTP: locking and suspending accounts,
 * and who is logged in where (client-server API, "Account moderation" and
 * "Server administration").
 */
#include <string.h>

#include "matrix/account.h"
#include "matrix/ids.h"
#include "matrix/session.h"
#include "serve/serve.h"
#include "admin.routes.h"

/* One of the two things that can be so of an account. */
struct restraint {
	const char	*name;		/* in bodies and answers */
	bool		 on;		/* is it so now? */
	void		(*set)(struct db *, int64_t user, int64_t at);
};

struct target {
	int64_t		 user;
	bool		 locked;
	bool		 suspended;
	bool		 admin;
};

/* ------------------------------------------------------------- about whom */

/* Nobody else learns who has an account here, so this comes first. */
static enum mx_err
admins_only(struct request *r)
{
	if (!r->who.admin)
		return fail(r, M_FORBIDDEN,
		    "Only an administrator of this server may do this");
	return M_OK;
}

static enum mx_err
check_server(struct request *r, const char *user_id)
{
	const char *server = id_server(user_id);

	if (!user_id_valid(user_id))
		return fail(r, M_INVALID_PARAM, "This is not a user id");
	if (strcmp(server, r->conf->server_name) != 0)
		return fail(r, M_INVALID_PARAM,
		    "This user belongs to another server");
	return M_OK;
}

static enum mx_err
account_look(struct request *r, struct target *t)
{
	const char *user_id = req_arg(r, "userId");
	struct rows rows;
	enum mx_err err;

	if ((err = check_server(r, user_id)) != M_OK)
		return err;
	rows = db_query(r->db, STMT_ADMIN_TARGET, DB_TEXT(user_id));
	if (!rows_next(&rows))
		return fail(r, M_NOT_FOUND, "There is no such user, or the "
		    "account has been deactivated");
	*t = (struct target){ .user = rows_int(&rows, 0),
	    .locked = !rows_null(&rows, 1), .suspended = !rows_null(&rows, 2),
	    .admin = rows_int(&rows, 3) != 0 };
	rows_done(&rows);
	return M_OK;
}

static enum mx_err
target_find(struct request *r, struct target *t)
{
	enum mx_err err;

	if ((err = admins_only(r)) != M_OK ||
	    (err = account_look(r, t)) != M_OK)
		return err;
	if (t->admin && t->user != r->who.user)
		return fail(r, M_FORBIDDEN, "This user is an administrator "
		    "too; use mxcgi(8) on the server itself");
	return M_OK;
}

/* -------------------------------------------------------------- what about */

static enum mx_err
tell(struct request *r, const char *name, bool on)
{
	put_bool(&r->out, name, on);
	return M_OK;
}

/* What is so already stays as it is, with the time since when. */
static enum mx_err
put(struct request *r, const struct target *t, const struct restraint *it,
    bool on)
{
	if (t->user == r->who.user)
		return fail(r, M_FORBIDDEN, "You cannot do this to your own "
		    "account");
	if (on != it->on)
		it->set(r->db, t->user, on ? r->now : 0);
	return tell(r, it->name, on);
}

/*
 * GET /admin/lock/{userId}
 *
 * Is the account locked?
 */
enum mx_err
lock_get(struct request *r)
{
	struct target t;
	enum mx_err err = target_find(r, &t);

	return err != M_OK ? err : tell(r, "locked", t.locked);
}

/*
 * GET /admin/suspend/{userId}
 *
 * Is the account suspended?
 */
enum mx_err
suspend_get(struct request *r)
{
	struct target t;
	enum mx_err err = target_find(r, &t);

	return err != M_OK ? err : tell(r, "suspended", t.suspended);
}

struct wish {
	bool		 locked;
	bool		 suspended;
};

static const struct field lock_fields[] = {
	FIELD_BOOL(wish, locked, "locked", REQUIRED),
	FIELD_END
};

static const struct field suspend_fields[] = {
	FIELD_BOOL(wish, suspended, "suspended", REQUIRED),
	FIELD_END
};

/*
 * PUT /admin/lock/{userId}
 *
 * Lock or unlock an account of this server that is neither the caller's nor
 * another administrator's.  Its sessions stay, and answer M_USER_LOCKED until
 * it is unlocked; what waits with one ends so at once.
 */
enum mx_err
lock_put(struct request *r)
{
	struct target t;
	struct wish wish;
	enum mx_err err;

	if ((err = target_find(r, &t)) != M_OK ||
	    (err = body_read(r, lock_fields, &wish)) != M_OK)
		return err;
	return put(r, &t, &(struct restraint){ "locked", t.locked,
	    account_lock }, wish.locked);
}

/*
 * PUT /admin/suspend/{userId}
 *
 * The same for suspending: the account may read, leave rooms and little else.
 */
enum mx_err
suspend_put(struct request *r)
{
	struct target t;
	struct wish wish;
	enum mx_err err;

	if ((err = target_find(r, &t)) != M_OK ||
	    (err = body_read(r, suspend_fields, &wish)) != M_OK)
		return err;
	return put(r, &t, &(struct restraint){ "suspended", t.suspended,
	    account_suspend }, wish.suspended);
}

/* ------------------------------------------------------------------- whois */

static void
put_connection(struct writer *w, const struct sighting *seen)
{
	write_object(w);
	if (seen->address != NULL && *seen->address != '\0')
		put_text(w, "ip", seen->address);
	put_int(w, "last_seen", seen->at);
	if (seen->agent != NULL && *seen->agent != '\0')
		put_text(w, "user_agent", seen->agent);
	write_end(w);
}

/*
 * A session is all that was done from one login: one for each device.  Of its
 * connections the last is known.
 */
static void
put_devices(struct request *r, int64_t user)
{
	struct rows rows = db_query(r->db, STMT_DEVICES_SHOW, DB_INT(user));
	struct writer *w = &r->out;

	put_object(w, "devices");
	while (rows_next(&rows)) {
		struct sighting seen = session_seen(r->vol, &rows);

		write_key_span(w, rows_span(&rows, 1));
		write_object(w);
		put_array(w, "sessions");
		write_object(w);
		put_array(w, "connections");
		if (seen.at != 0)
			put_connection(w, &seen);
		write_end(w);
		write_end(w);
		write_end(w);
		write_end(w);
	}
	write_end(w);
}

/*
 * GET /admin/whois/{userId}, GET /_synapse/admin/v1/whois/{userId}
 *
 * Where somebody is logged in: for themselves, and for administrators.
 */
enum mx_err
whois(struct request *r)
{
	const char *user_id = req_arg(r, "userId");
	struct target t;
	enum mx_err err;

	if (strcmp(user_id, r->who.user_id) != 0 &&
	    (err = admins_only(r)) != M_OK)
		return err;
	if ((err = account_look(r, &t)) != M_OK)
		return err;
	put_text(&r->out, "user_id", user_id);
	put_devices(r, t.user);
	return M_OK;
}

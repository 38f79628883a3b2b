/*
 * account-3pid.c - addresses of an account (client-server API, "Adding
 * Account Administrative Contact Information"; 2015.md 5.6, 5.7), and what
 * identity servers know of them.
 *
 * Who was asked outside is asked before anything is written, and one
 * transaction then looks again and writes all: a failure on the way leaves
 * the account as it was.
 */
#include <string.h>

#include "account-unbind.h"
#include "account.routes.h"
#include "matrix/idserver-fail.h"
#include "matrix/ids.h"
#include "matrix/threepid.h"
#include "matrix/uia.h"
#include "serve/serve.h"

#define THREEPIDS_MAX	50	/* addresses of an account */

/*
 * GET /account/3pid
 *
 * The addresses of the account: medium, address, validated_at, added_at.
 */
enum mx_err
threepids(struct request *r)
{
	struct rows rows = db_query(r->db, STMT_THREEPIDS,
	    DB_INT(r->who.user));

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
	return M_OK;
}

/* ---------------------------------------------------- what is to be added */

struct creds {
	const char	*id_server;
	const char	*id_access_token;
	const char	*sid;
	const char	*client_secret;
	bool		 bind;
};
#define CREDS_FIELDS(prefix, need_server)				\
	FIELD_STR(creds, sid, prefix "sid", REQUIRED, opaque_id_valid),	\
	FIELD_STR(creds, client_secret, prefix "client_secret", REQUIRED, \
	    opaque_id_valid),						\
	FIELD_STR(creds, id_server, prefix "id_server", need_server,	\
	    server_name_valid),						\
	FIELD_STR(creds, id_access_token, prefix "id_access_token",	\
	    OPTIONAL, NULL)

static const struct field creds_fields[] = {
	CREDS_FIELDS("three_pid_creds.", OPTIONAL),
	FIELD_BOOL(creds, bind, "bind", OPTIONAL),
	FIELD_END
};
static const struct field creds_fields_2015[] = {
	CREDS_FIELDS("threePidCreds.", OPTIONAL),
	FIELD_BOOL(creds, bind, "bind", OPTIONAL),
	FIELD_END
};
static const struct field own_fields[] = {
	FIELD_STR(creds, sid, "sid", REQUIRED, opaque_id_valid),
	FIELD_STR(creds, client_secret, "client_secret", REQUIRED,
	    opaque_id_valid),
	FIELD_END
};
static const struct field bind_fields[] = {
	CREDS_FIELDS("", REQUIRED),
	FIELD_END
};

/* The text of 2015 spells the object in one way, all later ones in another. */
static enum mx_err
read_creds(struct request *r, struct creds *creds)
{
	const struct field *fields = json_get(r->body, "threePidCreds") ?
	    creds_fields_2015 : creds_fields;
	enum mx_err err = body_read(r, fields, creds);

	if (err == M_OK && creds->id_server == NULL && req_is_2015(r))
		return fail(r, M_BAD_JSON, "id_server is missing: which "
		    "identity server has confirmed the address?");
	return err;
}

/*
 * The address joins the account, which needs a transaction that writes.  Its
 * owner may have it confirmed again.
 */
static enum mx_err
add_address(struct request *r, const char *medium, const char *address,
    int64_t validated_at)
{
	int64_t owner = threepid_owner(r->db, medium, address);

	if (owner == 0 && db_int(r->db, 0, STMT_THREEPID_COUNT,
	    DB_INT(r->who.user)) >= THREEPIDS_MAX)
		return fail(r, M_THREEPID_DENIED, "An account may have %d "
		    "addresses; delete one first", THREEPIDS_MAX);
	if ((owner != 0 && owner != r->who.user) ||
	    !threepid_add(r->db, r->who.user, medium, address,
	    validated_at < r->now ? validated_at : r->now, r->now))
		return fail(r, M_THREEPID_IN_USE,
		    "This address belongs to another account");
	return M_OK;
}

/* ------------------------------------------- confirmed by this very server */

static enum mx_err
add_own(struct request *r, const struct creds *creds)
{
	struct threepid_session s;
	enum mx_err err;

	if (!threepid_session_find(r->db, creds->sid, creds->client_secret,
	    FOR_ADD, r->now, &s))
		return fail(r, M_THREEPID_AUTH_FAILED, "There is no such "
		    "validation session; ask for a new message");
	if (s.validated_at == 0)
		return fail(r, M_THREEPID_AUTH_FAILED, "This address is not "
		    "confirmed yet; follow the link in the message");
	if ((err = add_address(r, s.medium, s.address, s.validated_at)) !=
	    M_OK)
		return err;
	threepid_session_spend(r->db, s.sid);
	return M_OK;
}

/* Whoever got hold of an access token alone adds no address of theirs. */
static enum mx_err
add_proved(struct request *r, const struct creds *creds)
{
	enum mx_err err;

	if ((err = uia_pass(r, FLOWS_add_3pid)) != M_OK ||
	    (err = again(r)) != M_OK || (err = add_own(r, creds)) != M_OK)
		return err;
	return uia_end(r);
}

/*
 * POST /account/3pid/add
 *
 * After User-Interactive Authentication: the address of a session of this
 * server that was confirmed, which is used up by that.
 */
enum mx_err
threepid_add_own(struct request *r)
{
	struct creds creds = { 0 };
	enum mx_err err;

	if ((err = body_read(r, own_fields, &creds)) != M_OK)
		return err;
	return add_proved(r, &creds);
}

/* ------------------------------------------ confirmed by an identity server */

struct asking {
	struct job	 job;
	struct idserver	 id;
	struct idserver	 confirmed;	/* of run_bind: what came before */
};

static void
run_validated(struct job *job)
{
	idserver_validated(&((struct asking *)job)->id);
}

static void
run_bind(struct job *job)
{
	idserver_bind(&((struct asking *)job)->id);
}

/* Others wait while a server that somebody names does not answer. */
static enum mx_err
may_ask(struct request *r)
{
	return rate_take(r, LIMIT_identity, r->who.user_id);
}

/* The job, or NULL where no server can know such a session. */
static struct asking *
asking(const struct request *r, const struct creds *creds,
    void (*run)(struct job *))
{
	struct idserver id = { 0 };
	struct asking *a;

	if (!idserver_session(&id, r->conf, creds->id_server, creds->sid,
	    creds->client_secret, creds->id_access_token))
		return NULL;
	strcpy(id.user_id, r->who.user_id);
	a = job_new(sizeof *a);
	a->job = (struct job){ run, JOB_NET };
	a->id = id;
	return a;
}

static bool
may_bind_more(struct request *r)
{
	return db_int(r->db, 0, STMT_BINDING_COUNT, DB_INT(r->who.user)) <
	    BINDINGS_MAX;
}

static void
remember_binding(struct request *r, const struct idserver *id)
{
	binding_add(r->db, r->who.user, id->medium, id->address,
	    id->id_server, r->now);
}

/* It is published by now, so that stays known if the account cannot have it. */
static enum mx_err
published(struct request *r)
{
	const struct asking *a = (const struct asking *)r->job;
	const struct idserver *id = &a->confirmed;
	enum mx_err err;

	idserver_note(&a->id);
	if (a->id.said != IDSERVER_YES)
		return fail(r, M_THREEPID_AUTH_FAILED, "The identity server "
		    "did not publish this address; nothing was changed");
	remember_binding(r, id);
	err = add_address(r, id->medium, id->address, id->validated_at);
	return err == M_OK ? M_OK : refuse_keeping(r, err, "This address was "
	    "published, but cannot join the account; unbind it");
}

static enum mx_err
publish(struct request *r, const struct idserver *id)
{
	int64_t owner = threepid_owner(r->db, id->medium, id->address);
	struct asking *a;

	if (owner != 0 && owner != r->who.user)
		return fail(r, M_THREEPID_IN_USE,
		    "This address belongs to another account");
	if (!may_bind_more(r))
		return fail(r, M_THREEPID_DENIED, "Too many addresses are "
		    "published for this account; delete one first");
	a = job_new(sizeof *a);
	a->job = (struct job){ run_bind, JOB_NET };
	a->id = a->confirmed = *id;
	return later(r, &a->job, published, TX_WRITE);
}

static enum mx_err
confirmed(struct request *r)
{
	const struct idserver *id = &((const struct asking *)r->job)->id;
	struct creds creds = { 0 };
	enum mx_err err;

	idserver_note(id);
	if ((err = read_creds(r, &creds)) != M_OK)
		return err;
	if (id->said != IDSERVER_YES)
		return fail(r, M_THREEPID_AUTH_FAILED, "The identity server "
		    "does not say that this address is confirmed");
	if (creds.bind && req_is_2015(r))
		return publish(r, id);
	if ((err = again(r)) != M_OK)
		return err;
	return add_address(r, id->medium, id->address, id->validated_at);
}

/*
 * POST /account/3pid
 *
 * An address joins the account: of a session that the named identity server,
 * which this one must trust, says is confirmed; or, without id_server, of a
 * session of this server.  By the paths of 2015 `bind` lets that server
 * publish whose it is, and then both are done or the address does not join.
 * Today's paths ignore `bind`, as their text says.
 */
enum mx_err
threepid_post(struct request *r)
{
	struct creds creds = { 0 };
	struct asking *a;
	enum mx_err err;

	if ((err = read_creds(r, &creds)) != M_OK)
		return err;
	if (creds.id_server == NULL)
		return add_proved(r, &creds);
	if (!idserver_trusted(r->conf, creds.id_server))
		return fail(r, req_is_2015(r) ? M_THREEPID_AUTH_FAILED :
		    M_SERVER_NOT_TRUSTED, "This server does not rely on that "
		    "identity server; ask for another");
	if ((err = may_ask(r)) != M_OK)
		return err;
	if ((a = asking(r, &creds, run_validated)) == NULL)
		return fail(r, M_THREEPID_AUTH_FAILED,
		    "No identity server can know such a session");
	return later(r, &a->job, confirmed, TX_READ);
}

/* ------------------------------------------------------------------ binding */

static enum mx_err
bound(struct request *r)
{
	const struct idserver *id = &((const struct asking *)r->job)->id;

	idserver_note(id);
	if (id->said != IDSERVER_YES)
		return idserver_fail(r, id);
	remember_binding(r, id);
	return M_OK;
}

/*
 * POST /account/3pid/bind
 *
 * Any identity server publishes that the address of one of its sessions is
 * the caller's.  That is remembered, so that it can be taken back.
 */
enum mx_err
threepid_bind(struct request *r)
{
	struct creds creds = { 0 };
	struct asking *a;
	enum mx_err err;

	if ((err = body_read(r, bind_fields, &creds)) != M_OK)
		return err;
	if (!may_bind_more(r))
		return fail(r, M_THREEPID_DENIED, "Too many addresses are "
		    "published for this account; unbind one first");
	if ((err = may_ask(r)) != M_OK)
		return err;
	if ((a = asking(r, &creds, run_bind)) == NULL)
		return fail(r, M_INVALID_PARAM,
		    "No identity server can know such a session");
	return later(r, &a->job, bound, TX_WRITE);
}

/* --------------------------------------------------------------- taken back */

struct removal {
	const char	*medium;
	const char	*address;
	const char	*id_server;
};
static const struct field removal_fields[] = {
	FIELD_STR(removal, medium, "medium", REQUIRED, NULL),
	FIELD_STR(removal, address, "address", REQUIRED, NULL),
	FIELD_STR(removal, id_server, "id_server", OPTIONAL,
	    server_name_valid),
	FIELD_END
};

static enum mx_err
read_removal(struct request *r, struct removal *removal)
{
	enum mx_err err = body_read(r, removal_fields, removal);

	if (err != M_OK)
		return err;
	removal->address = threepid_canonical(r->mem, removal->medium,
	    removal->address);
	return removal->address != NULL ? M_OK : fail(r, M_INVALID_PARAM,
	    "medium must be email or msisdn, and address one of that kind");
}

static enum mx_err
unbound(struct request *r)
{
	unbind_finish(r);
	put_text(&r->out, "id_server_unbind_result", unbind_result(r));
	return M_OK;
}

/*
 * POST /account/3pid/unbind
 *
 * The identity server, or every one that is known to publish it, forgets
 * whose the address is.  It stays with the account.
 */
enum mx_err
threepid_unbind(struct request *r)
{
	struct removal removal = { 0 };
	struct job *job;
	enum mx_err err;

	if ((err = read_removal(r, &removal)) != M_OK ||
	    (err = may_ask(r)) != M_OK)
		return err;
	job = unbind_address(r, removal.medium, removal.address,
	    removal.id_server);
	if (job != NULL)
		return later(r, job, unbound, TX_WRITE);
	put_text(&r->out, "id_server_unbind_result", unbind_result(r));
	return M_OK;
}

static enum mx_err
deleted(struct request *r)
{
	struct removal removal = { 0 };
	enum mx_err err;

	if ((err = read_removal(r, &removal)) != M_OK ||
	    (err = again(r)) != M_OK)
		return err;
	if (!threepid_drop(r->db, r->who.user, removal.medium,
	    removal.address))
		return fail(r, M_THREEPID_NOT_FOUND,
		    "Your account has no such address");
	return unbound(r);
}

/*
 * POST /account/3pid/delete
 *
 * The address leaves the account, whatever identity servers say when they are
 * asked to forget it.
 */
enum mx_err
threepid_delete(struct request *r)
{
	struct removal removal = { 0 };
	struct job *job;
	enum mx_err err;

	if ((err = read_removal(r, &removal)) != M_OK)
		return err;
	if (threepid_owner(r->db, removal.medium, removal.address) !=
	    r->who.user)
		return fail(r, M_THREEPID_NOT_FOUND,
		    "Your account has no such address");
	if ((err = may_ask(r)) != M_OK)
		return err;
	job = unbind_address(r, removal.medium, removal.address,
	    removal.id_server);
	return job != NULL ? later(r, job, deleted, TX_READ) : deleted(r);
}

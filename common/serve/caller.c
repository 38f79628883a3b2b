/* caller.c - whose access token is this? */
#include <string.h>

#include "base/crypto.h"
#include "serve/life.h"
#include "store/stream.h"

/* The columns of session_find, session_again and service_caller. */
enum { NR, USER, USER_ID, DEVICE, DEVICE_ID, ERA, EXPIRES, KIND, ADMIN,
    DEACTIVATED, LOCKED, SUSPENDED, PAIR, IS_NEWER, SEEN };

#define SEEN_EVERY_MS	(5 * 60 * 1000)

/*
 * The first use of a new pair of tokens: the one before dies.  That must be
 * written; a request that only reads comes back for its reading.
 */
static enum mx_err
settle(struct life *l, int64_t pair)
{
	if (!l->writing)
		return M_AGAIN;
	db_exec(l->r.db, STMT_PAIR_ALONE, DB_INT(l->r.who.device),
	    DB_INT(pair));
	change_add(l->r.db, CHANGE_SESSION, 0, l->r.who.user, 0);
	l->settled = true;
	return M_OK;
}

/*
 * A write to the volatile store now and then, of which a request that only reads
 * knows nothing.  One that waited is no news of its client.
 */
static void
note_seen(struct life *l, int64_t seen_at)
{
	struct db *vol = l->r.vol;
	struct db_arg device = DB_INT(l->r.who.device);
	int64_t late = l->r.now - SEEN_EVERY_MS;

	if (seen_at > late || l->resumed.token != 0 || l->r.who.device < 0 ||
	    db_int(vol, 0, STMT_SEEN_AT, device) > late)
		return;
	db_exec(vol, STMT_SEEN_NOTE, device, DB_INT(l->r.now),
	    DB_TEXT(l->r.address), DB_TEXT(req_agent(&l->r)));
}

/*
 * Who is suspended may read, and do what is marked so; an administrator reads
 * as anybody does.
 */
static bool
is_too_much(const struct life *l)
{
	enum route_auth auth = l->r.route->auth;

	return l->r.who.suspended && (auth == AUTH_ADMIN ||
	    (auth == AUTH_USER && strcmp(l->r.route->method, "GET") != 0));
}

static enum mx_err
judge(struct life *l, struct rows *rows, const struct appservice *as)
{
	struct caller *who = &l->r.who;
	bool expired = !rows_null(rows, EXPIRES) &&
	    rows_int(rows, EXPIRES) <= l->r.now;
	bool deactivated = !rows_null(rows, DEACTIVATED);
	bool locked = !rows_null(rows, LOCKED) &&
	    l->r.route->auth != AUTH_LOCKED;
	bool newer = rows_int(rows, IS_NEWER) != 0;
	int64_t pair = rows_int(rows, PAIR);
	int64_t seen_at = rows_int(rows, SEEN);

	*who = (struct caller){
		.user = rows_int(rows, USER),
		.user_id = rows_text(rows, USER_ID),
		.device = rows_int(rows, DEVICE),
		.device_id = rows_text(rows, DEVICE_ID),
		.token = rows_int(rows, NR),
		.era = (int)rows_int(rows, ERA),
		.guest = span_is(rows_span(rows, KIND), "guest"),
		.suspended = !rows_null(rows, SUSPENDED),
		.admin = rows_int(rows, ADMIN) != 0,
		.appservice = as
	};
	rows_done(rows);
	if (deactivated)
		return fail(&l->r, M_UNKNOWN_TOKEN,
		    "This account has been deactivated");
	if (expired || locked)
		put_bool(reply_error_members(&l->r), "soft_logout", true);
	if (expired)
		return fail(&l->r, M_UNKNOWN_TOKEN,
		    "The access token has expired; refresh it or log in again");
	if (locked)
		return fail(&l->r, M_USER_LOCKED, "This account is locked");
	note_seen(l, seen_at);
	if (l->r.route->auth == AUTH_ADMIN && !l->r.who.admin)
		return fail(&l->r, M_FORBIDDEN,
		    "Only an administrator of this server may do this");
	if (is_too_much(l))
		return fail(&l->r, M_USER_SUSPENDED, "Your account is "
		    "suspended; you may read, and leave rooms");
	return newer ? settle(l, pair) : M_OK;
}

struct bearer
caller_bearer(const struct life *l)
{
	return l->r.who.token == 0 ? l->resumed : (struct bearer){
		.token = l->r.who.token,
		.user = l->r.who.user,
		.device = l->r.who.device,
		.appservice = l->r.who.appservice,
	};
}

/* M_OK: rows has their row, if there is any. */
static enum mx_err
look_up(struct life *l, struct rows *rows, const struct appservice **as)
{
	struct bearer b = caller_bearer(l);
	uint8_t hash[SHA256_LEN];

	*as = b.appservice;
	if (*as != NULL) {
		*rows = service_again(l, &b);
	} else if (b.token != 0) {
		*rows = db_query(l->r.db, STMT_SESSION_AGAIN, DB_INT(b.token));
	} else if ((*as = req_appservice(&l->r)) != NULL) {
		return service_find(l, *as, rows);
	} else {
		sha256(l->token, strlen(l->token), hash);
		*rows = db_query(l->r.db, STMT_SESSION_FIND,
		    DB_BLOB(hash, sizeof(hash)));
	}
	return M_OK;
}

enum mx_err
caller_find(struct life *l)
{
	const struct appservice *as;
	struct rows rows;
	enum mx_err err;

	if ((err = look_up(l, &rows, &as)) != M_OK)
		return err;
	if (!rows_next(&rows)) {
		l->r.who = (struct caller){ 0 };
		return fail(&l->r, M_UNKNOWN_TOKEN,
		    "The access token is not known; log in again");
	}
	return judge(l, &rows, as);
}

/*
 * events-sliding-conn.c - what connections were sent, in the volatile store.
 */
#include <string.h>

#include "events-sliding.h"

#define SENT_MAX	(512 << 10)	/* bytes of what is kept */
#define CONNS_MAX	8		/* of a device */
#define USER_MAX	(16 << 20)	/* bytes that are kept for a user */
#define HARDLY_ANY	(16 << 10)	/* bytes that need no look at the others */

/* Others of the user, whose devices are gone or that were not used for long. */
static void
forget_others(struct request *r)
{
	struct db_arg user = DB_INT(r->who.user);
	int64_t device = 0;

	while ((device = db_int(r->vol, 0, STMT_SLIDING_DEVICE_AFTER, user,
	    DB_INT(device))) != 0)
		if (db_int(r->db, 0, STMT_SLIDING_DEVICE, DB_INT(device),
		    user) == 0)
			db_exec(r->vol, STMT_SLIDING_DROP_DEVICE, user,
			    DB_INT(device));
	db_exec(r->vol, STMT_SLIDING_DROP_UNUSED, DB_INT(r->who.device),
	    DB_INT(CONNS_MAX - 1));
}

/* Devices are many, where somebody wants them to be. */
static void
forget_beyond(struct request *r)
{
	struct db_arg user = DB_INT(r->who.user);
	struct rows rows = db_query(r->vol, STMT_SLIDING_SIZES, user);
	int64_t bytes = 0, last = 0;

	while (last == 0 && rows_next(&rows))
		if ((bytes += rows_int(&rows, 1)) > USER_MAX)
			last = rows_int(&rows, 0);
	rows_done(&rows);
	if (last != 0)
		db_exec(r->vol, STMT_SLIDING_DROP_UPTO, user, DB_INT(last));
}

static enum mx_err
not_kept(struct request *r)
{
	reply_retry_after(r, 1000);
	return fail(r, M_BUSY, "The server is busy; try again");
}

enum mx_err
sent_wait(struct request *r, int64_t serial)
{
	if (db_exec(r->vol, STMT_SLIDING_WAIT, DB_SPAN(r->raw),
	    DB_INT(serial)) != 1)
		return not_kept(r);
	if (r->raw.n > HARDLY_ANY)
		forget_beyond(r);
	return M_OK;
}

enum mx_err
sent_keep(struct request *r, const char *conn, int64_t base,
    const struct sent_all *sent, int64_t *serial)
{
	struct span blob = sent_text(r->mem, sent, SENT_MAX);
	struct db_arg device = DB_INT(r->who.device);

	if (blob.s == NULL)
		return fail(r, M_TOO_LARGE, "This server would have to "
		    "remember too much of this connection; ask for less");
	if (base == 0) {
		db_exec(r->vol, STMT_SLIDING_DROP, device, DB_TEXT(conn));
		forget_others(r);
	} else
		db_exec(r->vol, STMT_SLIDING_DROP_OLDER, device, DB_TEXT(conn),
		    DB_INT(base));
	if (db_exec(r->vol, STMT_SLIDING_ADD, DB_INT(r->who.user), device,
	    DB_TEXT(conn), DB_INT(r->now), DB_BLOB(blob.s, blob.n)) != 1)
		return not_kept(r);
	*serial = db_last_rowid(r->vol);
	if (base == 0 || blob.n > HARDLY_ANY)
		forget_beyond(r);
	return M_OK;
}

enum mx_err
sent_load(struct request *r, int64_t serial, struct table *rules,
    struct sliding_base *base)
{
	struct rows rows = db_query(r->vol, STMT_SLIDING_GET, DB_INT(serial),
	    DB_INT(r->who.user), DB_INT(r->who.device));
	struct span blob;

	if (!rows_next(&rows))
		return M_UNKNOWN_POS;
	base->serial = serial;
	base->conn = rows_text(&rows, 0);
	blob = rows_blob(&rows, 1);
	base->ask = rows_text(&rows, 2);
	rows_done(&rows);
	return sent_read(r->mem, blob, rules, &base->sent) ? M_OK :
	    M_UNKNOWN_POS;
}

/*
 * events-devices.c - a device has the messages that others sent it when its next
 * token says so.  And who is to be woken when devices changed.
 */
#include "events-devices.h"
#include "matrix/device.h"

/* ------------------------------------------------------- to-device messages */

enum mx_err
confirm_to_device(struct request *r, int64_t upto)
{
	if (upto == 0 || db_int(r->db, 0, STMT_TO_DEVICE_GOT,
	    DB_INT(r->who.device), DB_INT(upto)) == 0)
		return M_OK;
	if (again(r) != M_OK)
		return M_AGAIN;
	to_device_drop(r->db, r->who.device, upto);
	return again_reading(r);
}

int64_t
to_device_of(struct request *r, const struct sync_token *t)
{
	return t->device == r->who.device ? t->to_device : 0;
}

const char *
token_told(struct request *r, int64_t pos, int64_t n, int64_t to_device)
{
	struct sync_token t = { .device = to_device ? r->who.device : 0,
	    .to_device = to_device };

	token_touch(r, &t, pos, n);
	return sync_token_text(r->mem, &t);
}

/* ------------------------------------------------------------------- waking */

struct mates {
	struct db	*db;
	int64_t		 user;
};

static void
wake_if_mate(int64_t user, void *arg)
{
	const struct mates *mates = arg;

	if (user > 0 && db_int(mates->db, 0, STMT_ROOMS_SHARED,
	    DB_INT(mates->user), DB_INT(user)) != 0)
		wake_user(user);
}

static void
wake_mates(struct db *db, int64_t user)
{
	struct mates mates = { db, user };
	struct rows rows;

	if (db_int(db, 0, STMT_NEWS_SHARERS_COUNT, DB_INT(user)) >
	    (int64_t)waiting_users()) {
		waiting_each(wake_if_mate, &mates);
		return;
	}
	rows = db_query(db, STMT_NEWS_SHARERS, DB_INT(user));
	while (rows_next(&rows))
		wake_user(rows_int(&rows, 0));
}

void
wake_for_devices(struct db *db, int64_t after, int64_t upto)
{
	struct rows rows;

	if (!devices_changed(db, after, upto))
		return;
	rows = db_query(db, STMT_NEWS_DEVICES, DB_INT(after), DB_INT(upto));
	while (rows_next(&rows))
		wake_mates(db, rows_int(&rows, 0));
}

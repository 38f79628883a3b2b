/*
 * events.c - the program `events`: everything that tells a client what
 * happened, and waits for it.  Here: who is woken by what, and the tokens.
 */
#include "events.h"

#include <stdio.h>

#include "events.routes.h"

const char *
token_at(struct request *r, int64_t pos)
{
	struct sync_token t = { .pos = pos };

	snprintf(t.epoch, sizeof(t.epoch), "%s", r->store->epoch);
	return sync_token_text(r->mem, &t);
}

static enum mx_err
resume(struct request *r)
{
	return r->route->handler == sync_wait ? sync_resume(r) :
	    events_resume(r);
}

/* ------------------------------------------------------------- waking */

struct crowd {
	struct db	*db;
	int64_t		 room;
};

static void
wake_if_member(int64_t user, void *arg)
{
	const struct crowd *crowd = arg;

	if (db_int(crowd->db, 0, STMT_NEWS_IS_MEMBER, DB_INT(crowd->room),
	    DB_INT(user)) != 0)
		wake_user(user);
}

static void
wake_members(struct db *db, int64_t room)
{
	struct rows rows = db_query(db, STMT_NEWS_MEMBERS, DB_INT(room));

	while (rows_next(&rows))
		wake_user(rows_int(&rows, 0));
}

/*
 * From the side of the room's members or of those who wait, whichever are
 * fewer: a message in a room of two must not cost a look at 10,000 waiters,
 * nor one in a room of 10,000 a look at all its members for the sake of two.
 */
static void
wake_rooms(struct db *db, int64_t after, int64_t upto)
{
	struct rows rows = db_query(db, STMT_NEWS_ROOMS, DB_INT(after),
	    DB_INT(upto));

	while (rows_next(&rows)) {
		struct crowd crowd = { db, rows_int(&rows, 0) };

		if (rows_int(&rows, 1) <= (int64_t)waiting_users())
			wake_members(db, crowd.room);
		else
			waiting_each(wake_if_member, &crowd);
	}
}

/*
 * Whom a change is about hears of it in any case: they may not be in the room
 * yet, or any more; or their token is gone, which their request finds out.
 */
static void
wake_users(struct db *db, int64_t after, int64_t upto)
{
	struct rows rows = db_query(db, STMT_NEWS_USERS, DB_INT(after),
	    DB_INT(upto));

	while (rows_next(&rows))
		wake_user(rows_int(&rows, 0));
}

static void
news(struct db *db, int64_t after, int64_t upto)
{
	if (waiting_users() == 0)
		return;
	wake_rooms(db, after, upto);
	wake_users(db, after, upto);
}

const struct waits waits = { .resume = resume, .news = news };

/*
 * events.c - the program `events`: everything that tells a client what
 * happened, and waits for it.  Here: who is woken by what.
 */
#include "events-shared.h"

#include "events-devices.h"
#include "events-presence.h"
#include "events.routes.h"
#include "matrix/typing.h"

static enum mx_err
resume(struct request *r)
{
	if (r->route->handler == sliding_v4 ||
	    r->route->handler == sliding_msc3575)
		return sliding_resume(r);
	return r->route->handler == sync_wait ? sync_resume(r) :
	    events_resume(r);
}

#define STIR_AGAIN_MS	1000

/* ------------------------------------------------------------- waking */

struct crowd {
	struct db	*db;
	int64_t		 room;
};

static void
wake_if_member(int64_t user, void *arg)
{
	const struct crowd *crowd = arg;

	if (user > 0 && db_int(crowd->db, 0, STMT_NEWS_IS_MEMBER, DB_INT(crowd->room),
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
wake_room(struct db *db, int64_t room, int64_t joined)
{
	struct crowd crowd = { db, room };

	wake_apart();
	wake_user(peekers_of(room));
	if (joined <= (int64_t)waiting_users())
		wake_members(db, room);
	else
		waiting_each(wake_if_member, &crowd);
}

static void
wake_rooms(struct db *db, int64_t after, int64_t upto)
{
	struct rows rows = db_query(db, STMT_NEWS_ROOMS, DB_INT(after),
	    DB_INT(upto), DB_INT(CHANGE_EVENT), DB_INT(CHANGE_RECEIPT));

	while (rows_next(&rows))
		wake_room(db, rows_int(&rows, 0), rows_int(&rows, 1));
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

	wake_apart();
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
	wake_for_devices(db, after, upto);
}

/* Rooms in which it changed who is typing. */
static void
wake_typing(struct store *store, int64_t after, int64_t upto)
{
	struct rows rows = db_query(store->vol, STMT_TYPING_ROOMS,
	    DB_INT(after), DB_INT(upto));

	while (rows_next(&rows)) {
		int64_t room = rows_int(&rows, 0);

		wake_room(store->main, room, db_int(store->main, 0,
		    STMT_NEWS_ROOM, DB_INT(room)));
	}
}

/*
 * Who waits was answered after the first call, which therefore wakes nobody.
 * Should the store refuse to end what is over, it is asked again in a while.
 */
static int64_t
stir_typing(struct store *store, int64_t now, bool anew)
{
	static int64_t stirred = -1;
	int64_t next = typing_settle(store->vol, now);
	int64_t last = db_int(store->vol, 0, STMT_VOLATILE_LAST);

	if (anew)
		stirred = 0;
	if (stirred != -1 && last > stirred && waiting_users() > 0)
		wake_typing(store, stirred, last);
	stirred = last;
	return next == -1 || next > now ? next : now + STIR_AGAIN_MS;
}

/* In another life of the store all of it is new to who waits. */
static int64_t
stir(struct store *store, int64_t now)
{
	static unsigned life;
	bool anew = life != 0 && life != store->vol_lives;
	int64_t typing, presence;

	life = store->vol_lives;
	shared_forget();
	typing = stir_typing(store, now, anew);
	presence = presence_stir(store, now, anew);
	return typing == -1 || (presence != -1 && presence < typing) ?
	    presence : typing;
}

const struct waits waits = { .resume = resume, .news = news, .stir = stir };

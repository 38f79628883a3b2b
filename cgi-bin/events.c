/*
 * events.c - the program `events`: everything that tells a client what
 * happened, and waits for it.  Here: who is woken by what.
 */
#include "events-shared.h"

#include "events-devices.h"
#include "events-doctor.h"
#include "events-presence.h"
#include "events.routes.h"
#include "matrix/typing.h"

static enum mx_err
resume(struct request *r)
{
	if (r->route->handler == sliding_v4 ||
	    r->route->handler == sliding_msc3575)
		return sliding_resume(r);
	if (r->route->handler == doctor)
		return doctor_resume(r);
	return r->route->handler == sync_wait ? sync_resume(r) :
	    events_resume(r);
}

#define STIR_AGAIN_MS	1000
#define SETTLE_AGAIN_MS	50	/* of some the time is over by then */

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

/* What there is to do; -1 for a time that will not come. */
struct agenda {
	int64_t		 typing, presence;	/* the next is over then */
	int64_t		 last;			/* n */
};

/* In every round, so by one question. */
static struct agenda
look(struct store *store)
{
	struct agenda a = { .typing = -1, .presence = -1 };
	struct rows rows = db_query(store->vol, STMT_VOLATILE_LOOK);

	if (rows_next(&rows)) {
		if (!rows_null(&rows, 0))
			a.typing = rows_int(&rows, 0);
		if (!rows_null(&rows, 1) && store->conf->presence)
			a.presence = rows_int(&rows, 1);
		a.last = rows_int(&rows, 2);
	}
	rows_done(&rows);
	return a;
}

static bool
is_over(int64_t at, int64_t now)
{
	return at != -1 && at <= now;
}

/* Should the store refuse to end what is over, it is asked again in a while. */
static void
settle(struct store *store, int64_t now, struct agenda *a)
{
	struct presence_owner nobody = { .vol = store->vol,
	    .conf = store->conf, .now = now };
	bool typing = is_over(a->typing, now);
	bool presence = is_over(a->presence, now);

	if (!typing && !presence)
		return;
	if (typing)
		typing_settle(store->vol, now);
	if (presence)
		presence_settle(&nobody);
	*a = look(store);
	if (is_over(a->typing, now))
		a->typing = now + STIR_AGAIN_MS;
	if (is_over(a->presence, now))
		a->presence = now + SETTLE_AGAIN_MS;
}

/* Who waits was answered after the first call, which therefore wakes nobody. */
static void
stir_typing(struct store *store, bool anew, int64_t last)
{
	static int64_t stirred = -1;

	if (anew)
		stirred = 0;
	if (stirred != -1 && last > stirred && waiting_users() > 0)
		wake_typing(store, stirred, last);
	stirred = last;
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a == -1 || (b != -1 && b < a) ? b : a;
}

/* In another life of the store all of it is new to who waits. */
static int64_t
stir(struct store *store, int64_t now)
{
	static unsigned life;
	bool anew = life != 0 && life != store->vol_lives;
	struct agenda a = look(store);

	life = store->vol_lives;
	shared_forget();
	settle(store, now, &a);
	stir_typing(store, anew, a.last);
	return sooner(a.typing, sooner(a.presence,
	    presence_stir(store, now, anew, a.last)));
}

const struct waits waits = { .resume = resume, .news = news, .stir = stir,
    .hush = presence_hush };

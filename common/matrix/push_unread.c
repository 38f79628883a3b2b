/* push_unread.c - see push_unread.h. */
#include "matrix/push_unread.h"

#include <stdlib.h>

#include "matrix/account_data.h"
#include "matrix/count.h"
#include "matrix/room.h"
#include "matrix/visibility.h"
#include "store/stream.h"

/* Of events looked at by rules of a user's own; the rest counts later. */
#define SPENT_MAX	20000
#define BADGES		512	/* users that are known */
#define ROOMS_MAX	64	/* with something unread; who has more is not */
#define CHANGES_MAX	500	/* since they were counted */

struct badge {
	int64_t		 user;		/* 0: nobody */
	int64_t		 pos;		/* of the stream: so far it is known */
	int64_t		 rules;		/* when they changed, */
	int64_t		 ignored;	/* and whom they ignore; 0: never */
	size_t		 n;
	int64_t		 room[ROOMS_MAX];
};
struct badges {
	struct badge	 badge[BADGES];
};

struct badges *
badges_new(void)
{
	struct badges *badges = calloc(1, sizeof(*badges));

	if (badges == NULL)
		abort();
	return badges;
}

void
badges_free(struct badges *badges)
{
	free(badges);
}

/* ------------------------------------------------------------ which rooms */

struct summing {
	struct counting	 counting;
	struct badge	 next;		/* what is known from here on */
	int64_t		 spent;
	int64_t		 sum;
	bool		 whole;		/* next has room for it */
};

static void
add_room(struct summing *s, int64_t room, int64_t since)
{
	struct counting *c = &s->counting;
	int64_t n = unread_read(c, c->mem, room, since, viewer_new(c->db,
	    c->mem, room, c->user)).all.notifications;

	s->sum += n;
	if (n == 0)
		return;
	if (s->next.n < ROOMS_MAX)
		s->next.room[s->next.n++] = room;
	else
		s->whole = false;
}

static void
add_all(struct summing *s)
{
	struct rows rows = db_query(s->counting.db, STMT_PUSH_UNREAD_ROOMS,
	    DB_INT(s->counting.user));

	while (rows_next(&rows))
		add_room(s, rows_int(&rows, 0), rows_int(&rows, 1));
}

/* Rooms in which anything may be unread by now, each once. */
struct rooms {
	size_t		 n;
	int64_t		 room[ROOMS_MAX + CHANGES_MAX];
};

static void
rooms_add(struct rooms *rooms, int64_t room)
{
	for (size_t i = 0; i < rooms->n; i++)
		if (rooms->room[i] == room)
			return;
	rooms->room[rooms->n++] = room;
}

/* False: too much has happened since. */
static bool
find_rooms(struct db *db, const struct badge *badge, struct rooms *rooms)
{
	struct rows rows = db_query(db, STMT_PUSH_ROOMS_SINCE,
	    DB_INT(badge->pos), DB_INT(CHANGE_EVENT), DB_INT(CHANGES_MAX));
	int n = 0;

	for (size_t i = 0; i < badge->n; i++)
		rooms_add(rooms, badge->room[i]);
	for (; rows_next(&rows); n++)
		rooms_add(rooms, rows_int(&rows, 0));
	return n < CHANGES_MAX;
}

static void
add_rooms(struct summing *s, const struct rooms *rooms)
{
	for (size_t i = 0; i < rooms->n; i++) {
		struct member member = room_member(s->counting.db,
		    rooms->room[i], s->counting.user);

		if (member.membership == MEMBERSHIP_JOIN)
			add_room(s, rooms->room[i], member.pos);
	}
}

/* --------------------------------------------------------------------- all */

static bool
is_known(const struct badge *badge, const struct badge *next)
{
	return badge->user == next->user && badge->rules == next->rules &&
	    badge->ignored == next->ignored;
}

int64_t
push_unread(struct store *store, struct badges *badges, struct arena *mem,
    int64_t user, const char *user_id, int64_t now)
{
	struct badge *badge = &badges->badge[(uint64_t)user % BADGES];
	struct db *db = store->main;
	struct rooms rooms = { .n = 0 };
	struct summing s = {
		.counting = { .db = db, .vol = store->vol, .mem = mem,
		    .now = now, .user = user, .user_id = user_id,
		    .most = SPENT_MAX },
		.next = { .user = user, .pos = change_last(db),
		    .rules = push_user_changed(db, user, NULL),
		    .ignored = account_data_changed(db, user,
		    ACCOUNT_DATA_GLOBAL, IGNORED_USERS) },
		.whole = true,
	};

	s.counting.spent = &s.spent;
	if (is_known(badge, &s.next) && find_rooms(db, badge, &rooms))
		add_rooms(&s, &rooms);
	else
		add_all(&s);
	/* What was not counted to its end may be unread, too. */
	if (s.whole && s.spent <= SPENT_MAX)
		*badge = s.next;
	else
		badge->user = 0;
	return s.sum;
}

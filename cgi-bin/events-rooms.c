/* events-rooms.c - which rooms have something to tell, and since when. */
#include "events.h"
#include "matrix/invitation.h"

#define ROOMS_FOR_LOOP	20	/* more rooms than that in one answer, */
#define MEMBERS_FOR_LOOP 1000	/* or so much state, take too long there */
#define EVENTS_FOR_LOOP	1000	/* or so many events */
#define COUNT_MAX	100000
#define INVITES_MAX	20	/* in a row, looked behind */

struct heard
heard_row(const struct rows *rows)
{
	return (struct heard){
		.room.nr = rows_int(rows, 0),
		.room.room_id = rows_text(rows, 1),
		.membership = membership_of(rows_text(rows, 2)),
		.event = rows_int(rows, 3),
		.pos = rows_int(rows, 4),
		.joined = rows_int(rows, 5),
		.published = rows_int(rows, 6) != 0,
	};
}

static bool
is_hidden(struct request *r, const struct heard *h, struct event_row *e)
{
	return h->membership == MEMBERSHIP_INVITE &&
	    event_find(r->db, h->event, e) &&
	    invitation_hidden(r->db, r->who.user, e->sender_id);
}

bool
heard_settle(struct request *r, struct heard *h)
{
	struct event_row e;

	if (!is_hidden(r, h, &e))
		return true;
	for (int i = 0; i < INVITES_MAX && e.replaces != 0 &&
	    event_find(r->db, e.replaces, &e); i++) {
		h->membership = membership_of(json_text(json_parse_own(r->mem,
		    e.content), "membership"));
		h->event = e.nr;
		h->pos = e.pos;
		if (h->membership != MEMBERSHIP_INVITE)
			return true;
	}
	return false;
}

static struct heard_list
heard_list(struct request *r, struct rows rows)
{
	struct heard_list list = { NULL, 0 };
	size_t cap = 0;

	while (rows_next(&rows)) {
		if (list.n == cap) {
			size_t old = cap * sizeof(*list.item);

			cap = cap ? 2 * cap : 16;
			list.item = arena_grow(r->mem, list.item, old,
			    cap * sizeof(*list.item));
		}
		list.item[list.n] = heard_row(&rows);
		if (heard_settle(r, &list.item[list.n]))
			list.n++;
	}
	return list;
}

struct heard_list
heard_since(struct request *r, int64_t since, int64_t upto)
{
	int64_t gap = upto - since, rooms;
	struct db_arg user = DB_INT(r->who.user);

	if (gap <= 0)
		return (struct heard_list){ NULL, 0 };
	if (gap < COUNT_MAX) {
		rooms = db_int(r->db, 0, STMT_HEARD_COUNT, user, DB_INT(gap));
		if (rooms == gap)
			return heard_list(r, db_query(r->db,
			    STMT_HEARD_BY_CHANGE, DB_INT(since), user,
			    DB_INT(CHANGE_EVENT), DB_INT(CHANGE_RECEIPT)));
	}
	return heard_list(r, db_query(r->db, STMT_HEARD_BY_MEMBER, user,
	    DB_INT(since)));
}

struct heard
heard_in(struct request *r, const struct room *room)
{
	struct heard h = { .room = *room, .membership = MEMBERSHIP_NONE };
	struct rows rows = db_query(r->db, STMT_HEARD_IN, DB_INT(room->nr),
	    DB_INT(r->who.user));

	if (rows_next(&rows))
		h = heard_row(&rows);
	rows_done(&rows);
	return h;
}

bool
heard_is_much(size_t n, int64_t members)
{
	return n > ROOMS_FOR_LOOP || members > MEMBERS_FOR_LOOP;
}

struct effort
effort_of(struct request *r)
{
	return (struct effort){ .most = elsewhere(r) == M_OK ? INT64_MAX :
	    EVENTS_FOR_LOOP };
}

bool
effort_is_much(const struct effort *effort)
{
	return effort->spent > effort->most;
}

/* ---------------------------------------------------------- the stretch */

static struct rows
own_events(struct request *r, const struct heard *h, int64_t pos)
{
	return db_query(r->db, STMT_OWN_MEMBER_EVENTS, DB_INT(h->room.nr),
	    DB_TEXT(r->who.user_id), DB_INT(pos));
}

static bool
is_join(struct rows *rows)
{
	return span_is(json_slice(row_content(rows, 1), "membership"),
	    "\"join\"");
}

/* Were they in after the event at pos? */
static bool
joined_at(struct request *r, const struct heard *h, int64_t pos)
{
	struct rows rows = own_events(r, h, pos);
	bool joined = rows_next(&rows) && is_join(&rows);

	rows_done(&rows);
	return joined;
}

/* Where the last time they were in ended; 0 when they never were. */
static int64_t
ended_at(struct request *r, const struct heard *h, int64_t upto)
{
	struct rows rows = own_events(r, h, upto);
	int64_t ended = 0;

	while (rows_next(&rows)) {
		if (is_join(&rows)) {
			rows_done(&rows);
			return ended;
		}
		ended = rows_int(&rows, 0);
	}
	return 0;
}

/* Until when was what they know of the room's members kept up to date? */
static int64_t
stale_from(struct request *r, const struct heard *h, int64_t since)
{
	if (since == 0)
		return 0;
	return joined_at(r, h, since) ? since : ended_at(r, h, since);
}

/*
 * A change of name is no new join: pos says since when they are in.  Who came
 * in after since, for the first time or again, is told as at a first sync.
 */
static struct stretch
stretch_joined(struct request *r, const struct heard *h, int64_t since,
    int64_t upto)
{
	bool fresh = h->pos > since;

	return (struct stretch){ .after = fresh ? 0 : since, .upto = upto,
	    .fresh = fresh, .stale = fresh ? stale_from(r, h, since) : 0 };
}

/*
 * Who is out is told what happened while they still were in, and the event
 * that made them what they are, be it a ban long after they had left.
 */
static struct stretch
stretch_left(struct request *r, const struct heard *h, int64_t since,
    int64_t upto)
{
	struct stretch s = { .after = since, .upto = ended_at(r, h, upto) };

	s.own = h->pos > s.upto && h->pos > since;
	if (s.upto > since && !joined_at(r, h, since)) {
		s.fresh = true;
		s.after = 0;
		s.stale = stale_from(r, h, since);
	}
	return s;
}

struct stretch
stretch_of(struct request *r, const struct heard *h, int64_t since,
    int64_t upto)
{
	return h->membership == MEMBERSHIP_JOIN ?
	    stretch_joined(r, h, since, upto) : stretch_left(r, h, since, upto);
}

/*
 * mxcgi-purge-rooms.c - mxcgi purge rooms: those that everybody has left.
 */
#include <sysexits.h>

#include "base/arena.h"
#include "base/clock.h"
#include "matrix/room_end.h"
#include "mxcgi-purge.h"

/* Nobody of this server is in it, or may come in by being asked to. */
static bool
is_left(struct order *o, struct purging *p)
{
	int64_t room = p->about.nr;

	return room_look(o, o->mem, room, &p->about) && !p->about.gone &&
	    db_int(o->db, 0, STMT_ROOM_LOCAL_ANY, DB_INT(room)) == 0 &&
	    db_int(o->db, 0, STMT_ROOM_LAST_AT, DB_INT(room)) < p->before;
}

static int
look_whether_left(struct order *o)
{
	struct purging *p = o->part;

	p->more = is_left(o, p);
	return 0;
}

/* Should we be cut off the rest is done all the same. */
static int
begin_end(struct order *o)
{
	struct purging *p = o->part;

	p->more = is_left(o, p);
	if (p->more) {
		room_end_begin(o->db, p->about.nr);
		task_add_about(o->db, TASK_END_ROOM, 0, p->about.nr, NULL,
		    o->now, 0);
	}
	return 0;
}

static int
end_piece(struct order *o)
{
	struct purging *p = o->part;

	p->more = room_end_piece(o->db, p->about.nr);
	return 0;
}

static int
end_if_left(struct order *o, int64_t room)
{
	struct purging *p = o->part;
	struct room_about measured;
	int status;

	p->about.nr = room;
	if ((status = order_read(o, look_whether_left)) != 0 || !p->more ||
	    (status = room_measure(o, &p->about)) != 0)
		return status;
	measured = p->about;
	if (p->doing)
		status = purge_step(o, begin_end, true);
	if (status != 0 || !p->more)
		return status;
	for (p->more = p->doing; status == 0 && p->more;) {
		order_tell("%s goes", measured.room_id);
		status = purge_step(o, end_piece, true);
	}
	p->about = measured;
	purge_tell_room(o, measured.events, "events", measured.bytes);
	return status;
}

int
purge_rooms(struct order *o)
{
	const char *older = o->option[OPT_OLDER];
	struct purging *p = purging_new(o);
	int64_t ms = 0;
	int status;

	if (older != NULL && !read_span(o->mem, older, &ms))
		return refuse(o, EX_USAGE, "--older is a time such as 12h, 7d "
		    "or 4w");
	p->before = older != NULL ? clock_now_ms() - ms : INT64_MAX;
	if ((status = purge_each_room(o, end_if_left)) == 0 &&
	    (status = purge_shrink(o)) == 0)
		purge_tell(o, "events");
	return status;
}

/*
 * room-tasks.c - what is done to rooms after the request that asked for it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "json/json.h"
#include "matrix/room-tasks.h"
#include "matrix/room.h"
#include "matrix/shape.h"

#define PIECE_EVENTS	20	/* at most, of one transaction */
#define PIECE_MEMBERS	1000	/* looked at for those who must go */
#define TRIES		5	/* then a room is passed over */

/* A user as author; user_id NULL: there is none.  False: why is logged. */
static bool
author_of(struct task *t, int64_t user, const char *user_id, struct author *by)
{
	const struct conf *conf = t->store->conf;
	const char *why;

	*by = (struct author){
		.db = t->db,
		.mem = t->mem,
		.server_name = conf->server_name,
		.key = signing_key_load(t->mem, arena_printf(t->mem,
		    "%s/signing.key", conf->data_dir), &why),
		.now = t->now,
		.user = user,
		.user_id = user_id,
	};
	if (by->key == NULL)
		log_error("%s", why);
	return by->key != NULL && by->user_id != NULL;
}

/* ----------------------------------------------------------------- leaving */

/* Rooms that the task's user is to leave, by number, behind `after`. */
static size_t
stays_find(struct task *t, int64_t after, struct room *list, size_t most)
{
	struct rows rows = db_query(t->db, STMT_STAYS, DB_INT(t->user),
	    DB_INT(after), DB_INT((int64_t)most));
	size_t n = 0;

	for (; n < most && rows_next(&rows); n++)
		list[n] = (struct room){
			.nr = rows_int(&rows, 0),
			.room_id = rows_text(&rows, 1),
			.version = room_version_find(rows_text(&rows, 2)),
		};
	rows_done(&rows);
	return n;
}

static void
leave(struct author *by, const struct room *room)
{
	cJSON *content = cJSON_CreateObject();
	const char *why = "this server does not know its version";
	struct sent sent;

	cJSON_AddStringToObject(content, "membership", "leave");
	if (room->version == NULL || room_send(by, room, &(struct new_event){
	    .type = "m.room.member",
	    .state_key = by->user_id,
	    .content = content,
	    }, &sent, &why) != M_OK)
		log_warn("%s cannot leave %s: %s", by->user_id, room->room_id,
		    why);
}

/*
 * A room where the store itself fails time and again stands between the user
 * and the rooms behind it, so in the end it is passed over.  To find it, what
 * failed once goes on room by room.
 */
static enum task_end
leave_next(struct task *t, struct author *by)
{
	int64_t after = t->cursor != NULL ? strtoll(t->cursor, NULL, 10) : 0;
	struct room list[PIECE_EVENTS];
	size_t n = stays_find(t, after, list,
	    t->failures > 0 ? 1 : PIECE_EVENTS);

	for (size_t i = 0; i < n && (i == 0 || task_has_time(t)); i++) {
		if (t->failures < TRIES)
			leave(by, &list[i]);
		else
			log_error("%s stays in %s, which cannot be written to",
			    by->user_id, list[i].room_id);
		after = list[i].nr;
	}
	t->cursor = arena_printf(t->mem, "%lld", (long long)after);
	return n > 0 ? TASK_MORE : TASK_DONE;
}

static enum task_end
leave_rooms(struct task *t)
{
	struct arena *before = json_arena(t->mem);
	struct author by;
	enum task_end end = author_of(t, t->user, user_name(t->db, t->user),
	    &by) ? leave_next(t, &by) : TASK_FAILED;

	json_arena(before);
	return end;
}

/* ------------------------------------------------------------------ guests */

/* Some of a room's guests. */
struct guests {
	struct { int64_t user; const char *user_id; } guest[PIECE_EVENTS];
	size_t		 n;
	int64_t		 behind;	/* the members looked at */
};

static bool
room_by_nr(struct db *db, int64_t nr, struct room *room)
{
	struct rows rows = db_query(db, STMT_ROOM_BY_NR, DB_INT(nr));
	bool found = rows_next(&rows);

	if (found)
		*room = (struct room){ nr, rows_text(&rows, 0),
		    room_version_find(rows_text(&rows, 1)) };
	rows_done(&rows);
	return found;
}

static bool
guests_welcome(struct task *t)
{
	struct event_row e;
	int64_t nr = room_state_now(t->db, t->room, "m.room.guest_access", "");
	const char *access = nr != 0 && event_find(t->db, nr, &e) ?
	    json_text(json_parse_own(t->mem, e.content), "guest_access") : NULL;

	return access != NULL && strcmp(access, GUESTS_WELCOME) == 0;
}

static void
guests_find(struct task *t, struct guests *g)
{
	struct rows rows = db_query(t->db, STMT_MEMBERS_BEHIND, DB_INT(t->room),
	    DB_INT(g->behind), DB_INT(PIECE_MEMBERS));

	while (g->n < PIECE_EVENTS && rows_next(&rows)) {
		g->behind = rows_int(&rows, 0);
		if (rows_int(&rows, 2) == 0)
			continue;
		g->guest[g->n].user = g->behind;
		g->guest[g->n++].user_id = rows_text(&rows, 1);
	}
	rows_done(&rows);
}

/* As their own doing: not everybody who shuts guests out may remove them. */
static enum task_end
put_out_next(struct task *t, const struct room *room)
{
	int64_t after = t->cursor != NULL ? strtoll(t->cursor, NULL, 10) : 0;
	struct guests g = { .behind = after };
	struct author by;

	guests_find(t, &g);
	if (g.n > 0 && !author_of(t, g.guest[0].user, g.guest[0].user_id, &by))
		return TASK_FAILED;
	for (size_t i = 0; i < g.n; i++) {
		if (i > 0 && !task_has_time(t)) {
			g.behind = g.guest[i - 1].user;
			break;
		}
		by.user = g.guest[i].user;
		by.user_id = g.guest[i].user_id;
		leave(&by, room);
	}
	t->cursor = arena_printf(t->mem, "%lld", (long long)g.behind);
	return g.behind != after ? TASK_MORE : TASK_DONE;
}

static enum task_end
put_out_guests(struct task *t)
{
	struct arena *before;
	struct room room;
	enum task_end end = TASK_DONE;

	if (t->failures >= TRIES) {
		log_error("guests stay in room %lld, which cannot be written "
		    "to", (long long)t->room);
		return TASK_DONE;
	}
	before = json_arena(t->mem);
	if (room_by_nr(t->db, t->room, &room) && !guests_welcome(t))
		end = put_out_next(t, &room);
	json_arena(before);
	return end;
}

const struct task_kind room_tasks[] = {
	{ TASK_LEAVE_ROOMS, leave_rooms },
	{ TASK_PUT_OUT_GUESTS, put_out_guests },
	{ NULL, NULL }
};

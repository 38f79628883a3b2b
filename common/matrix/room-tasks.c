/*
 * room-tasks.c - what is done to rooms after the request that asked for it.
 */
#include <stdlib.h>

#include "base/log.h"
#include "json/json.h"
#include "matrix/room-tasks.h"
#include "matrix/room.h"

#define PIECE_EVENTS	20	/* at most, of one transaction */
#define TRIES		5	/* then a room is passed over */

/* The task's user as author.  False: *why is logged. */
static bool
author_of(struct task *t, struct author *by)
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
		.user = t->user,
		.user_id = user_name(t->db, t->user),
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
	enum task_end end = author_of(t, &by) ? leave_next(t, &by) :
	    TASK_FAILED;

	json_arena(before);
	return end;
}

/* ------------------------------------------------------------- given up */

static enum task_end
unmake_room(struct task *t)
{
	if (db_int(t->db, 0, STMT_ROOM_HIDDEN, DB_INT(t->room)) == 0)
		return TASK_DONE;
	return room_unmake(t->db, t->room) ? TASK_MORE : TASK_DONE;
}

const struct task_kind room_tasks[] = {
	{ TASK_LEAVE_ROOMS, leave_rooms },
	{ TASK_UNMAKE_ROOM, unmake_room },
	{ NULL, NULL }
};

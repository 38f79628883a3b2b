/*
 * room_end.c - rooms that are deleted; see room_end.h.
 */
#include "matrix/room_end.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "json/json.h"
#include "matrix/profile.h"
#include "matrix/purge.h"
#include "matrix/room-tasks.h"

#define PIECE_LEAVES	20	/* events at most, of one transaction */
#define PIECE_EVENTS	100
#define PIECE_MEMBERS	100
#define PIECE_ROWS	500
#define TRIES		5	/* then a member is left where they are */
#define TOLD_MS		(7 * 24 * 60 * 60 * 1000LL)	/* clients hear of it */

/* ------------------------------------------------------------------- at once */

void
room_delete(struct db *db, int64_t room, bool blocked, int64_t now)
{
	db_exec(db, STMT_ROOM_CLOSE, DB_INT(blocked ? 2 : 1), DB_INT(room));
	db_exec(db, STMT_ROOM_END_ALIASES, DB_INT(room));
	db_exec(db, STMT_ROOM_END_NETWORKS, DB_INT(room));
	task_add_about(db, TASK_DELETE_ROOM, 0, room, NULL, now, 0);
}

bool
room_is_blocked(struct db *db, const char *room_id)
{
	return db_int(db, 0, STMT_ROOM_IS_BLOCKED, DB_TEXT(room_id)) != 0;
}

/* ----------------------------------------------------------------- all leave */

struct local {
	int64_t		 user;
	const char	*user_id;
};

static size_t
locals_find(struct task *t, int64_t after, struct local *list, size_t most)
{
	struct rows rows = db_query(t->db, STMT_ROOM_LOCALS, DB_INT(t->room),
	    DB_INT(after), DB_INT((int64_t)most));
	size_t n = 0;

	for (; n < most && rows_next(&rows); n++)
		list[n] = (struct local){ rows_int(&rows, 0),
		    rows_text(&rows, 1) };
	rows_done(&rows);
	return n;
}

static void
leave(struct author *by, const struct room *room, const struct local *local)
{
	const char *why;
	struct sent sent;

	by->user = local->user;
	by->user_id = local->user_id;
	if (room_send(by, room, &(struct new_event){
	    .type = "m.room.member",
	    .state_key = local->user_id,
	    .content = member_content(by->db, local->user_id,
	    MEMBERSHIP_LEAVE, NULL),
	    }, &sent, &why) != M_OK)
		log_warn("%s cannot leave %s, which is deleted: %s",
		    local->user_id, room->room_id, why);
}

/* The cursor while they do: "l" and the last. */
static enum task_end
leave_some(struct task *t, const struct room *room, int64_t after)
{
	struct local list[PIECE_LEAVES];
	size_t n = locals_find(t, after, list,
	    t->failures > 0 ? 1 : PIECE_LEAVES);
	struct author by;

	if (n > 0 && !task_author(t, &by))
		return TASK_FAILED;
	for (size_t i = 0; i < n && (i == 0 || task_has_time(t)); i++) {
		if (t->failures < TRIES)
			leave(&by, room, &list[i]);
		after = list[i].user;
	}
	t->cursor = n > 0 ? arena_printf(t->mem, "l%" PRId64, after) : "h";
	return TASK_MORE;
}

/* ----------------------------------------------------------- messages go */

static enum task_end
receipts_go(struct task *t, int64_t user)
{
	if (purge_ended(t->db, t->room, &user)) {
		t->cursor = arena_printf(t->mem, "r%" PRId64, user);
		return TASK_MORE;
	}
	task_add_about(t->db, TASK_END_ROOM, 0, t->room, NULL, t->now,
	    t->now + TOLD_MS);
	return TASK_DONE;
}

/* The cursor: "h" and the place of the last. */
static enum task_end
messages_go(struct task *t, const struct room *room)
{
	struct purge p = { .db = t->db, .room = *room, .before = INT64_MAX };

	p.media_of = t->store->conf->media_delete_redacted ?
	    t->store->conf->server_name : NULL;
	if (sscanf(t->cursor, "h%" SCNd64 ",%" SCNd64 ",%" SCNd64, &p.ts,
	    &p.depth, &p.nr) != 3)
		purge_begin_at(&p, INT64_MIN);
	t->cursor = purge_piece(&p, t->stop_us) ? arena_printf(t->mem,
	    "h%" PRId64 ",%" PRId64 ",%" PRId64, p.ts, p.depth, p.nr) : "r0";
	return TASK_MORE;
}

enum task_end
room_delete_task(struct task *t)
{
	struct arena *before = json_arena(t->mem);
	enum task_end end = TASK_DONE;
	struct room room;
	int64_t last = 0;

	if (room_get(t->db, t->room, &room)) {
		if (t->cursor == NULL ||
		    sscanf(t->cursor, "l%" SCNd64, &last) == 1)
			end = leave_some(t, &room, last);
		else if (sscanf(t->cursor, "r%" SCNd64, &last) == 1)
			end = receipts_go(t, last);
		else
			end = messages_go(t, &room);
	}
	json_arena(before);
	return end;
}

/* --------------------------------------------------------- nothing stays */

void
room_end_begin(struct db *db, int64_t room)
{
	db_exec(db, STMT_ROOM_END, DB_INT(room));
	db_exec(db, STMT_ROOM_END_GIVEN);
	db_exec(db, STMT_ROOM_END_ALIASES, DB_INT(room));
	db_exec(db, STMT_ROOM_END_NETWORKS, DB_INT(room));
}

/* Positions in the stream of what is of the room. */
struct positions {
	int64_t	pos[PIECE_ROWS];
	size_t	n;
};

static void
positions_take(struct positions *p, struct rows rows)
{
	while (p->n < PIECE_ROWS && rows_next(&rows))
		p->pos[p->n++] = rows_int(&rows, 0);
	rows_done(&rows);
}

static void
positions_drop(struct db *db, int64_t room, const struct positions *p)
{
	for (size_t i = 0; i < p->n; i++)
		db_exec(db, STMT_ROOM_END_CHANGE, DB_INT(p->pos[i]),
		    DB_INT(room));
}

static void
end_member(struct db *db, int64_t room, int64_t user)
{
	struct positions p = { .n = 0 };

	positions_take(&p, db_query(db, STMT_ROOM_END_ACCOUNT_DATA,
	    DB_INT(user), DB_INT(room)));
	positions_take(&p, db_query(db, STMT_ROOM_END_RECEIPT, DB_INT(room),
	    DB_INT(user)));
	positions_drop(db, room, &p);
	db_exec(db, STMT_ROOM_END_SPOKE, DB_INT(room), DB_INT(user));
	db_exec(db, STMT_ROOM_END_MENTION, DB_INT(room), DB_INT(user));
	db_exec(db, STMT_ROOM_END_MEMBER, DB_INT(room), DB_INT(user));
}

static bool
end_members(struct db *db, int64_t room)
{
	struct rows rows = db_query(db, STMT_ROOM_END_MEMBERS, DB_INT(room),
	    DB_INT(PIECE_MEMBERS));
	int64_t user[PIECE_MEMBERS];
	size_t n = 0;

	while (n < PIECE_MEMBERS && rows_next(&rows))
		user[n++] = rows_int(&rows, 0);
	rows_done(&rows);
	for (size_t i = 0; i < n; i++)
		end_member(db, room, user[i]);
	return n > 0;
}

static bool
end_events(struct db *db, int64_t room)
{
	struct rows rows = db_query(db, STMT_ROOM_END_EVENTS, DB_INT(room),
	    DB_INT(PIECE_EVENTS));
	struct event_row list[PIECE_EVENTS];
	size_t n = 0;

	while (n < PIECE_EVENTS && rows_next(&rows))
		list[n++] = event_row(&rows);
	rows_done(&rows);
	for (size_t i = 0; i < n; i++) {
		purge_event(db, &list[i], true);
		db_exec(db, STMT_ROOM_END_CHANGE, DB_INT(list[i].pos),
		    DB_INT(room));
	}
	return n > 0;
}

bool
room_end_piece(struct db *db, int64_t room)
{
	static const enum stmt rest[] = {
		STMT_ROOM_END_THREADS, STMT_ROOM_END_TALLIES,
		STMT_ROOM_END_RECEIPTS, STMT_ROOM_END_DELTAS,
		STMT_ROOM_END_HISTORY, STMT_ROOM_END_STATE,
		STMT_ROOM_END_EXTREMITIES,
	};

	if (end_members(db, room) || end_events(db, room))
		return true;
	for (size_t i = 0; i < sizeof(rest) / sizeof(*rest); i++)
		if (db_exec(db, rest[i], DB_INT(room),
		    DB_INT(PIECE_ROWS)) > 0)
			return true;
	return false;
}

enum task_end
room_end_task(struct task *t)
{
	if (t->cursor == NULL)
		room_end_begin(t->db, t->room);
	t->cursor = "";
	return room_end_piece(t->db, t->room) ? TASK_MORE : TASK_DONE;
}

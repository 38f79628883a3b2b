/*
 * room-hidden.c - rooms that are made in several transactions: the end of it,
 * good or bad.
 */
#include <string.h>

#include "json/json.h"
#include "matrix/room.h"
#include "matrix/shape.h"
#include "store/stream.h"

#define UNMAKE_EVENTS	200	/* at most, of one transaction */

/* An event that nobody has been told of. */
struct untold {
	int64_t		 nr;
	const char	*type;
	const char	*state_key;	/* or NULL */
	int64_t		 replaces;	/* or 0 */
	const char	*membership;	/* of m.room.member; else NULL */
};

static const char *
membership_in(struct arena *mem, struct span content)
{
	struct span v = json_slice(content, "membership");

	return v.n < 2 ? NULL : arena_strndup(mem, v.s + 1, v.n - 2);
}

static size_t
untold_read(struct author *by, const struct room *room, struct untold **list)
{
	size_t most = (size_t)db_int(by->db, 0, STMT_ROOM_EVENTS,
	    DB_INT(room->nr));
	struct untold *u = arena_alloc(by->mem, sizeof(*u) * (most + 1));
	struct rows rows = db_query(by->db, STMT_UNTOLD, DB_INT(room->nr));
	size_t n = 0;

	for (; n < most && rows_next(&rows); n++) {
		u[n] = (struct untold){
			.nr = rows_int(&rows, 0),
			.type = rows_text(&rows, 1),
			.state_key = rows_text(&rows, 2),
			.replaces = rows_int(&rows, 3),
		};
		if (strcmp(u[n].type, "m.room.member") == 0 &&
		    u[n].state_key != NULL)
			u[n].membership = membership_in(by->mem,
			    row_content(&rows, 4));
	}
	rows_done(&rows);
	*list = u;
	return n;
}

/* What room_send() leaves out while a room is hidden.  Returns its pos. */
static int64_t
tell(struct author *by, const struct room *room, const struct untold *u)
{
	int64_t target = u->membership != NULL ?
	    user_intern(by->db, u->state_key) : 0;
	int64_t pos = change_add(by->db, CHANGE_EVENT, room->nr, target, u->nr);

	db_exec(by->db, STMT_EVENT_TOLD, DB_INT(pos), DB_INT(u->nr));
	if (u->state_key != NULL)
		db_exec(by->db, STMT_STATE_DELTA_ADD, DB_INT(room->nr),
		    DB_INT(pos), DB_TEXT(u->type), DB_TEXT(u->state_key),
		    DB_INT(u->nr),
		    u->replaces != 0 ? DB_INT(u->replaces) : DB_NULL);
	if (target != 0)
		db_exec(by->db, STMT_MEMBER_SET, DB_INT(room->nr),
		    DB_INT(target), DB_TEXT(u->membership), DB_INT(u->nr),
		    DB_INT(pos));
	return pos;
}

void
room_reveal(struct author *by, struct room *room)
{
	struct untold *list;
	size_t n = untold_read(by, room, &list);
	int64_t pos = 0;

	for (size_t i = 0; i < n; i++)
		pos = tell(by, room, &list[i]);
	db_exec(by->db, STMT_ROOM_REVEAL, DB_INT(pos), DB_INT(room->nr));
	room->hidden = false;
}

bool
room_unmake(struct db *db, int64_t room)
{
	db_exec(db, STMT_UNMAKE_STATE, DB_INT(room));
	db_exec(db, STMT_UNMAKE_HISTORY, DB_INT(room));
	db_exec(db, STMT_UNMAKE_EXTREMITIES, DB_INT(room));
	db_exec(db, STMT_UNMAKE_ALIASES, DB_INT(room));
	if (db_exec(db, STMT_UNMAKE_EVENTS, DB_INT(room),
	    DB_INT(UNMAKE_EVENTS)) == UNMAKE_EVENTS)
		return true;
	db_exec(db, STMT_UNMAKE_ROOM, DB_INT(room));
	return false;
}

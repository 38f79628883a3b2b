/*
 * room-hidden.c - rooms that are made in several transactions: the end of it,
 * good or bad.
 */
#include "matrix/room.h"
#include "store/stream.h"

#define UNMAKE_EVENTS	200	/* at most, of one transaction */

/*
 * What room_send() leaves out while a room is hidden, by a few statements for
 * all of it, because everybody waits for them.  Nobody else writes to a hidden
 * room, so its events lie in a row and are of depth 1, 2, 3 and so on.
 */
void
room_reveal(struct db *db, struct room *room)
{
	int64_t before = change_add_room(db, room->nr);

	db_exec(db, STMT_REVEAL_EVENTS, DB_INT(before), DB_INT(room->nr));
	db_exec(db, STMT_REVEAL_DELTAS, DB_INT(before), DB_INT(room->nr));
	db_exec(db, STMT_REVEAL_MEMBERS, DB_INT(before), DB_INT(room->nr));
	db_exec(db, STMT_REVEAL_ROOM, DB_INT(room->nr));
	room->hidden = false;
}

bool
room_unmake(struct db *db, int64_t room)
{
	bool more;

	db_exec(db, STMT_UNMAKE_BEGIN, DB_INT(room));
	db_exec(db, STMT_UNMAKE_STATE, DB_INT(room));
	db_exec(db, STMT_UNMAKE_HISTORY, DB_INT(room));
	db_exec(db, STMT_UNMAKE_EXTREMITIES, DB_INT(room));
	db_exec(db, STMT_UNMAKE_ALIASES, DB_INT(room));
	more = db_exec(db, STMT_UNMAKE_EVENTS, DB_INT(room),
	    DB_INT(UNMAKE_EVENTS)) == UNMAKE_EVENTS;
	db_exec(db, STMT_UNMAKE_UPTO);
	if (!more)
		db_exec(db, STMT_UNMAKE_ROOM, DB_INT(room));
	return more;
}

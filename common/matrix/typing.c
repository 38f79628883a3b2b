/* typing.c - who is typing in a room. */
#include "matrix/typing.h"

#define PIECE	500	/* of those that are over */

void
typing_set(struct db *vol, int64_t room, int64_t user, int64_t until)
{
	if (until != 0)
		db_exec(vol, STMT_TYPING_START, DB_INT(room), DB_INT(user),
		    DB_INT(until));
	else
		db_exec(vol, STMT_TYPING_STOP, DB_INT(room), DB_INT(user));
}

/*
 * Asked in every round: who only looks must not take the store's lock.  Of what
 * is over and waits for the next piece nobody is told meanwhile (typing_users).
 */
int64_t
typing_settle(struct db *vol, int64_t now)
{
	int64_t next = db_int(vol, -1, STMT_TYPING_NEXT);

	if (next == -1 || next > now)
		return next;
	db_exec(vol, STMT_TYPING_OVER, DB_INT(now), DB_INT(PIECE));
	return db_int(vol, -1, STMT_TYPING_NEXT);
}

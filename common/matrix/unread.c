/* unread.c - see unread.h. */
#include "matrix/unread.h"

int64_t
unread_after(struct db *db, int64_t room, int64_t user)
{
	return db_int(db, 0, STMT_UNREAD_AFTER, DB_INT(room), DB_INT(user));
}

struct read_in
read_in(struct db *db, int64_t room, int64_t user, int64_t thread)
{
	struct rows rows = db_query(db, STMT_READ_IN, DB_INT(room),
	    DB_INT(user), DB_INT(thread));
	struct read_in in = { NULL, 0 };

	if (rows_next(&rows))
		in = (struct read_in){ rows_text(&rows, 0),
		    rows_int(&rows, 1) };
	rows_done(&rows);
	return in;
}

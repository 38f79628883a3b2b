/* push_unread.c - see push_unread.h. */
#include "matrix/push_unread.h"

#include "../../cgi-bin/events-counts.h"
#include "matrix/visibility.h"

int64_t
push_unread(struct db *db, struct arena *mem, int64_t user)
{
	struct rows rows = db_query(db, STMT_PUSH_UNREAD_ROOMS, DB_INT(user));
	int64_t sum = 0;

	while (rows_next(&rows)) {
		int64_t room = rows_int(&rows, 0);
		struct viewer *viewer = viewer_new(db, mem, room, user);

		sum += unread_read(db, mem, room, user, rows_int(&rows, 1),
		    viewer).all.notifications;
	}
	return sum;
}

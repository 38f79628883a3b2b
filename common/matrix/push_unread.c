/* push_unread.c - see push_unread.h. */
#include "matrix/push_unread.h"

#include "matrix/count.h"
#include "matrix/visibility.h"

/* Of events looked at by rules of a user's own; the rest counts later. */
#define SPENT_MAX	20000

int64_t
push_unread(struct store *store, struct arena *mem, int64_t user,
    const char *user_id, int64_t now)
{
	struct db *db = store->main;
	int64_t spent = 0, sum = 0;
	struct counting counting = { .db = db, .vol = store->vol, .mem = mem,
	    .now = now, .user = user, .user_id = user_id, .spent = &spent,
	    .most = SPENT_MAX };
	struct rows rows = db_query(db, STMT_PUSH_UNREAD_ROOMS, DB_INT(user));

	while (rows_next(&rows)) {
		int64_t room = rows_int(&rows, 0);
		struct viewer *viewer = viewer_new(db, mem, room, user);

		sum += unread_read(&counting, mem, room, rows_int(&rows, 1),
		    viewer).all.notifications;
	}
	return sum;
}

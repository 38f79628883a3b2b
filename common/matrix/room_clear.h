/*
 * room_clear.h - a room is shut by an administrator: everybody of this server
 * goes out of it, its aliases go, and it may be put into another room's place.
 *
 * The wish of the undertaking (undertaking.h), kind TASK_CLEAR_ROOM:
 *
 *   new_room_user_id, room_name, message   of the room that they are taken to,
 *                                          if there is to be one
 *   purge                                  then it is deleted (room_end.h)
 *
 * and its result: kicked_users, failed_to_kick_users, local_aliases,
 * new_room_id (or null); `after` is for its own use.
 */
#ifndef MXCGI_ROOM_CLEAR_H
#define MXCGI_ROOM_CLEAR_H

#include "base/conf.h"
#include "matrix/undertaking.h"
#include "store/task.h"

#define CLEAR_ROOM_NAME	"Content Violation Notification"
#define CLEAR_MESSAGE	"Sharing illegal content on this server is not " \
    "permitted and rooms in violation will be blocked."

struct clearing {
	struct db	*db;
	struct arena	*mem;		/* the JSON arena, too */
	const struct conf *conf;
	int64_t		 now;
	int64_t		 stop_us;	/* monotonic: others wait then */
};
/*
 * Some of it, in a transaction that writes; u becomes what there is then.
 * False: it is over.
 */
bool	room_clear(struct clearing *, struct undertaking *u);

/* The same as a piece of a task, for room-tasks.c. */
enum task_end	 clear_room(struct task *);

#endif

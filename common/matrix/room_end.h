/*
 * room_end.h - rooms that an administrator deletes.
 *
 * It goes in three steps.  At once the room is closed: it has no names, stands
 * in no directory, and all that anybody can do is leave.  Then, as a task, who
 * is of this server leaves, and messages go (purge.h).  What is left tells
 * clients that they have left; it goes a week later, or with
 * `mxcgi purge rooms`, all but the row of the room.
 *
 * Everything runs in the caller's write transaction.
 */
#ifndef MXCGI_ROOM_END_H
#define MXCGI_ROOM_END_H

#include <stdbool.h>
#include <stdint.h>

#include "store/task.h"

/* Closed, and the rest is left as a task.  blocked: for good. */
void		 room_delete(struct db *, int64_t room, bool blocked,
		    int64_t now);
/* Nobody finds it any more; room_end_piece() does the rest. */
void		 room_end_begin(struct db *, int64_t room);
/* Some rows of it; true: there are more. */
bool		 room_end_piece(struct db *, int64_t room);
/* Is a room of that id never to be entered again? */
bool		 room_is_blocked(struct db *, const char *room_id);

/* Its room's members leave and its messages go. */
#define TASK_DELETE_ROOM	"delete_room"
/* Nothing stays of it. */
#define TASK_END_ROOM		"end_room"
enum task_end	 room_delete_task(struct task *);
enum task_end	 room_end_task(struct task *);

#endif

/*
 * notice.h - server notices (client-server API, "Server Notices"): what the
 * administrator tells users, in a room that each of them has for it.
 *
 * That room is the one which the user of [notices] is in: nobody can log in as
 * that user, so it is in no other, and nobody else can be invited to it.
 */
#ifndef MXCGI_NOTICE_H
#define MXCGI_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/conf.h"
#include "store/db.h"
#include "store/task.h"

#define NOTICE_MAX	30000	/* bytes of its text */

/* Who speaks; NULL: nobody is configured. */
const char	*notices_user_id(struct arena *, const struct conf *);
bool		 is_notices_room(struct db *, struct arena *, const struct conf *,
		    int64_t room);

/*
 * The user, or (0) all who have an account and are no guests, are told text:
 * a task of `rooms`.  Who has no notices room gets one and is invited to it, as
 * is who has left it.
 */
enum notice_pin {
	PIN_KEEP,		/* what is pinned stays so */
	PIN_THIS,		/* this takes its place */
	PIN_NONE		/* nothing is pinned any more */
};
void		 notice_leave(struct db *, struct arena *, int64_t user,
		    const char *text, enum notice_pin, int64_t now);
/*
 * The task's user is told something at once, whatever event it is, by whoever
 * writes events anyway.  Returns its id; NULL: why is logged.
 */
struct new_event;
const char	*notice_send(struct task *, const struct new_event *);
/* That task's piece, for room-tasks.c. */
enum task_end	 notice_give(struct task *);

#endif

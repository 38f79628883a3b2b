/*
 * push_unread.h - how much is unread in all rooms of a user together (push
 * gateway API, `counts`).
 */
#ifndef MXCGI_PUSH_UNREAD_H
#define MXCGI_PUSH_UNREAD_H

#include <stdint.h>

#include "base/arena.h"
#include "store/store.h"

/*
 * In which rooms users had something unread when they were counted last: from
 * there on only those are looked at, and where something has happened since.
 * Of a process; it forgets users when they are many.
 */
struct badges;
struct badges	*badges_new(void);
void		 badges_free(struct badges *);

/*
 * Notifications, as in sync, in the caller's transaction.  The first time, and
 * when the user's rules or whom they ignore have changed, it costs a look at each
 * room that the user is in; and always to count those with something unread.
 */
int64_t		 push_unread(struct store *, struct badges *, struct arena *,
		    int64_t user, const char *user_id, int64_t now);

#endif

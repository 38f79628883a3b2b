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
 * Notifications, as in sync.  Costs a look at each room that the user is in,
 * and counts those in which something happened that they have not read.
 */
int64_t	 push_unread(struct store *, struct arena *, int64_t user,
	    const char *user_id, int64_t now);

#endif

/*
 * typing.h - who is typing in a room (volatile store; client-server API,
 * "Typing Notifications"; 2015.md 16.3).
 *
 * Each change of a room's list has a number of the volatile store, which
 * triggers of sql/volatile.sql take.  Every call is a transaction of its own.
 */
#ifndef MXCGI_TYPING_H
#define MXCGI_TYPING_H

#include <stdint.h>

#include "store/db.h"

/* The user types until then (ms since 1970); 0: has stopped. */
void	typing_set(struct db *vol, int64_t room, int64_t user, int64_t until);
/*
 * End a piece of what is over by now.  Returns when the next is, which is not
 * after now where there is more to end; -1: nobody types.
 */
int64_t	typing_settle(struct db *vol, int64_t now);

#endif

/*
 * unread.h - how far a user has read (client-server API, "Marking notifications
 * as read"): the furthest of their receipts, public or private, and of what
 * they said themselves.
 *
 * Places are positions of the stream.  A thread is event.nr of its root, or 0:
 * the main timeline.
 */
#ifndef MXCGI_UNREAD_H
#define MXCGI_UNREAD_H

#include <stdint.h>

#include "store/db.h"

/* By receipts that are of no thread: so far they have read all of the room. */
int64_t		 unread_after(struct db *, int64_t room, int64_t user);

struct read_in {
	const char	*root;		/* event id; NULL: the main timeline */
	int64_t		 pos;
};
/* In a thread by itself. */
struct read_in	 read_in(struct db *, int64_t room, int64_t user,
		    int64_t thread);

#endif

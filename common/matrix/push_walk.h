/*
 * push_walk.h - from the stream to what pushers are to tell (client-server API,
 * "Push Notifications", server behaviour).
 *
 * Nobody who sends looks at pushers.  The housekeeper goes along the stream: of
 * an event it looks at the members who have pushers, by their own rules, and
 * leaves a row for each pusher that is to tell of it; that a user has read is
 * noted on their pushers.  How far it came is kept with these rows, so nothing
 * is missed, whoever dies when.
 */
#ifndef MXCGI_PUSH_WALK_H
#define MXCGI_PUSH_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

/*
 * What waits for a gateway that does not answer: for each pusher so many, of
 * which the oldest give way.
 */
#define PUSH_QUEUE_MAX	1000
#define PUSH_TWEAKS_MAX	2048	/* bytes; longer ones are left out */

/* Zeroed before its first piece. */
struct push_walk {
	struct store	*store;
	/* How far it came; what was found on the way is kept. */
	int64_t		 pos;
	int64_t		 user;
	int64_t		 kept;		/* pos as the store has it */
};
/*
 * A piece: looks in a snapshot, then writes what it found, if it found
 * anything.  One process at a time walks.
 */
enum push_walked {
	PUSH_WALKED,	/* to the end of the stream */
	PUSH_WALK_ON,	/* there is more */
	PUSH_WALK_LATER	/* the store failed; nothing of the piece is kept */
};
enum push_walked push_walk(struct push_walk *);

#endif

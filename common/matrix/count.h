/*
 * count.h - how much in a room is unread and notifies (client-server
 * API, "Receiving notifications"; design section 8, "Push counts").
 *
 * Everything is counted as of the snapshot.  By the predefined rules a count
 * costs what is in the way of plain counting, which are the threads with news,
 * events that were redacted and those that name the user, but not how much is
 * unread.  By other rules it costs the unread events, up to a thousand of a room
 * (count-own.c); what is older than those does not count.
 */
#ifndef MXCGI_COUNT_H
#define MXCGI_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "matrix/push_user.h"
#include "matrix/visibility.h"
#include "store/db.h"

#define UNREAD_THREADS_MAX	500	/* those with the newest events */
#define UNREAD_IGNORED_MAX	1000	/* events of a thread in which those of
					 * ignored users are looked for */

struct counts {
	int64_t		 notifications;
	int64_t		 highlights;	/* of these */
};
struct thread_counts {
	const char	*root;		/* event id */
	struct counts	 counts;
};
struct unread {
	struct counts	 all;		/* of the whole room */
	struct counts	 main;		/* of its main timeline */
	struct thread_counts *thread;	/* in which anything is unread */
	size_t		 n;
};

/* Whose counts, in all rooms of one answer. */
struct counting {
	struct db	*db;
	struct db	*vol;
	struct arena	*mem;
	int64_t		 now;
	int64_t		 user;
	const char	*user_id;
	/* Grows by what was looked at; past so much it looks no further. */
	int64_t		*spent;
	int64_t		 most;

	/* To be zero. */
	bool		 known;		/* what follows has been read */
	const struct push_user *own;	/* NULL: they have the predefined rules */
	int64_t		 rules;		/* when they changed, */
	int64_t		 ignored;	/* and whom they ignore; 0: never */
};
/*
 * Of a room that they are in since that position.  What they have read says the furthest of their
 * receipts, public or private, of the room or of the thread, and what they sent
 * there.  The viewer says whom they ignore; NULL: nobody.
 */
struct unread	 unread_read(struct counting *, struct arena *mem,
		    int64_t room, int64_t since, struct viewer *);
/*
 * Has the user sent a receipt since a position, be it by another device?  Then
 * the counts are news though nothing else is.  Those that only grew, by events
 * that a filter keeps from a client, are told with what next is told of the
 * room: else it would be woken by all that it does not want.
 */
bool		 unread_changed(struct db *, int64_t room, int64_t user,
		    int64_t after);

#endif

/*
 * events-counts.h - how much in a room is unread and notifies (client-server
 * API, "Receiving notifications"; design section 8, "Push counts").
 *
 * Everything is counted as of the snapshot.  By the predefined rules a count
 * costs what is in the way of plain counting, which are the threads with news,
 * events that were redacted and those that name the user, but not how much is
 * unread.  By other rules it costs the unread events, up to a thousand of a room
 * (events-counts-own.c); what is older than those does not count.
 */
#ifndef MXCGI_EVENTS_COUNTS_H
#define MXCGI_EVENTS_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "events.h"
#include "matrix/push_user.h"

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

/*
 * Whose counts, in all rooms of one answer.  Beyond r and effort, which stops
 * it when it is much, to be zero.
 */
struct counting {
	struct request	*r;
	struct effort	*effort;
	bool		 known;		/* what follows has been read */
	const struct push_user *own;	/* NULL: they have the predefined rules */
	int64_t		 rules;		/* when they changed, */
	int64_t		 ignored;	/* and whom they ignore; 0: never */
};
/*
 * Of a room that they are in.  What they have read says the furthest of their
 * receipts, public or private, of the room or of the thread, and what they sent
 * there.  The viewer says whom they ignore; NULL: nobody.
 */
struct unread	 unread_read(struct counting *, struct arena *mem,
		    const struct heard *, struct viewer *);
/*
 * Has the user sent a receipt since a position, be it by another device?  Then
 * the counts are news though nothing else is.  Those that only grew, by events
 * that a filter keeps from a client, are told with what next is told of the
 * room: else it would be woken by all that it does not want.
 */
bool		 unread_changed(struct db *, int64_t room, int64_t user,
		    int64_t after);

/* Members of an open object: highlight_count and notification_count. */
void		 put_counts(struct writer *, const struct counts *);
/*
 * unread_notifications, as they are in /sync; by_thread: those of the main
 * timeline, and unread_thread_notifications if there are any.
 */
void		 put_unread(struct writer *, const struct unread *,
		    bool by_thread);

#endif

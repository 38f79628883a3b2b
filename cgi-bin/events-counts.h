/*
 * events-counts.h - how much in a room is unread and notifies (client-server
 * API, "Receiving notifications"; design section 8, "Push counts").
 *
 * Everything is counted as of the snapshot.  A count costs what is in the way of
 * plain counting, which are the threads with news, events that were redacted
 * and those that name the user, but not how much is unread.
 */
#ifndef MXCGI_EVENTS_COUNTS_H
#define MXCGI_EVENTS_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json/writer.h"
#include "matrix/visibility.h"

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
 * Of a member who is in since that position.  What they have read says the
 * furthest of their receipts, public or private, of the room or of the thread,
 * and what they sent there.  The viewer says whom they ignore; NULL: nobody.
 */
struct unread	 unread_read(struct db *, struct arena *, int64_t room,
		    int64_t user, int64_t since, struct viewer *);
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

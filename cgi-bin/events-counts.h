/*
 * events-counts.h - how much in a room is unread, as syncs say it (count.h).
 */
#ifndef MXCGI_EVENTS_COUNTS_H
#define MXCGI_EVENTS_COUNTS_H

#include "events.h"
#include "matrix/count.h"

/* Of the caller, at the cost of an answer. */
struct counting	 counting_of(struct request *, struct effort *);

/* Members of an open object: highlight_count and notification_count. */
void		 put_counts(struct writer *, const struct counts *);
/*
 * unread_notifications, as they are in /sync; by_thread: those of the main
 * timeline, and unread_thread_notifications if there are any.
 */
void		 put_unread(struct writer *, const struct unread *,
		    bool by_thread);

#endif

/*
 * service-inner.h - what service_walk.c and its parts share: one look along the
 * stream for one application service.
 */
#ifndef MXCGI_SERVICE_INNER_H
#define MXCGI_SERVICE_INNER_H

#include "json/writer.h"
#include "matrix/room.h"
#include "matrix/service.h"
#include "matrix/shape.h"

/* One of its users came into a room, or went, by an event of this look. */
struct moved {
	int64_t		 room;
	int64_t		 user;
	bool		 in;
};
#define EPHEMERAL_MAX	200		/* in a transaction */

struct walk {
	struct service	*s;
	struct db	*db;
	struct arena	*mem;
	int64_t		 now;		/* ms since 1970 */
	int64_t		 stop_us;
	int64_t		 pos, heard;	/* how far it came */
	struct buf	 events, ephemeral;	/* arrays, open */
	struct writer	 events_writer, ephemeral_writer;
	size_t		 n, ephemerals;
	size_t		 moves;
	struct moved	 moved[SERVICE_EVENTS_MAX];
};

/* service_interest.c: is a user its own? */
bool	is_own_user(const struct walk *, const char *user_id);
/* Is it interested in all that happens in the room? */
bool	is_own_room(struct walk *, int64_t room);
bool	is_own_event(struct walk *, const struct event_row *);
/* Is it about the membership of a user of its own? */
bool	is_own_member(const struct walk *, const struct event_row *);
/* The event told of may have moved one of its users. */
void	note_member(struct walk *, const struct event_row *);

/* service_ephemeral.c: who has read, at that position. */
void	tell_receipt(struct walk *, int64_t pos, bool private, int64_t room,
	    int64_t user);
/* Who is typing, and presence: what is new of it.  True: of some more, too. */
bool	tell_volatile(struct walk *);

#endif

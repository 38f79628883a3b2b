/*
 * mxcgi-purge.h - what the verbs of `mxcgi purge` share.
 */
#ifndef MXCGI_ADMIN_PURGE_H
#define MXCGI_ADMIN_PURGE_H

#include "matrix/purge.h"
#include "mxcgi-room.h"

#define PURGE_PAGE	100	/* rooms */

/* What the options say, and what became of it. */
struct purging {
	bool		 doing;		/* else it is only told */
	int64_t		 before;	/* of messages, or of the last event */
	int64_t		 keep_last;	/* messages of a room; 0: none */
	struct purge	 purge;		/* of the room that is gone through */
	int64_t		 user;		/* purge_ended() */
	bool		 more;		/* of what is done in pieces */
	int64_t		 pieces;
	int64_t		 nr[PURGE_PAGE];	/* rooms to look at next */
	size_t		 n;
	int64_t		 rooms, events, bytes;
	struct room_about about;
};

/* It becomes o->part. */
struct purging	*purging_new(struct order *);
/*
 * One piece, with memory of its own, and with a gap for others behind it when it
 * writes.
 */
int		 purge_step(struct order *, order_fn *, bool writes);
/* fn with each room in turn; it returns the exit status. */
int		 purge_each_room(struct order *,
		    int (*fn)(struct order *, int64_t room));
/* Give back what is free now, if anything was deleted. */
int		 purge_shrink(struct order *);
/* That much of p->about; it is added to what is told at the end. */
void		 purge_tell_room(const struct order *, int64_t events,
		    const char *what, int64_t bytes);
/* All in all; what: the events are. */
void		 purge_tell(const struct order *, const char *what);

/* mxcgi-purge-rooms.c */
order_fn	 purge_rooms;

#endif

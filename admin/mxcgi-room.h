/*
 * mxcgi-room.h - rooms as `mxcgi room` and `mxcgi purge` look at them.
 */
#ifndef MXCGI_ADMIN_ROOM_H
#define MXCGI_ADMIN_ROOM_H

#include "mxcgi-order.h"

struct room_about {
	int64_t		 nr;
	const char	*room_id;
	const char	*version;
	const char	*name;		/* or NULL, as the alias */
	const char	*alias;		/* canonical */
	int64_t		 created_at;
	int64_t		 members;	/* who have joined */
	bool		 published;
	bool		 gone;		/* its row is all there is */
	int		 closed;	/* 1: deleted, 2: blocked */
	int64_t		 events, state, bytes;	/* room_measure() */
};

/* A step: o->number becomes room.nr of o->name, an id or an alias. */
order_fn	 room_find_named;
/* Within a step: what is known of room nr, in mem.  False: there is none. */
bool		 room_look(struct order *, struct arena *mem, int64_t nr,
		    struct room_about *);
/*
 * How many events it has, and what they weigh: piece after piece, each as a
 * step of its own, so that no snapshot lasts long.  Returns the exit status.
 */
int		 room_measure(struct order *, struct room_about *);
/* "deleted", "open", ... */
const char	*room_state_word(const struct room_about *);

/* Once a second, to a terminal on standard error alone. */
void		 order_tell(const char *format, ...)
		    __attribute__((format(printf, 1, 2)));

#endif

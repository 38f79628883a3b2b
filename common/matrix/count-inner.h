/*
 * count-inner.h - what the two ways of counting share.
 */
#ifndef MXCGI_COUNT_INNER_H
#define MXCGI_COUNT_INNER_H

#include "matrix/count.h"
#include "matrix/room.h"

#define SPOTS_MAX	(UNREAD_THREADS_MAX + 1)

/* A place in which something may be unread. */
struct spot {
	int64_t		 thread;	/* event.nr of the root; 0: main */
	const char	*root;
	int64_t		 read;		/* up to here */
	struct counts	 counts;
};

/* Of a room, to be counted by the rules in c->own. */
struct own_counts {
	struct counting	*c;
	struct arena	*mem;
	struct room	 room;		/* nr */
	int64_t		 after;		/* all of it was read up to here */
	struct viewer	*viewer;	/* NULL: nobody is ignored */
	struct spot	*spot;		/* SPOTS_MAX of them, to be filled */
	size_t		 n;
};
/* False: there is no such room any more. */
bool		 unread_by_own_rules(struct own_counts *);
/* Reads once what an answer needs to know of its user. */
void		 counting_begin(struct counting *);

#endif

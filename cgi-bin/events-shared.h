/*
 * events-shared.h - what a room has to tell all who wait for it, made once a
 * round (design section 7, "Incremental sync costs what changed").
 *
 * A message in a room of ten thousand wakes ten thousand answers with the same
 * events in them.  Whoever is answered first leaves what was read and written
 * of the room; the others of the same round take that.  Only what is the same
 * for them all is left: for members who were in all along, of events that
 * nobody sees in part or with a past, and not for who sent one of them or
 * ignores anybody.
 */
#ifndef MXCGI_EVENTS_SHARED_H
#define MXCGI_EVENTS_SHARED_H

#include "events.h"

/*
 * Fill t->timeline and what belongs to it, t->state unless members are loaded
 * lazily, and their texts; false: nobody left any that would do.
 */
bool		 shared_take(const struct sync_answer *, struct told *);
/* Leave what t holds to the others, if it is the same for them. */
void		 shared_leave(const struct sync_answer *, const struct told *);
/* A new round begins. */
void		 shared_forget(void);

#endif

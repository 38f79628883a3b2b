/*
 * visibility.h - may this user see that event?  (client-server API, "Room
 * history visibility"; 2015.md 16.7.)  Asked by every read of history.
 */
#ifndef MXCGI_VISIBILITY_H
#define MXCGI_VISIBILITY_H

#include <stdbool.h>
#include <stdint.h>

#include "matrix/shape.h"
#include "store/db.h"

/*
 * Looks at membership and visibility at the event, and at the membership now:
 * who left sees nothing after leaving.  One viewer serves many events of a
 * room: what it learned is kept in mem.
 */
struct viewer;
struct viewer	*viewer_new(struct db *, struct arena *mem, int64_t room, int64_t user);
bool		 viewer_may_see(struct viewer *, const struct event_row *);

/*
 * What of the room's state may the user read: now (a member), as of event.nr
 * (left or banned: the event that ended it), or nothing.
 */
enum state_view { STATE_NONE, STATE_NOW, STATE_AT };
enum state_view	 state_view(struct db *, int64_t room, int64_t user, int64_t *at_nr);

#endif

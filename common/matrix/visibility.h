/*
 * visibility.h - may this user see that event?  (client-server API, "Room
 * history visibility"; 2015.md 16.7.)  Asked by every read of history.
 */
#ifndef MXCGI_VISIBILITY_H
#define MXCGI_VISIBILITY_H

#include <stdbool.h>
#include <stdint.h>

#include "matrix/room.h"
#include "matrix/shape.h"
#include "store/db.h"

/*
 * Looks at membership and visibility at the event, and at the membership now:
 * who left sees nothing after leaving, save what anybody sees of a
 * world_readable room, nor does who forgot the room.  One viewer serves many events of a room: it remembers
 * the stretches of history it was asked about last, so neighbours cost nothing.
 * viewer_new() asks nothing yet.
 */
struct viewer;
struct viewer	*viewer_new(struct db *, struct arena *mem, int64_t room,
		    int64_t user);
bool		 viewer_may_see(struct viewer *, const struct event_row *);
/*
 * An administrator looks into it as such: they may see whatever is not erased,
 * whoever they ignore.
 */
void		 viewer_open_all(struct viewer *);
/*
 * Once they may see it: all that it says?  False: its sender had their account
 * erased, and the viewer was never in the room between the event and that
 * moment (v1.10 and later, POST /account/deactivate, `erase`).
 */
bool		 viewer_sees_whole(struct viewer *, const struct event_row *);
/* The same for somebody who was never in the room. */
bool		 stranger_sees_whole(struct db *, const struct event_row *);
/*
 * Do they see all messages from one event to another, both included?  False
 * may mean that it would take long to find out.
 */
bool		 viewer_sees_all(struct viewer *, int64_t from, int64_t to);
/*
 * Does the viewer ignore this user, or anybody (client-server API, "Ignoring
 * Users")?
 */
bool		 viewer_ignores(struct viewer *, const char *user_id);
bool		 viewer_ignores_any(struct viewer *);
/*
 * Is the event for them, as far as it depends on that?  State always is, so
 * that a room looks to all alike; so is what they sent themselves.
 */
bool		 viewer_wants(struct viewer *, const struct event_row *);
int64_t		 viewer_user(const struct viewer *);	/* user.nr */
/*
 * event.nr of what ended the last time they were in; INT64_MAX: they are in,
 * 0: they never were.
 */
int64_t		 viewer_ended(struct viewer *);
/*
 * For bundle.c to remember: a stretch of event.nr, from inclusive, until
 * exclusive, in which nothing that is told relates to any event.
 */
struct quiet {
	int64_t	from;
	int64_t	until;
};
struct quiet	*viewer_quiet(struct viewer *);
/* The viewer's membership at event nr, changes by that event included. */
enum membership	 viewer_membership(struct viewer *, int64_t nr);

/*
 * What of the room's state may the user read: now (a member, or anybody while
 * the room is world_readable), as of event.nr (was a member once: the event
 * that ended it, which need not be the last that concerns them), or nothing
 * (invited, knocked, never joined, or they forgot it).
 */
enum state_view { STATE_NONE, STATE_NOW, STATE_AT };
enum state_view	 state_view(struct db *, int64_t room, int64_t user,
		    int64_t *at_nr);

#endif

/*
 * push_note.h - what an event does to the counts of unread notifications, noted
 * while it is stored (client-server API, "Receiving notifications"; design
 * section 8, "Push counts").
 *
 * What the predefined rules do for anybody is said once, on the event, with a
 * running number in its place: the thread, or the main timeline.  Only for those
 * for whom they do something else, because it names them, are there rows.  So to
 * send costs nothing for members, and to count nothing for history.
 */
#ifndef MXCGI_PUSH_NOTE_H
#define MXCGI_PUSH_NOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "matrix/push_rule.h"
#include "matrix/room.h"
#include "store/db.h"

#define MENTIONS_MAX	1000	/* users that an event names; more are not */

/* Of an event that is about to be stored, columns of it. */
struct push_note {
	int64_t		 thread;	/* event.nr of its root; 0: main */
	int64_t		 notifies;	/* NOTIFIES_... */
	int64_t		 notified;	/* how many in the thread have, with it */
	int64_t		 highlighted;
};
enum { NOTIFIES_NOBODY, NOTIFIES_ALL, NOTIFIES_LOUDLY };

struct noted_event {
	int64_t		 nr;
	int64_t		 pos;
	int64_t		 sender;	/* user.nr */
	struct push_event event;
	/* The state before it. */
	auth_state_fn	*state;
	void		*state_arg;
};

/*
 * Runs in the write transaction that stores the event.  To send is to have read
 * up to there; what members do as members is not.
 */
struct push_note push_note_event(struct db *, const struct room *,
		    const struct noted_event *);
/*
 * Has the sender the power to notify all in that state, by that key of
 * `notifications`?
 */
bool		 push_may_notify(const struct room_version *, auth_state_fn *,
		    void *state, const char *sender, const char *key);
/* It has been redacted, and counts no more. */
void		 push_note_forget(struct db *, int64_t event);

#endif

/*
 * push_user.h - the push rules of one user, and what an event is by them
 * (client-server API, module "Push notifications"; 2015.md 16.8).
 *
 * A user has the predefined rules, of which they may turn each on and off and
 * change the actions, and rules of their own: global ones, and those of 2015
 * for devices with some profile tag.
 *
 * Everything runs in the caller's transaction.
 */
#ifndef MXCGI_PUSH_USER_H
#define MXCGI_PUSH_USER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "matrix/push_rule.h"
#include "matrix/room.h"
#include "matrix/shape.h"
#include "store/db.h"

/* -------------------------------------------------------------- the user */

struct push_whose {
	int64_t		 user;
	const char	*user_id;
	/* Of the device: its rules come before global ones.  NULL or "": none. */
	const char	*profile_tag;
	/* Of the predefined rules those of 2015, not today's. */
	bool		 in_2015;
};
struct push_user {
	int64_t		 user;
	struct push_reader reader;
	/* Both end with an id that is NULL; those of the device may be none. */
	const struct push_rule *device;
	const struct push_rule *global;
	/* The master rule, where it is on: no other is asked.  NULL: it is off. */
	const struct push_rule *master;
	bool		 asks_name;	/* do any look for the display name? */
	int64_t		 per_byte;	/* push_user_weight() */
	int64_t		 per_event;
};
/*
 * Read once, for as many events as wanted.  It lives in the arena, with copies
 * of whose rules they are.
 */
struct push_user *push_user_read(struct db *, struct arena *,
		    const struct push_whose *);
/*
 * How many steps their rules may take, roughly, for an event with so many bytes
 * of content.  Who looks at many events stops at PUSH_WEIGHT_MAX, which
 * is some tenth of a second.
 */
#define PUSH_WEIGHT_MAX	(INT64_C(64) << 20)
int64_t		 push_user_weight(const struct push_user *, size_t bytes);
/*
 * Where in the stream their rules, of whatever scope, changed last; 0: they
 * never did, and are those that are predefined.  *own, unless NULL: does any
 * global rule differ from those now?
 */
int64_t		 push_user_changed(struct db *, int64_t user, bool *own);

/* ------------------------------------------------------------- the event */

/*
 * An event that is asked about, for any number of users.  What it takes lies
 * in the db's arena; what the room is asked is asked when a rule wants to know:
 * how many are in now, and names and power as they were before the event.
 */
struct push_about {
	struct db	*db;
	const struct room *room;
	const struct event_row *row;
	struct push_event event;
};
struct push_about push_about(struct db *, const struct room *,
		    const struct event_row *);
/*
 * The rule that says what the event does to them: push_notifies(),
 * push_highlights(), rule->actions, push_tweaks_put() of push_rule.h.  NULL: no
 * rule does, or they sent it themselves.
 *
 * Whether they may see the event at all, and ignore who sent it, the viewer
 * knows (visibility.h); an event that was redacted is for nobody.
 */
const struct push_rule *push_user_meets(const struct push_user *,
		    const struct push_about *);

/* --------------------------------------------------------------- writing */

/*
 * Members of an open object, as clients of that era read them: the rulesets,
 * `global` and in 2015 `device`; the rulesets by profile tag that are in that.
 */
void		 push_user_put(struct writer *, struct db *, struct arena *,
		    const struct push_whose *);
void		 push_devices_put(struct writer *, struct db *, struct arena *,
		    const struct push_whose *);

#endif

/*
 * resolve.h - state resolution (room version documents, "State resolution"):
 * one state out of several.  Version 1 for room version 1, version 2 for 2 to
 * 11, version 2.1 for 12.
 *
 * A pure function of states and events.  What it is given may have been made
 * to do harm: it does not recurse, each step is linear in events and links but
 * for sorting, and it gives up at the limits that its caller sets.
 *
 * Where the text leaves something open, and in the three places where others do
 * not keep to its letter, it is as elsewhere, since servers that differ split a
 * room:
 * - Power events of the types m.room.power_levels and m.room.join_rules are
 *   those with an empty state key (the letter: all).
 * - An event of a state counts as part of the auth chain of that state (the
 *   letter: only what it rests on does).
 * - From a power event the auth chain is followed only as far as it stays in
 *   the full conflicted set (the letter: through others too).
 * - Version 1: keys are resolved each by itself, and none knows what was chosen
 *   for another of the same pass; when none of the other events passes, the
 *   first is picked.
 * - An event that nobody has is as if nobody had cited it.
 * - Events that lie on a circle, as those of room versions 1 and 2 might be
 *   made to, authorise nothing: power events among them are left out.
 */
#ifndef MXCGI_RESOLVE_H
#define MXCGI_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "matrix/auth.h"
#include "matrix/room_version.h"

/* As much of an event as resolution looks at. */
struct resolve_event {
	struct auth_event event;	/* with its id */
	const char *const *auth_events;	/* event ids */
	size_t		 auth_count;
	int64_t		 depth;			/* version 1 */
	int64_t		 origin_server_ts;	/* ms */
	bool		 rejected;	/* when it was received */
};

/*
 * The event with that id; NULL when this server does not have it.  Without
 * content, event.content may be NULL: most are only links of a chain, and an
 * event may be asked for a second time, with it.  What it returns stays valid,
 * and says the same, until the resolution ends.  Memory it needs comes from
 * mem, so that it counts for the limit.
 */
typedef const struct resolve_event *resolve_event_fn(void *arg,
    const char *event_id, bool content, struct arena *mem);

/* 0: no limit. */
struct resolve_limits {
	size_t		 events;	/* asked for */
	size_t		 checks;	/* events judged by the auth rules */
	size_t		 bytes;		/* of memory */
};

struct resolve_room {
	const struct room_version *version;
	const char	*room_id;
	resolve_event_fn *event;
	void		*arg;
	struct resolve_limits limits;
};

struct state_entry {
	const char	*type;
	const char	*state_key;
	const char	*event_id;
};
struct state_set {
	const struct state_entry *entry;	/* no (type, state key) twice */
	size_t		 n;
};

#define RESOLVE_SETS_MAX	64	/* prev_events are 20 at most */

enum resolve_verdict {
	RESOLVE_OK,
	RESOLVE_LIMIT,		/* more events, work, memory or states than the
				 * limits allow */
	RESOLVE_BAD		/* an event of another room in a state or an
				 * auth chain, one that is not the state it
				 * stands for, one that was there and is not,
				 * or a state with two for the same */
};

/*
 * Resolve n states.  The result is in mem, sorted by type and state key; its
 * texts are those of the states and events given.  Unless RESOLVE_OK there is
 * no result, and *why is a sentence, a constant.  The order of the states and
 * of what is in them makes no difference.
 */
enum resolve_verdict state_resolve(const struct resolve_room *,
    const struct state_set *states, size_t n, struct arena *mem,
    struct state_set *out, const char **why);

#endif

/*
 * auth.h - the authorisation rules, one pure function of (event, state,
 * version); each rule carries its number in the code.  Nothing writes an
 * event that this has not allowed.
 *
 * Two rules are for whoever receives an event, because they ask about more
 * than one event and the state: those on the events it cites (2; room version
 * 12: 3) are auth_cited_valid(); and that an event whose content has
 * join_authorised_via_users_server is signed by that user's server (4.2) is
 * for event_signatures_check() of event.h.  Ours are, when that user is ours;
 * whoever makes an event sees to it that it names nobody else.
 */
#ifndef MXCGI_AUTH_H
#define MXCGI_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "json/json.h"
#include "matrix/room_version.h"

/* Power that no level reaches: creators in room version 12. */
#define POWER_INFINITE	INT64_MAX

/* As much of an event as the rules look at. */
struct auth_event {
	const char	*event_id;	/* NULL while it is being made */
	const char	*room_id;	/* NULL: create event of room version 12 */
	const char	*sender;
	const char	*type;
	const char	*state_key;	/* NULL: not a state event */
	const cJSON	*content;
	const char	*redacts;	/* room versions 1 and 2 */
	size_t		 prev_count;
	const char	*prev_event;	/* the first of them, or NULL */
};

/*
 * The state to judge against: the event with that type and state key, or
 * NULL.  What it returns stays valid while the judgement lasts.  It is asked
 * for the create event always, also where that is not cited.
 */
typedef const struct auth_event *auth_state_fn(void *state, const char *type,
    const char *state_key);

/*
 * May event be, given that state?  False: *why is a sentence for the sender
 * ("You do not have the power to invite"), a constant.
 */
bool	auth_allows(const struct room_version *, const struct auth_event *,
	    auth_state_fn *, void *state, const char **why);

/*
 * The (type, state key) pairs whose events it must cite ("Auth events
 * selection"); returns how many, at most AUTH_CITED_MAX.  No pair comes twice;
 * the texts are the event's own.
 */
#define AUTH_CITED_MAX	8
struct state_name { const char *type, *state_key; };
size_t	auth_cited(const struct room_version *, const struct auth_event *,
	    struct state_name out[AUTH_CITED_MAX]);

/* May event cite these n events?  False: *why, as above. */
struct citation {
	const struct auth_event *event;
	bool		 rejected;	/* when it was received */
};
bool	auth_cited_valid(const struct room_version *, const struct auth_event *,
	    const struct citation *, size_t n, const char **why);

/* ------------------------------------------------------------ power */

/*
 * A level as it stands in m.room.power_levels: an integer, or what older room
 * versions allow in its place, a text that holds one (" +050 ") or a float,
 * which counts without its fraction.  False: it is none of these, and the
 * default holds.  Where a version allows integers only (10 on) the rules let
 * nothing else into a room, so that whoever reads levels need not ask.
 */
bool	power_level(const cJSON *item, int64_t *level);

/*
 * Level of user under power_levels (content, NULL: none) and create.
 * POWER_INFINITE for the creators of room version 12.
 */
int64_t	power_of(const struct room_version *, const struct auth_event *create,
	    const cJSON *power_levels, const char *user_id);
/* Level needed to send; state: is it a state event? */
int64_t	power_to_send(const cJSON *power_levels, const char *type, bool state);
/* what: "invite", "kick", "ban", "redact", "events_default", ... */
int64_t	power_to(const cJSON *power_levels, const char *what);

/* Who made the room; NULL when create does not say. */
const char	*room_creator(const struct room_version *,
		    const struct auth_event *create);

#endif

/*
 * redaction.h - redactions as they are applied to what is stored
 * (client-server API, "Redactions"; "Handling redactions" of the room versions;
 * 2015.md section 12).  What is left of an event is event_redact()'s to say.
 *
 * Everything runs in the caller's write transaction.
 */
#ifndef MXCGI_REDACTION_H
#define MXCGI_REDACTION_H

#include <stdbool.h>
#include <stdint.h>

#include "matrix/room.h"
#include "store/db.h"

/*
 * Does the user's power reach the level `redact`, as the room's state was after
 * event at_nr?
 */
bool		 redaction_has_power(struct db *, const struct room *,
		    int64_t at_nr, const char *user_id);

/*
 * The m.room.redaction nr is in its place in the room: what it redacts is
 * stripped, for good, of all that its room version does not keep; with it go
 * what it says of other events, and its words in the index of the search.
 *
 * False, and nothing is changed: the event is not there yet, is of another
 * room, or has been redacted before; or who sent the redaction has neither the
 * power nor a name on the server of the event's sender.
 *
 * media_of: the name of this server, when media of it that the event shows are
 * to be deleted with it; else NULL.
 */
bool		 redaction_apply(struct db *, const struct room *, int64_t nr,
		    const char *media_of);
/*
 * The same is done to an event that nobody redacted, because it is to go and
 * something hangs on it.  False: there was nothing left to strip.
 */
struct event_row;
bool		 redaction_strip_bare(struct db *, const struct room *,
		    const struct event_row *);
/*
 * An event has come from elsewhere: apply the redactions that came before it.
 */
void		 redaction_await(struct db *, const struct room *,
		    const char *event_id);

#endif

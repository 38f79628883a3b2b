/*
 * stream.h - the one stream of all that a client may have to hear of
 * (design section 7).
 */
#ifndef MXCGI_STREAM_H
#define MXCGI_STREAM_H

#include <stdint.h>

#include "store/db.h"

/* Stored as these numbers; never renumber. */
enum change_kind {
	CHANGE_EVENT = 1,	/* room, ref: event.nr; user: the member it is about, if any */
	CHANGE_SESSION = 2,	/* user: a token or device of theirs went away */
	CHANGE_RECEIPT = 3,	/* room; user: who has read, for all to know */
	CHANGE_RECEIPT_PRIVATE = 4,	/* the same, for them alone */
	CHANGE_ACCOUNT_DATA = 5,	/* user, perhaps room: data of their clients */
	CHANGE_TO_DEVICE = 6,	/* user: something came for a device of theirs */
	CHANGE_DEVICES = 7,	/* user: whose devices or keys are not what they were */
	CHANGE_MEDIA = 8,	/* user: whose; ref: media.nr, which has its content now */
	CHANGE_SIGNED = 9	/* user: who signed another's master key */
};

/*
 * Add to the stream within the write transaction of the change itself.
 * room, user: 0 for none.  Returns its position; the doorbell rings after
 * COMMIT.
 */
int64_t	change_add(struct db *, enum change_kind, int64_t room, int64_t user,
	    int64_t ref);
/*
 * The same for all events of a room of which nothing was told yet, and whose
 * depths are 1, 2, 3 and so on.  Returns the last position before them: that of
 * an event is so much and its depth.
 */
int64_t	change_add_room(struct db *, int64_t room);
/*
 * The same for a thing that is as it is now, not as it became: its last change
 * was at `before` (0: none), and is one no more.
 */
int64_t	change_again(struct db *, enum change_kind, int64_t room, int64_t user,
	    int64_t before);
/* The last position in this snapshot; 0 when there is none yet. */
int64_t	change_last(struct db *);
/* Was anything added since the transaction began?  Read after db_commit(). */
bool	change_added(const struct db *);

#endif

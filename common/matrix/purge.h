/*
 * purge.h - history that goes: messages, with all that hangs on them.
 *
 * State is never touched, since what holds now, who may see what and what events
 * cite hangs on it; so the room goes on as it was, and whoever reads back finds
 * its beginning, with fewer messages on the way.  Of messages stay
 *
 *   those behind a place (purge_keep_last());
 *   redactions of what stays;
 *   what the next event will hang from: it is stripped, as by a redaction.
 *
 * With an event go its words in the index of the search, what it says of other
 * events, who is named by it, and the thread that begins at it; receipts for it
 * when purge_ended() says so.  Counts of what is unread stay right.
 *
 * Everything runs in the caller's transaction, and the db's arena is to end
 * with the piece.
 */
#ifndef MXCGI_PURGE_H
#define MXCGI_PURGE_H

#include <stdbool.h>
#include <stdint.h>

#include "matrix/room.h"
#include "matrix/shape.h"

#define PURGE_PIECE_US	8000	/* a good length of a piece that writes */

struct purge {
	struct db	*db;
	struct room	 room;
	int64_t		 before;	/* what was sent before that, ms */
	bool		 only_look;	/* count, and write nothing */
	const char	*media_of;	/* as for redaction_apply(); or NULL */

	/* How far it has come; begin with 0, or purge_begin_at(). */
	int64_t		 ts, depth, nr;
	/* What lies behind this place stays; 0, 0: nothing. */
	int64_t		 keep_depth, keep_nr;

	int64_t		 n, bytes;	/* that went, or would; texts of events */
	int64_t		 stripped;	/* that had to stay, and are empty now */
	int64_t		 left_ts;	/* of the first that stays for now; or 0 */
};

/* What was sent before that has been seen to. */
void		 purge_begin_at(struct purge *, int64_t ts);
/* The last n messages stay.  False: there are no more than those. */
bool		 purge_keep_last(struct purge *, int64_t n);
/*
 * A piece, until stop_us (clock_mono_us()); it gets on by some events at
 * least.  True: there is more.
 */
bool		 purge_piece(struct purge *, int64_t stop_us);
/*
 * Receipts of the room that are for events that are gone, behind *user; begin
 * with 0.  True: there are more, behind *user.
 */
bool		 purge_ended(struct db *, int64_t room, int64_t *user);

/*
 * One event, of whatever kind, with what hangs on it.  e: as it stands;
 * related: others relate to it.
 */
void		 purge_event(struct db *, const struct event_row *e, bool related);

#endif

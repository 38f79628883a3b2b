/*
 * shape.h - events as clients see them, written from the columns and the
 * slice of stored content; no tree.  One module for both eras: today's shape,
 * and 2015's with user_id and top-level age, prev_content, redacted_because,
 * chosen by the API version of the path (clients/README 11: what came by
 * api/v1 carries both sender and user_id).
 */
#ifndef MXCGI_SHAPE_H
#define MXCGI_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "json/writer.h"
#include "store/db.h"

/*
 * A row of any statement that selects events.  Such statements begin with
 * the same columns in the same order; sql/timeline.sql says which.
 */
struct event_row {
	int64_t		 nr;
	int64_t		 pos;
	int64_t		 depth;
	const char	*event_id;
	int64_t		 room;
	const char	*type;
	const char	*state_key;	/* or NULL */
	int64_t		 sender;
	const char	*sender_id;
	int64_t		 origin_server_ts;
	const char	*redacts;
	int64_t		 redacted_by;	/* event.nr or 0 */
	int64_t		 replaces;	/* event.nr or 0 */
	int64_t		 device;
	const char	*txn_id;
	struct span	 content;	/* copied */
};
struct event_row event_row(const struct rows *);

enum shape {
	SHAPE_TODAY,		/* r0, v3; with room_id */
	SHAPE_SYNC,		/* the same without room_id, as in /sync */
	SHAPE_2015,		/* api/v1: both eras' fields */
	SHAPE_SYNC_2015,	/* v2_alpha /sync: inside event_map */
	SHAPE_STRIPPED		/* type, state_key, sender, content */
};

/* device: of the caller, whose own transaction ids are shown to it. */
void		 event_write(struct writer *, struct db *, const struct event_row *,
		    const char *room_id, enum shape, int64_t device, int64_t now);

#endif

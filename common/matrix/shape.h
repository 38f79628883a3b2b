/*
 * shape.h - events as clients see them, written from the columns and the
 * slice of stored content; no tree.  One module for both eras: today's shape,
 * and 2015's with user_id and top-level age, prev_content, redacted_because,
 * chosen by the API version of the path.  Clients of r0 read either form, so
 * what goes to them carries both (all but /sync).
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
	struct span	 content;	/* JSON; of event_row() a copy */
};
#define EVENT_COLUMNS	18	/* what else a statement selects comes behind */
struct event_row event_row(const struct rows *);
/*
 * The same, with content not copied: valid until the next rows_next() or
 * rows_done().  For those who write an event as they meet it.
 */
struct event_row event_peek(const struct rows *);
/*
 * The columns content_at, content_len, pdu, the first of them at column: the
 * text of content, not copied.
 */
struct span	 row_content(const struct rows *, int column);
/* One event by its number; false when there is none. */
bool		 event_find(struct db *, int64_t nr, struct event_row *);

enum shape {
	SHAPE_TODAY,		/* v3; with room_id */
	SHAPE_SYNC,		/* the same without room_id, as in /sync */
	SHAPE_2015,		/* api/v1 to r0, but /sync: both eras' fields */
	SHAPE_SYNC_2015,	/* v2_alpha /sync: inside event_map */
	SHAPE_STRIPPED,		/* type, state_key, sender, content */
	SHAPE_FEDERATION	/* event_format "federation": the PDU, as it was
				 * signed or as redaction leaves it */
};

/* For whom the events of one room are written. */
struct viewer;
struct event_fields;
struct reader {
	const char	*room_id;
	enum shape	 shape;
	/* Whose own transaction ids are shown. */
	int64_t		 device;
	int64_t		 now;
	/*
	 * Is it told with an event what others say of it, in today's shapes?
	 * (relation.h; client-server API, "Aggregations of child events")
	 */
	bool		 aggregates;
	/* Of each event only these (event_fields.h); NULL: all. */
	const struct event_fields *fields;
	/* Grows by the events looked at for these; NULL: nobody counts. */
	int64_t		*work;
	/*
	 * visibility.h.  NULL: unknown, so without prev_content and the
	 * reader's membership.
	 */
	struct viewer	*viewer;
	bool		 sees_all;	/* with viewer NULL: what was before, too */
	/*
	 * Of the next event, an invitation or a knock: an array of stripped
	 * state (stripped.h); or empty.
	 */
	struct span	 invite_state, knock_state;
};
struct request;
struct room;
/* Who asks, with a viewer, which by a route for administrators is unbound;
 * SHAPE_TODAY or SHAPE_2015 by the path, and
 * aggregates. */
struct reader	 reader_of(struct request *, const struct room *);

/* Erasure (viewer_sees_whole()) is seen to. */
void		 event_write(struct writer *, struct db *,
		    const struct event_row *, const struct reader *);
/*
 * For those who give away content alone, or filter by it: where the reader may
 * not see the whole, it becomes what redaction would leave of it.
 */
void		 event_trim(struct db *, struct event_row *,
		    const struct reader *);
/* The same, whoever reads it. */
void		 event_strip(struct db *, struct event_row *);

#endif

/*
 * relation.h - what events say of each other, and what is told of that with
 * the event they speak of (client-server API, "Forming relationships between
 * events", "Aggregations of child events", "Threading", "Event replacements",
 * "Reference relations", "Event annotations and reactions").
 *
 * Everything runs in the caller's transaction; texts come from the db's arena.
 */
#ifndef MXCGI_RELATION_H
#define MXCGI_RELATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/errors.h"
#include "json/json.h"
#include "matrix/room.h"
#include "matrix/shape.h"
#include "store/db.h"

#define RELATION_TYPE_MAX	255	/* bytes of a rel_type */

/* m.relates_to of a content, in clear. */
struct relation {
	const char	*parent;	/* event id */
	const char	*rel_type;
	const char	*key;		/* of m.annotation, or NULL */
};
/* False: it relates to nothing, or not as the specification has it. */
bool		 relation_of(const cJSON *content, struct relation *);

/* --------------------------------------------------------------- writing */

/*
 * May a client of ours send this?  M_OK, or *why and M_DUPLICATE_ANNOTATION
 * (this user, with this key, did already) or M_BAD_REQUEST (a thread from an
 * event that relates to another itself).
 */
enum mx_err	 relation_check(struct db *, const struct room *,
		    int64_t sender, const char *type, const cJSON *content,
		    const char **why);

struct related_event {
	int64_t		 nr;
	const char	*type;
	int64_t		 sender;
	int64_t		 depth;
	int64_t		 at;		/* origin_server_ts */
};
/*
 * An event has been stored: remember what it relates to, if anything.  What
 * is of another room, or a thread from an event that relates to another
 * itself, is not remembered.
 */
void		 relation_store(struct db *, const struct room *,
		    const struct related_event *, const cJSON *content);
/* An event has come from elsewhere: what relates to it may have come before. */
void		 relation_await(struct db *, int64_t nr);
/* It has been redacted. */
void		 relation_forget(struct db *, int64_t room, int64_t event);

/* --------------------------------------------------------------- reading */

#define REFERENCES_MAX	256	/* m.reference: told of one event */

/* What is told with an event. */
struct bundle {
	bool			 edited;
	struct event_row	 edit;		/* m.replace: newest valid */
	int64_t			 replies;	/* m.thread; 0: none */
	bool			 participated;
	struct event_row	 latest;
	const struct bundle	*of_latest;	/* or NULL */
	const char		**reference;	/* m.reference: event ids */
	size_t			 references;
};
/*
 * Of what the reader may see, and from whom they do not ignore.  False: there
 * is nothing to tell.  State events have no bundle, and without a viewer
 * nothing is known.  An event that nothing relates to costs nothing once the
 * reader's viewer knows its neighbours.
 */
bool		 bundle_find(struct db *, const struct event_row *,
		    const struct reader *, struct bundle *);
/* Has the reader sent into the thread of this root, or the root itself? */
bool		 thread_participated(struct db *, const struct event_row *root,
		    int64_t user);
/*
 * The newest event of a thread that the reader may see, and unless NULL how
 * many they may see (where that takes long: at least so many).  False: none.
 */
bool		 thread_read(struct db *, const struct event_row *root,
		    const struct reader *, struct event_row *latest,
		    int64_t *replies);

#endif

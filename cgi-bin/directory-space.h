/*
 * directory-space.h - the tree of rooms under a space (client-server API,
 * "Spaces").
 */
#ifndef MXCGI_CGI_DIRECTORY_SPACE_H
#define MXCGI_CGI_DIRECTORY_SPACE_H

#include "directory.h"
#include "matrix/shape.h"

/* ------------------------------------------- directory-children.c */

#define CHILDREN_MAX	1000	/* of one space that are looked at */

/* An m.space.child event that makes its room a child. */
struct child {
	const char	*room_id;
	const char	*order;		/* valid, or NULL */
	int64_t		 ts;
	const char	*sender;
	struct span	 content;	/* empty unless it was asked for */
};
struct children {
	struct child	*item;		/* in order */
	size_t		 n;
	size_t		 read;		/* bytes that it took to find them */
};
/*
 * Those that the caller may read, as far as so many bytes of content go; with
 * suggested, only such.  With whole their contents too.
 */
#define CHILDREN_BYTES	(1024 * 1024)
struct children	 children_of(struct request *, const struct room *,
		    bool suggested, bool whole);
/* children_state: stripped state events with origin_server_ts. */
void		 children_put(struct writer *, const struct children *);

/* ------------------------------------------------ directory-walk.c */

/* The rooms of a walk, first those above, each once. */
struct walk {
	struct request	*r;
	bool		 suggested;
	int64_t		 max_depth;
	size_t		 n;
	struct room	*room;
};
/*
 * Depth first from root, which the caller may see, through all that they may
 * see.  After a bounded amount of work it ends, wherever it is; sooner, when
 * there are `enough` rooms behind the one with number `after` (0: the first).
 */
void		 walk_from(struct walk *, const struct summary *root,
		    int64_t after, size_t enough);

#endif

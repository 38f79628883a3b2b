/*
 * sync_token.h - positions as clients hold them (design section 7).  Opaque
 * outside this file.
 *
 *   s<pos>_<todevice>_<epoch>.<n>   a position in the stream; todevice is 0,
 *                                   or <device>-<message>
 *   c<serial>_s...                  the same of a connection (sliding sync)
 *   t<depth>-<nr>                   a place in a room
 *   n<joined>-<nr>, p<joined>-<nr>  a place in the list of published rooms
 *   h<after>-<count>-<depth>-<0|1>  a place in the tree under a space
 */
#ifndef MXCGI_SYNC_TOKEN_H
#define MXCGI_SYNC_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

#define EPOCH_MAX	16

/*
 * What one device was told confirms nothing for another: the number of a
 * message stands with that of its device.
 */
struct sync_token {
	int64_t	pos;
	int64_t	device;			/* device.nr; 0: no message was told */
	int64_t	to_device;		/* its last message; 0 without device */
	char	epoch[EPOCH_MAX + 1];	/* of the volatile store */
	int64_t	n;			/* its last change that was told */
};
const char	*sync_token_text(struct arena *, const struct sync_token *);
bool		 sync_token_read(const char *, struct sync_token *);

/* A position of sliding sync (MSC4186), which is one in the stream, too. */
struct sliding_pos {
	int64_t	serial;		/* which answer of which connection */
	struct sync_token at;
};
const char	*sliding_pos_text(struct arena *, const struct sliding_pos *);
bool		 sliding_pos_read(const char *, struct sliding_pos *);

/* Between events: just behind event (depth, nr) in the order of the room. */
struct room_token {
	int64_t	depth;
	int64_t	nr;
};
const char	*room_token_text(struct arena *, struct room_token);
bool		 room_token_read(const char *, struct room_token *);

/*
 * In the list of published rooms: behind the one that has so many members and
 * this number, or (back) before it.
 */
struct list_token {
	bool	back;
	int64_t	joined;
	int64_t	nr;
};
const char	*list_token_text(struct arena *, struct list_token);
bool		 list_token_read(const char *, struct list_token *);

/* In a tree of rooms: behind one of them, and how the tree is looked at. */
struct tree_token {
	int64_t	after;		/* room.nr */
	int64_t	count;		/* rooms up to it, itself included */
	int64_t	max_depth;
	bool	suggested;
};
const char	*tree_token_text(struct arena *, struct tree_token);
bool		 tree_token_read(const char *, struct tree_token *);

#endif

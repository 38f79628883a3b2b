/*
 * sync_token.h - positions as clients hold them (design section 7).  Opaque
 * outside this file.
 *
 *   s<pos>_<todevice>_<epoch>.<n>   a position in the stream
 *   t<depth>-<nr>                   a place in a room
 */
#ifndef MXCGI_SYNC_TOKEN_H
#define MXCGI_SYNC_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

#define EPOCH_MAX	16

struct sync_token {
	int64_t	pos;
	int64_t	to_device;
	char	epoch[EPOCH_MAX + 1];	/* of the volatile store */
	int64_t	n;			/* its last change that was told */
};
const char	*sync_token_text(struct arena *, const struct sync_token *);
bool		 sync_token_read(const char *, struct sync_token *);

/* Between events: just behind event (depth, nr) in the order of the room. */
struct room_token {
	int64_t	depth;
	int64_t	nr;
};
const char	*room_token_text(struct arena *, struct room_token);
bool		 room_token_read(const char *, struct room_token *);

#endif

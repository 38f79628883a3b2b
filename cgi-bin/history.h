/*
 * history.h - what the handlers of the program `history` share.
 */
#ifndef MXCGI_HISTORY_H
#define MXCGI_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "matrix/room.h"
#include "matrix/sync_token.h"
#include "serve/serve.h"

/*
 * A token of either kind as a place in a room; before its first event when
 * nothing had happened there.  False: it is none of this server's tokens.
 */
bool		 place_read(struct request *, int64_t room, const char *text,
		    struct room_token *);

#endif

/*
 * room_told.h - what administrators are told of a room.
 *
 * Everything runs in the caller's transaction.
 */
#ifndef MXCGI_ROOM_TOLD_H
#define MXCGI_ROOM_TOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "json/writer.h"
#include "store/db.h"

/*
 * Members of an open object, as Synapse's Admin API has them in its list of
 * rooms; with details also those that it has of a single one.
 */
void	put_room_told(struct writer *, struct db *, struct arena *,
	    int64_t room, bool details);

#endif

/*
 * retention.h - how long messages are kept: m.room.retention of rooms
 * (MSC1763), and [retention] of the configuration.
 *
 * The configuration decides whether any of it counts; what it says for all is
 * for rooms which ask for nothing, and its bounds are for those which do.
 */
#ifndef MXCGI_RETENTION_H
#define MXCGI_RETENTION_H

#include <stdbool.h>
#include <stdint.h>

#include "json/json.h"
#include "store/upkeep.h"

#define RETENTION	"m.room.retention"

/* What a room asks for, ms; -1: nothing. */
struct retention {
	int64_t	min;
	int64_t	max;
};
/* Of its content; a contradiction asks for nothing. */
struct retention retention_of(const cJSON *content);
/* The state of the room has become that; NULL: it has none any more. */
void		 retention_store(struct db *, int64_t room,
		    const cJSON *content);
/* How long its messages are kept, ms; 0: for ever. */
int64_t		 retention_life(const struct conf *, const struct retention *);

/*
 * The housekeeper's (upkeep.h): what is over its time goes; but not while a
 * snapshot is taken, for until its end the WAL would have all of it.
 */
bool		 retention_upkeep(struct upkeep *);

#endif

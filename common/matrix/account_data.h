/*
 * account_data.h - what clients keep here for their user, of all rooms
 * together or of one (client-server API, "Client Config"): read by its user
 * alone, told to their clients.
 */
#ifndef MXCGI_ACCOUNT_DATA_H
#define MXCGI_ACCOUNT_DATA_H

#include <stdint.h>

#include "base/buf.h"
#include "store/db.h"

#define ACCOUNT_DATA_GLOBAL	INT64_C(0)	/* instead of a room.nr */
#define IGNORED_USERS	"m.ignored_user_list"

/* A JSON object in the db's arena, or NULL. */
const char	*account_data_get(struct db *, int64_t user, int64_t room,
		    const char *type);
/* When it changed last (change.pos); 0: it was never there. */
int64_t		 account_data_changed(struct db *, int64_t user, int64_t room,
		    const char *type);
/* content: a JSON object.  The same again is no change. */
void		 account_data_put(struct db *, int64_t user, int64_t room,
		    const char *type, struct span content);

/* How much the user keeps there besides what is of that type. */
struct account_data_size {
	int64_t	entries;
	int64_t	bytes;
};
struct account_data_size account_data_size(struct db *, int64_t user,
		    int64_t room, const char *type);

#endif

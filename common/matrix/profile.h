/*
 * profile.h - what users show of themselves (client-server API, "Profiles"),
 * and the member events that repeat it.
 */
#ifndef MXCGI_PROFILE_H
#define MXCGI_PROFILE_H

#include <stdint.h>

#include "json/json.h"
#include "matrix/room.h"
#include "store/db.h"

/*
 * The content of an m.room.member event about user_id: membership, reason
 * (NULL: without), and of somebody who joins, is invited or knocks also
 * displayname and avatar_url, as far as they have set them.
 */
cJSON	*member_content(struct db *, const char *user_id, enum membership,
	    const char *reason);
/* Adds those two to content where it lacks them. */
void	 member_content_fill(struct db *, const char *user_id, cJSON *content);

#endif

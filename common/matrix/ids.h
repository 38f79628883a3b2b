/*
 * ids.h - identifiers: what they look like (appendices, "Identifier grammar").
 *
 * All are at most 255 bytes.  None of these looks anything up.
 */
#ifndef MXCGI_IDS_H
#define MXCGI_IDS_H

#include <stdbool.h>

#define ID_MAX	255		/* bytes */

/* host[:port], DNS name, IPv4 or [IPv6]. */
bool		 server_name_valid(const char *);
/*
 * @localpart:server.  The local part may be any text without a colon, even
 * none: "Historical User IDs" asks us to accept them.
 */
bool		 user_id_valid(const char *);
/*
 * A local part that a new account may have: [a-z0-9._=/+-]+ (as v1.8 has it).
 * Whether the whole id gets too long is for user_id_valid() to say.
 */
bool		 localpart_valid(const char *);
/* !opaque:server, or !hash of room version 12 on. */
bool		 room_id_valid(const char *);
bool		 room_alias_valid(const char *);
/* $opaque:server or $hash. */
bool		 event_id_valid(const char *);
/* [0-9a-zA-Z.=_-]{1,255}: client secrets, sids. */
bool		 opaque_id_valid(const char *);

/* What stands behind the first colon; NULL when there is none. */
const char	*id_server(const char *id);

#endif

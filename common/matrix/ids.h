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
/* @localpart:server, with the historical characters allowed. */
bool		 user_id_valid(const char *);
/* A local part that a new account may have: [a-z0-9._=/+-]+ (as v1.8 has it). */
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

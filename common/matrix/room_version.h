/*
 * room_version.h - what differs between room versions, as a table of traits
 * (specification, "Room versions").  No other file compares versions.
 */
#ifndef MXCGI_ROOM_VERSION_H
#define MXCGI_ROOM_VERSION_H

#include <stdbool.h>

enum state_resolution { STATE_RES_V1, STATE_RES_V2, STATE_RES_V2_1 };

struct room_version {
	const char	*id;		/* "10" */
	enum state_resolution resolution;
	bool		 id_is_hash;		/* event ids are reference hashes (3 on) */
	bool		 id_url_safe;		/* in URL-safe base64 (4 on) */
	bool		 redaction_rule;	/* auth rule for m.room.redaction (till 2) */
	bool		 strict_json;		/* integers in range only (6 on) */
	bool		 aliases_special;	/* auth rule for m.room.aliases, whose
						 * aliases outlive redaction (till 5) */
	bool		 notification_levels;	/* checked in power levels (6 on) */
	bool		 knock;			/* 7 on */
	bool		 restricted;		/* 8 on */
	bool		 redact_keeps_authorised; /* join_authorised_via_users_server (9 on) */
	bool		 integer_levels;	/* power levels are integers only (10 on) */
	bool		 knock_restricted;	/* 10 on */
	bool		 redact_v11;		/* redaction as of 11: whole create content, ... */
	bool		 creator_in_content;	/* m.room.create has creator (till 10) */
	bool		 redacts_in_content;	/* 11 on */
	bool		 room_id_is_hash;	/* of the create event, which is not cited (12 on) */
	bool		 creators_rule;		/* creators stand above all levels (12 on) */
};

/* NULL: a version this server does not have. */
const struct room_version	*room_version_find(const char *id);
/* All of them, ends with id NULL. */
extern const struct room_version room_versions[];

#endif

/*
 * room_version.c - the table of room versions.
 */
#include <string.h>

#include "matrix/room_version.h"

/* What each version brought, and all after it keep. */
#define SINCE_3		.id_is_hash = true
#define SINCE_4		SINCE_3, .id_url_safe = true
#define SINCE_6		SINCE_4, .strict_json = true, .notification_levels = true
#define SINCE_7		SINCE_6, .knock = true
#define SINCE_8		SINCE_7, .restricted = true
#define SINCE_9		SINCE_8, .redact_keeps_authorised = true
#define SINCE_10	SINCE_9, .integer_levels = true, \
			.knock_restricted = true
#define SINCE_11	SINCE_10, .redact_v11 = true, .redacts_in_content = true
#define SINCE_12	SINCE_11, .room_id_is_hash = true, .creators_rule = true

/* What went with a later one. */
#define UPTO_10		.creator_in_content = true
#define UPTO_5		UPTO_10, .aliases_special = true
#define UPTO_2		UPTO_5, .redaction_rule = true

/* Version 5 only says for how long a signing key may be used. */
const struct room_version room_versions[] = {
	{ .id = "1", .resolution = STATE_RES_V1, UPTO_2 },
	{ .id = "2", .resolution = STATE_RES_V2, UPTO_2 },
	{ .id = "3", .resolution = STATE_RES_V2, SINCE_3, UPTO_5 },
	{ .id = "4", .resolution = STATE_RES_V2, SINCE_4, UPTO_5 },
	{ .id = "5", .resolution = STATE_RES_V2, SINCE_4, UPTO_5 },
	{ .id = "6", .resolution = STATE_RES_V2, SINCE_6, UPTO_10 },
	{ .id = "7", .resolution = STATE_RES_V2, SINCE_7, UPTO_10 },
	{ .id = "8", .resolution = STATE_RES_V2, SINCE_8, UPTO_10 },
	{ .id = "9", .resolution = STATE_RES_V2, SINCE_9, UPTO_10 },
	{ .id = "10", .resolution = STATE_RES_V2, SINCE_10, UPTO_10 },
	{ .id = "11", .resolution = STATE_RES_V2, SINCE_11 },
	{ .id = "12", .resolution = STATE_RES_V2_1, SINCE_12 },
	{ .id = NULL }
};

const struct room_version *
room_version_find(const char *id)
{
	const struct room_version *v;

	if (id == NULL)
		return NULL;
	for (v = room_versions; v->id != NULL; v++)
		if (strcmp(v->id, id) == 0)
			return v;
	return NULL;
}

/*
 * room_version.c - the table of room versions.
 *
 * A version stands here when this server does all that it asks.
 */
#include <string.h>

#include "matrix/room_version.h"

const struct room_version room_versions[] = {
	{
		.id = "10",
		.resolution = STATE_RES_V2,
		.id_is_hash = true,
		.id_url_safe = true,
		.strict_json = true,
		.notification_levels = true,
		.knock = true,
		.restricted = true,
		.redact_keeps_authorised = true,
		.integer_levels = true,
		.knock_restricted = true,
		.creator_in_content = true,
	},
	{
		.id = "11",
		.resolution = STATE_RES_V2,
		.id_is_hash = true,
		.id_url_safe = true,
		.strict_json = true,
		.notification_levels = true,
		.knock = true,
		.restricted = true,
		.redact_keeps_authorised = true,
		.integer_levels = true,
		.knock_restricted = true,
		.redact_v11 = true,
		.redacts_in_content = true,
	},
	{
		.id = "12",
		.resolution = STATE_RES_V2_1,
		.id_is_hash = true,
		.id_url_safe = true,
		.strict_json = true,
		.notification_levels = true,
		.knock = true,
		.restricted = true,
		.redact_keeps_authorised = true,
		.integer_levels = true,
		.knock_restricted = true,
		.redact_v11 = true,
		.redacts_in_content = true,
		.room_id_is_hash = true,
		.creators_rule = true,
	},
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

/*
 * room_version.c - the table of room versions.
 */
#include <string.h>

#include "matrix/room_version.h"

const struct room_version room_versions[] = {
	{
		.id = "1",
		.resolution = STATE_RES_V1,
		.redaction_rule = true,
		.aliases_special = true,
		.creator_in_content = true,
	},
	{
		.id = "2",
		.resolution = STATE_RES_V2,
		.redaction_rule = true,
		.aliases_special = true,
		.creator_in_content = true,
	},
	{
		.id = "3",
		.resolution = STATE_RES_V2,
		.id_is_hash = true,
		.aliases_special = true,
		.creator_in_content = true,
	},
	{
		.id = "4",
		.resolution = STATE_RES_V2,
		.id_is_hash = true,
		.id_url_safe = true,
		.aliases_special = true,
		.creator_in_content = true,
	},
	/* As 4, but for how long a signing key may be used. */
	{
		.id = "5",
		.resolution = STATE_RES_V2,
		.id_is_hash = true,
		.id_url_safe = true,
		.aliases_special = true,
		.creator_in_content = true,
	},
	{
		.id = "6",
		.resolution = STATE_RES_V2,
		.id_is_hash = true,
		.id_url_safe = true,
		.strict_json = true,
		.notification_levels = true,
		.creator_in_content = true,
	},
	{
		.id = "7",
		.resolution = STATE_RES_V2,
		.id_is_hash = true,
		.id_url_safe = true,
		.strict_json = true,
		.notification_levels = true,
		.knock = true,
		.creator_in_content = true,
	},
	{
		.id = "8",
		.resolution = STATE_RES_V2,
		.id_is_hash = true,
		.id_url_safe = true,
		.strict_json = true,
		.notification_levels = true,
		.knock = true,
		.restricted = true,
		.creator_in_content = true,
	},
	{
		.id = "9",
		.resolution = STATE_RES_V2,
		.id_is_hash = true,
		.id_url_safe = true,
		.strict_json = true,
		.notification_levels = true,
		.knock = true,
		.restricted = true,
		.redact_keeps_authorised = true,
		.creator_in_content = true,
	},
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

/*
 * profile.c - what users show of themselves, as it stands in member events.
 */
#include "matrix/profile.h"

#include <string.h>

static const char *const shown[] = { "avatar_url", "displayname" };

/* A field as text; NULL when it is not set. */
static const char *
field_text(struct db *db, int64_t user, const char *field)
{
	struct rows rows = db_query(db, STMT_PROFILE_GET, DB_INT(user),
	    DB_TEXT(field));
	const cJSON *value = NULL;

	if (rows_next(&rows)) {
		struct arena *mem = db_arena(db, NULL);

		db_arena(db, mem);
		value = json_parse_own(mem, rows_span(&rows, 0));
	}
	rows_done(&rows);
	return cJSON_IsString(value) ? value->valuestring : NULL;
}

void
member_content_fill(struct db *db, const char *user_id, cJSON *content)
{
	int64_t user = user_find(db, user_id);
	const char *text;

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		if (json_get(content, shown[i]) == NULL &&
		    (text = field_text(db, user, shown[i])) != NULL)
			cJSON_AddStringToObject(content, shown[i], text);
}

cJSON *
member_content(struct db *db, const char *user_id, enum membership membership,
    const char *reason)
{
	cJSON *content = cJSON_CreateObject();

	cJSON_AddStringToObject(content, "membership",
	    membership_name(membership));
	if (reason != NULL)
		cJSON_AddStringToObject(content, "reason", reason);
	if (membership == MEMBERSHIP_JOIN || membership == MEMBERSHIP_INVITE ||
	    membership == MEMBERSHIP_KNOCK)
		member_content_fill(db, user_id, content);
	return content;
}

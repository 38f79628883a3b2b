/*
 * invitation.c - invitations that whom they are for does not want.
 */
#include <string.h>

#include "json/json.h"
#include "matrix/invitation.h"

/* The account data of that type; NULL when there is none. */
static const cJSON *
said(struct db *db, int64_t user, const char *type)
{
	struct rows rows = db_query(db, STMT_SAID_OF_ALL_ROOMS, DB_INT(user),
	    DB_TEXT(type));
	const cJSON *content = NULL;

	if (rows_next(&rows)) {
		struct arena *mem = db_arena(db, NULL);

		db_arena(db, mem);
		content = json_parse_own(mem, rows_span(&rows, 0));
	}
	rows_done(&rows);
	return content;
}

bool
invitations_blocked(struct db *db, int64_t user)
{
	const char *action = json_text(said(db, user,
	    "m.invite_permission_config"), "default_action");

	return action != NULL && strcmp(action, "block") == 0;
}

bool
invitation_hidden(struct db *db, int64_t user, const char *sender_id)
{
	return invitations_blocked(db, user) ||
	    json_get(json_get(said(db, user, "m.ignored_user_list"),
	    "ignored_users"), sender_id) != NULL;
}

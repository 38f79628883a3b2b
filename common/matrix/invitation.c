/*
 * invitation.c - invitations that whom they are for does not want.
 */
#include <string.h>

#include "json/json.h"
#include "matrix/account_data.h"
#include "matrix/invitation.h"

/* What the user's clients keep of that type; NULL: nothing. */
static const cJSON *
kept(struct db *db, int64_t user, const char *type)
{
	const char *text = account_data_get(db, user, ACCOUNT_DATA_GLOBAL,
	    type);
	struct arena *mem = db_arena(db, NULL);

	db_arena(db, mem);
	return text != NULL ? json_parse_own(mem, span_of(text)) : NULL;
}

bool
invitations_blocked(struct db *db, int64_t user)
{
	const char *action = json_text(kept(db, user,
	    "m.invite_permission_config"), "default_action");

	return action != NULL && strcmp(action, "block") == 0;
}

bool
invitation_hidden(struct db *db, int64_t user, const char *sender_id)
{
	return invitations_blocked(db, user) ||
	    json_get(json_get(kept(db, user, IGNORED_USERS),
	    "ignored_users"), sender_id) != NULL;
}

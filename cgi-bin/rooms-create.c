/*
 * rooms-create.c - making rooms.
 */
#include <string.h>

#include "matrix/ids.h"
#include "rooms-wish.h"
#include "rooms.routes.h"

/* ------------------------------------------------------------- the events */

/*
 * One that the rules refuse: the state asked for contradicts itself.  The
 * sentence names it, but no type that would not fit into a sentence.
 */
static enum mx_err
put_state(struct making *m, const char *type, const char *state_key,
    const cJSON *content)
{
	struct new_event new = { .type = type, .state_key = state_key,
	    .content = content };
	struct sent sent;
	const char *why;
	enum mx_err err = event_try(m->r, &m->by, &m->room, new, &sent, &why);

	if (err == M_OK)
		return M_OK;
	return fail(m->r, err == M_FORBIDDEN ? M_INVALID_ROOM_STATE : err,
	    "%s: %s", strlen(type) <= ID_MAX ? type : "initial_state", why);
}

static cJSON *
object_of(const char *key, const char *value)
{
	cJSON *object = cJSON_CreateObject();

	cJSON_AddStringToObject(object, key, value);
	return object;
}

static bool
holds_text(const cJSON *array, const char *text)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, array)
		if (cJSON_IsString(item) &&
		    strcmp(item->valuestring, text) == 0)
			return true;
	return false;
}

/*
 * Where creators stand above all levels, being equal to the creator is being
 * one: "the users specified in the invite parameter SHOULD also be appended to
 * additional_creators".
 */
static enum mx_err
add_creators(const struct making *m, cJSON *content)
{
	cJSON *creators = json_get(content, "additional_creators");
	const cJSON *user;

	if (creators == NULL)
		creators = cJSON_AddArrayToObject(content,
		    "additional_creators");
	if (cJSON_GetArraySize(creators) > INVITES_MAX)
		return fail(m->r, M_INVALID_PARAM,
		    "additional_creators may name %d users", INVITES_MAX);
	if (!cJSON_IsArray(creators))
		return M_OK;	/* the rules refuse it */
	cJSON_ArrayForEach(user, m->wish.invite)
		if (!holds_text(creators, user->valuestring))
			cJSON_AddItemToArray(creators,
			    cJSON_CreateString(user->valuestring));
	return M_OK;
}

static enum mx_err
put_create(struct making *m)
{
	cJSON *content = m->wish.creation_content != NULL ?
	    cJSON_Duplicate(m->wish.creation_content, true) :
	    cJSON_CreateObject();
	struct sent sent;
	const char *why;
	enum mx_err err;

	if (m->version->creators_rule && m->preset->equals &&
	    cJSON_GetArraySize(m->wish.invite) > 0 &&
	    (err = add_creators(m, content)) != M_OK)
		return err;
	err = room_begin(&m->by, m->version, content, &m->room, &sent, &why);
	if (err == M_OK)
		return M_OK;
	return fail(m->r, err == M_FORBIDDEN ? M_INVALID_ROOM_STATE : err,
	    "m.room.create: %s", why);
}

static void
add_levels(cJSON *levels, const char *key, const char *const names[],
    double level)
{
	cJSON *object = json_get(levels, key);

	if (object == NULL)
		object = cJSON_AddObjectToObject(levels, key);
	for (; *names != NULL; names++)
		cJSON_AddNumberToObject(object, *names, level);
}

/* Levels that need no creator named; the numbers are those of other servers. */
static cJSON *
default_levels(const struct making *m)
{
	static const char *const low[] = { "events_default", "invite",
	    "users_default", NULL };
	static const char *const middle[] = { "ban", "kick", "redact",
	    "state_default", NULL };
	static const char *const moderators[] = { "m.room.avatar",
	    "m.room.canonical_alias", "m.room.name", NULL };
	static const char *const admins[] = { "m.room.encryption",
	    "m.room.history_visibility", "m.room.power_levels",
	    "m.room.server_acl", NULL };
	static const char *const tombstone[] = { "m.room.tombstone", NULL };
	cJSON *levels = cJSON_CreateObject();

	for (size_t i = 0; low[i] != NULL; i++)
		cJSON_AddNumberToObject(levels, low[i], 0);
	for (size_t i = 0; middle[i] != NULL; i++)
		cJSON_AddNumberToObject(levels, middle[i], 50);
	add_levels(levels, "events", moderators, 50);
	add_levels(levels, "events", admins, 100);
	/* Creators can always replace their room; others need to be told so. */
	add_levels(levels, "events", tombstone,
	    m->version->creators_rule ? 150 : 100);
	return levels;
}

static void
add_users(const struct making *m, cJSON *levels)
{
	cJSON *users = cJSON_AddObjectToObject(levels, "users");
	const cJSON *user;

	if (m->version->creators_rule)
		return;		/* creators must not be listed */
	cJSON_AddNumberToObject(users, m->by.user_id, 100);
	if (!m->preset->equals)
		return;
	cJSON_ArrayForEach(user, m->wish.invite)
		if (json_get(users, user->valuestring) == NULL)
			cJSON_AddNumberToObject(users, user->valuestring, 100);
}

/*
 * "This object is applied on top of the generated content".  What it lacks is
 * added to it, rather than that each of its many keys is looked for.
 */
static enum mx_err
put_levels(struct making *m)
{
	cJSON *defaults = default_levels(m), *item;
	cJSON *levels = m->wish.levels != NULL ?
	    cJSON_Duplicate(m->wish.levels, true) : cJSON_CreateObject();

	add_users(m, defaults);
	while ((item = defaults->child) != NULL) {
		cJSON_DetachItemViaPointer(defaults, item);
		if (json_get(levels, item->string) == NULL)
			cJSON_AddItemToObject(levels, item->string, item);
	}
	return put_state(m, "m.room.power_levels", "", levels);
}

/*
 * Rooms of 2015 list their aliases in a state event of each server (2015.md,
 * ALI-3).
 */
static enum mx_err
put_alias(struct making *m)
{
	cJSON *content;
	enum mx_err err;

	if (m->alias == NULL)
		return M_OK;
	if (db_exec(m->r->db, STMT_ALIAS_ADD, DB_TEXT(m->alias),
	    DB_INT(m->room.nr), DB_INT(m->by.user), DB_INT(m->r->now)) == 0)
		return fail(m->r, M_ROOM_IN_USE,
		    "Another room has the alias %s", m->alias);
	if ((err = put_state(m, "m.room.canonical_alias", "",
	    object_of("alias", m->alias))) != M_OK || !req_is_2015(m->r))
		return err;
	content = cJSON_CreateObject();
	cJSON_AddItemToArray(cJSON_AddArrayToObject(content, "aliases"),
	    cJSON_CreateString(m->alias));
	return put_state(m, "m.room.aliases", m->by.server_name, content);
}

static bool
is_wished(const struct making *m, const char *type)
{
	const cJSON *event;

	cJSON_ArrayForEach(event, m->wish.initial_state) {
		const char *state_key = json_text(event, "state_key");

		if (strcmp(json_text(event, "type"), type) == 0 &&
		    (state_key == NULL || *state_key == '\0'))
			return true;
	}
	return false;
}

/*
 * What initial_state sets itself is left out: it takes precedence, and nobody
 * shall find the room with a join rule that its creator did not want.
 */
static enum mx_err
put_preset(struct making *m)
{
	const struct { const char *type, *key, *value; } all[] = {
		{ "m.room.join_rules", "join_rule", m->preset->join_rule },
		{ "m.room.history_visibility", "history_visibility", "shared" },
		{ "m.room.guest_access", "guest_access",
		    m->preset->guest_access },
	};
	enum mx_err err = M_OK;

	for (size_t i = 0; err == M_OK && i < sizeof(all) / sizeof(all[0]); i++)
		if (!is_wished(m, all[i].type))
			err = put_state(m, all[i].type, "",
			    object_of(all[i].key, all[i].value));
	return err;
}

static enum mx_err
put_initial_state(struct making *m)
{
	const cJSON *event;
	enum mx_err err = M_OK;

	cJSON_ArrayForEach(event, m->wish.initial_state) {
		const char *state_key = json_text(event, "state_key");

		if ((err = put_state(m, json_text(event, "type"),
		    state_key != NULL ? state_key : "",
		    json_get(event, "content"))) != M_OK)
			break;
	}
	return err;
}

static cJSON *
topic_content(const char *topic)
{
	cJSON *content = object_of("topic", topic);
	cJSON *block = cJSON_AddObjectToObject(content, "m.topic");
	cJSON *text = object_of("body", topic);

	cJSON_AddStringToObject(text, "mimetype", "text/plain");
	cJSON_AddItemToArray(cJSON_AddArrayToObject(block, "m.text"), text);
	return content;
}

static enum mx_err
put_name_and_topic(struct making *m)
{
	enum mx_err err = M_OK;

	if (m->wish.name != NULL)
		err = put_state(m, "m.room.name", "",
		    object_of("name", m->wish.name));
	if (err == M_OK && m->wish.topic != NULL)
		err = put_state(m, "m.room.topic", "",
		    topic_content(m->wish.topic));
	return err;
}

/*
 * 404 would look as if this server could not create rooms at all.  "It is
 * possible for one of the invited users to be rejected whilst the room creation
 * as a whole succeeds": so it is with who blocks invitations.
 */
static enum mx_err
put_invites(struct making *m)
{
	const cJSON *user;

	cJSON_ArrayForEach(user, m->wish.invite) {
		cJSON *content = member_content(m->r->db, user->valuestring,
		    MEMBERSHIP_INVITE, NULL);
		struct new_event new = { .type = "m.room.member",
		    .state_key = user->valuestring, .content = content };
		struct sent sent;
		const char *why;
		enum mx_err err;

		if (m->wish.is_direct)
			cJSON_AddTrueToObject(content, "is_direct");
		err = event_try(m->r, &m->by, &m->room, new, &sent, &why);
		if (err != M_OK && err != M_INVITE_BLOCKED)
			return fail(m->r, err == M_NOT_FOUND ?
			    M_INVALID_PARAM : err, "%s: %s",
			    user->valuestring, why);
	}
	return M_OK;
}

/* ------------------------------------------------------------ the handler */

/* "It MUST apply the events implied by the request in the following order". */
static enum mx_err
put_all(struct making *m)
{
	enum mx_err err;

	if ((err = put_create(m)) != M_OK ||
	    (err = put_state(m, "m.room.member", m->by.user_id,
	    member_content(m->r->db, m->by.user_id, MEMBERSHIP_JOIN,
	    NULL))) != M_OK ||
	    (err = put_levels(m)) != M_OK ||
	    (err = put_alias(m)) != M_OK ||
	    (err = put_preset(m)) != M_OK ||
	    (err = put_initial_state(m)) != M_OK ||
	    (err = put_name_and_topic(m)) != M_OK)
		return err;
	return put_invites(m);
}

/*
 * POST /createRoom
 * PUT /createRoom/{txnId} (2015)
 *
 * Create a room as the body describes; the answer is its room_id, and its
 * room_alias where room_alias_name was given.  Everything that was asked for
 * happens, or nothing does.  Paths older than v3 get a room version in which
 * their clients find what they look for; room_version in the body decides
 * where it is given.
 */
enum mx_err
room_create(struct request *r)
{
	struct making m = { .r = r };
	enum mx_err err;

	if ((err = wish_read(&m)) != M_OK || (err = put_all(&m)) != M_OK)
		return err;
	if (m.wish.visibility != NULL && strcmp(m.wish.visibility, "public") == 0)
		db_exec(r->db, STMT_ROOM_PUBLISH, DB_INT(m.room.nr));
	put_text(&r->out, "room_id", m.room.room_id);
	if (m.alias != NULL)
		put_text(&r->out, "room_alias", m.alias);
	return M_OK;
}

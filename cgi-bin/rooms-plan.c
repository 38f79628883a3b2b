/*
 * rooms-plan.c - which events a new room begins with.
 */
#include <string.h>

#include "base/table.h"
#include "rooms-wish.h"

#define STEPS_OF_OURS	12	/* besides what the client lists; at most */

static void
plan(struct making *m, const char *type, const char *state_key,
    const cJSON *content)
{
	m->step[m->steps++] = (struct step){ .type = type,
	    .state_key = state_key, .content = content };
}

static cJSON *
object_of(const char *key, const char *value)
{
	cJSON *object = cJSON_CreateObject();

	cJSON_AddStringToObject(object, key, value);
	return object;
}

/* ------------------------------------------------- the create event */

/* Is it there for the first time? */
static bool
is_new(struct table *seen, const char *text)
{
	static char yes;
	void **at = table_at(seen, text, NULL);
	bool new = *at == NULL;

	*at = &yes;
	return new;
}

static struct table *
texts_of(struct arena *mem, const cJSON *array)
{
	struct table *seen = table_new(mem);
	const cJSON *item;

	cJSON_ArrayForEach(item, array)
		if (cJSON_IsString(item))
			is_new(seen, item->valuestring);
	return seen;
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
	struct table *seen;
	const cJSON *user;

	if (creators == NULL)
		creators = cJSON_AddArrayToObject(content,
		    "additional_creators");
	if (cJSON_GetArraySize(creators) > INVITES_MAX)
		return fail(m->r, M_INVALID_PARAM,
		    "additional_creators may name %d users", INVITES_MAX);
	if (!cJSON_IsArray(creators))
		return M_OK;	/* the rules refuse it */
	seen = texts_of(m->by.mem, creators);
	cJSON_ArrayForEach(user, m->wish.invite)
		if (is_new(seen, user->valuestring))
			cJSON_AddItemToArray(creators,
			    cJSON_CreateString(user->valuestring));
	return M_OK;
}

static enum mx_err
plan_create(struct making *m)
{
	cJSON *content = m->wish.creation_content != NULL ?
	    cJSON_Duplicate(m->wish.creation_content, true) :
	    cJSON_CreateObject();
	enum mx_err err;

	if (m->version->creators_rule && m->preset->equals &&
	    cJSON_GetArraySize(m->wish.invite) > 0 &&
	    (err = add_creators(m, content)) != M_OK)
		return err;
	plan(m, "m.room.create", "", content);
	return M_OK;
}

/* ------------------------------------------------------------- power levels */

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
	struct table *seen = table_new(m->by.mem);
	const cJSON *user;

	if (m->version->creators_rule)
		return;		/* creators must not be listed */
	cJSON_AddNumberToObject(users, m->by.user_id, 100);
	is_new(seen, m->by.user_id);
	if (!m->preset->equals)
		return;
	cJSON_ArrayForEach(user, m->wish.invite)
		if (is_new(seen, user->valuestring))
			cJSON_AddNumberToObject(users, user->valuestring, 100);
}

/*
 * "This object is applied on top of the generated content".  What it lacks is
 * added to it, rather than that each of its many keys is looked for.
 */
static void
plan_levels(struct making *m)
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
	plan(m, "m.room.power_levels", "", levels);
}

/* ------------------------------------------------------------------ the rest */

/*
 * Rooms of 2015 list their aliases in a state event of each server (2015.md,
 * ALI-3).
 */
static void
plan_alias(struct making *m)
{
	cJSON *content;

	if (m->alias == NULL)
		return;
	plan(m, "m.room.canonical_alias", "", object_of("alias", m->alias));
	m->step[m->steps - 1].ours = true;
	if (!req_is_2015(m->r) && !m->version->aliases_special)
		return;
	content = cJSON_CreateObject();
	cJSON_AddItemToArray(cJSON_AddArrayToObject(content, "aliases"),
	    cJSON_CreateString(m->alias));
	plan(m, "m.room.aliases", m->by.server_name, content);
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
static void
plan_preset(struct making *m)
{
	const struct { const char *type, *key, *value; } all[] = {
		{ "m.room.join_rules", "join_rule", m->preset->join_rule },
		{ "m.room.history_visibility", "history_visibility", "shared" },
		{ "m.room.guest_access", "guest_access",
		    m->preset->guest_access },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!is_wished(m, all[i].type))
			plan(m, all[i].type, "",
			    object_of(all[i].key, all[i].value));
}

static void
plan_initial_state(struct making *m)
{
	const cJSON *event;

	cJSON_ArrayForEach(event, m->wish.initial_state) {
		const char *state_key = json_text(event, "state_key");

		plan(m, json_text(event, "type"),
		    state_key != NULL ? state_key : "",
		    json_get(event, "content"));
	}
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

static void
plan_name_and_topic(struct making *m)
{
	if (m->wish.name != NULL)
		plan(m, "m.room.name", "", object_of("name", m->wish.name));
	if (m->wish.topic != NULL)
		plan(m, "m.room.topic", "", topic_content(m->wish.topic));
}

static void
plan_invites(struct making *m)
{
	const cJSON *user;

	cJSON_ArrayForEach(user, m->wish.invite) {
		plan(m, "m.room.member", user->valuestring, NULL);
		m->step[m->steps - 1].invites = true;
	}
}

/* "It MUST apply the events implied by the request in the following order". */
enum mx_err
plan_read(struct making *m)
{
	size_t most = STEPS_OF_OURS +
	    (size_t)cJSON_GetArraySize(m->wish.initial_state) +
	    (size_t)cJSON_GetArraySize(m->wish.invite);
	enum mx_err err;

	m->step = arena_alloc(m->by.mem, most * sizeof(*m->step));
	m->steps = 0;
	if ((err = plan_create(m)) != M_OK)
		return err;
	plan(m, "m.room.member", m->by.user_id, NULL);
	plan_levels(m);
	plan_alias(m);
	plan_preset(m);
	plan_initial_state(m);
	plan_name_and_topic(m);
	plan_invites(m);
	return M_OK;
}

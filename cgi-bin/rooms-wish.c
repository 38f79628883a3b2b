/*
 * rooms-wish.c - reading what a request to create a room asks for.
 */
#include <string.h>

#include "matrix/ids.h"
#include "rooms-wish.h"

#define STATE_MAX	200	/* events in initial_state */

static const struct preset presets[] = {
	{ "private_chat", "invite", "can_join", false },
	{ "trusted_private_chat", "invite", "can_join", true },
	{ "public_chat", "public", "forbidden", false },
};

static const struct preset *
preset_find(const char *name)
{
	for (size_t i = 0; i < sizeof(presets) / sizeof(presets[0]); i++)
		if (strcmp(presets[i].name, name) == 0)
			return &presets[i];
	return NULL;
}

static bool
preset_valid(const char *name)
{
	return preset_find(name) != NULL;
}

static bool
visibility_valid(const char *name)
{
	return strcmp(name, "public") == 0 || strcmp(name, "private") == 0;
}

static const struct field wish_fields[] = {
	FIELD_STR(wish, visibility, "visibility", OPTIONAL, visibility_valid),
	FIELD_STR(wish, alias_name, "room_alias_name", OPTIONAL, NULL),
	FIELD_STR(wish, name, "name", OPTIONAL, NULL),
	FIELD_STR(wish, topic, "topic", OPTIONAL, NULL),
	FIELD_STR(wish, room_version, "room_version", OPTIONAL, NULL),
	FIELD_STR(wish, preset, "preset", OPTIONAL, preset_valid),
	FIELD_ARRAY(wish, invite, "invite", OPTIONAL),
	FIELD_ARRAY(wish, invite_3pid, "invite_3pid", OPTIONAL),
	FIELD_OBJECT(wish, creation_content, "creation_content", OPTIONAL),
	FIELD_ARRAY(wish, initial_state, "initial_state", OPTIONAL),
	FIELD_OBJECT(wish, levels, "power_level_content_override", OPTIONAL),
	FIELD_BOOL(wish, is_direct, "is_direct", OPTIONAL),
	FIELD_END
};

static enum mx_err
check_invites(const struct making *m)
{
	const cJSON *user;

	if (cJSON_GetArraySize(m->wish.invite) > INVITES_MAX)
		return fail(m->r, M_INVALID_PARAM,
		    "At most %d users can be invited at once", INVITES_MAX);
	cJSON_ArrayForEach(user, m->wish.invite)
		if (!cJSON_IsString(user) || !user_id_valid(user->valuestring))
			return fail(m->r, M_INVALID_PARAM,
			    "invite holds something that is no user id");
	return addresses_check(m);
}

static enum mx_err
check_initial_state(const struct making *m)
{
	const cJSON *event;

	if (cJSON_GetArraySize(m->wish.initial_state) > STATE_MAX)
		return fail(m->r, M_INVALID_PARAM,
		    "initial_state may hold %d events", STATE_MAX);
	cJSON_ArrayForEach(event, m->wish.initial_state) {
		const char *type = json_text(event, "type");
		const cJSON *state_key = json_get(event, "state_key");

		if (type == NULL || *type == '\0')
			return fail(m->r, M_BAD_JSON,
			    "An event of initial_state has no type");
		if (state_key != NULL && !cJSON_IsNull(state_key) &&
		    !cJSON_IsString(state_key))
			return fail(m->r, M_BAD_JSON,
			    "A state_key of initial_state is not a string");
		if (!cJSON_IsObject(json_get(event, "content")))
			return fail(m->r, M_BAD_JSON,
			    "An event of initial_state has no content");
	}
	return M_OK;
}

static enum mx_err
choose_version(struct making *m)
{
	const struct conf *conf = m->r->conf;
	const char *id = m->wish.room_version;

	if (id == NULL)
		id = m->r->api & (API_V1_2015 | API_V2_ALPHA | API_R0) ?
		    conf->room_version_2015 : conf->room_version;
	m->version = room_version_find(id);
	return m->version != NULL ? M_OK : fail(m->r,
	    M_UNSUPPORTED_ROOM_VERSION, "This server has no such room version");
}

static enum mx_err
choose_alias(struct making *m)
{
	const char *name = m->wish.alias_name;

	if (name == NULL)
		return M_OK;
	m->alias = arena_printf(m->r->mem, "#%s:%s", name,
	    m->r->conf->server_name);
	if (*name == '\0' || strpbrk(name, ": \t\r\n") != NULL ||
	    !room_alias_valid(m->alias))
		return fail(m->r, M_INVALID_PARAM, "room_alias_name is the part "
		    "between # and : of an alias, without blanks");
	return alias_allowed(m->r, m->alias);
}

/* "If unspecified, the server should use the visibility". */
static void
choose_preset(struct making *m)
{
	const char *name = m->wish.preset;

	if (name == NULL)
		name = m->wish.visibility != NULL &&
		    strcmp(m->wish.visibility, "public") == 0 ?
		    "public_chat" : "private_chat";
	m->preset = preset_find(name);
}

enum mx_err
wish_read(struct making *m)
{
	enum mx_err err;

	if ((err = body_read(m->r, wish_fields, &m->wish)) != M_OK ||
	    (err = check_invites(m)) != M_OK ||
	    (err = check_initial_state(m)) != M_OK ||
	    (err = choose_version(m)) != M_OK ||
	    (err = choose_alias(m)) != M_OK)
		return err;
	choose_preset(m);
	return author_of(m->r, &m->by);
}

/*
 * redact.c - what redaction leaves of an event ("Redactions" of each room
 * version).  Signatures and event ids cover just that.
 */
#include <string.h>

#include "matrix/event.h"

/* In which room versions something is kept. */
enum when { ALWAYS, ALIASES, TILL_V10, V11, RESTRICTED, AUTHORISED };

static bool
applies(const struct room_version *v, enum when when)
{
	switch (when) {
	case ALWAYS:
		return true;
	case ALIASES:
		return v->aliases_special;
	case TILL_V10:
		return !v->redact_v11;
	case V11:
		return v->redact_v11;
	case RESTRICTED:
		return v->restricted;
	case AUTHORISED:
		return v->redact_keeps_authorised;
	}
	return false;
}

static const struct kept {
	const char	*type;		/* whose content; NULL: the event */
	const char	*key;		/* NULL: all of them */
	enum when	 when;
} kept_keys[] = {
	{ NULL, "event_id", ALWAYS },
	{ NULL, "type", ALWAYS },
	{ NULL, "room_id", ALWAYS },
	{ NULL, "sender", ALWAYS },
	{ NULL, "state_key", ALWAYS },
	{ NULL, "hashes", ALWAYS },
	{ NULL, "signatures", ALWAYS },
	{ NULL, "depth", ALWAYS },
	{ NULL, "prev_events", ALWAYS },
	{ NULL, "prev_state", TILL_V10 },
	{ NULL, "auth_events", ALWAYS },
	{ NULL, "origin", TILL_V10 },
	{ NULL, "origin_server_ts", ALWAYS },
	{ NULL, "membership", TILL_V10 },

	{ "m.room.member", "membership", ALWAYS },
	{ "m.room.member", "join_authorised_via_users_server", AUTHORISED },
	{ "m.room.create", "creator", TILL_V10 },
	{ "m.room.create", NULL, V11 },
	{ "m.room.join_rules", "join_rule", ALWAYS },
	{ "m.room.join_rules", "allow", RESTRICTED },
	{ "m.room.power_levels", "ban", ALWAYS },
	{ "m.room.power_levels", "events", ALWAYS },
	{ "m.room.power_levels", "events_default", ALWAYS },
	{ "m.room.power_levels", "invite", V11 },
	{ "m.room.power_levels", "kick", ALWAYS },
	{ "m.room.power_levels", "redact", ALWAYS },
	{ "m.room.power_levels", "state_default", ALWAYS },
	{ "m.room.power_levels", "users", ALWAYS },
	{ "m.room.power_levels", "users_default", ALWAYS },
	{ "m.room.aliases", "aliases", ALIASES },
	{ "m.room.history_visibility", "history_visibility", ALWAYS },
	{ "m.room.redaction", "redacts", V11 },
};
#define KEPT_END	(kept_keys + sizeof kept_keys / sizeof kept_keys[0])

static bool
same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void
share(cJSON *to, const char *key, cJSON *value)
{
	if (value != NULL)
		cJSON_AddItemReferenceToObject(to, key, value);
}

/* to gains those members of from that are kept where type stands. */
static void
keep(const struct room_version *v, const char *type, const cJSON *from,
    cJSON *to)
{
	const struct kept *k;
	cJSON *item;

	for (k = kept_keys; k < KEPT_END; k++) {
		if (!same(k->type, type) || !applies(v, k->when))
			continue;
		if (k->key != NULL)
			share(to, k->key, json_get(from, k->key));
		else
			cJSON_ArrayForEach(item, from)
				share(to, item->string, item);
	}
}

/*
 * Of third_party_invite only signed survives.  The text does not say what
 * becomes of an object without it; we do as Synapse does, since the event's
 * id hangs on it.
 */
static void
keep_third_party_invite(const cJSON *content, cJSON *to)
{
	const char *name = "third_party_invite";
	const cJSON *invite = json_get(content, name);

	if (cJSON_IsObject(invite))
		share(cJSON_AddObjectToObject(to, name), "signed",
		    json_get(invite, "signed"));
}

cJSON *
content_redact(const struct room_version *v, const char *type,
    const cJSON *content)
{
	cJSON *to = cJSON_CreateObject();

	keep(v, type, content, to);
	if (v->redact_v11 && strcmp(type, "m.room.member") == 0)
		keep_third_party_invite(content, to);
	return to;
}

cJSON *
event_redact(const struct room_version *v, const cJSON *event)
{
	const char *type = json_text(event, "type");
	const cJSON *content = json_get(event, "content");
	cJSON *to = cJSON_CreateObject();

	keep(v, NULL, event, to);
	if (type != NULL && content != NULL)
		cJSON_AddItemToObject(to, "content",
		    content_redact(v, type, content));
	return to;
}

/*
 * event-check.c - is what another server sent an event at all, and as it was
 * made?  Everything a stranger can choose is looked at here once, so that
 * nobody behind needs to.
 */
#include <string.h>

#include "matrix/event.h"
#include "matrix/ids.h"

static bool
refuse(const char **why, const char *reason)
{
	*why = reason;
	return false;
}

/* ------------------------------------------------------------ its members */

static bool
is_short_text(const cJSON *item)
{
	return cJSON_IsString(item) &&
	    strnlen(item->valuestring, ID_MAX + 1) <= ID_MAX;
}

static bool
is_none_or_short_text(const cJSON *item)
{
	return item == NULL || is_short_text(item);
}

/*
 * Before room version 6 its limit is 2^63-1, which is more than a number of
 * JSON holds everywhere; what is beyond 2^53-1 counts as that.
 */
static bool
read_depth(const cJSON *item, int64_t *depth)
{
	const double highest = 9223372036854775807.0;

	if (!cJSON_IsNumber(item) || item->valuedouble < 0 ||
	    item->valuedouble > highest)
		return false;
	if (item->valuedouble > (double)JSON_INT_MAX) {
		*depth = JSON_INT_MAX;
		return true;
	}
	*depth = (int64_t)item->valuedouble;
	return (double)*depth == item->valuedouble;
}

/* An object of objects of texts. */
static bool
are_signatures(const cJSON *signatures)
{
	const cJSON *server, *item;

	if (!cJSON_IsObject(signatures))
		return false;
	cJSON_ArrayForEach(server, signatures) {
		if (!cJSON_IsObject(server))
			return false;
		cJSON_ArrayForEach(item, server)
			if (!cJSON_IsString(item))
				return false;
	}
	return true;
}

static bool
is_create(const cJSON *event)
{
	const char *type = json_text(event, "type");

	return type != NULL && strcmp(type, "m.room.create") == 0;
}

static bool
is_room_id(const struct room_version *v, const cJSON *event)
{
	const char *room_id = json_text(event, "room_id");

	/* The rules tell whether it may have one. */
	if (v->room_id_is_hash && is_create(event))
		return true;
	return room_id != NULL && room_id_valid(room_id);
}

static bool
is_id_of(const struct room_version *v, const char *id)
{
	return id != NULL && event_id_valid(id) &&
	    (strchr(id, ':') == NULL) == v->id_is_hash;
}

static bool
members_check(const struct room_version *v, const cJSON *event,
    struct received *to, const char **why)
{
	const char *sender = json_text(event, "sender");

	if (!cJSON_IsObject(event))
		return refuse(why, "An event is an object");
	if (!is_short_text(json_get(event, "type")))
		return refuse(why, "type is not a text of 255 bytes at most");
	if (!is_none_or_short_text(json_get(event, "state_key")))
		return refuse(why, "state_key is not a text of 255 bytes at "
		    "most");
	if (!is_none_or_short_text(json_get(event, "redacts")))
		return refuse(why, "redacts is not a text of 255 bytes at "
		    "most");
	if (sender == NULL || !user_id_valid(sender))
		return refuse(why, "sender is not a user id");
	if (!is_room_id(v, event))
		return refuse(why, "room_id is not a room id");
	if (!v->id_is_hash && !is_id_of(v, json_text(event, "event_id")))
		return refuse(why, "event_id is not an event id");
	if (!cJSON_IsObject(json_get(event, "content")))
		return refuse(why, "content is not an object");
	if (!json_is_int(json_get(event, "origin_server_ts")))
		return refuse(why, "origin_server_ts is not an integer");
	if (!read_depth(json_get(event, "depth"), &to->depth))
		return refuse(why, "depth is not an integer in its range");
	if (json_text(json_get(event, "hashes"), "sha256") == NULL)
		return refuse(why, "hashes has no sha256");
	if (!are_signatures(json_get(event, "signatures")))
		return refuse(why, "signatures are not texts, by server and "
		    "key");
	return true;
}

/* --------------------------------------------------- the events it names */

/* The id in an entry of prev_events or auth_events, or NULL. */
static const char *
named_id(const struct room_version *v, const cJSON *entry)
{
	if (!v->id_is_hash) {
		/* A pair of id and hashes. */
		if (!cJSON_IsArray(entry) || cJSON_GetArraySize(entry) != 2 ||
		    !cJSON_IsObject(entry->child->next))
			return NULL;
		entry = entry->child;
	}
	if (!cJSON_IsString(entry) || !is_id_of(v, entry->valuestring))
		return NULL;
	return entry->valuestring;
}

static bool
is_among(const char *const *id, size_t n, const char *wanted)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(id[i], wanted) == 0)
			return true;
	return false;
}

/* Those that come twice are told once; *entries counts them all. */
static bool
read_names(const struct room_version *v, const cJSON *array, size_t most,
    const char **id, size_t *n, size_t *entries)
{
	const cJSON *entry;
	const char *name;

	*n = *entries = 0;
	if (!cJSON_IsArray(array))
		return false;
	cJSON_ArrayForEach(entry, array) {
		if (++*entries > most || (name = named_id(v, entry)) == NULL)
			return false;
		if (!is_among(id, *n, name))
			id[(*n)++] = name;
	}
	return true;
}

static bool
names_check(const struct room_version *v, const cJSON *event,
    struct received *to, const char **why)
{
	size_t entries;

	if (!read_names(v, json_get(event, "prev_events"), PREV_EVENTS_MAX,
	    to->prev_events, &to->prev_count, &entries))
		return refuse(why, "prev_events are not 20 event ids at most");
	if (!read_names(v, json_get(event, "auth_events"), AUTH_EVENTS_MAX,
	    to->auth_events, &to->auth_count, &entries))
		return refuse(why, "auth_events are not 10 event ids at most");
	if (entries != to->auth_count)
		return refuse(why, "auth_events has an event twice");
	return true;
}

/* ------------------------------------------------------ who has to sign it */

static void
add_signer(struct received *to, const char *server)
{
	if (server != NULL && !is_among(to->signers, to->signer_count, server))
		to->signers[to->signer_count++] = server;
}

/*
 * Who accepts an invitation by address has it sent by their own server in the
 * name of the inviter, whose server does not sign it then.
 */
static bool
is_third_party_invite(const char *type, const cJSON *content)
{
	const char *membership = json_text(content, "membership");

	return strcmp(type, "m.room.member") == 0 && membership != NULL &&
	    strcmp(membership, "invite") == 0 &&
	    json_get(content, "third_party_invite") != NULL;
}

static bool
signers_find(const struct room_version *v, const cJSON *event,
    struct received *to, const char **why)
{
	static const char key[] = "join_authorised_via_users_server";
	const char *type = json_text(event, "type");
	const cJSON *content = json_get(event, "content");
	const char *via = json_text(content, key);

	to->signer_count = 0;
	if (!is_third_party_invite(type, content))
		add_signer(to, id_server(json_text(event, "sender")));
	if (!v->id_is_hash)
		add_signer(to, id_server(json_text(event, "event_id")));
	/* 4.2 of the authorisation rules (12: 5.2) */
	if (!v->restricted || strcmp(type, "m.room.member") != 0 ||
	    json_get(content, key) == NULL)
		return true;
	if (via == NULL || !user_id_valid(via))
		return refuse(why, "join_authorised_via_users_server is not a "
		    "user id");
	add_signer(to, id_server(via));
	return true;
}

/* --------------------------------------------------------------- the whole */

static bool
size_check(struct arena *mem, const struct room_version *v, const cJSON *event,
    const char **why)
{
	struct buf text;

	buf_init(&text, mem, EVENT_MAX);
	if (!event_canonical(&text, v, event))
		return refuse(why, "It has a number that canonical JSON "
		    "forbids");
	return !buf_full(&text) ||
	    refuse(why, "It is over 65,536 bytes");
}

/* "The receiving server should use the redacted copy". */
static void
hash_check(struct arena *mem, const struct room_version *v, const cJSON *event,
    struct received *to)
{
	const char *wanted = json_text(json_get(event, "hashes"), "sha256");
	const char *hash = event_content_hash(mem, v, event);
	struct arena *before = json_arena(mem);

	to->redacted = strcmp(hash, wanted) != 0;
	to->event = to->redacted ? event_redact(v, event) : event;
	json_arena(before);
}

bool
event_check(struct arena *mem, const struct room_version *v,
    const cJSON *event, struct received *to, const char **why)
{
	if (!members_check(v, event, to, why) ||
	    !names_check(v, event, to, why) ||
	    !size_check(mem, v, event, why))
		return false;
	hash_check(mem, v, event, to);
	to->event_id = event_reference_id(mem, v, event);
	to->room_id = v->room_id_is_hash && is_create(event) ?
	    arena_printf(mem, "!%s", to->event_id + 1) :
	    json_text(event, "room_id");
	return signers_find(v, to->event, to, why);
}

/* ------------------------------------------------------------- signatures */

/* Real events have one or two; a stranger's could have hundreds. */
#define SIGNATURES_TRIED	8

static bool
server_signed(struct arena *mem, const struct room_version *v,
    const cJSON *event, const char *server, event_key_fn *key, void *arg)
{
	const cJSON *item;
	const uint8_t *public_key;
	unsigned valid = 0, tried = 0;

	cJSON_ArrayForEach(item, json_get(json_get(event, "signatures"),
	    server)) {
		if ((public_key = key(arg, server, item->string)) == NULL)
			continue;
		if (tried++ == SIGNATURES_TRIED || !event_signature_valid(mem,
		    v, event, server, item->string, public_key))
			return false;
		valid++;
	}
	return valid > 0;
}

bool
event_signatures_check(struct arena *mem, const struct room_version *v,
    const struct received *received, event_key_fn *key, void *arg,
    const char **why)
{
	size_t i;

	for (i = 0; i < received->signer_count; i++)
		if (!server_signed(mem, v, received->event,
		    received->signers[i], key, arg))
			return refuse(why, "It is not signed by every server "
			    "that must have signed it");
	return true;
}

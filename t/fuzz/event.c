/*
 * event.c - what other servers send as an event, in each room version: any
 * JSON is refused or is an event, and what was let pass can be worked with.
 * What the input lacks is taken from a good event, so that it need not be long
 * to come far.
 */
#include <stdint.h>
#include <string.h>

#include "base/crypto.h"
#include "matrix/auth.h"
#include "matrix/event.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const uint8_t *
zero_key(void *arg, const char *server, const char *key_id)
{
	static const uint8_t key[ED25519_KEY_LEN];

	(void)arg;
	(void)server;
	(void)key_id;
	return key;
}

/* The event itself is all the state that there is. */
static const struct auth_event *
itself(void *arg, const char *type, const char *state_key)
{
	(void)type;
	(void)state_key;
	return arg;
}

static void
try_event(struct arena *mem, const struct room_version *v, const cJSON *json)
{
	struct state_name names[AUTH_CITED_MAX];
	struct received received;
	struct auth_event e;
	const char *why;

	if (!event_check(mem, v, json, &received, &why))
		return;
	event_signatures_check(mem, v, &received, zero_key, NULL, &why);
	e = (struct auth_event){
		.event_id = received.event_id,
		.room_id = received.room_id,
		.sender = json_text(received.event, "sender"),
		.type = json_text(received.event, "type"),
		.state_key = json_text(received.event, "state_key"),
		.content = json_get(received.event, "content"),
		.redacts = json_text(received.event, "redacts"),
		.prev_count = received.prev_count,
	};
	auth_cited(v, &e, names);
	auth_allows(v, &e, itself, &e, &why);
}

static const char good[] = "{\"type\":\"m.room.member\",\"sender\":\"@u:a\","
    "\"state_key\":\"@u:a\",\"room_id\":\"!r:a\",\"event_id\":\"$e:a\","
    "\"content\":{\"membership\":\"join\"},\"origin_server_ts\":1,"
    "\"depth\":1,\"hashes\":{\"sha256\":\"x\"},\"prev_events\":[],"
    "\"auth_events\":[],\"signatures\":{\"a\":{\"ed25519:1\":\"x\"}}}";

static void
complete(struct arena *mem, cJSON *event)
{
	const cJSON *all = json_parse_own(mem, SPAN(good));
	cJSON *item;

	cJSON_ArrayForEach(item, all)
		if (json_get(event, item->string) == NULL)
			cJSON_AddItemReferenceToObject(event, item->string,
			    item);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *mem = arena_new();
	const struct room_version *v;
	enum json_verdict verdict;
	const char *why;
	cJSON *json;

	crypto_open();
	json = json_parse(mem, (const char *)data, n, &verdict, &why);
	if (cJSON_IsObject(json)) {
		json_arena(mem);
		complete(mem, json);
		json_arena(NULL);
	}
	for (v = room_versions; json != NULL && v->id != NULL; v++)
		try_event(mem, v, json);
	arena_free(mem);
	return 0;
}

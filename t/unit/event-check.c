/*
 * What other servers send as events: which are none, which are redacted, and
 * who must have signed them (security 4, 6).
 */
#include <stdlib.h>

#include "matrix/event.h"

#include "tap.h"

#define HASH	"5jM4wQpv6lnBo7CLIghJuHdW+s2CMBJPUOGOC89ncos"

static struct arena *mem;
static struct signing_key key_a = { .id = "ed25519:1" };
static struct signing_key key_b = { .id = "ed25519:1" };

/* JSON with ' for ". */
static cJSON *
tree(const char *text)
{
	char *s = arena_strdup(mem, text), *p;
	enum json_verdict verdict;
	const char *why = NULL;
	cJSON *t;

	for (p = s; (p = strchr(p, '\'')) != NULL; p++)
		*p = '"';
	t = json_parse(mem, s, strlen(s), &verdict, &why);
	if (t == NULL) {
		printf("Bail out! %s in %s\n", why, s);
		fflush(stdout);
		abort();
	}
	return t;
}

/* Ids of events, as entries of a list that version v has. */
static const char *
entries(const struct room_version *v, int n, int first)
{
	const char *all = "";
	int i;

	for (i = first; i < first + n; i++)
		all = arena_printf(mem, v->id_is_hash ? "%s%s'$%043d'" :
		    "%s%s['$%043d:a',{'sha256':'" HASH "'}]", all,
		    i > first ? "," : "", i);
	return all;
}

static const char *
room_id_of(const struct room_version *v, const char *type)
{
	if (!v->room_id_is_hash)
		return "!r:a";
	return strcmp(type, "m.room.create") == 0 ? NULL :
	    "!roomroomroomroomroomroomroomroomroomroomroo";
}

/* A good event by @u:a, whole and signed by a. */
static cJSON *
event_of(const struct room_version *v, const char *type, const char *content)
{
	static const char *const prev[] = {
		"$prevprevprevprevprevprevprevprevprevprevpre"
	}, *const prev_old[] = { "$prev:a" }, *const hash[] = { HASH };
	const bool old = !v->id_is_hash;
	const struct draft d = {
		.version = v,
		.room_id = room_id_of(v, type),
		.sender = "@u:a",
		.type = type,
		.state_key = strcmp(type, "m.room.message") == 0 ?
		    NULL : "@u:a",
		.content = tree(content),
		.origin_server_ts = 1000000,
		.depth = 7,
		.prev_events = old ? prev_old : prev,
		.prev_hashes = old ? hash : NULL,
		.prev_count = 1,
		.auth_events = old ? prev_old : prev,
		.auth_hashes = old ? hash : NULL,
		.auth_count = 1,
	};
	const char *why = "";
	struct pdu pdu;

	if (event_make(mem, &d, "a", &key_a, &pdu, &why) != M_OK) {
		printf("Bail out! %s\n", why);
		fflush(stdout);
		abort();
	}
	return json_parse_own(mem, pdu.text);
}

static cJSON *
message(const struct room_version *v)
{
	return event_of(v, "m.room.message", "{'body':'x'}");
}

static void
replace(cJSON *event, const char *name, const char *json)
{
	cJSON *old = json_get(event, name);

	if (old != NULL)
		cJSON_DetachItemViaPointer(event, old);
	if (json != NULL)
		cJSON_AddItemToObject(event, name,
		    json_get(tree(arena_printf(mem, "{'x':%s}", json)), "x"));
}

static const char *
text_of(size_t n)
{
	char *s = arena_alloc(mem, n + 1);

	memset(s, 'x', n);
	s[n] = '\0';
	return s;
}

/* ------------------------------------------------------------ good events */

static void
check_good(const struct room_version *v)
{
	cJSON *event = message(v);
	struct received to;
	const char *why = "";

	ok(event_check(mem, v, event, &to, &why), "%s: a good event %s", v->id,
	    why);
	ok(!to.redacted && to.event == event, "%s: is left as it is", v->id);
	is_text(to.event_id, event_reference_id(mem, v, event),
	    "%s: its id", v->id);
	is_text(to.room_id, json_text(event, "room_id"), "%s: its room", v->id);
	is_int(to.depth, 7, "%s: its depth", v->id);
	is_int((int64_t)to.prev_count, 1, "%s: its parents", v->id);
	is_int((int64_t)to.auth_count, 1, "%s: its reasons", v->id);
	ok(strncmp(to.prev_events[0], "$prev", 5) == 0, "%s: a parent", v->id);
	is_int((int64_t)to.signer_count, 1, "%s: one server signs", v->id);
	is_text(to.signers[0], "a", "%s: its sender's", v->id);

	event = event_of(v, "m.room.create", "{'creator':'@u:a'}");
	ok(event_check(mem, v, event, &to, &why), "%s: create %s", v->id, why);
	is_text(to.room_id, v->room_id_is_hash ? arena_printf(mem, "!%s",
	    to.event_id + 1) : "!r:a", "%s: the room it makes", v->id);
}

/* "The hash check fails": it is redacted, and its id stays. */
static void
check_hash(const struct room_version *v)
{
	cJSON *event = event_of(v, "m.room.member", "{'membership':'join',"
	    "'displayname':'x'}");
	struct received whole, to;
	const char *why = "";

	event_check(mem, v, event, &whole, &why);
	cJSON_AddStringToObject(json_get(event, "content"), "more", "x");
	cJSON_AddStringToObject(event, "more", "x");
	ok(event_check(mem, v, event, &to, &why) && to.redacted,
	    "%s: another content: redacted (security 4)", v->id);
	ok(json_get(json_get(to.event, "content"), "displayname") == NULL &&
	    json_get(to.event, "more") == NULL &&
	    json_text(json_get(to.event, "content"), "membership") != NULL,
	    "%s: so that only what redaction keeps is there", v->id);
	is_text(to.event_id, whole.event_id, "%s: under its id", v->id);
	ok(json_get(event, "more") != NULL, "%s: what came is not changed",
	    v->id);

	event = message(v);
	replace(event, "unsigned", "{'age':7,'x':'y'}");
	ok(event_check(mem, v, event, &to, &why) && !to.redacted,
	    "%s: unsigned may be anything", v->id);
}

/*
 * Before room version 6: numbers that others wrote in their way.  The event
 * comes from an independent implementation.
 */
static void
check_numbers(void)
{
	static const char seed[] =
	    "YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1";
	static const char text[] = "{\"auth_events\":[],\"content\":{\"a\":1.0,"
	    "\"b\":123456789012345678901234567890,\"body\":\"x\",\"c\":1e-05},"
	    "\"depth\":9223372036854775807,\"event_id\":\"$e:domain\","
	    "\"hashes\":{\"sha256\":"
	    "\"MWN9VNbVj4i/a6+ATChe/uMWo5eenz5+labE85Mn6do\"},"
	    "\"origin_server_ts\":1000000,\"prev_events\":[],"
	    "\"room_id\":\"!r:domain\",\"sender\":\"@u:domain\","
	    "\"signatures\":{\"domain\":{\"ed25519:1\":\"GzUm6YcMpiZbz9eIoBxqkdr1"
	    "/nxU8Zuh1jyZmhMCEcyX9ZOAxQhY8F8tFBkUch2XC98VjOkeXjIqHb60f4gGDw\""
	    "}},\"type\":\"m.room.message\"}";
	const struct room_version *v = room_version_find("1");
	cJSON *event = tree(text);
	uint8_t bytes[ED25519_KEY_LEN];
	struct ed25519_key key;
	struct received to;
	const char *why = "";

	base64_decode(seed, sizeof seed - 1, bytes, sizeof bytes);
	ed25519_from_seed(&key, bytes);
	ok(event_check(mem, v, event, &to, &why) && to.redacted,
	    "1: numbers that we write otherwise: the hash does not fit");
	json_keep_numbers(mem, event, span_of(text));
	ok(event_check(mem, v, event, &to, &why) && !to.redacted,
	    "1: numbers as they were written: it does");
	is_int(to.depth, JSON_INT_MAX, "1: a depth that no double holds");
	ok(event_signature_valid(mem, v, event, "domain", "ed25519:1",
	    key.public), "1: and the signature");
}

/* ------------------------------------------------------------- what is none */

static const struct {
	const char *name, *member, *json, *why;
} bad[] = {
	{ "no type", "type", NULL, "type" },
	{ "a type that is a number", "type", "1", "type" },
	{ "a state key that is null", "state_key", "null", "state_key" },
	{ "a state key that is a number", "state_key", "0", "state_key" },
	{ "redacts that is a list", "redacts", "[]", "redacts" },
	{ "no sender", "sender", NULL, "sender" },
	{ "a sender that is no user id", "sender", "'u:a'", "sender" },
	{ "a sender without server", "sender", "'@u'", "sender" },
	{ "no room", "room_id", NULL, "room_id" },
	{ "a room that is a user", "room_id", "'@u:a'", "room_id" },
	{ "no content", "content", NULL, "content" },
	{ "content that is a list", "content", "[]", "content" },
	{ "no time", "origin_server_ts", NULL, "origin_server_ts" },
	{ "a time in letters", "origin_server_ts", "'1'", "origin_server_ts" },
	{ "half a millisecond", "origin_server_ts", "0.5", "origin_server_ts" },
	{ "a time after 2^53", "origin_server_ts", "9007199254740992",
	  "origin_server_ts" },
	{ "no depth", "depth", NULL, "depth" },
	{ "a negative depth", "depth", "-1", "depth" },
	{ "a depth with a fraction", "depth", "1.5", "depth" },
	{ "a depth after 2^63", "depth", "9323372036854775808", "depth" },
	{ "no hashes", "hashes", NULL, "hashes" },
	{ "another hash", "hashes", "{'sha512':'x'}", "hashes" },
	{ "a hash that is null", "hashes", "{'sha256':null}", "hashes" },
	{ "no signatures", "signatures", NULL, "signatures" },
	{ "signatures that are a list", "signatures", "[]", "signatures" },
	{ "a server's signature", "signatures", "{'a':'x'}", "signatures" },
	{ "a key's number", "signatures", "{'a':{'ed25519:1':1}}",
	  "signatures" },
	{ "no parents", "prev_events", NULL, "prev_events" },
	{ "parents that are an object", "prev_events", "{}", "prev_events" },
	{ "a parent that is a number", "prev_events", "[1]", "prev_events" },
	{ "a parent that is no event", "prev_events", "['!r:a']",
	  "prev_events" },
	{ "a parent that is an empty list", "prev_events", "[[]]",
	  "prev_events" },
	{ "a parent that is half a pair", "prev_events", "[['$x:a']]",
	  "prev_events" },
	{ "a parent and no hashes", "prev_events", "[['$x:a','x']]",
	  "prev_events" },
	{ "no reasons", "auth_events", NULL, "auth_events" },
	{ "a reason that is null", "auth_events", "[null]", "auth_events" },
};

static void
check_one_bad(const struct room_version *v, const char *name, cJSON *event,
    const char *why)
{
	struct received to;
	const char *said = "nothing";

	ok(!event_check(mem, v, event, &to, &said) &&
	    strstr(said, why) != NULL, "%s: %s (security 4)", v->id, name);
}

static void
check_bad(const struct room_version *v)
{
	cJSON *event;
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		event = message(v);
		replace(event, bad[i].member, bad[i].json);
		check_one_bad(v, bad[i].name, event, bad[i].why);
	}
	check_one_bad(v, "a list", tree("[]"), "object");
	check_one_bad(v, "nothing", NULL, "object");

	/* Ids of events look otherwise in old versions. */
	event = message(v);
	replace(event, "prev_events", v->id_is_hash ? "['$x:a']" :
	    arena_printf(mem, "[['$%043d',{}]]", 0));
	check_one_bad(v, "a parent of another version", event, "prev_events");
	event = message(v);
	replace(event, "event_id", v->id_is_hash ? "['any']" : "'$nothing'");
	if (!v->id_is_hash)
		check_one_bad(v, "an id that is none", event, "event_id");
	else
		ok(event_check(mem, v, event, &(struct received){ 0 },
		    &(const char *){ "" }), "%s: ids are not told", v->id);
}

/* ------------------------------------------------------------------ bounds */

static bool
passes(const struct room_version *v, cJSON *event, struct received *to)
{
	const char *why = "";
	bool good = event_check(mem, v, event, to, &why);

	if (!good)
		printf("# it said: %s\n", why);
	return good;
}

static void
check_bound(const struct room_version *v, const char *name, const char *member,
    const char *most, const char *more, const char *why)
{
	struct received to;
	cJSON *event = message(v);

	replace(event, member, most);
	ok(passes(v, event, &to), "%s: at most %s", v->id, name);
	event = message(v);
	replace(event, member, more);
	check_one_bad(v, arena_printf(mem, "more than %s (security 6)", name),
	    event, why);
}

static void
check_bounds(const struct room_version *v)
{
	struct received to;
	const char *why;
	cJSON *event;
	struct buf text;

	check_bound(v, "a type of 255 bytes", "type",
	    arena_printf(mem, "'%s'", text_of(255)),
	    arena_printf(mem, "'%s'", text_of(256)), "type");
	check_bound(v, "a state key of 255 bytes", "state_key",
	    arena_printf(mem, "'%s'", text_of(255)),
	    arena_printf(mem, "'%s\xc3\xa4'", text_of(254)), "state_key");
	check_bound(v, "a sender of 255 bytes", "sender",
	    arena_printf(mem, "'@%s:a'", text_of(252)),
	    arena_printf(mem, "'@%s:a'", text_of(253)), "sender");
	check_bound(v, "20 parents", "prev_events",
	    arena_printf(mem, "[%s]", entries(v, 20, 1)),
	    arena_printf(mem, "[%s]", entries(v, 21, 1)), "prev_events");
	check_bound(v, "10 reasons", "auth_events",
	    arena_printf(mem, "[%s]", entries(v, 10, 1)),
	    arena_printf(mem, "[%s]", entries(v, 11, 1)), "auth_events");

	event = message(v);
	replace(event, "auth_events", arena_printf(mem, "[%s,%s]",
	    entries(v, 1, 1), entries(v, 1, 1)));
	check_one_bad(v, "a reason twice (security 5)", event, "twice");
	event = message(v);
	replace(event, "prev_events", arena_printf(mem, "[%s,%s,%s]",
	    entries(v, 1, 1), entries(v, 1, 2), entries(v, 1, 1)));
	ok(passes(v, event, &to) && to.prev_count == 2,
	    "%s: a parent twice is one", v->id);

	event = message(v);
	replace(event, "depth", "9007199254740991");
	ok(passes(v, event, &to) && to.depth == JSON_INT_MAX,
	    "%s: the greatest depth (security 6)", v->id);
	replace(event, "depth", "9223372036854775807");
	if (v->strict_json)
		check_one_bad(v, "a depth beyond it (security 6)", event,
		    "number");
	else
		ok(passes(v, event, &to) && to.depth == JSON_INT_MAX,
		    "%s: a depth beyond it counts as that (security 6)", v->id);

	event = message(v);
	replace(event, "content", "{'a':[1.5]}");
	if (v->strict_json)
		check_one_bad(v, "a fraction in content", event, "number");
	else
		ok(passes(v, event, &to), "%s: a fraction in content", v->id);

	event = message(v);
	buf_init(&text, mem, SIZE_MAX);
	event_canonical(&text, v, event);
	replace(event, "content", arena_printf(mem, "{'body':'x%s'}",
	    text_of(EVENT_MAX - text.len)));
	ok(passes(v, event, &to), "%s: 65,536 bytes", v->id);
	replace(event, "content", arena_printf(mem, "{'body':'xx%s'}",
	    text_of(EVENT_MAX - text.len)));
	why = "65,536";
	check_one_bad(v, "65,537 bytes (security 6)", event, why);
}

/* -------------------------------------------------------------- signatures */

struct keys {
	const uint8_t	*a, *b;
};

static const uint8_t *
key_of(void *arg, const char *server, const char *key_id)
{
	const struct keys *keys = arg;

	if (strcmp(key_id, "ed25519:1") != 0)
		return NULL;
	return strcmp(server, "a") == 0 ? keys->a :
	    strcmp(server, "b") == 0 ? keys->b : NULL;
}

static void
sign_as(cJSON *event, const struct room_version *v, const char *server,
    const char *key_id, const struct signing_key *key)
{
	cJSON *signatures = json_get(event, "signatures"), *by;
	const char *signature = sign_text(mem, key, signed_text(mem,
	    event_redact(v, event)));

	if ((by = json_get(signatures, server)) == NULL)
		by = cJSON_AddObjectToObject(signatures, server);
	cJSON_AddStringToObject(by, key_id, signature);
}

static const uint8_t *
any_key_of(void *arg, const char *server, const char *key_id)
{
	const struct keys *keys = arg;

	(void)key_id;
	return strcmp(server, "a") == 0 ? keys->a : NULL;
}

static bool
is_signed(const struct room_version *v, const cJSON *event,
    const uint8_t *a, const uint8_t *b)
{
	struct keys keys = { a, b };
	struct received to;
	const char *why = "";

	return event_check(mem, v, event, &to, &why) &&
	    event_signatures_check(mem, v, &to, key_of, &keys, &why);
}

static void
check_sender(const struct room_version *v)
{
	const uint8_t *a = key_a.key.public, *b = key_b.key.public;
	cJSON *event = message(v);

	ok(is_signed(v, event, a, NULL), "%s: signed by its sender's server",
	    v->id);
	ok(!is_signed(v, event, NULL, b), "%s: by an unknown key (security 4)",
	    v->id);
	ok(!is_signed(v, event, b, NULL), "%s: by another key (security 4)",
	    v->id);
	sign_as(event, v, "a", "ed25519:2", &key_b);
	ok(is_signed(v, event, a, NULL), "%s: unknown keys are passed over",
	    v->id);
	replace(event, "origin_server_ts", "1");
	ok(!is_signed(v, event, a, NULL), "%s: at another time (security 4)",
	    v->id);
	event = message(v);
	replace(event, "content", "{'body':'y'}");
	ok(is_signed(v, event, a, NULL), "%s: the signature on what was "
	    "redacted holds", v->id);
	replace(event, "sender", "'@u:b'");
	ok(!is_signed(v, event, a, b), "%s: by a server that is not the "
	    "sender's (security 4)", v->id);
}

/* A stranger shall not have us try hundreds. */
static void
check_many_signatures(const struct room_version *v)
{
	struct keys keys = { key_a.key.public, NULL };
	cJSON *event = message(v);
	struct received to;
	const char *why = "";
	int n;

	for (n = 2; n <= 8; n++)
		sign_as(event, v, "a", arena_printf(mem, "ed25519:%d", n),
		    &key_a);
	ok(event_check(mem, v, event, &to, &why) &&
	    event_signatures_check(mem, v, &to, any_key_of, &keys, &why),
	    "%s: eight signatures", v->id);
	sign_as(event, v, "a", "ed25519:9", &key_a);
	ok(event_check(mem, v, event, &to, &why) &&
	    !event_signatures_check(mem, v, &to, any_key_of, &keys, &why),
	    "%s: nine of them (security 4)", v->id);
}

/* Room versions 1 and 2: the server in event_id, too. */
static void
check_id_server(const struct room_version *v)
{
	const uint8_t *a = key_a.key.public, *b = key_b.key.public;
	cJSON *event = message(v);

	if (v->id_is_hash)
		return;
	replace(event, "event_id", "'$x:b'");
	replace(event, "signatures", "{}");
	sign_as(event, v, "a", "ed25519:1", &key_a);
	ok(!is_signed(v, event, a, b), "%s: not signed by the server of its id "
	    "(security 4)", v->id);
	replace(event, "signatures", "{}");
	sign_as(event, v, "b", "ed25519:1", &key_b);
	ok(!is_signed(v, event, a, b), "%s: signed by that alone (security 4)",
	    v->id);
	replace(event, "signatures", "{}");
	sign_as(event, v, "a", "ed25519:1", &key_a);
	sign_as(event, v, "b", "ed25519:1", &key_b);
	ok(is_signed(v, event, a, b), "%s: signed by both", v->id);
}

/* Rule 4.2 (12: 5.2) */
static void
check_authorised(const struct room_version *v)
{
	const char *rule = v->creators_rule ? "5.2.1" : "4.2.1";
	const uint8_t *a = key_a.key.public, *b = key_b.key.public;
	cJSON *event = event_of(v, "m.room.member", "{'membership':'join',"
	    "'join_authorised_via_users_server':'@x:b'}");
	cJSON *nobody = event_of(v, "m.room.member", "{'membership':'join',"
	    "'join_authorised_via_users_server':'b'}");

	if (!v->restricted) {
		ok(is_signed(v, event, a, b), "%s: nobody authorises a join",
		    v->id);
		return;
	}
	ok(!is_signed(v, event, a, b), "%s: rule %s: not signed by the server "
	    "of who authorised it, rejected (security 4)", v->id, rule);
	sign_as(event, v, "b", "ed25519:1", &key_a);
	ok(!is_signed(v, event, a, b), "%s: rule %s: signed wrongly, rejected",
	    v->id, rule);
	event = event_of(v, "m.room.member", "{'membership':'join',"
	    "'join_authorised_via_users_server':'@x:b'}");
	sign_as(event, v, "b", "ed25519:1", &key_b);
	ok(is_signed(v, event, a, b), "%s: rule %s: signed by it, allowed",
	    v->id, rule);
	ok(!is_signed(v, nobody, a, b), "%s: rule %s: authorised by nobody, "
	    "rejected", v->id, rule);
}

/* Its own server sends it in the name of the inviter. */
static void
check_third_party(const struct room_version *v)
{
	cJSON *event = event_of(v, "m.room.member", "{'membership':'invite',"
	    "'third_party_invite':{'signed':{}}}");
	struct received to;
	const char *why;

	ok(event_check(mem, v, event, &to, &why) &&
	    to.signer_count == (v->id_is_hash ? 0 : 1),
	    "%s: an invite by address needs no signature of its sender's "
	    "server", v->id);
	event = event_of(v, "m.room.member", "{'membership':'join',"
	    "'third_party_invite':{'signed':{}}}");
	ok(event_check(mem, v, event, &to, &why) && to.signer_count == 1,
	    "%s: a join does", v->id);
}

int
main(void)
{
	static const uint8_t seed_a[ED25519_KEY_LEN] = { 1 };
	static const uint8_t seed_b[ED25519_KEY_LEN] = { 2 };
	const struct room_version *v;

	crypto_open();
	mem = arena_new();
	json_arena(mem);
	ed25519_from_seed(&key_a.key, seed_a);
	ed25519_from_seed(&key_b.key, seed_b);
	check_numbers();
	for (v = room_versions; v->id != NULL; v++) {
		check_good(v);
		check_hash(v);
		check_bad(v);
		check_bounds(v);
		check_sender(v);
		check_many_signatures(v);
		check_id_server(v);
		check_authorised(v);
		check_third_party(v);
	}
	arena_free(mem);
	return done_testing();
}

/*
 * third_party.c - invitations of addresses in rooms of every version: what an
 * identity server is told, which proofs are good, and that they are good once.
 */
#include "json/json.h"
#include "matrix/third_party.h"
#include "store/db-inner.h"
#include "scratch.h"
#include "tap.h"

#define INVITE	"m.room.third_party_invite"
#define ALICE	"@alice:example.org"
#define BOB	"@bob:example.org"
#define URL	"https://127.0.0.1:1/valid"

static struct db *db;
static struct author alice, bob, far;
static struct signing_key key, wrong;
static struct room room;
static const char *why;

/* ------------------------------------------------------------------- tools */

static struct author
author(const struct signing_key *signing, const char *user_id)
{
	return (struct author){
		.db = db,
		.mem = scratch_mem,
		.server_name = scratch_conf.server_name,
		.key = signing,
		.now = 1000000,
		.user = user_intern(db, user_id),
		.user_id = user_id,
	};
}

static struct signing_key
key_of(uint8_t byte)
{
	struct signing_key made = { .id = "ed25519:0" };
	uint8_t seed[ED25519_KEY_LEN];

	memset(seed, byte, sizeof seed);
	ed25519_from_seed(&made.key, seed);
	return made;
}

static const char *
public_of(const struct signing_key *of)
{
	struct buf text;

	buf_init(&text, scratch_mem, 100);
	base64_encode(&text, of->key.public, ED25519_KEY_LEN, false);
	return buf_str(&text);
}

static enum mx_err
put(struct author *by, const char *type, const char *state_key,
    const char *content)
{
	struct sent sent;

	return room_send(by, &room, &(struct new_event){
		.type = type,
		.state_key = state_key,
		.content = json_parse_own(scratch_mem, span_of(content)),
	}, &sent, &why);
}

static void
begin(const char *version)
{
	const struct new_room new = { .version = room_version_find(version) };
	struct sent sent;

	is_int(room_begin(&alice, &new, &room, &sent, &why), M_OK,
	    "a room of version %s", version);
	put(&alice, "m.room.member", ALICE, "{\"membership\":\"join\"}");
}

/* One key, and where to ask about it. */
static const char *
key_json(const struct signing_key *of, const char *url)
{
	return arena_printf(scratch_mem,
	    "\"public_key\":\"%s\",\"key_validity_url\":\"%s\"",
	    public_of(of), url);
}

static void
invite(struct author *by, const char *token, const char *members)
{
	is_int(put(by, INVITE, token, arena_printf(scratch_mem,
	    "{\"display_name\":\"b...\",%s}", members)), M_OK,
	    "an invitation with token %s", token);
}

static cJSON *
proof(const char *mxid, const char *token)
{
	cJSON *made = cJSON_CreateObject(), *of;

	cJSON_AddStringToObject(made, "mxid", mxid);
	cJSON_AddStringToObject(made, "token", token);
	of = cJSON_AddObjectToObject(made, "signatures");
	cJSON_AddObjectToObject(of, "ids");
	return made;
}

static void
sign(cJSON *made, const struct signing_key *by, const char *key_id)
{
	cJSON_AddStringToObject(json_get(json_get(made, "signatures"), "ids"),
	    key_id, sign_text(scratch_mem, by,
	    signed_text(scratch_mem, made)));
}

static cJSON *
signed_proof(const char *mxid, const char *token)
{
	cJSON *made = proof(mxid, token);

	sign(made, &key, "ed25519:0");
	return made;
}

static struct third_party found;

static enum mx_err
find(const cJSON *with)
{
	why = NULL;
	return third_party_find(db, scratch_mem, scratch_conf.server_name,
	    &room, with, &found, &why);
}

static enum mx_err
accept(const cJSON *with)
{
	struct author by = author(alice.key, BOB);
	struct new_event new;
	struct sent sent;
	enum mx_err err;

	if ((err = find(with)) != M_OK)
		return err;
	new = third_party_member(&by, &found);
	return room_send(&by, &room, &new, &sent, &why);
}

/* ------------------------------------------------------------------- tests */

static void
test_version(const char *version)
{
	const cJSON *good = signed_proof(BOB, "t1");

	begin(version);
	invite(&alice, "t1", key_json(&key, URL));
	is_int(put(&bob, "m.room.member", BOB, "{\"membership\":\"join\"}"),
	    M_FORBIDDEN, "%s: the door is shut", version);
	is_int(find(good), M_OK, "TPI-1: a proof in version %s", version);
	is_text(found.sender_id, ALICE, "by whom");
	is_text(found.display_name, "b...", "and for whom");
	is_int((int64_t)found.n, 1, "one key signed it");
	is_text(found.key[0].validity_url, URL, "of which is asked there");
	is_int(accept(good), M_OK, "TPI-4: the rules of version %s ask nobody "
	    "about keys", version);
	is_int(room_member(db, room.nr, bob.user).membership,
	    MEMBERSHIP_INVITE, "and bob is invited");
	is_int(put(&bob, "m.room.member", BOB, "{\"membership\":\"join\"}"),
	    M_OK, "and comes in");
	put(&bob, "m.room.member", BOB, "{\"membership\":\"leave\"}");
	is_int(find(good), M_FORBIDDEN, "a proof is good once");
	ok(strstr(why, "used") != NULL, "and so it is said: %s", why);
}

static void
test_keys(void)
{
	const char *many = "", *one;
	cJSON *made;

	begin("12");
	invite(&alice, "both", arena_printf(scratch_mem,
	    "%s,\"public_keys\":[{%s},{%s}]", key_json(&wrong, "x:"),
	    key_json(&wrong, "y:"), key_json(&key, URL)));
	is_int(find(signed_proof(BOB, "both")), M_OK, "one key of several");
	ok(found.n == 1 && strcmp(found.key[0].validity_url, URL) == 0,
	    "is told from the others");
	invite(&alice, "free", arena_printf(scratch_mem,
	    "\"public_keys\":[{\"public_key\":\"%s\"}]", public_of(&key)));
	is_int(find(signed_proof(BOB, "free")), M_OK, "a key without a URL");
	is_text(found.key[0].validity_url, "", "has none");
	for (int i = 0; i < INVITE_KEYS_MAX; i++)
		many = arena_printf(scratch_mem, "%s{%s},", many,
		    key_json(&wrong, "x:"));
	invite(&alice, "many", arena_printf(scratch_mem,
	    "\"public_keys\":[%s{%s}]", many, key_json(&key, URL)));
	is_int(find(signed_proof(BOB, "many")), M_FORBIDDEN,
	    "keys without end are not tried");
	made = proof(BOB, "free");
	for (int i = 0; i < 4; i++)
		sign(made, &wrong, arena_printf(scratch_mem, "ed25519:%d", i));
	sign(made, &key, "ed25519:4");
	is_int(find(made), M_FORBIDDEN, "nor are signatures");
	one = arena_printf(scratch_mem, "%01100d", 0);
	invite(&alice, "long", key_json(&key, one));
	is_int(find(signed_proof(BOB, "long")), M_FORBIDDEN,
	    "a URL that is too long is none");
	invite(&alice, "odd", "\"public_key\":7,\"public_keys\":{\"a\":[]}");
	is_int(find(signed_proof(BOB, "odd")), M_FORBIDDEN,
	    "keys of another kind are none");
}

static void
test_refusals(void)
{
	cJSON *made = signed_proof(BOB, "t");

	begin("10");
	is_int(find(made), M_FORBIDDEN, "no such invitation");
	invite(&alice, "t", key_json(&key, URL));
	is_int(find(NULL), M_FORBIDDEN, "no proof");
	is_int(find(proof(BOB, "t")), M_FORBIDDEN, "no signature");
	made = proof(BOB, "t");
	sign(made, &wrong, "ed25519:0");
	is_int(find(made), M_FORBIDDEN, "TPI-1: another key's signature");
	made = signed_proof(BOB, "t");
	cJSON_AddTrueToObject(made, "more");
	is_int(find(made), M_FORBIDDEN, "TPI-1: a member that was not signed");
	is_int(put(&alice, INVITE, "a\"b", "{\"display_name\":\"x\"}"), M_OK,
	    "a token that is none");
	is_int(find(signed_proof(BOB, "a\"b")), M_FORBIDDEN, "is none");
	is_int(put(&alice, INVITE, "t", "{}"), M_OK, "it is taken back");
	is_int(find(signed_proof(BOB, "t")), M_FORBIDDEN, "and over");
	ok(strstr(why, "taken back") != NULL, "which is said");
	put(&alice, "m.room.join_rules", "", "{\"join_rule\":\"public\"}");
	put(&far, "m.room.member", far.user_id, "{\"membership\":\"join\"}");
	invite(&far, "far", key_json(&key, URL));
	is_int(find(signed_proof(BOB, "far")), M_FORBIDDEN,
	    "somebody without an account here");
	invite(&alice, "ban", key_json(&key, URL));
	put(&alice, "m.room.member", BOB, "{\"membership\":\"ban\"}");
	is_int(accept(signed_proof(BOB, "ban")), M_FORBIDDEN,
	    "somebody banned");
}

static void
test_told(void)
{
	struct invitation *i = arena_alloc(scratch_mem, sizeof *i);
	const cJSON *about;

	begin("11");
	put(&alice, "m.room.name", "", "{\"name\":\"A \\\"room\\\"\"}");
	put(&alice, "m.room.avatar", "", arena_printf(scratch_mem,
	    "{\"url\":\"mxc://%0300d\"}", 0));
	put(&alice, "m.room.canonical_alias", "", "{\"alias\":\"#a:b\"}");
	put(&alice, "m.room.join_rules", "", "{\"join_rule\":\"public\"}");
	put(&alice, "m.room.member", ALICE, "{\"membership\":\"join\","
	    "\"displayname\":\"Alice\",\"avatar_url\":\"mxc://a/b\"}");
	third_party_describe(db, scratch_mem, &room, alice.user, i);
	about = json_parse_own(scratch_mem, span_of(i->about));
	is_text(json_text(about, "room_id"), room.room_id, "the room");
	is_text(json_text(about, "sender"), ALICE, "who invites");
	is_text(json_text(about, "room_name"), "A \"room\"", "its name");
	is_text(json_text(about, "room_alias"), "#a:b", "its alias");
	is_text(json_text(about, "room_join_rules"), "public", "join_rule");
	is_text(json_text(about, "sender_display_name"), "Alice", "Alice");
	is_text(json_text(about, "sender_avatar_url"), "mxc://a/b", "avatar");
	is_text(json_text(about, "room_type"), NULL, "there is no type");
	is_text(json_text(about, "room_avatar_url"), NULL,
	    "what is too long is left out");
}

static void
test_asking(void)
{
	static const char *const none[] = { NULL };
	static const struct conf conf = { .outbound_allow = none,
	    .outbound_ms = 1000 };
	struct key_question *k = arena_alloc(scratch_mem, sizeof *k);
	struct invitation *i = arena_alloc(scratch_mem, sizeof *i);

	k->id.conf = &conf;
	idserver_keys_valid(k);
	is_int(k->id.said, IDSERVER_NO, "no key is no good");
	k->n = 1;
	strcpy(k->key[0].validity_url, URL);
	idserver_keys_valid(k);
	is_int(k->id.said, IDSERVER_SILENT, "TPI-2: nobody may be asked there");
	strcpy(k->key[0].validity_url, "file:///etc/passwd");
	idserver_keys_valid(k);
	is_int(k->id.said, IDSERVER_SILENT, "nor in another way "
	    "(security 26)");
	k->n = 2;
	idserver_keys_valid(k);
	is_int(k->id.said, IDSERVER_YES, "a key without a URL is good");
	ok(!invitation_init(i, &conf, "a b", NULL, "email", "a@b.c"),
	    "an identity server that cannot be");
	ok(!invitation_init(i, &conf, "a", "a b", "email", "a@b.c"),
	    "a token that cannot be");
	ok(!invitation_init(i, &conf, "a", NULL, "email", arena_printf(
	    scratch_mem, "%0600d", 0)), "an address that is too long");
	ok(invitation_init(i, &conf, "127.0.0.1:1", "tok", "email", "a@b.c"),
	    "what can be");
	strcpy(i->about, "{}");
	idserver_invite(i);
	is_int(i->id.said, IDSERVER_SILENT, "is asked");
}

static bool
make_authors(void)
{
	const char *path = scratch_path("key");
	const struct signing_key *ours;

	if (!signing_key_make(path, &why) ||
	    (ours = signing_key_load(scratch_mem, path, &why)) == NULL)
		return false;
	alice = author(ours, ALICE);
	bob = author(ours, BOB);
	far = author(ours, "@far:example.org");
	key = key_of(1);
	wrong = key_of(2);
	db_script(db, "INSERT INTO account (user, kind, created_at) SELECT nr, "
	    "'user', 0 FROM user WHERE user_id IN ('" ALICE "', '" BOB "')");
	return true;
}

int
main(void)
{
	struct store *store;

	scratch_begin();
	store = scratch_open(NULL);
	db = store->main;
	json_arena(scratch_mem);
	db_arena(db, scratch_mem);
	if (!db_begin(db, TX_WRITE) || !make_authors()) {
		printf("Bail out! %s\n", why);
		return 1;
	}
	for (const struct room_version *v = room_versions; v->id; v++)
		test_version(v->id);
	test_keys();
	test_refusals();
	test_told();
	test_asking();
	is_int(db_fault(db), DB_FINE, "the store had no trouble");
	db_rollback(db);
	store_close(store);
	return done_testing();
}

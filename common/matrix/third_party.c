/* third_party.c - see third_party.h. */
#include <stdio.h>
#include <string.h>

#include "matrix/event.h"
#include "matrix/ids.h"
#include "matrix/profile.h"
#include "matrix/shape.h"
#include "matrix/third_party.h"

#define TYPE	"m.room.third_party_invite"

/* --------------------------------------------------------------- to invite */

static const cJSON *
content_now(struct db *db, struct arena *mem, const struct room *room,
    const char *type, const char *state_key)
{
	int64_t nr = room_state_now(db, room->nr, type, state_key);
	struct event_row row;

	return nr != 0 && event_find(db, nr, &row) ?
	    json_parse_own(mem, row.content) : NULL;
}

/*
 * A member of the content, under another name.  What is so long that nobody
 * would read it in a message is left out.
 */
static void
tell(cJSON *about, const char *name, const cJSON *content, const char *key)
{
	const char *text = json_text(content, key);

	if (text != NULL && strlen(text) <= ID_MAX)
		cJSON_AddStringToObject(about, name, text);
}

void
third_party_describe(struct db *db, struct arena *mem, const struct room *room,
    int64_t user, struct invitation *i)
{
	static const struct { const char *name, *type, *key; } told[] = {
		{ "room_alias", "m.room.canonical_alias", "alias" },
		{ "room_avatar_url", "m.room.avatar", "url" },
		{ "room_join_rules", "m.room.join_rules", "join_rule" },
		{ "room_name", "m.room.name", "name" },
		{ "room_type", "m.room.create", "type" },
	};
	const char *user_id = user_name(db, user);
	cJSON *about = cJSON_CreateObject();
	const cJSON *member = content_now(db, mem, room, "m.room.member",
	    user_id);
	struct buf text;

	cJSON_AddStringToObject(about, "room_id", room->room_id);
	cJSON_AddStringToObject(about, "sender", user_id);
	for (size_t k = 0; k < sizeof(told) / sizeof(told[0]); k++)
		tell(about, told[k].name, content_now(db, mem, room,
		    told[k].type, ""), told[k].key);
	tell(about, "sender_display_name", member, "displayname");
	tell(about, "sender_avatar_url", member, "avatar_url");
	buf_init(&text, mem, sizeof i->about - 1);
	json_print(&text, about);
	snprintf(i->about, sizeof i->about, "%s", buf_str(&text));
}

/* Who knows of one key only finds the first. */
struct new_event
third_party_invite(const struct invitation *i, const char *display_name)
{
	cJSON *content = cJSON_CreateObject(), *keys;

	cJSON_AddStringToObject(content, "display_name",
	    display_name != NULL ? display_name : i->display_name);
	cJSON_AddStringToObject(content, "public_key", i->key[0].public_key);
	cJSON_AddStringToObject(content, "key_validity_url",
	    i->key[0].validity_url);
	keys = cJSON_AddArrayToObject(content, "public_keys");
	for (size_t k = 0; k < i->n; k++) {
		cJSON *key = cJSON_CreateObject();

		cJSON_AddStringToObject(key, "public_key",
		    i->key[k].public_key);
		cJSON_AddStringToObject(key, "key_validity_url",
		    i->key[k].validity_url);
		cJSON_AddItemToArray(keys, key);
	}
	return (struct new_event){
		.type = TYPE,
		.state_key = i->token,
		.content = content,
	};
}

/* --------------------------------------------------- which keys signed it */

/*
 * As when an invite is judged (auth-member.c), not all that a stranger may
 * send is tried.
 */
#define SIGNATURES_TRIED	4

static bool
any_signature_of(struct span text, const cJSON *signatures,
    const uint8_t key[ED25519_KEY_LEN])
{
	const cJSON *server, *item;
	unsigned tried = 0;

	cJSON_ArrayForEach(server, signatures)
		cJSON_ArrayForEach(item, server)
			if (cJSON_IsString(item) &&
			    tried++ < SIGNATURES_TRIED &&
			    signature_valid(text, item->valuestring, key))
				return true;
	return false;
}

/* from: an object with public_key, and perhaps where to ask about it. */
static void
key_try(struct third_party *t, struct span text, const cJSON *from)
{
	struct invite_key *key = &t->key[t->n];
	const char *public = json_text(from, "public_key");
	const char *url = json_text(from, "key_validity_url");
	uint8_t bytes[ED25519_KEY_LEN];

	if (url == NULL)
		url = "";
	if (t->n == INVITE_KEYS_MAX || public == NULL ||
	    strlen(public) >= sizeof key->public_key ||
	    strlen(url) >= sizeof key->validity_url ||
	    base64_decode(public, strlen(public), bytes, sizeof bytes) !=
	    ED25519_KEY_LEN || !any_signature_of(text,
	    json_get(t->proof, "signatures"), bytes))
		return;
	strcpy(key->public_key, public);
	strcpy(key->validity_url, url);
	t->n++;
}

/* The one key of 2015 stands among the others too, as a rule. */
static void
keys_find(struct third_party *t, struct arena *mem, const cJSON *content)
{
	struct span text = signed_text(mem, t->proof);
	const cJSON *item;
	unsigned tried = 0;

	if (text.s == NULL || text.n > EVENT_MAX)
		return;
	cJSON_ArrayForEach(item, json_get(content, "public_keys"))
		if (tried++ < INVITE_KEYS_MAX)
			key_try(t, text, item);
	if (t->n == 0)
		key_try(t, text, content);
}

/* ---------------------------------------------------------------- to accept */

/* It is ours to sign what its sender invites to. */
static bool
sender_is_ours(struct db *db, const char *server_name,
    const struct third_party *t)
{
	const char *server = id_server(t->sender_id);

	return server != NULL && strcmp(server, server_name) == 0 &&
	    db_int(db, 0, STMT_ACCOUNT_ALIVE, DB_INT(t->sender)) != 0;
}

static bool
is_used(struct db *db, struct arena *mem, const struct room *room,
    const struct third_party *t, const char *token)
{
	return db_int(db, 0, STMT_THIRD_PARTY_USED, DB_INT(room->nr),
	    DB_TEXT(t->mxid),
	    DB_TEXT(arena_printf(mem, "\"token\":\"%s\"", token))) != 0;
}

static enum mx_err
refuse(const char **why, const char *sentence)
{
	*why = sentence;
	return M_FORBIDDEN;
}

/* The invitation of token; its content, or NULL. */
static const cJSON *
invite_find(struct db *db, struct arena *mem, const struct room *room,
    const char *token, struct third_party *t)
{
	struct event_row row;

	t->invite = room_state_now(db, room->nr, TYPE, token);
	if (t->invite == 0 || !event_find(db, t->invite, &row))
		return NULL;
	t->sender = row.sender;
	t->sender_id = row.sender_id;
	return json_parse_own(mem, row.content);
}

enum mx_err
third_party_find(struct db *db, struct arena *mem, const char *server_name,
    const struct room *room, const cJSON *proof, struct third_party *t,
    const char **why)
{
	const char *token = json_text(proof, "token");
	const char *mxid = json_text(proof, "mxid");
	const cJSON *content = NULL;

	*t = (struct third_party){ .proof = proof, .mxid = mxid };
	if (token != NULL && opaque_id_valid(token) && mxid != NULL &&
	    user_id_valid(mxid))
		content = invite_find(db, mem, room, token, t);
	if (content == NULL)
		return refuse(why, "There is no such invitation");
	if ((t->display_name = json_text(content, "display_name")) == NULL)
		return refuse(why, "This invitation was taken back");
	if (!sender_is_ours(db, server_name, t))
		return refuse(why, "Who sent this invitation has no account "
		    "here; ask for another");
	if (is_used(db, mem, room, t, token))
		return refuse(why, "This invitation was used already; ask for "
		    "another");
	keys_find(t, mem, content);
	return t->n > 0 ? M_OK : refuse(why, "This is not signed by a key "
	    "that the invitation was sent with");
}

void
third_party_ask(const struct third_party *t, const struct conf *conf,
    struct key_question *k)
{
	k->id.conf = conf;
	k->n = t->n;
	memcpy(k->key, t->key, sizeof k->key);
}

struct new_event
third_party_member(struct author *by, const struct third_party *t)
{
	cJSON *content = member_content(by->db, t->mxid, MEMBERSHIP_INVITE,
	    NULL);
	cJSON *part = cJSON_AddObjectToObject(content, "third_party_invite");

	cJSON_AddStringToObject(part, "display_name", t->display_name);
	cJSON_AddItemToObject(part, "signed", cJSON_Duplicate(t->proof, true));
	by->user = t->sender;
	by->user_id = t->sender_id;
	by->device = 0;
	return (struct new_event){
		.type = "m.room.member",
		.state_key = t->mxid,
		.content = content,
	};
}

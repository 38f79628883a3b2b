/* idserver-invite.c - see idserver-invite.h. */
#include <stdio.h>
#include <string.h>

#include "base/crypto.h"
#include "json/json.h"
#include "matrix/idserver-inner.h"
#include "matrix/idserver-invite.h"
#include "matrix/ids.h"

#define PEPPER_TRIES	2	/* it may change between two questions */

bool
invitation_init(struct invitation *i, const struct conf *conf,
    const char *id_server, const char *access_token, const char *medium,
    const char *address)
{
	struct idserver *id = &i->id;

	if (access_token == NULL)
		access_token = "";
	id->conf = conf;
	return server_name_valid(id_server) &&
	    idserver_token_valid(access_token) &&
	    idserver_copy(id->id_server, sizeof id->id_server, id_server) &&
	    idserver_copy(id->access_token, sizeof id->access_token,
	    access_token) &&
	    idserver_copy(id->medium, sizeof id->medium, medium) &&
	    idserver_copy(id->address, sizeof id->address, address);
}

/* --------------------------------------------------- whose is the address? */

/* mxid NULL: nobody's. */
static void
take_user(struct invitation *i, struct question *q, const char *mxid)
{
	if (mxid != NULL && (!user_id_valid(mxid) ||
	    !idserver_copy(i->user_id, sizeof i->user_id, mxid)))
		question_doubt(q, "its answer names a user who cannot be");
}

static void
lookup_v1(struct invitation *i)
{
	struct question q = question_new(&i->id, "GET", "/lookup");

	http_query_add(q.http, "medium", i->id.medium);
	http_query_add(q.http, "address", i->id.address);
	question_ask(&q);
	if (i->id.said == IDSERVER_YES)
		take_user(i, &q, json_text(q.answer, "mxid"));
	question_end(&q);
}

/* How addresses are written in a lookup, and with which pepper. */
struct hashing {
	bool	plain;		/* not at all */
	char	pepper[256];
};

static bool
has_algorithm(const cJSON *answer, const char *name)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, json_get(answer, "algorithms"))
		if (cJSON_IsString(item) && strcmp(item->valuestring, name) == 0)
			return true;
	return false;
}

static void
hash_details(struct invitation *i, struct hashing *hashing)
{
	struct question q = question_new(&i->id, "GET", "/hash_details");
	const char *pepper;

	question_ask(&q);
	pepper = json_text(q.answer, "lookup_pepper");
	hashing->plain = !has_algorithm(q.answer, "sha256");
	if (i->id.said == IDSERVER_YES && (pepper == NULL ||
	    !idserver_copy(hashing->pepper, sizeof hashing->pepper, pepper) ||
	    (hashing->plain && !has_algorithm(q.answer, "none"))))
		question_doubt(&q, "it does not say how to hash");
	question_end(&q);
}

/* The address as the question has it. */
static const char *
hashed(struct arena *mem, const struct invitation *i,
    const struct hashing *hashing)
{
	const char *text = arena_printf(mem, "%s %s", i->id.address,
	    i->id.medium);
	uint8_t hash[SHA256_LEN];
	struct buf base64;

	if (hashing->plain)
		return text;
	text = arena_printf(mem, "%s %s", text, hashing->pepper);
	sha256(text, strlen(text), hash);
	buf_init(&base64, mem, 2 * SHA256_LEN);
	base64_encode(&base64, hash, sizeof hash, true);
	return buf_str(&base64);
}

static void
lookup_hashed(struct invitation *i, const struct hashing *hashing)
{
	struct question q = question_new(&i->id, "POST", "/lookup");
	const char *address = hashed(q.mem, i, hashing);
	cJSON *body = cJSON_CreateObject();
	struct buf text;

	cJSON_AddStringToObject(body, "algorithm",
	    hashing->plain ? "none" : "sha256");
	cJSON_AddStringToObject(body, "pepper", hashing->pepper);
	cJSON_AddItemToArray(cJSON_AddArrayToObject(body, "addresses"),
	    cJSON_CreateString(address));
	buf_init(&text, q.mem, HTTP_SENT_MAX);
	json_print(&text, body);
	question_send(&q, buf_content(&text));
	question_ask(&q);
	if (i->id.said == IDSERVER_YES)
		take_user(i, &q, json_text(json_get(q.answer, "mappings"),
		    address));
	question_end(&q);
}

static void
lookup_v2(struct invitation *i)
{
	struct hashing hashing = { 0 };

	for (int tries = 0; tries < PEPPER_TRIES; tries++) {
		hash_details(i, &hashing);
		if (i->id.said == IDSERVER_YES)
			lookup_hashed(i, &hashing);
		if (strcmp(i->id.errcode, "M_INVALID_PEPPER") != 0)
			break;
	}
}

/* ----------------------------------------------------------- store-invite */

static bool
add_key(struct invitation *i, const char *public_key, const char *url)
{
	struct invite_key *key = &i->key[i->n];
	uint8_t bytes[ED25519_KEY_LEN];

	if (i->n == INVITE_KEYS_MAX || public_key == NULL || url == NULL ||
	    base64_decode(public_key, strlen(public_key), bytes,
	    sizeof bytes) != ED25519_KEY_LEN ||
	    !idserver_copy(key->public_key, sizeof key->public_key,
	    public_key) ||
	    !idserver_copy(key->validity_url, sizeof key->validity_url, url))
		return false;
	i->n++;
	return true;
}

/* In 2015 there was one key, and everybody knew where to ask about it. */
static bool
read_keys(struct invitation *i, const cJSON *answer)
{
	const cJSON *keys = json_get(answer, "public_keys"), *item;
	char url[512];

	if (!cJSON_IsArray(keys)) {
		snprintf(url, sizeof url, "https://%s" IDSERVER_V1
		    "/pubkey/isvalid", i->id.id_server);
		return add_key(i, json_text(answer, "public_key"), url);
	}
	cJSON_ArrayForEach(item, keys)
		if (!add_key(i, json_text(item, "public_key"),
		    json_text(item, "key_validity_url")))
			return false;
	return i->n > 0;
}

/*
 * Somebody may have got the address since we asked, and then the refusal says
 * who.
 */
static void
read_stored(struct invitation *i, struct question *q)
{
	const char *token = json_text(q->answer, "token");
	const char *name = json_text(q->answer, "display_name");

	if (strcmp(i->id.errcode, "M_THREEPID_IN_USE") == 0 &&
	    json_text(q->answer, "mxid") != NULL) {
		i->id.said = IDSERVER_YES;
		take_user(i, q, json_text(q->answer, "mxid"));
	} else if (i->id.said == IDSERVER_YES && (token == NULL ||
	    name == NULL || !opaque_id_valid(token) ||
	    !idserver_copy(i->token, sizeof i->token, token) ||
	    !idserver_copy(i->display_name, sizeof i->display_name, name) ||
	    !read_keys(i, q->answer)))
		question_doubt(q, "its answer is no invitation");
}

/* A form in 2015. */
static bool
say_about(struct question *q, const cJSON *about)
{
	const cJSON *item;
	struct buf text;

	if (q->id->access_token[0] == '\0') {
		cJSON_ArrayForEach(item, about)
			if (!http_form_add(q->http, item->string,
			    item->valuestring))
				return false;
		return true;
	}
	buf_init(&text, q->mem, HTTP_SENT_MAX);
	json_print(&text, about);
	if (buf_full(&text))
		return false;
	question_send(q, buf_content(&text));
	return true;
}

static void
store_invite(struct invitation *i)
{
	struct question q = question_new(&i->id, "POST", "/store-invite");
	cJSON *about = json_parse_own(q.mem,
	    (struct span){ i->about, strlen(i->about) });

	cJSON_AddStringToObject(about, "medium", i->id.medium);
	cJSON_AddStringToObject(about, "address", i->id.address);
	if (say_about(&q, about)) {
		question_ask(&q);
		read_stored(i, &q);
	} else {
		question_doubt(&q, "there is too much to say of the room");
	}
	question_end(&q);
}

void
idserver_invite(struct invitation *i)
{
	if (i->id.access_token[0] == '\0')
		lookup_v1(i);
	else
		lookup_v2(i);
	if (i->id.said == IDSERVER_YES && i->user_id[0] == '\0')
		store_invite(i);
}

/* ---------------------------------------------------- is a key still good? */

/* "using the provided URL rather than constructing a new one" */
static void
ask_validity(struct idserver *id, const struct invite_key *key)
{
	struct question q = question_new(id, "GET", "");

	snprintf(q.http->url, sizeof q.http->url, "%s", key->validity_url);
	q.http->authorization[0] = '\0';
	http_query_add(q.http, "public_key", key->public_key);
	question_ask(&q);
	if (id->said == IDSERVER_YES && !json_is_true(q.answer, "valid"))
		id->said = IDSERVER_NO;
	question_end(&q);
}

void
idserver_keys_valid(struct key_question *k)
{
	bool silent = false;

	k->id.said = IDSERVER_NO;
	for (size_t i = 0; i < k->n && k->id.said != IDSERVER_YES; i++) {
		if (k->key[i].validity_url[0] != '\0')
			ask_validity(&k->id, &k->key[i]);
		else
			k->id.said = IDSERVER_YES;
		silent |= k->id.said == IDSERVER_SILENT;
	}
	if (k->id.said != IDSERVER_YES && silent)
		k->id.said = IDSERVER_SILENT;
}

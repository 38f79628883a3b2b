/*
 * federation.c - what other servers may ask (server-server API).  So far what
 * identity servers need: this server's keys, and whose a token is.
 */
#include <string.h>

#include "base/crypto.h"
#include "base/log.h"
#include "federation.routes.h"
#include "matrix/signing.h"
#include "serve/serve.h"

/*
 * The answer says how long others may keep it, a day; 2015.md 19.2 advises
 * against less than an hour.
 */
#define KEYS_GOOD_MS	(INT64_C(24) * 60 * 60 * 1000)

/*
 * GET /_matrix/federation/v1/openid/userinfo
 *
 * Whose token of openid/request_token is this?
 */
enum mx_err
openid_userinfo(struct request *r)
{
	const char *token = req_query(r, "access_token");
	const char *user_id = NULL;
	uint8_t hash[SHA256_LEN];
	struct rows rows;

	if (token == NULL)
		return fail(r, M_MISSING_TOKEN, "access_token is missing");
	sha256(token, strlen(token), hash);
	rows = db_query(r->db, STMT_OPENID_USER, DB_INT(db_int(r->vol, 0,
	    STMT_OPENID_TOKEN_FIND, DB_BLOB(hash, sizeof hash),
	    DB_INT(r->now))));
	if (rows_next(&rows))
		user_id = rows_text(&rows, 0);
	rows_done(&rows);
	if (user_id == NULL)
		return fail(r, M_UNKNOWN_TOKEN,
		    "This token is unknown or has expired; ask for a new one");
	put_text(&r->out, "sub", user_id);
	return M_OK;
}

/*
 * GET /_matrix/federation/v1/version
 *
 * What runs here.
 */
enum mx_err
federation_version(struct request *r)
{
	put_object(&r->out, "server");
	put_text(&r->out, "name", "mxcgi");
	put_text(&r->out, "version", PACKAGE_VERSION);
	write_end(&r->out);
	return M_OK;
}

static cJSON *
keys_object(struct request *r, const struct signing_key *key)
{
	cJSON *all = cJSON_CreateObject(), *verify, *one;
	struct buf public;

	buf_init(&public, r->mem, 2 * ED25519_KEY_LEN);
	base64_encode(&public, key->key.public, ED25519_KEY_LEN, false);
	cJSON_AddStringToObject(all, "server_name", r->conf->server_name);
	verify = cJSON_AddObjectToObject(all, "verify_keys");
	one = cJSON_AddObjectToObject(verify, key->id);
	cJSON_AddStringToObject(one, "key", buf_str(&public));
	cJSON_AddObjectToObject(all, "old_verify_keys");
	/* 2015 asked for it; TLS is the web server's, which has no list. */
	cJSON_AddArrayToObject(all, "tls_fingerprints");
	cJSON_AddNumberToObject(all, "valid_until_ts",
	    (double)(r->now + KEYS_GOOD_MS));
	return all;
}

/*
 * GET /_matrix/key/v2/server, also with a keyId
 *
 * All keys of this server, signed with them, whichever was asked for.
 */
enum mx_err
server_keys(struct request *r)
{
	const char *why;
	const struct signing_key *key = signing_key_ours(r->conf, &why);
	cJSON *all, *signatures, *ours;
	struct buf text;

	if (key == NULL) {
		log_error("%s", why);
		return fail(r, M_UNKNOWN, "This server has no key now; its "
		    "administrator finds the reason in the log");
	}
	all = keys_object(r, key);
	signatures = cJSON_AddObjectToObject(all, "signatures");
	ours = cJSON_AddObjectToObject(signatures, r->conf->server_name);
	cJSON_AddStringToObject(ours, key->id, sign_text(r->mem, key,
	    signed_text(r->mem, all)));
	buf_init(&text, r->mem, SIZE_MAX);
	json_canonical(&text, all);
	reply_raw(r, buf_content(&text));
	return M_OK;
}

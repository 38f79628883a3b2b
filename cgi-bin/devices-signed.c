/*
 * devices-signed.c - signatures as JSON objects carry them (appendices, "Signing
 * JSON"), of keys that users publish.
 */
#include <string.h>

#include "devices.h"
#include "matrix/signing.h"

bool
key_decode(const char *text, uint8_t out[ED25519_KEY_LEN])
{
	return text != NULL &&
	    base64_decode(text, strlen(text), out, ED25519_KEY_LEN) ==
	    ED25519_KEY_LEN;
}

const cJSON *
signatures_by(const cJSON *object, const char *user_id)
{
	return json_get(json_get(object, "signatures"), user_id);
}

bool
signed_with(struct span text, const cJSON *signature, const char *public_key)
{
	uint8_t key[ED25519_KEY_LEN];

	return cJSON_IsString(signature) && key_decode(public_key, key) &&
	    signature_valid(text, signature->valuestring, key);
}

const char *
key_id_of(struct request *r, const char *name)
{
	return arena_printf(r->mem, "ed25519:%s", name);
}

void
signature_add(cJSON *signatures, const cJSON *signature)
{
	if (json_get(signatures, signature->string) != NULL)
		cJSON_ReplaceItemInObjectCaseSensitive(signatures,
		    signature->string,
		    cJSON_CreateString(signature->valuestring));
	else
		cJSON_AddStringToObject(signatures, signature->string,
		    signature->valuestring);
}

struct span
canonical_text(struct request *r, const cJSON *object)
{
	struct buf text;

	buf_init(&text, r->mem, SIZE_MAX);
	return json_canonical(&text, object) ? buf_content(&text) :
	    (struct span){ NULL, 0 };
}

/* --------------------------------------------------------- keys of a device */

cJSON *
device_keys_of(struct request *r, const char *device_id, int64_t *device)
{
	struct rows rows = db_query(r->db, STMT_DEVICE_KEYS_ONE,
	    DB_INT(r->who.user), DB_TEXT(device_id));
	cJSON *keys = NULL;

	if (rows_next(&rows)) {
		keys = json_parse_own(r->mem, rows_span(&rows, 2));
		*device = rows_int(&rows, 3);
	}
	rows_done(&rows);
	return keys;
}

const char *
device_public_key(struct request *r, const cJSON *device_keys,
    const char *device_id)
{
	return json_text(json_get(device_keys, "keys"),
	    key_id_of(r, device_id));
}

struct span
device_keys_text(struct request *r, const cJSON *device_keys,
    cJSON *signatures)
{
	static const char *const not_kept[] = {
		"signatures", "unsigned", NULL
	};
	cJSON *kept = object_without(device_keys, not_kept);

	cJSON_AddItemToObject(cJSON_AddObjectToObject(kept, "signatures"),
	    r->who.user_id, signatures);
	return canonical_text(r, kept);
}

/*
 * event.c - making PDUs, and checking the hashes and signatures of others'.
 *
 * An event of ours is composed three times from its parts, for its content
 * hash, for its signature and id, and as it is stored.  No tree of it is ever
 * built: this is the path of every message.
 */
#include <string.h>

#include "base/utf8.h"
#include "json/writer.h"
#include "matrix/event.h"
#include "matrix/ids.h"

/* ------------------------------------------------- as far as it is made */

struct making {
	const struct draft *draft;
	const char	*server_name;
	const struct signing_key *key;
	const char	*event_id;	/* NULL: it does not stand in it */
	struct span	 content;	/* canonical */
	struct span	 redacted;	/* what redaction leaves of content */
	const char	*hash;		/* NULL: not known yet */
	const char	*signature;	/* NULL: not known yet */
};

/* hash NULL: the id is one itself.  Else pairs, as room versions 1 and 2. */
static void
put_ids(struct writer *w, const char *key, const char *const *id,
    const char *const *hash, size_t n)
{
	size_t i;

	put_array(w, key);
	for (i = 0; i < n; i++) {
		if (hash == NULL) {
			write_text(w, id[i]);
			continue;
		}
		write_array(w);
		write_text(w, id[i]);
		write_object(w);
		put_text(w, "sha256", hash[i]);
		write_end(w);
		write_end(w);
	}
	write_end(w);
}

static void
put_optional(struct writer *w, const char *key, const char *value)
{
	if (value != NULL)
		put_text(w, key, value);
}

/* "hashes": {"sha256": ...}, or "signatures": {"server": {"key": ...}}. */
static void
put_hashes(struct writer *w, const char *hash)
{
	if (hash == NULL)
		return;
	put_object(w, "hashes");
	put_text(w, "sha256", hash);
	write_end(w);
}

static void
put_signatures(struct writer *w, const struct making *m)
{
	if (m->signature == NULL)
		return;
	put_object(w, "signatures");
	put_object(w, m->server_name);
	put_text(w, m->key->id, m->signature);
	write_end(w);
	write_end(w);
}

/*
 * Canonical, so keys stand in the order of their letters.  stripped: as the
 * redaction rules leave it.  Returns where content ends.
 */
static size_t
compose(struct buf *out, const struct making *m, bool stripped)
{
	const struct draft *d = m->draft;
	struct writer w;
	size_t content_end;

	writer_init(&w, out);
	write_object(&w);
	put_ids(&w, "auth_events", d->auth_events, d->auth_hashes,
	    d->auth_count);
	put_raw(&w, "content", stripped ? m->redacted : m->content);
	content_end = out->len;
	/* "If the room's depth is already at the limit" it stays there. */
	put_int(&w, "depth", d->depth < JSON_INT_MAX ? d->depth : JSON_INT_MAX);
	put_optional(&w, "event_id", m->event_id);
	put_hashes(&w, m->hash);
	put_int(&w, "origin_server_ts", d->origin_server_ts);
	put_ids(&w, "prev_events", d->prev_events, d->prev_hashes,
	    d->prev_count);
	if (!stripped && !d->version->redacts_in_content)
		put_optional(&w, "redacts", d->redacts);
	put_optional(&w, "room_id", d->room_id);
	put_text(&w, "sender", d->sender);
	put_signatures(&w, m);
	put_optional(&w, "state_key", d->state_key);
	put_text(&w, "type", d->type);
	write_end(&w);
	return content_end;
}

/* ------------------------------------------------------ what to refuse */

static bool
too_long(const char *s)
{
	return s != NULL && strnlen(s, ID_MAX + 1) > ID_MAX;
}

static bool
not_text(const char *s)
{
	return s != NULL && !utf8_valid(s, strlen(s));
}

/* "Size limits"; and a path may bring bytes that are not UTF-8. */
static enum mx_err
draft_check(const struct draft *d, const char **why)
{
	if (too_long(d->type))
		*why = "The event type is over 255 bytes";
	else if (too_long(d->state_key))
		*why = "The state key is over 255 bytes";
	else if (too_long(d->sender))
		*why = "The sender's id is over 255 bytes";
	else if (too_long(d->room_id) || too_long(d->event_id))
		*why = "The room id or event id is over 255 bytes";
	else if (not_text(d->type) || not_text(d->state_key)) {
		*why = "The event type or state key is not UTF-8";
		return M_BAD_JSON;
	} else if (d->origin_server_ts > JSON_INT_MAX ||
	    d->origin_server_ts < -JSON_INT_MAX) {
		*why = "origin_server_ts is out of range";
		return M_BAD_JSON;
	} else
		return M_OK;
	return M_TOO_LARGE;
}

/* content, with redacts in it where the version wants that. */
static const cJSON *
draft_content(const struct draft *d)
{
	static const char *const redacts[] = { "redacts", NULL };
	cJSON *content;

	if (d->redacts == NULL || !d->version->redacts_in_content)
		return d->content;
	content = object_without(d->content, redacts);
	cJSON_AddStringToObject(content, "redacts", d->redacts);
	return content;
}

/* ------------------------------------------------------------ hash and sign */

/*
 * Before room version 6 "servers MUST NOT strictly enforce" canonical JSON, and
 * clients do send sizes and places with fractions.  So we take them in those
 * versions, from our own users as from others.
 */
bool
event_canonical(struct buf *out, const struct room_version *v, const cJSON *item)
{
	if (v->strict_json)
		return json_canonical(out, item);
	json_canonical_loose(out, item);
	return true;
}

static const char *
hash_base64(struct arena *mem, struct span text, bool url)
{
	uint8_t hash[SHA256_LEN];
	struct buf out;

	sha256(text.s, text.n, hash);
	buf_init(&out, mem, 2 * sizeof hash);
	base64_encode(&out, hash, sizeof hash, url);
	return buf_str(&out);
}

/* The reference hash as an event id. */
static const char *
id_of_hash(struct arena *mem, const struct room_version *v, struct span text)
{
	return arena_printf(mem, "$%s", hash_base64(mem, text, v->id_url_safe));
}

/*
 * Signature and reference hash cover the same bytes: the redacted event with
 * its hashes, without its signatures.  False: it is too big.
 */
static bool
make(struct arena *mem, struct making *m, struct pdu *pdu)
{
	const struct draft *d = m->draft;
	struct buf hashed, essence, text;

	buf_init(&hashed, mem, EVENT_MAX);
	compose(&hashed, m, false);
	m->hash = hash_base64(mem, buf_content(&hashed), false);

	buf_init(&essence, mem, EVENT_MAX);
	compose(&essence, m, true);
	m->signature = sign_text(mem, m->key, buf_content(&essence));
	pdu->event_id = m->event_id != NULL ? m->event_id :
	    id_of_hash(mem, d->version, buf_content(&essence));
	pdu->room_id = d->room_id != NULL ? d->room_id :
	    arena_printf(mem, "!%s", pdu->event_id + 1);

	buf_init(&text, mem, EVENT_MAX);
	pdu->content_at = compose(&text, m, false) - m->content.n;
	pdu->content_len = m->content.n;
	pdu->text = buf_content(&text);
	return !buf_full(&text);
}

/* Room versions 1 and 2: "opaque_id is a locally-unique string". */
static const char *
event_id_new(struct arena *mem, const char *server_name)
{
	return arena_printf(mem, "$%s:%s", random_letters(mem, 18),
	    server_name);
}

static enum mx_err
check_and_make(struct arena *mem, struct making *m, struct pdu *pdu,
    const char **why)
{
	const struct draft *d = m->draft;
	const cJSON *content = draft_content(d);
	struct buf whole, redacted;
	enum mx_err err = draft_check(d, why);

	if (err != M_OK)
		return err;
	buf_init(&whole, mem, EVENT_MAX);
	buf_init(&redacted, mem, EVENT_MAX);
	if (!event_canonical(&whole, d->version, content) ||
	    !event_canonical(&redacted, d->version,
	    content_redact(d->version, d->type, content))) {
		*why = "The content has a number that is not an integer "
		    "between -(2^53)+1 and 2^53-1";
		return M_BAD_JSON;
	}
	if (!d->version->id_is_hash)
		m->event_id = d->event_id != NULL ? d->event_id :
		    event_id_new(mem, m->server_name);
	m->content = buf_content(&whole);
	m->redacted = buf_content(&redacted);
	if (buf_full(&whole) || !make(mem, m, pdu)) {
		*why = "The event is over 65,536 bytes; put less into its "
		    "content";
		return M_TOO_LARGE;
	}
	return M_OK;
}

enum mx_err
event_make(struct arena *mem, const struct draft *draft,
    const char *server_name, const struct signing_key *key, struct pdu *pdu,
    const char **why)
{
	struct making m = {
		.draft = draft, .server_name = server_name, .key = key
	};
	struct arena *before = json_arena(mem);
	enum mx_err err = check_and_make(mem, &m, pdu, why);

	json_arena(before);
	return err;
}

/* ----------------------------------------------------- what others made */

/* Without the members named; s is NULL when a number forbids it. */
static struct span
text_without(struct arena *mem, const struct room_version *v,
    const cJSON *object, const char *const *names)
{
	struct buf text;

	buf_init(&text, mem, SIZE_MAX / 4);
	return event_canonical(&text, v, object_without(object, names)) ?
	    buf_content(&text) : (struct span){ NULL, 0 };
}

const char *
event_content_hash(struct arena *mem, const struct room_version *v,
    const cJSON *event)
{
	static const char *const not_hashed[] = {
		"hashes", "signatures", "unsigned", NULL
	};
	struct arena *before = json_arena(mem);
	struct span text = text_without(mem, v, event, not_hashed);

	json_arena(before);
	return text.s == NULL ? NULL : hash_base64(mem, text, false);
}

/* What signatures and the reference hash cover. */
static struct span
essence_of(struct arena *mem, const struct room_version *v, const cJSON *event)
{
	static const char *const not_signed[] = {
		"signatures", "unsigned", NULL
	};
	struct arena *before = json_arena(mem);
	struct span text = text_without(mem, v, event_redact(v, event),
	    not_signed);

	json_arena(before);
	return text;
}

const char *
event_reference_hash(struct arena *mem, const struct room_version *v,
    const cJSON *event)
{
	struct span text = essence_of(mem, v, event);

	return text.s == NULL ? NULL : hash_base64(mem, text, false);
}

const char *
event_reference_id(struct arena *mem, const struct room_version *v,
    const cJSON *event)
{
	struct span text;

	if (!v->id_is_hash)
		return json_text(event, "event_id");
	text = essence_of(mem, v, event);
	return text.s == NULL ? NULL : id_of_hash(mem, v, text);
}

bool
event_signature_valid(struct arena *mem, const struct room_version *v,
    const cJSON *event, const char *server_name, const char *key_id,
    const uint8_t public_key[ED25519_KEY_LEN])
{
	const cJSON *signatures = json_get(event, "signatures");
	const char *signature = json_text(json_get(signatures, server_name),
	    key_id);
	struct span text;

	if (signature == NULL)
		return false;
	text = essence_of(mem, v, event);
	return text.s != NULL && signature_valid(text, signature, public_key);
}

/*
 * auth-member.c - who may change whose membership: rule 4 (12: 5).
 */
#include "matrix/auth-rules.h"
#include "matrix/event.h"
#include "matrix/signing.h"

/* ------------------------------------------------------------ joining */

enum join_rule {
	RULE_OTHER, RULE_PUBLIC, RULE_INVITE, RULE_KNOCK, RULE_RESTRICTED,
	RULE_KNOCK_RESTRICTED
};

/*
 * A rule that the room's version does not have is like an unknown one.  The
 * text leaves open what holds while there is none; invite, as elsewhere.
 */
static enum join_rule
join_rule(const struct judgement *j)
{
	const struct room_version *v = j->version;
	const char *rule = json_text(auth_content(j, "m.room.join_rules", ""),
	    "join_rule");

	if (rule == NULL || same(rule, "invite"))
		return RULE_INVITE;
	if (same(rule, "public"))
		return RULE_PUBLIC;
	if (v->knock && same(rule, "knock"))
		return RULE_KNOCK;
	if (v->restricted && same(rule, "restricted"))
		return RULE_RESTRICTED;
	if (v->knock_restricted && same(rule, "knock_restricted"))
		return RULE_KNOCK_RESTRICTED;
	return RULE_OTHER;
}

/* 4.3.5.2, 4.3.5.3 (12: 5.3.5.2, 5.3.5.3) */
static bool
restricted_join_allows(struct judgement *j)
{
	const char *via = json_text(j->event->content,
	    "join_authorised_via_users_server");

	if (via == NULL || !auth_is(j, via, "join") ||
	    auth_power(j, via) < power_to(auth_levels(j), "invite"))
		return auth_refuse(j, "You are not invited to this room, and "
		    "no member who may invite vouches for you");
	return true;
}

/* 4.3 (12: 5.3) */
static bool
join_allows(struct judgement *j)
{
	const struct auth_event *e = j->event;
	const bool invited = auth_is(j, e->sender, "invite") ||
	    auth_is(j, e->sender, "join");

	/* 4.3.1 (12: 5.3.1) */
	if (e->prev_count == 1 && same(e->prev_event, j->create->event_id) &&
	    same(e->state_key, room_creator(j->version, j->create)))
		return true;
	/* 4.3.2 (12: 5.3.2) */
	if (!same(e->sender, e->state_key))
		return auth_refuse(j, "You cannot join for somebody else");
	/* 4.3.3 (12: 5.3.3) */
	if (auth_is(j, e->sender, "ban"))
		return auth_refuse(j, "You are banned from this room");
	switch (join_rule(j)) {
	case RULE_INVITE:		/* 4.3.4 (12: 5.3.4) */
	case RULE_KNOCK:
		return invited ||
		    auth_refuse(j, "You are not invited to this room");
	case RULE_RESTRICTED:		/* 4.3.5.1 (12: 5.3.5.1) */
	case RULE_KNOCK_RESTRICTED:
		return invited || restricted_join_allows(j);
	case RULE_PUBLIC:		/* 4.3.6 (12: 5.3.6) */
		return true;
	case RULE_OTHER:		/* 4.3.7 (12: 5.3.7) */
		break;
	}
	return auth_refuse(j, "Nobody may join this room");
}

/* 4.7 (12: 5.7) */
static bool
knock_allows(struct judgement *j)
{
	const struct auth_event *e = j->event;
	const enum join_rule rule = join_rule(j);

	/* 4.7.1 (12: 5.7.1) */
	if (rule != RULE_KNOCK && rule != RULE_KNOCK_RESTRICTED)
		return auth_refuse(j, "One cannot knock at this room");
	/* 4.7.2 (12: 5.7.2) */
	if (!same(e->sender, e->state_key))
		return auth_refuse(j, "You cannot knock for somebody else");
	/* 4.7.3, 4.7.4 (12: 5.7.3, 5.7.4) */
	if (auth_is(j, e->sender, "ban"))
		return auth_refuse(j, "You are banned from this room");
	if (auth_is(j, e->sender, "invite") || auth_is(j, e->sender, "join"))
		return auth_refuse(j, "You are invited or in the room already");
	return true;
}

/* ----------------------------------------------------------- inviting */

/*
 * Each signature is tried with each key.  Real events have one or two of
 * each; a stranger's could have hundreds, and cost minutes.  Nor is more text
 * looked at than fits into an event, which is measured after it is judged.
 */
#define SIGNATURES_TRIED	8
#define KEYS_TRIED		8

struct public_keys {
	uint8_t		 key[KEYS_TRIED][ED25519_KEY_LEN];
	size_t		 n;
};

static void
key_add(struct public_keys *keys, const char *base64)
{
	if (base64 != NULL && keys->n < KEYS_TRIED &&
	    base64_decode(base64, strlen(base64), keys->key[keys->n],
	    ED25519_KEY_LEN) == ED25519_KEY_LEN)
		keys->n++;
}

/* 4.4.1.7.1, 4.4.1.7.2 (12: 5.4.1.7.1, 5.4.1.7.2) */
static void
keys_of_invite(struct public_keys *keys, const cJSON *content)
{
	const cJSON *item;

	keys->n = 0;
	key_add(keys, json_text(content, "public_key"));
	cJSON_ArrayForEach(item, json_get(content, "public_keys"))
		key_add(keys, json_text(item, "public_key"));
}

static bool
signature_matches(struct span text, const cJSON *signature,
    const struct public_keys *keys)
{
	size_t i;

	for (i = 0; i < keys->n; i++)
		if (signature_valid(text, signature->valuestring, keys->key[i]))
			return true;
	return false;
}

static bool
any_signature_matches(struct span text, const cJSON *signatures,
    const struct public_keys *keys)
{
	const cJSON *server, *item;
	unsigned tried = 0;

	if (text.s == NULL || text.n > EVENT_MAX)
		return false;
	cJSON_ArrayForEach(server, signatures)
		cJSON_ArrayForEach(item, server)
			if (cJSON_IsString(item) &&
			    tried++ < SIGNATURES_TRIED &&
			    signature_matches(text, item, keys))
				return true;
	return false;
}

/* Has object a signature, of any server, by any key of the invite? */
static bool
signed_by_any(const cJSON *object, const cJSON *invite)
{
	struct arena *mem = arena_new();
	struct public_keys keys;
	bool valid;

	keys_of_invite(&keys, invite);
	valid = any_signature_matches(signed_text(mem, object),
	    json_get(object, "signatures"), &keys);
	arena_free(mem);
	return valid;
}

/* 4.4.1 (12: 5.4.1) */
static bool
third_party_invite_allows(struct judgement *j, const cJSON *signed_part)
{
	const struct auth_event *e = j->event, *invite;
	const char *mxid = json_text(signed_part, "mxid");
	const char *token = json_text(signed_part, "token");

	/* 4.4.1.1 (12: 5.4.1.1) */
	if (auth_is(j, e->state_key, "ban"))
		return auth_refuse(j, "This user is banned from the room");
	/* 4.4.1.2, 4.4.1.3 (12: 5.4.1.2, 5.4.1.3) */
	if (mxid == NULL || token == NULL)
		return auth_refuse(j, "third_party_invite has no signed part "
		    "with mxid and token");
	/* 4.4.1.4 (12: 5.4.1.4) */
	if (!same(mxid, e->state_key))
		return auth_refuse(j, "This invitation was made for another "
		    "user");
	/* 4.4.1.5 (12: 5.4.1.5) */
	invite = j->state(j->arg, "m.room.third_party_invite", token);
	if (invite == NULL)
		return auth_refuse(j, "There is no such invitation, or it was "
		    "taken back");
	/* 4.4.1.6 (12: 5.4.1.6) */
	if (!same(e->sender, invite->sender))
		return auth_refuse(j, "This invitation was sent by another "
		    "user");
	/* 4.4.1.7, 4.4.1.8 (12: 5.4.1.7, 5.4.1.8) */
	return signed_by_any(signed_part, invite->content) ||
	    auth_refuse(j, "This invitation is not signed by a key that it "
	    "was sent with");
}

/* 4.4 (12: 5.4) */
static bool
invite_allows(struct judgement *j)
{
	const struct auth_event *e = j->event;
	const cJSON *third_party = json_get(e->content, "third_party_invite");

	/* 4.4.1 (12: 5.4.1) */
	if (third_party != NULL)
		return third_party_invite_allows(j,
		    json_get(third_party, "signed"));
	/* 4.4.2 (12: 5.4.2) */
	if (!auth_is(j, e->sender, "join"))
		return auth_refuse(j, "You are not in this room");
	/* 4.4.3 (12: 5.4.3) */
	if (auth_is(j, e->state_key, "join"))
		return auth_refuse(j, "This user is in the room already");
	if (auth_is(j, e->state_key, "ban"))
		return auth_refuse(j, "This user is banned from the room");
	/* 4.4.4, 4.4.5 (12: 5.4.4, 5.4.5) */
	return auth_may(j, "invite") ||
	    auth_refuse(j, "You do not have the power to invite");
}

/* -------------------------------------------- leaving, and making leave */

static bool
outranks_target(struct judgement *j)
{
	return auth_power(j, j->event->state_key) <
	    auth_power(j, j->event->sender);
}

/* 4.5 (12: 5.5) */
static bool
leave_allows(struct judgement *j)
{
	const struct auth_event *e = j->event;

	/* 4.5.1 (12: 5.5.1) */
	if (same(e->sender, e->state_key))
		return auth_is(j, e->sender, "invite") ||
		    auth_is(j, e->sender, "join") ||
		    (j->version->knock && auth_is(j, e->sender, "knock")) ||
		    auth_refuse(j, "You are not in this room");
	/* 4.5.2 (12: 5.5.2) */
	if (!auth_is(j, e->sender, "join"))
		return auth_refuse(j, "You are not in this room");
	/* 4.5.3 (12: 5.5.3) */
	if (auth_is(j, e->state_key, "ban") && !auth_may(j, "ban"))
		return auth_refuse(j, "You do not have the power to lift a "
		    "ban");
	/* 4.5.4, 4.5.5 (12: 5.5.4, 5.5.5) */
	return (auth_may(j, "kick") && outranks_target(j)) ||
	    auth_refuse(j, "You do not have the power to remove this user");
}

/* 4.6 (12: 5.6) */
static bool
ban_allows(struct judgement *j)
{
	/* 4.6.1 (12: 5.6.1) */
	if (!auth_is(j, j->event->sender, "join"))
		return auth_refuse(j, "You are not in this room");
	/* 4.6.2, 4.6.3 (12: 5.6.2, 5.6.3) */
	return (auth_may(j, "ban") && outranks_target(j)) ||
	    auth_refuse(j, "You do not have the power to ban this user");
}

bool
auth_member_allows(struct judgement *j)
{
	const struct auth_event *e = j->event;
	const char *membership = json_text(e->content, "membership");

	/* 4.1 (12: 5.1) */
	if (e->state_key == NULL || json_get(e->content, "membership") == NULL)
		return auth_refuse(j, "A membership event needs the user as "
		    "its state key, and a membership");
	/* 4.2 (12: 5.2) is about signatures: see auth.h. */
	if (same(membership, "join"))			/* 4.3 (12: 5.3) */
		return join_allows(j);
	if (same(membership, "invite"))			/* 4.4 (12: 5.4) */
		return invite_allows(j);
	if (same(membership, "leave"))			/* 4.5 (12: 5.5) */
		return leave_allows(j);
	if (same(membership, "ban"))			/* 4.6 (12: 5.6) */
		return ban_allows(j);
	if (j->version->knock && same(membership, "knock")) /* 4.7 (12: 5.7) */
		return knock_allows(j);
	/* 4.8 (12: 5.8) */
	return auth_refuse(j, "There is no such membership");
}

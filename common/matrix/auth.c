/*
 * auth.c - the authorisation rules in their order, and which events an event
 * cites for them.
 */
#include "matrix/auth-rules.h"
#include "matrix/ids.h"

/* -------------------------------------------------- what all the rules ask */

bool
auth_refuse(const struct judgement *j, const char *why)
{
	*j->why = why;
	return false;
}

const cJSON *
auth_content(const struct judgement *j, const char *type, const char *state_key)
{
	const struct auth_event *e = j->state(j->arg, type, state_key);

	return e == NULL ? NULL : e->content;
}

const cJSON *
auth_levels(struct judgement *j)
{
	if (!j->levels_read)
		j->levels = auth_content(j, "m.room.power_levels", "");
	j->levels_read = true;
	return j->levels;
}

bool
auth_is(const struct judgement *j, const char *user_id, const char *membership)
{
	return same(json_text(auth_content(j, "m.room.member", user_id),
	    "membership"), membership);
}

int64_t
auth_power(struct judgement *j, const char *user_id)
{
	return power_of(j->version, j->create, auth_levels(j), user_id);
}

bool
auth_may(struct judgement *j, const char *what)
{
	return auth_power(j, j->event->sender) >=
	    power_to(auth_levels(j), what);
}

/* --------------------------------------------------------- the first rules */

static bool
same_server(const char *a, const char *b)
{
	return a != NULL && b != NULL && same(id_server(a), id_server(b));
}

static bool
additional_creators_valid(const cJSON *named)
{
	const cJSON *item;

	if (named != NULL && !cJSON_IsArray(named))
		return false;
	cJSON_ArrayForEach(item, named)
		if (!cJSON_IsString(item) || !user_id_valid(item->valuestring))
			return false;
	return true;
}

/* 1 */
static bool
create_allows(const struct judgement *j)
{
	const struct room_version *v = j->version;
	const struct auth_event *e = j->event;

	/* 1.1 */
	if (e->prev_count > 0)
		return auth_refuse(j, "This room is created already");
	/* 12: 1.2 */
	if (v->room_id_is_hash && e->room_id != NULL)
		return auth_refuse(j, "The room id is made from the create "
		    "event, so it cannot stand in it");
	/* 1.2 */
	if (!v->room_id_is_hash && !same_server(e->room_id, e->sender))
		return auth_refuse(j, "The room id is not of the sender's "
		    "server");
	/* 1.3 */
	if (json_get(e->content, "room_version") != NULL &&
	    room_version_find(json_text(e->content, "room_version")) == NULL)
		return auth_refuse(j, "This server does not know that room "
		    "version");
	/* Till 10: 1.4 */
	if (v->creator_in_content && json_get(e->content, "creator") == NULL)
		return auth_refuse(j, "The create event names no creator");
	/* 12: 1.4 */
	if (v->creators_rule && !additional_creators_valid(
	    json_get(e->content, "additional_creators")))
		return auth_refuse(j, "additional_creators is not a list of "
		    "user ids");
	/* 1.5 (11: 1.4) */
	return true;
}

/* 2.4: the rules need the create event; 12: 2: it names the room. */
static bool
room_is_created(const struct judgement *j)
{
	const struct auth_event *c = j->create, *e = j->event;

	if (c == NULL || e->room_id == NULL)
		return false;
	return !j->version->room_id_is_hash ||
	    (e->room_id[0] == '!' && c->event_id != NULL &&
	    same(e->room_id + 1, c->event_id + 1));
}

/* 3 (12: 4) */
static bool
may_federate(const struct judgement *j)
{
	return !cJSON_IsFalse(json_get(j->create->content, "m.federate")) ||
	    same_server(j->event->sender, j->create->sender);
}

/* Till 5: 4.  Whoever sends it need not be in the room. */
static bool
aliases_allow(const struct judgement *j)
{
	const struct auth_event *e = j->event;
	const char *server = id_server(e->sender);

	/* 4.1 */
	if (e->state_key == NULL)
		return auth_refuse(j, "Aliases of a room need the server as "
		    "their state key");
	/* 4.2 */
	if (!same(server, e->state_key))
		return auth_refuse(j, "These aliases belong to another server");
	/* 4.3 */
	return true;
}

/*
 * Till 2: 11.  An event without an id is being made, by the sender's server.
 */
static bool
redaction_allows(struct judgement *j)
{
	const struct auth_event *e = j->event;

	/* 11.1 */
	if (auth_may(j, "redact"))
		return true;
	/* 11.2 */
	if (same_server(e->redacts, e->event_id != NULL ?
	    e->event_id : e->sender))
		return true;
	/* 11.3 */
	return auth_refuse(j, "You do not have the power to redact events of "
	    "other servers");
}

/* 5 to 10 (12: 6 to 11; till 5: 6 to 11, till 2: 6 to 12) */
static bool
event_allows(struct judgement *j)
{
	const struct auth_event *e = j->event;

	/* 5 (12: 6) */
	if (!auth_is(j, e->sender, "join"))
		return auth_refuse(j, "You are not in this room");
	/* 6.1 (12: 7.1) */
	if (same(e->type, "m.room.third_party_invite"))
		return auth_may(j, "invite") ||
		    auth_refuse(j, "You do not have the power to invite");
	/* 7 (12: 8) */
	if (power_to_send(auth_levels(j), e->type, e->state_key != NULL) >
	    auth_power(j, e->sender))
		return auth_refuse(j, "You do not have the power to send "
		    "events of this type");
	/* 8 (12: 9) */
	if (e->state_key != NULL && e->state_key[0] == '@' &&
	    !same(e->state_key, e->sender))
		return auth_refuse(j, "This state belongs to another user");
	/* 9 (12: 10) */
	if (same(e->type, "m.room.power_levels"))
		return auth_levels_allow(j);
	/* Till 2: 11 */
	if (j->version->redaction_rule && same(e->type, "m.room.redaction"))
		return redaction_allows(j);
	/* 10 (12: 11) */
	return true;
}

bool
auth_allows(const struct room_version *version, const struct auth_event *event,
    auth_state_fn *state, void *arg, const char **why)
{
	struct judgement j = {
		.version = version, .event = event, .state = state, .arg = arg,
		.why = why
	};

	/* 1 */
	if (same(event->type, "m.room.create"))
		return create_allows(&j);
	j.create = state(arg, "m.room.create", "");
	/* 2.4 (12: 2) */
	if (!room_is_created(&j))
		return auth_refuse(&j, "There is no such room");
	/* 3 (12: 4) */
	if (!may_federate(&j))
		return auth_refuse(&j, "This room is closed to users of other "
		    "servers");
	/* Till 5: 4 */
	if (version->aliases_special && same(event->type, "m.room.aliases"))
		return aliases_allow(&j);
	/* 4 (12: 5) */
	if (same(event->type, "m.room.member"))
		return auth_member_allows(&j);
	return event_allows(&j);
}

/* ------------------------------------------------------------ citing events */

static bool
is_named(const struct state_name *name, size_t n, const char *type,
    const char *state_key)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (same(name[i].type, type) &&
		    same(name[i].state_key, state_key))
			return true;
	return false;
}

/* Nothing is named twice; state_key NULL: the event does not say which. */
static size_t
name_add(struct state_name *name, size_t n, const char *type,
    const char *state_key)
{
	if (state_key == NULL || is_named(name, n, type, state_key))
		return n;
	name[n] = (struct state_name){ type, state_key };
	return n + 1;
}

/* "If type is m.room.member" */
static size_t
member_cites(const struct room_version *v, const struct auth_event *e,
    struct state_name *out, size_t n)
{
	const char *membership = json_text(e->content, "membership");
	const bool join = same(membership, "join");
	const bool invite = same(membership, "invite");

	n = name_add(out, n, "m.room.member", e->state_key);
	if (join || invite || (v->knock && same(membership, "knock")))
		n = name_add(out, n, "m.room.join_rules", "");
	if (invite)
		n = name_add(out, n, "m.room.third_party_invite",
		    json_text(json_get(json_get(e->content,
		    "third_party_invite"), "signed"), "token"));
	if (join && v->restricted)
		n = name_add(out, n, "m.room.member", json_text(e->content,
		    "join_authorised_via_users_server"));
	return n;
}

size_t
auth_cited(const struct room_version *v, const struct auth_event *e,
    struct state_name out[AUTH_CITED_MAX])
{
	size_t n = 0;

	if (same(e->type, "m.room.create"))
		return 0;
	/* Where the room id is its hash, that cites it. */
	if (!v->room_id_is_hash)
		n = name_add(out, n, "m.room.create", "");
	n = name_add(out, n, "m.room.power_levels", "");
	n = name_add(out, n, "m.room.member", e->sender);
	if (same(e->type, "m.room.member"))
		n = member_cites(v, e, out, n);
	return n;
}

/* 2 (12: 3) */
bool
auth_cited_valid(const struct room_version *v, const struct auth_event *event,
    const struct citation *cited, size_t n, const char **why)
{
	const struct judgement j = { .why = why };
	struct state_name wanted[AUTH_CITED_MAX], seen[AUTH_CITED_MAX];
	const size_t count = auth_cited(v, event, wanted);
	const struct auth_event *e;
	size_t i, found = 0;

	for (i = 0; i < n; i++, found++) {
		e = cited[i].event;
		/* 2.1 (12: 3.1) */
		if (is_named(seen, found, e->type, e->state_key))
			return auth_refuse(&j, "It cites two events for the "
			    "same state");
		/* 2.2 (12: 3.2) */
		if (!is_named(wanted, count, e->type, e->state_key))
			return auth_refuse(&j, "It cites an event that does "
			    "not bear on it");
		/* 2.3 (12: 3.3) */
		if (cited[i].rejected)
			return auth_refuse(&j, "It cites a rejected event");
		/* 2.5 (12: 3.5) */
		if (!same(e->room_id, event->room_id))
			return auth_refuse(&j, "It cites an event of another "
			    "room");
		seen[found] = (struct state_name){ e->type, e->state_key };
	}
	/* 2.4 */
	if (is_named(wanted, count, "m.room.create", "") &&
	    !is_named(seen, found, "m.room.create", ""))
		return auth_refuse(&j, "It does not cite the create event");
	return true;
}

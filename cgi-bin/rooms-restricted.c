/*
 * rooms-restricted.c - rooms that let in who is in another room (client-server
 * API, "Restricted rooms"; authorisation rule 4.3.5 of room version 8 on).
 *
 * The server looks whether a condition is met, and names a member who may
 * invite: so the other servers can tell from the event and the state that
 * somebody with that power let the user in.
 */
#include <string.h>

#include "matrix/ids.h"
#include "rooms.h"

/*
 * Whoever sets the join rules and power levels of a room decides how long
 * these lists are.
 */
#define CONDITIONS_MAX	100
#define CANDIDATES_MAX	100	/* users that the power levels name */
#define MEMBERS_MAX	50	/* others, where all may invite */

/* ------------------------------------------------------------ conditions */

static bool
is_restricted(const struct room_version *version, const cJSON *rules)
{
	const char *rule = json_text(rules, "join_rule");

	if (rule == NULL)
		return false;
	return (version->restricted && strcmp(rule, "restricted") == 0) ||
	    (version->knock_restricted &&
	    strcmp(rule, "knock_restricted") == 0);
}

static bool
is_met(struct request *r, const cJSON *condition)
{
	const char *type = json_text(condition, "type");
	const char *room_id = json_text(condition, "room_id");

	return type != NULL && strcmp(type, "m.room_membership") == 0 &&
	    room_id != NULL && db_int(r->db, 0, STMT_JOINED_THERE,
	    DB_INT(r->who.user), DB_TEXT(room_id)) != 0;
}

static bool
any_is_met(struct request *r, const cJSON *rules)
{
	const cJSON *condition;
	int looked_at = 0;

	cJSON_ArrayForEach(condition, json_get(rules, "allow"))
		if (looked_at++ < CONDITIONS_MAX && is_met(r, condition))
			return true;
	return false;
}

/* -------------------------------------------------- who lets them in, then */

struct search {
	struct request	*r;
	const struct room *room;
	struct auth_event create;
	const cJSON	*levels;
	int64_t		 needed;	/* power to invite */
	int		 looked_at;
};

static bool
has_power(const struct search *s, const char *user_id)
{
	return power_of(s->room->version, &s->create, s->levels, user_id) >=
	    s->needed;
}

/* Only for a user of its own can this server sign. */
static bool
may_let_in(struct search *s, const char *user_id)
{
	const char *server = id_server(user_id);

	return s->looked_at++ < CANDIDATES_MAX && server != NULL &&
	    strcmp(server, s->r->conf->server_name) == 0 &&
	    has_power(s, user_id) && db_int(s->r->db, 0, STMT_JOINED_HERE,
	    DB_INT(s->room->nr), DB_TEXT(user_id)) != 0;
}

static const char *
find_creator(struct search *s)
{
	const char *creator = room_creator(s->room->version, &s->create);
	const cJSON *other;

	if (creator != NULL && may_let_in(s, creator))
		return creator;
	if (!s->room->version->creators_rule)
		return NULL;
	cJSON_ArrayForEach(other, json_get(s->create.content,
	    "additional_creators"))
		if (cJSON_IsString(other) && may_let_in(s, other->valuestring))
			return other->valuestring;
	return NULL;
}

/* Their level is looked at here, lest each look be one into a long list. */
static const char *
find_named(struct search *s)
{
	const cJSON *user;

	cJSON_ArrayForEach(user, json_get(s->levels, "users"))
		if ((!json_is_int(user) || user->valuedouble >=
		    (double)s->needed) && may_let_in(s, user->string))
			return user->string;
	return NULL;
}

static const char *
find_any(struct search *s)
{
	struct rows rows = db_query(s->r->db, STMT_MEMBERS_OURS,
	    DB_INT(s->room->nr), DB_INT(MEMBERS_MAX));
	const char *user_id = NULL;

	while (user_id == NULL && rows_next(&rows))
		if (has_power(s, rows_text(&rows, 0)))
			user_id = rows_text(&rows, 0);
	rows_done(&rows);
	return user_id;
}

static const char *
find_who_lets_in(struct request *r, const struct room *room)
{
	struct search s = { .r = r, .room = room };
	struct auth_event levels = { .content = NULL };
	const char *user_id;

	if (!state_of(r, room, "m.room.create", &s.create))
		return NULL;
	state_of(r, room, "m.room.power_levels", &levels);
	s.levels = levels.content;
	s.needed = power_to(s.levels, "invite");
	if ((user_id = find_creator(&s)) != NULL ||
	    (user_id = find_named(&s)) != NULL)
		return user_id;
	return power_to(s.levels, "users_default") >= s.needed ?
	    find_any(&s) : NULL;
}

/* Who is invited or in needs no condition; the rules refuse who is banned. */
void
restricted_authorise(struct request *r, const struct room *room, cJSON *content)
{
	enum membership now;
	struct auth_event rules;
	const char *user_id;

	if (!room->version->restricted)
		return;
	now = room_member(r->db, room->nr, r->who.user).membership;
	if (now == MEMBERSHIP_JOIN || now == MEMBERSHIP_INVITE ||
	    now == MEMBERSHIP_BAN ||
	    !state_of(r, room, "m.room.join_rules", &rules) ||
	    !is_restricted(room->version, rules.content) ||
	    !any_is_met(r, rules.content) ||
	    (user_id = find_who_lets_in(r, room)) == NULL)
		return;
	cJSON_AddStringToObject(content, "join_authorised_via_users_server",
	    user_id);
}

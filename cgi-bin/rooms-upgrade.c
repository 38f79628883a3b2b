/*
 * rooms-upgrade.c - replacing a room by one of another version.
 *
 * Members are not moved: they find the new room by the tombstone of the old
 * one.  So what an upgrade costs does not grow with them; the bans, which would
 * let people in again who were put out, follow as a task.
 */
#include <stdlib.h>
#include <string.h>

#include "matrix/room-tasks.h"
#include "matrix/shape.h"
#include "rooms.h"
#include "rooms.routes.h"

#define CREATORS_MAX	1000
#define CREATOR_LEVEL	100	/* at least, in versions where they have one */

struct upgrade_wish {
	const char	*new_version;
	const cJSON	*additional_creators;
};

static const struct field wish_fields[] = {
	FIELD_STR(upgrade_wish, new_version, "new_version", REQUIRED, NULL),
	FIELD_ARRAY(upgrade_wish, additional_creators, "additional_creators",
	    OPTIONAL),
	FIELD_END
};

struct upgrade {
	struct request	*r;
	struct upgrade_wish wish;
	struct author	 by;
	struct room	 old;
	struct room	 new;
	const cJSON	*create;	/* content of the old m.room.create */
};

/* Content of a piece of the old room's state, or NULL. */
static const cJSON *
old_state(struct upgrade *u, const char *type)
{
	struct event_row row;
	int64_t nr = room_state_now(u->r->db, u->old.nr, type, "");

	return nr != 0 && event_find(u->r->db, nr, &row) ?
	    json_parse_own(u->r->mem, row.content) : NULL;
}

static enum mx_err
put(struct upgrade *u, const struct room *room, const char *type,
    const char *state_key, const cJSON *content)
{
	struct sent sent;

	return event_put(u->r, &u->by, room, (struct new_event){ .type = type,
	    .state_key = state_key, .content = content }, &sent);
}

/* ------------------------------------------------------------ the new room */

/* "The event ID of the last known event in the old room, if known." */
static cJSON *
predecessor(struct upgrade *u)
{
	struct rows rows = db_query(u->r->db, STMT_EXTREMITIES,
	    DB_INT(u->old.nr));
	cJSON *object = cJSON_CreateObject();

	cJSON_AddStringToObject(object, "room_id", u->old.room_id);
	if (rows_next(&rows))
		cJSON_AddStringToObject(object, "event_id",
		    rows_text(&rows, 1));
	rows_done(&rows);
	return object;
}

static void
share(cJSON *to, const char *key, cJSON *value)
{
	if (value != NULL)
		cJSON_AddItemReferenceToObject(to, key, value);
}

static enum mx_err
begin(struct upgrade *u, const struct room_version *version)
{
	cJSON *content = cJSON_CreateObject();
	struct sent sent;
	const char *why;
	enum mx_err err;

	share(content, "type", json_get(u->create, "type"));
	share(content, "m.federate", json_get(u->create, "m.federate"));
	cJSON_AddItemToObject(content, "predecessor", predecessor(u));
	if (version->creators_rule && u->wish.additional_creators != NULL)
		cJSON_AddItemToObject(content, "additional_creators",
		    cJSON_Duplicate(u->wish.additional_creators, true));
	err = room_begin(&u->by, &(struct new_room){ .version = version,
	    .content = content }, &u->new, &sent, &why);
	if (err != M_OK)
		return fail(u->r, err == M_FORBIDDEN ? M_INVALID_PARAM : err,
		    "%s", why);
	return put(u, &u->new, "m.room.member", u->by.user_id,
	    member_content(u->r->db, u->by.user_id, MEMBERSHIP_JOIN, NULL));
}

/* A rule that the new version lacks would lock everybody out. */
static const cJSON *
join_rules_for(const struct room_version *v, const cJSON *content)
{
	const struct { const char *rule; bool is_there; } newer[] = {
		{ "knock", v->knock },
		{ "restricted", v->restricted },
		{ "knock_restricted", v->knock_restricted },
	};
	const char *rule = json_text(content, "join_rule");
	cJSON *invite;

	for (size_t i = 0; i < sizeof(newer) / sizeof(newer[0]); i++)
		if (rule != NULL && strcmp(rule, newer[i].rule) == 0 &&
		    !newer[i].is_there) {
			invite = cJSON_CreateObject();
			cJSON_AddStringToObject(invite, "join_rule", "invite");
			return invite;
		}
	return content;
}

/* ------------------------------------------------------------- power levels */

/* Older versions took texts and fractions for levels. */
static void
make_integer(cJSON *level)
{
	double n;

	if (cJSON_IsObject(level)) {
		for (cJSON *item = level->child; item; item = item->next)
			make_integer(item);
		return;
	}
	if (json_is_int(level))
		return;
	n = cJSON_IsString(level) ? strtod(level->valuestring, NULL) :
	    cJSON_IsNumber(level) ? level->valuedouble : 0;
	if (n > (double)JSON_INT_MAX || n < -(double)JSON_INT_MAX || n != n)
		n = 0;
	level->type = cJSON_Number;
	cJSON_SetNumberHelper(level, (double)(int64_t)n);
}

static void
set_level(cJSON *levels, const char *key, double level)
{
	cJSON_DeleteItemFromObjectCaseSensitive(levels, key);
	cJSON_AddNumberToObject(levels, key, level);
}

static void
drop_all(cJSON *users, const cJSON *names)
{
	const cJSON *name;

	cJSON_ArrayForEach(name, names)
		if (cJSON_IsString(name))
			cJSON_DeleteItemFromObjectCaseSensitive(users,
			    name->valuestring);
}

static double
highest(const cJSON *levels)
{
	const cJSON *item;
	double most = CREATOR_LEVEL;

	cJSON_ArrayForEach(item, levels) {
		double n = cJSON_IsObject(item) ? highest(item) :
		    cJSON_IsNumber(item) ? item->valuedouble : 0;

		if (n > most)
			most = n;
	}
	return most;
}

/*
 * Creators stand above all levels in some versions, where they must not be
 * listed.  In the others they have the level that they are given: one that
 * reaches all, or what only creators might do nobody ever could again.
 */
static cJSON *
levels_for(struct upgrade *u, const struct room_version *v, const cJSON *content)
{
	cJSON *levels = cJSON_Duplicate(content, true);
	cJSON *users = json_get(levels, "users");

	if (v->integer_levels && !u->old.version->integer_levels)
		make_integer(levels);
	if (!cJSON_IsObject(users)) {
		cJSON_DeleteItemFromObjectCaseSensitive(levels, "users");
		users = cJSON_AddObjectToObject(levels, "users");
	}
	if (v->creators_rule) {
		cJSON_DeleteItemFromObjectCaseSensitive(users, u->by.user_id);
		drop_all(users, u->wish.additional_creators);
	} else if (u->old.version->creators_rule)
		set_level(users, u->by.user_id, highest(levels));
	return levels;
}

/*
 * "Replicates transferable state events".  The power levels come last, because
 * until then the creator may do everything.
 */
static enum mx_err
copy_state(struct upgrade *u)
{
	static const char *const types[] = {
		"m.room.server_acl", "m.room.encryption", "m.room.name",
		"m.room.avatar", "m.room.topic", "m.room.guest_access",
		"m.room.history_visibility", "m.room.join_rules",
		"m.room.canonical_alias", "m.room.power_levels", NULL
	};
	const struct room_version *v = u->new.version;
	enum mx_err err = M_OK;

	for (size_t i = 0; err == M_OK && types[i] != NULL; i++) {
		const cJSON *content = old_state(u, types[i]);

		if (content == NULL)
			continue;
		if (strcmp(types[i], "m.room.join_rules") == 0)
			content = join_rules_for(v, content);
		if (strcmp(types[i], "m.room.power_levels") == 0)
			content = levels_for(u, v, content);
		err = put(u, &u->new, types[i], "", content);
	}
	return err;
}

/* ------------------------------------------------------------- the old room */

/* As far as the caller may; it is over anyway. */
static void
try_put(struct upgrade *u, const char *type, const cJSON *content)
{
	struct sent sent;
	const char *why;

	event_try(u->r, &u->by, &u->old, (struct new_event){ .type = type,
	    .state_key = "", .content = content }, &sent, &why);
}

static enum mx_err
bury(struct upgrade *u)
{
	cJSON *content = cJSON_CreateObject();

	cJSON_AddStringToObject(content, "body",
	    "This room has been replaced");
	cJSON_AddStringToObject(content, "replacement_room", u->new.room_id);
	return put(u, &u->old, "m.room.tombstone", "", content);
}

/* "To the greater of 50 and users_default + 1". */
static void
quieten(struct upgrade *u)
{
	const cJSON *now = old_state(u, "m.room.power_levels");
	int64_t above = power_to(now, "users_default") + 1;
	cJSON *levels;

	if (now == NULL)
		return;
	if (above < 50)
		above = 50;
	levels = cJSON_Duplicate(now, true);
	if (power_to(now, "events_default") < above)
		set_level(levels, "events_default", (double)above);
	if (power_to(now, "invite") < above)
		set_level(levels, "invite", (double)above);
	try_put(u, "m.room.power_levels", levels);
}

/* ------------------------------------------------------------- the handler */

static enum mx_err
wish_read(struct upgrade *u, const struct room_version **version)
{
	struct request *r = u->r;
	enum mx_err err;

	if ((err = body_read(r, wish_fields, &u->wish)) != M_OK ||
	    (err = room_named(r, &u->old)) != M_OK ||
	    (err = author_of(r, &u->by)) != M_OK)
		return err;
	*version = room_version_find(u->wish.new_version);
	if (*version == NULL)
		return fail(r, M_UNSUPPORTED_ROOM_VERSION,
		    "This server has no such room version");
	if (cJSON_GetArraySize(u->wish.additional_creators) > CREATORS_MAX)
		return fail(r, M_INVALID_PARAM,
		    "additional_creators may name %d users", CREATORS_MAX);
	if (room_member(r->db, u->old.nr, r->who.user).membership !=
	    MEMBERSHIP_JOIN)
		return fail(r, M_FORBIDDEN, "You are not in this room");
	u->create = old_state(u, "m.room.create");
	return M_OK;
}

/*
 * POST /rooms/{roomId}/upgrade
 *
 * Replace a room by a new one of version new_version; the answer is its id,
 * replacement_room.  Who may send m.room.tombstone may do this.  Settings and
 * power levels are those of the old room, its aliases and its place in the room
 * directory go over to the new one, and its bans soon after; in the old one
 * ordinary members may no longer speak.  All of it happens, or nothing does.
 */
enum mx_err
room_upgrade(struct request *r)
{
	struct upgrade u = { .r = r };
	const struct room_version *version;
	enum mx_err err;

	if ((err = wish_read(&u, &version)) != M_OK ||
	    (err = begin(&u, version)) != M_OK)
		return err;
	db_exec(r->db, STMT_ALIASES_MOVE, DB_INT(u.new.nr), DB_INT(u.old.nr));
	db_exec(r->db, STMT_ROOM_SUCCEEDS, DB_INT(u.old.nr), DB_INT(u.new.nr));
	if ((err = copy_state(&u)) != M_OK || (err = bury(&u)) != M_OK)
		return err;
	db_exec(r->db, STMT_ROOM_UNPUBLISH, DB_INT(u.old.nr));
	if ((err = aliases_tell(r, &u.by, &u.old)) != M_OK ||
	    (err = aliases_tell(r, &u.by, &u.new)) != M_OK)
		return err;
	if (old_state(&u, "m.room.canonical_alias") != NULL)
		try_put(&u, "m.room.canonical_alias", cJSON_CreateObject());
	quieten(&u);
	settings_follow(r, &u.new);
	task_add_about(r->db, TASK_COPY_BANS, r->who.user, u.new.nr,
	    arena_printf(r->mem, "%lld", (long long)u.old.nr), r->now, 0);
	put_text(&r->out, "replacement_room", u.new.room_id);
	return M_OK;
}

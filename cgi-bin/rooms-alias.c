/*
 * rooms-alias.c - aliases, as far as rooms are concerned: where they lead,
 * which of them a room may show as its own, and how it hears of changes.
 */
#include <string.h>

#include "matrix/ids.h"
#include "matrix/shape.h"
#include "rooms.h"

/* Aliases in one m.room.canonical_alias; each new one is looked up. */
#define ALIASES_MAX	100

bool
alias_find(struct db *db, const char *alias, struct room *room)
{
	struct rows rows = db_query(db, STMT_ALIAS_FIND, DB_TEXT(alias));
	bool found = rows_next(&rows);

	if (found)
		*room = (struct room){ .nr = rows_int(&rows, 0),
		    .room_id = rows_text(&rows, 1),
		    .version = room_version_find(rows_text(&rows, 2)),
		    .closed = rows_int(&rows, 3) != 0 };
	rows_done(&rows);
	return found && room->version != NULL;
}

bool
alias_is_ours(struct request *r, const char *alias)
{
	const char *server = id_server(alias);

	return server != NULL && strcmp(server, r->conf->server_name) == 0;
}

enum mx_err
alias_allowed(struct request *r, const char *alias)
{
	const struct appservice *as = r->who.appservice;

	if (as != NULL && !appservice_has(as, r->conf, SPACE_ALIASES, alias))
		return fail(r, M_EXCLUSIVE, "%s is in no namespace of the "
		    "application service", alias);
	return !appservice_excludes(r->conf, SPACE_ALIASES, alias, as) ? M_OK :
	    fail(r, M_EXCLUSIVE, "The alias %s belongs to an application "
	    "service", alias);
}

static bool
is_listed(const cJSON *content, const char *alias)
{
	const char *main = json_text(content, "alias");
	const cJSON *alt;

	if (main != NULL && strcmp(main, alias) == 0)
		return true;
	cJSON_ArrayForEach(alt, json_get(content, "alt_aliases"))
		if (cJSON_IsString(alt) && strcmp(alt->valuestring, alias) == 0)
			return true;
	return false;
}

const cJSON *
aliases_now(struct request *r, const struct room *room)
{
	struct event_row row;
	int64_t nr = room_state_now(r->db, room->nr, "m.room.canonical_alias",
	    "");

	return nr != 0 && event_find(r->db, nr, &row) ?
	    json_parse_own(r->mem, row.content) : NULL;
}

static enum mx_err
check_one(struct request *r, const struct room *room, const cJSON *now,
    const cJSON *alias, const char **why)
{
	if (!cJSON_IsString(alias) || !room_alias_valid(alias->valuestring)) {
		*why = "This is not a room alias";
		return M_INVALID_PARAM;
	}
	if (is_listed(now, alias->valuestring))
		return M_OK;
	if (db_int(r->db, 0, STMT_ALIAS_ROOM, DB_TEXT(alias->valuestring)) !=
	    room->nr) {
		*why = arena_printf(r->mem,
		    "The alias %s does not lead to this room",
		    alias->valuestring);
		return M_BAD_ALIAS;
	}
	return M_OK;
}

/* "If not present, null, or empty", there is none. */
static bool
is_none(const cJSON *alias)
{
	return alias == NULL || cJSON_IsNull(alias) ||
	    (cJSON_IsString(alias) && alias->valuestring[0] == '\0');
}

enum mx_err
aliases_check(struct request *r, const struct room *room, const cJSON *content,
    const char **why)
{
	const cJSON *now = aliases_now(r, room);
	const cJSON *main = json_get(content, "alias");
	const cJSON *alt, *alts = json_get(content, "alt_aliases");
	enum mx_err err;

	if (alts != NULL && !cJSON_IsNull(alts) && !cJSON_IsArray(alts)) {
		*why = "alt_aliases is not a list";
		return M_INVALID_PARAM;
	}
	if (cJSON_GetArraySize(alts) > ALIASES_MAX) {
		*why = "A room shows at most 100 aliases";
		return M_INVALID_PARAM;
	}
	if (!is_none(main) &&
	    (err = check_one(r, room, now, main, why)) != M_OK)
		return err;
	cJSON_ArrayForEach(alt, alts)
		if ((err = check_one(r, room, now, alt, why)) != M_OK)
			return err;
	return M_OK;
}

/* ---------------------------------------------------- telling the room */

/*
 * An event that follows from what was done to the directory, and need not be:
 * without the power to send it, it stays away.
 */
static enum mx_err
put_if_allowed(struct request *r, struct author *by, const struct room *room,
    struct new_event new)
{
	const char *why = NULL;
	struct sent sent;
	enum mx_err err = event_try(r, by, room, new, &sent, &why);

	return err == M_OK || err == M_FORBIDDEN ? M_OK :
	    fail(r, err, "%s", why);
}

static cJSON *
aliases_content(struct request *r, const struct room *room)
{
	cJSON *content = cJSON_CreateObject();
	cJSON *list = cJSON_AddArrayToObject(content, "aliases");
	struct rows rows = db_query(r->db, STMT_ALIASES_OF_ROOM,
	    DB_INT(room->nr));

	while (rows_next(&rows))
		cJSON_AddItemToArray(list,
		    cJSON_CreateString(rows_text(&rows, 0)));
	return content;
}

/*
 * "Rooms store a partial list of room aliases via the m.room.aliases state
 * event" (2015.md, ALI-3).  Rooms of today have none, unless a client of 2015
 * began one here.
 */
enum mx_err
aliases_tell(struct request *r, struct author *by, const struct room *room)
{
	const char *server = r->conf->server_name;

	if (!room->version->aliases_special && !req_is_2015(r) &&
	    room_state_now(r->db, room->nr, "m.room.aliases", server) == 0)
		return M_OK;
	return put_if_allowed(r, by, room, (struct new_event){
		.type = "m.room.aliases",
		.state_key = server,
		.content = aliases_content(r, room),
	});
}

/* content without alias; NULL: it was not in there. */
static cJSON *
content_without(const cJSON *content, const char *alias)
{
	cJSON *copy = cJSON_Duplicate(content, true);
	cJSON *main = json_get(copy, "alias");
	cJSON *alts = json_get(copy, "alt_aliases"), *alt, *next;
	bool found = false;

	if (cJSON_IsString(main) && strcmp(main->valuestring, alias) == 0) {
		cJSON_DetachItemViaPointer(copy, main);
		found = true;
	}
	for (alt = alts != NULL ? alts->child : NULL; alt != NULL; alt = next) {
		next = alt->next;
		if (!cJSON_IsString(alt) ||
		    strcmp(alt->valuestring, alias) != 0)
			continue;
		cJSON_DetachItemViaPointer(alts, alt);
		found = true;
	}
	if (found && cJSON_IsArray(alts) && alts->child == NULL)
		cJSON_DetachItemViaPointer(copy, alts);
	return found ? copy : NULL;
}

/* "Servers may choose to update" it. */
enum mx_err
aliases_untell(struct request *r, struct author *by, const struct room *room,
    const char *alias)
{
	const cJSON *now = aliases_now(r, room);
	cJSON *content = now != NULL ? content_without(now, alias) : NULL;

	if (content == NULL)
		return M_OK;
	return put_if_allowed(r, by, room, (struct new_event){
		.type = "m.room.canonical_alias",
		.state_key = "",
		.content = content,
	});
}

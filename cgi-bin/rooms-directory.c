/*
 * rooms-directory.c - the room directory, where it is written: aliases, and
 * which rooms are published.  What aliases a room has, and which rooms there
 * are, tells the program `directory`.
 */
#include <string.h>

#include "matrix/ids.h"
#include "matrix/service_query.h"
#include "matrix/shape.h"
#include "rooms.h"
#include "rooms.routes.h"

/* An event that lists them must not become too large. */
#define ALIASES_OF_ROOM	100
#define NETWORK_MAX	1024	/* bytes of the name of a network */

/* ----------------------------------------------------------------- rights */

/* NULL when there is no such state. */
static const cJSON *
state_content(struct request *r, const struct room *room, const char *type,
    struct event_row *row)
{
	int64_t nr = room_state_now(r->db, room->nr, type, "");

	return event_find(r->db, nr, row) ?
	    json_parse_own(r->mem, row->content) : NULL;
}

/*
 * Who may say which aliases the room shows decides about the directory too, as
 * on other servers; so may the administrators of this one.
 */
static bool
may_direct(struct request *r, const struct room *room)
{
	struct event_row row;
	struct auth_event create = { .type = "m.room.create" };
	const cJSON *levels;

	if (r->who.admin)
		return true;
	if (!is_joined(r, room))
		return false;
	create.content = state_content(r, room, "m.room.create", &row);
	create.sender = row.sender_id;
	if (create.content == NULL)
		return false;
	levels = state_content(r, room, "m.room.power_levels", &row);
	return power_of(room->version, &create, levels, r->who.user_id) >=
	    power_to_send(levels, "m.room.canonical_alias", true);
}

/* ---------------------------------------------------------------- aliases */

/* The alias in the path, of this server or not. */
static enum mx_err
alias_named(struct request *r, const char **alias)
{
	*alias = req_arg(r, "roomAlias");
	return room_alias_valid(*alias) ? M_OK :
	    fail(r, M_INVALID_PARAM, "This is not a room alias");
}

static enum mx_err
alias_named_ours(struct request *r, const char **alias)
{
	enum mx_err err = alias_named(r, alias);

	if (err == M_OK && !alias_is_ours(r, *alias))
		return fail(r, M_INVALID_PARAM, "Aliases of %s are kept by "
		    "that server; this one is %s", id_server(*alias),
		    r->conf->server_name);
	return err;
}

/* What nobody could type, or would see, is no name for others to use. */
static bool
is_printable(const char *alias)
{
	for (; *alias != '\0'; alias++)
		if ((unsigned char)*alias <= ' ' || *alias == 0x7f)
			return false;
	return true;
}

/*
 * GET /directory/room/{roomAlias}
 *
 * The room_id that an alias leads to, and the servers through which the room
 * can be joined.  Anybody may ask.
 */
enum mx_err
alias_get(struct request *r)
{
	const char *alias;
	struct room room;
	enum mx_err err;

	if ((err = alias_named(r, &alias)) != M_OK)
		return err;
	if (!alias_is_ours(r, alias))
		return fail(r, M_NOT_FOUND, "This server cannot ask %s for its "
		    "aliases yet", id_server(alias));
	if (!alias_find(r->db, alias, &room)) {
		err = service_query(r, SPACE_ALIASES, alias);
		return err != M_OK ? err : fail(r, M_NOT_FOUND,
		    "No room has the alias %s", alias);
	}
	put_text(&r->out, "room_id", room.room_id);
	put_array(&r->out, "servers");
	write_text(&r->out, r->conf->server_name);
	write_end(&r->out);
	return M_OK;
}

struct alias_info {
	const char	*room_id;
};

static const struct field alias_fields[] = {
	FIELD_STR(alias_info, room_id, "room_id", REQUIRED, room_id_valid),
	FIELD_END
};

/*
 * PUT /directory/room/{roomAlias}
 *
 * Let an alias of this server lead to a room that the caller is in.  It may
 * not lead anywhere yet, be it to the same room.
 */
enum mx_err
alias_put(struct request *r)
{
	struct alias_info info = { 0 };
	struct author by;
	const char *alias;
	struct room room;
	enum mx_err err;

	if ((err = alias_named_ours(r, &alias)) != M_OK ||
	    (err = body_read(r, alias_fields, &info)) != M_OK)
		return err;
	if (!is_printable(alias))
		return fail(r, M_INVALID_PARAM,
		    "An alias is written without blanks");
	if ((err = alias_allowed(r, alias)) != M_OK)
		return err;
	if (!room_find(r->db, info.room_id, &room) || !is_joined(r, &room))
		return fail(r, M_FORBIDDEN,
		    "Aliases are given by who is in the room");
	if (db_int(r->db, 0, STMT_ALIAS_COUNT, DB_INT(room.nr)) >=
	    ALIASES_OF_ROOM)
		return fail(r, M_FORBIDDEN, "A room has at most %d aliases; "
		    "delete one first", ALIASES_OF_ROOM);
	if (db_exec(r->db, STMT_ALIAS_ADD, DB_TEXT(alias), DB_INT(room.nr),
	    DB_INT(r->who.user), DB_INT(r->now)) == 0)
		return fail(r, M_ALIAS_TAKEN,
		    "The alias %s leads to a room already", alias);
	if ((err = author_of(r, &by)) != M_OK)
		return err;
	return aliases_tell(r, &by, &room);
}

/*
 * DELETE /directory/room/{roomAlias}
 *
 * Let an alias lead nowhere.  That may whoever made it, who may set
 * m.room.canonical_alias in the room, administrators of the server, and an
 * application service whose namespace it is in, others then not.  The
 * room no longer shows it, as far as the caller may see to that.
 */
enum mx_err
alias_delete(struct request *r)
{
	struct author by;
	const char *alias;
	struct room room;
	struct rows rows;
	int64_t creator;
	enum mx_err err;

	if ((err = alias_named_ours(r, &alias)) != M_OK)
		return err;
	rows = db_query(r->db, STMT_ALIAS_OWNER, DB_TEXT(alias));
	if (!rows_next(&rows))
		return fail(r, M_NOT_FOUND, "No room has the alias %s", alias);
	room = (struct room){ .nr = rows_int(&rows, 0),
	    .room_id = rows_text(&rows, 1),
	    .version = room_version_find(rows_text(&rows, 2)) };
	creator = rows_int(&rows, 3);
	rows_done(&rows);
	if (!r->who.admin && (err = alias_allowed(r, alias)) != M_OK)
		return err;
	if (room.version == NULL || (creator != r->who.user &&
	    r->who.appservice == NULL && !may_direct(r, &room)))
		return fail(r, M_FORBIDDEN, "An alias is deleted by who made "
		    "it, or by who may set the aliases of the room");
	db_exec(r->db, STMT_ALIAS_DROP, DB_TEXT(alias));
	if ((err = author_of(r, &by)) != M_OK ||
	    (err = aliases_tell(r, &by, &room)) != M_OK)
		return err;
	return aliases_untell(r, &by, &room, alias);
}

/* -------------------------------------------------------- published rooms */

/* Rooms here are no secret to who knows the id: the GET tells anybody. */
static enum mx_err
room_listed(struct request *r, struct room *room)
{
	const char *room_id = req_arg(r, "roomId");

	if (!room_id_valid(room_id))
		return fail(r, M_INVALID_PARAM, "This is not a room id");
	return room_find(r->db, room_id, room) ? M_OK :
	    fail(r, M_NOT_FOUND, "This server knows no such room");
}

/*
 * GET /directory/list/room/{roomId}
 *
 * Is the room published in the directory?  Anybody may ask.
 */
enum mx_err
listing_get(struct request *r)
{
	struct room room;
	enum mx_err err;

	if ((err = room_listed(r, &room)) != M_OK)
		return err;
	put_text(&r->out, "visibility", db_int(r->db, 0,
	    STMT_ROOM_IS_PUBLISHED, DB_INT(room.nr)) ? "public" : "private");
	return M_OK;
}

struct listing {
	const char	*visibility;
};

static bool
visibility_valid(const char *name)
{
	return strcmp(name, "public") == 0 || strcmp(name, "private") == 0;
}

static const struct field listing_fields[] = {
	FIELD_STR(listing, visibility, "visibility", OPTIONAL,
	    visibility_valid),
	FIELD_END
};
static const struct field network_fields[] = {
	FIELD_STR(listing, visibility, "visibility", REQUIRED,
	    visibility_valid),
	FIELD_END
};

/*
 * PUT /directory/list/room/{roomId}
 *
 * Publish the room in the directory, or take it out.
 */
enum mx_err
listing_put(struct request *r)
{
	struct listing listing = { .visibility = "public" };
	struct room room;
	enum mx_err err;

	if ((err = body_read(r, listing_fields, &listing)) != M_OK ||
	    (err = room_listed(r, &room)) != M_OK)
		return err;
	if (!may_direct(r, &room))
		return fail(r, M_FORBIDDEN, "Rooms are published by who may "
		    "set their aliases");
	if (strcmp(listing.visibility, "public") == 0)
		db_exec(r->db, STMT_ROOM_PUBLISH, DB_INT(room.nr));
	else
		db_exec(r->db, STMT_ROOM_UNPUBLISH, DB_INT(room.nr));
	return M_OK;
}

/*
 * PUT /directory/list/appservice/{networkId}/{roomId}
 *
 * An application service publishes a room that its user is in in the directory
 * of one of its networks, or takes it out.  The directory has the instance_id
 * that GET /thirdparty/protocols gives to the network.
 */
enum mx_err
network_listing_put(struct request *r)
{
	const struct appservice *as = r->who.appservice;
	struct listing listing = { 0 };
	const char *network;
	struct room room;
	enum mx_err err;

	if (as == NULL)
		return fail(r, M_FORBIDDEN,
		    "Networks belong to application services");
	if ((err = body_read(r, network_fields, &listing)) != M_OK ||
	    (err = room_listed(r, &room)) != M_OK)
		return err;
	network = arena_printf(r->mem, "%s|%s", as->id,
	    req_arg(r, "networkId"));
	if (strlen(network) > NETWORK_MAX)
		return fail(r, M_INVALID_PARAM, "networkId is too long");
	if (strcmp(listing.visibility, "private") == 0)
		db_exec(r->db, STMT_NETWORK_UNPUBLISH, DB_TEXT(network),
		    DB_INT(room.nr));
	else if (is_joined(r, &room))
		db_exec(r->db, STMT_NETWORK_PUBLISH, DB_TEXT(network),
		    DB_INT(room.nr));
	else
		return fail(r, M_FORBIDDEN, "The user is not in this room");
	db_exec(r->db, STMT_ROOM_NETWORKS, DB_INT(room.nr));
	return M_OK;
}

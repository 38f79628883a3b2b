/*
 * rooms-shut.c - rooms as administrators see them, and their end
 * (room_clear.h).  The calls are those of Synapse's Admin API.
 */
#include "base/clock.h"
#include "matrix/ids.h"
#include "matrix/room_clear.h"
#include "matrix/room_told.h"
#include "rooms-admin.h"
#include "rooms.h"
#include "rooms.routes.h"

#define PIECE_US	20000	/* of a deletion that is waited for */

static enum mx_err
room_by_id(struct request *r, struct room *room)
{
	const char *room_id = req_arg(r, "roomId");

	if (!room_id_valid(room_id))
		return fail(r, M_INVALID_PARAM, "This is not a room id");
	if (!room_find(r->db, room_id, room))
		return fail(r, M_NOT_FOUND, "This server knows no such room");
	return M_OK;
}

/*
 * GET /_synapse/admin/v1/rooms/{roomId}
 *
 * What a room shows of itself, and how large it is.
 */
enum mx_err
room_details(struct request *r)
{
	struct room room;
	enum mx_err err;

	if ((err = room_by_id(r, &room)) != M_OK)
		return err;
	put_room_told(&r->out, r->db, r->mem, room.nr, true);
	return M_OK;
}

/* --------------------------------------------------------------- the end */

struct wish {
	const char	*new_room_user_id;
	const char	*room_name;
	const char	*message;
	bool		 block;
	bool		 purge;
	bool		 force_purge;
};

static const struct field wish_fields[] = {
	FIELD_STR(wish, new_room_user_id, "new_room_user_id", OPTIONAL,
	    user_id_valid),
	FIELD_STR(wish, room_name, "room_name", OPTIONAL, NULL),
	FIELD_STR(wish, message, "message", OPTIONAL, NULL),
	FIELD_BOOL(wish, block, "block", OPTIONAL),
	FIELD_BOOL(wish, purge, "purge", OPTIONAL),
	FIELD_BOOL(wish, force_purge, "force_purge", OPTIONAL),
	FIELD_END
};

static enum mx_err
wish_read(struct request *r, struct wish *wish)
{
	struct named_user host;
	enum mx_err err;

	*wish = (struct wish){ .purge = true };
	if ((err = body_read(r, wish_fields, wish)) != M_OK)
		return err;
	if (!room_id_valid(req_arg(r, "roomId")))
		return fail(r, M_INVALID_PARAM, "This is not a room id");
	if (wish->new_room_user_id != NULL &&
	    !named_user_find(r, wish->new_room_user_id, &host))
		return fail(r, M_INVALID_PARAM, "new_room_user_id has no "
		    "account here; name a user who can make rooms");
	return M_OK;
}

static cJSON *
wish_kept(const struct wish *wish)
{
	cJSON *kept = cJSON_CreateObject();

	if (wish->new_room_user_id != NULL)
		cJSON_AddStringToObject(kept, "new_room_user_id",
		    wish->new_room_user_id);
	if (wish->room_name != NULL)
		cJSON_AddStringToObject(kept, "room_name", wish->room_name);
	if (wish->message != NULL)
		cJSON_AddStringToObject(kept, "message", wish->message);
	cJSON_AddBoolToObject(kept, "purge", wish->purge);
	return kept;
}

static void
block(struct request *r, const struct wish *wish)
{
	if (wish->block)
		db_exec(r->db, STMT_ROOM_BLOCK, DB_TEXT(req_arg(r, "roomId")),
		    DB_INT(r->who.user), DB_INT(r->now));
	log_note(r, "%s%s%s", wish->block ? "blocked" : "not blocked",
	    wish->purge ? ", purged" : "", wish->new_room_user_id != NULL ?
	    ", with a new room" : "");
}

/* The undertaking, its task left. */
static enum mx_err
clear_begin(struct request *r, const struct wish *wish, const char **id)
{
	struct room room;
	enum mx_err err;

	if ((err = room_by_id(r, &room)) != M_OK)
		return err;
	if (undertaking_open(r->db, TASK_CLEAR_ROOM, room.room_id) != NULL)
		return fail(r, M_BAD_REQUEST, "This room is being deleted; "
		    "delete_status says how far that is");
	block(r, wish);
	*id = undertake(r->db, r->mem, TASK_CLEAR_ROOM, room.room_id,
	    wish_kept(wish), 0, room.nr, r->now);
	return M_OK;
}

/*
 * DELETE /_synapse/admin/v2/rooms/{roomId}
 *
 * Everybody of this server goes out of a room, into a new one if
 * new_room_user_id says who is to have it; with block nobody comes in again.
 * The answer is at once, and delete_id names the work that goes on.
 */
enum mx_err
room_shut(struct request *r)
{
	struct wish wish;
	const char *id;
	enum mx_err err;

	if ((err = wish_read(r, &wish)) != M_OK ||
	    (err = clear_begin(r, &wish, &id)) != M_OK)
		return err;
	put_text(&r->out, "delete_id", id);
	return M_OK;
}

static void
put_member_of(struct request *r, const struct undertaking *u, const char *key)
{
	put_json(&r->out, key, json_get(u->result, key));
}

/* The task does the same meanwhile, and goes on should this end early. */
static enum mx_err
clear_on(struct request *r)
{
	struct clearing c = { r->db, r->mem, r->conf, r->now,
	    clock_mono_us() + PIECE_US };
	struct undertaking u;

	if (!undertaking_find(r->db, r->mem, r->piece, &u))
		return fail(r, M_UNKNOWN, "Nobody knows any more what came of "
		    "it");
	if (room_clear(&c, &u))
		return more(r, clear_on, r->piece);
	if (u.error != NULL)
		return refuse_keeping(r, M_UNKNOWN, "%s", u.error);
	put_member_of(r, &u, "kicked_users");
	put_member_of(r, &u, "failed_to_kick_users");
	put_member_of(r, &u, "local_aliases");
	put_member_of(r, &u, "new_room_id");
	return M_OK;
}

/* A room that nobody here knows can be blocked, too. */
static enum mx_err
block_unknown(struct request *r, const struct wish *wish)
{
	if (!wish->block)
		return fail(r, M_BAD_REQUEST, "This server knows no such room; "
		    "it can be blocked all the same");
	block(r, wish);
	put_array(&r->out, "kicked_users");
	write_end(&r->out);
	put_array(&r->out, "failed_to_kick_users");
	write_end(&r->out);
	put_array(&r->out, "local_aliases");
	write_end(&r->out);
	put_text(&r->out, "new_room_id", NULL);
	return M_OK;
}

/*
 * DELETE /_synapse/admin/v1/rooms/{roomId}
 *
 * The same, and the answer comes when everybody is out.  A room that is not
 * known here may be blocked.
 */
enum mx_err
room_shut_now(struct request *r)
{
	struct wish wish;
	struct room room;
	const char *id;
	enum mx_err err;

	if ((err = wish_read(r, &wish)) != M_OK)
		return err;
	if (!room_find(r->db, req_arg(r, "roomId"), &room))
		return block_unknown(r, &wish);
	if ((err = clear_begin(r, &wish, &id)) != M_OK)
		return err;
	r->piece = id;
	return clear_on(r);
}

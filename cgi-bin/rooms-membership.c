/*
 * rooms-membership.c - coming in: join, knock, invite.
 */
#include "matrix/ids.h"
#include "matrix/room_end.h"
#include "matrix/service_query.h"
#include "rooms.h"
#include "rooms.routes.h"

/* ------------------------------------------------------------------- join */

struct join {
	const char	*reason;
	const cJSON	*third_party_signed;
};

static const struct field join_fields[] = {
	FIELD_STR(join, reason, "reason", OPTIONAL, NULL),
	FIELD_OBJECT(join, third_party_signed, "third_party_signed", OPTIONAL),
	FIELD_END
};

enum mx_err
room_meant(struct request *r, const char *id, struct room *room)
{
	bool is_alias = !room_id_valid(id);
	enum mx_err err;

	if (is_alias && !room_alias_valid(id))
		return fail(r, M_INVALID_PARAM,
		    "This is neither a room id nor a room alias");
	if (is_alias ? alias_find(r->db, id, room) :
	    room_find(r->db, id, room))
		return M_OK;
	if (is_alias && alias_is_ours(r, id) &&
	    (err = service_query(r, SPACE_ALIASES, id)) != M_OK)
		return err;
	if (!is_alias && room_is_blocked(r->db, id))
		return fail(r, M_FORBIDDEN, "The administrator of this server "
		    "has blocked this room");
	return fail(r, M_NOT_FOUND, "This server knows no such room");
}

enum mx_err
room_enter(struct request *r, const struct room *room)
{
	struct join join = { 0 };
	enum mx_err err;

	if ((err = body_read(r, join_fields, &join)) != M_OK)
		return err;
	if (!is_joined(r, room) && (err = member_put(r, room, r->who.user_id,
	    MEMBERSHIP_JOIN, join.reason)) != M_OK)
		return err;
	put_text(&r->out, "room_id", room->room_id);
	return M_OK;
}

/*
 * POST /join/{roomIdOrAlias}, POST /rooms/{roomIdOrAlias}/join
 * PUT of both with {txnId} (2015)
 *
 * Join a room by id or by an alias of this server, or one for which an
 * application service makes it; the answer is its room_id.
 * Who is in it already is answered the same, and nothing happens.  With
 * third_party_signed who was invited by address comes in.
 */
enum mx_err
room_join(struct request *r)
{
	struct join join = { 0 };
	struct room room;
	enum mx_err err;

	if ((err = body_read(r, join_fields, &join)) != M_OK)
		return err;
	if ((err = room_meant(r, req_arg(r, "roomIdOrAlias"), &room)) != M_OK)
		return err;
	return join.third_party_signed != NULL ? join_by_proof(r, &room) :
	    room_enter(r, &room);
}

/* ------------------------------------------------------------------ knock */

struct knock {
	const char	*reason;
};

static const struct field knock_fields[] = {
	FIELD_STR(knock, reason, "reason", OPTIONAL, NULL),
	FIELD_END
};

/*
 * POST /knock/{roomIdOrAlias}
 *
 * Ask to be invited to a room that lets one ask; the answer is its room_id.
 * To knock once more with the same reason changes nothing.
 */
enum mx_err
room_knock(struct request *r)
{
	struct knock knock = { 0 };
	struct room room;
	enum mx_err err;

	if ((err = body_read(r, knock_fields, &knock)) != M_OK ||
	    (err = room_meant(r, req_arg(r, "roomIdOrAlias"), &room)) != M_OK ||
	    (err = member_put(r, &room, r->who.user_id, MEMBERSHIP_KNOCK,
	    knock.reason)) != M_OK)
		return err;
	put_text(&r->out, "room_id", room.room_id);
	return M_OK;
}

/* ----------------------------------------------------------------- invite */

struct invite {
	const char	*user_id;
	const char	*reason;
	const cJSON	*id_server;
	const cJSON	*medium;
	const cJSON	*address;
};

static const struct field invite_fields[] = {
	FIELD_STR(invite, user_id, "user_id", OPTIONAL, user_id_valid),
	FIELD_STR(invite, reason, "reason", OPTIONAL, NULL),
	FIELD_ANY(invite, id_server, "id_server", OPTIONAL),
	FIELD_ANY(invite, medium, "medium", OPTIONAL),
	FIELD_ANY(invite, address, "address", OPTIONAL),
	FIELD_END
};

/*
 * POST /rooms/{roomId}/invite
 * PUT /rooms/{roomId}/invite/{txnId} (2015)
 *
 * Invite a user of this server, or one whom an application service makes when
 * it is asked about them.  Inviting once more who is invited already
 * changes nothing.  An address may stand in place of the user_id
 * (rooms-invite-3pid.c).
 */
enum mx_err
room_invite(struct request *r)
{
	struct invite invite = { 0 };
	struct room room;
	enum mx_err err;

	if ((err = body_read(r, invite_fields, &invite)) != M_OK)
		return err;
	if (invite.user_id == NULL && (invite.id_server != NULL ||
	    invite.medium != NULL || invite.address != NULL))
		return invite_by_address(r);
	if (invite.user_id == NULL)
		return fail(r, req_is_2015(r) ? M_BAD_JSON : M_MISSING_PARAM,
		    "user_id is missing");
	if ((err = room_named(r, &room)) != M_OK)
		return err;
	if (is_joined(r, &room) &&
	    db_int(r->db, 0, STMT_ACCOUNT_USER, DB_TEXT(invite.user_id)) == 0 &&
	    (err = service_query(r, SPACE_USERS, invite.user_id)) != M_OK)
		return err;
	return member_put(r, &room, invite.user_id, MEMBERSHIP_INVITE,
	    invite.reason);
}

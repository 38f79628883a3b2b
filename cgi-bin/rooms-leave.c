/*
 * rooms-leave.c - going, being put out, and forgetting.
 */
#include "matrix/ids.h"
#include "rooms.h"
#include "rooms.routes.h"

/* ------------------------------------------------------------------ leave */

struct leave {
	const char	*reason;
};

static const struct field leave_fields[] = {
	FIELD_STR(leave, reason, "reason", OPTIONAL, NULL),
	FIELD_END
};

/*
 * POST /rooms/{roomId}/leave
 * PUT /rooms/{roomId}/leave/{txnId} (2015)
 *
 * Leave a room, turn down an invitation to it, or take back a knock.  Who has
 * left already is told so by success: the answer to the first request may have
 * been lost.
 */
enum mx_err
room_leave(struct request *r)
{
	struct leave leave = { 0 };
	struct room room;
	enum mx_err err;

	if ((err = body_read(r, leave_fields, &leave)) != M_OK ||
	    (err = room_named(r, &room)) != M_OK)
		return err;
	switch (room_member(r->db, room.nr, r->who.user).membership) {
	case MEMBERSHIP_NONE:
		return fail(r, M_FORBIDDEN, "You are not in this room");
	case MEMBERSHIP_LEAVE:
		return M_OK;
	default:
		return member_put(r, &room, r->who.user_id, MEMBERSHIP_LEAVE,
		    leave.reason);
	}
}

/*
 * POST /rooms/{roomId}/forget
 *
 * The caller, who has left the room or was put out of it, reads nothing of it
 * any more, and is not told of it by sync until they are invited again, join
 * or knock.
 */
enum mx_err
room_forget(struct request *r)
{
	struct room room;
	enum mx_err err;

	if ((err = room_named(r, &room)) != M_OK)
		return err;
	switch (room_member(r->db, room.nr, r->who.user).membership) {
	case MEMBERSHIP_NONE:
		return fail(r, M_FORBIDDEN, "You are not in this room");
	case MEMBERSHIP_LEAVE:
	case MEMBERSHIP_BAN:
		db_exec(r->db, STMT_MEMBER_FORGET, DB_INT(room.nr),
		    DB_INT(r->who.user));
		return M_OK;
	default:
		return fail(r, M_BAD_REQUEST, "You have not left this room; "
		    "leave it before you forget it");
	}
}

/* ----------------------------------------------------- putting others out */

struct other {
	const char	*user_id;
	const char	*reason;
};

static const struct field other_fields[] = {
	FIELD_STR(other, user_id, "user_id", REQUIRED, user_id_valid),
	FIELD_STR(other, reason, "reason", OPTIONAL, NULL),
	FIELD_END
};

static enum mx_err
read_other(struct request *r, struct other *other, struct room *room)
{
	enum mx_err err = body_read(r, other_fields, other);

	return err != M_OK ? err : room_named(r, room);
}

/*
 * What another user is to the room.  Only those who are in it are told; to
 * others the rules have something to say.
 */
static bool
other_is(struct request *r, const struct room *room, const struct other *other,
    enum membership *membership)
{
	*membership = room_member(r->db, room->nr,
	    user_find(r->db, other->user_id)).membership;
	return is_joined(r, room);
}

/*
 * POST /rooms/{roomId}/kick
 *
 * Put a member out, take back an invitation, or turn down a knock.  A ban is
 * lifted by unban only.
 */
enum mx_err
room_kick(struct request *r)
{
	struct other other = { 0 };
	enum membership now;
	struct room room;
	enum mx_err err;

	if ((err = read_other(r, &other, &room)) != M_OK)
		return err;
	if (other_is(r, &room, &other, &now) && now != MEMBERSHIP_JOIN &&
	    now != MEMBERSHIP_INVITE && now != MEMBERSHIP_KNOCK)
		return fail(r, M_FORBIDDEN, "This user is not in the room");
	return member_put(r, &room, other.user_id, MEMBERSHIP_LEAVE,
	    other.reason);
}

/*
 * POST /rooms/{roomId}/ban
 * PUT /rooms/{roomId}/ban/{txnId} (2015)
 *
 * Put a user out, if they are in, and let them neither join nor be invited
 * until they are unbanned.  They need not exist yet.
 */
enum mx_err
room_ban(struct request *r)
{
	struct other other = { 0 };
	struct room room;
	enum mx_err err;

	if ((err = read_other(r, &other, &room)) != M_OK)
		return err;
	return member_put(r, &room, other.user_id, MEMBERSHIP_BAN,
	    other.reason);
}

/*
 * POST /rooms/{roomId}/unban
 *
 * Lift a ban: the user may be invited again, and join where anybody may.
 */
enum mx_err
room_unban(struct request *r)
{
	struct other other = { 0 };
	enum membership now;
	struct room room;
	enum mx_err err;

	if ((err = read_other(r, &other, &room)) != M_OK)
		return err;
	if (other_is(r, &room, &other, &now) && now != MEMBERSHIP_BAN)
		return fail(r, M_FORBIDDEN, "This user is not banned");
	return member_put(r, &room, other.user_id, MEMBERSHIP_LEAVE,
	    other.reason);
}

/*
 * rooms-member.c - what the authorisation rules leave to a server of
 * m.room.member events, by whatever endpoint they come: guests, users who do
 * not exist or want no invitations, names and pictures, restricted rooms.
 */
#include <string.h>

#include "matrix/ids.h"
#include "matrix/invitation.h"
#include "matrix/notice.h"
#include "matrix/room_end.h"
#include "rooms.h"

/* Guests come and go, where a room lets them in. */
static enum mx_err
check_guest(struct request *r, const struct room *room, const char *user_id,
    enum membership membership, const char **why)
{
	if (strcmp(user_id, r->who.user_id) != 0 ||
	    (membership != MEMBERSHIP_JOIN && membership != MEMBERSHIP_LEAVE)) {
		*why = "Guests may join rooms and leave them; register to "
		    "invite, to knock or to remove others";
		return M_GUEST_ACCESS_FORBIDDEN;
	}
	if (membership == MEMBERSHIP_LEAVE || guests_welcome(r, room))
		return M_OK;
	*why = "This room does not let guests in";
	return M_GUEST_ACCESS_FORBIDDEN;
}

/* Users of other servers are out of reach until there is federation. */
static enum mx_err
check_invitee(struct request *r, const char *user_id, const char **why)
{
	const char *server = id_server(user_id);
	int64_t user;

	if (server == NULL || strcmp(server, r->conf->server_name) != 0) {
		*why = "This server cannot reach users of other servers yet";
		return M_FORBIDDEN;
	}
	user = user_find(r->db, user_id);
	if (user == 0 || db_int(r->db, 0, STMT_ACCOUNT_ALIVE, DB_INT(user)) == 0) {
		*why = "There is no such user on this server";
		return M_NOT_FOUND;
	}
	if (!invitations_blocked(r->db, user))
		return M_OK;
	*why = "This user does not want to be invited";
	return M_INVITE_BLOCKED;
}

/*
 * "Servers should not prevent the user leaving the room after joining", but the
 * invitation stands ("Server Notices").
 */
static enum mx_err
check_leaving(struct request *r, const struct room *room, const char **why)
{
	if (!is_notices_room(r->db, r->mem, r->conf, room->nr) ||
	    room_member(r->db, room->nr, r->who.user).membership !=
	    MEMBERSHIP_INVITE)
		return M_OK;
	*why = "This room is for what the server tells you; its invitation "
	    "cannot be turned down";
	return M_CANNOT_LEAVE_SERVER_NOTICE_ROOM;
}

/* Of whom the server says how they call themselves. */
static bool
shows_profile(enum membership membership)
{
	return membership == MEMBERSHIP_JOIN ||
	    membership == MEMBERSHIP_INVITE || membership == MEMBERSHIP_KNOCK;
}

/* Who is in already may stay, and be called otherwise. */
static enum mx_err
check_block(struct request *r, const struct room *room,
    enum membership membership, const char **why)
{
	if (!shows_profile(membership) || (membership == MEMBERSHIP_JOIN &&
	    is_joined(r, room)) || !room_is_blocked(r->db, room->room_id))
		return M_OK;
	*why = "This room has been blocked on this server";
	return M_FORBIDDEN;
}

static enum mx_err
check_word(const struct room *room, enum membership membership,
    const char **why)
{
	if (membership == MEMBERSHIP_NONE) {
		*why = "membership must be invite, join, knock, leave or ban";
		return M_BAD_JSON;
	}
	if (membership == MEMBERSHIP_KNOCK && !room->version->knock) {
		*why = "One cannot knock at a room of this version";
		return M_FORBIDDEN;
	}
	return M_OK;
}

/*
 * join_authorised_via_users_server says that this server looked into the
 * conditions of a restricted room, so it is not for a client to write; nor is
 * third_party_invite, which says that it has asked about a key.  Who is not in
 * the room learns nothing of whom they would invite.
 */
enum mx_err
member_check(struct request *r, const struct room *room, struct new_event *new,
    const char **why)
{
	static const char *const ours[] = {
		"join_authorised_via_users_server", "third_party_invite", NULL
	};
	enum membership membership =
	    membership_of(json_text(new->content, "membership"));
	cJSON *content = object_without(new->content, ours);
	enum mx_err err;

	new->content = content;
	if ((err = check_word(room, membership, why)) != M_OK ||
	    (err = check_block(r, room, membership, why)) != M_OK)
		return err;
	if (!user_id_valid(new->state_key))
		return M_OK;	/* room_send() has a word for it */
	if (r->who.guest && (err = check_guest(r, room, new->state_key,
	    membership, why)) != M_OK)
		return err;
	if (shows_profile(membership))
		member_content_fill(r->db, new->state_key, content);
	if (membership == MEMBERSHIP_JOIN)
		restricted_authorise(r, room, content);
	if (membership == MEMBERSHIP_LEAVE &&
	    strcmp(new->state_key, r->who.user_id) == 0)
		return check_leaving(r, room, why);
	if (membership == MEMBERSHIP_INVITE && is_joined(r, room))
		return check_invitee(r, new->state_key, why);
	return M_OK;
}

enum mx_err
member_put(struct request *r, const struct room *room, const char *user_id,
    enum membership membership, const char *reason)
{
	cJSON *content = cJSON_CreateObject();
	struct author by;
	struct sent sent;
	enum mx_err err;

	if ((err = author_of(r, &by)) != M_OK)
		return err;
	cJSON_AddStringToObject(content, "membership",
	    membership_name(membership));
	if (reason != NULL)
		cJSON_AddStringToObject(content, "reason", reason);
	return event_put(r, &by, room, (struct new_event){
		.type = "m.room.member",
		.state_key = user_id,
		.content = content,
	}, &sent);
}

/*
 * rooms.c - what the handlers of `rooms` share (rooms.h).
 */
#include <string.h>

#include "base/log.h"
#include "matrix/ids.h"
#include "matrix/relation.h"
#include "matrix/shape.h"
#include "rooms.h"
#include "rooms.routes.h"

#define NAME_BYTES_MAX	255	/* of m.room.name (2015.md, EVT-5) */

enum mx_err
room_named(struct request *r, struct room *room)
{
	const char *room_id = req_arg(r, "roomId");

	if (!room_id_valid(room_id))
		return fail(r, M_INVALID_PARAM, "This is not a room id");
	if (!room_find(r->db, room_id, room))
		return fail(r, M_FORBIDDEN, "You are not in this room");
	return M_OK;
}

enum mx_err
author_of(struct request *r, struct author *by)
{
	const char *why;

	*by = (struct author){
		.db = r->db,
		.mem = r->mem,
		.server_name = r->conf->server_name,
		.key = signing_key_ours(r->conf, &why),
		.now = r->now,
		.user = r->who.user,
		.user_id = r->who.user_id,
		.device = r->who.device,
	};
	if (by->key != NULL)
		return M_OK;
	log_error("%s", why);
	return fail(r, M_UNKNOWN, "This server cannot sign events now; "
	    "its administrator finds the reason in the log");
}

/* ---------------------------------------- what the rules leave to a server */

/* Who makes a room is in it before anybody can find that out. */
static bool
is_joined(struct request *r, const struct room *room)
{
	return room->hidden || room_member(r->db, room->nr, r->who.user).membership ==
	    MEMBERSHIP_JOIN;
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
	return M_OK;
}

/* A room lets guests in by saying so (m.room.guest_access). */
static enum mx_err
check_guest(struct request *r, const struct room *room, const char **why)
{
	struct event_row row;
	int64_t nr = room_state_now(r->db, room->nr, "m.room.guest_access", "");
	const char *access = NULL;

	if (nr != 0 && event_find(r->db, nr, &row))
		access = json_text(json_parse_own(r->mem, row.content),
		    "guest_access");
	if (access != NULL && strcmp(access, "can_join") == 0)
		return M_OK;
	*why = "This room does not let guests in";
	return M_GUEST_ACCESS_FORBIDDEN;
}

/*
 * join_authorised_via_users_server says that this server looked into the
 * conditions of a restricted room, so it is not for a client to write; nor is
 * third_party_invite, which says that it has asked about a key.
 */
static enum mx_err
check_member(struct request *r, const struct room *room, struct new_event *new,
    const char **why)
{
	static const char *const ours[] = {
		"join_authorised_via_users_server", "third_party_invite", NULL
	};
	enum membership membership =
	    membership_of(json_text(new->content, "membership"));

	new->content = object_without(new->content, ours);
	if (membership == MEMBERSHIP_JOIN && r->who.guest)
		return check_guest(r, room, why);
	if (membership != MEMBERSHIP_INVITE || !user_id_valid(new->state_key) ||
	    !is_joined(r, room))
		return M_OK;	/* fit, or a matter of the rules */
	if (r->who.guest) {
		*why = "Guests may not invite";
		return M_GUEST_ACCESS_FORBIDDEN;
	}
	return check_invitee(r, new->state_key, why);
}

/*
 * Who is suspended may still go, also by setting state, and redact what they
 * said (client-server API, "Account suspension"); so routes.tab lets them come
 * as far as this.
 */
static bool
is_leaving(const struct request *r, const struct new_event *new)
{
	return new->state_key != NULL && strcmp(new->type, "m.room.member") == 0 &&
	    strcmp(new->state_key, r->who.user_id) == 0 &&
	    membership_of(json_text(new->content, "membership")) ==
	    MEMBERSHIP_LEAVE;
}

static enum mx_err
check_state(struct request *r, const struct room *room, struct new_event *new,
    const char **why)
{
	const char *name;

	if (strcmp(new->type, "m.room.member") == 0)
		return check_member(r, room, new, why);
	if (strcmp(new->type, "m.room.canonical_alias") == 0 &&
	    is_joined(r, room))
		return aliases_check(r, room, new->content, why);
	if (strcmp(new->type, "m.room.name") == 0 &&
	    (name = json_text(new->content, "name")) != NULL &&
	    strlen(name) > NAME_BYTES_MAX) {
		*why = "The name of a room may have 255 bytes";
		return M_INVALID_PARAM;
	}
	return M_OK;
}

static enum mx_err
check(struct request *r, const struct room *room, struct new_event *new,
    const char **why)
{
	if (strcmp(new->type, "m.room.redaction") == 0)
		return redaction_check(r, room, new, why);
	if (r->who.suspended && !is_leaving(r, new)) {
		*why = "Your account is suspended; you may leave rooms, and "
		    "redact your own events";
		return M_USER_SUSPENDED;
	}
	return new->state_key != NULL ? check_state(r, room, new, why) :
	    relation_check(r->db, room, r->who.user, new->type, new->content,
	    why);
}

enum mx_err
event_try(struct request *r, struct author *by, const struct room *room,
    struct new_event new, struct sent *sent, const char **why)
{
	enum mx_err err = check(r, room, &new, why);

	return err != M_OK ? err : room_send(by, room, &new, sent, why);
}

enum mx_err
event_put(struct request *r, struct author *by, const struct room *room,
    struct new_event new, struct sent *sent)
{
	const char *why = NULL;
	enum mx_err err = event_try(r, by, room, new, sent, &why);

	return err != M_OK ? fail(r, err, "%s", why) : M_OK;
}

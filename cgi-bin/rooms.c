/*
 * rooms.c - what the handlers of `rooms` share (rooms.h).
 */
#include <string.h>

#include "base/log.h"
#include "matrix/ids.h"
#include "matrix/presence.h"
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
		.deletes_media = r->conf->media_delete_redacted,
	};
	if (by->key != NULL)
		return M_OK;
	log_error("%s", why);
	return fail(r, M_UNKNOWN, "This server cannot sign events now; "
	    "its administrator finds the reason in the log");
}

/* Who makes a room is in it before anybody can find that out. */
bool
is_joined(struct request *r, const struct room *room)
{
	return room->hidden || room_member(r->db, room->nr,
	    r->who.user).membership == MEMBERSHIP_JOIN;
}

bool
state_of(struct request *r, const struct room *room, const char *type,
    struct auth_event *event)
{
	struct rows rows = db_query(r->db, STMT_AUTH_STATE, DB_INT(room->nr),
	    DB_TEXT(type), DB_TEXT(""));
	bool found = rows_next(&rows);

	if (found)
		*event = (struct auth_event){
			.event_id = rows_text(&rows, 2),
			.sender = rows_text(&rows, 3),
			.type = type,
			.state_key = "",
			.content = json_parse_own(r->mem,
			    row_content(&rows, 4)),
		};
	rows_done(&rows);
	return found;
}

/* ---------------------------------------- what the rules leave to a server */

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
		return member_check(r, room, new, why);
	if (strcmp(new->type, "m.room.canonical_alias") == 0 &&
	    is_joined(r, room))
		return aliases_check(r, room, new->content, why);
	/* The rules till version 5 let anybody of a server speak for it. */
	if (strcmp(new->type, "m.room.aliases") == 0 && !is_joined(r, room)) {
		*why = "You are not in this room";
		return M_FORBIDDEN;
	}
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
	/* In leaving they say why, and nothing else. */
	if (r->who.suspended)
		new->content = member_content(r->db, r->who.user_id,
		    MEMBERSHIP_LEAVE, json_text(new->content, "reason"));
	return new->state_key != NULL ? check_state(r, room, new, why) :
	    relation_check(r->db, room, r->who.user, new->type, new->content,
	    why);
}

/* May guests be welcome before it, and not after? */
static bool
may_shut_out(const struct new_event *new)
{
	return strcmp(new->type, "m.room.guest_access") == 0 ||
	    strcmp(new->type, "m.room.redaction") == 0;
}

/* Does the caller come in by it, from wherever they were? */
static bool
is_entering(struct request *r, const struct room *room,
    const struct new_event *new)
{
	return new->state_key != NULL && strcmp(new->type, "m.room.member") == 0 &&
	    strcmp(new->state_key, r->who.user_id) == 0 &&
	    membership_of(json_text(new->content, "membership")) ==
	    MEMBERSHIP_JOIN && !is_joined(r, room);
}

enum mx_err
event_try(struct request *r, struct author *by, const struct room *room,
    struct new_event new, struct sent *sent, const char **why)
{
	enum mx_err err = check(r, room, &new, why);
	bool open, enters;

	if (err != M_OK)
		return err;
	open = may_shut_out(&new) && guests_welcome(r, room);
	enters = is_entering(r, room, &new);
	if ((err = room_send(by, room, &new, sent, why)) != M_OK)
		return err;
	if (open)
		guests_put_out(r, room);
	if (enters)
		settings_follow(r, room);
	return M_OK;
}

enum mx_err
event_put(struct request *r, struct author *by, const struct room *room,
    struct new_event new, struct sent *sent)
{
	const char *why = NULL;
	enum mx_err err = event_try(r, by, room, new, sent, &why);

	if (err != M_OK)
		return fail(r, err, "%s", why);
	show_act(r);
	return M_OK;
}

/* The doorbell rings after COMMIT, for what they did. */
void
show_act(struct request *r)
{
	presence_act(&(struct presence_owner){ .vol = r->vol,
	    .conf = r->conf, .user = r->who.user, .now = r->now });
}

/*
 * rooms-redact.c - redacting events.
 */
#include <string.h>

#include "matrix/ids.h"
#include "matrix/redaction.h"
#include "matrix/shape.h"
#include "matrix/visibility.h"
#include "rooms.h"
#include "rooms.routes.h"

/* The event that is named, when it is in the room and the caller sees it. */
static bool
find_target(struct request *r, const struct room *room, const char *event_id,
    struct event_row *row)
{
	return event_find(r->db, db_int(r->db, 0, STMT_EVENT_IN_ROOM,
	    DB_TEXT(event_id), DB_INT(room->nr)), row) &&
	    viewer_may_see(viewer_new(r->db, r->mem, room->nr, r->who.user),
	    row);
}

static bool
is_of_here(const struct request *r, const char *user_id)
{
	const char *server = id_server(user_id);

	return server != NULL && strcmp(server, r->conf->server_name) == 0;
}

/* "Server administrators may redact events sent by users on their server." */
static enum mx_err
check_right(struct request *r, const struct room *room,
    const struct event_row *target, const char **why)
{
	if (target->sender == r->who.user)
		return M_OK;
	if (r->who.suspended) {
		*why = "Your account is suspended; you may redact your own "
		    "events only";
		return M_USER_SUSPENDED;
	}
	if ((r->who.admin && is_of_here(r, target->sender_id)) ||
	    redaction_has_power(r->db, room, INT64_MAX, r->who.user_id))
		return M_OK;
	*why = "You may redact your own events; to redact those of others "
	    "you need the power level that the room sets for redact";
	return M_FORBIDDEN;
}

/* Those who are not in the room are for the authorisation rules to refuse. */
enum mx_err
redaction_check(struct request *r, const struct room *room,
    struct new_event *new, const char **why)
{
	static const char *const ours[] = { "redacts", NULL };
	struct event_row target;

	if (new->state_key != NULL) {
		*why = "A redaction is no state: send it, or use "
		    "/rooms/{roomId}/redact";
		return M_BAD_REQUEST;
	}
	if (new->redacts == NULL)
		new->redacts = json_text(new->content, "redacts");
	if (new->redacts == NULL) {
		*why = "redacts is missing: the id of the event to redact";
		return json_get(new->content, "redacts") == NULL ?
		    M_MISSING_PARAM : M_BAD_JSON;
	}
	new->content = object_without(new->content, ours);
	if (room_member(r->db, room->nr, r->who.user).membership !=
	    MEMBERSHIP_JOIN)
		return M_OK;
	if (!find_target(r, room, new->redacts, &target)) {
		*why = "There is no such event in this room, or you may not "
		    "see it";
		return M_NOT_FOUND;
	}
	return check_right(r, room, &target, why);
}

/*
 * PUT /rooms/{roomId}/redact/{eventId}/{txnId}
 * POST /rooms/{roomId}/redact/{eventId} (2015, r0)
 *
 * Take from an event all that its room does not need: for everybody, and for
 * good.  Everybody who may send m.room.redaction may redact their own events;
 * those of others need the power level `redact`, or an administrator of this
 * server.  The body may give a reason; the answer is the event_id of the
 * redaction.
 */
enum mx_err
redact(struct request *r)
{
	const char *reason = json_text(r->body, "reason");
	cJSON *content = cJSON_CreateObject();
	struct room room;
	struct author by;
	struct sent sent;
	enum mx_err err;

	if (json_get(r->body, "reason") != NULL && reason == NULL)
		return fail(r, M_BAD_JSON, "reason is not a string");
	if (reason != NULL)
		cJSON_AddStringToObject(content, "reason", reason);
	if ((err = room_named(r, &room)) != M_OK ||
	    (err = author_of(r, &by)) != M_OK ||
	    (err = event_put(r, &by, &room, (struct new_event){
	    .type = "m.room.redaction",
	    .content = content,
	    .redacts = req_arg(r, "eventId"),
	    .txn_id = req_arg_or(r, "txnId", NULL),
	    }, &sent)) != M_OK)
		return err;
	put_text(&r->out, "event_id", sent.event_id);
	return M_OK;
}

/*
 * rooms-send.c - sending events into a room: messages and state.
 */
#include <string.h>

#include "matrix/ids.h"
#include "rooms.h"
#include "rooms.routes.h"

/*
 * An application service says when it was sent elsewhere ("Timestamp
 * massaging").
 */
static enum mx_err
read_time(struct request *r, int64_t *at, struct new_event *new)
{
	if (r->who.appservice == NULL || req_query(r, "ts") == NULL)
		return M_OK;
	new->origin_server_ts = at;
	return req_query_int(r, "ts", 0, JSON_INT_MAX, at) ? M_OK :
	    fail(r, M_INVALID_PARAM, "ts is a time in ms since 1970");
}

static enum mx_err
put_and_answer(struct request *r, struct new_event new)
{
	struct room room;
	struct author by;
	struct sent sent;
	int64_t at;
	enum mx_err err;

	if ((err = read_time(r, &at, &new)) != M_OK ||
	    (err = room_named(r, &room)) != M_OK ||
	    (err = author_of(r, &by)) != M_OK ||
	    (err = event_put(r, &by, &room, new, &sent)) != M_OK)
		return err;
	put_text(&r->out, "event_id", sent.event_id);
	return M_OK;
}

/*
 * What the texts of 2015 ask of a message; today's do not, and clients rely on
 * that.
 */
static enum mx_err
check_2015(struct request *r, const char *type)
{
	const char *feedback;

	if (strcmp(type, "m.room.message") == 0 &&
	    (json_text(r->body, "msgtype") == NULL ||
	    json_text(r->body, "body") == NULL))
		return fail(r, M_BAD_JSON,
		    "A message needs msgtype and body, both texts");
	if (strcmp(type, "m.room.message.feedback") != 0)
		return M_OK;
	feedback = json_text(r->body, "type");
	if (feedback == NULL || (strcmp(feedback, "delivered") != 0 &&
	    strcmp(feedback, "read") != 0))
		return fail(r, M_BAD_JSON,
		    "The type of feedback is delivered or read");
	return M_OK;
}

/*
 * PUT /rooms/{roomId}/send/{eventType}/{txnId}
 * POST /rooms/{roomId}/send/{eventType} (2015)
 *
 * Send a message event; the body is its content, the answer its event_id.  The
 * same txnId from the same device is answered with the same event.  The sending
 * device finds its txnId in the event's unsigned.
 *
 * By the paths of 2015 an m.room.message without a msgtype and a textual body is
 * refused, and feedback that is neither delivered nor read.
 */
enum mx_err
event_send(struct request *r)
{
	const char *type = req_arg(r, "eventType");
	enum mx_err err;

	if (req_is_2015(r) && (err = check_2015(r, type)) != M_OK)
		return err;
	return put_and_answer(r, (struct new_event){
		.type = type,
		.content = r->body,
		.txn_id = req_arg_or(r, "txnId", NULL),
	});
}

/* A change of one's name in a room is none. */
static bool
comes_in(struct request *r)
{
	struct room room;

	return !room_find(r->db, req_arg(r, "roomId"), &room) ||
	    !is_joined(r, &room);
}

/*
 * To invite somebody this way is no cheaper than by POST invite, nor to come in
 * or knock than by POST join.
 */
static enum mx_err
check_membership(struct request *r)
{
	const char *membership = json_text(r->body, "membership");

	if (membership == NULL)
		return fail(r, M_BAD_JSON, "membership is missing");
	switch (membership_of(membership)) {
	case MEMBERSHIP_INVITE:
		return rate_take_class(r, LIMIT_invite);
	case MEMBERSHIP_JOIN:
	case MEMBERSHIP_KNOCK:
		return comes_in(r) ? rate_take_class(r, LIMIT_join) : M_OK;
	default:
		return M_OK;
	}
}

/*
 * PUT /rooms/{roomId}/state/{eventType}/{stateKey}
 * PUT /rooms/{roomId}/state/{eventType}
 *
 * Set a piece of the room's state; the body is its content, the answer the
 * event_id.  Without stateKey, or with an empty one, the state key is "".  Who
 * sets what they set last gets the event that stands: clients repeat
 * themselves, and everybody in the room would hear of it.
 */
enum mx_err
state_put(struct request *r)
{
	const char *type = req_arg(r, "eventType");
	enum mx_err err;

	if (strcmp(type, "m.room.member") == 0 &&
	    (err = check_membership(r)) != M_OK)
		return err;
	return put_and_answer(r, (struct new_event){
		.type = type,
		.state_key = req_arg_or(r, "stateKey", ""),
		.content = r->body,
	});
}

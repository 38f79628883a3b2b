/*
 * presence - what users show of themselves for a moment.  Here: who is typing.
 */
#include <string.h>

#include "matrix/ids.h"
#include "matrix/presence.h"
#include "matrix/room.h"
#include "matrix/typing.h"
#include "presence.routes.h"
#include "serve/serve.h"
#include "store/bell.h"

#define TYPING_DEFAULT_MS	30000	/* where nobody says for how long */
/* At most: nobody types longer without their client saying so again. */
#define TYPING_MAX_MS		120000

struct typing {
	const cJSON	*typing;
	int64_t		 timeout;
};

static const struct field typing_fields[] = {
	FIELD_ANY(typing, typing, "typing", REQUIRED),
	FIELD_INT(typing, timeout, "timeout", OPTIONAL),
	FIELD_END
};

/* The body; typing false is the same as true for no time. */
static enum mx_err
read_timeout(struct request *r, int64_t *ms)
{
	struct typing in = { .timeout = TYPING_DEFAULT_MS };
	enum mx_err err;

	if ((err = body_read(r, typing_fields, &in)) != M_OK)
		return err;
	if (!cJSON_IsBool(in.typing))
		return fail(r, M_BAD_JSON, "typing is true or false");
	if (in.timeout < 0)
		return fail(r, M_INVALID_PARAM,
		    "timeout is a number of milliseconds, 0 or more");
	*ms = !cJSON_IsTrue(in.typing) ? 0 :
	    in.timeout < TYPING_MAX_MS ? in.timeout : TYPING_MAX_MS;
	return M_OK;
}

static enum mx_err
room_of_own(struct request *r, struct room *room)
{
	const char *room_id = req_arg(r, "roomId");

	if (strcmp(req_arg(r, "userId"), r->who.user_id) != 0)
		return fail(r, M_FORBIDDEN, "You can only say of yourself "
		    "that you are typing");
	if (!room_id_valid(room_id))
		return fail(r, M_INVALID_PARAM, "This is not a room id");
	if (!room_find(r->db, room_id, room) || room_member(r->db, room->nr,
	    r->who.user).membership != MEMBERSHIP_JOIN)
		return fail(r, M_FORBIDDEN, "You are not in this room");
	return M_OK;
}

/*
 * PUT /rooms/{roomId}/typing/{userId}
 *
 * The caller types, or goes on with it, for so many milliseconds (30 seconds,
 * two minutes at most), or has stopped.  All members are told who is typing,
 * until the time is up or they leave the room.
 */
enum mx_err
typing_put(struct request *r)
{
	struct room room;
	int64_t ms = 0;
	enum mx_err err;

	if ((err = room_of_own(r, &room)) != M_OK ||
	    (err = read_timeout(r, &ms)) != M_OK)
		return err;
	/* Who was thought to have stopped begins anew, and that is news. */
	typing_settle(r->vol, r->now);
	typing_set(r->vol, room.nr, r->who.user, ms > 0 ? r->now + ms : 0);
	if (ms > 0)
		presence_act(&(struct presence_owner){ .vol = r->vol,
		    .conf = r->conf, .user = r->who.user, .now = r->now });
	/* It is committed by now. */
	bell_ring(r->store->bell, BELL_CHANGES);
	return M_OK;
}

/*
 * rooms-state.c - reading a piece of a room's state.  The whole of it is read
 * by history-state.c.
 */
#include <string.h>

#include "matrix/shape.h"
#include "matrix/visibility.h"
#include "rooms.h"
#include "rooms.routes.h"

/* event.nr of what the caller may read; 0: there is no such state. */
static enum mx_err
find_state(struct request *r, const struct room *room, const char *type,
    const char *state_key, int64_t *nr)
{
	int64_t at_nr;

	switch (state_view(r->db, room->nr, r->who.user, &at_nr)) {
	case STATE_NONE:
		return fail(r, M_FORBIDDEN, "You are not in this room");
	case STATE_NOW:
		*nr = room_state_now(r->db, room->nr, type, state_key);
		break;
	case STATE_AT:
		*nr = room_state_at(r->db, room->nr, at_nr, type, state_key);
		break;
	}
	return M_OK;
}

/*
 * GET /rooms/{roomId}/state/{eventType}/{stateKey}
 * GET /rooms/{roomId}/state/{eventType}
 *
 * The content of one state event, or with ?format=event the event.  Members
 * read what is so now; who has left, what was so then.
 */
enum mx_err
state_get(struct request *r)
{
	const char *type = req_arg(r, "eventType");
	const char *state_key = req_arg_or(r, "stateKey", "");
	const char *format = req_query(r, "format");
	struct event_row row;
	struct room room;
	enum mx_err err;
	int64_t nr = 0;

	if (format != NULL && strcmp(format, "content") != 0 &&
	    strcmp(format, "event") != 0)
		return fail(r, M_INVALID_PARAM, "format is content or event");
	if ((err = room_named(r, &room)) != M_OK ||
	    (err = find_state(r, &room, type, state_key, &nr)) != M_OK)
		return err;
	if (nr == 0 || !event_find(r->db, nr, &row))
		return fail(r, M_NOT_FOUND, "The room has no such state");

	struct reader reader = reader_of(r, &room);
	struct buf event;
	struct writer w;

	if (format == NULL || strcmp(format, "content") == 0) {
		event_trim(r->db, &row, &reader);
		reply_raw(r, row.content);
		return M_OK;
	}
	buf_init(&event, r->mem, SIZE_MAX);
	writer_init(&w, &event);
	event_write(&w, r->db, &row, &reader);
	reply_raw(r, buf_content(&event));
	return M_OK;
}

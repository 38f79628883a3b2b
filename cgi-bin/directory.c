/*
 * directory.c - the program `directory`: which rooms there are, and what they
 * show to those who are not in.  This file: the aliases of a room.
 */
#include "directory.h"
#include "directory.routes.h"
#include "matrix/ids.h"
#include "matrix/visibility.h"

/*
 * Members, anybody while the room is world_readable, and administrators of
 * this server.
 */
static bool
may_list(struct request *r, const struct room *room)
{
	int64_t at_nr;

	return r->who.admin || state_view(r->db, room->nr, r->who.user,
	    &at_nr) == STATE_NOW;
}

/*
 * GET /rooms/{roomId}/aliases
 *
 * The aliases of this server that lead to the room, whether or not the room
 * shows them.
 */
enum mx_err
aliases_list(struct request *r)
{
	const char *room_id = req_arg(r, "roomId");
	struct room room;
	struct rows rows;

	if (!room_id_valid(room_id))
		return fail(r, M_INVALID_PARAM, "This is not a room id");
	if (!room_find(r->db, room_id, &room) || !may_list(r, &room))
		return fail(r, M_FORBIDDEN, "You are not in this room");
	put_array(&r->out, "aliases");
	rows = db_query(r->db, STMT_ALIASES_OF_ROOM, DB_INT(room.nr));
	while (rows_next(&rows))
		write_text(&r->out, rows_text(&rows, 0));
	write_end(&r->out);
	return M_OK;
}

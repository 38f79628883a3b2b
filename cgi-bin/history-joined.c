/*
 * history-joined.c - which rooms the caller is in.
 */
#include "history.h"
#include "history.routes.h"

/*
 * GET /joined_rooms
 *
 * The ids of all rooms that the caller has joined and not left.
 */
enum mx_err
joined_rooms(struct request *r)
{
	struct rows rows = db_query(r->db, STMT_JOINED_ROOMS,
	    DB_INT(r->who.user));

	put_array(&r->out, "joined_rooms");
	while (rows_next(&rows))
		write_span(&r->out, rows_span(&rows, 0));
	write_end(&r->out);
	return M_OK;
}

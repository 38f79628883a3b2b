/*
 * directory-mutual.c - the rooms that two users share (client-server API,
 * "Mutual Rooms", which was MSC2666).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "directory.h"
#include "directory.routes.h"
#include "matrix/ids.h"

#define PAGE	100

/* The names under which the MSC went on. */
static bool
is_msc(const struct request *r)
{
	return r->api == API_UNSTABLE;
}

/* Rooms behind *after, which is moved on; true: there are more. */
static bool
put_rooms(struct request *r, int64_t other, int64_t *after)
{
	struct rows rows = db_query(r->db, STMT_MUTUAL_ROOMS,
	    DB_INT(r->who.user), DB_INT(*after), DB_INT(other),
	    DB_INT(PAGE + 1));
	bool more;
	int n = 0;

	put_array(&r->out, "joined");
	while ((more = rows_next(&rows)) && n++ < PAGE) {
		*after = rows_int(&rows, 0);
		write_span(&r->out, rows_span(&rows, 1));
	}
	rows_done(&rows);
	write_end(&r->out);
	return more;
}

/*
 * GET /mutual_rooms
 *
 * Rooms that both the caller and user_id are in; none with somebody who is not
 * there.
 */
enum mx_err
mutual_rooms(struct request *r)
{
	const char *user_id = req_query(r, "user_id");
	int64_t other, after = 0;
	char text[24];

	if (user_id == NULL)
		return fail(r, M_MISSING_PARAM, "user_id is missing");
	if (!user_id_valid(user_id))
		return fail(r, M_INVALID_PARAM, "user_id is no user id");
	if (strcmp(user_id, r->who.user_id) == 0)
		return fail(r, M_INVALID_PARAM, "user_id is your own; your "
		    "rooms are in GET /joined_rooms");
	if (!req_query_int(r, is_msc(r) ? "batch_token" : "from", 1, INT64_MAX,
	    &after))
		return fail(r, M_INVALID_PARAM,
		    "This is no next_batch of this server");
	other = user_find(r->db, user_id);
	if (put_rooms(r, other, &after)) {
		snprintf(text, sizeof(text), "%" PRId64, after);
		put_text(&r->out, is_msc(r) ? "next_batch_token" :
		    "next_batch", text);
	}
	put_int(&r->out, "count", db_int(r->db, 0, STMT_MUTUAL_COUNT,
	    DB_INT(other), DB_INT(r->who.user)));
	return M_OK;
}

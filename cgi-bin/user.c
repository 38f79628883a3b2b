/*
 * user - what users keep here for their own clients.  Here: filters.
 */
#include <string.h>

#include "matrix/filter.h"
#include "user.h"
#include "user.routes.h"

/*
 * How many different filters a user has at once.  There is no way to delete
 * one, so the oldest goes rather than that a new client cannot sync.
 */
#define FILTERS_MAX	100

/*
 * The definition as it is stored: canonical, so that the same one is known
 * again however it was written.  Keys of no meaning to us may hold numbers
 * that canonical JSON has not; these stay as they are.
 */
static struct span
definition_of(struct request *r)
{
	struct buf text;

	buf_init(&text, r->mem, SIZE_MAX);
	if (!json_canonical(&text, r->body)) {
		buf_init(&text, r->mem, SIZE_MAX);
		json_print(&text, r->body);
	}
	return buf_content(&text);
}

enum mx_err
own_only(struct request *r)
{
	if (strcmp(req_arg(r, "userId"), r->who.user_id) != 0)
		return fail(r, M_FORBIDDEN,
		    "This belongs to another user; ask for your own");
	return M_OK;
}

/*
 * POST /user/{userId}/filter
 *
 * Store a filter.  The same definition has the same id.  Of more than 100
 * different ones the oldest is forgotten.
 */
enum mx_err
filter_add(struct request *r)
{
	struct filter filter;
	struct span definition;
	const char *why;
	enum mx_err err;
	int64_t id;

	if ((err = own_only(r)) != M_OK)
		return err;
	if (!filter_parse(r->mem, r->body, &filter, &why))
		return fail(r, M_BAD_JSON, "%s", why);
	definition = definition_of(r);
	if (definition.n > FILTER_MAX)
		return fail(r, M_TOO_LARGE, "A filter may have %d bytes",
		    FILTER_MAX);

	id = db_int(r->db, -1, STMT_FILTER_SAME, DB_INT(r->who.user),
	    DB_SPAN(definition));
	if (id == -1) {
		id = 1 + db_int(r->db, -1, STMT_FILTER_LAST,
		    DB_INT(r->who.user));
		db_exec(r->db, STMT_FILTER_ADD, DB_INT(r->who.user),
		    DB_INT(id), DB_SPAN(definition));
		db_exec(r->db, STMT_FILTER_DROP, DB_INT(r->who.user),
		    DB_INT(id - FILTERS_MAX));
	}
	put_text(&r->out, "filter_id", arena_printf(r->mem, "%lld",
	    (long long)id));
	return M_OK;
}

/*
 * GET /user/{userId}/filter/{filterId}
 *
 * The definition that was stored under the id.
 */
enum mx_err
filter_get(struct request *r)
{
	const char *definition;
	enum mx_err err;

	if ((err = own_only(r)) != M_OK)
		return err;
	definition = filter_stored(r->db, r->who.user,
	    req_arg(r, "filterId"));
	if (definition == NULL)
		return fail(r, M_NOT_FOUND, "There is no filter with this id");
	reply_raw(r, span_of(definition));
	return M_OK;
}

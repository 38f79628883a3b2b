/*
 * directory-hierarchy.c - the rooms under a space, page by page.
 *
 * A token names the room that the last page ended with and how many came up to
 * it; the next page walks there again, so nothing is kept between two, and
 * what changes in the tree is seen.
 */
#include <string.h>

#include "directory-space.h"
#include "directory.routes.h"
#include "matrix/ids.h"
#include "matrix/sync_token.h"

#define LIMIT_DEFAULT	50	/* rooms of a page, and at most */
#define DEPTH_DEFAULT	30
/* After so many bytes a page ends with the room that it is at. */
#define PAGE_BYTES	(1024 * 1024)

struct wish {
	struct tree_token from;		/* after 0: from the beginning */
	int64_t		 limit;
};

/* ---------------------------------------------------------------- reading */

static enum mx_err
read_suggested(struct request *r, bool *suggested)
{
	const char *text = req_query(r, "suggested_only");

	if (text != NULL && strcmp(text, "true") != 0 &&
	    strcmp(text, "false") != 0)
		return fail(r, M_INVALID_PARAM,
		    "suggested_only is true or false");
	*suggested = text != NULL && strcmp(text, "true") == 0;
	return M_OK;
}

/* Without its parameters a further page is as the first was. */
static enum mx_err
read_from(struct request *r, struct wish *wish)
{
	const char *from = req_query(r, "from");
	struct tree_token first = wish->from;

	if (from == NULL)
		return M_OK;
	if (!tree_token_read(from, &wish->from))
		return fail(r, M_INVALID_PARAM,
		    "from is not a token of this list");
	if ((req_query(r, "max_depth") != NULL &&
	    first.max_depth != wish->from.max_depth) ||
	    (req_query(r, "suggested_only") != NULL &&
	    first.suggested != wish->from.suggested))
		return fail(r, M_INVALID_PARAM, "suggested_only and max_depth "
		    "stay what they were on the first page");
	return M_OK;
}

static enum mx_err
wish_read(struct request *r, struct wish *wish)
{
	enum mx_err err;

	wish->from.max_depth = DEPTH_DEFAULT;
	if (!req_query_int(r, "limit", 1, INT64_MAX, &wish->limit))
		return fail(r, M_INVALID_PARAM, "limit is a number from 1 on");
	if (!req_query_int(r, "max_depth", 0, INT64_MAX, &wish->from.max_depth))
		return fail(r, M_INVALID_PARAM,
		    "max_depth is a number from 0 on");
	if (wish->limit > LIMIT_DEFAULT)
		wish->limit = LIMIT_DEFAULT;
	if ((err = read_suggested(r, &wish->from.suggested)) != M_OK)
		return err;
	return read_from(r, wish);
}

/* "The user cannot view or peek on the room", or there is none: the same. */
static enum mx_err
root_find(struct request *r, struct summary *root)
{
	const char *room_id = req_arg(r, "roomId");
	struct room room;

	if (!room_id_valid(room_id))
		return fail(r, M_INVALID_PARAM, "This is not a room id");
	if (!room_find(r->db, room_id, &room))
		return fail(r, M_FORBIDDEN, "You may not see this room");
	*root = summary_of(r, &room, 0);
	return summary_visible(r, root) ? M_OK :
	    fail(r, M_FORBIDDEN, "You may not see this room");
}

/* ---------------------------------------------------------------- writing */

static void
put_room(struct request *r, const struct wish *wish, const struct room *room)
{
	struct summary s = summary_of(r, room, db_int(r->db, 0,
	    STMT_ROOM_JOINED, DB_INT(room->nr)));
	struct children children = { .n = 0 };

	if (s.room_type != NULL && strcmp(s.room_type, "m.space") == 0)
		children = children_of(r, room, wish->from.suggested, true);
	write_object(&r->out);
	summary_put_chunk(&r->out, &s);
	summary_put_rest(&r->out, &s);
	children_put(&r->out, &children);
	write_end(&r->out);
}

/* Where the page begins; the room may have left the tree in the meantime. */
static size_t
first_of(const struct walk *walk, const struct wish *wish)
{
	for (size_t i = 0; wish->from.after != 0 && i < walk->n; i++)
		if (walk->room[i].nr == wish->from.after)
			return i + 1;
	return (uint64_t)wish->from.count < walk->n ?
	    (size_t)wish->from.count : walk->n;
}

/*
 * GET /rooms/{roomId}/hierarchy
 *
 * The room and those under it that the caller may see, depth first, each once,
 * limit of them at most; next_batch leads to more.  Rooms too deep or too many
 * for a walk are left out.
 */
enum mx_err
hierarchy(struct request *r)
{
	struct wish wish = { .limit = LIMIT_DEFAULT };
	struct walk walk = { .r = r };
	struct summary root;
	enum mx_err err;
	size_t i, end;

	if ((err = wish_read(r, &wish)) != M_OK ||
	    (err = root_find(r, &root)) != M_OK)
		return err;
	walk.suggested = wish.from.suggested;
	walk.max_depth = wish.from.max_depth;
	walk_from(&walk, &root, wish.from.after, (size_t)wish.limit + 1);
	i = first_of(&walk, &wish);
	end = i + (size_t)wish.limit;
	put_array(&r->out, "rooms");
	for (; i < walk.n && i < end && r->out.out->len < PAGE_BYTES; i++)
		put_room(r, &wish, &walk.room[i]);
	write_end(&r->out);
	if (i == walk.n || i == 0)
		return M_OK;
	wish.from.after = walk.room[i - 1].nr;
	wish.from.count = (int64_t)i;
	put_text(&r->out, "next_batch", tree_token_text(r->mem, wish.from));
	return M_OK;
}

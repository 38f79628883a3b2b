/*
 * directory-children.c - the children of a space, in their order.
 */
#include <stdlib.h>
#include <string.h>

#include "directory-space.h"
#include "matrix/ids.h"
#include "matrix/visibility.h"

#define ORDER_MAX	50	/* characters of order */

/* "Must consist of ASCII characters within the range \x20 and \x7E". */
static const char *
valid_order(const cJSON *content)
{
	const char *order = json_text(content, "order");
	size_t n = 0;

	if (order == NULL)
		return NULL;
	while (order[n] >= 0x20 && order[n] <= 0x7e)
		n++;
	return n > 0 && n <= ORDER_MAX && order[n] == '\0' ? order : NULL;
}

/* "When not present or invalid, the child room is not considered". */
static bool
via_valid(const cJSON *content)
{
	const cJSON *via = json_get(content, "via"), *server;

	if (!cJSON_IsArray(via) || via->child == NULL)
		return false;
	cJSON_ArrayForEach(server, via)
		if (!cJSON_IsString(server))
			return false;
	return true;
}

static int
by_order(const void *a, const void *b)
{
	const struct child *x = a, *y = b;
	int d = 0;

	if (x->order != NULL && y->order != NULL)
		d = strcmp(x->order, y->order);
	else if (x->order != NULL || y->order != NULL)
		d = x->order != NULL ? -1 : 1;
	if (d == 0)
		d = (x->ts > y->ts) - (x->ts < y->ts);
	return d != 0 ? d : strcmp(x->room_id, y->room_id);
}

/* False: it is no child. */
static bool
child_read(struct request *r, const struct event_row *row, bool suggested,
    struct child *child)
{
	const cJSON *content = json_parse_own(r->mem, row->content);

	if (!room_id_valid(row->state_key) || !via_valid(content) ||
	    (suggested && !json_is_true(content, "suggested")))
		return false;
	*child = (struct child){
		.room_id = row->state_key,
		.order = valid_order(content),
		.ts = row->origin_server_ts,
		.sender = row->sender_id,
	};
	return true;
}

static void
children_add(struct request *r, struct children *all, const struct child *child)
{
	size_t old = all->n * sizeof(*child);

	/* Full at each power of two. */
	if ((all->n & (all->n - 1)) == 0)
		all->item = arena_grow(r->mem, all->item, old,
		    (all->n > 0 ? 2 * all->n : 1) * sizeof(*child));
	all->item[all->n++] = *child;
}

struct children
children_of(struct request *r, const struct room *room, bool suggested,
    bool whole)
{
	struct reader reader = { .viewer = viewer_new(r->db, r->mem, room->nr,
	    r->who.user) };
	struct rows rows = db_query(r->db, STMT_SPACE_CHILDREN,
	    DB_INT(room->nr), DB_INT(CHILDREN_MAX));
	struct children all = { .n = 0 };

	while (all.read < CHILDREN_BYTES && rows_next(&rows)) {
		struct event_row row = event_peek(&rows);
		struct child child;

		all.read += row.content.n;
		event_trim(r->db, &row, &reader);
		if (!child_read(r, &row, suggested, &child))
			continue;
		if (whole)
			child.content = (struct span){ arena_memdup(r->mem,
			    row.content.s, row.content.n), row.content.n };
		children_add(r, &all, &child);
	}
	rows_done(&rows);
	if (all.n > 1)
		qsort(all.item, all.n, sizeof(*all.item), by_order);
	return all;
}

void
children_put(struct writer *w, const struct children *all)
{
	put_array(w, "children_state");
	for (size_t i = 0; i < all->n; i++) {
		const struct child *child = &all->item[i];

		write_object(w);
		put_text(w, "type", "m.space.child");
		put_text(w, "state_key", child->room_id);
		put_text(w, "sender", child->sender);
		put_raw(w, "content", child->content);
		put_int(w, "origin_server_ts", child->ts);
		write_end(w);
	}
	write_end(w);
}

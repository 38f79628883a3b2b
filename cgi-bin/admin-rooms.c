/* admin-rooms.c - rooms as tools for administrators list and block them. */
#include <string.h>

#include "admin.h"
#include "admin.routes.h"
#include "matrix/ids.h"
#include "matrix/room.h"
#include "matrix/room_told.h"

/* ------------------------------------------------------------------- list */

/* What order_by may be, and the state that has it where no column has. */
static const struct order {
	const char	*name;
	const char	*type;
	const char	*path;
} room_orders[] = {
	{ "name", "m.room.name", "$.content.name" },
	{ "alphabetical", "m.room.name", "$.content.name" },
	{ "canonical_alias", "m.room.canonical_alias", "$.content.alias" },
	{ "encryption", "m.room.encryption", "$.content.algorithm" },
	{ "federatable", "m.room.create", "$.content.\"m.federate\"" },
	{ "join_rules", "m.room.join_rules", "$.content.join_rule" },
	{ "guest_access", "m.room.guest_access", "$.content.guest_access" },
	{ "history_visibility", "m.room.history_visibility",
	    "$.content.history_visibility" },
	{ "joined_members", NULL, NULL },
	{ "size", NULL, NULL },
	{ "joined_local_members", NULL, NULL },
	{ "version", NULL, NULL },
	{ "creator", NULL, NULL },
	{ "public", NULL, NULL },
	{ "state_events", NULL, NULL },
};
#define ORDERS	(sizeof(room_orders) / sizeof(room_orders[0]))

struct room_filter {
	struct db_arg	 public, empty, part;
};
#define FILTER(f)	(f)->public, (f)->empty, (f)->part

static const struct order *
order_named(const char *name)
{
	const struct order *order = room_orders;

	while (strcmp(order->name, name) != 0)
		order++;
	return order;
}

static enum mx_err
room_paging_read(struct request *r, struct paging *p)
{
	const char *names[ORDERS + 1] = { NULL };

	for (size_t i = 0; i < ORDERS; i++)
		names[i] = room_orders[i].name;
	return paging_read(r, names, false, p);
}

static struct rows
list_query(struct request *r, const struct room_filter *f,
    const struct paging *p)
{
	const struct order *order = order_named(p->order);
	const char *name = strcmp(p->order, "size") == 0 ? "joined_members" :
	    p->order;

	return db_query(r->db, p->backwards ? STMT_ROOMS_IN_ORDER_BACK :
	    STMT_ROOMS_IN_ORDER, FILTER(f), DB_TEXT(name),
	    DB_TEXT(order->path), DB_TEXT(order->type), DB_INT(p->limit),
	    DB_INT(p->from));
}

static int64_t
list_write(struct request *r, struct rows rows)
{
	int64_t n = 0;

	put_array(&r->out, "rooms");
	for (; rows_next(&rows); n++) {
		write_object(&r->out);
		put_room_told(&r->out, r->db, r->mem, rows_int(&rows, 0),
		    false);
		write_end(&r->out);
	}
	write_end(&r->out);
	return n;
}

/*
 * GET /_synapse/admin/v1/rooms
 *
 * The rooms of this server, by their names unless order_by says otherwise.
 */
enum mx_err
rooms_get(struct request *r)
{
	struct room_filter f = { .part = DB_TEXT(req_query(r, "search_term")) };
	struct paging p;
	int64_t n, total;
	enum mx_err err;

	if ((err = room_paging_read(r, &p)) != M_OK ||
	    (err = query_bool(r, "public_rooms", &f.public)) != M_OK ||
	    (err = query_bool(r, "empty_rooms", &f.empty)) != M_OK)
		return err;
	if (f.part.ptr != NULL && f.part.len == 0)
		return fail(r, M_INVALID_PARAM,
		    "search_term is empty; leave it out");
	n = list_write(r, list_query(r, &f, &p));
	total = db_int(r->db, 0, STMT_ROOMS_TOTAL, FILTER(&f));
	put_int(&r->out, "offset", p.from);
	put_int(&r->out, "total_rooms", total);
	if (n > 0 && p.from + n < total)
		put_int(&r->out, "next_batch", p.from + n);
	if (p.from > 0)
		put_int(&r->out, "prev_batch",
		    p.from > p.limit ? p.from - p.limit : 0);
	return M_OK;
}

/*
 * GET /_synapse/admin/v1/rooms/{roomId}/members
 *
 * Who is in it.
 */
enum mx_err
room_members(struct request *r)
{
	struct room room;
	struct rows rows;
	int64_t n = 0;

	if (!room_find(r->db, req_arg(r, "roomId"), &room))
		return fail(r, M_NOT_FOUND, "This server knows no such room");
	rows = db_query(r->db, STMT_ROOM_MEMBERS_NAMED, DB_INT(room.nr));
	put_array(&r->out, "members");
	for (; rows_next(&rows); n++)
		write_span(&r->out, rows_span(&rows, 0));
	write_end(&r->out);
	put_int(&r->out, "total", n);
	return M_OK;
}

/* ------------------------------------------------------------------ block */

static enum mx_err
room_id_check(struct request *r)
{
	if (!room_id_valid(req_arg(r, "roomId")))
		return fail(r, M_INVALID_PARAM, "This is not a room id");
	return M_OK;
}

/*
 * GET /_synapse/admin/v1/rooms/{roomId}/block
 *
 * May nobody of this server enter it, and who has said so?
 */
enum mx_err
block_get(struct request *r)
{
	int64_t by = db_int(r->db, -1, STMT_ROOM_BARRED,
	    DB_TEXT(req_arg(r, "roomId")));
	enum mx_err err = room_id_check(r);

	if (err != M_OK)
		return err;
	put_bool(&r->out, "block", by >= 0);
	if (by > 0)
		put_text(&r->out, "user_id", user_name(r->db, by));
	return M_OK;
}

static void
unblock(struct request *r, const char *room_id)
{
	db_exec(r->db, STMT_ROOM_UNBLOCK, DB_TEXT(room_id));
	db_exec(r->db, STMT_ROOM_REOPEN, DB_TEXT(room_id));
}

struct block_wish {
	bool		 block;
};

static const struct field block_fields[] = {
	FIELD_BOOL(block_wish, block, "block", REQUIRED),
	FIELD_END
};

/*
 * PUT /_synapse/admin/v1/rooms/{roomId}/block
 *
 * Nobody of this server enters it, or is invited there, any more; or again.
 * The room need not be known here.  Who is in stays.
 */
enum mx_err
block_put(struct request *r)
{
	const char *room_id = req_arg(r, "roomId");
	struct block_wish wish;
	enum mx_err err;

	if ((err = body_read(r, block_fields, &wish)) != M_OK ||
	    (err = room_id_check(r)) != M_OK)
		return err;
	if (wish.block)
		db_exec(r->db, STMT_ROOM_BLOCK, DB_TEXT(room_id),
		    DB_INT(r->who.user), DB_INT(r->now));
	else
		unblock(r, room_id);
	log_note(r, wish.block ? "blocked" : "not blocked any more");
	put_bool(&r->out, "block", wish.block);
	return M_OK;
}

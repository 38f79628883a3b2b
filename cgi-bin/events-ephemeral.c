/*
 * events-ephemeral.c - what clients are told of a room besides its history:
 * who has read how far, who is typing, and what they keep of it themselves.
 */
#include <string.h>

#include "events.h"
#include "matrix/account_data.h"
#include "matrix/push_user.h"

#define A_LOOK_AT	4	/* so many cost as much as one event */

/* --------------------------------------------------------------- the filter */

/* Events without a sender are none of those that `senders` lists. */
static bool
passes(const struct event_filter *part, const char *type, struct span content)
{
	return part->limit != 0 && filter_has_event(part, &(struct event_row){
	    .type = type, .sender_id = "", .content = content });
}

static bool
ephemeral_passes(const struct beside *b, const char *type)
{
	return b->filter == NULL ||
	    (filter_has_room(b->filter, &b->filter->ephemeral, b->room_id) &&
	    passes(&b->filter->ephemeral, type, SPAN("{}")));
}

/* Does the filter want no more of them than there are? */
static bool
is_enough(const struct event_filter *part, int64_t n)
{
	return part != NULL && part->limit != -1 && n >= part->limit;
}

static bool
enough_ephemeral(const struct beside *b)
{
	return b->filter != NULL && is_enough(&b->filter->ephemeral,
	    b->ephemeral);
}

static const struct event_filter *
account_data_filter(const struct beside *b)
{
	return b->room == ACCOUNT_DATA_GLOBAL ? &b->filter->account_data :
	    &b->filter->room_account_data;
}

/* ------------------------------------------------------------- receipts */

/* What of the rows in their order is open now; NULL: nothing. */
struct open {
	struct writer	*w;
	const struct beside *b;
	const char	*thread;
	const char	*event_id;
	const char	*kind;
	size_t		 events;
};

static void
begin_event(struct writer *w, const struct beside *b, const char *type)
{
	write_object(w);
	put_text(w, "type", type);
	if (b->say_room)
		put_text(w, "room_id", b->room_id);
}

/* Close what ends before a receipt of that place, innermost first. */
static void
leave(struct open *o, const char *thread, const char *event_id,
    const char *kind)
{
	bool other_thread = o->thread != NULL &&
	    (thread == NULL || strcmp(o->thread, thread) != 0);
	bool other_event = o->event_id != NULL && (other_thread ||
	    strcmp(o->event_id, event_id) != 0);
	bool other_kind = o->kind != NULL && (other_event ||
	    strcmp(o->kind, kind) != 0);

	if (other_kind) {
		write_end(o->w);
		o->kind = NULL;
	}
	if (other_event) {
		write_end(o->w);
		o->event_id = NULL;
	}
	if (other_thread) {
		write_end(o->w);
		write_end(o->w);
		o->thread = NULL;
	}
}

static void
enter(struct open *o, const char *thread, const char *event_id,
    const char *kind)
{
	leave(o, thread, event_id, kind);
	if (o->thread == NULL) {
		begin_event(o->w, o->b, "m.receipt");
		put_object(o->w, "content");
		o->events++;
	}
	if (o->event_id == NULL)
		put_object(o->w, event_id);
	if (o->kind == NULL)
		put_object(o->w, kind);
	o->thread = thread;
	o->event_id = event_id;
	o->kind = kind;
}

void
put_receipt_more(struct writer *w, struct request *r, struct span more)
{
	const cJSON *item;

	if (more.n == 0)
		return;
	cJSON_ArrayForEach(item, json_parse_own(r->mem, more))
		put_json(w, item->string, item);
}

/* Columns of receipts_told, also below. */
static bool
begins_event(const struct open *o, const struct rows *rows)
{
	return o->thread == NULL || strcmp(o->thread, rows_text(rows, 0)) != 0;
}

static void
write_receipt(struct open *o, const struct rows *rows)
{
	const char *thread = rows_text(rows, 0);

	enter(o, thread, rows_text(rows, 1), rows_text(rows, 2));
	write_key_span(o->w, rows_span(rows, 3));
	write_object(o->w);
	put_int(o->w, "ts", rows_int(rows, 4));
	if (*thread != '\0')
		put_text(o->w, "thread_id", thread);
	put_receipt_more(o->w, o->b->r, rows_span(rows, 5));
	write_end(o->w);
}

static struct rows
query_receipts(const struct beside *b)
{
	struct db *db = b->r->db;

	return b->in_2015 ? db_query(db, STMT_RECEIPTS_TOLD_2015,
	    DB_INT(b->room), DB_INT(b->after), DB_INT(b->upto)) :
	    db_query(db, STMT_RECEIPTS_TOLD, DB_INT(b->room),
	    DB_INT(b->after), DB_INT(b->upto), DB_INT(b->r->who.user));
}

size_t
write_receipts(struct writer *w, struct beside *b)
{
	struct open o = { .w = w, .b = b };
	struct rows rows;
	size_t n = 0;

	if (!ephemeral_passes(b, "m.receipt"))
		return 0;
	rows = query_receipts(b);
	for (; !effort_is_much(b->effort) && rows_next(&rows); n++) {
		if (begins_event(&o, &rows)) {
			if (enough_ephemeral(b))
				break;
			b->ephemeral++;
		}
		write_receipt(&o, &rows);
		b->effort->spent += n % A_LOOK_AT == 0;
	}
	rows_done(&rows);
	leave(&o, NULL, NULL, NULL);
	return o.events;
}

/* --------------------------------------------------------------- typing */

size_t
write_typing(struct writer *w, struct beside *b, bool empty)
{
	struct request *r = b->r;
	struct rows rows = db_query(r->vol, STMT_TYPING_USERS, DB_INT(b->room),
	    DB_INT(r->now));
	bool some = rows_next(&rows);

	if ((!some && !empty) || !ephemeral_passes(b, "m.typing") ||
	    enough_ephemeral(b)) {
		rows_done(&rows);
		return 0;
	}
	begin_event(w, b, "m.typing");
	put_object(w, "content");
	put_array(w, "user_ids");
	for (; some; some = rows_next(&rows))
		write_text(w, user_name(r->db, rows_int(&rows, 0)));
	write_end(w);
	write_end(w);
	write_end(w);
	b->ephemeral++;
	return 1;
}

/* --------------------------------------------------------- account data */

/* "Push Rules: Events"; everybody has some. */
static bool
rules_due(const struct beside *b)
{
	int64_t pos;

	if (b->room != ACCOUNT_DATA_GLOBAL || b->first)
		return b->first;
	pos = push_user_changed(b->r->db, b->r->who.user, NULL);
	return pos > b->after && pos <= b->upto;
}

/*
 * Whether a filter wants it hangs on its type alone: it holds no url, of which
 * filters ask too.
 */
static size_t
write_push_rules(struct writer *w, const struct beside *b,
    const struct event_filter *part)
{
	const struct push_whose whose = { .user = b->r->who.user,
	    .user_id = b->r->who.user_id, .in_2015 = req_is_2015(b->r) };

	if (!rules_due(b) || (part != NULL &&
	    !passes(part, "m.push_rules", SPAN("{}"))))
		return 0;
	begin_event(w, b, "m.push_rules");
	put_object(w, "content");
	push_user_put(w, b->r->db, b->r->mem, &whose);
	write_end(w);
	write_end(w);
	return 1;
}

size_t
write_account_data(struct writer *w, const struct beside *b)
{
	const struct event_filter *part = b->filter == NULL ? NULL :
	    account_data_filter(b);
	struct rows rows;
	size_t n = 0;

	if (part != NULL && b->room != ACCOUNT_DATA_GLOBAL &&
	    !filter_has_room(b->filter, part, b->room_id))
		return 0;
	rows = db_query(b->r->db, STMT_ACCOUNT_DATA_TOLD,
	    DB_INT(b->r->who.user), DB_INT(b->room), DB_INT(b->after),
	    DB_INT(b->upto));
	while (!is_enough(part, (int64_t)n) && rows_next(&rows)) {
		const char *type = rows_text(&rows, 0);
		struct span content = rows_span(&rows, 1);

		if (part != NULL && !passes(part, type, content))
			continue;
		begin_event(w, b, type);
		put_raw(w, "content", content);
		write_end(w);
		n++;
	}
	rows_done(&rows);
	return is_enough(part, (int64_t)n) ? n :
	    n + write_push_rules(w, b, part);
}

/*
 * events-sliding-beside.c - the extensions of sliding sync: what there is
 * besides the rooms themselves (MSC3959 account data, MSC3960 receipts, MSC3961
 * typing).
 */
#include <string.h>

#include "events-sliding.h"
#include "matrix/account_data.h"

/* An object of rooms that is begun with the first. */
struct section {
	struct sliding	*s;
	const char	*name;
	bool		 begun;		/* "name":{ */
	bool		 rooms;		/* "rooms":{ */
};

static void
begin(struct section *x)
{
	if (!x->begun)
		put_object(&x->s->r->out, x->name);
	x->begun = true;
}

static void
begin_room(struct section *x, const char *room_id)
{
	begin(x);
	if (!x->rooms)
		put_object(&x->s->r->out, "rooms");
	x->rooms = true;
	write_key(&x->s->r->out, room_id);
	x->s->told++;
}

static void
end(struct section *x)
{
	if (x->rooms)
		write_end(&x->s->r->out);
	if (x->begun)
		write_end(&x->s->r->out);
}

/* ------------------------------------------------------------ which rooms */

/* NULL: all are asked for; so they are by *. */
static bool
names(const cJSON *list, const char *name)
{
	const cJSON *item;

	if (list == NULL)
		return true;
	cJSON_ArrayForEach(item, list)
		if (strcmp(item->valuestring, "*") == 0 ||
		    strcmp(item->valuestring, name) == 0)
			return true;
	return false;
}

/* Only who is in hears of others there. */
static bool
concerns(const struct sliding *s, const struct sliding_extension *x,
    const struct sliding_room *room)
{
	if (room->heard.membership != MEMBERSHIP_JOIN || room->sent == NULL)
		return false;
	if (room->subscription != NULL &&
	    names(x->rooms, room->heard.room.room_id))
		return true;
	for (size_t i = 0; i < s->ask.lists; i++)
		if (list_set_has(&room->lists, i) &&
		    names(x->lists, s->ask.list[i].name))
			return true;
	return false;
}

/* The place of a wanted room in what will have been sent. */
static struct sent_room *
now_of(struct sliding *s, const struct sliding_room *room)
{
	return &s->sent.room[room->sent - s->sent.room];
}

static const struct heard *
news_of(const struct sliding *s, const struct sliding_room *room)
{
	size_t from = 0, to = s->heard.n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (s->heard.item[middle].room.nr == room->heard.room.nr)
			return &s->heard.item[middle];
		if (s->heard.item[middle].room.nr < room->heard.room.nr)
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}

int64_t
sliding_due_after(const struct sliding *s, const struct sliding_room *room,
    int64_t told)
{
	if (told == s->base.sent.pos && !s->first && told != 0 &&
	    news_of(s, room) == NULL)
		return -1;
	return told;
}

static struct beside
beside_of(struct sliding *s, const struct sliding_room *room, int64_t after)
{
	return (struct beside){ .r = s->r, .room = room->heard.room.nr,
	    .room_id = room->heard.room.room_id, .after = after,
	    .upto = s->upto, .effort = &s->effort };
}

/* ----------------------------------------------------------- account data */

/* In an array of its own; false: there is none. */
static bool
read_account_data(const struct beside *b, struct buf *text)
{
	struct writer w;
	size_t n;

	buf_init(text, b->r->mem, SIZE_MAX);
	writer_init(&w, text);
	write_array(&w);
	n = write_account_data(&w, b);
	write_end(&w);
	return n > 0;
}

static void
tell_global(struct sliding *s, struct section *x)
{
	struct beside b = { .r = s->r, .room = ACCOUNT_DATA_GLOBAL,
	    .after = s->base.sent.data, .upto = s->upto,
	    .first = s->base.sent.data == 0 && (s->first || s->upto > 0),
	    .effort = &s->effort };
	struct buf text;

	s->sent.data = s->upto;
	if (!read_account_data(&b, &text))
		return;
	begin(x);
	put_raw(&s->r->out, "global", buf_content(&text));
	s->told++;
}

static void
tell_data_of(struct sliding *s, struct section *x, struct sliding_room *room)
{
	struct sent_room *now = now_of(s, room);
	int64_t after = sliding_due_after(s, room, now->data);
	struct beside b = beside_of(s, room, after);
	struct buf text;

	now->data = s->upto;
	if (after == -1 || !read_account_data(&b, &text))
		return;
	begin_room(x, room->heard.room.room_id);
	write_raw(&s->r->out, buf_content(&text));
}

/* --------------------------------------------------------------- receipts */

/* What of the rows in their order is open now. */
struct open {
	const char	*event_id;
	const char	*kind;
	const char	*user_id;
};

static bool
is_same(const char *a, const char *b)
{
	return a != NULL && strcmp(a, b) == 0;
}

/* Columns of sliding_receipts. */
static void
write_receipt(struct writer *w, struct request *r, struct open *o,
    const struct rows *rows)
{
	const char *thread = rows_text(rows, 4);
	struct open next = { rows_text(rows, 0), rows_text(rows, 1),
	    rows_text(rows, 2) };
	bool event = is_same(o->event_id, next.event_id);
	bool kind = event && is_same(o->kind, next.kind);

	/* One object holds no two of the same user. */
	if (kind && is_same(o->user_id, next.user_id))
		return;
	if (o->kind != NULL && !kind)
		write_end(w);
	if (o->event_id != NULL && !event)
		write_end(w);
	if (!event)
		put_object(w, next.event_id);
	if (!kind)
		put_object(w, next.kind);
	put_object(w, next.user_id);
	put_int(w, "ts", rows_int(rows, 3));
	if (*thread != '\0')
		put_text(w, "thread_id", thread);
	put_receipt_more(w, r, rows_span(rows, 5));
	write_end(w);
	*o = next;
}

static void
tell_receipts_of(struct sliding *s, struct section *x,
    struct sliding_room *room)
{
	struct sent_room *now = now_of(s, room);
	int64_t after = sliding_due_after(s, room, now->receipts);
	struct writer *w = &s->r->out;
	struct open open = { NULL, NULL, NULL };
	struct rows rows;

	now->receipts = s->upto;
	if (after == -1)
		return;
	rows = db_query(s->r->db, STMT_SLIDING_RECEIPTS,
	    DB_INT(room->heard.room.nr), DB_INT(after), DB_INT(s->upto),
	    DB_INT(s->r->who.user));
	while (!effort_is_much(&s->effort) && rows_next(&rows)) {
		if (open.event_id == NULL) {
			begin_room(x, room->heard.room.room_id);
			write_object(w);
			put_text(w, "type", "m.receipt");
			put_object(w, "content");
		}
		write_receipt(w, s->r, &open, &rows);
		s->effort.spent++;
	}
	rows_done(&rows);
	for (int depth = 0; open.event_id != NULL && depth < 4; depth++)
		write_end(w);
}

/* ----------------------------------------------------------------- typing */

static void
tell_typing_of(struct sliding *s, struct section *x, struct sliding_room *room)
{
	struct sent_room *now = now_of(s, room);
	const struct heard *news = news_of(s, room);
	bool changed = now->typing && news != NULL && news->typing;
	struct beside b = beside_of(s, room, 0);
	struct buf text;
	struct writer w;

	if (now->typing && !changed)
		return;
	now->typing = true;
	buf_init(&text, s->r->mem, SIZE_MAX);
	writer_init(&w, &text);
	if (write_typing(&w, &b, changed) == 0)
		return;
	begin_room(x, room->heard.room.room_id);
	write_raw(&s->r->out, buf_content(&text));
}

/* -------------------------------------------------------------------- all */

static void
tell(struct sliding *s, const char *name, const struct sliding_extension *x,
    void (*global)(struct sliding *, struct section *),
    void (*of)(struct sliding *, struct section *, struct sliding_room *))
{
	struct section section = { .s = s, .name = name };

	if (!x->enabled)
		return;
	if (global != NULL)
		global(s, &section);
	for (size_t i = 0; i < s->wanteds; i++)
		if (concerns(s, x, s->wanted[i]))
			of(s, &section, s->wanted[i]);
	end(&section);
}

void
sliding_extensions(struct sliding *s)
{
	const struct sliding_ask *ask = &s->ask;

	if (!ask->typing.enabled)
		for (size_t i = 0; i < s->wanteds; i++)
			if (s->wanted[i]->sent != NULL)
				now_of(s, s->wanted[i])->typing = false;
	put_object(&s->r->out, "extensions");
	tell(s, "account_data", &ask->account_data, tell_global, tell_data_of);
	tell(s, "receipts", &ask->receipts, NULL, tell_receipts_of);
	tell(s, "typing", &ask->typing, NULL, tell_typing_of);
	sliding_put_devices(s);
	write_end(&s->r->out);
}

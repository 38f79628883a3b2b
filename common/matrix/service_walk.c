/* service_walk.c - see service.h: along the stream. */
#include <string.h>

#include "base/clock.h"
#include "json/json.h"
#include "matrix/service-inner.h"
#include "matrix/stripped.h"
#include "store/stream.h"
#include "store/upkeep.h"

#define PIECE_US	20000		/* so long it looks at once */
#define KEEP_EVERY	1000		/* changes, where there is nothing to tell */
#define BODY_ENOUGH	((size_t)1 << 20)	/* no event is added to as much */

/* ----------------------------------------------------------------- looking */

/* Of a room that it is not told of it knows what its user may. */
static void
look_in(struct walk *w, const struct event_row *e, struct reader *reader)
{
	struct span membership = json_slice(e->content, "membership");

	if (!is_own_member(w, e))
		return;
	if (span_is(membership, "\"invite\""))
		reader->invite_state = stripped_text(w->mem, w->db, e->room,
		    e->nr);
	else if (span_is(membership, "\"knock\""))
		reader->knock_state = stripped_text(w->mem, w->db, e->room,
		    e->nr);
}

static void
tell_event(struct walk *w, int64_t nr)
{
	struct reader reader = { .shape = SHAPE_TODAY, .now = w->now,
	    .sees_all = true };
	struct event_row e;
	struct room room;

	if (!event_find(w->db, nr, &e) || !room_get(w->db, e.room, &room) ||
	    !is_own_event(w, &e))
		return;
	reader.room_id = room.room_id;
	look_in(w, &e, &reader);
	event_write(&w->events_writer, w->db, &e, &reader);
	note_member(w, &e);
	w->n++;
}

static bool
is_full(const struct walk *w)
{
	return w->n == SERVICE_EVENTS_MAX || w->ephemerals >= EPHEMERAL_MAX ||
	    w->events.len + w->ephemeral.len > BODY_ENOUGH;
}

/* True: to the end. */
static bool
look(struct walk *w)
{
	struct rows rows = db_query(w->db, STMT_SERVICE_CHANGES,
	    DB_INT(w->pos), DB_INT(CHANGE_EVENT), DB_INT(CHANGE_RECEIPT),
	    DB_INT(CHANGE_RECEIPT_PRIVATE));

	while (rows_next(&rows)) {
		int64_t kind = rows_int(&rows, 1);

		w->pos = rows_int(&rows, 0);
		if (kind == CHANGE_EVENT)
			tell_event(w, rows_int(&rows, 4));
		else if (w->s->as->receive_ephemeral)
			tell_receipt(w, w->pos, kind == CHANGE_RECEIPT_PRIVATE,
			    rows_int(&rows, 2), rows_int(&rows, 3));
		if (is_full(w) || clock_mono_us() >= w->stop_us) {
			rows_done(&rows);
			return false;
		}
	}
	return true;
}

/* ----------------------------------------------------------------- writing */

static struct span
body_of(struct walk *w)
{
	struct writer all;
	struct buf text;

	write_end(&w->events_writer);
	write_end(&w->ephemeral_writer);
	buf_init(&text, w->mem, SIZE_MAX);
	writer_init(&all, &text);
	write_object(&all);
	put_raw(&all, "events", buf_content(&w->events));
	if (w->ephemerals > 0)
		put_raw(&all, w->s->as->ephemeral_key,
		    buf_content(&w->ephemeral));
	write_end(&all);
	return buf_content(&text);
}

static void
write_moved(struct db *db, int64_t nr, const struct moved *m)
{
	if (m->in)
		db_exec(db, STMT_SERVICE_MEMBER_ADD, DB_INT(nr),
		    DB_INT(m->room), DB_INT(m->user));
	else
		db_exec(db, STMT_SERVICE_MEMBER_DROP, DB_INT(nr),
		    DB_INT(m->room), DB_INT(m->user));
}

static bool
write_all(struct walk *w)
{
	struct service *s = w->s;
	struct db *db = w->db;
	bool tells = w->n + w->ephemerals > 0;
	struct span body = body_of(w);

	if (!upkeep_begin(s->store))
		return false;
	for (size_t i = 0; i < w->moves; i++)
		write_moved(db, s->nr, &w->moved[i]);
	db_exec(db, STMT_SERVICE_UPTO_SET, DB_INT(w->pos),
	    DB_TEXT(s->store->epoch), DB_INT(w->heard), DB_INT(s->nr));
	if (tells) {
		db_exec(db, STMT_SERVICE_TXN_NEXT, DB_INT(s->nr));
		db_exec(db, STMT_SERVICE_TXN_PUT, DB_INT(s->nr),
		    DB_SPAN(body));
	}
	return upkeep_commit(s->store);
}

/* ---------------------------------------------------------------- a piece */

static void
begin_array(struct walk *w, struct buf *text, struct writer *writer)
{
	buf_init(text, w->mem, SIZE_MAX);
	writer_init(writer, text);
	write_array(writer);
}

static enum service_step
piece(struct walk *w, const char *epoch)
{
	struct service *s = w->s;
	bool end;

	w->pos = s->pos;
	/* Of what vanished nothing is told, and all of what is there now. */
	w->heard = strcmp(epoch, s->store->epoch) == 0 ? s->heard : 0;
	if (!db_begin(w->db, TX_READ))
		return SERVICE_LATER;
	end = look(w);
	if (end && s->as->receive_ephemeral)
		end = !tell_volatile(w);
	if (!db_commit(w->db))
		return SERVICE_LATER;
	if ((w->n + w->ephemerals > 0 || w->pos >= s->kept + KEEP_EVERY ||
	    strcmp(epoch, s->store->epoch) != 0) && !write_all(w))
		return SERVICE_LATER;
	s->pos = w->pos;
	s->heard = w->heard;
	return end && w->n + w->ephemerals == 0 ? SERVICE_QUIET : SERVICE_AGAIN;
}

enum service_step
service_walk(struct service *s, const char *epoch)
{
	struct db *db = s->store->main;
	struct arena *mem = arena_new(), *before = db_arena(db, mem);
	struct walk *w = arena_alloc(mem, sizeof(*w));
	enum service_step step;

	w->s = s;
	w->db = db;
	w->mem = mem;
	w->now = clock_now_ms();
	w->stop_us = clock_mono_us() + PIECE_US;
	begin_array(w, &w->events, &w->events_writer);
	begin_array(w, &w->ephemeral, &w->ephemeral_writer);
	step = piece(w, arena_strdup(mem, epoch));
	db_arena(db, before);
	arena_free(mem);
	return step;
}

/*
 * shape.c - events as clients see them.
 */
#include "matrix/shape.h"

#include <string.h>

#include "json/json.h"
#include "matrix/event.h"
#include "matrix/event_fields.h"
#include "matrix/relation.h"
#include "matrix/room.h"
#include "matrix/visibility.h"
#include "serve/serve.h"

/* What a shape has besides type, content, sender and state_key. */
struct traits {
	bool	room_id;
	bool	event_id;
	bool	unsigned_;	/* unsigned, and origin_server_ts */
	bool	user_id;	/* sender once more; membership of members */
	bool	above;		/* what unsigned holds stands above it too */
	bool	redacted_above;	/* of that, redacted_because only */
	bool	relations;	/* what others say of it */
	bool	txn_id;		/* as 2015 calls it */
};
static const struct traits traits_of[] = {
	[SHAPE_TODAY] = { .room_id = true, .event_id = true,
	    .unsigned_ = true, .relations = true },
	[SHAPE_SYNC] = { .event_id = true, .unsigned_ = true,
	    .relations = true },
	[SHAPE_2015] = { .room_id = true, .event_id = true, .unsigned_ = true,
	    .user_id = true, .above = true, .redacted_above = true,
	    .txn_id = true },
	[SHAPE_SYNC_2015] = { .unsigned_ = true, .redacted_above = true,
	    .txn_id = true },
	[SHAPE_STRIPPED] = { .unsigned_ = false },
	[SHAPE_FEDERATION] = { .unsigned_ = false },
};

/* What an event did to another, and another to it. */
struct past {
	bool			 replaces;
	bool			 redacted;
	bool			 prev_visible;
	struct event_row	 prev;		/* whose place it took */
	struct event_row	 redaction;
	const struct bundle	*bundle;	/* NULL: nothing relates to it */
};

/* ------------------------------------------------------------- reading */

struct span
row_content(const struct rows *rows, int column)
{
	struct span pdu = rows_span(rows, column + 2);
	size_t at = (size_t)rows_int(rows, column);
	size_t n = (size_t)rows_int(rows, column + 1);

	/* A damaged row shows nothing rather than its neighbours in memory. */
	if (at > pdu.n || n > pdu.n - at)
		return SPAN("{}");
	return (struct span){ pdu.s + at, n };
}

struct event_row
event_peek(const struct rows *rows)
{
	return (struct event_row){
		.nr = rows_int(rows, 0),
		.pos = rows_int(rows, 1),
		.depth = rows_int(rows, 2),
		.event_id = rows_text(rows, 3),
		.room = rows_int(rows, 4),
		.type = rows_text(rows, 5),
		.state_key = rows_text(rows, 6),
		.sender = rows_int(rows, 7),
		.sender_id = rows_text(rows, 8),
		.origin_server_ts = rows_int(rows, 9),
		.redacts = rows_text(rows, 10),
		.redacted_by = rows_int(rows, 11),
		.replaces = rows_int(rows, 12),
		.device = rows_int(rows, 13),
		.txn_id = rows_text(rows, 14),
		.content = row_content(rows, 15),
	};
}

struct event_row
event_row(const struct rows *rows)
{
	struct event_row e = event_peek(rows);
	struct arena *mem = db_arena(rows->db, NULL);

	db_arena(rows->db, mem);
	e.content.s = arena_memdup(mem, e.content.s, e.content.n);
	return e;
}

bool
event_find(struct db *db, int64_t nr, struct event_row *e)
{
	struct rows rows;
	bool found;

	if (nr == 0)
		return false;
	rows = db_query(db, STMT_EVENT_GET, DB_INT(nr));
	if ((found = rows_next(&rows)))
		*e = event_row(&rows);
	rows_done(&rows);
	return found;
}

/* ------------------------------------------------------------- erasure */

/* NULL, which is never so: then nothing is shown. */
static const struct room_version *
version_of(struct db *db, int64_t room)
{
	struct rows rows = db_query(db, STMT_ROOM_VERSION, DB_INT(room));
	const struct room_version *version = rows_next(&rows) ?
	    room_version_find(rows_text(&rows, 0)) : NULL;

	rows_done(&rows);
	return version;
}

static bool
is_whole(struct db *db, const struct event_row *e, const struct reader *reader)
{
	return reader->viewer != NULL ? viewer_sees_whole(reader->viewer, e) :
	    stranger_sees_whole(db, e);
}

void
event_strip(struct db *db, struct event_row *e)
{
	const struct room_version *version = version_of(db, e->room);
	struct arena *mem = db_arena(db, NULL), *before = json_arena(mem);
	const cJSON *content = json_parse_own(mem, e->content);
	struct buf text;

	db_arena(db, mem);
	buf_init(&text, mem, SIZE_MAX);
	e->content = SPAN("{}");
	if (version != NULL) {
		json_print(&text, content_redact(version, e->type, content));
		e->content = buf_content(&text);
	}
	/* Before room version 11 it stands outside content, and goes. */
	if (version == NULL || !version->redact_v11)
		e->redacts = NULL;
	json_arena(before);
}

void
event_trim(struct db *db, struct event_row *e, const struct reader *reader)
{
	if (!is_whole(db, e, reader))
		event_strip(db, e);
}

/* ------------------------------------------------------------- the past */

static bool
sees(const struct reader *reader, const struct event_row *e)
{
	return reader->viewer != NULL ? viewer_may_see(reader->viewer, e) :
	    reader->sees_all;
}

static struct past
past_of(struct db *db, const struct event_row *e, const struct reader *reader,
    struct bundle *bundle)
{
	struct past past = { .replaces = false };

	past.replaces = event_find(db, e->replaces, &past.prev);
	past.prev_visible = past.replaces && sees(reader, &past.prev);
	if (past.prev_visible)
		event_trim(db, &past.prev, reader);

	past.redacted = event_find(db, e->redacted_by, &past.redaction);
	/* Its reason is a message like any other; that it happened is not. */
	if (past.redacted && !sees(reader, &past.redaction))
		past.redaction.content = SPAN("{}");
	if (past.redacted)
		event_trim(db, &past.redaction, reader);
	if (reader->aggregates && traits_of[reader->shape].relations &&
	    bundle_find(db, e, reader, bundle))
		past.bundle = bundle;
	return past;
}

struct reader
reader_of(struct request *r, const struct room *room)
{
	struct viewer *viewer = viewer_new(r->db, r->mem, room->nr,
	    r->who.user);

	if (r->route->auth == AUTH_ADMIN)
		viewer_open_all(viewer);
	return (struct reader){
		.room_id = room->room_id,
		.shape = req_is_2015(r) || r->api == API_R0 ?
		    SHAPE_2015 : SHAPE_TODAY,
		.device = r->who.device,
		.now = r->now,
		.aggregates = true,
		.viewer = viewer,
	};
}

/* ------------------------------------------------------------- writing */

static void	write_shaped(struct writer *, const struct event_row *,
		    const struct reader *, const struct past *);

/*
 * redacts stands in the event or in its content, by room version; clients of
 * either habit find it when it stands in both (room version 11).
 */
static void
put_content(struct writer *w, const struct event_row *e)
{
	struct buf both;

	if (e->redacts == NULL || e->content.n < 2 ||
	    json_slice(e->content, "redacts").s != NULL) {
		put_raw(w, "content", e->content);
		return;
	}
	buf_init(&both, w->out->mem, SIZE_MAX);
	buf_puts(&both, "{\"redacts\":");
	json_quote(&both, span_of(e->redacts));
	if (e->content.n > 2)
		buf_putc(&both, ',');
	buf_add(&both, e->content.s + 1, e->content.n - 1);
	put_raw(w, "content", buf_content(&both));
}

static int64_t
age_of(const struct event_row *e, const struct reader *reader)
{
	return e->origin_server_ts < reader->now ?
	    reader->now - e->origin_server_ts : 0;
}

static void
put_redacted_because(struct writer *w, const struct past *past,
    const struct reader *reader)
{
	struct reader inner = *reader;

	if (!past->redacted)
		return;
	/* Inside event_map the ids stand outside; here there is no outside. */
	if (inner.shape == SHAPE_SYNC_2015)
		inner.shape = SHAPE_SYNC;
	write_key(w, "redacted_because");
	write_shaped(w, &past->redaction, &inner, NULL);
}

static void
put_past(struct writer *w, const struct past *past,
    const struct reader *reader)
{
	if (past->replaces)
		put_text(w, "replaces_state", past->prev.event_id);
	if (past->prev_visible)
		put_raw(w, "prev_content", past->prev.content);
	if (reader->invite_state.n > 0)
		put_raw(w, "invite_room_state", reader->invite_state);
	if (reader->knock_state.n > 0)
		put_raw(w, "knock_room_state", reader->knock_state);
}

/* What a member event did, as 2015 has it beside content. */
static void
put_membership(struct writer *w, const struct event_row *e)
{
	struct span membership = json_slice(e->content, "membership");

	if (strcmp(e->type, "m.room.member") == 0 && membership.s != NULL)
		put_raw(w, "membership", membership);
}

static void
put_thread(struct writer *w, const struct bundle *bundle,
    const struct reader *reader)
{
	const struct past past = { .bundle = bundle->of_latest };

	put_object(w, "m.thread");
	write_key(w, "latest_event");
	write_shaped(w, &bundle->latest, reader, &past);
	put_int(w, "count", bundle->replies);
	put_bool(w, "current_user_participated", bundle->participated);
	write_end(w);
}

static void
put_references(struct writer *w, const struct bundle *bundle)
{
	put_object(w, "m.reference");
	put_array(w, "chunk");
	for (size_t i = 0; i < bundle->references; i++) {
		write_object(w);
		put_text(w, "event_id", bundle->reference[i]);
		write_end(w);
	}
	write_end(w);
	write_end(w);
}

static void
put_relations(struct writer *w, const struct bundle *bundle,
    const struct reader *reader)
{
	put_object(w, "m.relations");
	if (bundle->edited) {
		write_key(w, "m.replace");
		write_shaped(w, &bundle->edit, reader, NULL);
	}
	if (bundle->replies > 0)
		put_thread(w, bundle, reader);
	if (bundle->references > 0)
		put_references(w, bundle);
	write_end(w);
}

static void
put_unsigned(struct writer *w, const struct event_row *e,
    const struct reader *reader, const struct past *past)
{
	put_object(w, "unsigned");
	put_int(w, "age", age_of(e, reader));
	if (e->txn_id != NULL && e->device != 0 &&
	    e->device == reader->device) {
		put_text(w, "transaction_id", e->txn_id);
		if (traits_of[reader->shape].txn_id)
			put_text(w, "txn_id", e->txn_id);
	}
	if (past != NULL) {
		put_past(w, past, reader);
		if (past->prev_visible)
			put_text(w, "prev_sender", past->prev.sender_id);
		put_redacted_because(w, past, reader);
		if (past->bundle != NULL)
			put_relations(w, past->bundle, reader);
	}
	if (reader->viewer != NULL) {
		enum membership m = viewer_membership(reader->viewer, e->nr);

		put_text(w, "membership", membership_name(
		    m == MEMBERSHIP_NONE ? MEMBERSHIP_LEAVE : m));
	}
	write_end(w);
}

/* past NULL: an event inside another, which tells of no third. */
static void
write_shaped(struct writer *w, const struct event_row *e,
    const struct reader *reader, const struct past *past)
{
	const struct traits *has = &traits_of[reader->shape];

	write_object(w);
	put_text(w, "type", e->type);
	if (has->event_id)
		put_text(w, "event_id", e->event_id);
	if (has->room_id)
		put_text(w, "room_id", reader->room_id);
	put_text(w, "sender", e->sender_id);
	if (has->user_id)
		put_text(w, "user_id", e->sender_id);
	if (e->state_key != NULL)
		put_text(w, "state_key", e->state_key);
	put_content(w, e);
	if (has->user_id)
		put_membership(w, e);
	if (has->unsigned_) {
		put_int(w, "origin_server_ts", e->origin_server_ts);
		if (e->redacts != NULL)
			put_text(w, "redacts", e->redacts);
		put_unsigned(w, e, reader, past);
	}
	if (has->above) {
		put_int(w, "age", age_of(e, reader));
		if (past != NULL)
			put_past(w, past, reader);
	}
	if (has->redacted_above && past != NULL)
		put_redacted_because(w, past, reader);
	write_end(w);
}

static struct span
pdu_redacted(struct arena *mem, const struct room_version *version,
    struct span pdu)
{
	struct arena *before = json_arena(mem);
	struct buf text;

	buf_init(&text, mem, SIZE_MAX);
	json_canonical_loose(&text, event_redact(version,
	    json_parse_own(mem, pdu)));
	json_arena(before);
	return buf_content(&text);
}

/* What is shown trimmed to clients is shown trimmed here too. */
static void
write_pdu(struct writer *w, struct db *db, const struct event_row *e,
    const struct reader *reader)
{
	const bool whole = e->redacted_by == 0 && is_whole(db, e, reader);
	const struct room_version *version = version_of(db, e->room);
	struct rows rows = db_query(db, STMT_EVENT_PDU, DB_INT(e->nr));

	if (version == NULL || !rows_next(&rows))
		write_raw(w, SPAN("{}"));
	else
		write_raw(w, whole ? rows_span(&rows, 0) : pdu_redacted(
		    w->out->mem, version, rows_span(&rows, 0)));
	rows_done(&rows);
}

static void
write_whole(struct writer *w, struct db *db, const struct event_row *e,
    const struct reader *reader)
{
	struct past past = { .replaces = false };
	struct event_row trimmed;
	struct bundle bundle;

	if (reader->shape == SHAPE_FEDERATION) {
		write_pdu(w, db, e, reader);
		return;
	}
	if (!is_whole(db, e, reader)) {
		trimmed = *e;
		event_strip(db, &trimmed);
		e = &trimmed;
	}
	if (traits_of[reader->shape].unsigned_)
		past = past_of(db, e, reader, &bundle);
	write_shaped(w, e, reader, &past);
}

void
event_write(struct writer *w, struct db *db, const struct event_row *e,
    const struct reader *reader)
{
	struct writer inner;
	struct buf text;

	if (reader->fields == NULL) {
		write_whole(w, db, e, reader);
		return;
	}
	buf_init(&text, db_arena(db, NULL), SIZE_MAX);
	db_arena(db, text.mem);
	writer_init(&inner, &text);
	write_whole(&inner, db, e, reader);
	event_fields_write(w, reader->fields, buf_content(&text));
}

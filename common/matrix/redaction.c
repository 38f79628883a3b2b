/*
 * redaction.c - stripping stored events.
 */
#include "matrix/redaction.h"

#include <string.h>

#include "json/json.h"
#include "matrix/event.h"
#include "matrix/ids.h"
#include "matrix/media.h"
#include "matrix/push_note.h"
#include "matrix/relation.h"
#include "matrix/retention.h"
#include "matrix/search.h"
#include "matrix/shape.h"

#define WAITING_MAX	20	/* redactions of an event, come before it */

static struct arena *
arena_of(struct db *db)
{
	struct arena *mem = db_arena(db, NULL);

	db_arena(db, mem);
	return mem;
}

/* ------------------------------------------------------------------ power */

static bool
state_find(struct db *db, const struct room *room, int64_t at_nr,
    const char *type, struct event_row *row)
{
	return event_find(db, room_state_at(db, room->nr, at_nr, type, ""),
	    row);
}

bool
redaction_has_power(struct db *db, const struct room *room, int64_t at_nr,
    const char *user_id)
{
	struct arena *mem = arena_of(db);
	const cJSON *levels = NULL;
	struct event_row row;
	struct auth_event create;

	if (!state_find(db, room, at_nr, "m.room.create", &row))
		return false;
	create = (struct auth_event){
		.sender = row.sender_id,
		.type = row.type,
		.state_key = row.state_key,
		.content = json_parse_own(mem, row.content),
	};
	if (state_find(db, room, at_nr, "m.room.power_levels", &row))
		levels = json_parse_own(mem, row.content);
	return power_of(room->version, &create, levels, user_id) >=
	    power_to(levels, "redact");
}

/* --------------------------------------------------------------- applying */

/* As it was signed: numbers that canonical JSON forbids keep their digits. */
static const cJSON *
pdu_tree(struct arena *mem, const struct room_version *version,
    struct span pdu)
{
	cJSON *tree = json_parse_own(mem, pdu);

	if (!version->strict_json)
		json_keep_numbers(mem, tree, pdu);
	return tree;
}

/* What is left of a stored event, as text.  False: a number forbids it. */
static bool
redacted_text(struct db *db, const struct room *room, int64_t nr,
    struct buf *text)
{
	struct rows rows = db_query(db, STMT_EVENT_PDU, DB_INT(nr));
	struct arena *mem = arena_of(db);
	bool fine = false;

	buf_init(text, mem, SIZE_MAX);
	if (rows_next(&rows))
		fine = event_canonical(text, room->version,
		    event_redact(room->version, pdu_tree(mem, room->version,
		    rows_span(&rows, 0))));
	rows_done(&rows);
	return fine;
}

static bool
strip(struct db *db, const struct room *room, const struct event_row *target,
    int64_t by, const char *media_of)
{
	struct arena *before = json_arena(arena_of(db));
	struct buf text;
	bool fine = redacted_text(db, room, target->nr, &text);
	struct span whole, content;

	json_arena(before);
	if (!fine)
		return false;
	whole = buf_content(&text);
	content = json_slice(whole, "content");
	if (media_of != NULL)
		media_delete_shown(db, media_of, target->sender,
		    json_parse_own(arena_of(db), target->content));
	search_remove(db, target->nr, target->type, target->content);
	db_exec(db, STMT_REDACTION_STRIP, by != 0 ? DB_INT(by) : DB_NULL,
	    DB_INT((int64_t)(content.s - whole.s)), DB_INT((int64_t)content.n),
	    DB_SPAN(whole), DB_INT(room->version->redacts_in_content),
	    DB_INT(target->nr));
	relation_forget(db, room->nr, target->nr);
	push_note_forget(db, target->nr);
	if (strcmp(target->type, RETENTION) == 0 && target->nr ==
	    room_state_now(db, room->nr, RETENTION, ""))
		retention_store(db, room->nr, NULL);
	return true;
}

/* Something is left of the content of few types. */
bool
redaction_strip_bare(struct db *db, const struct room *room,
    const struct event_row *target)
{
	struct arena *before = json_arena(arena_of(db));
	struct buf text;
	bool fine = redacted_text(db, room, target->nr, &text);

	json_arena(before);
	return fine && json_slice(buf_content(&text), "content").n !=
	    target->content.n && strip(db, room, target, target->redacted_by,
	    NULL);
}

static bool
same_server(const char *one, const char *other)
{
	const char *a = id_server(one), *b = id_server(other);

	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

bool
redaction_apply(struct db *db, const struct room *room, int64_t nr,
    const char *media_of)
{
	struct event_row redaction, target;

	if (!event_find(db, nr, &redaction) || redaction.redacts == NULL ||
	    redaction.state_key != NULL)
		return false;
	return event_find(db, db_int(db, 0, STMT_REDACTION_TARGET,
	    DB_TEXT(redaction.redacts), DB_INT(room->nr)), &target) &&
	    target.nr != nr &&
	    (same_server(redaction.sender_id, target.sender_id) ||
	    redaction_has_power(db, room, nr, redaction.sender_id)) &&
	    strip(db, room, &target, nr, media_of);
}

void
redaction_await(struct db *db, const struct room *room, const char *event_id)
{
	struct rows rows = db_query(db, STMT_REDACTIONS_OF, DB_TEXT(event_id),
	    DB_INT(room->nr), DB_INT(WAITING_MAX));
	int64_t nr[WAITING_MAX];
	size_t n = 0;

	while (n < WAITING_MAX && rows_next(&rows))
		nr[n++] = rows_int(&rows, 0);
	rows_done(&rows);
	/* What comes from elsewhere was not uploaded here. */
	for (size_t i = 0; i < n && !redaction_apply(db, room, nr[i], NULL);
	    i++)
		continue;
}

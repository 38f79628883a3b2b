/*
 * room-send.c - how an event of ours comes into being.
 *
 * A message in an unforked room costs some ten statements; look twice before
 * adding one to that path.
 */
#include <string.h>

#include "json/json.h"
#include "matrix/event.h"
#include "matrix/ids.h"
#include "matrix/push_note.h"
#include "matrix/redaction.h"
#include "matrix/relation.h"
#include "matrix/retention.h"
#include "matrix/room.h"
#include "matrix/search.h"
#include "matrix/shape.h"
#include "store/stream.h"

/* ----------------------------------------- the state it is judged against */

/* What was asked of the current state; the rules ask for the same again. */
struct known {
	struct known	*next;
	const char	*type;
	const char	*state_key;
	int64_t		 nr;		/* 0: there is no such state */
	int64_t		 pos;
	struct span	 content;
	struct auth_event event;
};

struct state {
	struct author	*by;
	const struct room *room;	/* NULL: nothing is there yet */
	struct known	*known;
};

static void
known_read(struct known *known, const struct state *state,
    const struct rows *rows)
{
	const struct room *room = state->room;
	struct arena *mem = state->by->mem;
	struct span content = row_content(rows, 4);

	known->nr = rows_int(rows, 0);
	known->pos = rows_int(rows, 1);
	known->content.s = arena_memdup(mem, content.s, content.n);
	known->content.n = content.n;
	known->event = (struct auth_event){
		.event_id = rows_text(rows, 2),
		.room_id = room->version->room_id_is_hash &&
		    strcmp(known->type, "m.room.create") == 0 ?
		    NULL : room->room_id,
		.sender = rows_text(rows, 3),
		.type = known->type,
		.state_key = known->state_key,
		.content = json_parse_own(mem, known->content),
	};
}

static struct known *
state_look(struct state *state, const char *type, const char *state_key)
{
	struct known *known;

	for (known = state->known; known != NULL; known = known->next)
		if (strcmp(known->type, type) == 0 &&
		    strcmp(known->state_key, state_key) == 0)
			return known;
	known = arena_alloc(state->by->mem, sizeof(*known));
	known->type = type;
	known->state_key = state_key;
	known->next = state->known;
	state->known = known;
	if (state->room == NULL)
		return known;

	struct rows rows = db_query(state->by->db, STMT_AUTH_STATE,
	    DB_INT(state->room->nr), DB_TEXT(type), DB_TEXT(state_key));
	if (rows_next(&rows))
		known_read(known, state, &rows);
	rows_done(&rows);
	return known;
}

static const struct auth_event *
state_event(void *state, const char *type, const char *state_key)
{
	const struct known *known = state_look(state, type, state_key);

	return known->nr != 0 ? &known->event : NULL;
}

/* ------------------------------------------------- its place in the graph */

#define PREV_MAX	20

struct place {
	size_t		 n;
	int64_t		 nr[PREV_MAX];
	const char	*event_id[PREV_MAX];
	int64_t		 depth;		/* of the event to come */
};

static struct place
place_find(struct db *db, const struct room *room)
{
	struct rows rows = db_query(db, STMT_EXTREMITIES, DB_INT(room->nr));
	struct place place = { .depth = 1 };

	while (place.n < PREV_MAX && rows_next(&rows)) {
		place.nr[place.n] = rows_int(&rows, 0);
		place.event_id[place.n] = rows_text(&rows, 1);
		if (rows_int(&rows, 2) >= place.depth)
			place.depth = rows_int(&rows, 2) + 1;
		place.n++;
	}
	rows_done(&rows);
	if (place.depth > JSON_INT_MAX)
		place.depth = JSON_INT_MAX;
	return place;
}

/* ------------------------------------------- hashes, where ids are none */

/* Reference hashes of events, as room versions 1 and 2 name them; else NULL. */
static const char *const *
hashes_of(struct author *by, const struct room_version *version,
    const int64_t *nr, size_t n)
{
	const char **hash;

	if (version->id_is_hash)
		return NULL;
	hash = arena_alloc(by->mem, (n + 1) * sizeof(*hash));
	for (size_t i = 0; i < n; i++) {
		struct rows rows = db_query(by->db, STMT_EVENT_PDU,
		    DB_INT(nr[i]));

		hash[i] = !rows_next(&rows) ? "" :
		    event_reference_hash(by->mem, version,
		    json_parse_own(by->mem, rows_span(&rows, 0)));
		rows_done(&rows);
	}
	return hash;
}

/* ---------------------------------------------------------------- storing */

static bool
is_member_event(const struct new_event *new)
{
	return new->state_key != NULL && strcmp(new->type, "m.room.member") == 0;
}

/* Returns by how much the room's joined members grew. */
static int64_t
member_store(struct db *db, const struct room *room, int64_t target,
    const char *membership, const struct sent *sent)
{
	enum membership before = room_member(db, room->nr, target).membership;
	enum membership now = membership_of(membership);

	db_exec(db, STMT_MEMBER_SET, DB_INT(room->nr), DB_INT(target),
	    DB_TEXT(membership_name(now)), DB_INT(sent->nr),
	    DB_INT(sent->pos));
	return (now == MEMBERSHIP_JOIN) - (before == MEMBERSHIP_JOIN);
}

static bool
says_who_enters(const char *type)
{
	return strcmp(type, "m.room.join_rules") == 0 ||
	    strcmp(type, "m.room.history_visibility") == 0;
}

static void
state_store(struct author *by, const struct room *room,
    const struct new_event *new, const struct sent *sent, int64_t replaces)
{
	db_exec(by->db, STMT_STATE_SET, DB_INT(room->nr), DB_TEXT(new->type),
	    DB_TEXT(new->state_key), DB_INT(sent->nr));
	db_exec(by->db, STMT_STATE_HISTORY_ADD, DB_INT(room->nr),
	    DB_TEXT(new->type), DB_TEXT(new->state_key), DB_INT(sent->nr));
	if (*new->state_key == '\0' && says_who_enters(new->type))
		db_exec(by->db, STMT_ROOM_OPENS, DB_INT(room->nr));
	if (*new->state_key == '\0' && strcmp(new->type, RETENTION) == 0)
		retention_store(by->db, room->nr, new->content);
	if (room->hidden)
		return;
	db_exec(by->db, STMT_STATE_DELTA_ADD, DB_INT(room->nr),
	    DB_INT(sent->pos), DB_TEXT(new->type), DB_TEXT(new->state_key),
	    DB_INT(sent->nr), replaces != 0 ? DB_INT(replaces) : DB_NULL);
}

static void
place_take(struct db *db, const struct room *room, const struct place *place,
    int64_t nr)
{
	for (size_t i = 0; i < place->n; i++)
		db_exec(db, STMT_EXTREMITY_DROP, DB_INT(room->nr),
		    DB_INT(place->nr[i]));
	db_exec(db, STMT_EXTREMITY_ADD, DB_INT(room->nr), DB_INT(nr));
}

/* A transaction id is shown to the device that used it, so both or neither. */
static void
event_add(struct author *by, const struct room *room,
    const struct new_event *new, const struct draft *draft,
    const struct pdu *pdu, const struct sent *sent, int64_t replaces,
    const struct push_note *note)
{
	bool echo = by->device != 0 && new->txn_id != NULL;

	db_exec(by->db, STMT_EVENT_ADD, DB_INT(sent->nr),
	    DB_TEXT(pdu->event_id), DB_INT(room->nr),
	    room->hidden ? DB_NULL : DB_INT(sent->pos),
	    DB_INT(draft->depth), DB_TEXT(draft->type),
	    DB_TEXT(draft->state_key), DB_INT(by->user),
	    DB_INT(draft->origin_server_ts),
	    replaces != 0 ? DB_INT(replaces) : DB_NULL,
	    DB_TEXT(draft->redacts), echo ? DB_INT(by->device) : DB_NULL,
	    DB_TEXT(echo ? new->txn_id : NULL),
	    DB_INT((int64_t)pdu->content_at),
	    DB_INT((int64_t)pdu->content_len), DB_SPAN(pdu->text),
	    DB_INT(note->thread), DB_INT(note->notifies),
	    DB_INT(note->notified), DB_INT(note->highlighted));
}

/* Of a hidden room nothing is told, so nothing of it is unread. */
static struct push_note
note(struct state *state, const struct room *room, const struct draft *draft,
    const struct sent *sent)
{
	if (room->hidden)
		return (struct push_note){ .thread = 0 };
	return push_note_event(state->by->db, room, &(struct noted_event){
	    .nr = sent->nr, .pos = sent->pos, .sender = state->by->user,
	    .event = { .type = draft->type, .state_key = draft->state_key,
	    .sender = draft->sender, .room_id = room->room_id,
	    .content = draft->content },
	    .state = state_event, .state_arg = state,
	});
}

/* What it does to other events. */
static void
speak(struct author *by, const struct room *room, const struct new_event *new,
    const struct draft *draft, const struct sent *sent)
{
	relation_store(by->db, room, &(struct related_event){
	    .nr = sent->nr, .type = new->type, .sender = by->user,
	    .depth = draft->depth, .at = draft->origin_server_ts,
	}, new->content);
	if (draft->redacts != NULL)
		redaction_apply(by->db, room, sent->nr,
		    by->deletes_media ? by->server_name : NULL);
}

static void
event_store(struct state *state, const struct room *room,
    const struct new_event *new, const struct draft *draft,
    const struct pdu *pdu, const struct place *place, int64_t replaces,
    struct sent *sent)
{
	struct author *by = state->by;
	int64_t target = is_member_event(new) ?
	    user_intern(by->db, new->state_key) : 0;
	struct push_note noted;
	int64_t more = 0;

	sent->event_id = pdu->event_id;
	sent->nr = db_int(by->db, 0, STMT_EVENT_NEXT);
	sent->pos = room->hidden ? 0 : change_add(by->db, CHANGE_EVENT,
	    room->nr, target, sent->nr);
	noted = note(state, room, draft, sent);
	event_add(by, room, new, draft, pdu, sent, replaces, &noted);
	if (new->state_key != NULL)
		state_store(by, room, new, sent, replaces);
	if (new->origin_server_ts != NULL)
		db_exec(by->db, STMT_ROOM_KEEPS_LESS,
		    DB_INT(*new->origin_server_ts), DB_INT(room->nr));
	place_take(by->db, room, place, sent->nr);
	if (room->hidden)
		return;
	speak(by, room, new, draft, sent);
	if (target != 0)
		more = member_store(by->db, room, target,
		    json_text(new->content, "membership"), sent);
	db_exec(by->db, STMT_ROOM_GROWN, DB_INT(sent->pos), DB_INT(more),
	    DB_TEXT(new->type), DB_INT(room->nr));
	search_note(by->db, sent->nr, by->now);
}

/* ---------------------------------------------------------------- sending */

static struct draft
draft_of(const struct author *by, const struct room_version *version,
    const char *room_id, const struct new_event *new)
{
	return (struct draft){
		.version = version,
		.room_id = room_id,
		.sender = by->user_id,
		.type = new->type,
		.state_key = new->state_key,
		.content = new->content,
		.redacts = new->redacts,
		.origin_server_ts = new->origin_server_ts != NULL ?
		    *new->origin_server_ts : by->now,
		.depth = 1,
	};
}

static struct auth_event
auth_event_of(const struct draft *draft)
{
	return (struct auth_event){
		.room_id = draft->room_id,
		.sender = draft->sender,
		.type = draft->type,
		.state_key = draft->state_key,
		.content = draft->content,
		.redacts = draft->redacts,
		.prev_count = draft->prev_count,
		.prev_event = draft->prev_count > 0 ?
		    draft->prev_events[0] : NULL,
	};
}

/* Ids and numbers of those of the events it must cite that there are. */
static size_t
cite(struct state *state, const struct auth_event *event,
    const char *ids[AUTH_CITED_MAX], int64_t nr[AUTH_CITED_MAX])
{
	struct state_name names[AUTH_CITED_MAX];
	size_t n = auth_cited(state->room->version, event, names);
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		const struct known *known = state_look(state, names[i].type,
		    names[i].state_key);

		if (known->nr == 0)
			continue;
		nr[found] = known->nr;
		ids[found++] = known->event.event_id;
	}
	return found;
}

/* Does it say what its sender said last? */
static bool
is_repeated(const struct known *before, const struct draft *draft,
    const struct pdu *pdu)
{
	return before->nr != 0 &&
	    strcmp(before->event.sender, draft->sender) == 0 &&
	    before->content.n == pdu->content_len &&
	    memcmp(before->content.s, pdu->text.s + pdu->content_at,
	    pdu->content_len) == 0;
}

/* Whoever is in a closed room, or at its door, may go. */
static bool
is_leave(const struct new_event *new)
{
	const char *membership = json_text(new->content, "membership");

	return is_member_event(new) && membership != NULL &&
	    membership_of(membership) == MEMBERSHIP_LEAVE;
}

static bool
is_shut(const struct room *room, const struct new_event *new, const char **why)
{
	if (!room->closed || is_leave(new))
		return false;
	*why = "The administrator of this server has closed this room; all "
	    "that can be done is to leave it";
	return true;
}

enum mx_err
room_send(struct author *by, const struct room *room,
    const struct new_event *new, struct sent *sent, const char **why)
{
	struct place place = place_find(by->db, room);
	struct draft draft = draft_of(by, room->version, room->room_id, new);
	struct state state = { .by = by, .room = room };
	const char *cited[AUTH_CITED_MAX];
	int64_t cited_nr[AUTH_CITED_MAX];
	const struct known *before = NULL;
	struct auth_event event;
	struct pdu pdu;
	enum mx_err err;

	if (is_member_event(new) && !user_id_valid(new->state_key)) {
		*why = "The state key of m.room.member is a user id";
		return M_INVALID_PARAM;
	}
	if (is_shut(room, new, why))
		return M_FORBIDDEN;
	draft.depth = place.depth;
	draft.prev_events = place.event_id;
	draft.prev_count = place.n;
	event = auth_event_of(&draft);
	if (!auth_allows(room->version, &event, state_event, &state, why))
		return M_FORBIDDEN;
	draft.auth_events = cited;
	draft.auth_count = cite(&state, &event, cited, cited_nr);
	draft.auth_hashes = hashes_of(by, room->version, cited_nr,
	    draft.auth_count);
	draft.prev_hashes = hashes_of(by, room->version, place.nr, place.n);
	if ((err = event_make(by->mem, &draft, by->server_name, by->key, &pdu,
	    why)) != M_OK)
		return err;

	if (new->state_key != NULL)
		before = state_look(&state, new->type, new->state_key);
	if (before != NULL && is_repeated(before, &draft, &pdu)) {
		*sent = (struct sent){ before->nr, before->pos,
		    before->event.event_id };
		return M_OK;
	}
	event_store(&state, room, new, &draft, &pdu, &place,
	    before != NULL ? before->nr : 0, sent);
	return M_OK;
}

enum mx_err
room_would(struct author *by, const struct room *room,
    const struct new_event *new, const char **why)
{
	struct place place = place_find(by->db, room);
	struct draft draft = draft_of(by, room->version, room->room_id, new);
	struct state state = { .by = by, .room = room };
	struct auth_event event;

	draft.prev_events = place.event_id;
	draft.prev_count = place.n;
	event = auth_event_of(&draft);
	if (is_shut(room, new, why))
		return M_FORBIDDEN;
	return auth_allows(room->version, &event, state_event, &state, why) ?
	    M_OK : M_FORBIDDEN;
}

/* ---------------------------------------------------------------- a room */

static cJSON *
create_content_of(const struct author *by, const struct room_version *version,
    const cJSON *wanted)
{
	static const char *const ours[] = { "creator", "room_version", NULL };
	cJSON *content = object_without(wanted, ours);

	if (version->creator_in_content)
		cJSON_AddStringToObject(content, "creator", by->user_id);
	cJSON_AddStringToObject(content, "room_version", version->id);
	return content;
}

const char *
room_id_new(const struct author *by)
{
	return arena_printf(by->mem, "!%s:%s", random_letters(by->mem, 18),
	    by->server_name);
}

/*
 * Two rooms that one user creates in the same millisecond with the same
 * content would be one in room version 12; the second is dated a little later.
 */
static enum mx_err
create_make(struct author *by, struct draft *draft, struct pdu *pdu,
    const char **why)
{
	enum mx_err err;

	while ((err = event_make(by->mem, draft, by->server_name, by->key,
	    pdu, why)) == M_OK &&
	    db_int(by->db, 0, STMT_ROOM_TAKEN, DB_TEXT(pdu->room_id)) != 0)
		draft->origin_server_ts++;
	return err;
}

static const char *
room_id_of(const struct author *by, const struct new_room *wanted)
{
	if (wanted->version->room_id_is_hash)
		return NULL;
	return wanted->room_id != NULL ? wanted->room_id : room_id_new(by);
}

enum mx_err
room_begin(struct author *by, const struct new_room *wanted, struct room *room,
    struct sent *sent, const char **why)
{
	const struct room_version *version = wanted->version;
	const struct new_event new = {
		.type = "m.room.create",
		.state_key = "",
		.content = create_content_of(by, version, wanted->content),
	};
	struct draft draft = draft_of(by, version, room_id_of(by, wanted),
	    &new);
	struct state state = { .by = by };
	const struct place place = { .depth = 1 };
	struct auth_event event = auth_event_of(&draft);
	struct pdu pdu;
	enum mx_err err;

	if (!auth_allows(version, &event, state_event, &state, why))
		return M_FORBIDDEN;
	if ((err = create_make(by, &draft, &pdu, why)) != M_OK)
		return err;
	db_exec(by->db, STMT_ROOM_ADD, DB_TEXT(pdu.room_id),
	    DB_TEXT(version->id), DB_INT(by->now), DB_INT(wanted->hidden),
	    DB_TEXT(json_text(new.content, "type")));
	*room = (struct room){ .nr = db_last_rowid(by->db),
	    .room_id = pdu.room_id, .version = version,
	    .hidden = wanted->hidden };
	event_store(&state, room, &new, &draft, &pdu, &place, 0, sent);
	return M_OK;
}

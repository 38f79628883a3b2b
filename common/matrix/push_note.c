/* push_note.c - see push_note.h. */
#include "matrix/push_note.h"

#include <string.h>

#include "matrix/relation.h"

#define NOTIFY_LEVEL	50	/* where power levels say nothing */

struct asked {
	const struct room *room;
	const struct noted_event *noted;
};

/* ------------------------------------------------- what rules ask of a room */

/* The predefined rules for two differ from those for many in sound alone. */
static int64_t
joined(void *arg)
{
	(void)arg;
	return 0;
}

bool
push_may_notify(const struct room_version *version, auth_state_fn *state,
    void *arg, const char *sender, const char *key)
{
	const struct auth_event *create = state(arg, "m.room.create", "");
	const struct auth_event *event = state(arg, "m.room.power_levels", "");
	const cJSON *levels = event != NULL ? event->content : NULL;
	int64_t needed = NOTIFY_LEVEL;

	power_level(json_get(json_get(levels, "notifications"), key),
	    &needed);
	return create != NULL &&
	    power_of(version, create, levels, sender) >= needed;
}

static bool
sender_may(void *arg, const char *key)
{
	const struct asked *asked = arg;
	const struct noted_event *e = asked->noted;

	return push_may_notify(asked->room->version, e->state, e->state_arg,
	    e->event.sender, key);
}

static int64_t
what_for(const struct asked *asked, const char *user_id)
{
	const struct push_room room = { joined, sender_may, (void *)asked };
	const struct push_reader reader = { .user_id = user_id };
	const struct push_rule *rule = push_match(push_rules_today(),
	    &asked->noted->event, &room, &reader);

	return push_highlights(rule) ? NOTIFIES_LOUDLY :
	    push_notifies(rule) ? NOTIFIES_ALL : NOTIFIES_NOBODY;
}

/* --------------------------------------------------------------- its place */

/* What relates to an event of a thread is in that thread. */
static int64_t
thread_of(struct db *db, const struct room *room, const cJSON *content)
{
	struct relation rel;
	struct rows rows;
	int64_t thread = 0;

	if (!relation_of(content, &rel))
		return 0;
	rows = db_query(db, STMT_NOTE_PLACE, DB_TEXT(rel.parent),
	    DB_INT(room->nr));
	if (rows_next(&rows))
		thread = rows_int(&rows, strcmp(rel.rel_type, "m.thread") ==
		    0 ? 0 : 1);
	rows_done(&rows);
	return thread;
}

/* ------------------------------------------------------------- who is named */

/* The first user that the event names; NULL: nobody. */
static const cJSON *
mentions_of(const struct push_event *e)
{
	const cJSON *list = json_get(json_get(e->content, "m.mentions"),
	    "user_ids");
	const cJSON *item;

	if (!cJSON_IsArray(list) || strcmp(e->type, "m.room.member") == 0)
		return NULL;
	cJSON_ArrayForEach(item, list)
		if (cJSON_IsString(item))
			return item;
	return NULL;
}

/* Rules have the same for all whom the event names.  Returns if any are. */
static bool
note_mentions(struct db *db, const struct asked *asked,
    const struct push_note *note)
{
	const struct noted_event *e = asked->noted;
	const cJSON *item = mentions_of(&e->event);
	int64_t what, rows = 0;

	if (item == NULL)
		return false;
	what = what_for(asked, item->valuestring);
	if (what <= note->notifies)
		return false;
	for (size_t n = 0; item != NULL && n < MENTIONS_MAX;
	    item = item->next, n++)
		if (cJSON_IsString(item))
			rows += db_exec(db, STMT_MENTION_ADD,
			    DB_INT(note->thread), DB_INT(e->pos),
			    DB_INT(e->nr),
			    DB_INT(note->notifies == NOTIFIES_NOBODY),
			    DB_INT(what == NOTIFIES_LOUDLY),
			    DB_INT(asked->room->nr),
			    DB_TEXT(item->valuestring), DB_INT(e->sender));
	return rows > 0;
}

/* ------------------------------------------------------------------ counting */

static void
count_on(struct db *db, const struct asked *asked, struct push_note *note)
{
	struct db_arg room = DB_INT(asked->room->nr);
	struct db_arg thread = DB_INT(note->thread);
	struct rows rows = db_query(db, STMT_TALLY_GET, room, thread);

	if (rows_next(&rows)) {
		note->notified = rows_int(&rows, 0);
		note->highlighted = rows_int(&rows, 1);
	}
	rows_done(&rows);
	note->notified += note->notifies != NOTIFIES_NOBODY;
	note->highlighted += note->notifies == NOTIFIES_LOUDLY;
	db_exec(db, STMT_TALLY_SET, room, thread, DB_INT(asked->noted->pos),
	    DB_INT(note->notified), DB_INT(note->highlighted));
}

struct push_note
push_note_event(struct db *db, const struct room *room,
    const struct noted_event *e)
{
	const struct asked asked = { room, e };
	struct push_note note = {
		.thread = thread_of(db, room, e->event.content),
		.notifies = what_for(&asked, NULL)
	};
	bool mentions = note_mentions(db, &asked, &note);

	if (note.notifies != NOTIFIES_NOBODY || mentions)
		count_on(db, &asked, &note);
	if (strcmp(e->event.type, "m.room.member") != 0)
		db_exec(db, STMT_SPOKE_SET, DB_INT(room->nr),
		    DB_INT(e->sender), DB_INT(note.thread), DB_INT(e->pos));
	return note;
}

void
push_note_forget(struct db *db, int64_t event)
{
	db_exec(db, STMT_MENTION_FORGET, DB_INT(event));
}

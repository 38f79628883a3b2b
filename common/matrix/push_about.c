/* push_about.c - an event, and what push rules ask of its room (push_user.h). */
#include <string.h>

#include "matrix/push_note.h"
#include "matrix/push_user.h"

static struct arena *
arena_of(struct db *db)
{
	struct arena *mem = db_arena(db, NULL);

	db_arena(db, mem);
	return mem;
}

struct push_about
push_about(struct db *db, const struct room *room, const struct event_row *e)
{
	return (struct push_about){ db, room, e, {
		.type = e->type, .state_key = e->state_key,
		.sender = e->sender_id, .room_id = room->room_id,
		.content = json_parse_own(arena_of(db), e->content)
	} };
}

/* State just before the event; NULL: there was none. */
static const struct auth_event *
state_before(const struct push_about *about, const char *type,
    const char *state_key)
{
	struct arena *mem = arena_of(about->db);
	struct auth_event *e = NULL;
	struct rows rows = db_query(about->db, STMT_PUSH_STATE,
	    DB_INT(about->room->nr), DB_TEXT(type), DB_TEXT(state_key),
	    DB_INT(about->row->nr));

	if (rows_next(&rows)) {
		e = arena_alloc(mem, sizeof(*e));
		*e = (struct auth_event){
			.sender = rows_text(&rows, 0),
			.type = type,
			.state_key = state_key,
			.content = json_parse_own(mem, row_content(&rows, 1)),
		};
	}
	rows_done(&rows);
	return e;
}

/*
 * What the room was asked already, for a user's conditions may ask it thousands
 * of times.
 */
struct asked {
	const struct push_about *about;
	int64_t		 joined;	/* -1: not yet */
	struct said {
		bool	 known;
		const struct auth_event *event;
	} create, levels;
};

static int64_t
joined(void *arg)
{
	struct asked *asked = arg;

	if (asked->joined == -1)
		asked->joined = db_int(asked->about->db, 0, STMT_ROOM_JOINED,
		    DB_INT(asked->about->room->nr));
	return asked->joined;
}

static const struct auth_event *
state_asked(void *arg, const char *type, const char *state_key)
{
	struct asked *asked = arg;
	struct said *said = strcmp(type, "m.room.create") == 0 ?
	    &asked->create : &asked->levels;

	if (!said->known)
		*said = (struct said){ true,
		    state_before(asked->about, type, state_key) };
	return said->event;
}

static bool
sender_may(void *arg, const char *key)
{
	struct asked *asked = arg;

	return push_may_notify(asked->about->room->version, state_asked,
	    asked, asked->about->event.sender, key);
}

static const char *
name_of(const struct push_about *about, const char *user_id)
{
	const struct auth_event *member = state_before(about,
	    "m.room.member", user_id);

	return member == NULL ? NULL :
	    json_text(member->content, "displayname");
}

const struct push_rule *
push_user_meets(const struct push_user *u, const struct push_about *about)
{
	struct asked asked = { .about = about, .joined = -1 };
	const struct push_room room = { joined, sender_may, &asked };
	struct push_reader reader = u->reader;
	const struct push_rule *rule;

	if (about->row->sender == u->user)
		return NULL;
	if (u->master != NULL)
		return u->master;
	if (u->asks_name)
		reader.display_name = name_of(about, reader.user_id);
	rule = push_match(u->device, &about->event, &room, &reader);
	return rule != NULL ? rule :
	    push_match(u->global, &about->event, &room, &reader);
}

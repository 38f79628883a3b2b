/*
 * room_clear.c - see room_clear.h.
 *
 * Who goes out does so in their own name: that is what the rules let anybody
 * do, whatever their power and the administrator's.
 */
#include "base/clock.h"
#include "base/log.h"
#include "matrix/profile.h"
#include "matrix/room.h"
#include "matrix/room_clear.h"
#include "matrix/room_end.h"

#define PIECE_USERS	20	/* at most, of one transaction */
#define GUEST_LEVEL	(-10)	/* of who is taken to the new room */

/* One piece of it. */
struct work {
	struct clearing	*c;
	struct undertaking *u;
	struct author	 by;		/* whoever acts now */
	struct room	 room;
	struct room	 new;		/* nr 0: there is none */
	struct author	 host;		/* of the new room */
};

static bool
send(struct author *by, const struct room *room, const char *type,
    const char *state_key, const cJSON *content)
{
	struct sent sent;
	const char *why;

	if (room_send(by, room, &(struct new_event){ .type = type,
	    .state_key = state_key, .content = content }, &sent, &why) == M_OK)
		return true;
	log_warn("%s cannot send %s in %s: %s", by->user_id, type,
	    room->room_id, why);
	return false;
}

static bool
send_member(struct work *w, struct author *by, const struct room *room,
    const char *user_id, enum membership membership)
{
	return send(by, room, "m.room.member", user_id,
	    member_content(w->c->db, user_id, membership, NULL));
}

/* ----------------------------------------------------------- the new room */

static bool
send_value(struct work *w, const char *type, const char *key,
    const char *value)
{
	cJSON *content = cJSON_CreateObject();

	cJSON_AddStringToObject(content, key, value);
	return send(&w->host, &w->new, type, "", content);
}

static bool
send_levels(struct work *w)
{
	static const char *const ours[] = { "ban", "invite", "kick", "redact",
	    "state_default", NULL };
	cJSON *content = cJSON_CreateObject(), *users;

	for (const char *const *key = ours; *key != NULL; key++)
		cJSON_AddNumberToObject(content, *key, 50);
	cJSON_AddNumberToObject(content, "events_default", 0);
	cJSON_AddNumberToObject(content, "users_default", GUEST_LEVEL);
	users = cJSON_AddObjectToObject(content, "users");
	if (!w->new.version->creators_rule)
		cJSON_AddNumberToObject(users, w->host.user_id, 100);
	return send(&w->host, &w->new, "m.room.power_levels", "", content);
}

static bool
send_message(struct work *w)
{
	const char *text = json_text(w->u->wish, "message");
	cJSON *content = cJSON_CreateObject();

	cJSON_AddStringToObject(content, "msgtype", "m.text");
	cJSON_AddStringToObject(content, "body",
	    text != NULL ? text : CLEAR_MESSAGE);
	return send(&w->host, &w->new, "m.room.message", NULL, content);
}

static bool
fill_new_room(struct work *w)
{
	const char *name = json_text(w->u->wish, "room_name");

	return send_member(w, &w->host, &w->new, w->host.user_id,
	    MEMBERSHIP_JOIN) && send_levels(w) &&
	    send_value(w, "m.room.join_rules", "join_rule", "invite") &&
	    send_value(w, "m.room.history_visibility", "history_visibility",
	    "shared") &&
	    send_value(w, "m.room.name", "name",
	    name != NULL ? name : CLEAR_ROOM_NAME) && send_message(w);
}

static bool
make_new_room(struct work *w)
{
	const struct room_version *version =
	    room_version_find(w->c->conf->room_version);
	const char *why = "this server does not know its version";
	struct sent sent;

	if (version == NULL || room_begin(&w->host, &(struct new_room){
	    .version = version,
	    .room_id = version->creators_rule ? NULL : room_id_new(&w->host),
	    }, &w->new, &sent, &why) != M_OK) {
		log_error("%s cannot make a room: %s", w->host.user_id, why);
		return false;
	}
	cJSON_ReplaceItemInObjectCaseSensitive(w->u->result, "new_room_id",
	    cJSON_CreateString(w->new.room_id));
	return fill_new_room(w);
}

/* Made by the first piece, found by all others.  False: it failed. */
static bool
have_new_room(struct work *w)
{
	const char *host = json_text(w->u->wish, "new_room_user_id");
	const char *made = json_text(w->u->result, "new_room_id");

	if (host == NULL)
		return true;
	w->host = w->by;
	w->host.user_id = host;
	w->host.user = user_find(w->c->db, host);
	if (w->host.user == 0)
		return false;
	return made != NULL ? room_find(w->c->db, made, &w->new) :
	    make_new_room(w);
}

/* ------------------------------------------------------------------ users */

struct local {
	int64_t		 user;
	const char	*user_id;
};

static size_t
locals_find(struct work *w, int64_t after, struct local *list)
{
	struct rows rows = db_query(w->c->db, STMT_ROOM_LOCALS,
	    DB_INT(w->room.nr), DB_INT(after), DB_INT(PIECE_USERS));
	size_t n = 0;

	for (; n < PIECE_USERS && rows_next(&rows); n++)
		list[n] = (struct local){ rows_int(&rows, 0),
		    rows_text(&rows, 1) };
	rows_done(&rows);
	return n;
}

static void
add_name(struct work *w, const char *list, const char *name)
{
	cJSON_AddItemToArray(json_get(w->u->result, list),
	    cJSON_CreateString(name));
}

static void
take_out(struct work *w, const struct local *local)
{
	w->by.user = local->user;
	w->by.user_id = local->user_id;
	if (w->new.nr != 0 && local->user != w->host.user &&
	    send_member(w, &w->host, &w->new, local->user_id,
	    MEMBERSHIP_INVITE))
		send_member(w, &w->by, &w->new, local->user_id,
		    MEMBERSHIP_JOIN);
	add_name(w, send_member(w, &w->by, &w->room, local->user_id,
	    MEMBERSHIP_LEAVE) ? "kicked_users" : "failed_to_kick_users",
	    local->user_id);
}

/* False: nobody is left. */
static bool
users_out(struct work *w)
{
	struct local list[PIECE_USERS];
	int64_t after = 0;
	size_t n;

	json_int(w->u->result, "after", &after);
	n = locals_find(w, after, list);
	for (size_t i = 0; i < n && (i == 0 ||
	    clock_mono_us() < w->c->stop_us); i++) {
		take_out(w, &list[i]);
		after = list[i].user;
	}
	cJSON_ReplaceItemInObjectCaseSensitive(w->u->result, "after",
	    cJSON_CreateNumber((double)after));
	return n > 0;
}

/* ---------------------------------------------------------------- the end */

static void
aliases_out(struct work *w)
{
	struct rows rows = db_query(w->c->db, STMT_ALIASES_OF_ROOM,
	    DB_INT(w->room.nr));

	while (rows_next(&rows))
		add_name(w, "local_aliases", rows_text(&rows, 0));
	if (w->new.nr != 0)
		db_exec(w->c->db, STMT_ALIASES_MOVE, DB_INT(w->new.nr),
		    DB_INT(w->room.nr));
	else
		db_exec(w->c->db, STMT_ROOM_END_ALIASES, DB_INT(w->room.nr));
	db_exec(w->c->db, STMT_ROOM_UNPUBLISH, DB_INT(w->room.nr));
}

static void
finish(struct work *w)
{
	aliases_out(w);
	if (json_is_true(w->u->wish, "purge"))
		room_delete(w->c->db, w->room.nr, false, w->c->now);
	cJSON_DeleteItemFromObjectCaseSensitive(w->u->result, "after");
	undertaking_end(w->c->db, w->c->mem, w->u, NULL, w->c->now);
}

static void
begin(struct undertaking *u)
{
	if (json_get(u->result, "kicked_users") != NULL)
		return;
	cJSON_AddArrayToObject(u->result, "kicked_users");
	cJSON_AddArrayToObject(u->result, "failed_to_kick_users");
	cJSON_AddArrayToObject(u->result, "local_aliases");
	cJSON_AddNullToObject(u->result, "new_room_id");
	cJSON_AddNumberToObject(u->result, "after", 0);
}

static bool
fail_with(struct work *w, const char *error)
{
	undertaking_end(w->c->db, w->c->mem, w->u, error, w->c->now);
	w->u->error = error;
	return false;
}

bool
room_clear(struct clearing *c, struct undertaking *u)
{
	struct work w = { .c = c, .u = u };
	const char *why;

	if (u->ended_at != 0)
		return false;
	begin(u);
	w.by = (struct author){ .db = c->db, .mem = c->mem,
	    .server_name = c->conf->server_name, .now = c->now,
	    .key = signing_key_ours(c->conf, &why) };
	if (w.by.key == NULL) {
		log_error("%s", why);
		return fail_with(&w, "This server cannot sign events now");
	}
	if (!room_find(c->db, u->subject, &w.room) || w.room.version == NULL)
		return fail_with(&w, "The room is gone");
	if (!have_new_room(&w))
		return fail_with(&w, "The new room cannot be made; the log "
		    "says why");
	if (users_out(&w)) {
		undertaking_note(c->db, c->mem, u);
		return true;
	}
	finish(&w);
	u->ended_at = c->now;
	return false;
}

enum task_end
clear_room(struct task *t)
{
	struct arena *before = json_arena(t->mem);
	struct clearing c = { t->db, t->mem, t->store->conf, t->now,
	    t->stop_us };
	struct undertaking u;
	bool more = t->detail != NULL &&
	    undertaking_find(t->db, t->mem, t->detail, &u) &&
	    room_clear(&c, &u);

	json_arena(before);
	t->cursor = "";
	return more ? TASK_MORE : TASK_DONE;
}

/*
 * notice.c - server notices (notice.h).
 *
 * Their rooms are of a version that clients of 2015 understand, and of this
 * server alone.  Users read there, and cannot speak, since nobody would hear.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "json/json.h"
#include "json/writer.h"
#include "matrix/account_data.h"
#include "matrix/notice.h"
#include "matrix/profile.h"
#include "matrix/room-tasks.h"

#define PIECE_USERS	20	/* at most, of one transaction */
#define TRIES		5	/* then a user is passed over */
#define SPEAKER_LEVEL	50	/* what it takes to do anything there */
#define NOTICE_TYPE	"org.mxcgi.notice"
#define NOTICE_TAG	"m.server_notice"
#define TAG_TYPE	"m.tag"

const char *
notices_user_id(struct arena *mem, const struct conf *conf)
{
	return conf->notices_user == NULL ? NULL : arena_printf(mem, "@%s:%s",
	    conf->notices_user, conf->server_name);
}

bool
is_notices_room(struct db *db, struct arena *mem, const struct conf *conf,
    int64_t room)
{
	const char *speaker = notices_user_id(mem, conf);

	return speaker != NULL && db_int(db, 0, STMT_JOINED_HERE,
	    DB_INT(room), DB_TEXT(speaker)) != 0;
}

void
notice_leave(struct db *db, struct arena *mem, int64_t user, const char *text,
    enum notice_pin pin, int64_t now)
{
	struct writer w;
	struct buf detail;

	buf_init(&detail, mem, SIZE_MAX);
	writer_init(&w, &detail);
	write_object(&w);
	put_text(&w, "text", text);
	put_int(&w, "pin", pin);
	write_end(&w);
	task_add_about(db, TASK_NOTICE, user, 0, buf_str(&detail), now, now);
}

/* ---------------------------------------------------------------- events */

/* A notice that is being given. */
struct giving {
	struct task	*t;
	struct author	 by;
	struct room	 room;		/* of the user that it is given to now */
	const char	*text;
	enum notice_pin	 pin;
};

/* state_key NULL: a message.  False: why is logged. */
static bool
put(struct giving *g, const char *type, const char *state_key,
    const cJSON *content, struct sent *sent)
{
	const char *why;

	if (room_send(&g->by, &g->room, &(struct new_event){
	    .type = type, .state_key = state_key, .content = content,
	    }, sent, &why) == M_OK)
		return true;
	log_warn("%s cannot send %s in %s: %s", g->by.user_id, type,
	    g->room.room_id, why);
	return false;
}

static bool
put_state(struct giving *g, const char *type, const char *key,
    const char *value)
{
	cJSON *content = cJSON_CreateObject();
	struct sent sent;

	cJSON_AddStringToObject(content, key, value);
	return put(g, type, "", content, &sent);
}

/* -------------------------------------------------------------- the room */

static bool
begin_room(struct giving *g)
{
	const struct room_version *version =
	    room_version_find(g->t->store->conf->room_version_2015);
	cJSON *content = cJSON_CreateObject();
	const char *why = "this server does not know its version";
	struct sent sent;

	cJSON_AddFalseToObject(content, "m.federate");
	if (version != NULL && room_begin(&g->by, &(struct new_room){
	    .version = version, .content = content,
	    }, &g->room, &sent, &why) == M_OK)
		return true;
	log_error("%s cannot make a room: %s", g->by.user_id, why);
	return false;
}

static bool
enter_room(struct giving *g)
{
	cJSON *content = member_content(g->t->db, g->by.user_id,
	    MEMBERSHIP_JOIN, NULL);
	struct sent sent;

	if (json_get(content, "displayname") == NULL)
		cJSON_AddStringToObject(content, "displayname",
		    g->t->store->conf->notices_name);
	return put(g, "m.room.member", g->by.user_id, content, &sent);
}

static bool
put_levels(struct giving *g)
{
	static const char *const ours[] = { "events_default", "state_default",
	    "invite", "kick", "ban", "redact", NULL };
	cJSON *content = cJSON_CreateObject(), *users;
	struct sent sent;

	for (const char *const *key = ours; *key != NULL; key++)
		cJSON_AddNumberToObject(content, *key, SPEAKER_LEVEL);
	cJSON_AddNumberToObject(content, "users_default", 0);
	users = cJSON_AddObjectToObject(content, "users");
	if (!g->room.version->creators_rule)
		cJSON_AddNumberToObject(users, g->by.user_id, 100);
	return put(g, "m.room.power_levels", "", content, &sent);
}

static bool
make_room(struct giving *g)
{
	return begin_room(g) && enter_room(g) && put_levels(g) &&
	    put_state(g, "m.room.join_rules", "join_rule", "invite") &&
	    put_state(g, "m.room.history_visibility", "history_visibility",
	    "shared") &&
	    put_state(g, "m.room.name", "name",
	    g->t->store->conf->notices_name);
}

/* Their notices room, if they have one, and what they are to it. */
static bool
find_room(struct giving *g, int64_t user, enum membership *membership)
{
	struct rows rows = db_query(g->t->db, STMT_NOTICES_ROOM,
	    DB_INT(g->by.user), DB_INT(user));
	bool found = rows_next(&rows);

	if (found) {
		g->room = (struct room){
			.nr = rows_int(&rows, 0),
			.room_id = rows_text(&rows, 1),
			.version = room_version_find(rows_text(&rows, 2)),
		};
		*membership = membership_of(rows_text(&rows, 3));
	}
	rows_done(&rows);
	return found && g->room.version != NULL;
}

/* Clients know the room by its tag. */
static void
tag_room(struct giving *g, int64_t user)
{
	struct db *db = g->t->db;
	const char *kept = account_data_get(db, user, g->room.nr, TAG_TYPE);
	cJSON *content = kept != NULL ? json_parse_own(g->t->mem,
	    span_of(kept)) : cJSON_CreateObject();
	cJSON *tags = json_get(content, "tags");
	struct buf text;

	if (!cJSON_IsObject(tags)) {
		cJSON_DetachItemFromObjectCaseSensitive(content, "tags");
		tags = cJSON_AddObjectToObject(content, "tags");
	}
	if (json_get(tags, NOTICE_TAG) != NULL)
		return;
	cJSON_AddObjectToObject(tags, NOTICE_TAG);
	buf_init(&text, g->t->mem, SIZE_MAX);
	json_print(&text, content);
	account_data_put(db, user, g->room.nr, TAG_TYPE, buf_content(&text));
}

/* "Servers should invite the target user rather than automatically join". */
static bool
have_room(struct giving *g, int64_t user, const char *user_id)
{
	enum membership membership = MEMBERSHIP_NONE;
	struct sent sent;

	if (!find_room(g, user, &membership) && !make_room(g))
		return false;
	tag_room(g, user);
	return membership == MEMBERSHIP_INVITE ||
	    membership == MEMBERSHIP_JOIN || put(g, "m.room.member", user_id,
	    member_content(g->t->db, user_id, MEMBERSHIP_INVITE, NULL), &sent);
}

/* ------------------------------------------------------------ the notice */

static cJSON *
notice_content(const struct giving *g)
{
	cJSON *content = cJSON_CreateObject();

	cJSON_AddStringToObject(content, "msgtype", "m.server_notice");
	cJSON_AddStringToObject(content, "body", g->text);
	cJSON_AddStringToObject(content, "server_notice_type", NOTICE_TYPE);
	return content;
}

/* "Active notices are represented by the pinned events". */
static void
pin(struct giving *g, const char *event_id)
{
	cJSON *content = cJSON_CreateObject();
	cJSON *pinned = cJSON_AddArrayToObject(content, "pinned");
	struct sent sent;

	if (g->pin == PIN_KEEP || (g->pin == PIN_NONE && room_state_now(
	    g->t->db, g->room.nr, "m.room.pinned_events", "") == 0))
		return;
	if (g->pin == PIN_THIS)
		cJSON_AddItemToArray(pinned, cJSON_CreateString(event_id));
	put(g, "m.room.pinned_events", "", content, &sent);
}

static void
give(struct giving *g, int64_t user, const char *user_id)
{
	struct sent sent;

	if (user == g->by.user)
		return;
	if (g->t->failures >= TRIES)
		log_error("%s is not told: the store fails", user_id);
	else if (have_room(g, user, user_id) &&
	    put(g, "m.room.message", NULL, notice_content(g), &sent))
		pin(g, sent.event_id);
}

/* Where the store fails, it goes on user by user, to find out whose it is. */
static enum task_end
give_all(struct giving *g)
{
	struct task *t = g->t;
	struct { int64_t user; const char *user_id; } list[PIECE_USERS];
	int64_t after = t->cursor != NULL ? strtoll(t->cursor, NULL, 10) : 0;
	size_t n = 0, most = t->failures > 0 ? 1 : PIECE_USERS;
	struct rows rows = db_query(t->db, STMT_NOTICE_TO, DB_INT(after),
	    DB_INT((int64_t)most));

	for (; n < most && rows_next(&rows); n++) {
		list[n].user = rows_int(&rows, 0);
		list[n].user_id = rows_text(&rows, 1);
	}
	rows_done(&rows);
	for (size_t i = 0; i < n && (i == 0 || task_has_time(t)); i++) {
		give(g, list[i].user, list[i].user_id);
		after = list[i].user;
	}
	t->cursor = arena_printf(t->mem, "%lld", (long long)after);
	return n > 0 ? TASK_MORE : TASK_DONE;
}

/* False: why is logged, or (by.user 0) there is nobody. */
static bool
find_speaker(struct giving *g)
{
	struct task *t = g->t;

	if (!task_author(t, &g->by))
		return false;
	g->by.user_id = notices_user_id(t->mem, t->store->conf);
	g->by.user = g->by.user_id == NULL ? 0 :
	    user_find(t->db, g->by.user_id);
	return true;
}

/* False: why is logged. */
static bool
begin_giving(struct giving *g, struct task *t)
{
	const cJSON *detail = json_parse_own(t->mem, span_of(t->detail));
	int64_t choice = PIN_KEEP;

	*g = (struct giving){ .t = t, .text = json_text(detail, "text") };
	json_int(detail, "pin", &choice);
	g->pin = (enum notice_pin)choice;
	if (!find_speaker(g))
		return false;
	if (g->by.user == 0)
		log_error("nobody is told: [notices] user was changed since "
		    "mxcgi notice");
	return true;
}

const char *
notice_send(struct task *t, const struct new_event *said)
{
	struct giving g = { .t = t };
	struct sent sent;

	if (!find_speaker(&g))
		return NULL;
	return g.by.user != 0 && have_room(&g, t->user, user_name(t->db, t->user)) &&
	    put(&g, said->type, said->state_key, said->content, &sent) ?
	    sent.event_id : NULL;
}

enum task_end
notice_give(struct task *t)
{
	struct arena *before = json_arena(t->mem);
	struct giving g;
	enum task_end end = TASK_DONE;

	if (!begin_giving(&g, t))
		end = TASK_FAILED;
	else if (g.by.user != 0 && t->user != 0)
		give(&g, t->user, user_name(t->db, t->user));
	else if (g.by.user != 0)
		end = give_all(&g);
	json_arena(before);
	return end;
}

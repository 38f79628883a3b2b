/*
 * rooms-admin.c - what administrators do to rooms, so that events come of it:
 * bring somebody in, give somebody power, tell somebody something.  The calls
 * are those of Synapse's Admin API; rooms-shut.c has the end of rooms.
 */
#include <string.h>

#include "matrix/account.h"
#include "matrix/ids.h"
#include "matrix/notice.h"
#include "rooms-admin.h"
#include "rooms.h"
#include "rooms.routes.h"

bool
named_user_find(struct request *r, const char *user_id,
    struct named_user *named)
{
	struct rows row = db_query(r->db, STMT_LOCAL_FIND, DB_TEXT(user_id));
	bool found = rows_next(&row);

	if (found)
		*named = (struct named_user){ rows_int(&row, 0), rows_text(&row, 1),
		    span_is(rows_span(&row, 2), "guest") };
	rows_done(&row);
	return found;
}

static enum mx_err
named_user_wished(struct request *r, const char *user_id,
    struct named_user *named)
{
	if (!named_user_find(r, user_id, named))
		return fail(r, M_NOT_FOUND, "There is no such user here");
	return M_OK;
}

/* ------------------------------------------------------------- bringing in */

/*
 * Somebody else is the caller while something is done in their name; returns
 * who was before.
 */
static struct caller
act_as(struct request *r, const struct named_user *named)
{
	struct caller before = r->who;

	r->who = (struct caller){ .user = named->user, .user_id = named->user_id,
	    .era = before.era, .guest = named->guest };
	return before;
}

struct join_wish {
	const char	*user_id;
};

static const struct field join_wish_fields[] = {
	FIELD_STR(join_wish, user_id, "user_id", REQUIRED, user_id_valid),
	FIELD_END
};

static const struct field power_wish_fields[] = {
	FIELD_STR(join_wish, user_id, "user_id", OPTIONAL, user_id_valid),
	FIELD_END
};

static bool
is_public(struct request *r, const struct room *room)
{
	struct auth_event rules;
	const char *rule;

	return state_of(r, room, "m.room.join_rules", &rules) &&
	    (rule = json_text(rules.content, "join_rule")) != NULL &&
	    strcmp(rule, "public") == 0;
}

/*
 * POST /_synapse/admin/v1/join/{roomIdOrAlias}
 *
 * Bring a user of this server into a room.  Where it is not open to all, the
 * administrator must be in it and have the power to invite.
 */
enum mx_err
user_join(struct request *r)
{
	struct join_wish wish = { 0 };
	struct named_user a;
	struct caller admin;
	struct room room;
	enum membership now;
	enum mx_err err;

	if ((err = body_read(r, join_wish_fields, &wish)) != M_OK ||
	    (err = named_user_wished(r, wish.user_id, &a)) != M_OK ||
	    (err = room_meant(r, req_arg(r, "roomIdOrAlias"), &room)) != M_OK)
		return err;
	log_note(r, "%s", a.user_id);
	put_text(&r->out, "room_id", room.room_id);
	now = room_member(r->db, room.nr, a.user).membership;
	if (now == MEMBERSHIP_JOIN)
		return M_OK;
	if (now != MEMBERSHIP_INVITE && !is_public(r, &room) &&
	    (err = member_put(r, &room, a.user_id, MEMBERSHIP_INVITE,
	    NULL)) != M_OK)
		return err;
	admin = act_as(r, &a);
	err = member_put(r, &room, a.user_id, MEMBERSHIP_JOIN, NULL);
	r->who = admin;
	return err;
}

/* ------------------------------------------------------------------ power */

/* Who gives it, and how much of it. */
struct giver {
	struct named_user user;
	int64_t		 level;
};

/* The member of this server with the most power; user 0: nobody is in. */
static void
giver_find(struct request *r, const struct room *room,
    const struct auth_event *create, const cJSON *levels, struct giver *g)
{
	struct rows rows = db_query(r->db, STMT_ROOM_JOINED_LOCALS,
	    DB_INT(room->nr));

	while (rows_next(&rows)) {
		const char *user_id = rows_text(&rows, 1);
		int64_t level = power_of(room->version, create, levels,
		    user_id);

		if (g->user.user == 0 || level > g->level) {
			g->user.user = rows_int(&rows, 0);
			g->user.user_id = user_id;
			g->level = level;
		}
	}
}

/* Creators have more than can be given: as much as anything in it takes. */
static int64_t
level_given(const struct giver *g, const cJSON *levels)
{
	int64_t most = 100, level;
	const cJSON *item;

	if (g->level != POWER_INFINITE)
		return g->level;
	cJSON_ArrayForEach(item, json_get(levels, "events"))
		if (power_level(item, &level) && level > most)
			most = level;
	return most;
}

static cJSON *
levels_with(const cJSON *levels, const char *user_id, int64_t level)
{
	cJSON *content = levels != NULL ? cJSON_Duplicate(levels, true) :
	    cJSON_CreateObject();
	cJSON *users = json_get(content, "users");

	if (!cJSON_IsObject(users)) {
		cJSON_DeleteItemFromObjectCaseSensitive(content, "users");
		users = cJSON_AddObjectToObject(content, "users");
	}
	cJSON_DeleteItemFromObjectCaseSensitive(users, user_id);
	cJSON_AddNumberToObject(users, user_id, (double)level);
	return content;
}

/* As who gives it, who is the caller now. */
static enum mx_err
power_put(struct request *r, const struct room *room, const char *user_id,
    cJSON *levels)
{
	struct author by;
	struct sent sent;
	enum mx_err err;

	if ((err = author_of(r, &by)) != M_OK ||
	    (err = event_put(r, &by, room, (struct new_event){
	    .type = "m.room.power_levels", .state_key = "",
	    .content = levels }, &sent)) != M_OK)
		return err;
	if (is_public(r, room) || room_member(r->db, room->nr,
	    user_find(r->db, user_id)).membership == MEMBERSHIP_JOIN)
		return M_OK;
	return member_put(r, room, user_id, MEMBERSHIP_INVITE, NULL);
}

static enum mx_err
power_give(struct request *r, const struct room *room,
    const struct auth_event *create, const cJSON *levels, const char *user_id)
{
	struct giver g = { .level = 0 };
	struct caller admin;
	enum mx_err err;

	giver_find(r, room, create, levels, &g);
	if (g.user.user == 0)
		return fail(r, M_BAD_REQUEST, "Nobody of this server is in the "
		    "room, so nobody can give power");
	if (g.level < power_to_send(levels, "m.room.power_levels", true))
		return fail(r, M_BAD_REQUEST, "Nobody of this server who is in "
		    "the room has the power to give any");
	admin = act_as(r, &g.user);
	err = power_put(r, room, user_id, levels_with(levels, user_id,
	    level_given(&g, levels)));
	r->who = admin;
	return err;
}

/*
 * POST /_synapse/admin/v1/rooms/{roomIdOrAlias}/make_room_admin
 *
 * Give the caller, or user_id, the most power that anybody of this server who
 * is in the room has; and invite them, where they are not in it and it is not
 * open to all.
 */
enum mx_err
make_room_admin(struct request *r)
{
	struct join_wish wish = { .user_id = r->who.user_id };
	struct auth_event create, levels = { .content = NULL };
	struct named_user a;
	struct room room;
	enum mx_err err;

	if ((err = body_read(r, power_wish_fields, &wish)) != M_OK ||
	    (err = named_user_wished(r, wish.user_id, &a)) != M_OK ||
	    (err = room_meant(r, req_arg(r, "roomIdOrAlias"), &room)) != M_OK)
		return err;
	log_note(r, "%s", a.user_id);
	if (!state_of(r, &room, "m.room.create", &create))
		return fail(r, M_UNKNOWN, "The room has no beginning");
	state_of(r, &room, "m.room.power_levels", &levels);
	if (power_of(room.version, &create, levels.content, a.user_id) ==
	    POWER_INFINITE)
		return M_OK;
	return power_give(r, &room, &create, levels.content, a.user_id);
}

/* ---------------------------------------------------------------- notices */

struct notice_wish {
	const char	*user_id;
	const cJSON	*content;
	const char	*type;
	const char	*state_key;
};

static const struct field notice_fields[] = {
	FIELD_STR(notice_wish, user_id, "user_id", REQUIRED, user_id_valid),
	FIELD_OBJECT(notice_wish, content, "content", REQUIRED),
	FIELD_STR(notice_wish, type, "type", OPTIONAL, NULL),
	FIELD_STR(notice_wish, state_key, "state_key", OPTIONAL, NULL),
	FIELD_END
};

/* Made when it speaks for the first time; nobody can log in to it. */
static enum mx_err
have_speaker(struct request *r, struct named_user *speaker)
{
	const char *user_id = notices_user_id(r->mem, r->conf);

	if (user_id == NULL)
		return fail(r, M_BAD_REQUEST, "Nobody speaks for this server: "
		    "mxcgi.conf has no [notices] user");
	if (user_find(r->db, user_id) == 0 ||
	    !named_user_find(r, user_id, speaker))
		speaker->user = account_make(r->db, user_id, ACCOUNT_USER,
		    NULL, r->now);
	if (speaker->user == 0 || speaker->guest || db_int(r->db, 0,
	    STMT_HAS_PASSWORD, DB_INT(speaker->user)) != 0)
		return fail(r, M_BAD_REQUEST, "%s is somebody's account; name "
		    "another user in [notices] of mxcgi.conf", user_id);
	return M_OK;
}

static enum mx_err
notice_check(struct request *r, const struct notice_wish *wish,
    struct named_user *hearer)
{
	struct named_user speaker = { 0 };
	enum mx_err err;

	if ((err = named_user_wished(r, wish->user_id, hearer)) != M_OK ||
	    (err = have_speaker(r, &speaker)) != M_OK)
		return err;
	if (hearer->guest || hearer->user == speaker.user)
		return fail(r, M_INVALID_PARAM, "This user reads no notices");
	return M_OK;
}

/*
 * POST /_synapse/admin/v1/send_server_notice
 * PUT /_synapse/admin/v1/send_server_notice/{txnId}
 *
 * Tell somebody something in the server's name, in the room that they have for
 * it: a message, or what type and state_key make of it.
 */
enum mx_err
notice_post(struct request *r)
{
	struct notice_wish wish = { .type = "m.room.message" };
	struct named_user a;
	const char *event_id;
	enum mx_err err;

	if ((err = body_read(r, notice_fields, &wish)) != M_OK ||
	    (err = notice_check(r, &wish, &a)) != M_OK)
		return err;
	event_id = notice_send(&(struct task){ .store = r->store, .db = r->db,
	    .mem = r->mem, .now = r->now, .user = a.user },
	    &(struct new_event){ .type = wish.type,
	    .state_key = wish.state_key, .content = wish.content });
	if (event_id == NULL)
		return fail(r, M_UNKNOWN, "The notice could not be sent; the "
		    "log says why");
	log_note(r, "%s", a.user_id);
	put_text(&r->out, "event_id", event_id);
	return M_OK;
}

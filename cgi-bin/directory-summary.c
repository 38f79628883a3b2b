/*
 * directory-summary.c - what a room shows of itself, and to whom.
 */
#include <string.h>

#include "directory.h"
#include "directory.routes.h"
#include "matrix/ids.h"
#include "matrix/shape.h"
#include "matrix/visibility.h"

/* Rooms looked up for one restricted room; other servers have similar. */
#define ALLOW_MAX	50

/* ---------------------------------------------------------------- reading */

static const char *
filled(const char *text)
{
	return text != NULL && *text != '\0' ? text : NULL;
}

/*
 * "Omitted if no text/plain mimetype exists": where there are forms of it,
 * the one that has that type, which is also what no type means.
 */
static const char *
plain_topic(const cJSON *content)
{
	const cJSON *forms = json_get(json_get(content, "m.topic"), "m.text");
	const cJSON *form;

	if (!cJSON_IsArray(forms))
		return filled(json_text(content, "topic"));
	cJSON_ArrayForEach(form, forms) {
		const char *type = json_text(form, "mimetype");

		if ((type == NULL || strcmp(type, "text/plain") == 0) &&
		    json_text(form, "body") != NULL)
			return filled(json_text(form, "body"));
	}
	return NULL;
}

static bool
says(const cJSON *content, const char *key, const char *value)
{
	const char *text = json_text(content, key);

	return text != NULL && strcmp(text, value) == 0;
}

/* What people wrote, and who is erased no longer tells strangers. */
static void
read_words(struct summary *s, const char *type, const cJSON *content)
{
	if (strcmp(type, "m.room.name") == 0)
		s->name = filled(json_text(content, "name"));
	else if (strcmp(type, "m.room.topic") == 0)
		s->topic = plain_topic(content);
	else if (strcmp(type, "m.room.canonical_alias") == 0)
		s->canonical_alias = filled(json_text(content, "alias"));
	else if (strcmp(type, "m.room.avatar") == 0)
		s->avatar_url = filled(json_text(content, "url"));
}

static void
read_settings(struct summary *s, const char *type, const cJSON *content)
{
	if (strcmp(type, "m.room.create") == 0) {
		s->room_type = json_text(content, "type");
	} else if (strcmp(type, "m.room.join_rules") == 0) {
		s->join_rule = json_text(content, "join_rule");
		s->allow = json_get(content, "allow");
	} else if (strcmp(type, "m.room.history_visibility") == 0) {
		s->world_readable = says(content, "history_visibility",
		    "world_readable");
	} else if (strcmp(type, "m.room.guest_access") == 0) {
		s->guest_can_join = says(content, "guest_access", "can_join");
	} else if (strcmp(type, "m.room.encryption") == 0) {
		s->encryption = json_text(content, "algorithm");
	}
}

static bool
erased_for(struct request *r, const struct room *room,
    const struct rows *rows)
{
	struct event_row row = { .nr = rows_int(rows, 1),
	    .room = room->nr, .sender = rows_int(rows, 2) };

	return rows_int(rows, 3) != 0 && (r->who.user == 0 ||
	    !viewer_sees_whole(viewer_new(r->db, r->mem, room->nr,
	    r->who.user), &row));
}

struct summary
summary_of(struct request *r, const struct room *room, int64_t joined)
{
	struct summary s = { .room = *room, .joined = joined };
	struct rows rows = db_query(r->db, STMT_SUMMARY_STATE,
	    DB_INT(room->nr));

	while (rows_next(&rows)) {
		const char *type = rows_text(&rows, 0);
		const cJSON *content = json_parse_own(r->mem,
		    row_content(&rows, 4));

		read_settings(&s, type, content);
		if (!erased_for(r, room, &rows))
			read_words(&s, type, content);
	}
	return s;
}

/* -------------------------------------------------------------- who may see */

/* Does the room's version know the rule?  Others count as invite. */
static bool
is_rule(const struct summary *s, const char *rule)
{
	return s->join_rule != NULL && strcmp(s->join_rule, rule) == 0;
}

static bool
is_knockable(const struct summary *s)
{
	return (s->room.version->knock && is_rule(s, "knock")) ||
	    (s->room.version->knock_restricted &&
	    is_rule(s, "knock_restricted"));
}

static bool
is_restricted(const struct summary *s)
{
	return (s->room.version->restricted && is_rule(s, "restricted")) ||
	    (s->room.version->knock_restricted &&
	    is_rule(s, "knock_restricted"));
}

/* The room that an entry of allow asks to be in; NULL: it asks otherwise. */
static const char *
allowed_room(const cJSON *entry)
{
	const char *room_id = json_text(entry, "room_id");

	return says(entry, "type", "m.room_membership") && room_id != NULL &&
	    room_id_valid(room_id) ? room_id : NULL;
}

static bool
meets_condition(struct request *r, const struct summary *s)
{
	const cJSON *entry;
	int looks = 0;

	cJSON_ArrayForEach(entry, s->allow) {
		const char *room_id = allowed_room(entry);
		struct room there;

		if (room_id == NULL)
			continue;
		if (looks++ == ALLOW_MAX)
			return false;
		if (room_find(r->db, room_id, &there) && room_member(r->db,
		    there.nr, r->who.user).membership == MEMBERSHIP_JOIN)
			return true;
	}
	return false;
}

static bool
anybody_may_see(const struct summary *s)
{
	return is_rule(s, "public") || is_knockable(s) || s->world_readable;
}

bool
summary_visible(struct request *r, const struct summary *s)
{
	if (r->who.user == 0)
		return anybody_may_see(s);
	switch (room_member(r->db, s->room.nr, r->who.user).membership) {
	case MEMBERSHIP_JOIN:
	case MEMBERSHIP_INVITE:
	case MEMBERSHIP_KNOCK:	/* was shown as much when it came */
		return true;
	case MEMBERSHIP_BAN:
		return false;
	default:
		return anybody_may_see(s) ||
		    (is_restricted(s) && meets_condition(r, s));
	}
}

/* ---------------------------------------------------------------- writing */

static void
put_filled(struct writer *w, const char *key, const char *text)
{
	if (text != NULL)
		put_text(w, key, text);
}

void
summary_put_chunk(struct writer *w, const struct summary *s)
{
	put_text(w, "room_id", s->room.room_id);
	put_int(w, "num_joined_members", s->joined);
	put_bool(w, "world_readable", s->world_readable);
	put_bool(w, "guest_can_join", s->guest_can_join);
	/* "When not present, the room is assumed to be public". */
	put_text(w, "join_rule",
	    s->join_rule != NULL ? s->join_rule : "invite");
	put_filled(w, "name", s->name);
	put_filled(w, "topic", s->topic);
	put_filled(w, "canonical_alias", s->canonical_alias);
	put_filled(w, "avatar_url", s->avatar_url);
	put_filled(w, "room_type", s->room_type);
}

void
summary_put_rest(struct writer *w, const struct summary *s)
{
	const cJSON *entry;

	put_text(w, "room_version", s->room.version->id);
	put_filled(w, "encryption", s->encryption);
	if (!is_restricted(s))
		return;
	put_array(w, "allowed_room_ids");
	cJSON_ArrayForEach(entry, s->allow)
		if (allowed_room(entry) != NULL)
			write_text(w, allowed_room(entry));
	write_end(w);
}

/* ------------------------------------------------------------ the handler */

static bool
room_meant(struct request *r, const char *id, struct room *room)
{
	struct rows rows;
	bool found;

	if (id[0] == '!')
		return room_find(r->db, id, room);
	rows = db_query(r->db, STMT_ALIAS_FIND, DB_TEXT(id));
	if ((found = rows_next(&rows)))
		*room = (struct room){ .nr = rows_int(&rows, 0),
		    .room_id = rows_text(&rows, 1),
		    .version = room_version_find(rows_text(&rows, 2)) };
	rows_done(&rows);
	return found && room->version != NULL;
}

/* Clients ask before they know whether this server is of v1.15. */
static void
put_unstable(struct writer *w, const struct summary *s)
{
	put_text(w, "im.nheko.summary.room_version", s->room.version->id);
	put_filled(w, "im.nheko.summary.encryption", s->encryption);
}

/*
 * GET /room_summary/{roomIdOrAlias}
 * GET /im.nheko.summary/summary/{roomIdOrAlias} (unstable)
 * GET /im.nheko.summary/rooms/{roomIdOrAlias}/summary (unstable)
 *
 * What the room shows of itself, to whom may see it; who asks with a token
 * also hears what they are to the room.  A room that may not be seen is
 * answered as if there were none.
 */
enum mx_err
room_summary(struct request *r)
{
	const char *id = req_arg(r, "roomIdOrAlias");
	struct summary s;
	struct room room;
	enum membership m;

	if (!room_id_valid(id) && !room_alias_valid(id))
		return fail(r, M_INVALID_PARAM,
		    "This is neither a room id nor a room alias");
	if (!room_meant(r, id, &room))
		return fail(r, M_NOT_FOUND, "There is no such room to be seen");
	s = summary_of(r, &room, db_int(r->db, 0, STMT_ROOM_JOINED,
	    DB_INT(room.nr)));
	if (!summary_visible(r, &s))
		return fail(r, M_NOT_FOUND, "There is no such room to be seen");
	summary_put_chunk(&r->out, &s);
	summary_put_rest(&r->out, &s);
	if (r->api == API_UNSTABLE)
		put_unstable(&r->out, &s);
	if (r->who.user == 0)
		return M_OK;
	m = room_member(r->db, room.nr, r->who.user).membership;
	put_text(&r->out, "membership", membership_name(
	    m == MEMBERSHIP_NONE ? MEMBERSHIP_LEAVE : m));
	return M_OK;
}

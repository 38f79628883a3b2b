/* script.c - see script.h.  Acts on rooms; what concerns users: script-own.c. */
#include <stdio.h>
#include <string.h>

#include "script-inner.h"

#define CLIENT	"/_matrix/client/v3"

/* ---------------------------------------------------------------- events */

static void
add_answered(struct world *w, struct room *room, const cJSON *answer,
    const char *type, const char *state_key, int sender, const char *content)
{
	const char *event_id = json_text(answer, "event_id");

	if (event_id == NULL)
		wrong(w, "sent, but there is no event_id");
	room_add(w, room, event_id, type, state_key, sender,
	    parse(w, content, strlen(content)));
}

static void
send_event(struct world *w, struct room *room, int user, const char *type,
    const char *content)
{
	cJSON *answer = must(w, w->user[user].token, "PUT", content,
	    CLIENT "/rooms/%s/send/%s/m%jd", encode(w, room->id), type,
	    (intmax_t)++w->serial);

	add_answered(w, room, answer, type, NULL, user, content);
}

static void
send_state(struct world *w, struct room *room, int user, const char *type,
    const char *state_key, const char *content)
{
	cJSON *answer = must(w, w->user[user].token, "PUT", content,
	    CLIENT "/rooms/%s/state/%s/%s", encode(w, room->id), type,
	    encode(w, state_key));

	add_answered(w, room, answer, type, state_key, user, content);
}

static bool
say(struct world *w, struct room *room, int user)
{
	char content[384], more[192] = "";
	int url = chance(w, 10);
	const struct event *to = &room->event[pick(w, (unsigned)room->n)];

	if (chance(w, 8) && to->key == -1 && strcmp(to->type,
	    "m.room.message") == 0 && may_see(room, user,
	    (int)(to - room->event)) && !to->has_url)
		snprintf(more, sizeof(more), ",\"m.relates_to\":{\"rel_type\":"
		    "\"m.reference\",\"event_id\":\"%s\"}", to->id);
	snprintf(content, sizeof(content), "{\"msgtype\":\"m.text\","
	    "\"body\":\"hello\",\"n\":%jd%s%s}", (intmax_t)++w->serial,
	    url ? ",\"url\":\"mxc://localhost/x\"" : "", more);
	send_event(w, room, user, chance(w, 85) ? "m.room.message" :
	    "org.model.note", content);
	return true;
}

static bool
set_state(struct world *w, struct room *room, int user)
{
	static const char *const types[] = { "m.room.name", "m.room.topic",
	    "org.model.state", "org.model.state", "org.other.state" };
	unsigned i = pick(w, 5);
	char content[128], key[2] = { (char)('a' + pick(w, 4)), '\0' };

	snprintf(content, sizeof(content), "{\"%s\":\"%u\",\"n\":%jd}",
	    i == 0 ? "name" : i == 1 ? "topic" : "what", pick(w, 1000),
	    (intmax_t)++w->serial);
	send_state(w, room, user, types[i], i < 2 ? "" : key, content);
	return true;
}

static bool
set_visibility(struct world *w, struct room *room, int user)
{
	static const char *const values[] = { "shared", "joined", "invited",
	    "shared", "joined", "invited", "world_readable" };
	char content[64];

	snprintf(content, sizeof(content), "{\"history_visibility\":\"%s\"}",
	    values[pick(w, 7)]);
	send_state(w, room, user, "m.room.history_visibility", "", content);
	return true;
}

/* What holds its place in the room, and what a filter looks at, stays. */
static bool
may_redact(const struct room *room, int event, int user)
{
	const struct event *e = &room->event[event];

	return !e->redacted && !e->has_url && may_see(room, user, event) &&
	    (strncmp(e->type, "org.", 4) == 0 ||
	    strcmp(e->type, "m.room.message") == 0 ||
	    strcmp(e->type, "m.room.name") == 0);
}

static bool
redact(struct world *w, struct room *room, int user)
{
	int target = (int)pick(w, (unsigned)room->n);
	cJSON *answer;

	if (!may_redact(room, target, user))
		return false;
	answer = must(w, w->user[user].token, "PUT", "{}",
	    CLIENT "/rooms/%s/redact/%s/m%jd", encode(w, room->id),
	    encode(w, room->event[target].id), (intmax_t)++w->serial);
	room->event[target].redacted = true;
	add_answered(w, room, answer, "m.room.redaction", NULL, user, "{}");
	return true;
}

/* ------------------------------------------------------------- membership */

/*
 * The newest event that the user may see: what they did just now, unless it
 * changed nothing.
 */
static void
add_newest(struct world *w, struct room *room, int user, bool changes)
{
	cJSON *answer = must(w, w->user[user].token, "GET", NULL,
	    CLIENT "/rooms/%s/messages?dir=b&limit=1", encode(w, room->id));
	const cJSON *e = json_get(answer, "chunk")->child;

	if (e == NULL || json_text(e, "state_key") == NULL) {
		if (!changes)
			return;
		wrong(w, "the newest event is not what was done just now");
	}
	room_add(w, room, json_text(e, "event_id"), json_text(e, "type"),
	    json_text(e, "state_key"), user_index(w, json_text(e, "sender")),
	    json_get(e, "content"));
}

/* As state, or by the endpoint that is made for it. */
static void
set_membership(struct world *w, struct room *room, int user, int target,
    const char *membership, const char *action)
{
	char content[128];
	bool by_state = chance(w, 50);
	enum member before = member_now(room, target);

	snprintf(content, sizeof(content),
	    "{\"membership\":\"%s\",\"displayname\":\"%u\"}", membership,
	    pick(w, 1000));
	if (by_state || action == NULL) {
		send_state(w, room, user, "m.room.member", w->user[target].id,
		    content);
		return;
	}
	snprintf(content, sizeof(content), "{\"user_id\":\"%s\"}",
	    w->user[target].id);
	must(w, w->user[user].token, "POST", user == target ? "{}" : content,
	    CLIENT "/rooms/%s/%s", encode(w, room->id), action);
	add_newest(w, room, user, before != member_of(membership));
}

static int
count_in(const struct room *room)
{
	int n = 0;

	for (int i = 0; i < USERS; i++)
		n += member_now(room, i) == IN;
	return n;
}

/* Who made the room stays, so that it goes on; they may do all. */
static bool
leave(struct world *w, struct room *room, int user)
{
	if (user == room->creator)
		return false;
	set_membership(w, room, user, user, "leave", "leave");
	return true;
}

static bool
rename_self(struct world *w, struct room *room, int user)
{
	set_membership(w, room, user, user, "join", NULL);
	return true;
}

static bool
invite(struct world *w, struct room *room, int user)
{
	int target = (int)pick(w, USERS);
	enum member now = member_now(room, target);

	if (now == IN || now == BANNED)
		return false;
	set_membership(w, room, user, target, "invite", "invite");
	return true;
}

/* They have equal power but for who made the room, who has more. */
static bool
put_out(struct world *w, struct room *room, int user)
{
	int target = (int)pick(w, USERS);
	enum member now = member_now(room, target);
	bool ban = chance(w, 50);

	if (target == room->creator || now == BANNED ||
	    (!ban && now != IN && now != INVITED && now != KNOCKED))
		return false;
	user = room->creator;
	set_membership(w, room, user, target, ban ? "ban" : "leave",
	    ban ? "ban" : "kick");
	return true;
}

static bool
unban(struct world *w, struct room *room, int user)
{
	int target = (int)pick(w, USERS);

	(void)user;
	if (member_now(room, target) != BANNED)
		return false;
	set_membership(w, room, room->creator, target, "leave", "unban");
	return true;
}

/* Who is not in comes in, knocks, or refuses. */
static bool
come(struct world *w, struct room *room, int user)
{
	enum member now = member_now(room, user);

	if (now == BANNED)
		return false;
	if ((now == INVITED || now == KNOCKED) && chance(w, 25))
		set_membership(w, room, user, user, "leave", NULL);
	else if (now == INVITED || room->is_public)
		set_membership(w, room, user, user, "join", "join");
	else if (now != KNOCKED)
		set_membership(w, room, user, user, "knock", NULL);
	else
		return false;
	return true;
}

/* -------------------------------------------------------------- beside it */

static bool
read_up_to(struct world *w, struct room *room, int user)
{
	static const char *const kinds[] = { "m.read", "m.read.private" };
	int kind = chance(w, 25), main_thread = chance(w, 30), *now;
	int back = (int)pick(w, 4) * (int)pick(w, 3), event;

	event = room->n - 1 - (back < room->n ? back : 0);
	if (!may_see(room, user, event))
		return false;
	must(w, w->user[user].token, "POST",
	    main_thread ? "{\"thread_id\":\"main\"}" : "{}",
	    CLIENT "/rooms/%s/receipt/%s/%s", encode(w, room->id),
	    kinds[kind], encode(w, room->event[event].id));
	now = &room->receipt[kind][main_thread][user];
	if (event > *now)
		*now = event;
	return true;
}

static bool
type(struct world *w, struct room *room, int user)
{
	must(w, w->user[user].token, "PUT", chance(w, 60) ?
	    "{\"typing\":true,\"timeout\":120000}" : "{\"typing\":false}",
	    CLIENT "/rooms/%s/typing/%s", encode(w, room->id),
	    encode(w, w->user[user].id));
	return true;
}

/* Above so much percent of what is done. */
static const struct {
	int	percent;
	bool	(*act)(struct world *, struct room *, int user);
} in_room[] = {
	{ 46, say }, { 58, set_state }, { 60, set_visibility }, { 64, redact },
	{ 67, leave }, { 69, rename_self }, { 73, invite }, { 77, put_out },
	{ 79, unban }, { 88, read_up_to }, { 93, type },
	{ 97, own_room_data }, { 100, own_tag }
};

/* Much happens in some rooms and little in others. */
static struct room *
some_room(struct world *w)
{
	unsigned one = pick(w, ROOMS), other = pick(w, ROOMS);

	return &w->room[one < other ? one : other];
}

static bool
try(struct world *w)
{
	struct room *room = some_room(w);
	int user = (int)pick(w, USERS), percent = (int)pick(w, 100), i = 0;

	if (chance(w, 3))
		return own_data(w, user);
	if (chance(w, 5))
		return own_to_device(w, user);
	if (member_now(room, user) != IN)
		return count_in(room) > 0 && chance(w, 30) &&
		    come(w, room, user);
	while (percent >= in_room[i].percent)
		i++;
	return in_room[i].act(w, room, user);
}

void
script_act(struct world *w)
{
	w->doing = "acting";
	while (!try(w))
		;
}

/* ----------------------------------------------------------- the beginning */

static void
add_first(struct world *w, struct room *room)
{
	cJSON *answer = must(w, w->user[room->creator].token, "GET", NULL,
	    CLIENT "/rooms/%s/messages?dir=f&limit=100", encode(w, room->id));
	const cJSON *e;

	cJSON_ArrayForEach(e, json_get(answer, "chunk"))
		room_add(w, room, json_text(e, "event_id"),
		    json_text(e, "type"), json_text(e, "state_key"),
		    room->creator, json_get(e, "content"));
}

void
script_room(struct world *w)
{
	static const char *const versions[] = { "8", "10", "11", "12" };
	static const char *const visible[] = { "shared", "joined", "invited" };
	struct room *room = &w->room[w->rooms++];
	char body[1024];
	cJSON *answer;

	memset(room->receipt, -1, sizeof(room->receipt));
	memset(room->data, -1, sizeof(room->data));
	room->creator = (int)pick(w, USERS);
	room->is_public = chance(w, 60);
	snprintf(body, sizeof(body), "{\"room_version\":\"%s\","
	    "\"power_level_content_override\":{\"users_default\":50,"
	    "\"state_default\":0,\"events\":{},\"invite\":0,\"redact\":0},"
	    "\"initial_state\":[{\"type\":\"m.room.history_visibility\","
	    "\"content\":{\"history_visibility\":\"%s\"}},"
	    "{\"type\":\"m.room.join_rules\","
	    "\"content\":{\"join_rule\":\"%s\"}}]}", versions[
	    w->rooms == 1 ? 3 : pick(w, 4)], visible[pick(w, 3)],
	    room->is_public ? "public" : "knock");
	answer = must(w, w->user[room->creator].token, "POST", body,
	    CLIENT "/createRoom");
	snprintf(room->id, sizeof(room->id), "%s",
	    json_text(answer, "room_id"));
	add_first(w, room);
}

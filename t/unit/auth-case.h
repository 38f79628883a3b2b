/*
 * auth-case.h - a room as JSON, and events to be judged in it by a table.
 *
 * ' stands for " in all JSON here.  $C stands for "'@creator:a':100," in the
 * users of power levels, where the version lets the creator stand there, and
 * for nothing where it does not.
 */
#ifndef MXCGI_AUTH_CASE_H
#define MXCGI_AUTH_CASE_H

#include <stdlib.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "matrix/auth.h"

#include "tap.h"

#define V10	1u
#define V11	2u
#define V12	4u
#define ALL	(V10 | V11 | V12)

struct auth_case {
	const char	*rule;		/* its number in 10 and 11, */
	const char	*rule12;	/* and in 12 */
	unsigned	 versions;
	const char	*name;
	const char	*state;		/* in place of the room's, or NULL */
	const char	*sender;
	const char	*type;
	const char	*key;		/* NULL: not a state event */
	const char	*content;
	const char	*prev;		/* NULL: some event; "": none */
	const char	*why;		/* part of the reason; NULL: allowed */
};

/* Entries of state; content null takes it away. */
#define EVENT(type, key, sender, content)				\
	"{'type':'" type "','key':'" key "','sender':'" sender		\
	"','content':" content "}"
#define MEMBER(user, membership)					\
	EVENT("m.room.member", user, user, "{'membership':'" membership "'}")
#define JOIN_RULE(rule)							\
	EVENT("m.room.join_rules", "", "@creator:a", "{'join_rule':'" rule "'}")
#define LEVELS(content)							\
	EVENT("m.room.power_levels", "", "@creator:a", content)
#define CREATE(sender, content)						\
	EVENT("m.room.create", "", sender, content)

#define ROOM_MAX 32
struct auth_room {
	const struct room_version *version;
	struct auth_event event[ROOM_MAX];
	size_t		 n;
};

static struct arena *mem;

static inline const char *
replace(const char *s, const char *what, const char *by)
{
	struct buf out;
	const char *at;

	buf_init(&out, mem, SIZE_MAX);
	for (; (at = strstr(s, what)) != NULL; s = at + strlen(what)) {
		buf_add(&out, s, (size_t)(at - s));
		buf_puts(&out, by);
	}
	buf_puts(&out, s);
	return buf_str(&out);
}

static inline cJSON *
tree(const struct room_version *v, const char *text)
{
	const char *s = replace(replace(text, "$C", v->creators_rule ? "" :
	    "'@creator:a':100,"), "'", "\"");
	enum json_verdict verdict;
	const char *why = NULL;
	cJSON *t = json_parse(mem, s, strlen(s), &verdict, &why);

	if (t == NULL) {
		printf("Bail out! %s in %s\n", why, s);
		fflush(stdout);
		abort();
	}
	return t;
}

/* The room of all tests.  In room version 12 its id is its create event's. */
static const char base[] =
    CREATE("@creator:a", "{'creator':'@creator:a'}") ","
    MEMBER("@creator:a", "join") ","
    MEMBER("@mod:a", "join") ","
    MEMBER("@mod2:a", "join") ","
    MEMBER("@user:a", "join") ","
    MEMBER("@far:b", "join") ","
    MEMBER("@invited:a", "invite") ","
    MEMBER("@banned:a", "ban") ","
    MEMBER("@gone:a", "leave") ","
    MEMBER("@knocker:a", "knock") ","
    JOIN_RULE("invite") ","
    LEVELS("{'users':{$C'@mod:a':50,'@mod2:a':50},'invite':25,"
    "'events':{'m.room.name':50,'org.secret':75,'org.low':10},"
    "'notifications':{'room':50,'all':75},'redact':75}");

static inline const char *
room_id_of(const struct room_version *v)
{
	return v->room_id_is_hash ? "!create" : "!r:a";
}

static inline void
room_add(struct auth_room *room, const cJSON *entry)
{
	const char *type = json_text(entry, "type");
	const bool create = strcmp(type, "m.room.create") == 0;

	if (room->n == ROOM_MAX)
		abort();
	room->event[room->n++] = (struct auth_event){
		.event_id = create ? "$create" : "$state",
		.room_id = create && room->version->room_id_is_hash ? NULL :
		    room_id_of(room->version),
		.type = type,
		.state_key = json_text(entry, "key"),
		.sender = json_text(entry, "sender"),
		.content = json_get(entry, "content"),
	};
}

static inline void
room_init(struct auth_room *room, const struct room_version *v,
    const char *state)
{
	const char *all = state == NULL ? arena_printf(mem, "[%s]", base) :
	    arena_printf(mem, "[%s,%s]", base, state);
	const cJSON *entry;

	room->version = v;
	room->n = 0;
	cJSON_ArrayForEach(entry, tree(v, all))
		room_add(room, entry);
}

/* What came last counts. */
static inline const struct auth_event *
room_event(void *arg, const char *type, const char *state_key)
{
	const struct auth_room *room = arg;
	const struct auth_event *e;
	size_t i;

	for (i = room->n; i-- > 0;) {
		e = &room->event[i];
		if (strcmp(e->type, type) == 0 &&
		    strcmp(e->state_key, state_key) == 0)
			return cJSON_IsObject(e->content) ? e : NULL;
	}
	return NULL;
}

static inline void
judge(const struct room_version *v, const struct auth_case *c, const char *rule)
{
	struct auth_room room;
	struct auth_event event = {
		.room_id = strcmp(c->type, "m.room.create") == 0 &&
		    v->room_id_is_hash ? NULL : room_id_of(v),
		.sender = c->sender,
		.type = c->type,
		.state_key = c->key,
		.content = tree(v, c->content),
		.prev_event = c->prev == NULL ? "$before" : c->prev,
		.prev_count = c->prev == NULL || c->prev[0] != '\0',
	};
	const char *why = NULL;
	bool allowed;

	room_init(&room, v, c->state);
	allowed = auth_allows(v, &event, room_event, &room, &why);
	ok(allowed == (c->why == NULL) &&
	    (allowed || (why != NULL && strstr(why, c->why) != NULL)),
	    "%s: rule %s: %s, %s", v->id, rule, c->name,
	    c->why == NULL ? "allowed" : "rejected");
	if (!allowed && (c->why == NULL || strstr(why, c->why) == NULL))
		printf("# it said: %s\n", why);
}

static inline void
judge_all(const struct auth_case *c, size_t n)
{
	for (; n > 0; n--, c++) {
		if (c->versions & V10)
			judge(room_version_find("10"), c, c->rule);
		if (c->versions & V11)
			judge(room_version_find("11"), c, c->rule);
		if (c->versions & V12)
			judge(room_version_find("12"), c, c->rule12);
	}
}
#define JUDGE_ALL(cases) judge_all(cases, sizeof (cases) / sizeof (cases)[0])

#endif

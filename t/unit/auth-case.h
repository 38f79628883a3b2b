/*
 * auth-case.h - a room as JSON, and events to be judged in it by a table.
 *
 * Each case is judged in all room versions that it names, and its name says by
 * which number its rule goes in that version.  In the end covered() sees to it
 * that each rule of each version let an event pass and rejected one.
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

/* Room versions, as bits. */
#define V(n)	(1u << (n))
#define NEWEST	12
#define ALL	(V(NEWEST + 1) - V(1))
#define FROM(n)	(ALL & ~(V(n) - 1))
#define TILL(n)	(ALL & (V((n) + 1) - 1))

struct auth_case {
	/*
	 * The numbers that the rules which it tries have in room version 10,
	 * and in 12.  What 10 has not is A (m.room.aliases, till 5) or R
	 * (m.room.redaction, till 2).
	 */
	const char	*rule;
	const char	*rule12;
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

/* ------------------------------------------------- how rules are numbered */

/* What is from in 10 is to in these versions; NULL: they have no such rule. */
static const struct renumbering {
	unsigned	 versions;
	const char	*from, *to;
} renumberings[] = {
	{ V(11), "1.4", NULL },
	{ V(11), "1.5", "1.4" },
	{ TILL(9), "9.1", NULL },
	{ TILL(9), "9.2", NULL },
	{ TILL(9), "9.3", "9.1" },
	{ TILL(9), "9.4", "9.2" },
	{ TILL(9), "9.5", "9.3" },
	{ TILL(9), "9.6", "9.4" },
	{ TILL(9), "9.7", "9.5" },
	{ TILL(9), "9.8", "9.6" },
	{ TILL(9), "9.9", "9.7" },
	{ TILL(9), "9.10", "9.8" },
	{ TILL(7), "4.2", NULL },
	{ TILL(7), "4.3.5", NULL },
	{ TILL(7), "4.3.6", "4.2.5" },
	{ TILL(7), "4.3.7", "4.2.6" },
	{ TILL(7), "4.3", "4.2" },
	{ TILL(7), "4.4", "4.3" },
	{ TILL(7), "4.5", "4.4" },
	{ TILL(7), "4.6", "4.5" },
	{ V(7), "4.7", "4.6" },
	{ V(7), "4.8", "4.7" },
	{ TILL(6), "4.7", NULL },
	{ TILL(6), "4.8", "4.6" },
};
#define RENUMBERINGS	(sizeof renumberings / sizeof renumberings[0])

static inline bool
is_below(const char *rule, const char *above)
{
	size_t n = strlen(above);

	return strncmp(rule, above, n) == 0 &&
	    (rule[n] == '\0' || strchr(".+-", rule[n]) != NULL);
}

/* Before 6 a rule on aliases was the fourth; A and R are as said above. */
static inline const char *
renumber_first(unsigned n, const char *rule)
{
	const char *rest = rule + strcspn(rule, ".+-");
	const int first = atoi(rule);

	if (rule[0] == 'A')
		return n <= 5 ? arena_printf(mem, "4%s", rest) : NULL;
	if (rule[0] == 'R')
		return n <= 2 ? arena_printf(mem, "11%s", rest) : NULL;
	if (n > 5 || first < 4)
		return rule;
	return arena_printf(mem, "%d%s", first + (first == 10 && n <= 2 ? 2 :
	    1), rest);
}

/* A rule of 10 as version n numbers it; NULL: it has no such rule. */
static inline const char *
rule_in(unsigned n, const char *rule)
{
	size_t i;

	for (i = 0; i < RENUMBERINGS; i++)
		if ((renumberings[i].versions & V(n)) &&
		    is_below(rule, renumberings[i].from))
			break;
	if (i < RENUMBERINGS && renumberings[i].to == NULL)
		return NULL;
	if (i < RENUMBERINGS)
		rule = arena_printf(mem, "%s%s", renumberings[i].to,
		    rule + strlen(renumberings[i].from));
	return renumber_first(n, rule);
}

/* --------------------------------------------- which rules have been tried */

static struct tried {
	unsigned	 n;
	const char	*rule;
	bool		 passed, rejected;
} tried[1000];
static size_t tried_count;

static inline struct tried *
tried_rule(unsigned n, const char *rule)
{
	size_t i;

	for (i = 0; i < tried_count; i++)
		if (tried[i].n == n && strcmp(tried[i].rule, rule) == 0)
			return &tried[i];
	if (i == sizeof tried / sizeof tried[0])
		abort();
	tried[tried_count++] = (struct tried){ .n = n, .rule = rule };
	return &tried[i];
}

static inline void
try_rule(unsigned n, const char *rule, bool passed)
{
	struct tried *t = tried_rule(n, rule);

	t->passed |= passed;
	t->rejected |= !passed;
}

/* As they are numbered in version n, those of 10 or of 12. */
static inline const char *
rules_in(unsigned n, const char *rules, const char *rules12)
{
	char *list = arena_strdup(mem, n == 12 ? rules12 : rules), *word, *save;
	const char *rule, *all = "";

	for (word = strtok_r(list, " ", &save); word != NULL;
	    word = strtok_r(NULL, " ", &save)) {
		rule = n == 12 ? word : rule_in(n, word);
		if (rule != NULL)
			all = arena_printf(mem, "%s%s%s", all,
			    *all != '\0' ? " " : "", rule);
	}
	return all;
}

/*
 * rules: all those of a kind; behind one that can only accept stands +, behind
 * one that can only reject -.
 */
static inline void
covered_in(unsigned n, const char *rules)
{
	char *list = arena_strdup(mem, rules), *rule, *save;
	const char *missing = "";

	for (rule = strtok_r(list, " ", &save); rule != NULL;
	    rule = strtok_r(NULL, " ", &save)) {
		const size_t end = strlen(rule) - 1;
		const char only = rule[end];
		const struct tried *t;

		if (only == '+' || only == '-')
			rule[end] = '\0';
		t = tried_rule(n, rule);
		if ((only != '-' && !t->passed) ||
		    (only != '+' && !t->rejected))
			missing = arena_printf(mem, "%s %s", missing, rule);
	}
	is_text(missing, "", "%u: each rule has let an event pass, and "
	    "rejected one", n);
}

static inline void
covered(const char *rules, const char *rules12)
{
	unsigned n;

	for (n = 1; n <= NEWEST; n++)
		covered_in(n, rules_in(n, rules, rules12));
}

/* ------------------------------------------------------------------ judging */

static inline const struct room_version *
version_nr(unsigned n)
{
	return room_version_find(arena_printf(mem, "%u", n));
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
		.redacts = json_text(tree(v, c->content), "redacts"),
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

/* Judge it in version n, where it tries these rules. */
static inline void
judge_in(unsigned n, const struct auth_case *c)
{
	const char *rules = rules_in(n, c->rule, c->rule12);
	char *list = arena_strdup(mem, rules), *rule, *save;

	judge(version_nr(n), c, rules);
	if (*rules == '\0')
		ok(false, "%u: has no rule for: %s", n, c->name);
	for (rule = strtok_r(list, " ", &save); rule != NULL;
	    rule = strtok_r(NULL, " ", &save))
		try_rule(n, rule, c->why == NULL);
}

static inline void
judge_all(const struct auth_case *c, size_t count)
{
	unsigned n;

	for (; count > 0; count--, c++)
		for (n = 1; n <= NEWEST; n++)
			if (c->versions & V(n))
				judge_in(n, c);
}
#define JUDGE_ALL(cases) judge_all(cases, sizeof (cases) / sizeof (cases)[0])

#endif

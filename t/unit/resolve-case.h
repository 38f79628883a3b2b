/*
 * resolve-case.h - rooms as tables of events, and states as lists of ids.
 *
 * Ids stand without their $.  ' stands for " in content, and $C in the users of
 * power levels for the creator's entry, where the version lets it stand there.
 * In room version 12 the create event is cited by none.
 */
#ifndef MXCGI_RESOLVE_CASE_H
#define MXCGI_RESOLVE_CASE_H

#include <stdlib.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/table.h"
#include "matrix/resolve.h"

#include "tap.h"

#define REJECTED	1u
#define FOREIGN		2u	/* of another room */
#define MISSING		4u	/* cited, but nobody has it */

struct line {
	const char	*id;
	const char	*type;
	const char	*key;
	const char	*sender;
	const char	*content;
	const char	*auth;		/* ids, with spaces between them */
	int64_t		 ts;
	unsigned	 flags;
	int64_t		 depth;		/* 0: as ts */
};

#define END		{ NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0 }
#define MEMBER(id, user, sender, membership, auth, ts, flags)		\
	{ id, "m.room.member", "@" user ":a", "@" sender ":a",		\
	  "{'membership':'" membership "'}", auth, ts, flags, 0 }
#define JOIN(id, user, auth, ts)					\
	MEMBER(id, user, user, "join", auth, ts, 0)
#define LEVELS(id, sender, users, auth, ts)				\
	{ id, "m.room.power_levels", "", "@" sender ":a",		\
	  "{'users':{" users "}}", auth, ts, 0, 0 }
#define RULES(id, sender, rule, auth, ts)				\
	{ id, "m.room.join_rules", "", "@" sender ":a",			\
	  "{'join_rule':'" rule "'}", auth, ts, 0, 0 }
#define TOPIC(id, sender, auth, ts)					\
	{ id, "m.room.topic", "", "@" sender ":a", "{'topic':'" id "'}", \
	  auth, ts, 0, 0 }

struct world {
	struct resolve_room room;
	struct arena	*mem;
	struct table	*events;
	size_t		 asked;		/* how often an event was asked for */
	enum resolve_verdict verdict;
	const char	*why;
};

/* ---------------------------------------------------------- making a room */

static inline const char *
id_of(struct world *w, const char *name, size_t n)
{
	return arena_printf(w->mem, "$%.*s", (int)n, name);
}

/* The text with every `from` made to `to`. */
static inline const char *
replaced(struct arena *mem, const char *s, const char *from, const char *to)
{
	struct buf out;
	const char *at;

	buf_init(&out, mem, SIZE_MAX);
	for (; (at = strstr(s, from)) != NULL; s = at + strlen(from)) {
		buf_add(&out, s, (size_t)(at - s));
		buf_puts(&out, to);
	}
	buf_puts(&out, s);
	return buf_str(&out);
}

static inline cJSON *
content_of(struct world *w, const char *text)
{
	const char *s = replaced(w->mem, replaced(w->mem, text, "$C",
	    w->room.version->creators_rule ? "" : "'@alice:a':100"), "'",
	    "\"");
	enum json_verdict verdict;
	const char *why = NULL;
	cJSON *tree;

	s = replaced(w->mem, s, "{,", "{");
	tree = json_parse(w->mem, s, strlen(s), &verdict, &why);
	if (tree == NULL) {
		printf("Bail out! %s in %s\n", why, s);
		exit(1);
	}
	return tree;
}

/* The ids of a list, as they are in events; *n becomes how many. */
static inline const char **
ids_of(struct world *w, const char *list, size_t *n)
{
	const char **id = arena_alloc(w->mem, (strlen(list) + 1) * sizeof *id);
	size_t len;

	for (*n = 0; *list != '\0'; list += len) {
		list += strspn(list, " ");
		len = strcspn(list, " ");
		if (len > 0)
			id[(*n)++] = id_of(w, list, len);
	}
	return id;
}

static inline void
cite(struct world *w, struct resolve_event *e, const char *auth)
{
	const char **id;
	size_t n, i, kept = 0;

	id = ids_of(w, auth, &n);
	for (i = 0; i < n; i++)
		if (!w->room.version->room_id_is_hash ||
		    strcmp(id[i], "$create") != 0)
			id[kept++] = id[i];
	e->auth_events = id;
	e->auth_count = kept;
	/* The creator's join is right behind the create event. */
	e->event.prev_count = n > 0;
	e->event.prev_event = n == 1 ? "$create" : "$other";
}

static inline const char *
room_id_of(const struct world *w, const struct line *line)
{
	const bool hash = w->room.version->room_id_is_hash;

	if (hash && strcmp(line->type, "m.room.create") == 0)
		return NULL;
	return line->flags & FOREIGN ? hash ? "!elsewhere" : "!elsewhere:a" :
	    w->room.room_id;
}

static inline void
world_add(struct world *w, const struct line *line)
{
	struct resolve_event *e = arena_alloc(w->mem, sizeof *e);

	if (line->flags & MISSING)
		return;
	e->event = (struct auth_event){
		.event_id = id_of(w, line->id, strlen(line->id)),
		.room_id = room_id_of(w, line),
		.sender = line->sender,
		.type = line->type,
		.state_key = line->key,
		.content = content_of(w, line->content),
	};
	cite(w, e, line->auth);
	e->depth = line->depth != 0 ? line->depth : line->ts;
	e->origin_server_ts = line->ts;
	e->rejected = (line->flags & REJECTED) != 0;
	*table_at(w->events, e->event.event_id, NULL) = e;
}

static inline const struct resolve_event *
world_event(void *arg, const char *event_id, bool content, struct arena *mem)
{
	struct world *w = arg;
	const struct resolve_event *e = table_find(w->events, event_id, NULL);
	struct resolve_event *bare;

	w->asked++;
	if (e == NULL || content)
		return e;
	/* As bare as it may come. */
	bare = arena_memdup(mem, e, sizeof *e);
	bare->event.content = NULL;
	return bare;
}

static inline void
world_init(struct world *w, struct arena *mem, const struct room_version *v)
{
	*w = (struct world){ .mem = mem, .events = table_new(mem) };
	w->room = (struct resolve_room){ .version = v, .event = world_event,
	    .arg = w, .room_id = v->room_id_is_hash ? "!create" : "!r:a" };
}

static inline void
world_lines(struct world *w, const struct line *line)
{
	for (; line != NULL && line->id != NULL; line++)
		world_add(w, line);
}

/* The room that most tests begin with: its creator alice, and bob, who is a
 * moderator, and charlie. */
static const struct line usual[] = {
	{ "create", "m.room.create", "", "@alice:a", "{'creator':'@alice:a'}",
	  "", 0, 0, 0 },
	JOIN("alice", "alice", "create", 1),
	LEVELS("levels", "alice", "$C,'@bob:a':50", "create alice", 2),
	RULES("rules", "alice", "public", "create alice levels", 3),
	JOIN("bob", "bob", "create levels rules", 4),
	JOIN("charlie", "charlie", "create levels rules", 5),
	TOPIC("topic", "alice", "create levels alice", 6),
	END
};
#define USUAL_BUT_TOPIC	"create alice levels rules bob charlie"
#define USUAL		USUAL_BUT_TOPIC " topic"

/* -------------------------------------------------------------- resolving */

/* An id that nobody has stands for a topic. */
static inline struct state_set
state_of(struct world *w, const char *list)
{
	const struct resolve_event *e;
	struct state_entry *entry;
	const char **id;
	size_t n, i;

	id = ids_of(w, list, &n);
	entry = arena_alloc(w->mem, n * sizeof *entry);
	for (i = 0; i < n; i++) {
		e = table_find(w->events, id[i], NULL);
		entry[i] = e == NULL ? (struct state_entry){ "m.room.topic",
		    "", id[i] } : (struct state_entry){ e->event.type,
		    e->event.state_key, id[i] };
	}
	return (struct state_set){ entry, n };
}

static inline int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The ids of a state, in their own order. */
static inline const char *
text_of(struct world *w, struct state_set state)
{
	const char **id = arena_alloc(w->mem, state.n * sizeof *id);
	struct buf out;
	size_t i;

	for (i = 0; i < state.n; i++)
		id[i] = state.entry[i].event_id + 1;
	if (state.n > 0)
		qsort(id, state.n, sizeof *id, by_text);
	buf_init(&out, w->mem, SIZE_MAX);
	for (i = 0; i < state.n; i++)
		buf_printf(&out, "%s%s", i > 0 ? " " : "", id[i]);
	return buf_str(&out);
}

static inline const char *
resolved_sets(struct world *w, const struct state_set *states, size_t n)
{
	struct state_set out;

	w->verdict = state_resolve(&w->room, states, n, w->mem, &out, &w->why);
	return w->verdict == RESOLVE_OK ? text_of(w, out) : w->why;
}

/* The ids of the result, or why there is none. */
static inline const char *
resolved(struct world *w, const char *a, const char *b)
{
	const struct state_set states[] = { state_of(w, a), state_of(w, b) };

	return resolved_sets(w, states, 2);
}

/* A list of ids as text_of() has it. */
static inline const char *
in_order(struct world *w, const char *list)
{
	return text_of(w, state_of(w, list));
}

#endif

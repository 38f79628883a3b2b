/* push_user.c - reading the rules of a user (push_user.h). */
#include "matrix/push_user.h"

#include <string.h>

#include "matrix/glob.h"
#include "matrix/push_read.h"

/* Rules of a scope, of each kind the most important first. */
struct own {
	struct push_rule *rule;
	size_t		 n;
	size_t		 cap;
};

/* --------------------------------------------------------------- their own */

static void
read_conditions(struct arena *mem, const char *text, struct push_rule *rule)
{
	const char *why;

	if (text != NULL)
		push_conditions_read(mem, json_parse_own(mem, span_of(text)),
		    rule, &why);
}

static void
read_actions(struct arena *mem, const char *text, struct push_actions *actions)
{
	const char *why;

	push_actions_read(json_parse_own(mem, span_of(text)), actions, &why);
}

static struct push_rule
rule_of(const struct rows *rows, struct arena *mem)
{
	struct push_rule rule = {
		.kind = push_kind_of(rows_text(rows, 0)),
		.id = rows_text(rows, 1),
		.disabled = rows_int(rows, 2) == 0,
		.in_2015 = rows_int(rows, 3) != 0,
		.pattern = rows_text(rows, 4),
	};

	read_conditions(mem, rows_text(rows, 5), &rule);
	read_actions(mem, rows_text(rows, 6), &rule.actions);
	return rule;
}

static struct push_rule *
add(struct own *own, struct arena *mem)
{
	if (own->n == own->cap) {
		size_t cap = own->cap == 0 ? 16 : own->cap * 2;

		own->rule = arena_grow(mem, own->rule,
		    own->cap * sizeof(*own->rule), cap * sizeof(*own->rule));
		own->cap = cap;
	}
	return &own->rule[own->n++];
}

static struct own
read_own(struct db *db, struct arena *mem, int64_t user, const char *tag)
{
	struct own own = { NULL, 0, 0 };
	struct rows rows = db_query(db, STMT_PUSH_RULES, DB_INT(user),
	    DB_TEXT(tag));

	while (rows_next(&rows))
		*add(&own, mem) = rule_of(&rows, mem);
	rows_done(&rows);
	return own;
}

/* ---------------------------------------------------------- the predefined */

static struct own
predefined(struct arena *mem, bool in_2015)
{
	const struct push_rule *rule = in_2015 ? push_rules_2015() :
	    push_rules_today();
	struct own all = { NULL, 0, 0 };

	for (; rule->id != NULL; rule++)
		*add(&all, mem) = *rule;
	return all;
}

static struct push_rule *
find(struct own *all, const char *id)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->rule[i].id, id) == 0)
			return &all->rule[i];
	return NULL;
}

/* A rule of the other era that has no counterpart here changes nothing. */
static struct own
read_predefined(struct db *db, struct arena *mem, int64_t user, bool in_2015)
{
	struct own all = predefined(mem, in_2015);
	struct rows rows = db_query(db, STMT_PUSH_PREDEFINED, DB_INT(user));

	while (rows_next(&rows)) {
		struct push_rule *rule = find(&all, rows_text(&rows, 0));

		if (rule == NULL)
			continue;
		if (!rows_null(&rows, 1))
			rule->disabled = rows_int(&rows, 1) == 0;
		if (!rows_null(&rows, 2))
			read_actions(mem, rows_text(&rows, 2), &rule->actions);
	}
	rows_done(&rows);
	return all;
}

/* --------------------------------------------------------------- both */

static bool
is_master(const struct push_rule *rule)
{
	return strcmp(rule->id, ".m.rule.master") == 0;
}

static void
add_kind(struct own *to, struct arena *mem, const struct own *from,
    enum push_kind kind)
{
	for (size_t i = 0; i < from->n; i++)
		if (from->rule[i].kind == kind && !is_master(&from->rule[i]))
			*add(to, mem) = from->rule[i];
}

/* In the order in which they are tried: the master rule comes before all. */
static const struct push_rule *
in_order(struct arena *mem, struct own *theirs, struct own *ours)
{
	struct own all = { NULL, 0, 0 };
	struct push_rule *master = find(ours, ".m.rule.master");

	if (master != NULL)
		*add(&all, mem) = *master;
	for (enum push_kind kind = 0; kind < PUSH_KIND__MAX; kind++) {
		add_kind(&all, mem, theirs, kind);
		add_kind(&all, mem, ours, kind);
	}
	*add(&all, mem) = (struct push_rule){ .id = NULL };
	return all.rule;
}

static const struct push_rule *
read_scope(struct db *db, struct arena *mem, const struct push_whose *whose,
    const char *tag)
{
	struct own theirs = { NULL, 0, 0 }, ours = { NULL, 0, 0 };

	if (tag == NULL)
		return in_order(mem, &theirs, &ours);
	theirs = read_own(db, mem, whose->user, tag);
	if (*tag == '\0')
		ours = read_predefined(db, mem, whose->user, whose->in_2015);
	return in_order(mem, &theirs, &ours);
}

static bool
looks_for_name(const struct push_rule *rule)
{
	for (; rule->id != NULL; rule++)
		for (size_t i = 0; i < rule->n; i++)
			if (rule->condition[i].test ==
			    PUSH_CONTAINS_DISPLAY_NAME && !rule->disabled)
				return true;
	return false;
}

/*
 * Steps: a pattern takes one for each 64 bytes of it and each byte of the text.
 * What comes before the first byte costs as much as some hundreds, and who may
 * notify is looked for among thousands.
 */
#define STEPS_TEXT	500
#define STEPS_SENDER	10000
#define STEPS_OTHER	50
#define STEPS_NAME	(GLOB_MAX / 64 + 1)

static int64_t
steps_of(const char *pattern)
{
	return 1 + (int64_t)strlen(pattern) / 64;
}

static void
weigh_condition(struct push_user *u, const struct push_condition *c)
{
	bool in_content = c->key != NULL && strncmp(c->key, "content.", 8) == 0;

	if (in_content)
		u->per_byte += c->test == PUSH_EVENT_MATCH ?
		    steps_of(c->text) : 1;
	u->per_event += c->test == PUSH_EVENT_MATCH ? STEPS_TEXT :
	    c->test == PUSH_SENDER_PERMISSION ? STEPS_SENDER : STEPS_OTHER;
}

static void
weigh(struct push_user *u, const struct push_rule *rule)
{
	for (; rule->id != NULL; rule++) {
		if (rule->disabled)
			continue;
		if (rule->kind == PUSH_CONTENT) {
			u->per_byte += steps_of(rule->pattern);
			u->per_event += STEPS_TEXT;
		}
		for (size_t i = 0; i < rule->n; i++)
			weigh_condition(u, &rule->condition[i]);
	}
}

struct push_user *
push_user_read(struct db *db, struct arena *mem, const struct push_whose *whose)
{
	struct push_user *u = arena_alloc(mem, sizeof(*u));
	struct arena *json = json_arena(mem), *before = db_arena(db, mem);

	u->user = whose->user;
	u->reader.user_id = arena_strdup(mem, whose->user_id);
	if (whose->profile_tag != NULL && *whose->profile_tag != '\0')
		u->reader.profile_tag = arena_strdup(mem, whose->profile_tag);
	u->device = read_scope(db, mem, whose, u->reader.profile_tag);
	u->global = read_scope(db, mem, whose, "");
	if (!u->global->disabled && is_master(u->global))
		u->master = u->global;
	u->asks_name = looks_for_name(u->device) || looks_for_name(u->global);
	weigh(u, u->device);
	weigh(u, u->global);
	u->per_byte += u->asks_name ? STEPS_NAME : 0;
	db_arena(db, before);
	json_arena(json);
	return u;
}

int64_t
push_user_weight(const struct push_user *u, size_t bytes)
{
	return (int64_t)bytes * u->per_byte + u->per_event;
}

int64_t
push_user_changed(struct db *db, int64_t user, bool *own)
{
	struct rows rows = db_query(db, STMT_PUSH_USER_GET, DB_INT(user));
	bool found = rows_next(&rows);
	int64_t pos = found ? rows_int(&rows, 0) : 0;

	if (own != NULL)
		*own = found && rows_int(&rows, 1) != 0;
	rows_done(&rows);
	return pos;
}

/* ------------------------------------------------------------------ writing */

static const char *
tag_after(struct db *db, int64_t user, const char *tag)
{
	struct rows rows = db_query(db, STMT_PUSH_TAG_AFTER, DB_INT(user),
	    DB_TEXT(tag));
	const char *next = rows_next(&rows) ? rows_text(&rows, 0) : NULL;

	rows_done(&rows);
	return next;
}

void
push_devices_put(struct writer *w, struct db *db, struct arena *mem,
    const struct push_whose *whose)
{
	const struct push_audience to = { whose->user_id, whose->in_2015 };
	struct push_whose of = *whose;

	for (const char *tag = tag_after(db, whose->user, "");
	    tag != NULL; tag = tag_after(db, whose->user, tag)) {
		of.profile_tag = tag;
		put_object(w, tag);
		push_ruleset_put(w, push_user_read(db, mem, &of)->device, &to);
		write_end(w);
	}
}

void
push_user_put(struct writer *w, struct db *db, struct arena *mem,
    const struct push_whose *whose)
{
	const struct push_audience to = { whose->user_id, whose->in_2015 };

	put_object(w, "global");
	push_ruleset_put(w, push_user_read(db, mem, whose)->global, &to);
	write_end(w);
	if (!whose->in_2015)
		return;
	put_object(w, "device");
	push_devices_put(w, db, mem, whose);
	write_end(w);
}

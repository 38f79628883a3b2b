/*
 * events-sliding-rule.c - which state is wanted of a room.  Pure functions.
 */
#include <string.h>

#include "events-sliding.h"

static struct state_element *
read_elements(struct arena *mem, const cJSON *array, size_t *n)
{
	struct state_element *list;
	const cJSON *item;

	list = arena_alloc(mem, ((size_t)cJSON_GetArraySize(array) + 1) *
	    sizeof(*list));
	cJSON_ArrayForEach(item, array)
		list[(*n)++] = (struct state_element){
		    cJSON_GetStringValue(cJSON_GetArrayItem(item, 0)),
		    cJSON_GetStringValue(cJSON_GetArrayItem(item, 1)) };
	return list;
}

/* {"i":[[type,state_key],...],"e":[...],"l":true,"m":true}; null is any. */
static struct state_rule *
rule_read(struct arena *mem, const char *text)
{
	struct state_rule *rule = arena_alloc(mem, sizeof(*rule));
	const cJSON *json;

	rule->text = arena_strdup(mem, text);
	json = json_parse_own(mem, span_of(rule->text));
	rule->include = read_elements(mem, json_get(json, "i"),
	    &rule->includes);
	rule->exclude = read_elements(mem, json_get(json, "e"),
	    &rule->excludes);
	rule->lazy = json_is_true(json, "l");
	rule->members_named = json_is_true(json, "m");
	return rule;
}

static bool
is_member_type(const char *type)
{
	return strcmp(type, "m.room.member") == 0;
}

static bool
element_has(const struct state_element *e, const char *type,
    const char *state_key)
{
	return (e->type == NULL || strcmp(e->type, type) == 0) &&
	    (e->state_key == NULL || strcmp(e->state_key, state_key) == 0);
}

static bool
rule_has(const struct state_rule *rule, const char *type,
    const char *state_key)
{
	bool named = rule->members_named && is_member_type(type);
	bool has = false;

	for (size_t i = 0; i < rule->includes && !has; i++)
		has = element_has(&rule->include[i], type, state_key) &&
		    (!named || rule->include[i].type != NULL);
	for (size_t i = 0; i < rule->excludes && has; i++)
		has = !element_has(&rule->exclude[i], type, state_key);
	return has;
}

bool
state_wish_has(const struct state_wish *wish, const char *type,
    const char *state_key)
{
	for (size_t i = 0; i < wish->n; i++)
		if (rule_has(wish->rule[i], type, state_key))
			return true;
	return false;
}

bool
state_wish_lazy(const struct state_wish *wish)
{
	for (size_t i = 0; i < wish->n; i++)
		if (wish->rule[i]->lazy)
			return true;
	return false;
}

static bool
wish_has_rule(const struct state_wish *wish, const struct state_rule *rule)
{
	for (size_t i = 0; i < wish->n; i++)
		if (wish->rule[i] == rule)
			return true;
	return false;
}

bool
state_wish_same(const struct state_wish *a, const struct state_wish *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (!wish_has_rule(b, a->rule[i]))
			return false;
	return a->n == b->n;
}

const struct state_rule *
sliding_rule(struct arena *mem, struct table *rules, const char *text)
{
	struct state_rule *rule = table_find(rules, text, NULL);

	if (rule == NULL) {
		rule = rule_read(mem, text);
		*table_at(rules, rule->text, NULL) = rule;
	}
	return rule;
}

/* push_write.c - rules as clients read them (push_rule.h). */
#include <string.h>

#include "matrix/push_rule.h"

static const char *const test_names[] = {
	[PUSH_EVENT_MATCH] = "event_match",
	[PUSH_PROPERTY_IS] = "event_property_is",
	[PUSH_PROPERTY_CONTAINS] = "event_property_contains",
	[PUSH_CONTAINS_DISPLAY_NAME] = "contains_display_name",
	[PUSH_MEMBER_COUNT] = "room_member_count",
	[PUSH_SENDER_PERMISSION] = "sender_notification_permission",
	[PUSH_PROFILE_TAG] = "profile_tag"
};

enum push_test
push_test_of(const char *kind)
{
	enum push_test test = 0;

	while (test < PUSH_UNKNOWN && strcmp(kind, test_names[test]) != 0)
		test++;
	return test;
}

/* -------------------------------------------------------------- conditions */

static void
put_filled(struct writer *w, const char *key, const char *text,
    const char *user_id)
{
	write_key(w, key);
	if (text == push_me)
		write_text(w, user_id);
	else if (text == push_my_name)
		write_span(w, (struct span){ user_id + 1,
		    strcspn(user_id + 1, ":") });
	else
		write_text(w, text);
}

static void
put_value(struct writer *w, const struct push_value *value,
    const char *user_id)
{
	switch (value->type) {
	case PUSH_NULL:
		write_key(w, "value");
		write_null(w);
		break;
	case PUSH_BOOL:
		put_bool(w, "value", value->number != 0);
		break;
	case PUSH_INT:
		put_int(w, "value", value->number);
		break;
	case PUSH_TEXT:
		put_filled(w, "value", value->text, user_id);
		break;
	}
}

static void
write_condition(struct writer *w, const struct push_condition *c,
    const char *user_id)
{
	write_object(w);
	put_text(w, "kind", test_names[c->test]);
	if (c->key != NULL)
		put_text(w, "key", c->key);
	if (c->test == PUSH_EVENT_MATCH)
		put_filled(w, "pattern", c->text, user_id);
	if (c->test == PUSH_MEMBER_COUNT)
		put_text(w, "is", c->text);
	if (c->test == PUSH_PROPERTY_IS || c->test == PUSH_PROPERTY_CONTAINS)
		put_value(w, &c->value, user_id);
	write_end(w);
}

/* ----------------------------------------------------------------- actions */

/* Of each era the words that its clients know. */
static void
write_given(struct writer *w, const cJSON *actions, bool in_2015)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, actions) {
		if (in_2015 || !cJSON_IsString(item))
			write_json(w, item);
		else if (strcmp(item->valuestring, "dont_notify") != 0)
			write_text(w, "notify");
	}
}

static void
write_said(struct writer *w, const struct push_actions *actions)
{
	if (actions->notify)
		write_text(w, "notify");
	if (actions->dont_notify)
		write_text(w, "dont_notify");
	if (actions->sound != NULL) {
		write_object(w);
		put_text(w, "set_tweak", "sound");
		put_text(w, "value", actions->sound);
		write_end(w);
	}
	if (actions->highlight != PUSH_UNSAID) {
		write_object(w);
		put_text(w, "set_tweak", "highlight");
		if (actions->highlight == PUSH_FALSE)
			put_bool(w, "value", false);
		write_end(w);
	}
}

void
push_actions_put(struct writer *w, const struct push_actions *actions,
    const struct push_audience *to)
{
	put_array(w, "actions");
	if (actions->given != NULL)
		write_given(w, actions->given, to->in_2015);
	else
		write_said(w, actions);
	write_end(w);
}

/* Of two tweaks of a name the last counts. */
static bool
is_last(const cJSON *tweak, const char *name)
{
	while ((tweak = tweak->next) != NULL) {
		const char *other = json_text(tweak, "set_tweak");

		if (other != NULL && strcmp(other, name) == 0)
			return false;
	}
	return true;
}

static void
put_given_tweaks(struct writer *w, const cJSON *actions)
{
	const cJSON *item, *value;

	cJSON_ArrayForEach(item, actions) {
		const char *name = json_text(item, "set_tweak");

		if (name == NULL || !is_last(item, name))
			continue;
		value = json_get(item, "value");
		write_key(w, name);
		if (value != NULL)
			write_json(w, value);
		else if (strcmp(name, "highlight") == 0)
			write_bool(w, true);
		else
			write_null(w);
	}
}

void
push_tweaks_put(struct writer *w, const struct push_actions *actions)
{
	if (actions->given != NULL) {
		put_given_tweaks(w, actions->given);
		return;
	}
	if (actions->sound != NULL)
		put_text(w, "sound", actions->sound);
	if (actions->highlight != PUSH_UNSAID)
		put_bool(w, "highlight", actions->highlight == PUSH_TRUE);
}

/* ------------------------------------------------------------------- rules */

static void
put_conditions(struct writer *w, const struct push_rule *rule,
    const char *user_id)
{
	if (rule->given != NULL) {
		put_json(w, "conditions", rule->given);
		return;
	}
	put_array(w, "conditions");
	for (size_t i = 0; i < rule->n; i++)
		write_condition(w, &rule->condition[i], user_id);
	write_end(w);
}

/* Rules of rooms and senders have neither: their ids say it. */
void
push_rule_put(struct writer *w, const struct push_rule *rule,
    const struct push_audience *to)
{
	put_text(w, "rule_id", rule->id);
	put_bool(w, "default", push_is_predefined(rule->id));
	put_bool(w, "enabled", !rule->disabled);
	if (rule->kind == PUSH_CONTENT)
		put_filled(w, "pattern", rule->pattern, to->user_id);
	else if (rule->kind == PUSH_OVERRIDE || rule->kind == PUSH_UNDERRIDE)
		put_conditions(w, rule, to->user_id);
	push_actions_put(w, &rule->actions, to);
}

void
push_rules_write(struct writer *w, const struct push_rule *rule,
    enum push_kind kind, const struct push_audience *to)
{
	for (; rule->id != NULL; rule++) {
		if (rule->kind != kind)
			continue;
		write_object(w);
		push_rule_put(w, rule, to);
		write_end(w);
	}
}

void
push_ruleset_put(struct writer *w, const struct push_rule *rules,
    const struct push_audience *to)
{
	for (enum push_kind kind = 0; kind < PUSH_KIND__MAX; kind++) {
		put_array(w, push_kind_name(kind));
		push_rules_write(w, rules, kind, to);
		write_end(w);
	}
}

/* push_match.c - which rule an event meets (push_rule.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "matrix/glob.h"
#include "matrix/push_rule.h"

#define PROPERTY_MAX	255	/* bytes of a property's name in a key */

struct question {
	const struct push_event *event;
	const struct push_room *room;
	const struct push_reader *reader;
	const struct push_rule *rule;
	enum { NOT_LOOKED, NOT_NAMED, NAMED } name;	/* of the reader */
};

/* -------------------------------------------------------------- properties */

/* Take the first name off the key; false: it is too long to be there. */
static bool
key_step(const char **key, char name[PROPERTY_MAX + 1])
{
	const char *s = *key;
	size_t n = 0;

	for (; *s != '\0' && *s != '.'; s++) {
		if (*s == '\\' && (s[1] == '.' || s[1] == '\\'))
			s++;
		if (n == PROPERTY_MAX)
			return false;
		name[n++] = *s;
	}
	name[n] = '\0';
	*key = *s == '.' ? s + 1 : NULL;
	return true;
}

static const cJSON *
content_at(const cJSON *item, const char *key)
{
	char name[PROPERTY_MAX + 1];

	while (item != NULL && key != NULL) {
		if (!key_step(&key, name))
			return NULL;
		item = json_get(item, name);
	}
	return item;
}

/* What is not in content; NULL: there is no such, or it is no text. */
static const char *
envelope_at(const struct push_event *e, const char *key)
{
	if (strcmp(key, "type") == 0)
		return e->type;
	if (strcmp(key, "state_key") == 0)
		return e->state_key;
	if (strcmp(key, "sender") == 0)
		return e->sender;
	if (strcmp(key, "room_id") == 0)
		return e->room_id;
	return NULL;
}

static const cJSON *
in_content(const struct push_event *e, const char *key)
{
	return strncmp(key, "content.", 8) == 0 ?
	    content_at(e->content, key + 8) : NULL;
}

static const char *
text_at(const struct push_event *e, const char *key)
{
	const cJSON *item = in_content(e, key);

	return cJSON_IsString(item) ? item->valuestring :
	    envelope_at(e, key);
}

/* -------------------------------------------------------------- conditions */

static bool
body_has(const struct question *q, struct span pattern, enum glob_how how)
{
	const char *body = text_at(q->event, "content.body");

	return body != NULL && glob_match(pattern, span_of(body), how);
}

/* As 2015 has it: what has no * and no ? may be any part of the text. */
static bool
text_has(const char *pattern, const char *text)
{
	char around[GLOB_MAX + 3];

	if (text == NULL)
		return false;
	if (strpbrk(pattern, "*?") == NULL &&
	    strlen(pattern) <= GLOB_MAX) {
		snprintf(around, sizeof(around), "*%s*", pattern);
		pattern = around;
	}
	return glob_match(span_of(pattern), span_of(text), GLOB_WHOLE);
}

static bool
text_matches(const struct question *q, const struct push_condition *c)
{
	const char *text = text_at(q->event, c->key);

	if (text == NULL)
		return false;
	if (q->rule->in_2015)
		return text_has(c->text, text);
	if (strcmp(c->key, "content.body") == 0)
		return glob_match(span_of(c->text), span_of(text), GLOB_WORDS);
	/* No character of an id stands for others. */
	if (c->text == push_me)
		return q->reader->user_id != NULL &&
		    strcmp(text, q->reader->user_id) == 0;
	return glob_match(span_of(c->text), span_of(text), GLOB_WHOLE);
}

static bool
text_is(const struct question *q, const struct push_value *value,
    const char *text)
{
	const char *wanted = value->text == push_me ? q->reader->user_id :
	    value->text;

	return value->type == PUSH_TEXT && wanted != NULL && text != NULL &&
	    strcmp(text, wanted) == 0;
}

static bool
value_is(const struct question *q, const struct push_value *value,
    const cJSON *item)
{
	switch (value->type) {
	case PUSH_NULL:
		return cJSON_IsNull(item);
	case PUSH_BOOL:
		return cJSON_IsBool(item) &&
		    cJSON_IsTrue(item) == (value->number != 0);
	case PUSH_INT:
		return json_is_int(item) &&
		    (int64_t)item->valuedouble == value->number;
	case PUSH_TEXT:
		return cJSON_IsString(item) &&
		    text_is(q, value, item->valuestring);
	}
	return false;
}

static bool
property_is(const struct question *q, const struct push_condition *c)
{
	const cJSON *item = in_content(q->event, c->key);

	return item != NULL ? value_is(q, &c->value, item) :
	    text_is(q, &c->value, envelope_at(q->event, c->key));
}

static bool
property_contains(const struct question *q, const struct push_condition *c)
{
	const cJSON *array = in_content(q->event, c->key), *item;

	if (!cJSON_IsArray(array))
		return false;
	cJSON_ArrayForEach(item, array)
		if (value_is(q, &c->value, item))
			return true;
	return false;
}

/* However many rules ask, the text is looked through once. */
static bool
has_display_name(struct question *q)
{
	const char *name = q->reader->display_name;

	if (q->name == NOT_LOOKED)
		q->name = name != NULL && *name != '\0' &&
		    body_has(q, span_of(name), GLOB_WORDS_LITERAL) ?
		    NAMED : NOT_NAMED;
	return q->name == NAMED;
}

enum how { HOW_IS, HOW_LESS, HOW_MORE, HOW_UPTO, HOW_FROM };

static bool
count_read(const char *is, enum how *how, int64_t *wanted)
{
	static const char *const signs[] = { "==", "<", ">", "<=", ">=" };
	size_t n = strspn(is, "=<>");
	char *end;

	if (is[n] < '0' || is[n] > '9')
		return false;
	*wanted = strtoll(is + n, &end, 10);
	*how = HOW_IS;
	while (n > 0 && (strlen(signs[*how]) != n ||
	    strncmp(is, signs[*how], n) != 0))
		if (++*how > HOW_FROM)
			return false;
	return *end == '\0';
}

bool
push_count_valid(const char *is)
{
	enum how how;
	int64_t wanted;

	return count_read(is, &how, &wanted);
}

static bool
count_is(const struct question *q, const char *is)
{
	enum how how;
	int64_t wanted, joined;

	if (!count_read(is, &how, &wanted))
		return false;
	joined = q->room->joined(q->room->arg);
	switch (how) {
	case HOW_IS:
		return joined == wanted;
	case HOW_LESS:
		return joined < wanted;
	case HOW_MORE:
		return joined > wanted;
	case HOW_UPTO:
		return joined <= wanted;
	case HOW_FROM:
		return joined >= wanted;
	}
	return false;
}

static bool
holds(struct question *q, const struct push_condition *c)
{
	switch (c->test) {
	case PUSH_EVENT_MATCH:
		return text_matches(q, c);
	case PUSH_PROPERTY_IS:
		return property_is(q, c);
	case PUSH_PROPERTY_CONTAINS:
		return property_contains(q, c);
	case PUSH_CONTAINS_DISPLAY_NAME:
		return has_display_name(q);
	case PUSH_MEMBER_COUNT:
		return count_is(q, c->text);
	case PUSH_SENDER_PERMISSION:
		return q->room->sender_may(q->room->arg, c->key);
	case PUSH_PROFILE_TAG:
		return q->reader->profile_tag != NULL &&
		    strcmp(q->reader->profile_tag, c->text) == 0;
	case PUSH_UNKNOWN:
		break;
	}
	return false;
}

/* ------------------------------------------------------------------- rules */

static bool
has_pattern(const struct question *q, const char *pattern)
{
	const char *id = q->reader->user_id;

	if (q->rule->in_2015)
		return text_has(pattern, text_at(q->event, "content.body"));
	if (pattern != push_my_name)
		return body_has(q, span_of(pattern), GLOB_WORDS);
	return id != NULL && body_has(q, (struct span){ id + 1,
	    strcspn(id + 1, ":") }, GLOB_WORDS_LITERAL);
}

static bool
matches(struct question *q, const struct push_rule *rule)
{
	switch (rule->kind) {
	case PUSH_CONTENT:
		return has_pattern(q, rule->pattern);
	case PUSH_ROOM:
		return strcmp(rule->id, q->event->room_id) == 0;
	case PUSH_SENDER:
		return strcmp(rule->id, q->event->sender) == 0;
	default:
		break;
	}
	for (size_t i = 0; i < rule->n; i++)
		if (!holds(q, &rule->condition[i]))
			return false;
	return true;
}

const struct push_rule *
push_match(const struct push_rule *rule, const struct push_event *event,
    const struct push_room *room, const struct push_reader *reader)
{
	struct question q = { event, room, reader, NULL, NOT_LOOKED };

	for (; rule->id != NULL; rule++) {
		q.rule = rule;
		if (!rule->disabled && matches(&q, rule))
			return rule;
	}
	return NULL;
}

bool
push_notifies(const struct push_rule *rule)
{
	return rule != NULL && rule->actions.notify;
}

bool
push_highlights(const struct push_rule *rule)
{
	return push_notifies(rule) && rule->actions.highlight == PUSH_TRUE;
}

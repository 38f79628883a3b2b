/* push_read.c - see push_read.h. */
#include "matrix/push_read.h"

#include <string.h>

/* -------------------------------------------------------------- conditions */

static enum mx_err
bad(const char **why, const char *what)
{
	*why = what;
	return M_BAD_JSON;
}

static enum mx_err
invalid(const char **why, const char *what)
{
	*why = what;
	return M_INVALID_PARAM;
}

enum mx_err
push_pattern_check(const char *pattern, const char **why)
{
	return strlen(pattern) > PUSH_PATTERN_MAX ? invalid(why,
	    "A pattern has 509 bytes at most") : M_OK;
}

static enum mx_err
read_pattern(const cJSON *item, struct push_condition *c, const char **why)
{
	c->text = json_text(item, "pattern");
	return c->text == NULL ? bad(why, "event_match has a pattern, "
	    "which is a string") : push_pattern_check(c->text, why);
}

static enum mx_err
read_count(const cJSON *item, struct push_condition *c, const char **why)
{
	c->text = json_text(item, "is");
	if (c->text == NULL)
		return bad(why, "room_member_count has `is`, a string");
	return push_count_valid(c->text) ? M_OK : invalid(why,
	    "`is` is a number, perhaps behind ==, <, >, <= or >=");
}

static enum mx_err
read_value(const cJSON *item, struct push_condition *c, const char **why)
{
	const cJSON *value = json_get(item, "value");

	if (cJSON_IsString(value))
		c->value = (struct push_value){ PUSH_TEXT, 0,
		    value->valuestring };
	else if (cJSON_IsBool(value))
		c->value = (struct push_value){ PUSH_BOOL,
		    cJSON_IsTrue(value), NULL };
	else if (json_is_int(value))
		c->value = (struct push_value){ PUSH_INT,
		    (int64_t)value->valuedouble, NULL };
	else if (cJSON_IsNull(value))
		c->value = (struct push_value){ PUSH_NULL, 0, NULL };
	else
		return bad(why, "value is a string, an integer, a boolean "
		    "or null");
	return M_OK;
}

static enum mx_err
read_tag(const cJSON *item, struct push_condition *c, const char **why)
{
	c->text = json_text(item, "profile_tag");
	return c->text != NULL ? M_OK :
	    bad(why, "profile_tag has a profile_tag, which is a string");
}

/* What each kind has besides. */
static const struct {
	enum push_test	 test;
	bool		 key;
	enum mx_err	 (*read)(const cJSON *, struct push_condition *,
			    const char **why);
} parts[] = {
	{ PUSH_EVENT_MATCH, true, read_pattern },
	{ PUSH_PROPERTY_IS, true, read_value },
	{ PUSH_PROPERTY_CONTAINS, true, read_value },
	{ PUSH_CONTAINS_DISPLAY_NAME, false, NULL },
	{ PUSH_MEMBER_COUNT, false, read_count },
	{ PUSH_SENDER_PERMISSION, true, NULL },
	{ PUSH_PROFILE_TAG, false, read_tag },
};
#define PARTS	(sizeof(parts) / sizeof(parts[0]))

static enum mx_err
read_condition(const cJSON *item, struct push_condition *c, const char **why)
{
	const char *kind = json_text(item, "kind");

	if (kind == NULL)
		return bad(why, "A condition is an object with a kind");
	c->test = push_test_of(kind);
	for (size_t i = 0; i < PARTS; i++) {
		if (parts[i].test != c->test)
			continue;
		c->key = parts[i].key ? json_text(item, "key") : NULL;
		if (parts[i].key && c->key == NULL)
			return bad(why, "A condition of this kind has a key, "
			    "which is a string");
		return parts[i].read == NULL ? M_OK :
		    parts[i].read(item, c, why);
	}
	return M_OK;
}

enum mx_err
push_conditions_read(struct arena *mem, const cJSON *list,
    struct push_rule *rule, const char **why)
{
	size_t n = (size_t)cJSON_GetArraySize(list);
	struct push_condition *c = arena_alloc(mem, (n + 1) * sizeof(*c));
	const cJSON *item;
	enum mx_err err;

	if (n > PUSH_CONDITIONS_MAX)
		return invalid(why, "A rule has 20 conditions at most");
	rule->given = list;
	rule->condition = c;
	cJSON_ArrayForEach(item, list)
		if ((err = read_condition(item, &c[rule->n++], why)) != M_OK)
			return err;
	return M_OK;
}

/* ----------------------------------------------------------------- actions */

static enum mx_err
read_word(const char *word, struct push_actions *actions, const char **why)
{
	if (strcmp(word, "notify") == 0 || strcmp(word, "coalesce") == 0)
		actions->notify = true;
	else if (strcmp(word, "dont_notify") != 0)
		return invalid(why, "An action is notify, or an object "
		    "with set_tweak");
	return M_OK;
}

static enum mx_err
read_tweak(const cJSON *item, struct push_actions *actions, const char **why)
{
	const char *name = json_text(item, "set_tweak");
	const cJSON *value = json_get(item, "value");

	if (name == NULL)
		return invalid(why, "An action is notify, or an object "
		    "with set_tweak");
	if (strcmp(name, "sound") == 0) {
		if (!cJSON_IsString(value))
			return bad(why, "The value of sound is a string");
		actions->sound = value->valuestring;
	}
	if (strcmp(name, "highlight") == 0) {
		if (value != NULL && !cJSON_IsBool(value))
			return bad(why, "The value of highlight is a boolean");
		actions->highlight = cJSON_IsFalse(value) ? PUSH_FALSE :
		    PUSH_TRUE;
	}
	return M_OK;
}

enum mx_err
push_actions_read(const cJSON *list, struct push_actions *actions,
    const char **why)
{
	const cJSON *item;
	enum mx_err err;

	if (cJSON_GetArraySize(list) > PUSH_ACTIONS_MAX)
		return invalid(why, "A rule has 20 actions at most");
	*actions = (struct push_actions){ .given = list };
	cJSON_ArrayForEach(item, list) {
		err = cJSON_IsString(item) ?
		    read_word(item->valuestring, actions, why) :
		    read_tweak(item, actions, why);
		if (err != M_OK)
			return err;
	}
	return M_OK;
}

/*
 * push_rule.c - bytes become a push rule and an event, as a client may give
 * them.  The rule is refused, or meets the event or not; what is shown of it is
 * JSON, which is read as the same rule.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "matrix/push_read.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* --------------------------------------------------- what bytes stand for */

struct bytes {
	const uint8_t	*at;
	size_t		 n;
};

/* Below most; 0 behind the end. */
static unsigned
take(struct bytes *b, unsigned most)
{
	if (b->n == 0)
		return 0;
	b->n--;
	return *b->at++ % most;
}

/* Few letters, so that patterns meet texts they may match. */
static const char *
take_text(struct bytes *b, char out[256])
{
	static const char *const letter[] = { "a", "A", "b", "*", "?", " ",
	    ".", "\\", "_", "-", "\xc3\xa4", "\xf0\x9f\x8d\xb5", "=", "<", ">",
	    "1" };
	unsigned n = take(b, 60);
	size_t len = 0;

	while (n-- > 0 && b->n > 0) {
		const char *s = letter[take(b, 16)];

		memcpy(out + len, s, strlen(s));
		len += strlen(s);
	}
	out[len] = '\0';
	return out;
}

static cJSON *
take_value(struct bytes *b)
{
	char text[256];

	switch (take(b, 7)) {
	case 0:
		return cJSON_CreateNull();
	case 1:
		return cJSON_CreateBool((int)take(b, 2));
	case 2:
		return cJSON_CreateNumber(take(b, 3));
	case 3:
		return cJSON_CreateNumber(0.5);
	case 4:
		return cJSON_CreateObject();
	default:
		return cJSON_CreateString(take_text(b, text));
	}
}

static void
add_text(cJSON *o, const char *key, const char *text)
{
	cJSON_AddItemToObject(o, key, cJSON_CreateString(text));
}

static cJSON *
take_condition(struct bytes *b)
{
	static const char *const kind[] = { "event_match", "event_property_is",
	    "event_property_contains", "contains_display_name",
	    "room_member_count", "sender_notification_permission",
	    "profile_tag", "unknown" };
	static const char *const key[] = { "content.body", "content.a",
	    "content.l", "content.a\\.b", "content.o.a", "sender", "state_key",
	    "room" };
	cJSON *o = cJSON_CreateObject();
	char text[256];

	add_text(o, "kind", kind[take(b, 8)]);
	if (take(b, 8) != 0)
		add_text(o, "key", take(b, 8) == 0 ? take_text(b, text) :
		    key[take(b, 8)]);
	add_text(o, "pattern", take_text(b, text));
	add_text(o, "is", take_text(b, text));
	add_text(o, "profile_tag", take(b, 2) == 0 ? "tag" : "other");
	cJSON_AddItemToObject(o, "value", take_value(b));
	return o;
}

static cJSON *
take_action(struct bytes *b)
{
	static const char *const word[] = { "notify", "dont_notify",
	    "coalesce", "stick" };
	static const char *const tweak[] = { "sound", "highlight", "x", "y" };
	unsigned what = take(b, 8);
	cJSON *o;

	if (what < 4)
		return cJSON_CreateString(word[what]);
	o = cJSON_CreateObject();
	add_text(o, "set_tweak", tweak[what - 4]);
	if (take(b, 3) != 0)
		cJSON_AddItemToObject(o, "value", take_value(b));
	return o;
}

static cJSON *
take_list(struct bytes *b, cJSON *(*item)(struct bytes *))
{
	cJSON *list = cJSON_CreateArray();

	for (unsigned n = take(b, 4); n > 0; n--)
		cJSON_AddItemToArray(list, item(b));
	return list;
}

static cJSON *
take_rule(struct bytes *b)
{
	static const char *const id[] = { "!r:a.org", "@y:b.org", "x",
	    ".m.rule.master" };
	cJSON *o = cJSON_CreateObject();
	char text[256];

	add_text(o, "kind", push_kind_name(take(b, PUSH_KIND__MAX)));
	add_text(o, "rule_id", id[take(b, 4)]);
	cJSON_AddItemToObject(o, "in_2015", cJSON_CreateBool((int)take(b, 2)));
	add_text(o, "pattern", take_text(b, text));
	cJSON_AddItemToObject(o, "conditions", take_list(b, take_condition));
	cJSON_AddItemToObject(o, "actions", take_list(b, take_action));
	return o;
}

static cJSON *
take_content(struct bytes *b)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddItemToObject(o, "a", take_value(b));
	cJSON_AddItemToObject(o, "a.b", take_value(b));
	cJSON_AddItemToObject(o, "l", take_list(b, take_value));
	cJSON_AddItemToObject(cJSON_AddObjectToObject(o, "o"), "a",
	    take_value(b));
	cJSON_AddItemToObject(o, "body", take_value(b));
	return o;
}

/* ------------------------------------------------------------------ asking */

static int64_t
joined(void *arg)
{
	(void)arg;
	return 2;
}

static bool
sender_may(void *arg, const char *key)
{
	(void)arg;
	return strcmp(key, "room") == 0;
}

/* False: it is refused. */
static bool
read_rule(struct arena *mem, const cJSON *o, struct push_rule *rule)
{
	const cJSON *conditions = json_get(o, "conditions");
	const cJSON *actions = json_get(o, "actions");
	const char *why;

	rule->id = json_text(o, "rule_id");
	rule->kind = push_kind_of(json_text(o, "kind"));
	rule->in_2015 = json_is_true(o, "in_2015");
	rule->pattern = json_text(o, "pattern");
	return (rule->pattern == NULL ||
	    push_pattern_check(rule->pattern, &why) == M_OK) &&
	    push_actions_read(actions, &rule->actions, &why) == M_OK &&
	    (conditions == NULL ||
	    push_conditions_read(mem, conditions, rule, &why) == M_OK);
}

static bool
meets(const struct push_rule *rule, const cJSON *content)
{
	static const struct push_room room = { joined, sender_may, NULL };
	static const struct push_reader me = { "@me:a.org", "Me*", "tag" };
	const struct push_rule rules[] = { *rule, { .id = NULL } };
	const struct push_event e = { "m.room.message", NULL, "@y:b.org",
	    "!r:a.org", content };

	return push_match(rules, &e, &room, &me) != NULL;
}

/* As its maker sees it, and as it is kept. */
static void
show(struct arena *mem, const struct push_rule *rule, const cJSON *content)
{
	const struct push_audience to = { "@me:a.org", true };
	struct push_rule same = { .n = 0 };
	enum json_verdict verdict;
	struct writer w;
	struct buf text;
	const char *why;
	cJSON *shown;

	buf_init(&text, mem, SIZE_MAX);
	writer_init(&w, &text);
	write_object(&w);
	put_text(&w, "kind", push_kind_name(rule->kind));
	put_bool(&w, "in_2015", rule->in_2015);
	push_rule_put(&w, rule, &to);
	put_object(&w, "tweaks");
	push_tweaks_put(&w, &rule->actions);
	write_end(&w);
	write_end(&w);
	shown = json_parse(mem, text.s, text.len, &verdict, &why);
	if (shown == NULL || !read_rule(mem, shown, &same) ||
	    push_notifies(&same) != push_notifies(rule) ||
	    push_highlights(&same) != push_highlights(rule) ||
	    meets(&same, content) != meets(rule, content))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *mem = arena_new(), *before = json_arena(mem);
	struct push_rule rule = { .n = 0 };
	struct bytes b = { data, n };
	const cJSON *given = take_rule(&b), *content = take_content(&b);

	if (read_rule(mem, given, &rule))
		show(mem, &rule, content);
	json_arena(before);
	arena_free(mem);
	return 0;
}

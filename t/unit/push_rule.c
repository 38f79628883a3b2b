/* push_rule.c - which push rule an event meets. */
#include "matrix/push_rule.h"
#include "scratch.h"
#include "tap.h"

struct facts {
	int64_t	joined;
	bool	may;
	int	asked;
};

static int64_t
joined(void *arg)
{
	struct facts *facts = arg;

	facts->asked++;
	return facts->joined;
}

static bool
sender_may(void *arg, const char *key)
{
	return strcmp(key, "room") == 0 && ((struct facts *)arg)->may;
}

static const struct push_reader me = { "@me:a.org", "Me Myself", NULL };
static const struct push_reader anybody;

static const struct push_rule *
meet(const struct push_rule *rules, const char *type, const char *state_key,
    const char *content, const struct push_reader *reader,
    struct facts *facts)
{
	const struct push_event e = { type, state_key, "@you:b.org",
	    "!r:a.org", json_parse_own(scratch_mem, span_of(content)) };
	const struct push_room room = { joined, sender_may, facts };

	return push_match(rules, &e, &room, reader);
}

/* ------------------------------------------------------------ the predefined */

#define MENTION	"{\"m.mentions\":{\"user_ids\":[\"@you:b.org\",\"@me:a.org\"]"
#define ROOM	"{\"body\":\"x\",\"m.mentions\":{\"room\":true}}"

static const struct {
	const char	*type, *state_key, *content;
	int64_t		 joined;
	bool		 may;
	const char	*rule;		/* NULL: none */
} today[] = {
	{ "m.room.message", NULL, "{\"msgtype\":\"m.notice\",\"m.mentions\":"
	    "{\"room\":true}}", 3, true, ".m.rule.suppress_notices" },
	{ "m.room.member", "@me:a.org", "{\"membership\":\"invite\"}", 3, true,
	    ".m.rule.invite_for_me" },
	{ "m.room.member", "@me:a.or", "{\"membership\":\"invite\"}", 3, true,
	    ".m.rule.member_event" },
	{ "m.room.member", "@me:a.org", "{\"membership\":\"ban\"}", 3, true,
	    ".m.rule.member_event" },
	{ "org.x", NULL, MENTION "}}", 3, true, ".m.rule.is_user_mention" },
	{ "org.x", NULL, "{\"m.mentions\":{\"user_ids\":\"@me:a.org\"}}", 3,
	    true, NULL },
	{ "org.x", NULL, "{\"m.mentions\":{\"user_ids\":[[\"@me:a.org\"],1]}}",
	    3, true, NULL },
	{ "m.room.message", NULL, ROOM, 3, true, ".m.rule.is_room_mention" },
	{ "m.room.message", NULL, ROOM, 3, false, ".m.rule.message" },
	{ "m.room.message", NULL, "{\"m.mentions\":{\"room\":\"true\"}}", 3,
	    true, ".m.rule.message" },
	{ "m.room.tombstone", "", "{}", 3, true, ".m.rule.tombstone" },
	{ "m.room.tombstone", "x", "{}", 3, true, NULL },
	{ "m.room.tombstone", NULL, "{}", 3, true, NULL },
	{ "m.reaction", NULL, "{}", 2, true, ".m.rule.reaction" },
	{ "m.room.server_acl", "", "{}", 2, true, ".m.rule.room.server_acl" },
	{ "m.room.message", NULL, "{\"m.relates_to\":{\"rel_type\":"
	    "\"m.replace\"}}", 2, true, ".m.rule.suppress_edits" },
	{ "m.call.invite", NULL, "{}", 2, true, ".m.rule.call" },
	{ "m.room.encrypted", NULL, "{}", 2, true,
	    ".m.rule.encrypted_room_one_to_one" },
	{ "m.room.message", NULL, "{}", 2, true, ".m.rule.room_one_to_one" },
	{ "m.room.message", NULL, "{}", 3, true, ".m.rule.message" },
	{ "m.room.encrypted", NULL, "{}", 1, true, ".m.rule.encrypted" },
	{ "m.room.topic", "", "{\"topic\":\"Me\"}", 2, true, NULL },
}, old[] = {
	{ "m.room.message", NULL, "{\"msgtype\":\"m.notice\",\"body\":\"me\"}",
	    2, true, ".m.rule.suppress_notices" },
	{ "m.room.message", NULL, "{\"body\":\"for ME!\"}", 3, true,
	    ".m.rule.contains_user_name" },
	{ "m.room.message", NULL, "{\"body\":\"meet\"}", 3, true,
	    ".m.rule.message" },
	{ "m.call.invite", NULL, "{}", 2, true, ".m.rule.call" },
	{ "m.room.topic", "", "{\"body\":\"x me myself.\"}", 3, true,
	    ".m.rule.contains_user_name" },
	{ "m.room.topic", "", "{\"body\":1}", 2, true,
	    ".m.rule.room_one_to_one" },
	{ "m.room.member", "@me:a.org", "{\"membership\":\"invite\"}", 3, true,
	    ".m.rule.invite_for_me" },
	{ "m.room.member", "@you:b.org", "{}", 3, true,
	    ".m.rule.member_event" },
	{ "m.room.topic", "", "{}", 3, true, NULL }
};

static void
is_rule(const struct push_rule *rule, const char *id, const char *what)
{
	is_text(rule == NULL ? "none" : rule->id, id == NULL ? "none" : id,
	    "%s", what);
}

static void
test_predefined(void)
{
	for (size_t i = 0; i < sizeof(today) / sizeof(today[0]); i++)
		is_rule(meet(push_rules_today(), today[i].type,
		    today[i].state_key, today[i].content, &me,
		    &(struct facts){ today[i].joined, today[i].may, 0 }),
		    today[i].rule, today[i].content);
	for (size_t i = 0; i < sizeof(old) / sizeof(old[0]); i++)
		is_rule(meet(push_rules_2015(), old[i].type,
		    old[i].state_key, old[i].content, &me,
		    &(struct facts){ old[i].joined, old[i].may, 0 }),
		    old[i].rule, old[i].content);
}

static void
test_names(void)
{
	struct facts facts = { 3, true, 0 };
	const struct push_reader named = { "@x:a.org", "a*c", NULL };

	is_rule(meet(push_rules_2015(), "m.room.message", NULL,
	    "{\"body\":\"so A*C!\"}", &named, &facts),
	    ".m.rule.contains_display_name", "the name in the room");
	is_rule(meet(push_rules_2015(), "m.room.message", NULL,
	    "{\"body\":\"abc\"}", &named, &facts), ".m.rule.message",
	    "no character of which stands for others");
	is_rule(meet(push_rules_today(), "m.room.message", NULL,
	    MENTION "}}", &anybody, &facts), ".m.rule.message",
	    "of anybody nothing personal is said");
	is_rule(meet(push_rules_today(), "m.room.member", "@me:a.org",
	    "{\"membership\":\"invite\"}", &anybody, &facts),
	    ".m.rule.member_event", "nor are they invited");
	is_rule(meet(push_rules_2015(), "m.room.message", NULL,
	    "{\"body\":\"me\"}", &anybody, &facts), ".m.rule.message",
	    "and they have no name");
	facts.asked = 0;
	meet(push_rules_today(), "m.reaction", NULL, "{}", &me, &facts);
	is_int(facts.asked, 0, "how many are in is not asked for nothing");
}

static void
test_actions(void)
{
	struct facts facts = { 2, true, 0 };
	const struct push_rule *rule;

	rule = meet(push_rules_today(), "m.room.message", NULL, "{}", &me,
	    &facts);
	ok(push_notifies(rule) && !push_highlights(rule), "a message notifies");
	rule = meet(push_rules_today(), "m.room.tombstone", "", "{}", &me,
	    &facts);
	ok(push_notifies(rule) && push_highlights(rule),
	    "the end of a room highlights");
	rule = meet(push_rules_today(), "m.reaction", NULL, "{}", &me, &facts);
	ok(!push_notifies(rule) && !push_highlights(rule),
	    "a reaction does not notify");
	rule = meet(push_rules_2015(), "m.room.message", NULL, "{}", &me,
	    &facts);
	ok(push_notifies(rule) && !push_highlights(rule),
	    "a highlight may be said to be none");
	ok(!push_notifies(NULL) && !push_highlights(NULL),
	    "nothing notifies without a rule");
}

/* ---------------------------------------------------------------- conditions */

static bool
holds(struct push_condition c, const char *content, int64_t members)
{
	const struct push_rule rules[] = {
		{ .id = "x", .kind = PUSH_OVERRIDE, .condition = &c,
		    .n = 1, .actions = { .notify = true } },
		{ .id = NULL }
	};

	return meet(rules, "m.room.topic", "", content, &me,
	    &(struct facts){ members, true, 0 }) != NULL;
}

#define COUNT(is)	((struct push_condition){ PUSH_MEMBER_COUNT, NULL, is, { 0 } })
#define GLOB(k, p)	((struct push_condition){ PUSH_EVENT_MATCH, k, p, { 0 } })
#define VALUE(t, k, ...)						\
	((struct push_condition){ t, k, NULL, { __VA_ARGS__ } })

static void
test_counts(void)
{
	static const struct { const char *is; bool with[3]; } is[] = {
		{ "2", { false, true, false } },
		{ "==2", { false, true, false } },
		{ "<2", { true, false, false } },
		{ ">2", { false, false, true } },
		{ "<=2", { true, true, false } },
		{ ">=2", { false, true, true } },
		{ "=2", { false } }, { "=<2", { false } }, { "", { false } },
		{ "2x", { false } }, { "<", { false } }, { "<>2", { false } },
		{ "99999999999999999999", { false } }
	};

	for (size_t i = 0; i < sizeof(is) / sizeof(is[0]); i++)
		for (int n = 0; n < 3; n++)
			ok(holds(COUNT(is[i].is), "{}", n + 1) ==
			    is[i].with[n], "%d members are%s \"%s\"", n + 1,
			    is[i].with[n] ? "" : " not", is[i].is);
}

static void
test_properties(void)
{
	ok(holds(GLOB("content.topic", "lunc?*"), "{\"topic\":\"Lunch\"}", 1),
	    "a pattern of all of a text");
	ok(!holds(GLOB("content.topic", "*"), "{\"topic\":null}", 1),
	    "what is no text matches no pattern");
	ok(!holds(GLOB("content.topic", "*"), "{}", 1),
	    "nor what is not there");
	ok(holds(GLOB("content.body", "tea"), "{\"body\":\"my tea\"}", 1) &&
	    !holds(GLOB("content.topic", "tea"), "{\"topic\":\"my tea\"}", 1),
	    "words are for the body");
	ok(holds(GLOB("content.a.b\\.c.d\\\\e\\f", "1"),
	    "{\"a\":{\"b.c\":{\"d\\\\e\\\\f\":\"1\"}}}", 1),
	    "dots and backslashes in names");
	ok(holds(GLOB("sender", "@you:*"), "{}", 1) &&
	    holds(GLOB("room_id", "!r:a.org"), "{}", 1) &&
	    holds(GLOB("state_key", ""), "{}", 1), "what is not in content");
	ok(!holds(GLOB("origin", "*"), "{}", 1), "what no event has");
	ok(holds(VALUE(PUSH_PROPERTY_IS, "content.n", PUSH_INT, 1, NULL),
	    "{\"n\":1}", 1) &&
	    !holds(VALUE(PUSH_PROPERTY_IS, "content.n", PUSH_INT, 1, NULL),
	    "{\"n\":\"1\"}", 1) &&
	    !holds(VALUE(PUSH_PROPERTY_IS, "content.n", PUSH_INT, 1, NULL),
	    "{\"n\":true}", 1), "a number is that number");
	ok(holds(VALUE(PUSH_PROPERTY_IS, "content.n", PUSH_NULL, 0, NULL),
	    "{\"n\":null}", 1) &&
	    !holds(VALUE(PUSH_PROPERTY_IS, "content.n", PUSH_NULL, 0, NULL),
	    "{}", 1), "null is not nothing");
	ok(holds(VALUE(PUSH_PROPERTY_IS, "type", PUSH_TEXT, 0,
	    "m.room.topic"), "{}", 1) &&
	    !holds(VALUE(PUSH_PROPERTY_IS, "type", PUSH_TEXT, 0,
	    "M.room.topic"), "{}", 1), "a value is exact");
	ok(holds(VALUE(PUSH_PROPERTY_CONTAINS, "content.n", PUSH_BOOL, 0,
	    NULL), "{\"n\":[1,false]}", 1) &&
	    !holds(VALUE(PUSH_PROPERTY_CONTAINS, "content.n", PUSH_BOOL, 0,
	    NULL), "{\"n\":[0,true,null]}", 1), "one value of many");
	ok(!holds((struct push_condition){ .test = PUSH_UNKNOWN }, "{}", 1),
	    "a condition that nobody knows holds never");
}

static void
test_kinds(void)
{
	const struct push_rule rules[] = {
		{ .id = "off", .kind = PUSH_OVERRIDE, .disabled = true },
		{ .id = "tea", .kind = PUSH_CONTENT, .pattern = "t?a" },
		{ .id = "!r:a.org", .kind = PUSH_ROOM },
		{ .id = NULL }
	}, sender[] = {
		{ .id = "!other:a.org", .kind = PUSH_ROOM },
		{ .id = "@else:b.org", .kind = PUSH_SENDER },
		{ .id = "@you:b.org", .kind = PUSH_SENDER },
		{ .id = "last", .kind = PUSH_UNDERRIDE },
		{ .id = NULL }
	};
	struct facts facts = { 3, true, 0 };

	is_rule(meet(rules, "m.room.message", NULL, "{\"body\":\"tea\"}", &me,
	    &facts), "tea", "a content rule; one that is off does not match");
	is_rule(meet(rules, "m.room.message", NULL, "{\"body\":\"teas\"}", &me,
	    &facts), "!r:a.org", "a rule of the room");
	is_rule(meet(sender, "m.room.message", NULL, "{}", &me, &facts),
	    "@you:b.org", "a rule of the sender");
	is_rule(meet(sender + 3, "m.room.message", NULL, "{}", &me, &facts),
	    "last", "a rule without conditions matches all");
	is_int(push_kind_of("sender"), PUSH_SENDER, "kinds have names");
	is_int(push_kind_of("senders"), PUSH_KIND__MAX, "and no others");
}

int
main(void)
{
	struct arena *before;

	scratch_begin();
	before = json_arena(scratch_mem);
	test_predefined();
	test_names();
	test_actions();
	test_counts();
	test_properties();
	test_kinds();
	json_arena(before);
	return done_testing();
}

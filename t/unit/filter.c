/* filter.c - filters: what is accepted, and what they let through. */
#include "matrix/filter.h"
#include "tap.h"

static struct arena *mem;

static cJSON *
json(const char *text)
{
	enum json_verdict verdict;
	const char *why;

	return json_parse(mem, text, strlen(text), &verdict, &why);
}

static struct filter
accepted(const char *text)
{
	struct filter f;
	const char *why = NULL;

	if (!ok(filter_parse(mem, json(text), &f, &why), "accepted: %s", text))
		printf("# %s\n", why);
	return f;
}

static void
test_defaults(void)
{
	struct filter f = accepted("{}");

	is_int(f.timeline.limit, -1, "no limit");
	is_int(f.timeline.contains_url, -1, "urls do not matter");
	ok(!f.timeline.lazy_load_members && !f.include_leave &&
	    !f.federation_format && f.event_fields == NULL, "nothing is on");
	ok(!f.rooms.given && !f.timeline.types.given, "no list is given");
	ok(filter_has_room(&f, &f.timeline, "!a:b"), "every room");
}

static void
test_all_keys(void)
{
	struct filter f = accepted("{"
	    "\"event_fields\":[\"content.body\"],"
	    "\"event_format\":\"federation\","
	    "\"presence\":{\"limit\":1,\"types\":[\"m.presence\"]},"
	    "\"account_data\":{\"limit\":2},"
	    "\"room\":{\"rooms\":[\"!a:b\"],\"not_rooms\":[\"!c:d\"],"
	    "\"include_leave\":true,"
	    "\"state\":{\"limit\":3,\"lazy_load_members\":true,"
	    "\"include_redundant_members\":true},"
	    "\"timeline\":{\"limit\":0,\"contains_url\":false,"
	    "\"unread_thread_notifications\":true,"
	    "\"senders\":[\"@a:b\"],\"not_senders\":[\"@c:d\"],"
	    "\"types\":[\"m.*\"],\"not_types\":[],"
	    "\"rooms\":[\"!a:b\",\"!e:f\"],\"not_rooms\":[\"!g:h\"]},"
	    "\"ephemeral\":{\"limit\":5},\"account_data\":{\"limit\":6}}}");

	is_int(f.presence.limit, 1, "presence");
	is_int(f.account_data.limit, 2, "account_data");
	is_int(f.state.limit, 3, "room.state");
	is_int(f.timeline.limit, 0, "room.timeline, none at all");
	is_int(f.ephemeral.limit, 5, "room.ephemeral");
	is_int(f.room_account_data.limit, 6, "room.account_data");
	ok(f.include_leave && f.federation_format, "flags");
	ok(f.state.lazy_load_members && f.state.include_redundant_members &&
	    !f.timeline.lazy_load_members, "lazy loading");
	ok(f.timeline.unread_thread_notifications, "threads");
	is_int(f.timeline.contains_url, 0, "contains_url: false");
	ok(f.event_fields != NULL, "event_fields");
	is_int((int64_t)f.timeline.rooms.n, 2, "a list of two");
	ok(f.timeline.not_types.given && f.timeline.not_types.n == 0,
	    "an empty list is a list");
	is_int((int64_t)filter_weight(&f.timeline), 3, "weight");

	f = accepted("{\"room\":{\"timeline\":{\"types\":[\"**a***b*\",\"**\"]}}}");
	is_text(f.timeline.types.item[0], "*a*b*", "a run of * is as good as one");
	is_text(f.timeline.types.item[1], "*", "alone, too");

	f = accepted("{\"room\":{\"timeline\":{\"limit\":null,\"types\":null}},"
	    "\"presence\":null,\"org.example\":[1.5,{}],\"rooom\":7}");
	ok(f.timeline.limit == -1 && !f.timeline.types.given,
	    "null is as good as nothing, unknown keys are ignored");
}

static void
test_refused(void)
{
	static const char *const bad[] = {
		"[]", "\"x\"", "7", "null", "{\"room\":[]}", "{\"room\":\"\"}",
		"{\"presence\":1}", "{\"account_data\":true}",
		"{\"event_fields\":\"type\"}", "{\"event_fields\":[1]}",
		"{\"event_format\":\"clients\"}", "{\"event_format\":1}",
		"{\"room\":{\"rooms\":\"!a:b\"}}",
		"{\"room\":{\"rooms\":[null]}}",
		"{\"room\":{\"not_rooms\":{}}}",
		"{\"room\":{\"include_leave\":\"true\"}}",
		"{\"room\":{\"state\":[]}}", "{\"room\":{\"ephemeral\":0}}",
		"{\"room\":{\"account_data\":\"\"}}",
		"{\"room\":{\"timeline\":{\"limit\":-1}}}",
		"{\"room\":{\"timeline\":{\"limit\":1.5}}}",
		"{\"room\":{\"timeline\":{\"limit\":\"1\"}}}",
		"{\"room\":{\"timeline\":{\"limit\":9007199254740992}}}",
		"{\"room\":{\"timeline\":{\"types\":\"m.*\"}}}",
		"{\"room\":{\"timeline\":{\"not_types\":[[]]}}}",
		"{\"room\":{\"timeline\":{\"senders\":{}}}}",
		"{\"room\":{\"timeline\":{\"not_senders\":[{}]}}}",
		"{\"room\":{\"timeline\":{\"rooms\":[1]}}}",
		"{\"room\":{\"timeline\":{\"not_rooms\":1}}}",
		"{\"room\":{\"timeline\":{\"contains_url\":1}}}",
		"{\"room\":{\"timeline\":{\"lazy_load_members\":1}}}",
		"{\"presence\":{\"limit\":-5}}"
	};
	struct filter f;
	const char *why;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why = NULL;
		ok(!filter_parse(mem, json(bad[i]), &f, &why) && why != NULL,
		    "refused: %s", bad[i]);
	}
}

static bool
list_of_length_is_accepted(size_t n)
{
	cJSON *list = json("[]"), *object = json("{}");
	struct arena *before = json_arena(mem);
	struct event_filter f;
	const char *why;

	for (size_t i = 0; i < n; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString("m.x"));
	cJSON_AddItemToObject(object, "types", list);
	json_arena(before);
	return event_filter_parse(mem, object, &f, &why);
}

static bool
passes(const char *filter, const struct event_row *e)
{
	struct event_filter f;
	const char *why;

	return event_filter_parse(mem, json(filter), &f, &why) &&
	    filter_has_event(&f, e);
}

static void
test_events(void)
{
	struct event_row e = { .type = "m.room.message",
	    .sender_id = "@alice:example.org",
	    .content = SPAN("{\"body\":\"hi\"}") };
	struct event_row url = e;

	url.content = SPAN("{\"body\":\"url\",\"url\":\"mxc://a/b\"}");

	ok(passes("{}", &e), "everything passes an empty filter");
	ok(passes("{\"types\":[\"m.room.message\"]}", &e), "types");
	ok(passes("{\"types\":[\"x\",\"m.room.message\"]}", &e), "any of them");
	ok(!passes("{\"types\":[\"m.room.messages\"]}", &e), "another type");
	ok(!passes("{\"types\":[\"m.room.messag\"]}", &e), "part of a type");
	ok(!passes("{\"types\":[\"M.room.message\"]}", &e), "case counts");
	ok(!passes("{\"types\":[]}", &e), "an empty list includes nothing");
	ok(!passes("{\"not_types\":[\"m.room.message\"]}", &e), "not_types");
	ok(passes("{\"not_types\":[]}", &e), "an empty list excludes nothing");
	ok(!passes("{\"types\":[\"m.room.message\"],\"not_types\":[\"m.*\"]}",
	    &e), "excluded though it is listed");
	ok(passes("{\"senders\":[\"@alice:example.org\"]}", &e), "senders");
	ok(!passes("{\"senders\":[\"@bob:example.org\"]}", &e),
	    "another sender");
	ok(!passes("{\"not_senders\":[\"@alice:example.org\"]}", &e),
	    "not_senders");
	ok(passes("{\"senders\":[\"@*:example.org\"]}", &e),
	    "a wildcard among senders, as 2015 has it");

	ok(!passes("{\"contains_url\":true}", &e), "no url");
	ok(passes("{\"contains_url\":false}", &e), "no url wanted");
	ok(passes("{\"contains_url\":true}", &url), "a url");
	ok(!passes("{\"contains_url\":false}", &url), "a url not wanted");
}

static void
test_wildcards(void)
{
	static const struct {
		const char *pattern, *type;
		bool matches;
	} cases[] = {
		{ "*", "m.room.message", true },
		{ "*", "", true },
		{ "", "", true },
		{ "", "a", false },
		{ "**", "a", true },
		{ "m.*", "m.room.message", true },
		{ "m.*", "m.", true },
		{ "m.*", "m", false },
		{ "m.*", "org.m.room", false },
		{ "*.message", "m.room.message", true },
		{ "*.message", "m.room.messages", false },
		{ "m.*.message", "m.room.message", true },
		{ "m.*.message", "m.message", false },
		{ "a*a", "a", false },
		{ "a*a", "aa", true },
		{ "ab*ba", "aba", false },
		{ "a*b*c", "a1b2c", true },
		{ "a*b*c", "acb", false },
		{ "*a*b*", "xxbxxaxxbxx", true },
		{ "*ab*ab*", "xabx", false },
		{ "*ab*ab*", "xabab", true },
		{ "m.?oom", "m.room", false },
		{ "m.[r]oom", "m.room", false },
		{ "m\\.*", "m.room", false }
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *item = cases[i].pattern;
		struct event_filter f = { .contains_url = -1,
		    .types = { &item, 1, true } };
		struct event_row e = { .type = cases[i].type,
		    .sender_id = "@a:b", .content = SPAN("{}") };

		ok(filter_has_event(&f, &e) == cases[i].matches,
		    "\"%s\" %s \"%s\"", cases[i].pattern,
		    cases[i].matches ? "matches" : "does not match",
		    cases[i].type);
	}
}

static void
test_rooms(void)
{
	struct filter f = accepted("{\"room\":{\"rooms\":[\"!a:b\",\"!c:d\"],"
	    "\"not_rooms\":[\"!c:d\"],\"timeline\":{\"not_rooms\":[\"!e:f\"]},"
	    "\"state\":{\"rooms\":[\"!c:d\"]}}}");

	ok(filter_has_room(&f, &f.timeline, "!a:b"), "listed above");
	ok(!filter_has_room(&f, &f.timeline, "!x:y"), "not listed above");
	ok(!filter_has_room(&f, &f.timeline, "!c:d"), "excluded above");
	ok(!filter_has_room(&f, &f.state, "!a:b"), "not listed in the part");
	ok(filter_has_room(NULL, &f.timeline, "!x:y"), "the part alone");
	ok(!filter_has_room(NULL, &f.timeline, "!e:f"), "excluded in the part");
}

int
main(void)
{
	mem = arena_new();
	test_defaults();
	test_all_keys();
	test_refused();
	ok(list_of_length_is_accepted(FILTER_LIST_MAX), "the longest list");
	ok(!list_of_length_is_accepted(FILTER_LIST_MAX + 1), "a longer list");
	test_events();
	test_wildcards();
	test_rooms();
	arena_free(mem);
	return done_testing();
}

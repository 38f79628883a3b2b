/*
 * canonical.c - canonical JSON against the vectors of the specification
 * (appendices, "Canonical JSON"), and the printing of any tree.
 */
#include <math.h>

#include "json/json.h"
#include "tap.h"

static const struct vector {
	const char	*text, *want;		/* NULL: no canonical form */
} published[] = {
	{ "{}", "{}" },
	{ "{\n    \"one\": 1,\n    \"two\": \"Two\"\n}",
	    "{\"one\":1,\"two\":\"Two\"}" },
	{ "{\n    \"b\": \"2\",\n    \"a\": \"1\"\n}",
	    "{\"a\":\"1\",\"b\":\"2\"}" },
	{ "{\"b\":\"2\",\"a\":\"1\"}", "{\"a\":\"1\",\"b\":\"2\"}" },
	{ "{\n"
	  "    \"auth\": {\n"
	  "        \"success\": true,\n"
	  "        \"mxid\": \"@john.doe:example.com\",\n"
	  "        \"profile\": {\n"
	  "            \"display_name\": \"John Doe\",\n"
	  "            \"three_pids\": [\n"
	  "                {\n"
	  "                    \"medium\": \"email\",\n"
	  "                    \"address\": \"john.doe@example.org\"\n"
	  "                },\n"
	  "                {\n"
	  "                    \"medium\": \"msisdn\",\n"
	  "                    \"address\": \"123456789\"\n"
	  "                }\n"
	  "            ]\n"
	  "        }\n"
	  "    }\n"
	  "}",
	  "{\"auth\":{\"mxid\":\"@john.doe:example.com\",\"profile\":{"
	  "\"display_name\":\"John Doe\",\"three_pids\":[{\"address\":"
	  "\"john.doe@example.org\",\"medium\":\"email\"},{\"address\":"
	  "\"123456789\",\"medium\":\"msisdn\"}]},\"success\":true}}" },
	{ "{\n    \"a\": \"日本語\"\n}", "{\"a\":\"日本語\"}" },
	{ "{\n    \"本\": 2,\n    \"日\": 1\n}", "{\"日\":1,\"本\":2}" },
	{ "{\n    \"a\": \"\\u65E5\"\n}", "{\"a\":\"日\"}" },
	{ "{\n    \"a\": null\n}", "{\"a\":null}" },
	{ "{\n    \"a\": -0,\n    \"b\": 1e10\n}",
	    "{\"a\":0,\"b\":10000000000}" },
};

static const struct vector ours[] = {
	/* Order: by code point, capitals first, the shorter first. */
	{ "{\"b\":1,\"B\":2,\"a\":3,\"aa\":4,\"\":5,\"1\":6,\"_\":7}",
	    "{\"\":5,\"1\":6,\"B\":2,\"_\":7,\"a\":3,\"aa\":4,\"b\":1}" },
	/* UTF-16 would sort U+1F600 before U+FF21. */
	{ "{\"\\ud83d\\ude00\":1,\"\xef\xbc\xa1\":2,\"\x7f\":3,\"\xc3\xa9\":4}",
	    "{\"\x7f\":3,\"\xc3\xa9\":4,\"\xef\xbc\xa1\":2,"
	    "\"\xf0\x9f\x98\x80\":1}" },
	{ "{\"a\\u0001\":1,\"a\":2,\"a\\\"\":3,\"a \":4,\"a!\":5,\"a\\\\\":6}",
	    "{\"a\":2,\"a\\u0001\":1,\"a \":4,\"a!\":5,\"a\\\"\":3,"
	    "\"a\\\\\":6}" },
	{ "[3,1,2]", "[3,1,2]" },
	{ "[{\"b\":[{\"d\":1,\"c\":2}],\"a\":{}}]",
	    "[{\"a\":{},\"b\":[{\"c\":2,\"d\":1}]}]" },
	/* Escapes: the shortest, lower-case, and none but those needed. */
	{ "\"\\u0022\\u005c\\u002f\\/\"", "\"\\\"\\\\//\"" },
	{ "\"\\u0008\\u000C\\u000a\\u000D\\u0009\"", "\"\\b\\f\\n\\r\\t\"" },
	{ "\"\\u0001\\u001F\\u000B\"", "\"\\u0001\\u001f\\u000b\"" },
	{ "\"\\u007f\\u0080\\u00e9\\u2028\\ufffd\"",
	    "\"\x7f\xc2\x80\xc3\xa9\xe2\x80\xa8\xef\xbf\xbd\"" },
	{ "\"\\ud83d\\ude00\"", "\"\xf0\x9f\x98\x80\"" },
	{ "\"<>&'\"", "\"<>&'\"" },
	/* Numbers. */
	{ "[0,-0,-0.0,0e5,1,-1]", "[0,0,0,0,1,-1]" },
	{ "[1.0,1e3,1.5e1,120e-1,-2E2]", "[1,1000,15,12,-200]" },
	{ "[9007199254740991,-9007199254740991]",
	    "[9007199254740991,-9007199254740991]" },
	{ "[2147483647,2147483648,-2147483649,4294967296]",
	    "[2147483647,2147483648,-2147483649,4294967296]" },
	{ "9007199254740992", NULL },
	{ "-9007199254740992", NULL },
	{ "9007199254740993", NULL },
	{ "1e16", NULL },
	{ "1.5", NULL },
	{ "{\"a\":[{\"b\":0.1}]}", NULL },
	{ "1e-7", NULL },
	{ "true", "true" },
	{ "[false,null]", "[false,null]" },
	{ "\"\"", "\"\"" },
};

static cJSON *
tree_of(struct arena *mem, const char *text)
{
	enum json_verdict verdict;
	const char *why = "";
	cJSON *tree = json_parse(mem, text, strlen(text), &verdict, &why);

	if (tree == NULL)
		printf("Bail out! %s: %s\n", text, why);
	return tree;
}

static const char *
canonical(struct arena *mem, const cJSON *tree)
{
	struct buf b;

	buf_init(&b, mem, SIZE_MAX);
	return json_canonical(&b, tree) ? buf_str(&b) : NULL;
}

static const char *
printed(struct arena *mem, const cJSON *tree)
{
	struct buf b;

	buf_init(&b, mem, SIZE_MAX);
	json_print(&b, tree);
	return buf_str(&b);
}

static void
test_vectors(struct arena *mem, const struct vector *v, size_t count,
    const char *what)
{
	const char *got;

	for (size_t i = 0; i < count; i++) {
		got = canonical(mem, tree_of(mem, v[i].text));
		is_text(got, v[i].want, "%s: %s", what, v[i].text);
		if (got != NULL)
			is_text(canonical(mem, tree_of(mem, got)), got,
			    "and once more");
	}
}

static void
test_many(struct arena *mem)
{
	struct buf in, want;

	buf_init(&in, mem, SIZE_MAX);
	buf_init(&want, mem, SIZE_MAX);
	for (int i = 0; i < 50000; i++) {
		buf_printf(&in, "%c\"%05d\":1", i == 0 ? '{' : ',', 49999 - i);
		buf_printf(&want, "%c\"%05d\":1", i == 0 ? '{' : ',', i);
	}
	buf_putc(&in, '}');
	buf_putc(&want, '}');
	ok(strcmp(canonical(mem, tree_of(mem, buf_str(&in))),
	    buf_str(&want)) == 0, "50000 keys, from the last to the first");
}

static void
test_bound(struct arena *mem)
{
	struct buf b;

	buf_init(&b, mem, 10);
	ok(json_canonical(&b, tree_of(mem, "[1,2,3,4,5,6,7,8]")) &&
	    buf_full(&b), "a buffer that is too small says so");
}

/* As they came: order kept, floats readable. */
static void
test_print(struct arena *mem)
{
	static const struct vector texts[] = {
		{ "{\"b\":1,\"a\":[true,false,null,\"x\\n\"]}", NULL },
		{ "[0.1,1.5,-2.25,1e-10,1e+20,9007199254740991]", NULL },
		{ "[3.141592653589793,0.30000000000000004,5e-324]",
		    "[3.141592653589793,0.30000000000000004,"
		    "4.94065645841247e-324]" },
		{ "[1e3,1.0,-0]", "[1000,1,0]" },
		{ "[1e308,-1.7976931348623157e308,9007199254740993]",
		    "[1e+308,-1.7976931348623157e+308,9007199254740992]" },
		{ "{}", NULL },
		{ "[[],{}]", NULL },
	};
	static const double values[] = { 0.1, 1.0 / 3, 2.0 / 3, 1e21, 1e22,
	    123456789.123456789, 5e-324, 2.2250738585072014e-308,
	    1.7976931348623157e308, 9007199254740993.0, -1e-5, 4.35,
	    1e15 + 0.5 };
	const char *text;
	struct arena *before;
	cJSON *number;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		text = printed(mem, tree_of(mem, texts[i].text));
		is_text(text, texts[i].want == NULL ? texts[i].text :
		    texts[i].want, "printed %s", texts[i].text);
	}
	before = json_arena(mem);
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		number = cJSON_CreateNumber(values[i]);
		text = printed(mem, number);
		ok(tree_of(mem, text)->valuedouble == values[i],
		    "%.17g is printed as %s and read back", values[i], text);
	}
	json_arena(before);
}

static void
test_loose(struct arena *mem)
{
	struct buf b;

	buf_init(&b, mem, SIZE_MAX);
	json_canonical_loose(&b, tree_of(mem, "{ \"b\" : [1.50, 1E3, 1e300],"
	    "\"a\": {\"d\": 9007199254740993, \"c\": -0.0} }"));
	is_text(buf_str(&b), "{\"a\":{\"c\":0,\"d\":9007199254740992},"
	    "\"b\":[1.5,1000,1e+300]}", "in order, with any number");
}

static const char *
kept(struct arena *mem, const char *text)
{
	cJSON *tree = tree_of(mem, text);
	struct buf b;

	json_keep_numbers(mem, tree, span_of(text));
	buf_init(&b, mem, SIZE_MAX);
	json_canonical_loose(&b, tree);
	return buf_str(&b);
}

static void
test_kept(struct arena *mem)
{
	static const char all[] = "{\"a\":[1.0,[],{},-0,[[9223372036854775807,"
	    "1E3]],0.50],\"b\":{\"7\":\"8\\\"9\",\"c\":10},\"d\":1e-07}";
	cJSON *tree;
	struct buf b;

	is_text(kept(mem, all), all, "every number as it was written");
	is_text(kept(mem, "{\"b\" : 1.50 , \"a\" : [ -1.0e+2 ] }"),
	    "{\"a\":[-1.0e+2],\"b\":1.50}", "each in its place");
	is_text(kept(mem, "1.0"), "1.0", "a number alone");
	is_text(kept(mem, "[\"1.0\",true,null]"), "[\"1.0\",true,null]",
	    "and none");
	tree = tree_of(mem, "[1.0]");
	json_keep_numbers(mem, tree, SPAN("[1.0]"));
	buf_init(&b, mem, SIZE_MAX);
	ok(json_canonical(&b, tree), "an integer is one, however written");
	is_text(buf_str(&b), "[1]", "and canonical JSON has one way for it");
}

static void
test_quote(struct arena *mem)
{
	struct buf b;

	buf_init(&b, mem, SIZE_MAX);
	json_quote(&b, SPAN("a\"b\\c/d\ne\x01\x7f\xc3\xa9"));
	is_text(buf_str(&b), "\"a\\\"b\\\\c/d\\ne\\u0001\x7f\xc3\xa9\"",
	    "json_quote");
	buf_init(&b, mem, SIZE_MAX);
	json_quote(&b, SPAN("\n\n"));
	is_text(buf_str(&b), "\"\\n\\n\"", "nothing but escapes");
	buf_init(&b, mem, SIZE_MAX);
	json_quote(&b, SPAN("a\0b"));
	is_text(buf_str(&b), "\"a\\u0000b\"", "NUL");
	buf_init(&b, mem, SIZE_MAX);
	json_quote(&b, span_of(NULL));
	is_text(buf_str(&b), "\"\"", "nothing");
}

int
main(void)
{
	struct arena *mem = arena_new();

	test_vectors(mem, published, sizeof published / sizeof published[0],
	    "published");
	test_vectors(mem, ours, sizeof ours / sizeof ours[0], "ours");
	test_many(mem);
	test_bound(mem);
	test_print(mem);
	test_loose(mem);
	test_kept(mem);
	test_quote(mem);
	arena_free(mem);
	return done_testing();
}

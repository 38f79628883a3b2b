/* json.c - what is JSON, what is refused, and what a tree then holds. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "json/json.h"
#include "tap.h"

static const struct {
	enum json_verdict	 verdict;
	const char		*text;
} cases[] = {
	/* ------------------------------------------------- structure */
	{ JSON_OK, "{}" },
	{ JSON_OK, "[]" },
	{ JSON_OK, " \t\r\n{ \n} \r\n\t " },
	{ JSON_OK, "[[],{},[{}],\"\",0,true,false,null]" },
	{ JSON_OK, "{\"a\":{\"a\":{\"a\":[]}},\"b\":{\"a\":1}}" },
	{ JSON_OK, "[ 1 , 2 ]" },
	{ JSON_OK, "{ \"a\" : 1 , \"b\" : 2 }" },
	{ JSON_OK, "\"a string alone\"" },
	{ JSON_OK, "null" },
	{ JSON_OK, " -1 " },
	{ JSON_NOT, "" },
	{ JSON_NOT, "   " },
	{ JSON_NOT, "{" },
	{ JSON_NOT, "[" },
	{ JSON_NOT, "}" },
	{ JSON_NOT, "]" },
	{ JSON_NOT, "," },
	{ JSON_NOT, ":" },
	{ JSON_NOT, "{}x" },
	{ JSON_NOT, "{} {}" },
	{ JSON_NOT, "{}}" },
	{ JSON_NOT, "[]]" },
	{ JSON_NOT, "[],[]" },
	{ JSON_NOT, "1 2" },
	{ JSON_NOT, "[}" },
	{ JSON_NOT, "{]" },
	{ JSON_NOT, "[1}" },
	{ JSON_NOT, "{\"a\":1]" },
	{ JSON_NOT, "[1,]" },
	{ JSON_NOT, "[,1]" },
	{ JSON_NOT, "[,]" },
	{ JSON_NOT, "[1,,2]" },
	{ JSON_NOT, "[1 2]" },
	{ JSON_NOT, "[1" },
	{ JSON_NOT, "[1," },
	{ JSON_NOT, "[\"a\":1]" },
	{ JSON_NOT, "{\"a\"" },
	{ JSON_NOT, "{\"a\":" },
	{ JSON_NOT, "{\"a\":1" },
	{ JSON_NOT, "{\"a\":1," },
	{ JSON_NOT, "{\"a\":1,}" },
	{ JSON_NOT, "{,}" },
	{ JSON_NOT, "{\"a\"}" },
	{ JSON_NOT, "{\"a\" 1}" },
	{ JSON_NOT, "{\"a\":}" },
	{ JSON_NOT, "{\"a\"::1}" },
	{ JSON_NOT, "{\"a\":1 \"b\":2}" },
	{ JSON_NOT, "{\"a\":1,,\"b\":2}" },
	{ JSON_NOT, "{a:1}" },
	{ JSON_NOT, "{'a':1}" },
	{ JSON_NOT, "{1:1}" },
	{ JSON_NOT, "{null:1}" },
	{ JSON_NOT, "[1]//comment" },
	{ JSON_NOT, "[/**/1]" },
	{ JSON_NOT, "\xef\xbb\xbf{}" },		/* a byte order mark */
	{ JSON_NOT, "[\f1]" },
	{ JSON_NOT, "[\v1]" },
	{ JSON_NOT, "[\xc2\xa0]" },		/* no white space of ours */
	/* -------------------------------------------------- literals */
	{ JSON_OK, "true" },
	{ JSON_OK, "false" },
	{ JSON_NOT, "True" },
	{ JSON_NOT, "tru" },
	{ JSON_NOT, "truee" },
	{ JSON_NOT, "nul" },
	{ JSON_NOT, "nulll" },
	{ JSON_NOT, "undefined" },
	{ JSON_NOT, "[fals]" },
	{ JSON_NOT, "NaN" },
	{ JSON_NOT, "-NaN" },
	{ JSON_NOT, "Infinity" },
	{ JSON_NOT, "-Infinity" },
	{ JSON_NOT, "[-]" },
	/* --------------------------------------------------- numbers */
	{ JSON_OK, "0" },
	{ JSON_OK, "-0" },
	{ JSON_OK, "-0.0" },
	{ JSON_OK, "0e1" },
	{ JSON_OK, "0E+1" },
	{ JSON_OK, "1e-5" },
	{ JSON_OK, "1.5E3" },
	{ JSON_OK, "12345678901234567890" },
	{ JSON_OK, "1e308" },
	{ JSON_OK, "1e-400" },			/* rounds to 0 */
	{ JSON_OK, "123456789012345678901234567890123456789012345678901234567"
	    "890123" },				/* 63 digits */
	{ JSON_BAD, "1234567890123456789012345678901234567890123456789012345678"
	    "901234" },				/* 64 */
	{ JSON_OK, "0.12345678901234567890123456789012345678901234567890123456"
	    "78e-5" },				/* 63 */
	{ JSON_BAD, "1e400" },
	{ JSON_BAD, "-1e400" },
	{ JSON_BAD, "[1e309]" },
	{ JSON_BAD, "1e99999999999999999999" },
	{ JSON_BAD, "17976931348623159e292" },
	{ JSON_OK, "17976931348623157e292" },
	{ JSON_NOT, "01" },
	{ JSON_NOT, "-01" },
	{ JSON_NOT, "00" },
	{ JSON_NOT, "+1" },
	{ JSON_NOT, ".5" },
	{ JSON_NOT, "-.5" },
	{ JSON_NOT, "1." },
	{ JSON_NOT, "1.e5" },
	{ JSON_NOT, "1e" },
	{ JSON_NOT, "1e+" },
	{ JSON_NOT, "1e5.5" },
	{ JSON_NOT, "0x10" },
	{ JSON_NOT, "1_000" },
	{ JSON_NOT, "--1" },
	{ JSON_NOT, "1-1" },
	{ JSON_NOT, "\xef\xbc\x91" },		/* a full-width digit */
	/* --------------------------------------------------- strings */
	{ JSON_OK, "\"\"" },
	{ JSON_OK, "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u12aB\"" },
	{ JSON_OK, "\"\x7f\"" },
	{ JSON_OK, "\"\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80\"" },
	{ JSON_OK, "\"\\ud83d\\ude00\"" },
	{ JSON_OK, "\"\\u0001\\uffff\"" },
	{ JSON_OK, "\"\\\\u0000\"" },		/* an escaped backslash */
	{ JSON_NOT, "\"" },
	{ JSON_NOT, "\"a" },
	{ JSON_NOT, "\"a\\\"" },
	{ JSON_NOT, "\"\\" },
	{ JSON_NOT, "'a'" },
	{ JSON_NOT, "\"\\a\"" },
	{ JSON_NOT, "\"\\x41\"" },
	{ JSON_NOT, "\"\\'\"" },
	{ JSON_NOT, "\"\\U0041\"" },
	{ JSON_NOT, "\"\\u\"" },
	{ JSON_NOT, "\"\\u12\"" },
	{ JSON_NOT, "\"\\u123\"" },
	{ JSON_NOT, "\"\\u123g\"" },
	{ JSON_NOT, "\"\\u+123\"" },
	{ JSON_NOT, "\"\\u 123\"" },
	{ JSON_NOT, "\"\\u12" },
	{ JSON_NOT, "\"\\ud83d\\u\"" },
	{ JSON_NOT, "\"\n\"" },
	{ JSON_NOT, "\"\t\"" },
	{ JSON_NOT, "\"\x1f\"" },
	{ JSON_NOT, "\"\x80\"" },
	{ JSON_NOT, "\"\xff\"" },
	{ JSON_NOT, "\"\xc0\xaf\"" },		/* overlong */
	{ JSON_NOT, "\"\xed\xa0\x80\"" },	/* a raw surrogate */
	{ JSON_NOT, "{\"\xff\":1}" },
	{ JSON_BAD, "\"\\u0000\"" },
	{ JSON_BAD, "\"a\\u0000b\"" },
	{ JSON_BAD, "{\"\\u0000\":1}" },
	{ JSON_BAD, "\"\\ud800\"" },
	{ JSON_BAD, "\"\\udc00\"" },
	{ JSON_BAD, "\"\\uDFFF\"" },
	{ JSON_BAD, "\"\\ud83dx\"" },
	{ JSON_BAD, "\"\\ud83d\\n\"" },
	{ JSON_BAD, "\"\\ud83d\\u0041\"" },
	{ JSON_BAD, "\"\\ud83d\\ud83d\\ude00\"" },
	{ JSON_BAD, "\"\\ude00\\ud83d\"" },
	{ JSON_BAD, "{\"\\ud800\":1}" },
	/* ------------------------------------------------ keys twice */
	{ JSON_BAD, "{\"a\":1,\"a\":1}" },
	{ JSON_BAD, "{\"a\":1,\"b\":2,\"a\":3}" },
	{ JSON_BAD, "{\"\":1,\"\":2}" },
	{ JSON_BAD, "{\"a\":1,\"\\u0061\":2}" },
	{ JSON_BAD, "{\"\\u00e9\":1,\"\xc3\xa9\":2}" },
	{ JSON_BAD, "{\"\\u65E5\":1,\"\xe6\x97\xa5\":2}" },
	{ JSON_BAD, "{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}" },
	{ JSON_BAD, "{\"\\u007f\":1,\"\x7f\":2}" },
	{ JSON_BAD, "{\"\\u0080\":1,\"\xc2\x80\":2}" },
	{ JSON_BAD, "{\"\\u07ff\":1,\"\xdf\xbf\":2}" },
	{ JSON_BAD, "{\"\\u0800\":1,\"\xe0\xa0\x80\":2}" },
	{ JSON_BAD, "{\"\\uFFFF\":1,\"\xef\xbf\xbf\":2}" },
	{ JSON_BAD, "{\"\\ud800\\udc00\":1,\"\xf0\x90\x80\x80\":2}" },
	{ JSON_BAD, "{\"\\udbff\\udfff\":1,\"\xf4\x8f\xbf\xbf\":2}" },
	{ JSON_BAD, "{\"a/b\":1,\"a\\/b\":2}" },
	{ JSON_BAD, "{\"\\n\":1,\"\\u000a\":2}" },
	{ JSON_BAD, "{\"\\b\\f\\r\\t\":1,\"\\u0008\\u000c\\u000D\\u0009\":2}" },
	{ JSON_BAD, "{\"\\\\\":1,\"\\u005c\":2}" },
	{ JSON_BAD, "{\"\\\"\":1,\"\\u0022\":2}" },
	{ JSON_BAD, "[{\"x\":{\"a\":{},\"a\":[]}}]" },
	{ JSON_BAD, "{\"a\":{\"b\":1,\"c\":2},\"d\":3,\"a\":4}" },
	{ JSON_OK, "{\"a\":1,\"A\":2}" },
	{ JSON_OK, "{\"a\":1,\"ab\":2,\"b\":3,\"ba\":4}" },
	{ JSON_OK, "{\"a\":{\"a\":1},\"b\":{\"a\":1}}" },
	{ JSON_OK, "[{\"a\":1},{\"a\":1}]" },
	{ JSON_OK, "{\"a\\\\u0062\":1,\"ab\":2}" },
	{ JSON_OK, "{\"__proto__\":1}" },
	/* --------------------- refused, and broken behind: not JSON */
	{ JSON_NOT, "{\"a\":1,\"a\":2" },
	{ JSON_NOT, "[\"\\ud800\"" },
	{ JSON_NOT, "[1e400" },
	{ JSON_NOT, "\"\\u0000" },
	{ JSON_NOT, "{\"a\":1,\"a\":2}x" },
};

static void
test_check(void)
{
	static const char *const names[] = { "OK", "NOT", "BAD" };
	enum json_verdict verdict;
	const char *why;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		verdict = json_check(cases[i].text, strlen(cases[i].text),
		    &why);
		ok(verdict == cases[i].verdict &&
		    (why == NULL) == (verdict == JSON_OK), "%s: %s",
		    names[cases[i].verdict], cases[i].text);
	}
	is_int(json_check("{}", 2, NULL), JSON_OK, "nobody asks why");
	is_int(json_check("{}x", 2, NULL), JSON_OK, "the length counts");
	is_int(json_check("[1]", 2, NULL), JSON_NOT, "in each direction");
	is_int(json_check("12", 1, NULL), JSON_OK, "also in a number");
	is_int(json_check("\"\\u0041\"", 6, NULL), JSON_NOT, "in an escape");
	is_int(json_check("true", 3, NULL), JSON_NOT, "in a word");
	is_int(json_check("{}\0", 3, NULL), JSON_NOT, "a NUL is a tail");
	is_int(json_check("\"a\0b\"", 5, NULL), JSON_NOT, "NUL in a string");
	is_int(json_check(NULL, 0, NULL), JSON_NOT, "nothing");
}

/* --------------------------------------------------------------- depth */

static enum json_verdict
nested(struct arena *mem, size_t depth, const char *open, const char *middle,
    const char *close, cJSON **tree)
{
	enum json_verdict verdict;
	struct buf b;

	buf_init(&b, mem, SIZE_MAX);
	for (size_t i = 0; i < depth; i++)
		buf_puts(&b, open);
	buf_puts(&b, middle);
	for (size_t i = 0; i < depth; i++)
		buf_puts(&b, close);
	*tree = json_parse(mem, b.s, b.len, &verdict, NULL);
	return verdict;
}

static void
test_depth(struct arena *mem)
{
	cJSON *tree;

	is_int(nested(mem, 100, "[", "", "]", &tree), JSON_OK, "100 arrays");
	ok(tree != NULL, "are parsed");
	is_int(nested(mem, 101, "[", "", "]", &tree), JSON_BAD, "101");
	ok(tree == NULL, "are not");
	is_int(nested(mem, 100, "{\"a\":", "1", "}", &tree), JSON_OK,
	    "100 objects");
	is_int(nested(mem, 101, "{\"a\":", "1", "}", &tree), JSON_BAD, "101");
	is_int(nested(mem, 50, "[{\"a\":", "1", "}]", &tree), JSON_OK,
	    "50 of each");
	is_int(nested(mem, 51, "[{\"a\":", "1", "}]", &tree), JSON_BAD, "51");
	is_int(nested(mem, 1000000, "[", "", "", &tree), JSON_BAD,
	    "a million, never closed");
	is_int(nested(mem, 1000000, "{\"\":", "", "", &tree), JSON_BAD,
	    "a million objects");
	is_int(nested(mem, 100, "[", "[],[],[]", "]", &tree), JSON_BAD,
	    "an empty one counts");
	is_int(nested(mem, 99, "[", "[],[],[]", "]", &tree), JSON_OK,
	    "beside each other they do not add up");
}

/* ---------------------------------------------------------------- size */

/* Keys made to cost: long with the same beginning, and all in order. */
static void
test_many_keys(struct arena *mem)
{
	enum json_verdict verdict;
	cJSON *tree;
	struct buf b;

	buf_init(&b, mem, SIZE_MAX);
	for (int i = 0; i < 90000; i++)
		buf_printf(&b, "%c\"%06d\":%d", i == 0 ? '{' : ',', i, i);
	buf_putc(&b, '}');
	tree = json_parse(mem, b.s, b.len, &verdict, NULL);
	is_int(verdict, JSON_OK, "90000 keys");
	is_int(cJSON_GetArraySize(tree), 90000, "are all there");
	b.len--;
	buf_puts(&b, ",\"\\u0030\\u0030\\u0030123\":1}");
	is_int(json_check(b.s, b.len, NULL), JSON_BAD, "one of them twice");

	buf_init(&b, mem, SIZE_MAX);
	for (int i = 0; i < 2000; i++)
		buf_printf(&b, "%c\"%0500d\":\"\\u%04x\"",
		    i == 0 ? '{' : ',', i, i + 1);
	buf_putc(&b, '}');
	is_int(json_check(b.s, b.len, NULL), JSON_OK,
	    "long keys, almost alike");
}

/* As many values as a text may hold, and one more. */
static void
test_many_values(struct arena *mem)
{
	enum json_verdict verdict;
	const char *why = "";
	struct buf b;

	buf_init(&b, mem, SIZE_MAX);
	for (int i = 1; i < JSON_VALUES_MAX; i++)
		buf_puts(&b, i == 1 ? "[0" : i % 2 ? ",{}" : ",[]");
	buf_putc(&b, ']');
	ok(json_parse(mem, b.s, b.len, &verdict, NULL) != NULL,
	    "%d values", JSON_VALUES_MAX);
	b.len--;
	buf_puts(&b, ",0]");
	is_int(json_check(b.s, b.len, &why), JSON_BAD, "one more");
	is_text(why, "it holds too many values", "is one too many");
}

/* Each beginning of a text is either JSON or not; none is read beyond. */
static void
test_cut(struct arena *mem)
{
	static const char text[] = "{\"a\":[1,-2.5e+3,\"\\u00e9\\ud83d\\ude00"
	    "\xe6\x97\xa5\",{\"b\":true,\"c\":false}],\"d\":null}";
	bool right = true;
	char *cut;

	for (size_t n = 0; n < sizeof text - 1; n++) {
		cut = arena_memdup(mem, text, n);
		right = right && json_check(cut, n, NULL) == JSON_NOT;
	}
	ok(right, "no beginning of a text is JSON");
	is_int(json_check(text, sizeof text - 1, NULL), JSON_OK,
	    "all of it is");
}

/* --------------------------------------------------------------- trees */

static const char tree_text[] =
    "{\"text\":\"a\\u00e9\\ud83d\\ude00\\n\",\"Text\":\"other\",\"int\":7,"
    "\"max\":9007199254740991,\"min\":-9007199254740991,"
    "\"over\":9007199254740992,\"under\":-9007199254740992,"
    "\"float\":1.5,\"exp\":1e3,\"zero\":-0,\"null\":null,\"yes\":true,"
    "\"no\":false,\"list\":[1,2],\"inner\":{\"int\":8},\"m.dot\":1,"
    "\"0.1\":0.1}";

static void
test_tree(struct arena *mem)
{
	enum json_verdict verdict;
	const char *why = NULL;
	cJSON *tree;
	int64_t n = 42;

	tree = json_parse(mem, tree_text, sizeof tree_text - 1, &verdict, &why);
	if (!ok(tree != NULL && verdict == JSON_OK, "parsed"))
		return;
	is_text(json_text(tree, "text"), "a\xc3\xa9\xf0\x9f\x98\x80\n",
	    "a text, its escapes gone");
	is_text(json_text(tree, "Text"), "other", "case matters");
	is_text(json_text(tree, "TEXT"), NULL, "always");
	is_text(json_text(tree, "int"), NULL, "a number is no text");
	is_text(json_text(NULL, "int"), NULL, "nothing has no text");
	ok(json_get(tree, "null") != NULL && cJSON_IsNull(json_get(tree,
	    "null")), "null is there");
	ok(json_get(tree, "none") == NULL, "what is absent is not");
	ok(json_get(json_get(tree, "list"), "a") == NULL, "nor in an array");
	ok(json_get(json_get(tree, "inner"), "int") != NULL, "in an object");

	ok(json_int(tree, "int", &n) && n == 7, "an integer");
	ok(json_int(tree, "max", &n) && n == JSON_INT_MAX, "2^53 - 1");
	ok(json_int(tree, "min", &n) && n == -JSON_INT_MAX, "-(2^53 - 1)");
	ok(json_int(tree, "exp", &n) && n == 1000, "1e3");
	ok(json_int(tree, "zero", &n) && n == 0, "-0");
	n = 42;
	ok(!json_int(tree, "over", &n) && !json_int(tree, "under", &n),
	    "2^53 is too much");
	ok(!json_int(tree, "float", &n) && !json_int(tree, "text", &n) &&
	    !json_int(tree, "none", &n) && !json_int(tree, "yes", &n),
	    "other things are no integers");
	is_int(n, 42, "and leave it alone");
	ok(json_is_true(tree, "yes"), "true");
	ok(!json_is_true(tree, "no") && !json_is_true(tree, "int") &&
	    !json_is_true(tree, "none"), "nothing else is true");
	ok(!json_is_int(NULL), "nothing is no integer");
}

static void
test_verdicts(struct arena *mem)
{
	enum json_verdict verdict;
	const char *why = NULL;

	ok(json_parse(mem, "{", 1, &verdict, &why) == NULL &&
	    verdict == JSON_NOT && why != NULL, "not JSON: %s",
	    why == NULL ? "" : why);
	ok(json_parse(mem, "1e999", 5, &verdict, &why) == NULL &&
	    verdict == JSON_BAD && why != NULL, "refused: %s",
	    why == NULL ? "" : why);
	ok(json_parse(mem, "[", 1, &verdict, NULL) == NULL, "without why");
}

static void
test_arena(struct arena *mem)
{
	struct arena *other = arena_new();
	cJSON *tree;
	size_t size;

	ok(json_arena(other) == NULL, "no arena at first");
	size = arena_size(mem);
	for (int i = 0; i < 1000; i++)
		tree = json_parse_own(mem, SPAN("{\"a\":[1,2,3]}"));
	ok(arena_size(mem) > size, "a tree lives in the arena given");
	tree = cJSON_CreateObject();
	cJSON_AddNumberToObject(tree, "n", 1);
	ok(json_arena(mem) == other, "the current one is another");
	is_int(json_get(tree, "n")->valueint, 1, "trees are built there");
	ok(json_arena(NULL) == mem, "and may be none");
	arena_free(other);
}

/* Stored texts wrap what a client sent, so they may be deeper. */
static void
test_own(struct arena *mem)
{
	int status = 0;
	struct buf b;
	pid_t pid;

	buf_init(&b, mem, SIZE_MAX);
	for (int i = 0; i < 120; i++)
		buf_putc(&b, '[');
	for (int i = 0; i < 120; i++)
		buf_putc(&b, ']');
	ok(cJSON_IsArray(json_parse_own(mem, buf_content(&b))),
	    "a text of our own may be deeper");

	fflush(stdout);
	if ((pid = fork()) == 0) {
		log_open("json", LOG_ERROR + 1);
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
		signal(SIGABRT, SIG_DFL);
		json_parse_own(mem, SPAN("{\"a\""));
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT,
	    "one that is not JSON is our mistake");
}

/* --------------------------------------------------------------- slices */

static const struct {
	const char	*object, *key, *want;	/* NULL: not there */
} slices[] = {
	{ "{\"a\":1}", "a", "1" },
	{ "{\"a\":1}", "b", NULL },
	{ "{\"a\":1,\"b\":2,\"c\":3}", "b", "2" },
	{ "{\"a\":1,\"b\":2,\"c\":3}", "c", "3" },
	{ "{\"a\":{\"b\":1},\"b\":2}", "b", "2" },
	{ "{\"a\":{\"b\":[1,{\"c\":2}]},\"b\":2}", "a",
	    "{\"b\":[1,{\"c\":2}]}" },
	{ "{\"a\":[],\"b\":{}}", "a", "[]" },
	{ "{\"a\":[],\"b\":{}}", "b", "{}" },
	{ "{\"a\":\"},\\\"b\\\":1\",\"b\":\"x\"}", "b", "\"x\"" },
	{ "{\"a\":\"\\\\\",\"b\":\"x\"}", "b", "\"x\"" },
	{ "{\"a\":\"\\\\\\\"\",\"b\":\"x\"}", "a", "\"\\\\\\\"\"" },
	{ "{\"a\":[\"]\",\"}\"],\"b\":null}", "b", "null" },
	{ "{\"\":1,\"b\":2}", "", "1" },
	{ "{\"q\\\"\":1,\"q\":2}", "q\"", "1" },
	{ "{\"q\\\"\":1,\"q\":2}", "q", "2" },
	{ "{\"\\\\\":1}", "\\", "1" },
	{ "{\"\\n\\u0001\":1}", "\n\x01", "1" },
	{ "{\"\xc3\xa9\":1}", "\xc3\xa9", "1" },
	{ "{\"ab\":1,\"a\":2}", "a", "2" },
	{ "{\"a\":1,\"ab\":2}", "ab", "2" },
	{ "{\"m.room.member\":true}", "m.room.member", "true" },
	{ "{}", "a", NULL },
	{ "", "a", NULL },
	/* Not ours; nothing is read beyond the end. */
	{ "{", "a", NULL },
	{ "{\"", "", NULL },
	{ "{\"a", "a", NULL },
	{ "{\"a\"", "a", NULL },
	{ "{\"a\":", "a", "" },
	{ "{\"a\":\"\\", "a", "\"\\" },
	{ "{\"a\\", "a", NULL },
	{ "[\"a\":1]", "a", NULL },
	{ "{\"a\":}}}}", "b", NULL },
};

static void
test_slices(struct arena *mem)
{
	for (size_t i = 0; i < sizeof slices / sizeof slices[0]; i++) {
		size_t n = strlen(slices[i].object);
		/* Without a NUL behind, so that an overrun is seen. */
		struct span object = { arena_memdup(mem, slices[i].object, n),
		    n };
		struct span got = json_slice(object, slices[i].key);

		is_text(arena_strndup(mem, got.s, got.n), slices[i].want,
		    "%s of %s", slices[i].key, slices[i].object);
	}
	ok(json_slice(span_of(NULL), "a").s == NULL, "of nothing");
}

int
main(void)
{
	struct arena *mem = arena_new();

	test_arena(mem);
	test_check();
	test_depth(mem);
	test_many_keys(mem);
	test_many_values(mem);
	test_cut(mem);
	test_tree(mem);
	test_verdicts(mem);
	test_own(mem);
	test_slices(mem);
	arena_free(mem);
	return done_testing();
}

/*
 * json.c - any bytes as JSON: the check ends, and what it takes can be parsed,
 * printed, parsed again to the same, and sliced.
 *
 * Bytes are tried as they are, and as decisions from which a text grows that
 * is JSON or almost: mutation alone seldom gets as far as nested objects.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
hold(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

static bool
same(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.s, b.s, a.n) == 0);
}

static struct span
print(struct arena *mem, const cJSON *tree)
{
	struct buf b;

	buf_init(&b, mem, SIZE_MAX);
	json_print(&b, tree);
	return buf_content(&b);
}

static bool
canonical(struct arena *mem, const cJSON *tree, struct span *text)
{
	struct buf b;
	bool done;

	buf_init(&b, mem, SIZE_MAX);
	done = json_canonical(&b, tree);
	*text = buf_content(&b);
	return done;
}

static cJSON *
parse_again(struct arena *mem, struct span text)
{
	enum json_verdict verdict;
	cJSON *tree = json_parse(mem, text.s, text.n, &verdict, NULL);

	hold(tree != NULL, "what we print is JSON");
	return tree;
}

/* Each member is where its slice is; few, as a slice reads all before it. */
static void
check_slices(struct arena *mem, const cJSON *object, struct span text)
{
	const cJSON *member = object->child;
	int i;

	if (!cJSON_IsObject(object))
		return;
	for (i = 0; member != NULL && i < 20; member = member->next, i++)
		hold(same(json_slice(text, member->string),
		    print(mem, member)), "a slice is the value");
}

static void
check_tree(struct arena *mem, const cJSON *tree)
{
	struct span text = print(mem, tree), again, sorted;
	cJSON *second = parse_again(mem, text);

	hold(same(print(mem, second), text), "printing is stable");
	check_slices(mem, second, text);
	if (!canonical(mem, tree, &sorted))
		return;
	second = parse_again(mem, sorted);
	hold(canonical(mem, second, &again) && same(sorted, again),
	    "canonical text is stable");
	hold(same(print(mem, second), sorted), "and sorted");
	hold(sorted.n == text.n, "and as long as the other");
	check_slices(mem, second, sorted);
}

static void
check_text(struct arena *mem, struct span text)
{
	enum json_verdict verdict;
	const char *why;
	cJSON *tree;

	verdict = json_check(text.s, text.n, &why);
	hold((verdict == JSON_OK) == (why == NULL), "a refusal has a reason");
	tree = json_parse(mem, text.s, text.n, &verdict, &why);
	hold((tree != NULL) == (verdict == JSON_OK), "no tree, no OK");
	hold(verdict == json_check(text.s, text.n, NULL), "cJSON takes it too");
	if (tree != NULL)
		check_tree(mem, tree);
	/* Slices stay inside whatever they are given. */
	json_slice(text, "a");
}

/* ------------------------------------------------------- texts that grow */

struct source {
	const uint8_t	*p;
	size_t		 n;
};

static unsigned
decide(struct source *from, unsigned ways)
{
	if (from->n == 0)
		return 0;
	from->n--;
	return *from->p++ % ways;
}

#define COUNT(a)	(sizeof(a) / sizeof(a)[0])

static void
grow_scalar(struct buf *b, struct source *from)
{
	static const char *const scalars[] = {
		"0", "-0", "7", "-12", "3e2", "1.0", "0.25", "1e-7", "1e400",
		"9007199254740991", "9007199254740992", "true", "false", "null",
		"\"x\"", "\"\"", "\"\\\\\"", "\"\\\"\"", "\"\\/\\n\"",
		"\"},]\"", "\"\xc3\xa9\"", "\"\\u00e9\\u0001\"",
		"\"\\ud83d\\ude00\"", "\"\\ud83d\"", "\"\\u0000\"",
		"\"\xff\"", "01", "x", "", ",", "]", "}", "{", "[", " ",
	};
	buf_puts(b, scalars[decide(from, COUNT(scalars))]);
}

static void
grow_key(struct buf *b, struct source *from)
{
	static const char *const keys[] = {
		"\"a\":", "\"b\":", "\"c\" : ", "\"\\u0061\":", "\"\":",
		"\"a\\\"\":", "\"\\n\":", "\"\xc3\xa9\":", "\"\\u00e9\":",
		"\"\\ud83d\\ude00\":", "\"\xf0\x9f\x98\x80\":", "\"B\":",
		"\"d\":", "\"e\":", "\"f\":", "\"g\":",
	};
	buf_puts(b, keys[decide(from, COUNT(keys))]);
}

static void
grow(struct buf *b, struct source *from, unsigned depth)
{
	unsigned kind = depth > 110 ? 0 : decide(from, 4), members;
	bool array = kind == 2;

	if (kind < 2) {
		grow_scalar(b, from);
		return;
	}
	buf_putc(b, array ? '[' : '{');
	for (members = decide(from, 6); members > 0; members--) {
		if (!array)
			grow_key(b, from);
		grow(b, from, depth + 1);
		if (members > 1)
			buf_putc(b, ',');
	}
	buf_putc(b, array ? ']' : '}');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *mem = arena_new();
	struct buf b;

	check_text(mem, (struct span){ arena_memdup(mem, data, size), size });
	buf_init(&b, mem, SIZE_MAX);
	grow(&b, &(struct source){ data, size }, 0);
	check_text(mem, (struct span){ arena_memdup(mem, b.s, b.len), b.len });
	arena_free(mem);
	return 0;
}

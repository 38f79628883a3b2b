/* buf.c - text that grows up to a bound, and slices of text. */
#include <limits.h>

#include "base/arena.h"
#include "base/buf.h"
#include "tap.h"

static void
test_spans(void)
{
	is_int((int64_t)span_of("abc").n, 3, "span_of");
	is_int((int64_t)span_of(NULL).n, 0, "a span of NULL is empty");
	is_int((int64_t)SPAN("a\0b").n, 3, "SPAN takes a literal whole");
	ok(span_is(SPAN("abc"), "abc"), "span_is");
	ok(!span_is(SPAN("abc"), "abd"), "not another");
	ok(!span_is(SPAN("abc"), "ab") && !span_is(SPAN("ab"), "abc"),
	    "nor a part");
	ok(!span_is(SPAN("ab\0"), "ab"), "nor with a NUL behind");
	ok(span_is(span_of(NULL), ""), "nothing is nothing");
}

static void
test_content(struct arena *mem)
{
	struct buf b;

	buf_init(&b, mem, 1000);
	is_text(buf_str(&b), "", "empty at first");
	is_int((int64_t)buf_content(&b).n, 0, "also as a span");
	buf_puts(&b, "one ");
	buf_putc(&b, '2');
	buf_span(&b, SPAN(" three"));
	buf_span(&b, span_of(NULL));
	buf_printf(&b, " %d-%s", 4, "5");
	buf_add(&b, NULL, 0);
	is_text(buf_str(&b), "one 2 three 4-5", "all that was added");
	buf_puts(&b, "!");
	is_text(buf_str(&b), "one 2 three 4-5!", "more behind the NUL");
	ok(span_is(buf_content(&b), "one 2 three 4-5!"), "as a span");
	buf_add(&b, "a\0b", 3);
	is_int((int64_t)b.len, 19, "NUL is a byte like others");
	ok(!buf_full(&b), "not full");
}

static void
test_int(struct arena *mem)
{
	static const int64_t numbers[] = { 0, 1, -1, 9, 10, -10, 1234567890,
	    INT64_C(9007199254740991), INT64_MAX, INT64_MIN };
	char want[32];
	struct buf b;

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		buf_init(&b, mem, 100);
		buf_int(&b, numbers[i]);
		snprintf(want, sizeof want, "%lld", (long long)numbers[i]);
		is_text(buf_str(&b), want, "%s", want);
	}
}

static void
test_full(struct arena *mem)
{
	struct buf b;

	buf_init(&b, mem, 5);
	buf_puts(&b, "12345");
	ok(!buf_full(&b), "as much as it may hold");
	is_text(buf_str(&b), "12345", "is in it");
	buf_putc(&b, '6');
	ok(buf_full(&b), "one more is too much");
	is_text(buf_str(&b), "12345", "and is not in it");

	buf_init(&b, mem, 5);
	buf_puts(&b, "1234");
	buf_puts(&b, "56");
	buf_puts(&b, "7");
	ok(buf_full(&b), "full stays full");
	is_text(buf_str(&b), "1234", "nothing is added in part, or later");
	buf_init(&b, mem, 5);
	buf_printf(&b, "%d", 123456);
	ok(buf_full(&b) && b.len == 0, "buf_printf has the same bound");
	buf_init(&b, mem, 0);
	buf_add(&b, "", 0);
	ok(!buf_full(&b), "nothing goes into nothing");
	buf_putc(&b, 'x');
	ok(buf_full(&b), "something does not");
	buf_init(&b, mem, SIZE_MAX);
	buf_puts(&b, "x");
	ok(!buf_full(&b), "no bound at all");
}

static void
test_growth(struct arena *mem)
{
	const int count = 3000000;
	struct buf a, b;
	bool right = true;

	/* Two at a time, so that neither is always the last of its arena. */
	buf_init(&a, mem, INT_MAX);
	buf_init(&b, mem, INT_MAX);
	for (int i = 0; i < count; i++) {
		buf_putc(&a, (char)('a' + i % 26));
		buf_putc(&b, (char)('A' + i % 26));
	}
	for (int i = 0; i < count; i++)
		right = right && a.s[i] == 'a' + i % 26 &&
		    b.s[i] == 'A' + i % 26;
	ok(right && a.len == (size_t)count && b.len == (size_t)count,
	    "%d bytes, one at a time", count);
	ok(arena_size(mem) < (size_t)count * 10, "in a few times the memory");
}

int
main(void)
{
	struct arena *mem = arena_new();

	test_spans();
	test_content(mem);
	test_int(mem);
	test_full(mem);
	test_growth(mem);
	arena_free(mem);
	return done_testing();
}

/* arena.c - memory that is given back all at once. */
#include <stddef.h>
#include <stdlib.h>

#include "base/arena.h"
#include "tap.h"

static bool
all(const char *p, size_t n, char want)
{
	while (n > 0)
		if (p[--n] != want)
			return false;
	return true;
}

static void
test_alloc(struct arena *a)
{
	bool zero = true, aligned = true;
	char *p;

	for (size_t n = 0; n < 300; n++) {
		p = arena_alloc(a, n);
		zero = zero && all(p, n, 0);
		aligned = aligned && (uintptr_t)p % _Alignof(max_align_t) == 0;
		memset(p, 'x', n);
	}
	ok(zero, "what is allocated is zeroed");
	ok(aligned, "and aligned for any type");

	p = arena_alloc(a, 3 << 20);
	ok(all(p, 3 << 20, 0), "more than a block at once");
	ok(arena_size(a) >= 3 << 20, "arena_size() counts it");
	memset(p, 'x', 3 << 20);
	p = arena_alloc(a, 10);
	ok(all(p, 10, 0), "and goes on behind it");
}

static void
test_clear(struct arena *a)
{
	size_t once;
	char *p;

	arena_clear(a);
	once = arena_size(a);
	ok(once < 64 << 10, "clearing gives back all but a small block");
	p = arena_alloc(a, 4096);
	ok(all(p, 4096, 0), "what was used before is zeroed again");
	for (int i = 0; i < 1000; i++) {
		arena_clear(a);
		memset(arena_alloc(a, 4096), 'y', 4096);
	}
	is_int((int64_t)arena_size(a), (int64_t)once,
	    "the block is used again and again");
}

static void
test_grow(struct arena *a)
{
	char *p, *q, *other;

	arena_clear(a);
	p = arena_grow(a, NULL, 0, 10);
	memset(p, 'a', 10);
	q = arena_grow(a, p, 10, 100);
	ok(q == p, "the last one grows in place");
	ok(all(q, 10, 'a'), "and keeps what it holds");
	memset(q, 'a', 100);

	other = arena_alloc(a, 1);
	*other = 'o';
	p = arena_grow(a, q, 100, 200);
	ok(p != q && all(p, 100, 'a') && all(q, 100, 'a') && *other == 'o',
	    "another one moves");

	/* Not beyond the end of its block. */
	arena_clear(a);
	arena_alloc(a, 4096);
	p = arena_grow(a, NULL, 0, 100);
	memset(p, 'a', 100);
	p = arena_grow(a, p, 100, 8000);
	ok(all(p, 100, 'a'), "the last one moves when its block is full");
	memset(p, 'a', 8000);

	arena_clear(a);
	p = arena_grow(a, NULL, 0, 200);

	/* From a few bytes to megabytes: in place, moved, by realloc. */
	bool kept = true;
	size_t n = 200;

	memset(p, 'a', n);
	for (; n < 8 << 20; n += n / 3) {
		p = arena_grow(a, p, n, n + n / 3);
		kept = kept && all(p, n, 'a');
		memset(p, 'a', n + n / 3);
	}
	ok(kept, "growing to %zu bytes keeps what it holds", n);
	ok(arena_size(a) < 3 * n, "and wastes little");
	other = arena_alloc(a, 100);
	ok(all(other, 100, 0) && all(p, n, 'a'), "others follow it");
	q = arena_grow(a, p, n, n + 1);
	ok(q != p && all(q, n, 'a'), "then it moves again");
}

static void
test_text(struct arena *a)
{
	char text[3000];

	arena_clear(a);
	is_text(arena_strdup(a, "abc"), "abc", "arena_strdup");
	is_text(arena_strdup(a, ""), "", "of nothing");
	is_text(arena_strdup(a, NULL), NULL, "of NULL");
	is_text(arena_strndup(a, "abcdef", 3), "abc", "arena_strndup");
	is_text(arena_strndup(a, "ab", 3), "ab", "of less than it may take");
	is_text(arena_strndup(a, "ab", 0), "", "of nothing");
	is_text(arena_strndup(a, NULL, 3), NULL, "of NULL");
	ok(memcmp(arena_memdup(a, "a\0b", 3), "a\0b", 3) == 0,
	    "arena_memdup takes NUL");
	ok(arena_memdup(a, NULL, 0) != NULL, "and nothing");
	is_text(arena_printf(a, "%d %s", 42, "x"), "42 x", "arena_printf");
	memset(text, 'z', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	is_text(arena_printf(a, "%s", text), text, "a long one");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_alloc(a);
	test_clear(a);
	test_grow(a);
	test_text(a);
	arena_free(a);
	arena_free(NULL);
	return done_testing();
}

/*
 * check.c - is this JSON, and JSON that we take?
 *
 * One pass over the text with a stack of our own.  The keys of the objects
 * that are open stand on a second stack; when an object closes its keys are
 * sorted, so that finding a key twice costs O(n log n) whatever comes.
 *
 * What breaks the grammar ends the check.  What is only refused is noted, and
 * the check goes on: text that is both counts as not JSON.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "json/json.h"

/* cJSON takes no longer one.  No double needs more than 25. */
#define NUMBER_MAX	63
#define KEYS_MIN	64

struct check {
	const char	*p;
	const char	*end;
	unsigned	 values;
	unsigned	 depth;
	bool		 in_array[JSON_DEPTH_MAX + 1];
	size_t		 first_key[JSON_DEPTH_MAX + 1];
	struct arena	*mem;
	struct span	*keys;
	size_t		 key_count;
	size_t		 key_cap;
	const char	*broken;	/* it is not JSON, because */
	const char	*refused;	/* we do not take it, because */
};

static bool
broken(struct check *c, const char *why)
{
	c->broken = why;
	return false;
}

static void
refuse(struct check *c, const char *why)
{
	if (c->refused == NULL)
		c->refused = why;
}

static bool
next_is(const struct check *c, char wanted)
{
	return c->p < c->end && *c->p == wanted;
}

static bool
accept(struct check *c, char wanted)
{
	if (!next_is(c, wanted))
		return false;
	c->p++;
	return true;
}

static void
skip_space(struct check *c)
{
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\n' ||
	    *c->p == '\r' || *c->p == '\t'))
		c->p++;
}

/* ------------------------------------------------------------- strings */

/* The four digits at s, -1 when they are not hexadecimal. */
static long
hex4(const char *s, const char *end)
{
	long value = 0;
	int i;

	if (end - s < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		if (s[i] >= '0' && s[i] <= '9')
			value = value * 16 + (s[i] - '0');
		else if ((s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'f')
			value = value * 16 + ((s[i] | 0x20) - 'a' + 10);
		else
			return -1;
	}
	return value;
}

static bool
is_high(long unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool
is_low(long unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* The low surrogate that follows at s as \uDC00 to \uDFFF, or -1. */
static long
low_after(const char *s, const char *end)
{
	long unit;

	if (end - s < 6 || s[0] != '\\' || s[1] != 'u')
		return -1;
	unit = hex4(s + 2, end);
	return is_low(unit) ? unit : -1;
}

/* Behind a backslash. */
static bool
check_escape(struct check *c)
{
	long unit;

	if (c->p == c->end)
		return broken(c, "a string has no end");
	if (*c->p != 'u') {
		if (memchr("\"\\/bfnrt", *c->p, 8) == NULL)
			return broken(c, "a string holds an unknown escape");
		c->p++;
		return true;
	}
	unit = hex4(c->p + 1, c->end);
	if (unit < 0)
		return broken(c, "a string holds an unknown escape");
	c->p += 5;
	if (unit == 0)
		refuse(c, "a string holds U+0000");
	if (is_high(unit) && low_after(c->p, c->end) >= 0)
		c->p += 6;
	else if (is_high(unit) || is_low(unit))
		refuse(c, "a string holds half of a surrogate pair");
	return true;
}

/* Gives what stands between the quotes, and whether it has escapes. */
static bool
check_string(struct check *c, struct span *inside, bool *escaped)
{
	const char *start;

	*escaped = false;
	if (!accept(c, '"'))
		return broken(c, "a string is missing");
	start = c->p;
	for (; c->p < c->end && *c->p != '"'; ) {
		if ((unsigned char)*c->p < 0x20)
			return broken(c, "a string holds a control character");
		if (*c->p++ != '\\')
			continue;
		*escaped = true;
		if (!check_escape(c))
			return false;
	}
	*inside = (struct span){ start, (size_t)(c->p - start) };
	return accept(c, '"') || broken(c, "a string has no end");
}

/* ---------------------------------------------------------------- keys */

static void
add_utf8(struct buf *b, long point)
{
	char bytes[4];

	buf_add(b, bytes, utf8_encode((uint32_t)point, bytes));
}

/* A checked string without its escapes, so that "a" and "\u0061" are one. */
static struct span
plain(struct check *c, struct span text)
{
	static const char letters[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	const char *s = text.s, *end = text.s + text.n;
	struct buf b;
	long point;

	buf_init(&b, c->mem, text.n);
	while (s < end) {
		if (*s != '\\') {
			buf_putc(&b, *s++);
		} else if (s[1] != 'u') {
			buf_putc(&b, means[strchr(letters, s[1]) - letters]);
			s += 2;
		} else {
			point = hex4(s + 2, end);
			s += 6;
			if (is_high(point) && low_after(s, end) >= 0) {
				point = 0x10000 + ((point - 0xd800) << 10) +
				    (low_after(s, end) - 0xdc00);
				s += 6;
			}
			add_utf8(&b, point);
		}
	}
	return buf_content(&b);
}

static bool
check_key(struct check *c)
{
	struct span key;
	bool escaped;
	size_t cap;

	if (!next_is(c, '"'))
		return broken(c, "an object lacks a key");
	if (!check_string(c, &key, &escaped))
		return false;
	if (escaped)
		key = plain(c, key);
	if (c->key_count == c->key_cap) {
		cap = c->key_cap == 0 ? KEYS_MIN : c->key_cap * 2;
		c->keys = arena_grow(c->mem, c->keys,
		    c->key_cap * sizeof *c->keys, cap * sizeof *c->keys);
		c->key_cap = cap;
	}
	c->keys[c->key_count++] = key;
	skip_space(c);
	return accept(c, ':') || broken(c, "a key lacks its colon");
}

/* Any order will do, so the cheap comparison comes first. */
static int
by_text(const void *va, const void *vb)
{
	const struct span *a = va, *b = vb;

	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	return a->n == 0 ? 0 : memcmp(a->s, b->s, a->n);
}

/* The innermost object has been read: take its keys off the stack. */
static void
check_twice(struct check *c)
{
	size_t first = c->first_key[c->depth], i;

	if (c->key_count - first > 1)
		qsort(c->keys + first, c->key_count - first, sizeof *c->keys,
		    by_text);
	for (i = first + 1; i < c->key_count; i++)
		if (by_text(&c->keys[i - 1], &c->keys[i]) == 0)
			refuse(c, "an object has a key twice");
	c->key_count = first;
}

/* -------------------------------------------------- numbers and literals */

static bool
digits(struct check *c)
{
	const char *start = c->p;

	while (c->p < c->end && *c->p >= '0' && *c->p <= '9')
		c->p++;
	return c->p > start || broken(c, "a number lacks a digit");
}

static void
check_size(struct check *c, const char *start, bool exponent)
{
	size_t n = (size_t)(c->p - start);
	char text[NUMBER_MAX + 1];

	if (n > NUMBER_MAX) {
		refuse(c, "a number is too long");
		return;
	}
	if (!exponent)
		return;
	memcpy(text, start, n);
	text[n] = '\0';
	if (!isfinite(strtod(text, NULL)))
		refuse(c, "a number is too big");
}

static bool
check_number(struct check *c)
{
	const char *start = c->p;
	bool exponent = false;

	accept(c, '-');
	if (!accept(c, '0') && !digits(c))
		return false;
	if (accept(c, '.') && !digits(c))
		return false;
	if (accept(c, 'e') || accept(c, 'E')) {
		exponent = true;
		if (!accept(c, '+'))
			accept(c, '-');
		if (!digits(c))
			return false;
	}
	check_size(c, start, exponent);
	return true;
}

static bool
check_literal(struct check *c, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(c->end - c->p) < n || memcmp(c->p, word, n) != 0)
		return broken(c, "it holds a word that JSON does not know");
	c->p += n;
	return true;
}

/* ----------------------------------------------------------- structure */

/* What is bigger than we read to the end need not be read to the end. */
static bool
check_bounds(struct check *c)
{
	if (c->depth > JSON_DEPTH_MAX)
		refuse(c, "it is nested too deeply");
	else if (++c->values > JSON_VALUES_MAX)
		refuse(c, "it holds too many values");
	else
		return true;
	return false;
}

static bool
check_scalar(struct check *c)
{
	struct span inside;
	bool escaped;

	if (c->p == c->end)
		return broken(c, "it ends too early");
	if (!check_bounds(c))
		return false;
	switch (*c->p) {
	case '"':
		return check_string(c, &inside, &escaped);
	case 't':
		return check_literal(c, "true");
	case 'f':
		return check_literal(c, "false");
	case 'n':
		return check_literal(c, "null");
	default:
		if (*c->p != '-' && (*c->p < '0' || *c->p > '9'))
			return broken(c, "a value is missing");
		return check_number(c);
	}
}

/*
 * Up to the beginning of the next value that is no container, or to the end
 * of a container that is empty.
 */
static bool
open_containers(struct check *c, bool *empty)
{
	bool array;

	for (*empty = false; !*empty; ) {
		skip_space(c);
		if (!next_is(c, '{') && !next_is(c, '['))
			return true;
		array = *c->p++ == '[';
		c->depth++;
		if (!check_bounds(c))
			return false;
		c->in_array[c->depth] = array;
		c->first_key[c->depth] = c->key_count;
		skip_space(c);
		*empty = next_is(c, array ? ']' : '}');
		if (!*empty && !array && !check_key(c))
			return false;
	}
	return true;
}

/* Behind a value: close what ends here; at a comma, go on to the next. */
static bool
close_containers(struct check *c)
{
	for (;;) {
		skip_space(c);
		if (c->depth == 0)
			return c->p == c->end ||
			    broken(c, "something stands behind its end");
		if (accept(c, ',')) {
			skip_space(c);
			return c->in_array[c->depth] || check_key(c);
		}
		if (!accept(c, c->in_array[c->depth] ? ']' : '}'))
			return broken(c, c->p == c->end ? "it ends too early" :
			    "a comma or a bracket is missing");
		check_twice(c);
		c->depth--;
	}
}

static void
check_text(struct check *c)
{
	bool empty;

	do {
		if (!open_containers(c, &empty))
			return;
		if (!empty && !check_scalar(c))
			return;
		if (!close_containers(c))
			return;
	} while (c->depth > 0);
}

enum json_verdict
json_check(const char *s, size_t n, const char **why)
{
	struct check c = { .p = n == 0 ? "" : s, .mem = arena_new() };

	c.end = c.p + n;
	if (utf8_valid(s, n))
		check_text(&c);
	else
		broken(&c, "it is not UTF-8");
	arena_free(c.mem);
	if (why != NULL)
		*why = c.broken != NULL ? c.broken : c.refused;
	if (c.broken != NULL)
		return JSON_NOT;
	return c.refused != NULL ? JSON_BAD : JSON_OK;
}

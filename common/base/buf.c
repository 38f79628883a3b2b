/* buf.c - text that grows, and slices of text. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

#define CAP_MIN	256

struct span
span_of(const char *s)
{
	return (struct span){ s, s == NULL ? 0 : strlen(s) };
}

bool
span_is(struct span a, const char *s)
{
	size_t n = strlen(s);

	return a.n == n && (n == 0 || memcmp(a.s, s, n) == 0);
}

void
buf_init(struct buf *b, struct arena *mem, size_t max)
{
	*b = (struct buf){ .mem = mem, .max = max };
}

/* Make it hold n more bytes and the NUL of buf_str(); false: too much. */
static bool
reserve(struct buf *b, size_t n)
{
	size_t cap, need;

	if (b->full || n > b->max - b->len) {
		b->full = true;
		return false;
	}
	need = b->len + n + 1;
	if (need <= b->cap)
		return true;
	cap = b->cap < CAP_MIN ? CAP_MIN : b->cap * 2;
	if (cap > b->max)
		cap = b->max + 1;
	if (cap < need)
		cap = need;
	b->s = arena_grow(b->mem, b->s, b->cap, cap);
	b->cap = cap;
	return true;
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0 || !reserve(b, n))
		return;
	memcpy(b->s + b->len, p, n);
	b->len += n;
}

void
buf_span(struct buf *b, struct span s)
{
	buf_add(b, s.s, s.n);
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_putc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_int(struct buf *b, int64_t i)
{
	char digits[20], *p = digits + sizeof digits;
	uint64_t u = i < 0 ? -(uint64_t)i : (uint64_t)i;

	do
		*--p = (char)('0' + u % 10);
	while ((u /= 10) > 0);
	if (i < 0)
		*--p = '-';
	buf_add(b, p, (size_t)(digits + sizeof digits - p));
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	if (!reserve(b, (size_t)n))
		return;
	va_start(ap, fmt);
	vsnprintf(b->s + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

bool
buf_full(const struct buf *b)
{
	return b->full;
}

const char *
buf_str(struct buf *b)
{
	if (b->cap == 0)
		return "";
	b->s[b->len] = '\0';
	return b->s;
}

struct span
buf_content(const struct buf *b)
{
	return (struct span){ b->s, b->len };
}

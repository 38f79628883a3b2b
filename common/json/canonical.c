/*
 * canonical.c - trees become text: canonical, as event ids and signatures
 * need it, or as they are.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "json/quote.h"

struct printer {
	struct buf	*out;
	bool		 sorted;
	bool		 strict;
	bool		 bad;		/* a number that is no integer */
};

/* ------------------------------------------------------------- strings */

size_t
quote_escape(char c, char out[QUOTE_MAX])
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	static const char hex[] = "0123456789abcdef";
	const char *at;

	if ((unsigned char)c >= 0x20 && c != '"' && c != '\\')
		return 0;
	out[0] = '\\';
	at = memchr(from, c, sizeof from - 1);
	if (at != NULL) {
		out[1] = to[at - from];
		return 2;
	}
	memcpy(out + 1, "u00", 3);
	out[4] = hex[c >> 4];
	out[5] = hex[c & 0xf];
	return 6;
}

void
json_quote(struct buf *out, struct span text)
{
	char escape[QUOTE_MAX];
	size_t start = 0, i, n;

	buf_putc(out, '"');
	for (i = 0; i < text.n; i++) {
		n = quote_escape(text.s[i], escape);
		if (n == 0)
			continue;
		buf_add(out, text.s + start, i - start);
		buf_add(out, escape, n);
		start = i + 1;
	}
	if (start < text.n)
		buf_add(out, text.s + start, text.n - start);
	buf_putc(out, '"');
}

/* ------------------------------------------------------------- numbers */

static void
print_double(struct buf *out, double value)
{
	char text[32];
	int precision;

	for (precision = 15; precision <= 17; precision++) {
		snprintf(text, sizeof text, "%.*g", precision, value);
		if (strtod(text, NULL) == value)
			break;
	}
	buf_puts(out, text);
}

static void
print_number(struct printer *p, const cJSON *item)
{
	if (item->valuestring != NULL && !p->strict)
		buf_puts(p->out, item->valuestring);
	else if (json_is_int(item))
		buf_int(p->out, (int64_t)item->valuedouble);
	else if (p->strict)
		p->bad = true;
	else if (isfinite(item->valuedouble))
		print_double(p->out, item->valuedouble);
	else
		abort();
}

/* ---------------------------------------------------------- containers */

static void print(struct printer *, const cJSON *);

static void
print_array(struct printer *p, const cJSON *array)
{
	const cJSON *item;

	buf_putc(p->out, '[');
	for (item = array->child; item != NULL; item = item->next) {
		if (item != array->child)
			buf_putc(p->out, ',');
		print(p, item);
	}
	buf_putc(p->out, ']');
}

static void
print_member(struct printer *p, const cJSON *member, bool first)
{
	if (!first)
		buf_putc(p->out, ',');
	json_quote(p->out, span_of(member->string));
	buf_putc(p->out, ':');
	print(p, member);
}

/* The order of UTF-8's bytes is that of the code points. */
static int
by_key(const void *a, const void *b)
{
	return strcmp((*(const cJSON *const *)a)->string,
	    (*(const cJSON *const *)b)->string);
}

/* Counts the members, and sees whether there is anything to sort. */
static bool
is_sorted(const cJSON *object, size_t *count)
{
	const cJSON *member;
	bool sorted = true;

	*count = 0;
	for (member = object->child; member != NULL; member = member->next) {
		++*count;
		if (member->next != NULL &&
		    strcmp(member->string, member->next->string) > 0)
			sorted = false;
	}
	return sorted;
}

static void
print_sorted(struct printer *p, const cJSON *object, size_t count)
{
	const cJSON **members, *member;
	size_t i = 0;

	members = arena_alloc(p->out->mem, count * sizeof *members);
	for (member = object->child; member != NULL; member = member->next)
		members[i++] = member;
	qsort(members, count, sizeof *members, by_key);
	for (i = 0; i < count; i++)
		print_member(p, members[i], i == 0);
}

static void
print_object(struct printer *p, const cJSON *object)
{
	const cJSON *member;
	size_t count;

	buf_putc(p->out, '{');
	if (p->sorted && !is_sorted(object, &count))
		print_sorted(p, object, count);
	else
		for (member = object->child; member != NULL;
		    member = member->next)
			print_member(p, member, member == object->child);
	buf_putc(p->out, '}');
}

static void
print(struct printer *p, const cJSON *item)
{
	switch (item->type & 0xff) {
	case cJSON_NULL:
		buf_puts(p->out, "null");
		break;
	case cJSON_False:
		buf_puts(p->out, "false");
		break;
	case cJSON_True:
		buf_puts(p->out, "true");
		break;
	case cJSON_Number:
		print_number(p, item);
		break;
	case cJSON_String:
		json_quote(p->out, span_of(item->valuestring));
		break;
	case cJSON_Array:
		print_array(p, item);
		break;
	case cJSON_Object:
		print_object(p, item);
		break;
	default:
		abort();
	}
}

bool
json_canonical(struct buf *out, const cJSON *item)
{
	struct printer p = { .out = out, .sorted = true, .strict = true };

	print(&p, item);
	return !p.bad;
}

void
json_canonical_loose(struct buf *out, const cJSON *item)
{
	print(&(struct printer){ .out = out, .sorted = true }, item);
}

void
json_print(struct buf *out, const cJSON *item)
{
	print(&(struct printer){ .out = out }, item);
}

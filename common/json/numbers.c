/*
 * numbers.c - numbers as they were written.
 *
 * Text and tree are walked side by side, by the order in which numbers come.
 */
#include <string.h>

#include "json/json.h"

#define NUMBER_LETTERS	"+-.0123456789Ee"

/* ------------------------------------------------------ numbers in the text */

/* s is behind the quote that begins a string. */
static const char *
skip_string(const char *s, const char *end)
{
	while (s < end && *s != '"')
		s += *s == '\\' ? 2 : 1;
	return s + 1;
}

/* Only numbers begin so, outside of strings. */
static bool
is_number_start(char c)
{
	return c == '-' || (c >= '0' && c <= '9');
}

/* The next number of the text; what stands behind it is left in *rest. */
static struct span
next_number(struct span *rest)
{
	const char *s = rest->s, *end = s + rest->n;
	struct span number;

	while (s < end && !is_number_start(*s))
		s = *s == '"' ? skip_string(s + 1, end) : s + 1;
	if (s >= end)
		return *rest = (struct span){ NULL, 0 };
	number.s = s;
	while (s < end && memchr(NUMBER_LETTERS, *s,
	    sizeof NUMBER_LETTERS - 1) != NULL)
		s++;
	number.n = (size_t)(s - number.s);
	*rest = (struct span){ s, (size_t)(end - s) };
	return number;
}

/* ------------------------------------------------------ numbers in the tree */

struct walk {
	cJSON		*item;
	cJSON		*open[JSON_DEPTH_MAX];	/* what it stands in */
	unsigned	 depth;
};

static void
step(struct walk *w)
{
	cJSON *item = w->item;

	if (item->child != NULL && w->depth < JSON_DEPTH_MAX) {
		w->open[w->depth++] = item;
		w->item = item->child;
		return;
	}
	while (item != NULL && item->next == NULL)
		item = w->depth > 0 ? w->open[--w->depth] : NULL;
	w->item = item == NULL ? NULL : item->next;
}

static void
keep(struct arena *mem, cJSON *item, struct span number)
{
	struct buf shortest;

	buf_init(&shortest, mem, SIZE_MAX);
	json_print(&shortest, item);
	if (number.s != NULL && !span_is(number, buf_str(&shortest)))
		item->valuestring = arena_strndup(mem, number.s, number.n);
}

void
json_keep_numbers(struct arena *mem, cJSON *tree, struct span text)
{
	struct walk w = { .item = tree };

	for (; w.item != NULL; step(&w))
		if (cJSON_IsNumber(w.item))
			keep(mem, w.item, next_number(&text));
}

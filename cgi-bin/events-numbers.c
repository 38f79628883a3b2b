/* events-numbers.c - lists of users and rooms, by their numbers. */
#include <stdlib.h>

#include "events-numbers.h"

void
numbers_add(struct numbers *list, int64_t number)
{
	if (list->n == list->cap) {
		size_t old = list->cap * sizeof(*list->item);

		list->cap = list->cap ? 2 * list->cap : 16;
		list->item = arena_grow(list->mem, list->item, old,
		    list->cap * sizeof(*list->item));
	}
	list->item[list->n++] = number;
}

void
numbers_add_rows(struct numbers *list, struct rows rows)
{
	while (rows_next(&rows))
		numbers_add(list, rows_int(&rows, 0));
}

static int
by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void
numbers_sort(struct numbers *list)
{
	size_t n = 0;

	if (list->n == 0)
		return;
	qsort(list->item, list->n, sizeof(*list->item), by_number);
	for (size_t i = 0; i < list->n; i++)
		if (n == 0 || list->item[i] != list->item[n - 1])
			list->item[n++] = list->item[i];
	list->n = n;
}

int64_t *
numbers_find(const struct numbers *list, int64_t number)
{
	return list->n == 0 ? NULL : bsearch(&number, list->item, list->n,
	    sizeof(*list->item), by_number);
}

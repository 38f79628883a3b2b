/* events-numbers.h - lists of users and rooms, by their numbers. */
#ifndef MXCGI_EVENTS_NUMBERS_H
#define MXCGI_EVENTS_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "store/db.h"

struct numbers {
	struct arena	*mem;
	int64_t		*item;
	size_t		 n;
	size_t		 cap;
};

void	numbers_add(struct numbers *, int64_t);
/* The first column of each row. */
void	numbers_add_rows(struct numbers *, struct rows);
/* In order, and each once. */
void	numbers_sort(struct numbers *);
/* In a sorted list; NULL: it is not there. */
int64_t	*numbers_find(const struct numbers *, int64_t);

#endif

/*
 * table.h - what belongs to a text, or to a pair of texts; in an arena.
 *
 * Its hash has a key of its own, so that nobody can choose texts that meet in
 * one place.  Nothing is ever taken out, and nobody walks through it: the order
 * in it is another each time.
 */
#ifndef MXCGI_TABLE_H
#define MXCGI_TABLE_H

#include <stddef.h>

struct arena;

struct table;
struct table	*table_new(struct arena *);
/*
 * Where the value of (a, b) stands, NULL when it is new; good until the next
 * call.  b may be NULL.  The texts are not copied: they live as long as it.
 */
void		**table_at(struct table *, const char *a, const char *b);
/* The value; NULL when there is none. */
void		*table_find(const struct table *, const char *a,
		    const char *b);

#endif

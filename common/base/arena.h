/*
 * arena.h - memory that is given back all at once.
 *
 * Everything a request needs comes from its arena, so nobody owns anything
 * and nobody frees.  When memory runs out the process aborts: the sizes that
 * a stranger can ask for are bounded before they come here.
 */
#ifndef MXCGI_ARENA_H
#define MXCGI_ARENA_H

#include <stddef.h>

struct arena;

struct arena	*arena_new(void);
/* Forget all that was allocated; one block is kept for what comes next. */
void		 arena_clear(struct arena *);
void		 arena_free(struct arena *);

/* Zeroed, aligned for any type. */
void		*arena_alloc(struct arena *, size_t);
/*
 * Make p (old bytes long; NULL: nothing yet) bigger, in place where it was
 * allocated last.  What is new of it is not zeroed.
 */
void		*arena_grow(struct arena *, void *p, size_t old, size_t size);
void		*arena_memdup(struct arena *, const void *, size_t);
/* A NULL string gives NULL. */
char		*arena_strdup(struct arena *, const char *);
char		*arena_strndup(struct arena *, const char *, size_t);
char		*arena_printf(struct arena *, const char *, ...)
		    __attribute__((format(printf, 2, 3), nonnull(2)));
/* Bytes taken from the system. */
size_t		 arena_size(const struct arena *);

#endif

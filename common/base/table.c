/* table.c - open addressing, at most half full. */
#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "base/table.h"

#define PLACES_FIRST	64

struct place {
	const char	*a;		/* NULL: free */
	const char	*b;
	void		*value;
};

struct table {
	struct arena	*mem;
	struct place	*place;
	size_t		 places;	/* a power of two */
	size_t		 used;
	uint8_t		 key[2][crypto_shorthash_KEYBYTES];
};

struct table *
table_new(struct arena *mem)
{
	struct table *t = arena_alloc(mem, sizeof *t);

	t->mem = mem;
	t->places = PLACES_FIRST;
	t->place = arena_alloc(mem, t->places * sizeof *t->place);
	random_bytes(t->key, sizeof t->key);
	return t;
}

static uint64_t
hash(const uint8_t key[crypto_shorthash_KEYBYTES], const char *s)
{
	uint64_t h;

	_Static_assert(sizeof h == crypto_shorthash_BYTES, "a hash's size");
	crypto_shorthash((unsigned char *)&h, (const unsigned char *)s,
	    strlen(s), key);
	return h;
}

static bool
is_named(const struct place *p, const char *a, const char *b)
{
	return strcmp(p->a, a) == 0 && (p->b == NULL || b == NULL ?
	    p->b == b : strcmp(p->b, b) == 0);
}

/* Its place, or the free one where it belongs. */
static struct place *
place_of(const struct table *t, const char *a, const char *b)
{
	const size_t mask = t->places - 1;
	size_t i = (size_t)(hash(t->key[0], a) ^
	    (b == NULL ? 0 : hash(t->key[1], b))) & mask;

	while (t->place[i].a != NULL && !is_named(&t->place[i], a, b))
		i = (i + 1) & mask;
	return &t->place[i];
}

static void
widen(struct table *t)
{
	const struct place *old = t->place;
	const size_t n = t->places;
	size_t i;

	t->places = 2 * n;
	t->place = arena_alloc(t->mem, t->places * sizeof *t->place);
	for (i = 0; i < n; i++)
		if (old[i].a != NULL)
			*place_of(t, old[i].a, old[i].b) = old[i];
}

void **
table_at(struct table *t, const char *a, const char *b)
{
	struct place *p = place_of(t, a, b);

	if (p->a == NULL && 2 * t->used >= t->places) {
		widen(t);
		p = place_of(t, a, b);
	}
	if (p->a == NULL) {
		*p = (struct place){ .a = a, .b = b };
		t->used++;
	}
	return &p->value;
}

void *
table_find(const struct table *t, const char *a, const char *b)
{
	return t->used == 0 ? NULL : place_of(t, a, b)->value;
}

/*
 * arena.c - memory that is given back all at once.
 *
 * A list of blocks, the newest first; allocation moves a mark through the
 * newest.  The arena itself stands at the beginning of the first block, so an
 * idle arena is one malloc.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/*
 * Under AddressSanitizer what is not allocated is poisoned and a gap stands
 * behind each piece, so that overruns and late uses show as they do with
 * malloc.
 */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define poison(p, n)	ASAN_POISON_MEMORY_REGION(p, n)
#define unpoison(p, n)	ASAN_UNPOISON_MEMORY_REGION(p, n)
#define GAP		16
#else
#define poison(p, n)	((void)(p), (void)(n))
#define unpoison(p, n)	((void)(p), (void)(n))
#define GAP		0
#endif

#define ALIGN		_Alignof(max_align_t)
#define ROUND(n)	(((n) + ALIGN - 1) & ~(ALIGN - 1))
#define BLOCK_MIN	((size_t)8 << 10)
#define BLOCK_MAX	((size_t)1 << 20)

struct block {
	struct block	*older;
	size_t		 size;		/* of data */
	size_t		 used;
	_Alignas(max_align_t) char data[];
};

struct arena {
	struct block	*newest;
	struct block	*first;
	size_t		 size;
};

static _Noreturn void
no_memory(void)
{
	static const char text[] = "out of memory\n";

	fwrite(text, 1, sizeof text - 1, stderr);
	abort();
}

static struct block *
block_new(size_t size)
{
	struct block *b;

	if (size > SIZE_MAX / 2)
		no_memory();
	b = malloc(sizeof *b + size);
	if (b == NULL)
		no_memory();
	*b = (struct block){ .size = size };
	poison(b->data, size);
	return b;
}

struct arena *
arena_new(void)
{
	struct block *b = block_new(BLOCK_MIN - sizeof *b);
	struct arena *a = (struct arena *)b->data;

	unpoison(a, sizeof *a);
	b->used = ROUND(sizeof *a) + GAP;
	*a = (struct arena){ .newest = b, .first = b, .size = BLOCK_MIN };
	return a;
}

static void
free_but_first(struct arena *a)
{
	struct block *older;

	for (; a->newest != a->first; a->newest = older) {
		older = a->newest->older;
		free(a->newest);
	}
}

void
arena_clear(struct arena *a)
{
	struct block *b = a->first;

	free_but_first(a);
	a->size = BLOCK_MIN;
	b->used = ROUND(sizeof *a) + GAP;
	poison(b->data + b->used, b->size - b->used);
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	free_but_first(a);
	free(a->first);
}

/* Room for n bytes in the newest block; blocks double. */
static struct block *
block_with(struct arena *a, size_t n)
{
	struct block *b = a->newest;
	size_t size;

	if (n <= b->size - b->used)
		return b;
	size = a->size < BLOCK_MAX ? a->size : BLOCK_MAX;
	size -= sizeof *b;
	if (size < n)
		size = n;
	b = block_new(size);
	b->older = a->newest;
	a->newest = b;
	a->size += sizeof *b + size;
	return b;
}

static void *
take(struct arena *a, size_t n)
{
	struct block *b;
	char *p;

	if (n > SIZE_MAX / 4)
		no_memory();
	b = block_with(a, ROUND(n) + GAP);
	p = b->data + b->used;
	b->used += ROUND(n) + GAP;
	unpoison(p, n);
	return p;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	return memset(take(a, n), 0, n);
}

/* A block that holds p alone, as big buffers have, grows by realloc. */
static void *
grow_block(struct arena *a, size_t n)
{
	struct block *b = a->newest;

	unpoison(b->data, b->size);
	a->size += n - b->size;
	b = realloc(b, sizeof *b + n);
	if (b == NULL)
		no_memory();
	b->size = b->used = n;
	a->newest = b;
	return b->data;
}

void *
arena_grow(struct arena *a, void *p, size_t old, size_t n)
{
	struct block *b = a->newest;
	size_t start, want, held;
	char *moved;

	if (p == NULL)
		return take(a, n);
	if (n <= old)
		return p;
	if (n > SIZE_MAX / 4)
		no_memory();
	want = ROUND(n) + GAP;
	held = ROUND(old) + GAP;
	start = b->used < held ? b->size : b->used - held;
	if ((char *)p == b->data + start) {
		if (want <= b->size - start) {
			b->used = start + want;
			unpoison(p, n);
			return p;
		}
		if (start == 0) {
			p = grow_block(a, want);
			poison((char *)p + n, want - n);
			return p;
		}
	}
	moved = take(a, n);
	return memcpy(moved, p, old);
}

void *
arena_memdup(struct arena *a, const void *p, size_t n)
{
	char *copy = take(a, n);

	if (n > 0)
		memcpy(copy, p, n);
	return copy;
}

char *
arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *copy;

	if (s == NULL)
		return NULL;
	n = strnlen(s, n);
	copy = take(a, n + 1);
	memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return s == NULL ? NULL : arena_memdup(a, s, strlen(s) + 1);
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	s = take(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

size_t
arena_size(const struct arena *a)
{
	return a->size;
}

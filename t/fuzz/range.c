/*
 * range.c - any text as Range, If-Range and If-None-Match: what goes out is
 * part of the file.
 *
 * The input: a byte for the size of the file, then the three with NULs between.
 */
#include <stdlib.h>
#include <string.h>

#include "serve/life.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const char *
take(struct arena *mem, const uint8_t **p, size_t *n)
{
	size_t len = strnlen((const char *)*p, *n);
	const char *text = len == 0 ? NULL :
	    arena_strndup(mem, (const char *)*p, len);

	len += len < *n;
	*p += len;
	*n -= len;
	return text;
}

static void
check(const struct file_answer *f, int64_t size)
{
	switch (f->status) {
	case 200:
		if (f->at != 0 || f->left != size)
			abort();
		break;
	case 206:
		if (f->at < 0 || f->left <= 0 || f->left > size - f->at)
			abort();
		break;
	case 304:
	case 416:
		if (f->left != 0)
			abort();
		break;
	default:
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *mem = arena_new();
	struct life l = { .r = { .mem = mem } };
	struct reply_file reply = { .fd = -1, .type = "text/plain",
	    .disposition = "inline", .etag = "\"a\"", .cache = "private" };
	struct buf headers;

	if (size > 0) {
		reply.size = *data++;
		size--;
	}
	l.r.life = &l;
	l.range = take(mem, &data, &size);
	l.if_range = take(mem, &data, &size);
	l.if_none_match = take(mem, &data, &size);
	reply_file(&l.r, &reply);
	check(l.file, reply.size);
	buf_init(&headers, mem, SIZE_MAX);
	file_headers(&l, &headers);
	arena_free(mem);
	return 0;
}

/*
 * sync_token.c - positions as clients hold them.
 *
 * What a client sends back may be anything; each position has one spelling
 * and all others are refused.
 */
#include "matrix/sync_token.h"

#include <inttypes.h>
#include <string.h>

/* A number in its shortest spelling, up to the end of which *s moves. */
static bool
read_number(const char **s, int64_t *out)
{
	const char *at = *s;
	int64_t n = 0;

	if (*at < '0' || *at > '9' || (at[0] == '0' && at[1] >= '0' &&
	    at[1] <= '9'))
		return false;
	for (; *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, *at - '0', &n))
			return false;
	*s = at;
	*out = n;
	return true;
}

static bool
read_char(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static bool
read_epoch(const char **s, char out[EPOCH_MAX + 1])
{
	size_t n = strspn(*s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz");

	if (n > EPOCH_MAX)
		return false;
	memset(out, 0, EPOCH_MAX + 1);
	memcpy(out, *s, n);
	*s += n;
	return true;
}

/* 0, or two numbers, of which none is 0. */
static bool
read_to_device(const char **s, struct sync_token *t)
{
	t->to_device = 0;
	if (!read_number(s, &t->device))
		return false;
	return t->device == 0 || (read_char(s, '-') &&
	    read_number(s, &t->to_device) && t->to_device != 0);
}

const char *
sync_token_text(struct arena *mem, const struct sync_token *t)
{
	const char *to_device = t->device == 0 || t->to_device == 0 ? "0" :
	    arena_printf(mem, "%" PRId64 "-%" PRId64, t->device,
	    t->to_device);

	return arena_printf(mem, "s%" PRId64 "_%s_%s.%" PRId64, t->pos,
	    to_device, t->epoch, t->n);
}

bool
sync_token_read(const char *s, struct sync_token *t)
{
	return read_char(&s, 's') && read_number(&s, &t->pos) &&
	    read_char(&s, '_') && read_to_device(&s, t) &&
	    read_char(&s, '_') && read_epoch(&s, t->epoch) &&
	    read_char(&s, '.') && read_number(&s, &t->n) && *s == '\0';
}

const char *
sliding_pos_text(struct arena *mem, const struct sliding_pos *pos)
{
	return arena_printf(mem, "c%" PRId64 "_%s", pos->serial,
	    sync_token_text(mem, &pos->at));
}

bool
sliding_pos_read(const char *s, struct sliding_pos *pos)
{
	return read_char(&s, 'c') && read_number(&s, &pos->serial) &&
	    read_char(&s, '_') && sync_token_read(s, &pos->at);
}

const char *
room_token_text(struct arena *mem, struct room_token t)
{
	return arena_printf(mem, "t%" PRId64 "-%" PRId64, t.depth, t.nr);
}

bool
room_token_read(const char *s, struct room_token *t)
{
	return read_char(&s, 't') && read_number(&s, &t->depth) &&
	    read_char(&s, '-') && read_number(&s, &t->nr) && *s == '\0';
}

const char *
list_token_text(struct arena *mem, struct list_token t)
{
	return arena_printf(mem, "%c%" PRId64 "-%" PRId64,
	    t.back ? 'p' : 'n', t.joined, t.nr);
}

bool
list_token_read(const char *s, struct list_token *t)
{
	t->back = *s == 'p';
	return read_char(&s, t->back ? 'p' : 'n') &&
	    read_number(&s, &t->joined) && read_char(&s, '-') &&
	    read_number(&s, &t->nr) && *s == '\0';
}

const char *
tree_token_text(struct arena *mem, struct tree_token t)
{
	return arena_printf(mem, "h%" PRId64 "-%" PRId64 "-%" PRId64 "-%d",
	    t.after, t.count, t.max_depth, t.suggested);
}

bool
tree_token_read(const char *s, struct tree_token *t)
{
	int64_t suggested;

	if (!read_char(&s, 'h') || !read_number(&s, &t->after) ||
	    !read_char(&s, '-') || !read_number(&s, &t->count) ||
	    !read_char(&s, '-') || !read_number(&s, &t->max_depth) ||
	    !read_char(&s, '-') || !read_number(&s, &suggested))
		return false;
	t->suggested = suggested == 1;
	return t->after > 0 && t->count > 0 && suggested <= 1 && *s == '\0';
}

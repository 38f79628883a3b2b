/*
 * mxcgi-out.c - what `mxcgi user` and `mxcgi token` answer: lines for people,
 * or JSON.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "mxcgi-order.h"

const char *
time_text(struct arena *mem, int64_t ms)
{
	time_t s = (time_t)(ms / 1000);
	char text[64];
	struct tm tm;

	if (gmtime_r(&s, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return "?";
	return arena_strdup(mem, text);
}

/* U+0080 to U+009F, which some terminals obey as they do ESC. */
static bool
is_c1(const unsigned char *p)
{
	return p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f;
}

const char *
plain_text(struct arena *mem, const char *text)
{
	char *copy = arena_strdup(mem, text);

	for (char *p = copy; *p != '\0'; p++) {
		unsigned char *u = (unsigned char *)p;

		if (is_c1(u))
			u[0] = u[1] = '?';
		else if (*u < 0x20 || *u == 0x7f)
			*u = '?';
	}
	return copy;
}

void
say(struct arena *mem, const char *format, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) == -1)
		abort();
	va_end(ap);
	puts(plain_text(mem, text));
	free(text);
}

struct writer *
json_line_begin(struct json_line *line, struct arena *mem)
{
	buf_init(&line->buf, mem, SIZE_MAX);
	writer_init(&line->w, &line->buf);
	write_object(&line->w);
	return &line->w;
}

void
json_line_end(struct json_line *line)
{
	write_end(&line->w);
	puts(buf_str(&line->buf));
}

void
put_or_null(struct writer *w, const char *key, int64_t ms)
{
	write_key(w, key);
	if (ms == 0)
		write_null(w);
	else
		write_int(w, ms);
}

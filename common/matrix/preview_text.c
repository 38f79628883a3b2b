/* preview_text.c - see preview_text.h. */
#include "matrix/preview_text.h"

#include <stdbool.h>
#include <stdint.h>

#include "matrix/html.h"

#define ELLIPSIS	"\xe2\x80\xa6"

/* The character at s[0], of valid UTF-8. */
static size_t
character(const char *s, uint32_t *c)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	*c = n == 1 ? p[0] : p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++)
		*c = *c << 6 | (p[i] & 0x3f);
	return n;
}

static bool
is_blank(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 ||
	    c == 0xa0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200a) ||
	    c == 0x2028 || c == 0x2029;
}

/* Controls, of direction too: what is told of a page should not turn others. */
static bool
is_control(uint32_t c)
{
	return c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0xfeff ||
	    (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static void
tidy(struct buf *out, struct span in, size_t most)
{
	bool blank = false;
	size_t n = 0, len;
	uint32_t c;

	for (; in.n > 0; in.s += len, in.n -= len) {
		len = character(in.s, &c);
		if (is_blank(c) || is_control(c)) {
			blank |= is_blank(c);
			continue;
		}
		if (n + (blank && n > 0) >= most) {
			buf_puts(out, ELLIPSIS);
			return;
		}
		if (blank && n > 0) {
			buf_putc(out, ' ');
			n++;
		}
		blank = false;
		buf_add(out, in.s, len);
		n++;
	}
}

const char *
preview_text(struct arena *mem, struct span text, size_t characters)
{
	struct buf plain, out;

	buf_init(&plain, mem, SIZE_MAX);
	html_unescape(&plain, text);
	buf_init(&out, mem, SIZE_MAX);
	tidy(&out, buf_content(&plain), characters);
	return buf_str(&out);
}

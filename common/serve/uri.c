/* uri.c - see uri.h. */
#include <string.h>

#include "base/utf8.h"
#include "serve/uri.h"

void
uri_split(const char *raw, struct span *path, struct span *query)
{
	size_t n = strcspn(raw, "?");

	*path = (struct span){ raw, n };
	*query = raw[n] == '?' ? span_of(raw + n + 1) : (struct span){ "", 0 };
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

char *
uri_decode(struct arena *mem, struct span in, bool plus, const char **why)
{
	char *out = arena_alloc(mem, in.n + 1), *o = out;

	for (size_t i = 0; i < in.n; i++) {
		int byte = (unsigned char)in.s[i];

		if (byte == '%') {
			if (in.n - i < 3 || hex(in.s[i + 1]) < 0 ||
			    hex(in.s[i + 2]) < 0) {
				*why = "holds a broken percent-escape";
				return NULL;
			}
			byte = hex(in.s[i + 1]) << 4 | hex(in.s[i + 2]);
			i += 2;
		} else if (byte == '+' && plus) {
			byte = ' ';
		}
		if (byte == '\0') {
			*why = "holds a NUL";
			return NULL;
		}
		*o++ = (char)byte;
	}
	if (!utf8_valid(out, (size_t)(o - out))) {
		*why = "is not UTF-8";
		return NULL;
	}
	return out;
}

/* One byte, decoded; '\0' at the end, and for a slash that was encoded. */
static char
take_byte(const char **p, const char *end)
{
	const char *at = *p;

	if (at == end)
		return '\0';
	if (*at == '%' && end - at >= 3 && hex(at[1]) >= 0 && hex(at[2]) >= 0) {
		char byte = (char)(hex(at[1]) << 4 | hex(at[2]));

		*p += 3;
		return byte == '/' ? '\0' : byte;
	}
	(*p)++;
	return *at;
}

void
uri_strip(struct span *path, const char *prefix)
{
	const char *p = path->s, *end = path->s + path->n;
	const char *stop = prefix + strlen(prefix);

	while (prefix < stop) {
		char want = take_byte(&prefix, stop);

		if (want == '\0' || take_byte(&p, end) != want)
			return;
	}
	if (p < end && *p == '/')
		*path = (struct span){ p, (size_t)(end - p) };
}

bool
uri_query(struct span query, const char *name, struct span *value)
{
	const char *p = query.s, *end = query.s + query.n;
	size_t len = strlen(name);

	while (p < end) {
		const char *amp = memchr(p, '&', (size_t)(end - p));
		const char *stop = amp ? amp : end;
		size_t n = (size_t)(stop - p);

		if (n >= len && memcmp(p, name, len) == 0 &&
		    (n == len || p[len] == '=')) {
			*value = n == len ? (struct span){ "", 0 } :
			    (struct span){ p + len + 1, n - len - 1 };
			return true;
		}
		p = stop + 1;
	}
	return false;
}

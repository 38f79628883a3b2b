/*
 * slice.c - one value out of an object's text, without a tree.
 *
 * The text is our own print: compact, and with one way to write each string.
 * Nothing else is relied on to stay inside it.
 */
#include <string.h>

#include "json/json.h"
#include "json/quote.h"

/* Behind the string that begins at s. */
static const char *
skip_string(const char *s, const char *end)
{
	for (s++; s < end && *s != '"'; s++)
		if (*s == '\\' && end - s > 1)
			s++;
	return s < end ? s + 1 : end;
}

/* Behind the value that begins at s: at its comma or bracket. */
static const char *
skip_value(const char *s, const char *end)
{
	size_t depth = 0;

	while (s < end) {
		switch (*s) {
		case '"':
			s = skip_string(s, end);
			continue;
		case '{':
		case '[':
			depth++;
			break;
		case '}':
		case ']':
			if (depth == 0)
				return s;
			depth--;
			break;
		case ',':
			if (depth == 0)
				return s;
			break;
		}
		s++;
	}
	return s;
}

/* Is quoted, without its quotes, how key is written? */
static bool
is_key(struct span quoted, const char *key)
{
	char escape[QUOTE_MAX];
	size_t at = 0, n;

	for (; *key != '\0'; key++, at += n) {
		n = quote_escape(*key, escape);
		if (n == 0) {
			escape[0] = *key;
			n = 1;
		}
		if (quoted.n - at < n || memcmp(quoted.s + at, escape, n) != 0)
			return false;
	}
	return at == quoted.n;
}

struct span
json_slice(struct span object, const char *key)
{
	const char *s = object.n == 0 ? "" : object.s, *end = s + object.n;
	const char *name, *value;

	/* In front of each member stands the brace or a comma. */
	while (end - s > 1 && (*s == '{' || *s == ',') && s[1] == '"') {
		name = ++s;
		s = skip_string(name, end);
		if (s == end || *s != ':')
			break;
		value = s + 1;
		s = skip_value(value, end);
		if (is_key((struct span){ name + 1,
		    (size_t)(value - name) - 3 }, key))
			return (struct span){ value, (size_t)(s - value) };
	}
	return (struct span){ NULL, 0 };
}

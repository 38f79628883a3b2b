/* html-charset.c - a page as UTF-8: in which charset is it (see html.h)? */
#include <string.h>

#include "matrix/charset.h"
#include "matrix/html.h"

#define SNIFF_MAX	4096	/* bytes in which a page says so */

static const char *
of_declaration(struct span html)
{
	const char *end = html.n > 5 && memcmp(html.s, "<?xml", 5) == 0 ?
	    memchr(html.s, '>', html.n) : NULL;

	return end == NULL ? NULL : charset_named(charset_parameter(
	    (struct span){ html.s, (size_t)(end - html.s) }, "encoding"));
}

static const char *
of_meta(const struct html_token *t)
{
	struct span value;

	if (!html_is(t, "meta"))
		return NULL;
	if (html_attribute(t, "charset", &value))
		return charset_named(value);
	return html_attribute(t, "http-equiv", &value) &&
	    html_attribute(t, "content", &value) ?
	    charset_named(charset_parameter(value, "charset")) : NULL;
}

static const char *
charset_inside(struct span html)
{
	struct html h = { .left = html };
	const char *found = of_declaration(html);
	struct html_token t;

	while (found == NULL && html_next(&h, &t))
		found = of_meta(&t);
	/* Or nobody could have read that it is. */
	return found != NULL && strncmp(found, "UTF-16", 6) == 0 ?
	    "UTF-8" : found;
}

struct span
html_to_utf8(struct arena *mem, struct span type, struct span html)
{
	const char *name = charset_of_mark(html);

	if (name == NULL)
		name = charset_named(charset_parameter(type, "charset"));
	if (name == NULL)
		name = charset_inside((struct span){ html.s,
		    html.n < SNIFF_MAX ? html.n : SNIFF_MAX });
	return charset_to_utf8(mem, name, html);
}

/* preview_page-values.c - the properties of a page; see preview_page.h. */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "matrix/preview_page.h"

#define NAME_MAX_	60	/* bytes of a property's name */

const char *
preview_property(struct arena *mem, struct span s)
{
	char *name;

	if (s.n < 4 || s.n > NAME_MAX_ || strncasecmp(s.s, "og:", 3) != 0)
		return NULL;
	name = arena_strndup(mem, s.s, s.n);
	for (char *p = name; *p != '\0'; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p += 'a' - 'A';
		else if (!((*p >= 'a' && *p <= 'z') || (*p >= '0' &&
		    *p <= '9') || strchr(":_-", *p) != NULL))
			return NULL;
	}
	return name;
}

bool
preview_is_url(const char *name)
{
	static const char *const urls[] = {
		"og:url", "og:video", "og:video:url", "og:video:secure_url",
		"og:audio", "og:audio:url", "og:audio:secure_url", NULL
	};
	size_t i = 0;

	while (urls[i] != NULL && strcmp(urls[i], name) != 0)
		i++;
	return urls[i] != NULL;
}

const char *
preview_page_value(const struct preview_page *page, const char *name)
{
	for (size_t i = 0; i < page->n; i++)
		if (strcmp(page->values[i].name, name) == 0)
			return page->values[i].value;
	return NULL;
}

void
preview_page_add(struct preview_page *page, const char *name,
    const char *value)
{
	if (page->n < PREVIEW_VALUES_MAX && *value != '\0' &&
	    preview_page_value(page, name) == NULL)
		page->values[page->n++] = (struct preview_value){ name, value };
}

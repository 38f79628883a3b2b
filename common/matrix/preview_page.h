/*
 * preview_page.h - what a web page says of itself: its Open Graph properties
 * (ogp.me), and what stands for them where it has none.  Pure, but for iconv;
 * no recursion; bounded in all it returns (security.md 27).
 */
#ifndef MXCGI_PREVIEW_PAGE_H
#define MXCGI_PREVIEW_PAGE_H

#include <stdbool.h>

#include "base/buf.h"

struct arena;

#define PREVIEW_TEXT_MAX	1000	/* characters of a value */
#define PREVIEW_SUMMARY_MAX	300	/* and of a description */
#define PREVIEW_VALUES_MAX	40	/* properties, besides those of pictures */

/* Texts in the arena, tidy: no control characters, blanks one at a time. */
struct preview_page {
	/*
	 * og:title and its like, each once: names that begin with og: and have
	 * letters, digits, : _ and -.
	 */
	struct preview_value {
		const char	*name, *value;
	}		 values[PREVIEW_VALUES_MAX];
	size_t		 n;
	const char	*picture;	/* a URL as it stands there; or NULL */
	const char	*base;		/* the same of <base>; or NULL */
};

/* What came as that Content-Type. */
void	preview_page_read(struct arena *, struct span type, struct span html,
	    struct preview_page *);
/* A value of it; NULL: it has none of that name. */
const char *preview_page_value(const struct preview_page *, const char *name);
/* The first of a name counts, and an empty one does not; the texts are kept. */
void	preview_page_add(struct preview_page *, const char *name,
	    const char *value);
/* Such a name in small letters; NULL: it is none. */
const char *preview_property(struct arena *, struct span);
/*
 * Is what has that name a URL?  It stands as in the page, may be anything, and
 * is not cut where it could still be one.
 */
bool	preview_is_url(const char *name);

#endif

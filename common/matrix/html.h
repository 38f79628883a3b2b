/*
 * html.h - HTML cut into tags and text, after WHATWG, "HTML", section
 * "Tokenization", as far as somebody needs it who looks for what a page says of
 * itself.  Pure: no tree, no recursion, nothing is copied; linear in the text.
 */
#ifndef MXCGI_HTML_H
#define MXCGI_HTML_H

#include <stdbool.h>

#include "base/buf.h"

struct arena;

enum html_kind {
	HTML_TEXT,		/* text: as it stands, with its references */
	HTML_OPEN,		/* <name ...>; attributes by html_attribute() */
	HTML_CLOSE		/* </name> */
};
struct html_token {
	enum html_kind	 kind;
	struct span	 name;		/* of the element; compare without case */
	struct span	 text;		/* the text, or the attributes */
};

/* Where reading has come to; begin with { .left = text }. */
struct html {
	struct span	 left;
	struct span	 inside;	/* an element that holds only text; or empty */
};

/*
 * The next of it; false: that was all.  Comments, declarations and a tag that
 * does not end are passed over; the content of a script or a style is, too.
 */
bool		 html_next(struct html *, struct html_token *);
/* Is it this tag?  name in small letters. */
bool		 html_is(const struct html_token *, const char *name);
/*
 * The value of an attribute, with its references; false: it has none of that
 * name, which is in small letters.  Of several the first counts.
 */
bool		 html_attribute(const struct html_token *, const char *name,
		    struct span *value);
/* References in text become characters (html-reference.c). */
void		 html_unescape(struct buf *, struct span);

/*
 * Text of that Content-Type as valid UTF-8, in mem: in the charset of a byte
 * order mark, of the type, of the page itself, or what it could be.
 */
struct span	 html_to_utf8(struct arena *, struct span type,
		    struct span html);

#endif

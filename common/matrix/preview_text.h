/* preview_text.h - texts of web pages as clients are told of them.  Pure. */
#ifndef MXCGI_PREVIEW_TEXT_H
#define MXCGI_PREVIEW_TEXT_H

#include "base/buf.h"

struct arena;

/*
 * Valid UTF-8 with the references of HTML in it, as text: no control
 * characters, blanks one at a time, and not more characters than that, with an
 * ellipsis behind where there were more.
 */
const char *preview_text(struct arena *, struct span, size_t characters);

#endif

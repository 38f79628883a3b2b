/*
 * charset.h - text of the web as UTF-8, whatever it came in (WHATWG, "Encoding
 * Standard": the names, and which of them mean the same).
 *
 * Names that come from outside choose from a list, and never reach iconv:
 * behind some of its rarer ones there was a hole (CVE-2024-2961).
 */
#ifndef MXCGI_CHARSET_H
#define MXCGI_CHARSET_H

#include "base/buf.h"

struct arena;

/* What iconv calls it; NULL: nobody here knows such a charset. */
const char	*charset_named(struct span label);
/* name=value of a Content-Type and its like, without quotes; or empty. */
struct span	 charset_parameter(struct span text, const char *name);
/* Of a byte order mark at the beginning; NULL: there is none. */
const char	*charset_of_mark(struct span text);
/*
 * The text, in mem; charset NULL: UTF-8 if it could be that, else Windows-1252.
 * Always valid UTF-8: what is broken becomes U+FFFD, without end nothing does.
 */
struct span	 charset_to_utf8(struct arena *mem, const char *charset,
		    struct span text);

#endif

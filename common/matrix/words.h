/*
 * words.h - text taken apart into words that can be compared, for searching.
 *
 * A word is a run of letters and digits, without case and without the accents
 * of Latin letters.  Where people write no spaces between words (Chinese,
 * Japanese, Thai, and so on), and of pictures, each character is a word.  What
 * else there is stands between words.  Pure functions, linear in the text.
 */
#ifndef MXCGI_WORDS_H
#define MXCGI_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define WORD_MAX	48	/* bytes; the rest of a longer one counts for nothing */

struct word {
	char		 s[WORD_MAX];	/* UTF-8: ASCII letters and digits, and
					 * what is not ASCII; no NUL behind */
	size_t		 n;
	struct span	 as_written;
	bool		 joined;	/* it is one character, and follows one
					 * such with nothing between them */
};

struct words {
	const char	*at;
	const char	*end;
	bool		 single;	/* the last was one character, up to at */
};
/* text is UTF-8; what is not counts as space. */
struct words	 words_of(struct span text);
/* False: there are no more. */
bool		 words_next(struct words *, struct word *);

#endif

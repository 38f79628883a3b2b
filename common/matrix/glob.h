/*
 * glob.h - patterns with * and ? (appendices, "Glob-style matching").
 *
 * * stands for any characters, also for none, ? for exactly one.  Letters of
 * ASCII match without case, all others as they are.  Pure functions, linear in
 * the text: at most so many steps for a byte of it as a pattern of
 * GLOB_MAX bytes has words of 64 bits.
 */
#ifndef MXCGI_GLOB_H
#define MXCGI_GLOB_H

#include <stdbool.h>

#include "base/buf.h"

#define GLOB_MAX	511	/* bytes; a longer pattern matches nothing */

enum glob_how {
	GLOB_WHOLE,		/* the pattern is all of the text */
	GLOB_WORDS,		/* a part of it that begins and ends at a word
				 * boundary (module "Push notifications") */
	GLOB_WORDS_LITERAL	/* the same, where * and ? are what they are */
};

/* Both are UTF-8. */
bool	glob_match(struct span pattern, struct span text, enum glob_how);

#endif

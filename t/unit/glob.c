/* glob.c - patterns with * and ?. */
#include <stdio.h>
#include <string.h>

#include "matrix/glob.h"
#include "tap.h"

static const struct {
	const char	*pattern;
	const char	*text;
	enum glob_how	 how;
	bool		 matches;
} cases[] = {
	{ "lunc?*", "Lunch plans", GLOB_WHOLE, true },
	{ "lunc?*", "LUNCH", GLOB_WHOLE, true },
	{ "lunc?*", " lunch", GLOB_WHOLE, false },
	{ "lunc?*", "lunc", GLOB_WHOLE, false },
	{ "", "", GLOB_WHOLE, true },
	{ "", "a", GLOB_WHOLE, false },
	{ "*", "", GLOB_WHOLE, true },
	{ "**a**", "bab", GLOB_WHOLE, true },
	{ "a*b*c", "aXbXbXc", GLOB_WHOLE, true },
	{ "a*b*c", "aXcXb", GLOB_WHOLE, false },
	{ "?", "\xc3\xa9", GLOB_WHOLE, true },
	{ "??", "\xc3\xa9", GLOB_WHOLE, false },
	{ "?\xc3\xa9?", "\xe2\x82\xac\xc3\xa9\xf0\x9f\x8e\x89", GLOB_WHOLE,
	    true },
	{ "\xc3\xa9", "\xc3\x89", GLOB_WHOLE, false },
	{ "[a]", "a", GLOB_WHOLE, false },
	{ "ex*ple", "An example event.", GLOB_WORDS, true },
	{ "ex*ple", "exple", GLOB_WORDS, true },
	{ "ex*ple", "An exciting triple-whammy", GLOB_WORDS, true },
	{ "ex*ple", "Vexing examples", GLOB_WORDS, false },
	{ "tea", "steam", GLOB_WORDS, false },
	{ "tea", "team", GLOB_WORDS, false },
	{ "tea", "(TEA)", GLOB_WORDS, true },
	{ "tea", "steam, tea", GLOB_WORDS, true },
	{ "tea", "tea_time", GLOB_WORDS, false },
	{ "tea", "\xc3\xa9tea", GLOB_WORDS, true },
	{ "time for", "It's time for tea", GLOB_WORDS, true },
	{ "a*c", "a*c", GLOB_WORDS_LITERAL, true },
	{ "a*c", "abc", GLOB_WORDS_LITERAL, false },
	{ "a?", "ab", GLOB_WORDS_LITERAL, false }
};

static char long_text[65536];

static void
test_long(void)
{
	char pattern[GLOB_MAX + 2];
	struct span text = { long_text, sizeof(long_text) };

	memset(long_text, 'a', sizeof(long_text));
	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = i % 2 ? 'a' : '*';
	ok(glob_match((struct span){ pattern, GLOB_MAX - 1 }, text,
	    GLOB_WHOLE), "a long pattern with many *");
	pattern[GLOB_MAX - 1] = 'b';
	ok(!glob_match((struct span){ pattern, GLOB_MAX }, text,
	    GLOB_WHOLE), "that it is not all, at no more cost");
	ok(!glob_match((struct span){ pattern, GLOB_MAX + 1 }, text,
	    GLOB_WHOLE), "one that is too long matches nothing");
	memset(pattern, 'a', sizeof(pattern));
	ok(glob_match((struct span){ pattern, GLOB_MAX },
	    (struct span){ long_text, GLOB_MAX }, GLOB_WORDS),
	    "as many letters as there may be");
	ok(!glob_match((struct span){ pattern, GLOB_MAX },
	    (struct span){ long_text, GLOB_MAX - 1 }, GLOB_WORDS),
	    "and one too few");
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(glob_match(span_of(cases[i].pattern),
		    span_of(cases[i].text), cases[i].how) == cases[i].matches,
		    "\"%s\" and \"%s\"%s", cases[i].pattern, cases[i].text,
		    cases[i].matches ? "" : ", which it is not");
	test_long();
	return done_testing();
}

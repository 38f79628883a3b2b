/* words.c - text taken apart into words. */
#include "matrix/words.h"
#include "scratch.h"
#include "tap.h"

/* The words, with a space between two and none before a joined one. */
static const char *
apart(const char *text)
{
	struct words words = words_of(span_of(text));
	struct word word;
	struct buf out;

	buf_init(&out, scratch_mem, SIZE_MAX);
	while (words_next(&words, &word)) {
		if (out.len > 0 && !word.joined)
			buf_putc(&out, ' ');
		buf_add(&out, word.s, word.n);
	}
	return buf_str(&out);
}

static void
test_as_written(void)
{
	struct words words = words_of(SPAN(" \xc3\x89t\xc3\xa9!"));
	struct word word;

	ok(words_next(&words, &word), "there is a word");
	ok(span_is(word.as_written, "\xc3\x89t\xc3\xa9"),
	    "and how it was written");
	ok(!words_next(&words, &word), "and no other");
}

static void
test_bounds(void)
{
	char text[300], all[256];
	struct words words;
	struct word word;
	size_t n = 0;

	memset(text, 'a', sizeof(text));
	words = words_of((struct span){ text, sizeof(text) });
	ok(words_next(&words, &word) && word.n == WORD_MAX,
	    "a long word is cut");
	ok(!words_next(&words, &word), "and what is cut off is no word");
	for (size_t i = 0; i < sizeof(text) / 4; i++)
		memcpy(text + 4 * i, "\xf0\x90\x8c\xb0", 4);
	words = words_of((struct span){ text, sizeof(text) });
	ok(words_next(&words, &word) && word.n == WORD_MAX / 4 * 4,
	    "but not within a letter");
	for (int i = 0; i < 256; i++)
		all[i] = (char)(255 - i);
	words = words_of((struct span){ all, sizeof(all) });
	while (words_next(&words, &word))
		n++;
	is_int((int64_t)n, 3, "bytes that are no UTF-8 are space");
}

int
main(void)
{
	static const struct { const char *text, *words, *what; } cases[] = {
		{ "", "", "nothing" },
		{ " .,-\"*()\t\n", "", "no word" },
		{ "One two-THREE_4", "one two three 4", "ASCII" },
		{ "\"a\" OR b*", "a or b", "what may look like a language" },
		{ "\xc3\x84\xc3\x96\xc3\xbc \xc3\x9f \xc3\x86", "aou \xc3\x9f \xc3\xa6",
		    "Latin letters, without accents where they are ASCII then" },
		{ "e\xcc\x81", "e", "or with the accent behind them" },
		{ "\xc5\x81\xc3\xb3" "d\xc5\xba", "lodz", "of Poland" },
		{ "\xce\xa3\xce\xaf\xcf\x82", "\xcf\x83\xce\xaf\xcf\x83",
		    "Greek, with one sigma" },
		{ "\xd0\x81\xd0\x96\xd0\xba", "\xd1\x91\xd0\xb6\xd0\xba",
		    "Cyrillic" },
		{ "\xe6\x97\xa5\xe6\x9c\xac x", "\xe6\x97\xa5\xe6\x9c\xac x",
		    "each character of Japanese" },
		{ "\xe6\x97\xa5 \xe6\x9c\xac", "\xe6\x97\xa5 \xe6\x9c\xac",
		    "which need not be joined" },
		{ "\xe6\x97\xa5\xe3\x80\x82\xe6\x9c\xac",
		    "\xe6\x97\xa5 \xe6\x9c\xac", "nor are, around a full stop" },
		{ "a\xe2\x80\x94z\xe2\x80\xa6", "a z", "dashes and dots" },
		{ "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", "\xf0\x9f\x91\x8d",
		    "a picture, of whatever colour" },
	};

	scratch_begin();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_text(apart(cases[i].text), cases[i].words, "%s",
		    cases[i].what);
	test_as_written();
	test_bounds();
	return done_testing();
}

/*
 * words.c - words of any text: each is short, stands in the text behind the one
 * before it, and taken apart again is one word, the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "matrix/words.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
again(const struct word *word)
{
	struct words w = words_of((struct span){ word->s, word->n });
	struct word same, more;

	if (!words_next(&w, &same) || same.n != word->n ||
	    memcmp(same.s, word->s, word->n) != 0 || words_next(&w, &more))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *text = (const char *)data, *last = text;
	struct words w = words_of((struct span){ text, n });
	struct word word;

	while (words_next(&w, &word)) {
		if (word.n == 0 || word.n > WORD_MAX ||
		    word.as_written.s < last ||
		    word.as_written.s + word.as_written.n > text + n)
			abort();
		last = word.as_written.s + word.as_written.n;
		again(&word);
	}
	return 0;
}

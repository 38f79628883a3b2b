/*
 * glob.c - see glob.h.
 *
 * All ways in which the pattern may have matched so far are followed at once,
 * a bit each: bit i says that i elements of the pattern have matched up to
 * here.  An element is a byte that is written so or a ?, which matches the
 * first byte of a character; the rest of that character is then skipped.
 */
#include "matrix/glob.h"

#include <stdint.h>
#include <string.h>

#define WORDS	((GLOB_MAX + 1) / 64)

struct bits {
	uint64_t	word[WORDS];
};
struct glob {
	size_t		 n;		/* elements */
	size_t		 words;		/* that hold n + 1 bits */
	struct bits	 on[256];	/* bit i: element i matches that byte */
	struct bits	 star;		/* bit i: a * before element i */
	struct bits	 skip;		/* bit i: a ? just before element i */
};

static void
bit_set(struct bits *bits, size_t i)
{
	bits->word[i / 64] |= UINT64_C(1) << i % 64;
}

static bool
bit_is(const struct bits *bits, size_t i)
{
	return (bits->word[i / 64] >> i % 64 & 1) != 0;
}

static unsigned char
folded(char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c - 'A' + 'a') :
	    (unsigned char)c;
}

static bool
is_continuation(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

static void
add_any(struct glob *g)
{
	for (int c = 0; c < 256; c++)
		if (!is_continuation((unsigned char)c))
			bit_set(&g->on[c], g->n);
	bit_set(&g->skip, ++g->n);
}

static void
compile(struct glob *g, struct span pattern, bool literal)
{
	memset(g, 0, sizeof(*g));
	for (size_t i = 0; i < pattern.n; i++) {
		char c = pattern.s[i];

		if (c == '*' && !literal)
			bit_set(&g->star, g->n);
		else if (c == '?' && !literal)
			add_any(g);
		else
			bit_set(&g->on[folded(c)], g->n++);
	}
	g->words = g->n / 64 + 1;
}

static void
advance(const struct glob *g, struct bits *now, unsigned char c)
{
	uint64_t carry = 0;

	for (size_t i = 0; i < g->words; i++) {
		uint64_t was = now->word[i], met = was & g->on[c].word[i];
		uint64_t stay = g->star.word[i];

		if (is_continuation(c))
			stay |= g->skip.word[i];
		now->word[i] = met << 1 | carry | (was & stay);
		carry = met >> 63;
	}
}

/* Is it a byte of a word, as word boundaries have it? */
static bool
is_word(struct span text, size_t i)
{
	unsigned char c = folded(text.s[i]);

	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool
match_words(const struct glob *g, struct span text)
{
	struct bits now = { { 0 } };

	for (size_t i = 0; ; i++) {
		if (i == 0 || !is_word(text, i - 1))
			bit_set(&now, 0);
		if (bit_is(&now, g->n) && (i == text.n || !is_word(text, i)))
			return true;
		if (i == text.n)
			return false;
		advance(g, &now, folded(text.s[i]));
	}
}

static bool
match_whole(const struct glob *g, struct span text)
{
	struct bits now = { { 0 } };

	bit_set(&now, 0);
	for (size_t i = 0; i < text.n; i++)
		advance(g, &now, folded(text.s[i]));
	return bit_is(&now, g->n);
}

static bool
is_plain(struct span pattern)
{
	for (size_t i = 0; i < pattern.n; i++)
		if (pattern.s[i] == '*' || pattern.s[i] == '?')
			return false;
	return true;
}

static bool
is_same(struct span pattern, struct span text)
{
	if (pattern.n != text.n)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (folded(pattern.s[i]) != folded(text.s[i]))
			return false;
	return true;
}

bool
glob_match(struct span pattern, struct span text, enum glob_how how)
{
	struct glob g;

	if (pattern.n > GLOB_MAX)
		return false;
	if (how == GLOB_WHOLE && is_plain(pattern))
		return is_same(pattern, text);
	compile(&g, pattern, how == GLOB_WORDS_LITERAL);
	return how == GLOB_WHOLE ? match_whole(&g, text) :
	    match_words(&g, text);
}

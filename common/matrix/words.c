/*
 * words.c - text taken apart into words that can be compared.
 *
 * Ranges of Unicode, as far as they decide what a word is; a character that no
 * table names is a letter.
 */
#include "matrix/words.h"

#include <stdint.h>
#include <string.h>

enum kind { LETTER, SPACE, SINGLE, MARK };

struct range {
	uint32_t	from;
	uint32_t	to;
	enum kind	kind;
};

/* In order; MARK: it belongs to the letter before it, and is left out. */
static const struct range ranges[] = {
	{ 0x0080, 0x00a9, SPACE },
	{ 0x00ab, 0x00b1, SPACE },
	{ 0x00b4, 0x00b4, SPACE },
	{ 0x00b6, 0x00b8, SPACE },
	{ 0x00bb, 0x00bb, SPACE },
	{ 0x00bf, 0x00bf, SPACE },
	{ 0x00d7, 0x00d7, SPACE },
	{ 0x00f7, 0x00f7, SPACE },
	{ 0x0300, 0x036f, MARK },
	{ 0x037e, 0x037e, SPACE },
	{ 0x0387, 0x0387, SPACE },
	{ 0x0483, 0x0489, MARK },
	{ 0x055a, 0x055f, SPACE },
	{ 0x0589, 0x058a, SPACE },
	{ 0x0591, 0x05bd, MARK },
	{ 0x05be, 0x05be, SPACE },
	{ 0x05bf, 0x05bf, MARK },
	{ 0x05c0, 0x05c0, SPACE },
	{ 0x05c1, 0x05c2, MARK },
	{ 0x05c3, 0x05c3, SPACE },
	{ 0x05f3, 0x05f4, SPACE },
	{ 0x060c, 0x060d, SPACE },
	{ 0x061b, 0x061f, SPACE },
	{ 0x064b, 0x0652, MARK },
	{ 0x066a, 0x066d, SPACE },
	{ 0x06d4, 0x06d4, SPACE },
	{ 0x0964, 0x0965, SPACE },
	{ 0x0e00, 0x0eff, SINGLE },
	{ 0x1000, 0x109f, SINGLE },
	{ 0x1780, 0x17ff, SINGLE },
	{ 0x2000, 0x200b, SPACE },
	{ 0x200c, 0x200f, MARK },
	{ 0x2010, 0x206f, SPACE },
	{ 0x20a0, 0x20cf, SPACE },
	{ 0x2190, 0x25ff, SPACE },
	{ 0x2600, 0x27bf, SINGLE },
	{ 0x27c0, 0x2bff, SPACE },
	{ 0x2e00, 0x2e7f, SPACE },
	{ 0x2e80, 0x2fff, SINGLE },
	{ 0x3000, 0x3004, SPACE },
	{ 0x3005, 0x3007, SINGLE },
	{ 0x3008, 0x3020, SPACE },
	{ 0x3021, 0x302f, SINGLE },
	{ 0x3030, 0x3030, SPACE },
	{ 0x3031, 0x31ff, SINGLE },
	{ 0x3200, 0x33ff, SPACE },
	{ 0x3400, 0x4dbf, SINGLE },
	{ 0x4e00, 0x9fff, SINGLE },
	{ 0xac00, 0xd7ff, SINGLE },
	{ 0xe000, 0xf8ff, SPACE },
	{ 0xf900, 0xfaff, SINGLE },
	{ 0xfe00, 0xfe0f, MARK },
	{ 0xfe10, 0xfe1f, SPACE },
	{ 0xfe20, 0xfe2f, MARK },
	{ 0xfe30, 0xfe6f, SPACE },
	{ 0xfeff, 0xfeff, MARK },
	{ 0xff00, 0xff0f, SPACE },
	{ 0xff1a, 0xff20, SPACE },
	{ 0xff3b, 0xff40, SPACE },
	{ 0xff5b, 0xff65, SPACE },
	{ 0xfff9, 0xffff, SPACE },
	{ 0x1f000, 0x1f3fa, SINGLE },
	{ 0x1f3fb, 0x1f3ff, MARK },	/* colours of skin */
	{ 0x1f400, 0x1faff, SINGLE },
	{ 0x20000, 0x3ffff, SINGLE },
	{ 0xe0000, 0xeffff, MARK },
};
#define RANGES (sizeof(ranges) / sizeof(ranges[0]))

static enum kind
kind_of(uint32_t c)
{
	size_t low = 0, high = RANGES;

	if (c < 0x80)
		return (c >= '0' && c <= '9') || ((c | 32) >= 'a' &&
		    (c | 32) <= 'z') ? LETTER : SPACE;
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (c < ranges[mid].from)
			high = mid;
		else if (c > ranges[mid].to)
			low = mid + 1;
		else
			return ranges[mid].kind;
	}
	return LETTER;
}

/* ----------------------------------------------------------- what is same */

/* U+00C0 to U+017F: the letter without its accent; a dot: none of ASCII. */
static const char base[] =
    "aaaaaa.ceeeeiiii.nooooo.ouuuuy.."
    "aaaaaa.ceeeeiiii.nooooo.ouuuuy.y"
    "aaaaaaccccccccddddeeeeeeeeeegggg"
    "gggghhhhiiiiiiiiii..jjkk.lllllll"
    "lllnnnnnnn..oooooo..rrrrrrssssss"
    "ssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
_Static_assert(sizeof(base) == 0x180 - 0xc0 + 1, "one for each letter");

/* Capitals that lie at a constant distance from their small letters. */
static const struct { uint32_t from, to, distance; } capitals[] = {
	{ 0x00c0, 0x00de, 0x20 },
	{ 0x0388, 0x038a, 0x25 },
	{ 0x038e, 0x038f, 0x3f },
	{ 0x0391, 0x03a1, 0x20 },
	{ 0x03a3, 0x03ab, 0x20 },
	{ 0x0400, 0x040f, 0x50 },
	{ 0x0410, 0x042f, 0x20 },
	{ 0x0531, 0x0556, 0x30 },
	{ 0xff21, 0xff3a, 0x20 },
};

/* Where each even one is the capital of the odd one behind it. */
static const struct { uint32_t from, to; } pairs[] = {
	{ 0x0132, 0x0133 },
	{ 0x014a, 0x014b },
	{ 0x0152, 0x0153 },
	{ 0x01de, 0x01ef },
	{ 0x01f8, 0x021f },
	{ 0x0460, 0x0481 },
	{ 0x048a, 0x04bf },
	{ 0x04d0, 0x052f },
	{ 0x1e00, 0x1e95 },
	{ 0x1ea0, 0x1eff },
};

static uint32_t
small(uint32_t c)
{
	if (c == 0x0386)
		return 0x03ac;
	if (c == 0x038c)
		return 0x03cc;
	if (c == 0x03c2)	/* at the end of a word */
		return 0x03c3;
	for (size_t i = 0; i < sizeof(capitals) / sizeof(capitals[0]); i++)
		if (c >= capitals[i].from && c <= capitals[i].to)
			return c + capitals[i].distance;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (c >= pairs[i].from && c <= pairs[i].to)
			return c | 1;
	return c;
}

static uint32_t
folded(uint32_t c)
{
	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c | 32 : c;
	if (c >= 0xc0 && c < 0x180 && base[c - 0xc0] != '.')
		return (uint32_t)base[c - 0xc0];
	return small(c);
}

/* ------------------------------------------------------------------ UTF-8 */

/* One character; what is no UTF-8 is taken for a space, byte by byte. */
static uint32_t
take(const char **at, const char *end)
{
	const unsigned char *s = (const unsigned char *)*at;
	size_t n = s[0] < 0x80 ? 1 : s[0] >= 0xf0 && s[0] < 0xf8 ? 4 :
	    s[0] >= 0xe0 ? 3 : s[0] >= 0xc0 ? 2 : 0;
	uint32_t c = n == 1 ? s[0] : s[0] & (0x7fu >> n);

	if (n == 0 || n > (size_t)(end - *at) || s[0] >= 0xf8) {
		(*at)++;
		return ' ';
	}
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80) {
			(*at)++;
			return ' ';
		}
		c = c << 6 | (s[i] & 0x3f);
	}
	*at += n;
	return c;
}

static void
put(struct word *word, uint32_t c)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	char *s = word->s + word->n;

	if (word->n + n > WORD_MAX)
		return;
	word->n += n;
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		s[i] = (char)(0x80 | (c & 0x3f));
	s[0] = (char)(c | first[n]);
}

/* ------------------------------------------------------------------ words */

struct words
words_of(struct span text)
{
	return (struct words){ .at = text.s,
	    .end = text.n > 0 ? text.s + text.n : text.s };
}

/* The rest of a word that began with a letter. */
static void
take_letters(struct words *w, struct word *word)
{
	const char *next = w->at;

	while (next < w->end) {
		uint32_t c = take(&next, w->end);
		enum kind kind = kind_of(c);

		if (kind == SPACE || kind == SINGLE)
			return;
		if (kind == LETTER)
			put(word, folded(c));
		w->at = next;
	}
}

bool
words_next(struct words *w, struct word *word)
{
	bool close = w->single;

	while (w->at < w->end) {
		const char *start = w->at;
		uint32_t c = take(&w->at, w->end);
		enum kind kind = kind_of(c);

		if (kind == SPACE)
			close = false;
		if (kind != LETTER && kind != SINGLE)
			continue;
		word->n = 0;
		put(word, folded(c));
		word->joined = kind == SINGLE && close;
		w->single = kind == SINGLE;
		if (kind == LETTER)
			take_letters(w, word);
		word->as_written = (struct span){ start,
		    (size_t)(w->at - start) };
		return true;
	}
	return false;
}

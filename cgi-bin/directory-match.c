/*
 * directory-match.c - looking for a text in others.  No patterns: what people
 * type means itself.
 */
#include <locale.h>
#include <string.h>
#include <wctype.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "directory.h"

struct term {
	struct arena	*mem;
	locale_t	 letters;	/* 0: only those of ASCII are folded */
	struct span	 text;		/* folded */
};

/* The character at s, which is UTF-8; its length. */
static size_t
decode(const unsigned char *s, wint_t *c)
{
	if (s[0] < 0x80) {
		*c = s[0];
		return 1;
	}
	if (s[0] < 0xe0) {
		*c = (wint_t)((s[0] & 0x1f) << 6 | (s[1] & 0x3f));
		return 2;
	}
	if (s[0] < 0xf0) {
		*c = (wint_t)((s[0] & 0x0f) << 12 | (s[1] & 0x3f) << 6 |
		    (s[2] & 0x3f));
		return 3;
	}
	*c = (wint_t)((s[0] & 0x07) << 18 | (s[1] & 0x3f) << 12 |
	    (s[2] & 0x3f) << 6 | (s[3] & 0x3f));
	return 4;
}

static void
encode(struct buf *out, wint_t c)
{
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	int n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	buf_putc(out, (char)(lead[n] | c >> 6 * (n - 1)));
	while (--n > 0)
		buf_putc(out, (char)(0x80 | (c >> 6 * (n - 1) & 0x3f)));
}

static wint_t
fold(const struct term *term, wint_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c + ('a' - 'A');
	return c < 0x80 || term->letters == (locale_t)0 ? c :
	    towlower_l(c, term->letters);
}

/* Nothing of what is no UTF-8, which only a damaged row holds. */
static struct span
folded(const struct term *term, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	struct buf out;
	wint_t c;

	buf_init(&out, term->mem, SIZE_MAX);
	if (!utf8_valid(text, strlen(text)))
		return buf_content(&out);
	while (*s != '\0') {
		s += decode(s, &c);
		encode(&out, fold(term, c));
	}
	return buf_content(&out);
}

struct term *
term_new(struct request *r, const char *text)
{
	struct term *term = arena_alloc(r->mem, sizeof(*term));

	term->mem = r->mem;
	term->letters = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	term->text = folded(term, text);
	return term;
}

/* memmem() of the C libraries we know is linear. */
bool
term_found(const struct term *term, const char *in)
{
	struct span text;

	if (in == NULL)
		return false;
	text = folded(term, in);
	return memmem(text.s, text.n, term->text.s, term->text.n) != NULL;
}

void
term_end(struct term *term)
{
	if (term->letters != (locale_t)0)
		freelocale(term->letters);
	term->letters = (locale_t)0;
}

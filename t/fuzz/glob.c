/*
 * glob.c - any pattern and any text, compared with the plain way of matching,
 * which tries each length of a *.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "matrix/glob.h"

#define SHORT	40	/* bytes: the plain way takes long */

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static bool
is_rest(struct span text)
{
	return text.n > 0 && ((unsigned char)text.s[0] & 0xc0) == 0x80;
}

static struct span
behind(struct span text, size_t n)
{
	return (struct span){ text.s + n, text.n - n };
}

static bool
plainly(struct span p, struct span text)
{
	if (p.n == 0)
		return text.n == 0;
	if (*p.s == '*')
		return plainly(behind(p, 1), text) ||
		    (text.n > 0 && plainly(p, behind(text, 1)));
	if (text.n == 0)
		return false;
	if (*p.s != '?')
		return lower(*p.s) == lower(*text.s) &&
		    plainly(behind(p, 1), behind(text, 1));
	if (is_rest(text))
		return false;
	for (text = behind(text, 1); ; text = behind(text, 1)) {
		if (plainly(behind(p, 1), text))
			return true;
		if (!is_rest(text))
			return false;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	size_t cut = n == 0 ? 0 : data[0] % n;
	struct span pattern = { (const char *)data, cut };
	struct span text = { (const char *)data + cut, n - cut };
	bool whole = glob_match(pattern, text, GLOB_WHOLE);

	(void)glob_match(pattern, text, GLOB_WORDS_LITERAL);
	if (whole && !glob_match(pattern, text, GLOB_WORDS))
		abort();
	if (pattern.n < SHORT / 4 && text.n < SHORT &&
	    whole != plainly(pattern, text))
		abort();
	return 0;
}

/* utf8.c - is this text? */
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

/*
 * The length of the sequence that begins at s, 0 when it is none.  The second
 * byte alone tells overlong forms, surrogates and what is above U+10FFFF
 * (Unicode, table 3-7).
 */
static size_t
sequence(const uint8_t *s, size_t n)
{
	uint8_t low = 0x80, high = 0xbf;
	size_t len, i;

	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		len = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		len = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		len = 4;
	else
		return 0;
	if (n < len)
		return 0;

	switch (s[0]) {
	case 0xe0: low = 0xa0; break;
	case 0xed: high = 0x9f; break;
	case 0xf0: low = 0x90; break;
	case 0xf4: high = 0x8f; break;
	}
	if (s[1] < low || s[1] > high)
		return 0;
	for (i = 2; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

bool
utf8_valid(const char *text, size_t n)
{
	const uint8_t *s = (const uint8_t *)text;
	const uint64_t high = UINT64_C(0x8080808080808080);
	uint64_t eight;
	size_t i = 0, len;

	while (i < n) {
		if (n - i >= sizeof eight) {
			memcpy(&eight, s + i, sizeof eight);
			if ((eight & high) == 0) {
				i += sizeof eight;
				continue;
			}
		}
		if (s[i] < 0x80)
			i++;
		else if ((len = sequence(s + i, n - i)) != 0)
			i += len;
		else
			return false;
	}
	return true;
}

size_t
utf8_encode(uint32_t c, char out[4])
{
	static const unsigned char first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(c | first[n]);
	return n;
}

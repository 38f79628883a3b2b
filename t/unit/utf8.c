/* utf8.c - well-formed UTF-8, each edge of Unicode's table 3-7. */
#include "base/utf8.h"
#include "tap.h"

static const struct {
	const char	*bytes;
	bool		 good;
	const char	*name;
} cases[] = {
	{ "", true, "nothing" },
	{ "plain ASCII, longer than eight bytes", true, "ASCII" },
	{ "\x7f", true, "U+007F" },
	{ "\x80", false, "a continuation alone" },
	{ "\xbf", false, "the last continuation alone" },
	{ "\xc0\x80", false, "overlong U+0000" },
	{ "\xc1\xbf", false, "overlong U+007F" },
	{ "\xc2\x80", true, "U+0080" },
	{ "\xdf\xbf", true, "U+07FF" },
	{ "\xc2", false, "cut after one of two" },
	{ "\xc2" "a", false, "a letter for a continuation" },
	{ "\xc2\xc2", false, "a beginning for a continuation" },
	{ "\xe0\x9f\xbf", false, "overlong U+07FF" },
	{ "\xe0\xa0\x80", true, "U+0800" },
	{ "\xe6\x97\xa5\xe6\x9c\xac", true, "U+65E5 U+672C" },
	{ "\xe6\x97", false, "cut after two of three" },
	{ "\xe6\x97\x41", false, "a letter for the third" },
	{ "\xed\x9f\xbf", true, "U+D7FF" },
	{ "\xed\xa0\x80", false, "U+D800, a surrogate" },
	{ "\xed\xbf\xbf", false, "U+DFFF, a surrogate" },
	{ "\xee\x80\x80", true, "U+E000" },
	{ "\xef\xbf\xbf", true, "U+FFFF" },
	{ "\xf0\x8f\xbf\xbf", false, "overlong U+FFFF" },
	{ "\xf0\x90\x80\x80", true, "U+10000" },
	{ "\xf0\x9f\x98\x80", true, "U+1F600" },
	{ "\xf0\x9f\x98", false, "cut after three of four" },
	{ "\xf4\x8f\xbf\xbf", true, "U+10FFFF" },
	{ "\xf4\x90\x80\x80", false, "U+110000" },
	{ "\xf5\x80\x80\x80", false, "a first byte of F5" },
	{ "\xff", false, "FF" },
	{ "\xfe", false, "FE" },
	{ "abcdefg\xc3\xa9", true, "a sequence across eight bytes" },
	{ "abcdefg\xc3", false, "cut at the eighth byte" },
	{ "abcdefghijklmno\xff", false, "bad behind sixteen" },
};

int
main(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		ok(utf8_valid(cases[i].bytes, strlen(cases[i].bytes)) ==
		    cases[i].good, "%s", cases[i].name);
	ok(utf8_valid("a\0b", 3), "NUL is allowed");
	ok(utf8_valid("\xc3\xa9", 2) && !utf8_valid("\xc3\xa9", 1),
	    "the length counts, not what stands behind");
	return done_testing();
}

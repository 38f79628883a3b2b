/* charset.c - see charset.h. */
#include "matrix/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/utf8.h"

#define BROKEN		"\xef\xbf\xbd"	/* U+FFFD */
#define GROWTH		3	/* bytes that one may become */
#define CUT_MAX		3	/* bytes of a character that was cut off */

/* Each with the names it goes by, with blanks between them. */
static const struct {
	const char	*iconv;
	const char	*labels;
} charsets[] = {
	{ "UTF-8", "utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 x-unicode20utf8" },
	{ "WINDOWS-1252", "windows-1252 cp1252 x-cp1252 iso-8859-1 iso8859-1 "
	    "iso_8859-1 iso88591 latin1 l1 us-ascii ascii ansi_x3.4-1968 "
	    "cp819 ibm819" },
	{ "ISO-8859-2", "iso-8859-2 iso8859-2 iso_8859-2 latin2 l2" },
	{ "ISO-8859-3", "iso-8859-3 iso8859-3 iso_8859-3 latin3 l3" },
	{ "ISO-8859-4", "iso-8859-4 iso8859-4 iso_8859-4 latin4 l4" },
	{ "ISO-8859-5", "iso-8859-5 iso8859-5 iso_8859-5 cyrillic" },
	{ "ISO-8859-6", "iso-8859-6 iso8859-6 iso_8859-6 arabic" },
	{ "ISO-8859-7", "iso-8859-7 iso8859-7 iso_8859-7 greek greek8" },
	{ "ISO-8859-8", "iso-8859-8 iso8859-8 iso_8859-8 iso-8859-8-i hebrew "
	    "logical visual" },
	{ "ISO-8859-10", "iso-8859-10 iso8859-10 latin6 l6" },
	{ "ISO-8859-13", "iso-8859-13 iso8859-13" },
	{ "ISO-8859-14", "iso-8859-14 iso8859-14" },
	{ "ISO-8859-15", "iso-8859-15 iso8859-15 iso_8859-15 latin9 l9" },
	{ "ISO-8859-16", "iso-8859-16" },
	{ "WINDOWS-1250", "windows-1250 cp1250 x-cp1250" },
	{ "WINDOWS-1251", "windows-1251 cp1251 x-cp1251" },
	{ "WINDOWS-1253", "windows-1253 cp1253 x-cp1253" },
	{ "WINDOWS-1254", "windows-1254 cp1254 x-cp1254 iso-8859-9 iso8859-9 "
	    "iso_8859-9 latin5 l5" },
	{ "WINDOWS-1255", "windows-1255 cp1255 x-cp1255" },
	{ "WINDOWS-1256", "windows-1256 cp1256 x-cp1256" },
	{ "WINDOWS-1257", "windows-1257 cp1257 x-cp1257" },
	{ "WINDOWS-1258", "windows-1258 cp1258 x-cp1258" },
	{ "CP874", "windows-874 dos-874 tis-620 iso-8859-11 iso8859-11" },
	{ "CP866", "ibm866 866 cp866" },
	{ "KOI8-R", "koi8-r koi8 koi koi8_r" },
	{ "KOI8-U", "koi8-u koi8-ru" },
	{ "MACINTOSH", "macintosh mac x-mac-roman" },
	{ "GB18030", "gb18030 gbk x-gbk gb2312 gb_2312 gb_2312-80 chinese" },
	{ "BIG5-HKSCS", "big5 big5-hkscs cn-big5 x-x-big5" },
	{ "EUC-JP", "euc-jp x-euc-jp" },
	{ "ISO-2022-JP", "iso-2022-jp csiso2022jp" },
	{ "CP932", "shift_jis shift-jis sjis ms_kanji ms932 windows-31j "
	    "x-sjis" },
	{ "CP949", "euc-kr korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 "
	    "windows-949" },
	{ "UTF-16LE", "utf-16 utf-16le unicode ucs-2 iso-10646-ucs-2" },
	{ "UTF-16BE", "utf-16be" },
};

/* ------------------------------------------------------------------- names */

static bool
has_word(const char *words, struct span word)
{
	while (*words != '\0') {
		size_t n = strcspn(words, " ");

		if (n == word.n && strncasecmp(words, word.s, n) == 0)
			return true;
		words += n + strspn(words + n, " ");
	}
	return false;
}

const char *
charset_named(struct span label)
{
	for (size_t i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++)
		if (has_word(charsets[i].labels, label))
			return charsets[i].iconv;
	return NULL;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

/* Up to a quote of the kind it began with, or what ends a word. */
static struct span
value_at(struct span s)
{
	size_t n = 0;
	char quote;

	while (s.n > 0 && is_blank(*s.s))
		s.s++, s.n--;
	if (s.n > 0 && (*s.s == '"' || *s.s == '\'')) {
		quote = *s.s++;
		s.n--;
		while (n < s.n && s.s[n] != quote)
			n++;
	} else {
		while (n < s.n && !is_blank(s.s[n]) && s.s[n] != ';' &&
		    s.s[n] != '"' && s.s[n] != '\'')
			n++;
	}
	return (struct span){ s.s, n };
}

struct span
charset_parameter(struct span text, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i + n < text.n; i++) {
		size_t at = i + n;

		if (strncasecmp(text.s + i, name, n) != 0)
			continue;
		while (at < text.n && is_blank(text.s[at]))
			at++;
		if (at < text.n && text.s[at] == '=')
			return value_at((struct span){ text.s + at + 1,
			    text.n - at - 1 });
	}
	return (struct span){ "", 0 };
}

const char *
charset_of_mark(struct span text)
{
	if (text.n >= 3 && memcmp(text.s, "\xef\xbb\xbf", 3) == 0)
		return "UTF-8";
	if (text.n >= 2 && memcmp(text.s, "\xfe\xff", 2) == 0)
		return "UTF-16BE";
	if (text.n >= 2 && memcmp(text.s, "\xff\xfe", 2) == 0)
		return "UTF-16LE";
	return NULL;
}

/* -------------------------------------------------------------------- text */

static bool
is_ascii(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.s[i] >= 0x80)
			return false;
	return true;
}

/* Its last character may have been cut off, but not the only one. */
static bool
could_be_utf8(struct span text)
{
	if (utf8_valid(text.s, text.n))
		return true;
	for (size_t cut = 1; cut <= CUT_MAX && cut <= text.n; cut++)
		if (utf8_valid(text.s, text.n - cut))
			return !is_ascii((struct span){ text.s, text.n - cut });
	return false;
}

static void
add_broken(char **out, size_t *left)
{
	size_t n = sizeof(BROKEN) - 1;

	if (*left < n)
		return;
	memcpy(*out, BROKEN, n);
	*out += n;
	*left -= n;
}

/* Byte by byte where it is broken, so that it ends. */
static size_t
convert(iconv_t cd, struct span text, char *to, size_t size)
{
	char *in = (char *)(uintptr_t)text.s, *out = to;
	size_t in_left = text.n, left = size;

	while (in_left > 0) {
		if (iconv(cd, &in, &in_left, &out, &left) != (size_t)-1 ||
		    errno == E2BIG)
			break;
		add_broken(&out, &left);
		if (errno == EINVAL)
			break;		/* the last one was cut off */
		in++;
		in_left--;
	}
	iconv(cd, NULL, NULL, &out, &left);
	return (size_t)(out - to);
}

struct span
charset_to_utf8(struct arena *mem, const char *charset, struct span text)
{
	size_t size = GROWTH * text.n + 16, n;
	iconv_t cd;
	char *out;

	if (charset == NULL)
		charset = could_be_utf8(text) ? "UTF-8" : "WINDOWS-1252";
	if (strcmp(charset, "UTF-8") == 0 && utf8_valid(text.s, text.n))
		return text;
	/* Where a system lacks that converter, ASCII is left. */
	if ((cd = iconv_open("UTF-8", charset)) == (iconv_t)-1 &&
	    (cd = iconv_open("UTF-8", "UTF-8")) == (iconv_t)-1)
		return (struct span){ "", 0 };
	out = arena_alloc(mem, size);
	n = convert(cd, text, out, size);
	iconv_close(cd);
	return utf8_valid(out, n) ? (struct span){ out, n } :
	    (struct span){ "", 0 };
}

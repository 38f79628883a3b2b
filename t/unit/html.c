/* html.c - HTML cut into pieces, and the charsets that it comes in. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "matrix/charset.h"
#include "matrix/html.h"
#include "tap.h"

static struct arena *mem;

/* ------------------------------------------------------------------ tokens */

/* <name a=b> as "+name[attributes]", </name> as "-name", text in quotes. */
static const struct {
	const char	*html, *want;
} cut[] = {
	{ "", "" },
	{ "a<b>c</b >d", "'a'+b[]'c'-b'd'" },
	{ "<A href='x>y' b=\"<\" c=d>e", "+A[ href='x>y' b=\"<\" c=d]'e'" },
	{ "<a b='no end", "" },
	{ "x<a b='no end>x</a>", "'x'" },
	{ "<a", "" },
	{ "a < b", "'a ''<'' b'" },
	{ "<", "'<'" },
	{ "</", "" },
	{ "</3>x", "'x'" },
	{ "<3", "'<''3'" },
	{ "<!-- <a> -- > --><b>", "+b[]" },
	{ "<!--><b>", "+b[]" },
	{ "<!-- no end <b>", "" },
	{ "<!doctype html><?xml a='>'?>x", "''?>x'" },
	{ "<script>if (a<b) '</scrip>' </script x>y", "+script[]-script'y'" },
	{ "<SCRIPT><!-- </SCRIPT>y", "+SCRIPT[]-SCRIPT'y'" },
	{ "<style>a</styles></style>b", "+style[]-style'b'" },
	{ "<script>no end", "+script[]" },
	{ "<title>a <b> &amp; </title>c", "+title[]'a <b> &amp; '-title'c'" },
	{ "<title></title>", "+title[]-title" },
	{ "<textarea><meta></textarea>", "+textarea[]-textarea" },
	{ "<br/><p / a=/b/>", "+br[/]+p[ / a=/b/]" },
	{ "<a =b c = d e>", "+a[ =b c = d e]" },
	{ "<plaintext></plaintext><a>", "+plaintext[]'</plaintext><a>'" },
};

static const char *
tokens(const char *html)
{
	struct html h = { .left = span_of(html) };
	struct html_token t;
	struct buf b;

	buf_init(&b, mem, SIZE_MAX);
	while (html_next(&h, &t)) {
		buf_puts(&b, t.kind == HTML_TEXT ? "'" :
		    t.kind == HTML_OPEN ? "+" : "-");
		buf_span(&b, t.name);
		if (t.kind == HTML_OPEN)
			buf_putc(&b, '[');
		if (t.kind != HTML_CLOSE)
			buf_span(&b, t.text);
		if (t.kind != HTML_CLOSE)
			buf_putc(&b, t.kind == HTML_OPEN ? ']' : '\'');
	}
	return buf_str(&b);
}

static const char *
attribute(const char *html, const char *name)
{
	struct html h = { .left = span_of(html) };
	struct html_token t;
	struct span value;

	return html_next(&h, &t) && html_attribute(&t, name, &value) ?
	    arena_strndup(mem, value.s, value.n) : NULL;
}

static void
test_tokens(void)
{
	for (size_t i = 0; i < sizeof cut / sizeof cut[0]; i++)
		is_text(tokens(cut[i].html), cut[i].want, "%s", cut[i].html);
	is_text(attribute("<a B=c b=d>", "b"), "c", "the first of a name");
	is_text(attribute("<a b = 'c d' e>", "b"), "c d", "blanks around it");
	is_text(attribute("<a b = 'c d' e>", "e"), "", "without a value");
	is_text(attribute("<a b='c=d'>", "c"), NULL, "not in a value");
	is_text(attribute("<a b=c/>", "b"), "c/", "a slash of the value");
	is_text(attribute("<a b/c=d>", "c"), "d", "a slash between");
	is_text(attribute("</a b=c>", "b"), NULL, "none where it ends");
}

/* -------------------------------------------------------------- references */

static const struct {
	const char	*text, *want;
} references[] = {
	{ "a &amp; b &lt;&gt;&quot;&apos;", "a & b <>\"'" },
	{ "&eacute;&Eacute;&euro;&thetasym;", "\xc3\xa9\xc3\x89\xe2\x82\xac\xcf\x91" },
	{ "&#233;&#xe9;&#XE9;&#xe9", "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9" },
	{ "&#x1f600;", "\xf0\x9f\x98\x80" },
	{ "&#150;", "\xe2\x80\x93" },
	{ "&#0;&#xd800;&#x110000;&#99999999999999999999;",
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "&;&#;&#x;&nosuch;&amp&averylongname;", "&;&#;&#x;&nosuch;&amp&averylongname;" },
	{ "&", "&" },
	{ "&#", "&#" },
	{ "a&b=c&d", "a&b=c&d" },
};

static void
test_references(void)
{
	for (size_t i = 0; i < sizeof references / sizeof references[0]; i++) {
		struct buf b;

		buf_init(&b, mem, SIZE_MAX);
		html_unescape(&b, span_of(references[i].text));
		is_text(buf_str(&b), references[i].want, "%s",
		    references[i].text);
	}
}

/* ---------------------------------------------------------------- charsets */

#define E_ACUTE	"\xc3\xa9"
#define NIHON	"\xe6\x97\xa5\xe6\x9c\xac"
#define BROKEN	"\xef\xbf\xbd"

static const struct {
	const char	*type, *html, *want, *name;
} charsets[] = {
	{ "text/html", "caf" E_ACUTE, "caf" E_ACUTE, "UTF-8, unsaid" },
	{ "text/html", "caf\xe9", "caf" E_ACUTE, "Latin-1, unsaid" },
	{ "text/html", "caf\xe9 caf" E_ACUTE, "caf" E_ACUTE " caf\xc3\x83\xc2\xa9",
	    "both" },
	{ "text/html; charset=ISO-8859-1", "caf\xe9 \x93", "caf" E_ACUTE
	    " \xe2\x80\x9c", "Latin-1 is Windows-1252" },
	{ "text/html;charset = \"latin1\" ; a", "caf\xe9", "caf" E_ACUTE,
	    "in quotes" },
	{ "text/html; charset=shift_jis", "\x93\xfa\x96\x7b", NIHON, "Shift_JIS" },
	{ "text/html; charset=EUC-JP", "\xc6\xfc\xcb\xdc", NIHON, "EUC-JP" },
	{ "text/html; charset=iso-2022-jp", "\x1b$BF|K\\\x1b(B", NIHON,
	    "ISO-2022-JP" },
	{ "text/html; charset=gb2312", "\xc8\xd5\xb1\xbe", NIHON, "GB 2312" },
	{ "text/html; charset=big5", "\xa4\xe9\xa5\xbb", NIHON, "Big5" },
	{ "text/html; charset=koi8-r", "\xc1", "\xd0\xb0", "KOI8-R" },
	{ "text/html", "<meta charset=koi8-r>\xc1", "<meta charset=koi8-r>\xd0\xb0",
	    "<meta charset>" },
	{ "text/html", "<META http-equiv=Content-Type content='text/html; "
	    "charset=koi8-r'>\xc1", "<META http-equiv=Content-Type content='"
	    "text/html; charset=koi8-r'>\xd0\xb0", "<meta http-equiv>" },
	{ "text/html", "<meta name=description content='charset=koi8-r'>\xe9",
	    "<meta name=description content='charset=koi8-r'>" E_ACUTE,
	    "but not in what it says otherwise" },
	{ "text/html", "<!-- <meta charset=koi8-r> -->\xe9",
	    "<!-- <meta charset=koi8-r> -->" E_ACUTE, "nor in a comment" },
	{ "text/html", "<?xml version='1.0' encoding='koi8-r'?>\xc1",
	    "<?xml version='1.0' encoding='koi8-r'?>\xd0\xb0", "of XML" },
	{ "text/html; charset=utf-8", "<meta charset=koi8-r>" E_ACUTE,
	    "<meta charset=koi8-r>" E_ACUTE, "the header comes first" },
	{ "text/html; charset=koi8-r", "\xef\xbb\xbf" E_ACUTE,
	    "\xef\xbb\xbf" E_ACUTE, "a byte order mark before it" },
	{ "text/html; charset=utf-8", "a\xe9" "b\xff", "a" BROKEN "b" BROKEN,
	    "broken UTF-8" },
	{ "text/html; charset=utf-8", "a\xed\xa0\x80" "b", "a" BROKEN BROKEN
	    BROKEN "b", "a surrogate" },
	{ "text/html; charset=utf-8", "a\xe6\x97", "a" BROKEN,
	    "cut off in a character" },
	{ "text/html; charset=shift_jis", "a\x81", "a" BROKEN, "and another" },
	{ "text/html", "<meta charset=utf-16>" E_ACUTE,
	    "<meta charset=utf-16>" E_ACUTE, "no UTF-16 that one can read" },
	{ "text/html; charset=//TRANSLIT", "caf\xe9", "caf" E_ACUTE,
	    "a name for iconv" },
	{ "text/html; charset=iso-2022-cn-ext", "caf\xe9", "caf" E_ACUTE,
	    "one that is not on the list" },
	{ "text/html; charset", "caf\xe9", "caf" E_ACUTE, "half a parameter" },
};

static void
test_charsets(void)
{
	struct span s;

	for (size_t i = 0; i < sizeof charsets / sizeof charsets[0]; i++) {
		s = html_to_utf8(mem, span_of(charsets[i].type),
		    span_of(charsets[i].html));
		is_text(arena_strndup(mem, s.s, s.n), charsets[i].want,
		    "%s (security 27)", charsets[i].name);
	}
	s = html_to_utf8(mem, SPAN("text/html"), SPAN("\xff\xfe" "a\0\xe9\0"));
	ok(s.n == 6 && memcmp(s.s, "\xef\xbb\xbf" "a" E_ACUTE, 6) == 0,
	    "UTF-16 by its mark");
	s = charset_to_utf8(mem, "UTF-16LE", SPAN("a\0\0\xd8" "b\0"));
	ok(utf8_valid(s.s, s.n) && s.n > 0, "half a character in UTF-16");
}

/* Whatever each of them makes of any byte, it is text. */
static void
test_every_charset(void)
{
	static const char *const names[] = {
		"utf-8", "latin1", "iso-8859-2", "iso-8859-3", "iso-8859-4",
		"iso-8859-5", "iso-8859-6", "iso-8859-7", "iso-8859-8",
		"iso-8859-10", "iso-8859-13", "iso-8859-14", "iso-8859-15",
		"iso-8859-16", "cp1250", "cp1251", "cp1253", "cp1254",
		"cp1255", "cp1256", "cp1257", "cp1258", "tis-620", "cp866",
		"koi8-r", "koi8-u", "macintosh", "gbk", "big5", "euc-jp",
		"iso-2022-jp", "sjis", "euc-kr", "utf-16le", "utf-16be"
	};
	char all[2 * 256];

	for (size_t i = 0; i < sizeof all; i++)
		all[i] = (char)(i * (i < 256 ? 1 : 7));
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct span s = charset_to_utf8(mem,
		    charset_named(span_of(names[i])),
		    (struct span){ all, sizeof all });

		ok(charset_named(span_of(names[i])) != NULL && s.n > 100 &&
		    utf8_valid(s.s, s.n), "%s, any byte", names[i]);
	}
}

int
main(void)
{
	mem = arena_new();
	test_tokens();
	test_references();
	test_charsets();
	test_every_charset();
	arena_free(mem);
	return done_testing();
}

/* preview_page.c - what pages say of themselves, and what hostile ones say. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "matrix/preview_page.h"
#include "matrix/preview_text.h"
#include "tap.h"

static struct arena *mem;
static struct preview_page page;

static void
look(const char *html)
{
	preview_page_read(mem, SPAN("text/html; charset=utf-8"), span_of(html),
	    &page);
}
static const char *
value(const char *name)
{
	return preview_page_value(&page, name);
}

static void
test_graph(void)
{
	look("<html><head prefix='og: http://ogp.me/ns#'><title>T</title>"
	    "<meta property='og:title' content='The &amp; title'>"
	    "<meta property=og:title content=second>"
	    "<META PROPERTY='OG:Type' CONTENT='video.movie'>"
	    "<meta name='og:site_name' content=' A\n\tsite '>"
	    "<meta property='og:image' content='/a.png?x&amp;y'>"
	    "<meta property='og:image:width' content='10'>"
	    "<meta property='og:image:alt' content='a cat'>"
	    "<meta property='og:video:height' content='20'>"
	    "<meta property='og:' content='x'>"
	    "<meta property='og:a b' content='x'>"
	    "<meta property='og:empty' content=' '>"
	    "<meta property='other' content='x'>"
	    "<meta name=description content='meta'></head>");
	is_text(value("og:title"), "The & title", "og:title, the first");
	is_text(value("og:type"), "video.movie", "in any case");
	is_text(value("og:site_name"), "A site", "tidy, and by another name");
	is_text(page.picture, "/a.png?x&y", "og:image");
	is_text(value("og:image"), NULL, "which is no value");
	is_text(value("og:image:width"), NULL, "how large it is counts not");
	is_text(value("og:image:alt"), "a cat", "but what it shows");
	is_text(value("og:video:height"), "20", "other properties");
	is_text(value("og:description"), "meta", "where one is missing");
	is_int((int64_t)page.n, 6, "and no more");
}

static void
test_fallbacks(void)
{
	look("<title>\n A &lt;title&gt;\n</title><meta name=twitter:title "
	    "content=tweet><meta name=twitter:image content=t.png>"
	    "<meta name=twitter:description content=said>"
	    "<link rel='shortcut icon' href=i.ico><img src=p.png>");
	is_text(value("og:title"), "tweet", "twitter:title");
	is_text(value("og:description"), "said", "twitter:description");
	is_text(page.picture, "t.png", "twitter:image");
	look("<title>\n A &lt;title&gt;\n</title><svg><title>no</title></svg>"
	    "<link rel='shortcut icon' href=i.ico><link rel=image_src "
	    "href=l.png><img src=p.png>");
	is_text(value("og:title"), "A <title>", "<title>");
	is_text(page.picture, "l.png", "<link rel=image_src>");
	look("<nav><img src=logo.png>Home <nav>x</nav> y</nav>"
	    "<header>x</header><h1>The <i>head</i>ing</h1>"
	    "<script>x</script><style>x</style><!-- x --><svg/>"
	    "<img src=a.png width=1 height=1><img src='data:image/png,x'>"
	    "<img src=b.png width=100%><p>Some <b>te</b>xt,<br>and</p>"
	    "\n\n<p>more.</p><aside>x</aside><noscript>x</noscript> End"
	    "<link rel=icon href=i.ico>");
	is_text(value("og:title"), "The heading", "a heading");
	is_text(value("og:description"), "Some text, and more. End", "its text");
	is_text(page.picture, "b.png", "a picture that can be seen");
	look("<base href=/b/><link rel='icon' href=i.ico>"
	    "<link rel=apple-touch-icon href=t.png>");
	is_text(page.picture, "t.png", "an icon");
	is_text(page.base, "/b/", "<base>");
	is_text(value("og:title"), NULL, "no title");
	look("");
	ok(page.n == 0 && page.picture == NULL && page.base == NULL,
	    "an empty page");
	look("<meta property=og:image><meta content=x><meta property=og:title>"
	    "<link href=x><img><base>");
	ok(page.n == 0 && page.picture == NULL, "halves");
}

static const struct {
	const char	*text, *want, *name;
} texts[] = {
	{ " a\t\nb  c ", "a b c", "blanks" },
	{ "a\xc2\xa0\xe3\x80\x80\xe2\x80\xa8" "b", "a b", "blanks of all kinds" },
	{ "a\x01\x7f\xc2\x85\xc2\x9f" "b", "a b", "controls" },
	{ "a\xe2\x80\xae" "b\xe2\x81\xa6" "c\xef\xbb\xbf", "abc", "of direction" },
	{ "a&#0;&#8238;b", "a\xef\xbf\xbd" "b", "the same as references" },
	{ "&lt;script&gt;", "<script>", "markup is text" },
	{ "1234567890", "1234567890", "the longest" },
	{ "12345678901", "1234567890\xe2\x80\xa6", "one more" },
	{ "123456789 0", "123456789\xe2\x80\xa6", "a blank counts" },
	{ "123456789  ", "123456789", "but not at the end" },
	{ "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
	    "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
	    "\xe6\x97\xa5", "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
	    "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
	    "\xe6\x97\xa5\xe2\x80\xa6", "not through a character" },
};

static void
test_texts(void)
{
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		is_text(preview_text(mem, span_of(texts[i].text), 10),
		    texts[i].want, "%s", texts[i].name);
}

/* n times a text, with others around it. */
static const char *
many(const char *before, const char *text, size_t n, const char *behind)
{
	struct buf b;

	buf_init(&b, mem, SIZE_MAX);
	buf_puts(&b, before);
	while (n-- > 0)
		buf_puts(&b, text);
	buf_puts(&b, behind);
	return buf_str(&b);
}

static void
test_hostile(void)
{
	look(many("<meta property=og:a", "<div ", 200000, "deep"));
	ok(page.n == 0, "a tag that does not end");
	look(many("", "<div>", 200000, "deep"));
	is_text(value("og:description"), "deep",
	    "200,000 levels deep (security 27)");
	look(many("", "<nav>", 200000, "deep"));
	ok(page.n == 0, "the same of what is skipped");
	look(many("<meta property=og:title content='", "x", 900000, "'>"));
	ok(strlen(value("og:title")) == PREVIEW_TEXT_MAX + 3,
	    "a huge attribute is cut (security 27)");
	look(many("<meta property=og:url content='http://e.org/", "x", 1500,
	    "'>"));
	ok(strlen(value("og:url")) == 13 + 1500, "a URL is not");
	look(many("", "<meta property=og:title content=' '>", 20000,
	    "<title>t</title>"));
	is_text(value("og:title"), "t", "many that say nothing");
	look(many("<a ", "b=c ", 200000, "><title>t</title>"));
	is_text(value("og:title"), "t", "200,000 attributes");
	look(many("", "</", 400000, ""));
	look(many("", "<!--", 200000, ""));
	look(many("", "<title>", 100000, ""));
	look(many("", "&#", 400000, ""));
	look(many("<p>", "\xf0\x9f\x98\x80", 1000, ""));
	ok(utf8_valid(value("og:description"),
	    strlen(value("og:description"))) &&
	    strlen(value("og:description")) == 4 * PREVIEW_SUMMARY_MAX + 3,
	    "a text is cut between characters");
	arena_clear(mem);
	for (int i = 0; i < 100; i++)
		look(arena_printf(mem, "<meta property=og:x%d content=y>", i));
	is_int((int64_t)page.n, 1, "each by itself");
}

static void
test_number(void)
{
	struct buf b;

	buf_init(&b, mem, SIZE_MAX);
	for (int i = 0; i < 100; i++)
		buf_printf(&b, "<meta property=og:x%d content=y>", i);
	buf_puts(&b, "<title>t</title><p>text");
	look(buf_str(&b));
	ok(page.n == PREVIEW_VALUES_MAX && value("og:title") != NULL &&
	    value("og:description") != NULL, "of many the first, and a title");
}

int
main(void)
{
	mem = arena_new();
	test_graph();
	test_fallbacks();
	test_texts();
	test_hostile();
	test_number();
	arena_free(mem);
	return done_testing();
}

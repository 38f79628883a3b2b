/* preview_page.c - see preview_page.h. */
#include "matrix/preview_page.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "matrix/html.h"
#include "matrix/preview_text.h"
#include "matrix/web_url.h"

#define ICON_MAX	10	/* pixels: not to be seen, or a ruler */
#define RAW_MAX		(16 * PREVIEW_SUMMARY_MAX) /* enough, before it is tidy */
#define STAND_INS	2	/* values that are there in any case */

/* ------------------------------------------------------------ what is found */

/* Pictures in the order in which they are preferred. */
enum picture_from { OG, OG_URL, OG_SECURE, TWITTER, TWITTER_SRC, ITEM, LINK,
    IMG, TOUCH_ICON, ICON, NOWHERE };
/* Texts that stand for og:title and og:description, likewise. */
enum title_from { TWITTER_TITLE, TITLE, HEADING, NO_TITLE };
enum summary_from { TWITTER_SUMMARY, META_SUMMARY, NO_SUMMARY };

struct reading {
	struct arena	*mem;
	struct preview_page *page;
	struct span	 pictures[NOWHERE];
	const char	*titles[NO_TITLE];
	const char	*summaries[NO_SUMMARY];
	struct buf	 text;		/* what people read, with its references */
	struct span	 skipped;	/* an element that is none of that */
	unsigned	 skipped_depth;	/* of its like inside of it */
	struct buf	 heading;
	bool		 in_heading, in_title;
};

static bool
same_name(struct span a, struct span b)
{
	return a.n == b.n && strncasecmp(a.s, b.s, a.n) == 0;
}

static bool
names(struct span s, const char *name)
{
	return same_name(s, span_of(name));
}

static void
offer_picture(struct reading *r, enum picture_from from, struct span url)
{
	if (r->pictures[from].n == 0 && url.n > 0 && url.n <= WEB_URL_MAX &&
	    (url.n < 5 || strncasecmp(url.s, "data:", 5) != 0))
		r->pictures[from] = url;
}

static void
offer_text(struct reading *r, const char **to, struct span text, size_t most)
{
	if (*to == NULL || **to == '\0')
		*to = preview_text(r->mem, text, most);
}

/* -------------------------------------------------------------------- meta */

struct meta_picture {
	const char	*name;
	enum picture_from from;
};
static const struct meta_picture meta_pictures[] = {
	{ "og:image", OG }, { "og:image:url", OG_URL },
	{ "og:image:secure_url", OG_SECURE }, { "twitter:image", TWITTER },
	{ "twitter:image:src", TWITTER_SRC }, { "image", ITEM },
};

static bool
read_meta_picture(struct reading *r, struct span name, struct span content)
{
	size_t n = sizeof(meta_pictures) / sizeof(meta_pictures[0]);

	for (size_t i = 0; i < n; i++)
		if (names(name, meta_pictures[i].name)) {
			offer_picture(r, meta_pictures[i].from, content);
			return true;
		}
	/* How large it is and the like is found out, but for what it shows. */
	return name.n >= 9 && strncasecmp(name.s, "og:image:", 9) == 0 &&
	    !names(name, "og:image:alt");
}

static size_t
most_of(const char *name)
{
	return strcmp(name, "og:description") == 0 ? PREVIEW_SUMMARY_MAX :
	    preview_is_url(name) ? WEB_URL_MAX : PREVIEW_TEXT_MAX;
}

static void
read_property(struct reading *r, struct span name, struct span content)
{
	const char *og = preview_property(r->mem, name);

	if (read_meta_picture(r, name, content))
		return;
	if (og != NULL && r->page->n < PREVIEW_VALUES_MAX - STAND_INS)
		preview_page_add(r->page, og, preview_text(r->mem, content,
		    most_of(og)));
	else if (names(name, "twitter:title"))
		offer_text(r, &r->titles[TWITTER_TITLE], content,
		    PREVIEW_TEXT_MAX);
	else if (names(name, "twitter:description"))
		offer_text(r, &r->summaries[TWITTER_SUMMARY], content,
		    PREVIEW_SUMMARY_MAX);
	else if (names(name, "description"))
		offer_text(r, &r->summaries[META_SUMMARY], content,
		    PREVIEW_SUMMARY_MAX);
}

static void
read_meta(struct reading *r, const struct html_token *t)
{
	struct span name, content;

	if (html_attribute(t, "content", &content) &&
	    (html_attribute(t, "property", &name) ||
	    html_attribute(t, "name", &name) ||
	    html_attribute(t, "itemprop", &name)))
		read_property(r, name, content);
}

/* ---------------------------------------------------------- other elements */

static bool
has_word(struct span s, const char *word)
{
	while (s.n > 0) {
		size_t n = 0;

		while (n < s.n && strchr(" \t\r\n\f", s.s[n]) == NULL)
			n++;
		if (names((struct span){ s.s, n }, word))
			return true;
		n += n < s.n;
		s = (struct span){ s.s + n, s.n - n };
	}
	return false;
}

static void
read_link(struct reading *r, const struct html_token *t)
{
	struct span rel, href;

	if (!html_attribute(t, "rel", &rel) ||
	    !html_attribute(t, "href", &href))
		return;
	if (has_word(rel, "image_src"))
		offer_picture(r, LINK, href);
	else if (has_word(rel, "apple-touch-icon"))
		offer_picture(r, TOUCH_ICON, href);
	else if (has_word(rel, "icon"))
		offer_picture(r, ICON, href);
}

/* Does it say itself that it is nothing to look at? */
static bool
is_tiny(const struct html_token *t, const char *side)
{
	struct span s;
	unsigned n = 0;

	if (!html_attribute(t, side, &s) || s.n == 0)
		return false;
	for (size_t i = 0; i < s.n && s.s[i] >= '0' && s.s[i] <= '9'; i++)
		if (n <= ICON_MAX)
			n = 10 * n + (unsigned)(s.s[i] - '0');
	return *s.s >= '0' && *s.s <= '9' && n <= ICON_MAX;
}

static void
read_img(struct reading *r, const struct html_token *t)
{
	struct span src;

	if (r->skipped.n == 0 && html_attribute(t, "src", &src) &&
	    !is_tiny(t, "width") && !is_tiny(t, "height"))
		offer_picture(r, IMG, src);
}

static void
read_base(struct reading *r, const struct html_token *t)
{
	struct span href;

	if (r->page->base == NULL && html_attribute(t, "href", &href) &&
	    href.n <= WEB_URL_MAX)
		r->page->base = preview_text(r->mem, href, WEB_URL_MAX);
}

/* -------------------------------------------------------------------- text */

/* What is on every page of a site, or is not to be read. */
static const char *const beside[] = {
	"nav", "header", "footer", "aside", "noscript", "svg", "template",
	"select", "button", "canvas", "object", "menu", "dialog", NULL
};
/* What may stand inside of a word. */
static const char *const within[] = {
	"a", "b", "i", "u", "s", "q", "em", "strong", "span", "code", "small",
	"sub", "sup", "mark", "abbr", "cite", "font", "wbr", "kbd", "tt", NULL
};

static bool
is_any(const struct html_token *t, const char *const *list)
{
	while (*list != NULL && !html_is(t, *list))
		list++;
	return *list != NULL;
}

/* <svg/>, which others may not be. */
static bool
is_empty(const struct html_token *t)
{
	return html_is(t, "svg") && t->text.n > 0 &&
	    t->text.s[t->text.n - 1] == '/';
}

static void
skip(struct reading *r, const struct html_token *t)
{
	if (t->kind == HTML_OPEN && is_empty(t))
		return;
	if (r->skipped.n == 0) {
		if (t->kind == HTML_OPEN && is_any(t, beside)) {
			r->skipped = t->name;
			r->skipped_depth = 1;
		}
	} else if (same_name(r->skipped, t->name)) {
		r->skipped_depth += t->kind == HTML_OPEN ? 1u : -1u;
		if (r->skipped_depth == 0)
			r->skipped.n = 0;
	}
}

/* Words of two paragraphs are two. */
static void
put_gap(struct buf *b)
{
	if (b->len > 0 && b->s[b->len - 1] != ' ')
		buf_putc(b, ' ');
}

static bool
is_blank(struct span s)
{
	while (s.n > 0 && strchr(" \t\r\n\f", *s.s) != NULL && *s.s != '\0')
		s = (struct span){ s.s + 1, s.n - 1 };
	return s.n == 0;
}

static void
put_text_of(struct buf *b, struct span text)
{
	if (b->len >= RAW_MAX)
		return;
	if (is_blank(text))
		put_gap(b);
	else
		buf_span(b, text);
}

static void
read_text(struct reading *r, struct span text)
{
	if (r->in_title)
		offer_text(r, &r->titles[TITLE], text, PREVIEW_TEXT_MAX);
	else if (r->in_heading)
		put_text_of(&r->heading, text);
	else if (r->skipped.n == 0)
		put_text_of(&r->text, text);
}

static void
end_heading(struct reading *r)
{
	if (r->in_heading)
		offer_text(r, &r->titles[HEADING], buf_content(&r->heading),
		    PREVIEW_TEXT_MAX);
	r->in_heading = false;
	r->heading.len = 0;
}

static bool
is_heading(const struct html_token *t)
{
	return html_is(t, "h1") || html_is(t, "h2") || html_is(t, "h3");
}

static void
read_tag(struct reading *r, const struct html_token *t)
{
	skip(r, t);
	r->in_title = t->kind == HTML_OPEN && r->skipped.n == 0 &&
	    html_is(t, "title");
	if (html_is(t, "meta"))
		read_meta(r, t);
	else if (html_is(t, "link"))
		read_link(r, t);
	else if (html_is(t, "img"))
		read_img(r, t);
	else if (html_is(t, "base"))
		read_base(r, t);
	else if (is_heading(t)) {
		end_heading(r);
		r->in_heading = t->kind == HTML_OPEN;
	}
	if (!is_any(t, within)) {
		put_gap(&r->text);
		put_gap(&r->heading);
	}
}

/* ------------------------------------------------------------------- all of it */

static const char *
first(const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (texts[i] != NULL && *texts[i] != '\0')
			return texts[i];
	return "";
}

static void
stand_in(struct reading *r)
{
	struct preview_page *page = r->page;
	const char *summary = first(r->summaries, NO_SUMMARY);

	preview_page_add(page, "og:title", first(r->titles, NO_TITLE));
	if (*summary == '\0')
		summary = preview_text(r->mem, buf_content(&r->text),
		    PREVIEW_SUMMARY_MAX);
	preview_page_add(page, "og:description", summary);
	for (size_t i = 0; i < NOWHERE && page->picture == NULL; i++)
		if (r->pictures[i].n > 0)
			page->picture = preview_text(r->mem, r->pictures[i],
			    WEB_URL_MAX);
}

void
preview_page_read(struct arena *mem, struct span type, struct span html,
    struct preview_page *page)
{
	struct reading r = { .mem = mem, .page = page };
	struct html h = { .left = html_to_utf8(mem, type, html) };
	struct html_token t;

	*page = (struct preview_page){ .n = 0 };
	buf_init(&r.text, mem, SIZE_MAX);
	buf_init(&r.heading, mem, SIZE_MAX);
	while (html_next(&h, &t))
		if (t.kind == HTML_TEXT)
			read_text(&r, t.text);
		else
			read_tag(&r, &t);
	stand_in(&r);
}

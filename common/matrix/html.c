/* html.c - see html.h. */
#include "matrix/html.h"

#include <string.h>
#include <strings.h>

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_name(struct span s, const char *name)
{
	return strlen(name) == s.n && strncasecmp(s.s, name, s.n) == 0;
}

/* The first n bytes, which are gone from it then. */
static struct span
cut(struct span *s, size_t n)
{
	struct span out = { s->s, n };

	s->s += n;
	s->n -= n;
	return out;
}

/* Up to that byte, or to the end. */
static size_t
upto(struct span s, char c)
{
	const char *at = s.n > 0 ? memchr(s.s, c, s.n) : NULL;

	return at == NULL ? s.n : (size_t)(at - s.s);
}

/* Behind that text, or the end. */
static size_t
behind(struct span s, const char *text)
{
	const char *at = s.n > 0 ? memmem(s.s, s.n, text, strlen(text)) : NULL;

	return at == NULL ? s.n : (size_t)(at - s.s) + strlen(text);
}

/* -------------------------------------------------------------- attributes */

/* Up to a blank, or what ends a name or a tag. */
static size_t
name_length(struct span s)
{
	size_t n = 0;

	while (n < s.n && !is_blank(s.s[n]) && s.s[n] != '/' && s.s[n] != '>' &&
	    (n == 0 || s.s[n] != '='))
		n++;
	return n;
}

static void
skip_blanks(struct span *s)
{
	while (s->n > 0 && is_blank(*s->s))
		cut(s, 1);
}

static struct span
take_value(struct span *s)
{
	struct span value;
	size_t n = 0;
	char quote;

	skip_blanks(s);
	if (s->n > 0 && (*s->s == '"' || *s->s == '\'')) {
		quote = *cut(s, 1).s;
		value = cut(s, upto(*s, quote));
		cut(s, s->n > 0);
		return value;
	}
	while (n < s->n && !is_blank(s->s[n]) && s->s[n] != '>')
		n++;
	return cut(s, n);
}

struct attribute {
	struct span	 name, value;
};

/* False: the tag ends here, or the text does. */
static bool
next_attribute(struct span *s, struct attribute *a)
{
	while (s->n > 0 && (is_blank(*s->s) || *s->s == '/'))
		cut(s, 1);
	if (s->n == 0 || *s->s == '>')
		return false;
	a->name = cut(s, name_length(*s));
	a->value = (struct span){ "", 0 };
	skip_blanks(s);
	if (s->n > 0 && *s->s == '=') {
		cut(s, 1);
		a->value = take_value(s);
	}
	return true;
}

bool
html_attribute(const struct html_token *t, const char *name, struct span *value)
{
	struct span left = t->text;
	struct attribute a;

	while (t->kind == HTML_OPEN && next_attribute(&left, &a))
		if (is_name(a.name, name)) {
			*value = a.value;
			return true;
		}
	return false;
}

/* ------------------------------------------------------------------ tokens */

/* Elements whose content is text up to their end, and what it is good for. */
static const struct {
	const char	*name;
	bool		 kept;
} texts[] = {
	{ "title", true }, { "textarea", false }, { "script", false },
	{ "style", false }, { "xmp", false }, { "iframe", false },
	{ "noembed", false }, { "noframes", false }, { "plaintext", true },
};

/* NULL: its content is markup. */
static const char *
text_element(struct span name, bool *kept)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (is_name(name, texts[i].name)) {
			*kept = texts[i].kept;
			return texts[i].name;
		}
	return NULL;
}

/* Where </name begins, or the end. */
static size_t
upto_close(struct span s, struct span name)
{
	size_t at = 0;

	while (at < s.n) {
		struct span left = { s.s + at, s.n - at };

		at += upto(left, '<');
		left = (struct span){ s.s + at, s.n - at };
		if (left.n > name.n + 2 && left.s[1] == '/' &&
		    strncasecmp(left.s + 2, name.s, name.n) == 0 &&
		    !is_letter(left.s[2 + name.n]))
			return at;
		at += left.n > 0;
	}
	return s.n;
}

/* The content of such an element.  False: there is none to tell of. */
static bool
take_inside(struct html *h, struct html_token *t)
{
	bool kept = false;
	size_t n;

	text_element(h->inside, &kept);
	n = is_name(h->inside, "plaintext") ? h->left.n :
	    upto_close(h->left, h->inside);
	h->inside = (struct span){ "", 0 };
	*t = (struct html_token){ .kind = HTML_TEXT, .text = cut(&h->left, n) };
	return kept && n > 0;
}

/* Behind "<" or "</" and a letter.  False: it does not end. */
static bool
take_tag(struct html *h, struct html_token *t, enum html_kind kind)
{
	struct attribute a;
	bool kept;

	t->kind = kind;
	t->name = cut(&h->left, name_length(h->left));
	t->text = h->left;
	while (next_attribute(&h->left, &a))
		continue;
	t->text.n -= h->left.n;
	if (h->left.n == 0)
		return false;
	cut(&h->left, 1);
	if (kind == HTML_OPEN && text_element(t->name, &kept) != NULL)
		h->inside = t->name;
	return true;
}

/* "<" is there.  False: nothing to tell of. */
static bool
take_markup(struct html *h, struct html_token *t)
{
	struct span s = h->left;

	if (s.n > 1 && is_letter(s.s[1])) {
		cut(&h->left, 1);
		return take_tag(h, t, HTML_OPEN);
	}
	if (s.n > 2 && s.s[1] == '/' && is_letter(s.s[2])) {
		cut(&h->left, 2);
		return take_tag(h, t, HTML_CLOSE);
	}
	if (s.n > 3 && memcmp(s.s, "<!--", 4) == 0) {
		cut(&h->left, 2);		/* <!--> is a whole one */
		cut(&h->left, behind(h->left, "-->"));
		return false;
	}
	if (s.n > 1 && (s.s[1] == '!' || s.s[1] == '?' || s.s[1] == '/')) {
		cut(&h->left, upto(h->left, '>'));
		cut(&h->left, h->left.n > 0);
		return false;
	}
	*t = (struct html_token){ .kind = HTML_TEXT, .text = cut(&h->left, 1) };
	return true;
}

bool
html_next(struct html *h, struct html_token *t)
{
	*t = (struct html_token){ .kind = HTML_TEXT };
	while (h->left.n > 0) {
		if (h->inside.n > 0) {
			if (take_inside(h, t))
				return true;
		} else if (*h->left.s == '<') {
			if (take_markup(h, t))
				return true;
		} else {
			*t = (struct html_token){ .kind = HTML_TEXT,
			    .text = cut(&h->left, upto(h->left, '<')) };
			return true;
		}
	}
	return false;
}

bool
html_is(const struct html_token *t, const char *name)
{
	return t->kind != HTML_TEXT && is_name(t->name, name);
}

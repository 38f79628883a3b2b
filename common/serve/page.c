/* page.c - see page.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/crypto.h"
#include "serve/page.h"

#define PAGE_MAX	((size_t)1 << 20)

static const char style[] =
    ":root{color-scheme:light dark;--back:#eef0f3;--card:#fff;--text:#1b1f24;"
    "--faint:#596270;--line:#8a93a1;--main:#0a58a6;--on-main:#fff;"
    "--bad:#a11220;--bad-back:#fdecee}"
    "@media(prefers-color-scheme:dark){:root{--back:#111418;--card:#1b2027;"
    "--text:#e4e7eb;--faint:#a1abb8;--line:#6c7684;--main:#8abdf3;"
    "--on-main:#0b1520;--bad:#ffb3ba;--bad-back:#40191e}}"
    "*{box-sizing:border-box}"
    "body{margin:0;padding:1rem;background:var(--back);color:var(--text);"
    "font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}"
    "main{max-width:26rem;margin:4vh auto;padding:1.5rem 1.5rem .5rem;"
    "background:var(--card);border-radius:.75rem}"
    "h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.25}"
    "h2{margin:1.5rem 0 .5rem;font-size:1.125rem;line-height:1.25}"
    "p,form,pre{margin:0 0 1rem}"
    "pre{padding:.6rem .75rem;border-radius:.5rem;background:var(--back);"
    "white-space:pre-wrap}"
    "code{font:.9375rem/1.5 ui-monospace,monospace}"
    "a{color:var(--main)}"
    ".server{margin-bottom:.25rem;color:var(--faint)}"
    ".value{margin-top:-.5rem;font-weight:600}"
    ".warning{padding:.75rem 1rem;border-radius:.5rem;color:var(--bad);"
    "background:var(--bad-back)}"
    "label{display:block;margin:0 0 1rem}"
    "input{font:inherit;color:inherit}"
    "input:not([type=checkbox]){display:block;width:100%;margin-top:.25rem;"
    "padding:.6rem .75rem;border:1px solid var(--line);border-radius:.5rem;"
    "background:var(--card)}"
    ".check{display:flex;gap:.75rem;align-items:flex-start}"
    ".check input{flex:none;width:1.25rem;height:1.25rem;margin:.125rem 0}"
    "button,.go{display:block;width:100%;padding:.75rem;border:0;"
    "border-radius:.5rem;background:var(--main);color:var(--on-main);"
    "font:inherit;font-weight:600;cursor:pointer}"
    ".go{text-align:center;text-decoration:none}"
    "button:disabled{opacity:.6;cursor:default}"
    ":focus-visible{outline:3px solid var(--main);outline-offset:2px}"
    ".g-recaptcha{margin:0 0 1rem}"
    "[hidden]{display:none}";

void
page_markup(struct page *p, const char *html)
{
	buf_puts(&p->out, html);
}

void
page_escaped(struct page *p, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&':  buf_puts(&p->out, "&amp;"); break;
		case '<':  buf_puts(&p->out, "&lt;"); break;
		case '>':  buf_puts(&p->out, "&gt;"); break;
		case '"':  buf_puts(&p->out, "&quot;"); break;
		case '\'': buf_puts(&p->out, "&#39;"); break;
		default:   buf_putc(&p->out, *text);
		}
	}
}

/* An element of our own around somebody's text. */
static void
put_element(struct page *p, const char *begin, const char *text,
    const char *end)
{
	page_markup(p, begin);
	page_escaped(p, text);
	page_markup(p, end);
}

static void
put_attribute(struct page *p, const char *name, const char *value)
{
	buf_printf(&p->out, " %s=\"", name);
	page_escaped(p, value);
	buf_putc(&p->out, '"');
}

/* ------------------------------------------------------------- the whole */

void
page_begin(struct page *p, struct request *r, const char *title)
{
	*p = (struct page){ .r = r, .reply.nonce = random_token(r->mem) };
	buf_init(&p->out, r->mem, PAGE_MAX);
	page_markup(p, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\">\n");
	put_element(p, "<title>", title, " - ");
	put_element(p, "", r->conf->server_name, "</title>\n<style");
	put_attribute(p, "nonce", p->reply.nonce);
	page_markup(p, ">");
	page_markup(p, style);
	page_markup(p, "</style>\n</head>\n<body>\n<main>\n");
	put_element(p, "<p class=\"server\">", r->conf->server_name, "</p>\n");
	put_element(p, "<h1>", title, "</h1>\n");
}

enum mx_err
page_end(struct page *p, enum mx_err err)
{
	page_markup(p, "</main>\n</body>\n</html>\n");
	p->reply.html = buf_content(&p->out);
	reply_page(p->r, &p->reply);
	return err;
}

/* ------------------------------------------------------------ paragraphs */

void
page_heading(struct page *p, const char *text)
{
	put_element(p, "<h2>", text, "</h2>\n");
}

void
page_text(struct page *p, const char *fmt, ...)
{
	va_list ap, twice;
	char *text;
	int n;

	va_start(ap, fmt);
	va_copy(twice, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	text = arena_alloc(p->r->mem, (size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, fmt, twice);
	va_end(twice);
	va_end(ap);
	put_element(p, "<p>", text, "</p>\n");
}

void
page_warning(struct page *p, const char *text)
{
	put_element(p, "<p class=\"warning\" role=\"alert\">", text, "</p>\n");
}

void
page_value(struct page *p, const char *text)
{
	put_element(p, "<p class=\"value\">", text, "</p>\n");
}

void
page_command(struct page *p, const char *text)
{
	put_element(p, "<pre><code>", text, "</code></pre>\n");
}

void
page_link(struct page *p, const char *url, const char *text)
{
	if (page_origin(p->r->mem, url) == NULL) {
		put_element(p, "<p>", text, "</p>\n");
		return;
	}
	page_markup(p, "<p><a target=\"_blank\" rel=\"noopener noreferrer\"");
	put_attribute(p, "href", url);
	put_element(p, ">", text, "</a></p>\n");
}

void
page_go(struct page *p, const char *path, const char *text)
{
	page_markup(p, "<p><a class=\"go\"");
	put_attribute(p, "href", path);
	put_element(p, ">", text, "</a></p>\n");
}

/* ----------------------------------------------------------------- forms */

void
page_form(struct page *p)
{
	page_markup(p, "<form method=\"post\">\n");
}

void
page_form_of_script(struct page *p, const char *url)
{
	page_markup(p, "<noscript><p class=\"warning\">This page needs "
	    "JavaScript: please allow it in your browser.</p></noscript>\n"
	    "<form method=\"post\" hidden");
	put_attribute(p, "data-url", url);
	page_markup(p, ">\n");
}

void
page_input(struct page *p, const struct page_input *in)
{
	put_element(p, "<label>", in->label, "<input required");
	put_attribute(p, "name", in->name);
	put_attribute(p, "type", in->type);
	put_attribute(p, "autocomplete",
	    in->autocomplete ? in->autocomplete : "off");
	if (in->value != NULL)
		put_attribute(p, "value", in->value);
	page_markup(p, " autocapitalize=\"none\" spellcheck=\"false\">"
	    "</label>\n");
}

void
page_hidden(struct page *p, const char *name, const char *value)
{
	page_markup(p, "<input type=\"hidden\"");
	put_attribute(p, "name", name);
	put_attribute(p, "value", value);
	page_markup(p, ">\n");
}

void
page_checkbox(struct page *p, const char *name, const char *label)
{
	page_markup(p, "<label class=\"check\"><input type=\"checkbox\" "
	    "value=\"yes\" required");
	put_attribute(p, "name", name);
	put_element(p, "><span>", label, "</span></label>\n");
}

void
page_form_end(struct page *p, const char *button)
{
	put_element(p, "<button>", button, "</button>\n</form>\n");
}

/* --------------------------------------------------------------- scripts */

void
page_script(struct page *p, const char *js)
{
	page_markup(p, "<script");
	put_attribute(p, "nonce", p->reply.nonce);
	page_markup(p, ">\n");
	page_markup(p, js);
	page_markup(p, "</script>\n");
}

void
page_script_from(struct page *p, const char *url)
{
	p->reply.source = page_origin(p->r->mem, url);
	if (p->reply.source == NULL)
		return;
	page_markup(p, "<script async defer");
	put_attribute(p, "nonce", p->reply.nonce);
	put_attribute(p, "src", url);
	page_markup(p, "></script>\n");
}

/* Only what an origin is made of: it goes into a header. */
const char *
page_origin(struct arena *mem, const char *url)
{
	static const char host[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:[]";
	size_t scheme = strncmp(url, "https://", 8) == 0 ? 8 :
	    strncmp(url, "http://", 7) == 0 ? 7 : 0;
	size_t n = strspn(url + scheme, host);

	if (scheme == 0 || n == 0 || strchr("/?#", url[scheme + n]) == NULL)
		return NULL;
	return arena_strndup(mem, url, scheme + n);
}

const char *
page_target(struct arena *mem, const char *url)
{
	static const char scheme[] = "abcdefghijklmnopqrstuvwxyz0123456789+.-";
	size_t n = strspn(url, scheme);

	if (strncmp(url, "http:", 5) == 0 || strncmp(url, "https:", 6) == 0)
		return page_origin(mem, url);
	return n > 0 && url[n] == ':' ? arena_strndup(mem, url, n + 1) : NULL;
}

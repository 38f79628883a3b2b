/*
 * html.c - any bytes as a web page: its tokens are parts of it in their order,
 * and what is told of it is bounded and valid UTF-8.
 *
 * The input: a Content-Type, a NUL, the page.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "matrix/html.h"
#include "matrix/preview_page.h"
#include "matrix/web_url.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_tokens(struct span html)
{
	struct html h = { .left = html };
	const char *at = html.s, *end = html.s + html.n;
	struct html_token t;

	while (html_next(&h, &t)) {
		if (t.text.n > 0 && (t.text.s < at || t.text.s + t.text.n > end))
			abort();
		if (h.left.s <= at || h.left.s + h.left.n != end)
			abort();
		at = h.left.s;
	}
	if (h.left.n != 0)
		abort();
}

static void
check_text(const char *s, size_t characters)
{
	/* The longest character, and the ellipsis. */
	if (strlen(s) > 4 * characters + 3 || !utf8_valid(s, strlen(s)))
		abort();
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			abort();
}

static void
check_page(const struct preview_page *page)
{
	if (page->n > PREVIEW_VALUES_MAX)
		abort();
	for (size_t i = 0; i < page->n; i++) {
		check_text(page->values[i].value,
		    preview_is_url(page->values[i].name) ? WEB_URL_MAX :
		    PREVIEW_TEXT_MAX);
		if (page->values[i].value[0] == '\0' ||
		    strncmp(page->values[i].name, "og:", 3) != 0)
			abort();
	}
	if (page->picture != NULL)
		check_text(page->picture, WEB_URL_MAX);
	if (page->base != NULL)
		check_text(page->base, WEB_URL_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = strnlen((const char *)data, size);
	struct span type = { (const char *)data, n };
	struct span html = { type.s + n + (n < size), size - n - (n < size) };
	struct arena *mem = arena_new();
	struct preview_page page;

	/* By their own, so that a byte too far is noticed. */
	html.s = html.n > 0 ? memcpy(malloc(html.n), html.s, html.n) :
	    malloc(1);
	check_tokens(html);
	preview_page_read(mem, type, html, &page);
	check_page(&page);
	free((void *)(uintptr_t)html.s);
	arena_free(mem);
	return 0;
}

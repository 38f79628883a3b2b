/*
 * preview-fetch.c - asking a page, and for its picture.  It runs in a thread,
 * and touches nothing but its block and the directory of media.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/curl.h"
#include "base/fd.h"
#include "base/log.h"
#include "json/writer.h"
#include "matrix/http.h"
#include "matrix/preview.h"
#include "matrix/preview_page.h"

#define HOPS_MAX	6	/* five redirects */
#define ACCEPT_PAGE	"text/html,application/xhtml+xml,image/*;q=0.9,*/*;q=0.1"
#define ACCEPT_PICTURE	"image/png,image/jpeg,image/gif,image/webp"

/* Where an answer goes. */
struct taking {
	struct http_sink sink;
	struct preview	*p;
	bool		 page_wanted;	/* else only a picture is */
	enum { NOT_YET, NOTHING, PAGE, PICTURE } what;
	struct buf	 page;		/* its beginning, if it is long */
	struct sha256_pieces hash;
	bool		 spoilt;	/* the picture will not be one */
	size_t		 passed;	/* bytes of what comes with redirects */
};

/* ------------------------------------------------------------- what comes */

static bool
is_type(const struct http *h, const char *type)
{
	size_t n = strcspn(h->got_type, "; \t");

	return strlen(type) == n && strncasecmp(h->got_type, type, n) == 0;
}

static bool
begin_picture(struct taking *t)
{
	struct preview *p = t->p;

	if (p->conf->preview_picture_max == 0)
		return false;
	if (!media_file_begin(p->conf, &p->file)) {
		log_warn("%s: no file can be made: %s", p->conf->media_dir,
		    strerror(errno));
		return false;
	}
	sha256_begin(&t->hash);
	return true;
}

static void
begin(struct taking *t, const struct http *h)
{
	t->what = NOTHING;
	if (h->got_encoded)
		return;
	if (t->page_wanted && (is_type(h, "text/html") ||
	    is_type(h, "application/xhtml+xml")))
		t->what = PAGE;
	else if ((!t->page_wanted ||
	    strncasecmp(h->got_type, "image/", 6) == 0) && begin_picture(t))
		t->what = PICTURE;
}

/* Of a long page the beginning is enough. */
static bool
take_page(struct taking *t, const char *s, size_t n)
{
	size_t room = t->p->conf->preview_page_max - t->page.len;

	buf_add(&t->page, s, n < room ? n : room);
	return n < room;
}

/* What is none is not to be stored up to the end; the rest says picture.h. */
static bool
could_be_picture(const char *s, size_t n)
{
	static const char *const beginnings[] = {
		"\x89PNG", "\xff\xd8\xff", "GIF8", "RIFF", NULL
	};
	size_t i = 0;

	while (beginnings[i] != NULL && (n < strlen(beginnings[i]) ||
	    memcmp(s, beginnings[i], strlen(beginnings[i])) != 0))
		i++;
	return n < 4 || beginnings[i] != NULL;
}

static bool
take_picture(struct taking *t, const char *s, size_t n)
{
	struct preview *p = t->p;

	t->spoilt = (p->size == 0 && !could_be_picture(s, n)) || n > p->conf->preview_picture_max -
	    (size_t)p->size || !fd_write(p->file.fd, s, n);
	if (t->spoilt)
		return false;
	sha256_add(&t->hash, s, n);
	p->size += (int64_t)n;
	return true;
}

static bool
take(struct http_sink *sink, const struct http *h, const char *s, size_t n)
{
	struct taking *t = (struct taking *)sink;

	/* Where it leads is known at its end only. */
	if (h->status >= 300 && h->status <= 399)
		return (t->passed += n) <= HTTP_BODY_MAX;
	if (h->status < 200 || h->status > 299)
		return false;
	if (t->what == NOT_YET)
		begin(t, h);
	switch (t->what) {
	case PAGE:
		return take_page(t, s, n);
	case PICTURE:
		return take_picture(t, s, n);
	default:
		return false;
	}
}

/* ------------------------------------------------------------------ asking */

/*
 * Where h->url leads in the end, with all judged that is on the way; it is
 * there then.  It takes [outbound] timeout together.
 */
static enum preview_said
follow(struct preview *p, struct http *h)
{
	int64_t until = clock_mono_us() / 1000 + p->conf->outbound_ms;
	int64_t left;

	for (int hop = 0; hop < HOPS_MAX; hop++) {
		switch (web_url_judge(p->conf, h->url)) {
		case WEB_URL_DENIED:
			return PREVIEW_DENIED;
		case WEB_URL_BAD:
			return hop == 0 ? PREVIEW_BAD : PREVIEW_UNREACHABLE;
		case WEB_URL_FINE:
			break;
		}
		if ((left = until - clock_mono_us() / 1000) <= 0)
			return PREVIEW_UNREACHABLE;
		h->ms = (unsigned)left;
		http_run(h);
		if (h->status == 0)
			log_debug("a page was not reached: %s", h->error);
		if (h->location[0] == '\0')
			return h->status >= 200 && h->status <= 299 ?
			    PREVIEW_FOUND : PREVIEW_UNREACHABLE;
		strcpy(h->url, h->location);
	}
	return PREVIEW_UNREACHABLE;
}

static enum preview_said
ask(struct taking *t, struct http *h, const char *url)
{
	*h = (struct http){ .conf = t->p->conf, .method = "GET",
	    .stay = true, .sink = &t->sink };
	strcpy(h->accept, t->page_wanted ? ACCEPT_PAGE : ACCEPT_PICTURE);
	strcpy(h->url, url);
	return follow(t->p, h);
}

/* ------------------------------------------------------------- the picture */

static void
end_picture(struct taking *t, enum preview_said said)
{
	struct preview *p = t->p;

	if (t->what != PICTURE)
		return;
	p->has_picture = said == PREVIEW_FOUND && !t->spoilt && p->size > 0 &&
	    picture_read(p->file.fd, &p->picture) &&
	    media_file_sync(p->conf, p->file.name);
	if (p->has_picture)
		sha256_end(&t->hash, p->sha256);
	else
		media_file_end(&p->file, MEDIA_FILE_DROPPED);
}

static void
ask_picture(struct preview *p, struct http *h, const char *url)
{
	struct taking t = { .sink = { take }, .p = p };

	end_picture(&t, ask(&t, h, url));
}

/* ---------------------------------------------------------------- the page */

static const char *
write_answer(struct preview *p, const struct preview_page *page,
    const char *base)
{
	struct writer w;
	struct buf b;

	buf_init(&b, p->mem, SIZE_MAX);
	writer_init(&w, &b);
	write_object(&w);
	for (size_t i = 0; i < page->n; i++) {
		const char *value = page->values[i].value;

		/* Clients may lead people there. */
		if (preview_is_url(page->values[i].name))
			value = web_url_join(p->mem, base, value);
		if (value != NULL)
			put_text(&w, page->values[i].name, value);
	}
	write_end(&w);
	return buf_str(&b);
}

/* h was asked last, and says where the page is. */
static void
read_page(struct preview *p, struct http *h, struct span html)
{
	struct preview_page *page = arena_alloc(p->mem, sizeof(*page));
	const char *base = arena_strdup(p->mem, h->url), *picture = NULL, *own;

	preview_page_read(p->mem, span_of(h->got_type), html, page);
	if (page->base != NULL &&
	    (own = web_url_join(p->mem, base, page->base)) != NULL)
		base = own;
	p->answer = write_answer(p, page, base);
	if (page->picture != NULL)
		picture = web_url_join(p->mem, base, page->picture);
	if (picture != NULL)
		ask_picture(p, h, picture);
}

void
preview_fetch(struct preview *p)
{
	struct taking t = { .sink = { take }, .p = p, .page_wanted = true };
	const char *url;
	struct http *h;

	p->mem = arena_new();
	p->answer = "{}";
	p->said = PREVIEW_UNREACHABLE;
	p->file.fd = p->file.mark = -1;
	h = arena_alloc(p->mem, sizeof(*h));
	buf_init(&t.page, p->mem, SIZE_MAX);
	if (!curl_load())
		return;
	if ((url = web_url_join(p->mem, NULL, p->url)) == NULL) {
		p->said = PREVIEW_BAD;
		return;
	}
	p->said = ask(&t, h, url);
	end_picture(&t, p->said);
	if (p->said == PREVIEW_FOUND && t.what == PAGE)
		read_page(p, h, buf_content(&t.page));
}

/* What was written may not have been committed: the housekeeper looks. */
void
preview_end(struct preview *p)
{
	if (p->has_picture)
		media_file_end(&p->file, p->kept ? MEDIA_FILE_UNSURE :
		    MEDIA_FILE_DROPPED);
	p->has_picture = false;
	if (p->mem != NULL)
		arena_free(p->mem);
	p->mem = NULL;
}

/* answer.c - what a request is answered with: status, headers, refusals. */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "serve/life.h"
#include "serve/page.h"

static const struct {
	const char	*errcode;
	int		 status;
} errors[M__MAX] = {
	[M_OK] = { NULL, 200 },
#define X(name, errcode, status) [name] = { errcode, status },
	MX_ERRORS(X)
#undef X
};

const char *
mx_errcode(enum mx_err err)
{
	return errors[err].errcode;
}

static int
status_of(const struct life *l)
{
	if (l->err == M_OK && l->file != NULL)
		return file_status(l);
	if (l->err == M_OK && l->created)
		return 201;
	return l->err == M_OK && l->location != NULL ? 303 :
	    errors[l->err].status;
}

static const char *
reason(int status)
{
	switch (status) {
	case 200: return "OK";
	case 201: return "Created";
	case 206: return "Partial Content";
	case 303: return "See Other";
	case 304: return "Not Modified";
	case 400: return "Bad Request";
	case 401: return "Unauthorized";
	case 403: return "Forbidden";
	case 404: return "Not Found";
	case 405: return "Method Not Allowed";
	case 408: return "Request Timeout";
	case 409: return "Conflict";
	case 413: return "Content Too Large";
	case 416: return "Range Not Satisfiable";
	case 429: return "Too Many Requests";
	case 502: return "Bad Gateway";
	case 503: return "Service Unavailable";
	case 504: return "Gateway Timeout";
	case 507: return "Insufficient Storage";
	default:  return "Internal Server Error";
	}
}

/* ----------------------------------------------------------- a refusal */

static void
write_error(struct life *l, const char *error)
{
	struct writer w;

	buf_init(&l->body, l->r.mem, REPLY_MAX);
	writer_init(&w, &l->body);
	write_object(&w);
	put_text(&w, "errcode", errors[l->err].errcode);
	put_text(&w, "error", error);
	if (l->retry_after_ms > 0)
		put_int(&w, "retry_after_ms", l->retry_after_ms);
	/* "{" was opened by reply_error_members(). */
	if (l->members.len > 1 && !buf_full(&l->members)) {
		buf_putc(&l->body, ',');
		buf_add(&l->body, l->members.s + 1, l->members.len - 1);
	}
	write_end(&w);
}

/* The same for people: a sentence, and how long they should wait. */
static void
write_error_page(struct life *l, const char *error)
{
	long long seconds = (l->retry_after_ms + 999) / 1000;
	struct page p;

	buf_init(&l->body, l->r.mem, REPLY_MAX);
	page_begin(&p, &l->r, status_of(l) < 500 ? "That did not work" :
	    "Something went wrong");
	page_warning(&p, error);
	if (seconds > 1)
		page_text(&p, "Please wait %lld seconds.", seconds);
	page_end(&p, l->err);
}

static void
write_refusal(struct life *l)
{
	const char *error = l->error ? l->error : "Something went wrong here";

	if (l->for_people)
		write_error_page(l, error);
	else
		write_error(l, error);
}

/* --------------------------------------------------------- the headers */

static void
put_open_headers(struct buf *out)
{
	buf_puts(out, "Access-Control-Allow-Origin: *\r\n"
	    "Access-Control-Allow-Methods: GET, POST, PUT, DELETE, OPTIONS\r\n"
	    "Access-Control-Allow-Headers: X-Requested-With, Content-Type, Authorization\r\n");
}

/*
 * What a source brings sets style attributes and asks its origin; scripts that
 * it loads in turn are trusted as it is itself.
 */
static void
put_page_headers(struct buf *out, const struct reply_page *page)
{
	buf_printf(out, "Content-Type: text/html; charset=utf-8\r\n"
	    "Content-Security-Policy: default-src 'none'; "
	    "style-src 'nonce-%s'; script-src 'nonce-%s'",
	    page->nonce, page->nonce);
	if (page->source != NULL)
		buf_printf(out, " 'strict-dynamic' %s; frame-src %s; "
		    "style-src-attr 'unsafe-inline'", page->source,
		    page->source);
	if (page->source != NULL || page->asks)
		buf_printf(out, "; connect-src%s%s%s",
		    page->asks ? " 'self'" : "", page->source ? " " : "",
		    page->source ? page->source : "");
	buf_printf(out, "; form-action 'self'%s%s; base-uri 'none'; "
	    "frame-ancestors 'none'\r\n", page->target ? " " : "",
	    page->target ? page->target : "");
	buf_puts(out, "X-Frame-Options: DENY\r\n"
	    "Referrer-Policy: no-referrer\r\n");
}

static void
put_text_headers(struct life *l, struct buf *out)
{
	if (l->page != NULL) {
		put_page_headers(out, l->page);
	} else if (l->err == M_OK && l->asset_type != NULL) {
		buf_printf(out, "Content-Type: %s\r\n"
		    "Cross-Origin-Resource-Policy: same-origin\r\n",
		    l->asset_type);
	} else {
		buf_puts(out, "Content-Type: application/json\r\n");
		put_open_headers(out);
	}
	buf_puts(out, "Cache-Control: no-store\r\n"
	    "X-Content-Type-Options: nosniff\r\n");
	if (l->location != NULL && l->err == M_OK)
		buf_printf(out, "Location: %s\r\n", l->location);
	if (l->set_cookie != NULL)
		buf_printf(out, "Set-Cookie: %s\r\n", l->set_cookie);
	if (l->retry_after_ms > 0)
		buf_printf(out, "Retry-After: %lld\r\n",
		    (long long)(l->retry_after_ms + 999) / 1000);
	buf_printf(out, "Content-Length: %zu\r\n", l->body.len);
}

static bool
is_file(const struct life *l)
{
	return l->err == M_OK && l->file != NULL;
}

struct span
life_response(struct life *l)
{
	struct buf out;

	/* The work was done before; what failed is what should follow it. */
	if (l->err != M_OK && l->committed) {
		reply_kept(&l->r);
		l->err = M_OK;
		l->retry_after_ms = 0;
	}
	if (buf_full(&l->body)) {
		l->err = fail(&l->r, M_TOO_LARGE, "The answer would be too large");
		l->page = NULL;
	}
	if (l->err != M_OK && l->err != M_UIA && l->page == NULL)
		write_refusal(l);
	buf_init(&out, l->r.mem, SIZE_MAX);
	buf_printf(&out, "Status: %d %s\r\n", status_of(l),
	    reason(status_of(l)));
	if (is_file(l)) {
		l->body.len = 0;
		put_open_headers(&out);
		file_headers(l, &out);
	} else {
		put_text_headers(l, &out);
	}
	buf_puts(&out, "\r\n");
	return buf_content(&out);
}

/* Of what administrators do also to whom, and what came of it. */
static const char *
said_more(const struct life *l)
{
	struct buf more;
	const char *p;

	if (l->r.route == NULL || l->r.route->auth != AUTH_ADMIN)
		return "";
	buf_init(&more, l->r.mem, SIZE_MAX);
	p = l->r.route->path;
	for (int i = 0; (p = strchr(p, '{')) != NULL; i++, p++)
		if (strncmp(p, "{token}", 7) != 0)
			buf_printf(&more, " %s", l->r.arg[i]);
	if (l->note != NULL && l->err == M_OK)
		buf_printf(&more, "; %s", l->note);
	return buf_str(&more);
}

void
life_log(const struct life *l)
{
	const char *errcode = l->err < M__MAX ? errors[l->err].errcode : NULL;

	if (!log_wants(LOG_INFO))
		return;
	log_info("%s %s %d %s %s %.1f ms %lld bytes%s",
	    l->method, l->r.route ? l->r.route->path : "?",
	    status_of(l), errcode ? errcode : "-",
	    l->r.who.user_id ? l->r.who.user_id : "-",
	    (double)(clock_mono_us() - l->began_us) / 1000,
	    is_file(l) ? (long long)l->file->left : (long long)l->body.len,
	    said_more(l));
}

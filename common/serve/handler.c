/* handler.c - what handlers call: serve.h's reading and answering. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "serve/life.h"
#include "serve/uri.h"

#define AGENT_MAX	255	/* bytes of User-Agent */

static const char *
arg_of(const struct request *r, const char *name)
{
	const char *p = r->route->path;
	size_t len = strlen(name);

	for (size_t n = 0; n < ROUTE_MAXARGS; n++) {
		if ((p = strchr(p, '{')) == NULL)
			return NULL;
		p++;
		if (strncmp(p, name, len) == 0 && p[len] == '}')
			return r->arg[n];
	}
	return NULL;
}

const char *
req_arg(const struct request *r, const char *name)
{
	const char *value = arg_of(r, name);

	if (value == NULL)
		abort();	/* the table and the handler disagree */
	return value;
}

const char *
req_arg_or(const struct request *r, const char *name, const char *otherwise)
{
	const char *value = arg_of(r, name);

	return value ? value : otherwise;
}

const char *
req_query(struct request *r, const char *name)
{
	struct span value;
	const char *why;

	return uri_query(r->life->query, name, &value) ?
	    uri_decode(r->mem, value, true, &why) : NULL;
}

static bool
is_own(const struct request *r, struct span piece)
{
	static const char *const names[] = { "access_token", "user_id",
	    "device_id", "org.matrix.msc3202.device_id" };
	size_t n = r->who.appservice != NULL ? 4 : 1;
	struct span value;

	for (size_t i = 0; i < n; i++)
		if (uri_query(piece, names[i], &value))
			return true;
	return false;
}

const char *
req_query_rest(struct request *r)
{
	struct span all = r->life->query;
	const char *p = all.s, *end = all.s + all.n;
	struct buf rest;

	buf_init(&rest, r->mem, SIZE_MAX);
	while (p < end) {
		const char *amp = memchr(p, '&', (size_t)(end - p));
		struct span piece = { p, (size_t)((amp ? amp : end) - p) };

		if (piece.n > 0 && !is_own(r, piece)) {
			if (rest.len > 0)
				buf_putc(&rest, '&');
			buf_span(&rest, piece);
		}
		p += piece.n + 1;
	}
	return buf_str(&rest);
}

bool
req_query_int(struct request *r, const char *name, int64_t min, int64_t max,
    int64_t *out)
{
	const char *text = req_query(r, name);
	long long n;
	char *end;

	if (text == NULL)
		return true;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || n < min || n > max)
		return false;
	*out = n;
	return true;
}

const char *
req_form(struct request *r, const char *name)
{
	struct span value;
	const char *why;

	/* The request that shows the empty form has no body. */
	return r->raw.n > 0 && uri_query(r->raw, name, &value) ?
	    uri_decode(r->mem, value, true, &why) : NULL;
}

const char *
req_agent(const struct request *r)
{
	const char *agent = r->life->agent;
	char *text;

	if (agent == NULL)
		return "";
	text = arena_printf(r->mem, "%.*s", AGENT_MAX, agent);
	for (char *c = text; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return text;
}

const char *
req_cookie(const struct request *r, const char *name)
{
	const char *p = r->life->cookies;
	size_t n = strlen(name), len;

	while (p != NULL && *p != '\0') {
		p += strspn(p, "; \t");
		len = strcspn(p, ";");
		if (len > n && strncmp(p, name, n) == 0 && p[n] == '=')
			return arena_strndup(r->mem, p + n + 1, len - n - 1);
		p += len;
	}
	return NULL;
}

bool
req_is_2015(const struct request *r)
{
	return r->api == API_V1_2015 || r->api == API_V2_ALPHA;
}

const char *
server_url(const struct request *r)
{
	return conf_url(r->conf, r->mem);
}

const char *
server_path(const struct request *r, const char *path)
{
	return arena_printf(r->mem, "%s%s", conf_base_path(r->conf), path);
}

enum mx_err
body_read(struct request *r, const struct field *fields, void *dst)
{
	return object_read(r, r->body, fields, dst);
}

enum mx_err
object_read(struct request *r, const cJSON *object, const struct field *fields,
    void *dst)
{
	const char *what;

	switch (fields_read(r->mem, object, fields, dst, &what)) {
	case FIELD_FINE:
		return M_OK;
	case FIELD_MISSING:
		/* M_MISSING_PARAM is not a code of 2015's (2015.md section 3). */
		return fail(r, req_is_2015(r) ? M_BAD_JSON : M_MISSING_PARAM,
		    "%s", what);
	case FIELD_WRONG_TYPE:
		return fail(r, M_BAD_JSON, "%s", what);
	case FIELD_INVALID:
		break;
	}
	return fail(r, M_INVALID_PARAM, "%s", what);
}

/* Cut where it is too long, but not through a letter. */
static void
set_error(struct life *l, const char *fmt, va_list ap)
{
	char text[512];
	size_t n;

	vsnprintf(text, sizeof(text), fmt, ap);
	n = strlen(text);
	while (n > 0 && !utf8_valid(text, n))
		n--;
	l->error = arena_strndup(l->r.mem, text, n);
}

enum mx_err
fail(struct request *r, enum mx_err err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set_error(r->life, fmt, ap);
	va_end(ap);
	r->life->keep = false;
	return err;
}

enum mx_err
refuse_keeping(struct request *r, enum mx_err err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set_error(r->life, fmt, ap);
	va_end(ap);
	r->life->keep = true;
	return err;
}

const char *
refusal_text(const struct request *r)
{
	return r->life->error;
}

void
reply_retry_after(struct request *r, int64_t ms)
{
	r->life->retry_after_ms = ms > 0 ? ms : 1;
}

void
reply_raw(struct request *r, struct span json)
{
	r->life->body.len = 0;
	buf_span(&r->life->body, json);
	r->life->raw = true;
}

void
reply_array(struct request *r)
{
	r->life->body.len = 0;
	writer_init(&r->out, &r->life->body);
	write_array(&r->out);
}

void
reply_page(struct request *r, const struct reply_page *page)
{
	reply_raw(r, page->html);
	r->life->page = arena_memdup(r->mem, page, sizeof(*page));
}

void
reply_asset(struct request *r, const char *content_type, struct span text)
{
	reply_raw(r, text);
	r->life->asset_type = content_type;
}

void
log_note(struct request *r, const char *fmt, ...)
{
	va_list ap, twice;
	char *text;
	int n;

	va_start(ap, fmt);
	va_copy(twice, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	text = arena_alloc(r->mem, (size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, fmt, twice);
	va_end(twice);
	va_end(ap);
	r->life->note = text;
}

void
reply_created(struct request *r)
{
	r->life->created = true;
}

/* A byte that ends a header, or a URL, would let others write the rest. */
void
reply_redirect(struct request *r, const char *url)
{
	struct buf b;

	buf_init(&b, r->mem, SIZE_MAX);
	for (const unsigned char *p = (const unsigned char *)url; *p; p++) {
		if (*p <= ' ' || *p >= 0x7f || strchr("\"<>\\^`{|}", *p))
			buf_printf(&b, "%%%02X", *p);
		else
			buf_putc(&b, (char)*p);
	}
	r->life->location = buf_str(&b);
}

void
reply_cookie(struct request *r, const char *name, const char *value,
    const char *path, int64_t ms)
{
	bool secure = strncmp(server_url(r), "https:", 6) == 0;

	r->life->set_cookie = arena_printf(r->mem,
	    "%s=%s; Path=%s; Max-Age=%lld; HttpOnly; SameSite=Lax%s", name,
	    value, path, (long long)ms / 1000, secure ? "; Secure" : "");
}

struct writer *
reply_error_members(struct request *r)
{
	struct life *l = r->life;

	if (l->members.mem == NULL) {
		buf_init(&l->members, r->mem, 65536);
		writer_init(&l->members_writer, &l->members);
		write_object(&l->members_writer);
	}
	return &l->members_writer;
}

static enum mx_err
too_many(struct request *r, int64_t wait_ms)
{
	reply_retry_after(r, wait_ms);
	return fail(r, M_LIMIT_EXCEEDED, "Too many requests; wait a while");
}

static enum mx_err
rate(struct request *r, enum limit limit, const char *key, bool charge)
{
	int64_t wait_ms;

	if (!is_limited(r) ||
	    limit_shared(r->store, limit, key, charge, r->now, &wait_ms))
		return M_OK;
	return too_many(r, wait_ms);
}

enum mx_err
rate_take(struct request *r, enum limit limit, const char *key)
{
	return rate(r, limit, key, true);
}

enum mx_err
rate_take_class(struct request *r, enum limit limit)
{
	int64_t wait_ms;

	if (!is_limited(r) || limit_take(r->store, limit, r->who.user_id,
	    r->now, &wait_ms))
		return M_OK;
	return too_many(r, wait_ms);
}

enum mx_err
rate_take_again(struct request *r, enum limit limit, const char *key)
{
	enum mx_err err = again(r);

	return err == M_OK || rate_take(r, limit, key) == M_OK ? err :
	    M_LIMIT_EXCEEDED;
}

enum mx_err
rate_look(struct request *r, enum limit limit, const char *key)
{
	return rate(r, limit, key, false);
}

void
rate_charge(struct request *r, enum limit limit, const char *key)
{
	if (is_limited(r))
		limit_owe(r->store, limit, key, r->now);
}

const char *
rate_address(struct request *r)
{
	return limit_address(r->mem, r->address);
}

enum mx_err
again(struct request *r)
{
	return r->life->tx == TX_WRITE ? M_OK : M_AGAIN;
}

enum mx_err
again_reading(struct request *r)
{
	if (r->route->tx == TX_WRITE)
		abort();	/* it would go round for ever */
	return M_READ;
}

enum mx_err
more(struct request *r, handler_fn *next, const void *state)
{
	r->life->more_next = next;
	r->life->more_state = state;
	r->life->keep = true;
	return M_MORE;
}

enum mx_err
elsewhere(struct request *r)
{
	return r->life->elsewhere != NULL ? M_ELSEWHERE : M_OK;
}

enum mx_err
park(struct request *r, const void *state, size_t size, int64_t until_ms)
{
	return park_for(r, r->who.user, state, size, until_ms);
}

enum mx_err
park_for(struct request *r, int64_t key, const void *state, size_t size,
    int64_t until_ms)
{
	if (!r->route->waits || size > WAIT_MAX || r->last_call)
		abort();
	r->life->park_key = key;
	r->life->park_state = arena_memdup(r->mem, state, size);
	r->life->park_size = size;
	r->life->park_until = until_ms;
	return M_PARKED;
}

enum mx_err
later(struct request *r, struct job *job, handler_fn *next, enum tx tx)
{
	r->life->job = job;
	r->life->job_next = next;
	r->life->job_tx = tx;
	return M_LATER;
}

enum mx_err
later_keeping(struct request *r, struct job *job, handler_fn *next, enum tx tx)
{
	write_end(&r->out);
	r->life->kept = (struct span){ arena_memdup(r->mem, r->life->body.s,
	    r->life->body.len), r->life->body.len };
	r->life->keep = true;
	return later(r, job, next, tx);
}

enum mx_err
reply_kept(struct request *r)
{
	reply_raw(r, r->life->kept);
	return M_OK;
}

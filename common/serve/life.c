/* life.c - one request from its head to its answer (design section 4). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "serve/jobs.h"
#include "serve/life.h"
#include "serve/uri.h"

/* A tree can be thirty times its text: a larger one is not kept for later. */
#define TREE_KEPT_MAX	((size_t)64 << 10)

/* ------------------------------------------------------- birth and death */

struct life *
life_new(struct store *store)
{
	struct arena *mem = arena_new();
	struct life *l = arena_alloc(mem, sizeof(*l));

	l->r = (struct request){ .mem = mem, .conf = store->conf,
	    .store = store, .db = store->main, .vol = store->vol,
	    .now = clock_now_ms(), .address = "", .life = l };
	l->began_us = clock_mono_us();
	life_prepare(l);
	return l;
}

static void
forget_tree(struct life *l)
{
	arena_free(l->tree);
	l->tree = NULL;
	l->r.body = NULL;
}

void
life_free(struct life *l)
{
	forget_tree(l);
	if (l->job != NULL)
		job_free(l->job);
	if (l->r.job != NULL)
		job_free(l->r.job);
	life_receipt_end(l);
	if (l->file != NULL)
		file_close(l->file);
	arena_free(l->r.mem);
}

size_t
life_size(const struct life *l)
{
	return arena_size(l->r.mem) + (l->tree ? arena_size(l->tree) : 0);
}

void
lives_add(struct lives *list, struct life *l)
{
	l->next = NULL;
	if (list->last != NULL)
		list->last->next = l;
	else
		list->first = l;
	list->last = l;
	list->n++;
}

struct life *
lives_take(struct lives *list)
{
	struct life *l = list->first;

	if (l == NULL)
		return NULL;
	if ((list->first = l->next) == NULL)
		list->last = NULL;
	list->n--;
	l->next = NULL;
	return l;
}

void
lives_join(struct lives *list, struct lives *from)
{
	if (from->first == NULL)
		return;
	*(list->last ? &list->last->next : &list->first) = from->first;
	list->last = from->last;
	list->n += from->n;
	*from = (struct lives){ 0 };
}

void
life_prepare(struct life *l)
{
	l->r.vol = l->r.store->vol;	/* which may be another by now */
	/* Of a run that came to nothing. */
	if (l->job != NULL)
		job_free(l->job);
	l->job = NULL;
	l->err = M_OK;
	l->error = NULL;
	l->keep = l->raw = false;
	l->page = NULL;
	l->asset_type = NULL;
	l->location = NULL;
	l->note = NULL;
	l->created = false;
	l->set_cookie = NULL;
	if (l->file != NULL)
		file_close(l->file);
	l->file = NULL;
	l->retry_after_ms = 0;
	l->members = (struct buf){ 0 };
	buf_init(&l->body, l->r.mem, REPLY_MAX);
	writer_init(&l->r.out, &l->body);
	write_object(&l->r.out);
}

/* ------------------------------------------------------------- the head */

static void
take_token(struct life *l, const char *authorization)
{
	struct span encoded;
	const char *why;

	if (authorization != NULL &&
	    strncasecmp(authorization, "Bearer ", 7) == 0) {
		authorization += 7;
		while (*authorization == ' ')
			authorization++;
		l->token = authorization;
	} else if (uri_query(l->query, "access_token", &encoded)) {
		l->token = uri_decode(l->r.mem, encoded, true, &why);
	}
	if (l->token != NULL && *l->token == '\0')
		l->token = NULL;
}

/*
 * Behind a proxy the client's own address is the last that the proxy wrote;
 * everything before it anybody can write.
 */
static const char *
client_address(const char *proxy, const struct head *head)
{
	const char *last;

	if (head->address == NULL)
		return "";
	if (proxy == NULL || head->forwarded == NULL ||
	    strcmp(head->address, proxy) != 0)
		return head->address;
	last = strrchr(head->forwarded, ',');
	last = last ? last + 1 : head->forwarded;
	return last + strspn(last, " ");
}

/* False: it is there, and not a size. */
static bool
read_length(const char *text, long long *length)
{
	char *end;

	*length = -1;
	if (text == NULL || *text == '\0')
		return true;
	errno = 0;
	*length = strtoll(text, &end, 10);
	return *end == '\0' && errno == 0 && *text >= '0' && *text <= '9';
}

static enum mx_err
too_large(struct life *l)
{
	return fail(&l->r, M_TOO_LARGE, "The body may have %zu bytes",
	    l->body_max);
}

static enum mx_err
judge_head(struct life *l, const struct head *head)
{
	const struct route *route;
	const char *why;
	enum mx_err err;

	if ((err = route_find(l)) != M_OK)
		return err;
	if (uri_decode(l->r.mem, l->query, true, &why) == NULL)
		return fail(&l->r, M_INVALID_PARAM, "The query %s", why);
	route = l->r.route;
	l->run = route->handler;
	l->tx = route->tx;
	if (route->body != BODY_NONE)
		l->body_max = route->body == BODY_FILE ?
		    (size_t)l->r.conf->upload_max : l->r.conf->body_max;
	if (!read_length(head->content_length, &l->length))
		return fail(&l->r, M_BAD_REQUEST, "Content-Length is not a size");
	if (l->body_max > 0 && l->length > (long long)l->body_max)
		return too_large(l);
	if (route->auth >= AUTH_USER && l->token == NULL)
		return fail(&l->r, M_MISSING_TOKEN, "An access token is needed");
	return M_OK;
}

bool
life_head(struct life *l, const struct head *head)
{
	l->method = head->method ? head->method : "";
	l->elsewhere = head->elsewhere;
	l->r.content_type = head->content_type;
	l->range = head->range;
	l->if_range = head->if_range;
	l->if_none_match = head->if_none_match;
	l->cookies = head->cookie;
	l->agent = head->agent;
	l->r.address = client_address(l->r.conf->trusted_proxy, head);
	uri_split(head->uri ? head->uri : "/", &l->path, &l->query);
	/* A proxy in front may have done so already. */
	uri_strip(&l->path, conf_base_path(l->r.conf));
	take_token(l, head->authorization);
	if (strcmp(l->method, "OPTIONS") == 0) {
		write_end(&l->r.out);
		return false;
	}
	l->err = judge_head(l, head);
	return l->err == M_OK;
}

void
life_resume(struct life *l, const struct route *route, enum api api,
    const struct bearer *bearer, const void *state, size_t size,
    bool last_call)
{
	l->method = route->method;
	l->path = span_of(route->path);
	l->query = (struct span){ "", 0 };
	l->r.route = route;
	l->r.api = api;
	l->r.wait = arena_memdup(l->r.mem, state, size);
	l->r.last_call = last_call;
	l->resumed = *bearer;
	l->run = program.waits->resume;
	l->tx = TX_READ;
}

/* As long as it was said to be, or it may be half of what was meant. */
bool
life_body(struct life *l, const char *text, size_t n)
{
	l->r.raw = (struct span){ text, n };
	if (l->body_max == 0)
		return true;
	if (n > l->body_max)
		l->err = too_large(l);
	else if (l->length != -1 && (size_t)l->length != n)
		l->err = fail(&l->r, M_NOT_JSON,
		    "The body is not as long as Content-Length says");
	return l->err == M_OK;
}

/* -------------------------------------------------------------- judging */

static enum mx_err
judge_rate(struct life *l)
{
	const char *key = l->r.who.user_id ? l->r.who.user_id :
	    limit_address(l->r.mem, l->r.address);
	int64_t wait_ms;

	if (l->r.route->limit == LIMIT_none || !is_limited(&l->r) ||
	    limit_take(l->r.store, l->r.route->limit, key, l->r.now, &wait_ms))
		return M_OK;
	reply_retry_after(&l->r, wait_ms);
	return fail(&l->r, M_LIMIT_EXCEEDED, "Too many requests; wait a while");
}

static enum mx_err
check_form(struct life *l)
{
	const char *why;

	if (uri_decode(l->r.mem, l->r.raw, true, &why) == NULL)
		return fail(&l->r, M_BAD_REQUEST, "The form %s", why);
	return M_OK;
}

static enum mx_err
read_body(struct life *l)
{
	enum route_body kind = l->r.route->body;
	enum json_verdict verdict;
	struct span raw = l->r.raw;
	const char *why;

	if (kind == BODY_NONE || kind == BODY_FILE || l->r.body != NULL)
		return M_OK;
	if (kind == BODY_FORM)
		return check_form(l);
	if (kind == BODY_MAYBE && raw.n == 0)
		raw = SPAN("{}");
	if (raw.n == 0)
		return fail(&l->r, M_NOT_JSON, "A JSON body is needed");
	if (l->tree == NULL)
		l->tree = arena_new();
	l->r.body = json_parse(l->tree, raw.s, raw.n, &verdict, &why);
	if (l->r.body == NULL)
		return fail(&l->r, verdict == JSON_NOT ? M_NOT_JSON : M_BAD_JSON,
		    "The body is not acceptable: %s", why);
	if (kind != BODY_VALUE && !cJSON_IsObject(l->r.body))
		return fail(&l->r, M_BAD_JSON, "The body is not a JSON object");
	return M_OK;
}

static enum mx_err
judge(struct life *l)
{
	const struct route *route = l->r.route;
	enum mx_err err;

	if (route->auth >= AUTH_OPTIONAL &&
	    (l->token != NULL || l->resumed.token != 0) &&
	    (err = caller_find(l)) != M_OK)
		return err;
	if (l->r.who.guest && !route->guest)
		return fail(&l->r, M_GUEST_ACCESS_FORBIDDEN,
		    "Guests may not do this");
	if (!l->admitted && l->resumed.token == 0 &&
	    (err = judge_rate(l)) != M_OK)
		return err;
	return l->resumed.token == 0 ? read_body(l) : M_OK;
}

bool
life_admit(struct life *l)
{
	l->err = judge(l);
	if (l->err == M_OK)
		l->admitted = true;
	return l->err == M_OK;
}

void
life_run(struct life *l)
{
	struct arena *before = json_arena(l->r.mem);

	l->err = l->run(&l->r);
	json_arena(before);
	if ((l->err == M_OK && !l->raw) || l->err == M_UIA)
		write_end(&l->r.out);
	/* The handler may have worked on it. */
	forget_tree(l);
}

void
life_shelve(struct life *l)
{
	if (l->tree != NULL && arena_size(l->tree) > TREE_KEPT_MAX)
		forget_tree(l);
}

void
life_more(struct life *l)
{
	l->r.piece = l->more_state;
	l->run = l->more_next;
	l->tx = TX_WRITE;
}

void
life_next(struct life *l)
{
	if (l->r.job != NULL)
		job_free(l->r.job);	/* of the step before */
	l->r.job = l->job;
	l->job = NULL;
	l->run = l->job_next;
	l->tx = l->job_tx;
}

/* fcgi_in.c - reading FastCGI records; see fcgi_in.h. */
#include <stdlib.h>
#include <string.h>
#include <fastcgi.h>

#include "serve/fcgi_in.h"

static unsigned
be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static bool
append(char **to, size_t *len, size_t *cap, const uint8_t *p, size_t n)
{
	if (*len + n > *cap) {
		size_t size = *cap ? *cap : 1024;
		char *more;

		while (size < *len + n)
			size *= 2;
		if ((more = realloc(*to, size)) == NULL)
			return false;
		*to = more;
		*cap = size;
	}
	memcpy(*to + *len, p, n);
	*len += n;
	return true;
}

void
fcgi_in_release(struct fcgi_in *in)
{
	free(in->params);
	free(in->body);
	in->params = in->body = NULL;
	in->params_len = in->params_cap = in->body_len = in->body_cap = 0;
}

void
fcgi_in_reset(struct fcgi_in *in)
{
	fcgi_in_release(in);
	in->active = in->keep = in->params_done = in->body_done = false;
	in->discard = false;
	in->begin_len = 0;
	in->body_max = 0;
}

size_t
fcgi_in_held(const struct fcgi_in *in)
{
	return in->params_cap + in->body_cap;
}

static enum fcgi_step
begin_request(struct fcgi_in *in, unsigned id)
{
	if (id == FCGI_NULL_REQUEST_ID || in->size < sizeof(in->begin))
		return FCGI_STEP_BAD;
	if (in->active) {
		in->refused = (uint16_t)id;
		return FCGI_STEP_REFUSE;
	}
	if (be16(in->begin) != FCGI_RESPONDER)
		return FCGI_STEP_BAD;
	fcgi_in_reset(in);
	in->active = true;
	in->keep = in->begin[2] & FCGI_KEEP_CONN;
	in->id = (uint16_t)id;
	return FCGI_STEP_MORE;
}

/* Does the record now being read belong to the request being read? */
static bool
is_ours(const struct fcgi_in *in)
{
	return in->active && be16(in->head + 2) == in->id;
}

/* A piece of the record's content. */
static enum fcgi_step
content(struct fcgi_in *in, const uint8_t *p, size_t n)
{
	switch (in->head[1]) {
	case FCGI_BEGIN_REQUEST:
		for (; n > 0 && in->begin_len < sizeof(in->begin); n--)
			in->begin[in->begin_len++] = *p++;
		break;
	case FCGI_PARAMS:
		if (!is_ours(in))
			break;
		if (in->params_done || n > FCGI_PARAMS_MAX - in->params_len ||
		    !append(&in->params, &in->params_len, &in->params_cap, p, n))
			return FCGI_STEP_BAD;
		break;
	case FCGI_STDIN:
		if (!is_ours(in) || in->discard)
			break;
		if (!in->params_done || in->body_done)
			return FCGI_STEP_BAD;
		if (n > in->body_max - in->body_len) {
			in->discard = true;
			return FCGI_STEP_TOO_LARGE;
		}
		if (!append(&in->body, &in->body_len, &in->body_cap, p, n))
			return FCGI_STEP_BAD;
		break;
	}
	return FCGI_STEP_MORE;
}

/* An empty record of a stream ends the stream. */
static enum fcgi_step
stream_end(struct fcgi_in *in)
{
	if (!is_ours(in))
		return FCGI_STEP_MORE;
	if (in->head[1] == FCGI_PARAMS) {
		if (in->params_done)
			return FCGI_STEP_BAD;
		in->params_done = true;
		return FCGI_STEP_PARAMS;
	}
	if (!in->params_done || in->body_done)
		return FCGI_STEP_BAD;
	in->body_done = true;
	return FCGI_STEP_BODY;
}

/* The record is complete. */
static enum fcgi_step
record_end(struct fcgi_in *in)
{
	unsigned id = be16(in->head + 2);
	unsigned type = in->head[1];

	if (type == FCGI_BEGIN_REQUEST) {
		enum fcgi_step step = begin_request(in, id);

		in->begin_len = 0;
		return step;
	}
	if (id == FCGI_NULL_REQUEST_ID) {
		in->unknown = (uint8_t)type;
		return type == FCGI_GET_VALUES ? FCGI_STEP_VALUES :
		    FCGI_STEP_UNKNOWN;
	}
	if (type == FCGI_ABORT_REQUEST && is_ours(in))
		return FCGI_STEP_ABORT;
	if ((type == FCGI_PARAMS || type == FCGI_STDIN) && in->size == 0)
		return stream_end(in);
	return FCGI_STEP_MORE;
}

static size_t
min(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void
take(const uint8_t **p, size_t *n, size_t k)
{
	*p += k;
	*n -= k;
}

enum fcgi_step
fcgi_feed(struct fcgi_in *in, const uint8_t **p, size_t *n)
{
	while (*n > 0) {
		enum fcgi_step step = FCGI_STEP_MORE;
		size_t k;

		if (in->head_len < sizeof(in->head)) {
			k = min(*n, sizeof(in->head) - in->head_len);
			memcpy(in->head + in->head_len, *p, k);
			in->head_len = (uint16_t)(in->head_len + k);
			take(p, n, k);
			if (in->head_len < sizeof(in->head))
				return FCGI_STEP_MORE;
			if (in->head[0] != FCGI_VERSION_1)
				return FCGI_STEP_BAD;
			in->size = in->left = (uint16_t)be16(in->head + 4);
			in->padding = in->head[6];
		} else if (in->left > 0) {
			k = min(*n, in->left);
			step = content(in, *p, k);
			in->left = (uint16_t)(in->left - k);
			take(p, n, k);
		} else {
			k = min(*n, in->padding);
			in->padding = (uint8_t)(in->padding - k);
			take(p, n, k);
		}
		if (step != FCGI_STEP_MORE && step != FCGI_STEP_TOO_LARGE)
			return step;
		if (in->left == 0 && in->padding == 0) {
			enum fcgi_step end;

			in->head_len = 0;
			end = record_end(in);
			if (end != FCGI_STEP_MORE)
				return end;
		}
		if (step == FCGI_STEP_TOO_LARGE)
			return step;
	}
	return FCGI_STEP_MORE;
}

static bool
pair_length(const uint8_t *p, size_t len, size_t *at, size_t *out)
{
	if (*at >= len)
		return false;
	if (p[*at] < 0x80) {
		*out = p[(*at)++];
		return true;
	}
	if (len - *at < 4)
		return false;
	*out = (size_t)(p[*at] & 0x7f) << 24 | (size_t)p[*at + 1] << 16 |
	    (size_t)p[*at + 2] << 8 | p[*at + 3];
	*at += 4;
	return true;
}

bool
fcgi_pair_next(const char *params, size_t len, size_t *at,
    struct fcgi_pair *pair, bool *bad)
{
	const uint8_t *p = (const uint8_t *)params;

	if (*at >= len)
		return false;
	if (!pair_length(p, len, at, &pair->name_len) ||
	    !pair_length(p, len, at, &pair->value_len) ||
	    pair->name_len > len - *at ||
	    pair->value_len > len - *at - pair->name_len) {
		*bad = true;
		return false;
	}
	pair->name = params + *at;
	pair->value = pair->name + pair->name_len;
	*at += pair->name_len + pair->value_len;
	return true;
}

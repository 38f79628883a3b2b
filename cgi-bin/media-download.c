/*
 * media-download.c - content that goes out, and waiting for what is still to
 * come.
 */
#include <string.h>

#include "media.h"
#include "media.routes.h"

#define TIMEOUT_MS	20000	/* what the specification says for those who don't */

/* Who waits: for what, and what they asked for. */
struct waiting {
	int64_t		 media;
	int64_t		 until_ms;
	bool		 named;
	char		 name[MEDIA_NAME_MAX + 1];
};
_Static_assert(sizeof(struct waiting) <= WAIT_MAX, "what park() takes");

static enum mx_err
answer(struct request *r, const struct media *m, const char *name)
{
	struct blob blob = m->blob;

	if (name != NULL)
		blob.name = name;
	return media_answer(r, &blob);
}

static enum mx_err
not_yet(struct request *r)
{
	return fail(r, M_NOT_YET_UPLOADED, "These media have not been "
	    "uploaded yet; try again later");
}

static enum mx_err
wait_for(struct request *r, const struct waiting *w)
{
	return park_for(r, -w->media, w, sizeof(*w), w->until_ms);
}

/*
 * GET /client/v1/media/download/{serverName}/{mediaId}
 * GET /client/v1/media/download/{serverName}/{mediaId}/{fileName}
 * GET /media/v3/download/... (without a token)
 *
 * The content, with fileName as its name where the path has one.  Where it has
 * not been uploaded yet: wait for it, timeout_ms at most.
 */
enum mx_err
download(struct request *r)
{
	int64_t timeout_ms = TIMEOUT_MS;
	struct waiting w = { .named = false };
	const char *name;
	struct media m;
	enum mx_err err;

	if (!req_query_int(r, "timeout_ms", 0, INT64_MAX, &timeout_ms))
		return fail(r, M_INVALID_PARAM, "timeout_ms is not a number");
	if ((err = take_name(r, req_arg_or(r, "fileName", NULL), &name)) !=
	    M_OK || (err = media_find(r, &m)) != M_OK)
		return err;
	if (m.uploaded_at != 0)
		return answer(r, &m, name);
	if (timeout_ms > r->conf->wait_max_ms)
		timeout_ms = r->conf->wait_max_ms;
	if (timeout_ms == 0)
		return not_yet(r);
	w.media = m.nr;
	w.until_ms = r->now + timeout_ms;
	if ((w.named = name != NULL))
		strcpy(w.name, name);
	return wait_for(r, &w);
}

enum mx_err
download_resume(struct request *r)
{
	const struct waiting *w = r->wait;
	struct media m;
	enum mx_err err;

	if ((err = media_again(r, w->media, &m)) != M_OK)
		return err;
	if (m.uploaded_at != 0)
		return answer(r, &m, w->named ? w->name : NULL);
	return r->last_call ? not_yet(r) : wait_for(r, w);
}

/*
 * media-download.c - content that goes out, and waiting for what is still to
 * come.
 */
#include <string.h>

#include "media.h"
#include "media.routes.h"

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
	struct waiting w = { .named = false };
	const char *name;
	struct media m;
	enum mx_err err;

	if ((err = take_timeout(r, &w.until_ms)) != M_OK ||
	    (err = take_name(r, req_arg_or(r, "fileName", NULL), &name)) !=
	    M_OK || (err = media_find(r, &m)) != M_OK)
		return err;
	if (m.uploaded_at != 0)
		return answer(r, &m, name);
	if (w.until_ms <= r->now)
		return not_yet(r);
	w.media = m.nr;
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

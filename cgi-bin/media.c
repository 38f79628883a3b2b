/*
 * media.c - the media repository (client-server API, "Content repository";
 * 2015.md section 16.6): what may be uploaded, and ids before their content.
 */
#include <string.h>

#include "media.h"
#include "media.routes.h"
#include "store/stream.h"

#define TIMEOUT_MS	20000

void
put_uri(struct request *r, const char *media_id)
{
	put_text(&r->out, "content_uri", arena_printf(r->mem, "mxc://%s/%s",
	    r->conf->server_name, media_id));
}

enum mx_err
take_name(struct request *r, const char *text, const char **name)
{
	*name = text != NULL && *text != '\0' ? text : NULL;
	if (*name != NULL && strlen(*name) > MEDIA_NAME_MAX)
		return fail(r, M_INVALID_PARAM, "The file name may have %d "
		    "bytes", MEDIA_NAME_MAX);
	return M_OK;
}

/* What the specification says for those who don't. */
enum mx_err
take_timeout(struct request *r, int64_t *until_ms)
{
	int64_t timeout_ms = TIMEOUT_MS;

	if (!req_query_int(r, "timeout_ms", 0, INT64_MAX, &timeout_ms))
		return fail(r, M_INVALID_PARAM, "timeout_ms is not a number");
	if (timeout_ms > r->conf->wait_max_ms)
		timeout_ms = r->conf->wait_max_ms;
	*until_ms = r->now + timeout_ms;
	return M_OK;
}

enum mx_err
not_yet(struct request *r)
{
	return fail(r, M_NOT_YET_UPLOADED, "These media have not been "
	    "uploaded yet; try again later");
}

/*
 * GET /media/config
 *
 * m.upload.size is the most bytes that an upload may have.
 */
enum mx_err
config(struct request *r)
{
	put_int(&r->out, "m.upload.size", r->conf->upload_max);
	return M_OK;
}

/* So many may wait for content; the first whose time is over makes room. */
static enum mx_err
check_awaited(struct request *r)
{
	struct rows rows = db_query(r->db, STMT_MEDIA_AWAITED,
	    DB_INT(r->who.user), DB_INT(r->now));
	int64_t n, first;

	if (!rows_next(&rows))
		return M_OK;
	n = rows_int(&rows, 0);
	first = rows_int(&rows, 1);
	rows_done(&rows);
	if (n < r->conf->media_pending)
		return M_OK;
	reply_retry_after(r, n > 0 ? first - r->now :
	    r->conf->media_unused_ms);
	return fail(r, M_LIMIT_EXCEEDED, "You have %lld ids without content; "
	    "upload that first", (long long)n);
}

/*
 * POST /media/v1/create
 *
 * An id whose content is uploaded later, by the same user and before
 * unused_expires_at.
 */
enum mx_err
create(struct request *r)
{
	int64_t expires_at = r->now + r->conf->media_unused_ms;
	enum mx_err err;

	if ((err = media_quota(r, r->who.user, 0)) != M_OK ||
	    (err = check_awaited(r)) != M_OK)
		return err;
	put_uri(r, media_create(r, r->who.user, expires_at));
	put_int(&r->out, "unused_expires_at", expires_at);
	return M_OK;
}

/* Who waits for an id is found by its number, as no user's. */
static void
news(struct db *db, int64_t after, int64_t upto)
{
	struct rows rows = db_query(db, STMT_MEDIA_NEWS, DB_INT(after),
	    DB_INT(upto), DB_INT(CHANGE_MEDIA));

	while (rows_next(&rows))
		wake_user(-rows_int(&rows, 0));
}

static enum mx_err
resume(struct request *r)
{
	return r->route->handler == thumbnail ? thumbnail_resume(r) :
	    r->route->handler == preview_url ? preview_resume(r) :
	    download_resume(r);
}

const struct waits waits = {
	.resume = resume, .news = news, .seldom = true
};

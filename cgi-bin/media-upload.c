/*
 * media-upload.c - content that comes: whoever may not is refused before it
 * does, it goes into a file as it comes, and only what is whole and durable is
 * told of.
 */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "media.h"
#include "media.routes.h"

/* What belongs to an upload, from its head to its end. */
struct uploading {
	struct media_file file;
	int64_t		 media;		/* that it is for; 0: new ones */
	const char	*name;
	bool		 kept;		/* a row speaks of it, once committed */
};

/* ------------------------------------------------------------- who may */

static enum mx_err
overwrites(struct request *r)
{
	return fail(r, M_CANNOT_OVERWRITE_MEDIA, "These media have been "
	    "uploaded already; create others");
}

/* The id in the path: one that the caller has made, and that is still empty. */
static enum mx_err
find_target(struct request *r, int64_t *nr)
{
	struct media m;
	enum mx_err err;

	*nr = 0;
	if (req_arg_or(r, "mediaId", NULL) == NULL)
		return M_OK;
	if ((err = media_find(r, &m)) != M_OK)
		return err;
	if (m.user != r->who.user)
		return fail(r, M_FORBIDDEN, "Only who has created this id "
		    "may upload its content");
	if (m.uploaded_at != 0)
		return overwrites(r);
	*nr = m.nr;
	return M_OK;
}

static enum mx_err
make_file(struct request *r, struct uploading *u)
{
	if (media_file_begin(r->conf, &u->file))
		return M_OK;
	log_error("%s: no file can be made: %s", r->conf->media_dir,
	    strerror(errno));
	return errno == ENOSPC || errno == EDQUOT ?
	    fail(r, M_STORE_FULL, "The server has no space left; tell its "
	    "administrator") :
	    fail(r, M_UNKNOWN, "The server cannot keep files; tell its "
	    "administrator");
}

static enum mx_err
upload_begin(struct request *r)
{
	struct uploading *u = arena_alloc(r->mem, sizeof(*u));
	int64_t length = r->upload->length;
	enum mx_err err;

	if ((err = take_name(r, req_query(r, "filename"), &u->name)) != M_OK ||
	    (err = find_target(r, &u->media)) != M_OK ||
	    (err = media_quota(r, r->who.user, length > 0 ? length : 0)) !=
	    M_OK || (err = make_file(r, u)) != M_OK)
		return err;
	r->upload->own = u;
	r->upload->fd = u->file.fd;
	r->upload->max = r->conf->upload_max;
	return M_OK;
}

static void
upload_end(struct uploaded *upload, bool answered)
{
	struct uploading *u = upload->own;

	media_file_end(&u->file, !u->kept ? MEDIA_FILE_DROPPED :
	    answered ? MEDIA_FILE_KEPT : MEDIA_FILE_UNSURE);
}

const struct uploads uploads = { .begin = upload_begin, .end = upload_end };

/* ------------------------------------------------------- when it is there */

/* The disk may take its time. */
struct syncing {
	struct job	 job;
	const struct conf *conf;
	char		 name[MEDIA_FILE_LEN + 1];
	int		 error;		/* 0: it is durable */
};

static void
run_syncing(struct job *job)
{
	struct syncing *s = (struct syncing *)job;

	s->error = media_file_sync(s->conf, s->name) ? 0 : errno;
}

/* Of a header that nobody could end, or there is none. */
static const char *
type_of(const struct request *r)
{
	const char *type = r->content_type;

	if (type == NULL || *type == '\0' || strlen(type) > MEDIA_TYPE_MAX)
		return MEDIA_TYPE;
	for (const char *p = type; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			return MEDIA_TYPE;
	return type;
}

static enum mx_err
keep(struct request *r, struct uploading *u)
{
	const struct blob blob = {
		.file = u->file.name,
		.type = type_of(r),
		.name = u->name,
		.size = r->upload->size,
	};
	struct media m;

	if (u->media == 0) {
		put_uri(r, media_put(r, r->who.user, &blob,
		    r->upload->sha256));
		return M_OK;
	}
	if (!media_by_nr(r->db, u->media, &m))
		return fail(r, M_NOT_FOUND, "This id has expired; create "
		    "another");
	return media_fill(r, &m, &blob, r->upload->sha256) ? M_OK :
	    overwrites(r);
}

static enum mx_err
upload_done(struct request *r)
{
	const struct syncing *s = (const struct syncing *)r->job;
	struct uploading *u = r->upload->own;
	enum mx_err err;

	if (s->error != 0) {
		log_error("%s: a file cannot be synced: %s",
		    r->conf->media_dir, strerror(s->error));
		return fail(r, M_UNKNOWN, "The server cannot keep this file; "
		    "tell its administrator");
	}
	if ((err = media_quota(r, r->who.user, r->upload->size)) != M_OK ||
	    (err = keep(r, u)) != M_OK)
		return err;
	u->kept = true;
	return M_OK;
}

/*
 * POST /media/v3/upload
 * PUT /media/v3/upload/{serverName}/{mediaId}
 *
 * New media, or the content of an id that the caller has created.  What was
 * answered with success is whole, and survives a power cut.  filename stands in
 * the Content-Disposition of downloads.
 */
enum mx_err
upload(struct request *r)
{
	const struct uploading *u = r->upload->own;
	struct syncing *s = job_new(sizeof(*s));

	s->job = (struct job){ .run = run_syncing, .pool = JOB_DISK };
	s->conf = r->conf;
	memcpy(s->name, u->file.name, sizeof(s->name));
	return later(r, &s->job, upload_done, TX_WRITE);
}

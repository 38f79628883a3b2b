/*
 * media-thumbnail.c - thumbnails: made when somebody asks for them first, then
 * kept.
 *
 * A thread looks what kind of picture it is.  Then it may be the original that
 * is handed out; or the thumbnailer draws, as another job.  Whoever wishes for
 * the same meanwhile waits for that.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "media-wish.h"
#include "media.routes.h"

#define WAIT_MS		60000	/* for what another one has begun */
#define FAILURES_MAX	64
#define FAILURE_MS	600000	/* so long it is not tried again */
#define KIND_SIZE	32

/* ------------------------------------------------------------------ answers */

static enum mx_err
answer(struct request *r, const struct blob *blob, enum picture_type type)
{
	struct blob named = *blob;

	named.type = picture_mime(type);
	named.name = arena_printf(r->mem, "thumbnail.%s",
	    picture_suffix(type));
	return media_answer(r, &named);
}

/* What was made has a type that we gave it. */
static bool
answer_made(struct request *r, const struct wish *w, enum mx_err *err)
{
	struct blob blob;

	if (!media_derived(r->db, w->media, wish_kind(r->mem, w), &blob))
		return false;
	for (int type = PICTURE_PNG; type <= PICTURE_WEBP; type++)
		if (strcmp(picture_mime((enum picture_type)type), blob.type) ==
		    0) {
			*err = answer(r, &blob, (enum picture_type)type);
			return true;
		}
	return false;
}

static enum mx_err
refuse(struct request *r, enum thumbnail_end end)
{
	switch (end) {
	case THUMBNAIL_TOO_LARGE:
		return fail(r, M_TOO_LARGE, "This picture is too large for a "
		    "thumbnail");
	case THUMBNAIL_NO_PICTURE:
		return fail(r, M_BAD_REQUEST, "There are no thumbnails of "
		    "this: it is no whole PNG, JPEG, GIF or WebP");
	default:
		return fail(r, M_UNKNOWN, "The server cannot make thumbnails; "
		    "tell its administrator");
	}
}

static enum mx_err
come_back(struct request *r)
{
	reply_retry_after(r, 1000);
	return fail(r, M_BUSY, "This thumbnail is being made; try again");
}

/* ----------------------------------------------------- what failed of late */

/* So that a bomb is not defused again and again. */
static struct failure {
	int64_t		 media;
	bool		 animated;
	enum thumbnail_end end;
	int64_t		 until_ms;
} failures[FAILURES_MAX];

static void
remember(const struct wish *w, enum thumbnail_end end, int64_t now)
{
	static size_t next;

	failures[next++ % FAILURES_MAX] = (struct failure){ w->media,
	    w->animated, end, now + FAILURE_MS };
}

/* THUMBNAIL_MADE: it may be tried. */
static enum thumbnail_end
failed_lately(const struct wish *w, int64_t now)
{
	for (size_t i = 0; i < FAILURES_MAX; i++)
		if (failures[i].media == w->media &&
		    failures[i].animated == w->animated &&
		    failures[i].until_ms > now)
			return failures[i].end;
	return THUMBNAIL_MADE;
}

/* ------------------------------------------------------------------ drawing */

struct drawing {
	struct job	 job;
	struct drawing	*next;		/* of those that go on */
	const struct conf *conf;
	struct wish	 wish;
	char		 kind[KIND_SIZE];
	char		 from[MEDIA_FILE_LEN + 1];
	struct media_file file;
	enum thumbnail_end end;
	struct picture	 made;
	int64_t		 size;		/* bytes */
	bool		 put;		/* a row was written that speaks of it */
	enum media_file_fate fate;	/* of its file, as far as is known */
};

static struct drawing *drawings;

static bool
is_being_drawn(int64_t media, const char *kind)
{
	for (const struct drawing *d = drawings; d != NULL; d = d->next)
		if (d->wish.media == media && strcmp(d->kind, kind) == 0)
			return true;
	return false;
}

/* Whoever waits for it may go on. */
static void
is_over(const struct drawing *d)
{
	for (struct drawing **p = &drawings; *p != NULL; p = &(*p)->next)
		if (*p == d) {
			*p = d->next;
			wake_user(-d->wish.media);
			return;
		}
}

static void
drop(struct job *job)
{
	struct drawing *d = (struct drawing *)job;

	is_over(d);
	media_file_end(&d->file, d->fate);
}

static bool
trouble(const struct drawing *d, const char *what)
{
	log_error("%s: %s: %s", d->conf->media_dir, what, strerror(errno));
	return false;
}

static bool
settle(struct drawing *d)
{
	struct stat st;

	if (fstat(d->file.fd, &st) == -1 ||
	    !media_file_sync(d->conf, d->file.name))
		return trouble(d, "a thumbnail cannot be synced");
	d->size = st.st_size;
	return true;
}

static void
run_drawing(struct job *job)
{
	struct drawing *d = (struct drawing *)job;
	struct thumbnail t = d->wish.size;
	int from = media_file_open(d->conf, d->from);

	t.animated = d->wish.animated;
	d->end = THUMBNAIL_FAILED;
	if (from == -1) {
		trouble(d, "a picture cannot be read");
		return;
	}
	if (media_file_begin(d->conf, &d->file))
		d->end = thumbnail_make(&t, from, d->file.fd, &d->made);
	else
		trouble(d, "no file can be made");
	close(from);
	if (d->end == THUMBNAIL_MADE && !settle(d))
		d->end = THUMBNAIL_FAILED;
}

static enum mx_err	begin(struct request *, const struct wish *,
			    const struct media *);

/* What does not go as it moves may go as it stands. */
static enum mx_err
has_failed(struct request *r, struct drawing *d, const struct media *m)
{
	struct wish still = d->wish;

	if (d->end != THUMBNAIL_FAILED)
		remember(&d->wish, d->end, r->now);
	is_over(d);
	if (!d->wish.animated || d->end == THUMBNAIL_FAILED)
		return refuse(r, d->end);
	still.animated = false;
	return begin(r, &still, m);
}

static void
put(struct request *r, struct drawing *d)
{
	const struct blob blob = {
		.file = d->file.name,
		.type = picture_mime(d->made.type),
		.size = d->size,
	};

	d->put = true;
	d->fate = MEDIA_FILE_UNSURE;
	media_derived_put(r->db, d->wish.media, d->kind, &blob, r->now);
}

/* It is committed: is ours the one that the row speaks of? */
static void
look_what_stands(struct request *r, struct drawing *d)
{
	struct blob blob;

	d->fate = media_derived(r->db, d->wish.media, d->kind, &blob) &&
	    strcmp(blob.file, d->file.name) == 0 ? MEDIA_FILE_KEPT :
	    MEDIA_FILE_DROPPED;
}

/*
 * First as a reader, to see how it went; as a writer, who puts it in; and once
 * more as a reader: then it is committed.
 */
static enum mx_err
drawn(struct request *r)
{
	struct drawing *d = (struct drawing *)r->job;
	bool writes = again(r) == M_OK;
	struct media m;
	enum mx_err err;

	if (d->put && !writes)
		look_what_stands(r, d);
	if ((err = media_again(r, d->wish.media, &m)) != M_OK)
		return err;
	if (d->end != THUMBNAIL_MADE)
		return has_failed(r, d, &m);
	if (writes) {
		put(r, d);
		return again_reading(r);
	}
	/* Another process may have been faster. */
	if (!answer_made(r, &d->wish, &err)) {
		if (!d->put)
			return again(r);
		err = refuse(r, THUMBNAIL_FAILED);
	}
	is_over(d);
	return err;
}

static enum mx_err
draw(struct request *r, const struct wish *w, const char *kind,
    const struct media *m)
{
	struct drawing *d = job_new_holding(sizeof(*d), drop);

	d->job = (struct job){ .run = run_drawing, .pool = JOB_PICTURE };
	d->conf = r->conf;
	d->wish = *w;
	strncpy(d->kind, kind, sizeof(d->kind) - 1);
	strncpy(d->from, m->blob.file, sizeof(d->from) - 1);
	d->file.mark = d->file.fd = -1;
	d->fate = MEDIA_FILE_DROPPED;
	d->next = drawings;
	drawings = d;
	return later(r, &d->job, drawn, TX_READ);
}

/* ------------------------------------------------------------------ looking */

struct looking {
	struct job	 job;
	const struct conf *conf;
	struct wish	 wish;
	char		 file[MEDIA_FILE_LEN + 1];
	int		 error;		/* 0: it can be read */
	bool		 is_picture;
	struct picture	 picture;
};

static void
run_looking(struct job *job)
{
	struct looking *l = (struct looking *)job;
	int fd = media_file_open(l->conf, l->file);

	if (fd == -1) {
		l->error = errno;
		return;
	}
	l->is_picture = picture_read(fd, &l->picture);
	close(fd);
}

static enum mx_err
wait_for(struct request *r, const struct wish *w, int64_t until_ms)
{
	return park_for(r, -w->media, w, sizeof(*w), until_ms);
}

static enum mx_err
make(struct request *r, const struct wish *w, const struct media *m)
{
	const char *kind = wish_kind(r->mem, w);
	enum thumbnail_end end = failed_lately(w, r->now);
	enum mx_err err;

	if (answer_made(r, w, &err))
		return err;
	if (end != THUMBNAIL_MADE)
		return refuse(r, end);
	if (!thumbnail_can())
		return fail(r, M_BAD_REQUEST, "This server makes no "
		    "thumbnails; download the picture itself");
	if (r->last_call)
		return come_back(r);
	return is_being_drawn(w->media, kind) ?
	    wait_for(r, w, r->now + WAIT_MS) : draw(r, w, kind, m);
}

static enum mx_err
looked(struct request *r)
{
	const struct looking *l = (const struct looking *)r->job;
	const struct picture *p = &l->picture;
	struct wish w = l->wish;
	struct media m;
	enum mx_err err;

	if ((err = media_again(r, w.media, &m)) != M_OK)
		return err;
	if (l->error != 0) {
		log_error("%s: file %s cannot be read: %s", r->conf->media_dir,
		    l->file, strerror(l->error));
		return refuse(r, THUMBNAIL_FAILED);
	}
	if (!l->is_picture)
		return refuse(r, THUMBNAIL_NO_PICTURE);
	if (picture_too_large(p))
		return refuse(r, THUMBNAIL_TOO_LARGE);
	if (wish_is_met(&w, p))
		return answer(r, &m.blob, p->type);
	w.animated = w.animated && wish_may_move(p) &&
	    failed_lately(&w, r->now) == THUMBNAIL_MADE;
	return make(r, &w, &m);
}

/* --------------------------------------------------------------- the routes */

/* There is content. */
static enum mx_err
begin(struct request *r, const struct wish *w, const struct media *m)
{
	struct looking *l;
	enum mx_err err;

	if (answer_made(r, w, &err))
		return err;
	l = job_new(sizeof(*l));
	l->job = (struct job){ .run = run_looking, .pool = JOB_DISK };
	l->conf = r->conf;
	l->wish = *w;
	strncpy(l->file, m->blob.file, sizeof(l->file) - 1);
	return later(r, &l->job, looked, TX_READ);
}

static enum mx_err
await_content(struct request *r, const struct wish *w)
{
	return r->last_call || w->until_ms <= r->now ? not_yet(r) :
	    wait_for(r, w, w->until_ms);
}

/*
 * GET /client/v1/media/thumbnail/{serverName}/{mediaId}
 * GET /media/v3/thumbnail/{serverName}/{mediaId} (without a token)
 *
 * A picture of these media, at least as large as width and height say, unless
 * they are smaller: then themselves.  It moves only with animated=true.
 */
enum mx_err
thumbnail(struct request *r)
{
	struct media m;
	struct wish w;
	enum mx_err err;

	if ((err = wish_take(r, &w)) != M_OK ||
	    (err = take_timeout(r, &w.until_ms)) != M_OK ||
	    (err = media_find(r, &m)) != M_OK)
		return err;
	w.media = m.nr;
	return m.uploaded_at != 0 ? begin(r, &w, &m) : await_content(r, &w);
}

enum mx_err
thumbnail_resume(struct request *r)
{
	const struct wish *w = r->wait;
	struct media m;
	enum mx_err err;

	if ((err = media_again(r, w->media, &m)) != M_OK)
		return err;
	return m.uploaded_at != 0 ? begin(r, w, &m) : await_content(r, w);
}

/*
 * admin-sweep.c - media that are old or large go, or those of a user, for
 * administrators.
 */
#include <string.h>

#include "admin.h"
#include "admin.routes.h"
#include "base/table.h"
#include "matrix/media.h"

#define PIECE		100	/* looked at in one transaction */
#define OF_USER		100	/* media of a user, without limit */

/* What is deleted, piece after piece. */
struct gone {
	struct buf	 ids;		/* a JSON array, open */
	struct writer	 w;
	int64_t		 n;
};

static void
gone_init(struct request *r, struct gone *g)
{
	buf_init(&g->ids, r->mem, SIZE_MAX);
	writer_init(&g->w, &g->ids);
	write_array(&g->w);
	g->n = 0;
}

static void
gone_add(struct request *r, struct gone *g, const struct media *m)
{
	media_delete(r->db, m);
	g->w.out = &g->ids;	/* it may be a copy, as g is */
	write_text(&g->w, m->media_id);
	g->n++;
}

static enum mx_err
gone_told(struct request *r, struct gone *g)
{
	g->w.out = &g->ids;
	write_end(&g->w);
	put_raw(&r->out, "deleted_media", buf_content(&g->ids));
	put_int(&r->out, "total", g->n);
	log_note(r, "%lld media", (long long)g->n);
	return M_OK;
}

/* ------------------------------------------------------------ old and large */

/* A walk along all media. */
struct sweep {
	int64_t		 before;	/* made before that, ms since 1970 */
	int64_t		 larger;	/* than so many bytes */
	struct table	*kept;		/* pictures that are shown; or NULL */
	int64_t		 after;		/* media.nr */
	struct gone	 gone;
};

static enum mx_err
sweep_read(struct request *r, struct sweep *s)
{
	struct db_arg keep;
	enum mx_err err;

	if (req_query(r, "before_ts") == NULL)
		return fail(r, M_MISSING_PARAM,
		    "before_ts is missing: a time in ms since 1970");
	if (!req_query_int(r, "before_ts", 0, JSON_INT_MAX, &s->before))
		return fail(r, M_INVALID_PARAM,
		    "before_ts is a time in ms since 1970");
	/* As Synapse: seconds in place of milliseconds would be 1970. */
	if (s->before < INT64_C(30000000000))
		return fail(r, M_INVALID_PARAM,
		    "before_ts is of 1970: it must be in ms, not in seconds");
	if (!req_query_int(r, "size_gt", 0, JSON_INT_MAX, &s->larger))
		return fail(r, M_INVALID_PARAM, "size_gt is a number of bytes");
	if ((err = query_bool(r, "keep_profiles", &keep)) != M_OK)
		return err;
	if (keep.kind == DB_ARG_NULL || keep.num == 1)
		s->kept = table_new(r->mem);
	return M_OK;
}

static void
note_avatars(struct request *r, struct table *kept)
{
	struct rows rows = db_query_(r->db, STMT_AVATARS, NULL, 0);

	while (rows_next(&rows))
		if (!rows_null(&rows, 0))
			*table_at(kept, rows_text(&rows, 0), NULL) = kept;
}

static bool
is_to_go(struct request *r, const struct sweep *s, const struct media *m)
{
	return m->uploaded_at != 0 && m->blob.size > s->larger &&
	    (s->kept == NULL || table_find(s->kept, arena_printf(r->mem,
	    "mxc://%s/%s", r->conf->server_name, m->media_id), NULL) == NULL);
}

/*
 * A piece of it.  Their numbers are in the order of time, so the first that is
 * too young ends it.
 */
static enum mx_err
sweep_on(struct request *r)
{
	struct sweep *s = arena_memdup(r->mem, r->piece, sizeof(*s));
	struct rows rows = db_query(r->db, STMT_MEDIA_OLD, DB_INT(s->after),
	    DB_INT(PIECE));
	struct media list[PIECE];
	size_t n = 0, i = 0;

	while (n < PIECE && rows_next(&rows))
		media_take(&rows, &list[n++]);
	rows_done(&rows);
	for (; i < n && list[i].created_at < s->before; i++) {
		s->after = list[i].nr;
		if (is_to_go(r, s, &list[i]))
			gone_add(r, &s->gone, &list[i]);
	}
	return i == PIECE ? more(r, sweep_on, s) : gone_told(r, &s->gone);
}

/* What is shown is read before there is a lock to hold. */
static enum mx_err
sweep_begin(struct request *r)
{
	struct sweep *s = arena_alloc(r->mem, sizeof(*s));
	enum mx_err err = sweep_read(r, s);

	if (err != M_OK)
		return err;
	if (s->kept != NULL)
		note_avatars(r, s->kept);
	gone_init(r, &s->gone);
	r->piece = s;
	return M_OK;
}

/*
 * POST /_synapse/admin/v1/media/delete
 * POST /_synapse/admin/v1/media/{serverName}/delete
 *
 * What was uploaded before before_ts and has more than size_gt bytes goes for
 * good: when it was used last is noted nowhere.  What accounts and rooms show
 * of themselves stays unless keep_profiles is false.
 */
enum mx_err
media_sweep(struct request *r)
{
	enum mx_err err;

	if (strcmp(req_arg_or(r, "serverName", r->conf->server_name),
	    r->conf->server_name) != 0)
		return fail(r, M_INVALID_PARAM,
		    "This server deletes its own media alone");
	if ((r->piece == NULL && (err = sweep_begin(r)) != M_OK) ||
	    (err = again(r)) != M_OK)
		return err;
	return sweep_on(r);
}

/* ---------------------------------------------------------------- of a user */

struct clearing {
	int64_t		 user;
	struct paging	 page;		/* limit: of all of it */
	struct gone	 gone;
};

/* What went makes room for the next where the page begins. */
static enum mx_err
clear_on(struct request *r)
{
	struct clearing *c = arena_memdup(r->mem, r->piece, sizeof(*c));
	struct paging page = c->page;
	struct media list[PIECE];
	struct rows rows;
	int64_t n = 0;

	page.limit = c->page.limit - c->gone.n;
	if (page.limit > PIECE)
		page.limit = PIECE;
	for (rows = user_media(r, c->user, &page); rows_next(&rows); n++)
		media_take(&rows, &list[n]);
	for (int64_t i = 0; i < n; i++)
		gone_add(r, &c->gone, &list[i]);
	return n == PIECE ? more(r, clear_on, c) : gone_told(r, &c->gone);
}

/*
 * DELETE /_synapse/admin/v1/users/{userId}/media
 *
 * The page of it that GET would show, with a limit of 100 unless it is given,
 * goes for good.
 */
enum mx_err
media_delete_of_user(struct request *r)
{
	struct clearing *c = arena_alloc(r->mem, sizeof(*c));
	struct account a;
	enum mx_err err;

	if ((err = account_meant(r, &a)) != M_OK ||
	    (err = media_paging_read(r, &c->page)) != M_OK)
		return err;
	c->user = a.user;
	if (req_query(r, "limit") == NULL)
		c->page.limit = OF_USER;
	gone_init(r, &c->gone);
	r->piece = c;
	return clear_on(r);
}

/* --------------------------------------------------------------- of others */

/*
 * POST /_synapse/admin/v1/purge_media_cache
 *
 * Of other servers' media none is kept here, so none has to go.
 */
enum mx_err
media_cache_purge(struct request *r)
{
	int64_t before;

	if (req_query(r, "before_ts") == NULL)
		return fail(r, M_MISSING_PARAM,
		    "before_ts is missing: a time in ms since 1970");
	if (!req_query_int(r, "before_ts", 0, JSON_INT_MAX, &before))
		return fail(r, M_INVALID_PARAM,
		    "before_ts is a time in ms since 1970");
	put_int(&r->out, "deleted", 0);
	return M_OK;
}

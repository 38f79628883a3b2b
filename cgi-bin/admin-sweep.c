/* admin-sweep.c - media that are old or large go, for administrators. */
#include <string.h>

#include "admin.h"
#include "admin.routes.h"
#include "base/table.h"
#include "matrix/media.h"

#define PIECE		100	/* looked at in one transaction */

void
put_deleted_media(struct request *r, const struct buf *ids, int64_t n)
{
	put_raw(&r->out, "deleted_media", (struct span){ ids->s, ids->len });
	put_int(&r->out, "total", n);
	log_note(r, "%lld media", (long long)n);
}

/* A walk along all media, in pieces. */
struct sweep {
	int64_t		 before;	/* made before that, ms since 1970 */
	int64_t		 larger;	/* than so many bytes */
	struct table	*kept;		/* pictures that are shown; or NULL */
	int64_t		 after;		/* media.nr */
	struct buf	 ids;		/* a JSON array, open */
	struct writer	 w;
	int64_t		 n;
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
	s->w.out = &s->ids;
	for (; i < n && list[i].created_at < s->before; i++) {
		s->after = list[i].nr;
		if (!is_to_go(r, s, &list[i]))
			continue;
		media_delete(r->db, &list[i]);
		write_text(&s->w, list[i].media_id);
		s->n++;
	}
	if (i == PIECE)
		return more(r, sweep_on, s);
	write_end(&s->w);
	put_deleted_media(r, &s->ids, s->n);
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
	struct sweep *s = arena_alloc(r->mem, sizeof(*s));
	enum mx_err err;

	if (strcmp(req_arg_or(r, "serverName", r->conf->server_name),
	    r->conf->server_name) != 0)
		return fail(r, M_INVALID_PARAM,
		    "This server deletes its own media alone");
	if ((err = sweep_read(r, s)) != M_OK)
		return err;
	if (s->kept != NULL)
		note_avatars(r, s->kept);
	buf_init(&s->ids, r->mem, SIZE_MAX);
	writer_init(&s->w, &s->ids);
	write_array(&s->w);
	r->piece = s;
	return sweep_on(r);
}

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

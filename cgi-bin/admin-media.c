/* admin-media.c - what users uploaded, for administrators. */
#include <string.h>

#include "admin.h"
#include "admin.routes.h"
#include "matrix/media.h"
#include "matrix/room.h"

#define PIECE		100	/* put into quarantine by one transaction */

/* ---------------------------------------------------------------- telling */

/* Columns of $media, quarantined_by, sha256. */
enum { QUARANTINED_AT = 10, QUARANTINED_BY, SHA256 };

/* By whom, if it is; the command has no name of its own. */
static const char *
quarantined_by(struct request *r, const struct rows *row)
{
	if (rows_null(row, QUARANTINED_AT))
		return NULL;
	return rows_null(row, QUARANTINED_BY) ? "mxcgi" :
	    user_name(r->db, rows_int(row, QUARANTINED_BY));
}

/* Into an open object. */
static void
put_media(struct request *r, const struct rows *row)
{
	struct writer *w = &r->out;
	struct media m;

	media_take(row, &m);
	put_text(w, "media_id", m.media_id);
	put_text(w, "media_type", m.blob.type);
	put_int(w, "media_length", m.blob.size);
	put_text(w, "upload_name", m.blob.name);
	put_int(w, "created_ts", m.created_at);
	put_text(w, "last_access_ts", NULL);	/* nobody notes it */
	put_text(w, "quarantined_by", quarantined_by(r, row));
	put_bool(w, "safe_from_quarantine", false);
}

/* Of this server, by {serverName} and {mediaId}: M_NOT_FOUND for all others. */
static enum mx_err
media_meant(struct request *r, struct media *m)
{
	const char *id = req_arg(r, "mediaId");

	if (strcmp(req_arg(r, "serverName"), r->conf->server_name) != 0 ||
	    !media_by_id(r->db, id, m))
		return fail(r, M_NOT_FOUND, "This server has no such media");
	return M_OK;
}

static const char *
hex(struct arena *mem, struct span bytes)
{
	struct buf text;

	buf_init(&text, mem, SIZE_MAX);
	for (size_t i = 0; i < bytes.n; i++)
		buf_printf(&text, "%02x", (unsigned char)bytes.s[i]);
	return buf_str(&text);
}

/*
 * GET /_synapse/admin/v1/media/{serverName}/{mediaId}
 *
 * What is known of it.
 */
enum mx_err
media_get(struct request *r)
{
	struct media m;
	struct rows row;
	enum mx_err err;

	if ((err = media_meant(r, &m)) != M_OK)
		return err;
	row = db_query(r->db, STMT_MEDIA_TOLD, DB_TEXT(m.media_id));
	put_object(&r->out, "media_info");
	put_text(&r->out, "media_origin", r->conf->server_name);
	put_text(&r->out, "user_id", m.user == 0 ? NULL :
	    user_name(r->db, m.user));
	if (rows_next(&row)) {
		put_media(r, &row);
		put_text(&r->out, "sha256", rows_null(&row, SHA256) ? NULL :
		    hex(r->mem, rows_blob(&row, SHA256)));
	}
	rows_done(&row);
	write_end(&r->out);
	return M_OK;
}

/* -------------------------------------------------------------- quarantine */

static enum mx_err
quarantine(struct request *r, bool on)
{
	struct media m;
	enum mx_err err;

	if ((err = media_meant(r, &m)) != M_OK)
		return err;
	db_exec(r->db, STMT_MEDIA_QUARANTINE_SET,
	    on ? DB_INT(r->now) : DB_NULL,
	    on ? DB_INT(r->who.user) : DB_NULL, DB_INT(m.nr));
	return M_OK;
}

/*
 * POST /_synapse/admin/v1/media/quarantine/{serverName}/{mediaId}
 *
 * Serve it to nobody, but keep it.
 */
enum mx_err
media_hide(struct request *r)
{
	return quarantine(r, true);
}

/*
 * POST /_synapse/admin/v1/media/unquarantine/{serverName}/{mediaId}
 *
 * Serve it again.
 */
enum mx_err
media_show(struct request *r)
{
	return quarantine(r, false);
}

/* A walk along the media of a user. */
struct hiding {
	int64_t		 user;
	int64_t		 after;		/* media.nr */
	int		 n;
};

static enum mx_err
hide_some(struct request *r)
{
	struct hiding *h = arena_memdup(r->mem, r->piece, sizeof(*h));
	struct rows row = db_query(r->db, STMT_MEDIA_OF_USER_AFTER,
	    DB_INT(h->user), DB_INT(h->after), DB_INT(PIECE));
	int64_t last = 0, found = 0;

	if (rows_next(&row)) {
		last = rows_int(&row, 0);
		found = rows_int(&row, 1);
	}
	rows_done(&row);
	h->n += db_exec(r->db, STMT_MEDIA_QUARANTINE_USER, DB_INT(r->now),
	    DB_INT(r->who.user), DB_INT(h->user), DB_INT(h->after),
	    DB_INT(last));
	h->after = last;
	if (found == PIECE)
		return more(r, hide_some, h);
	log_note(r, "%d media", h->n);
	put_int(&r->out, "num_quarantined", h->n);
	return M_OK;
}

/*
 * POST /_synapse/admin/v1/user/{userId}/media/quarantine
 *
 * All that a user has uploaded.
 */
enum mx_err
media_hide_of_user(struct request *r)
{
	struct account a;
	enum mx_err err;

	if ((err = account_meant(r, &a)) != M_OK)
		return err;
	r->piece = arena_memdup(r->mem, &(struct hiding){ .user = a.user },
	    sizeof(struct hiding));
	return hide_some(r);
}

/* -------------------------------------------------------------- of a user */

static const char *const media_orders[] = { "created_ts", "media_id",
    "upload_name", "last_access_ts", "media_length", "media_type",
    "quarantined_by", "safe_from_quarantine", NULL };

enum mx_err
media_paging_read(struct request *r, struct paging *p)
{
	return paging_read(r, media_orders, true, p);
}

struct rows
user_media(struct request *r, int64_t user, const struct paging *p)
{
	return db_query(r->db, p->backwards ? STMT_USER_MEDIA_BACK :
	    STMT_USER_MEDIA, DB_INT(user), DB_TEXT(p->order),
	    DB_INT(p->limit), DB_INT(p->from));
}

/*
 * GET /_synapse/admin/v1/users/{userId}/media
 *
 * What a user has uploaded, the newest first unless it is asked for otherwise.
 */
enum mx_err
media_of_user(struct request *r)
{
	struct account a;
	struct paging p;
	struct rows rows;
	int64_t n = 0;
	enum mx_err err;

	if ((err = account_meant(r, &a)) != M_OK ||
	    (err = media_paging_read(r, &p)) != M_OK)
		return err;
	rows = user_media(r, a.user, &p);
	put_array(&r->out, "media");
	for (; rows_next(&rows); n++) {
		write_object(&r->out);
		put_media(r, &rows);
		write_end(&r->out);
	}
	write_end(&r->out);
	put_paging(r, &p, n, db_int(r->db, 0, STMT_USER_MEDIA_TOTAL,
	    DB_INT(a.user)));
	return M_OK;
}

/* ----------------------------------------------------------------- deleting */

/*
 * DELETE /_synapse/admin/v1/media/{serverName}/{mediaId}
 *
 * One goes for good, with what was made of it.
 */
enum mx_err
media_remove(struct request *r)
{
	struct media m;
	enum mx_err err;

	if ((err = media_meant(r, &m)) != M_OK)
		return err;
	media_delete(r->db, &m);
	put_array(&r->out, "deleted_media");
	write_text(&r->out, m.media_id);
	write_end(&r->out);
	put_int(&r->out, "total", 1);
	return M_OK;
}

/* --------------------------------------------------------------- statistics */

struct use {
	struct db_arg	 timed, from, until, part;
};
#define USE(u)	(u)->timed, (u)->from, (u)->until, (u)->part

static enum mx_err
use_read(struct request *r, struct use *u)
{
	int64_t from = 0, until = INT64_MAX;

	if (!req_query_int(r, "from_ts", 0, JSON_INT_MAX, &from) ||
	    !req_query_int(r, "until_ts", 0, JSON_INT_MAX, &until))
		return fail(r, M_INVALID_PARAM,
		    "from_ts and until_ts are times in ms since 1970");
	if (from > until)
		return fail(r, M_INVALID_PARAM, "from_ts is behind until_ts");
	*u = (struct use){ .timed = DB_INT(req_query(r, "from_ts") != NULL ||
	    req_query(r, "until_ts") != NULL), .from = DB_INT(from),
	    .until = DB_INT(until), .part = DB_TEXT(req_query(r,
	    "search_term")) };
	return M_OK;
}

/*
 * GET /_synapse/admin/v1/statistics/users/media
 *
 * Who has uploaded how much.
 */
enum mx_err
media_statistics(struct request *r)
{
	static const char *const orders[] = { "user_id", "displayname",
	    "media_length", "media_count", NULL };
	struct paging p;
	struct use u;
	struct rows rows;
	int64_t n = 0;
	enum mx_err err;

	if ((err = paging_read(r, orders, false, &p)) != M_OK ||
	    (err = use_read(r, &u)) != M_OK)
		return err;
	rows = db_query(r->db, p.backwards ? STMT_MEDIA_USE_BACK :
	    STMT_MEDIA_USE, USE(&u), DB_TEXT(p.order), DB_INT(p.limit),
	    DB_INT(p.from));
	put_array(&r->out, "users");
	for (; rows_next(&rows); n++) {
		write_object(&r->out);
		put_text(&r->out, "user_id", rows_text(&rows, 0));
		put_column(&r->out, "displayname", &rows, 1);
		put_int(&r->out, "media_count", rows_int(&rows, 2));
		put_int(&r->out, "media_length", rows_int(&rows, 3));
		write_end(&r->out);
	}
	write_end(&r->out);
	put_paging(r, &p, n, db_int(r->db, 0, STMT_MEDIA_USE_TOTAL, USE(&u)));
	return M_OK;
}

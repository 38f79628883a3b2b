/* media.c - rows of the media repository; see media.h. */
#include "matrix/media.h"

#include <string.h>

#include "matrix/ids.h"
#include "store/stream.h"

#define MXC		"mxc://"
#define ID_LETTERS	24	/* 142 bits: who does not know it finds nothing */

/* ----------------------------------------------------------- looking it up */

bool
media_id_valid(const char *id)
{
	size_t n = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789_-");

	return n > 0 && n <= ID_MAX && id[n] == '\0';
}

const char *
media_own_id(struct arena *mem, const char *server_name, const char *uri)
{
	size_t n = strlen(server_name);

	if (strncmp(uri, MXC, strlen(MXC)) != 0)
		return NULL;
	uri += strlen(MXC);
	if (strncmp(uri, server_name, n) != 0 || uri[n] != '/' ||
	    !media_id_valid(uri + n + 1))
		return NULL;
	return arena_strdup(mem, uri + n + 1);
}

/* The columns of $media. */
enum { NR, MEDIA_ID, USER, CREATED_AT, EXPIRES_AT, UPLOADED_AT, FILE_NAME,
    TYPE, NAME, SIZE, QUARANTINED_AT };

void
media_take(const struct rows *rows, struct media *m)
{
	*m = (struct media){
		.nr = rows_int(rows, NR),
		.media_id = rows_text(rows, MEDIA_ID),
		.user = rows_int(rows, USER),
		.created_at = rows_int(rows, CREATED_AT),
		.expires_at = rows_int(rows, EXPIRES_AT),
		.uploaded_at = rows_int(rows, UPLOADED_AT),
		.quarantined_at = rows_int(rows, QUARANTINED_AT),
		.blob = {
			.file = rows_text(rows, FILE_NAME),
			.type = rows_text(rows, TYPE),
			.name = rows_text(rows, NAME),
			.size = rows_int(rows, SIZE),
		},
	};
}

static bool
take_one(struct rows rows, struct media *m)
{
	bool found = rows_next(&rows);

	if (found)
		media_take(&rows, m);
	rows_done(&rows);
	return found;
}

bool
media_by_nr(struct db *db, int64_t nr, struct media *m)
{
	return take_one(db_query(db, STMT_MEDIA_BY_NR, DB_INT(nr)), m);
}

bool
media_by_id(struct db *db, const char *id, struct media *m)
{
	return take_one(db_query(db, STMT_MEDIA_FIND, DB_TEXT(id)), m);
}

/* What came later is for those who show a token ("freeze"). */
static bool
is_frozen(const struct request *r, const struct media *m)
{
	int64_t at = m->uploaded_at != 0 ? m->uploaded_at : r->now;

	return r->route->auth == AUTH_NONE && at >= r->conf->media_frozen_at;
}

static bool
may_be_served(const struct request *r, const struct media *m)
{
	bool over = m->uploaded_at == 0 && m->expires_at <= r->now;

	return !over && m->quarantined_at == 0 && !is_frozen(r, m);
}

static enum mx_err
judge(struct request *r, bool found, const struct media *m)
{
	return found && may_be_served(r, m) ? M_OK :
	    fail(r, M_NOT_FOUND, "There are no such media here");
}

enum mx_err
media_find(struct request *r, struct media *m)
{
	const char *id = req_arg(r, "mediaId");

	if (!server_name_valid(req_arg(r, "serverName")) ||
	    !media_id_valid(id))
		return fail(r, M_INVALID_PARAM, "This is not the server name "
		    "and media id of an mxc:// URI");
	/* Where other servers are asked, this is the place to do it. */
	if (strcmp(req_arg(r, "serverName"), r->conf->server_name) != 0)
		return fail(r, M_NOT_FOUND, "These media are another "
		    "server's, which this one does not ask");
	return judge(r, media_by_id(r->db, id, m), m);
}

enum mx_err
media_again(struct request *r, int64_t nr, struct media *m)
{
	return judge(r, media_by_nr(r->db, nr, m), m);
}

/* --------------------------------------------------------------- putting in */

enum mx_err
media_quota(struct request *r, int64_t user, int64_t size)
{
	struct rows rows = db_query(r->db, STMT_MEDIA_TALLY, DB_INT(user));
	const struct conf *conf = r->conf;
	int64_t files = 0, bytes = 0;

	if (rows_next(&rows)) {
		files = rows_int(&rows, 0);
		bytes = rows_int(&rows, 1);
	}
	rows_done(&rows);
	if (conf->media_quota_files != 0 && files >= conf->media_quota_files)
		return fail(r, M_FORBIDDEN, "You may have %u files here, and "
		    "you have; ask the administrator to remove some",
		    conf->media_quota_files);
	if (conf->media_quota != 0 && size > conf->media_quota - bytes)
		return fail(r, M_FORBIDDEN, "Your files may have %lld bytes "
		    "together, which this would exceed; ask the administrator "
		    "to remove some", (long long)conf->media_quota);
	return M_OK;
}

static void
count(struct db *db, int64_t user, int64_t size)
{
	if (user != 0)
		db_exec(db, STMT_MEDIA_TALLY_ADD, DB_INT(user), DB_INT(size));
}

const char *
media_put(struct request *r, int64_t user, const struct blob *b,
    const uint8_t sha256[SHA256_LEN])
{
	const char *id = random_letters(r->mem, ID_LETTERS);

	db_exec(r->db, STMT_MEDIA_ADD, DB_TEXT(id),
	    user == 0 ? DB_NULL : DB_INT(user), DB_INT(r->now),
	    DB_TEXT(b->file), DB_TEXT(b->type), DB_TEXT(b->name),
	    DB_INT(b->size), DB_BLOB(sha256, SHA256_LEN));
	count(r->db, user, b->size);
	return id;
}

const char *
media_create(struct request *r, int64_t user, int64_t expires_at)
{
	const char *id = random_letters(r->mem, ID_LETTERS);

	db_exec(r->db, STMT_MEDIA_CREATE, DB_TEXT(id), DB_INT(user),
	    DB_INT(r->now), DB_INT(expires_at));
	return id;
}

bool
media_fill(struct request *r, const struct media *m, const struct blob *b,
    const uint8_t sha256[SHA256_LEN])
{
	if (db_exec(r->db, STMT_MEDIA_FILL, DB_INT(r->now), DB_TEXT(b->file),
	    DB_TEXT(b->type), DB_TEXT(b->name), DB_INT(b->size),
	    DB_BLOB(sha256, SHA256_LEN), DB_INT(m->nr)) == 0)
		return false;
	count(r->db, m->user, b->size);
	change_add(r->db, CHANGE_MEDIA, 0, m->user, m->nr);
	return true;
}

/* ---------------------------------------------------- what is made of media */

bool
media_derived(struct db *db, int64_t media, const char *kind, struct blob *b)
{
	struct rows rows = db_query(db, STMT_MEDIA_DERIVED_FIND,
	    DB_INT(media), DB_TEXT(kind));
	bool found = rows_next(&rows);

	if (found)
		*b = (struct blob){
			.file = rows_text(&rows, 0),
			.type = rows_text(&rows, 1),
			.size = rows_int(&rows, 2),
		};
	rows_done(&rows);
	return found;
}

bool
media_derived_put(struct db *db, int64_t media, const char *kind,
    const struct blob *b, int64_t now)
{
	struct media m;

	return media_by_nr(db, media, &m) && m.uploaded_at != 0 &&
	    db_int(db, 0, STMT_MEDIA_DERIVED_COUNT, DB_INT(media)) <
	    MEDIA_DERIVED_MAX &&
	    db_exec(db, STMT_MEDIA_DERIVED_ADD, DB_INT(media), DB_TEXT(kind),
	    DB_INT(now), DB_TEXT(b->file), DB_TEXT(b->type),
	    DB_INT(b->size)) > 0;
}

/* ---------------------------------------------------------------- the end */

void
media_delete(struct db *db, const struct media *m)
{
	db_exec(db, STMT_MEDIA_GONE_FILE, DB_INT(m->nr));
	db_exec(db, STMT_MEDIA_DROP_DERIVED, DB_INT(m->nr));
	db_exec(db, STMT_MEDIA_DROP, DB_INT(m->nr));
	if (m->user != 0 && m->uploaded_at != 0)
		db_exec(db, STMT_MEDIA_TALLY_TAKE, DB_INT(m->blob.size),
		    DB_INT(m->user));
}

void
media_quarantine(struct db *db, int64_t nr, int64_t at)
{
	db_exec(db, STMT_MEDIA_QUARANTINE, at == 0 ? DB_NULL : DB_INT(at),
	    DB_INT(nr));
}

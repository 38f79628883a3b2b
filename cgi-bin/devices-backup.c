/*
 * devices-backup.c - versions of a key backup: /room_keys/version (client-server
 * API, "Server-side key backups").
 */
#include <string.h>

#include "devices.h"
#include "devices.routes.h"
#include "devices-backup.h"

#define ALGORITHM_MAX	255		/* bytes */
#define AUTH_DATA_MAX	65536		/* bytes */
#define VERSIONS_MAX	100		/* of a user */

/* ------------------------------------------------------------------- shared */

int64_t
backup_version(const char *text)
{
	int64_t version = number_read(text);

	return version == 0 ? -1 : version;
}

enum mx_err
no_backup(struct request *r)
{
	return fail(r, M_NOT_FOUND, "You have no backup of this version");
}

enum mx_err
backup_of_query(struct request *r, struct backup *b)
{
	const char *text = req_query(r, "version");
	int64_t version;

	if (text == NULL)
		return fail(r, M_MISSING_PARAM, "version is missing: that of "
		    "the backup");
	version = backup_version(text);
	return version != -1 && backup_find(r->db, r->who.user, version, b) ?
	    M_OK : no_backup(r);
}

enum mx_err
tell_change(struct request *r, const struct backup *b)
{
	put_number(&r->out, "etag", b->etag);
	put_int(&r->out, "count", b->keys);
	return M_OK;
}

static enum mx_err
backup_of_path(struct request *r, struct backup *b)
{
	int64_t version = backup_version(req_arg(r, "version"));

	return version != -1 && backup_find(r->db, r->who.user, version, b) ?
	    M_OK : no_backup(r);
}

/* ------------------------------------------------------------------ showing */

static enum mx_err
show(struct request *r, const struct backup *b)
{
	struct rows rows = db_query(r->db, STMT_BACKUP_ABOUT, DB_INT(b->nr));

	if (rows_next(&rows)) {
		put_text(&r->out, "algorithm", rows_text(&rows, 0));
		put_raw(&r->out, "auth_data", rows_span(&rows, 1));
	}
	rows_done(&rows);
	put_number(&r->out, "version", b->version);
	put_number(&r->out, "etag", b->etag);
	put_int(&r->out, "count", b->keys);
	return M_OK;
}

/*
 * GET /room_keys/version
 *
 * The newest version that is there: the one that keys are written to.
 */
enum mx_err
backup_show_current(struct request *r)
{
	struct backup b;

	if (!backup_find(r->db, r->who.user, 0, &b))
		return fail(r, M_NOT_FOUND, "You have no backup");
	return show(r, &b);
}

/* GET /room_keys/version/{version} */
enum mx_err
backup_show(struct request *r)
{
	struct backup b;
	enum mx_err err = backup_of_path(r, &b);

	return err == M_OK ? show(r, &b) : err;
}

/* ----------------------------------------------------------------- changing */

struct wish {
	const char	*algorithm;
	const cJSON	*auth_data;
	const char	*version;
	struct span	 text;		/* auth_data */
};
static const struct field wish_fields[] = {
	FIELD_STR(wish, algorithm, "algorithm", REQUIRED, NULL),
	FIELD_OBJECT(wish, auth_data, "auth_data", REQUIRED),
	FIELD_STR(wish, version, "version", OPTIONAL, NULL),
	FIELD_END
};

static enum mx_err
read_wish(struct request *r, struct wish *wish)
{
	enum mx_err err;

	*wish = (struct wish){ 0 };
	if ((err = body_read(r, wish_fields, wish)) != M_OK ||
	    (err = read_object(r, "auth_data", wish->auth_data, AUTH_DATA_MAX,
	    &wish->text)) != M_OK)
		return err;
	if (*wish->algorithm == '\0' ||
	    strlen(wish->algorithm) > ALGORITHM_MAX)
		return fail(r, M_INVALID_PARAM,
		    "algorithm has 1 to %d bytes", ALGORITHM_MAX);
	return M_OK;
}

/*
 * POST /room_keys/version
 *
 * Begin a new version, without keys; those before stay as they are, and no keys
 * can be written to them any more.
 */
enum mx_err
backup_make_new(struct request *r)
{
	struct wish wish;
	int64_t bytes;
	enum mx_err err = read_wish(r, &wish);

	if (err != M_OK)
		return err;
	if (backups_total(r->db, r->who.user, &bytes) >= VERSIONS_MAX)
		return fail(r, M_TOO_LARGE, "You have %d versions of your "
		    "backup; delete one first", VERSIONS_MAX);
	put_number(&r->out, "version", backup_make(r->db, r->who.user,
	    wish.algorithm, wish.text));
	return M_OK;
}

static bool
is_algorithm(struct request *r, const struct backup *b, const char *algorithm)
{
	struct rows rows = db_query(r->db, STMT_BACKUP_ABOUT, DB_INT(b->nr));
	bool is = rows_next(&rows) && span_is(rows_span(&rows, 0), algorithm);

	rows_done(&rows);
	return is;
}

/*
 * PUT /room_keys/version/{version}
 *
 * Change auth_data, which is signed anew now and then; nothing else can be
 * changed.
 */
enum mx_err
backup_change(struct request *r)
{
	struct wish wish;
	struct backup b;
	enum mx_err err;

	if ((err = read_wish(r, &wish)) != M_OK)
		return err;
	if (wish.version != NULL &&
	    strcmp(wish.version, req_arg(r, "version")) != 0)
		return fail(r, M_INVALID_PARAM,
		    "version is not the one in the path");
	if ((err = backup_of_path(r, &b)) != M_OK)
		return err;
	if (!is_algorithm(r, &b, wish.algorithm))
		return fail(r, M_INVALID_PARAM, "algorithm is not that of this "
		    "backup; make a new version");
	db_exec(r->db, STMT_BACKUP_SET_AUTH_DATA, DB_SPAN(wish.text),
	    DB_INT(b.nr));
	return M_OK;
}

/*
 * DELETE /room_keys/version/{version}
 *
 * It goes with its keys; one that is gone already stays so.
 */
enum mx_err
backup_delete(struct request *r)
{
	int64_t version = backup_version(req_arg(r, "version"));
	struct backup b;

	if (!backup_was(r->db, r->who.user, version))
		return no_backup(r);
	if (backup_find(r->db, r->who.user, version, &b))
		backup_drop(r->db, r->who.user, &b, r->now);
	return M_OK;
}

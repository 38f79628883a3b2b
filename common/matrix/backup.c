/* backup.c - key backups in the store. */
#include <stdio.h>
#include <stdlib.h>

#include "matrix/backup.h"

/* ----------------------------------------------------------------- versions */

bool
backup_find(struct db *db, int64_t user, int64_t version, struct backup *b)
{
	struct rows rows = version == 0 ?
	    db_query(db, STMT_BACKUP_CURRENT, DB_INT(user)) :
	    db_query(db, STMT_BACKUP_FIND, DB_INT(user), DB_INT(version));
	bool found = rows_next(&rows);

	if (found)
		*b = (struct backup){
			.nr = rows_int(&rows, 0),
			.version = rows_int(&rows, 1),
			.etag = rows_int(&rows, 2),
			.keys = rows_int(&rows, 3),
			.bytes = rows_int(&rows, 4),
		};
	rows_done(&rows);
	return found;
}

bool
backup_was(struct db *db, int64_t user, int64_t version)
{
	return version > 0 && version <= db_int(db, 0,
	    STMT_BACKUP_VERSION_LAST, DB_INT(user));
}

int64_t
backups_total(struct db *db, int64_t user, int64_t *bytes)
{
	struct rows rows = db_query(db, STMT_BACKUPS_TOTAL, DB_INT(user));
	int64_t n = 0;

	*bytes = 0;
	if (rows_next(&rows)) {
		n = rows_int(&rows, 0);
		*bytes = rows_int(&rows, 1);
	}
	rows_done(&rows);
	return n;
}

int64_t
backup_make(struct db *db, int64_t user, const char *algorithm,
    struct span auth_data)
{
	int64_t version = db_int(db, 0, STMT_BACKUP_VERSION_NEXT,
	    DB_INT(user));

	db_exec(db, STMT_BACKUP_ADD, DB_INT(user), DB_INT(version),
	    DB_TEXT(algorithm), DB_SPAN(auth_data), DB_INT(0));
	return version;
}

/* ------------------------------------------------------- what is left of them */

/* The number of a backup, as the detail of a task. */
static void
forget_later(struct db *db, int64_t user, int64_t nr, int64_t now)
{
	char detail[24];

	snprintf(detail, sizeof(detail), "%lld", (long long)nr);
	task_add_about(db, TASK_FORGET_KEYS, user, 0, detail, now, 0);
}

static enum task_end
forget_keys(struct task *t)
{
	int64_t nr = strtoll(t->detail, NULL, 10);

	do
		if (db_exec(t->db, STMT_BACKUP_KEYS_DROP, DB_INT(nr),
		    DB_INT(BACKUP_PIECE)) < BACKUP_PIECE)
			return TASK_DONE;
	while (task_has_time(t));
	t->cursor = "";
	return TASK_MORE;
}

const struct task_kind backup_tasks[] = {
	{ TASK_FORGET_KEYS, forget_keys, NULL },
	{ NULL, NULL, NULL }
};

void
backup_drop(struct db *db, int64_t user, const struct backup *b, int64_t now)
{
	db_exec(db, STMT_BACKUP_DROP, DB_INT(b->nr));
	if (b->keys > 0)
		forget_later(db, user, b->nr, now);
}

/* The same version under another number. */
void
backup_empty(struct db *db, int64_t user, struct backup *b, int64_t now)
{
	struct rows rows;
	const char *algorithm, *auth_data;

	if (b->keys == 0)
		return;
	rows = db_query(db, STMT_BACKUP_ABOUT, DB_INT(b->nr));
	if (!rows_next(&rows))
		return;
	algorithm = rows_text(&rows, 0);
	auth_data = rows_text(&rows, 1);
	rows_done(&rows);
	backup_drop(db, user, b, now);
	db_exec(db, STMT_BACKUP_ADD, DB_INT(user), DB_INT(b->version),
	    DB_TEXT(algorithm), DB_TEXT(auth_data), DB_INT(b->etag + 1));
	backup_find(db, user, b->version, b);
}

void
backups_drop(struct db *db, int64_t user, int64_t now)
{
	struct backup b;

	while (backup_find(db, user, 0, &b))
		backup_drop(db, user, &b, now);
}

/* --------------------------------------------------------------------- keys */

/* What became of the keys of a backup. */
static void
count_change(struct db *db, struct backup *b, int64_t keys, int64_t bytes)
{
	db_exec(db, STMT_BACKUP_CHANGED, DB_INT(keys), DB_INT(bytes),
	    DB_INT(b->nr));
	b->etag++;
	b->keys += keys;
	b->bytes += bytes;
}

static bool
is_better(const struct backup_key *key, bool is_verified,
    int64_t first_message_index, int64_t forwarded_count)
{
	if (key->is_verified != is_verified)
		return key->is_verified;
	if (key->first_message_index != first_message_index)
		return key->first_message_index < first_message_index;
	return key->forwarded_count < forwarded_count;
}

/* Does it come in?  *keys and *bytes become more, or less, by it. */
static bool
put(struct db *db, const struct backup *b, const struct backup_key *key,
    int64_t *keys, int64_t *bytes)
{
	struct rows rows = db_query(db, STMT_BACKUP_KEY_RANK, DB_INT(b->nr),
	    DB_TEXT(key->room_id), DB_TEXT(key->session_id));
	bool found = rows_next(&rows);
	bool better = !found || is_better(key, rows_int(&rows, 0) != 0,
	    rows_int(&rows, 1), rows_int(&rows, 2));
	int64_t before = found ? rows_int(&rows, 3) : 0;

	rows_done(&rows);
	if (!better)
		return false;
	db_exec(db, STMT_BACKUP_KEY_PUT, DB_INT(b->nr), DB_TEXT(key->room_id),
	    DB_TEXT(key->session_id), DB_INT(key->first_message_index),
	    DB_INT(key->forwarded_count), DB_INT(key->is_verified),
	    DB_SPAN(key->session_data));
	*keys += !found;
	*bytes += (int64_t)key->session_data.n - before;
	return true;
}

void
backup_put(struct db *db, struct backup *b, const struct backup_key *list,
    size_t n)
{
	int64_t keys = 0, bytes = 0;
	bool changed = false;

	for (size_t i = 0; i < n; i++)
		changed |= put(db, b, &list[i], &keys, &bytes);
	if (changed)
		count_change(db, b, keys, bytes);
}

/* rows: what each weighed that is gone. */
static int64_t
count_gone(struct db *db, struct backup *b, struct rows rows)
{
	int64_t keys = 0, bytes = 0;

	for (; rows_next(&rows); keys++)
		bytes += rows_int(&rows, 0);
	if (keys > 0)
		count_change(db, b, -keys, -bytes);
	return keys;
}

void
backup_drop_key(struct db *db, struct backup *b, const char *room_id,
    const char *session_id)
{
	count_gone(db, b, db_query(db, STMT_BACKUP_KEY_DROP, DB_INT(b->nr),
	    DB_TEXT(room_id), DB_TEXT(session_id)));
}

bool
backup_drop_room(struct db *db, struct backup *b, const char *room_id)
{
	return count_gone(db, b, db_query(db, STMT_BACKUP_KEYS_DROP_OF_ROOM,
	    DB_INT(b->nr), DB_TEXT(room_id), DB_INT(BACKUP_PIECE))) ==
	    BACKUP_PIECE;
}

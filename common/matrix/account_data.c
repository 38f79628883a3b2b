/* account_data.c - what clients keep here for their user. */
#include "matrix/account_data.h"

#include <string.h>

#include "store/stream.h"

static const char *
get(struct db *db, int64_t user, int64_t room, const char *type, int64_t *pos)
{
	struct rows rows = db_query(db, STMT_ACCOUNT_DATA_GET, DB_INT(user),
	    DB_INT(room), DB_TEXT(type));
	const char *content = NULL;

	*pos = 0;
	if (rows_next(&rows)) {
		content = rows_text(&rows, 0);
		*pos = rows_int(&rows, 1);
	}
	rows_done(&rows);
	return content;
}

const char *
account_data_get(struct db *db, int64_t user, int64_t room, const char *type)
{
	int64_t pos;

	return get(db, user, room, type, &pos);
}

int64_t
account_data_changed(struct db *db, int64_t user, int64_t room,
    const char *type)
{
	int64_t pos;

	get(db, user, room, type, &pos);
	return pos;
}

void
account_data_put(struct db *db, int64_t user, int64_t room, const char *type,
    struct span content)
{
	int64_t before, pos;
	const char *old = get(db, user, room, type, &before);

	if (old != NULL && span_is(content, old))
		return;
	pos = change_again(db, CHANGE_ACCOUNT_DATA, room, user, before);
	db_exec(db, STMT_ACCOUNT_DATA_PUT, DB_INT(user), DB_INT(room),
	    DB_TEXT(type), DB_INT(pos), DB_INT((int64_t)content.n),
	    DB_SPAN(content));
}

struct account_data_size
account_data_size(struct db *db, int64_t user, int64_t room, const char *type)
{
	struct account_data_size size = { 0, 0 };
	struct rows rows = db_query(db, STMT_ACCOUNT_DATA_SIZE, DB_INT(user),
	    DB_INT(room), DB_TEXT(type));

	if (rows_next(&rows)) {
		size.entries = rows_int(&rows, 0);
		size.bytes = rows_int(&rows, 1);
	}
	rows_done(&rows);
	return size;
}

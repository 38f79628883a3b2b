/*
 * stream.c - the one stream of all that a client may have to hear of.
 */
#include "store/db-inner.h"
#include "store/stream.h"

static struct db_arg
number_or_null(int64_t nr)
{
	return nr != 0 ? DB_INT(nr) : DB_NULL;
}

int64_t
change_add(struct db *db, enum change_kind kind, int64_t room, int64_t user,
    int64_t ref)
{
	if (db_exec(db, STMT_CHANGE_ADD, DB_INT(kind), number_or_null(room),
	    number_or_null(user), DB_INT(ref)) == 0)
		return 0;
	db->changes++;
	return db_last_rowid(db);
}

/* The newest row is never removed: it is added first. */
int64_t
change_again(struct db *db, enum change_kind kind, int64_t room, int64_t user,
    int64_t before)
{
	int64_t pos = change_add(db, kind, room, user, 0);

	if (before != 0)
		db_exec(db, STMT_CHANGE_DROP, DB_INT(before));
	return pos;
}

int64_t
change_add_room(struct db *db, int64_t room)
{
	int64_t before = change_last(db);

	db_exec(db, STMT_CHANGE_ADD_ROOM, DB_INT(before),
	    DB_INT(CHANGE_EVENT), DB_INT(room));
	db->changes++;
	return before;
}

int64_t
change_last(struct db *db)
{
	return db_int(db, 0, STMT_CHANGE_LAST);
}

bool
change_added(const struct db *db)
{
	return db->changes > 0;
}

/*
 * room.c - rooms and users as they stand in the store.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "matrix/room.h"

#define ROOMS_FEW	20	/* who is in fewer is looked for there */

static const char *const membership_names[] = {
	[MEMBERSHIP_NONE] = "",
	[MEMBERSHIP_INVITE] = "invite",
	[MEMBERSHIP_JOIN] = "join",
	[MEMBERSHIP_KNOCK] = "knock",
	[MEMBERSHIP_LEAVE] = "leave",
	[MEMBERSHIP_BAN] = "ban",
};
#define MEMBERSHIPS \
	(sizeof(membership_names) / sizeof(membership_names[0]))

const char *
membership_name(enum membership membership)
{
	return membership_names[membership];
}

enum membership
membership_of(const char *name)
{
	for (size_t i = MEMBERSHIP_INVITE; name != NULL && i < MEMBERSHIPS; i++)
		if (strcmp(membership_names[i], name) == 0)
			return (enum membership)i;
	return MEMBERSHIP_NONE;
}

bool
room_find(struct db *db, const char *room_id, struct room *room)
{
	struct rows rows = db_query(db, STMT_ROOM_FIND, DB_TEXT(room_id));

	if (!rows_next(&rows))
		return false;
	*room = (struct room){
		.nr = rows_int(&rows, 0),
		.room_id = room_id,
		.version = room_version_find(rows_text(&rows, 1)),
		.closed = rows_int(&rows, 2) != 0,
	};
	rows_done(&rows);
	/* Nothing puts a version into the table that this server lacks. */
	if (room->version == NULL)
		log_error("room %s is of a version this server does not have",
		    room_id);
	return room->version != NULL;
}

bool
room_get(struct db *db, int64_t nr, struct room *room)
{
	struct rows rows = db_query(db, STMT_ROOM_GET, DB_INT(nr));
	bool found = rows_next(&rows);

	if (found)
		*room = (struct room){ .nr = nr,
		    .room_id = rows_text(&rows, 0),
		    .version = room_version_find(rows_text(&rows, 1)),
		    .closed = rows_int(&rows, 2) != 0 };
	rows_done(&rows);
	return found && room->version != NULL;
}

int64_t
user_find(struct db *db, const char *user_id)
{
	return db_int(db, 0, STMT_USER_FIND, DB_TEXT(user_id));
}

const char *
user_name(struct db *db, int64_t user)
{
	struct rows rows = db_query(db, STMT_USER_NAME, DB_INT(user));
	const char *name = NULL;

	if (rows_next(&rows))
		name = rows_text(&rows, 0);
	rows_done(&rows);
	return name;
}

/* From the side of a user who is in few rooms, else from that of the other. */
bool
rooms_shared(struct db *db, int64_t user, int64_t other)
{
	bool few = db_int(db, 0, STMT_ROOMS_OF, DB_INT(user),
	    DB_INT(ROOMS_FEW)) < ROOMS_FEW;

	return db_int(db, 0, STMT_ROOMS_SHARED, DB_INT(few ? other : user),
	    DB_INT(few ? user : other)) != 0;
}

int64_t
user_intern(struct db *db, const char *user_id)
{
	int64_t user = user_find(db, user_id);

	if (user != 0)
		return user;
	db_exec(db, STMT_USER_ADD, DB_TEXT(user_id));
	return db_last_rowid(db);
}

struct member
room_member(struct db *db, int64_t room, int64_t user)
{
	struct rows rows = db_query(db, STMT_MEMBER_GET, DB_INT(room),
	    DB_INT(user));
	struct member member = { .membership = MEMBERSHIP_NONE };

	if (rows_next(&rows)) {
		member.membership = membership_of(rows_text(&rows, 0));
		member.event = rows_int(&rows, 1);
		member.pos = rows_int(&rows, 2);
		member.forgotten = rows_int(&rows, 3) != 0;
	}
	rows_done(&rows);
	return member;
}

int64_t
room_state_now(struct db *db, int64_t room, const char *type,
    const char *state_key)
{
	return db_int(db, 0, STMT_STATE_NOW, DB_INT(room), DB_TEXT(type),
	    DB_TEXT(state_key));
}

int64_t
room_state_at(struct db *db, int64_t room, int64_t at_nr, const char *type,
    const char *state_key)
{
	return db_int(db, 0, STMT_STATE_AT, DB_INT(room), DB_TEXT(type),
	    DB_TEXT(state_key), DB_INT(at_nr));
}

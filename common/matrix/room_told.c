/* room_told.c - what administrators are told of a room. */
#include <string.h>

#include "json/json.h"
#include "matrix/room_told.h"
#include "matrix/shape.h"

/* A member of the content of a piece of state, by what it is told as. */
static const struct face {
	const char	*type;
	const char	*member;
	const char	*key;
	bool		 detail;
} faces[] = {
	{ "m.room.name", "name", "name", false },
	{ "m.room.topic", "topic", "topic", true },
	{ "m.room.avatar", "url", "avatar", true },
	{ "m.room.canonical_alias", "alias", "canonical_alias", false },
	{ "m.room.encryption", "algorithm", "encryption", false },
	{ "m.room.join_rules", "join_rule", "join_rules", false },
	{ "m.room.guest_access", "guest_access", "guest_access", false },
	{ "m.room.history_visibility", "history_visibility",
	    "history_visibility", false },
};
#define FACES	(sizeof(faces) / sizeof(faces[0]))

struct told {
	const char	*face[FACES];
	const char	*creator;
	bool		 federatable;
};

static void
take_face(struct told *told, struct arena *mem, const struct rows *row)
{
	const char *type = rows_text(row, 0);
	const cJSON *content = json_parse_own(mem, row_content(row, 2));

	for (size_t i = 0; i < FACES; i++)
		if (strcmp(faces[i].type, type) == 0)
			told->face[i] = json_text(content, faces[i].member);
	if (strcmp(type, "m.room.create") != 0)
		return;
	told->creator = rows_text(row, 1);
	told->federatable = !cJSON_IsFalse(json_get(content, "m.federate"));
}

static void
put_numbers(struct writer *w, struct db *db, int64_t room, bool details)
{
	struct rows row = db_query(db, STMT_ROOM_ROW, DB_INT(room));

	if (rows_next(&row)) {
		put_text(w, "room_id", rows_text(&row, 0));
		put_text(w, "version", rows_text(&row, 1));
		put_bool(w, "public", rows_int(&row, 2) != 0);
		put_int(w, "joined_members", rows_int(&row, 3));
		put_text(w, "room_type", rows_text(&row, 4));
		put_int(w, "joined_local_members", rows_int(&row, 5));
		put_int(w, "state_events", rows_int(&row, 6));
	}
	rows_done(&row);
	if (!details)
		return;
	put_int(w, "joined_local_devices", db_int(db, 0,
	    STMT_ROOM_LOCAL_DEVICES, DB_INT(room)));
	put_bool(w, "forgotten", db_int(db, 0, STMT_ROOM_REMEMBERED,
	    DB_INT(room)) == 0);
}

void
put_room_told(struct writer *w, struct db *db, struct arena *mem, int64_t room,
    bool details)
{
	struct rows rows = db_query(db, STMT_ROOM_SHOWN, DB_INT(room));
	struct told told = { .federatable = true };

	while (rows_next(&rows))
		take_face(&told, mem, &rows);
	put_numbers(w, db, room, details);
	put_text(w, "creator", told.creator);
	put_bool(w, "federatable", told.federatable);
	for (size_t i = 0; i < FACES; i++)
		if (details || !faces[i].detail)
			put_text(w, faces[i].key, told.face[i]);
}

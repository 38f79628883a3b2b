/* stripped.c - see stripped.h. */
#include "matrix/stripped.h"

#include "matrix/room.h"
#include "matrix/shape.h"

static const char *const types[] = {
	"m.room.create", "m.room.join_rules", "m.room.canonical_alias",
	"m.room.name", "m.room.avatar", "m.room.topic", "m.room.encryption"
};
#define TYPES	(sizeof(types) / sizeof(types[0]))

static void
write_one(struct writer *w, struct db *db, int64_t nr)
{
	static const struct reader reader = { .shape = SHAPE_STRIPPED };
	struct event_row e;

	if (event_find(db, nr, &e))
		event_write(w, db, &e, &reader);
}

void
stripped_write(struct writer *w, struct db *db, int64_t room, int64_t event)
{
	struct event_row own;
	int64_t host = 0;

	write_array(w);
	for (size_t i = 0; i < TYPES; i++)
		write_one(w, db, room_state_at(db, room, event, types[i], ""));
	if (event_find(db, event, &own))
		host = room_state_at(db, room, event, "m.room.member",
		    own.sender_id);
	if (host != event)
		write_one(w, db, host);
	write_one(w, db, event);
	write_end(w);
}

struct span
stripped_text(struct arena *mem, struct db *db, int64_t room, int64_t event)
{
	struct buf text;
	struct writer w;

	buf_init(&text, mem, SIZE_MAX);
	writer_init(&w, &text);
	stripped_write(&w, db, room, event);
	return buf_content(&text);
}

/*
 * media-shown.c - what goes with an event that is redacted ([media]
 * delete_redacted): the media it shows, if its sender uploaded them.
 */
#include "json/json.h"
#include "matrix/media.h"

static struct arena *
arena_of(struct db *db)
{
	struct arena *mem = db_arena(db, NULL);

	db_arena(db, mem);
	return mem;
}

static void
drop(struct db *db, const char *server_name, int64_t sender, const char *uri)
{
	const char *id = uri == NULL ? NULL :
	    media_own_id(arena_of(db), server_name, uri);
	struct media m;

	if (id != NULL && media_by_id(db, id, &m) && m.user == sender)
		media_delete(db, &m);
}

/*
 * m.image and its like, m.sticker, m.room.avatar: url, or file.url where it is
 * encrypted, and the same of the thumbnail in info.
 */
void
media_delete_shown(struct db *db, const char *server_name, int64_t sender,
    const cJSON *content)
{
	const cJSON *info = json_get(content, "info");

	drop(db, server_name, sender, json_text(content, "url"));
	drop(db, server_name, sender,
	    json_text(json_get(content, "file"), "url"));
	drop(db, server_name, sender, json_text(info, "thumbnail_url"));
	drop(db, server_name, sender,
	    json_text(json_get(info, "thumbnail_file"), "url"));
}

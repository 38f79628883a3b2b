/*
 * rooms-succeed.c - a room that replaces another: who comes in finds there what
 * they had set for the old one (client-server API, "Room Upgrades").
 */
#include <string.h>

#include "matrix/account_data.h"
#include "rooms.h"

/*
 * The room that it replaces.  Anybody may say so of a room of theirs; true is
 * what the old one says as well.
 */
static bool
replaced_by(struct request *r, const struct room *room, struct room *old)
{
	struct auth_event create, tombstone;
	const char *id, *next;

	if (!state_of(r, room, "m.room.create", &create))
		return false;
	id = json_text(json_get(create.content, "predecessor"), "room_id");
	if (id == NULL || !room_find(r->db, id, old) ||
	    !state_of(r, old, "m.room.tombstone", &tombstone))
		return false;
	next = json_text(tombstone.content, "replacement_room");
	return next != NULL && strcmp(next, room->room_id) == 0;
}

static void
copy_tags(struct request *r, const struct room *old, const struct room *room)
{
	const char *tags = account_data_get(r->db, r->who.user, old->nr,
	    "m.tag");

	if (tags != NULL && account_data_get(r->db, r->who.user, room->nr,
	    "m.tag") == NULL)
		account_data_put(r->db, r->who.user, room->nr, "m.tag",
		    span_of(tags));
}

static bool
lists(const cJSON *rooms, const char *room_id)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, rooms)
		if (cJSON_IsString(item) &&
		    strcmp(item->valuestring, room_id) == 0)
			return true;
	return false;
}

/* The new room is as much a direct chat with somebody as the old one is. */
static void
copy_direct(struct request *r, const struct room *old, const struct room *room)
{
	const char *text = account_data_get(r->db, r->who.user,
	    ACCOUNT_DATA_GLOBAL, "m.direct");
	cJSON *direct, *rooms;
	struct buf changed;
	bool any = false;

	if (text == NULL)
		return;
	direct = json_parse_own(r->mem, span_of(text));
	cJSON_ArrayForEach(rooms, direct)
		if (cJSON_IsArray(rooms) && lists(rooms, old->room_id) &&
		    !lists(rooms, room->room_id)) {
			cJSON_AddItemToArray(rooms,
			    cJSON_CreateString(room->room_id));
			any = true;
		}
	if (!any)
		return;
	buf_init(&changed, r->mem, SIZE_MAX);
	json_print(&changed, direct);
	account_data_put(r->db, r->who.user, ACCOUNT_DATA_GLOBAL, "m.direct",
	    buf_content(&changed));
}

void
settings_follow(struct request *r, const struct room *room)
{
	struct room old;

	if (!replaced_by(r, room, &old))
		return;
	copy_tags(r, &old, room);
	copy_direct(r, &old, room);
}

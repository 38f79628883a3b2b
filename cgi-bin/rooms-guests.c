/*
 * rooms-guests.c - rooms that let guests in, and cease to (client-server API,
 * "Guest access").
 */
#include <string.h>

#include "matrix/room-tasks.h"
#include "rooms.h"
#include "store/task.h"

bool
guests_welcome(struct request *r, const struct room *room)
{
	struct auth_event event;
	const char *access;

	if (!state_of(r, room, "m.room.guest_access", &event))
		return false;
	access = json_text(event.content, "guest_access");
	return access != NULL && strcmp(access, GUESTS_WELCOME) == 0;
}

void
guests_put_out(struct request *r, const struct room *room)
{
	if (!guests_welcome(r, room))
		task_add_about(r->db, TASK_PUT_OUT_GUESTS, 0, room->nr, NULL,
		    r->now, 0);
}

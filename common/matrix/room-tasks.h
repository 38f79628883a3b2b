/*
 * room-tasks.h - what is done to rooms after the request that asked for it has
 * been answered: too many events for one transaction.
 */
#ifndef MXCGI_ROOM_TASKS_H
#define MXCGI_ROOM_TASKS_H

#include "store/task.h"

/*
 * Its user goes out of every room that they are in, are invited to or knock
 * at (client-server API, "Account deactivation").
 */
#define TASK_LEAVE_ROOMS	"leave_rooms"

/*
 * Guests go out of its room, unless it lets guests in again ("Guest access":
 * "the server MUST set those users' m.room.member state to leave").
 */
#define TASK_PUT_OUT_GUESTS	"put_out_guests"
/* guest_access of a room that lets them in. */
#define GUESTS_WELCOME		"can_join"

/*
 * The user's member events in all rooms that they are in say what their
 * profile says now ("Events on Change of Profile Information").
 */
#define TASK_SHOW_PROFILE	"show_profile"

/*
 * Who is banned from the room that its room replaces (detail: room.nr) is
 * banned from that as well, by its user ("Room Upgrades").
 */
#define TASK_COPY_BANS		"copy_bans"

/*
 * Its room, which is hidden and was given up, goes (room_unmake()).
 */
#define TASK_UNMAKE_ROOM	"unmake_room"

/*
 * All kinds.  Who works for them writes events, so they may be handed to
 * `rooms` and the housekeeper only (cgi-bin/rights.tab).
 */
extern const struct task_kind room_tasks[];

#endif

/*
 * room-tasks.h - what is done to rooms after the request that asked for it has
 * been answered: too many events for one transaction.
 */
#ifndef MXCGI_ROOM_TASKS_H
#define MXCGI_ROOM_TASKS_H

#include "matrix/room.h"
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
 * Its user, or without one everybody, is told something by the server
 * (notice.h).
 */
#define TASK_NOTICE		"notice"

/*
 * Its room, which is hidden and was given up, goes (room_unmake()).
 */
#define TASK_UNMAKE_ROOM	"unmake_room"

/*
 * Its user invites an address to its room: createRoom's invite_3pid, one task
 * each.  detail: a JSON object with id_server, medium, address and, unless it
 * speaks version 1, id_access_token.
 */
#define TASK_INVITE_3PID	"invite_3pid"
/*
 * Who has a proof is invited to its room.  user: who sent the invitation that
 * it belongs to; detail: the proof (third_party.h).
 */
#define TASK_ACCEPT_3PID	"accept_3pid"
/*
 * Of either kind a user has as many at most.  One at a time is asked about, and
 * each may wait for a server that does not answer: more would keep those of
 * others waiting.
 */
#define TASKS_3PID_MAX		100

/*
 * All kinds.  Who works for them writes events, so they may be handed to
 * `rooms` and the housekeeper only (cgi-bin/rights.tab).
 */
extern const struct task_kind room_tasks[];

/*
 * For room-tasks*.c: the task's user, if it has one, as author.  False: why is
 * logged.
 */
bool	task_author(struct task *, struct author *);
/* room-tasks-invite.c */
extern const struct task_outside invite_3pid_outside, accept_3pid_outside;
enum task_end	 invite_3pid(struct task *);
enum task_end	 accept_3pid(struct task *);
/* room-tasks-redact.c, for TASK_REDACT_USER of undertaking.h */
enum task_end	 redact_user(struct task *);
/* room-tasks-purge.c, for TASK_PURGE_HISTORY */
enum task_end	 purge_history(struct task *);

#endif

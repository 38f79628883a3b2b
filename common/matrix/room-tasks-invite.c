/*
 * room-tasks-invite.c - invitations of addresses that nobody waits for: those
 * that came with a new room, and those that somebody has proved to be theirs.
 *
 * A server that is silent is asked again, for some 15 minutes in all.
 */
#include <string.h>

#include "base/log.h"
#include "json/json.h"
#include "matrix/invitation.h"
#include "matrix/profile.h"
#include "matrix/room-tasks.h"
#include "matrix/third_party.h"

#define TRIES		10

/* What both kinds begin with. */
struct about {
	struct author	 by;
	struct room	 room;
	const cJSON	*detail;
};

/* False: there is nothing to be done, or nobody who could; why is logged. */
static bool
about_read(struct task *t, struct about *a)
{
	if (t->detail == NULL || !room_get(t->db, t->room, &a->room))
		return false;
	a->detail = json_parse_own(t->mem, span_of(t->detail));
	return task_author(t, &a->by);
}

static enum task_end
give_up(const struct about *a, const char *why)
{
	log_info("somebody is not invited to %s by address: %s",
	    a->room.room_id, why);
	return TASK_DONE;
}

/* Another time; but not for ever. */
static enum task_end
try_again(const struct task *t, const struct about *a,
    const struct idserver *id)
{
	if (t->failures + 1 >= TRIES)
		return give_up(a, "the identity server does not answer");
	log_info("identity server %s: %s", id->id_server, id->error);
	return TASK_FAILED;
}

/* ---------------------------------------------------- who came with a room */

static enum mx_err
may_invite(struct about *a, const char **why)
{
	return room_would(&a->by, &a->room, &(struct new_event){
		.type = "m.room.third_party_invite",
		.state_key = "",
		.content = cJSON_CreateObject(),
	}, why);
}

static bool
prepare_invite(struct task *t, void *block)
{
	struct invitation *i = block;
	struct arena *before = json_arena(t->mem);
	struct about a;
	const char *why;
	bool ask = about_read(t, &a) && may_invite(&a, &why) == M_OK &&
	    invitation_init(i, t->store->conf,
	    json_text(a.detail, "id_server"),
	    json_text(a.detail, "id_access_token"),
	    json_text(a.detail, "medium"), json_text(a.detail, "address"));

	if (ask)
		third_party_describe(t->db, t->mem, &a.room, t->user, i);
	json_arena(before);
	return ask;
}

static void
ask_invite(void *block)
{
	idserver_invite(block);
}

/* An account of this server; others are out of reach until federation. */
static bool
is_known(struct task *t, const char *user_id)
{
	int64_t user = user_find(t->db, user_id);

	return user != 0 && db_int(t->db, 0, STMT_ACCOUNT_ALIVE,
	    DB_INT(user)) != 0;
}

static enum task_end
put(struct about *a, struct new_event new)
{
	struct sent sent;
	const char *why;

	return room_send(&a->by, &a->room, &new, &sent, &why) == M_OK ?
	    TASK_DONE : give_up(a, why);
}

static enum task_end
use_invitation(struct task *t, struct about *a, const struct invitation *i)
{
	if (i->id.said == IDSERVER_SILENT)
		return try_again(t, a, &i->id);
	if (i->id.said == IDSERVER_NO)
		return give_up(a, i->id.error);
	if (i->user_id[0] == '\0')
		return put(a, third_party_invite(i, NULL));
	if (!is_known(t, i->user_id))
		return give_up(a, "it belongs to a user of another server");
	if (invitations_blocked(t->db, user_find(t->db, i->user_id)))
		return give_up(a, "it belongs to a user who wants none");
	return put(a, (struct new_event){
		.type = "m.room.member",
		.state_key = i->user_id,
		.content = member_content(t->db, i->user_id,
		    MEMBERSHIP_INVITE, NULL),
	});
}

enum task_end
invite_3pid(struct task *t)
{
	struct arena *before = json_arena(t->mem);
	enum task_end end = TASK_DONE;
	struct about a;

	if (about_read(t, &a))
		end = t->asked != NULL ? use_invitation(t, &a, t->asked) :
		    give_up(&a, "who asked for it may not invite any more");
	json_arena(before);
	return end;
}

const struct task_outside invite_3pid_outside = {
	sizeof(struct invitation), prepare_invite, ask_invite
};

/* ------------------------------------------------------- who has a proof */

struct acceptance {
	struct key_question keys;
	int64_t		 invite;	/* event.nr: what they belong to */
};

static bool
is_wanted(struct about *a, const struct third_party *found)
{
	int64_t user = user_find(a->by.db, found->mxid);

	if (invitations_blocked(a->by.db, user))
		return false;
	switch (room_member(a->by.db, a->room.nr, user).membership) {
	case MEMBERSHIP_NONE:
	case MEMBERSHIP_KNOCK:
	case MEMBERSHIP_LEAVE:
		return true;
	default:
		return false;
	}
}

static bool
find(struct task *t, struct about *a, struct third_party *found)
{
	const char *why;

	if (!about_read(t, a))
		return false;
	if (third_party_find(t->db, t->mem, t->store->conf->server_name,
	    &a->room, a->detail, found, &why) == M_OK)
		return is_wanted(a, found);
	log_info("%s: %s", a->room.room_id, why);
	return false;
}

static bool
prepare_acceptance(struct task *t, void *block)
{
	struct acceptance *acceptance = block;
	struct arena *before = json_arena(t->mem);
	struct third_party *found = arena_alloc(t->mem, sizeof *found);
	struct about a;
	bool ask = find(t, &a, found);

	if (ask) {
		third_party_ask(found, t->store->conf, &acceptance->keys);
		acceptance->invite = found->invite;
	}
	json_arena(before);
	return ask;
}

static void
ask_acceptance(void *block)
{
	idserver_keys_valid(&((struct acceptance *)block)->keys);
}

static enum task_end
use_acceptance(struct task *t, const struct acceptance *asked)
{
	struct third_party *found = arena_alloc(t->mem, sizeof *found);
	struct about a;

	if (!find(t, &a, found) || found->invite != asked->invite)
		return TASK_DONE;
	if (asked->keys.id.said == IDSERVER_SILENT)
		return try_again(t, &a, &asked->keys.id);
	if (asked->keys.id.said == IDSERVER_NO)
		return give_up(&a, "the key it is signed by is not good any "
		    "more");
	return put(&a, third_party_member(&a.by, found));
}

/* Nobody was asked: it came to nothing, or was done meanwhile. */
enum task_end
accept_3pid(struct task *t)
{
	struct arena *before = json_arena(t->mem);
	enum task_end end = t->asked != NULL ?
	    use_acceptance(t, t->asked) : TASK_DONE;

	json_arena(before);
	return end;
}

const struct task_outside accept_3pid_outside = {
	sizeof(struct acceptance), prepare_acceptance, ask_acceptance
};

/*
 * rooms-join-3pid.c - joining by the proof that an invited address is one's
 * own (client-server API, "Third-party invites"; 2015.md 13.5).
 *
 * The room's own state says which key the proof must be signed by; whether
 * that is still good is asked outside, without the lock, and then all is
 * looked at again.
 */
#include <string.h>

#include "matrix/idserver-fail.h"
#include "matrix/ids.h"
#include "matrix/third_party.h"
#include "rooms.h"
#include "rooms.routes.h"

struct proof {
	const char	*sender;
	const char	*mxid;
	const char	*token;
	const cJSON	*signatures;
	const cJSON	*whole;
	const char	*reason;
};
#define SIGNED	"third_party_signed"

static const struct field proof_fields[] = {
	FIELD_STR(proof, sender, SIGNED ".sender", REQUIRED, user_id_valid),
	FIELD_STR(proof, mxid, SIGNED ".mxid", REQUIRED, user_id_valid),
	FIELD_STR(proof, token, SIGNED ".token", REQUIRED, NULL),
	FIELD_OBJECT(proof, signatures, SIGNED ".signatures", REQUIRED),
	FIELD_OBJECT(proof, whole, SIGNED, REQUIRED),
	FIELD_STR(proof, reason, "reason", OPTIONAL, NULL),
	FIELD_END
};

struct proving {
	struct job	 job;
	struct key_question keys;
	int64_t		 invite;	/* event.nr: what they belong to */
};

static void
run_keys(struct job *job)
{
	idserver_keys_valid(&((struct proving *)job)->keys);
}

/* What the caller comes in by: the invite, and who signs it. */
struct entry {
	struct proof	 proof;
	struct third_party found;
	struct author	 by;
	struct new_event invite;
};

static enum mx_err
entry_find(struct request *r, const struct room *room, struct entry *e)
{
	const char *why;
	enum mx_err err;

	if ((err = body_read(r, proof_fields, &e->proof)) != M_OK)
		return err;
	if (strcmp(e->proof.mxid, r->who.user_id) != 0)
		return fail(r, M_FORBIDDEN,
		    "This invitation was made for another user");
	if ((err = third_party_find(r->db, r->mem, r->conf->server_name, room,
	    e->proof.whole, &e->found, &why)) != M_OK)
		return fail(r, err, "%s", why);
	if (strcmp(e->proof.sender, e->found.sender_id) != 0)
		return fail(r, M_FORBIDDEN,
		    "This invitation was sent by another user");
	if ((err = author_of(r, &e->by)) != M_OK)
		return err;
	e->invite = third_party_member(&e->by, &e->found);
	err = room_would(&e->by, room, &e->invite, &why);
	return err == M_OK ? M_OK : fail(r, err, "%s", why);
}

/* Invited before, or meanwhile: the proof is not needed. */
static bool
needs_proof(struct request *r, const struct room *room)
{
	enum membership is = room_member(r->db, room->nr,
	    r->who.user).membership;

	return is != MEMBERSHIP_JOIN && is != MEMBERSHIP_INVITE;
}

static enum mx_err
let_in(struct request *r, const struct room *room, const struct proving *asked)
{
	struct entry *e = arena_alloc(r->mem, sizeof *e);
	const char *why;
	struct sent sent;
	enum mx_err err;

	if ((err = entry_find(r, room, e)) != M_OK)
		return err;
	if (e->found.invite != asked->invite)
		return fail(r, M_FORBIDDEN, "This invitation has changed while "
		    "you joined; try again");
	if (asked->keys.id.said == IDSERVER_NO)
		return fail(r, M_FORBIDDEN, "The key that this invitation is "
		    "signed by is not valid any more; ask for another");
	if (asked->keys.id.said == IDSERVER_SILENT)
		return idserver_fail(r, &asked->keys.id);
	err = room_send(&e->by, room, &e->invite, &sent, &why);
	return err == M_OK ? M_OK : fail(r, err, "%s", why);
}

static enum mx_err
proved(struct request *r)
{
	const struct proving *asked = (const struct proving *)r->job;
	struct room room;
	enum mx_err err;

	idserver_note(&asked->keys.id);
	if ((err = room_meant(r, req_arg(r, "roomIdOrAlias"), &room)) != M_OK)
		return err;
	if (needs_proof(r, &room) && (err = let_in(r, &room, asked)) != M_OK)
		return err;
	return room_enter(r, &room);
}

enum mx_err
join_by_proof(struct request *r, const struct room *room)
{
	struct entry *e = arena_alloc(r->mem, sizeof *e);
	struct proving *job;
	enum mx_err err;

	if ((err = body_read(r, proof_fields, &e->proof)) != M_OK)
		return err;
	if (!needs_proof(r, room))
		return room_enter(r, room);
	if ((err = entry_find(r, room, e)) != M_OK ||
	    (err = rate_take(r, LIMIT_identity, r->who.user_id)) != M_OK)
		return err;
	job = job_new(sizeof *job);
	job->job = (struct job){ run_keys, JOB_NET };
	job->invite = e->found.invite;
	third_party_ask(&e->found, r->conf, &job->keys);
	return later(r, &job->job, proved, TX_WRITE);
}

/*
 * federation-onbind.c - what identity servers tell this one
 * (server-server API, "Third-party invites").
 *
 * Anybody may say anything here, so what counts is the signature by a key that
 * the room knows already.
 */
#include <string.h>

#include "federation.routes.h"
#include "matrix/ids.h"
#include "matrix/room-tasks.h"
#include "matrix/third_party.h"
#include "serve/serve.h"

#define INVITES_READ	30	/* of one request; what is over is passed over */
#define PROOF_MAX	4096	/* bytes */

struct onbind {
	const char	*medium;
	const char	*address;
	const char	*mxid;
	const cJSON	*invites;
};
static const struct field onbind_fields[] = {
	FIELD_STR(onbind, medium, "medium", REQUIRED, NULL),
	FIELD_STR(onbind, address, "address", REQUIRED, NULL),
	FIELD_STR(onbind, mxid, "mxid", REQUIRED, user_id_valid),
	FIELD_ARRAY(onbind, invites, "invites", REQUIRED),
	FIELD_END
};

/* The proof of an invite, when it is good for something. */
static bool
proof_find(struct request *r, const struct onbind *body, const cJSON *invite,
    struct room *room, struct third_party *found)
{
	const char *room_id = json_text(invite, "room_id");
	const cJSON *proof = json_get(invite, "signed");
	const char *mxid = json_text(proof, "mxid");
	const char *why;

	return room_id != NULL && mxid != NULL &&
	    strcmp(mxid, body->mxid) == 0 && room_find(r->db, room_id, room) &&
	    third_party_find(r->db, r->mem, r->conf->server_name, room, proof,
	    found, &why) == M_OK;
}

/* NULL: it is too long, or is being dealt with already. */
static const char *
task_detail(struct request *r, const struct room *room, const cJSON *proof)
{
	struct buf text;

	buf_init(&text, r->mem, PROOF_MAX);
	if (!json_canonical(&text, proof) || buf_full(&text) ||
	    db_int(r->db, 0, STMT_TASK_FIND, DB_TEXT(TASK_ACCEPT_3PID),
	    DB_INT(room->nr), DB_SPAN(buf_content(&text))) != 0)
		return NULL;
	return buf_str(&text);
}

static enum mx_err
accept(struct request *r, const struct onbind *body, const cJSON *invite)
{
	struct third_party *found = arena_alloc(r->mem, sizeof *found);
	const char *detail;
	struct room room;
	enum mx_err err;

	if (!proof_find(r, body, invite, &room, found) ||
	    (detail = task_detail(r, &room, found->proof)) == NULL ||
	    task_count(r->db, TASK_ACCEPT_3PID, found->sender) >=
	    TASKS_3PID_MAX)
		return M_OK;
	if ((err = again(r)) != M_OK)
		return err;
	task_add_about(r->db, TASK_ACCEPT_3PID, found->sender, room.nr,
	    detail, r->now, 0);
	return M_OK;
}

/*
 * PUT /_matrix/federation/v1/3pid/onbind, and POST, which identity servers use
 *
 * An address now belongs to a user of this server: the invitations that waited
 * for it at an identity server become invites of that user.  That happens
 * after the answer, when the identity server has been asked whether its key is
 * still good.  What is not proved changes nothing, and nobody learns why; nor
 * does what is too much: whoever may invite can sign any number of proofs with
 * a key of their own.
 */
enum mx_err
onbind(struct request *r)
{
	struct onbind body = { 0 };
	const cJSON *invite;
	int64_t user;
	int n = 0;
	enum mx_err err;

	if ((err = body_read(r, onbind_fields, &body)) != M_OK)
		return err;
	user = user_find(r->db, body.mxid);
	if (user == 0 || db_int(r->db, 0, STMT_ACCOUNT_ALIVE,
	    DB_INT(user)) == 0)
		return M_OK;
	cJSON_ArrayForEach(invite, body.invites)
		if (n++ < INVITES_READ &&
		    (err = accept(r, &body, invite)) != M_OK)
			return err;
	return M_OK;
}

/*
 * rooms-invite-3pid.c - inviting whoever has an address (client-server API,
 * "Third-party invites"; 2015.md 13.5).
 *
 * Whoever is asked outside is asked without the lock; what was looked at
 * before is looked at again by the handler that writes.
 */
#include <string.h>

#include "matrix/idserver-fail.h"
#include "matrix/ids.h"
#include "matrix/room-tasks.h"
#include "matrix/third_party.h"
#include "matrix/threepid.h"
#include "rooms-wish.h"
#include "rooms.routes.h"

#define INVITES_3PID_MAX	20	/* that come with a new room */
#define WAIT_MS			60000	/* till some of too many are done */

/* ------------------------------------------------------ what is asked for */

struct invitee {
	const char	*id_server;
	const char	*id_access_token;
	const char	*medium;
	const char	*address;	/* canonical */
	const char	*display_name;	/* of 2015, or NULL */
	const char	*reason;
};
#define INVITEE_FIELDS(need_token, need_name)				\
	FIELD_STR(invitee, id_server, "id_server", REQUIRED,		\
	    server_name_valid),						\
	FIELD_STR(invitee, id_access_token, "id_access_token",		\
	    need_token, NULL),						\
	FIELD_STR(invitee, medium, "medium", REQUIRED, NULL),		\
	FIELD_STR(invitee, address, "address", REQUIRED, NULL),		\
	FIELD_STR(invitee, display_name, "display_name", need_name,	\
	    NULL),							\
	FIELD_STR(invitee, reason, "reason", OPTIONAL, NULL),		\
	FIELD_END

static const struct field invitee_fields[] = {
	INVITEE_FIELDS(REQUIRED, OPTIONAL)
};
/* Tokens came with r0.6; before, clients spoke of version 1 only. */
static const struct field invitee_fields_r0[] = {
	INVITEE_FIELDS(OPTIONAL, OPTIONAL)
};
static const struct field invitee_fields_2015[] = {
	INVITEE_FIELDS(OPTIONAL, REQUIRED)
};

/*
 * Everybody in the room reads display_name: "It should not contain the address
 * of the invitee, to avoid leaking mappings".
 */
static enum mx_err
check_name(struct request *r, const struct invitee *who, const char *as_given)
{
	if (who->display_name != NULL &&
	    (strcasestr(who->display_name, who->address) != NULL ||
	    strcasestr(who->display_name, as_given) != NULL))
		return fail(r, M_INVALID_PARAM, "Everybody in the room would "
		    "read the address in display_name; leave it out");
	return M_OK;
}

/* From r->body. */
static enum mx_err
invitee_read(struct request *r, const struct field *fields,
    struct invitee *who)
{
	struct invitation unused = { 0 };
	const char *as_given;
	enum mx_err err;

	if ((err = body_read(r, fields, who)) != M_OK)
		return err;
	as_given = who->address;
	who->address = threepid_canonical(r->mem, who->medium, as_given);
	if (who->address == NULL)
		return fail(r, M_INVALID_PARAM, "medium must be email or "
		    "msisdn, and address one of that kind");
	if (!req_is_2015(r))
		who->display_name = NULL;
	if (!invitation_init(&unused, r->conf, who->id_server,
	    who->id_access_token, who->medium, who->address))
		return fail(r, M_INVALID_PARAM,
		    "No identity server can know such an address or token");
	return check_name(r, who, as_given);
}

/* --------------------------------------------------------------- to invite */

struct inviting {
	struct job	 job;
	struct invitation invitation;
};

static void
run_invite(struct job *job)
{
	idserver_invite(&((struct inviting *)job)->invitation);
}

static const struct field *
fields_of(const struct request *r)
{
	return req_is_2015(r) ? invitee_fields_2015 :
	    r->api == API_R0 ? invitee_fields_r0 : invitee_fields;
}

/* May the caller invite at all?  Else nobody is asked. */
static enum mx_err
may_invite(struct request *r, struct room *room, struct author *by)
{
	const struct new_event any = {
		.type = "m.room.third_party_invite",
		.state_key = "",
		.content = cJSON_CreateObject(),
	};
	const char *why;
	enum mx_err err;

	if ((err = room_named(r, room)) != M_OK ||
	    (err = author_of(r, by)) != M_OK)
		return err;
	err = room_would(by, room, &any, &why);
	return err == M_OK ? M_OK : fail(r, err, "%s", why);
}

static enum mx_err
invited(struct request *r)
{
	const struct invitation *i =
	    &((const struct inviting *)r->job)->invitation;
	struct invitee who = { 0 };
	struct author by;
	struct room room;
	struct sent sent;
	enum mx_err err;

	idserver_note(&i->id);
	if ((err = invitee_read(r, fields_of(r), &who)) != M_OK ||
	    (err = may_invite(r, &room, &by)) != M_OK)
		return err;
	if (i->id.said != IDSERVER_YES)
		return idserver_fail(r, &i->id);
	if (i->user_id[0] != '\0')
		return member_put(r, &room, i->user_id, MEMBERSHIP_INVITE,
		    who.reason);
	return event_put(r, &by, &room,
	    third_party_invite(i, who.display_name), &sent);
}

/*
 * An address of an account here is known without asking; but whose it is may
 * be told only where the administrator lets anybody hear that.
 */
static const char *
known_here(struct request *r, const struct invitee *who)
{
	int64_t owner = r->conf->tell_addresses ?
	    threepid_owner(r->db, who->medium, who->address) : 0;

	return owner != 0 ? user_name(r->db, owner) : NULL;
}

/*
 * POST /rooms/{roomId}/invite, PUT with {txnId} (2015), without a user_id
 *
 * Invite whoever has an address.  The named identity server says whose it is,
 * and that user is invited like any other; or it keeps the invitation until
 * somebody proves to have the address, and the room gets an
 * m.room.third_party_invite.  While it does not answer nothing happens in the
 * room, and the request can be sent again.
 */
enum mx_err
invite_by_address(struct request *r)
{
	struct invitee who = { 0 };
	struct inviting *job;
	const char *user_id;
	struct author by;
	struct room room;
	enum mx_err err;

	if ((err = invitee_read(r, fields_of(r), &who)) != M_OK ||
	    (err = may_invite(r, &room, &by)) != M_OK)
		return err;
	if ((user_id = known_here(r, &who)) != NULL)
		return member_put(r, &room, user_id, MEMBERSHIP_INVITE,
		    who.reason);
	if ((err = rate_take(r, LIMIT_identity, r->who.user_id)) != M_OK)
		return err;
	job = job_new(sizeof *job);
	job->job = (struct job){ run_invite, JOB_NET };
	invitation_init(&job->invitation, r->conf, who.id_server,
	    who.id_access_token, who.medium, who.address);
	third_party_describe(r->db, r->mem, &room, r->who.user,
	    &job->invitation);
	return later(r, &job->job, invited, TX_WRITE);
}

/* ------------------------------------------------------- with a new room */

/* body_read() knows which refusal belongs to which fault. */
static enum mx_err
item_read(struct request *r, cJSON *item, struct invitee *who)
{
	cJSON *whole = r->body;
	enum mx_err err;

	if (!cJSON_IsObject(item))
		return fail(r, M_BAD_JSON,
		    "invite_3pid holds something that is no object");
	*who = (struct invitee){ 0 };
	r->body = item;
	err = invitee_read(r, r->api & (API_V1_2015 | API_V2_ALPHA | API_R0) ?
	    invitee_fields_r0 : invitee_fields, who);
	r->body = whole;
	return err;
}

enum mx_err
addresses_check(const struct making *m)
{
	struct invitee who;
	cJSON *item;
	enum mx_err err;

	if (cJSON_GetArraySize(m->wish.invite_3pid) > INVITES_3PID_MAX)
		return fail(m->r, M_INVALID_PARAM, "At most %d addresses can "
		    "be invited at once", INVITES_3PID_MAX);
	cJSON_ArrayForEach(item, m->wish.invite_3pid)
		if ((err = item_read(m->r, item, &who)) != M_OK)
			return err;
	return M_OK;
}

/* For this, too, an identity server is asked. */
enum mx_err
addresses_charge(const struct making *m)
{
	struct request *r = m->r;
	int64_t n = cJSON_GetArraySize(m->wish.invite_3pid);

	if (n == 0)
		return M_OK;
	if (task_count(r->db, TASK_INVITE_3PID, r->who.user) + n >
	    TASKS_3PID_MAX) {
		reply_retry_after(r, WAIT_MS);
		return fail(r, M_LIMIT_EXCEEDED, "Others that you invited by "
		    "address wait for their identity server; wait a while");
	}
	return rate_take(r, LIMIT_identity, r->who.user_id);
}

/* addresses_check() has read them all before. */
void
addresses_invite(const struct making *m)
{
	struct invitee who;
	struct buf text;
	cJSON *item, *detail;

	cJSON_ArrayForEach(item, m->wish.invite_3pid) {
		if (item_read(m->r, item, &who) != M_OK)
			continue;
		detail = cJSON_CreateObject();
		cJSON_AddStringToObject(detail, "id_server", who.id_server);
		if (who.id_access_token != NULL)
			cJSON_AddStringToObject(detail, "id_access_token",
			    who.id_access_token);
		cJSON_AddStringToObject(detail, "medium", who.medium);
		cJSON_AddStringToObject(detail, "address", who.address);
		buf_init(&text, m->r->mem, SIZE_MAX);
		json_print(&text, detail);
		task_add_about(m->r->db, TASK_INVITE_3PID, m->by.user,
		    m->room.nr, buf_str(&text), m->r->now, 0);
	}
}

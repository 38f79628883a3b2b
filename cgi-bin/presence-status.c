/* presence-status.c - GET and PUT /presence/{userId}/status. */
#include <string.h>

#include "matrix/presence.h"
#include "matrix/room.h"
#include "presence.routes.h"
#include "serve/serve.h"
#include "store/bell.h"

#define STATUS_MSG_MAX	1024	/* bytes */

struct status {
	const char	*presence;
	const char	*status_msg;
};

static const struct field status_fields[] = {
	FIELD_STR(status, presence, "presence", REQUIRED, NULL),
	FIELD_STR(status, status_msg, "status_msg", OPTIONAL, NULL),
	FIELD_END
};

static struct presence_owner
owner_of(struct request *r, int64_t user)
{
	return (struct presence_owner){ .vol = r->vol, .conf = r->conf,
	    .user = user, .now = r->now };
}

static enum mx_err
read_status(struct request *r, struct status *in, enum presence *wish)
{
	enum mx_err err;

	if ((err = body_read(r, status_fields, in)) != M_OK)
		return err;
	*wish = presence_of(in->presence, req_is_2015(r));
	if (*wish == PRESENCE_NONE)
		return fail(r, M_INVALID_PARAM,
		    "presence is online, unavailable or offline");
	if (in->status_msg != NULL && strlen(in->status_msg) > STATUS_MSG_MAX)
		return fail(r, M_INVALID_PARAM,
		    "status_msg may have %d bytes", STATUS_MSG_MAX);
	return M_OK;
}

/*
 * PUT /presence/{userId}/status
 *
 * The caller is online, unavailable or offline, with a message for others or
 * without.  Unavailable they stay until they do something; offline, until a
 * client syncs without set_presence=offline; online, while they do something
 * and a client is here.  Where this server keeps no presence nothing happens.
 */
enum mx_err
status_put(struct request *r)
{
	struct status in = { NULL, NULL };
	struct presence_owner owner = owner_of(r, r->who.user);
	enum presence wish;
	enum mx_err err;

	if (strcmp(req_arg(r, "userId"), r->who.user_id) != 0)
		return fail(r, M_FORBIDDEN,
		    "You cannot set the presence of another user");
	if ((err = read_status(r, &in, &wish)) != M_OK)
		return err;
	if (presence_say(&owner, r->who.device, wish, in.status_msg))
		bell_ring(r->store->bell, BELL_SOON);
	return M_OK;
}

/* To who may not know it, a user that there is and one that is not are one. */
static enum mx_err
refuse_look(struct request *r)
{
	return fail(r, req_is_2015(r) ? M_NOT_FOUND : M_FORBIDDEN,
	    "You share no room with a user of this id");
}

/*
 * GET /presence/{userId}/status
 *
 * The presence of somebody in the caller's rooms, or on their list: offline
 * when nothing is known of them.
 */
enum mx_err
status_get(struct request *r)
{
	int64_t user = user_find(r->db, req_arg(r, "userId"));
	struct presence_owner owner = owner_of(r, user);
	struct presence_row p;

	if (user == 0 || !presence_shared(r->db, r->who.user, user))
		return refuse_look(r);
	presence_settle(&owner);
	presence_get(&owner, &p);
	put_presence(&r->out, &p, r->now, req_is_2015(r));
	if (req_is_2015(r) && p.status_msg == NULL)
		put_text(&r->out, "status_msg", NULL);
	return M_OK;
}

/*
 * presence-list.c - whose presence a user asked to hear of, besides that of
 * who is in their rooms (2015.md 16.5).
 */
#include <string.h>

#include "matrix/ids.h"
#include "matrix/presence.h"
#include "matrix/room.h"
#include "presence.routes.h"
#include "serve/serve.h"

#define LIST_MAX	1000	/* users on a list, and in a change of it */

struct change {
	const cJSON	*invite;
	const cJSON	*drop;
};

static const struct field change_fields[] = {
	FIELD_ARRAY(change, invite, "invite", OPTIONAL),
	FIELD_ARRAY(change, drop, "drop", OPTIONAL),
	FIELD_END
};

static enum mx_err
own_only(struct request *r)
{
	return strcmp(req_arg(r, "userId"), r->who.user_id) == 0 ? M_OK :
	    fail(r, M_FORBIDDEN, "A presence list belongs to one user; "
	    "ask for your own");
}

static enum mx_err
check_ids(struct request *r, const cJSON *list, const char *name)
{
	const cJSON *item;

	if (cJSON_GetArraySize(list) > LIST_MAX)
		return fail(r, M_TOO_LARGE, "%s names %d users at once at most",
		    name, LIST_MAX);
	cJSON_ArrayForEach(item, list)
		if (!cJSON_IsString(item) || !user_id_valid(item->valuestring))
			return fail(r, M_BAD_JSON, "%s is a list of user ids",
			    name);
	return M_OK;
}

static enum mx_err
read_change(struct request *r, struct change *in)
{
	enum mx_err err;

	if ((err = body_read(r, change_fields, in)) != M_OK ||
	    (err = check_ids(r, in->invite, "invite")) != M_OK)
		return err;
	return check_ids(r, in->drop, "drop");
}

/* Of whom nobody has heard there is nothing to hear. */
static void
change_all(struct request *r, const cJSON *list, enum stmt how)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list) {
		int64_t user = user_find(r->db, item->valuestring);

		if (user != 0)
			db_exec(r->db, how, DB_INT(r->who.user), DB_INT(user));
	}
}

/*
 * POST /presence/list/{userId}
 *
 * Put users on the caller's list and take others from it.  Who is invited so
 * accepts by inviting the caller; until then the list says nothing of them,
 * unless they share a room.
 */
enum mx_err
presence_list_change(struct request *r)
{
	struct change in = { NULL, NULL };
	enum mx_err err;

	if ((err = own_only(r)) != M_OK || (err = read_change(r, &in)) != M_OK)
		return err;
	change_all(r, in.drop, STMT_PRESENCE_LIST_DROP);
	change_all(r, in.invite, STMT_PRESENCE_LIST_ADD);
	if (db_int(r->db, 0, STMT_PRESENCE_LIST_SIZE, DB_INT(r->who.user)) >
	    LIST_MAX)
		return fail(r, M_FORBIDDEN, "A presence list may have %d "
		    "users; drop some", LIST_MAX);
	return M_OK;
}

static void
write_one(struct request *r, struct presence_owner owner)
{
	struct presence_row p;

	if (!presence_shared(r->db, r->who.user, owner.user))
		return;
	presence_settle(&owner);
	presence_get(&owner, &p);
	write_presence_event(&r->out, r->db, owner.user, &p, r->now, true);
}

/*
 * GET /presence/list/{userId}
 *
 * An array of an m.presence event for each user on the caller's list that they
 * may hear of.
 */
enum mx_err
presence_list_get(struct request *r)
{
	struct presence_owner owner = { .vol = r->vol, .conf = r->conf,
	    .now = r->now };
	struct rows rows;
	enum mx_err err;

	if ((err = own_only(r)) != M_OK)
		return err;
	reply_array(r);
	rows = db_query(r->db, STMT_PRESENCE_LIST_ALL, DB_INT(r->who.user));
	while (rows_next(&rows)) {
		owner.user = rows_int(&rows, 0);
		write_one(r, owner);
	}
	return M_OK;
}

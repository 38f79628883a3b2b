/*
 * user-data.c - account data: what clients keep here for their user, of all
 * rooms or of one, and the tags of rooms, which are one type of it.
 */
#include <string.h>

#include "matrix/account_data.h"
#include "matrix/ids.h"
#include "matrix/push_user.h"
#include "matrix/room.h"
#include "user.h"
#include "user.routes.h"

#define TYPE_MAX	255	/* bytes of a type's name, */
#define TAG_MAX		255	/* and of a tag's */
#define TAGS_MAX	100
#define TAG_TYPE	"m.tag"

/* As much as anybody has of all rooms together, and of each. */
static const struct account_data_size
    global_max = { 1000, 4 << 20 }, room_max = { 100, 64 << 10 };

/* ------------------------------------------------------------- whose, where */

/*
 * The room in {roomId}; *nr 0: they have nothing to do with it, and are not
 * told whether there is one.
 */
static enum mx_err
room_known(struct request *r, int64_t *nr)
{
	const char *room_id = req_arg(r, "roomId");
	struct room room;

	*nr = 0;
	if (!room_id_valid(room_id))
		return fail(r, M_INVALID_PARAM, "This is not a room id");
	if (room_find(r->db, room_id, &room) && room_member(r->db, room.nr,
	    r->who.user).membership != MEMBERSHIP_NONE)
		*nr = room.nr;
	return M_OK;
}

static enum mx_err
room_to_write(struct request *r, int64_t *nr)
{
	enum mx_err err = room_known(r, nr);

	if (err == M_OK && *nr == 0)
		return fail(r, M_FORBIDDEN,
		    "You are not in this room and never were");
	return err;
}

/* ------------------------------------------------------------ reading */

static enum mx_err
give(struct request *r, int64_t room, const char *type)
{
	const char *content = account_data_get(r->db, r->who.user, room, type);

	if (content == NULL)
		return fail(r, M_NOT_FOUND,
		    "You have kept nothing of this type here");
	reply_raw(r, span_of(content));
	return M_OK;
}

/* Push rules are kept elsewhere, and everybody has some. */
static enum mx_err
give_push_rules(struct request *r)
{
	const struct push_whose whose = { .user = r->who.user,
	    .user_id = r->who.user_id, .in_2015 = req_is_2015(r) };

	push_user_put(&r->out, r->db, r->mem, &whose);
	return M_OK;
}

/* GET /user/{userId}/account_data/{type} */
enum mx_err
account_data_show(struct request *r)
{
	const char *type = req_arg(r, "type");
	enum mx_err err = own_only(r);

	if (err != M_OK)
		return err;
	return strcmp(type, "m.push_rules") == 0 ? give_push_rules(r) :
	    give(r, ACCOUNT_DATA_GLOBAL, type);
}

/* GET /user/{userId}/rooms/{roomId}/account_data/{type} */
enum mx_err
room_data_show(struct request *r)
{
	int64_t room;
	enum mx_err err;

	if ((err = own_only(r)) != M_OK || (err = room_known(r, &room)) != M_OK)
		return err;
	if (room == 0)
		return fail(r, M_NOT_FOUND,
		    "You have kept nothing of this room here");
	return give(r, room, req_arg(r, "type"));
}

/* ------------------------------------------------------------ writing */

static enum mx_err
check_size(struct request *r, int64_t room, const char *type, size_t n)
{
	const struct account_data_size *most =
	    room == ACCOUNT_DATA_GLOBAL ? &global_max : &room_max;
	struct account_data_size has = account_data_size(r->db, r->who.user,
	    room, type);

	if (has.entries >= most->entries)
		return fail(r, M_TOO_LARGE, "You keep %lld types of data here "
		    "already; use one of them again",
		    (long long)most->entries);
	if (has.bytes + (int64_t)n > most->bytes)
		return fail(r, M_TOO_LARGE, "With this you would keep more "
		    "than %lld bytes here", (long long)most->bytes);
	return M_OK;
}

static enum mx_err
keep(struct request *r, int64_t room, const char *type, const cJSON *content)
{
	struct buf text;
	enum mx_err err;

	buf_init(&text, r->mem, SIZE_MAX);
	json_print(&text, content);
	if ((err = check_size(r, room, type, text.len)) != M_OK)
		return err;
	account_data_put(r->db, r->who.user, room, type, buf_content(&text));
	return M_OK;
}

/* What the server itself writes there, clients may only read. */
static enum mx_err
check_type(struct request *r, const char *type)
{
	if (strcmp(type, "m.fully_read") == 0)
		return fail(r, M_NOT_BY_CLIENTS, "m.fully_read is set by "
		    "POST /rooms/{roomId}/read_markers");
	if (strcmp(type, "m.push_rules") == 0)
		return fail(r, M_NOT_BY_CLIENTS,
		    "m.push_rules is set by /pushrules");
	if (strlen(type) > TYPE_MAX)
		return fail(r, M_INVALID_PARAM,
		    "The name of a type has %d bytes at most", TYPE_MAX);
	return M_OK;
}

/*
 * PUT /user/{userId}/account_data/{type}
 *
 * Keep the body, which takes the place of what was kept under this type.  All
 * clients of the user are told of it.
 */
enum mx_err
account_data_set(struct request *r)
{
	const char *type = req_arg(r, "type");
	enum mx_err err;

	if ((err = own_only(r)) != M_OK || (err = check_type(r, type)) != M_OK)
		return err;
	return keep(r, ACCOUNT_DATA_GLOBAL, type, r->body);
}

/*
 * PUT /user/{userId}/rooms/{roomId}/account_data/{type}
 *
 * The same of a room that the user has or had to do with.
 */
enum mx_err
room_data_set(struct request *r)
{
	const char *type = req_arg(r, "type");
	int64_t room;
	enum mx_err err;

	if ((err = own_only(r)) != M_OK ||
	    (err = check_type(r, type)) != M_OK ||
	    (err = room_to_write(r, &room)) != M_OK)
		return err;
	return keep(r, room, type, r->body);
}

/* --------------------------------------------------------------- tags */

/*
 * What is kept as m.tag, to be changed: tags inside is an object, whatever a
 * client may have put there.
 */
static cJSON *
tags_of(struct request *r, int64_t room, cJSON **tags)
{
	const char *text = room == 0 ? NULL :
	    account_data_get(r->db, r->who.user, room, TAG_TYPE);
	cJSON *content = text != NULL ?
	    json_parse_own(r->mem, span_of(text)) : cJSON_CreateObject();

	*tags = json_get(content, "tags");
	if (!cJSON_IsObject(*tags)) {
		if (*tags != NULL)
			cJSON_DetachItemFromObjectCaseSensitive(content,
			    "tags");
		*tags = cJSON_AddObjectToObject(content, "tags");
	}
	return content;
}

/*
 * GET /user/{userId}/rooms/{roomId}/tags
 *
 * The caller's tags of a room; none of one that they have nothing to do with.
 */
enum mx_err
tags_show(struct request *r)
{
	int64_t room;
	cJSON *tags;
	enum mx_err err;

	if ((err = own_only(r)) != M_OK || (err = room_known(r, &room)) != M_OK)
		return err;
	tags_of(r, room, &tags);
	put_json(&r->out, "tags", tags);
	return M_OK;
}

static enum mx_err
check_tag(struct request *r)
{
	const cJSON *order = json_get(r->body, "order");

	if (strlen(req_arg(r, "tag")) > TAG_MAX)
		return fail(r, M_INVALID_PARAM,
		    "A tag has %d bytes at most", TAG_MAX);
	if (order == NULL || cJSON_IsNull(order))
		return M_OK;
	if (!cJSON_IsNumber(order))
		return fail(r, M_BAD_JSON, "order is a number");
	if (!(order->valuedouble >= 0 && order->valuedouble <= 1))
		return fail(r, M_INVALID_PARAM, "order lies between 0 and 1");
	return M_OK;
}

/*
 * PUT /user/{userId}/rooms/{roomId}/tags/{tag}
 *
 * Put the tag on the room; the body may say where the room stands among those
 * with the same tag.
 */
enum mx_err
tag_set(struct request *r)
{
	const char *tag = req_arg(r, "tag");
	cJSON *content, *tags;
	int64_t room;
	enum mx_err err;

	if ((err = own_only(r)) != M_OK || (err = check_tag(r)) != M_OK ||
	    (err = room_to_write(r, &room)) != M_OK)
		return err;
	content = tags_of(r, room, &tags);
	cJSON_DetachItemFromObjectCaseSensitive(tags, tag);
	if (cJSON_GetArraySize(tags) >= TAGS_MAX)
		return fail(r, M_TOO_LARGE, "A room has %d tags at most",
		    TAGS_MAX);
	cJSON_AddItemReferenceToObject(tags, tag, r->body);
	return keep(r, room, TAG_TYPE, content);
}

/*
 * DELETE /user/{userId}/rooms/{roomId}/tags/{tag}
 *
 * Take it off; one that is not there is off already.
 */
enum mx_err
tag_drop(struct request *r)
{
	const char *tag = req_arg(r, "tag");
	cJSON *content, *tags;
	int64_t room;
	enum mx_err err;

	if ((err = own_only(r)) != M_OK ||
	    (err = room_to_write(r, &room)) != M_OK)
		return err;
	content = tags_of(r, room, &tags);
	if (json_get(tags, tag) == NULL)
		return M_OK;
	cJSON_DetachItemFromObjectCaseSensitive(tags, tag);
	return keep(r, room, TAG_TYPE, content);
}

/* events-sliding-filter.c - which rooms belong into a list. */
#include <stdlib.h>
#include <string.h>

#include "events-sliding.h"
#include "matrix/account_data.h"

#define A_LOOK_AT	4	/* so many cost as much as one event */

struct fitter {
	struct sliding	*s;
	const struct sliding_filter *filter;
	struct table	*children;	/* of the spaces, by room id; or NULL */
	size_t		 looks;
};

static void
count(struct fitter *fitter)
{
	fitter->s->effort.spent += ++fitter->looks % A_LOOK_AT == 0;
}

/* --------------------------------------------------------- direct messages */

/* m.direct has the ids of rooms under each user (client-server API). */
struct table *
direct_rooms(struct request *r)
{
	struct table *rooms = table_new(r->mem);
	const char *text = account_data_get(r->db, r->who.user,
	    ACCOUNT_DATA_GLOBAL, "m.direct");
	const cJSON *user, *room;

	if (text == NULL)
		return rooms;
	cJSON_ArrayForEach(user, json_parse_own(r->mem, span_of(text)))
		cJSON_ArrayForEach(room, user)
			if (cJSON_IsArray(user) && cJSON_IsString(room))
				*table_at(rooms, room->valuestring, NULL) =
				    rooms;
	return rooms;
}

/* ----------------------------------------------------------------- spaces */

/* A child whose content names no server was taken out of the space. */
static void
add_children(struct fitter *fitter, const char *space)
{
	struct request *r = fitter->s->r;
	struct rows rows = db_query(r->db, STMT_SLIDING_CHILDREN,
	    DB_INT(r->who.user), DB_TEXT(space));

	for (; !effort_is_much(&fitter->s->effort) && rows_next(&rows);
	    count(fitter))
		if (json_slice(row_content(&rows, 1), "via").n > 0)
			*table_at(fitter->children, rows_text(&rows, 0), NULL) =
			    fitter;
	rows_done(&rows);
}

struct fitter *
fitter_new(struct sliding *s, const struct sliding_filter *filter)
{
	struct fitter *fitter = arena_alloc(s->r->mem, sizeof(*fitter));
	const cJSON *space;

	fitter->s = s;
	fitter->filter = filter;
	if (filter->spaces == NULL)
		return fitter;
	fitter->children = table_new(s->r->mem);
	cJSON_ArrayForEach(space, filter->spaces)
		add_children(fitter, space->valuestring);
	return fitter;
}

/* ---------------------------------------------------------------- fitting */

static bool
is_encrypted(struct fitter *fitter, const struct heard *h)
{
	struct db *db = fitter->s->r->db;

	count(fitter);
	return (h->membership == MEMBERSHIP_JOIN ?
	    room_state_now(db, h->room.nr, "m.room.encryption", "") :
	    room_state_at(db, h->room.nr, h->event, "m.room.encryption",
	    "")) != 0;
}

/* null stands for a room that has no type. */
static bool
has_type(const cJSON *list, const char *type)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
		if (type == NULL ? cJSON_IsNull(item) : cJSON_IsString(item) &&
		    strcmp(item->valuestring, type) == 0)
			return true;
	return false;
}

static bool
has_tag(const cJSON *list, const cJSON *tags)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
		if (json_get(tags, item->valuestring) != NULL)
			return true;
	return false;
}

static bool
tags_fit(struct fitter *fitter, const struct heard *h)
{
	const struct sliding_filter *f = fitter->filter;
	struct sliding *s = fitter->s;
	struct arena *before;
	const char *text;
	const cJSON *tags;
	bool fit;

	if (f->tags == NULL && f->not_tags == NULL)
		return true;
	count(fitter);
	before = db_arena(s->r->db, s->mem);
	text = account_data_get(s->r->db, s->r->who.user, h->room.nr, "m.tag");
	if (text != NULL)
		s->effort.spent += (int64_t)(strlen(text) / 1024);
	tags = text == NULL ? NULL : json_get(json_parse_own(s->mem,
	    span_of(text)), "tags");
	fit = (f->tags == NULL || has_tag(f->tags, tags)) &&
	    !has_tag(f->not_tags, tags);
	db_arena(s->r->db, before);
	arena_clear(s->mem);
	return fit;
}

static bool
flag_fits(int flag, bool is)
{
	return flag == -1 || flag == is;
}

bool
fitter_fits(struct fitter *fitter, const struct sliding_room *room)
{
	const struct sliding_filter *f = fitter->filter;
	const struct heard *h = &room->heard;

	return flag_fits(f->is_dm, room->dm) &&
	    flag_fits(f->is_invite, h->membership == MEMBERSHIP_INVITE) &&
	    (f->room_types == NULL || has_type(f->room_types, room->type)) &&
	    !has_type(f->not_room_types, room->type) &&
	    (fitter->children == NULL ||
	    table_find(fitter->children, h->room.room_id, NULL) != NULL) &&
	    (f->is_encrypted == -1 ||
	    flag_fits(f->is_encrypted, is_encrypted(fitter, h))) &&
	    tags_fit(fitter, h);
}

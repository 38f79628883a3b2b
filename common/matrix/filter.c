/*
 * filter.c - filters: read once, asked for every event.
 *
 * Each pattern costs time linear in its own length and the text's, so that no
 * definition can make a reader of history slow.
 */
#include "matrix/filter.h"

#include <stdlib.h>
#include <string.h>

#include "json/field.h"
#include "store/db.h"

/* ------------------------------------------------------------ patterns */

/* Where n bytes of needle stand in text, or NULL. */
static const char *
find(const char *text, const char *end, const char *needle, size_t n)
{
	return memmem(text, (size_t)(end - text), needle, n);
}

/*
 * What stands before the first * begins the text, what stands behind the last
 * ends it, and each piece between is looked for behind the one before it.
 */
static bool
pattern_matches(const char *pattern, const char *text)
{
	const char *end = text + strlen(text), *star = strchr(pattern, '*');
	size_t n;

	if (star == NULL)
		return strcmp(pattern, text) == 0;
	n = (size_t)(star - pattern);
	if (strncmp(pattern, text, n) != 0)
		return false;
	text += n;
	for (pattern = star + 1; (star = strchr(pattern, '*')) != NULL;
	    pattern = star + 1) {
		n = (size_t)(star - pattern);
		if ((text = find(text, end, pattern, n)) == NULL)
			return false;
		text += n;
	}
	n = strlen(pattern);
	return (size_t)(end - text) >= n && memcmp(end - n, pattern, n) == 0;
}

static bool
list_has(const struct filter_list *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (pattern_matches(list->item[i], text))
			return true;
	return false;
}

/* An absent list of what to include includes all; an empty one nothing. */
static bool
lists_allow(const struct filter_list *only, const struct filter_list *not,
    const char *text)
{
	return (!only->given || list_has(only, text)) && !list_has(not, text);
}

/* ------------------------------------------------------------ reading */

#define NO_LIMIT INT64_MIN	/* no JSON integer is */
struct event_filter_json {
	int64_t		 limit;
	const cJSON	*types, *not_types, *senders, *not_senders;
	const cJSON	*rooms, *not_rooms;
	const cJSON	*related_by_senders, *related_by_rel_types;
	const cJSON	*contains_url;
	bool		 lazy_load_members;
	bool		 include_redundant_members;
	bool		 unread_thread_notifications;
};

#define LIST(st, name) FIELD_ARRAY(st, name, #name, OPTIONAL)
#define FLAG(st, name) FIELD_BOOL(st, name, #name, OPTIONAL)
static const struct field event_filter_fields[] = {
	FIELD_INT(event_filter_json, limit, "limit", OPTIONAL),
	LIST(event_filter_json, types),
	LIST(event_filter_json, not_types),
	LIST(event_filter_json, senders),
	LIST(event_filter_json, not_senders),
	LIST(event_filter_json, rooms),
	LIST(event_filter_json, not_rooms),
	LIST(event_filter_json, related_by_senders),
	LIST(event_filter_json, related_by_rel_types),
	FIELD_ANY(event_filter_json, contains_url, "contains_url", OPTIONAL),
	FLAG(event_filter_json, lazy_load_members),
	FLAG(event_filter_json, include_redundant_members),
	FLAG(event_filter_json, unread_thread_notifications),
	FIELD_END
};

struct room_filter_json {
	const cJSON	*rooms, *not_rooms;
	const cJSON	*state, *timeline, *ephemeral, *account_data;
	bool		 include_leave;
};

#define PART(st, name) FIELD_OBJECT(st, name, #name, OPTIONAL)
static const struct field room_filter_fields[] = {
	LIST(room_filter_json, rooms),
	LIST(room_filter_json, not_rooms),
	PART(room_filter_json, state),
	PART(room_filter_json, timeline),
	PART(room_filter_json, ephemeral),
	PART(room_filter_json, account_data),
	FLAG(room_filter_json, include_leave),
	FIELD_END
};

struct filter_json {
	const cJSON	*room, *presence, *account_data;
	const cJSON	*event_fields;
	const char	*event_format;
};

static bool
event_format_valid(const char *s)
{
	return strcmp(s, "client") == 0 || strcmp(s, "federation") == 0;
}

static const struct field filter_fields[] = {
	PART(filter_json, room),
	PART(filter_json, presence),
	PART(filter_json, account_data),
	LIST(filter_json, event_fields),
	FIELD_STR(filter_json, event_format, "event_format", OPTIONAL,
	    event_format_valid),
	FIELD_END
};

/* A run of * means no more than one does, but would cost more each time. */
static const char *
read_pattern(struct arena *mem, const char *text)
{
	char *pattern, *to;

	if (strstr(text, "**") == NULL)
		return text;
	to = pattern = arena_strdup(mem, text);
	for (; *text != '\0'; text++)
		if (text[0] != '*' || text[1] != '*')
			*to++ = *text;
	*to = '\0';
	return pattern;
}

/* array NULL: not given. */
static bool
read_list(struct arena *mem, const cJSON *array, struct filter_list *list,
    const char **why)
{
	const cJSON *item;
	size_t n = 0;

	if (array == NULL)
		return true;
	cJSON_ArrayForEach(item, array) {
		if (!cJSON_IsString(item)) {
			*why = "A list in a filter holds something other than "
			    "strings";
			return false;
		}
		if (++n > FILTER_LIST_MAX) {
			*why = "A list in a filter has more than 1000 entries";
			return false;
		}
	}
	list->given = true;
	list->item = arena_alloc(mem, (n + 1) * sizeof(*list->item));
	cJSON_ArrayForEach(item, array)
		list->item[list->n++] = read_pattern(mem, item->valuestring);
	return true;
}

/* Each entry is a look into the store. */
static bool
read_related(struct arena *mem, const cJSON *array, struct filter_list *list,
    const char **why)
{
	if (!read_list(mem, array, list, why))
		return false;
	if (list->n <= FILTER_RELATED_MAX)
		return true;
	*why = "A list of relations in a filter has more than 50 entries";
	return false;
}

static bool
fields_fit(struct arena *mem, const cJSON *object, const struct field *fields,
    void *dst, const char **why)
{
	if (!cJSON_IsObject(object)) {
		*why = "A filter is a JSON object";
		return false;
	}
	return fields_read(mem, object, fields, dst, why) == FIELD_FINE;
}

static void
event_filter_init(struct event_filter *f)
{
	*f = (struct event_filter){ .limit = -1, .contains_url = -1 };
}

void
filter_init(struct filter *f)
{
	*f = (struct filter){ .include_leave = false };
	event_filter_init(&f->state);
	event_filter_init(&f->timeline);
	event_filter_init(&f->ephemeral);
	event_filter_init(&f->room_account_data);
	event_filter_init(&f->presence);
	event_filter_init(&f->account_data);
}

bool
event_filter_parse(struct arena *mem, const cJSON *object,
    struct event_filter *f, const char **why)
{
	struct event_filter_json in = { .limit = NO_LIMIT };

	event_filter_init(f);
	if (!fields_fit(mem, object, event_filter_fields, &in, why))
		return false;
	if (in.limit < 0 && in.limit != NO_LIMIT) {
		*why = "The limit of a filter is negative";
		return false;
	}
	if (in.contains_url != NULL && !cJSON_IsBool(in.contains_url)) {
		*why = "contains_url is not a boolean";
		return false;
	}
	if (in.limit != NO_LIMIT)
		f->limit = in.limit;
	if (in.contains_url != NULL)
		f->contains_url = cJSON_IsTrue(in.contains_url);
	f->lazy_load_members = in.lazy_load_members;
	f->include_redundant_members = in.include_redundant_members;
	f->unread_thread_notifications = in.unread_thread_notifications;
	return read_list(mem, in.types, &f->types, why) &&
	    read_list(mem, in.not_types, &f->not_types, why) &&
	    read_list(mem, in.senders, &f->senders, why) &&
	    read_list(mem, in.not_senders, &f->not_senders, why) &&
	    read_list(mem, in.rooms, &f->rooms, why) &&
	    read_list(mem, in.not_rooms, &f->not_rooms, why) &&
	    read_related(mem, in.related_by_senders, &f->related_by_senders,
	    why) &&
	    read_related(mem, in.related_by_rel_types,
	    &f->related_by_rel_types, why);
}

/* An event filter inside another; NULL: not given. */
static bool
read_part(struct arena *mem, const cJSON *object, struct event_filter *f,
    const char **why)
{
	return object == NULL || event_filter_parse(mem, object, f, why);
}

static bool
read_room(struct arena *mem, const cJSON *room, struct filter *f,
    const char **why)
{
	struct room_filter_json in = { .rooms = NULL };

	if (room == NULL)
		return true;
	if (!fields_fit(mem, room, room_filter_fields, &in, why))
		return false;
	f->include_leave = in.include_leave;
	return read_list(mem, in.rooms, &f->rooms, why) &&
	    read_list(mem, in.not_rooms, &f->not_rooms, why) &&
	    read_part(mem, in.state, &f->state, why) &&
	    read_part(mem, in.timeline, &f->timeline, why) &&
	    read_part(mem, in.ephemeral, &f->ephemeral, why) &&
	    read_part(mem, in.account_data, &f->room_account_data, why);
}

bool
filter_parse(struct arena *mem, const cJSON *definition, struct filter *f,
    const char **why)
{
	struct filter_json in = { .room = NULL };
	struct filter_list fields = { .n = 0 };

	filter_init(f);
	if (!fields_fit(mem, definition, filter_fields, &in, why) ||
	    !read_list(mem, in.event_fields, &fields, why))
		return false;
	f->event_fields = event_fields_new(mem, in.event_fields);
	f->federation_format = in.event_format != NULL &&
	    strcmp(in.event_format, "federation") == 0;
	return read_room(mem, in.room, f, why) &&
	    read_part(mem, in.presence, &f->presence, why) &&
	    read_part(mem, in.account_data, &f->account_data, why);
}

/* ------------------------------------------------------------- asking */

bool
filter_has_room(const struct filter *f, const struct event_filter *part,
    const char *room_id)
{
	return (f == NULL || lists_allow(&f->rooms, &f->not_rooms, room_id)) &&
	    lists_allow(&part->rooms, &part->not_rooms, room_id);
}

bool
filter_has_event(const struct event_filter *f, const struct event_row *e)
{
	if (f->contains_url != -1 &&
	    (json_slice(e->content, "url").s != NULL) != f->contains_url)
		return false;
	return lists_allow(&f->types, &f->not_types, e->type) &&
	    lists_allow(&f->senders, &f->not_senders, e->sender_id);
}

static bool
related_by(struct db *db, const struct filter_list *senders,
    const struct event_row *e, const char *rel_type)
{
	for (size_t i = 0; i < senders->n; i++)
		if (db_int(db, 0, STMT_RELATION_SENT_BY, DB_TEXT(e->event_id),
		    DB_TEXT(rel_type), DB_TEXT(senders->item[i]),
		    DB_INT(e->room)) != 0)
			return true;
	return !senders->given && db_int(db, 0, STMT_RELATION_ANY,
	    DB_TEXT(e->event_id), DB_TEXT(rel_type), DB_INT(e->room)) != 0;
}

/* The next relation type behind this one that anything relates to e in. */
static const char *
rel_type_next(struct db *db, const struct event_row *e, const char *after)
{
	struct rows rows = db_query(db, STMT_RELATION_TYPE_NEXT,
	    DB_TEXT(e->event_id), DB_TEXT(after));
	const char *next = rows_next(&rows) ? rows_text(&rows, 0) : NULL;

	rows_done(&rows);
	return next;
}

bool
filter_has_relation(struct db *db, const struct event_filter *f,
    const struct event_row *e)
{
	const struct filter_list *senders = &f->related_by_senders;
	const struct filter_list *rel_types = &f->related_by_rel_types;
	const char *rel_type = "";

	if (!senders->given && !rel_types->given)
		return true;
	for (size_t i = 0; i < rel_types->n; i++)
		if (related_by(db, senders, e, rel_types->item[i]))
			return true;
	for (int i = 0; !rel_types->given && i < FILTER_RELATED_MAX; i++)
		if ((rel_type = rel_type_next(db, e, rel_type)) == NULL)
			return false;
		else if (related_by(db, senders, e, rel_type))
			return true;
	return false;
}

/* A look into the store costs as much as many entries. */
size_t
filter_weight(const struct event_filter *f)
{
	size_t rel_types = f->related_by_rel_types.given ?
	    f->related_by_rel_types.n : f->related_by_senders.n > 0;

	return f->types.n + f->not_types.n + f->senders.n +
	    f->not_senders.n + 50 * rel_types * (1 + f->related_by_senders.n);
}

/* ------------------------------------------------------------ stored */

const char *
filter_stored(struct db *db, int64_t user, const char *id)
{
	struct rows rows;
	const char *definition = NULL;
	size_t n = strspn(id, "0123456789");

	/* One spelling for each number, and none that overflows. */
	if (n == 0 || n > 18 || id[n] != '\0' || (id[0] == '0' && n > 1))
		return NULL;
	rows = db_query(db, STMT_FILTER_GET, DB_INT(user),
	    DB_INT(strtoll(id, NULL, 10)));
	if (rows_next(&rows))
		definition = rows_text(&rows, 0);
	rows_done(&rows);
	return definition;
}

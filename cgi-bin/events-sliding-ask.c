/*
 * events-sliding-ask.c - what is asked of sliding sync in either shape: lists,
 * their windows and filters, subscriptions, extensions.
 */
#include <string.h>

#include "events-sliding.h"
#include "matrix/ids.h"

#define CONN_ID_MAX	255
#define NAMES_MAX	255	/* of a list, a type, a state key */

enum mx_err
bad_ask(struct asking *g, const char *why)
{
	return fail(g->r, M_BAD_JSON, "%s", why);
}

/* ------------------------------------------------- what a room is told by */

static enum mx_err
read_limit(struct asking *g, const cJSON *config, int64_t *limit)
{
	if (!json_int(config, "timeline_limit", limit) || *limit < 0)
		return bad_ask(g, "timeline_limit is a number of events");
	if (*limit > TIMELINE_MAX)
		*limit = TIMELINE_MAX;
	return M_OK;
}

static enum mx_err
read_config(struct asking *g, const cJSON *config, int64_t *limit,
    const struct state_rule **rule)
{
	enum mx_err err = read_limit(g, config, limit);

	return err != M_OK ? err : sliding_required_read(g, config, rule);
}

/* --------------------------------------------------------------- filters */

static enum mx_err
read_flag(struct asking *g, const cJSON *filters, const char *name, int *out)
{
	const cJSON *flag = json_get(filters, name);

	*out = -1;
	if (flag == NULL || cJSON_IsNull(flag))
		return M_OK;
	if (!cJSON_IsBool(flag))
		return fail(g->r, M_BAD_JSON, "%s is true or false", name);
	*out = cJSON_IsTrue(flag);
	return M_OK;
}

static enum mx_err
read_texts(struct asking *g, const cJSON *filters, const char *name,
    bool null, int most, const cJSON **out)
{
	const cJSON *list = json_get(filters, name), *item;

	*out = NULL;
	if (list == NULL || cJSON_IsNull(list))
		return M_OK;
	if (!cJSON_IsArray(list))
		return fail(g->r, M_BAD_JSON, "%s is a list", name);
	if (cJSON_GetArraySize(list) > most)
		return fail(g->r, M_TOO_LARGE, "%s may have %d entries at most",
		    name, most);
	cJSON_ArrayForEach(item, list)
		if (!cJSON_IsString(item) && !(null && cJSON_IsNull(item)))
			return fail(g->r, M_BAD_JSON, "%s is a list of texts",
			    name);
	*out = list;
	return M_OK;
}

static enum mx_err
read_names(struct asking *g, const cJSON *filters, const char *name,
    bool null, const cJSON **out)
{
	return read_texts(g, filters, name, null, FILTER_NAMES_MAX, out);
}

static enum mx_err
read_filter(struct asking *g, const cJSON *filters,
    struct sliding_filter *f)
{
	enum mx_err err;

	if (filters != NULL && !cJSON_IsNull(filters) &&
	    !cJSON_IsObject(filters))
		return bad_ask(g, "filters is an object");
	if ((err = read_flag(g, filters, "is_dm", &f->is_dm)) != M_OK ||
	    (err = read_flag(g, filters, "is_encrypted", &f->is_encrypted)) !=
	    M_OK || (err = read_flag(g, filters, g->shape->v4 ? "is_invited" :
	    "is_invite", &f->is_invite)) != M_OK ||
	    (err = read_names(g, filters, "room_types", true,
	    &f->room_types)) != M_OK ||
	    (err = read_names(g, filters, "not_room_types", true,
	    &f->not_room_types)) != M_OK ||
	    (err = read_names(g, filters, "tags", false, &f->tags)) != M_OK ||
	    (err = read_names(g, filters, "not_tags", false,
	    &f->not_tags)) != M_OK)
		return err;
	return read_names(g, filters, "spaces", false, &f->spaces);
}

/* ----------------------------------------------------------------- lists */

static enum mx_err
read_range(struct asking *g, const cJSON *range, struct sliding_list *list)
{
	const cJSON *from = cJSON_GetArrayItem(range, 0);
	const cJSON *to = cJSON_GetArrayItem(range, 1);

	if (!cJSON_IsArray(range) || cJSON_GetArraySize(range) != 2 ||
	    !json_is_int(from) || !json_is_int(to) ||
	    from->valuedouble < 0 || to->valuedouble < from->valuedouble)
		return bad_ask(g, "A range is a pair of numbers, the first "
		    "and the last room");
	if (list->ranges == RANGES_MAX)
		return fail(g->r, M_TOO_LARGE, "A list has at most %d ranges",
		    RANGES_MAX);
	list->range[list->ranges][0] = (int64_t)from->valuedouble;
	list->range[list->ranges++][1] = (int64_t)to->valuedouble;
	return M_OK;
}

static enum mx_err
read_ranges(struct asking *g, const cJSON *config, struct sliding_list *list)
{
	const cJSON *ranges = json_get(config, "ranges"), *range;
	enum mx_err err = M_OK;

	if (g->shape->v4) {
		range = json_get(config, "range");
		list->all = range == NULL || cJSON_IsNull(range);
		return list->all ? M_OK : read_range(g, range, list);
	}
	if (ranges != NULL && !cJSON_IsNull(ranges) && !cJSON_IsArray(ranges))
		return bad_ask(g, "ranges is a list of ranges");
	cJSON_ArrayForEach(range, ranges)
		if (err == M_OK)
			err = read_range(g, range, list);
	return err;
}

static enum mx_err
read_list(struct asking *g, const cJSON *config, struct sliding_list *list)
{
	enum mx_err err;

	list->name = config->string;
	if (!cJSON_IsObject(config) || strlen(config->string) > NAMES_MAX)
		return bad_ask(g, "lists is an object with an object for "
		    "each list, by a name of at most 255 bytes");
	if (g->shape->v4 && !opaque_id_valid(config->string))
		return fail(g->r, M_INVALID_PARAM, "The name of a list has "
		    "letters, digits and . = _ - only");
	if ((err = read_config(g, config, &list->limit, &list->rule)) !=
	    M_OK || (err = read_ranges(g, config, list)) != M_OK)
		return err;
	return read_filter(g, json_get(config, "filters"), &list->filter);
}

static enum mx_err
read_lists(struct asking *g, const cJSON *lists)
{
	struct sliding_ask *ask = g->ask;
	enum mx_err err = M_OK;
	const cJSON *config;
	int n = cJSON_GetArraySize(lists);

	if (lists == NULL || cJSON_IsNull(lists))
		return M_OK;
	if (!cJSON_IsObject(lists))
		return bad_ask(g, "lists is an object");
	if (n > LISTS_MAX)
		return fail(g->r, M_TOO_LARGE, "There may be %d lists at most",
		    LISTS_MAX);
	ask->list = arena_alloc(g->r->mem,
	    ((size_t)n + 1) * sizeof(*ask->list));
	cJSON_ArrayForEach(config, lists)
		if (err == M_OK)
			err = read_list(g, config, &ask->list[ask->lists++]);
	return err;
}

static enum mx_err
read_subscription(struct asking *g, const cJSON *config,
    struct sliding_subscription *subscription)
{
	if (!cJSON_IsObject(config))
		return bad_ask(g, "room_subscriptions is an object with an "
		    "object for each room, by its id");
	subscription->room_id = config->string;
	return read_config(g, config, &subscription->limit,
	    &subscription->rule);
}

static enum mx_err
read_subscriptions(struct asking *g, const cJSON *rooms)
{
	struct sliding_ask *ask = g->ask;
	enum mx_err err = M_OK;
	const cJSON *config;
	int n = cJSON_GetArraySize(rooms);

	if (rooms == NULL || cJSON_IsNull(rooms))
		return M_OK;
	if (!cJSON_IsObject(rooms))
		return bad_ask(g, "room_subscriptions is an object");
	if (n > SUBSCRIPTIONS_MAX)
		return fail(g->r, M_TOO_LARGE, "room_subscriptions may name "
		    "%d rooms at most", SUBSCRIPTIONS_MAX);
	ask->subscription = arena_alloc(g->r->mem,
	    ((size_t)n + 1) * sizeof(*ask->subscription));
	cJSON_ArrayForEach(config, rooms)
		if (err == M_OK)
			err = read_subscription(g, config,
			    &ask->subscription[ask->subscriptions++]);
	return err;
}

/* ------------------------------------------------------------ extensions */

static enum mx_err
read_extension(struct asking *g, const cJSON *extensions,
    const char *name, struct sliding_extension *x)
{
	const cJSON *config = json_get(extensions, name), *enabled;
	enum mx_err err;

	if (config == NULL || cJSON_IsNull(config))
		return M_OK;
	if (!cJSON_IsObject(config))
		return fail(g->r, M_BAD_JSON, "%s is an object", name);
	enabled = json_get(config, "enabled");
	if (enabled != NULL && !cJSON_IsBool(enabled) &&
	    !cJSON_IsNull(enabled))
		return bad_ask(g, "enabled is true or false");
	x->enabled = cJSON_IsTrue(enabled);
	x->config = config;
	if ((err = read_texts(g, config, "lists", false, LISTS_MAX,
	    &x->lists)) != M_OK)
		return err;
	return read_texts(g, config, "rooms", false, SUBSCRIPTIONS_MAX,
	    &x->rooms);
}

static enum mx_err
read_extensions(struct asking *g, const cJSON *extensions)
{
	struct sliding_ask *ask = g->ask;
	enum mx_err err;

	if (extensions != NULL && !cJSON_IsNull(extensions) &&
	    !cJSON_IsObject(extensions))
		return bad_ask(g, "extensions is an object");
	if ((err = read_extension(g, extensions, "account_data",
	    &ask->account_data)) != M_OK ||
	    (err = read_extension(g, extensions, "receipts",
	    &ask->receipts)) != M_OK ||
	    (err = read_extension(g, extensions, "typing",
	    &ask->typing)) != M_OK ||
	    (err = read_extension(g, extensions, "to_device",
	    &ask->to_device)) != M_OK)
		return err;
	return read_extension(g, extensions, "e2ee", &ask->e2ee);
}

/* -------------------------------------------------------------- the rest */

static const cJSON *
text_or_null(const cJSON *body, const char *name)
{
	const cJSON *value = json_get(body, name);

	return cJSON_IsNull(value) ? NULL : value;
}

/* Where the waiting and what it goes on from stand differs. */
static enum mx_err
read_where(struct asking *g, const cJSON *body, const char **presence)
{
	struct request *r = g->r;
	const cJSON *pos = text_or_null(body, "pos");
	const cJSON *timeout = text_or_null(body, "timeout");

	if (!g->shape->v4) {
		g->ask->pos = req_query(r, "pos");
		*presence = req_query(r, "set_presence");
		if (req_query_int(r, "timeout", 0, INT64_MAX,
		    &g->ask->timeout))
			return M_OK;
		return fail(r, M_INVALID_PARAM,
		    "timeout is a number of milliseconds");
	}
	*presence = json_text(body, "set_presence");
	g->ask->pos = cJSON_GetStringValue(pos);
	if (pos != NULL && g->ask->pos == NULL)
		return bad_ask(g, "pos is a text");
	if (timeout != NULL && (!json_int(body, "timeout", &g->ask->timeout) ||
	    g->ask->timeout < 0))
		return bad_ask(g, "timeout is a number of milliseconds");
	return M_OK;
}

static enum mx_err
read_presence(struct asking *g, const char *word)
{
	g->ask->presence = word == NULL ? PRESENCE_ONLINE :
	    presence_of(word, false);
	if (g->ask->presence == PRESENCE_NONE)
		return fail(g->r, M_INVALID_PARAM,
		    "set_presence is offline, online or unavailable");
	return M_OK;
}

static enum mx_err
read_conn_id(struct asking *g, const cJSON *body)
{
	const cJSON *conn_id = text_or_null(body, "conn_id");

	g->ask->conn_id = "";
	if (conn_id == NULL)
		return M_OK;
	if (!cJSON_IsString(conn_id) ||
	    strlen(conn_id->valuestring) > CONN_ID_MAX)
		return bad_ask(g, "conn_id is a text of at most 255 bytes");
	g->ask->conn_id = conn_id->valuestring;
	return M_OK;
}

enum mx_err
sliding_ask_read(struct request *r, const struct sliding_shape *shape,
    const cJSON *body, struct sliding_ask *ask)
{
	struct asking g = { .r = r, .shape = shape, .ask = ask };
	const char *presence = NULL;
	enum mx_err err;

	if (ask->rules == NULL)
		ask->rules = table_new(r->mem);
	/* The query is gone when who waited is woken. */
	if (r->wait == NULL &&
	    ((err = read_where(&g, body, &presence)) != M_OK ||
	    (err = read_presence(&g, presence)) != M_OK))
		return err;
	if ((err = read_conn_id(&g, body)) != M_OK ||
	    (err = read_lists(&g, json_get(body, "lists"))) != M_OK ||
	    (err = read_subscriptions(&g, json_get(body,
	    "room_subscriptions"))) != M_OK)
		return err;
	return read_extensions(&g, json_get(body, "extensions"));
}

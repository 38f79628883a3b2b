/*
 * auth-power.c - who may change the power levels to what: rule 9 (12: 10).
 *
 * An event may hold thousands of users, and anybody who makes a room may send
 * it, so that nothing here looks at each of them for each of them.
 */
#include <stdlib.h>

#include "matrix/auth-rules.h"
#include "matrix/event.h"
#include "matrix/ids.h"

/* As many as fit into an event, which is measured after it is judged. */
#define ENTRIES_MAX	(EVENT_MAX / (int)sizeof "'':0")

static const char *const single_levels[] = {
	"users_default", "events_default", "state_default", "ban", "redact",
	"kick", "invite"
};
#define SINGLE_LEVELS	(sizeof single_levels / sizeof single_levels[0])

/* ----------------------------------------------- an object, to be searched */

struct map {
	const cJSON	**entry;	/* by name */
	size_t		 n;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp((*(const cJSON *const *)a)->string,
	    (*(const cJSON *const *)b)->string);
}

static struct map
map_of(struct arena *mem, const cJSON *object)
{
	struct map map = { NULL, 0 };
	const cJSON *item;

	if (!cJSON_IsObject(object))
		return map;
	map.entry = arena_alloc(mem, sizeof *map.entry *
	    (size_t)cJSON_GetArraySize(object));
	cJSON_ArrayForEach(item, object)
		map.entry[map.n++] = item;
	if (map.n > 0)
		qsort(map.entry, map.n, sizeof *map.entry, by_name);
	return map;
}

static int
is_name(const void *name, const void *entry)
{
	return strcmp(name, (*(const cJSON *const *)entry)->string);
}

static const cJSON *
map_find(struct map map, const char *name)
{
	const cJSON **entry = map.n == 0 ? NULL : bsearch(name, map.entry,
	    map.n, sizeof *map.entry, is_name);

	return entry == NULL ? NULL : *entry;
}

/* ------------------------------------------------------- is it well formed? */

/*
 * Is it a level in this room version?  Texts are taken from our own users too,
 * though they should rather not be sent: whoever changes one level sends them
 * all again as they are, so that a room with such levels would be stuck.
 */
static bool
is_level(const struct room_version *v, const cJSON *item)
{
	int64_t level;

	if (v->integer_levels || (v->strict_json && cJSON_IsNumber(item)))
		return json_is_int(item);
	return power_level(item, &level);
}

static bool
are_levels(const struct room_version *v, const cJSON *object)
{
	const cJSON *item;

	if (object != NULL && !cJSON_IsObject(object))
		return false;
	cJSON_ArrayForEach(item, object)
		if (!is_level(v, item))
			return false;
	return true;
}

static bool
are_user_ids(const cJSON *object)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, object)
		if (!user_id_valid(item->string))
			return false;
	return true;
}

static bool
too_many(const cJSON *content)
{
	return cJSON_GetArraySize(json_get(content, "users")) > ENTRIES_MAX ||
	    cJSON_GetArraySize(json_get(content, "events")) > ENTRIES_MAX ||
	    cJSON_GetArraySize(json_get(content, "notifications")) >
	    ENTRIES_MAX;
}

/* 9.1, 9.2 (12: 10.1, 10.2); not before 10 */
static bool
are_integers(const struct judgement *j, const cJSON *content)
{
	const cJSON *level;
	size_t i;

	for (i = 0; i < SINGLE_LEVELS; i++) {
		level = json_get(content, single_levels[i]);
		/* 9.1 (12: 10.1) */
		if (level != NULL && !json_is_int(level))
			return auth_refuse(j, "A power level is not an "
			    "integer");
	}
	/* 9.2 (12: 10.2) */
	if (!are_levels(j->version, json_get(content, "events")) ||
	    !are_levels(j->version, json_get(content, "notifications")))
		return auth_refuse(j, "A power level of an event type or a "
		    "notification is not an integer");
	return true;
}

static bool
well_formed(const struct judgement *j, const cJSON *content)
{
	const cJSON *users = json_get(content, "users");

	if (j->version->integer_levels && !are_integers(j, content))
		return false;
	/* 9.3 (12: 10.3) */
	if (!are_levels(j->version, users) || !are_user_ids(users))
		return auth_refuse(j, "The users of power levels are not user "
		    "ids with integers");
	return true;
}

/* 12: 10.4 */
static bool
names_a_creator(const struct judgement *j, struct map users)
{
	const cJSON *content = j->create->content, *item;

	if (map_find(users, j->create->sender) != NULL)
		return true;
	cJSON_ArrayForEach(item, json_get(content, "additional_creators"))
		if (cJSON_IsString(item) &&
		    map_find(users, item->valuestring) != NULL)
			return true;
	return false;
}

/* ------------------------------------------------------ may it change so? */

struct change {
	bool		 had;
	int64_t		 from;
	bool		 has;
	int64_t		 to;
};

/* Either may be NULL: added, or removed.  False: no change at all. */
static bool
is_change(const cJSON *from, const cJSON *to, struct change *c)
{
	c->from = c->to = 0;
	c->had = power_level(from, &c->from);
	c->has = power_level(to, &c->to);
	return c->had != c->has || c->from != c->to;
}

/* 9.5 (12: 10.6) */
static bool
singles_may_change(const struct judgement *j, int64_t power, const cJSON *from,
    const cJSON *to)
{
	struct change c;
	size_t i;

	for (i = 0; i < SINGLE_LEVELS; i++) {
		if (!is_change(json_get(from, single_levels[i]),
		    json_get(to, single_levels[i]), &c))
			continue;
		/* 9.5.1 (12: 10.6.1) */
		if (c.had && c.from > power)
			return auth_refuse(j, "You cannot change a level that "
			    "is above your own");
		/* 9.5.2 (12: 10.6.2) */
		if (c.has && c.to > power)
			return auth_refuse(j, "You cannot set a level that is "
			    "above your own");
	}
	return true;
}

/*
 * Entries of events, notifications or users.  limit: an entry above that
 * cannot be touched; own is the one that always may be.
 */
static bool
entries_may_change(const struct judgement *j, int64_t limit, const char *own,
    struct map from, struct map to)
{
	struct change c;
	size_t i;

	for (i = 0; i < from.n; i++)
		if (!same(from.entry[i]->string, own) &&
		    is_change(from.entry[i],
		    map_find(to, from.entry[i]->string), &c) &&
		    c.had && c.from > limit)
			return auth_refuse(j, "You cannot change what is not "
			    "below you");
	return true;
}

static bool
entries_may_become(const struct judgement *j, int64_t power, struct map from,
    struct map to)
{
	struct change c;
	size_t i;

	for (i = 0; i < to.n; i++)
		if (is_change(map_find(from, to.entry[i]->string), to.entry[i],
		    &c) && c.to > power)
			return auth_refuse(j, "You cannot give more power than "
			    "you have");
	return true;
}

/* 9.6, 9.7 (12: 10.7, 10.8) */
static bool
types_may_change(const struct judgement *j, struct arena *mem, int64_t power,
    const char *name, const cJSON *from, const cJSON *to)
{
	const struct map before = map_of(mem, json_get(from, name));
	const struct map after = map_of(mem, json_get(to, name));

	return entries_may_change(j, power, NULL, before, after) &&
	    entries_may_become(j, power, before, after);
}

/* 9.8, 9.9 (12: 10.9, 10.10) */
static bool
users_may_change(const struct judgement *j, struct arena *mem, int64_t power,
    const cJSON *from, struct map after)
{
	const struct map before = map_of(mem, json_get(from, "users"));

	return entries_may_change(j, power - 1, j->event->sender, before,
	    after) &&
	    entries_may_become(j, power, before, after);
}

static bool
levels_allow(struct judgement *j, struct arena *mem)
{
	const struct auth_event *e = j->event;
	const cJSON *from = auth_levels(j), *to = e->content;
	const int64_t power = auth_power(j, e->sender);
	struct map users;

	if (too_many(to))
		return auth_refuse(j, "These power levels do not fit into an "
		    "event");
	/* 9.1 to 9.3 (12: 10.1 to 10.3) */
	if (!well_formed(j, to))
		return false;
	users = map_of(mem, json_get(to, "users"));
	/* 12: 10.4 */
	if (j->version->creators_rule && names_a_creator(j, users))
		return auth_refuse(j, "The creators of a room have no power "
		    "level; leave them out");
	/* 9.4 (12: 10.5) */
	if (from == NULL)
		return true;
	return singles_may_change(j, power, from, to) &&
	    types_may_change(j, mem, power, "events", from, to) &&
	    (!j->version->notification_levels ||
	    types_may_change(j, mem, power, "notifications", from, to)) &&
	    users_may_change(j, mem, power, from, users);
}

bool
auth_levels_allow(struct judgement *j)
{
	struct arena *mem = arena_new();
	bool allowed = levels_allow(j, mem);

	arena_free(mem);
	return allowed;
}

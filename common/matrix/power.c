/*
 * power.c - who has which power level, and what needs which
 * (m.room.power_levels).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "matrix/auth.h"

/* Of the creator while a room has no power levels; everybody else has 0. */
#define CREATOR_LEVEL	100

/* No level is as high as a creator's power, whatever its digits say. */
#define LEVEL_MAX	(POWER_INFINITE - 1)

#define BLANKS	" \t\n\v\f\r"

/* "a single base 10 integer", with a sign or without, amid blanks. */
static bool
text_level(const char *text, int64_t *level)
{
	const char *digits = text + strspn(text, BLANKS);
	size_t n;

	digits += *digits == '-' || *digits == '+';
	n = strspn(digits, "0123456789");
	if (n == 0 || digits[n + strspn(digits + n, BLANKS)] != '\0')
		return false;
	*level = strtoll(text, NULL, 10);
	return true;
}

static int64_t
number_level(double value)
{
	/* What the comparisons leave over fits. */
	if (value >= (double)LEVEL_MAX)
		return LEVEL_MAX;
	if (value <= -(double)LEVEL_MAX)
		return -LEVEL_MAX;
	return (int64_t)trunc(value);
}

bool
power_level(const cJSON *item, int64_t *level)
{
	if (cJSON_IsNumber(item))
		*level = number_level(item->valuedouble);
	else if (!cJSON_IsString(item) ||
	    !text_level(item->valuestring, level))
		return false;
	if (*level > LEVEL_MAX)
		*level = LEVEL_MAX;
	if (*level < -LEVEL_MAX)
		*level = -LEVEL_MAX;
	return true;
}

const char *
room_creator(const struct room_version *v, const struct auth_event *create)
{
	return v->creator_in_content ? json_text(create->content, "creator") :
	    create->sender;
}

/* Room version 12: the sender and those it named beside itself. */
static bool
is_one_of_creators(const struct auth_event *create, const char *user_id)
{
	const cJSON *named = json_get(create->content, "additional_creators");
	const cJSON *item;

	if (strcmp(create->sender, user_id) == 0)
		return true;
	cJSON_ArrayForEach(item, named)
		if (cJSON_IsString(item) &&
		    strcmp(item->valuestring, user_id) == 0)
			return true;
	return false;
}

int64_t
power_of(const struct room_version *v, const struct auth_event *create,
    const cJSON *power_levels, const char *user_id)
{
	const char *creator;
	int64_t level;

	if (v->creators_rule && is_one_of_creators(create, user_id))
		return POWER_INFINITE;
	if (power_levels == NULL) {
		creator = room_creator(v, create);
		return creator != NULL && strcmp(creator, user_id) == 0 ?
		    CREATOR_LEVEL : 0;
	}
	if (power_level(json_get(json_get(power_levels, "users"),
	    user_id), &level))
		return level;
	return power_to(power_levels, "users_default");
}

int64_t
power_to(const cJSON *power_levels, const char *what)
{
	static const char *const fifty[] = {
		"ban", "kick", "redact", "state_default"
	};
	int64_t level;
	size_t i;

	if (power_level(json_get(power_levels, what), &level))
		return level;
	for (i = 0; i < sizeof fifty / sizeof fifty[0]; i++)
		if (strcmp(what, fifty[i]) == 0)
			return 50;
	return 0;
}

int64_t
power_to_send(const cJSON *power_levels, const char *type, bool state)
{
	int64_t level;

	if (power_level(json_get(json_get(power_levels, "events"), type),
	    &level))
		return level;
	return power_to(power_levels,
	    state ? "state_default" : "events_default");
}

/* conf_number.c - values of keys that are numbers, sizes, times, rates. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/conf_value.h"

struct unit {
	const char	*suffix;
	unsigned	 factor;
};
static const struct unit plain[] = { { "", 1 }, { NULL, 0 } };
static const struct unit bytes[] = {
	{ "", 1 }, { "K", 1024 }, { "M", 1024 * 1024 }, { NULL, 0 }
};
static const struct unit amounts[] = {
	{ "", 1 }, { "K", 1024 }, { "M", 1024 * 1024 },
	{ "G", 1024 * 1024 * 1024 }, { NULL, 0 }
};
static const struct unit times[] = {
	{ "", 1 }, { "ms", 1 }, { "s", 1000 }, { NULL, 0 }
};
static const struct unit spans[] = {
	{ "ms", 1 }, { "s", 1000 }, { "m", 60 * 1000 },
	{ "h", 60 * 60 * 1000 }, { "d", 24 * 60 * 60 * 1000 }, { NULL, 0 }
};

static bool
number(const struct setting *s, const struct unit *unit, unsigned *out)
{
	unsigned long n;
	char *end;

	if (!isdigit((unsigned char)s->value[0]))
		return false;
	errno = 0;
	n = strtoul(s->value, &end, 10);
	while (unit->suffix != NULL && strcasecmp(unit->suffix, end) != 0)
		unit++;
	if (errno != 0 || unit->suffix == NULL ||
	    n > s->key->most / unit->factor)
		return false;
	*out = (unsigned)n * unit->factor;
	return *out >= s->key->least;
}

const char *
set_number(const struct setting *s)
{
	if (number(s, plain, s->member))
		return NULL;
	return arena_printf(s->mem, "must be a number from %u to %u",
	    s->key->least, s->key->most);
}

const char *
set_size(const struct setting *s)
{
	unsigned n;

	if (!number(s, bytes, &n))
		return arena_printf(s->mem, "must be a number of bytes from "
		    "%u to %u (K and M may follow)", s->key->least,
		    s->key->most);
	*(size_t *)s->member = n;
	return NULL;
}

/* Larger sizes: no bound but that of the type. */
const char *
set_amount(const struct setting *s)
{
	const struct unit *unit = amounts;
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(s->value, &end, 10);
	while (unit->suffix != NULL && strcasecmp(unit->suffix, end) != 0)
		unit++;
	if (!isdigit((unsigned char)s->value[0]) || errno != 0 ||
	    unit->suffix == NULL || n > UINT32_MAX || n < s->key->least)
		return arena_printf(s->mem, "must be a number of bytes (K, M "
		    "and G may follow)%s", s->key->least == 0 ?
		    ", or 0 for no end" : "");
	*(int64_t *)s->member = (int64_t)n * unit->factor;
	return NULL;
}

const char *
set_time(const struct setting *s)
{
	if (number(s, times, s->member))
		return NULL;
	return arena_printf(s->mem, "must be a time from %u to %u ms "
	    "(s may follow for seconds)", s->key->least, s->key->most);
}

/* Longer times: no bound but that of the type. */
const char *
set_span(const struct setting *s)
{
	const struct unit *unit = spans;
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(s->value, &end, 10);
	while (unit->suffix != NULL && strcmp(unit->suffix, end) != 0)
		unit++;
	if (!isdigit((unsigned char)s->value[0]) || errno != 0 ||
	    n > UINT32_MAX || (n < s->key->least) ||
	    (unit->suffix == NULL && n != 0))
		return arena_printf(s->mem, "must be a time such as 500ms, "
		    "30s, 5m, 1h or 7d%s", s->key->least == 0 ?
		    ", or 0 for no end" : "");
	*(int64_t *)s->member = n == 0 ? 0 : (int64_t)n * unit->factor;
	return NULL;
}

const char *
set_limit(const struct setting *s)
{
	struct conf_limit limit = { 0, 0 };
	char tail;

	if (sscanf(s->value, "%lf/%lf%c", &limit.burst, &limit.per_second,
	    &tail) != 2 || !isfinite(limit.burst) || limit.burst < 1 ||
	    !isfinite(limit.per_second) || limit.per_second <= 0)
		return "must be BURST/PER_SECOND, such as 10/0.2, BURST at "
		    "least 1 and PER_SECOND above 0";
	*(struct conf_limit *)s->member = limit;
	return NULL;
}

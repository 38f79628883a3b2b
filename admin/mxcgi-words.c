/*
 * mxcgi-words.c - numbers and times as they stand on a command line.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "mxcgi-order.h"

#define SECOND		1000LL
#define DAY		(24 * 60 * 60 * SECOND)
#define SPAN_MAX	(100 * 365 * DAY)

bool
read_number(const char *text, int64_t most, int64_t *n)
{
	char *end;

	errno = 0;
	*n = strtoll(text, &end, 10);
	return isdigit((unsigned char)*text) && *end == '\0' && errno == 0 &&
	    *n >= 1 && *n <= most;
}

bool
read_date(const char *text, int64_t *ms)
{
	struct tm tm = { .tm_mday = 1 };
	const char *end = strptime(text, "%Y-%m-%d", &tm);
	int n = 0, thousandths = 0;

	if (end != NULL && *end == 'T') {
		end = strptime(end, "T%H:%M:%S", &tm);
		if (end != NULL && sscanf(end, ".%3d%n", &thousandths, &n) == 1)
			end += n == 4 ? n : 0;
		end = end != NULL && *end == 'Z' ? end + 1 : NULL;
	}
	if (end == NULL || *end != '\0')
		return false;
	*ms = (int64_t)timegm(&tm) * SECOND + thousandths;
	return true;
}

bool
read_span(struct arena *mem, const char *text, int64_t *ms)
{
	static const struct {
		char	letter;
		int64_t	ms;
	} units[] = {
		{ 's', SECOND }, { 'm', 60 * SECOND }, { 'h', 3600 * SECOND },
		{ 'd', DAY }, { 'w', 7 * DAY },
	};
	size_t n = strlen(text);

	for (size_t i = 0; n > 0 && i < sizeof(units) / sizeof(*units); i++)
		if (text[n - 1] == units[i].letter) {
			if (!read_number(arena_strndup(mem, text, n - 1),
			    SPAN_MAX / units[i].ms, ms))
				return false;
			*ms *= units[i].ms;
			return true;
		}
	return false;
}

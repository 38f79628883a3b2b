/*
 * filter.c - filter definitions: any JSON is read or refused, and what was
 * read can be asked.  Types are taken from the input too, so that patterns
 * meet texts they may match.
 */
#include <stdint.h>
#include <string.h>

#include "matrix/filter.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *mem = arena_new();
	const char *line = memchr(data, '\n', n), *why;
	enum json_verdict verdict;
	struct filter f;
	cJSON *json;

	if (line != NULL) {
		size_t head = (size_t)(line - (const char *)data);
		char *type = arena_strndup(mem, (const char *)data, head);
		struct event_row e = { .type = type, .sender_id = type,
		    .content = SPAN("{}") };

		json = json_parse(mem, line + 1, n - head - 1, &verdict, &why);
		if (json != NULL && filter_parse(mem, json, &f, &why)) {
			filter_has_event(&f.timeline, &e);
			filter_has_event(&f.presence, &e);
			filter_has_room(&f, &f.timeline, type);
		}
	}
	arena_free(mem);
	return 0;
}

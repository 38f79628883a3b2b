/* uri.c - any text as a request target. */
#include "base/arena.h"
#include "serve/uri.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *mem = arena_new();
	const char *raw = arena_strndup(mem, (const char *)data, size);
	struct span path, query, value;
	const char *why;

	uri_split(raw, &path, &query);
	uri_decode(mem, path, false, &why);
	uri_decode(mem, query, true, &why);
	if (uri_query(query, "access_token", &value))
		uri_decode(mem, value, true, &why);
	arena_free(mem);
	return 0;
}

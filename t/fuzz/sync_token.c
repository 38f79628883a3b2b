/* sync_token.c - what reads as a token is written the same again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "matrix/sync_token.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *mem = arena_new();
	const char *text = arena_strndup(mem, (const char *)data, n);
	struct sync_token sync;
	struct room_token place;
	struct list_token list;
	struct tree_token tree;

	if (sync_token_read(text, &sync) &&
	    strcmp(sync_token_text(mem, &sync), text) != 0)
		abort();
	if (room_token_read(text, &place) &&
	    strcmp(room_token_text(mem, place), text) != 0)
		abort();
	if (list_token_read(text, &list) &&
	    strcmp(list_token_text(mem, list), text) != 0)
		abort();
	if (tree_token_read(text, &tree) &&
	    strcmp(tree_token_text(mem, tree), text) != 0)
		abort();
	arena_free(mem);
	return 0;
}

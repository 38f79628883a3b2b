/*
 * ids.c - any text as an identifier: what passes for one is short, is text,
 * and has a server where its kind has.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "matrix/ids.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *mem = arena_new();
	const char *s = arena_strndup(mem, (const char *)data, size);
	const bool user = user_id_valid(s), alias = room_alias_valid(s);
	const bool room = room_id_valid(s), event = event_id_valid(s);
	const bool server = server_name_valid(s), plain = localpart_valid(s) ||
	    opaque_id_valid(s);

	must(user + alias + room + event <= 1);
	must(!(server || plain) || !(user || alias || room || event));
	if (user || alias || room || event || server || plain)
		must(strlen(s) <= ID_MAX && utf8_valid(s, strlen(s)));
	if (user || alias)
		must(id_server(s) != NULL);
	if ((user || alias || room || event) && id_server(s) != NULL)
		must(server_name_valid(id_server(s)));
	arena_free(mem);
	return 0;
}

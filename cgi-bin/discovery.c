/* discovery.c - what this server is and can, for those without an account. */
#include "serve/serve.h"
#include "discovery.routes.h"

/*
 * What came with later versions and is whole already, by the names under which
 * clients look for it while none of these versions is named: private receipts,
 * threads, relations in either direction, the list of threads, room types in
 * the room directory, and sliding sync.
 */
static const char *const features[] = {
	"org.matrix.msc2285.stable",
	"org.matrix.msc3440.stable",
	"org.matrix.msc3715.stable",
	"org.matrix.msc3827.stable",
	"org.matrix.msc3856.stable",
	"org.matrix.simplified_msc3575",
	NULL
};

/*
 * GET /_matrix/client/versions
 *
 * The versions of the specification that are complete here; a client may rely
 * on each endpoint of one that is named, and besides on the features that are.
 */
enum mx_err
versions(struct request *r)
{
	put_array(&r->out, "versions");
	write_text(&r->out, "r0.0.1");
	write_end(&r->out);
	put_object(&r->out, "unstable_features");
	for (size_t i = 0; features[i] != NULL; i++)
		put_bool(&r->out, features[i], true);
	write_end(&r->out);
	return M_OK;
}

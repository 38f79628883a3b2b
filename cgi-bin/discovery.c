/* discovery.c - what this server is and can, for those without an account. */
#include "serve/serve.h"
#include "discovery.routes.h"

/*
 * GET /_matrix/client/versions
 *
 * The versions of the specification that are complete here; a client may rely
 * on each endpoint of one that is named, and on no other.
 */
enum mx_err
versions(struct request *r)
{
	put_array(&r->out, "versions");
	write_text(&r->out, "r0.0.1");
	write_end(&r->out);
	put_object(&r->out, "unstable_features");
	write_end(&r->out);
	return M_OK;
}

/* account.c - what belongs to an account as a whole. */
#include "serve/serve.h"
#include "account.routes.h"

/*
 * GET /account/whoami
 *
 * Whose access token is this, and of which device?  An application service may
 * ask without one.
 */
enum mx_err
whoami(struct request *r)
{
	put_text(&r->out, "user_id", r->who.user_id);
	if (*r->who.device_id != '\0')
		put_text(&r->out, "device_id", r->who.device_id);
	put_bool(&r->out, "is_guest", r->who.guest);
	return M_OK;
}

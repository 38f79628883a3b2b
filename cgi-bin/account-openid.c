/* account-openid.c - tokens that prove to others who somebody is. */
#include <string.h>

#include "account.routes.h"
#include "base/crypto.h"
#include "serve/serve.h"

#define OPENID_S	3600	/* how long a token is good */

/*
 * POST /user/{userId}/openid/request_token
 *
 * A token for one hour, by which somebody else learns from this server who the
 * caller is (federation's openid/userinfo), and which is good for nothing
 * else.
 */
enum mx_err
openid_request(struct request *r)
{
	const char *token = random_token(r->mem);
	uint8_t hash[SHA256_LEN];

	if (strcmp(req_arg(r, "userId"), r->who.user_id) != 0)
		return fail(r, M_FORBIDDEN,
		    "You can prove only who you are yourself");
	sha256(token, strlen(token), hash);
	if (db_exec(r->vol, STMT_OPENID_TOKEN_ADD, DB_BLOB(hash, sizeof hash),
	    DB_INT(r->who.user),
	    DB_INT(r->now + INT64_C(1000) * OPENID_S)) != 1) {
		reply_retry_after(r, 1000);
		return fail(r, M_BUSY, "The token could not be stored");
	}
	put_text(&r->out, "access_token", token);
	put_text(&r->out, "token_type", "Bearer");
	put_text(&r->out, "matrix_server_name", r->conf->server_name);
	put_int(&r->out, "expires_in", OPENID_S);
	return M_OK;
}

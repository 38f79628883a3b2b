/* discovery-turn.c - the TURN server that calls go through (2015.md, VOI-1). */
#include <string.h>

#include "base/crypto.h"
#include "base/sha1.h"
#include "serve/serve.h"
#include "discovery.routes.h"

/*
 * What a TURN server that shares a secret with this one accepts until then:
 * the time of expiry and whose it is, and base64 of the HMAC of that.
 */
static void
put_made_up(struct request *r, int64_t ttl)
{
	const struct conf *conf = r->conf;
	const char *username = arena_printf(r->mem, "%lld:%s",
	    (long long)(r->now / 1000 + ttl), r->who.user_id);
	uint8_t mac[SHA1_LEN];
	struct buf password;

	hmac_sha1(r->mem, conf->turn_secret, strlen(conf->turn_secret),
	    username, strlen(username), mac);
	buf_init(&password, r->mem, SIZE_MAX);
	base64_encode(&password, mac, sizeof(mac), false);
	buf_putc(&password, '=');	/* 20 bytes leave a third of three open */
	put_text(&r->out, "username", username);
	put_text(&r->out, "password", buf_str(&password));
}

/*
 * GET /voip/turnServer, and /turnServer as the text of 2015 has it
 *
 * Where a client's calls find a TURN server, and credentials for it that are
 * good for ttl seconds; an empty object when there is none.
 */
enum mx_err
turn_server(struct request *r)
{
	const struct conf *conf = r->conf;
	int64_t ttl = conf->turn_ms / 1000;

	if (conf->turn_uris[0] == NULL)
		return M_OK;
	if (r->who.guest && !conf->turn_guests)
		return fail(r, M_GUEST_ACCESS_FORBIDDEN, "Guests have no TURN "
		    "server here; register to get one");
	if (conf->turn_secret != NULL) {
		put_made_up(r, ttl);
	} else {
		put_text(&r->out, "username", conf->turn_username);
		put_text(&r->out, "password", conf->turn_password);
	}
	put_array(&r->out, "uris");
	for (const char *const *uri = conf->turn_uris; *uri != NULL; uri++)
		write_text(&r->out, *uri);
	write_end(&r->out);
	put_int(&r->out, "ttl", ttl);
	return M_OK;
}

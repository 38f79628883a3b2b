/* pusher.c - see pusher.h. */
#include "matrix/pusher.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "matrix/ids.h"
#include "store/store.h"
#include "store/stream.h"

#define PATH	"/_matrix/push/v1/notify"

/* ---------------------------------------------------------------- the URL */

/* SCHEME://HOST[:PORT], and what follows. */
struct url {
	bool		 tls;
	const char	*host;		/* with its port */
	const char	*rest;
};

static bool
url_split(struct arena *mem, const char *text, struct url *url)
{
	const char *host;
	size_t n;

	url->tls = strncasecmp(text, "https://", 8) == 0;
	if (!url->tls && strncasecmp(text, "http://", 7) != 0)
		return false;
	host = text + (url->tls ? 8 : 7);
	n = strcspn(host, "/?#");
	url->host = arena_strndup(mem, host, n);
	url->rest = host + n;
	return server_name_valid(url->host);
}

/* The path, and perhaps a query. */
static bool
rest_is_fine(const char *rest)
{
	size_t n = sizeof(PATH) - 1;

	if (strncmp(rest, PATH, n) != 0 ||
	    (rest[n] != '\0' && rest[n] != '?'))
		return false;
	for (; *rest != '\0'; rest++)
		if (*rest <= ' ' || *rest > '~' || *rest == '#')
			return false;
	return true;
}

/* Without its port, and an IPv6 address without its brackets. */
static const char *
bare_host(struct arena *mem, const char *host)
{
	if (*host == '[')
		return arena_strndup(mem, host + 1, strcspn(host + 1, "]"));
	return arena_strndup(mem, host, strcspn(host, ":"));
}

/* Is it an address that the configuration names? */
static bool
is_allowed(struct arena *mem, const struct conf *conf, const char *host)
{
	const char *bare = bare_host(mem, host);
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };
	const void *address = &six;

	if (inet_pton(AF_INET, bare, &four.sin_addr) == 1)
		address = &four;
	else if (inet_pton(AF_INET6, bare, &six.sin6_addr) != 1)
		return false;
	return address_within(conf->outbound_allow, address);
}

const char *
pusher_url_fault(struct arena *mem, const struct conf *conf, const char *text)
{
	struct url url;

	if (strlen(text) > PUSHER_URL_MAX)
		return arena_printf(mem, "data.url has %d bytes at most",
		    PUSHER_URL_MAX);
	if (!url_split(mem, text, &url))
		return "data.url is not the URL of a push gateway, "
		    "https://HOST" PATH;
	if (!rest_is_fine(url.rest))
		return "The path of data.url is not " PATH;
	if (!url.tls && !is_allowed(mem, conf, url.host))
		return "data.url must begin with https:";
	return NULL;
}

const char *
pusher_gateway(struct arena *mem, const char *text)
{
	size_t n = strcspn(strstr(text, "://") + 3, "/?#") +
	    (size_t)(strstr(text, "://") + 3 - text);
	char *gateway = arena_strndup(mem, text, n);

	for (char *p = gateway; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return gateway;
}

/* -------------------------------------------------------------- the store */

/* While there was none, nobody looked at the stream for pushers. */
static bool
may_add(struct db *db, int64_t user)
{
	if (db_int(db, 0, STMT_PUSHER_COUNT, DB_INT(user)) >= PUSHERS_MAX)
		return false;
	if (db_int(db, 0, STMT_PUSHER_ANY) == 0)
		db_exec(db, STMT_PUSH_UPTO_SET, DB_INT(change_last(db)),
		    DB_INT(0));
	return true;
}

bool
pusher_set(struct db *db, const struct pusher *p, int64_t user, int64_t device)
{
	struct arena *mem = arena_new();
	const char *gateway = p->mails ? PUSHER_MAIL_GATEWAY :
	    pusher_gateway(mem, p->url);
	bool may = db_int(db, 0, STMT_PUSHER_FIND, DB_TEXT(p->app_id),
	    DB_TEXT(p->pushkey), DB_INT(user)) != 0 || may_add(db, user);

	if (may)
		db_exec(db, STMT_PUSHER_SET, DB_INT(user), DB_INT(device),
		    DB_TEXT(p->app_id), DB_TEXT(p->pushkey),
		    DB_TEXT(p->mails ? "email" : "http"),
		    DB_TEXT(p->app_display_name),
		    DB_TEXT(p->device_display_name), DB_TEXT(p->profile_tag),
		    DB_TEXT(p->lang), DB_TEXT(p->mails ? "" : p->url),
		    DB_TEXT(gateway),
		    DB_SPAN(p->data), DB_INT(p->in_2015), DB_INT(p->set_at),
		    DB_INT(change_last(db)));
	arena_free(mem);
	store_call_housekeeper(db);
	return may;
}

void
pusher_drop(struct db *db, int64_t user, const char *app_id,
    const char *pushkey)
{
	db_exec(db, STMT_PUSHER_DROP, DB_TEXT(app_id), DB_TEXT(pushkey),
	    DB_INT(user));
}

void
pusher_drop_address(struct db *db, int64_t user, const char *address)
{
	db_exec(db, STMT_PUSHERS_OF_ADDRESS_DROP, DB_INT(user),
	    DB_TEXT(address));
}

void
pusher_drop_others(struct db *db, int64_t user, const char *app_id,
    const char *pushkey)
{
	db_exec(db, STMT_PUSHER_DROP_OTHERS, DB_TEXT(app_id),
	    DB_TEXT(pushkey), DB_INT(user));
}

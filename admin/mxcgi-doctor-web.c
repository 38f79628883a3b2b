/*
 * mxcgi-doctor-web.c - what the web server does to requests on their way to the
 * programs.  Everything that is asked here is refused by them, and by the
 * refusal one sees what arrived.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/address.h"
#include "base/clock.h"
#include "json/json.h"
#include "mxcgi-doctor.h"

#define CLIENT		"/_matrix/client/v3"
#define SOON_S		(14 * 86400)	/* before a certificate expires */
#define APART_S		60		/* two clocks */
#define UPLOAD_MS	60000

/* How the web server is told of; each check says it when nothing is reached. */
static bool
unreached(struct doctor *d)
{
	if (!d->reached)
		skip(d, "the programs are not reached");
	return !d->reached;
}

static void
recognise(struct doctor *d, struct reply *r)
{
	static const struct { const char *name; enum web web; } known[] = {
		{ "nginx", WEB_NGINX }, { "openresty", WEB_NGINX },
		{ "apache", WEB_APACHE }, { "lighttpd", WEB_LIGHTTPD },
	};
	unsigned times;
	const char *server = reply_header(d, r, "Server", &times);

	for (size_t i = 0; server != NULL &&
	    i < sizeof(known) / sizeof(known[0]); i++)
		if (strncasecmp(server, known[i].name,
		    strlen(known[i].name)) == 0)
			d->web = known[i].web;
}

/* ------------------------------------------------------------- front, tls */

static const struct remedy include = { .of = {
	[WEB_NGINX] = "include mxcgi-http.conf in http {} and mxcgi-site.conf "
	    "(or mxcgi-server.conf) in this host's server {}; `fill` makes them",
	[WEB_APACHE] = "Include mxcgi-apache-fcgi.conf, or without a daemon "
	    "mxcgi-apache-cgi.conf, in this host's <VirtualHost>; `fill` makes "
	    "them",
	[WEB_LIGHTTPD] = "hand /_matrix/ on to the programs of mxcgi by "
	    "fastcgi.server or cgi.assign",
} };

static void
say_not_reached(struct doctor *d, struct reply *r)
{
	const char *url = d->url;

	if (r->status == 0)
		wrong(d, arena_printf(d->mem, "%s does not answer: %s", url,
		    r->error), "No client reaches this server.", REMEDY(
		    "start the web server, or give the right address: base_url "
		    "in mxcgi.conf, or --url"));
	else if (r->status >= 500)
		wrong(d, arena_printf(d->mem, "%s answers with status %d: the "
		    "web server cannot ask the programs", url, r->status),
		    "No client is served.", REMEDY(d->resident ?
		    "its error log says why; often the sockets in run_dir are "
		    "not for its group: mxcgi run --group GROUP" :
		    d->on_demand ?
		    "its error log says why; often the sockets in run_dir are "
		    "not for its group: SocketGroup= of their units" :
		    "start `mxcgi run`; as CGI the web server's error log says "
		    "why a program did not start (owner of mxcgi.conf?)"));
	else
		wrong(d, arena_printf(d->mem, "%s answers with status %d: "
		    "/_matrix/ is not handed on to the programs", url,
		    r->status), "No client finds the server there.", include);
}

static bool
names_versions(struct doctor *d, struct reply *r)
{
	enum json_verdict verdict;
	const char *why;

	return r->status == 200 && cJSON_IsArray(json_get(json_parse(d->mem,
	    buf_str(&r->body), r->body.len, &verdict, &why), "versions"));
}

void
check_front(struct doctor *d)
{
	struct ask ask = { .path = "/_matrix/client/versions" };
	struct reply r;

	front_ask(d, &ask, &r);
	if (r.untrusted) {
		wrong(d, arena_printf(d->mem, "the certificate of %s is not "
		    "trusted: %s", d->url, r.error), "Clients refuse to "
		    "connect.", REMEDY("renew it, for this name and with the "
		    "chain of certificates; certbot(1) does all that"));
		d->insecure = true;
		front_ask(d, &ask, &r);
	}
	recognise(d, &r);
	d->local_address = r.local;
	d->reached = names_versions(d, &r);
	if (!d->reached)
		say_not_reached(d, &r);
}

void
check_tls(struct doctor *d)
{
	struct reply r;
	int64_t left;

	if (strncmp(d->url, "http:", 5) == 0) {
		if (!url_is_near(arena_printf(d->mem, "%s/", d->url)))
			warn(d, "the address is http, without TLS", "Anybody on "
			    "the way reads passwords and messages.", REMEDY(
			    "have the web server do https, and base_url say so"));
		return;
	}
	front_ask(d, &(struct ask){ .path = "/_matrix/client/versions" }, &r);
	left = r.expires - clock_now_ms() / 1000;
	if (r.status == 0 || d->insecure)
		skip(d, "there is no connection to be trusted");
	else if (r.expires != 0 && left < SOON_S)
		warn(d, arena_printf(d->mem, "the certificate expires in %lld "
		    "days", (long long)left / 86400), "Then clients refuse to "
		    "connect.", REMEDY("renew it now, and see why nothing did: "
		    "certbot renew"));
}

/* ----------------------------------------------------------------- slash */

static const struct remedy raw_paths = { .of = {
	[WEB_NGINX] = "fastcgi_param REQUEST_URI $request_uri; and no rewrite "
	    "before (a proxy in front: proxy_pass without a path behind the "
	    "host)",
	[WEB_APACHE] = "AllowEncodedSlashes NoDecode in the <VirtualHost> (a "
	    "proxy in front: ProxyPass ... nocanon)",
	[WEB_LIGHTTPD] = "server.http-parseopts = ( \"url-path-2f-decode\" => "
	    "\"disable\" )",
} };

/*
 * An alias of nobody's server: where it arrives as it was sent its own refusal
 * comes back, and otherwise that of a path that is none.  A .htaccess cannot
 * mend that: there all is well when rooms that are made here have no such ids.
 */
void
check_slash(struct doctor *d)
{
	struct reply r;
	const char *errcode;

	if (unreached(d))
		return;
	front_ask(d, &(struct ask){ .path = CLIENT
	    "/directory/room/%23doctor%2Fslash%3Adoctor.invalid" }, &r);
	errcode = reply_errcode(d, &r);
	if (errcode != NULL && strcmp(errcode, "M_NOT_FOUND") == 0)
		return;
	d->slash_lost = true;
	if (d->told.folder)
		fine(d, "slashes in ids do not arrive, which a .htaccess "
		    "cannot change; see room-version");
	else
		wrong(d, errcode != NULL ? "%2F in a path is decoded on its "
		    "way" : arena_printf(d->mem, "a path with %%2F is refused "
		    "by the web server (status %d)", r.status), "Rooms, events "
		    "and state whose ids hold a slash cannot be reached.",
		    raw_paths);
}

void
check_room_version(struct doctor *d)
{
	const struct conf *c = d->conf;

	if (unreached(d) || !d->slash_lost)
		return;
	if (strcmp(c->room_version, "3") == 0 ||
	    strcmp(c->room_version_2015, "3") == 0)
		wrong(d, "rooms are made with version 3, in whose event ids "
		    "slashes are common", "Replies, redactions and receipts "
		    "fail there.", REMEDY("version = 12 and "
		    "version_2015 = 10 in [rooms] of mxcgi.conf, or mend "
		    "`slash`"));
}

/* ---------------------------------------------------------- what arrives */

void
check_token(struct doctor *d)
{
	static const struct remedy pass = { .of = {
		[WEB_NGINX] = "fastcgi_param HTTP_AUTHORIZATION "
		    "$http_authorization if_not_empty;",
		[WEB_APACHE] = "CGIPassAuth On (2.4.13 or newer), or "
		    "SetEnvIf Authorization \"(.*)\" HTTP_AUTHORIZATION=$1",
		[WEB_LIGHTTPD] = "no mod_auth for /_matrix/",
	} };
	struct reply r;
	const char *errcode;

	if (unreached(d))
		return;
	front_ask(d, &(struct ask){ .path = CLIENT "/account/whoami",
	    .token = "of-mxcgi-doctor" }, &r);
	errcode = reply_errcode(d, &r);
	if (errcode == NULL || strcmp(errcode, "M_UNKNOWN_TOKEN") != 0)
		wrong(d, errcode != NULL ? "the header Authorization does not "
		    "arrive" : arena_printf(d->mem, "a request with the header "
		    "Authorization gets status %d from somebody else",
		    r.status), "Nobody stays logged in: to the programs every "
		    "request is without a token.", pass);
}

/* Refused by the programs, for want of a good token; anything else is not. */
static void
offer(struct doctor *d, const struct ask *ask, const char *what,
    const char *means, struct remedy remedy)
{
	struct reply r;
	const char *errcode;

	if (unreached(d))
		return;
	front_ask(d, ask, &r);
	errcode = reply_errcode(d, &r);
	if (r.status == 401 && errcode != NULL)
		return;
	if (r.status == 413)
		wrong(d, what, means, remedy);
	else
		warn(d, arena_printf(d->mem, "%s (%s)", what, r.status == 0 ?
		    r.error : arena_printf(d->mem, "status %d", r.status)),
		    means, remedy);
}

void
check_body(struct doctor *d)
{
	long long max = (long long)d->conf->body_max;

	offer(d, &(struct ask){ .path = CLIENT "/createRoom", .send = max,
	    .type = "application/json" },
	    arena_printf(d->mem, "a request of %lld bytes, body_max of "
	    "mxcgi.conf, does not get through", max),
	    "Large events, key uploads and backups of keys fail.",
	    (struct remedy){ .of = {
		[WEB_NGINX] = arena_printf(d->mem, "client_max_body_size %lldk; "
		    "in location /_matrix/", max / 1024 + 1024),
		[WEB_APACHE] = arena_printf(d->mem, "LimitRequestBody %lld",
		    max + 1048576),
		[WEB_LIGHTTPD] = arena_printf(d->mem, "server.max-request-size "
		    "= %lld", max / 1024 + 1024) } });
}

void
check_upload(struct doctor *d)
{
	long long max = (long long)d->conf->upload_max;

	offer(d, &(struct ask){ .path = "/_matrix/media/v3/upload",
	    .token = "of-mxcgi-doctor", .send = max, .ms = UPLOAD_MS,
	    .type = "application/octet-stream" },
	    arena_printf(d->mem, "a file of %lld bytes, upload_max of "
	    "mxcgi.conf, does not get through", max),
	    "Clients are told that such files may be sent, and then cannot.",
	    (struct remedy){ .of = {
		[WEB_NGINX] = "client_max_body_size 0; and "
		    "fastcgi_request_buffering off; in location "
		    "/_matrix/media/",
		[WEB_APACHE] = arena_printf(d->mem, "LimitRequestBody %lld; or "
		    "[media] upload_max = what the host lets through", max),
		[WEB_LIGHTTPD] = arena_printf(d->mem, "server.max-request-size "
		    "= %lld", max / 1024 + 1) } });
}

/* --------------------------------------------------------------- browsers */

static const char *
cors_fault(struct doctor *d, struct reply *r, bool preflight)
{
	unsigned times;
	const char *value = reply_header(d, r, "Access-Control-Allow-Origin",
	    &times);

	if (value == NULL || strcmp(value, "*") != 0)
		return "Access-Control-Allow-Origin: * is missing";
	if (times > 1)
		return "Access-Control-Allow-Origin is there more than once";
	value = reply_header(d, r, "Access-Control-Allow-Headers", &times);
	if (preflight && (value == NULL ||
	    strcasestr(value, "authorization") == NULL))
		return "Access-Control-Allow-Headers lacks Authorization";
	return NULL;
}

void
check_cors(struct doctor *d)
{
	struct ask first = { .method = "OPTIONS", .preflight = true,
	    .path = CLIENT "/sync" }, then = { .path = CLIENT "/sync" };
	const char *fault = NULL;
	struct reply r;

	if (unreached(d))
		return;
	front_ask(d, &first, &r);
	if (r.status != 200 && r.status != 204)
		fault = arena_printf(d->mem, "OPTIONS gets status %d",
		    r.status);
	else if ((fault = cors_fault(d, &r, true)) == NULL) {
		front_ask(d, &then, &r);
		fault = cors_fault(d, &r, false);
	}
	if (fault != NULL)
		wrong(d, fault, "Clients in browsers do not work.",
		    (struct remedy){ .any = "the programs send these headers: "
		    "the web server must let OPTIONS through and neither add "
		    "nor remove any", .of = {
			[WEB_NGINX] = "no add_header Access-Control-..., no "
			    "fastcgi_hide_header, no limit_except for "
			    "/_matrix/",
			[WEB_APACHE] = "no Header ... Access-Control-..., no "
			    "<Limit> for /_matrix/" } });
}

void
check_date(struct doctor *d)
{
	struct tm tm = { 0 };
	struct reply r;
	unsigned times;
	const char *date;
	long long apart;

	if (unreached(d))
		return;
	front_ask(d, &(struct ask){ .path = "/_matrix/client/versions" }, &r);
	date = reply_header(d, &r, "Date", &times);
	if (date == NULL || strptime(date, "%a, %d %b %Y %H:%M:%S", &tm) ==
	    NULL) {
		skip(d, "the front door sends no Date");
		return;
	}
	apart = llabs((long long)timegm(&tm) - clock_now_ms() / 1000);
	if (apart > APART_S)
		warn(d, arena_printf(d->mem, "the clocks of this machine and of "
		    "the front door are %lld s apart", apart), "Times of "
		    "messages are wrong, and tokens and certificates expire "
		    "early or late.", REMEDY("keep the clock right: "
		    "timedatectl set-ntp true"));
}

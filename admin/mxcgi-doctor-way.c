/*
 * mxcgi-doctor-way.c - how clients find the server, who it is that answers
 * there, where they seem to come from, and how long they may wait.
 */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/address.h"
#include "base/clock.h"
#include "json/json.h"
#include "mxcgi-doctor.h"

#define WAIT_MS		35000
#define SPARE_MS	20000
#define DAY_MS		INT64_C(86400000)
#define USERS_MANY	5		/* from one address is no chance */

static cJSON *
body_of(struct doctor *d, struct reply *r)
{
	enum json_verdict verdict;
	const char *why;

	return json_parse(d->mem, buf_str(&r->body), r->body.len, &verdict,
	    &why);
}

/* -------------------------------------------------------------- well-known */

static bool
same_url(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	while (n > 0 && a[n - 1] == '/')
		n--;
	while (m > 0 && b[m - 1] == '/')
		m--;
	return n == m && strncmp(a, b, n) == 0;
}

static const struct remedy serve_it = { .of = {
	[WEB_NGINX] = "include mxcgi-well-known.conf in the server {} of the "
	    "server's name, and name the server in base_url of mxcgi.conf",
	[WEB_APACHE] = "Define MXCGI_WELL_KNOWN before the Include, in the "
	    "<VirtualHost> of the server's name, and set base_url",
	[WEB_LIGHTTPD] = "serve a file .well-known/matrix/client with "
	    "{\"m.homeserver\":{\"base_url\":\"...\"}} and "
	    "Access-Control-Allow-Origin: * at the server's name",
} };

static void
judge_well_known(struct doctor *d, struct reply *r, const char *url)
{
	const char *want = conf_url(d->conf, d->mem);
	const char *told = json_text(json_get(body_of(d, r), "m.homeserver"),
	    "base_url");
	const char *means = "Who types only the server's name into a client "
	    "does not get in.";
	unsigned times;
	const char *origin = reply_header(d, r, "Access-Control-Allow-Origin",
	    &times);

	if (r->status == 0)
		wrong(d, arena_printf(d->mem, "%s cannot be asked: %s", url,
		    r->error), means, serve_it);
	else if (r->status != 200 || told == NULL)
		wrong(d, arena_printf(d->mem, "%s tells no address (status %d)",
		    url, r->status), means, serve_it);
	else if (!same_url(told, want))
		wrong(d, arena_printf(d->mem, "%s tells %s, and base_url is "
		    "%s", url, told, want), means, serve_it);
	else if (origin == NULL || strcmp(origin, "*") != 0 || times > 1)
		wrong(d, arena_printf(d->mem, "%s lacks "
		    "Access-Control-Allow-Origin: *", url),
		    "Clients in browsers do not find the server.", serve_it);
}

/* A URL without its path. */
static const char *
root_of(struct doctor *d, const char *url)
{
	size_t n = (size_t)(strstr(url, "://") + 3 - url);

	return arena_strndup(d->mem, url, n + strcspn(url + n, "/"));
}

/* Where the name is that of the front door, clients need not be told. */
void
check_well_known(struct doctor *d)
{
	const char *host = host_of(d->mem, d->conf->server_name);
	bool same = strcasecmp(host, host_of(d->mem, d->url)) == 0;
	const char *url = arena_printf(d->mem,
	    "%s%s/.well-known/matrix/client", same ? "" : "https://",
	    same ? root_of(d, d->url) : host);
	struct reply r;

	if (same && (d->conf->base_url == NULL || !d->reached)) {
		skip(d, d->reached ? "the server's name is its address" :
		    "the programs are not reached");
		return;
	}
	if (d->conf->base_url == NULL) {
		warn(d, arena_printf(d->mem, "the server is reached at %s, and "
		    "base_url does not say so", d->url), "Clients are told that "
		    "it is at its name.", REMEDY(arena_printf(d->mem,
		    "base_url = %s in [server] of mxcgi.conf", d->url)));
		return;
	}
	front_ask(d, &(struct ask){ .path = url }, &r);
	judge_well_known(d, &r, url);
}

/* ------------------------------------------------------------ who answers */

static const char *
endpoint(const struct doctor *d, const char *query)
{
	return arena_printf(d->mem,
	    "/_matrix/client/unstable/org.mxcgi/doctor/%s%s", d->key, query);
}

static bool
ask_programs(struct doctor *d)
{
	struct reply r;
	cJSON *body;

	if (!d->reached || d->key == NULL) {
		skip(d, d->reached ? "run_dir cannot be written" :
		    "the programs are not reached");
		return false;
	}
	front_ask(d, &(struct ask){ .path = endpoint(d, "") }, &r);
	body = body_of(d, &r);
	d->told.version = json_text(body, "version");
	d->told.address = json_text(body, "address");
	json_int(body, "uid", &d->told.uid);
	d->told.folder = json_is_true(body, "folder");
	d->asked = r.status == 200 && d->told.version != NULL &&
	    d->told.address != NULL;
	return true;
}

void
check_answers(struct doctor *d)
{
	struct told *told = &d->told;

	if (!ask_programs(d))
		return;
	if (!d->asked)
		wrong(d, arena_printf(d->mem, "the programs that answer at %s "
		    "are others than those of this configuration", d->url),
		    "What this command shows and changes is not what clients "
		    "see.", REMEDY(arena_printf(d->mem, "run_dir %s must be "
		    "that of the programs: compare --config with MXCGI_CONFIG "
		    "of the web server or of `mxcgi run`; after an upgrade "
		    "renew the programs, and make the web server's "
		    "configuration anew with `fill`", d->conf->run_dir)));
	else if (strcmp(told->version, PACKAGE_VERSION) != 0)
		wrong(d, arena_printf(d->mem, "version %s answers, and this is "
		    "%s", told->version, PACKAGE_VERSION), "Old programs stop "
		    "when the database is migrated.", REMEDY("renew them: "
		    "`kill -HUP` the process of `mxcgi run`; as CGI give "
		    "`fill` --bin"));
	else if (told->uid != geteuid())
		wrong(d, arena_printf(d->mem, "the programs run as user %lld, "
		    "and data_dir belongs to %lld", (long long)told->uid,
		    (long long)geteuid()), "Files that one makes the other "
		    "cannot use.", REMEDY("run both as the same user (suEXEC, "
		    "or `mxcgi run` as the owner of data_dir)"));
}

/* --------------------------------------------------- where they come from */

static bool
is_public(const char *address)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST }, *list;
	bool public;

	if (getaddrinfo(address, NULL, &hints, &list) != 0)
		return false;
	public = address_public(list->ai_addr);
	freeaddrinfo(list);
	return public;
}

/* Without what tells that it is of the older kind. */
static const char *
bare(const char *address)
{
	return strncasecmp(address, "::ffff:", 7) == 0 ? address + 7 : address;
}

static bool
all_from_one(struct doctor *d)
{
	struct db *db;
	struct rows rows;
	int64_t users = 0, addresses = 0;

	if (d->store == NULL || !db_begin(db = d->store->main, TX_READ))
		return false;
	rows = db_query(db, STMT_DOCTOR_ADDRESSES,
	    DB_INT(clock_now_ms() - 7 * DAY_MS));
	if (rows_next(&rows)) {
		users = rows_int(&rows, 0);
		addresses = rows_int(&rows, 1);
	}
	rows_done(&rows);
	db_commit(db);
	return users >= USERS_MANY && addresses == 1;
}

/*
 * From within a private network the way to the front door may lead through the
 * same router as that of nobody else, so there the address tells nothing.
 */
void
check_address(struct doctor *d)
{
	const char *seen, *ours;

	if (!d->asked) {
		skip(d, "the programs could not be asked");
		return;
	}
	seen = bare(d->told.address);
	ours = bare(d->local_address);
	if (strcmp(seen, ours) == 0 ? !all_from_one(d) :
	    !is_public(ours) && strcmp(ours, "127.0.0.1") != 0 &&
	    strcmp(ours, "::1") != 0)
		return;
	warn(d, arena_printf(d->mem, "clients seem to come from %s, which is a "
	    "proxy's address", seen), "All of them share one rate limit: one "
	    "who guesses passwords locks out everybody.", (struct remedy){
	    .any = arena_printf(d->mem, "trusted_proxy = %s in [server] of "
	    "mxcgi.conf, and the proxy sends X-Forwarded-For", seen), .of = {
		[WEB_NGINX] = "or here: set_real_ip_from and real_ip_header "
		    "X-Forwarded-For",
		[WEB_APACHE] = "or here: mod_remoteip with RemoteIPHeader "
		    "X-Forwarded-For" } });
}

/* ------------------------------------------------------------- long polls */

void
check_poll(struct doctor *d)
{
	struct ask ask = { .ms = WAIT_MS + SPARE_MS };
	int64_t cgi_max = d->conf->cgi_wait_max_ms, want =
	    !d->resident && !d->on_demand && cgi_max < WAIT_MS ? cgi_max :
	    WAIT_MS;
	struct reply r;

	if (!d->asked) {
		skip(d, "the programs could not be asked");
		return;
	}
	ask.path = endpoint(d, arena_printf(d->mem, "?wait=%d", WAIT_MS));
	front_ask(d, &ask, &r);
	if (r.status == 429 || (r.status == 200 && r.ms < want - 1000))
		skip(d, r.status == 429 ? "all places to wait are taken" :
		    "the programs were renewed meanwhile");
	else if (r.status != 200)
		wrong(d, arena_printf(d->mem, "a request that waits is cut off "
		    "after %lld s (%s)", (long long)r.ms / 1000,
		    r.status == 0 ? r.error : arena_printf(d->mem, "status %d",
		    r.status)), "Clients hear of news late, and show that they "
		    "are offline.", (struct remedy){
		    .any = arena_printf(d->mem, "or make them wait less: "
		    "wait_max = %llds (as CGI: cgi_wait_max) in [serve] of "
		    "mxcgi.conf", (long long)(r.ms > 4000 ? r.ms / 1000 - 3 :
		    1)), .of = {
			[WEB_NGINX] = "fastcgi_read_timeout 200s; in location "
			    "/_matrix/ (a proxy in front: proxy_read_timeout)",
			[WEB_APACHE] = "ProxyTimeout 200, as CGI: TimeOut 200",
			[WEB_LIGHTTPD] = "server.max-write-idle = 200" } });
}

/* --------------------------------------------------------------- handover */

static bool
some_media(struct doctor *d, const char **path, int64_t *size)
{
	struct db *db;
	struct rows rows;

	*path = NULL;
	if (d->store == NULL || !db_begin(db = d->store->main, TX_READ))
		return false;
	rows = db_query(db, STMT_DOCTOR_MEDIA, DB_INT(d->conf->media_frozen_at));
	if (rows_next(&rows)) {
		*path = arena_printf(d->mem, "/_matrix/media/v3/download/%s/%s",
		    d->conf->server_name, rows_text(&rows, 0));
		*size = rows_int(&rows, 1);
	}
	rows_done(&rows);
	db_commit(db);
	return *path != NULL;
}

void
check_handover(struct doctor *d)
{
	bool nginx = d->conf->media_handover == HANDOVER_NGINX;
	const char *path, *length;
	struct reply r;
	unsigned times;
	int64_t size;

	if (d->conf->media_handover == HANDOVER_NONE || !d->reached ||
	    !some_media(d, &path, &size)) {
		skip(d, d->conf->media_handover == HANDOVER_NONE ?
		    "the programs write media themselves" :
		    "there are no media to look at");
		return;
	}
	front_ask(d, &(struct ask){ .path = path, .want = 1 }, &r);
	length = reply_header(d, &r, "Content-Length", &times);
	if (r.status != 200 || r.body.len == 0 || (length != NULL &&
	    strcmp(length, arena_printf(d->mem, "%lld", (long long)size)) != 0))
		wrong(d, arena_printf(d->mem, "media are handed over to the web "
		    "server, which does not send them (status %d)", r.status),
		    "Pictures and files cannot be opened.", (struct remedy){
		    .any = "or let the programs write them: handover = none in "
		    "[media] of mxcgi.conf", .of = {
			[WEB_NGINX] = nginx ? arena_printf(d->mem, "location "
			    "/_mxcgi/media/ { internal; alias %s/; }, which "
			    "nginx's user must be able to read",
			    d->conf->media_dir) : "handover = nginx in [media]",
			[WEB_APACHE] = nginx ? "handover = apache in [media]" :
			    arena_printf(d->mem, "load mod_xsendfile, XSendFile "
			    "on, XSendFilePath \"%s\", which Apache's user must "
			    "be able to read", d->conf->media_dir) } });
}

/*
 * conf.c - the configuration file, mxcgi.conf(5).
 *
 * The first fault is reported, since later ones often follow from it.
 */
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/appservice.h"
#include "base/arena.h"
#include "base/conf.h"
#include "base/conf_key.h"

#ifndef SYSCONFDIR
#define SYSCONFDIR	"/etc"
#endif
#ifndef LOCALSTATEDIR
#define LOCALSTATEDIR	"/var"
#endif
#ifndef RUNSTATEDIR
#define RUNSTATEDIR	"/run"
#endif

#define M		(1024u * 1024u)

static const char *const nothing[] = { NULL };
static const unsigned web_ports[] = { 80, 443, 0 };
static const struct conf_flow dummy_flow[] = {
	{ { "m.login.dummy" } }, { { NULL } }
};
static const struct conf_flow password_flow[] = {
	{ { "m.login.password" } }, { { NULL } }
};
/* How somebody without a token is to prove who they are: check_flows(). */
static const struct conf_flow email_flow[] = {
	{ { "m.login.email.identity" } }, { { NULL } }
};
static const struct conf_flow msisdn_flow[] = {
	{ { "m.login.msisdn" } }, { { NULL } }
};
static const struct conf_flow address_flows[] = {
	{ { "m.login.email.identity" } }, { { "m.login.msisdn" } }, { { NULL } }
};
static const struct conf_flow password_or_sso_flows[] = {
	{ { "m.login.password" } }, { { "m.login.sso" } }, { { NULL } }
};
static const struct conf_flow no_flow[] = { { { NULL } } };

/* The rates are those that Synapse ships, sends and logins made usable. */
static const struct conf defaults = {
	.data_dir = LOCALSTATEDIR "/lib/mxcgi",
	.run_dir = RUNSTATEDIR "/mxcgi",
	.log_level = LOG_INFO,
	.confine = true,
	.idle_exit_ms = 5 * 60 * 1000,
	.durability = DURABLE_POWER,
	.registration = false,
	.reserved = nothing,
	.password_min = 8,
	.password_cost = { .log_n = 15, .r = 8, .p = 1 },
	.access_token_ms = 60 * 60 * 1000,
	.login_token_ms = 2 * 60 * 1000,
	.next_links = nothing,
	.flows = {
		[FLOWS_register] = dummy_flow,
		[FLOWS_password] = password_flow,
		[FLOWS_add_3pid] = password_flow,
		[FLOWS_deactivate] = password_flow,
		[FLOWS_login_token] = password_flow,
		[FLOWS_delete_devices] = password_flow,
		[FLOWS_signing_keys] = password_flow,
	},
	.recaptcha_verify_url =
	    "https://www.google.com/recaptcha/api/siteverify",
	.recaptcha_script_url = "https://www.google.com/recaptcha/api.js",
	.sso_clients = nothing,
	.sso_schemes = nothing,
	.id_servers = nothing,
	.notify_after_ms = 10 * 60 * 1000,
	.notify_pause_ms = 10 * 60 * 1000,
	.notify_pause_max_ms = 24 * 60 * 60 * 1000,
	.outbound_allow = nothing,
	.outbound_ms = 10000,
	.room_version = "12",
	.room_version_2015 = "10",
	.upload_max = 50 * (int64_t)M,
	.media_quota = 10 * 1024 * (int64_t)M,
	.media_quota_files = 100000,
	.media_pending = 10,
	.media_unused_ms = 24 * 60 * 60 * 1000,
	.retention_least_ms = 24 * 60 * 60 * 1000,
	.media_frozen_at = INT64_MAX,
	.preview_deny = nothing,
	.preview_ports = web_ports,
	.preview_fresh_ms = 60 * 60 * 1000,
	.preview_kept_ms = 7 * 24 * 60 * 60 * 1000LL,
	.preview_entries = 10000,
	.preview_space = 1024 * (int64_t)M,
	.preview_page_max = 1 * M,
	.preview_picture_max = 10 * M,
	.turn_uris = nothing,
	.turn_ms = 24 * 60 * 60 * 1000,
	.registrations = nothing,
	.notices_name = "Server notices",
	.presence = true,
	.presence_idle_ms = 5 * 60 * 1000,
	.presence_offline_ms = 30000,
	.admin_api = true,
	.limits = true,
	.limit = {
		[LIMIT_login] = { 10, 0.2 },
		[LIMIT_register] = { 5, 0.05 },
		[LIMIT_send] = { 10, 0.2 },
		[LIMIT_join] = { 10, 0.1 },
		[LIMIT_invite] = { 10, 0.3 },
		[LIMIT_create] = { 10, 0.1 },
		[LIMIT_check] = { 10, 0.5 },
		[LIMIT_refresh] = { 20, 0.2 },
		[LIMIT_mail] = { 5, 0.02 },
		[LIMIT_account] = { 60, 1 },
		[LIMIT_report] = { 5, 1 },
		[LIMIT_identity] = { 5, 0.02 },
		[LIMIT_mark] = { 100, 10 },
		[LIMIT_login_account] = { 20, 0.05 },
		[LIMIT_guess] = { 5, 0.003 },
		[LIMIT_guess_account] = { 100, 0.1 },
		[LIMIT_mail_address] = { 3, 0.002 },
		[LIMIT_profile] = { 10, 0.2 },
		[LIMIT_to_device] = { 200, 20 },
		[LIMIT_keys] = { 100, 10 },
		[LIMIT_upload] = { 50, 10 },
		[LIMIT_preview] = { 60, 1 },
	},
	.body_max = 1 * M,
	.memory_max = 32 * M,
	.receive_ms = 30000,
	.send_ms = 60000,
	.wait_max_ms = 180000,
	.to_device_max = 64 * (int64_t)M,
	.user_waiters = 100,
	.cgi_waiters = 8,
	.cgi_wait_max_ms = 25000,
	.processes_rooms = 1,
	.processes_events = 1,
};
_Static_assert(LIMIT__MAX == 23, "a default for each rate class");

struct reading {
	struct arena	*mem;
	FILE		*file;
	struct conf	*conf;
	bool		 set[CONF_KEYS];
	int		 line;
	int		 fault_line;	/* 0: the file as a whole */
	const char	*fault;
};

__attribute__((format(printf, 2, 3)))
static void
complain(struct reading *r, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (r->fault != NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	r->fault = arena_strdup(r->mem, text);
	r->fault_line = r->line;
}

/*
 * inih does not tell its handler the line, cuts long lines in two, and takes
 * an indented line for more of the value before: all settled here.
 */
static char *
next_line(char *s, int size, void *stream)
{
	struct reading *r = stream;
	size_t n, blank;
	int c;

	if (fgets(s, size, r->file) == NULL)
		return NULL;
	r->line++;
	n = strlen(s);
	if ((n == 0 || s[n - 1] != '\n') && (c = getc(r->file)) != EOF) {
		complain(r, "the line is too long, or holds a NUL");
		while (c != EOF && c != '\n')
			c = getc(r->file);
	}
	blank = strspn(s, " \t");
	memmove(s, s + blank, n - blank + 1);
	return s;
}

/* "oidc NAME": the name, or NULL where it is another section. */
static const char *
oidc_name(const char *section)
{
	return strncmp(section, "oidc ", 5) == 0 ?
	    section + 5 + strspn(section + 5, " ") : NULL;
}

static int
set_key(void *user, const char *section, const char *name, const char *value)
{
	struct reading *r = user;
	const char *wrong;
	size_t i;

	if (oidc_name(section) != NULL) {
		wrong = conf_oidc_set(r->conf, r->mem, oidc_name(section), name,
		    value);
		if (wrong != NULL)
			complain(r, "[%s] %s: it %s", section, name, wrong);
		return r->fault == NULL;
	}
	for (i = 0; i < CONF_KEYS; i++)
		if (strcmp(conf_keys[i].section, section) == 0 &&
		    strcmp(conf_keys[i].name, name) == 0)
			break;
	if (i == CONF_KEYS) {
		complain(r, "[%s] %s is not a key that mxcgi.conf(5) knows",
		    section, name);
		return 0;
	}
	if (r->set[i] && !conf_keys[i].many)
		complain(r, "[%s] %s is set twice", section, name);
	r->set[i] = true;
	wrong = conf_keys[i].set(&(struct setting){ &conf_keys[i], value,
	    (char *)r->conf + conf_keys[i].offset, r->mem });
	if (wrong != NULL)
		complain(r, "[%s] %s = %s: it %s", section, name, value, wrong);
	return r->fault == NULL;
}

static bool
asks_for(const struct conf_flow *flow, const char *type)
{
	for (; flow->stage[0] != NULL; flow++)
		for (size_t i = 0; flow->stage[i] != NULL; i++)
			if (strcmp(flow->stage[i], type) == 0)
				return true;
	return false;
}

/* A stage that nobody could pass is a mistake. */
static void
check_flows(struct reading *r, enum conf_flows which, const char *name)
{
	const struct conf *conf = r->conf;
	const struct conf_flow *flow = conf->flows[which];
	bool identity = conf->id_servers[0] != NULL;

	if (asks_for(flow, "m.login.email.identity") &&
	    conf->mail_from == NULL && !identity)
		complain(r, "[uia] %s asks for email: that needs [mail] from, "
		    "or [identity] servers", name);
	if (asks_for(flow, "m.login.msisdn") &&
	    conf->msisdn_command == NULL && !identity)
		complain(r, "[uia] %s asks for msisdn: that needs [msisdn] "
		    "command, or [identity] servers", name);
	if (asks_for(flow, "m.login.recaptcha") &&
	    (conf->recaptcha_secret == NULL ||
	    conf->recaptcha_public_key == NULL))
		complain(r, "[uia] %s asks for recaptcha: that needs "
		    "[recaptcha] public_key and secret", name);
	if (asks_for(flow, "m.login.terms") && conf->policies == NULL)
		complain(r, "[uia] %s asks for terms: that needs [terms] "
		    "policy", name);
	if (which != FLOWS_register &&
	    (asks_for(flow, "m.login.registration_token") ||
	    asks_for(flow, "m.login.terms")))
		complain(r, "[uia] %s asks for what only register may: terms "
		    "or registration_token", name);
	if (which == FLOWS_register && (asks_for(flow, "m.login.password") ||
	    asks_for(flow, "m.login.token") || asks_for(flow, "m.login.sso")))
		complain(r, "[uia] register asks for password, token or sso, "
		    "which nobody has before");
	if (asks_for(flow, "m.login.sso") && conf->oidc == NULL)
		complain(r, "[uia] %s asks for sso: that needs a section "
		    "[oidc NAME]", name);
	if (which == FLOWS_reset && asks_for(flow, "m.login.dummy"))
		complain(r, "[uia] reset asks for dummy: then nobody would "
		    "know whose password it is");
}

static void
check_all_flows(struct reading *r)
{
	static const char *const names[] = {
#define X(name) #name,
		FLOWS(X)
#undef X
	};
	struct conf *conf = r->conf;
	bool identity = conf->id_servers[0] != NULL;
	bool email = conf->mail_from != NULL || identity;
	bool msisdn = conf->msisdn_command != NULL || identity;

	if (conf->flows[FLOWS_reset] == NULL)
		conf->flows[FLOWS_reset] = email && msisdn ? address_flows :
		    email ? email_flow : msisdn ? msisdn_flow : no_flow;
	/* Who has no password may show who they are as they log in. */
	for (int i = 0; conf->oidc != NULL && i < FLOWS__MAX; i++)
		if (conf->flows[i] == password_flow)
			conf->flows[i] = password_or_sso_flows;
	for (int i = 0; i < FLOWS__MAX; i++)
		check_flows(r, (enum conf_flows)i, names[i]);
	if (conf->mail_from != NULL &&
	    (conf->mail_command == NULL) == (conf->mail_smtp == NULL))
		complain(r, "[mail] from needs either command or smtp");
}

/* Clients get nothing that no server would take. */
static void
check_turn(struct reading *r)
{
	const struct conf *conf = r->conf;
	bool fixed = conf->turn_username != NULL || conf->turn_password != NULL;

	if ((conf->turn_uris[0] != NULL) !=
	    (conf->turn_secret != NULL || fixed))
		complain(r, "[turn] needs both uris and secret, or username "
		    "and password instead of secret");
	if (conf->turn_secret != NULL && fixed)
		complain(r, "[turn] needs either secret, or username and "
		    "password, not both");
	if ((conf->turn_username != NULL) != (conf->turn_password != NULL))
		complain(r, "[turn] username and password go together");
	if (conf->turn_ms < 1000)
		complain(r, "[turn] credentials_life must be a second at "
		    "least");
}

static void
read_registrations(struct reading *r)
{
	const char *const *path = r->conf->registrations;
	const char *fault;

	for (; *path != NULL && r->fault == NULL; path++)
		if ((fault = appservice_read(r->conf, r->mem, *path)) != NULL)
			complain(r, "[appservices] registration: %s", fault);
}

/* What the machine allows. */
static void
set_workers(struct conf *conf)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (conf->hash_workers == 0)
		conf->hash_workers = cores < 4 ? 1 : (unsigned)cores / 2;
	if (conf->thumbnailers == 0)
		conf->thumbnailers = cores < 2 ? 2 :
		    cores > 8 ? 8 : (unsigned)cores;
}

/* Each system has them elsewhere, and static programs have none to ask where. */
static const char *
find_certificates(void)
{
	static const char *const paths[] = {
		"/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/ssl/ca-bundle.pem",
		"/etc/ssl/cert.pem"
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (access(paths[i], R_OK) == 0)
			return paths[i];
	return NULL;
}

static void
check_whole(struct reading *r)
{
	struct conf *conf = r->conf;
	const char *wrong;

	r->line = 0;
	if (conf->server_name == NULL)
		complain(r, "[server] name is missing: the name of this "
		    "server, such as example.org, which stands behind the "
		    "colon in user ids");
	if (conf->memory_max / 4 < conf->body_max)
		complain(r, "[serve] memory_max must be at least four times "
		    "body_max");
	if ((wrong = conf_oidc_fault(conf, r->mem)) != NULL)
		complain(r, "%s", wrong);
	check_all_flows(r);
	if (conf->media_dir == NULL)
		conf->media_dir = arena_printf(r->mem, "%s/media",
		    conf->data_dir);
	if (CURL_LINKED && conf->outbound_ca_file == NULL)
		conf->outbound_ca_file = find_certificates();
	check_turn(r);
	read_registrations(r);
	set_workers(conf);
}

static void
read_file(struct reading *r)
{
	int line;

	r->file = fopen(r->conf->path, "re");
	if (r->file == NULL) {
		complain(r, "cannot be read: %s; mxcgi init makes one",
		    strerror(errno));
		return;
	}
	line = ini_parse_stream(next_line, r, set_key, r);
	if (ferror(r->file))
		complain(r, "cannot be read: %s", strerror(errno));
	fclose(r->file);
	/* The first line that inih refused; set_key may be why. */
	if (line > 0 && (r->fault == NULL || line < r->fault_line)) {
		r->fault = "neither [section] nor key = value";
		r->fault_line = line;
	}
	check_whole(r);
}

static char *
message(const struct reading *r)
{
	char *text = NULL;
	int n;

	if (r->fault_line > 0)
		n = asprintf(&text, "%s:%d: %s", r->conf->path, r->fault_line,
		    r->fault);
	else
		n = asprintf(&text, "%s: %s", r->conf->path, r->fault);
	return n < 0 ? NULL : text;
}

/* What was read is valid for as long as the program runs. */
static void
begin(struct reading *r, const char *path)
{
	static struct arena *mem;

	if (mem == NULL)
		mem = arena_new();
	*r = (struct reading){ .mem = mem };
	r->conf = arena_memdup(mem, &defaults, sizeof defaults);
	r->conf->path = arena_strdup(mem, path);
}

const struct conf *
conf_read(const char *path, char **why)
{
	struct reading r;

	begin(&r, path);
	read_file(&r);
	if (r.fault == NULL)
		return r.conf;
	*why = message(&r);
	return NULL;
}

const struct conf *
conf_new(const char *server_name)
{
	struct reading r;

	begin(&r, "");
	r.conf->server_name = arena_strdup(r.mem, server_name);
	check_whole(&r);
	return r.conf;
}

const char *
conf_url(const struct conf *conf, struct arena *mem)
{
	return conf->base_url != NULL ? conf->base_url :
	    arena_printf(mem, "https://%s", conf->server_name);
}

const char *
conf_base_path(const struct conf *conf)
{
	const char *host, *path;

	if (conf->base_url == NULL)
		return "";
	host = strstr(conf->base_url, "://") + 3;
	path = strchr(host, '/');
	return path != NULL ? path : "";
}

const struct conf *
conf_load(const char *path)
{
	const struct conf *conf;
	char *why = NULL;

	if (path == NULL)
		path = getenv("MXCGI_CONFIG");
	if (path == NULL)
		path = SYSCONFDIR "/mxcgi/mxcgi.conf";
	conf = conf_read(path, &why);
	if (conf == NULL)
		log_fatal("%s", why == NULL ? "out of memory" : why);
	return conf;
}

/* conf.c - the configuration file: defaults, values, and each way to err. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/conf.h"
#include "tap.h"

static char path[] = "/tmp/mxcgi-conf-XXXXXX";

static const struct conf *
read_bytes(const char *text, size_t n, char **why)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fwrite(text, 1, n, f) != n || fclose(f) != 0) {
		perror(path);
		exit(2);
	}
	*why = NULL;
	return conf_read(path, why);
}

static const struct conf *
read_text(const char *text, char **why)
{
	return read_bytes(text, strlen(text), why);
}

static void
test_defaults(void)
{
	char *why;
	const struct conf *c = read_text("[server]\nname = example.org\n",
	    &why);

	if (!ok(c != NULL, "a server name is enough"))
		return;
	is_text(c->path, path, "path");
	is_text(c->server_name, "example.org", "server_name");
	is_text(c->base_url, NULL, "base_url is not stated");
	is_text(conf_base_path(c), "", "and so has no path");
	ok(c->data_dir[0] == '/' && c->run_dir[0] == '/', "directories");
	is_text(c->trusted_proxy, NULL, "no proxy is trusted");
	is_int(c->log_level, LOG_INFO, "log_level");
	ok(c->admin_api, "admin_api");
	is_int(c->durability, DURABLE_POWER, "durability");
	is_int(c->registration, false, "registration is closed");
	is_int(c->password_cost.log_n, 15, "password_log_n");
	is_int(c->password_cost.r, 8, "password_r");
	is_int(c->password_cost.p, 1, "password_p");
	ok(c->hash_workers >= 1, "hash_workers: at least one");
	ok(c->thumbnailers >= 2 && c->thumbnailers <= 8, "thumbnailers");
	is_text(c->room_version, "12", "version");
	is_text(c->room_version_2015, "10", "version_2015");
	ok(c->turn_uris[0] == NULL && !c->turn_guests, "no TURN server");
	is_int(c->turn_ms, 86400000, "credentials_life");
	is_text(c->notices_user, NULL, "no server notices");
	is_text(c->notices_name, "Server notices", "name of those");
	is_int(c->limits, true, "limits are on");
	ok(c->limit[LIMIT_none].burst == 0, "none has no rate");
	ok(c->limit[LIMIT_send].burst == 10 &&
	    c->limit[LIMIT_send].per_second == 0.2, "send");
	for (int i = LIMIT_none + 1; i < LIMIT__MAX; i++)
		ok(c->limit[i].burst >= 1 && c->limit[i].per_second > 0,
		    "rate class %d", i);
	is_int((int64_t)c->body_max, 1 << 20, "body_max");
	is_int((int64_t)c->memory_max, 32 << 20, "memory_max");
	is_int(c->receive_ms, 30000, "receive_timeout");
	is_int(c->send_ms, 60000, "send_timeout");
	is_int(c->wait_max_ms, 180000, "wait_max");
	is_int(c->cgi_waiters, 8, "cgi_waiters");
	is_int(c->cgi_wait_max_ms, 25000, "cgi_wait_max");
	is_int(c->processes_rooms, 1, "processes_rooms");
	is_int(c->processes_events, 1, "processes_events");
}

static void
test_values(void)
{
	static const char text[] =
	    "# a comment\n; another\n\n"
	    "[server]\n"
	    "name = matrix.example.org:8448\n"
	    "base_url: https://matrix.example.org/ ; a comment\n"
	    "data_dir=/srv/matrix/\n"
	    "run_dir = /run/m\r\n"
	    "trusted_proxy = ::1\n"
	    "log_level = debug\n"
	    "admin_api = no\n"
	    "[store]\ndurability = process\n"
	    "[accounts]\n"
	    "  registration = open\n"
	    "\tpassword_log_n = 4\n"
	    "password_r = 2\npassword_p = 3\nhash_workers = 5\n"
	    "[media]\nthumbnailers = 7\n"
	    "[rooms]\nversion = 11\nversion_2015 = 6\n"
	    "[limits]\nenabled = no\n"
	    "login = 1/0.1\nregister = 2/0.2\nsend = 3/0.3\n"
	    "join = 4/0.4\ninvite = 5/0.5\ncreate = 6/1e3\n"
	    "[serve]\n"
	    "body_max = 64K\nmemory_max = 1m\nreceive_timeout = 250\n"
	    "send_timeout = 3s\nwait_max = 0\ncgi_waiters = 0\n"
	    "cgi_wait_max = 7ms\nprocesses_rooms = 4\nprocesses_events = 64";
	char *why;
	const struct conf *c = read_text(text, &why);

	if (!ok(c != NULL, "every key can be set")) {
		printf("# %s\n", why);
		free(why);
		return;
	}
	is_text(c->server_name, "matrix.example.org:8448", "name");
	is_text(c->base_url, "https://matrix.example.org",
	    "base_url: a colon does, the last slash goes, so does the comment");
	is_text(conf_base_path(c), "", "base_url without a path");
	is_text(c->data_dir, "/srv/matrix", "data_dir");
	is_text(c->run_dir, "/run/m", "run_dir: CR LF ends a line too");
	is_text(c->trusted_proxy, "::1", "trusted_proxy");
	is_int(c->log_level, LOG_DEBUG, "log_level");
	ok(!c->admin_api, "admin_api");
	is_int(c->durability, DURABLE_PROCESS, "durability");
	is_int(c->registration, true, "registration: indented");
	is_int(c->password_cost.log_n, 4, "password_log_n");
	is_int(c->password_cost.r, 2, "password_r");
	is_int(c->password_cost.p, 3, "password_p");
	is_int(c->hash_workers, 5, "hash_workers");
	is_int(c->thumbnailers, 7, "thumbnailers");
	is_text(c->room_version, "11", "version");
	is_text(c->room_version_2015, "6", "version_2015");
	is_int(c->limits, false, "limits");
	for (int i = LIMIT_login; i <= LIMIT_invite; i++)
		ok(c->limit[i].burst == i && c->limit[i].per_second == i / 10.0,
		    "rate class %d", i);
	ok(c->limit[LIMIT_create].burst == 6 &&
	    c->limit[LIMIT_create].per_second == 1000, "create");
	is_int((int64_t)c->body_max, 65536, "body_max");
	is_int((int64_t)c->memory_max, 1 << 20, "memory_max");
	is_int(c->receive_ms, 250, "receive_timeout: ms");
	is_int(c->send_ms, 3000, "send_timeout: s");
	is_int(c->wait_max_ms, 0, "wait_max");
	is_int(c->cgi_waiters, 0, "cgi_waiters");
	is_int(c->cgi_wait_max_ms, 7, "cgi_wait_max");
	is_int(c->processes_rooms, 4, "processes_rooms");
	is_int(c->processes_events, 64, "processes_events: no end of line");
}

static void
test_media(void)
{
	static const char text[] = "[server]\nname = a\n"
	    "[media]\nupload_max = 3G\nquota = 0\nquota_files = 7\n"
	    "pending = 0\nunused_life = 2h\nfrozen = 2026-12-31\n"
	    "handover = nginx\ndelete_redacted = yes\n";
	char *why;
	const struct conf *c = read_text(text, &why);

	if (!ok(c != NULL, "every key of media can be set")) {
		printf("# %s\n", why);
		free(why);
		return;
	}
	is_int(c->upload_max, 3LL << 30, "upload_max");
	is_int(c->media_quota, 0, "quota: no end");
	is_int(c->media_quota_files, 7, "quota_files");
	is_int(c->media_pending, 0, "pending");
	is_int(c->media_unused_ms, 7200000, "unused_life");
	is_int(c->media_frozen_at, 1798675200000, "frozen: since a day begins");
	is_int(c->media_handover, HANDOVER_NGINX, "handover");
	ok(c->media_delete_redacted, "delete_redacted");
	c = read_text("[server]\nname = a\ndata_dir = /x\n", &why);
	ok(c != NULL && strcmp(c->media_dir, "/x/media") == 0,
	    "directory: in data_dir");
	ok(c != NULL && c->media_frozen_at == INT64_MAX, "frozen: never");
	c = read_text("[server]\nname = a\nbase_url = https://a/~ann/mx/\n",
	    &why);
	is_text(c ? conf_base_path(c) : why, "/~ann/mx", "base_url with one");
	c = read_text("[server]\nname = a\n[media]\nfrozen = yes\n", &why);
	ok(c != NULL && c->media_frozen_at == 0, "frozen: yes");
}

/* What accounts ask of people, and with whom they talk. */
static void
test_accounts(void)
{
	static const char text[] =
	    "[server]\nname = a\n"
	    "[accounts]\nguests = yes\nreserved = admin\t_irc_*\n"
	    "password_min = 12\npassword_needs = upper symbol\n"
	    "access_token_life = 500ms\nrefresh_token_life = 60d\n"
	    "login_token_life = 90s\ntell_addresses = yes\n"
	    "next_links = https://app.example.org/ http://localhost\n"
	    "[uia]\nregister = terms registration_token | recaptcha  email\n"
	    "deactivate = password token msisdn\n"
	    "[terms]\npolicy = tos 1.0 en https://example.org/t The terms\n"
	    "policy = tos 1.0 fr http://example.org/f Conditions\n"
	    "[recaptcha]\npublic_key = p\nsecret = s\n"
	    "[mail]\nfrom = Us <a@b>\nsmtp = smtps://localhost:465\n"
	    "[msisdn]\ncommand = /bin/send -x\n"
	    "[identity]\nservers = id.example.org:8090 b\n"
	    "[preview]\nenabled = yes\ndeny = a.org *.b.org\n"
	    "ports = 80 8080\nfresh_life = 2h\n"
	    "[outbound]\nallow = 127.0.0.1 10.0.0.0/8 fd00::/8\n"
	    "timeout = 3s\n";
	const struct conf_flow *f;
	char *why;
	const struct conf *c = read_text(text, &why);

	if (!ok(c != NULL, "every key of accounts can be set")) {
		printf("# %s\n", why);
		free(why);
		return;
	}
	ok(c->guests && c->tell_addresses, "guests, tell_addresses");
	is_text(c->reserved[0], "admin", "reserved: one");
	is_text(c->reserved[1], "_irc_*", "... another");
	ok(c->reserved[2] == NULL, "... no more");
	is_int(c->password_min, 12, "password_min");
	ok(c->password_upper && c->password_symbol && !c->password_lower &&
	    !c->password_digit, "password_needs");
	is_int(c->access_token_ms, 500, "access_token_life");
	is_int(c->refresh_token_ms, 60 * 86400000LL, "refresh_token_life");
	is_int(c->login_token_ms, 90000, "login_token_life");
	is_text(c->next_links[1], "http://localhost", "next_links");
	f = c->flows[FLOWS_register];
	is_text(f[0].stage[0], "m.login.terms", "register: a stage");
	is_text(f[0].stage[1], "m.login.registration_token", "... another");
	ok(f[0].stage[2] == NULL, "... the end of a flow");
	is_text(f[1].stage[1], "m.login.email.identity", "... a second flow");
	ok(f[2].stage[0] == NULL, "... the end of the flows");
	is_text(c->flows[FLOWS_password][0].stage[0], "m.login.password",
	    "password: its default");
	is_text(c->flows[FLOWS_reset][1].stage[0], "m.login.msisdn",
	    "reset: by whatever can be confirmed");
	is_text(c->policies->language, "en", "policy: the first");
	is_text(c->policies->name, "The terms", "... its name has blanks");
	is_text(c->policies->next->language, "fr", "... the second");
	ok(c->policies->next->next == NULL, "... no more");
	ok(c->preview && c->preview_ports[0] == 80 &&
	    c->preview_ports[1] == 8080 && c->preview_ports[2] == 0,
	    "ports of previews");
	is_text(c->preview_deny[1], "*.b.org", "hosts that are denied");
	is_int(c->preview_fresh_ms, 7200000, "how long a preview is told");
	is_text(c->outbound_allow[2], "fd00::/8", "allow");
	is_int(c->outbound_ms, 3000, "timeout");
}

/* What clients and people are told of this server. */
static void
test_told(void)
{
	static const char text[] =
	    "[server]\nname = a\ndelegate = m.a:443\n"
	    "[turn]\nuris = turn:a?transport=udp  turns:b:443\n"
	    "secret = of both/ \ncredentials_life = 2h\nguests = yes\n"
	    "[support]\ncontact = admin @b:a b@a\n"
	    "contact = org.example.night c@a\npage = https://a/help/\n"
	    "[notices]\nuser = server.notices\nname = From us\n";
	char *why;
	const struct conf *c = read_text(text, &why);

	if (!ok(c != NULL, "every key of what is told can be set")) {
		printf("# %s\n", why);
		free(why);
		return;
	}
	is_text(c->delegate, "m.a:443", "delegate");
	is_text(c->turn_uris[1], "turns:b:443", "uris");
	ok(c->turn_uris[2] == NULL, "... no more");
	is_text(c->turn_secret, "of both/", "secret: slashes and all");
	is_int(c->turn_ms, 7200000, "credentials_life");
	ok(c->turn_guests, "guests");
	is_text(c->contacts->role, "m.role.admin", "contact: the first");
	is_text(c->contacts->matrix_id, "@b:a", "... on Matrix");
	is_text(c->contacts->email_address, "b@a", "... and by mail");
	is_text(c->contacts->next->role, "org.example.night", "the second");
	is_text(c->contacts->next->matrix_id, NULL, "... by mail alone");
	ok(c->contacts->next->next == NULL, "... no more");
	is_text(c->support_page, "https://a/help", "page");
	is_text(c->notices_user, "server.notices", "user");
	is_text(c->notices_name, "From us", "name");
}

/* Each is refused, and the message names the line and holds the words. */
static const struct {
	const char	*text;
	int		 line;		/* 0: none */
	const char	*words;
} faults[] = {
	{ "", 0, "[server] name is missing" },
	{ "[server]\nlog_level = info\n", 0, "[server] name is missing" },
	{ "[server]\nname =\n", 2, "host name" },
	{ "[server]\nname = exa mple\n", 2, "host name" },
	{ "[server]\nname = a/b\n", 2, "host name" },
	{ "[server]\nname = a:\n", 2, "host name" },
	{ "[server]\nname = a:65536\n", 2, "host name" },
	{ "[server]\nname = a:123456\n", 2, "host name" },
	{ "[server]\nname = :80\n", 2, "host name" },
	{ "[server]\nname = [::1\n", 2, "host name" },
	{ "[server]\nname = [::g]\n", 2, "host name" },
	{ "[server]\nname = @a:b\n", 2, "host name" },
	{ "[server]\nnmae = a\n", 2, "nmae is not a key" },
	{ "[servr]\nname = a\n", 2, "[servr] name is not a key" },
	{ "name = a\n", 1, "is not a key" },
	{ "[server]\nname = a\nname = b\n", 3, "set twice" },
	{ "[server]\nname = a\n  name = b\n", 3, "set twice" },
	{ "[server]\nname = a\nrubbish\n", 3, "neither" },
	{ "[server]\nname = a\n[store\n", 3, "neither" },
	{ "[server]\nrubbish\nname = @\n", 2, "neither" },
	{ "[server]\nname = @\nrubbish\n", 2, "host name" },
	{ "[server]\nbase_url = example.org\n", 2, "http://" },
	{ "[server]\nbase_url = https://\n", 2, "http://" },
	{ "[server]\ndata_dir = var\n", 2, "absolute" },
	{ "[server]\nrun_dir = ./run\n", 2, "absolute" },
	{ "[server]\nrun_dir = /23456789/123456789/123456789/123456789"
	    "/123456789/123456789/123456789/1234567890x\n", 2,
	    "80 characters" },
	{ "[server]\ntrusted_proxy = localhost\n", 2, "IP address" },
	{ "[server]\nlog_level = INFO\n", 2, "debug, info" },
	{ "[store]\ndurability = yes\n", 2, "power or process" },
	{ "[accounts]\nregistration = yes\n", 2, "open or closed" },
	{ "[accounts]\npassword_log_n = 0\n", 2, "from 1 to 24" },
	{ "[accounts]\npassword_log_n = 25\n", 2, "from 1 to 24" },
	{ "[accounts]\npassword_log_n = 1K\n", 2, "from 1 to 24" },
	{ "[accounts]\nhash_workers = -1\n", 2, "from 1 to 64" },
	{ "[media]\nthumbnailers = 0\n", 2, "from 1 to 64" },
	{ "[accounts]\nhash_workers =\n", 2, "from 1 to 64" },
	{ "[accounts]\nhash_workers = 99999999999999999999\n", 2, "1 to 64" },
	{ "[accounts]\naccess_token_life = 5\n", 2, "500ms, 30s" },
	{ "[accounts]\naccess_token_life = 0\n", 2, "500ms, 30s" },
	{ "[accounts]\nrefresh_token_life = -1s\n", 2, "0 for no end" },
	{ "[accounts]\nrefresh_token_life = 99999999999d\n", 2, "no end" },
	{ "[accounts]\npassword_needs = lower case\n", 2, "any of lower" },
	{ "[accounts]\nnext_links = app.example.org\n", 2, "URLs" },
	{ "[uia]\nregister =\n", 2, "must be flows" },
	{ "[uia]\nregister = dummy |\n", 2, "must be flows" },
	{ "[uia]\nregister = m.login.dummy\n", 2, "must be flows" },
	{ "[uia]\nregister = dummy dummy dummy dummy dummy dummy dummy dummy"
	    " dummy\n", 2, "must be flows" },
	{ "[server]\nname = a\n[uia]\nregister = terms\n", 0, "policy" },
	{ "[server]\nname = a\n[uia]\nregister = email\n", 0, "[mail] from" },
	{ "[server]\nname = a\n[uia]\nregister = msisdn\n", 0, "[msisdn]" },
	{ "[server]\nname = a\n[uia]\nregister = recaptcha\n", 0, "secret" },
	{ "[server]\nname = a\n[uia]\nregister = password\n", 0, "nobody has" },
	{ "[server]\nname = a\n[uia]\nreset = dummy\n", 0, "nobody would" },
	{ "[server]\nname = a\n[uia]\npassword = registration_token\n", 0,
	    "only register" },
	{ "[server]\nname = a\n[mail]\nfrom = a@b\n", 0, "command or smtp" },
	{ "[terms]\npolicy = tos 1.0 en example.org x\n", 2, "ID VERSION" },
	{ "[terms]\npolicy = tos 1.0 en https://example.org\n", 2, "ID VER" },
	{ "[mail]\nsmtp = localhost:25\n", 2, "smtp://HOST" },
	{ "[oidc]\nissuer = https://a\n", 2, "not a key" },
	{ "[oidc a b]\nissuer = https://a\n", 2, "letters" },
	{ "[oidc a]\nissuer = http://example.org\n", 2, "https://" },
	{ "[oidc a]\nissuer = http://127.0.0.1.example.org\n", 2, "https://" },
	{ "[oidc a]\nissuer = https://a/?b\n", 2, "https://" },
	{ "[oidc a]\nname = a\nname = b\n", 3, "twice" },
	{ "[oidc a]\nsecret = a\n", 2, "not a key" },
	{ "[oidc a]\nscopes = profile email\n", 2, "openid" },
	{ "[oidc a]\nscopes = openidx\n", 2, "openid" },
	{ "[oidc a]\nicon = https://a/b\n", 2, "mxc://" },
	{ "[oidc a]\nbrand = Git Hub\n", 2, "lower case" },
	{ "[server]\nname = a\n[oidc a]\nissuer = https://a\n", 0,
	    "client_id" },
	{ "[server]\nname = a\n[oidc a]\nissuer = https://a\n"
	    "client_id = b\n[oidc b]\nissuer = https://a\nclient_id = b\n", 0,
	    "has the issuer" },
	{ "[server]\nname = a\n[oidc a]\nissuer = https://a\n"
	    "client_id = b\nclient_secret = c\nclient_secret_file = /d\n", 0,
	    "either" },
	{ "[server]\nname = a\n[uia]\ndeactivate = sso\n", 0, "[oidc NAME]" },
	{ "[uia]\nregister = sso\n[server]\nname = a\n", 0, "before" },
	{ "[sso]\nschemes = javascript\n", 2, "never" },
	{ "[sso]\nschemes = Element\n", 2, "lower case" },
	{ "[sso]\nclients = app.example.org\n", 2, "beginnings" },
	{ "[mail]\ncommand = sendmail -t\n", 2, "absolute path" },
	{ "[preview]\nports = 80 http\n", 2, "ports" },
	{ "[preview]\nports = 0\n", 2, "ports" },
	{ "[preview]\nports = 65536\n", 2, "ports" },
	{ "[outbound]\nallow = localhost\n", 2, "networks" },
	{ "[outbound]\nallow = 127.0.0.1/33\n", 2, "networks" },
	{ "[outbound]\nallow = 127.0.0.1/x\n", 2, "networks" },
	{ "[rooms]\nversion =\n", 2, "1 to 32 characters" },
	{ "[server]\ndelegate = https://a\n", 2, "host name" },
	{ "[media]\nupload_max = 0\n", 2, "bytes" },
	{ "[media]\nupload_max = 5T\n", 2, "K, M and G" },
	{ "[media]\nquota = -1\n", 2, "0 for no end" },
	{ "[media]\nquota = 99999999999G\n", 2, "0 for no end" },
	{ "[media]\nfrozen = 31.12.2026\n", 2, "such as 2026-12-31" },
	{ "[media]\nfrozen = 2026-12-31x\n", 2, "such as 2026-12-31" },
	{ "[media]\nhandover = caddy\n", 2,
	    "none, nginx, apache or lighttpd" },
	{ "[media]\ndirectory = media\n", 2, "absolute path" },
	{ "[turn]\nuris = stun:a\n", 2, "URIs such as turn:" },
	{ "[server]\nname = a\n[turn]\nuris = turn:a\n", 0, "both uris" },
	{ "[server]\nname = a\n[turn]\nsecret = a\n", 0, "both uris" },
	{ "[server]\nname = a\n[turn]\nuris = turn:a\nusername = b\n", 0,
	    "go together" },
	{ "[server]\nname = a\n[turn]\nuris = turn:a\nsecret = b\n"
	    "username = c\npassword = d\n", 0, "not both" },
	{ "[server]\nname = a\n[turn]\ncredentials_life = 999ms\n", 0,
	    "a second" },
	{ "[support]\ncontact = admin\n", 2, "must be ROLE" },
	{ "[support]\ncontact = boss @a:b\n", 2, "must be ROLE" },
	{ "[support]\ncontact = admin @a\n", 2, "must be ROLE" },
	{ "[support]\ncontact = admin a@b c@d\n", 2, "must be ROLE" },
	{ "[support]\npage = help.html\n", 2, "http://" },
	{ "[notices]\nuser = @a:b\n", 2, "letters a-z" },
	{ "[notices]\nuser =\n", 2, "1 to 200 characters" },
	{ "[limits]\nenabled = off\n", 2, "yes or no" },
	{ "[limits]\nsend = 10\n", 2, "BURST/PER_SECOND" },
	{ "[limits]\nsend = 0/1\n", 2, "BURST/PER_SECOND" },
	{ "[limits]\nsend = 1/0\n", 2, "BURST/PER_SECOND" },
	{ "[limits]\nsend = 1/nan\n", 2, "BURST/PER_SECOND" },
	{ "[limits]\nsend = inf/1\n", 2, "BURST/PER_SECOND" },
	{ "[limits]\nsend = 1/1x\n", 2, "BURST/PER_SECOND" },
	{ "[limits]\nnone = 1/1\n", 2, "not a key" },
	{ "[serve]\nbody_max = 1\n", 2, "from 65536" },
	{ "[serve]\nbody_max = 1T\n", 2, "K and M" },
	{ "[serve]\nbody_max = 4194304K\n", 2, "K and M" },
	{ "[serve]\nwait_max = 1h\n", 2, "s may follow" },
	{ "[serve]\nwait_max = 601s\n", 2, "600000" },
	{ "[server]\nname = a\n[serve]\nbody_max = 1M\nmemory_max = 3M\n", 0,
	    "four times" },
};

static void
refused(const char *text, size_t n, int line, const char *words)
{
	char *why, where[64] = "";
	const struct conf *c = read_bytes(text, n, &why);

	if (line > 0)
		snprintf(where, sizeof where, ":%d", line);
	strcat(where, ": ");
	ok(c == NULL && why != NULL &&
	    strncmp(why, path, strlen(path)) == 0 &&
	    strncmp(why + strlen(path), where, strlen(where)) == 0 &&
	    strstr(why, words) != NULL, "refused: %.200s", text);
	printf("# %s\n", why == NULL ? "no message" : why);
	free(why);
}

static void
test_faults(void)
{
	static const char nul[] = "[server]\nname = a\0b\nlog_level = info\n";
	char long_line[1000];

	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		refused(faults[i].text, strlen(faults[i].text), faults[i].line,
		    faults[i].words);

	snprintf(long_line, sizeof long_line, "[server]\ndata_dir = /%0900d\n",
	    0);
	refused(long_line, strlen(long_line), 2, "too long");
	refused(nul, sizeof nul - 1, 2, "NUL");
}

/* The words that are defaults can be said, too. */
static void
test_words(void)
{
	char *why;
	const struct conf *c = read_text("[server]\nname = a\n"
	    "[store]\ndurability = power\n[accounts]\nregistration = closed\n"
	    "[limits]\nenabled = yes\n", &why);

	ok(c != NULL && c->durability == DURABLE_POWER && !c->registration &&
	    c->limits, "power, closed, yes");
	free(why);
	c = read_text("[server]\nname = a\ndata_dir = /\n", &why);
	is_text(c == NULL ? NULL : c->data_dir, "/", "the root is a path");
	free(why);
}

static void
test_names(void)
{
	static const char *const names[] = {
		"a", "EXAMPLE.org", "1.2.3.4", "1.2.3.4:8448", "a:65535",
		"[::1]",
		"[2001:db8::1]:443", "localhost:8008",
	};
	char text[300], *why;
	const struct conf *c;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(text, sizeof text, "[server]\nname = %s\n", names[i]);
		c = read_text(text, &why);
		is_text(c == NULL ? NULL : c->server_name, names[i],
		    "server name %s", names[i]);
		free(why);
	}
}

static void
test_files(void)
{
	char *why = NULL;

	ok(conf_read("/nowhere/mxcgi.conf", &why) == NULL &&
	    strstr(why, "cannot be read") != NULL, "no such file");
	free(why);
	ok(conf_read("/tmp", &why) == NULL &&
	    strstr(why, "cannot be read") != NULL, "a directory");
	free(why);
}

/* The file named, else that of the environment; a fault ends the program. */
static void
test_load(void)
{
	int status = 0;
	char *why;
	pid_t pid;

	read_text("[server]\nname = loaded\n", &why);
	setenv("MXCGI_CONFIG", path, 1);
	is_text(conf_load(NULL)->server_name, "loaded", "by the environment");
	setenv("MXCGI_CONFIG", "/nowhere/mxcgi.conf", 1);
	is_text(conf_load(path)->server_name, "loaded", "by its path");

	fflush(stdout);
	if ((pid = fork()) == 0) {
		fclose(stderr);
		close(STDERR_FILENO);
		conf_load(NULL);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 1,
	    "without it the program ends");
}

int
main(void)
{
	int fd = mkstemp(path);

	if (fd < 0) {
		perror(path);
		return 2;
	}
	close(fd);
	test_defaults();
	test_values();
	test_media();
	test_accounts();
	test_told();
	test_faults();
	test_words();
	test_names();
	test_files();
	test_load();
	unlink(path);
	return done_testing();
}

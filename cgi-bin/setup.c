/*
 * setup.c - the page that sets a server up where its administrator can do no more
 * than put files there: as setup.cgi, opened in a browser.  folder.h says what is
 * there besides.
 *
 * Anybody may open it before its owner does, so it does nothing without a key,
 * which it puts into a file that only the owner of the folder can read.  When it
 * has done its work the key is gone, and it does nothing any more.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/fd.h"
#include "base/log.h"
#include "serve/life.h"
#include "serve/run.h"
#include "setup.h"

#define FORM_MAX	8192
#define WRONG_KEY_S	1	/* so that nobody tries many */

/* It serves no route, but its pages are made like those of all others. */
static const struct route no_routes[] = { { .method = NULL } };
const struct program program = { .name = "setup", .routes = no_routes };

/* ------------------------------------------------------------ what is asked */

static const char *
environment(const char *name)
{
	const char *value = getenv(name);

	return value != NULL ? value : "";
}

/* Without a port: that is seldom meant. */
static const char *
host_name(const struct setup *s)
{
	const char *host = environment("HTTP_HOST");

	return arena_strndup(s->r->mem, host, strcspn(host, ":"));
}

/* Of this folder, as the browser reached it. */
static const char *
folder_address(const struct setup *s)
{
	const char *https = environment("HTTPS");
	const char *script = environment("SCRIPT_NAME");
	const char *slash = strrchr(script, '/');
	bool secure = strcmp(environment("REQUEST_SCHEME"), "https") == 0 ||
	    strcmp(environment("HTTP_X_FORWARDED_PROTO"), "https") == 0 ||
	    (*https != '\0' && strcmp(https, "off") != 0);

	return arena_printf(s->r->mem, "%s://%s%.*s",
	    secure ? "https" : "http", environment("HTTP_HOST"),
	    slash != NULL ? (int)(slash - script) : 0, script);
}

static const char *
field(const struct setup *s, const char *name, const char *otherwise)
{
	const char *value = req_form(s->r, name);

	return value != NULL ? value : otherwise;
}

/* "https://example.org/mxcgi/" is meant like that without the last slash. */
static const char *
without_slash(const struct setup *s, const char *url)
{
	size_t n = strlen(url);

	while (n > 0 && url[n - 1] == '/')
		n--;
	return arena_strndup(s->r->mem, url, n);
}

static void
read_wish(struct setup *s)
{
	s->wish = (struct wish){
		.key = field(s, "key", ""),
		.server_name = field(s, "server_name", host_name(s)),
		.address = without_slash(s, field(s, "address",
		    folder_address(s))),
		.user = field(s, "user", ""),
		.password = field(s, "password", ""),
		.again = field(s, "again", ""),
	};
}

/* To its end, however long: some web servers drop answers to what was not read. */
static bool
read_form(struct setup *s)
{
	char *text = arena_alloc(s->r->mem, FORM_MAX), rest[FORM_MAX];
	size_t want = strtoul(environment("CONTENT_LENGTH"), NULL, 10);
	size_t have = 0;
	ssize_t n = 1;

	while (have < want && (n > 0 || errno == EINTR)) {
		bool fits = have < FORM_MAX;

		n = read(0, fits ? text + have : rest,
		    fits ? FORM_MAX - have : FORM_MAX);
		have += n > 0 ? (size_t)n : 0;
	}
	s->r->raw = (struct span){ text, have < FORM_MAX ? have : FORM_MAX };
	return have >= want && want <= FORM_MAX;
}

/* ---------------------------------------------------------------- the pages */

static enum mx_err
trouble_page(struct setup *s, const char *why)
{
	struct page p;

	page_begin(&p, s->r, "Not yet");
	page_text(&p, "The server cannot be set up here as things are.");
	page_warning(&p, why);
	return page_end(&p, M_BAD_REQUEST);
}

static enum mx_err
over_page(struct setup *s)
{
	struct page p;

	page_begin(&p, s->r, "Already done");
	page_text(&p, "This server has been set up. There is nothing more to "
	    "do here, and this page can be deleted.");
	return page_end(&p, M_FORBIDDEN);
}

static void
server_fields(struct page *p, const struct wish *w)
{
	page_input(p, &(struct page_input){ "Server name: the part behind the "
	    "colon in @you:example.org. It can never be changed.",
	    "server_name", "text", w->server_name, NULL });
	page_input(p, &(struct page_input){ "Address of this folder",
	    "address", "text", w->address, NULL });
}

static enum mx_err
form_page(struct setup *s, const char *why)
{
	const struct wish *w = &s->wish;
	struct page p;

	page_begin(&p, s->r, "Set up your server");
	if (why != NULL)
		page_warning(&p, why);
	page_text(&p, "To show that this folder is yours, open this file by "
	    "FTP, and copy what it says:");
	page_value(&p, s->key_path);
	page_form(&p);
	page_input(&p, &(struct page_input){ "Key", "key", "text",
	    *w->key != '\0' && place_key_matches(s) ? w->key : NULL, NULL });
	if (s->begun)
		page_text(&p, "The server's name is %s.",
		    s->conf->server_name);
	else
		server_fields(&p, w);
	page_input(&p, &(struct page_input){ "Your username", "user", "text",
	    w->user, "username" });
	page_input(&p, &(struct page_input){ "Your password", "password",
	    "password", NULL, "new-password" });
	page_input(&p, &(struct page_input){ "The password again", "again",
	    "password", NULL, "new-password" });
	page_form_end(&p, "Set up");
	return page_end(&p, why == NULL ? M_OK : M_FORBIDDEN);
}

static void
discovery_help(struct page *p, const struct setup *s)
{
	page_heading(p, "Let clients find it");
	if (s->discovered != NULL) {
		page_text(p, "Clients that know the name %s look into this "
		    "file, which was made for them:", s->conf->server_name);
		page_value(p, s->discovered);
		return;
	}
	page_text(p, "So that clients find the server by its name alone, put "
	    "a file there that says this, open to pages of any origin "
	    "(Access-Control-Allow-Origin: *):");
	page_value(p, arena_printf(p->r->mem,
	    "https://%s/.well-known/matrix/client", s->conf->server_name));
	page_command(p, make_discovery(s));
}

static enum mx_err
done_page(struct setup *s)
{
	struct page p;

	s->r->conf = s->conf;
	page_begin(&p, s->r, "Your server is ready");
	page_text(&p, "Log in with any Matrix client, as");
	page_value(&p, arena_printf(s->r->mem, "@%s:%s", s->wish.user,
	    s->conf->server_name));
	page_text(&p, "Where the client asks for the address of the server, "
	    "it is");
	page_value(&p, s->conf->base_url);
	discovery_help(&p, s);
	page_heading(&p, "Keep it tidy");
	page_text(&p, "Have this called once a minute, where your host has "
	    "cron jobs. It ends what requests began, and tells people's "
	    "telephones what is new.");
	page_command(&p, arena_printf(s->r->mem,
	    "MXCGI_CONFIG='%s' '%s/programs/housekeeper' --once",
	    s->conf_path, s->folder));
	page_heading(&p, "What is where");
	page_text(&p, "Users, rooms and reports are looked after on a page, "
	    "where you log in with the same name and password:");
	page_link(&p, arena_printf(s->r->mem, "%s/_matrix/static/admin",
	    s->conf->base_url), "Administration");
	page_text(&p, "Nobody else can register unless you change that in "
	    "mxcgi.conf, which is in this folder, as all data are:");
	page_value(&p, s->private_dir);
	page_text(&p, "Have a copy made every night, by a cron job "
	    "that calls");
	page_command(&p, arena_printf(s->r->mem,
	    "MXCGI_CONFIG='%s' '%s/programs/mxcgi' backup '%s-backup'",
	    s->conf_path, s->folder, s->private_dir));
	page_text(&p, "This page does nothing any more, and can be deleted.");
	return page_end(&p, M_OK);
}

/* ---------------------------------------------------------------- the request */

/* False: *why; what was begun before has its configuration. */
static bool
read_conf(struct setup *s, const char **why)
{
	char *fault = NULL;

	s->begun = access(s->conf_path, F_OK) == 0;
	if (!s->begun || (s->conf = conf_read(s->conf_path, &fault)) != NULL)
		return true;
	*why = fault != NULL ? fault : "There is no memory.";
	return false;
}

/* Who sends the form twice waits here, and hears that it is done. */
static enum mx_err
set_up(struct setup *s)
{
	const char *why = NULL;

	if (!place_key_matches(s)) {
		sleep(WRONG_KEY_S);
		return form_page(s, "That is not the key. It stands in the "
		    "file that is named here; open it by FTP, and copy all of "
		    "it.");
	}
	place_lock(s);
	if (place_is_done(s))
		return over_page(s);
	if (!read_conf(s, &why))
		return trouble_page(s, why);
	why = make_all(s);
	return why != NULL ? form_page(s, why) : done_page(s);
}

static enum mx_err
handle(struct setup *s)
{
	bool sent = strcmp(environment("REQUEST_METHOD"), "POST") == 0;
	bool whole = !sent || read_form(s);
	const char *why = place_find(s);

	if (why != NULL)
		return trouble_page(s, why);
	if (place_is_done(s))
		return over_page(s);
	if (!whole)
		return trouble_page(s, "The form is too long, or broke off. "
		    "Load this page again.");
	if (!read_conf(s, &why))
		return trouble_page(s, why);
	read_wish(s);
	return sent ? set_up(s) : form_page(s, NULL);
}

int
main(void)
{
	struct arena *mem = arena_new();
	struct life life = { .r = { .mem = mem, .conf = conf_new("mxcgi") } };
	struct setup setup = { .r = &life.r };
	struct span head;

	log_open("setup", LOG_WARN);
	crypto_open();
	life.r.life = &life;
	buf_init(&life.body, mem, REPLY_MAX);
	life.err = handle(&setup);
	head = life_response(&life);
	fd_write(1, head.s, head.n);
	fd_write(1, life.body.s, life.body.len);
	arena_free(mem);
	return 0;
}

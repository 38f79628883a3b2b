/* setup-make.c - the server, its first account, and where clients look. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/command.h"
#include "base/fd.h"
#include "json/writer.h"
#include "matrix/account.h"
#include "matrix/ids.h"
#include "setup.h"

#define PATIENCE_MS	60000
#define DISCOVERY_MAX	1024

static struct arena *
mem(const struct setup *s)
{
	return s->r->mem;
}

static const char *
failed(const struct setup *s, const char *path)
{
	return arena_printf(mem(s), "%s: %s. Put that right, and try again; "
	    "nothing is lost.", path, strerror(errno));
}

/* ------------------------------------------------------------ what is wished */

/* As it will stand in the configuration, and on pages. */
static bool
address_valid(const struct setup *s, const char *address)
{
	static const char more[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:[]/";

	return page_origin(mem(s), address) != NULL &&
	    address[strspn(address, more)] == '\0';
}

static const char *
look_at_server(const struct setup *s)
{
	const struct wish *w = &s->wish;

	if (!server_name_valid(w->server_name))
		return "That is no server name. It is a domain that is "
		    "yours, such as example.org.";
	if (!address_valid(s, w->address))
		return "That is no address for clients. It begins with "
		    "https:// and ends with the folder of this page.";
	return NULL;
}

/* What stands in no configuration yet has its default. */
static const char *
look_at_account(const struct setup *s)
{
	const struct wish *w = &s->wish;
	const struct conf *conf = s->begun ? s->conf :
	    conf_new(w->server_name);
	const char *why;

	if ((why = username_fault(mem(s), conf, w->user)) != NULL ||
	    (why = password_fault(mem(s), conf, w->password)) != NULL)
		return arena_printf(mem(s), "%s.", why);
	if (strcmp(w->password, w->again) != 0)
		return "The two passwords are not the same. Please type them "
		    "again.";
	return NULL;
}

/* ---------------------------------------------------------------- mxcgi init */

/* What it reads. */
static int
input_of(const char *text)
{
	int fd = fd_memory("input");

	if (fd != -1 && (!fd_write(fd, text, strlen(text)) ||
	    lseek(fd, 0, SEEK_SET) == -1)) {
		close(fd);
		return -1;
	}
	return fd;
}

static const char *
run(const struct setup *s, char *const words[], const char *input)
{
	int in = input_of(input), out = open("/dev/null", O_WRONLY | O_CLOEXEC);
	char why[COMMAND_MAX];
	int status;

	if (in == -1 || out == -1)
		return failed(s, in == -1 ? s->private_dir : "/dev/null");
	status = command_run_own(words, in, out, PATIENCE_MS, why,
	    sizeof(why));
	close(in);
	close(out);
	if (status == 0)
		return NULL;
	for (size_t n = strlen(why); n > 0 && strchr(" .\n", why[n - 1]); n--)
		why[n - 1] = '\0';
	return arena_printf(mem(s), "%s %s did not succeed: %s. Put that "
	    "right, and try again; nothing is lost.", words[0], words[1], why);
}

static char *
copy(const struct setup *s, const char *text)
{
	return arena_strdup(mem(s), text);
}

/* All within one directory, which a .htaccess closes besides (place_find). */
static const char *
init(const struct setup *s)
{
	const struct wish *w = &s->wish;
	char *words[] = {
		arena_printf(mem(s), "%s/programs/mxcgi", s->folder),
		copy(s, "init"),
		arena_printf(mem(s), "--config=%s", s->conf_path),
		arena_printf(mem(s), "--admin=%s", w->user),
		arena_printf(mem(s), "--server-name=%s", w->server_name),
		arena_printf(mem(s), "--base-url=%s/matrix.cgi", w->address),
		arena_printf(mem(s), "--data-dir=%s", s->private_dir),
		arena_printf(mem(s), "--run-dir=%s/run", s->private_dir),
		NULL
	};

	/* What is there stays as it is. */
	if (s->begun)
		words[4] = NULL;
	return run(s, words, arena_printf(mem(s), "%s\n", w->password));
}

static const char *
make_server(struct setup *s)
{
	const char *why = init(s);
	char *fault = NULL;

	if (why != NULL) {
		/* It was made just now: the name may be another next time. */
		if (!s->begun)
			unlink(s->conf_path);
		return why;
	}
	s->conf = conf_read(s->conf_path, &fault);
	return s->conf != NULL ? NULL : fault;
}

/* ------------------------------------------------------------- the discovery */

const char *
make_discovery(const struct setup *s)
{
	struct writer w;
	struct buf b;

	buf_init(&b, mem(s), DISCOVERY_MAX);
	writer_init(&w, &b);
	write_object(&w);
	write_key(&w, "m.homeserver");
	write_object(&w);
	put_text(&w, "base_url", s->conf->base_url);
	write_end(&w);
	write_end(&w);
	return arena_strndup(mem(s), b.s, b.len);
}

/* Is the page that is open now one of the server's name? */
static bool
name_is_here(const struct setup *s)
{
	const char *host = strstr(s->conf->base_url, "://") + 3;
	size_t n = strlen(s->conf->server_name);

	return strncmp(host, s->conf->server_name, n) == 0 && host[n] == '/';
}

/* Done where it can be, and left alone where others have their own. */
static void
write_discovery(struct setup *s)
{
	static const char htaccess[] = "ForceType application/json\n"
	    "<IfModule mod_headers.c>\n"
	    "\tHeader set Access-Control-Allow-Origin *\n"
	    "</IfModule>\n";
	const char *root = getenv("DOCUMENT_ROOT");
	const char *dir, *file, *rules;

	if (root == NULL || !name_is_here(s))
		return;
	dir = arena_printf(mem(s), "%s/.well-known", root);
	mkdir(dir, 0755);
	dir = arena_printf(mem(s), "%s/matrix", dir);
	mkdir(dir, 0755);
	file = arena_printf(mem(s), "%s/client", dir);
	rules = arena_printf(mem(s), "%s/.htaccess", dir);
	if (access(file, F_OK) == 0 || (access(rules, F_OK) == -1 &&
	    !place_write(s, rules, 0644, htaccess)) ||
	    !place_write(s, file, 0644, make_discovery(s)))
		return;
	s->discovered = file;
}

/* ---------------------------------------------------------------- all of it */

const char *
make_all(struct setup *s)
{
	const char *why;

	if ((!s->begun && (why = look_at_server(s)) != NULL) ||
	    (why = look_at_account(s)) != NULL ||
	    (why = make_server(s)) != NULL)
		return why;
	write_discovery(s);
	return unlink(s->key_path) == -1 ? failed(s, s->key_path) : NULL;
}

/* setup-make.c - configuration, database, first account, and where clients look. */
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
look_at_wish(const struct setup *s)
{
	const struct wish *w = &s->wish;

	if (!place_key_matches(s))
		return "That is not the key. It stands in the file that is "
		    "named here; open it by FTP, and copy all of it.";
	if (!server_name_valid(w->server_name))
		return "That is no server name. It is a domain that is "
		    "yours, such as example.org.";
	if (!address_valid(s, w->address))
		return "That is no address for clients. It begins with "
		    "https:// and ends with the folder of this page.";
	if (strcmp(w->password, w->again) != 0)
		return "The two passwords are not the same. Please type them "
		    "again.";
	return NULL;
}

static const char *
look_at_account(const struct setup *s, const struct conf *conf)
{
	const char *why = username_fault(mem(s), conf, s->wish.user);

	if (why == NULL)
		why = password_fault(mem(s), conf, s->wish.password);
	return why == NULL ? NULL : arena_printf(mem(s), "%s.", why);
}

/* ---------------------------------------------------------- the configuration */

/* Systems have them at different places, and our programs know none. */
static const char *
find_certificates(void)
{
	static const char *const paths[] = {
		"/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/ssl/ca-bundle.pem",
		"/etc/ssl/cert.pem",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (access(paths[i], R_OK) == 0)
			return paths[i];
	return NULL;
}

static const char *
conf_text(const struct setup *s)
{
	const char *certificates = find_certificates();

	return arena_printf(mem(s),
	    "# mxcgi.conf(5) describes every key; what stands in no line has "
	    "its default.\n\n"
	    "[server]\n"
	    "# The part behind the colon in the ids of all users; it can never "
	    "change.\n"
	    "name = %s\n"
	    "base_url = %s/matrix.cgi\n"
	    "data_dir = %s/data\n"
	    "run_dir = %s/run\n\n"
	    "[accounts]\n"
	    "# open: anybody may register; closed: nobody.\n"
	    "registration = closed\n"
	    "%s%s%s", s->wish.server_name, s->wish.address, s->private_dir,
	    s->private_dir,
	    certificates != NULL ? "\n[outbound]\nca_file = " : "",
	    certificates != NULL ? certificates : "",
	    certificates != NULL ? "\n" : "");
}

/* Looked through beside its place: what stands there is right. */
static const char *
make_conf(struct setup *s)
{
	const char *draft = arena_printf(mem(s), "%s.draft", s->conf_path);
	const struct conf *conf;
	const char *why = NULL;
	char *fault = NULL;

	if (!place_write(s, draft, 0600, conf_text(s)))
		return failed(s, draft);
	conf = conf_read(draft, &fault);
	if (conf == NULL)
		why = fault;
	else if ((why = look_at_account(s, conf)) == NULL &&
	    rename(draft, s->conf_path) == -1)
		why = failed(s, s->conf_path);
	if (why != NULL)
		unlink(draft);
	else
		s->conf = conf;
	return why;
}

/* ------------------------------------------------------------- the commands */

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
mxcgi(const struct setup *s, char *const words[], const char *input)
{
	int in = input_of(input), out = open("/dev/null", O_WRONLY | O_CLOEXEC);
	char why[COMMAND_MAX];
	int status;

	if (in == -1 || out == -1)
		return failed(s, s->private_dir);
	status = command_run_own(words, in, out, PATIENCE_MS, why,
	    sizeof(why));
	close(in);
	close(out);
	for (size_t n = strlen(why); n > 0 && why[n - 1] == ' '; n--)
		why[n - 1] = '\0';
	return status == 0 ? NULL : arena_printf(mem(s), "%s %s did not "
	    "succeed: %s. Put that right, and try again; nothing is lost.",
	    words[0], words[1], why);
}

static char *
copy(const struct setup *s, const char *text)
{
	return arena_strdup(mem(s), text);
}

static const char *
init(const struct setup *s)
{
	char *const words[] = {
		arena_printf(mem(s), "%s/programs/mxcgi", s->folder),
		copy(s, "init"), copy(s, "--config"), copy(s, s->conf_path),
		NULL
	};

	return mxcgi(s, words, "");
}

static const char *
add_user(const struct setup *s)
{
	char *const words[] = {
		arena_printf(mem(s), "%s/programs/mxcgi", s->folder),
		copy(s, "user"), copy(s, "add"), copy(s, "--admin"),
		copy(s, "--config"), copy(s, s->conf_path), copy(s, "--"),
		copy(s, s->wish.user), NULL
	};

	return mxcgi(s, words, arena_printf(mem(s), "%s\n", s->wish.password));
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
	const char *host = strstr(s->wish.address, "://") + 3;
	size_t n = strlen(s->conf->server_name);

	return strncmp(host, s->conf->server_name, n) == 0 &&
	    (host[n] == '\0' || host[n] == '/');
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
	const char *why = look_at_wish(s);

	if (why == NULL)
		why = s->begun ? look_at_account(s, s->conf) : make_conf(s);
	if (why != NULL)
		return why;
	umask(077);
	if ((why = init(s)) != NULL) {
		/* It was made just now: the name may be another next time. */
		if (!s->begun)
			unlink(s->conf_path);
		return why;
	}
	if ((why = add_user(s)) != NULL)
		return why;
	umask(022);
	write_discovery(s);
	return unlink(s->key_path) == -1 ? failed(s, s->key_path) : NULL;
}

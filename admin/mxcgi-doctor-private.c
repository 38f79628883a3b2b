/*
 * mxcgi-doctor-private.c - what must not be had by way of the web server:
 * database, key, configuration, media (security.md 29).  By where they are, and
 * by asking for them.
 */
#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "matrix/http.h"
#include "mxcgi-doctor.h"
#include "mxcgi-web-root.h"

#define SOME		16		/* bytes by which a file is recognised */

/* ----------------------------------------------------------- by the place */

/* Only Apache heeds a .htaccess. */
static bool
is_fenced(struct doctor *d, const char *dir)
{
	return d->web != WEB_NGINX && d->web != WEB_LIGHTTPD &&
	    fence_is_there(d->mem, dir);
}

static void
look_at_place(struct doctor *d, const char *what, const char *path,
    const char *dir)
{
	struct web_root root;
	const char *told, *at;
	struct remedy remedy;

	if (is_fenced(d, dir) ||
	    !web_root_of(d->mem, d->web_conf, path, &root))
		return;
	at = web_root_location(d->mem, &root, dir);
	told = arena_printf(d->mem, "%s %s lies in %s, which a web server "
	    "shows (%s)", what, path, root.dir, root.why);
	remedy = (struct remedy){ .any = "move it elsewhere; or fence it", .of = {
		[WEB_NGINX] = arena_printf(d->mem, "location ^~ %s { deny all; "
		    "}", at),
		[WEB_APACHE] = arena_printf(d->mem, "`Require all denied` in "
		    "%s/.htaccess", dir),
		[WEB_LIGHTTPD] = arena_printf(d->mem, "$HTTP[\"url\"] =~ \"^%s\""
		    " { url.access-deny = (\"\") }", at) } };
	(root.configured ? wrong : warn)(d, told, "Strangers may download "
	    "messages, keys and passwords' hashes.", remedy);
}

static const char *
directory_of(struct doctor *d, const char *path)
{
	const char *real = path_resolved(d->mem, path);

	return arena_strndup(d->mem, real, (size_t)(strrchr(real, '/') - real));
}

static bool
is_below(struct doctor *d, const char *path, const char *dir)
{
	const char *real = path_resolved(d->mem, dir);
	size_t n = strlen(real);

	path = path_resolved(d->mem, path);
	return strncmp(path, real, n) == 0 && path[n] == '/';
}

/* What lies in data_dir is judged with it. */
void
check_web_root(struct doctor *d)
{
	const struct conf *c = d->conf;

	look_at_place(d, "data_dir", c->data_dir, c->data_dir);
	if (!is_below(d, c->media_dir, c->data_dir))
		look_at_place(d, "[media] directory", c->media_dir,
		    c->media_dir);
	if (!is_below(d, c->run_dir, c->data_dir))
		look_at_place(d, "run_dir", c->run_dir, c->run_dir);
	if (!is_below(d, c->path, c->data_dir))
		look_at_place(d, "the configuration", c->path,
		    directory_of(d, c->path));
}

/* -------------------------------------------------------------- by asking */

struct probe {
	const char	*file;
	char		 begins[SOME];
	size_t		 n;
};

static const char *
escaped(struct doctor *d, const char *path)
{
	char out[4096];
	size_t len = 0;

	for (; *path != '\0' && len < sizeof(out) - 4; path++) {
		if (*path == '/')
			out[len++] = '/';
		else
			http_encode(out, &len, sizeof(out) - 1,
			    (char[]){ *path, '\0' });
	}
	return arena_strndup(d->mem, out, len);
}

static bool
is_shown(struct doctor *d, const struct probe *p, const char *base,
    const char *path, bool *reached)
{
	const char *url = arena_printf(d->mem, "%s%s", base, escaped(d, path));
	struct reply r;

	front_ask(d, &(struct ask){ .path = url, .want = SOME, .ms = 5000 },
	    &r);
	*reached = r.status != 0;
	if (r.status != 200 || r.body.len < p->n ||
	    memcmp(buf_str(&r.body), p->begins, p->n) != 0)
		return false;
	wrong(d, arena_printf(d->mem, "%s can be downloaded at %s", p->file,
	    url), "Whoever has it reads all messages, or is this server to "
	    "others.  Take it for read, and make new keys and passwords.",
	    (struct remedy){ .any = "move it out of what the web server shows "
	    "at once, or forbid it", .of = {
		[WEB_NGINX] = arena_printf(d->mem, "location ^~ %s { deny all; }",
		    path),
		[WEB_APACHE] = arena_printf(d->mem, "`Require all denied` in "
		    "%s/.htaccess", directory_of(d, p->file)),
		[WEB_LIGHTTPD] = "url.access-deny = (\"\") for that path" } });
	return true;
}

/*
 * By each end of its path, since any directory above may be the one that is
 * shown; and as users of a machine have pages, ~user/.
 */
static bool
ask_everywhere(struct doctor *d, const struct probe *p, const char *base)
{
	const char *real = path_resolved(d->mem, p->file), *pages;
	const struct passwd *me = getpwuid(geteuid());
	bool reached = true;

	for (const char *s = real; s != NULL && reached; s = strchr(s + 1, '/'))
		if (is_shown(d, p, base, s, &reached))
			return true;
	if (!reached)
		return false;
	if (me != NULL && (pages = strstr(real, "/public_html/")) != NULL)
		is_shown(d, p, base, arena_printf(d->mem, "/~%s%s", me->pw_name,
		    pages + strlen("/public_html")), &reached);
	return reached;
}

static bool
probe_of(struct probe *p, const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd != -1 ? read(fd, p->begins, SOME) : 0;

	p->file = file;
	p->n = n > 0 ? (size_t)n : 0;
	if (fd != -1)
		close(fd);
	return n > 0;
}

/* Some file of media; NULL: there is none. */
static const char *
some_file(struct doctor *d, const char *path, int depth)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	const char *found = NULL;
	struct stat st;

	while (dir != NULL && found == NULL && (entry = readdir(dir)) != NULL) {
		const char *at = arena_printf(d->mem, "%s/%s", path,
		    entry->d_name);

		if (entry->d_name[0] == '.' || lstat(at, &st) == -1)
			continue;
		if (S_ISREG(st.st_mode) && st.st_size > 0)
			found = at;
		else if (S_ISDIR(st.st_mode) && depth < 2)
			found = some_file(d, at, depth + 1);
	}
	if (dir != NULL)
		closedir(dir);
	return found;
}

/* The front door, and the server's name where that is another host. */
static void
ask_for(struct doctor *d, const char *file)
{
	struct probe p;
	const char *name = host_of(d->mem, d->conf->server_name);

	if (file == NULL || !probe_of(&p, file))
		return;
	ask_everywhere(d, &p, d->url);
	if (strcasecmp(name, host_of(d->mem, d->url)) != 0)
		ask_everywhere(d, &p, arena_printf(d->mem, "https://%s", name));
}

void
check_private(struct doctor *d)
{
	const struct conf *c = d->conf;

	if (!d->reached) {
		skip(d, "the front door is not reached");
		return;
	}
	ask_for(d, arena_printf(d->mem, "%s/signing.key", c->data_dir));
	ask_for(d, arena_printf(d->mem, "%s/mxcgi.db", c->data_dir));
	ask_for(d, c->path);
	ask_for(d, some_file(d, c->media_dir, 0));
}

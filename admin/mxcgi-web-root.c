/* mxcgi-web-root.c - see mxcgi-web-root.h. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "mxcgi-web-root.h"

#define DEPTH_MAX	6
#define LINE_SIZE	2048
#define FILE_MAX	(1 << 20)

static const char *const usual_places[] = {
	"/etc/nginx", "/etc/apache2", "/etc/httpd", "/etc/lighttpd",
	"/usr/local/etc/nginx", "/usr/local/etc/apache24",
	"/usr/local/nginx/conf", "/usr/local/apache2/conf", NULL
};
/* As hosts call what they show. */
static const char *const usual_names[] = {
	"public_html", "htdocs", "httpdocs", "www", "html", "wwwroot", NULL
};

struct denial {
	const struct denial *next;
	const char	*url;			/* and all below it */
};

struct search {
	struct arena	*mem;
	const char	*path;		/* resolved */
	struct web_root	*found;
	const char	*block;			/* the URL of the one we are in */
	const struct denial *denied;
};

const char *
path_resolved(struct arena *mem, const char *path)
{
	char *head = arena_strdup(mem, path), real[PATH_MAX], *slash;
	const char *tail = "";

	if (*head != '/' && getcwd(real, sizeof(real)) != NULL)
		head = arena_printf(mem, "%s/%s", real, path);
	while (realpath(head, real) == NULL) {
		if ((slash = strrchr(head, '/')) == NULL || slash == head)
			return arena_printf(mem, "%s%s", head, tail);
		tail = arena_printf(mem, "%s%s", slash, tail);
		*slash = '\0';
	}
	return arena_printf(mem, "%s%s", strcmp(real, "/") == 0 ? "" : real,
	    tail);
}

const char *
web_root_location(struct arena *mem, const struct web_root *root,
    const char *path)
{
	const char *rest = path_resolved(mem, path) + strlen(root->dir);
	size_t n = strlen(root->url);

	while (n > 0 && root->url[n - 1] == '/')
		n--;
	return arena_printf(mem, "%.*s%s", (int)n, root->url,
	    *rest != '\0' ? rest : "/");
}

static bool
lies_within(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	while (n > 1 && dir[n - 1] == '/')
		n--;
	return n > 1 && strncmp(path, dir, n) == 0 &&
	    (path[n] == '/' || path[n] == '\0');
}

/* --------------------------------------------------- by the configuration */

/* The next word: quotes and what ends a statement are no part of it. */
static char *
next_word(char **at)
{
	char *s = *at + strspn(*at, " \t=(\r\n"), *end;

	if (*s == '"' || *s == '\'') {
		end = strchr(s + 1, *s);
		s++;
	} else {
		end = s + strcspn(s, " \t;{\r\n");
	}
	if (end == NULL || end == s)
		return NULL;
	*at = *end == '\0' ? end : end + 1;
	*end = '\0';
	return s;
}

static void
judge(struct search *s, const char *dir, const char *url, const char *key,
    const char *file)
{
	const char *real;

	if (*dir != '/' || strchr(dir, '$') != NULL)
		return;
	real = path_resolved(s->mem, dir);
	if (!lies_within(s->path, real) ||
	    (s->found->dir != NULL &&
	    strlen(s->found->dir) >= strlen(real)))
		return;
	*s->found = (struct web_root){ .dir = real,
	    .url = arena_strdup(s->mem, url),
	    .why = arena_printf(s->mem, "\"%s %s\" in %s", key, dir, file),
	    .configured = true };
}

/* Of the blocks that only speak of what begins with a URL. */
static const char *
block_of(struct search *s, const char *line)
{
	static const char *const begin[] = { "location ^~ ",
	    "$HTTP[\"url\"] =~ \"^" };
	const char *at = NULL;

	for (size_t i = 0; i < 2 && at == NULL; i++)
		if ((at = strstr(line, begin[i])) != NULL)
			at += strlen(begin[i]);
	return at == NULL ? NULL :
	    arena_strndup(s->mem, at, strcspn(at, " \"{\r\n"));
}

static void
note_denial(struct search *s, const char *line)
{
	const char *block = block_of(s, line);

	if (line[strspn(line, " \t")] == '#')
		return;
	s->block = block != NULL ? block : s->block;
	if (s->block != NULL && (strstr(line, "deny all;") != NULL ||
	    strstr(line, "url.access-deny = (\"\")") != NULL)) {
		struct denial *one = arena_alloc(s->mem, sizeof(*one));

		*one = (struct denial){ .next = s->denied, .url = s->block };
		s->denied = one;
	}
	if (strchr(line, '}') != NULL)
		s->block = NULL;
}

static bool
is_denied(const struct search *s)
{
	const char *url = arena_printf(s->mem, "%s/",
	    web_root_location(s->mem, s->found, s->path));

	for (const struct denial *one = s->denied; one != NULL;
	    one = one->next)
		if (strlen(one->url) > 1 &&
		    strncmp(url, one->url, strlen(one->url)) == 0)
			return true;
	return false;
}

/* An alias of nginx belongs to a location; ours is internal. */
static void
read_line(struct search *s, char *line, const char *file)
{
	bool ours = strstr(file, "/mxcgi-") != NULL;
	char *key = next_word(&line), *first, *second;

	if (key == NULL || *key == '#' || (first = next_word(&line)) == NULL)
		return;
	second = next_word(&line);
	if (strcmp(key, "root") == 0 || strcasecmp(key, "DocumentRoot") == 0 ||
	    strcmp(key, "server.document-root") == 0)
		judge(s, first, "/", key, file);
	else if (strcasecmp(key, "alias") != 0 || ours)
		return;
	else if (second == NULL)
		judge(s, first, "/", key, file);
	else
		judge(s, second, first, key, file);
}

static void
read_file(struct search *s, const char *file)
{
	char line[LINE_SIZE];
	FILE *f = fopen(file, "re");

	if (f == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL) {
		note_denial(s, line);
		read_line(s, line, file);
	}
	s->block = NULL;
	fclose(f);
}

static void
read_place(struct search *s, const char *place, int depth)
{
	const struct dirent *entry;
	struct stat st;
	DIR *dir;

	if (stat(place, &st) == -1)
		return;
	if (S_ISREG(st.st_mode) && st.st_size <= FILE_MAX)
		read_file(s, place);
	if (!S_ISDIR(st.st_mode) || depth == DEPTH_MAX ||
	    (dir = opendir(place)) == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			read_place(s, arena_printf(s->mem, "%s/%s", place,
			    entry->d_name), depth + 1);
	closedir(dir);
}

/* ------------------------------------------------------------- by the name */

static bool
is_usual_name(const char *s, size_t n)
{
	for (size_t i = 0; usual_names[i] != NULL; i++)
		if (strlen(usual_names[i]) == n &&
		    strncmp(usual_names[i], s, n) == 0)
			return true;
	return false;
}

static void
judge_names(struct search *s)
{
	const char *at = s->path;

	while (*at == '/') {
		size_t n = strcspn(at + 1, "/");

		if (is_usual_name(at + 1, n)) {
			const char *dir = arena_strndup(s->mem, s->path,
			    (size_t)(at + 1 - s->path) + n);

			*s->found = (struct web_root){ .dir = dir, .url = "/",
			    .why = "its name" };
		}
		at += n + 1;
	}
}

/* A .htaccess further up is for pages; one of ours is a fence. */
static void
judge_htaccess(struct search *s)
{
	char *dir = arena_strdup(s->mem, s->path), *slash;

	while ((slash = strrchr(dir, '/')) != NULL && slash != dir) {
		*slash = '\0';
		if (access(arena_printf(s->mem, "%s/.htaccess", dir),
		    F_OK) == 0 && !fence_is_there(s->mem, dir))
			*s->found = (struct web_root){ .url = "/",
			    .dir = arena_strdup(s->mem, dir),
			    .why = "the .htaccess in it" };
	}
}

bool
web_root_of(struct arena *mem, const char *const *conf, const char *path,
    struct web_root *found)
{
	struct search s = { .mem = mem, .path = path_resolved(mem, path),
	    .found = found };

	*found = (struct web_root){ .dir = NULL };
	for (conf = conf != NULL ? conf : usual_places; *conf != NULL; conf++)
		read_place(&s, *conf, 0);
	if (found->dir == NULL)
		judge_names(&s);
	if (found->dir == NULL)
		judge_htaccess(&s);
	return found->dir != NULL && !is_denied(&s);
}

/* --------------------------------------------------------------- the fence */

static const char fence[] =
"# Nobody reads what is in here by way of the web server; made by mxcgi init.\n"
"<IfModule mod_authz_core.c>\n"
"	Require all denied\n"
"</IfModule>\n"
"<IfModule !mod_authz_core.c>\n"
"	Order allow,deny\n"
"	Deny from all\n"
"</IfModule>\n";

/* Of another's .htaccess too: does it forbid everything? */
bool
fence_is_there(struct arena *mem, const char *dir)
{
	FILE *f = fopen(arena_printf(mem, "%s/.htaccess", dir), "re");
	char line[LINE_SIZE];
	bool denied = false;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		const char *s = line + strspn(line, " \t");

		denied |= strncasecmp(s, "Require all denied", 18) == 0 ||
		    strncasecmp(s, "Deny from all", 13) == 0;
	}
	if (f != NULL)
		fclose(f);
	return denied;
}

/* Apache may run as another user, and refuses all below what it cannot read. */
bool
fence_make(struct arena *mem, const char *dir, const char **why)
{
	const char *path = arena_printf(mem, "%s/.htaccess", dir);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	bool good = fd != -1 && fd_write(fd, fence, sizeof(fence) - 1) &&
	    fchmod(fd, 0644) == 0;

	if (!good)
		*why = arena_printf(mem, "%s: %s", path, strerror(errno));
	if (fd != -1)
		close(fd);
	return good;
}

/*
 * mxcgi-init-fence.c - mxcgi init makes nothing private where a web server
 * shows files, unless it is told to fence that (security.md 29).
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mxcgi-init.h"
#include "mxcgi-made.h"
#include "mxcgi-web-root.h"

static bool
is_below(struct arena *mem, const char *path, const char *dir)
{
	const char *real = path_resolved(mem, dir);
	size_t n = strlen(real);

	path = path_resolved(mem, path);
	return strncmp(path, real, n) == 0 && (path[n] == '/' ||
	    path[n] == '\0');
}

/* What was fenced before stays usable, and what has data already works on. */
static bool
is_private(struct arena *mem, const struct wish *w, const char *key,
    const char *path, bool can_fence)
{
	struct web_root root;

	if (fence_is_there(mem, path) ||
	    !web_root_of(mem, w->web_conf, path, &root) ||
	    (w->fence && can_fence))
		return true;
	fprintf(stderr, "mxcgi: %s %s lies in %s, which a web server shows to "
	    "everybody (so says %s); %s.  Nothing was made\n", key, path,
	    root.dir, root.why, can_fence ? "choose a place outside of it, or "
	    "say --fence to have it forbidden there" : "choose a place outside "
	    "of it, or below data_dir with --fence");
	return false;
}

bool
place_is_private(struct arena *mem, const struct wish *w,
    const char *data_dir, const char *run_dir)
{
	if (access(arena_printf(mem, "%s/mxcgi.db", data_dir), F_OK) == 0)
		return true;
	return is_private(mem, w, "data_dir", data_dir, true) &&
	    (is_below(mem, run_dir, data_dir) ||
	    is_private(mem, w, "run_dir", run_dir, true)) &&
	    (is_below(mem, w->config, data_dir) ||
	    is_private(mem, w, "the configuration", w->config, false));
}

/* ------------------------------------------------------------- the fences */

static void
show_nginx(struct arena *mem, const struct wish *w, const char *dir)
{
	struct web_root root;

	if (web_root_of(mem, w->web_conf, dir, &root))
		fprintf(made_words(), "nginx does not look at it; in server {} "
		    "of that host:\n\tlocation ^~ %s { deny all; }\n",
		    web_root_location(mem, &root, dir));
}

static bool
fence(struct arena *mem, const struct wish *w, const char *dir)
{
	const char *path = arena_printf(mem, "%s/.htaccess", dir), *why = NULL;

	if (fence_is_there(mem, dir))
		return made_file("kept", path);
	if (access(path, F_OK) == 0) {
		fprintf(stderr, "mxcgi: %s is there and does not forbid "
		    "everything; add `Require all denied` to it\n", path);
		return false;
	}
	if (!fence_make(mem, dir, &why)) {
		fprintf(stderr, "mxcgi: %s\n", why);
		return false;
	}
	made_file("made", path);
	show_nginx(mem, w, dir);
	return true;
}

bool
place_fence(struct arena *mem, const struct wish *w, const struct conf *conf)
{
	return !w->fence || (fence(mem, w, conf->data_dir) &&
	    (is_below(mem, conf->run_dir, conf->data_dir) ||
	    fence(mem, w, conf->run_dir)));
}

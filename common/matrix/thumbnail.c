/* thumbnail.c - starts the thumbnailer; see thumbnail.h. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/beside.h"
#include "base/command.h"
#include "base/log.h"
#include "matrix/thumbnail.h"

#define NAME		"thumbnailer"
#define LIMIT_MS	30000
#define PATH_SIZE	4096

bool
thumbnail_can(void)
{
	return HAVE_VIPS;
}

/* It has taken what it may, or wanted more. */
static bool
is_limit(int sig)
{
	return sig == SIGKILL || sig == SIGXCPU || sig == SIGXFSZ ||
	    sig == SIGABRT || sig == SIGTRAP;
}

static enum thumbnail_end
judge(int status)
{
	if (WIFSIGNALED(status))
		return is_limit(WTERMSIG(status)) ? THUMBNAIL_TOO_LARGE :
		    THUMBNAIL_NO_PICTURE;
	switch (WEXITSTATUS(status)) {
	case THUMBNAIL_MADE:
	case THUMBNAIL_NO_PICTURE:
	case THUMBNAIL_TOO_LARGE:
		return (enum thumbnail_end)WEXITSTATUS(status);
	}
	return THUMBNAIL_FAILED;
}

static void
tell(const char *path, enum thumbnail_end end, const char *why)
{
	if (end == THUMBNAIL_FAILED)
		log_error("%s: %s", path, why);
	else
		log_debug("%s: %s", path, why);
}

/* Nor is it believed that what it wrote is a picture. */
static enum thumbnail_end
run(const struct thumbnail *t, int in, int out)
{
	char path[PATH_SIZE], size[32], why[256];
	char *words[5], **word = words;
	enum thumbnail_end end;
	int status;

	beside(NAME, path, sizeof(path));
	snprintf(size, sizeof(size), "%ux%u", t->width, t->height);
	*word++ = path;
	if (t->animated)
		*word++ = "--animated";
	*word++ = t->crop ? "crop" : "scale";
	*word++ = size;
	*word = NULL;
	status = command_run_own(words, in, out, LIMIT_MS, why, sizeof(why));
	end = status == -1 ? THUMBNAIL_FAILED : judge(status);
	if (end != THUMBNAIL_MADE)
		tell(path, end, why);
	return end;
}

enum thumbnail_end
thumbnail_make(const struct thumbnail *t, int in, int out,
    struct picture *made)
{
	enum thumbnail_end end = run(t, in, out);

	if (end == THUMBNAIL_MADE && !picture_read(out, made)) {
		log_error("%s: wrote no picture", NAME);
		end = THUMBNAIL_FAILED;
	}
	return end;
}

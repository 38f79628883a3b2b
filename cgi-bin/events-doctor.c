/*
 * events-doctor.c - what `mxcgi doctor` asks through the web server: what a
 * program sees of a request, and whether one that waits is cut off.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "events-doctor.h"
#include "events.routes.h"

#define KEY_LEN		43		/* of random_token() */
#define DOCTOR_WAIT_MAX	120000
#define NOBODYS		INT64_MIN	/* nothing wakes who waits here */

struct pause {
	int64_t		 until;
};

/* Only who may write into run_dir can have put it there. */
static bool
is_key(const struct request *r, const char *key)
{
	char path[4096], kept[KEY_LEN + 1] = "";
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/doctor.key", r->conf->run_dir);
	if (strlen(key) != KEY_LEN ||
	    (fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)) == -1)
		return false;
	n = read(fd, kept, KEY_LEN);
	close(fd);
	return n == KEY_LEN && ct_equal(key, kept, KEY_LEN);
}

static enum mx_err
tell(struct request *r)
{
	put_text(&r->out, "version", PACKAGE_VERSION);
	put_text(&r->out, "address", r->address);
	put_int(&r->out, "uid", geteuid());
	/* Apache alone says so, when a .htaccess led here. */
	put_bool(&r->out, "folder", getenv("REDIRECT_URL") != NULL);
	return M_OK;
}

/*
 * GET /client/unstable/org.mxcgi/doctor/{key}
 *
 * For mxcgi(8) alone, while it has put the key into run_dir: after `wait`
 * milliseconds, which version this is, where the request came from, and as
 * whom the program runs.  For everybody else there is no such endpoint.
 */
enum mx_err
doctor(struct request *r)
{
	struct pause pause;
	int64_t wait = 0;

	if (!is_key(r, req_arg(r, "key")))
		return fail(r, M_UNRECOGNIZED, "There is no such endpoint");
	if (!req_query_int(r, "wait", 0, DOCTOR_WAIT_MAX, &wait))
		return fail(r, M_INVALID_PARAM, "wait is a number of "
		    "milliseconds, %d at most", DOCTOR_WAIT_MAX);
	if (wait == 0)
		return tell(r);
	pause.until = r->now + wait;
	return park_for(r, NOBODYS, &pause, sizeof(pause), pause.until);
}

enum mx_err
doctor_resume(struct request *r)
{
	const struct pause *pause = r->wait;

	if (r->last_call || r->now >= pause->until)
		return tell(r);
	return park_for(r, NOBODYS, pause, sizeof(*pause), pause->until);
}

/*
 * mxcgi-notice.c - mxcgi notice: users are told something by the server.  The
 * rooms for this are made, and the events sent, by a task (notice.h).
 */
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "matrix/notice.h"
#include "mxcgi-order.h"
#include "mxcgi.h"

/*
 * Who speaks has an account, so that nobody else gets the name, and no
 * password, so that nobody speaks as the server.
 */
static int
have_speaker(struct order *o)
{
	const char *id = notices_user_id(o->mem, o->conf);
	struct account a;

	if (!account_find(o->db, id, &a)) {
		account_make(o->db, id, ACCOUNT_USER, NULL, o->now);
		return 0;
	}
	if (a.hash == NULL && a.deactivated_at == 0 && a.kind == ACCOUNT_USER)
		return 0;
	return refuse(o, EX_CANTCREAT, "%s is somebody's account; name "
	    "another user in [notices] of %s", id, o->conf->path);
}

static int
find_hearer(struct order *o)
{
	const struct account *a = &o->account;
	int status = user_find_named(o);

	if (status != 0)
		return status;
	if (a->deactivated_at != 0)
		return refuse(o, EX_NOUSER, "%s has been deactivated",
		    a->user_id);
	if (a->kind != ACCOUNT_USER || strcmp(a->user_id,
	    notices_user_id(o->mem, o->conf)) == 0)
		return refuse(o, EX_DATAERR, "%s reads no notices",
		    a->user_id);
	return 0;
}

static int
leave_task(struct order *o)
{
	enum notice_pin pin = o->option[OPT_PIN] != NULL ? PIN_THIS :
	    o->option[OPT_UNPIN] != NULL ? PIN_NONE : PIN_KEEP;
	int status = have_speaker(o);

	if (status == 0 && o->name != NULL)
		status = find_hearer(o);
	if (status == 0)
		notice_leave(o->db, o->mem, o->account.user, o->text, pin,
		    o->now);
	return status;
}

static int
check(struct order *o)
{
	size_t n = strlen(o->text);

	if (o->conf->notices_user == NULL)
		return refuse(o, EX_CONFIG, "nobody speaks for this server; "
		    "choose a name that nobody has as user in [notices] of %s",
		    o->conf->path);
	if (o->option[OPT_PIN] != NULL && o->option[OPT_UNPIN] != NULL)
		return refuse(o, EX_USAGE, "a notice is pinned, or nothing is");
	if (n == 0 || n > NOTICE_MAX || !utf8_valid(o->text, n))
		return refuse(o, EX_DATAERR, "a notice has 1 to %d bytes of "
		    "UTF-8", NOTICE_MAX);
	return 0;
}

static int
notice(struct order *o)
{
	struct json_line line;
	int status;

	if ((status = check(o)) != 0 ||
	    (status = order_write(o, leave_task)) != 0)
		return status;
	if (o->option[OPT_JSON] == NULL) {
		say(o->mem, "%s will be told", o->name == NULL ? "everybody" :
		    o->account.user_id);
		return 0;
	}
	put_text(json_line_begin(&line, o->mem), "user_id",
	    o->name == NULL ? NULL : o->account.user_id);
	json_line_end(&line);
	return 0;
}

static const struct verb verb = {
	"", notice, OPT(ALL) | OPT(PIN) | OPT(UNPIN), NAME_AND_TEXT,
	"USER|--all TEXT [--pin|--unpin]",
	"send a notice of the server to a user, or to all who have an account; "
	"pinned, it stays in sight until another takes its place"
};

int
cmd_notice(int argc, char **argv)
{
	return order_run_alone(&verb, argc, argv);
}

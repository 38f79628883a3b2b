/*
 * mxcgi-export.c - mxcgi export: all that the server knows about a person, as
 * files that programs and people can read.
 *
 * Each file but those of media has a JSON object a line.  What others have said
 * is not in them, and no password, token or secret key.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "mxcgi-export.h"
#include "mxcgi.h"

#define COLUMNS		8

/*
 * The files, and their columns: of JSON after '{', numbers after '#', times
 * end in _at, all else is text.
 */
static const struct part {
	const char	*file;
	enum stmt	 stmt;
	const char	*column[COLUMNS + 1];
} parts[] = {
	{ "profile", STMT_EXPORT_PROFILE, { "field", "{value" } },
	{ "addresses", STMT_ACCOUNT_THREEPIDS, { "medium", "address",
	    "validated_at", "added_at" } },
	{ "published_addresses", STMT_ACCOUNT_BINDINGS, { "medium", "address",
	    "id_server", "bound_at" } },
	{ "identities", STMT_EXPORT_SSO_LINKS, { "issuer", "subject",
	    "linked_at" } },
	{ "policies", STMT_ACCOUNT_POLICIES, { "policy", "version",
	    "accepted_at" } },
	{ "devices", STMT_EXPORT_DEVICES, { "device_id", "display_name",
	    "created_at", "seen_at", "seen_address", "seen_agent" } },
	{ "device_keys", STMT_EXPORT_DEVICE_KEYS, { "device_id", "{keys" } },
	{ "cross_signing_keys", STMT_EXPORT_CROSS_SIGNING, { "usage",
	    "{key" } },
	{ "key_backups", STMT_EXPORT_KEY_BACKUPS, { "#version", "algorithm",
	    "#keys", "#bytes" } },
	{ "pushers", STMT_ACCOUNT_PUSHERS, { "app_id", "device_display_name",
	    "gateway", "set_at" } },
	{ "push_rules", STMT_EXPORT_PUSH_RULES, { "profile_tag", "kind",
	    "rule_id", "#place", "#enabled", "pattern", "{conditions",
	    "{actions" } },
	{ "push_rules_changed", STMT_EXPORT_PUSH_PREDEFINED, { "rule_id",
	    "#enabled", "{actions" } },
	{ "filters", STMT_EXPORT_FILTERS, { "#filter_id", "{definition" } },
	{ "account_data", STMT_EXPORT_ACCOUNT_DATA, { "type", "room_id",
	    "{content" } },
	{ "contacts", STMT_EXPORT_CONTACTS, { "user_id" } },
	{ "rooms", STMT_EXPORT_MEMBERSHIPS, { "room_id", "membership",
	    "since_at", "#forgotten" } },
	{ "aliases", STMT_EXPORT_ALIASES, { "alias", "room_id",
	    "created_at" } },
	{ "receipts", STMT_EXPORT_RECEIPTS, { "room_id", "type", "thread_id",
	    "event_id", "sent_at" } },
	{ "reports", STMT_EXPORT_REPORTS, { "reported_at", "room_id",
	    "event_id", "user_id", "reason", "#score" } },
};
#define PARTS	(sizeof(parts) / sizeof(*parts))

/* ------------------------------------------------------------------- files */

const char *
export_path(const struct order *o, const char *name)
{
	const struct exporting *x = o->part;

	return arena_printf(o->mem, "%s/%s", x->dir, name);
}

int
export_trouble(struct order *o, const char *path)
{
	return refuse(o, EX_CANTCREAT, "%s: %s", path, strerror(errno));
}

int
export_open(struct order *o, const char *name)
{
	const char *path = export_path(o, arena_printf(o->mem, "%s.jsonl", name));
	struct exporting *x = o->part;

	x->lines = 0;
	x->to = fopen(path, "wxe");
	return x->to != NULL ? 0 : export_trouble(o, path);
}

int
export_close(struct order *o, int status)
{
	struct exporting *x = o->part;
	bool fine = fflush(x->to) == 0 && !ferror(x->to) &&
	    fsync(fileno(x->to)) == 0;

	fine = fclose(x->to) == 0 && fine;
	x->to = NULL;
	return status != 0 || fine ? status : export_trouble(o, x->dir);
}

void
export_line(struct order *o, struct json_line *line)
{
	struct exporting *x = o->part;

	write_end(&line->w);
	fputs(buf_str(&line->buf), x->to);
	fputc('\n', x->to);
	x->lines++;
}

/* It may be there if nothing is in it. */
static int
make_dir(struct order *o)
{
	const struct exporting *x = o->part;
	const struct dirent *e;
	bool empty = true;
	DIR *dir;

	if (mkdir(x->dir, 0700) == -1 && errno != EEXIST)
		return export_trouble(o, x->dir);
	if ((dir = opendir(x->dir)) == NULL)
		return export_trouble(o, x->dir);
	while ((e = readdir(dir)) != NULL)
		empty &= strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0;
	closedir(dir);
	if (!empty)
		return refuse(o, EX_CANTCREAT, "%s is not empty; name a "
		    "directory that is, or that is not there", x->dir);
	return mkdir(export_path(o, "media"), 0700) == 0 ? 0 : export_trouble(o, x->dir);
}

/* ------------------------------------------------------------ what is listed */

static bool
is_time(const char *column)
{
	size_t n = strlen(column);

	return n > 3 && strcmp(column + n - 3, "_at") == 0;
}

static void
put_column(struct writer *w, const char *column, const struct rows *rows,
    int i)
{
	bool marked = *column == '{' || *column == '#';

	write_key(w, column + marked);
	if (rows_null(rows, i))
		write_null(w);
	else if (*column == '{')
		write_raw(w, rows_span(rows, i));
	else if (*column == '#' || is_time(column))
		write_int(w, rows_int(rows, i));
	else
		write_text(w, rows_text(rows, i));
}

static int
write_rows(struct order *o)
{
	struct exporting *x = o->part;
	struct arena *mem = arena_new(), *before = db_arena(o->db, mem);
	struct rows rows = db_query(o->db, x->part->stmt,
	    DB_INT(o->account.user));
	struct json_line line;

	while (rows_next(&rows)) {
		json_line_begin(&line, mem);
		for (int i = 0; x->part->column[i] != NULL; i++)
			put_column(&line.w, x->part->column[i], &rows, i);
		export_line(o, &line);
		arena_clear(mem);
	}
	db_arena(o->db, before);
	arena_free(mem);
	return 0;
}

static int
export_parts(struct order *o)
{
	struct exporting *x = o->part;
	int status = 0;

	for (size_t i = 0; status == 0 && i < PARTS; i++) {
		x->part = &parts[i];
		if ((status = export_open(o, x->part->file)) == 0)
			status = export_close(o, order_read(o, write_rows));
	}
	return status;
}

static int
write_account(struct order *o)
{
	struct json_line line;

	account_members(json_line_begin(&line, o->mem), &o->account);
	export_line(o, &line);
	return 0;
}

/* ----------------------------------------------------------------- the whole */

static int
begin(struct order *o)
{
	struct exporting *x = o->part;
	int status = user_find_named(o);

	x->last = db_int(o->db, 0, STMT_EVENT_LAST);
	return status;
}

static int
export_all(struct order *o)
{
	int status;

	if ((status = make_dir(o)) != 0 ||
	    (status = export_parts(o)) != 0 ||
	    (status = export_events(o)) != 0 ||
	    (status = export_media(o)) != 0 ||
	    (status = export_open(o, "account")) != 0)
		return status;
	return export_close(o, write_account(o));
}

static void
tell(struct order *o)
{
	const struct exporting *x = o->part;
	struct json_line line;
	struct writer *w;

	if (o->option[OPT_JSON] == NULL) {
		say(o->mem, "%s has what is known about %s: %lld events and "
		    "%lld files of media among it", x->dir,
		    o->account.user_id, (long long)x->messages,
		    (long long)x->media);
		return;
	}
	w = json_line_begin(&line, o->mem);
	put_text(w, "user_id", o->account.user_id);
	put_text(w, "directory", x->dir);
	put_int(w, "events", x->messages);
	put_int(w, "media", x->media);
	json_line_end(&line);
}

static int
export(struct order *o)
{
	struct exporting *x = arena_alloc(o->mem, sizeof(*x));
	int status;

	o->part = x;
	x->dir = o->option[OPT_TO];
	if (x->dir == NULL || *x->dir == '\0')
		return refuse(o, EX_USAGE, "where to? Say --to DIRECTORY");
	if ((status = order_read(o, begin)) != 0)
		return status;
	if ((status = export_all(o)) == 0)
		tell(o);
	return status;
}

static const struct verb verb = {
	"", export, OPT(TO), ONE_ARGUMENT, "USER --to DIRECTORY",
	"write all that is known about a user into a new directory: JSON and "
	"the media that they uploaded"
};

int
cmd_export(int argc, char **argv)
{
	return order_run_alone(&verb, argc, argv);
}

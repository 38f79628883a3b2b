/*
 * mxcgi-media.c - mxcgi media: what users uploaded; to take it out of sight,
 * and to delete it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/clock.h"
#include "matrix/media.h"
#include "matrix/room.h"
#include "mxcgi-order.h"
#include "mxcgi.h"

#define PAGE		100

/* Which media a verb is about, and what it has met of them. */
struct media_choice {
	int64_t		 user;		/* 0: everybody's */
	int64_t		 before;	/* made before that, ms since 1970 */
	bool		 doing;		/* else it is only told */
	int64_t		 n, bytes;	/* that were met */
	struct media	 one;
	const char	*user_id;	/* of one; NULL: the server's own */
};

/* -------------------------------------------------------------- showing */

static const char *
uri(const struct order *o, struct arena *mem, const struct media *m)
{
	return arena_printf(mem, "mxc://%s/%s", o->conf->server_name,
	    m->media_id);
}

static const char *
state(const struct media *m)
{
	return m->uploaded_at == 0 ? "awaited" :
	    m->quarantined_at != 0 ? "quarantined" : "served";
}

static void
tell_json(const struct order *o, struct arena *mem, const struct media *m,
    const char *user_id)
{
	struct json_line line;
	struct writer *w = json_line_begin(&line, mem);

	put_text(w, "uri", uri(o, mem, m));
	put_text(w, "state", state(m));
	put_text(w, "user", user_id);
	put_int(w, "created_at", m->created_at);
	put_or_null(w, "uploaded_at", m->uploaded_at);
	put_or_null(w, "expires_at", m->expires_at);
	put_or_null(w, "quarantined_at", m->quarantined_at);
	put_int(w, "size", m->blob.size);
	put_text(w, "type", m->blob.type);
	put_text(w, "name", m->blob.name);
	json_line_end(&line);
}

static void
list_one(const struct order *o, struct arena *mem, const struct media *m,
    const char *user_id)
{
	if (o->option[OPT_JSON] != NULL)
		tell_json(o, mem, m, user_id);
	else
		say(mem, "%s %-11s %12lld  %-24s %-24s %s",
		    time_text(mem, m->created_at), state(m),
		    (long long)m->blob.size, user_id != NULL ? user_id : "-",
		    m->blob.type != NULL ? m->blob.type : "-", uri(o, mem, m));
}

static void
heading(const struct order *o)
{
	if (o->option[OPT_JSON] == NULL)
		say(o->mem, "%-20s %-11s %12s  %-24s %-24s %s", "TIME",
		    "STATE", "BYTES", "USER", "TYPE", "MEDIA");
}

/* ------------------------------------------------------ page after page */

static struct rows
page(const struct order *o)
{
	return o->media->user == 0 ?
	    db_query(o->db, STMT_MEDIA_PAGE, DB_INT(o->number),
	    DB_INT(PAGE)) :
	    db_query(o->db, STMT_MEDIA_PAGE_OF_USER, DB_INT(o->media->user),
	    DB_INT(o->number), DB_INT(PAGE));
}

static size_t
take_page(const struct order *o, struct media *list, const char **user_ids)
{
	struct rows rows = page(o);
	size_t n = 0;

	while (n < PAGE && rows_next(&rows)) {
		media_take(&rows, &list[n]);
		user_ids[n++] = rows_text(&rows, 11);
	}
	rows_done(&rows);
	return n;
}

/* o->number: the last that was looked at; 0: that was all. */
static int
walk_page(struct order *o)
{
	struct media_choice *c = o->media;
	struct arena *mem = arena_new();
	struct arena *before = db_arena(o->db, mem);
	const char *user_ids[PAGE];
	struct media list[PAGE];
	size_t n = take_page(o, list, user_ids);

	o->number = n == PAGE ? list[n - 1].nr : 0;
	for (size_t i = 0; i < n && !ferror(stdout); i++) {
		/* Their numbers are in the order of time. */
		if (list[i].created_at >= c->before) {
			o->number = 0;
			break;
		}
		c->n++;
		c->bytes += list[i].blob.size;
		if (c->doing)
			media_delete(o->db, &list[i]);
		else
			list_one(o, mem, &list[i], user_ids[i]);
	}
	db_arena(o->db, before);
	arena_free(mem);
	return 0;
}

static int
find_user(struct order *o)
{
	const char *named = o->option[OPT_USER];
	const char *argument = o->name;
	int status = 0;

	o->media->before = INT64_MAX;
	if (named == NULL)
		return 0;
	o->name = named;
	if ((status = order_read(o, user_find_named)) == 0)
		o->media->user = o->account.user;
	o->name = argument;
	return status;
}

static int
media_list(struct order *o)
{
	int status;

	o->media = arena_alloc(o->mem, sizeof(*o->media));
	if ((status = find_user(o)) != 0)
		return status;
	heading(o);
	do
		status = order_read(o, walk_page);
	while (status == 0 && o->number != 0 && !ferror(stdout));
	return status;
}

/* ------------------------------------------------------------------ one */

/* mxc://SERVER/ID, or the id alone. */
static int
find_one(struct order *o)
{
	const char *id = media_own_id(o->mem, o->conf->server_name, o->name);
	struct media *m = &o->media->one;

	if (id == NULL)
		id = o->name;
	if (!media_by_id(o->db, id, m))
		return refuse(o, EX_NOUSER, "there are no such media; `mxcgi "
		    "media list` shows all");
	o->media->user_id = m->user == 0 ? NULL : user_name(o->db, m->user);
	return 0;
}

static int
media_show(struct order *o)
{
	int status;

	o->media = arena_alloc(o->mem, sizeof(*o->media));
	if ((status = order_read(o, find_one)) != 0)
		return status;
	heading(o);
	list_one(o, o->mem, &o->media->one, o->media->user_id);
	if (o->option[OPT_JSON] == NULL && o->media->one.blob.name != NULL)
		say(o->mem, "name: %s", o->media->one.blob.name);
	return 0;
}

static int
set_quarantine(struct order *o, int64_t at)
{
	int status = find_one(o);

	if (status != 0)
		return status;
	if ((o->media->one.quarantined_at != 0) == (at != 0))
		o->same = true;
	else
		media_quarantine(o->db, o->media->one.nr, at);
	return 0;
}

static int
begin_quarantine(struct order *o)
{
	return set_quarantine(o, o->now);
}

static int
end_quarantine(struct order *o)
{
	return set_quarantine(o, 0);
}

static int
change(struct order *o, order_fn *step, const char *done, const char *before)
{
	int status;

	o->media = arena_alloc(o->mem, sizeof(*o->media));
	if ((status = order_write(o, step)) != 0)
		return status;
	if (o->option[OPT_JSON] != NULL)
		return media_show(o);
	say(o->mem, "%s %s", uri(o, o->mem, &o->media->one),
	    o->same ? before : done);
	return 0;
}

static int
media_quarantine_one(struct order *o)
{
	return change(o, begin_quarantine, "is quarantined: nobody gets it",
	    "was quarantined already");
}

static int
media_release(struct order *o)
{
	return change(o, end_quarantine, "is served again",
	    "was not quarantined");
}

/* ---------------------------------------------------------------- purge */

static int
walk_one(struct order *o)
{
	struct media_choice *c = o->media;
	int status = find_one(o);

	if (status != 0)
		return status;
	c->n = 1;
	c->bytes = c->one.blob.size;
	if (c->doing)
		media_delete(o->db, &c->one);
	else
		list_one(o, o->mem, &c->one, c->user_id);
	return 0;
}

static int
check_choice(struct order *o)
{
	const char *older = o->option[OPT_OLDER];
	int64_t ms;

	if ((o->name != NULL) == (o->option[OPT_USER] != NULL ||
	    older != NULL))
		return refuse(o, EX_USAGE, "purge takes either one MEDIA, or "
		    "--user, --older or both");
	if (older == NULL)
		return 0;
	if (!read_span(o->mem, older, &ms))
		return refuse(o, EX_USAGE, "--older is a time such as 12h, 7d "
		    "or 4w");
	o->media->before = clock_now_ms() - ms;
	return 0;
}

/* Until the files are away that the rows were of. */
static int
purge_all(struct order *o)
{
	int status;

	do {
		status = o->media->doing ?
		    order_write(o, o->name != NULL ? walk_one : walk_page) :
		    order_read(o, o->name != NULL ? walk_one : walk_page);
		if (!o->media->doing)
			continue;
		while (media_remove_gone(o->store))
			continue;
		fprintf(stderr, "%lld deleted\n", (long long)o->media->n);
	} while (status == 0 && o->number != 0 && !ferror(stdout));
	return status;
}

static void
tell_purge(const struct order *o)
{
	const struct media_choice *c = o->media;
	struct json_line line;
	struct writer *w;

	if (o->option[OPT_JSON] == NULL) {
		say(o->mem, c->doing ? "%lld media with %lld bytes are deleted" :
		    "%lld media with %lld bytes; --yes deletes them",
		    (long long)c->n, (long long)c->bytes);
		return;
	}
	w = json_line_begin(&line, o->mem);
	put_int(w, "media", c->n);
	put_int(w, "bytes", c->bytes);
	put_bool(w, "deleted", c->doing);
	json_line_end(&line);
}

static int
media_purge(struct order *o)
{
	int status;

	o->media = arena_alloc(o->mem, sizeof(*o->media));
	if ((status = find_user(o)) != 0 || (status = check_choice(o)) != 0)
		return status;
	o->media->doing = o->option[OPT_YES] != NULL;
	if (!o->media->doing)
		heading(o);
	if ((status = purge_all(o)) == 0)
		tell_purge(o);
	return status;
}

/* ------------------------------------------------------------ the verbs */

static const struct verb verbs[] = {
	{ "list", media_list, OPT(USER), NO_ARGUMENT, "[--user USER]",
	    "show all media, or those of a user" },
	{ "show", media_show, 0, ONE_ARGUMENT, "MEDIA", "show one" },
	{ "purge", media_purge, OPT(USER) | OPT(OLDER) | OPT(YES),
	    MAYBE_ARGUMENT, "[--yes] MEDIA | [--user USER] [--older TIME]",
	    "show what would be deleted; with --yes, delete it" },
	{ "quarantine", media_quarantine_one, 0, ONE_ARGUMENT, "MEDIA",
	    "serve it to nobody, but keep it" },
	{ "release", media_release, 0, ONE_ARGUMENT, "MEDIA",
	    "serve it again" },
	{ .name = NULL }
};

int
cmd_media(int argc, char **argv)
{
	return order_run(verbs, argc, argv);
}

/*
 * mxcgi-export-sent.c - mxcgi export: what the user has sent and uploaded.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/arena.h"
#include "matrix/media-file.h"
#include "matrix/shape.h"
#include "mxcgi-backup.h"
#include "mxcgi-export.h"
#include "mxcgi-room.h"

#define PIECE_EVENTS	20000	/* looked at for those of the user */

/* ------------------------------------------------------- what they have sent */

static void
write_event(struct order *o, struct arena *mem, const struct rows *rows)
{
	struct json_line line;
	struct writer *w = json_line_begin(&line, mem);

	put_text(w, "event_id", rows_text(rows, 0));
	put_text(w, "room_id", rows_text(rows, 1));
	put_text(w, "type", rows_text(rows, 2));
	if (!rows_null(rows, 3))
		put_text(w, "state_key", rows_text(rows, 3));
	put_int(w, "origin_server_ts", rows_int(rows, 4));
	if (!rows_null(rows, 5))
		put_text(w, "redacts", rows_text(rows, 5));
	put_bool(w, "redacted", !rows_null(rows, 6));
	write_key(w, "content");
	write_raw(w, row_content(rows, 7));
	export_line(o, &line);
}

/* o->number: how far it has come. */
static int
write_events(struct order *o)
{
	struct arena *mem = arena_new(), *before = db_arena(o->db, mem);
	int64_t upto = o->number + PIECE_EVENTS;
	struct rows rows = db_query(o->db, STMT_EXPORT_EVENTS,
	    DB_INT(o->number), DB_INT(upto), DB_INT(o->account.user));

	while (rows_next(&rows)) {
		write_event(o, mem, &rows);
		arena_clear(mem);
	}
	o->number = upto;
	db_arena(o->db, before);
	arena_free(mem);
	return 0;
}

int
export_events(struct order *o)
{
	struct exporting *x = o->part;
	int status = export_open(o, "events");

	if (status != 0)
		return status;
	for (o->number = 0; status == 0 && o->number < x->last;) {
		status = order_read(o, write_events);
		order_tell("%lld of %lld events looked at",
		    (long long)o->number, (long long)x->last);
	}
	x->messages = x->lines;
	return export_close(o, status);
}

/* --------------------------------------------------- what they have uploaded */

static int
next_media(struct order *o)
{
	struct exporting *x = o->part;
	struct rows rows = db_query(o->db, STMT_MEDIA_PAGE_OF_USER,
	    DB_INT(o->account.user), DB_INT(o->number), DB_INT(EXPORT_MEDIA));

	for (x->n = 0; x->n < EXPORT_MEDIA && rows_next(&rows);)
		media_take(&rows, &x->list[x->n++]);
	rows_done(&rows);
	if (x->n > 0)
		o->number = x->list[x->n - 1].nr;
	return 0;
}

/* An id has no slash.  What is deleted while we work is not there. */
static int
copy_media(struct order *o, const struct media *m, bool *there)
{
	const char *path = export_path(o, arena_printf(o->mem, "media/%s",
	    m->media_id));
	int from, to, status = 0;

	*there = m->uploaded_at != 0 &&
	    (from = media_file_open(o->conf, m->blob.file)) != -1;
	if (!*there)
		return 0;
	to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (to == -1 || !keep_pour(from, to) || fsync(to) == -1)
		status = export_trouble(o, path);
	if (to != -1)
		close(to);
	close(from);
	return status;
}

static int
export_one(struct order *o, const struct media *m)
{
	struct exporting *x = o->part;
	struct json_line line;
	struct writer *w;
	bool there;
	int status = copy_media(o, m, &there);

	w = json_line_begin(&line, o->mem);
	put_text(w, "uri", arena_printf(o->mem, "mxc://%s/%s",
	    o->conf->server_name, m->media_id));
	put_text(w, "file", there ? arena_printf(o->mem, "media/%s",
	    m->media_id) : NULL);
	put_int(w, "created_at", m->created_at);
	put_or_null(w, "uploaded_at", m->uploaded_at);
	put_int(w, "size", m->blob.size);
	put_text(w, "type", m->blob.type);
	put_text(w, "name", m->blob.name);
	export_line(o, &line);
	x->media += there;
	return status;
}

int
export_media(struct order *o)
{
	struct exporting *x = o->part;
	int status = export_open(o, "media");

	if (status != 0)
		return status;
	o->number = 0;
	do {
		status = order_read(o, next_media);
		for (size_t i = 0; status == 0 && i < x->n; i++)
			status = export_one(o, &x->list[i]);
		order_tell("%lld files of media", (long long)x->media);
	} while (status == 0 && x->n == EXPORT_MEDIA);
	return export_close(o, status);
}

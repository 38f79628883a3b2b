/* preview.c - what pages have said, in the database; see preview.h. */
#include "matrix/preview.h"

#include "json/writer.h"
#include "store/upkeep.h"

#define FAILED_MS	(5 * 60 * 1000)	/* then it is tried again */
#define CHUNK		50
#define TRIM		4		/* of the oldest, for each new one */

/* ------------------------------------------------------------------ asking */

/* The columns of $preview. */
enum { EXPIRES_AT, ANSWER, MEDIA_ID, TYPE, SIZE, WIDTH, HEIGHT };

static void
write_picture(struct request *r, struct writer *w, const struct rows *rows)
{
	put_text(w, "og:image", arena_printf(r->mem, "mxc://%s/%s",
	    r->conf->server_name, rows_text(rows, MEDIA_ID)));
	put_text(w, "og:image:type", rows_text(rows, TYPE));
	put_int(w, "matrix:image:size", rows_int(rows, SIZE));
	put_int(w, "og:image:width", rows_int(rows, WIDTH));
	put_int(w, "og:image:height", rows_int(rows, HEIGHT));
}

/* The stored object, and what the picture adds to it. */
static void
reply(struct request *r, const struct rows *rows)
{
	struct span answer = span_of(rows_text(rows, ANSWER));
	struct buf b, picture;
	struct writer w;

	if (rows_null(rows, MEDIA_ID) || answer.n < 2) {
		reply_raw(r, answer);
		return;
	}
	buf_init(&picture, r->mem, SIZE_MAX);
	writer_init(&w, &picture);
	write_object(&w);
	write_picture(r, &w, rows);
	write_end(&w);
	buf_init(&b, r->mem, SIZE_MAX);
	buf_add(&b, answer.s, answer.n - 1);
	if (answer.n > 2)
		buf_putc(&b, ',');
	buf_add(&b, picture.s + 1, picture.len - 1);
	reply_raw(r, buf_content(&b));
}

/* expires_after: what was no longer true by then does not count. */
static bool
answer_with(struct request *r, struct rows rows, int64_t expires_after)
{
	bool found = rows_next(&rows) &&
	    rows_int(&rows, EXPIRES_AT) > expires_after;

	if (found)
		reply(r, &rows);
	rows_done(&rows);
	return found;
}

bool
preview_answer(struct request *r, const char *url, int64_t ts)
{
	return answer_with(r, db_query(r->db, STMT_PREVIEW_BEFORE,
	    DB_TEXT(url), DB_INT(ts)), ts) ||
	    answer_with(r, db_query(r->db, STMT_PREVIEW_AFTER, DB_TEXT(url),
	    DB_INT(ts)), 0);
}

enum preview_said
preview_why_not(struct request *r, const char *url)
{
	return (enum preview_said)db_int(r->db, PREVIEW_FOUND,
	    STMT_PREVIEW_FAILED, DB_TEXT(url), DB_INT(r->now));
}

/* ------------------------------------------------------------------ the end */

static void
drop(struct db *db, int64_t nr, int64_t media)
{
	struct media m;

	db_exec(db, STMT_PREVIEW_DROP, DB_INT(nr));
	if (media == 0 || db_int(db, 1, STMT_PREVIEW_SHOWS, DB_INT(media)) != 0)
		return;
	/* By what is quarantined it is known when it comes again. */
	if (media_by_nr(db, media, &m) && m.user == 0 && m.quarantined_at == 0)
		media_delete(db, &m);
}

/* Up to max of the oldest go if they must; how many did. */
static int
trim(struct db *db, const struct conf *conf, int64_t now, int max)
{
	struct rows rows = db_query(db, STMT_PREVIEW_OLDEST,
	    DB_INT(now - conf->preview_kept_ms), DB_INT(conf->preview_entries),
	    DB_INT(conf->preview_space), DB_INT(max));
	struct { int64_t nr, media; } gone[CHUNK];
	int n = 0;

	while (n < max && rows_next(&rows) && rows_int(&rows, 2) != 0) {
		gone[n].nr = rows_int(&rows, 0);
		gone[n++].media = rows_int(&rows, 1);
	}
	rows_done(&rows);
	for (int i = 0; i < n; i++)
		drop(db, gone[i].nr, gone[i].media);
	return n;
}

static bool
has_excess(struct upkeep *u)
{
	const struct conf *conf = u->store->conf;
	struct rows rows;
	bool excess;

	if (!db_begin(u->store->main, TX_READ))
		return false;
	rows = db_query(u->store->main, STMT_PREVIEW_OLDEST,
	    DB_INT(u->now - conf->preview_kept_ms),
	    DB_INT(conf->preview_entries), DB_INT(conf->preview_space),
	    DB_INT(1));
	excess = rows_next(&rows) && rows_int(&rows, 2) != 0;
	rows_done(&rows);
	return db_commit(u->store->main) && excess;
}

bool
preview_upkeep(struct upkeep *u)
{
	int gone;

	/* Mostly there is nothing to do, and nobody has to wait for that. */
	if (!has_excess(u) || !upkeep_begin(u->store))
		return false;
	gone = trim(u->store->main, u->store->conf, u->now, CHUNK);
	return upkeep_commit(u->store) && gone == CHUNK;
}

/* ----------------------------------------------------------------- keeping */

/* Its number; 0: there is none to be shown. */
static int64_t
put_picture(struct request *r, struct preview *p)
{
	const struct blob blob = {
		.file = p->file.name, .type = picture_mime(p->picture.type),
		.size = p->size
	};
	struct db_arg sha256 = DB_BLOB(p->sha256, SHA256_LEN);
	int64_t same;

	p->kept = false;
	if (!p->has_picture || db_int(r->db, 1, STMT_MEDIA_IS_QUARANTINED,
	    sha256) != 0)
		return 0;
	if ((same = db_int(r->db, 0, STMT_PREVIEW_SAME_MEDIA, sha256)) != 0)
		return same;
	p->kept = true;
	media_put(r, 0, &blob, p->sha256);
	return db_last_rowid(r->db);
}

void
preview_put(struct request *r, struct preview *p)
{
	bool found = p->said == PREVIEW_FOUND;
	int64_t media = found ? put_picture(r, p) : 0;
	int64_t life = found ? r->conf->preview_fresh_ms : FAILED_MS;

	db_exec(r->db, STMT_PREVIEW_DROP_FAILED, DB_TEXT(p->url));
	db_exec(r->db, STMT_PREVIEW_ADD, DB_TEXT(p->url), DB_INT(r->now),
	    DB_INT(r->now + life), DB_INT(p->said),
	    DB_TEXT(found ? p->answer : NULL),
	    media != 0 ? DB_INT(media) : DB_NULL,
	    media != 0 ? DB_INT(p->picture.width) : DB_NULL,
	    media != 0 ? DB_INT(p->picture.height) : DB_NULL,
	    DB_INT(media != 0 ? p->size : 0));
	trim(r->db, r->conf, r->now, TRIM);
}

/*
 * purge.c - history that goes; see purge.h.
 */
#include "matrix/purge.h"

#include <string.h>

#include "base/clock.h"
#include "json/json.h"
#include "matrix/media.h"
#include "matrix/push_note.h"
#include "matrix/redaction.h"
#include "matrix/relation.h"
#include "matrix/search.h"

#define PAGE_EVENTS	50
#define PAGE_LOOKED	2000	/* of a page that writes nothing */
#define PIECE_USERS	500

/* ---------------------------------------------------------------- an event */

void
purge_event(struct db *db, const struct event_row *e, bool related)
{
	search_remove(db, e->nr, e->type, e->content);
	relation_forget(db, e->room, e->nr);
	push_note_forget(db, e->nr);
	db_exec(db, STMT_PURGE_TALLY, DB_INT(e->nr));
	if (related) {
		db_exec(db, STMT_PURGE_THREAD, DB_INT(e->room),
		    DB_TEXT(e->event_id));
		db_exec(db, STMT_PURGE_THREAD_TALLY, DB_INT(e->room),
		    DB_INT(e->nr));
	}
	db_exec(db, STMT_PURGE_EVENT, DB_INT(e->nr));
}

/* ------------------------------------------------------------- what is due */

struct due {
	struct event_row e;
	int64_t		 bytes;
	bool		 related;
	bool		 last;		/* the next event hangs from it */
};

void
purge_begin_at(struct purge *p, int64_t ts)
{
	p->ts = ts;
	p->depth = p->nr = 0;
}

bool
purge_keep_last(struct purge *p, int64_t n)
{
	struct rows rows = db_query(p->db, STMT_PURGE_KEEPS,
	    DB_INT(p->room.nr), DB_INT(n - 1));
	bool some = rows_next(&rows);

	if (some) {
		p->keep_depth = rows_int(&rows, 0);
		p->keep_nr = rows_int(&rows, 1);
	}
	rows_done(&rows);
	return some;
}

static bool
is_behind(const struct purge *p, int64_t depth, int64_t nr)
{
	return p->keep_nr != 0 && (depth > p->keep_depth ||
	    (depth == p->keep_depth && nr >= p->keep_nr));
}

/* Does e redact something that stays? */
static bool
is_needed(const struct purge *p, const struct event_row *e)
{
	struct rows rows;
	bool stays = false;

	if (e->redacts == NULL)
		return false;
	rows = db_query(p->db, STMT_PURGE_REDACTS, DB_TEXT(e->redacts),
	    DB_INT(e->nr));
	if (rows_next(&rows))
		stays = rows_int(&rows, 0) != 0 || is_behind(p,
		    rows_int(&rows, 1), rows_int(&rows, 2)) ||
		    rows_int(&rows, 3) >= p->before;
	rows_done(&rows);
	return stays;
}

static bool
is_kept(const struct purge *p, const struct event_row *e)
{
	return e->state_key != NULL || is_behind(p, e->depth, e->nr) ||
	    is_needed(p, e);
}

/* Columns as purge_next has them.  False: it stays. */
static bool
take_due(struct purge *p, const struct rows *rows, struct due *due)
{
	struct event_row e = event_peek(rows);

	p->ts = e.origin_server_ts;
	p->depth = e.depth;
	p->nr = e.nr;
	if (is_kept(p, &e))
		return false;
	*due = (struct due){
		.e = p->only_look ? e : event_row(rows),
		.bytes = (int64_t)rows_span(rows, EVENT_COLUMNS - 1).n,
		.related = rows_int(rows, EVENT_COLUMNS) != 0,
		.last = rows_int(rows, EVENT_COLUMNS + 1) != 0,
	};
	return true;
}

static struct rows
rows_behind(struct purge *p, int64_t most)
{
	return db_query(p->db, STMT_PURGE_NEXT, DB_INT(p->room.nr),
	    DB_INT(p->ts), DB_INT(p->depth), DB_INT(p->nr),
	    DB_INT(p->before), DB_INT(most));
}

/* ---------------------------------------------------------------- looking */

static bool
look(struct purge *p)
{
	struct rows rows = rows_behind(p, PAGE_LOOKED);
	struct due due;
	int n = 0;

	for (; rows_next(&rows); n++)
		if (take_due(p, &rows, &due) && !due.last) {
			p->n++;
			p->bytes += due.bytes;
		}
	rows_done(&rows);
	return n == PAGE_LOOKED;
}

/* ---------------------------------------------------------------- purging */

static void
purge_media(struct purge *p, const struct event_row *e)
{
	struct arena *mem = db_arena(p->db, NULL);
	struct arena *before = json_arena(mem);

	db_arena(p->db, mem);
	media_delete_shown(p->db, p->media_of, e->sender,
	    json_parse_own(mem, e->content));
	json_arena(before);
}

/* The next event hangs from it.  Nobody need read that any more. */
static void
strip(struct purge *p, const struct event_row *e)
{
	if (redaction_strip_bare(p->db, &p->room, e)) {
		db_exec(p->db, STMT_PURGE_TALLY, DB_INT(e->nr));
		p->stripped++;
	}
	if (p->left_ts == 0)
		p->left_ts = e->origin_server_ts;
}

static void
purge_one(struct purge *p, const struct due *due)
{
	if (p->media_of != NULL)
		purge_media(p, &due->e);
	if (due->last) {
		strip(p, &due->e);
		return;
	}
	purge_event(p->db, &due->e, due->related);
	p->n++;
	p->bytes += due->bytes;
}

/* Nothing is deleted under the eyes of who reads it. */
static bool
purge_page(struct purge *p)
{
	struct rows rows = rows_behind(p, PAGE_EVENTS);
	struct due due[PAGE_EVENTS];
	size_t looked = 0, n = 0;

	for (; rows_next(&rows); looked++)
		n += take_due(p, &rows, &due[n]);
	rows_done(&rows);
	for (size_t i = 0; i < n; i++)
		purge_one(p, &due[i]);
	return looked == PAGE_EVENTS;
}

bool
purge_piece(struct purge *p, int64_t stop_us)
{
	bool more;

	do
		more = p->only_look ? look(p) : purge_page(p);
	while (more && clock_mono_us() < stop_us);
	return more;
}

/* ------------------------------------------------------------ and receipts */

static int64_t
clear(struct db *db, int64_t room, int64_t after, enum stmt find,
    enum stmt drop)
{
	int64_t upto = db_int(db, 0, find, DB_INT(room), DB_INT(after),
	    DB_INT(PIECE_USERS));

	if (upto != 0)
		db_exec(db, drop, DB_INT(room), DB_INT(after), DB_INT(upto));
	return upto;
}

/* Both lists go on from the nearer end of the two pieces. */
bool
purge_ended(struct db *db, int64_t room, int64_t *user)
{
	int64_t read = clear(db, room, *user, STMT_PURGE_USERS,
	    STMT_PURGE_RECEIPTS);
	int64_t spoke = clear(db, room, *user, STMT_PURGE_SPEAKERS,
	    STMT_PURGE_SPOKE);

	*user = read == 0 || (spoke != 0 && spoke < read) ? spoke : read;
	return *user != 0;
}

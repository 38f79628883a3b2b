/*
 * bundle.c - bundled aggregations: what is told with an event of those that
 * relate to it (relation.h).
 */
#include <string.h>

#include "matrix/relation.h"
#include "matrix/visibility.h"

/*
 * Looked at to find the newest edit that is valid, the events that refer to it,
 * and to count the replies that somebody sees who does not see all.
 */
#define EDITS_MAX	100
#define LOOKS_MAX	500
#define REPLIES_MAX	500

/* --------------------------------------------------------- is there any? */

/* Does anything relate to it? */
static bool
has_children(struct db *db, const struct event_row *e, struct viewer *viewer)
{
	struct quiet *quiet = viewer_quiet(viewer);
	int64_t before;

	if (e->nr >= quiet->from && e->nr < quiet->until)
		return false;
	before = db_int(db, 0, STMT_RELATED_UPTO, DB_INT(e->room),
	    DB_INT(e->nr));
	if (before == e->nr)
		return true;
	quiet->from = before + 1;
	quiet->until = db_int(db, INT64_MAX, STMT_RELATED_AFTER,
	    DB_INT(e->room), DB_INT(e->nr));
	return false;
}

static bool
counts(const struct reader *reader, const struct event_row *e)
{
	if (reader->work != NULL)
		++*reader->work;
	return viewer_may_see(reader->viewer, e) &&
	    !viewer_ignores(reader->viewer, e->sender_id);
}

/* -------------------------------------------------------------- m.replace */

static bool
is_edit(struct db *db, const struct event_row *e)
{
	struct rows rows = db_query(db, STMT_RELATION_TYPE, DB_INT(e->nr));
	bool is = rows_next(&rows) &&
	    strcmp(rows_text(&rows, 0), "m.replace") == 0;

	rows_done(&rows);
	return is;
}

/* What an edit says is in the ciphertext, where there is one. */
static bool
edit_valid(const struct event_row *e)
{
	struct span content = json_slice(e->content, "m.new_content");

	return e->state_key == NULL && e->redacted_by == 0 &&
	    ((content.n > 0 && content.s[0] == '{') ||
	    strcmp(e->type, "m.room.encrypted") == 0);
}

static bool
newer(const struct event_row *e, const struct event_row *than)
{
	return e->origin_server_ts > than->origin_server_ts ||
	    (e->origin_server_ts == than->origin_server_ts &&
	    strcmp(e->event_id, than->event_id) > 0);
}

/* Rows come newest first, but those of the same moment in any order. */
static void
find_edit(struct db *db, const struct event_row *e,
    const struct reader *reader, struct bundle *bundle)
{
	struct rows rows;

	if (e->redacted_by != 0 || is_edit(db, e))
		return;
	rows = db_query(db, STMT_RELATION_EDITS, DB_TEXT(e->event_id),
	    DB_INT(e->sender), DB_TEXT(e->type), DB_INT(e->room),
	    DB_INT(EDITS_MAX));
	while (rows_next(&rows)) {
		struct event_row edit = event_peek(&rows);

		if (bundle->edited && edit.origin_server_ts <
		    bundle->edit.origin_server_ts)
			break;
		event_trim(db, &edit, reader);
		if (!edit_valid(&edit) || !counts(reader, &edit) ||
		    (bundle->edited && !newer(&edit, &bundle->edit)))
			continue;
		bundle->edit = event_row(&rows);
		event_trim(db, &bundle->edit, reader);
		bundle->edited = true;
	}
	rows_done(&rows);
}

/* --------------------------------------------------------------- m.thread */

bool
thread_participated(struct db *db, const struct event_row *root, int64_t user)
{
	return root->sender == user || db_int(db, 0, STMT_RELATION_SENT,
	    DB_TEXT(root->event_id), DB_TEXT("m.thread"), DB_INT(user),
	    DB_INT(root->room)) != 0;
}

/* Who left need not be shown past what came since; who is in sees the end. */
static struct rows
query_replies(struct db *db, const struct event_row *root,
    const struct reader *reader, const struct event_row *last)
{
	int64_t depth = INT64_MAX, nr = INT64_MAX;

	if (!viewer_may_see(reader->viewer, last)) {
		nr = viewer_ended(reader->viewer);
		depth = db_int(db, INT64_MAX, STMT_PLACE_OF_EVENT, DB_INT(nr));
	}
	return db_query(db, STMT_RELATION_BACK, DB_TEXT(root->event_id),
	    DB_TEXT("m.thread"), DB_INT(root->room), DB_INT(depth),
	    DB_INT(nr), DB_INT(0), DB_INT(0));
}

/* One by one, the newest first; of them `most`. */
static int64_t
count_replies(struct db *db, const struct event_row *root,
    const struct reader *reader, const struct event_row *last, int64_t most,
    struct event_row *latest)
{
	struct rows rows = query_replies(db, root, reader, last);
	int64_t n = 0;

	for (int i = 0; i < REPLIES_MAX && n < most && rows_next(&rows); i++) {
		struct event_row e = event_peek(&rows);

		if (!counts(reader, &e))
			continue;
		if (n++ == 0)
			*latest = event_row(&rows);
	}
	rows_done(&rows);
	return n;
}

/* Who sees them all is told what was counted when they came. */
bool
thread_read(struct db *db, const struct event_row *root,
    const struct reader *reader, struct event_row *latest, int64_t *replies)
{
	struct rows rows = db_query(db, STMT_THREAD_GET, DB_INT(root->room),
	    DB_TEXT(root->event_id));
	int64_t n = 0, nr = 0;
	struct event_row last;

	if (rows_next(&rows)) {
		n = rows_int(&rows, 0);
		nr = rows_int(&rows, 1);
	}
	rows_done(&rows);
	if (!event_find(db, nr, &last))
		return false;
	if (viewer_sees_all(reader->viewer, root->nr, nr) &&
	    !viewer_ignores_any(reader->viewer))
		*latest = last;
	else
		n = count_replies(db, root, reader, &last,
		    replies != NULL ? REPLIES_MAX : 1, latest);
	if (replies != NULL)
		*replies = n;
	return n > 0;
}

/* ------------------------------------------------------------ m.reference */

static void
find_references(struct db *db, const struct event_row *e,
    const struct reader *reader, struct bundle *bundle)
{
	struct arena *mem = db_arena(db, NULL);
	struct rows rows = db_query(db, STMT_RELATION_FORWARD,
	    DB_TEXT(e->event_id), DB_TEXT("m.reference"), DB_INT(e->room),
	    DB_INT(0), DB_INT(0), DB_INT(INT64_MAX), DB_INT(INT64_MAX));

	db_arena(db, mem);
	for (int looks = 0; looks < LOOKS_MAX &&
	    bundle->references < REFERENCES_MAX && rows_next(&rows); looks++) {
		struct event_row child = event_peek(&rows);

		if (!counts(reader, &child))
			continue;
		if (bundle->reference == NULL)
			bundle->reference = arena_alloc(mem, REFERENCES_MAX *
			    sizeof(*bundle->reference));
		bundle->reference[bundle->references++] = child.event_id;
	}
	rows_done(&rows);
}

/* -------------------------------------------------------------------- all */

/* But m.thread, which an event of a thread does not have. */
static bool
find_simple(struct db *db, const struct event_row *e,
    const struct reader *reader, struct bundle *bundle)
{
	*bundle = (struct bundle){ .edited = false };
	if (e->state_key != NULL || !has_children(db, e, reader->viewer))
		return false;
	find_edit(db, e, reader, bundle);
	find_references(db, e, reader, bundle);
	return true;
}

bool
bundle_find(struct db *db, const struct event_row *e,
    const struct reader *reader, struct bundle *bundle)
{
	struct arena *mem = db_arena(db, NULL);
	struct bundle *of_latest;

	db_arena(db, mem);
	if (reader->viewer == NULL || !find_simple(db, e, reader, bundle))
		return false;
	if (!thread_read(db, e, reader, &bundle->latest, &bundle->replies)) {
		bundle->replies = 0;
		return bundle->edited || bundle->references > 0;
	}
	bundle->participated = thread_participated(db, e,
	    viewer_user(reader->viewer));
	event_trim(db, &bundle->latest, reader);
	of_latest = arena_alloc(mem, sizeof(*of_latest));
	if (find_simple(db, &bundle->latest, reader, of_latest))
		bundle->of_latest = of_latest;
	return true;
}

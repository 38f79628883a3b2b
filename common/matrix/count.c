/* count.c - see count.h. */
#include "matrix/count-inner.h"
#include "matrix/unread.h"

/* Where a user stands whom no receipt in a thread is about. */
static int64_t
read_upto(struct db *db, int64_t room, int64_t user, int64_t since)
{
	int64_t read = unread_after(db, room, user);

	return read > since ? read : since;
}

static size_t
read_spots(struct db *db, int64_t room, int64_t user, int64_t after,
    struct spot spot[SPOTS_MAX])
{
	struct rows rows = db_query(db, STMT_UNREAD, DB_INT(room),
	    DB_INT(user), DB_INT(after), DB_INT(UNREAD_THREADS_MAX));
	size_t n = 0;

	while (n < SPOTS_MAX && rows_next(&rows))
		spot[n++] = (struct spot){
			.thread = rows_int(&rows, 0),
			.root = rows_text(&rows, 1),
			.read = rows_int(&rows, 2),
			.counts = { rows_int(&rows, 3), rows_int(&rows, 4) },
		};
	rows_done(&rows);
	return n;
}

/* What ignored users send does not notify. */
static void
leave_out(struct db *db, int64_t room, int64_t user, struct viewer *viewer,
    struct spot *spot)
{
	struct rows rows = db_query(db, STMT_UNREAD_BY, DB_INT(user),
	    DB_INT(room), DB_INT(spot->thread), DB_INT(spot->read),
	    DB_INT(UNREAD_IGNORED_MAX));

	while (rows_next(&rows)) {
		if (!viewer_ignores(viewer, rows_text(&rows, 0)))
			continue;
		spot->counts.notifications -= rows_int(&rows, 1);
		spot->counts.highlights -= rows_int(&rows, 2);
	}
}

static void
add(struct counts *sum, const struct counts *more)
{
	sum->notifications += more->notifications;
	sum->highlights += more->highlights;
}

static void
add_spot(struct unread *unread, const struct spot *spot)
{
	if (spot->counts.notifications <= 0)
		return;
	add(&unread->all, &spot->counts);
	if (spot->thread == 0)
		unread->main = spot->counts;
	else
		unread->thread[unread->n++] = (struct thread_counts){
			spot->root, spot->counts };
}

static size_t
by_predefined(struct db *db, int64_t room, int64_t user, int64_t after,
    struct viewer *viewer, struct spot spot[SPOTS_MAX])
{
	size_t n = read_spots(db, room, user, after, spot);

	if (n > 0 && viewer != NULL && viewer_ignores_any(viewer))
		for (size_t i = 0; i < n; i++)
			leave_out(db, room, user, viewer, &spot[i]);
	return n;
}

static size_t
by_own(struct counting *c, struct arena *mem, int64_t room, int64_t after,
    struct viewer *viewer, struct spot spot[SPOTS_MAX])
{
	struct own_counts own = { .c = c, .mem = mem, .room = { .nr = room },
	    .after = after, .viewer = viewer, .spot = spot };

	return unread_by_own_rules(&own) ? own.n : 0;
}

struct unread
unread_read(struct counting *c, struct arena *mem, int64_t room, int64_t since,
    struct viewer *viewer)
{
	struct spot spot[SPOTS_MAX];
	struct unread unread = { .n = 0 };
	int64_t after = read_upto(c->db, room, c->user, since);
	size_t n;

	counting_begin(c);
	n = c->own == NULL ?
	    by_predefined(c->db, room, c->user, after, viewer, spot) :
	    by_own(c, mem, room, after, viewer, spot);
	if (n > 0)
		unread.thread = arena_alloc(mem, n * sizeof(*unread.thread));
	for (size_t i = 0; i < n; i++)
		add_spot(&unread, &spot[i]);
	return unread;
}

bool
unread_changed(struct db *db, int64_t room, int64_t user, int64_t after)
{
	return db_int(db, 0, STMT_UNREAD_CHANGED, DB_INT(room),
	    DB_INT(user), DB_INT(after)) != 0;
}

/*
 * events-members.c - lazy loading: which members a client needs to know of to
 * show what it is told (client-server API, "Lazy-loading room members").
 *
 * What was told in an answer before is told again where it is needed again:
 * an answer may have been lost on its way, a token may be used twice, and the
 * clients of one device may each have tokens of their own, so that nothing
 * remembered here could say what the one that asks knows.  The exception is
 * the caller's own membership, which every client hears of with a room.
 */
#include <string.h>

#include "events.h"

#define MEMBER	"m.room.member"

/* As they were just before a position, unless that is told already. */
static void
need(struct told *t, const char *user_id, int64_t before)
{
	struct event_row e;
	struct rows rows;

	if (user_id == NULL || event_list_has(&t->state, MEMBER, user_id))
		return;
	rows = db_query(t->db, STMT_MEMBER_BEFORE, DB_INT(t->heard->room.nr),
	    DB_TEXT(user_id), DB_INT(before));
	if (rows_next(&rows)) {
		e = event_peek(&rows);
		event_trim(t->db, &e, &t->reader);
		if (told_fits(t, &t->filter->state, &e))
			event_list_add(t->mem, &t->state, &e);
	}
	rows_done(&rows);
	t->effort->spent++;
}

/* Is the client told of this member by the timeline, before its event n? */
static bool
timeline_tells(const struct told *t, const char *user_id, size_t n)
{
	const struct event_list before = { t->timeline.item, n, n };

	return event_list_has(&before, MEMBER, user_id);
}

/*
 * Who wrote the timeline.  Where the client reads the state behind it, also
 * those whom it is about: it is to take nothing out of the timeline then.
 */
static void
need_senders(struct told *t, const char *known, int64_t before)
{
	bool behind = before > t->stretch.upto;

	for (size_t i = 0; i < t->timeline.n; i++) {
		const struct event_row *e = &t->timeline.item[i];

		if ((known == NULL || strcmp(known, e->sender_id) != 0) &&
		    (behind || !timeline_tells(t, e->sender_id, i)))
			need(t, e->sender_id, before);
		if (behind && e->state_key != NULL &&
		    strcmp(e->type, MEMBER) == 0)
			need(t, e->state_key, before);
	}
}

/* Who changed while the client heard nothing of a room that it still knows. */
static void
need_changed(struct told *t, int64_t before)
{
	struct rows rows = db_query(t->db, STMT_TOLD_MEMBERS,
	    DB_INT(t->heard->room.nr), DB_INT(t->stretch.stale),
	    DB_INT(before));

	while (!effort_is_much(t->effort) && rows_next(&rows))
		need(t, rows_text(&rows, 0), before);
	rows_done(&rows);
}

void
told_members(struct told *t, bool all, int64_t before)
{
	const char *own = user_name(t->db, t->user);
	bool redundant = all || t->filter->state.include_redundant_members;

	need_senders(t, redundant ? NULL : own, before);
	for (size_t i = 0; i < t->summary.heroes; i++)
		need(t, t->summary.hero[i], before);
	if (all)
		need(t, own, before);
	if (t->stretch.fresh && t->stretch.stale > 0)
		need_changed(t, before);
}

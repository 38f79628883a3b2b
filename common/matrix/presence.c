/* presence.c - what users show of themselves. */
#include <string.h>

#include "json/json.h"
#include "matrix/presence.h"
#include "matrix/room.h"

#define SETTLE_MAX	500	/* some 10 ms */

static const char *const words[] = {
	[PRESENCE_OFFLINE] = "offline",
	[PRESENCE_UNAVAILABLE] = "unavailable",
	[PRESENCE_ONLINE] = "online",
	[PRESENCE_FREE_FOR_CHAT] = "free_for_chat"
};

enum presence
presence_of(const char *word, bool in_2015)
{
	enum presence last = in_2015 ? PRESENCE_FREE_FOR_CHAT :
	    PRESENCE_ONLINE;

	for (enum presence p = PRESENCE_OFFLINE; p <= last; p++)
		if (strcmp(word, words[p]) == 0)
			return p;
	return PRESENCE_NONE;
}

const char *
presence_name(enum presence p, bool in_2015)
{
	return words[p == PRESENCE_FREE_FOR_CHAT && !in_2015 ?
	    PRESENCE_ONLINE : p];
}

/* ----------------------------------------------------------- what is noted */

static int64_t
last_change(const struct presence_owner *o)
{
	return db_int(o->vol, 0, STMT_VOLATILE_LAST);
}

/*
 * What belongs together is one transaction: to take the store's lock costs more
 * than what is done with it.
 */
static bool
begin(const struct presence_owner *o, int64_t *last)
{
	if (!db_begin(o->vol, TX_WRITE))
		return false;
	*last = last_change(o);
	return true;
}

/* Did anything change that others hear of? */
static bool
end(const struct presence_owner *o, int64_t last)
{
	bool changed = last_change(o) != last;

	return db_commit(o->vol) && changed;
}

/* Also of so many others whose time is over. */
static void
review(const struct presence_owner *o, int64_t others)
{
	int64_t idle = o->conf->presence_idle_ms;

	db_exec(o->vol, STMT_PRESENCE_REVIEW, DB_INT(idle / 2), DB_INT(o->now),
	    DB_INT(idle), DB_INT(o->user), DB_INT(others));
}

bool
presence_here(const struct presence_owner *o, int64_t device,
    enum presence says, int64_t until)
{
	int64_t gone = until + o->conf->presence_offline_ms;
	int64_t last, known = 0;
	enum presence shown = PRESENCE_OFFLINE, said = says;
	struct rows rows;

	if (!o->conf->presence)
		return false;
	rows = db_query(o->vol, STMT_PRESENCE_CLIENT_GET, DB_INT(o->user),
	    DB_INT(device));
	if (rows_next(&rows)) {
		shown = (enum presence)rows_int(&rows, 0);
		known = rows_int(&rows, 2);
		if (known > o->now)
			said = (enum presence)rows_int(&rows, 1);
	}
	rows_done(&rows);
	if (shown != PRESENCE_OFFLINE && said == says && known >= gone)
		return false;
	if (!begin(o, &last))
		return false;
	db_exec(o->vol, STMT_PRESENCE_ADD, DB_INT(o->user));
	db_exec(o->vol, STMT_PRESENCE_CLIENT_SET, DB_INT(o->user),
	    DB_INT(device), DB_INT(says),
	    DB_INT(gone + 2 * (int64_t)o->conf->presence_offline_ms));
	if (shown == PRESENCE_OFFLINE || said != says || (known <= o->now &&
	    says == PRESENCE_ONLINE))
		db_exec(o->vol, STMT_PRESENCE_CAME,
		    DB_INT(says == PRESENCE_ONLINE ? o->now : 0),
		    DB_INT(o->user));
	review(o, 0);
	return end(o, last);
}

bool
presence_act(const struct presence_owner *o)
{
	struct rows rows;
	bool noted = false;
	int64_t last;

	if (!o->conf->presence)
		return false;
	rows = db_query(o->vol, STMT_PRESENCE_GET, DB_INT(o->user));
	if (rows_next(&rows))
		noted = rows_int(&rows, 0) != PRESENCE_UNAVAILABLE &&
		    o->now - rows_int(&rows, 3) <
		    o->conf->presence_idle_ms / 5;
	rows_done(&rows);
	if (noted || !begin(o, &last))
		return false;
	db_exec(o->vol, STMT_PRESENCE_ADD, DB_INT(o->user));
	db_exec(o->vol, STMT_PRESENCE_ACT, DB_INT(o->now), DB_INT(o->user));
	review(o, 0);
	return end(o, last);
}

static bool
is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Do they say what they said a moment ago, and is it so? */
static bool
is_said(const struct presence_owner *o, enum presence wish,
    const char *status_msg)
{
	struct rows rows = db_query(o->vol, STMT_PRESENCE_GET, DB_INT(o->user));
	bool said = false;

	if (rows_next(&rows))
		said = rows_int(&rows, 0) == wish &&
		    rows_int(&rows, 4) == wish &&
		    is_same(rows_text(&rows, 2), status_msg) &&
		    (wish < PRESENCE_ONLINE || o->now - rows_int(&rows, 3) <
		    o->conf->presence_idle_ms / 5);
	rows_done(&rows);
	return said;
}

/*
 * Who says that they are somewhere is here by the client that says it.  It is
 * thought to be here for longer than it need be, so that this is written now
 * and then only.
 */
bool
presence_say(const struct presence_owner *o, int64_t device,
    enum presence wish, const char *status_msg)
{
	int64_t offline = o->conf->presence_offline_ms, last;
	bool stays;

	if (!o->conf->presence)
		return false;
	stays = wish == PRESENCE_OFFLINE || db_int(o->vol, 0,
	    STMT_PRESENCE_CLIENT_UNTIL, DB_INT(o->user), DB_INT(device)) >=
	    o->now + 2 * offline;
	if ((stays && is_said(o, wish, status_msg)) || !begin(o, &last))
		return false;
	db_exec(o->vol, STMT_PRESENCE_ADD, DB_INT(o->user));
	if (!stays)
		db_exec(o->vol, STMT_PRESENCE_CLIENT_STAY, DB_INT(o->user),
		    DB_INT(device), DB_INT(PRESENCE_ONLINE),
		    DB_INT(o->now + 3 * offline));
	db_exec(o->vol, STMT_PRESENCE_SAY, DB_INT(wish), DB_TEXT(status_msg),
	    DB_INT(o->now), DB_INT(o->user));
	review(o, 0);
	return end(o, last);
}

bool
presence_renew(const struct presence_owner *o)
{
	int64_t last;

	if (!o->conf->presence || !begin(o, &last))
		return false;
	db_exec(o->vol, STMT_PRESENCE_ADD, DB_INT(o->user));
	db_exec(o->vol, STMT_PRESENCE_RENEW, DB_INT(o->user));
	return end(o, last);
}

/* Asked in every round: who only looks must not take the store's lock. */
int64_t
presence_settle(const struct presence_owner *o)
{
	int64_t next, last;

	if (!o->conf->presence)
		return -1;
	next = db_int(o->vol, -1, STMT_PRESENCE_NEXT);
	if (next == -1 || next > o->now || !begin(o, &last))
		return next;
	review(o, SETTLE_MAX);
	db_exec(o->vol, STMT_PRESENCE_CLIENTS_GONE, DB_INT(o->now),
	    DB_INT(SETTLE_MAX));
	next = db_int(o->vol, -1, STMT_PRESENCE_NEXT);
	end(o, last);
	return next;
}

/* --------------------------------------------------------- who hears of it */

bool
presence_shared(struct db *db, int64_t viewer, int64_t user)
{
	return viewer == user || rooms_shared(db, user, viewer) ||
	    db_int(db, 0, STMT_PRESENCE_IS_MUTUAL, DB_INT(viewer),
	    DB_INT(user)) != 0;
}

/* ------------------------------------------------------------- what they do */

bool
presence_get(const struct presence_owner *o, struct presence_row *p)
{
	struct rows rows;
	bool found;

	*p = (struct presence_row){ .shown = PRESENCE_OFFLINE };
	if (!o->conf->presence)
		return false;
	rows = db_query(o->vol, STMT_PRESENCE_GET, DB_INT(o->user));
	if ((found = rows_next(&rows)))
		*p = (struct presence_row){
			.shown = (enum presence)rows_int(&rows, 0),
			.active = rows_int(&rows, 1) != 0,
			.status_msg = rows_text(&rows, 2),
			.acted_at = rows_int(&rows, 3),
		};
	rows_done(&rows);
	return found;
}

void
put_presence(struct writer *w, const struct presence_row *p, int64_t now,
    bool in_2015)
{
	put_text(w, "presence", presence_name(p->shown, in_2015));
	if (p->acted_at != 0)
		put_int(w, "last_active_ago", now > p->acted_at ?
		    now - p->acted_at : 0);
	if (p->status_msg != NULL)
		put_text(w, "status_msg", p->status_msg);
	if (p->shown >= PRESENCE_ONLINE)
		put_bool(w, "currently_active", p->active);
}

static void
put_profile(struct writer *w, const struct rows *rows, int column,
    const char *field)
{
	if (!rows_null(rows, column))
		put_raw(w, field, rows_span(rows, column));
}

bool
write_presence_event(struct writer *w, struct db *db, int64_t user,
    const struct presence_row *p, int64_t now, bool in_2015)
{
	struct rows rows = db_query(db, STMT_PRESENCE_PROFILE, DB_INT(user));

	if (!rows_next(&rows))
		return false;
	write_object(w);
	put_text(w, "type", "m.presence");
	if (!in_2015)
		put_text(w, "sender", rows_text(&rows, 0));
	put_object(w, "content");
	if (in_2015)
		put_text(w, "user_id", rows_text(&rows, 0));
	put_presence(w, p, now, in_2015);
	put_profile(w, &rows, 1, "displayname");
	put_profile(w, &rows, 2, "avatar_url");
	write_end(w);
	write_end(w);
	rows_done(&rows);
	return true;
}

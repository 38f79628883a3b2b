/*
 * service_ephemeral.c - see service.h: receipts, typing and presence, as
 * services hear of them ("Pushing ephemeral data").
 */
#include <string.h>

#include "json/json.h"
#include "matrix/presence.h"
#include "matrix/service-inner.h"

/* Stored as these numbers (volatile.sql). */
enum { VOLATILE_TYPING = 1, VOLATILE_PRESENCE = 2 };

static bool
begin_event(struct walk *w, int64_t room, const char *type)
{
	struct writer *out = &w->ephemeral_writer;
	struct room r;

	if (!room_get(w->db, room, &r))
		return false;
	write_object(out);
	put_text(out, "type", type);
	put_text(out, "room_id", r.room_id);
	put_object(out, "content");
	return true;
}

static void
end_event(struct walk *w)
{
	write_end(&w->ephemeral_writer);
	write_end(&w->ephemeral_writer);
	w->ephemerals++;
}

/* The columns of service_receipts. */
enum { THREAD, EVENT_ID, KIND, USER_ID, AT, MORE };

static void
write_receipt(struct walk *w, const struct rows *rows)
{
	struct writer *out = &w->ephemeral_writer;
	const char *thread = rows_text(rows, THREAD);
	struct span more = rows_blob(rows, MORE);
	const cJSON *item;

	put_object(out, rows_text(rows, EVENT_ID));
	put_object(out, rows_text(rows, KIND));
	put_object(out, rows_text(rows, USER_ID));
	put_int(out, "ts", rows_int(rows, AT));
	if (*thread != '\0')
		put_text(out, "thread_id", thread);
	if (more.n > 0)
		cJSON_ArrayForEach(item, json_parse_own(w->mem, more))
			put_json(out, item->string, item);
	write_end(out);
	write_end(out);
	write_end(out);
}

/* A private one is for its user alone, and so for who is that user. */
void
tell_receipt(struct walk *w, int64_t pos, bool private, int64_t room,
    int64_t user)
{
	struct rows rows;

	if (private ? !is_own_user(w, user_name(w->db, user)) :
	    !is_own_room(w, room))
		return;
	rows = db_query(w->db, STMT_SERVICE_RECEIPTS, DB_INT(room),
	    DB_TEXT(private ? "m.read.private" : "m.read"), DB_INT(pos));
	while (rows_next(&rows)) {
		if (!begin_event(w, room, "m.receipt"))
			continue;
		write_receipt(w, &rows);
		end_event(w);
	}
}

static void
tell_typing(struct walk *w, int64_t room)
{
	struct writer *out = &w->ephemeral_writer;
	struct rows rows;

	if (!is_own_room(w, room) || !begin_event(w, room, "m.typing"))
		return;
	put_array(out, "user_ids");
	rows = db_query(w->s->store->vol, STMT_TYPING_USERS, DB_INT(room),
	    DB_INT(w->now));
	while (rows_next(&rows))
		write_text(out, user_name(w->db, rows_int(&rows, 0)));
	write_end(out);
	end_event(w);
}

static void
tell_presence(struct walk *w, int64_t user)
{
	struct presence_owner owner = { .vol = w->s->store->vol,
	    .conf = w->s->store->conf, .user = user, .now = w->now };
	struct presence_row p;

	if (!is_own_user(w, user_name(w->db, user)) &&
	    db_int(w->db, 0, STMT_SERVICE_SHARES, DB_INT(w->s->nr),
	    DB_INT(user)) == 0)
		return;
	presence_get(&owner, &p);
	w->ephemerals += write_presence_event(&w->ephemeral_writer, w->db, user,
	    &p, w->now, false);
}

struct change {
	int64_t		 n, kind, about;
};

/* All at once, since each question to that store ends the one before. */
static size_t
look_volatile(struct walk *w, struct change *list, size_t most)
{
	struct rows rows = db_query(w->s->store->vol, STMT_SERVICE_VOLATILE,
	    DB_INT(w->heard), DB_INT((int64_t)most));
	size_t n;

	for (n = 0; n < most && rows_next(&rows); n++)
		list[n] = (struct change){ rows_int(&rows, 0),
		    rows_int(&rows, 1), rows_int(&rows, 2) };
	rows_done(&rows);
	return n;
}

bool
tell_volatile(struct walk *w)
{
	struct change list[EPHEMERAL_MAX];
	size_t n = look_volatile(w, list, EPHEMERAL_MAX);

	for (size_t i = 0; i < n; i++) {
		if (list[i].kind == VOLATILE_TYPING)
			tell_typing(w, list[i].about);
		else if (list[i].kind == VOLATILE_PRESENCE)
			tell_presence(w, list[i].about);
		w->heard = list[i].n;
	}
	return n == EPHEMERAL_MAX;
}

/* push_send.c - see push_send.h. */
#include "matrix/push_send.h"

#include <string.h>

#include "matrix/push_mail.h"
#include "matrix/push_unread.h"
#include "matrix/room.h"
#include "matrix/shape.h"
#include "matrix/visibility.h"

struct telling {
	struct store	*store;
	struct badges	*badges;
	struct db	*db;
	struct arena	*mem;
	int64_t		 now;
	int64_t		 user;
	const char	*user_id;
	bool		 locked;	/* their account is */
	const char	*app_id;
	const char	*pushkey;
	int64_t		 set_at;
	struct span	 data;		/* as the client gave it, without url */
	int64_t		 unread;
	struct span	 tweaks;
	const struct event_row *event;	/* NULL: unread alone */
	const char	*room_id;
	bool		 in;		/* the room, now */
};

/* ----------------------------------------------------------------- writing */

/*
 * A text of the state of the room, if there is one that is not too long: as it
 * was at the event, for who is not in any more.
 */
static void
put_state(struct writer *w, const struct telling *t, const char *name,
    const char *type, const char *state_key, const char *key)
{
	int64_t nr = t->in ?
	    room_state_now(t->db, t->event->room, type, state_key) :
	    room_state_at(t->db, t->event->room, t->event->nr, type, state_key);
	struct event_row e;
	struct span text;

	if (!event_find(t->db, nr, &e))
		return;
	text = json_slice(e.content, key);
	if (text.n > 2 && text.n <= PUSH_NAME_MAX && text.s[0] == '"')
		put_raw(w, name, text);
}

static void
put_event(struct writer *w, const struct telling *t)
{
	const struct event_row *e = t->event;

	put_text(w, "type", e->type);
	put_text(w, "sender", e->sender_id);
	put_state(w, t, "sender_display_name", "m.room.member", e->sender_id,
	    "displayname");
	put_state(w, t, "room_name", "m.room.name", "", "name");
	put_state(w, t, "room_alias", "m.room.canonical_alias", "", "alias");
	if (strcmp(e->type, "m.room.member") == 0)
		put_bool(w, "user_is_target", e->state_key != NULL &&
		    strcmp(e->state_key, t->user_id) == 0);
	if (e->content.n <= PUSH_CONTENT_MAX)
		put_raw(w, "content", e->content);
}

/*
 * What makes no sound may come late, to save the battery; nobody knows what is
 * in an encrypted message.
 */
static const char *
priority(const struct telling *t)
{
	return span_is(json_slice(t->tweaks, "highlight"), "true") ||
	    json_slice(t->tweaks, "sound").n > 0 ||
	    strcmp(t->event->type, "m.room.encrypted") == 0 ? "high" : "low";
}

/*
 * "Counts whose value is zero should be omitted"; but then a gateway could not
 * tell that everything was read, which is all that counts alone are for.
 */
static void
put_counts(struct writer *w, const struct telling *t)
{
	put_object(w, "counts");
	if (t->unread > 0 || t->event == NULL)
		put_int(w, "unread", t->unread);
	write_end(w);
}

static void
put_device(struct writer *w, const struct telling *t)
{
	put_array(w, "devices");
	write_object(w);
	put_text(w, "app_id", t->app_id);
	put_text(w, "pushkey", t->pushkey);
	put_int(w, "pushkey_ts", t->set_at / 1000);
	put_raw(w, "data", t->data);
	if (t->event != NULL)
		put_raw(w, "tweaks", t->tweaks);
	write_end(w);
	write_end(w);
}

static void
write_notification(struct buf *out, const struct telling *t, bool whole)
{
	struct writer w;

	writer_init(&w, out);
	write_object(&w);
	put_object(&w, "notification");
	if (t->event != NULL) {
		put_text(&w, "event_id", t->event->event_id);
		put_text(&w, "room_id", t->room_id);
		put_text(&w, "prio", priority(t));
		if (whole)
			put_event(&w, t);
	}
	put_counts(&w, t);
	put_device(&w, t);
	write_end(&w);
	write_end(&w);
}

/* What is too long with all it could have goes without what it need not have. */
static void
fill(struct http *h, const struct conf *conf, const char *url,
    const struct telling *t)
{
	bool whole = !span_is(json_slice(t->data, "format"),
	    "\"event_id_only\"");
	struct buf text;

	buf_init(&text, t->mem, sizeof h->sent);
	write_notification(&text, t, whole);
	if (buf_full(&text)) {
		buf_init(&text, t->mem, sizeof h->sent);
		write_notification(&text, t, false);
	}
	h->conf = conf;
	strcpy(h->method, "POST");
	strcpy(h->type, "application/json");
	strcpy(h->url, url);
	memcpy(h->sent, text.s, text.len);
	h->sent_len = text.len;
}

/* --------------------------------------------------------------- composing */

static bool
is_ignored(const struct telling *t, const struct event_row *e)
{
	return viewer_ignores(viewer_new(t->db, t->mem, e->room, t->user),
	    e->sender_id);
}

/* May the user still hear of it, and want to? */
static bool
is_told(struct telling *t, int64_t nr, int64_t at, struct event_row *e)
{
	struct member member;
	struct room room;

	if (t->locked || t->now - at > PUSH_KEPT_MS ||
	    !event_find(t->db, nr, e) || e->redacted_by != 0 ||
	    !room_get(t->db, e->room, &room) || is_ignored(t, e))
		return false;
	member = room_member(t->db, e->room, t->user);
	t->room_id = room.room_id;
	t->event = e;
	t->in = member.membership == MEMBERSHIP_JOIN;
	return t->in || member.membership == MEMBERSHIP_INVITE ||
	    (member.event == e->nr && !member.forgotten);
}

/* The event that comes first; none: PUSH_QUIET. */
static enum push_end
find_event(struct telling *t, struct push_send *s, struct event_row *e)
{
	struct rows rows = db_query(t->db, STMT_PUSH_FIRST,
	    DB_INT(s->pusher));
	enum push_end end = PUSH_QUIET;

	if (rows_next(&rows)) {
		s->pos = rows_int(&rows, 0);
		t->tweaks = rows_blob(&rows, 2);
		end = is_told(t, rows_int(&rows, 1), rows_int(&rows, 3), e) ?
		    PUSH_ASKED : PUSH_VOID;
	}
	rows_done(&rows);
	return end;
}

/* told: the number that the gateway has, or -1. */
static enum push_end
compose(struct telling *t, struct push_send *s, int64_t told,
    struct event_row *e)
{
	enum push_end end = find_event(t, s, e);

	if (end == PUSH_VOID || t->locked)
		return end;
	s->unread = t->unread = push_unread(t->store, t->badges, t->mem,
	    t->user, t->user_id, t->now);
	if (end == PUSH_QUIET && s->unread != told &&
	    s->failures < PUSH_FAILURES_MAX)
		return PUSH_ASKED;
	return end;
}

static enum push_end
compose_mail(const struct telling *t, struct push_send *s)
{
	const struct push_mailing to = { .store = t->store, .mem = t->mem,
	    .now = t->now, .user = t->user, .user_id = t->user_id,
	    .address = t->pushkey, .data = t->data, .send = s };

	return push_mail_compose(&to);
}

enum push_end
push_compose(struct store *store, struct badges *badges, struct arena *mem,
    int64_t pusher, int64_t now, struct push_send *s)
{
	struct db *db = store->main;
	struct rows rows = db_query(db, STMT_PUSH_PUSHER, DB_INT(pusher));
	struct telling t = { .store = store, .badges = badges, .db = db,
	    .mem = mem, .now = now };
	enum push_end end = PUSH_QUIET;
	struct event_row e;

	s->conf = store->conf;
	s->pusher = pusher;
	if (rows_next(&rows)) {
		t.user = rows_int(&rows, 0);
		t.user_id = rows_text(&rows, 1);
		t.app_id = rows_text(&rows, 2);
		t.pushkey = rows_text(&rows, 3);
		t.data = rows_blob(&rows, 5);
		t.set_at = rows_int(&rows, 6);
		s->failures = rows_int(&rows, 7);
		s->mails = rows_int(&rows, 9) != 0;
		s->refusals = rows_int(&rows, 10);
		t.locked = rows_int(&rows, 11) != 0;
		strcpy(s->pushkey, t.pushkey);
		if (s->mails)
			end = compose_mail(&t, s);
		else
			end = compose(&t, s, rows_null(&rows, 8) ? -1 :
			    rows_int(&rows, 8), &e);
		if (end == PUSH_ASKED && !s->mails)
			fill(&s->http, store->conf, rows_text(&rows, 4), &t);
	}
	rows_done(&rows);
	return end;
}

/* ------------------------------------------------------------ what came of it */

static bool
is_rejected(const cJSON *answer, const char *pushkey)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, json_get(answer, "rejected"))
		if (cJSON_IsString(item) &&
		    strcmp(item->valuestring, pushkey) == 0)
			return true;
	return false;
}

void
push_run(struct push_send *s)
{
	if (s->mails)
		message_send_mail(&s->message);
	else
		http_run(&s->http);
}

/* These three say: not now. */
static bool
is_refusal(int status)
{
	return status >= 400 && status <= 499 && status != 408 &&
	    status != 425 && status != 429;
}

/* An answer that is no JSON rejects nobody. */
enum push_end
push_judge(struct arena *mem, const struct push_send *s)
{
	const struct http *h = &s->http;
	enum json_verdict verdict;

	if (s->mails)
		return s->message.sent ? PUSH_TOLD : PUSH_FAILED;
	if (is_refusal(h->status))
		return PUSH_REFUSED;
	if (h->status < 200 || h->status > 299)
		return PUSH_FAILED;
	return is_rejected(json_parse(mem, h->body, h->len, &verdict, NULL),
	    s->pushkey) ? PUSH_REJECTED : PUSH_TOLD;
}

const char *
push_fault(struct arena *mem, const struct push_send *s)
{
	if (s->mails)
		return s->message.why;
	return s->http.status == 0 ? s->http.error :
	    arena_printf(mem, "status %d", s->http.status);
}

int64_t
push_pause(int64_t failures)
{
	return INT64_C(1000) << (failures < PUSH_BACKOFF_MAX ? failures :
	    PUSH_BACKOFF_MAX);
}

static void
forget(struct db *db, const struct push_send *s)
{
	if (s->pos != 0 && db_exec(db, STMT_PUSH_DROP, DB_INT(s->pusher),
	    DB_INT(s->pos)) > 0)
		db_exec(db, STMT_PUSH_UNQUEUE, DB_INT(s->pusher));
}

/* What was not taken holds up what may be. */
static void
settle_refused(struct db *db, const struct push_send *s, int64_t now)
{
	if (s->refusals + 1 < PUSH_REFUSALS_MAX) {
		db_exec(db, STMT_PUSH_REFUSED,
		    DB_INT(now + push_pause(s->failures)), DB_INT(s->pusher));
		return;
	}
	forget(db, s);
	db_exec(db, STMT_PUSH_GIVEN_UP, DB_INT(s->pos == 0), DB_INT(s->pusher),
	    DB_INT(now + push_pause(s->failures)));
}

void
push_settle(struct db *db, const struct push_send *s, enum push_end end,
    int64_t now)
{
	if (s->mails && end != PUSH_REJECTED && end != PUSH_FAILED) {
		push_mail_settle(db, s, end, now);
		return;
	}
	switch (end) {
	case PUSH_VOID:
		forget(db, s);
		break;
	case PUSH_QUIET:
		db_exec(db, STMT_PUSH_QUIET, DB_INT(s->pusher), DB_INT(now));
		break;
	case PUSH_TOLD:
		forget(db, s);
		db_exec(db, STMT_PUSH_TOLD, DB_INT(s->unread),
		    DB_INT(s->pusher), DB_INT(now));
		break;
	case PUSH_REJECTED:
		db_exec(db, STMT_PUSH_REJECTED, DB_INT(s->pusher));
		break;
	case PUSH_REFUSED:
		settle_refused(db, s, now);
		break;
	case PUSH_FAILED:
		db_exec(db, STMT_PUSH_FAILED,
		    DB_INT(now + push_pause(s->failures)), DB_INT(s->pusher));
		break;
	case PUSH_ASKED:
	case PUSH_LATER:
		break;
	}
}

/* push_mail.c - see push_mail.h. */
#include <string.h>

#include "base/crypto.h"
#include "base/log.h"
#include "matrix/push_mail-inner.h"
#include "matrix/push_walk.h"
#include "matrix/unread.h"

int64_t
push_mail_due(struct db *db, const struct conf *conf, int64_t pusher,
    int64_t room, int64_t at)
{
	int64_t over = db_int(db, 0, STMT_MAIL_PAUSE_OVER, DB_INT(pusher),
	    DB_INT(room));

	at += conf->notify_after_ms;
	return at > over ? at : over;
}

/* -------------------------------------------------------- what is not read */

/* An event that waits, as push_mail_events has it. */
struct waiting {
	int64_t		 pos;
	int64_t		 at;
	int64_t		 nr;
	int64_t		 room;
	int64_t		 thread;
	bool		 redacted;
	const char	*sender;
};

/* NULL: there is no such room any more. */
static struct mail_room *
room_of(struct digest *d, int64_t nr)
{
	const struct push_mailing *to = d->to;
	struct db *db = to->store->main;
	struct mail_room *room;
	struct room found;

	for (size_t i = 0; i < d->rooms; i++)
		if (d->room[i].told.room == nr)
			return &d->room[i];
	if (!room_get(db, nr, &found))
		return NULL;
	room = &d->room[d->rooms++];
	room->told.room = nr;
	room->member = room_member(db, nr, to->user);
	room->viewer = viewer_new(db, to->mem, nr, to->user);
	room->read = unread_after(db, nr, to->user);
	if (room->member.membership == MEMBERSHIP_JOIN &&
	    room->member.pos > room->read)
		room->read = room->member.pos;
	room->over = push_mail_due(db, to->store->conf, to->send->pusher, nr,
	    0);
	return room;
}

/* What happened to the membership itself is told after it has ended, too. */
static bool
is_wanted(const struct digest *d, const struct mail_room *room,
    const struct waiting *w)
{
	const struct member *member = &room->member;

	if (w->redacted || d->to->now - w->at > PUSH_MAIL_KEPT_MS ||
	    viewer_ignores(room->viewer, w->sender))
		return false;
	if (member->event == w->nr)
		return !member->forgotten;
	return member->membership == MEMBERSHIP_JOIN && w->pos > room->read &&
	    w->pos > read_in(d->to->store->main, room->told.room, d->to->user,
	    w->thread).pos;
}

static void
take(struct digest *d, struct mail_room *room, const struct waiting *w)
{
	int64_t due = w->at + d->to->store->conf->notify_after_ms;

	if (due < room->over)
		due = room->over;
	if (d->events == 0 || due < d->to->send->due_at)
		d->to->send->due_at = due;
	if (room->n++ == 0)
		room->told.first_at = w->at;
	room->told.last_at = w->at;
	d->event[d->events++] = (struct mail_event){ w->nr,
	    (size_t)(room - d->room) };
}

static void
gather(struct digest *d)
{
	const struct push_mailing *to = d->to;
	struct rows rows = db_query(to->store->main, STMT_PUSH_MAIL_EVENTS,
	    DB_INT(to->send->pusher));
	struct mail_room *room;

	for (int i = 0; i < PUSH_QUEUE_MAX && rows_next(&rows); i++) {
		const struct waiting w = {
			.pos = rows_int(&rows, 0), .at = rows_int(&rows, 1),
			.nr = rows_int(&rows, 2), .room = rows_int(&rows, 3),
			.thread = rows_int(&rows, 4),
			.redacted = rows_int(&rows, 5) != 0,
			.sender = rows_text(&rows, 6),
		};

		to->send->pos = w.pos;
		room = room_of(d, w.room);
		if (room != NULL && is_wanted(d, room, &w))
			take(d, room, &w);
	}
	rows_done(&rows);
}

/* --------------------------------------------------------------- composing */

/* The address may have left the account, be it by an older version. */
static enum push_end
may_write(const struct push_mailing *to)
{
	struct rows rows = db_query(to->store->main, STMT_PUSH_MAIL_MAY,
	    DB_TEXT(to->address), DB_INT(to->user));
	enum push_end end = PUSH_REJECTED;

	if (rows_next(&rows) && rows_int(&rows, 0) != 0)
		end = rows_int(&rows, 1) != 0 &&
		    to->store->conf->mail_from != NULL ? PUSH_ASKED :
		    PUSH_VOID;
	rows_done(&rows);
	return end;
}

/* The same for the same: who gets a mail twice is shown it once. */
static const char *
message_id(const struct push_mailing *to)
{
	const char *what = arena_printf(to->mem, "%lld %lld %s",
	    (long long)to->send->pusher, (long long)to->send->pos,
	    to->address);
	uint8_t hash[SHA256_LEN];
	struct buf b;

	sha256(what, strlen(what), hash);
	buf_init(&b, to->mem, SIZE_MAX);
	base64_encode(&b, hash, sizeof(hash), true);
	return buf_str(&b);
}

static void
token_hash(const char *token, uint8_t hash[SHA256_LEN])
{
	sha256(token, strlen(token), hash);
}

static void
make_link(struct digest *d)
{
	const struct push_mailing *to = d->to;
	const char *token = random_token(to->mem);

	token_hash(token, to->send->token);
	d->link = arena_printf(to->mem, "%s/_matrix/mxcgi/unsubscribe?token=%s",
	    conf_url(to->store->conf, to->mem), token);
}

/* As much as fits; of what is not shown at all no mail is too long. */
static bool
fill(struct digest *d)
{
	static const struct digest_size sizes[] = {
		{ 20, 5, 300 }, { 10, 3, 200 }, { 5, 2, 100 }, { 5, 0, 0 },
		{ 1, 0, 0 }
	};
	const struct push_mailing *to = d->to;
	const struct conf *conf = to->store->conf;
	struct mail mail = {
		.from = conf->mail_from, .to = to->address,
		.subject = digest_subject(d), .id = message_id(to),
		.date = to->now, .unsubscribe = d->link,
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		mail.text = digest_text(d, &sizes[i]);
		if (message_mail(&to->send->message, to->mem, conf, &mail))
			return true;
	}
	return false;
}

static void
note_rooms(const struct digest *d)
{
	struct push_send *s = d->to->send;

	s->rooms = 0;
	for (size_t i = 0; i < d->rooms; i++)
		if (d->room[i].n > 0)
			s->room[s->rooms++] = d->room[i].told;
}

enum push_end
push_mail_compose(const struct push_mailing *to)
{
	struct digest d = {
		.to = to,
		.room = arena_alloc(to->mem,
		    PUSH_QUEUE_MAX * sizeof(struct mail_room)),
		.event = arena_alloc(to->mem,
		    PUSH_QUEUE_MAX * sizeof(struct mail_event)),
	};
	enum push_end end = may_write(to);

	if (end == PUSH_REJECTED)
		return end;
	gather(&d);
	if (end == PUSH_VOID || d.events == 0)
		return to->send->pos == 0 ? PUSH_QUIET : PUSH_VOID;
	if (to->send->due_at > to->now)
		return PUSH_LATER;
	make_link(&d);
	note_rooms(&d);
	if (fill(&d))
		return PUSH_ASKED;
	log_warn("push: no mail can be made; look at [mail] from");
	return PUSH_VOID;
}

/* ---------------------------------------------------------- what came of it */

static void
remember(struct db *db, const struct push_send *s, int64_t now)
{
	const struct conf *conf = s->conf;

	for (size_t i = 0; i < s->rooms; i++)
		db_exec(db, STMT_MAIL_PAUSE_SET, DB_INT(s->room[i].room),
		    DB_INT(now), DB_INT(conf->notify_pause_ms),
		    DB_INT(s->room[i].last_at), DB_INT(s->pusher),
		    DB_INT(s->room[i].first_at), DB_INT(PUSH_MAIL_CALM_MS),
		    DB_INT(PUSH_MAIL_GROWS), DB_INT(conf->notify_pause_max_ms));
	db_exec(db, STMT_MAIL_TOKEN_ADD, DB_BLOB(s->token, sizeof(s->token)),
	    DB_INT(now + PUSH_MAIL_LINK_MS), DB_INT(s->pusher));
}

void
push_mail_settle(struct db *db, const struct push_send *s, enum push_end end,
    int64_t now)
{
	if (end == PUSH_LATER) {
		db_exec(db, STMT_PUSH_MAIL_LATER, DB_INT(s->due_at),
		    DB_INT(s->pusher));
		return;
	}
	if (end == PUSH_TOLD)
		remember(db, s, now);
	db_exec(db, STMT_PUSH_DROP_UPTO, DB_INT(s->pusher), DB_INT(s->pos));
	db_exec(db, STMT_PUSH_MAIL_LEFT, DB_INT(s->pusher),
	    DB_INT(s->conf->notify_after_ms));
}

/* ------------------------------------------------------------ no more of it */

bool
push_mail_link(struct db *db, const char *token, int64_t now,
    struct push_mail_link *link)
{
	uint8_t hash[SHA256_LEN];
	struct rows rows;
	bool found;

	token_hash(token, hash);
	rows = db_query(db, STMT_MAIL_TOKEN_FIND, DB_BLOB(hash, sizeof(hash)),
	    DB_INT(now));
	if ((found = rows_next(&rows)))
		*link = (struct push_mail_link){ rows_int(&rows, 0),
		    rows_text(&rows, 1), rows_text(&rows, 2) };
	rows_done(&rows);
	return found;
}

void
push_mail_end(struct db *db, const struct push_mail_link *link)
{
	db_exec(db, STMT_PUSH_REJECTED, DB_INT(link->pusher));
}

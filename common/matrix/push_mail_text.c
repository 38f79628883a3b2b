/*
 * push_mail_text.c - what a mail of notifications says (push_mail.h).
 *
 * Names and messages are anybody's: each stays in its line, behind words of
 * ours, so that none looks like another part of the mail or becomes a link.
 */
#include <string.h>

#include "matrix/push_mail-inner.h"
#include "matrix/shape.h"

#define NAME_MAX_	100	/* bytes of a name, */
#define SUBJECT_NAME	60	/* and in a subject */

/* ------------------------------------------------------------ what is said */

/*
 * How long is a character that is not to be seen: of control, of no width, or
 * one that turns the direction of what follows?  0: it is none.
 */
static size_t
unseen(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	if (s[0] < 0x20 || s[0] == 0x7f)
		return 1;
	if ((s[0] == 0xc2 && s[1] < 0xa0) || (s[0] == 0xd8 && s[1] == 0x9c))
		return 2;
	if (s[0] == 0xe2 && ((s[1] == 0x80 && ((s[2] >= 0x8b && s[2] <= 0x8f) ||
	    (s[2] >= 0xa8 && s[2] <= 0xae))) ||
	    (s[1] == 0x81 && s[2] >= 0xa0 && s[2] <= 0xaf)))
		return 3;
	return s[0] == 0xef && s[1] == 0xbb && s[2] == 0xbf ? 3 : 0;
}

static size_t
character(const char *s)
{
	size_t n = 1;

	while (((unsigned char)s[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* In one line, cut where it is longer than max. */
static const char *
one_line(struct arena *mem, const char *s, size_t max)
{
	struct buf out;
	bool gap = false;
	size_t n;

	buf_init(&out, mem, SIZE_MAX);
	for (; *s != '\0'; s += n) {
		if ((n = unseen(s)) > 0 || *s == ' ') {
			n = n > 0 ? n : 1;
			gap = out.len > 0;
			continue;
		}
		n = character(s);
		if (out.len + gap + n > max) {
			buf_puts(&out, "...");
			break;
		}
		if (gap)
			buf_putc(&out, ' ');
		buf_add(&out, s, n);
		gap = false;
	}
	return buf_str(&out);
}

/*
 * A text of a room's state now, or for who is not in as it was when that came to
 * be so; NULL: there is none.
 */
static const char *
state_text(const struct digest *d, const struct mail_room *room,
    const char *type, const char *state_key, const char *key, size_t max)
{
	struct db *db = d->to->store->main;
	int64_t nr = room->member.membership == MEMBERSHIP_JOIN ?
	    room_state_now(db, room->told.room, type, state_key) :
	    room_state_at(db, room->told.room, room->member.event, type,
	    state_key);
	struct event_row e;
	const char *text;

	if (!event_find(db, nr, &e))
		return NULL;
	text = json_text(json_parse_own(d->to->mem, e.content), key);
	if (text != NULL)
		text = one_line(d->to->mem, text, max);
	return text != NULL && *text != '\0' ? text : NULL;
}

static const char *
room_name(const struct digest *d, const struct mail_room *room, size_t max)
{
	const char *name = state_text(d, room, "m.room.name", "", "name",
	    max);

	if (name == NULL)
		name = state_text(d, room, "m.room.canonical_alias", "",
		    "alias", max);
	return name != NULL ? name : "a room without a name";
}

/* A name may be anybody's, so the id stands with it. */
static const char *
sender_name(const struct digest *d, const struct mail_room *room,
    const struct event_row *e)
{
	const char *name = state_text(d, room, "m.room.member", e->sender_id,
	    "displayname", NAME_MAX_);

	return name == NULL ? e->sender_id : arena_printf(d->to->mem,
	    "%s (%s)", name, e->sender_id);
}

/* -------------------------------------------------------------- an event */

static const char *
says_message(const struct digest *d, const cJSON *content, const char *name,
    size_t bytes)
{
	static const struct {
		const char	*msgtype;
		const char	*words;
	} files[] = {
		{ "m.image", "sent a picture" }, { "m.file", "sent a file" },
		{ "m.audio", "sent a recording" }, { "m.video", "sent a film" },
		{ "m.location", "sent a place" },
	};
	struct arena *mem = d->to->mem;
	const char *type = json_text(content, "msgtype");
	const char *body = json_text(content, "body");

	body = one_line(mem, body != NULL ? body : "", bytes);
	if (type == NULL || *body == '\0')
		return arena_printf(mem, "%s sent a message", name);
	if (strcmp(type, "m.emote") == 0)
		return arena_printf(mem, "* %s %s", name, body);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (strcmp(type, files[i].msgtype) == 0)
			return arena_printf(mem, "%s %s: %s", name,
			    files[i].words, body);
	return arena_printf(mem, "%s: %s", name, body);
}

static const char *
says_member(const struct digest *d, const struct event_row *e,
    const cJSON *content, const char *name)
{
	const char *membership = json_text(content, "membership");
	bool own = e->state_key != NULL &&
	    strcmp(e->state_key, d->to->user_id) == 0;

	if (own && membership != NULL && strcmp(membership, "invite") == 0)
		return arena_printf(d->to->mem, "%s invites you", name);
	return arena_printf(d->to->mem, "%s changed who is in the room", name);
}

/* What only some of those in the room may read is not told. */
static const char *
says(const struct digest *d, const struct mail_room *room, int64_t nr,
    size_t bytes)
{
	struct db *db = d->to->store->main;
	struct reader reader = { .viewer = room->viewer };
	struct event_row e;
	const char *name;
	cJSON *content;

	if (!event_find(db, nr, &e) || !viewer_may_see(reader.viewer, &e))
		return NULL;
	event_trim(db, &e, &reader);
	content = json_parse_own(d->to->mem, e.content);
	name = sender_name(d, room, &e);
	if (strcmp(e.type, "m.room.encrypted") == 0)
		return arena_printf(d->to->mem, "%s sent an encrypted message",
		    name);
	if (strcmp(e.type, "m.room.message") == 0)
		return says_message(d, content, name, bytes);
	if (strcmp(e.type, "m.room.member") == 0)
		return says_member(d, &e, content, name);
	if (strcmp(e.type, "m.call.invite") == 0)
		return arena_printf(d->to->mem, "%s calls", name);
	return arena_printf(d->to->mem, "%s did something of the kind %s", name,
	    one_line(d->to->mem, e.type, NAME_MAX_));
}

/* ---------------------------------------------------------------- the whole */

/* The latest of a room, in their order. */
static void
put_events(struct buf *out, const struct digest *d, size_t place,
    const struct digest_size *size)
{
	const struct mail_room *room = &d->room[place];
	size_t skip = room->n > size->events ? room->n - size->events : 0;
	const char *line;

	if (skip > 0 && size->events > 0)
		buf_printf(out, "(%zu before these)\n\n", skip);
	for (size_t i = 0; i < d->events; i++) {
		if (d->event[i].room != place)
			continue;
		if (skip > 0) {
			skip--;
			continue;
		}
		line = says(d, room, d->event[i].nr, size->bytes);
		if (line != NULL)
			buf_printf(out, "%s\n\n", line);
	}
}

static size_t
rooms_told(const struct digest *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->rooms; i++)
		n += d->room[i].n > 0;
	return n;
}

static void
put_rooms(struct buf *out, const struct digest *d,
    const struct digest_size *size)
{
	size_t shown = 0, more = rooms_told(d);

	for (size_t i = 0; i < d->rooms && shown < size->rooms; i++) {
		if (d->room[i].n == 0)
			continue;
		buf_printf(out, "In %s: %zu\n\n", room_name(d, &d->room[i],
		    NAME_MAX_), d->room[i].n);
		put_events(out, d, i, size);
		shown++;
	}
	if (more > shown)
		buf_printf(out, "And in %zu more room%s.\n\n", more - shown,
		    more - shown == 1 ? "" : "s");
}

/* Whose client it is, as that said when it set the pusher. */
static const char *
brand_of(const struct digest *d)
{
	const char *brand = json_text(json_parse_own(d->to->mem, d->to->data),
	    "brand");

	if (brand != NULL)
		brand = one_line(d->to->mem, brand, NAME_MAX_);
	return brand != NULL && *brand != '\0' ? brand : "your client";
}

static const char *
notifications(const struct digest *d)
{
	return arena_printf(d->to->mem, "%zu unread notification%s", d->events,
	    d->events == 1 ? "" : "s");
}

const char *
digest_subject(const struct digest *d)
{
	size_t i = 0, n = rooms_told(d);
	const char *server = d->to->store->conf->server_name;

	while (d->room[i].n == 0)
		i++;
	if (n > 1)
		return arena_printf(d->to->mem, "[%s] %s in %zu rooms", server,
		    notifications(d), n);
	return arena_printf(d->to->mem, "[%s] %s in %s", server,
	    notifications(d), room_name(d, &d->room[i], SUBJECT_NAME));
}

const char *
digest_text(const struct digest *d, const struct digest_size *size)
{
	const char *server = d->to->store->conf->server_name;
	struct buf out;

	buf_init(&out, d->to->mem, SIZE_MAX);
	buf_printf(&out, "For %s: %s on %s.\n\n", d->to->user_id,
	    notifications(d), server);
	put_rooms(&out, d, size);
	buf_printf(&out, "Open %s to read and to answer.\n\n", brand_of(d));
	buf_printf(&out, "You get this mail because you asked %s for it.  To "
	    "get no more,\nopen this:\n\n%s\n", server, d->link);
	return buf_str(&out);
}

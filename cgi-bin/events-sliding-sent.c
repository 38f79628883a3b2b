/*
 * events-sliding-sent.c - what a connection was sent, as it is kept.
 *
 * All of it is one text of numbers of a few bits each: rooms in the order of
 * theirs, each as the difference from the one before, positions as distances
 * from that of the answer.  A room to which nothing is owed takes some ten
 * bytes.
 */
#include <string.h>

#include "events-sliding.h"

#define FORMAT		2

enum { SENT_TYPING = 1, SENT_DM = 2 };

/* --------------------------------------------------------------- numbers */

/* Seven bits a byte, the low ones first; the eighth says that more follow. */
static void
put(struct buf *b, int64_t number)
{
	uint64_t n = (uint64_t)number;

	for (; n >= 0x80; n >>= 7)
		buf_putc(b, (char)(n | 0x80));
	buf_putc(b, (char)n);
}

static void
put_bytes(struct buf *b, const char *text)
{
	put(b, (int64_t)strlen(text));
	buf_puts(b, text);
}

/* Our own bytes: whatever is wrong with them, nothing is read behind them. */
struct reader_of_blob {
	const unsigned char *at;
	const unsigned char *end;
};

static int64_t
get(struct reader_of_blob *in)
{
	uint64_t n = 0;

	for (unsigned shift = 0; in->at < in->end && shift < 64; shift += 7) {
		unsigned char byte = *in->at++;

		n |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			break;
	}
	return (int64_t)n;
}

static size_t
get_count(struct reader_of_blob *in)
{
	size_t n = (size_t)get(in), left = (size_t)(in->end - in->at);

	return n < left ? n : left;
}

/* --------------------------------------------------------------- writing */

/* A position that was never reached is 0; one is told from the answer's. */
static void
put_pos(struct buf *b, const struct sent_all *sent, int64_t pos)
{
	put(b, pos == 0 ? 0 : sent->pos - pos + 1);
}

/* Numbers of the rules by their texts, the first is 1. */
struct numbering {
	struct table	*number;
	const char	**text;
	size_t		 n;
};

static size_t
number_of(struct arena *mem, struct numbering *rules, const char *text)
{
	void **number = table_at(rules->number, text, NULL);

	if (*number == NULL) {
		rules->text = arena_grow(mem, rules->text,
		    rules->n * sizeof(*rules->text),
		    (rules->n + 1) * sizeof(*rules->text));
		rules->text[rules->n++] = text;
		*number = (void *)(uintptr_t)rules->n;
	}
	return (size_t)(uintptr_t)*number;
}

static void
put_wish(struct arena *mem, struct buf *b, struct numbering *rules,
    const struct state_wish *wish)
{
	put(b, (int64_t)wish->n);
	for (size_t i = 0; i < wish->n; i++)
		put(b, (int64_t)number_of(mem, rules, wish->rule[i]->text));
}

static void
put_lazy(struct buf *b, const struct sent_room *room, bool lazies)
{
	size_t n = lazies ? room->lazies : 0;

	put(b, (int64_t)n);
	for (size_t i = 0; i < n; i++)
		put(b, room->lazy[i]);
}

static void
put_room_sent(struct arena *mem, struct buf *b, const struct sent_all *sent,
    const struct sent_room *room, struct numbering *rules, bool lazies)
{
	put_pos(b, sent, room->pos);
	put(b, room->member);
	put_pos(b, sent, room->receipts);
	put_pos(b, sent, room->data);
	put(b, (room->typing ? SENT_TYPING : 0) | (room->dm ? SENT_DM : 0));
	put(b, room->limit);
	put(b, room->has == HAS_ALL ? 0 : room->has + 1);
	put_wish(mem, b, rules, &room->wish);
	put_lazy(b, room, lazies);
}

/*
 * Where all of it is too much, what only saves the client something is
 * forgotten: first whom it knows, then rooms that it does not follow.
 */
enum thrift { KEEP_ALL, KEEP_NO_MEMBERS, KEEP_FOLLOWED };

static struct span
blob_of(struct arena *mem, const struct sent_all *sent, enum thrift thrift,
    size_t max)
{
	struct numbering rules = { .number = table_new(mem) };
	struct buf rooms, blob;
	int64_t before = 0;

	buf_init(&rooms, mem, max);
	for (size_t i = 0; i < sent->rooms; i++) {
		const struct sent_room *room = &sent->room[i];

		if (thrift == KEEP_FOLLOWED && room->pos != sent->pos)
			continue;
		put(&rooms, room->room - before);
		put_room_sent(mem, &rooms, sent, room, &rules,
		    thrift == KEEP_ALL);
		before = room->room;
	}
	buf_init(&blob, mem, max);
	put(&blob, FORMAT);
	put(&blob, sent->pos);
	put(&blob, sent->n);
	put_pos(&blob, sent, sent->data);
	put_pos(&blob, sent, sent->devices);
	put(&blob, (int64_t)rules.n);
	for (size_t i = 0; i < rules.n; i++)
		put_bytes(&blob, rules.text[i]);
	buf_span(&blob, buf_content(&rooms));
	return buf_full(&rooms) || buf_full(&blob) ?
	    (struct span){ NULL, 0 } : buf_content(&blob);
}

struct span
sent_text(struct arena *mem, const struct sent_all *sent, size_t max)
{
	struct span blob = { NULL, 0 };

	for (int thrift = KEEP_ALL; blob.s == NULL && thrift <= KEEP_FOLLOWED;
	    thrift++)
		blob = blob_of(mem, sent, (enum thrift)thrift, max);
	return blob;
}

/* --------------------------------------------------------------- reading */

static int64_t
get_pos(struct reader_of_blob *in, const struct sent_all *sent)
{
	int64_t back = get(in);

	return back == 0 ? 0 : sent->pos - back + 1;
}

static const char *
get_bytes(struct reader_of_blob *in, struct arena *mem)
{
	size_t n = get_count(in);
	const char *text = arena_strndup(mem, (const char *)in->at, n);

	in->at += n;
	return text;
}

struct loading {
	struct reader_of_blob in;
	struct arena	*mem;
	const struct state_rule **rule;
	size_t		 rules;
	struct sent_all	*sent;
};

static void
get_wish(struct loading *l, struct state_wish *wish)
{
	size_t n = get_count(&l->in);

	wish->rule = arena_alloc(l->mem, (n + 1) * sizeof(struct state_rule *));
	for (size_t i = 0; i < n; i++) {
		size_t number = (size_t)get(&l->in);

		if (number > 0 && number <= l->rules)
			wish->rule[wish->n++] = l->rule[number - 1];
	}
}

static void
get_lazy(struct loading *l, struct sent_room *room)
{
	room->lazies = get_count(&l->in);
	if (room->lazies == 0)
		return;
	room->lazy = arena_alloc(l->mem, room->lazies * sizeof(*room->lazy));
	for (size_t i = 0; i < room->lazies; i++)
		room->lazy[i] = get(&l->in);
}

static struct sent_room
get_room_sent(struct loading *l, int64_t before)
{
	struct sent_room room = { 0 };
	int64_t flags;

	room.room = before + get(&l->in);
	room.pos = get_pos(&l->in, l->sent);
	room.member = get(&l->in);
	room.receipts = get_pos(&l->in, l->sent);
	room.data = get_pos(&l->in, l->sent);
	flags = get(&l->in);
	room.typing = (flags & SENT_TYPING) != 0;
	room.dm = (flags & SENT_DM) != 0;
	room.limit = get(&l->in);
	room.has = get(&l->in) - 1;
	if (room.has == -1)
		room.has = HAS_ALL;
	get_wish(l, &room.wish);
	get_lazy(l, &room);
	return room;
}

static void
get_rooms(struct loading *l)
{
	struct sent_all *sent = l->sent;
	size_t cap = 0;

	while (l->in.at < l->in.end) {
		if (sent->rooms == cap) {
			size_t old = cap * sizeof(*sent->room);

			cap = cap ? 2 * cap : 64;
			sent->room = arena_grow(l->mem, sent->room, old,
			    cap * sizeof(*sent->room));
		}
		sent->room[sent->rooms] = get_room_sent(l, sent->rooms > 0 ?
		    sent->room[sent->rooms - 1].room : 0);
		sent->rooms++;
	}
}

bool
sent_read(struct arena *mem, struct span text, struct table *rules,
    struct sent_all *sent)
{
	struct loading l = { .mem = mem, .sent = sent, .in = {
	    (const unsigned char *)text.s,
	    (const unsigned char *)text.s + text.n } };

	if (get(&l.in) != FORMAT)
		return false;
	sent->pos = get(&l.in);
	sent->n = get(&l.in);
	sent->data = get_pos(&l.in, sent);
	sent->devices = get_pos(&l.in, sent);
	l.rules = get_count(&l.in);
	l.rule = arena_alloc(mem,
	    (l.rules + 1) * sizeof(struct state_rule *));
	for (size_t i = 0; i < l.rules; i++)
		l.rule[i] = sliding_rule(mem, rules,
		    get_bytes(&l.in, mem));
	get_rooms(&l);
	return true;
}

const struct sent_room *
sent_find(const struct sent_all *sent, int64_t room)
{
	size_t from = 0, to = sent->rooms;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (sent->room[middle].room == room)
			return &sent->room[middle];
		if (sent->room[middle].room < room)
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}

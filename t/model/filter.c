/* filter.c - see filter.h. */
#include <fnmatch.h>
#include <string.h>

#include "filter.h"

static const char *const patterns[] = { "m.room.message", "m.room.*",
    "m.room.member", "org.model.*", "*.state", "m.room.name", "m.*e*" };
#define PATTERNS	(sizeof(patterns) / sizeof(patterns[0]))

static const char *
random_pattern(struct world *w, unsigned percent)
{
	const char *pattern = patterns[pick(w, PATTERNS)];

	return chance(w, percent) ? pattern : NULL;
}

/* Some of n, or 0. */
static unsigned
random_mask(struct world *w, unsigned percent, unsigned n)
{
	unsigned mask = 1 + pick(w, (1u << n) - 1);

	return chance(w, percent) ? mask : 0;
}

static void
random_part(struct world *w, struct part *p, unsigned percent)
{
	*p = (struct part){
		.types = random_pattern(w, percent),
		.not_types = random_pattern(w, percent),
		.senders = random_mask(w, percent, USERS),
		.not_senders = random_mask(w, percent, USERS),
		.rooms = random_mask(w, percent / 2, ROOMS),
		.not_rooms = random_mask(w, percent / 2, ROOMS),
		.url = chance(w, percent / 2) ? chance(w, 50) : -1,
		.limit = -1,
	};
}

/* One in three asks for all, as most clients do. */
void
filter_random(struct world *w, struct filter *f)
{
	static const int limits[] = { -1, 0, 1, 2, 5, 20, 50 };
	unsigned percent = chance(w, 50) ? 15 : 0;

	*f = (struct filter){ .given = !chance(w, 33) };
	random_part(w, &f->state, f->given ? percent : 0);
	random_part(w, &f->timeline, f->given ? percent : 0);
	f->rooms = random_mask(w, f->given ? percent / 2 : 0, ROOMS);
	f->not_rooms = random_mask(w, f->given ? percent / 2 : 0, ROOMS);
	if (!f->given)
		return;
	f->timeline.limit = limits[pick(w, 7)];
	f->state.lazy = chance(w, 40);
	f->state.redundant = chance(w, 30);
	f->include_leave = chance(w, 50);
	f->ephemeral = chance(w, percent) ? chance(w, 50) ? "m.receipt" :
	    "m.typing" : NULL;
	f->account_data = chance(w, percent) ? data_type((int)pick(w,
	    DATA_TYPES)) : NULL;
}

/* ------------------------------------------------------------------- JSON */

static void
put_key(struct buf *b, const char *key)
{
	if (b->s[b->len - 1] != '{')
		buf_putc(b, ',');
	buf_printf(b, "\"%s\":", key);
}

static void
put_one(struct buf *b, const char *key, const char *text)
{
	if (text == NULL)
		return;
	put_key(b, key);
	buf_printf(b, "[\"%s\"]", text);
}

static void
put_mask(struct world *w, struct buf *b, const char *key, unsigned mask,
    bool of_rooms)
{
	if (mask == 0)
		return;
	put_key(b, key);
	buf_putc(b, '[');
	for (unsigned i = 0; i < (of_rooms ? ROOMS : USERS); i++)
		if (mask >> i & 1)
			buf_printf(b, "%s\"%s\"", b->s[b->len - 1] == '[' ?
			    "" : ",", of_rooms ? w->room[i].id :
			    w->user[i].id);
	buf_putc(b, ']');
}

static void
put_part(struct world *w, struct buf *b, const struct part *p)
{
	buf_putc(b, '{');
	put_one(b, "types", p->types);
	put_one(b, "not_types", p->not_types);
	put_mask(w, b, "senders", p->senders, false);
	put_mask(w, b, "not_senders", p->not_senders, false);
	put_mask(w, b, "rooms", p->rooms, true);
	put_mask(w, b, "not_rooms", p->not_rooms, true);
	if (p->url != -1) {
		put_key(b, "contains_url");
		buf_puts(b, p->url ? "true" : "false");
	}
	if (p->limit != -1) {
		put_key(b, "limit");
		buf_int(b, p->limit);
	}
	if (p->lazy) {
		put_key(b, "lazy_load_members");
		buf_printf(b, "true,\"include_redundant_members\":%s",
		    p->redundant ? "true" : "false");
	}
	buf_putc(b, '}');
}

static void
put_only(struct buf *b, const char *key, const char *type)
{
	if (type == NULL)
		return;
	put_key(b, key);
	buf_printf(b, "{\"types\":[\"%s\"]}", type);
}

const char *
filter_json(struct world *w, const struct filter *f)
{
	struct buf b;

	buf_init(&b, w->mem, SIZE_MAX);
	buf_puts(&b, "{\"room\":{\"state\":");
	put_part(w, &b, &f->state);
	buf_puts(&b, ",\"timeline\":");
	put_part(w, &b, &f->timeline);
	buf_printf(&b, ",\"include_leave\":%s",
	    f->include_leave ? "true" : "false");
	put_mask(w, &b, "rooms", f->rooms, true);
	put_mask(w, &b, "not_rooms", f->not_rooms, true);
	put_only(&b, "ephemeral", f->ephemeral);
	put_only(&b, "account_data", f->account_data);
	buf_putc(&b, '}');
	put_only(&b, "account_data", f->account_data);
	buf_putc(&b, '}');
	return buf_str(&b);
}

const char *
filter_messages(struct world *w, const struct filter *f)
{
	struct part p = f->timeline;
	struct buf b;

	p.rooms = p.not_rooms = 0;
	p.limit = -1;
	buf_init(&b, w->mem, SIZE_MAX);
	put_part(w, &b, &p);
	return buf_str(&b);
}

/* ------------------------------------------------------------ what passes */

static bool
mask_allows(unsigned only, unsigned not, int i)
{
	return (only == 0 || (only >> i & 1)) && !(not >> i & 1);
}

bool
filter_room(const struct filter *f, int room)
{
	return mask_allows(f->rooms, f->not_rooms, room);
}

bool
part_room(const struct filter *f, const struct part *p, int room)
{
	return filter_room(f, room) &&
	    mask_allows(p->rooms, p->not_rooms, room);
}

bool
part_event(const struct part *p, const struct event *e)
{
	if (p->types != NULL && fnmatch(p->types, e->type, 0) != 0)
		return false;
	if (p->not_types != NULL && fnmatch(p->not_types, e->type, 0) == 0)
		return false;
	return mask_allows(p->senders, p->not_senders, e->sender) &&
	    (p->url == -1 || p->url == e->has_url);
}

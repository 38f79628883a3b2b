/*
 * State resolution in rooms that went many ways at once: members, moderators
 * and join rules change at random on branches that are merged at random, and
 * what must hold of every result is looked at.
 *
 * ROUNDS and SEED in the environment: more rooms, other ones.
 */
#include "resolve-case.h"

#define USERS		6
#define EVENTS		60	/* of a room */
#define ENTRIES		(USERS + 8)	/* of a state */
#define MERGED		4

static struct arena *mem;
static uint64_t seed;

static unsigned
dice(unsigned sides)
{
	seed = seed * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % sides;
}

/* ------------------------------------------------- a room, and where it is */

struct point {
	struct state_entry entry[ENTRIES];
	size_t		 n;
};

struct history {
	struct world	 world;
	struct point	 point[EVENTS];
	size_t		 n;
};

static struct state_set
set_of(const struct point *p)
{
	return (struct state_set){ p->entry, p->n };
}

struct place {
	struct world	*world;
	struct point	*point;
};

static struct state_entry *
find(struct point *p, const char *type, const char *key)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (strcmp(p->entry[i].type, type) == 0 &&
		    strcmp(p->entry[i].state_key, key) == 0)
			return &p->entry[i];
	return NULL;
}

static const struct auth_event *
at_point(void *arg, const char *type, const char *state_key)
{
	const struct place *at = arg;
	const struct state_entry *e = state_key == NULL ? NULL :
	    find(at->point, type, state_key);
	const struct resolve_event *found = e == NULL ? NULL :
	    table_find(at->world->events, e->event_id, NULL);

	return found == NULL ? NULL : &found->event;
}

static void
point_put(struct point *p, const struct auth_event *e)
{
	struct state_entry *entry = find(p, e->type, e->state_key);

	if (entry == NULL) {
		if (p->n == ENTRIES)
			abort();
		entry = &p->entry[p->n++];
	}
	*entry = (struct state_entry){ e->type, e->state_key, e->event_id };
}

/* ----------------------------------------------------------- random events */

static const char *
user(void)
{
	static const char *const name[USERS] = { "@alice:a", "@bob:a",
	    "@charlie:a", "@ella:a", "@fred:a", "@zara:a" };

	return name[dice(USERS)];
}

/* Each throw is a statement of its own, so that all compilers throw alike. */
static const char *
random_levels(struct history *h)
{
	const unsigned bob = dice(3) * 50;
	const unsigned charlie = dice(3) * 25;
	const unsigned ella = dice(2) * 50;
	const unsigned to_speak = dice(2) * 10;

	return arena_printf(h->world.mem, "{'users':{$C,'@bob:a':%u,"
	    "'@charlie:a':%u,'@ella:a':%u},'events_default':%u}", bob,
	    charlie, ella, to_speak);
}

static void
random_line(struct history *h, struct line *line)
{
	static const char *const rules[] = { "public", "invite", "knock" };
	static const char *const changes[] = { "leave", "ban", "invite" };
	const char *content = "{'topic':'x'}", *key = "";

	switch (dice(6)) {
	case 0:
		line->type = "m.room.power_levels";
		content = random_levels(h);
		break;
	case 1:
		line->type = "m.room.join_rules";
		content = arena_printf(mem, "{'join_rule':'%s'}",
		    rules[dice(3)]);
		break;
	case 2:
		line->type = "m.room.topic";
		break;
	case 3:
		line->type = "m.room.member";
		key = line->sender;
		content = "{'membership':'join'}";
		break;
	default:
		line->type = "m.room.member";
		key = user();
		content = arena_printf(mem, "{'membership':'%s'}",
		    changes[dice(3)]);
	}
	line->key = key;
	line->content = content;
}

/* What an event at that point cites, as a list of ids. */
static const char *
cited_at(struct history *h, struct point *p, const struct line *line)
{
	const struct auth_event e = { .type = line->type,
	    .state_key = line->key, .sender = line->sender,
	    .content = content_of(&h->world, line->content) };
	struct state_name name[AUTH_CITED_MAX];
	const struct state_entry *entry;
	struct buf out;
	size_t i, n;

	buf_init(&out, mem, SIZE_MAX);
	n = auth_cited(h->world.room.version, &e, name);
	for (i = 0; i < n; i++) {
		entry = find(p, name[i].type, name[i].state_key);
		if (entry != NULL)
			buf_printf(&out, "%s%s", i == 0 ? "" : " ",
			    entry->event_id + 1);
	}
	return buf_str(&out);
}

/* False: it is not allowed there. */
static bool
send_random(struct history *h, struct point *p)
{
	struct line line = { .sender = user() };
	struct place at = { &h->world, p };
	const struct resolve_event *e;
	const char *why;

	line.ts = 10 + dice(40);
	random_line(h, &line);
	line.id = arena_printf(mem, "e%u", dice(1000000000));
	line.auth = cited_at(h, p, &line);
	line.depth = 1 + (int64_t)h->n;
	world_add(&h->world, &line);
	e = table_find(h->world.events, id_of(&h->world, line.id,
	    strlen(line.id)), NULL);
	if (!auth_allows(h->world.room.version, &e->event, at_point, &at, &why))
		return false;
	point_put(p, &e->event);
	return true;
}

/* ----------------------------------------------------------------- merging */

static bool
resolve_points(struct history *h, const struct state_set *states, size_t n,
    struct state_set *out)
{
	struct world *w = &h->world;

	return ok(state_resolve(&w->room, states, n, mem, out, &w->why) ==
	    RESOLVE_OK, "%s: %zu states are resolved", w->room.version->id, n);
}

static void
point_of(struct point *p, struct state_set set)
{
	p->n = set.n;
	if (set.n > ENTRIES)
		abort();
	memcpy(p->entry, set.entry, set.n * sizeof *set.entry);
}

static void
shuffle(struct state_set *set)
{
	struct state_entry *e = arena_memdup(mem, set->entry,
	    set->n * sizeof *e), one;
	size_t i, k;

	for (i = set->n; i > 1; i--) {
		k = dice((unsigned)i);
		one = e[k];
		e[k] = e[i - 1];
		e[i - 1] = one;
	}
	set->entry = e;
}

/* Are those that all states have in the result? */
static bool
keeps_unconflicted(const struct state_set *states, size_t n,
    struct state_set out)
{
	struct point result, other;
	const struct state_entry *e, *in;
	size_t i, k, same;

	point_of(&result, out);
	for (i = 0; i < states[0].n; i++) {
		e = &states[0].entry[i];
		for (same = 0, k = 0; k < n; k++) {
			point_of(&other, states[k]);
			in = find(&other, e->type, e->state_key);
			same += in != NULL &&
			    strcmp(in->event_id, e->event_id) == 0;
		}
		in = find(&result, e->type, e->state_key);
		if (same == n && (in == NULL ||
		    strcmp(in->event_id, e->event_id) != 0))
			return false;
	}
	return true;
}

static void
test_merge(struct history *h, struct state_set *states, size_t n,
    struct state_set *out)
{
	struct state_set again[2 * MERGED];
	const char *want, *version = h->world.room.version->id;
	size_t i;

	if (!resolve_points(h, states, n, out))
		return;
	want = text_of(&h->world, *out);
	ok(keeps_unconflicted(states, n, *out), "%s: what all have stays",
	    version);
	for (i = 0; i < n; i++) {
		again[i] = states[n - 1 - i];
		shuffle(&again[i]);
	}
	is_text(resolved_sets(&h->world, again, n), want,
	    "%s: the order of states and their entries does not matter",
	    version);
	memcpy(again + n, states, n * sizeof *states);
	is_text(resolved_sets(&h->world, again, 2 * n), want,
	    "%s: nor how often a state comes", version);
	again[0] = again[1] = *out;
	is_text(resolved_sets(&h->world, again, 2), want,
	    "%s: resolved again it is itself", version);
}

static void
grow(struct history *h)
{
	struct state_set states[MERGED], out = { NULL, 0 };
	struct point *next = &h->point[h->n];
	size_t i, n;

	*next = h->point[dice((unsigned)h->n)];
	if (dice(5) == 0) {
		n = 2 + dice(MERGED - 1);
		for (i = 0; i < n; i++)
			states[i] = set_of(&h->point[dice((unsigned)h->n)]);
		test_merge(h, states, n, &out);
		point_of(next, out);
	}
	for (i = 0; i < 20 && !send_random(h, next); i++)
		continue;
	h->n++;
}

static void
test_room(const struct room_version *v)
{
	struct history *h = arena_alloc(mem, sizeof *h);

	world_init(&h->world, mem, v);
	world_lines(&h->world, usual);
	point_of(&h->point[0], state_of(&h->world, USUAL));
	for (h->n = 1; h->n < EVENTS; )
		grow(h);
}

static unsigned
number(const char *name, unsigned otherwise)
{
	const char *s = getenv(name);

	return s == NULL ? otherwise : (unsigned)strtoul(s, NULL, 10);
}

int
main(void)
{
	struct room_version v1 = *room_version_find("11");
	unsigned i, rounds = number("ROUNDS", 20);

	v1.id = "11 by 1";
	v1.resolution = STATE_RES_V1;
	seed = number("SEED", 1);
	crypto_open();
	mem = arena_new();
	for (i = 0; i < rounds; i++) {
		test_room(room_version_find("10"));
		test_room(room_version_find("12"));
		test_room(&v1);
		arena_clear(mem);
	}
	arena_free(mem);
	return done_testing();
}

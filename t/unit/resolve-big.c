/*
 * State resolution of what somebody made to hurt: chains as long and graphs as
 * wide as they come, on a stack that holds no recursion over them.  Events are
 * made as they are asked for.
 */
#include <pthread.h>

#include "resolve-case.h"

#define MANY		100000
#define STACK		((size_t)256 << 10)

static struct arena *mem;
static const char *const creator = "@alice:a";

enum shape {
	CHAIN,		/* power levels, each citing the one before */
	JOINS,		/* joins of one user, each citing the one before */
	WIDE,		/* as many topics as there are events, of other keys */
	LADDER		/* each citing the two before: paths without number */
};

struct maze {
	enum shape	 shape;
	const struct room_version *version;
	cJSON		*join, *levels, *create, *open, *nothing;
	size_t		 asked;
};

/* ------------------------------------------------ events out of their ids */

static const char *
numbered(struct arena *m, const char *what, size_t i)
{
	return arena_printf(m, "$%s%zu", what, i);
}

/* In room version 12 nobody cites the create event. */
static void
cites(const struct maze *z, struct arena *m, struct resolve_event *e,
    const char *a, const char *b, const char *c)
{
	const char *all[] = { a, b, c,
	    z->version->room_id_is_hash ? NULL : "$create" };
	const char **id = arena_alloc(m, sizeof all);
	size_t i;

	for (i = 0; i < sizeof all / sizeof all[0]; i++)
		if (all[i] != NULL)
			id[e->auth_count++] = all[i];
	e->auth_events = id;
}

static void
the_first(struct maze *z, struct arena *m, struct resolve_event *e)
{
	if (strcmp(e->event.event_id, "$create") == 0) {
		e->event.type = "m.room.create";
		e->event.content = z->create;
		if (z->version->room_id_is_hash)
			e->event.room_id = NULL;
		return;
	}
	e->event.prev_count = 1;
	if (strcmp(e->event.event_id, "$alice") == 0) {
		e->event.type = "m.room.member";
		e->event.state_key = creator;
		e->event.content = z->join;
		e->event.prev_event = "$create";
		cites(z, m, e, NULL, NULL, NULL);
	} else {
		cites(z, m, e, "$alice", NULL, NULL);
		e->event.type = "m.room.join_rules";
		e->event.content = z->open;
	}
}

static const char *
before(struct arena *m, size_t i, size_t steps)
{
	return i < steps ? NULL : numbered(m, "e", i - steps);
}

static void
one_of_many(struct maze *z, struct arena *m, struct resolve_event *e, size_t i)
{
	e->event.prev_count = 1;
	e->origin_server_ts = e->depth = (int64_t)i + 10;
	if (z->shape == JOINS) {
		e->event.type = "m.room.member";
		e->event.state_key = e->event.sender = "@ella:a";
		e->event.content = z->join;
		cites(z, m, e, "$rules", before(m, i, 1), NULL);
	} else if (z->shape == WIDE) {
		e->event.type = "m.room.topic";
		e->event.state_key = e->event.event_id;
		e->event.content = z->nothing;
		cites(z, m, e, "$alice", NULL, NULL);
	} else {
		e->event.type = "m.room.power_levels";
		e->event.content = z->levels;
		cites(z, m, e, "$alice", before(m, i, 1),
		    z->shape == LADDER ? before(m, i, 2) : NULL);
	}
}

static const struct resolve_event *
maze_event(void *arg, const char *event_id, bool content, struct arena *m)
{
	struct resolve_event *e = arena_alloc(m, sizeof *e);
	struct maze *z = arg;

	(void)content;
	z->asked++;
	e->event = (struct auth_event){ .event_id = event_id,
	    .room_id = z->version->room_id_is_hash ? "!create" : "!r:a",
	    .sender = creator, .state_key = "" };
	if (event_id[2] >= '0' && event_id[2] <= '9')
		one_of_many(z, m, e, strtoul(event_id + 2, NULL, 10));
	else
		the_first(z, m, e);
	return e;
}

static cJSON *
json(const char *s)
{
	enum json_verdict verdict;
	const char *why;

	return json_parse(mem, s, strlen(s), &verdict, &why);
}

static void
maze_init(struct maze *z, enum shape shape, const struct room_version *v)
{
	*z = (struct maze){ .shape = shape, .version = v };
	z->join = json("{\"membership\":\"join\"}");
	z->levels = json("{}");
	z->create = json("{}");
	z->open = json("{\"join_rule\":\"public\"}");
	z->nothing = json("{\"topic\":\"x\"}");
	/* Before room version 12 the creator stands in the levels. */
	if (!v->creators_rule)
		z->levels = json("{\"users\":{\"@alice:a\":100}}");
}

/* ---------------------------------------------------- two states of a maze */

struct test {
	struct maze	 maze;
	struct resolve_room room;
	struct state_set states[2];
	struct state_set out;
	enum resolve_verdict verdict;
	const char	*why;
};

static void
put(struct state_entry *e, const char *type, const char *key, const char *id)
{
	*e = (struct state_entry){ type, key, id };
}

/* All of them, or the last of a chain. */
static void
fill(struct test *t, struct state_set *set, size_t upto)
{
	struct state_entry *e = arena_alloc(mem, (upto + 4) * sizeof *e);
	const char *id = numbered(mem, "e", upto);
	size_t i;

	put(&e[0], "m.room.create", "", "$create");
	put(&e[1], "m.room.member", creator, "$alice");
	put(&e[2], "m.room.join_rules", "", "$rules");
	set->entry = e;
	set->n = 4;
	if (t->maze.shape == JOINS)
		put(&e[3], "m.room.member", "@ella:a", id);
	else if (t->maze.shape != WIDE)
		put(&e[3], "m.room.power_levels", "", id);
	else
		for (i = 0; i < upto; i++) {
			id = numbered(mem, "t", i);
			put(&e[3 + i], "m.room.topic", id, id);
			set->n = 4 + i;
		}
}

static void *
run(void *arg)
{
	struct test *t = arg;

	t->verdict = state_resolve(&t->room, t->states, 2, mem, &t->out,
	    &t->why);
	return NULL;
}

static void
on_a_small_stack(struct test *t)
{
	pthread_attr_t attr;
	pthread_t thread;

	if (pthread_attr_init(&attr) != 0 ||
	    pthread_attr_setstacksize(&attr, STACK) != 0 ||
	    pthread_create(&thread, &attr, run, t) != 0)
		abort();
	pthread_join(thread, NULL);
	pthread_attr_destroy(&attr);
}

static void
test_init(struct test *t, enum shape shape, const struct room_version *v,
    size_t a, size_t b)
{
	*t = (struct test){ .why = NULL };
	maze_init(&t->maze, shape, v);
	t->room = (struct resolve_room){ .version = v, .event = maze_event,
	    .arg = &t->maze,
	    .room_id = v->room_id_is_hash ? "!create" : "!r:a" };
	fill(t, &t->states[0], a);
	fill(t, &t->states[1], b);
}

static const char *
id_in(const struct state_set *set, const char *type, const char *key)
{
	size_t i;

	for (i = 0; i < set->n; i++)
		if (strcmp(set->entry[i].type, type) == 0 &&
		    strcmp(set->entry[i].state_key, key) == 0)
			return set->entry[i].event_id;
	return NULL;
}

static const char *
last_of(const struct test *t)
{
	return t->maze.shape == JOINS ?
	    id_in(&t->out, "m.room.member", "@ella:a") :
	    id_in(&t->out, "m.room.power_levels", "");
}

static void
test_long(enum shape shape, const char *name, const struct room_version *v)
{
	struct test t;

	test_init(&t, shape, v, MANY, 3);
	on_a_small_stack(&t);
	if (ok(t.verdict == RESOLVE_OK, "%s: %s ends (security 7)", v->id,
	    name))
		is_text(last_of(&t), numbered(mem, "e", MANY),
		    "the last of it holds");
	/* Each once for its links, and once for its content. */
	ok(t.maze.asked <= 2 * (MANY + 20), "no event is asked for again and "
	    "again");
	t.room.limits.events = MANY / 2;
	on_a_small_stack(&t);
	is_int(t.verdict, RESOLVE_LIMIT, "and it gives up at a limit "
	    "(security 7)");
	t.room.limits = (struct resolve_limits){ .checks = 10 };
	on_a_small_stack(&t);
	is_int(t.verdict, RESOLVE_LIMIT, "of checks");
	t.room.limits = (struct resolve_limits){ .bytes = 4 << 20 };
	on_a_small_stack(&t);
	is_int(t.verdict, RESOLVE_LIMIT, "and of memory");
}

static void
test_wide(const struct room_version *v)
{
	struct test t;

	test_init(&t, WIDE, v, MANY, 10);
	on_a_small_stack(&t);
	if (ok(t.verdict == RESOLVE_OK, "%s: much in conflict ends "
	    "(security 7)", v->id))
		is_int((int64_t)t.out.n, MANY + 3, "and holds");
	ok(t.maze.asked <= 2 * (MANY + 20), "no event is asked for again and "
	    "again");
	test_init(&t, WIDE, v, MANY, MANY - 1);
	on_a_small_stack(&t);
	ok(t.verdict == RESOLVE_OK && t.out.n == MANY + 3, "%s: much state "
	    "and little in conflict", v->id);
	ok(t.maze.asked < 100, "asks for few events");
}

static void
test_version(const struct room_version *v)
{
	test_long(CHAIN, "a long chain of power levels", v);
	test_long(JOINS, "a long chain of joins", v);
	test_long(LADDER, "a long ladder", v);
	test_wide(v);
	arena_clear(mem);
}

static void
test_v1(void)
{
	struct room_version v = *room_version_find("11");
	struct test t;

	v.resolution = STATE_RES_V1;
	test_init(&t, WIDE, &v, MANY, MANY / 2);
	on_a_small_stack(&t);
	ok(t.verdict == RESOLVE_OK && t.out.n == MANY + 3,
	    "version 1: much state");
	test_init(&t, CHAIN, &v, MANY, 3);
	on_a_small_stack(&t);
	is_text(last_of(&t), numbered(mem, "e", MANY),
	    "version 1 does not look at chains");
	ok(t.maze.asked < 20, "so it asks for few events");
}

int
main(void)
{
	crypto_open();
	mem = arena_new();
	test_version(room_version_find("11"));
	test_version(room_version_find("12"));
	test_v1();
	arena_free(mem);
	return done_testing();
}

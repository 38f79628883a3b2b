/*
 * uia.c - User-Interactive Authentication where HTTP cannot look today: flows
 * of several stages, what a session is bound to, and its end by time.
 */
#include "matrix/uia.h"
#include "scratch.h"
#include "serve/life.h"
#include "tap.h"

#define HOUR	(60 * 60 * 1000)
#define DUMMY	"m.login.dummy"
#define OTHER	"example.type.foo"	/* a stage that nobody can pass */

const struct program program = { .name = "uia" };

static struct store *store;
static struct conf conf;
static struct arena *mem;

static const struct conf_flow dummy_only[] = { { { DUMMY } }, { { NULL } } };
static const struct conf_flow dummy_first[] = {
	{ { OTHER } }, { { DUMMY, OTHER } }, { { NULL } }
};
static const struct conf_flow dummy_last[] = {
	{ { OTHER, DUMMY } }, { { NULL } }
};

/* Who asks for what, and what came of it. */
struct call {
	const struct conf_flow *flows;
	const char	*endpoint;
	const char	*arg;
	enum api	 api;
	int64_t		 user;
	int64_t		 now;
};
static const struct call usual = {
	dummy_first, "endpoint", "A", API_V3, 1, 1000000
};
static enum mx_err err;
static const char *session, *errcode, *completed, *reply;

static void
call(struct call c, const char *body)
{
	struct route route = { .name = c.endpoint };
	struct life *l = life_new(store);
	struct request *r = &l->r;
	struct arena *before = json_arena(r->mem);
	const cJSON *tree;
	struct buf list;

	r->route = &route;
	r->arg[0] = c.arg;
	conf = *r->conf;
	r->conf = &conf;
	r->api = c.api;
	r->who.user = c.user;
	r->now = c.now;
	r->body = json_parse_own(r->mem, span_of(body));
	db_arena(store->vol, r->mem);
	conf.flows[FLOWS_password] = c.flows;
	db_arena(store->main, r->mem);
	if ((err = uia_pass(r, FLOWS_password)) == M_OK)
		err = uia_end(r);
	session = errcode = completed = reply = NULL;
	if (err == M_UIA) {
		write_end(&r->out);
		reply = arena_strdup(mem, buf_str(&l->body));
		tree = json_parse_own(mem, span_of(reply));
		session = json_text(tree, "session");
		errcode = json_text(tree, "errcode");
		buf_init(&list, mem, 4096);
		json_print(&list, json_get(tree, "completed"));
		completed = buf_str(&list);
	}
	json_arena(before);
	life_free(l);
}

/* {"a":1,"auth":{...}} with the session and, unless NULL, a stage. */
static const char *
with(const char *s, const char *type)
{
	return type == NULL ?
	    arena_printf(mem, "{\"a\":1,\"auth\":{\"session\":\"%s\"}}", s) :
	    arena_printf(mem,
	    "{\"a\":1,\"auth\":{\"session\":\"%s\",\"type\":\"%s\"}}", s, type);
}

static void
test_stages(void)
{
	const char *s;

	call(usual, "{\"a\":1}");
	is_int(err, M_UIA, "no auth: asked for");
	is_text(reply, arena_printf(mem, "{\"flows\":[{\"stages\":[\"" OTHER
	    "\"]},{\"stages\":[\"" DUMMY "\",\"" OTHER "\"]}],\"params\":{},"
	    "\"session\":\"%s\",\"completed\":[]}", session), "all flows");
	s = session;
	call(usual, with(s, OTHER));
	is_int(err, M_UIA, "a stage that fails");
	is_text(errcode, "M_FORBIDDEN", "... says so");
	is_text(session, s, "... and leaves the session");
	is_text(completed, "[]", "... where it was");
	call(usual, with(s, DUMMY));
	is_int(err, M_UIA, "one stage of two");
	is_text(errcode, NULL, "... is no failure");
	is_text(completed, "[\"" DUMMY "\"]", "... and is completed");
	call(usual, with(s, DUMMY));
	is_text(errcode, NULL, "a completed stage may be sent again");
	is_text(completed, "[\"" DUMMY "\"]", "... and counts once");
	call(usual, with(s, OTHER));
	is_text(errcode, "M_FORBIDDEN", "the other is not completed by that");
	is_text(completed, "[\"" DUMMY "\"]", "... and loses nothing");
	call(usual, with(s, NULL));
	is_text(completed, "[\"" DUMMY "\"]", "the session alone");
	call(usual, "{\"a\":1,\"auth\":{\"type\":\"" DUMMY "\"}}");
	is_text(completed, "[\"" DUMMY "\"]", "no session: a stage begins one");
	ok(strcmp(session, s) != 0, "... of its own");
}

static void
test_order(void)
{
	struct call c = usual;

	c.flows = dummy_last;
	call(c, "{\"a\":1}");
	call(c, with(session, DUMMY));
	is_text(errcode, "M_FORBIDDEN", "the second stage before the first");
	is_text(completed, "[]", "... does not count");
	c.api = API_V2_ALPHA;
	call(c, with(session, DUMMY));
	is_text(errcode, NULL, "2015: any order");
	is_text(completed, "[\"" DUMMY "\"]", "... counts");
}

static void
test_bound(void)
{
	const char *s, *auth;
	struct call c;

	call(usual, "{\"a\":1,\"b\":[{\"x\":1,\"y\":2}]}");
	s = session;
	auth = arena_printf(mem,
	    "\"auth\":{\"session\":\"%s\",\"type\":\"" DUMMY "\"}", s);
	call(usual, arena_printf(mem, "{\"a\":2,%s}", auth));
	is_text(completed, "[\"" DUMMY "\"]",
	    "another body before a stage is completed: begins anew");
	is_text(session, s, "... with the same session");
	call(usual, arena_printf(mem, "{\"a\":1,%s}", auth));
	is_int(err, M_FORBIDDEN, "another body afterwards");
	call(usual, arena_printf(mem, "{%s}", auth));
	is_int(err, M_FORBIDDEN, "no body at all");
	call(usual, arena_printf(mem, "{\"a\":2,\"b\":3,%s}", auth));
	is_int(err, M_FORBIDDEN, "another key");
	call(usual, arena_printf(mem, "{ %s , \"a\" : 2 }", auth));
	is_int(err, M_UIA, "the same body, written otherwise");
	is_text(completed, "[\"" DUMMY "\"]", "... has lost nothing");

	call(usual, "{\"a\":1}");
	s = session;
	c = usual, c.endpoint = "another";
	call(c, with(s, DUMMY));
	is_int(err, M_FORBIDDEN, "another endpoint");
	c = usual, c.arg = "B";
	call(c, with(s, DUMMY));
	is_int(err, M_FORBIDDEN, "another argument in the path");
	c = usual, c.user = 2;
	call(c, with(s, DUMMY));
	is_int(err, M_FORBIDDEN, "another user");
	c.user = 0;
	call(c, with(s, DUMMY));
	is_int(err, M_FORBIDDEN, "nobody");
	call(usual, with(s, DUMMY));
	is_text(completed, "[\"" DUMMY "\"]", "its own request goes on");
}

static void
test_end(void)
{
	struct call c = usual;
	const char *s;

	c.flows = dummy_only;
	call(c, "{\"a\":1}");
	s = session;
	call(c, with(s, DUMMY));
	is_int(err, M_OK, "all stages of a flow");
	call(c, with(s, DUMMY));
	is_int(err, M_UIA, "a session is used once");
	is_text(errcode, "M_FORBIDDEN", "... and not known any more");
	ok(session != NULL && strcmp(session, s) != 0, "... here is another");
	call(c, with(session, DUMMY));
	is_int(err, M_OK, "... which works");

	call(c, "{\"a\":1}");
	s = session;
	c.now += HOUR - 1;
	call(c, with(s, NULL));
	is_text(session, s, "a session lives for an hour");
	c.now++;
	call(c, with(s, DUMMY));
	is_int(err, M_UIA, "and no longer");
	ok(session != NULL && strcmp(session, s) != 0, "... here is another");
}

/* Anybody may begin sessions, so there is a limit to them. */
static void
test_room(void)
{
	struct call c = usual;
	const char *first, *second;

	c.now += 3 * HOUR;
	call(c, "{\"a\":1}");
	first = session;
	c.now++;
	call(c, "{\"a\":1}");
	second = session;
	for (int i = 0; i < 9998; i++) {
		c.now++;
		call(c, "{}");
	}
	call(c, with(first, NULL));
	is_text(session, first, "10,000 sessions");
	c.now++;
	call(c, "{}");
	call(c, with(second, NULL));
	is_text(session, second, "one more");
	call(c, with(first, NULL));
	is_text(errcode, "M_FORBIDDEN", "... and the oldest is gone");
}

int
main(void)
{
	scratch_begin();
	store = scratch_open(NULL);
	mem = scratch_mem;
	json_arena(mem);
	test_stages();
	test_order();
	test_bound();
	test_end();
	test_room();
	store_close(store);
	return done_testing();
}

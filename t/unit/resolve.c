/*
 * State resolution: conflicts that are well known, by version 2 and 2.1 in
 * rooms of the versions that have them; then what the two do differently, what
 * is refused, and limits.  resolve-v1.c is about version 1.
 */
#include "resolve-case.h"

static struct arena *mem;

struct scenario {
	const char	*name;
	const struct line *events;	/* behind the usual ones */
	const char	*a, *b;		/* two states */
	const char	*want;
	const char	*want_v2_1;	/* NULL: the same */
};

/* -------------------------------------------------- power and what it does */

static const struct line ban_or_levels[] = {
	MEMBER("ban", "bob", "alice", "ban", "create levels alice bob", 10, 0),
	LEVELS("levels2", "bob", "$C,'@bob:a':50,'@charlie:a':40",
	    "create levels bob", 9),
	END
};

static const struct line demoted_or_topic[] = {
	LEVELS("levels2", "alice", "$C", "create levels alice", 10),
	TOPIC("topic2", "bob", "create levels bob", 11),
	END
};

static const struct line levels_of_two[] = {
	LEVELS("levels2", "alice", "$C", "create levels alice", 12),
	LEVELS("levels3", "bob", "$C,'@bob:a':50,'@charlie:a':50",
	    "create levels bob", 10),
	END
};

static const struct line banned_or_topic[] = {
	MEMBER("ban", "bob", "alice", "ban", "create levels alice bob", 12, 0),
	TOPIC("topic2", "bob", "create levels bob", 11),
	END
};

static const struct line kicked_or_topic[] = {
	MEMBER("kick", "bob", "alice", "leave", "create levels alice bob", 12,
	    0),
	TOPIC("topic2", "bob", "create levels bob", 11),
	END
};

/* The join comes back as part of the auth difference, and must not win. */
static const struct line joined_and_kicked[] = {
	JOIN("ella", "ella", "create levels rules", 13),
	MEMBER("kick", "ella", "alice", "leave", "create levels alice ella",
	    12, 0),
	END
};

static const struct line rules_or_join[] = {
	RULES("rules2", "alice", "invite", "create levels alice", 12),
	JOIN("ella", "ella", "create levels rules", 11),
	END
};

static const struct line banned_or_rejoined[] = {
	MEMBER("ban", "charlie", "bob", "ban", "create levels bob charlie", 10,
	    0),
	JOIN("charlie2", "charlie", "create levels rules charlie", 12),
	END
};

static const struct line two_joins[] = {
	JOIN("ella", "ella", "create levels rules", 10),
	JOIN("fred", "fred", "create levels rules", 10),
	END
};

/* Bob's power goes and with it what he did, and what was done by his grace. */
static const struct line by_his_grace[] = {
	MEMBER("ban", "bob", "alice", "ban", "create levels alice bob", 10, 0),
	LEVELS("levels2", "bob", "$C,'@bob:a':50,'@charlie:a':50",
	    "create levels bob", 11),
	TOPIC("topic2", "charlie", "create levels2 charlie", 12),
	END
};

static const struct line left_or_kicked[] = {
	MEMBER("left", "charlie", "charlie", "leave", "create levels charlie",
	    10, 0),
	MEMBER("kick", "charlie", "bob", "leave", "create levels bob charlie",
	    11, 0),
	END
};

/* ------------------------------------------------------------------- order */

static const struct line rules_by_power[] = {
	RULES("rules2", "alice", "invite", "create levels alice", 20),
	RULES("rules3", "bob", "knock", "create levels bob", 10),
	END
};

static const struct line rules_by_time[] = {
	RULES("rules2", "alice", "invite", "create levels alice", 11),
	RULES("rules3", "alice", "knock", "create levels alice", 10),
	END
};

static const struct line rules_by_id[] = {
	RULES("rules2", "alice", "invite", "create levels alice", 10),
	RULES("rules3", "alice", "knock", "create levels alice", 10),
	END
};

/* By time alone the second would stand before the first. */
static const struct line rules_by_links[] = {
	LEVELS("levels2", "alice", "$C,'@bob:a':60", "create levels alice", 20),
	RULES("rules2", "bob", "invite", "create levels2 bob", 9),
	RULES("rules3", "bob", "knock", "create levels bob", 15),
	END
};

static const struct line topic_by_mainline[] = {
	LEVELS("levels2", "alice", "$C,'@bob:a':60", "create levels alice", 10),
	TOPIC("topic2", "alice", "create levels2 alice", 11),
	TOPIC("topic3", "bob", "create levels bob", 30),
	END
};

static const struct line topic_by_time[] = {
	TOPIC("topic2", "alice", "create levels alice", 11),
	TOPIC("topic3", "bob", "create levels bob", 10),
	END
};

static const struct line topic_by_id[] = {
	TOPIC("topic2", "alice", "create levels alice", 10),
	TOPIC("topic3", "bob", "create levels bob", 10),
	END
};

/* No power levels of its chain are in the mainline: it stands first. */
static const struct line topic_off_mainline[] = {
	LEVELS("levels2", "bob", "$C,'@bob:a':50,'@charlie:a':1",
	    "create levels bob", 10),
	LEVELS("levels3", "alice", "$C,'@bob:a':50", "create levels alice", 9),
	TOPIC("topic2", "alice", "create alice", 40),
	TOPIC("topic3", "alice", "create levels alice", 12),
	END
};

/* ----------------------------------------------- what is odd, or not there */

#define CITED_MEMBER(flags)						\
	MEMBER("ella", "ella", "ella", "join", "create levels rules", 7, \
	    flags),							\
	MEMBER("gone", "fred", "ella", "leave",				\
	    "create levels2 ella fred", 12, 0),				\
	MEMBER("fred", "fred", "fred", "join", "create levels rules", 8, 0), \
	LEVELS("levels2", "alice", "$C,'@bob:a':50,'@ella:a':50",	\
	    "create levels alice", 9),					\
	{ "name", "m.room.name", "", "@ella:a", "{'name':'x'}",		\
	  "create levels2 ella", 13, 0, 0 },				\
	{ "name2", "m.room.name", "", "@ella:a", "{'name':'y'}",	\
	  "create levels2 ella", 14, 0, 0 },				\
	END
static const struct line cited_member[] = { CITED_MEMBER(0) };
static const struct line cited_rejected[] = { CITED_MEMBER(REJECTED) };
static const struct line cited_missing[] = { CITED_MEMBER(MISSING) };
#define NO_ELLA	"create alice levels2 rules bob charlie topic"

static const struct line rejected_topic[] = {
	{ "topic2", "m.room.topic", "", "@bob:a", "{'topic':'x'}",
	  "create levels bob", 10, REJECTED, 0 },
	TOPIC("topic3", "charlie", "create levels charlie", 12),
	END
};

static const struct scenario scenarios[] = {
	{ "states that agree", NULL, USUAL, USUAL, USUAL, NULL },
	{ "of states that agree nobody asks for an event", NULL,
	  "unknown", "unknown", "unknown", NULL },
	{ "state in one of two is in conflict, and stays when allowed", NULL,
	  USUAL, USUAL_BUT_TOPIC, USUAL, NULL },
	{ "a ban by more power undoes power levels", ban_or_levels,
	  "create alice levels rules ban charlie topic",
	  "create alice levels2 rules bob charlie topic",
	  "create alice levels rules ban charlie topic", NULL },
	{ "one who lost power did not set the topic", demoted_or_topic,
	  "create alice levels2 rules bob charlie topic",
	  "create alice levels rules bob charlie topic2",
	  "create alice levels2 rules bob charlie topic", NULL },
	{ "one who lost power did not change the levels", levels_of_two,
	  "create alice levels2 rules bob charlie topic",
	  "create alice levels3 rules bob charlie topic",
	  "create alice levels2 rules bob charlie topic", NULL },
	{ "one who is banned did not set the topic", banned_or_topic,
	  "create alice levels rules ban charlie topic",
	  "create alice levels rules bob charlie topic2",
	  "create alice levels rules ban charlie topic", NULL },
	{ "one who is kicked did not set the topic", kicked_or_topic,
	  "create alice levels rules kick charlie topic",
	  "create alice levels rules bob charlie topic2",
	  "create alice levels rules kick charlie topic", NULL },
	{ "one who joined and was kicked remains so", joined_and_kicked,
	  USUAL " kick", USUAL, USUAL " kick", NULL },
	{ "who joined while the room closed did not", rules_or_join,
	  "create alice levels rules2 bob charlie topic", USUAL " ella",
	  "create alice levels rules2 bob charlie topic", NULL },
	{ "who joined again while being banned did not", banned_or_rejoined,
	  "create alice levels rules bob ban topic",
	  "create alice levels rules bob charlie2 topic",
	  "create alice levels rules bob ban topic", NULL },
	{ "two joined at once, and both did", two_joins,
	  USUAL " ella", USUAL " fred", USUAL " ella fred", NULL },
	{ "with power goes what others did by it", by_his_grace,
	  "create alice levels rules ban charlie topic",
	  "create alice levels2 rules bob charlie topic2",
	  "create alice levels rules ban charlie topic", NULL },
	{ "who was kicked cannot have left", left_or_kicked,
	  "create alice levels rules bob left topic",
	  "create alice levels rules bob kick topic",
	  "create alice levels rules bob kick topic", NULL },

	{ "power order: greater power is applied first", rules_by_power,
	  "create alice levels rules2 bob charlie topic",
	  "create alice levels rules3 bob charlie topic",
	  "create alice levels rules3 bob charlie topic", NULL },
	{ "power order: of equal power, the earlier is", rules_by_time,
	  "create alice levels rules2 bob charlie topic",
	  "create alice levels rules3 bob charlie topic",
	  "create alice levels rules2 bob charlie topic", NULL },
	{ "power order: at the same time, the lesser id is", rules_by_id,
	  "create alice levels rules2 bob charlie topic",
	  "create alice levels rules3 bob charlie topic",
	  "create alice levels rules3 bob charlie topic", NULL },
	{ "power order: an event never stands before what it cites",
	  rules_by_links,
	  "create alice levels2 rules2 bob charlie topic",
	  "create alice levels rules3 bob charlie topic",
	  "create alice levels2 rules3 bob charlie topic", NULL },
	{ "mainline: what rests on later levels wins", topic_by_mainline,
	  "create alice levels2 rules bob charlie topic2",
	  "create alice levels rules bob charlie topic3",
	  "create alice levels2 rules bob charlie topic2", NULL },
	{ "mainline: at the same position the later wins", topic_by_time,
	  USUAL_BUT_TOPIC " topic2", USUAL_BUT_TOPIC " topic3",
	  USUAL_BUT_TOPIC " topic2", NULL },
	{ "mainline: at the same time the greater id wins", topic_by_id,
	  USUAL_BUT_TOPIC " topic2", USUAL_BUT_TOPIC " topic3",
	  USUAL_BUT_TOPIC " topic3", NULL },
	{ "mainline: what rests on no levels stands first", topic_off_mainline,
	  "create alice levels2 rules bob charlie topic2",
	  "create alice levels3 rules bob charlie topic3",
	  "create alice levels2 rules bob charlie topic3", NULL },

	{ "what the state lacks holds as the event cites it", cited_member,
	  NO_ELLA " name", NO_ELLA " name2", NO_ELLA " name2", NULL },
	{ "but not when that was rejected", cited_rejected,
	  NO_ELLA " name", NO_ELLA " name2", NO_ELLA, NULL },
	{ "nor when nobody has it", cited_missing,
	  NO_ELLA " name", NO_ELLA " name2", NO_ELLA, NULL },
	{ "an event rejected once may hold now", rejected_topic,
	  USUAL_BUT_TOPIC " topic2", USUAL_BUT_TOPIC " topic3",
	  USUAL_BUT_TOPIC " topic2", NULL },
	{ "an event in conflict that nobody has drops out", NULL,
	  USUAL_BUT_TOPIC " unknown", USUAL, USUAL, NULL },
	{ "nothing at all", NULL, "", "", "", NULL },
	{ "a state and none", NULL, USUAL, "", USUAL, NULL },
};

static void
test_scenario(const struct room_version *v, const char *version,
    const struct scenario *s)
{
	const char *want = v->resolution == STATE_RES_V2_1 &&
	    s->want_v2_1 != NULL ? s->want_v2_1 : s->want;
	struct world w;

	world_init(&w, mem, v);
	world_lines(&w, usual);
	world_lines(&w, s->events);
	is_text(resolved(&w, s->a, s->b), in_order(&w, want), "%s: %s",
	    version, s->name);
	is_text(resolved(&w, s->b, s->a), in_order(&w, want),
	    "%s: and the other way round", version);
}

/* Of version 11, but with another way to resolve. */
static struct room_version
version_with(enum state_resolution resolution)
{
	struct room_version v = *room_version_find("11");

	v.resolution = resolution;
	return v;
}

static void
test_scenarios(void)
{
	static const char *const ids[] = { "10", "11", "12" };
	const struct room_version mixed = version_with(STATE_RES_V2_1);
	const size_t n = sizeof scenarios / sizeof scenarios[0];
	size_t i, k;

	for (i = 0; i < n; i++) {
		for (k = 0; k < sizeof ids / sizeof ids[0]; k++)
			test_scenario(room_version_find(ids[k]), ids[k],
			    &scenarios[i]);
		test_scenario(&mixed, "11 by 2.1", &scenarios[i]);
	}
}

/* --------------------------------------- what 2.1 is there for (MSC4297) */

/*
 * A room was public, then closed, and its creator left.  One state forgot that
 * it was closed, though what both have came later.
 */
static const struct line closed_room[] = {
	RULES("rules2", "alice", "invite", "create levels alice", 10),
	MEMBER("left", "alice", "alice", "leave", "create levels alice", 11,
	    0),
	JOIN("bob2", "bob", "create levels rules2 bob", 12),
	JOIN("charlie2", "charlie", "create levels rules2 charlie", 13),
	END
};

/*
 * Power went from hand to hand.  One state has it as it was in the beginning,
 * though what it has of another user came later.
 */
static const struct line handed_on[] = {
	LEVELS("levels2", "alice", "$C,'@bob:a':60", "create levels alice",
	    10),
	LEVELS("levels3", "bob", "$C,'@bob:a':60,'@charlie:a':50",
	    "create levels2 bob", 11),
	JOIN("zara", "zara", "create levels3 rules", 12),
	JOIN("eve", "eve", "create levels3 rules", 13),
	JOIN("eve2", "eve", "create levels3 rules eve", 14),
	END
};

static const struct scenario resets[] = {
	{ "what all have does not bar what led to it", closed_room,
	  "create left levels rules2 bob2 charlie",
	  "create left levels rules bob charlie2",
	  "create left levels bob2 charlie2",
	  "create left levels rules2 bob2 charlie2" },
	{ "events between two in conflict count", handed_on,
	  "create alice levels rules bob charlie eve2",
	  "create alice levels3 rules bob charlie zara",
	  "create alice levels rules bob charlie eve2 zara",
	  "create alice levels3 rules bob charlie eve2 zara" },
};

static void
test_resets(void)
{
	const struct room_version v2 = version_with(STATE_RES_V2);
	const struct room_version v2_1 = version_with(STATE_RES_V2_1);
	size_t i;

	for (i = 0; i < sizeof resets / sizeof resets[0]; i++) {
		test_scenario(room_version_find("10"), "10", &resets[i]);
		test_scenario(&v2, "11 by 2", &resets[i]);
		test_scenario(&v2_1, "11 by 2.1", &resets[i]);
		test_scenario(room_version_find("12"), "12", &resets[i]);
	}
}

/* ---------------------------------------------------------------- refusals */

static const struct line foreign[] = {
	{ "levels2", "m.room.power_levels", "", "@alice:a", "{}",
	  "create levels alice", 10, FOREIGN, 0 },
	TOPIC("topic2", "alice", "create levels2 alice", 11),
	{ "topic3", "m.room.topic", "", "@alice:a", "{}",
	  "create levels alice", 12, FOREIGN, 0 },
	{ "create2", "m.room.create", "", "@alice:a",
	  "{'creator':'@alice:a'}", "", 0, FOREIGN, 0 },
	END
};

static void
test_foreign(const struct room_version *v)
{
	struct world w;

	world_init(&w, mem, v);
	world_lines(&w, usual);
	world_lines(&w, foreign);
	is_text(resolved(&w, USUAL, USUAL_BUT_TOPIC " topic3"),
	    "An event of another room bears on it",
	    "%s: an event of another room in a state (security 5)", v->id);
	is_int(w.verdict, RESOLVE_BAD, "is bad input");
	resolved(&w, USUAL, USUAL_BUT_TOPIC " topic2");
	is_int(w.verdict, RESOLVE_BAD, "%s: one in an auth chain too "
	    "(security 5)", v->id);
	resolved(&w, USUAL, "create2 alice levels rules bob charlie topic");
	is_int(w.verdict, RESOLVE_BAD, "%s: and another create event "
	    "(security 5)", v->id);
}

static void
test_malformed(void)
{
	const struct state_entry twice[] = {
		{ "m.room.topic", "", "$topic" },
		{ "m.room.topic", "", "$topic2" },
	}, wrong[] = { { "m.room.name", "", "$topic" } };
	struct world w;
	struct state_set states[2] = { { twice, 2 }, { NULL, 0 } };

	world_init(&w, mem, room_version_find("11"));
	world_lines(&w, usual);
	world_lines(&w, topic_by_time);
	resolved_sets(&w, states, 2);
	is_int(w.verdict, RESOLVE_BAD, "a state with two topics");
	states[0] = (struct state_set){ wrong, 1 };
	resolved_sets(&w, states, 2);
	is_int(w.verdict, RESOLVE_BAD, "a topic that stands for the name");
	states[1] = state_of(&w, "topic2");
	resolved_sets(&w, states, 2);
	is_int(w.verdict, RESOLVE_BAD, "and where all else is right");
}

/* ------------------------------------------------------------------ limits */

static enum resolve_verdict
verdict_with(struct world *w, struct resolve_limits limits)
{
	w->room.limits = limits;
	resolved(w, "create alice levels2 rules bob charlie topic2",
	    "create alice levels rules bob charlie topic3");
	return w->verdict;
}

static void
test_limits(void)
{
	struct state_set states[RESOLVE_SETS_MAX + 1];
	const char *why;
	struct world w;
	size_t i;

	world_init(&w, mem, room_version_find("11"));
	world_lines(&w, usual);
	world_lines(&w, topic_by_mainline);
	/* levels, levels2, topic2, topic3; create, alice, bob, rules. */
	is_int(verdict_with(&w, (struct resolve_limits){ .events = 8 }),
	    RESOLVE_OK, "as many events as the limit lets it ask for");
	is_int(verdict_with(&w, (struct resolve_limits){ .events = 7 }),
	    RESOLVE_LIMIT, "and one more (security 7)");
	is_int(verdict_with(&w, (struct resolve_limits){ .checks = 4 }),
	    RESOLVE_OK, "as many checks as the limit allows");
	is_int(verdict_with(&w, (struct resolve_limits){ .checks = 3 }),
	    RESOLVE_LIMIT, "and one more (security 7)");
	is_int(verdict_with(&w, (struct resolve_limits){ .bytes = 4 << 20 }),
	    RESOLVE_OK, "memory enough");
	is_int(verdict_with(&w, (struct resolve_limits){ .bytes = 64 }),
	    RESOLVE_LIMIT, "and too little (security 7)");
	w.room.limits = (struct resolve_limits){ .events = 0 };
	for (i = 0; i <= RESOLVE_SETS_MAX; i++)
		states[i] = state_of(&w, i % 2 == 0 ? USUAL :
		    USUAL_BUT_TOPIC " topic2");
	why = resolved_sets(&w, states, RESOLVE_SETS_MAX);
	is_text(why, in_order(&w, USUAL_BUT_TOPIC " topic2"),
	    "as many states as there may be");
	resolved_sets(&w, states, RESOLVE_SETS_MAX + 1);
	is_int(w.verdict, RESOLVE_LIMIT, "and one more (security 7)");
	is_text(resolved_sets(&w, states, 1), in_order(&w, USUAL),
	    "one state is its own result");
	is_text(resolved_sets(&w, states, 0), "", "no state, no result");
}

/* Only what is in conflict is looked at, and what that rests on. */
static void
test_thrift(void)
{
	struct world w;

	world_init(&w, mem, room_version_find("11"));
	world_lines(&w, usual);
	resolved(&w, USUAL, USUAL);
	is_int((int64_t)w.asked, 0, "without a conflict no event is asked for");
	resolved(&w, USUAL, USUAL_BUT_TOPIC);
	ok(w.asked > 0 && w.asked < 20, "with one, few are");
}

/* ----------------------------------------------------------------- circles */

/* Room version 2 lets the sender choose ids, so events may cite each other. */
static const struct line circle[] = {
	LEVELS("levels2", "alice", "$C,'@bob:a':60", "create levels3 alice",
	    10),
	LEVELS("levels3", "alice", "$C,'@bob:a':70", "create levels2 alice",
	    11),
	TOPIC("topic2", "alice", "create levels2 alice", 12),
	TOPIC("topic3", "alice", "create levels3 alice", 13),
	TOPIC("self", "alice", "create levels alice self", 14),
	END
};

static void
test_circles(const struct room_version *v)
{
	struct world w;

	/* In 2.1 the levels that both have are not applied: no mainline. */
	world_init(&w, mem, v);
	world_lines(&w, usual);
	world_lines(&w, circle);
	is_text(resolved(&w, "create alice levels2 rules bob charlie topic",
	    USUAL), in_order(&w, USUAL), "%s: levels on a circle are left out "
	    "(security 7)", v->id);
	is_text(resolved(&w, USUAL, USUAL_BUT_TOPIC " self"), in_order(&w,
	    USUAL_BUT_TOPIC " self"),
	    "%s: an event that cites itself ends (security 7)", v->id);
	is_text(resolved(&w, "create alice levels2 rules bob charlie topic2",
	    "create alice levels2 rules bob charlie topic3"), in_order(&w,
	    v->resolution == STATE_RES_V2_1 ?
	    "create alice levels2 rules bob charlie topic3" :
	    "create alice levels2 rules bob charlie topic2"),
	    "%s: a mainline that is a circle ends (security 7)", v->id);
}

int
main(void)
{
	crypto_open();
	mem = arena_new();
	test_scenarios();
	test_resets();
	test_foreign(room_version_find("11"));
	test_foreign(room_version_find("12"));
	test_malformed();
	test_limits();
	test_thrift();
	test_circles(room_version_find("11"));
	test_circles(room_version_find("12"));
	arena_free(mem);
	return done_testing();
}

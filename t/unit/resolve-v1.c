/*
 * State resolution of room version 1, in rooms of version 11 but for that: how
 * a room is authorised makes no difference here.
 */
#include "resolve-case.h"

static struct arena *mem;

struct scenario {
	const char	*name;
	const struct line *events;	/* behind the usual ones */
	const char	*a, *b;
	const char	*want;
};

/* An event at a depth that is not its time: version 1 has no eye for time. */
#define AT(id, type, key, sender, content, ts, depth)			\
	{ id, type, key, "@" sender ":a", content, "create levels alice", \
	  ts, 0, depth }
#define TOPIC_AT(id, sender, depth)					\
	AT(id, "m.room.topic", "", sender, "{'topic':'x'}", 9, depth)
#define LEVELS_AT(id, sender, users, depth)				\
	AT(id, "m.room.power_levels", "", sender, "{'users':{" users "}}", 9, \
	    depth)
#define RULES_AT(id, sender, rule, depth)				\
	AT(id, "m.room.join_rules", "", sender, "{'join_rule':'" rule "'}", 9, \
	    depth)
#define MEMBER_AT(id, user, sender, membership, depth)			\
	AT(id, "m.room.member", "@" user ":a", sender,			\
	    "{'membership':'" membership "'}", 9, depth)

static const struct line topics[] = {
	TOPIC_AT("deep", "alice", 20),
	TOPIC_AT("shallow", "alice", 10),
	TOPIC_AT("forbidden", "charlie", 30),
	TOPIC_AT("forbidden2", "charlie", 29),
	/* SHA-1: topic-a begins with b2, topic-b with de. */
	TOPIC_AT("topic-a", "alice", 40),
	TOPIC_AT("topic-b", "alice", 40),
	END
};

static const struct line levels[] = {
	LEVELS_AT("levels2", "alice", "$C,'@bob:a':50,'@charlie:a':10", 10),
	LEVELS_AT("levels3", "bob", "$C,'@bob:a':50,'@charlie:a':20", 11),
	LEVELS_AT("demoted", "alice", "$C", 10),
	LEVELS_AT("robbed", "charlie", "'@charlie:a':100", 12),
	LEVELS_AT("late", "alice", "$C,'@charlie:a':50", 13),
	TOPIC_AT("topic2", "bob", 14),
	END
};

static const struct line members[] = {
	MEMBER_AT("ban", "charlie", "bob", "ban", 10),
	MEMBER_AT("charlie2", "charlie", "charlie", "join", 11),
	MEMBER_AT("ella", "ella", "ella", "join", 10),
	MEMBER_AT("ella2", "ella", "ella", "join", 12),
	RULES_AT("rules2", "alice", "invite", 20),
	RULES_AT("rules3", "charlie", "public", 21),
	MEMBER_AT("gone", "ella", "ella", "leave", 9),
	MEMBER_AT("bob-banned", "bob", "alice", "ban", 12),
	MEMBER_AT("bob2", "bob", "bob", "join", 11),
	MEMBER_AT("kick", "charlie", "bob", "leave", 14),
	MEMBER_AT("charlie3", "charlie", "charlie", "join", 13),
	TOPIC_AT("topic2", "bob", 14),
	END
};

static const struct scenario scenarios[] = {
	{ "what only one state has is no conflict", topics,
	  USUAL_BUT_TOPIC " forbidden", "create alice levels rules charlie",
	  USUAL_BUT_TOPIC " forbidden" },
	{ "of other events the deepest holds", topics,
	  USUAL_BUT_TOPIC " deep", USUAL_BUT_TOPIC " shallow",
	  USUAL_BUT_TOPIC " deep" },
	{ "that is allowed", topics,
	  USUAL_BUT_TOPIC " forbidden", USUAL_BUT_TOPIC " shallow",
	  USUAL_BUT_TOPIC " shallow" },
	{ "where none is, the first", topics,
	  USUAL_BUT_TOPIC " forbidden", USUAL_BUT_TOPIC " forbidden2",
	  USUAL_BUT_TOPIC " forbidden2" },
	{ "of the same depth, that with the lowest SHA-1 of its id", topics,
	  USUAL_BUT_TOPIC " topic-a", USUAL_BUT_TOPIC " topic-b",
	  USUAL_BUT_TOPIC " topic-a" },
	{ "an event that nobody has is no rival", topics,
	  USUAL_BUT_TOPIC " unknown", USUAL_BUT_TOPIC " forbidden",
	  USUAL_BUT_TOPIC " forbidden" },

	{ "power levels that follow from one another", levels,
	  "create alice levels2 rules bob charlie",
	  "create alice levels3 rules bob charlie",
	  "create alice levels3 rules bob charlie" },
	{ "those that do not follow do not hold", levels,
	  "create alice demoted rules bob charlie",
	  "create alice levels3 rules bob charlie",
	  "create alice demoted rules bob charlie" },
	{ "the first holds as it is: state may be reset", levels,
	  "create alice robbed rules bob charlie",
	  "create alice late rules bob charlie",
	  "create alice robbed rules bob charlie" },
	{ "other events are judged by the levels that hold", levels,
	  "create alice demoted rules bob charlie topic",
	  "create alice levels rules bob charlie topic2",
	  "create alice demoted rules bob charlie topic" },

	{ "members: a ban, and a join after it", members,
	  "create alice levels rules bob ban",
	  "create alice levels rules bob charlie2",
	  "create alice levels rules bob ban" },
	{ "members: one joins again", members,
	  "create alice levels rules bob charlie ella",
	  "create alice levels rules bob charlie ella2",
	  "create alice levels rules bob charlie ella2" },
	{ "members are judged by the join rule that holds", members,
	  "create alice levels rules2 bob charlie gone",
	  "create alice levels rules bob charlie ella",
	  "create alice levels rules2 bob charlie gone" },
	{ "a join rule that is not allowed does not hold", members,
	  "create alice levels rules2 bob charlie",
	  "create alice levels rules3 bob charlie",
	  "create alice levels rules2 bob charlie" },
	{ "members: nobody's is judged by what comes of another's", members,
	  "create alice levels rules bob2 charlie3",
	  "create alice levels rules bob-banned kick",
	  "create alice levels rules bob-banned charlie3" },
	{ "members: nor where both were allowed", members,
	  "create alice levels rules bob2 charlie3",
	  "create alice levels rules bob kick",
	  "create alice levels rules bob2 charlie3" },
	{ "other events are judged by the members that are left", members,
	  "create alice levels rules bob2 charlie topic2",
	  "create alice levels rules bob-banned charlie topic",
	  "create alice levels rules bob-banned charlie topic" },
};

static void
test_scenarios(const struct room_version *v)
{
	const size_t n = sizeof scenarios / sizeof scenarios[0];
	const struct scenario *s;
	struct world w;

	for (s = scenarios; s < scenarios + n; s++) {
		world_init(&w, mem, v);
		world_lines(&w, usual);
		world_lines(&w, s->events);
		is_text(resolved(&w, s->a, s->b), in_order(&w, s->want), "%s",
		    s->name);
		is_text(resolved(&w, s->b, s->a), in_order(&w, s->want),
		    "and the other way round");
	}
}

/* Passes come one after another, in whatever order states name things. */
static void
test_three_states(const struct room_version *v)
{
	struct state_set states[3];
	struct world w;

	world_init(&w, mem, v);
	world_lines(&w, usual);
	world_lines(&w, levels);
	world_lines(&w, topics);
	states[0] = state_of(&w, "topic2 create alice levels rules bob");
	states[1] = state_of(&w, "create alice levels2 rules bob shallow");
	states[2] = state_of(&w, "demoted create alice rules bob topic");
	/* As deep as one another; SHA-1: levels2 is dc..., demoted is 49... */
	is_text(resolved_sets(&w, states, 3), in_order(&w,
	    "alice bob create demoted rules shallow"), "three states");
}

static void
test_refusals(const struct room_version *v)
{
	static const struct line foreign[] = {
		{ "topic2", "m.room.topic", "", "@alice:a", "{}",
		  "create levels alice", 12, FOREIGN, 0 },
		END
	};
	struct world w;

	world_init(&w, mem, v);
	world_lines(&w, usual);
	world_lines(&w, foreign);
	world_lines(&w, topics);
	resolved(&w, USUAL, USUAL_BUT_TOPIC " topic2");
	is_int(w.verdict, RESOLVE_BAD, "an event of another room (security 5)");
	w.room.limits.checks = 1;
	resolved(&w, USUAL, USUAL_BUT_TOPIC " deep");
	is_int(w.verdict, RESOLVE_OK, "as many checks as allowed");
	w.room.limits.events = 3;
	resolved(&w, USUAL, USUAL_BUT_TOPIC " deep");
	is_int(w.verdict, RESOLVE_LIMIT, "too many events (security 7)");
}

int
main(void)
{
	struct room_version v = *room_version_find("11");

	v.resolution = STATE_RES_V1;
	crypto_open();
	mem = arena_new();
	test_scenarios(&v);
	test_three_states(&v);
	test_refusals(&v);
	arena_free(mem);
	return done_testing();
}

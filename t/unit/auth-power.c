/*
 * The authorisation rules on m.room.power_levels: 9 (room version 12: 10).
 */
#include "auth-case.h"

#define L	"m.room.power_levels", ""

/*
 * The room's levels, whole or with something else in place of one part.  So
 * each case changes one thing.
 */
#define USERS	"'users':{$C'@mod:a':50,'@mod2:a':50},"
#define EVENTS	"'events':{'m.room.name':50,'org.secret':75,'org.low':10},"
#define NOTES	"'notifications':{'room':50,'all':75},"
#define REDACT	"'redact':75,"
#define INVITE	"'invite':25"
#define NOW	"{" USERS EVENTS NOTES REDACT INVITE "}"
#define WITH_USERS(users)						\
	"{'users':{" users "}," EVENTS NOTES REDACT INVITE "}"
#define WITH_EVENTS(events)						\
	"{'events':{" events "}," USERS NOTES REDACT INVITE "}"
#define WITH_NOTES(notes)						\
	"{'notifications':{" notes "}," USERS EVENTS REDACT INVITE "}"
#define WITH(more)	"{" USERS EVENTS NOTES REDACT INVITE "," more "}"
#define FIRST	LEVELS("null")

static const struct auth_case levels[] = {
	/* ------------------------------------------------------ well formed */
	{ "9.1 9.2 9.3 9.10", "10.1 10.2 10.3 10.4 10.11", ALL,
	  "nothing changes", NULL,
	  "@mod:a", L, NOW, NULL, NULL },
	{ "9.1", "10.1", FROM(10), "a single level of text", FIRST,
	  "@creator:a", L, "{'ban':'50'}", NULL, "not an integer" },
	{ "9.1", "10.1", FROM(10), "null", FIRST,
	  "@creator:a", L, "{'users_default':null}", NULL, "not an integer" },
	{ "9.1", "10.1", FROM(10), "a float", FIRST,
	  "@creator:a", L, "{'events_default':1.5}", NULL, "not an integer" },
	{ "9.1", "10.1", FROM(10), "an object", FIRST,
	  "@creator:a", L, "{'state_default':{}}", NULL, "not an integer" },
	{ "9.1", "10.1", FROM(10), "true", FIRST,
	  "@creator:a", L, "{'redact':true}", NULL, "not an integer" },
	{ "9.1", "10.1", FROM(10), "a list", FIRST,
	  "@creator:a", L, "{'kick':[1]}", NULL, "not an integer" },
	{ "9.1", "10.1", FROM(10), "too big an integer", FIRST,
	  "@creator:a", L, "{'invite':9007199254740993}", NULL,
	  "not an integer" },
	{ "9.1", "10.1", FROM(10), "what has no meaning may be anything", FIRST,
	  "@creator:a", L, "{'historical':'x'}", NULL, NULL },
	{ "9.2", "10.2", FROM(10), "events that are a list", FIRST,
	  "@creator:a", L, "{'events':[1,2]}", NULL, "not an integer" },
	{ "9.2", "10.2", FROM(10), "events with a text", FIRST,
	  "@creator:a", L, "{'events':{'a':1,'b':'2'}}", NULL,
	  "not an integer" },
	{ "9.2", "10.2", FROM(10), "notifications null", FIRST,
	  "@creator:a", L, "{'notifications':null}", NULL, "not an integer" },
	{ "9.2", "10.2", FROM(10), "notifications with a text", FIRST,
	  "@creator:a", L, "{'notifications':{'room':'1'}}", NULL,
	  "not an integer" },
	{ "9.2", "10.2", FROM(10), "notifications with an integer", FIRST,
	  "@creator:a", L, "{'notifications':{'room':1}}", NULL, NULL },
	{ "9.3", "10.3", ALL, "users that are a list", FIRST,
	  "@creator:a", L, "{'users':[1,2]}", NULL, "user ids with integers" },
	{ "9.3", "10.3", FROM(10), "users with a text", FIRST,
	  "@creator:a", L, "{'users':{'@a:b':'1'}}", NULL,
	  "user ids with integers" },
	{ "9.3", "", TILL(9), "users with a text that is an integer", FIRST,
	  "@creator:a", L, "{'users':{'@a:b':' -01 '}}", NULL, NULL },
	{ "9.3", "", TILL(9), "users with any other text", FIRST,
	  "@creator:a", L, "{'users':{'@a:b':'1.0'}}", NULL,
	  "user ids with integers" },
	{ "9.3", "10.3", ALL, "users with null", FIRST,
	  "@creator:a", L, "{'users':{'@a:b':null}}", NULL,
	  "user ids with integers" },
	{ "9.3", "", TILL(5), "users with a float", FIRST,
	  "@creator:a", L, "{'users':{'@a:b':50.57}}", NULL, NULL },
	{ "9.3", "10.3", FROM(6), "users with a float", FIRST,
	  "@creator:a", L, "{'users':{'@a:b':50.57}}", NULL,
	  "user ids with integers" },
	{ "9.3", "10.3", ALL, "users that are none", FIRST,
	  "@creator:a", L, "{'users':{'@a:b':1,'a:b':1}}", NULL,
	  "user ids with integers" },
	{ "9.3", "10.3", ALL, "users with historical ids", FIRST,
	  "@creator:a", L, "{'users':{'@A b:c':1}}", NULL, NULL },

	{ "9.4", "", TILL(9), "other levels may be anything before 10", FIRST,
	  "@creator:a", L, "{'ban':'50','kick':'x','invite':null,"
	  "'events':{'a':'1','b':[]},'notifications':7}", NULL, NULL },

	/* --------------------------------------------------------- creators */
	{ "9.4", "", TILL(11), "the creator has a level", FIRST,
	  "@creator:a", L, "{'users':{'@creator:a':100}}", NULL, NULL },
	{ "", "10.4", V(12), "the creator has none", FIRST,
	  "@creator:a", L, "{'users':{'@creator:a':100}}", NULL, "creators" },
	{ "", "10.4", V(12), "nor has an additional one",
	  CREATE("@creator:a", "{'additional_creators':[1,'@x:y','@user:a']}"),
	  "@creator:a", L, WITH_USERS("'@user:a':0,'@mod:a':50,'@mod2:a':50"),
	  NULL, "creators" },
	{ "", "10.4", V(12), "others have",
	  CREATE("@creator:a", "{'additional_creators':['@x:y']}"),
	  "@creator:a", L, WITH_USERS("'@user:a':0,'@mod:a':50,'@mod2:a':50"),
	  NULL, NULL },

	/* -------------------------------------------------------- the first */
	{ "9.4", "10.5", ALL, "the first may say what it likes", FIRST,
	  "@creator:a", L, "{'users':{'@x:y':1000},'ban':1000,"
	  "'events':{'x':1000}}", NULL, NULL },
	{ "7", "8", ALL, "but not from anybody", FIRST,
	  "@mod:a", L, "{}", NULL, "power to send" },

	/* ---------------------------------------------------- single levels */
	{ "9.5.1 9.5.2", "10.6.1 10.6.2", ALL, "one is added", NULL,
	  "@mod:a", L, WITH("'ban':50"), NULL, NULL },
	{ "9.5.1 9.5.2", "10.6.1 10.6.2", ALL, "one is changed",
	  LEVELS(WITH("'ban':50")), "@mod:a", L, WITH("'ban':40"), NULL, NULL },
	{ "9.5.1 9.5.2", "10.6.1 10.6.2", ALL, "one is removed", NULL,
	  "@mod:a", L, "{" USERS EVENTS NOTES "'redact':75}", NULL, NULL },
	{ "9.5.1", "10.6.1", ALL, "one above oneself is lowered", NULL,
	  "@mod:a", L, "{" USERS EVENTS NOTES "'redact':50," INVITE "}", NULL,
	  "above your own" },
	{ "9.5.1", "10.6.1", ALL, "one above oneself is removed", NULL,
	  "@mod:a", L, "{" USERS EVENTS NOTES INVITE "}", NULL,
	  "above your own" },
	{ "9.5.1", "10.6.1", ALL, "by one who is above it", NULL,
	  "@creator:a", L, "{" USERS EVENTS NOTES INVITE "}", NULL, NULL },
	{ "9.4 9.5.2", "10.5 10.6.2", ALL, "users_default above oneself", NULL,
	  "@mod:a", L, WITH("'users_default':51"), NULL, "set a level" },
	{ "9.5.2", "10.6.2", ALL, "events_default above oneself", NULL,
	  "@mod:a", L, WITH("'events_default':51"), NULL, "set a level" },
	{ "9.5.2", "10.6.2", ALL, "state_default above oneself", NULL,
	  "@mod:a", L, WITH("'state_default':51"), NULL, "set a level" },
	{ "9.5.2", "10.6.2", ALL, "ban above oneself", NULL,
	  "@mod:a", L, WITH("'ban':51"), NULL, "set a level" },
	{ "9.5.2", "10.6.2", ALL, "kick above oneself", NULL,
	  "@mod:a", L, WITH("'kick':51"), NULL, "set a level" },
	{ "9.5.2", "10.6.2", ALL, "invite above oneself", NULL,
	  "@mod:a", L, "{" USERS EVENTS NOTES REDACT "'invite':51}", NULL,
	  "set a level" },
	{ "9.5.2", "10.6.2", ALL, "redact above oneself",
	  LEVELS("{" USERS EVENTS NOTES INVITE "}"),
	  "@mod:a", L, NOW, NULL, "set a level" },
	{ "9.5.1 9.5.2", "", TILL(9), "a level becomes the same in a text",
	  NULL, "@mod:a", L,
	  "{" USERS EVENTS NOTES "'redact':' 075'," INVITE "}", NULL, NULL },
	{ "9.5.1", "", TILL(9), "a text above oneself is lowered",
	  LEVELS("{" USERS EVENTS NOTES INVITE ",'redact':'75'}"),
	  "@mod:a", L, "{" USERS EVENTS NOTES INVITE ",'redact':50}", NULL,
	  "above your own" },
	{ "9.5.1", "", TILL(9), "one above oneself becomes no level", NULL,
	  "@mod:a", L, "{" USERS EVENTS NOTES INVITE ",'redact':'x'}", NULL,
	  "above your own" },
	{ "9.5.2", "", TILL(9), "a text above oneself is set", NULL,
	  "@mod:a", L, WITH("'ban':'51'"), NULL, "set a level" },
	{ "9.5.2", "", TILL(5), "a float above oneself is set", NULL,
	  "@mod:a", L, WITH("'ban':51.0e0"), NULL, "set a level" },
	{ "9.5.2", "", TILL(5), "a fraction more than oneself is not above",
	  NULL, "@mod:a", L, WITH("'ban':50.9"), NULL, NULL },
	{ "", "10.6.2", V(12), "a creator sets the highest", NULL,
	  "@creator:a", L, WITH("'ban':9007199254740991"), NULL, NULL },
	{ "9.5.2", "", TILL(11), "the creator is bound too", NULL,
	  "@creator:a", L, WITH("'ban':101"), NULL, "set a level" },

	/* ----------------------------------------- events and notifications */
	{ "9.6.1", "10.7.1", ALL, "one's own level may be changed", NULL,
	  "@mod:a", L, WITH_EVENTS("'m.room.name':0,'org.secret':75,"
	  "'org.low':10"), NULL, NULL },
	{ "9.6.1", "10.7.1", ALL, "and removed", NULL,
	  "@mod:a", L, WITH_EVENTS("'org.secret':75,'org.low':10"), NULL,
	  NULL },
	{ "9.6.1", "10.7.1", ALL, "a higher one changed", NULL,
	  "@mod:a", L, WITH_EVENTS("'m.room.name':50,'org.secret':50,"
	  "'org.low':10"), NULL, "not below you" },
	{ "9.6.1", "10.7.1", ALL, "a higher one removed", NULL,
	  "@mod:a", L, WITH_EVENTS("'m.room.name':50,'org.low':10"), NULL,
	  "not below you" },
	{ "9.6.1", "10.7.1", ALL, "all of them removed", NULL,
	  "@mod:a", L, "{" USERS NOTES REDACT INVITE "}", NULL,
	  "not below you" },
	{ "9.6.1", "10.7.1", FROM(6), "a higher notification changed", NULL,
	  "@mod:a", L, WITH_NOTES("'room':50,'all':0"), NULL,
	  "not below you" },
	{ "9.6.1", "", TILL(5), "before 6 nobody looks at notifications", NULL,
	  "@mod:a", L, WITH_NOTES("'room':100,'all':0"), NULL, NULL },
	{ "9.6.1", "10.7.1", FROM(6), "a higher notification removed", NULL,
	  "@mod:a", L, WITH_NOTES("'room':50"), NULL, "not below you" },
	{ "9.6.1", "10.7.1", FROM(6), "a notification changed", NULL,
	  "@mod:a", L, WITH_NOTES("'room':0,'all':75"), NULL, NULL },
	{ "9.7.1", "10.8.1", ALL, "one added", NULL,
	  "@mod:a", L, WITH_EVENTS("'m.room.name':50,'org.secret':75,"
	  "'org.low':10,'x':50"), NULL, NULL },
	{ "9.7.1", "10.8.1", ALL, "one added above oneself", NULL,
	  "@mod:a", L, WITH_EVENTS("'m.room.name':50,'org.secret':75,"
	  "'org.low':10,'x':51"), NULL, "more power than" },
	{ "9.7.1", "10.8.1", ALL, "one raised above oneself", NULL,
	  "@mod:a", L, WITH_EVENTS("'m.room.name':51,'org.secret':75,"
	  "'org.low':10"), NULL, "more power than" },
	{ "9.7.1", "10.8.1", FROM(6), "a notification above oneself", NULL,
	  "@mod:a", L, WITH_NOTES("'room':51,'all':75"), NULL,
	  "more power than" },

	/* ------------------------------------------------------------ users */
	{ "9.8.1", "10.9.1", ALL, "one below is raised to one's own level",
	  LEVELS(WITH_USERS("$C'@mod:a':50,'@user:a':49")),
	  "@mod:a", L, WITH_USERS("$C'@mod:a':50,'@user:a':50"), NULL, NULL },
	{ "9.8.1", "10.9.1", ALL, "one below is removed",
	  LEVELS(WITH_USERS("$C'@mod:a':50,'@user:a':49")),
	  "@mod:a", L, WITH_USERS("$C'@mod:a':50"), NULL, NULL },
	{ "9.9.1", "", TILL(9), "a text above oneself is given", NULL,
	  "@mod:a", L, WITH_USERS("$C'@mod:a':50,'@mod2:a':50,'@user:a':'51'"),
	  NULL, "more power than" },
	{ "9.7.1", "", TILL(9), "a text above oneself for a type", NULL,
	  "@mod:a", L, WITH_EVENTS("'m.room.name':50,'org.secret':75,"
	  "'org.low':10,'x':'51'"), NULL, "more power than" },
	{ "9.8.1", "10.9.1", ALL, "an equal is lowered", NULL,
	  "@mod:a", L, WITH_USERS("$C'@mod:a':50,'@mod2:a':0"), NULL,
	  "not below you" },
	{ "9.8.1", "10.9.1", ALL, "an equal is removed", NULL,
	  "@mod:a", L, WITH_USERS("$C'@mod:a':50"), NULL, "not below you" },
	{ "9.8.1", "", TILL(11), "one above is removed", NULL,
	  "@mod:a", L, WITH_USERS("'@mod:a':50,'@mod2:a':50"), NULL,
	  "not below you" },
	{ "9.8.1", "10.9.1", ALL, "one's own is lowered", NULL,
	  "@mod:a", L, WITH_USERS("$C'@mod:a':49,'@mod2:a':50"), NULL, NULL },
	{ "9.8.1", "10.9.1", ALL, "one's own is removed", NULL,
	  "@mod:a", L, WITH_USERS("$C'@mod2:a':50"), NULL, NULL },
	{ "9.9.1", "10.10.1", ALL, "one is added at one's own level", NULL,
	  "@mod:a", L, WITH_USERS("$C'@mod:a':50,'@mod2:a':50,'@user:a':50"),
	  NULL, NULL },
	{ "9.9.1", "10.10.1", ALL, "one is added above oneself", NULL,
	  "@mod:a", L, WITH_USERS("$C'@mod:a':50,'@mod2:a':50,'@user:a':51"),
	  NULL, "more power than" },
	{ "9.9.1", "10.10.1", ALL, "one's own is raised", NULL,
	  "@mod:a", L, WITH_USERS("$C'@mod:a':51,'@mod2:a':50"), NULL,
	  "more power than" },
	{ "9.9.1", "10.10.1", ALL, "one below is raised above oneself",
	  LEVELS(WITH_USERS("$C'@mod:a':50,'@user:a':49")),
	  "@mod:a", L, WITH_USERS("$C'@mod:a':50,'@user:a':51"), NULL,
	  "more power than" },
	{ "", "10.9.1", V(12), "a creator lowers the highest",
	  LEVELS(WITH_USERS("'@mod:a':9007199254740991")),
	  "@creator:a", L, WITH_USERS("'@mod:a':0"), NULL, NULL },
	{ "", "10.10.1", V(12), "a creator gives the highest", NULL,
	  "@creator:a", L, WITH_USERS("'@mod:a':9007199254740991,"
	  "'@mod2:a':50"), NULL, NULL },
};

/* Thousands of users: each is found, whatever the order. */
static void
check_many(void)
{
	const struct room_version *v = room_version_find("12");
	struct auth_case c = {
		.name = "all of 3000 users are there in another order",
		.sender = "@mod:a", .type = "m.room.power_levels", .key = ""
	};
	struct buf up, down;
	int i;

	buf_init(&up, mem, 1 << 20);
	buf_init(&down, mem, 1 << 20);
	for (i = 0; i < 3000; i++) {
		buf_printf(&up, "'@u%d:a':99,", i);
		buf_printf(&down, "'@u%d:a':99,", 2999 - i);
	}
	c.state = arena_printf(mem, LEVELS("{'users':{%s'@mod:a':50}}"),
	    buf_str(&up));
	c.content = arena_printf(mem, "{'users':{%s'@mod:a':50}}",
	    buf_str(&down));
	judge(v, &c, "10.9");
	c.name = "one of them is missing";
	c.content = replace(c.content, "'@u1234:a':99,", "");
	c.why = "not below you";
	judge(v, &c, "10.9.1");

	c.name = "more of them than fit into an event";
	for (i = 0; i < 15000; i++)
		buf_printf(&down, "'@v%d:a':0,", i);
	c.content = arena_printf(mem, "{'users':{%s'@mod:a':50}}",
	    buf_str(&down));
	c.why = "do not fit";
	judge(v, &c, "10");
	c.content = replace(c.content, "'users'", "'events'");
	judge(v, &c, "10");
	c.content = replace(c.content, "'events'", "'notifications'");
	judge(v, &c, "10");
}

int
main(void)
{
	mem = arena_new();
	JUDGE_ALL(levels);
	check_many();
	covered("9.1 9.2 9.3 9.4 9.5.1 9.5.2 9.6.1 9.7.1 9.8.1 9.9.1 9.10+",
	    "10.1 10.2 10.3 10.4 10.5 10.6.1 10.6.2 10.7.1 10.8.1 10.9.1 "
	    "10.10.1 10.11+");
	arena_free(mem);
	return done_testing();
}

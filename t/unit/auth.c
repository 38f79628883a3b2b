/*
 * The authorisation rules but those on members (auth-member.c) and power
 * levels (auth-power.c): at least one event that each rule allows or lets
 * pass, and one that it rejects.  Then which events are cited, and power.
 */
#include "auth-case.h"

#define NAME	"m.room.name", "", "{'name':'x'}"
#define TEXT	"m.room.message", NULL, "{'body':'x'}"

static const struct auth_case rules[] = {
	/* ---------------------------------------------------------- create */
	{ "1.1 1.2 1.3 1.4 1.5", "1.1 1.2 1.3 1.5", ALL, "a room is created",
	  NULL,
	  "@creator:a", "m.room.create", "", "{'creator':'@creator:a'}", "",
	  NULL },
	{ "1.1", "1.1", ALL, "create behind another event", NULL,
	  "@creator:a", "m.room.create", "", "{'creator':'@creator:a'}", NULL,
	  "created already" },
	{ "1.2", "", TILL(11), "room id of another server", NULL,
	  "@creator:b", "m.room.create", "", "{'creator':'@creator:b'}", "",
	  "sender's server" },
	{ "", "1.2", V(12), "the room id has no server to compare", NULL,
	  "@creator:b", "m.room.create", "", "{}", "", NULL },
	{ "1.3", "1.3", ALL, "a version that we have", NULL,
	  "@creator:a", "m.room.create", "",
	  "{'creator':'@creator:a','room_version':'11'}", "", NULL },
	{ "1.3", "1.3", ALL, "a version that nobody has", NULL,
	  "@creator:a", "m.room.create", "",
	  "{'creator':'@creator:a','room_version':'x'}", "", "room version" },
	{ "1.3", "1.3", ALL, "a version that is a number", NULL,
	  "@creator:a", "m.room.create", "",
	  "{'creator':'@creator:a','room_version':10}", "", "room version" },
	{ "1.4", "", TILL(10), "no creator in content", NULL,
	  "@creator:a", "m.room.create", "", "{}", "", "no creator" },
	{ "1.5", "1.5", FROM(11), "no creator in content", NULL,
	  "@creator:a", "m.room.create", "", "{}", "", NULL },
	{ "", "1.4", V(12), "additional creators", NULL,
	  "@creator:a", "m.room.create", "",
	  "{'additional_creators':['@x:y.org','@:z']}", "", NULL },
	{ "", "1.4", V(12), "no additional creators in the list", NULL,
	  "@creator:a", "m.room.create", "", "{'additional_creators':[]}", "",
	  NULL },
	{ "", "1.4", V(12), "additional creators in no list", NULL,
	  "@creator:a", "m.room.create", "",
	  "{'additional_creators':'@x:y.org'}", "", "additional_creators" },
	{ "", "1.4", V(12), "additional creators null", NULL,
	  "@creator:a", "m.room.create", "", "{'additional_creators':null}", "",
	  "additional_creators" },
	{ "", "1.4", V(12), "an additional creator that is a number", NULL,
	  "@creator:a", "m.room.create", "",
	  "{'additional_creators':['@x:y.org',1]}", "",
	  "additional_creators" },
	{ "", "1.4", V(12), "an additional creator that is no user id", NULL,
	  "@creator:a", "m.room.create", "",
	  "{'additional_creators':['x:y.org']}", "", "additional_creators" },
	{ "1.5", "", TILL(11), "additional creators mean nothing", NULL,
	  "@creator:a", "m.room.create", "",
	  "{'creator':'@creator:a','additional_creators':1}", "", NULL },

	/* -------------------------------------------------- before the rest */
	{ "2.4", "2", ALL, "no create event",
	  EVENT("m.room.create", "", "@creator:a", "null"),
	  "@user:a", TEXT, NULL, "no such room" },
	{ "3", "4", ALL, "another server's user in an open room", NULL,
	  "@far:b", TEXT, NULL, NULL },
	{ "3", "4", ALL, "m.federate true",
	  CREATE("@creator:a", "{'creator':'@creator:a','m.federate':true}"),
	  "@far:b", TEXT, NULL, NULL },
	{ "3", "4", ALL, "another server's user in a closed room",
	  CREATE("@creator:a", "{'creator':'@creator:a','m.federate':false}"),
	  "@far:b", TEXT, NULL, "closed to users of other" },
	{ "3", "4", ALL, "one of the creator's server in a closed room",
	  CREATE("@creator:a", "{'creator':'@creator:a','m.federate':false}"),
	  "@user:a", TEXT, NULL, NULL },

	/* ---------------------------------------------------------- aliases */
	{ "A.1", "", TILL(5), "aliases without state key", NULL,
	  "@user:a", "m.room.aliases", NULL, "{'aliases':[]}", NULL,
	  "state key" },
	{ "A.2", "", TILL(5), "aliases of another server", NULL,
	  "@creator:a", "m.room.aliases", "b", "{'aliases':[]}", NULL,
	  "another server" },
	{ "A.2", "", TILL(5), "aliases under no server", NULL,
	  "@creator:a", "m.room.aliases", "", "{'aliases':[]}", NULL,
	  "another server" },
	{ "A.1 A.2 A.3", "", TILL(5), "aliases of one's server", NULL,
	  "@user:a", "m.room.aliases", "a", "{'aliases':[]}", NULL, NULL },
	{ "A.3", "", TILL(5), "even by one who is not in the room", NULL,
	  "@stranger:b", "m.room.aliases", "b", "{'aliases':[]}", NULL, NULL },
	{ "3", "", TILL(5), "but not in a closed one",
	  CREATE("@creator:a", "{'creator':'@creator:a','m.federate':false}"),
	  "@stranger:b", "m.room.aliases", "b", "{'aliases':[]}", NULL,
	  "closed to users of other" },
	{ "5", "6", FROM(6), "aliases by one who is not in the room", NULL,
	  "@stranger:b", "m.room.aliases", "b", "{'aliases':[]}", NULL,
	  "not in this room" },
	{ "7", "8", FROM(6), "aliases are like any other state", NULL,
	  "@user:a", "m.room.aliases", "a", "{'aliases':[]}", NULL,
	  "power to send" },
	{ "7", "8", FROM(6), "whatever their state key", NULL,
	  "@mod:a", "m.room.aliases", "b", "{'aliases':[]}", NULL, NULL },

	/* ------------------------------------------------------- redactions */
	{ "R.1", "", TILL(2), "a redaction with the power to redact", NULL,
	  "@creator:a", "m.room.redaction", NULL, "{'redacts':'$x:b'}", NULL,
	  NULL },
	{ "R.1 R.2 R.3", "", TILL(2), "one without, of another server's event",
	  NULL, "@mod:a", "m.room.redaction", NULL, "{'redacts':'$x:b'}", NULL,
	  "power to redact" },
	{ "R.2", "", TILL(2), "one of an event of one's own server", NULL,
	  "@user:a", "m.room.redaction", NULL, "{'redacts':'$x:a'}", NULL,
	  NULL },
	{ "R.3", "", TILL(2), "one of an event without server", NULL,
	  "@user:a", "m.room.redaction", NULL, "{'redacts':'$x'}", NULL,
	  "power to redact" },
	{ "R.3", "", TILL(2), "one of nothing", NULL,
	  "@user:a", "m.room.redaction", NULL, "{}", NULL, "power to redact" },

	/* -------------------------------------------------------- who sends */
	{ "5", "6", ALL, "a member speaks", NULL, "@user:a", TEXT, NULL, NULL },
	{ "5", "6", ALL, "a stranger", NULL, "@stranger:a", TEXT, NULL,
	  "not in this room" },
	{ "5", "6", ALL, "one invited", NULL, "@invited:a", TEXT, NULL,
	  "not in this room" },
	{ "5", "6", ALL, "one who left", NULL, "@gone:a", TEXT, NULL,
	  "not in this room" },
	{ "5", "6", ALL, "one banned", NULL, "@banned:a", TEXT, NULL,
	  "not in this room" },
	{ "5", "6", ALL, "one who knocked", NULL, "@knocker:a", TEXT, NULL,
	  "not in this room" },
	{ "5", "6", V(12), "the creator, when gone",
	  MEMBER("@creator:a", "leave"), "@creator:a", TEXT, NULL,
	  "not in this room" },
	{ "6.1", "7.1", ALL, "third party invite with the power to invite",
	  NULL,
	  "@mod:a", "m.room.third_party_invite", "tok", "{}", NULL, NULL },
	{ "6.1", "7.1", ALL, "that needs no power to send state",
	  LEVELS("{'users':{'@mod:a':50},'invite':50,'state_default':90}"),
	  "@mod:a", "m.room.third_party_invite", "tok", "{}", NULL, NULL },
	{ "6.1", "7.1", ALL, "third party invite without the power", NULL,
	  "@user:a", "m.room.third_party_invite", "tok", "{}", NULL,
	  "power to invite" },

	/* ---------------------------------------------------- power to send */
	{ "7", "8", ALL, "state with just enough power", NULL,
	  "@mod:a", NAME, NULL, NULL },
	{ "7", "8", ALL, "state without the power", NULL,
	  "@user:a", NAME, NULL, "power to send" },
	{ "7", "8", ALL, "other state by state_default", NULL,
	  "@mod:a", "org.x", "", "{}", NULL, NULL },
	{ "7", "8", ALL, "other state without the power", NULL,
	  "@user:a", "org.x", "", "{}", NULL, "power to send" },
	{ "7", "8", ALL, "a message by events_default", NULL,
	  "@user:a", "org.x", NULL, "{}", NULL, NULL },
	{ "7", "8", ALL, "events_default is raised",
	  LEVELS("{'events_default':1}"), "@user:a", TEXT, NULL,
	  "power to send" },
	{ "7", "8", ALL, "a type that needs more", NULL,
	  "@mod:a", "org.secret", NULL, "{}", NULL, "power to send" },
	{ "7", "8", ALL, "the creator has more", NULL,
	  "@creator:a", "org.secret", NULL, "{}", NULL, NULL },
	{ "7", "8", ALL, "users_default counts",
	  LEVELS("{'users_default':50}"), "@user:a", NAME, NULL, NULL },
	{ "7", "8", FROM(3), "a redaction is like any other event", NULL,
	  "@user:a", "m.room.redaction", NULL, "{'redacts':'$x'}", NULL, NULL },
	{ "7", "", TILL(9), "levels as texts count",
	  LEVELS("{'users':{'@user:a':' +050 '},'events_default':'51',"
	  "'state_default':'-1'}"), "@user:a", TEXT, NULL, "power to send" },
	{ "7", "", TILL(9), "so does one's own",
	  LEVELS("{'users':{'@user:a':' +050 '},'events_default':'51'}"),
	  "@user:a", NAME, NULL, NULL },
	{ "7", "", TILL(5), "a level counts without its fraction",
	  LEVELS("{'users':{'@user:a':50.9,'@mod:a':5.1e1},"
	  "'events_default':51}"), "@user:a", TEXT, NULL, "power to send" },
	{ "7", "", TILL(5), "and without its exponent",
	  LEVELS("{'users':{'@user:a':50.9,'@mod:a':5.1e1},"
	  "'events_default':51.9}"), "@mod:a", TEXT, NULL, NULL },
	{ "7", "8", ALL, "no power levels: the creator sends state",
	  LEVELS("null"), "@creator:a", NAME, NULL, NULL },
	{ "7", "8", ALL, "no power levels: nobody else does",
	  LEVELS("null"), "@mod:a", NAME, NULL, "power to send" },
	{ "7", "", TILL(10), "in 10 content says who the creator is",
	  CREATE("@user:a", "{'creator':'@creator:a'}") "," LEVELS("null"),
	  "@user:a", NAME, NULL, "power to send" },
	{ "7", "8", FROM(11), "from 11 on the sender is",
	  CREATE("@user:a", "{'creator':'@creator:a'}") "," LEVELS("null"),
	  "@user:a", NAME, NULL, NULL },
	{ "7", "", TILL(11), "levels above the creator",
	  LEVELS("{'users':{$C'@x:y':1},'state_default':101}"),
	  "@creator:a", NAME, NULL, "power to send" },
	{ "", "8", V(12), "no level is above a creator",
	  LEVELS("{'state_default':9007199254740991}"),
	  "@creator:a", NAME, NULL, NULL },
	{ "", "8", V(12), "nor above an additional one",
	  CREATE("@creator:a", "{'additional_creators':['@x:y','@user:a']}") ","
	  LEVELS("{'state_default':101}"), "@user:a", NAME, NULL, NULL },
	{ "", "8", V(12), "above others it is",
	  CREATE("@creator:a", "{'additional_creators':['@x:y','@user:a']}") ","
	  LEVELS("{'users':{'@mod:a':100},'state_default':101}"),
	  "@mod:a", NAME, NULL, "power to send" },

	/* ---------------------------------------------------- state's owner */
	{ "8", "9", ALL, "state under one's own id",
	  LEVELS("{'state_default':0}"), "@user:a", "org.x", "@user:a", "{}",
	  NULL, NULL },
	{ "8", "9", ALL, "state under another's id",
	  LEVELS("{'state_default':0}"), "@user:a", "org.x", "@mod:a", "{}",
	  NULL, "another user" },
	{ "8", "9", ALL, "whatever one's power", NULL,
	  "@creator:a", "org.x", "@mod:a", "{}", NULL, "another user" },
	{ "8", "9", ALL, "nor is there need of a whole id", NULL,
	  "@creator:a", "org.x", "@", "{}", NULL, "another user" },
	{ "8", "9", ALL, "other keys belong to nobody",
	  LEVELS("{'state_default':0}"), "@user:a", "org.x", "x@mod:a", "{}",
	  NULL, NULL },
	{ "7 8 10", "8 9 11", ALL, "all else", NULL,
	  "@mod:a", "m.room.topic", "", "{'topic':[]}", NULL, NULL },
};

/* What the table cannot say: that a redaction has an id of its own. */
static void
check_redaction_id(void)
{
	const struct room_version *v1 = room_version_find("1");
	struct auth_room room;
	struct auth_event e = {
		.event_id = "$r:b", .room_id = "!r:a", .sender = "@user:a",
		.type = "m.room.redaction", .content = tree(v1, "{}"),
		.redacts = "$x:b", .prev_count = 1, .prev_event = "$x"
	};
	const char *why = "";

	room_init(&room, v1, NULL);
	ok(auth_allows(v1, &e, room_event, &room, &why),
	    "1: rule 11.2: it is the redaction's id that counts");
	e.redacts = "$x:a";
	ok(!auth_allows(v1, &e, room_event, &room, &why),
	    "1: rule 11.3: not its sender's");
}

/* Nor can it say ids of rooms. */
static void
check_room_id(void)
{
	const struct room_version *v12 = room_version_find("12");
	struct auth_room room;
	struct auth_event e = {
		.room_id = "!create", .sender = "@user:a",
		.type = "m.room.message", .content = tree(v12, "{}"),
		.prev_count = 1, .prev_event = "$x"
	};
	struct auth_event create = {
		.room_id = "!create", .sender = "@user:a", .state_key = "",
		.type = "m.room.create", .content = e.content
	};
	const char *why = "";

	room_init(&room, v12, NULL);
	ok(auth_allows(v12, &e, room_event, &room, &why),
	    "12: rule 2: the room id is the create event's");
	try_rule(12, "2", true);
	e.room_id = "!other";
	ok(!auth_allows(v12, &e, room_event, &room, &why) &&
	    strstr(why, "no such room"), "12: rule 2: or is rejected");
	try_rule(12, "2", false);
	e.room_id = "$create";
	ok(!auth_allows(v12, &e, room_event, &room, &why),
	    "12: rule 2: with its sigil");
	e.room_id = NULL;
	ok(!auth_allows(v12, &e, room_event, &room, &why),
	    "12: rule 2: there is one");
	ok(!auth_allows(v12, &create, room_event, &room, &why) &&
	    strstr(why, "room id"), "12: rule 1.2: create has no room id");
	try_rule(12, "1.2", false);
}

/* ------------------------------------------------------------ power */

static void
check_power(void)
{
	const struct room_version *v10 = room_version_find("10");
	const struct room_version *v12 = room_version_find("12");
	const struct auth_event create = {
		.sender = "@a:b",
		.content = tree(v10, "{'creator':'@a:b',"
		    "'additional_creators':['@c:d',1]}")
	};
	const cJSON *levels = tree(v10, "{'users':{'@a:b':7,'@x:y':-1,'@s:t':"
	    "'99','@A:b':8},'users_default':3,'events':{'e':5},'kick':1.5,"
	    "'ban':null,'invite':'9'}");

	is_int(power_of(v10, &create, levels, "@a:b"), 7, "PL-5: a level of its own");
	is_int(power_of(v10, &create, levels, "@A:b"), 8, "case matters");
	is_int(power_of(v10, &create, levels, "@x:y"), -1, "a negative one");
	is_int(power_of(v10, &create, levels, "@c:d"), 3,
	    "PL-5: users_default");
	is_int(power_of(v10, &create, levels, "@s:t"), 99, "a level of text");
	is_int(power_of(v10, &create, NULL, "@a:b"), 100, "PL-2: the first level");
	is_int(power_of(v10, &create, NULL, "@c:d"), 0, "PL-2: of nobody else");
	ok(power_of(v12, &create, levels, "@a:b") == POWER_INFINITE &&
	    power_of(v12, &create, levels, "@c:d") == POWER_INFINITE &&
	    power_of(v12, &create, NULL, "@c:d") == POWER_INFINITE,
	    "12: creators");
	is_int(power_of(v12, &create, levels, "@x:y"), -1, "12: others");
	is_int(power_of(v12, &create, NULL, "@x:y"), 0, "12: others, at first");
	is_int(power_of(v12, &create, levels, "@e:f"), 3, "12: users_default");

	is_int(power_to_send(levels, "e", false), 5, "PL-6: to send a type");
	is_int(power_to_send(levels, "e", true), 5, "to send it as state");
	is_int(power_to_send(levels, "f", false), 0, "PL-6: to send any");
	is_int(power_to_send(levels, "f", true), 50, "PL-6: to send any state");
	is_int(power_to_send(NULL, "e", false), 0, "without levels");
	is_int(power_to_send(NULL, "e", true), 50, "without levels, state");
	is_int(power_to(levels, "kick"), 1, "a float without its fraction");
	is_int(power_to(levels, "ban"), 50, "null is no level");
	is_int(power_to(levels, "invite"), 9, "text is one");
	is_int(power_to(NULL, "redact"), 50, "PL-7: to redact");
	is_int(power_to(tree(v10, "{'redact':0}"), "redact"), 0, "PL-7: when stated");
	is_text(room_creator(v10, &create), "@a:b", "10: who made the room");
	is_text(room_creator(v12, &create), "@a:b", "12: who made the room");
}

static void
check_levels(void)
{
	static const struct {
		const char	*json;
		bool		 is;
		int64_t		 level;
	} t[] = {
		{ "50", true, 50 }, { "-50", true, -50 }, { "1e2", true, 100 },
		{ "51146.98", true, 51146 }, { "5.114698E4", true, 51146 },
		{ "-0.9", true, 0 }, { "-1.9", true, -1 },
		{ "1e300", true, INT64_MAX - 1 },
		{ "-1e300", true, -(INT64_MAX - 1) },
		{ "'100'", true, 100 }, { "'000100'", true, 100 },
		{ "'+100'", true, 100 }, { "'-100'", true, -100 },
		{ "' 00100 '", true, 100 }, { "'\\t -100\\n'", true, -100 },
		{ "'99999999999999999999'", true, INT64_MAX - 1 },
		{ "'-99999999999999999999'", true, -(INT64_MAX - 1) },
		{ "''", false, 0 }, { "' '", false, 0 }, { "'+'", false, 0 },
		{ "'1.0'", false, 0 }, { "'1e2'", false, 0 },
		{ "'0x10'", false, 0 }, { "'1 0'", false, 0 },
		{ "'+-1'", false, 0 }, { "'- 1'", false, 0 },
		{ "null", false, 0 }, { "true", false, 0 }, { "[1]", false, 0 },
		{ "{}", false, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof t / sizeof t[0]; i++) {
		const struct room_version *v = room_version_find("1");
		int64_t level = 0;

		ok(power_level(json_get(tree(v, arena_printf(mem, "{'l':%s}",
		    t[i].json)), "l"), &level) == t[i].is &&
		    level == t[i].level, "%s is %s level", t[i].json,
		    t[i].is ? "a" : "no");
	}
	ok(!power_level(NULL, &(int64_t){ 0 }), "nothing is no level");
}

/* ------------------------------------------------------------ citing */

static const struct {
	const char *name, *version, *sender, *type, *key, *content, *cited;
} citings[] = {
	{ "create", "10", "@a:b", "m.room.create", "", "{}", "" },
	{ "a message", "10", "@a:b", "m.room.message", NULL, "{}",
	  "create() power_levels() member(@a:b) " },
	{ "a message", "12", "@a:b", "m.room.message", NULL, "{}",
	  "power_levels() member(@a:b) " },
	{ "state", "12", "@a:b", "m.room.name", "", "{'membership':'join'}",
	  "power_levels() member(@a:b) " },
	{ "a join", "10", "@a:b", "m.room.member", "@a:b",
	  "{'membership':'join'}",
	  "create() power_levels() member(@a:b) join_rules() " },
	{ "a join", "12", "@a:b", "m.room.member", "@a:b",
	  "{'membership':'join'}",
	  "power_levels() member(@a:b) join_rules() " },
	{ "an invite", "11", "@a:b", "m.room.member", "@c:d",
	  "{'membership':'invite'}",
	  "create() power_levels() member(@a:b) member(@c:d) join_rules() " },
	{ "a knock", "10", "@a:b", "m.room.member", "@a:b",
	  "{'membership':'knock'}",
	  "create() power_levels() member(@a:b) join_rules() " },
	{ "a leave", "10", "@a:b", "m.room.member", "@a:b",
	  "{'membership':'leave'}", "create() power_levels() member(@a:b) " },
	{ "a ban", "12", "@a:b", "m.room.member", "@c:d",
	  "{'membership':'ban'}",
	  "power_levels() member(@a:b) member(@c:d) " },
	{ "a third party invite", "12", "@a:b", "m.room.member", "@c:d",
	  "{'membership':'invite','third_party_invite':{'signed':"
	  "{'token':'tok'}}}", "power_levels() member(@a:b) member(@c:d) "
	  "join_rules() third_party_invite(tok) " },
	{ "one without token", "12", "@a:b", "m.room.member", "@c:d",
	  "{'membership':'invite','third_party_invite':{'signed':"
	  "{'token':1}}}", "power_levels() member(@a:b) member(@c:d) "
	  "join_rules() " },
	{ "a third party's join", "12", "@c:d", "m.room.member", "@c:d",
	  "{'membership':'join','third_party_invite':{'signed':"
	  "{'token':'tok'}}}", "power_levels() member(@c:d) join_rules() " },
	{ "a restricted join", "10", "@a:b", "m.room.member", "@a:b",
	  "{'membership':'join','join_authorised_via_users_server':'@e:f'}",
	  "create() power_levels() member(@a:b) join_rules() member(@e:f) " },
	{ "one by oneself", "10", "@a:b", "m.room.member", "@a:b",
	  "{'membership':'join','join_authorised_via_users_server':'@a:b'}",
	  "create() power_levels() member(@a:b) join_rules() " },
	{ "an invite with that key", "10", "@a:b", "m.room.member", "@c:d",
	  "{'membership':'invite','join_authorised_via_users_server':'@e:f'}",
	  "create() power_levels() member(@a:b) member(@c:d) join_rules() " },
	{ "a member without state key", "10", "@a:b", "m.room.member", NULL,
	  "{'membership':'leave'}", "create() power_levels() member(@a:b) " },
	{ "a knock", "6", "@a:b", "m.room.member", "@a:b",
	  "{'membership':'knock'}", "create() power_levels() member(@a:b) " },
	{ "a restricted join", "7", "@a:b", "m.room.member", "@a:b",
	  "{'membership':'join','join_authorised_via_users_server':'@e:f'}",
	  "create() power_levels() member(@a:b) join_rules() " },
};

static void
check_citings(void)
{
	struct state_name names[AUTH_CITED_MAX];
	const struct room_version *v;
	struct buf out;
	size_t i, k, n;

	for (i = 0; i < sizeof citings / sizeof citings[0]; i++) {
		v = room_version_find(citings[i].version);
		n = auth_cited(v, &(struct auth_event){
		    .room_id = "!r:a", .sender = citings[i].sender,
		    .type = citings[i].type, .state_key = citings[i].key,
		    .content = tree(v, citings[i].content) }, names);
		buf_init(&out, mem, 1000);
		for (k = 0; k < n; k++)
			buf_printf(&out, "%s(%s) ",
			    names[k].type + strlen("m.room."),
			    names[k].state_key);
		is_text(buf_str(&out), citings[i].cited, "%s: %s cites",
		    v->id, citings[i].name);
	}
}

/* A message of @user:a that cites these of the room, by their types. */
static void
cites(unsigned nr, const char *rule, const char *name,
    const char *const *types, const char *why)
{
	const struct room_version *v = version_nr(nr);
	struct auth_event e = {
		.room_id = room_id_of(v), .sender = "@user:a",
		.type = "m.room.message", .content = tree(v, "{}")
	};
	struct auth_event cited_event[8];
	struct citation cited[8];
	struct auth_room room;
	const char *said = "";
	size_t n;

	room_init(&room, v, NULL);
	for (n = 0; types[n] != NULL; n++) {
		bool member = strcmp(types[n], "m.room.member") == 0;

		cited_event[n] = *room_event(&room, types[n],
		    member ? "@user:a" : "");
		cited[n] = (struct citation){ &cited_event[n], false };
	}
	if (strcmp(name, "a rejected one") == 0)
		cited[n - 1].rejected = true;
	if (strcmp(name, "one of another room") == 0)
		cited_event[n - 1].room_id = "!other:a";
	ok(auth_cited_valid(v, &e, cited, n, &said) == (why == NULL) &&
	    (why == NULL || strstr(said, why) != NULL), "%u: rule %s: cites %s",
	    nr, rule, name);
	try_rule(nr, rule, why == NULL);
}

static void
check_cited(void)
{
#define LIST(...)	(const char *const[]){ __VA_ARGS__, NULL }
#define C	"m.room.create"
#define L	"m.room.power_levels"
#define M	"m.room.member"
#define J	"m.room.join_rules"
	static const char *const passed[] = {
		"2.1", "2.2", "2.3", "2.4", "2.5"
	}, *const passed_12[] = {
		"3.1", "3.2", "3.3", "3.5"
	};
	const struct room_version *v10 = room_version_find("10");
	const struct auth_event create = {
		.room_id = "!r:a", .sender = "@a:a", .type = C, .state_key = ""
	};
	const struct citation itself = { &create, false };
	const char *why = "";
	unsigned n;
	size_t i;

	for (n = 1; n <= 11; n++) {
		for (i = 0; i < sizeof passed / sizeof passed[0]; i++)
			cites(n, passed[i], "what it must", LIST(C, L, M),
			    NULL);
		cites(n, "2.1", "one twice", LIST(C, M, L, M), "two events");
		cites(n, "2.2", "one too many", LIST(C, L, M, J),
		    "does not bear");
		cites(n, "2.3", "a rejected one", LIST(C, L, M), "rejected");
		cites(n, "2.4", "all but the create event", LIST(L, M),
		    "create event");
		cites(n, "2.5", "one of another room", LIST(C, L, M),
		    "another room");
	}
	for (i = 0; i < sizeof passed_12 / sizeof passed_12[0]; i++)
		cites(12, passed_12[i], "what it must", LIST(L, M), NULL);
	cites(12, "3.1", "one twice", LIST(L, M, L), "two events");
	cites(12, "3.2", "one too many", LIST(L, M, J), "does not bear");
	cites(12, "3.2", "the create event", LIST(C, L, M), "does not bear");
	cites(12, "3.3", "a rejected one", LIST(L, M), "rejected");
	cites(12, "3.5", "one of another room", LIST(L, M), "another room");

	ok(auth_cited_valid(v10, &create, NULL, 0, &why),
	    "10: a create event cites nothing");
	ok(!auth_cited_valid(v10, &create, &itself, 1, &why),
	    "10: and may not");
}

int
main(void)
{
	mem = arena_new();
	JUDGE_ALL(rules);
	check_redaction_id();
	check_room_id();
	check_power();
	check_levels();
	check_citings();
	check_cited();
	covered("1.1 1.2 1.3 1.4 1.5+ 2.1 2.2 2.3 2.4 2.5 3 A.1 A.2 A.3+ 5 6.1 "
	    "7 8 R.1 R.2 R.3- 10+",
	    "1.1 1.2 1.3 1.4 1.5+ 2 3.1 3.2 3.3 3.5 4 6 7.1 8 9 11+");
	arena_free(mem);
	return done_testing();
}

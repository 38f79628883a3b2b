/*
 * The authorisation rules on m.room.member: 4 (room version 12: 5).
 */
#include "matrix/event.h"

#include "auth-case.h"

#define M	"m.room.member"
#define JOIN	"{'membership':'join'}"
#define INVITE	"{'membership':'invite'}"
#define LEAVE	"{'membership':'leave'}"
#define BAN	"{'membership':'ban'}"
#define KNOCK	"{'membership':'knock'}"
#define VIA(user)							\
	"{'membership':'join','join_authorised_via_users_server':" user "}"

static const struct auth_case members[] = {
	/* ------------------------------------------------------------- 4.1 */
	{ "4.1", "5.1", ALL, "no state key", NULL, "@user:a", M, NULL, LEAVE,
	  NULL, "needs" },
	{ "4.1", "5.1", ALL, "no membership", NULL, "@user:a", M, "@user:a",
	  "{}", NULL, "needs" },
	{ "4.8", "5.8", ALL, "a membership that is none", NULL,
	  "@user:a", M, "@user:a", "{'membership':'guest'}", NULL,
	  "no such membership" },
	{ "4.8", "5.8", ALL, "a membership that is no text", NULL,
	  "@user:a", M, "@user:a", "{'membership':1}", NULL,
	  "no such membership" },

	/* ----------------------------------------------------- 4.3, joining */
	{ "4.3.1", "5.3.1", ALL, "the creator joins behind create",
	  MEMBER("@creator:a", "null"), "@creator:a", M, "@creator:a", JOIN,
	  "$create", NULL },
	{ "4.3.1", "5.3.1", ALL, "the creator joins behind anything else",
	  MEMBER("@creator:a", "leave"), "@creator:a", M, "@creator:a", JOIN,
	  NULL, "not invited" },
	{ "4.3.1", "5.3.1", ALL, "somebody else joins behind create",
	  NULL, "@stranger:a", M, "@stranger:a", JOIN, "$create",
	  "not invited" },
	{ "4.3.1", "", TILL(10), "in 10 content says who the creator is",
	  CREATE("@x:a", "{'creator':'@stranger:a'}"),
	  "@stranger:a", M, "@stranger:a", JOIN, "$create", NULL },
	{ "4.3.1", "5.3.1", FROM(11), "from 11 on the sender is",
	  CREATE("@x:a", "{'creator':'@stranger:a'}"),
	  "@stranger:a", M, "@stranger:a", JOIN, "$create", "not invited" },
	{ "", "5.3.1", V(12), "an additional creator is invited like anybody",
	  CREATE("@creator:a", "{'additional_creators':['@stranger:a']}"),
	  "@stranger:a", M, "@stranger:a", JOIN, "$create", "not invited" },
	{ "4.3.2", "5.3.2", ALL, "joining for another", NULL,
	  "@creator:a", M, "@invited:a", JOIN, NULL, "somebody else" },
	{ "4.3.3", "5.3.3", ALL, "one who is banned", JOIN_RULE("public"),
	  "@banned:a", M, "@banned:a", JOIN, NULL, "banned" },
	{ "4.1 4.3.2 4.3.3 4.3.4",
	  "5.1 5.3.2 5.3.3 5.3.4",
	  ALL, "rule invite: one invited", NULL,
	  "@invited:a", M, "@invited:a", JOIN, NULL, NULL },
	{ "4.3.4", "5.3.4", ALL, "rule invite: a member again", NULL,
	  "@user:a", M, "@user:a", JOIN, NULL, NULL },
	{ "4.3.4", "5.3.4", ALL, "rule invite: a stranger", NULL,
	  "@stranger:a", M, "@stranger:a", JOIN, NULL, "not invited" },
	{ "4.3.4", "5.3.4", ALL, "rule invite: one who left", NULL,
	  "@gone:a", M, "@gone:a", JOIN, NULL, "not invited" },
	{ "4.3.4", "5.3.4", ALL, "no rule is like invite",
	  EVENT("m.room.join_rules", "", "@creator:a", "null"),
	  "@stranger:a", M, "@stranger:a", JOIN, NULL, "not invited" },
	{ "4.3.4", "5.3.4", ALL, "no rule is like invite",
	  EVENT("m.room.join_rules", "", "@creator:a", "null"),
	  "@invited:a", M, "@invited:a", JOIN, NULL, NULL },
	{ "4.3.4",
	  "5.3.4",
	  FROM(7), "rule knock: one invited", JOIN_RULE("knock"),
	  "@invited:a", M, "@invited:a", JOIN, NULL, NULL },
	{ "4.3.4", "5.3.4", FROM(7), "rule knock: one who knocked",
	  JOIN_RULE("knock"), "@knocker:a", M, "@knocker:a", JOIN, NULL,
	  "not invited" },
	{ "4.3.5.1", "5.3.5.1", FROM(8), "restricted: one invited",
	  JOIN_RULE("restricted"), "@invited:a", M, "@invited:a", JOIN, NULL,
	  NULL },
	{ "4.3.5.1", "5.3.5.1", FROM(8), "restricted: a member",
	  JOIN_RULE("restricted"), "@user:a", M, "@user:a", JOIN, NULL, NULL },
	{ "4.3.5.1", "5.3.5.1", FROM(10), "knock_restricted: one invited",
	  JOIN_RULE("knock_restricted"), "@invited:a", M, "@invited:a", JOIN,
	  NULL, NULL },
	{ "4.3.5.1 4.3.5.2",
	  "5.3.5.1 5.3.5.2",
	  FROM(8), "restricted: nobody vouches",
	  JOIN_RULE("restricted"), "@stranger:a", M, "@stranger:a", JOIN, NULL,
	  "vouches" },
	{ "4.3.5.2",
	  "5.3.5.2",
	  FROM(8), "restricted: a member without power does",
	  JOIN_RULE("restricted"), "@stranger:a", M, "@stranger:a",
	  VIA("'@user:a'"), NULL, "vouches" },
	{ "4.3.5.2", "5.3.5.2", FROM(8), "restricted: one not in the room does",
	  JOIN_RULE("restricted") "," MEMBER("@mod:a", "leave"),
	  "@stranger:a", M, "@stranger:a", VIA("'@mod:a'"), NULL, "vouches" },
	{ "4.3.5.2", "5.3.5.2", FROM(8), "restricted: a number does",
	  JOIN_RULE("restricted"), "@stranger:a", M, "@stranger:a", VIA("1"),
	  NULL, "vouches" },
	{ "4.3.5.2 4.3.5.3",
	  "5.3.5.2 5.3.5.3",
	  FROM(8), "restricted: a member with power does",
	  JOIN_RULE("restricted"), "@stranger:a", M, "@stranger:a",
	  VIA("'@mod:a'"), NULL, NULL },
	{ "4.3.5.3", "5.3.5.3", FROM(8), "restricted: one with just that power",
	  JOIN_RULE("restricted") ","
	  LEVELS("{'users':{'@user:a':25},'invite':25}"),
	  "@stranger:a", M, "@stranger:a", VIA("'@user:a'"), NULL, NULL },
	{ "4.3.5.3", "5.3.5.3", FROM(10), "knock_restricted: likewise",
	  JOIN_RULE("knock_restricted"), "@stranger:a", M, "@stranger:a",
	  VIA("'@creator:a'"), NULL, NULL },
	{ "4.3.4", "5.3.4", ALL, "rule invite: nobody can vouch", NULL,
	  "@stranger:a", M, "@stranger:a", VIA("'@mod:a'"), NULL,
	  "not invited" },
	{ "4.1 4.3.2 4.3.3 4.3.6",
	  "5.1 5.3.2 5.3.3 5.3.6",
	  ALL, "rule public: a stranger", JOIN_RULE("public"),
	  "@stranger:a", M, "@stranger:a", JOIN, NULL, NULL },
	{ "4.3.6", "5.3.6", ALL, "rule public: one who left",
	  JOIN_RULE("public"), "@gone:a", M, "@gone:a", JOIN, NULL, NULL },
	{ "4.3.6 4.3.7",
	  "5.3.6 5.3.7",
	  ALL, "rule private", JOIN_RULE("private"),
	  "@invited:a", M, "@invited:a", JOIN, NULL, "Nobody may join" },

	{ "4.3.7", "", TILL(6), "rule knock before there was knocking",
	  JOIN_RULE("knock"), "@invited:a", M, "@invited:a", JOIN, NULL,
	  "Nobody may join" },
	{ "4.3.7", "", TILL(7), "rule restricted before there was any",
	  JOIN_RULE("restricted"), "@invited:a", M, "@invited:a", JOIN, NULL,
	  "Nobody may join" },
	{ "4.3.7", "", TILL(9), "rule knock_restricted before there was any",
	  JOIN_RULE("knock_restricted"), "@invited:a", M, "@invited:a", JOIN,
	  NULL, "Nobody may join" },
	{ "4.8", "", TILL(6), "knocking before there was any",
	  JOIN_RULE("knock"), "@stranger:a", M, "@stranger:a", KNOCK, NULL,
	  "no such membership" },

	/* ---------------------------------------------------- 4.4, inviting */
	{ "4.4.2", "5.4.2", ALL, "a stranger invites", NULL,
	  "@stranger:a", M, "@other:a", INVITE, NULL, "not in this room" },
	{ "4.4.2", "5.4.2", ALL, "one invited invites", LEVELS("{}"),
	  "@invited:a", M, "@other:a", INVITE, NULL, "not in this room" },
	{ "4.4.3", "5.4.3", ALL, "of a member", NULL,
	  "@mod:a", M, "@user:a", INVITE, NULL, "already" },
	{ "4.4.3", "5.4.3", ALL, "of one banned", NULL,
	  "@mod:a", M, "@banned:a", INVITE, NULL, "banned" },
	{ "4.4.2 4.4.3 4.4.4", "5.4.2 5.4.3 5.4.4", ALL, "of a stranger", NULL,
	  "@mod:a", M, "@stranger:a", INVITE, NULL, NULL },
	{ "4.4.4", "5.4.4", ALL, "of one invited", NULL,
	  "@mod:a", M, "@invited:a", INVITE, NULL, NULL },
	{ "4.4.4", "5.4.4", ALL, "of one who left", NULL,
	  "@mod:a", M, "@gone:a", INVITE, NULL, NULL },
	{ "4.4.4", "5.4.4", FROM(7), "of one who knocked", NULL,
	  "@mod:a", M, "@knocker:a", INVITE, NULL, NULL },
	{ "4.4.4", "5.4.4", ALL, "the level is 0 where none is stated",
	  LEVELS("{}"), "@user:a", M, "@stranger:a", INVITE, NULL, NULL },
	{ "4.4.4", "5.4.4", ALL, "and where there are no levels",
	  LEVELS("null"), "@user:a", M, "@stranger:a", INVITE, NULL, NULL },
	{ "4.4.4 4.4.5", "5.4.4 5.4.5", ALL, "without the power", NULL,
	  "@user:a", M, "@stranger:a", INVITE, NULL, "power to invite" },

	/* ----------------------------------------------------- 4.5, leaving */
	{ "4.5.1", "5.5.1", ALL, "a member leaves", NULL,
	  "@user:a", M, "@user:a", LEAVE, NULL, NULL },
	{ "4.5.1", "5.5.1", ALL, "an invite is declined", NULL,
	  "@invited:a", M, "@invited:a", LEAVE, NULL, NULL },
	{ "4.5.1", "5.5.1", FROM(7), "a knock is taken back", NULL,
	  "@knocker:a", M, "@knocker:a", LEAVE, NULL, NULL },
	{ "4.5.1", "", TILL(6), "no knock is before there was any", NULL,
	  "@knocker:a", M, "@knocker:a", LEAVE, NULL, "not in this room" },
	{ "4.5.1", "5.5.1", ALL, "one banned cannot leave", NULL,
	  "@banned:a", M, "@banned:a", LEAVE, NULL, "not in this room" },
	{ "4.5.1", "5.5.1", ALL, "nor a stranger", NULL,
	  "@stranger:a", M, "@stranger:a", LEAVE, NULL, "not in this room" },
	{ "4.5.1", "5.5.1", ALL, "nor one who left", NULL,
	  "@gone:a", M, "@gone:a", LEAVE, NULL, "not in this room" },
	{ "4.5.2", "5.5.2", ALL, "a stranger kicks",
	  LEVELS("{'users':{'@stranger:a':100}}"),
	  "@stranger:a", M, "@user:a", LEAVE, NULL, "not in this room" },
	{ "4.5.2 4.5.3", "5.5.2 5.5.3", ALL, "unbanned with both powers", NULL,
	  "@mod:a", M, "@banned:a", LEAVE, NULL, NULL },
	{ "4.5.3", "5.5.3", ALL, "unbanned without the power to ban",
	  LEVELS("{'users':{'@mod:a':50},'ban':51}"),
	  "@mod:a", M, "@banned:a", LEAVE, NULL, "lift a ban" },
	{ "4.5.5", "5.5.5", ALL, "unbanned without the power to kick",
	  LEVELS("{'users':{'@mod:a':50},'kick':51}"),
	  "@mod:a", M, "@banned:a", LEAVE, NULL, "remove" },
	{ "4.5.2 4.5.4", "5.5.2 5.5.4", ALL, "one below is kicked", NULL,
	  "@mod:a", M, "@user:a", LEAVE, NULL, NULL },
	{ "4.5.4", "5.5.4", ALL, "an invite is taken back", NULL,
	  "@mod:a", M, "@invited:a", LEAVE, NULL, NULL },
	{ "4.5.4", "5.5.4", FROM(7), "a knock is declined", NULL,
	  "@mod:a", M, "@knocker:a", LEAVE, NULL, NULL },
	{ "4.5.4 4.5.5", "5.5.4 5.5.5", ALL, "an equal is not kicked", NULL,
	  "@mod:a", M, "@mod2:a", LEAVE, NULL, "remove" },
	{ "4.5.5", "5.5.5", ALL, "nor the creator", NULL,
	  "@mod:a", M, "@creator:a", LEAVE, NULL, "remove" },
	{ "4.5.5", "5.5.5", ALL, "nor anybody without the power", NULL,
	  "@user:a", M, "@far:b", LEAVE, NULL, "remove" },
	{ "", "5.5.5", V(12), "a creator is not kicked by another",
	  CREATE("@creator:a", "{'additional_creators':['@user:a']}"),
	  "@user:a", M, "@creator:a", LEAVE, NULL, "remove" },
	{ "", "5.5.4", V(12), "an additional creator kicks the highest level",
	  CREATE("@creator:a", "{'additional_creators':['@user:a']}") ","
	  LEVELS("{'users':{'@mod:a':9007199254740991},"
	  "'kick':9007199254740991}"),
	  "@user:a", M, "@mod:a", LEAVE, NULL, NULL },

	/* ----------------------------------------------------- 4.6, banning */
	{ "4.6.1", "5.6.1", ALL, "a stranger bans",
	  LEVELS("{'users':{'@stranger:a':100}}"),
	  "@stranger:a", M, "@user:a", BAN, NULL, "not in this room" },
	{ "4.6.2", "5.6.2", ALL, "one below is banned", NULL,
	  "@mod:a", M, "@user:a", BAN, NULL, NULL },
	{ "4.6.1 4.6.2", "5.6.1 5.6.2", ALL, "a stranger is banned", NULL,
	  "@mod:a", M, "@stranger:b", BAN, NULL, NULL },
	{ "4.6.2", "5.6.2", ALL, "one banned is banned again", NULL,
	  "@mod:a", M, "@banned:a", BAN, NULL, NULL },
	{ "4.6.2 4.6.3", "5.6.2 5.6.3", ALL, "an equal is not banned", NULL,
	  "@mod:a", M, "@mod2:a", BAN, NULL, "power to ban" },
	{ "4.6.2 4.6.3", "5.6.2 5.6.3", ALL,
	  "PL-4: who left keeps their level",
	  LEVELS("{'users':{$C'@mod:a':50,'@gone:a':50}}"),
	  "@mod:a", M, "@gone:a", BAN, NULL, "power to ban" },
	{ "4.6.3", "5.6.3", ALL, "nor the creator", NULL,
	  "@mod:a", M, "@creator:a", BAN, NULL, "power to ban" },
	{ "4.6.3", "5.6.3", ALL, "nor oneself", NULL,
	  "@creator:a", M, "@creator:a", BAN, NULL, "power to ban" },
	{ "4.6.3", "5.6.3", ALL, "nor anybody without the power", NULL,
	  "@user:a", M, "@far:b", BAN, NULL, "power to ban" },

	/* ---------------------------------------------------- 4.7, knocking */
	{ "4.7.1", "5.7.1", FROM(7), "where the rule is invite", NULL,
	  "@stranger:a", M, "@stranger:a", KNOCK, NULL, "One cannot knock" },
	{ "4.7.1", "5.7.1", FROM(7), "where the rule is restricted",
	  JOIN_RULE("restricted"), "@stranger:a", M, "@stranger:a", KNOCK,
	  NULL, "One cannot knock" },
	{ "4.7.2", "5.7.2", FROM(7), "for somebody else", JOIN_RULE("knock"),
	  "@stranger:a", M, "@other:a", KNOCK, NULL, "somebody else" },
	{ "4.7.1 4.7.2 4.7.3",
	  "5.7.1 5.7.2 5.7.3",
	  FROM(7), "a stranger", JOIN_RULE("knock"),
	  "@stranger:a", M, "@stranger:a", KNOCK, NULL, NULL },
	{ "4.7.3", "5.7.3", FROM(7), "one who left", JOIN_RULE("knock"),
	  "@gone:a", M, "@gone:a", KNOCK, NULL, NULL },
	{ "4.7.3", "5.7.3", FROM(7), "one who knocked", JOIN_RULE("knock"),
	  "@knocker:a", M, "@knocker:a", KNOCK, NULL, NULL },
	{ "4.7.1 4.7.2 4.7.3",
	  "5.7.1 5.7.2 5.7.3",
	  FROM(10), "where the rule is knock_restricted",
	  JOIN_RULE("knock_restricted"), "@stranger:a", M, "@stranger:a",
	  KNOCK, NULL, NULL },
	{ "4.7.3 4.7.4",
	  "5.7.3 5.7.4",
	  FROM(7), "one banned", JOIN_RULE("knock"),
	  "@banned:a", M, "@banned:a", KNOCK, NULL, "banned" },
	{ "4.7.3 4.7.4",
	  "5.7.3 5.7.4",
	  FROM(7), "one invited", JOIN_RULE("knock"),
	  "@invited:a", M, "@invited:a", KNOCK, NULL, "already" },
	{ "4.7.3 4.7.4", "5.7.3 5.7.4", FROM(7), "a member", JOIN_RULE("knock"),
	  "@user:a", M, "@user:a", KNOCK, NULL, "already" },
};

/* ----------------------------------------------- 4.4.1, third party invites */

/* The key of the appendices' test vectors, and what it signed. */
#define KEY	"XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI"
#define OTHER	"wQjJJpwsGk2jXJDVCJ5W6D1gUWZHK2wRwzbsyv7q2Uc"
#define STRANGER						\
	"GsrZUlT0MVdxy80JhoyI1NFEczdyFLgslvxVAXum5AxXOCxmsKIYM+ltABYgN"	\
	"veZasX3iE4JAkkP6B0pqX3yAA"
#define BANNED							\
	"o0dKppW7R7IooKsL4xbdRDNb03irQudC46SuivH8ig+QE/WhfcybtGyakNm4Z"	\
	"WrrdhEKtXnD/N62+Nid1er8Cw"
#define WRONG							\
	"AAAAUlT0MVdxy80JhoyI1NFEczdyFLgslvxVAXum5AxXOCxmsKIYM+ltABYgN"	\
	"veZasX3iE4JAkkP6B0pqX3yAA"

#define THIRD(third_party)						\
	"{'membership':'invite','third_party_invite':" third_party "}"
#define SIGNED(mxid, signatures)					\
	THIRD("{'display_name':'x','signed':{'token':'tok','mxid':'" mxid "'," \
	"'signatures':{" signatures "},'unsigned':{'x':0.5}}}")
#define BY(signature)	"'id':{'ed25519:0':'" signature "'}"
#define TOKEN(content)							\
	EVENT("m.room.third_party_invite", "tok", "@mod:a", content)

static const struct auth_case third_parties[] = {
	{ "4.4.1.1", "5.4.1.1", ALL, "of one banned",
	  TOKEN("{'public_key':'" KEY "'}"), "@mod:a", M, "@banned:a",
	  SIGNED("@banned:a", BY(BANNED)), NULL, "banned" },
	{ "4.4.1.2", "5.4.1.2", ALL, "nothing is signed",
	  TOKEN("{'public_key':'" KEY "'}"), "@mod:a", M, "@stranger:a",
	  THIRD("{'display_name':'x'}"), NULL, "no signed part" },
	{ "4.4.1.2", "5.4.1.2", ALL, "the invite is no object",
	  TOKEN("{'public_key':'" KEY "'}"), "@mod:a", M, "@stranger:a",
	  THIRD("null"), NULL, "no signed part" },
	{ "4.4.1.2", "5.4.1.2", ALL, "what is signed is a list",
	  TOKEN("{'public_key':'" KEY "'}"), "@mod:a", M, "@stranger:a",
	  THIRD("{'signed':['mxid','token']}"), NULL, "no signed part" },
	{ "4.4.1.3", "5.4.1.3", ALL, "no mxid",
	  TOKEN("{'public_key':'" KEY "'}"), "@mod:a", M, "@stranger:a",
	  THIRD("{'signed':{'token':'tok'}}"), NULL, "with mxid and token" },
	{ "4.4.1.3", "5.4.1.3", ALL, "no token",
	  TOKEN("{'public_key':'" KEY "'}"), "@mod:a", M, "@stranger:a",
	  THIRD("{'signed':{'mxid':'@stranger:a'}}"), NULL,
	  "with mxid and token" },
	{ "4.4.1.4", "5.4.1.4", ALL, "of another user",
	  TOKEN("{'public_key':'" KEY "'}"), "@mod:a", M, "@other:a",
	  SIGNED("@stranger:a", BY(STRANGER)), NULL, "another user" },
	{ "4.4.1.5", "5.4.1.5", ALL, "with a token of no event", NULL,
	  "@mod:a", M, "@stranger:a", SIGNED("@stranger:a", BY(STRANGER)), NULL,
	  "no such invitation" },
	{ "4.4.1.6", "5.4.1.6", ALL, "sent by another",
	  TOKEN("{'public_key':'" KEY "'}"), "@mod2:a", M, "@stranger:a",
	  SIGNED("@stranger:a", BY(STRANGER)), NULL, "sent by another" },
	{ "4.4.1.1 4.4.1.2 4.4.1.3 4.4.1.4 4.4.1.5 4.4.1.6 4.4.1.7 "
	  "4.4.1.7.1",
	  "5.4.1.1 5.4.1.2 5.4.1.3 5.4.1.4 5.4.1.5 5.4.1.6 5.4.1.7 "
	  "5.4.1.7.1",
	  ALL, "signed by public_key",
	  TOKEN("{'public_key':'" KEY "'}"), "@mod:a", M, "@stranger:a",
	  SIGNED("@stranger:a", BY(STRANGER)), NULL, NULL },
	{ "4.4.1.7.2", "5.4.1.7.2", ALL, "signed by one of public_keys",
	  TOKEN("{'public_key':'" OTHER "','public_keys':[1,{'public_key':'"
	  OTHER "'},{'key_validity_url':'x','public_key':'" KEY "='}]}"),
	  "@mod:a", M, "@stranger:a", SIGNED("@stranger:a", BY(STRANGER)), NULL,
	  NULL },
	{ "4.4.1.7", "5.4.1.7", ALL, "any signature will do",
	  TOKEN("{'public_key':'" KEY "'}"), "@mod:a", M, "@stranger:a",
	  SIGNED("@stranger:a", "'x':{'ed25519:1':'" WRONG "','k':1},'y':2,"
	  BY(STRANGER)), NULL, NULL },
	{ "4.4.1.7", "5.4.1.7", ALL, "the sender need not be in the room",
	  TOKEN("{'public_key':'" KEY "'}") "," MEMBER("@mod:a", "leave"),
	  "@mod:a", M, "@stranger:a", SIGNED("@stranger:a", BY(STRANGER)), NULL,
	  NULL },
	{ "4.4.1.7 4.4.1.7.1 4.4.1.8",
	  "5.4.1.7 5.4.1.7.1 5.4.1.8",
	  ALL, "a wrong signature",
	  TOKEN("{'public_key':'" KEY "'}"), "@mod:a", M, "@stranger:a",
	  SIGNED("@stranger:a", BY(WRONG)), NULL, "not signed" },
	{ "4.4.1.8", "5.4.1.8", ALL, "a signature on something else",
	  TOKEN("{'public_key':'" KEY "'}"), "@mod:a", M, "@stranger:a",
	  SIGNED("@stranger:a", BY(BANNED)), NULL, "not signed" },
	{ "4.4.1.7.2 4.4.1.8", "5.4.1.7.2 5.4.1.8", ALL, "another key",
	  TOKEN("{'public_keys':[{'public_key':'" OTHER "'}]}"),
	  "@mod:a", M, "@stranger:a",
	  SIGNED("@stranger:a", BY(STRANGER)), NULL, "not signed" },
	{ "4.4.1.8", "5.4.1.8", ALL, "no key (the event was redacted)",
	  TOKEN("{}"), "@mod:a", M, "@stranger:a",
	  SIGNED("@stranger:a", BY(STRANGER)), NULL, "not signed" },
	{ "4.4.1.8", "5.4.1.8", ALL, "a key that is too short",
	  TOKEN("{'public_key':'Zm9v'}"), "@mod:a", M, "@stranger:a",
	  SIGNED("@stranger:a", BY(STRANGER)), NULL, "not signed" },
	{ "4.4.1.8", "5.4.1.8", ALL, "no signature",
	  TOKEN("{'public_key':'" KEY "'}"), "@mod:a", M, "@stranger:a",
	  SIGNED("@stranger:a", ""), NULL, "not signed" },
	{ "4.4.1.8", "5.4.1.8", ALL, "a float among what is signed",
	  TOKEN("{'public_key':'" KEY "'}"), "@mod:a", M, "@stranger:a",
	  THIRD("{'signed':{'token':'tok','mxid':'@stranger:a','x':1.5,"
	  "'signatures':{" BY(STRANGER) "}}}"), NULL, "not signed" },
};

/* So many signatures and keys are tried, and no more. */
static void
check_limits(void)
{
	const struct room_version *v = room_version_find("12");
	struct auth_case c = {
		.name = "the eighth signature by the eighth key",
		.sender = "@mod:a", .type = M, .key = "@stranger:a"
	};
	struct buf signatures, keys;
	int i;

	buf_init(&signatures, mem, 10000);
	buf_init(&keys, mem, 10000);
	for (i = 1; i < 8; i++) {
		buf_printf(&signatures, "'s%d':{'k':'" WRONG "'},", i);
		buf_puts(&keys, "{'public_key':'" OTHER "'},");
	}
	c.state = arena_printf(mem, TOKEN("{'public_keys':[%s"
	    "{'public_key':'" KEY "'}]}"), buf_str(&keys));
	c.content = arena_printf(mem, SIGNED("@stranger:a", "%s" BY(STRANGER)),
	    buf_str(&signatures));
	judge(v, &c, "5.4.1.7");

	c.name = "the ninth signature";
	c.why = "not signed";
	c.content = arena_printf(mem, SIGNED("@stranger:a", "'s0':{'k':'" WRONG
	    "'},%s" BY(STRANGER)), buf_str(&signatures));
	judge(v, &c, "5.4.1.8");

	c.name = "the ninth key";
	c.state = arena_printf(mem, TOKEN("{'public_key':'" OTHER "',"
	    "'public_keys':[%s{'public_key':'" KEY "'}]}"), buf_str(&keys));
	c.content = SIGNED("@stranger:a", BY(STRANGER));
	judge(v, &c, "5.4.1.8");
}

/* An invite with n letters more in what is signed, by a good signature. */
static void
judge_long(size_t n, const char *why)
{
	static const char seed[] =
	    "YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1";
	struct auth_case c = {
		.name = arena_printf(mem, "%zu letters signed", n),
		.state = TOKEN("{'public_key':'" KEY "'}"),
		.sender = "@mod:a", .type = M, .key = "@stranger:a", .why = why
	};
	char *letters = memset(arena_alloc(mem, n + 1), 'x', n);
	char *text = arena_printf(mem, "{'mxid':'@stranger:a','token':'tok',"
	    "'x':'%s'}", letters);
	struct signing_key key;
	uint8_t bytes[ED25519_KEY_LEN];

	base64_decode(seed, sizeof seed - 1, bytes, sizeof bytes);
	ed25519_from_seed(&key.key, bytes);
	c.content = arena_printf(mem, THIRD("{'signed':%.*s,"
	    "'signatures':{" BY("%s") "}}}"), (int)strlen(text) - 1, text,
	    sign_text(mem, &key, span_of(replace(text, "'", "\""))));
	judge(room_version_find("12"), &c, "5.4.1.7");
}

int
main(void)
{
	crypto_open();
	mem = arena_new();
	JUDGE_ALL(members);
	JUDGE_ALL(third_parties);
	check_limits();
	judge_long(1000, NULL);
	judge_long(EVENT_MAX, "not signed");
	covered("4.1 4.3.1 4.3.2 4.3.3 4.3.4 4.3.5.1 4.3.5.2 4.3.5.3+ 4.3.6 "
	    "4.3.7- 4.4.1.1 4.4.1.2 4.4.1.3 4.4.1.4 4.4.1.5 4.4.1.6 4.4.1.7 "
	    "4.4.1.7.1 4.4.1.7.2 4.4.1.8- 4.4.2 4.4.3 4.4.4 4.4.5- 4.5.1 "
	    "4.5.2 4.5.3 4.5.4 4.5.5- 4.6.1 4.6.2 4.6.3- 4.7.1 4.7.2 4.7.3 "
	    "4.7.4- 4.8-",
	    "5.1 5.3.1 5.3.2 5.3.3 5.3.4 5.3.5.1 5.3.5.2 5.3.5.3+ 5.3.6 "
	    "5.3.7- 5.4.1.1 5.4.1.2 5.4.1.3 5.4.1.4 5.4.1.5 5.4.1.6 5.4.1.7 "
	    "5.4.1.7.1 5.4.1.7.2 5.4.1.8- 5.4.2 5.4.3 5.4.4 5.4.5- 5.5.1 "
	    "5.5.2 5.5.3 5.5.4 5.5.5- 5.6.1 5.6.2 5.6.3- 5.7.1 5.7.2 5.7.3 "
	    "5.7.4- 5.8-");
	arena_free(mem);
	return done_testing();
}

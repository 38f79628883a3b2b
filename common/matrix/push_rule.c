/* push_rule.c - the rules that the specifications predefine (push_rule.h). */
#include "matrix/push_rule.h"

#include <string.h>

const char push_me[] = "(the user's Matrix ID)";
const char push_my_name[] = "(the local part of it)";

static const char *const kind_names[] = {
	[PUSH_OVERRIDE] = "override", [PUSH_CONTENT] = "content",
	[PUSH_ROOM] = "room", [PUSH_SENDER] = "sender",
	[PUSH_UNDERRIDE] = "underride"
};

const char *
push_kind_name(enum push_kind kind)
{
	return kind_names[kind];
}

enum push_kind
push_kind_of(const char *name)
{
	enum push_kind kind = 0;

	while (kind < PUSH_KIND__MAX && strcmp(name, kind_names[kind]) != 0)
		kind++;
	return kind;
}

/* ------------------------------------------------------------ the rules */

#define MATCH(key, pattern)	{ PUSH_EVENT_MATCH, key, pattern, { 0 } }
#define TYPE(type)		MATCH("type", type)
#define STATE_KEY(key)		MATCH("state_key", key)
#define MEMBERS(is)		{ PUSH_MEMBER_COUNT, NULL, is, { 0 } }
#define IS(key, ...)		{ PUSH_PROPERTY_IS, key, NULL, { __VA_ARGS__ } }
#define CONTAINS(key, ...)						\
	{ PUSH_PROPERTY_CONTAINS, key, NULL, { __VA_ARGS__ } }
#define MAY_NOTIFY(key)		{ PUSH_SENDER_PERMISSION, key, NULL, { 0 } }
#define HAS_MY_NAME		{ PUSH_CONTAINS_DISPLAY_NAME, NULL, NULL, { 0 } }

#define WHEN(many, ...)							\
	.n = (many),							\
	.condition = (const struct push_condition[]){ __VA_ARGS__ }
#define NOTHING			.actions = { .notify = false }
#define DONT_NOTIFY		.actions = { .dont_notify = true }
#define NOTIFY(...)		.actions = { .notify = true, __VA_ARGS__ }
#define SOUND(name)		.sound = name
#define HIGHLIGHT		.highlight = PUSH_TRUE
#define NO_HIGHLIGHT		.highlight = PUSH_FALSE

/* "Predefined Rules" of the module "Push notifications". */
static const struct push_rule rules_today[] = {
	{ ".m.rule.master", PUSH_OVERRIDE, .disabled = true, NOTHING },
	{ ".m.rule.suppress_notices", PUSH_OVERRIDE,
	    WHEN(1, MATCH("content.msgtype", "m.notice")), NOTHING },
	{ ".m.rule.invite_for_me", PUSH_OVERRIDE,
	    WHEN(3, TYPE("m.room.member"),
	    MATCH("content.membership", "invite"), STATE_KEY(push_me)),
	    NOTIFY(SOUND("default")) },
	{ ".m.rule.member_event", PUSH_OVERRIDE,
	    WHEN(1, TYPE("m.room.member")), NOTHING },
	{ ".m.rule.is_user_mention", PUSH_OVERRIDE,
	    WHEN(1, CONTAINS("content.m\\.mentions.user_ids", PUSH_TEXT, 0,
	    push_me)), NOTIFY(SOUND("default"), HIGHLIGHT) },
	{ ".m.rule.is_room_mention", PUSH_OVERRIDE,
	    WHEN(2, IS("content.m\\.mentions.room", PUSH_BOOL, 1, NULL),
	    MAY_NOTIFY("room")), NOTIFY(HIGHLIGHT) },
	{ ".m.rule.tombstone", PUSH_OVERRIDE,
	    WHEN(2, TYPE("m.room.tombstone"), STATE_KEY("")),
	    NOTIFY(HIGHLIGHT) },
	{ ".m.rule.reaction", PUSH_OVERRIDE,
	    WHEN(1, TYPE("m.reaction")), NOTHING },
	{ ".m.rule.room.server_acl", PUSH_OVERRIDE,
	    WHEN(2, TYPE("m.room.server_acl"), STATE_KEY("")), NOTHING },
	{ ".m.rule.suppress_edits", PUSH_OVERRIDE,
	    WHEN(1, IS("content.m\\.relates_to.rel_type", PUSH_TEXT, 0,
	    "m.replace")), NOTHING },
	{ ".m.rule.call", PUSH_UNDERRIDE,
	    WHEN(1, TYPE("m.call.invite")), NOTIFY(SOUND("ring")) },
	{ ".m.rule.encrypted_room_one_to_one", PUSH_UNDERRIDE,
	    WHEN(2, MEMBERS("2"), TYPE("m.room.encrypted")),
	    NOTIFY(SOUND("default")) },
	{ ".m.rule.room_one_to_one", PUSH_UNDERRIDE,
	    WHEN(2, MEMBERS("2"), TYPE("m.room.message")),
	    NOTIFY(SOUND("default")) },
	{ ".m.rule.message", PUSH_UNDERRIDE,
	    WHEN(1, TYPE("m.room.message")), NOTIFY(SOUND(NULL)) },
	{ ".m.rule.encrypted", PUSH_UNDERRIDE,
	    WHEN(1, TYPE("m.room.encrypted")), NOTIFY(SOUND(NULL)) },
	{ .id = NULL }
};

/* The example of GET /pushrules/ in the specification of October 2015. */
static const struct push_rule rules_2015[] = {
	{ ".m.rule.master", PUSH_OVERRIDE, .disabled = true, DONT_NOTIFY },
	{ ".m.rule.suppress_notices", PUSH_OVERRIDE,
	    WHEN(1, MATCH("content.msgtype", "m.notice")), DONT_NOTIFY },
	{ ".m.rule.contains_user_name", PUSH_CONTENT,
	    .pattern = push_my_name, NOTIFY(SOUND("default"), HIGHLIGHT) },
	{ ".m.rule.call", PUSH_UNDERRIDE, WHEN(1, TYPE("m.call.invite")),
	    NOTIFY(SOUND("ring"), NO_HIGHLIGHT) },
	{ ".m.rule.contains_display_name", PUSH_UNDERRIDE,
	    WHEN(1, HAS_MY_NAME), NOTIFY(SOUND("default"), HIGHLIGHT) },
	{ ".m.rule.room_one_to_one", PUSH_UNDERRIDE, WHEN(1, MEMBERS("2")),
	    NOTIFY(SOUND("default"), NO_HIGHLIGHT) },
	{ ".m.rule.invite_for_me", PUSH_UNDERRIDE,
	    WHEN(3, TYPE("m.room.member"),
	    MATCH("content.membership", "invite"), STATE_KEY(push_me)),
	    NOTIFY(SOUND("default"), NO_HIGHLIGHT) },
	{ ".m.rule.member_event", PUSH_UNDERRIDE,
	    WHEN(1, TYPE("m.room.member")), NOTIFY(NO_HIGHLIGHT) },
	{ ".m.rule.message", PUSH_UNDERRIDE,
	    WHEN(1, TYPE("m.room.message")), NOTIFY(NO_HIGHLIGHT) },
	{ .id = NULL }
};

const struct push_rule *
push_rules_today(void)
{
	return rules_today;
}

const struct push_rule *
push_rules_2015(void)
{
	return rules_2015;
}

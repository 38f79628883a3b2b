/*
 * push - the rules by which messages notify.
 *
 * Everybody has the rules that the specification predefines, and as yet no
 * others.  Today's paths show today's; the paths of 2015 those of 2015, whose
 * clients look for their own name in messages by them.
 */
#include <string.h>

#include "serve/serve.h"
#include "push.routes.h"

/* ------------------------------------------------------------ the rules */

/* In a text of a rule: the caller, as a JSON string. */
#define ME		"\001"		/* the whole id */
#define MY_NAME		"\002"		/* its local part */

#define MATCH(key, pattern)						\
	"{\"kind\":\"event_match\",\"key\":\"" key "\",\"pattern\":" pattern "}"
#define TYPE(type)	MATCH("type", "\"" type "\"")
#define MEMBERS(is)	"{\"kind\":\"room_member_count\",\"is\":\"" is "\"}"
#define PROPERTY(how, key, value)					\
	"{\"kind\":\"event_property_" how "\",\"key\":\"content." key	\
	"\",\"value\":" value "}"
#define SOUND(name)	"{\"set_tweak\":\"sound\",\"value\":\"" name "\"}"
#define HIGHLIGHT	"{\"set_tweak\":\"highlight\"}"
#define NO_HIGHLIGHT	"{\"set_tweak\":\"highlight\",\"value\":false}"
#define NOTIFY		"\"notify\""

enum kind { OVERRIDE, CONTENT, ROOM, SENDER, UNDERRIDE, KIND__MAX };
static const char *const kind_names[] = {
	[OVERRIDE] = "override", [CONTENT] = "content", [ROOM] = "room",
	[SENDER] = "sender", [UNDERRIDE] = "underride"
};

/* Most important first among rules of a kind. */
struct rule {
	enum kind	 kind;
	const char	*id;		/* NULL: the end */
	const char	*conditions;	/* NULL: it has a pattern */
	const char	*pattern;
	const char	*actions;
	bool		 disabled;
};

/* "Predefined Rules" of the module "Push notifications". */
static const struct rule rules_today[] = {
	{ OVERRIDE, ".m.rule.master", "[]", NULL, "[]", true },
	{ OVERRIDE, ".m.rule.suppress_notices",
	    "[" MATCH("content.msgtype", "\"m.notice\"") "]", NULL,
	    "[]", false },
	{ OVERRIDE, ".m.rule.invite_for_me",
	    "[" TYPE("m.room.member") ","
	    MATCH("content.membership", "\"invite\"") ","
	    MATCH("state_key", ME) "]", NULL,
	    "[" NOTIFY "," SOUND("default") "]", false },
	{ OVERRIDE, ".m.rule.member_event",
	    "[" TYPE("m.room.member") "]", NULL, "[]", false },
	{ OVERRIDE, ".m.rule.is_user_mention",
	    "[" PROPERTY("contains", "m\\\\.mentions.user_ids", ME) "]", NULL,
	    "[" NOTIFY "," SOUND("default") "," HIGHLIGHT "]", false },
	{ OVERRIDE, ".m.rule.is_room_mention",
	    "[" PROPERTY("is", "m\\\\.mentions.room", "true") ","
	    "{\"kind\":\"sender_notification_permission\",\"key\":\"room\"}]",
	    NULL, "[" NOTIFY "," HIGHLIGHT "]", false },
	{ OVERRIDE, ".m.rule.tombstone",
	    "[" TYPE("m.room.tombstone") "," MATCH("state_key", "\"\"") "]",
	    NULL, "[" NOTIFY "," HIGHLIGHT "]", false },
	{ OVERRIDE, ".m.rule.reaction",
	    "[" TYPE("m.reaction") "]", NULL, "[]", false },
	{ OVERRIDE, ".m.rule.room.server_acl",
	    "[" TYPE("m.room.server_acl") "," MATCH("state_key", "\"\"") "]",
	    NULL, "[]", false },
	{ OVERRIDE, ".m.rule.suppress_edits",
	    "[" PROPERTY("is", "m\\\\.relates_to.rel_type", "\"m.replace\"")
	    "]", NULL, "[]", false },
	{ UNDERRIDE, ".m.rule.call",
	    "[" TYPE("m.call.invite") "]", NULL,
	    "[" NOTIFY "," SOUND("ring") "]", false },
	{ UNDERRIDE, ".m.rule.encrypted_room_one_to_one",
	    "[" MEMBERS("2") "," TYPE("m.room.encrypted") "]", NULL,
	    "[" NOTIFY "," SOUND("default") "]", false },
	{ UNDERRIDE, ".m.rule.room_one_to_one",
	    "[" MEMBERS("2") "," TYPE("m.room.message") "]", NULL,
	    "[" NOTIFY "," SOUND("default") "]", false },
	{ UNDERRIDE, ".m.rule.message",
	    "[" TYPE("m.room.message") "]", NULL, "[" NOTIFY "]", false },
	{ UNDERRIDE, ".m.rule.encrypted",
	    "[" TYPE("m.room.encrypted") "]", NULL, "[" NOTIFY "]", false },
	{ .id = NULL }
};

/* The example of GET /pushrules/ in the specification of October 2015. */
static const struct rule rules_2015[] = {
	{ OVERRIDE, ".m.rule.master", "[]", NULL, "[\"dont_notify\"]", true },
	{ OVERRIDE, ".m.rule.suppress_notices",
	    "[" MATCH("content.msgtype", "\"m.notice\"") "]", NULL,
	    "[\"dont_notify\"]", false },
	{ CONTENT, ".m.rule.contains_user_name", NULL, MY_NAME,
	    "[" NOTIFY "," SOUND("default") "," HIGHLIGHT "]", false },
	{ UNDERRIDE, ".m.rule.call",
	    "[" TYPE("m.call.invite") "]", NULL,
	    "[" NOTIFY "," SOUND("ring") "," NO_HIGHLIGHT "]", false },
	{ UNDERRIDE, ".m.rule.contains_display_name",
	    "[{\"kind\":\"contains_display_name\"}]", NULL,
	    "[" NOTIFY "," SOUND("default") "," HIGHLIGHT "]", false },
	{ UNDERRIDE, ".m.rule.room_one_to_one",
	    "[" MEMBERS("2") "]", NULL,
	    "[" NOTIFY "," SOUND("default") "," NO_HIGHLIGHT "]", false },
	{ UNDERRIDE, ".m.rule.invite_for_me",
	    "[" TYPE("m.room.member") ","
	    MATCH("content.membership", "\"invite\"") ","
	    MATCH("state_key", ME) "]", NULL,
	    "[" NOTIFY "," SOUND("default") "," NO_HIGHLIGHT "]", false },
	{ UNDERRIDE, ".m.rule.member_event",
	    "[" TYPE("m.room.member") "]", NULL,
	    "[" NOTIFY "," NO_HIGHLIGHT "]", false },
	{ UNDERRIDE, ".m.rule.message",
	    "[" TYPE("m.room.message") "]", NULL,
	    "[" NOTIFY "," NO_HIGHLIGHT "]", false },
	{ .id = NULL }
};

/* -------------------------------------------------------------- showing */

static const struct rule *
rules_of(const struct request *r)
{
	return req_is_2015(r) ? rules_2015 : rules_today;
}

/* A text of a rule with the caller in the places kept for them. */
static void
put_filled(struct request *r, const char *key, const char *text)
{
	struct span id = span_of(r->who.user_id);
	struct span name = { id.s + 1, strcspn(id.s + 1, ":") };
	struct buf filled;

	buf_init(&filled, r->mem, SIZE_MAX);
	for (; *text != '\0'; text++) {
		if (*text == ME[0])
			json_quote(&filled, id);
		else if (*text == MY_NAME[0])
			json_quote(&filled, name);
		else
			buf_putc(&filled, *text);
	}
	put_raw(&r->out, key, buf_content(&filled));
}

static void
put_rule(struct request *r, const struct rule *rule)
{
	put_text(&r->out, "rule_id", rule->id);
	put_bool(&r->out, "default", true);
	put_bool(&r->out, "enabled", !rule->disabled);
	if (rule->conditions != NULL)
		put_filled(r, "conditions", rule->conditions);
	if (rule->pattern != NULL)
		put_filled(r, "pattern", rule->pattern);
	put_filled(r, "actions", rule->actions);
}

static void
write_rules(struct request *r, enum kind kind)
{
	for (const struct rule *p = rules_of(r); p->id != NULL; p++) {
		if (p->kind != kind)
			continue;
		write_object(&r->out);
		put_rule(r, p);
		write_end(&r->out);
	}
}

static void
put_ruleset(struct request *r)
{
	for (enum kind kind = 0; kind < KIND__MAX; kind++) {
		put_array(&r->out, kind_names[kind]);
		write_rules(r, kind);
		write_end(&r->out);
	}
}

/* KIND__MAX: no such kind. */
static enum kind
kind_of(const char *name)
{
	enum kind kind = 0;

	while (kind < KIND__MAX && strcmp(name, kind_names[kind]) != 0)
		kind++;
	return kind;
}

/* The rule that the path names, or NULL. */
static const struct rule *
rule_find(struct request *r)
{
	enum kind kind = kind_of(req_arg(r, "kind"));
	const char *id = req_arg(r, "ruleId");

	if (strcmp(req_arg(r, "scope"), "global") != 0)
		return NULL;
	for (const struct rule *p = rules_of(r); p->id != NULL; p++)
		if (p->kind == kind && strcmp(p->id, id) == 0)
			return p;
	return NULL;
}

static enum mx_err
no_rule(struct request *r)
{
	return fail(r, M_NOT_FOUND, "The push rule was not found");
}

static enum mx_err
no_scope(struct request *r)
{
	return fail(r, M_NOT_FOUND, "There are no push rules of that scope; "
	    "ask for global");
}

/*
 * GET /pushrules/
 *
 * All rules: under global the five kinds, each a list in order of importance;
 * on 2015's paths also device, where there are none.
 */
enum mx_err
pushrules(struct request *r)
{
	put_object(&r->out, "global");
	put_ruleset(r);
	write_end(&r->out);
	if (req_is_2015(r)) {
		put_object(&r->out, "device");
		write_end(&r->out);
	}
	return M_OK;
}

/*
 * GET /pushrules/{scope}/
 *
 * What GET /pushrules/ has under that key: of global the five lists.
 */
enum mx_err
pushrules_scope(struct request *r)
{
	const char *scope = req_arg(r, "scope");

	if (strcmp(scope, "global") == 0) {
		put_ruleset(r);
		return M_OK;
	}
	return req_is_2015(r) && strcmp(scope, "device") == 0 ?
	    M_OK : no_scope(r);
}

/*
 * GET /pushrules/{scope}/{kind}
 *
 * The list of rules of a kind.  In 2015 what follows device is a profile tag;
 * no tag has rules of its own.
 */
enum mx_err
pushrules_kind(struct request *r)
{
	enum kind kind = kind_of(req_arg(r, "kind"));

	if (strcmp(req_arg(r, "scope"), "global") != 0)
		return no_scope(r);
	if (kind == KIND__MAX)
		return fail(r, M_NOT_FOUND, "Push rules are of the kinds "
		    "override, content, room, sender and underride");
	reply_array(r);
	write_rules(r, kind);
	return M_OK;
}

/*
 * GET /pushrules/{scope}/{kind}/{ruleId}
 *
 * One rule.
 */
enum mx_err
pushrule_get(struct request *r)
{
	const struct rule *rule = rule_find(r);

	if (rule == NULL)
		return no_rule(r);
	put_rule(r, rule);
	return M_OK;
}

/*
 * GET /pushrules/device/{profileTag}/{kind}/{ruleId}
 *
 * 2015's scope with a slash in it: a rule for devices with a profile tag.
 */
enum mx_err
pushrule_of_device(struct request *r)
{
	return no_rule(r);
}

/*
 * GET /pushrules/{scope}/{kind}/{ruleId}/enabled
 *
 * Does it match at all?
 */
enum mx_err
pushrule_enabled(struct request *r)
{
	const struct rule *rule = rule_find(r);

	if (rule == NULL)
		return no_rule(r);
	put_bool(&r->out, "enabled", !rule->disabled);
	return M_OK;
}

/*
 * GET /pushrules/{scope}/{kind}/{ruleId}/actions
 *
 * What happens when it matches.
 */
enum mx_err
pushrule_actions(struct request *r)
{
	const struct rule *rule = rule_find(r);

	if (rule == NULL)
		return no_rule(r);
	put_filled(r, "actions", rule->actions);
	return M_OK;
}

/*
 * push - the rules by which messages notify.
 *
 * Everybody has the rules that the specification predefines, and as yet no
 * others.  Today's paths show today's; the paths of 2015 those of 2015, whose
 * clients look for their own name in messages by them.
 */
#include <string.h>

#include "matrix/push_rule.h"
#include "serve/serve.h"
#include "push.routes.h"

static const struct push_rule *
rules_of(const struct request *r)
{
	return req_is_2015(r) ? push_rules_2015() : push_rules_today();
}

static struct push_audience
audience_of(const struct request *r)
{
	return (struct push_audience){ r->who.user_id, req_is_2015(r) };
}

static void
put_ruleset(struct request *r)
{
	struct push_audience to = audience_of(r);

	push_ruleset_put(&r->out, rules_of(r), &to);
}

/* The rule that the path names, or NULL. */
static const struct push_rule *
rule_find(struct request *r)
{
	enum push_kind kind = push_kind_of(req_arg(r, "kind"));
	const char *id = req_arg(r, "ruleId");

	if (strcmp(req_arg(r, "scope"), "global") != 0)
		return NULL;
	for (const struct push_rule *p = rules_of(r); p->id != NULL; p++)
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
	enum push_kind kind = push_kind_of(req_arg(r, "kind"));
	struct push_audience to = audience_of(r);

	if (strcmp(req_arg(r, "scope"), "global") != 0)
		return no_scope(r);
	if (kind == PUSH_KIND__MAX)
		return fail(r, M_NOT_FOUND, "Push rules are of the kinds "
		    "override, content, room, sender and underride");
	reply_array(r);
	push_rules_write(&r->out, rules_of(r), kind, &to);
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
	const struct push_rule *rule = rule_find(r);
	struct push_audience to = audience_of(r);

	if (rule == NULL)
		return no_rule(r);
	push_rule_put(&r->out, rule, &to);
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
	const struct push_rule *rule = rule_find(r);

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
	const struct push_rule *rule = rule_find(r);
	struct push_audience to = audience_of(r);

	if (rule == NULL)
		return no_rule(r);
	push_actions_put(&r->out, &rule->actions, &to);
	return M_OK;
}

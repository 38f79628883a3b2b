/*
 * push.c - the rules by which events notify, as they are.
 *
 * Everybody has the rules that the specification predefines, and those they
 * made.  Today's paths show today's predefined rules; the paths of 2015 those
 * of 2015, whose clients look for their own name in messages by them.
 */
#include <string.h>

#include "push.h"
#include "push.routes.h"

/* ------------------------------------------------------------ what is asked */

enum mx_err
no_rule(struct request *r)
{
	return fail(r, M_NOT_FOUND, "The push rule was not found");
}

enum mx_err
push_path_scope(struct request *r, struct push_path *path)
{
	path->profile_tag = req_arg_or(r, "profileTag", "");
	if (*path->profile_tag != '\0' ||
	    strcmp(req_arg_or(r, "scope", ""), "global") == 0)
		return M_OK;
	return fail(r, M_NOT_FOUND, "There are no push rules of that scope; "
	    "ask for global");
}

enum mx_err
push_path_kind(struct request *r, struct push_path *path)
{
	enum mx_err err = push_path_scope(r, path);

	if (err != M_OK)
		return err;
	path->kind = push_kind_of(req_arg(r, "kind"));
	return path->kind != PUSH_KIND__MAX ? M_OK :
	    fail(r, M_NOT_FOUND, "Push rules are of the kinds "
	    "override, content, room, sender and underride");
}

enum mx_err
push_path_rule(struct request *r, struct push_path *path)
{
	path->id = req_arg(r, "ruleId");
	return push_path_kind(r, path);
}

struct push_whose
push_caller(const struct request *r)
{
	return (struct push_whose){ .user = r->who.user,
	    .user_id = r->who.user_id, .in_2015 = req_is_2015(r) };
}

static struct push_audience
audience_of(const struct request *r)
{
	return (struct push_audience){ r->who.user_id, req_is_2015(r) };
}

/* All of the scope, in their order. */
static const struct push_rule *
rules_of(struct request *r, const struct push_path *path)
{
	struct push_whose whose = push_caller(r);
	const struct push_user *u;

	whose.profile_tag = path->profile_tag;
	u = push_user_read(r->db, r->mem, &whose);
	return *path->profile_tag != '\0' ? u->device : u->global;
}

static enum mx_err
scope_rules(struct request *r, const struct push_path *path,
    const struct push_rule **rules)
{
	*rules = rules_of(r, path);
	return (*rules)->id != NULL ? M_OK :
	    fail(r, M_NOT_FOUND, "This profile tag has no push rules");
}

const struct push_rule *
push_find(struct request *r, const struct push_path *path)
{
	const struct push_rule *rule = rules_of(r, path);

	for (; rule->id != NULL; rule++)
		if (rule->kind == path->kind && strcmp(rule->id, path->id) == 0)
			return rule;
	return NULL;
}

static enum mx_err
asked(struct request *r, const struct push_rule **rule)
{
	struct push_path path;
	enum mx_err err = push_path_rule(r, &path);

	if (err != M_OK)
		return err;
	*rule = push_find(r, &path);
	return *rule != NULL ? M_OK : no_rule(r);
}

/* ---------------------------------------------------------------- answers */

/*
 * GET /pushrules/
 *
 * All rules: under global the five kinds, each a list in order of importance;
 * on 2015's paths also device, the same for each profile tag that has rules.
 */
enum mx_err
pushrules(struct request *r)
{
	struct push_whose whose = push_caller(r);

	push_user_put(&r->out, r->db, r->mem, &whose);
	return M_OK;
}

/*
 * GET /pushrules/{scope}/
 * GET /pushrules/device/{profileTag}/
 *
 * What GET /pushrules/ has under that key: of global, and of a profile tag, the
 * five lists.
 */
enum mx_err
pushrules_scope(struct request *r)
{
	struct push_whose whose = push_caller(r);
	struct push_audience to = audience_of(r);
	const struct push_rule *rules;
	struct push_path path;
	enum mx_err err;

	if (whose.in_2015 && strcmp(req_arg_or(r, "scope", ""), "device") == 0) {
		push_devices_put(&r->out, r->db, r->mem, &whose);
		return M_OK;
	}
	if ((err = push_path_scope(r, &path)) != M_OK ||
	    (err = scope_rules(r, &path, &rules)) != M_OK)
		return err;
	push_ruleset_put(&r->out, rules, &to);
	return M_OK;
}

/*
 * GET /pushrules/{scope}/{kind}
 * GET /pushrules/device/{profileTag}/{kind}
 *
 * The list of rules of a kind.
 */
enum mx_err
pushrules_kind(struct request *r)
{
	struct push_audience to = audience_of(r);
	const struct push_rule *rules;
	struct push_path path;
	enum mx_err err;

	if ((err = push_path_kind(r, &path)) != M_OK ||
	    (err = scope_rules(r, &path, &rules)) != M_OK)
		return err;
	reply_array(r);
	push_rules_write(&r->out, rules, path.kind, &to);
	return M_OK;
}

/*
 * GET /pushrules/{scope}/{kind}/{ruleId}
 * GET /pushrules/device/{profileTag}/{kind}/{ruleId}
 *
 * One rule.
 */
enum mx_err
pushrule_get(struct request *r)
{
	struct push_audience to = audience_of(r);
	const struct push_rule *rule;
	enum mx_err err = asked(r, &rule);

	if (err == M_OK)
		push_rule_put(&r->out, rule, &to);
	return err;
}

/*
 * GET /pushrules/{scope}/{kind}/{ruleId}/enabled
 *
 * Does it match at all?
 */
enum mx_err
pushrule_enabled(struct request *r)
{
	const struct push_rule *rule;
	enum mx_err err = asked(r, &rule);

	if (err == M_OK)
		put_bool(&r->out, "enabled", !rule->disabled);
	return err;
}

/*
 * GET /pushrules/{scope}/{kind}/{ruleId}/actions
 *
 * What happens when it matches.
 */
enum mx_err
pushrule_actions(struct request *r)
{
	struct push_audience to = audience_of(r);
	const struct push_rule *rule;
	enum mx_err err = asked(r, &rule);

	if (err == M_OK)
		push_actions_put(&r->out, &rule->actions, &to);
	return err;
}

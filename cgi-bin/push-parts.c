/*
 * push-parts.c - what may be changed of any push rule, predefined ones
 * included: whether it is on, and what it does.
 */
#include <string.h>

#include "push.h"
#include "push.routes.h"

/* ------------------------------------------------------------------ on, off */

/* As it is predefined in that era, whatever the caller made of it. */
static const struct push_rule *
as_predefined(const struct request *r, const char *id)
{
	const struct push_rule *rule = req_is_2015(r) ? push_rules_2015() :
	    push_rules_today();

	while (rule->id != NULL && strcmp(rule->id, id) != 0)
		rule++;
	return rule;
}

static enum mx_err
read_enabled(struct request *r, bool *enabled)
{
	const cJSON *value = r->body;

	*enabled = false;
	if (cJSON_IsObject(value))
		value = json_get(value, "enabled");
	if (value == NULL)
		return fail(r, req_is_2015(r) ? M_BAD_JSON : M_MISSING_PARAM,
		    "enabled is missing");
	if (!cJSON_IsBool(value))
		return fail(r, M_BAD_JSON, "enabled is true or false");
	*enabled = cJSON_IsTrue(value);
	return M_OK;
}

static void
set_enabled(struct request *r, const struct push_path *path, bool enabled)
{
	if (!push_is_predefined(path->id)) {
		db_exec(r->db, STMT_PUSH_RULE_ENABLE, DB_INT(r->who.user),
		    DB_TEXT(path->profile_tag),
		    DB_TEXT(push_kind_name(path->kind)), DB_TEXT(path->id),
		    DB_INT(enabled));
		return;
	}
	db_exec(r->db, STMT_PUSH_PREDEFINED_ENABLE, DB_INT(r->who.user),
	    DB_TEXT(path->id), enabled != as_predefined(r, path->id)->disabled ?
	    DB_NULL : DB_INT(enabled));
	db_exec(r->db, STMT_PUSH_PREDEFINED_TIDY, DB_INT(r->who.user),
	    DB_TEXT(path->id));
}

/*
 * PUT /pushrules/{scope}/{kind}/{ruleId}/enabled
 * PUT /pushrules/device/{profileTag}/{kind}/{ruleId}/enabled
 *
 * Turn a rule on or off, be it the caller's or predefined.  In 2015 the body is
 * true or false and nothing else.
 */
enum mx_err
pushrule_enable(struct request *r)
{
	struct push_path path;
	bool enabled;
	enum mx_err err;

	if ((err = push_path_rule(r, &path)) != M_OK ||
	    (err = read_enabled(r, &enabled)) != M_OK)
		return err;
	if (push_find(r, &path) == NULL)
		return no_rule(r);
	set_enabled(r, &path, enabled);
	push_note_change(r);
	return M_OK;
}

/* ----------------------------------------------------------------- actions */

/* Are they what that rule has anyway? */
static bool
is_predefined_so(const struct request *r, const char *id, struct span actions)
{
	struct push_audience to = { r->who.user_id, req_is_2015(r) };
	struct writer w;
	struct buf text;

	buf_init(&text, r->mem, SIZE_MAX);
	writer_init(&w, &text);
	write_object(&w);
	push_actions_put(&w, &as_predefined(r, id)->actions, &to);
	write_end(&w);
	return span_is(json_slice(buf_content(&text), "actions"),
	    arena_strndup(r->mem, actions.s, actions.n));
}

static void
set_actions(struct request *r, const struct push_path *path,
    struct span actions)
{
	if (!push_is_predefined(path->id)) {
		db_exec(r->db, STMT_PUSH_RULE_ACT, DB_INT(r->who.user),
		    DB_TEXT(path->profile_tag),
		    DB_TEXT(push_kind_name(path->kind)), DB_TEXT(path->id),
		    DB_SPAN(actions));
		return;
	}
	db_exec(r->db, STMT_PUSH_PREDEFINED_ACT, DB_INT(r->who.user),
	    DB_TEXT(path->id), is_predefined_so(r, path->id, actions) ?
	    DB_NULL : DB_SPAN(actions));
	db_exec(r->db, STMT_PUSH_PREDEFINED_TIDY, DB_INT(r->who.user),
	    DB_TEXT(path->id));
}

struct wish {
	const cJSON	*actions;
};

static const struct field wish_fields[] = {
	FIELD_ARRAY(wish, actions, "actions", REQUIRED),
	FIELD_END
};

/*
 * PUT /pushrules/{scope}/{kind}/{ruleId}/actions
 *
 * Change what a rule does, be it the caller's or predefined.
 */
enum mx_err
pushrule_act(struct request *r)
{
	struct push_path path;
	struct span actions;
	struct wish wish;
	enum mx_err err;

	if ((err = push_path_rule(r, &path)) != M_OK ||
	    (err = body_read(r, wish_fields, &wish)) != M_OK ||
	    (err = push_check_actions(r, wish.actions)) != M_OK)
		return err;
	if (push_find(r, &path) == NULL)
		return no_rule(r);
	actions = push_actions_text(r, wish.actions);
	if ((err = push_check_size(r, &path, actions.n)) != M_OK)
		return err;
	set_actions(r, &path, actions);
	push_note_change(r);
	return M_OK;
}

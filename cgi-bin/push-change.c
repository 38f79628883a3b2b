/*
 * push-change.c - making and removing push rules.
 *
 * All clients of the user hear of each change: m.push_rules of their account
 * data is what it is by then.
 */
#include <string.h>

#include "matrix/ids.h"
#include "matrix/push_read.h"
#include "push.h"
#include "push.routes.h"
#include "store/stream.h"

#define RULES_MAX	1000		/* of a user's own, */
#define BYTES_MAX	(256 << 10)	/* and so long together, */
#define RULE_BYTES_MAX	(16 << 10)	/* and each */
#define ID_MAX		255		/* bytes, as of a profile tag */
#define TAG_MAX		32		/* (2015.md 16.8, "Pushers") */

void
push_note_change(struct request *r)
{
	int64_t before = push_user_changed(r->db, r->who.user, NULL);
	int64_t pos = change_again(r->db, CHANGE_ACCOUNT_DATA, 0, r->who.user,
	    before);

	db_exec(r->db, STMT_PUSH_USER_PUT, DB_INT(r->who.user), DB_INT(pos));
}

/* ------------------------------------------------------------- what is said */

struct wish {
	const cJSON	*actions;
	const cJSON	*conditions;
	const char	*pattern;
};

static const struct field wish_fields[] = {
	FIELD_ARRAY(wish, actions, "actions", REQUIRED),
	FIELD_ARRAY(wish, conditions, "conditions", OPTIONAL),
	FIELD_STR(wish, pattern, "pattern", OPTIONAL, NULL),
	FIELD_END
};

static bool
has_conditions(enum push_kind kind)
{
	return kind == PUSH_OVERRIDE || kind == PUSH_UNDERRIDE;
}

static enum mx_err
check_id(struct request *r, const struct push_path *path)
{
	const char *id = path->id;

	if (push_is_predefined(id))
		return fail(r, M_INVALID_PARAM, "A rule_id that begins with a "
		    "dot is the server's; choose another");
	if (strpbrk(id, "/\\") != NULL)
		return fail(r, M_INVALID_PARAM,
		    "There is no slash and no backslash in a rule_id");
	if (strlen(id) > ID_MAX || strlen(path->profile_tag) > TAG_MAX)
		return fail(r, M_INVALID_PARAM, "A rule_id has %d bytes at "
		    "most, a profile tag %d", ID_MAX, TAG_MAX);
	if (path->kind == PUSH_ROOM && !room_id_valid(id))
		return fail(r, M_INVALID_PARAM,
		    "The rule_id of a room rule is the id of the room");
	if (path->kind == PUSH_SENDER && !user_id_valid(id))
		return fail(r, M_INVALID_PARAM,
		    "The rule_id of a sender rule is the id of the user");
	return M_OK;
}

static enum mx_err
check_pattern(struct request *r, const char *pattern)
{
	const char *why;
	enum mx_err err;

	if (pattern == NULL)
		return fail(r, req_is_2015(r) ? M_BAD_JSON : M_MISSING_PARAM,
		    "A content rule has a pattern");
	return (err = push_pattern_check(pattern, &why)) == M_OK ? M_OK :
	    fail(r, err, "%s", why);
}

enum mx_err
push_check_actions(struct request *r, const cJSON *list)
{
	struct push_actions actions;
	const char *why;
	enum mx_err err = push_actions_read(list, &actions, &why);

	return err == M_OK ? M_OK : fail(r, err, "%s", why);
}

static enum mx_err
read_wish(struct request *r, const struct push_path *path, struct wish *wish)
{
	struct push_rule rule = { .n = 0 };
	const char *why;
	enum mx_err err;

	*wish = (struct wish){ .pattern = NULL };
	if ((err = body_read(r, wish_fields, wish)) != M_OK ||
	    (err = push_check_actions(r, wish->actions)) != M_OK)
		return err;
	if (path->kind == PUSH_CONTENT)
		err = check_pattern(r, wish->pattern);
	else
		wish->pattern = NULL;
	if (!has_conditions(path->kind))
		wish->conditions = NULL;
	else if (wish->conditions == NULL)
		wish->conditions = cJSON_CreateArray();
	if (wish->conditions != NULL && (err = push_conditions_read(r->mem,
	    wish->conditions, &rule, &why)) != M_OK)
		return fail(r, err, "%s", why);
	return err;
}

/* Today's clients are told to leave out what 2015's actions are called. */
struct span
push_actions_text(struct request *r, const cJSON *list)
{
	const cJSON *item;
	struct writer w;
	struct buf text;

	buf_init(&text, r->mem, SIZE_MAX);
	writer_init(&w, &text);
	write_array(&w);
	cJSON_ArrayForEach(item, list)
		if (!cJSON_IsString(item) || req_is_2015(r) ||
		    strcmp(item->valuestring, "notify") == 0)
			write_json(&w, item);
	write_end(&w);
	return buf_content(&text);
}

static struct span
conditions_text(struct request *r, const cJSON *list)
{
	struct buf text;

	buf_init(&text, r->mem, SIZE_MAX);
	if (list != NULL)
		json_print(&text, list);
	return buf_content(&text);
}

/* ------------------------------------------------------------ where it goes */

/* False: there is no such rule of theirs. */
static bool
place_of(struct request *r, const struct push_path *path, const char *id,
    int64_t *place)
{
	struct rows rows = db_query(r->db, STMT_PUSH_RULE_PLACE,
	    DB_INT(r->who.user), DB_TEXT(path->profile_tag),
	    DB_TEXT(push_kind_name(path->kind)), DB_TEXT(id));
	bool found = rows_next(&rows);

	*place = found ? rows_int(&rows, 0) : 0;
	rows_done(&rows);
	return found;
}

static int64_t
before_first(struct request *r, const struct push_path *path)
{
	return db_int(r->db, 0, STMT_PUSH_RULE_FIRST, DB_INT(r->who.user),
	    DB_TEXT(path->profile_tag),
	    DB_TEXT(push_kind_name(path->kind))) - 1;
}

/*
 * Next to another rule, or where it was, or first.  Beside itself it stays
 * where it is.
 */
static enum mx_err
find_place(struct request *r, const struct push_path *path, int64_t *place)
{
	const char *before = req_query(r, "before");
	const char *after = req_query(r, "after");
	const char *other = before != NULL ? before : after;

	if (other == NULL) {
		if (!place_of(r, path, path->id, place))
			*place = before_first(r, path);
		return M_OK;
	}
	if (!place_of(r, path, other, place))
		return fail(r, M_BAD_REQUEST, "before/after rule not found: "
		    "%s; name one of your own rules of this kind", other);
	if (strcmp(other, path->id) == 0)
		return M_OK;
	if (before != NULL)
		(*place)--;
	db_exec(r->db, STMT_PUSH_RULE_SHIFT, DB_INT(r->who.user),
	    DB_TEXT(path->profile_tag), DB_TEXT(push_kind_name(path->kind)),
	    DB_INT(*place));
	return M_OK;
}

enum mx_err
push_check_size(struct request *r, const struct push_path *path, size_t more)
{
	struct rows rows = db_query(r->db, STMT_PUSH_RULES_SIZE,
	    DB_INT(r->who.user), DB_TEXT(path->profile_tag),
	    DB_TEXT(push_kind_name(path->kind)), DB_TEXT(path->id));
	int64_t n = 0, bytes = 0;

	if (rows_next(&rows)) {
		n = rows_int(&rows, 0);
		bytes = rows_int(&rows, 1);
	}
	rows_done(&rows);
	if (more > RULE_BYTES_MAX)
		return fail(r, M_TOO_LARGE, "A push rule is no longer than "
		    "%d bytes", RULE_BYTES_MAX);
	if (n >= RULES_MAX)
		return fail(r, M_TOO_LARGE, "You have %d push rules, which is "
		    "as many as there may be; remove one", RULES_MAX);
	if (bytes + (int64_t)more > BYTES_MAX)
		return fail(r, M_TOO_LARGE, "Your push rules would be longer "
		    "than %d bytes; remove one", BYTES_MAX);
	return M_OK;
}

/*
 * PUT /pushrules/{scope}/{kind}/{ruleId}
 * PUT /pushrules/device/{profileTag}/{kind}/{ruleId}
 *
 * Make a rule, the most important of its kind, or put what it says in the place
 * of what it said.  `before` and `after` name another of the caller's rules
 * next to which it is to stand.
 */
enum mx_err
pushrule_put(struct request *r)
{
	struct span actions, conditions;
	struct push_path path;
	struct wish wish;
	int64_t place;
	enum mx_err err;

	if ((err = push_path_rule(r, &path)) != M_OK ||
	    (err = check_id(r, &path)) != M_OK ||
	    (err = read_wish(r, &path, &wish)) != M_OK ||
	    (err = find_place(r, &path, &place)) != M_OK)
		return err;
	actions = push_actions_text(r, wish.actions);
	conditions = conditions_text(r, wish.conditions);
	if ((err = push_check_size(r, &path, strlen(path.profile_tag) +
	    strlen(path.id) + span_of(wish.pattern).n + conditions.n +
	    actions.n)) != M_OK)
		return err;
	db_exec(r->db, STMT_PUSH_RULE_PUT, DB_INT(r->who.user),
	    DB_TEXT(path.profile_tag), DB_TEXT(push_kind_name(path.kind)),
	    DB_TEXT(path.id), DB_INT(place), DB_INT(req_is_2015(r)),
	    DB_TEXT(wish.pattern),
	    wish.conditions != NULL ? DB_SPAN(conditions) : DB_NULL,
	    DB_SPAN(actions));
	push_note_change(r);
	return M_OK;
}

/*
 * DELETE /pushrules/{scope}/{kind}/{ruleId}
 * DELETE /pushrules/device/{profileTag}/{kind}/{ruleId}
 *
 * Remove a rule.  Those that are predefined stay.
 */
enum mx_err
pushrule_delete(struct request *r)
{
	struct push_path path;
	enum mx_err err = push_path_rule(r, &path);

	if (err != M_OK)
		return err;
	if (push_is_predefined(path.id) && push_find(r, &path) != NULL)
		return fail(r, M_INVALID_PARAM, "A predefined rule cannot be "
		    "removed; disable it");
	if (db_exec(r->db, STMT_PUSH_RULE_DROP, DB_INT(r->who.user),
	    DB_TEXT(path.profile_tag), DB_TEXT(push_kind_name(path.kind)),
	    DB_TEXT(path.id)) == 0)
		return no_rule(r);
	push_note_change(r);
	return M_OK;
}

/*
 * push_read.h - conditions and actions of push rules as clients give them
 * (client-server API, "Conditions", "Actions"; 2015.md 16.8).
 *
 * What is read points into the tree that it came from.
 */
#ifndef MXCGI_PUSH_READ_H
#define MXCGI_PUSH_READ_H

#include "base/arena.h"
#include "base/errors.h"
#include "json/json.h"
#include "matrix/glob.h"
#include "matrix/push_rule.h"

#define PUSH_CONDITIONS_MAX	20	/* of a rule */
#define PUSH_ACTIONS_MAX	20
#define PUSH_PATTERN_MAX	(GLOB_MAX - 2)	/* bytes: 2015 adds two stars */

/*
 * Both set what belongs to them in the rule, and the tree as `given`.  M_OK, or
 * *why and M_BAD_JSON or M_INVALID_PARAM.  A condition of a kind that nobody
 * knows is kept, and matches nothing.
 *
 * list: an array, as fields are.
 */
enum mx_err	push_conditions_read(struct arena *, const cJSON *list,
		    struct push_rule *, const char **why);
enum mx_err	push_actions_read(const cJSON *list, struct push_actions *,
		    const char **why);
/* May it be the pattern of a rule? */
enum mx_err	push_pattern_check(const char *pattern, const char **why);

#endif

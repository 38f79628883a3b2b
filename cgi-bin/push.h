/*
 * push.h - what the handlers of `push` share.
 */
#ifndef MXCGI_CGI_PUSH_H
#define MXCGI_CGI_PUSH_H

#include "matrix/push_user.h"
#include "serve/serve.h"

/* Which rule, or which of them, a path names. */
struct push_path {
	const char	*profile_tag;	/* "": the global ones */
	enum push_kind	 kind;
	const char	*id;		/* as it was given, whatever it is */
};
/* Refused with M_NOT_FOUND where there is no such scope or kind. */
enum mx_err	 push_path_scope(struct request *, struct push_path *);
enum mx_err	 push_path_kind(struct request *, struct push_path *);
enum mx_err	 push_path_rule(struct request *, struct push_path *);
enum mx_err	 no_rule(struct request *);

/* The caller, by the rules of the era of the path. */
struct push_whose push_caller(const struct request *);
/* The rule, be it predefined or their own; NULL: there is none. */
const struct push_rule *push_find(struct request *, const struct push_path *);

/* ------------------------------------------------- changing (push-change.c) */

/* May they be the actions of a rule?  And as they are kept. */
enum mx_err	 push_check_actions(struct request *, const cJSON *list);
struct span	 push_actions_text(struct request *, const cJSON *list);
/* Is there room for so many bytes that are to be said of a rule? */
enum mx_err	 push_check_size(struct request *, const struct push_path *,
		    size_t bytes);
/* The caller's rules are not what they were: their clients are to know. */
void		 push_note_change(struct request *);

#endif

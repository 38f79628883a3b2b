/*
 * auth-rules.h - what the files of the authorisation rules share.  For
 * auth*.c only; everybody else includes auth.h.
 *
 * Rules have the numbers of room version 10; those of 12, where they differ,
 * stand behind them: "4.3.1 (12: 5.3.1)".
 */
#ifndef MXCGI_AUTH_RULES_H
#define MXCGI_AUTH_RULES_H

#include <string.h>

#include "matrix/auth.h"

struct judgement {
	const struct room_version *version;
	const struct auth_event *event;
	auth_state_fn	*state;
	void		*arg;
	const struct auth_event *create;
	const cJSON	*levels;	/* content of m.room.power_levels */
	bool		 levels_read;
	const char	**why;
};

/* Either may be NULL, and is then like nothing. */
static inline bool
same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* False, so that a refusal is one line. */
bool		 auth_refuse(const struct judgement *, const char *why);
/* Content of a state event, or NULL. */
const cJSON	*auth_content(const struct judgement *, const char *type,
		    const char *state_key);
/* Content of the power levels, or NULL. */
const cJSON	*auth_levels(struct judgement *);
bool		 auth_is(const struct judgement *, const char *user_id,
		    const char *membership);
int64_t		 auth_power(struct judgement *, const char *user_id);
/* Has the sender the power to invite, kick, ban? */
bool		 auth_may(struct judgement *, const char *what);

/* 4 (12: 5): m.room.member */
bool		 auth_member_allows(struct judgement *);
/* 9 (12: 10): m.room.power_levels */
bool		 auth_levels_allow(struct judgement *);

#endif

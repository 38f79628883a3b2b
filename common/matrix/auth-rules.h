/*
 * auth-rules.h - what the files of the authorisation rules share.  For
 * auth*.c only; everybody else includes auth.h.
 *
 * Rules have the numbers of room version 10; those of 12, where they differ,
 * stand behind them: "4.3.1 (12: 5.3.1)".  A rule that older versions have and
 * 10 has not says so: "Till 5: 4.1".  The other rules of older versions are
 * the same with other numbers:
 *
 *   8, 9     what 9.3 to 9.10 are in 10 is 9.1 to 9.8
 *   7        likewise; 4.3 to 4.8 are 4.2 to 4.7, without 4.3.5
 *   6        likewise, and without knocking: 4.8 is 4.6
 *   3, 4, 5  as 6, but a rule on m.room.aliases is 4, so that 4 to 10 are 5 to
 *            11
 *   1, 2     likewise, but a rule on m.room.redaction is 11, so that 10 is 12
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

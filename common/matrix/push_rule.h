/*
 * push_rule.h - which events notify whom (client-server API, module "Push
 * notifications"; 2015.md 16.8).
 *
 * Rules are tables, most important first.  To match an event is a pure function
 * of rules, event, reader and what it asks of the room.
 */
#ifndef MXCGI_PUSH_RULE_H
#define MXCGI_PUSH_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json/json.h"
#include "json/writer.h"

/* In this order they are tried. */
enum push_kind {
	PUSH_OVERRIDE, PUSH_CONTENT, PUSH_ROOM, PUSH_SENDER, PUSH_UNDERRIDE,
	PUSH_KIND__MAX
};
const char	*push_kind_name(enum push_kind);
/* PUSH_KIND__MAX: no such kind. */
enum push_kind	 push_kind_of(const char *name);

/* Stand for the reader where a rule says what to look for. */
extern const char push_me[];		/* the whole id */
extern const char push_my_name[];	/* its local part */

enum push_test {
	PUSH_EVENT_MATCH,		/* key, text: a pattern */
	PUSH_PROPERTY_IS,		/* key, value */
	PUSH_PROPERTY_CONTAINS,		/* key, value */
	PUSH_CONTAINS_DISPLAY_NAME,
	PUSH_MEMBER_COUNT,		/* text: "2", ">=10" */
	PUSH_SENDER_PERMISSION,		/* key: "room" */
	PUSH_PROFILE_TAG,		/* text: of the device (2015) */
	PUSH_UNKNOWN			/* matches nothing */
};
enum push_test	 push_test_of(const char *kind);	/* of a condition */
/* Is it what a PUSH_MEMBER_COUNT may ask for? */
bool		 push_count_valid(const char *is);
struct push_value {
	enum { PUSH_NULL, PUSH_BOOL, PUSH_INT, PUSH_TEXT } type;
	int64_t		 number;	/* of a boolean: 0, 1 */
	const char	*text;		/* or push_me */
};
struct push_condition {
	enum push_test	 test;
	const char	*key;		/* dots apart, \. for a dot in a name */
	const char	*text;
	struct push_value value;
};

enum push_tweak { PUSH_UNSAID, PUSH_FALSE, PUSH_TRUE };
struct push_actions {
	bool		 notify;
	bool		 dont_notify;	/* only written; is the same as nothing */
	const char	*sound;		/* NULL: none */
	enum push_tweak	 highlight;
	/* As a user gave them, an array; NULL: they are what is said above. */
	const cJSON	*given;
};

struct push_rule {
	const char	*id;		/* NULL: the end of the table */
	enum push_kind	 kind;
	const char	*pattern;	/* PUSH_CONTENT; or push_my_name */
	const struct push_condition *condition;
	size_t		 n;		/* none: matches all */
	struct push_actions actions;
	bool		 disabled;
	/* The conditions as a user gave them, an array, or NULL. */
	const cJSON	*given;
	/*
	 * It was made by a client of 2015, to which a pattern without * and ?
	 * may stand anywhere in a text, and words are nothing special.
	 */
	bool		 in_2015;
};
/* A rule that the server has for all; a user's own never begins so. */
static inline bool
push_is_predefined(const char *id)
{
	return *id == '.';
}

/* Those that the specifications predefine, of today and of October 2015. */
const struct push_rule *push_rules_today(void);
const struct push_rule *push_rules_2015(void);

/* --------------------------------------------------------------- writing */

/* For whom: what stands for them is filled in, and each era has its words. */
struct push_audience {
	const char	*user_id;
	bool		 in_2015;
};
/* Members of an open object. */
void		 push_rule_put(struct writer *, const struct push_rule *,
		    const struct push_audience *);
/* Values of an open array: all of a kind. */
void		 push_rules_write(struct writer *, const struct push_rule *,
		    enum push_kind, const struct push_audience *);
/* Members of an open object: the five kinds. */
void		 push_ruleset_put(struct writer *, const struct push_rule *,
		    const struct push_audience *);
/*
 * "actions":[...].  Today knows neither dont_notify, which is to do nothing,
 * nor coalesce, which here is the same as notify.
 */
void		 push_actions_put(struct writer *, const struct push_actions *,
		    const struct push_audience *);
/* Members of an open object: the tweaks among the actions, by their names. */
void		 push_tweaks_put(struct writer *, const struct push_actions *);

/* -------------------------------------------------------------- matching */

struct push_event {
	const char	*type;
	const char	*state_key;	/* NULL: not a state event */
	const char	*sender;
	const char	*room_id;
	const cJSON	*content;	/* an object */
};
/* What is asked of the room, only when a rule wants to know. */
struct push_room {
	int64_t		 (*joined)(void *);
	/* Has the sender the power to notify by that key? */
	bool		 (*sender_may)(void *, const char *key);
	void		*arg;
};
struct push_reader {
	const char	*user_id;	/* NULL: anybody, of whom nothing is known */
	const char	*display_name;	/* in the room; NULL: none */
	const char	*profile_tag;	/* of the device; NULL: none */
};

/* The first rule that matches; NULL: none does, so nothing notifies. */
const struct push_rule *push_match(const struct push_rule *,
		    const struct push_event *, const struct push_room *,
		    const struct push_reader *);
bool		 push_notifies(const struct push_rule *);	/* NULL: no */
bool		 push_highlights(const struct push_rule *);

#endif

/*
 * field.h - the shape of a JSON object as a table, read into a struct.
 *
 * What is absent and not required leaves its member as it was: set defaults
 * before.  null counts as absent.
 */
#ifndef MXCGI_FIELD_H
#define MXCGI_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cjson/cJSON.h>

struct arena;

enum field_type {
	FIELD_TYPE_TEXT,	/* const char * */
	FIELD_TYPE_INT,		/* int64_t */
	FIELD_TYPE_BOOL,	/* bool */
	FIELD_TYPE_OBJECT,	/* const cJSON * */
	FIELD_TYPE_ARRAY,	/* const cJSON * */
	FIELD_TYPE_ANY		/* const cJSON * */
};
enum field_need { OPTIONAL, REQUIRED };

struct field {
	const char	*name;		/* "a.b" looks inside object a */
	enum field_type	 type;
	enum field_need	 need;
	bool		(*valid)(const char *);	/* texts only; NULL: any */
	size_t		 offset;
};

/* The product is 0, and fails to compile when the member's type differs. */
#define FIELD_(st, member, ctype)					\
	(offsetof(struct st, member) + 0 * sizeof(			\
	    (ctype *)0 == &((struct st *)0)->member))
#define FIELD_STR(st, member, name, need, valid)			\
	{ name, FIELD_TYPE_TEXT, need, valid, FIELD_(st, member, const char *) }
#define FIELD_INT(st, member, name, need)				\
	{ name, FIELD_TYPE_INT, need, NULL, FIELD_(st, member, int64_t) }
#define FIELD_BOOL(st, member, name, need)				\
	{ name, FIELD_TYPE_BOOL, need, NULL, FIELD_(st, member, bool) }
#define FIELD_OBJECT(st, member, name, need)				\
	{ name, FIELD_TYPE_OBJECT, need, NULL,				\
	    FIELD_(st, member, const cJSON *) }
#define FIELD_ARRAY(st, member, name, need)				\
	{ name, FIELD_TYPE_ARRAY, need, NULL,				\
	    FIELD_(st, member, const cJSON *) }
#define FIELD_ANY(st, member, name, need)				\
	{ name, FIELD_TYPE_ANY, need, NULL, FIELD_(st, member, const cJSON *) }
#define FIELD_END { NULL, FIELD_TYPE_ANY, OPTIONAL, NULL, 0 }

enum field_fault {
	FIELD_FINE,
	FIELD_MISSING,		/* M_MISSING_PARAM (2015: M_BAD_JSON) */
	FIELD_WRONG_TYPE,	/* M_BAD_JSON */
	FIELD_INVALID		/* M_INVALID_PARAM */
};

/*
 * Read object into *dst.  On a fault, *what (in mem) is a sentence such as
 * "user_id is not a string".
 */
enum field_fault fields_read(struct arena *mem, const cJSON *object,
    const struct field *, void *dst, const char **what);

#endif

/*
 * json.h - reading and printing JSON (design section 9).
 *
 * cJSON holds the trees.  What it is careless about is checked before it sees
 * the text, and its printer is never used: numbers above 2^31 and floats come
 * out wrong.  Its GetObjectItem ignores case; use json_get().
 *
 * Trees live in an arena: cJSON_Create... and cJSON_Add... allocate from the
 * arena set with json_arena(), and nobody calls cJSON_Delete.
 */
#ifndef MXCGI_JSON_H
#define MXCGI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/buf.h"

#define JSON_DEPTH_MAX	100
/* A tree takes 64 bytes and more a value, be it two bytes of text. */
#define JSON_VALUES_MAX	100000
#define JSON_INT_MAX	INT64_C(9007199254740991)	/* 2^53 - 1 */

enum json_verdict {
	JSON_OK,
	JSON_NOT,	/* not JSON: grammar, a tail, UTF-8 (M_NOT_JSON) */
	JSON_BAD	/* JSON that we refuse: a key twice, \u0000, a lone
			 * surrogate, depth, too many values, a number that
			 * no double holds or that has more than 63
			 * characters (M_BAD_JSON) */
};

/*
 * Check s strictly (RFC 8259).  *why, unless NULL, is set to a static English
 * phrase when the verdict is not JSON_OK.  Costs O(n log n) at most, whatever
 * a stranger sends, and no recursion.
 */
enum json_verdict json_check(const char *s, size_t n, const char **why);

/* Where cJSON allocates in this thread; returns where it did before. */
struct arena	*json_arena(struct arena *);

/* Check and parse; NULL unless *verdict is JSON_OK. */
cJSON		*json_parse(struct arena *, const char *s, size_t n,
		    enum json_verdict *verdict, const char **why);
/*
 * Text of our own (the database's): aborts when it is not JSON.  It is not
 * checked otherwise, and may be deeper than what clients send.
 */
cJSON		*json_parse_own(struct arena *, struct span);

/* Member of an object by its exact name; NULL when absent or not an object. */
cJSON		*json_get(const cJSON *object, const char *key);
/* Its text; NULL when it is no string. */
const char	*json_text(const cJSON *object, const char *key);
/* An integer in +-(2^53 - 1), in whatever way it is written: 1e3, 1.0. */
bool		 json_is_int(const cJSON *);
bool		 json_int(const cJSON *object, const char *key, int64_t *out);
bool		 json_is_true(const cJSON *object, const char *key);

/*
 * Canonical JSON (appendices, "Canonical JSON"): keys sorted by code point,
 * no white space, shortest escapes.  False, and nothing to rely on in out,
 * when a number is not an integer in +-(2^53 - 1).
 */
bool		 json_canonical(struct buf *out, const cJSON *);
/*
 * The same for what may hold any number, as in room versions before 6: one
 * that canonical JSON forbids stands as json_print() has it, which is how
 * others write it too.
 */
void		 json_canonical_loose(struct buf *out, const cJSON *);
/*
 * Of a tree that json_parse() made of text: numbers that are not written as
 * they would be here keep their digits, for json_canonical_loose() and
 * json_print().  What others hashed with numbers of any kind was hashed as they
 * had written it.
 */
void		 json_keep_numbers(struct arena *, cJSON *tree,
		    struct span text);
/*
 * Any tree, keys in their order; floats with 15 digits, or as many as it takes
 * to read back the same.
 */
void		 json_print(struct buf *out, const cJSON *);
/* A string with its quotes. */
void		 json_quote(struct buf *out, struct span);

/*
 * The slice of a canonical or printed object text that holds the value of a
 * top-level key: no parsing of the rest.  s empty when it is not there.
 */
struct span	 json_slice(struct span object, const char *key);

#endif

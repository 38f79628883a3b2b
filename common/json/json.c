/* json.c - trees in arenas, and what stands in them. */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "json/json.h"

/* The hooks of cJSON have no context. */
static _Thread_local struct arena *current;

static void *
hook_malloc(size_t n)
{
	/* A tree made outside json_arena() would belong to nobody. */
	if (current == NULL)
		abort();
	return arena_alloc(current, n);
}

static void
hook_free(void *p)
{
	(void)p;
}

static void
set_hooks(void)
{
	cJSON_InitHooks(&(cJSON_Hooks){ hook_malloc, hook_free });
}

struct arena *
json_arena(struct arena *mem)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct arena *before = current;

	pthread_once(&once, set_hooks);
	current = mem;
	return before;
}

/* A tail is not looked for: json_check() has, or the text is our own. */
static cJSON *
parse(struct arena *mem, const char *s, size_t n)
{
	struct arena *before = json_arena(mem);
	cJSON *tree = cJSON_ParseWithLength(s, n);

	json_arena(before);
	return tree;
}

cJSON *
json_parse(struct arena *mem, const char *s, size_t n,
    enum json_verdict *verdict, const char **why)
{
	cJSON *tree;

	*verdict = json_check(s, n, why);
	if (*verdict != JSON_OK)
		return NULL;
	tree = parse(mem, s, n);
	if (tree == NULL) {
		*verdict = JSON_BAD;
		if (why != NULL)
			*why = "it cannot be read";
	}
	return tree;
}

cJSON *
json_parse_own(struct arena *mem, struct span text)
{
	cJSON *tree = parse(mem, text.s, text.n);

	if (tree == NULL) {
		log_error("the database holds what is not JSON");
		abort();
	}
	return tree;
}

cJSON *
json_get(const cJSON *object, const char *key)
{
	cJSON *member;

	if (!cJSON_IsObject(object))
		return NULL;
	for (member = object->child; member != NULL; member = member->next)
		if (strcmp(member->string, key) == 0)
			return member;
	return NULL;
}

const char *
json_text(const cJSON *object, const char *key)
{
	const cJSON *member = json_get(object, key);

	return cJSON_IsString(member) ? member->valuestring : NULL;
}

bool
json_is_int(const cJSON *item)
{
	return cJSON_IsNumber(item) &&
	    fabs(item->valuedouble) <= (double)JSON_INT_MAX &&
	    trunc(item->valuedouble) == item->valuedouble;
}

bool
json_int(const cJSON *object, const char *key, int64_t *out)
{
	const cJSON *member = json_get(object, key);

	if (!json_is_int(member))
		return false;
	*out = (int64_t)member->valuedouble;
	return true;
}

bool
json_is_true(const cJSON *object, const char *key)
{
	return cJSON_IsTrue(json_get(object, key));
}

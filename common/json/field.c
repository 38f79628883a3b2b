/* field.c - the shape of a JSON object as a table, read into a struct. */
#include <string.h>

#include "base/arena.h"
#include "json/field.h"
#include "json/json.h"

/* The member that name, perhaps "a.b", leads to; NULL: absent, or null. */
static enum field_fault
find(struct arena *mem, const cJSON *object, const char *name,
    const cJSON **found, const char **what)
{
	const char *dot, *at = name;

	for (; (dot = strchr(at, '.')) != NULL; at = dot + 1) {
		object = json_get(object, arena_strndup(mem, at,
		    (size_t)(dot - at)));
		*found = NULL;
		if (object == NULL || cJSON_IsNull(object))
			return FIELD_FINE;
		if (!cJSON_IsObject(object)) {
			*what = arena_printf(mem, "%.*s is not an object",
			    (int)(dot - name), name);
			return FIELD_WRONG_TYPE;
		}
	}
	*found = json_get(object, at);
	if (cJSON_IsNull(*found))
		*found = NULL;
	return FIELD_FINE;
}

static bool
has_type(const cJSON *item, enum field_type type)
{
	switch (type) {
	case FIELD_TYPE_TEXT:
		return cJSON_IsString(item);
	case FIELD_TYPE_INT:
		return json_is_int(item);
	case FIELD_TYPE_BOOL:
		return cJSON_IsBool(item);
	case FIELD_TYPE_OBJECT:
		return cJSON_IsObject(item);
	case FIELD_TYPE_ARRAY:
		return cJSON_IsArray(item);
	case FIELD_TYPE_ANY:
		return true;
	}
	return false;
}

static void
store(void *member, enum field_type type, const cJSON *item)
{
	switch (type) {
	case FIELD_TYPE_TEXT:
		*(const char **)member = item->valuestring;
		break;
	case FIELD_TYPE_INT:
		*(int64_t *)member = (int64_t)item->valuedouble;
		break;
	case FIELD_TYPE_BOOL:
		*(bool *)member = cJSON_IsTrue(item);
		break;
	case FIELD_TYPE_OBJECT:
	case FIELD_TYPE_ARRAY:
	case FIELD_TYPE_ANY:
		*(const cJSON **)member = item;
		break;
	}
}

static enum field_fault
read_one(struct arena *mem, const cJSON *object, const struct field *field,
    void *dst, const char **what)
{
	static const char *const types[] = {
		[FIELD_TYPE_TEXT] = "a string",
		[FIELD_TYPE_INT] = "an integer",
		[FIELD_TYPE_BOOL] = "a boolean",
		[FIELD_TYPE_OBJECT] = "an object",
		[FIELD_TYPE_ARRAY] = "an array",
	};
	const cJSON *item;
	enum field_fault fault;

	fault = find(mem, object, field->name, &item, what);
	if (fault != FIELD_FINE)
		return fault;
	if (item == NULL) {
		if (field->need == OPTIONAL)
			return FIELD_FINE;
		*what = arena_printf(mem, "%s is missing", field->name);
		return FIELD_MISSING;
	}
	if (!has_type(item, field->type)) {
		*what = arena_printf(mem, "%s is not %s", field->name,
		    types[field->type]);
		return FIELD_WRONG_TYPE;
	}
	if (field->valid != NULL && !field->valid(item->valuestring)) {
		*what = arena_printf(mem, "%s is not valid", field->name);
		return FIELD_INVALID;
	}
	store((char *)dst + field->offset, field->type, item);
	return FIELD_FINE;
}

enum field_fault
fields_read(struct arena *mem, const cJSON *object, const struct field *field,
    void *dst, const char **what)
{
	enum field_fault fault = FIELD_FINE;

	if (!cJSON_IsObject(object)) {
		*what = "This is not an object";
		return FIELD_WRONG_TYPE;
	}
	for (; field->name != NULL && fault == FIELD_FINE; field++)
		fault = read_one(mem, object, field, dst, what);
	return fault;
}

/* event_fields.c - of an event only the fields that a filter names. */
#include "matrix/event_fields.h"

#include <string.h>

struct path {
	const char	*step[EVENT_FIELDS_DEPTH];
	size_t		 n;
};
struct event_fields {
	struct path	 path[EVENT_FIELDS_MAX];
	size_t		 n;
};

/* --------------------------------------------------------------- reading */

/* A step, up to which *text moves; other escapes than these two are none. */
static const char *
read_step(struct arena *mem, const char **text)
{
	const char *from = *text;
	char *step = arena_alloc(mem, strlen(from) + 1), *to = step;

	for (; *from != '\0' && *from != '.'; from++) {
		if (*from == '\\' && (from[1] == '.' || from[1] == '\\'))
			from++;
		*to++ = *from;
	}
	*to = '\0';
	*text = from;
	return step;
}

static void
read_path(struct arena *mem, const char *text, struct path *path)
{
	for (;;) {
		path->step[path->n++] = read_step(mem, &text);
		if (*text == '\0' || path->n == EVENT_FIELDS_DEPTH)
			return;
		text++;
	}
}

struct event_fields *
event_fields_new(struct arena *mem, const cJSON *array)
{
	struct event_fields *f;
	const cJSON *item;

	if (array == NULL || cJSON_GetArraySize(array) > EVENT_FIELDS_MAX)
		return NULL;
	f = arena_alloc(mem, sizeof(*f));
	cJSON_ArrayForEach(item, array)
		read_path(mem, item->valuestring, &f->path[f->n++]);
	return f;
}

/* --------------------------------------------------------------- writing */

/* Which of the paths lead to where the writing is. */
struct place {
	const struct path *path[EVENT_FIELDS_MAX];
	size_t		 n;
	size_t		 depth;
};

/* Those that lead on to this key.  True: one ends there. */
static bool
step_to(const struct place *from, const char *key, struct place *to)
{
	to->n = 0;
	to->depth = from->depth + 1;
	for (size_t i = 0; i < from->n; i++) {
		const struct path *path = from->path[i];

		if (strcmp(path->step[from->depth], key) != 0)
			continue;
		if (path->n == to->depth)
			return true;
		to->path[to->n++] = path;
	}
	return false;
}

static void
write_members(struct writer *w, const cJSON *object, const struct place *at)
{
	const cJSON *member;
	struct place next;

	write_object(w);
	cJSON_ArrayForEach(member, object) {
		if (step_to(at, member->string, &next)) {
			put_json(w, member->string, member);
		} else if (next.n > 0 && cJSON_IsObject(member)) {
			write_key(w, member->string);
			write_members(w, member, &next);
		}
	}
	write_end(w);
}

static void
write_fields(struct writer *w, const struct event_fields *f, const cJSON *event)
{
	struct place top = { .n = f->n };

	for (size_t i = 0; i < f->n; i++)
		top.path[i] = &f->path[i];
	write_members(w, event, &top);
}

void
event_fields_write(struct writer *w, const struct event_fields *f,
    struct span event)
{
	struct arena *mem;

	if (f == NULL) {
		write_raw(w, event);
		return;
	}
	mem = arena_new();
	write_fields(w, f, json_parse_own(mem, event));
	arena_free(mem);
}

void
event_fields_write_all(struct writer *w, const struct event_fields *f,
    struct span events)
{
	struct arena *mem;
	const cJSON *event;

	if (f == NULL) {
		write_raw(w, events);
		return;
	}
	mem = arena_new();
	write_array(w);
	cJSON_ArrayForEach(event, json_parse_own(mem, events))
		write_fields(w, f, event);
	write_end(w);
	arena_free(mem);
}

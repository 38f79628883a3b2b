/*
 * events-sliding-required.c - required state as it is asked for.
 *
 * In either shape it becomes rules in one notation, so that the rest of the
 * engine knows nothing of pairs, $ME and $LAZY, or of include and exclude.
 */
#include <string.h>

#include "events-sliding.h"

#define NAMES_MAX	255	/* bytes of a type, a state key */

static enum mx_err
count_element(struct asking *g)
{
	return ++g->elements <= ELEMENTS_MAX ? M_OK : fail(g->r, M_TOO_LARGE,
	    "required_state may name %d pieces in all", ELEMENTS_MAX);
}

static void
write_element(struct writer *w, const char *type, const char *state_key)
{
	write_array(w);
	write_text(w, type);
	write_text(w, state_key);
	write_end(w);
}

static bool
is_short(const char *text)
{
	return text == NULL || strlen(text) <= NAMES_MAX;
}

/* A pair: * is any, $ME the user, $LAZY members as they are spoken of. */
static enum mx_err
read_pair(struct asking *g, struct writer *w, const cJSON *pair, bool *lazy)
{
	const char *type = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 0));
	const char *key = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 1));

	if (!cJSON_IsArray(pair) || cJSON_GetArraySize(pair) != 2 ||
	    type == NULL || key == NULL || !is_short(type) || !is_short(key))
		return bad_ask(g,
		    "required_state is a list of pairs [type, state_key]");
	if (strcmp(type, "m.room.member") == 0 && strcmp(key, "$LAZY") == 0) {
		*lazy = true;
		return M_OK;
	}
	if (strcmp(key, "$ME") == 0)
		key = g->r->who.user_id;
	write_element(w, strcmp(type, "*") == 0 ? NULL : type,
	    strcmp(key, "*") == 0 ? NULL : key);
	return count_element(g);
}

static enum mx_err
read_pairs(struct asking *g, struct writer *w, const cJSON *wanted)
{
	enum mx_err err = M_OK;
	const cJSON *pair;
	bool lazy = false;

	if (wanted != NULL && !cJSON_IsArray(wanted))
		return bad_ask(g,
		    "required_state is a list of pairs [type, state_key]");
	put_array(w, "i");
	cJSON_ArrayForEach(pair, wanted)
		if (err == M_OK)
			err = read_pair(g, w, pair, &lazy);
	write_end(w);
	put_bool(w, "l", lazy);
	return err;
}

static enum mx_err
read_element(struct asking *g, struct writer *w, const cJSON *element)
{
	const cJSON *type = json_get(element, "type");
	const cJSON *key = json_get(element, "state_key");

	if (!cJSON_IsObject(element) ||
	    (type != NULL && !cJSON_IsString(type)) ||
	    (key != NULL && !cJSON_IsString(key)) ||
	    !is_short(cJSON_GetStringValue(type)) ||
	    !is_short(cJSON_GetStringValue(key)))
		return bad_ask(g, "What required_state includes and excludes "
		    "are objects with a type, a state_key, both or neither");
	write_element(w, cJSON_GetStringValue(type),
	    cJSON_GetStringValue(key));
	return count_element(g);
}

static enum mx_err
read_elements(struct asking *g, struct writer *w, const char *key,
    const cJSON *list)
{
	enum mx_err err = M_OK;
	const cJSON *element;

	if (list != NULL && !cJSON_IsArray(list))
		return bad_ask(g, "include and exclude of required_state "
		    "are lists");
	put_array(w, key);
	cJSON_ArrayForEach(element, list)
		if (err == M_OK)
			err = read_element(g, w, element);
	write_end(w);
	return err;
}

static enum mx_err
read_object(struct asking *g, struct writer *w, const cJSON *wanted)
{
	const cJSON *lazy = json_get(wanted, "lazy_members");
	enum mx_err err;

	if (!cJSON_IsObject(wanted))
		return bad_ask(g, "required_state is an object with include, "
		    "exclude and lazy_members");
	if (lazy != NULL && !cJSON_IsBool(lazy))
		return bad_ask(g, "lazy_members is true or false");
	if ((err = read_elements(g, w, "i", json_get(wanted, "include"))) !=
	    M_OK || (err = read_elements(g, w, "e", json_get(wanted,
	    "exclude"))) != M_OK)
		return err;
	put_bool(w, "l", cJSON_IsTrue(lazy));
	put_bool(w, "m", cJSON_IsTrue(lazy));
	return M_OK;
}

enum mx_err
sliding_required_read(struct asking *g, const cJSON *config,
    const struct state_rule **rule)
{
	const cJSON *wanted = json_get(config, "required_state");
	struct buf text;
	struct writer w;
	enum mx_err err;

	buf_init(&text, g->r->mem, SIZE_MAX);
	writer_init(&w, &text);
	write_object(&w);
	err = g->shape->v4 ? read_object(g, &w, wanted) :
	    read_pairs(g, &w, wanted);
	if (err != M_OK)
		return err;
	write_end(&w);
	*rule = sliding_rule(g->r->mem, g->ask->rules, buf_str(&text));
	return M_OK;
}

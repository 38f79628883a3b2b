/*
 * relation.c - the index of what events say of each other.
 *
 * An event is marked when the first that is told with it arrives, so that all
 * others are not looked up when they are read (matrix/bundle.c).
 */
#include "matrix/relation.h"

#include <stdio.h>
#include <string.h>

#include "base/crypto.h"
#include "matrix/ids.h"

#define KEY_MAX	64	/* bytes; a longer key is known by its hash */

bool
relation_of(const cJSON *content, struct relation *rel)
{
	const cJSON *relates_to = json_get(content, "m.relates_to");

	*rel = (struct relation){
		.parent = json_text(relates_to, "event_id"),
		.rel_type = json_text(relates_to, "rel_type"),
	};
	if (rel->parent == NULL || rel->rel_type == NULL ||
	    !event_id_valid(rel->parent) || rel->rel_type[0] == '\0' ||
	    strlen(rel->rel_type) > RELATION_TYPE_MAX)
		return false;
	if (strcmp(rel->rel_type, "m.annotation") == 0)
		rel->key = json_text(relates_to, "key");
	return true;
}

/* Told with its parent? */
static bool
is_bundled(const char *rel_type)
{
	return strcmp(rel_type, "m.replace") == 0 ||
	    strcmp(rel_type, "m.thread") == 0 ||
	    strcmp(rel_type, "m.reference") == 0;
}

static bool
is_thread(const char *rel_type)
{
	return strcmp(rel_type, "m.thread") == 0;
}

/* In the db's arena; NULL stays NULL. */
static const char *
key_text(struct db *db, const char *key)
{
	struct arena *mem = db_arena(db, NULL);
	uint8_t hash[SHA256_LEN];
	char *text;

	db_arena(db, mem);
	if (key == NULL || strlen(key) <= KEY_MAX)
		return key;
	sha256(key, strlen(key), hash);
	text = arena_alloc(mem, 2 * SHA256_LEN + 1);
	for (size_t i = 0; i < SHA256_LEN; i++)
		snprintf(text + 2 * i, 3, "%02x", hash[i]);
	return text;
}

/* event.nr and room of an event id; 0: it is not known. */
static int64_t
parent_find(struct db *db, const char *event_id, int64_t *room)
{
	struct rows rows = db_query(db, STMT_RELATION_PARENT,
	    DB_TEXT(event_id));
	int64_t nr = 0;

	*room = 0;
	if (rows_next(&rows)) {
		nr = rows_int(&rows, 0);
		*room = rows_int(&rows, 1);
	}
	rows_done(&rows);
	return nr;
}

static bool
relates_itself(struct db *db, int64_t nr)
{
	struct rows rows = db_query(db, STMT_RELATION_TYPE, DB_INT(nr));
	bool does = rows_next(&rows);

	rows_done(&rows);
	return does;
}

enum mx_err
relation_check(struct db *db, const struct room *room, int64_t sender,
    const char *type, const cJSON *content, const char **why)
{
	struct relation rel;
	int64_t parent_room;

	if (!relation_of(content, &rel))
		return M_OK;
	if (rel.key != NULL && db_int(db, 0, STMT_RELATION_ANNOTATED,
	    DB_TEXT(rel.parent), DB_INT(sender), DB_TEXT(type),
	    DB_TEXT(key_text(db, rel.key)), DB_INT(room->nr)) != 0) {
		*why = "You have annotated this event with the same key "
		    "already; redact that annotation to take it back";
		return M_DUPLICATE_ANNOTATION;
	}
	if (is_thread(rel.rel_type) && relates_itself(db,
	    parent_find(db, rel.parent, &parent_room))) {
		*why = "No thread can begin at an event that relates to "
		    "another; name the root of its thread instead";
		return M_BAD_REQUEST;
	}
	return M_OK;
}

void
relation_store(struct db *db, const struct room *room,
    const struct related_event *e, const cJSON *content)
{
	struct relation rel;
	int64_t parent, parent_room;

	if (!relation_of(content, &rel))
		return;
	parent = parent_find(db, rel.parent, &parent_room);
	if ((parent != 0 && parent_room != room->nr) || parent == e->nr ||
	    (is_thread(rel.rel_type) && relates_itself(db, parent)))
		return;
	db_exec(db, STMT_RELATION_ADD, DB_INT(e->nr), DB_INT(room->nr),
	    DB_TEXT(rel.parent), DB_TEXT(rel.rel_type), DB_TEXT(e->type),
	    DB_INT(e->sender), DB_INT(e->depth), DB_INT(e->at),
	    DB_TEXT(key_text(db, rel.key)));
	if (is_thread(rel.rel_type))
		db_exec(db, STMT_THREAD_MORE, DB_INT(room->nr),
		    DB_TEXT(rel.parent), DB_INT(e->nr), DB_INT(e->depth));
	if (parent != 0 && is_bundled(rel.rel_type))
		db_exec(db, STMT_RELATION_MARK, DB_INT(parent));
}

void
relation_await(struct db *db, int64_t nr)
{
	db_exec(db, STMT_RELATION_AWAIT, DB_INT(nr));
}

void
relation_forget(struct db *db, int64_t room, int64_t event)
{
	struct rows rows = db_query(db, STMT_RELATION_DROP, DB_INT(event));
	struct relation rel = { .parent = NULL };

	if (rows_next(&rows)) {
		rel.parent = rows_text(&rows, 0);
		rel.rel_type = rows_text(&rows, 1);
	}
	rows_done(&rows);
	if (rel.parent == NULL || !is_thread(rel.rel_type))
		return;
	db_exec(db, STMT_THREAD_LESS, DB_INT(room), DB_TEXT(rel.parent));
	db_exec(db, STMT_THREAD_END, DB_INT(room), DB_TEXT(rel.parent));
	db_exec(db, STMT_THREAD_LAST, DB_TEXT(rel.parent), DB_INT(room),
	    DB_INT(event));
}

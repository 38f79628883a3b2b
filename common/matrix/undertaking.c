/* undertaking.c - see undertaking.h. */
#include "base/crypto.h"
#include "matrix/undertaking.h"
#include "store/task.h"

#define KEPT_MS		(INT64_C(24) * 60 * 60 * 1000)
#define ID_LETTERS	20

static struct span
text_of(struct arena *mem, const cJSON *json)
{
	struct buf text;

	buf_init(&text, mem, SIZE_MAX);
	json_print(&text, json);
	return buf_content(&text);
}

/* What is over long since goes when something new begins: they are few. */
const char *
undertake(struct db *db, struct arena *mem, const char *kind,
    const char *subject, const cJSON *wish, int64_t user, int64_t room,
    int64_t now)
{
	const char *id = random_letters(mem, ID_LETTERS);

	db_exec(db, STMT_UNDERTAKINGS_FORGET, DB_INT(now - KEPT_MS));
	db_exec(db, STMT_UNDERTAKING_ADD, DB_TEXT(id), DB_TEXT(kind),
	    DB_TEXT(subject), DB_INT(now), DB_SPAN(text_of(mem, wish)));
	task_add_about(db, kind, user, room, id, now, now);
	return id;
}

bool
undertaking_find(struct db *db, struct arena *mem, const char *id,
    struct undertaking *u)
{
	struct rows row = db_query(db, STMT_UNDERTAKING_GET, DB_TEXT(id));
	bool found = rows_next(&row);

	if (found)
		*u = (struct undertaking){
			.id = id,
			.kind = rows_text(&row, 0),
			.subject = rows_text(&row, 1),
			.began_at = rows_int(&row, 2),
			.ended_at = rows_int(&row, 3),
			.error = rows_text(&row, 4),
			.wish = json_parse_own(mem, rows_span(&row, 5)),
			.result = json_parse_own(mem, rows_span(&row, 6)),
		};
	rows_done(&row);
	return found;
}

const char *
undertaking_open(struct db *db, const char *kind, const char *subject)
{
	struct rows row = db_query(db, STMT_UNDERTAKING_OPEN, DB_TEXT(kind),
	    DB_TEXT(subject));
	const char *id = rows_next(&row) ? rows_text(&row, 0) : NULL;

	rows_done(&row);
	return id;
}

void
undertaking_note(struct db *db, struct arena *mem, const struct undertaking *u)
{
	db_exec(db, STMT_UNDERTAKING_NOTE, DB_SPAN(text_of(mem, u->result)),
	    DB_TEXT(u->id));
}

void
undertaking_end(struct db *db, struct arena *mem, const struct undertaking *u,
    const char *error, int64_t now)
{
	undertaking_note(db, mem, u);
	db_exec(db, STMT_UNDERTAKING_END, DB_INT(now), DB_TEXT(error),
	    DB_TEXT(u->id));
}

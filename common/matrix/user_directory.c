/* user_directory.c - users as others look for them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "matrix/room.h"
#include "matrix/user_directory.h"
#include "matrix/words.h"

#define PIECE	100	/* users, of one transaction */

/* ------------------------------------------------------------------ listing */

static void
add_words(struct buf *b, struct span text)
{
	struct words words = words_of(text);
	struct word word;

	while (words_next(&words, &word)) {
		if (b->len > 0)
			buf_putc(b, ' ');
		buf_add(b, word.s, word.n);
	}
}

/* A text of their profile, in mem; NULL: they have set none. */
static const char *
field(struct db *db, struct arena *mem, int64_t user, const char *name)
{
	struct rows rows = db_query(db, STMT_PROFILE_GET, DB_INT(user),
	    DB_TEXT(name));
	const cJSON *value = NULL;

	if (rows_next(&rows))
		value = json_parse_own(mem, rows_span(&rows, 0));
	rows_done(&rows);
	return cJSON_IsString(value) ? value->valuestring : NULL;
}

void
user_enlist(struct db *db, int64_t user)
{
	struct arena *mem;
	const char *user_id = user_name(db, user), *name, *avatar;
	struct buf words;

	if (user_id == NULL)
		return;
	mem = arena_new();
	name = field(db, mem, user, "displayname");
	avatar = field(db, mem, user, "avatar_url");
	buf_init(&words, mem, SIZE_MAX);
	add_words(&words, span_of(user_id));
	if (name != NULL)
		add_words(&words, span_of(name));
	user_unlist(db, user);
	db_exec(db, STMT_USER_LIST, DB_INT(user),
	    DB_SPAN(buf_content(&words)),
	    DB_TEXT(name != NULL || avatar != NULL ? "y" : "n"));
	arena_free(mem);
}

void
user_unlist(struct db *db, int64_t user)
{
	db_exec(db, STMT_USER_UNLIST, DB_INT(user));
}

enum task_end
list_users(struct task *t)
{
	int64_t last = t->cursor != NULL ? strtoll(t->cursor, NULL, 10) : 0;
	struct rows rows = db_query(t->db, STMT_USERS_BEHIND, DB_INT(last),
	    DB_INT(PIECE));
	int n = 0;

	for (; rows_next(&rows); n++) {
		last = rows_int(&rows, 0);
		user_enlist(t->db, last);
	}
	t->cursor = arena_printf(t->mem, "%" PRId64, last);
	return n < PIECE ? TASK_DONE : TASK_MORE;
}

/* ------------------------------------------------------------------ looking */

bool
user_visible(struct db *db, int64_t asker, int64_t target)
{
	return db_int(db, 0, STMT_USERS_SHARE, DB_INT(asker),
	    DB_INT(target)) != 0 ||
	    db_int(db, 0, STMT_USER_IN_OPEN, DB_INT(target)) != 0;
}

/*
 * An expression for all of these words, or for words that begin with them.  A
 * word holds letters and digits only, so a quotation mark never ends it.
 */
static const char *
all_of(struct arena *mem, const struct word *word, size_t n, const char *end)
{
	struct buf b;

	buf_init(&b, mem, SIZE_MAX);
	buf_puts(&b, "(words : (");
	for (size_t i = 0; i < n; i++) {
		buf_puts(&b, i > 0 ? " AND \"" : "\"");
		buf_add(&b, word[i].s, word[i].n);
		buf_puts(&b, "\"");
		buf_puts(&b, end);
	}
	buf_puts(&b, "))");
	return buf_str(&b);
}

bool
user_search_begin(struct user_search *s, struct db *db, struct arena *mem,
    int64_t asker, struct span term)
{
	struct words words = words_of(term);
	struct word word[USER_WORDS + 1];
	const char *whole, *begun;
	size_t n = 0;

	*s = (struct user_search){ .db = db, .asker = asker };
	while (n <= USER_WORDS && words_next(&words, &word[n]))
		n++;
	if (n == 0 || n > USER_WORDS)
		return n == 0;
	whole = all_of(mem, word, n, "");
	begun = arena_printf(mem, "(%s NOT %s)", all_of(mem, word, n, " *"),
	    whole);
	s->match[s->n++] = arena_printf(mem, "%s AND named : y", whole);
	s->match[s->n++] = arena_printf(mem, "%s AND named : n", whole);
	s->match[s->n++] = arena_printf(mem, "%s AND named : y", begun);
	s->match[s->n++] = arena_printf(mem, "%s AND named : n", begun);
	return true;
}

bool
user_search_next(struct user_search *s)
{
	for (;;) {
		if (s->open && rows_next(&s->rows))
			return true;
		s->open = s->next < s->n;
		if (!s->open)
			return false;
		s->rows = db_query(s->db, STMT_USERS_MATCHING,
		    DB_TEXT(s->match[s->next++]), DB_INT(s->asker));
	}
}

void
user_search_end(struct user_search *s)
{
	if (s->open)
		rows_done(&s->rows);
	s->open = false;
}

/*
 * search.c - which events hold which words.
 *
 * What the index is given of an event is a text of marked words: rNR for its
 * room, and b, n or t before each word of its body, name or topic.  These are
 * ASCII letters and digits, and bytes above, which is what the tokenizer called
 * ascii takes for one token.
 */
#include "matrix/search.h"

#include <inttypes.h>
#include <string.h>

#include "json/json.h"

#define PIECE_EVENTS	500	/* at most, of one transaction */

/* ------------------------------------------------------- texts of an event */

struct searched {
	const char	*type;
	const char	*key;		/* of content */
	enum search_key	 bit;
	char		 mark;
};
static const struct searched searched[] = {
	{ "m.room.message", "body", SEARCH_BODY, 'b' },
	{ "m.room.name", "name", SEARCH_NAME, 'n' },
	{ "m.room.topic", "topic", SEARCH_TOPIC, 't' },
};
#define KINDS (sizeof(searched) / sizeof(searched[0]))

static const struct searched *
kind_of(const char *type)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(type, searched[i].type) == 0)
			return &searched[i];
	return NULL;
}

/* A topic has its text a second time, and may have it there alone. */
#define TEXTS	4
struct texts {
	struct span	 text[TEXTS];
	size_t		 n;
};

static void
add_text(struct texts *texts, const cJSON *value)
{
	if (cJSON_IsString(value) && texts->n < TEXTS)
		texts->text[texts->n++] = span_of(value->valuestring);
}

static void
add_topic(struct arena *mem, struct texts *texts, struct span content)
{
	struct span topic = json_slice(content, "m.topic");
	const cJSON *part, *parts;

	if (topic.n == 0)
		return;
	parts = json_get(json_parse_own(mem, topic), "m.text");
	if (!cJSON_IsArray(parts))
		return;
	cJSON_ArrayForEach(part, parts) {
		const char *mime = json_text(part, "mimetype");

		if (mime == NULL || strcmp(mime, "text/plain") == 0)
			add_text(texts, json_get(part, "body"));
	}
}

static struct texts
texts_of(struct arena *mem, const struct searched *kind, struct span content)
{
	struct span value = json_slice(content, kind->key);
	struct texts texts = { .n = 0 };

	if (value.n > 0)
		add_text(&texts, json_parse_own(mem, value));
	if (kind->bit == SEARCH_TOPIC)
		add_topic(mem, &texts, content);
	return texts;
}

/* ------------------------------------------------------------------ terms */

bool
search_terms_read(struct span text, unsigned keys, struct search_terms *terms)
{
	struct words words = words_of(text);
	struct word word;

	terms->keys = keys;
	terms->n = 0;
	while (words_next(&words, &word)) {
		if (terms->n == SEARCH_WORDS)
			return false;
		terms->word[terms->n++] = word;
	}
	return terms->n > 0;
}

static bool
same(const struct word *a, const struct word *b)
{
	return a->n == b->n && memcmp(a->s, b->s, a->n) == 0;
}

/* Words that must follow each other: how many, from the i-th on. */
static size_t
run_of(const struct search_terms *terms, size_t i)
{
	size_t n = 1;

	while (i + n < terms->n && terms->word[i + n].joined)
		n++;
	return n;
}

/* How often each run was found, and the words of the text read last. */
struct tally {
	const struct search_terms *terms;
	unsigned	 found[SEARCH_WORDS];
	struct word	 last[SEARCH_WORDS];	/* a ring */
	size_t		 words;		/* of the text */
	void		(*note)(void *, struct span);
	void		*arg;
};

static const struct word *
last_word(const struct tally *t, size_t back)
{
	return &t->last[(t->words - 1 - back) % SEARCH_WORDS];
}

/* Do the last words end with these n? */
static bool
ends_with(const struct tally *t, const struct word *run, size_t n)
{
	if (n > t->words)
		return false;
	for (size_t back = 0; back < n; back++)
		if (!same(&run[n - 1 - back], last_word(t, back)) ||
		    (back + 1 < n && !last_word(t, back)->joined))
			return false;
	return true;
}

static void
tally_word(struct tally *t, const struct word *word)
{
	size_t n;
	bool wanted = false;

	t->last[t->words++ % SEARCH_WORDS] = *word;
	for (size_t i = 0; i < t->terms->n; i += n) {
		n = run_of(t->terms, i);
		for (size_t j = i; j < i + n; j++)
			wanted |= same(&t->terms->word[j], word);
		t->found[i] += ends_with(t, &t->terms->word[i], n);
	}
	if (wanted && t->note != NULL)
		t->note(t->arg, word->as_written);
}

/* Often is better than once, and the more so the shorter the text is. */
static double
tally_rank(const struct tally *t)
{
	double rank = 0, runs = 0;

	for (size_t i = 0; i < t->terms->n; i += run_of(t->terms, i)) {
		double found = t->found[i];

		if (t->found[i] == 0)
			return 0;
		rank += found / (found + 0.5 + (double)t->words / 20);
		runs++;
	}
	return rank / runs;
}

double
search_rank(struct arena *mem, const struct search_terms *terms,
    const struct event_row *row, void (*note)(void *, struct span), void *arg)
{
	const struct searched *kind = kind_of(row->type);
	struct tally tally = { .terms = terms, .note = note, .arg = arg };
	struct texts texts;
	struct word word;

	if (kind == NULL || (terms->keys & kind->bit) == 0)
		return 0;
	texts = texts_of(mem, kind, row->content);
	for (size_t i = 0; i < texts.n; i++) {
		struct words words = words_of(texts.text[i]);

		while (words_next(&words, &word))
			tally_word(&tally, &word);
	}
	return tally_rank(&tally);
}

/* ---------------------------------------------------------------- looking */

static void
match_rooms(struct buf *match, const int64_t *rooms, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(match, "%s\"r%" PRId64 "\"", i > 0 ? " OR " : "(",
		    rooms[i]);
	buf_puts(match, ")");
}

static void
match_word(struct buf *match, const struct word *word, unsigned keys)
{
	const char *between = "(";

	for (size_t i = 0; i < KINDS; i++) {
		if ((keys & searched[i].bit) == 0)
			continue;
		buf_printf(match, "%s\"%c", between, searched[i].mark);
		buf_add(match, word->s, word->n);
		buf_putc(match, '"');
		between = " OR ";
	}
	buf_putc(match, ')');
}

static const char *
match_text(struct arena *mem, const struct search_terms *terms,
    const int64_t *rooms, size_t n)
{
	const char *between = "";
	struct buf match;

	buf_init(&match, mem, SIZE_MAX);
	if (n <= SEARCH_ROOMS) {
		match_rooms(&match, rooms, n);
		between = " AND ";
	}
	for (size_t i = 0; i < terms->n; i++) {
		buf_puts(&match, between);
		match_word(&match, &terms->word[i], terms->keys);
		between = " AND ";
	}
	return buf_str(&match);
}

static struct rows
rows_of_tail(struct search *s)
{
	int64_t above = s->upto > s->floor ? s->upto : s->floor;

	return db_query(s->db, STMT_SEARCH_TAIL, DB_INT(s->before),
	    DB_INT(above));
}

static struct rows
rows_of_index(struct search *s)
{
	int64_t below = s->upto < s->before ? s->upto + 1 : s->before;

	return db_query(s->db, STMT_SEARCH_INDEXED, DB_TEXT(s->match),
	    DB_INT(below), DB_INT(s->floor));
}

void
search_begin(struct search *s, struct db *db, struct arena *mem,
    const struct search_terms *terms, const int64_t *rooms, size_t n,
    int64_t before, int64_t floor)
{
	*s = (struct search){ .db = db, .rows.db = db, .before = before,
	    .floor = floor,
	    .upto = db_int(db, 0, STMT_SEARCH_UPTO, DB_INT(1)),
	    .in_index = n == 0 || terms->keys == 0 };
	/* In no room, or nowhere in it, is nothing to be found. */
	if (s->in_index)
		return;
	s->match = match_text(mem, terms, rooms, n);
	s->rows = rows_of_tail(s);
}

bool
search_next(struct search *s, struct event_row *row)
{
	if (!rows_next(&s->rows)) {
		if (s->in_index)
			return false;
		s->in_index = true;
		s->rows = rows_of_index(s);
		if (!rows_next(&s->rows))
			return false;
	}
	*row = event_peek(&s->rows);
	return true;
}

void
search_end(struct search *s)
{
	rows_done(&s->rows);
}

/* ---------------------------------------------------------------- writing */

/* The text that the index has of an event; false: none. */
static bool
marked_words(struct arena *mem, int64_t room, const char *type,
    struct span content, struct buf *out)
{
	const struct searched *kind = kind_of(type);
	struct texts texts;
	struct word word;
	bool some = false;

	if (kind == NULL)
		return false;
	buf_init(out, mem, SIZE_MAX);
	buf_printf(out, "r%" PRId64, room);
	texts = texts_of(mem, kind, content);
	for (size_t i = 0; i < texts.n; i++) {
		struct words words = words_of(texts.text[i]);

		while (words_next(&words, &word)) {
			buf_putc(out, ' ');
			buf_putc(out, kind->mark);
			buf_add(out, word.s, word.n);
			some = true;
		}
	}
	return some;
}

void
search_note(struct db *db, int64_t event_nr, int64_t now)
{
	if (event_nr % SEARCH_BATCH == 0)
		task_add(db, TASK_SEARCH_INDEX, 0, now);
}

void
search_remove(struct db *db, int64_t event_nr, const char *type,
    struct span content)
{
	struct arena *mem = db_arena(db, NULL), *before = json_arena(mem);
	int64_t room = db_int(db, 0, STMT_SEARCH_ROOM, DB_INT(event_nr));
	struct buf words;

	db_arena(db, mem);
	if (event_nr <= db_int(db, 0, STMT_SEARCH_UPTO, DB_INT(1)) &&
	    marked_words(mem, room, type, content, &words))
		db_exec(db, STMT_SEARCH_DROP, DB_INT(event_nr),
		    DB_SPAN(buf_content(&words)));
	json_arena(before);
}

/* Rows: nr, room, type, content_at, content_len, pdu. */
static void
index_row(struct task *t, struct arena *mem, const struct rows *rows)
{
	struct span type = rows_span(rows, 2);
	struct buf words;

	if (marked_words(mem, rows_int(rows, 1),
	    arena_strndup(mem, type.s, type.n), row_content(rows, 3), &words))
		db_exec(t->db, STMT_SEARCH_ADD, DB_INT(rows_int(rows, 0)),
		    DB_SPAN(buf_content(&words)));
}

/* Returns the last that was taken in; *rest: there may be more. */
static int64_t
index_some(struct task *t, struct arena *mem, int64_t upto, bool *rest)
{
	struct rows rows = db_query(t->db, STMT_SEARCH_NEW, DB_INT(upto),
	    DB_INT(PIECE_EVENTS));
	int n = 0;

	*rest = false;
	while (!*rest && rows_next(&rows)) {
		upto = rows_int(&rows, 0);
		index_row(t, mem, &rows);
		arena_clear(mem);
		*rest = ++n == PIECE_EVENTS || !task_has_time(t);
	}
	rows_done(&rows);
	return upto;
}

enum task_end
search_index(struct task *t)
{
	int64_t upto = db_int(t->db, 0, STMT_SEARCH_UPTO, DB_INT(1));
	struct arena *mem = arena_new(), *was = json_arena(mem);
	bool rest;

	upto = index_some(t, mem, upto, &rest);
	json_arena(was);
	arena_free(mem);
	db_exec(t->db, STMT_SEARCH_UPTO_SET, DB_INT(upto));
	t->cursor = "";
	return rest ? TASK_MORE : TASK_DONE;
}

/* writer.c - JSON written piece by piece, stored text spliced in. */
#include <stdlib.h>

#include "json/json.h"
#include "json/writer.h"

void
writer_init(struct writer *w, struct buf *out)
{
	*w = (struct writer){ .out = out };
}

static void
comma(struct writer *w)
{
	if (w->some[w->depth])
		buf_putc(w->out, ',');
	w->some[w->depth] = true;
}

/* A value may stand behind a key, in an array, or alone. */
static void
before_value(struct writer *w)
{
	if (w->after_key) {
		w->after_key = false;
		return;
	}
	if (w->depth == 0 ? w->some[0] : !w->in_array[w->depth])
		abort();
	comma(w);
}

static void
begin(struct writer *w, bool array)
{
	before_value(w);
	if (w->depth == WRITER_DEPTH - 1)
		abort();
	w->depth++;
	w->in_array[w->depth] = array;
	w->some[w->depth] = false;
	buf_putc(w->out, array ? '[' : '{');
}

void
write_object(struct writer *w)
{
	begin(w, false);
}

void
write_array(struct writer *w)
{
	begin(w, true);
}

void
write_end(struct writer *w)
{
	if (w->depth == 0 || w->after_key)
		abort();
	buf_putc(w->out, w->in_array[w->depth] ? ']' : '}');
	w->depth--;
}

void
write_key(struct writer *w, const char *key)
{
	write_key_span(w, span_of(key));
}

void
write_key_span(struct writer *w, struct span key)
{
	if (w->depth == 0 || w->in_array[w->depth] || w->after_key)
		abort();
	comma(w);
	json_quote(w->out, key);
	buf_putc(w->out, ':');
	w->after_key = true;
}

void
write_text(struct writer *w, const char *text)
{
	if (text == NULL)
		write_null(w);
	else
		write_span(w, span_of(text));
}

void
write_span(struct writer *w, struct span text)
{
	before_value(w);
	json_quote(w->out, text);
}

void
write_int(struct writer *w, int64_t value)
{
	before_value(w);
	buf_int(w->out, value);
}

void
write_bool(struct writer *w, bool value)
{
	before_value(w);
	buf_puts(w->out, value ? "true" : "false");
}

void
write_null(struct writer *w)
{
	before_value(w);
	buf_puts(w->out, "null");
}

void
write_raw(struct writer *w, struct span json)
{
	before_value(w);
	buf_span(w->out, json);
}

void
write_json(struct writer *w, const cJSON *item)
{
	before_value(w);
	json_print(w->out, item);
}

void
put_text(struct writer *w, const char *key, const char *text)
{
	write_key(w, key);
	write_text(w, text);
}

void
put_int(struct writer *w, const char *key, int64_t value)
{
	write_key(w, key);
	write_int(w, value);
}

void
put_bool(struct writer *w, const char *key, bool value)
{
	write_key(w, key);
	write_bool(w, value);
}

void
put_raw(struct writer *w, const char *key, struct span json)
{
	write_key(w, key);
	write_raw(w, json);
}

void
put_json(struct writer *w, const char *key, const cJSON *item)
{
	write_key(w, key);
	write_json(w, item);
}

void
put_object(struct writer *w, const char *key)
{
	write_key(w, key);
	write_object(w);
}

void
put_array(struct writer *w, const char *key)
{
	write_key(w, key);
	write_array(w);
}

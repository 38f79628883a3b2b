/*
 * events-devices.c - what a device is told besides rooms: the messages that
 * others sent it, and what is left of its keys.
 */
#include <string.h>

#include "events-devices.h"

/* An answer with so much content ends early; one message always fits. */
#define CONTENT_MAX	(1 << 20)
#define ALWAYS_COUNTED	"signed_curve25519"

/* -------------------------------------------------------- to-device messages */

/* Columns of to_device_told; returns how much content. */
static size_t
write_message(struct writer *w, const struct rows *rows)
{
	struct span content = rows_span(rows, 3);

	write_object(w);
	put_text(w, "sender", rows_text(rows, 1));
	put_text(w, "type", rows_text(rows, 2));
	put_raw(w, "content", content);
	write_end(w);
	return content.n;
}

size_t
write_to_device(struct writer *w, struct request *r, int64_t after,
    size_t most, int64_t *upto)
{
	struct rows rows = db_query(r->db, STMT_TO_DEVICE_TOLD,
	    DB_INT(r->who.device), DB_INT(after), DB_INT((int64_t)most));
	size_t bytes = 0, n = 0;

	*upto = after;
	for (; bytes < CONTENT_MAX && rows_next(&rows); n++) {
		*upto = rows_int(&rows, 0);
		bytes += write_message(w, &rows);
	}
	rows_done(&rows);
	return n;
}

enum mx_err
confirm_to_device(struct request *r, int64_t upto)
{
	struct db_arg device = DB_INT(r->who.device), last = DB_INT(upto);
	int gone;

	if (upto == 0 ||
	    db_int(r->db, 0, STMT_TO_DEVICE_GOT, device, last) == 0)
		return M_OK;
	if (again(r) != M_OK)
		return M_AGAIN;
	gone = db_exec(r->db, STMT_TO_DEVICE_DROP, device, last);
	db_exec(r->db, STMT_TO_DEVICE_UNQUEUE, DB_INT(gone), device);
	return again_reading(r);
}

int64_t
to_device_of(struct request *r, const struct sync_token *t)
{
	return t->device == r->who.device ? t->to_device : 0;
}

const char *
token_told(struct request *r, int64_t pos, int64_t n, int64_t to_device)
{
	struct sync_token t = { .device = to_device ? r->who.device : 0,
	    .to_device = to_device };

	token_touch(r, &t, pos, n);
	return sync_token_text(r->mem, &t);
}

/* ---------------------------------------------------------------------- keys */

void
put_key_counts(struct writer *w, const char *key, struct request *r)
{
	struct rows rows = db_query(r->db, STMT_ONE_TIME_COUNTS,
	    DB_INT(r->who.device));
	bool some = false;

	put_object(w, key);
	while (rows_next(&rows)) {
		const char *algorithm = rows_text(&rows, 0);

		some |= strcmp(algorithm, ALWAYS_COUNTED) == 0;
		put_int(w, algorithm, rows_int(&rows, 1));
	}
	if (!some)
		put_int(w, ALWAYS_COUNTED, 0);
	write_end(w);
}

void
put_fallback_types(struct writer *w, const char *key, struct request *r)
{
	struct rows rows = db_query(r->db, STMT_FALLBACK_UNUSED,
	    DB_INT(r->who.device));

	put_array(w, key);
	while (rows_next(&rows))
		write_span(w, rows_span(&rows, 0));
	write_end(w);
}

/* device.c - what devices are sent, and what is left of their keys. */
#include <string.h>

#include "matrix/device.h"

#define ALWAYS_COUNTED	"signed_curve25519"
/* An answer with so much content ends early; one message always fits. */
#define CONTENT_MAX	(1 << 20)

/* What waits for a device. */
struct queue {
	int64_t	n;
	int64_t	bytes;		/* of content */
};

/* Of a statement that selects these. */
static struct queue
queue_of(struct rows rows)
{
	struct queue q = { 0, 0 };

	if (rows_next(&rows))
		q = (struct queue){ rows_int(&rows, 0), rows_int(&rows, 1) };
	rows_done(&rows);
	return q;
}

static void
give_way(struct db *db, struct queue *q, int64_t device, int64_t sender)
{
	struct rows rows = db_query(db, STMT_TO_DEVICE_GIVE_WAY,
	    DB_INT(sender), DB_INT(device));

	if (rows_next(&rows))
		q->bytes -= rows_int(&rows, 0);
	rows_done(&rows);
	q->n--;
}

void
to_device_add(struct db *db, int64_t device, int64_t sender, const char *type,
    struct span content, int64_t most)
{
	struct queue q = queue_of(db_query(db, STMT_TO_DEVICE_QUEUED,
	    DB_INT(device)));

	q.bytes += (int64_t)content.n;
	for (int i = 0; i < TO_DEVICE_GIVE_WAY_MAX && q.n > 0 &&
	    (q.n >= TO_DEVICE_QUEUE_MAX || q.bytes > most); i++)
		give_way(db, &q, device, sender);
	db_exec(db, STMT_TO_DEVICE_ADD, DB_INT(device), DB_INT(sender),
	    DB_TEXT(type), DB_SPAN(content));
	db_exec(db, STMT_TO_DEVICE_QUEUE, DB_INT(q.n + 1), DB_INT(q.bytes),
	    DB_INT(device));
}

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
to_device_write(struct writer *w, struct db *db, int64_t device, int64_t after,
    size_t most, int64_t *upto)
{
	struct rows rows = db_query(db, STMT_TO_DEVICE_TOLD, DB_INT(device),
	    DB_INT(after), DB_INT((int64_t)most));
	size_t bytes = 0, n = 0;

	*upto = after;
	for (; bytes < CONTENT_MAX && rows_next(&rows); n++) {
		*upto = rows_int(&rows, 0);
		bytes += write_message(w, &rows);
	}
	rows_done(&rows);
	return n;
}

void
to_device_drop(struct db *db, int64_t device, int64_t upto)
{
	struct rows rows = db_query(db, STMT_TO_DEVICE_DROP, DB_INT(device),
	    DB_INT(upto));
	struct queue gone = { 0, 0 };

	for (; rows_next(&rows); gone.n++)
		gone.bytes += rows_int(&rows, 0);
	db_exec(db, STMT_TO_DEVICE_UNQUEUE, DB_INT(gone.n),
	    DB_INT(gone.bytes), DB_INT(device));
}

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

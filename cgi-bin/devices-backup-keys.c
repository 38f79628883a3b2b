/*
 * devices-backup-keys.c - the keys of a backup are read, and deleted:
 * /room_keys/keys, all of them, of a room, or of one session (client-server API,
 * "Server-side key backups").
 */
#include "devices.h"
#include "devices.routes.h"
#include "devices-backup.h"

#define KEYS_MUCH	1000		/* in one answer */

/* ------------------------------------------------------------------- giving */

enum { ROOM_ID, SESSION_ID, INDEX, FORWARDED, VERIFIED, DATA };

/* Members of what is open. */
static void
put_key(struct writer *w, const struct rows *rows)
{
	put_int(w, "first_message_index", rows_int(rows, INDEX));
	put_int(w, "forwarded_count", rows_int(rows, FORWARDED));
	put_bool(w, "is_verified", rows_int(rows, VERIFIED) != 0);
	put_raw(w, "session_data", rows_span(rows, DATA));
}

static void
put_session(struct writer *w, const struct rows *rows)
{
	write_key_span(w, rows_span(rows, SESSION_ID));
	write_object(w);
	put_key(w, rows);
	write_end(w);
}

static void
put_rooms(struct writer *w, struct rows rows)
{
	const char *room_id = NULL;

	while (rows_next(&rows)) {
		if (room_id == NULL ||
		    !span_is(rows_span(&rows, ROOM_ID), room_id)) {
			if (room_id != NULL) {
				write_end(w);
				write_end(w);
			}
			room_id = rows_text(&rows, ROOM_ID);
			put_object(w, room_id);
			put_object(w, "sessions");
		}
		put_session(w, &rows);
	}
	if (room_id != NULL) {
		write_end(w);
		write_end(w);
	}
}

/*
 * GET /room_keys/keys
 *
 * All keys of that version of the backup.
 */
enum mx_err
backup_get_all(struct request *r)
{
	struct backup b;
	enum mx_err err = backup_of_query(r, &b);

	if (err != M_OK)
		return err;
	if (b.keys > KEYS_MUCH && elsewhere(r) != M_OK)
		return M_ELSEWHERE;
	put_object(&r->out, "rooms");
	put_rooms(&r->out, db_query(r->db, STMT_BACKUP_KEYS, DB_INT(b.nr)));
	write_end(&r->out);
	return M_OK;
}

/* GET /room_keys/keys/{roomId} */
enum mx_err
backup_get_room(struct request *r)
{
	struct backup b;
	struct rows rows;
	enum mx_err err = backup_of_query(r, &b);

	if (err != M_OK)
		return err;
	if (b.keys > KEYS_MUCH && elsewhere(r) != M_OK)
		return M_ELSEWHERE;
	put_object(&r->out, "sessions");
	rows = db_query(r->db, STMT_BACKUP_KEYS_OF_ROOM, DB_INT(b.nr),
	    DB_TEXT(req_arg(r, "roomId")));
	while (rows_next(&rows))
		put_session(&r->out, &rows);
	write_end(&r->out);
	return M_OK;
}

/* GET /room_keys/keys/{roomId}/{sessionId} */
enum mx_err
backup_get_key(struct request *r)
{
	struct backup b;
	struct rows rows;
	bool found;
	enum mx_err err = backup_of_query(r, &b);

	if (err != M_OK)
		return err;
	rows = db_query(r->db, STMT_BACKUP_KEY, DB_INT(b.nr),
	    DB_TEXT(req_arg(r, "roomId")), DB_TEXT(req_arg(r, "sessionId")));
	if ((found = rows_next(&rows)))
		put_key(&r->out, &rows);
	rows_done(&rows);
	return found ? M_OK : fail(r, M_NOT_FOUND,
	    "There is no key of this session in the backup");
}

/* ----------------------------------------------------------------- deleting */

/*
 * DELETE /room_keys/keys
 *
 * The version stays, and has no keys any more.
 */
enum mx_err
backup_clear_all(struct request *r)
{
	struct backup b;
	enum mx_err err = backup_of_query(r, &b);

	if (err != M_OK)
		return err;
	backup_empty(r->db, r->who.user, &b, r->now);
	return tell_change(r, &b);
}

/*
 * DELETE /room_keys/keys/{roomId}
 *
 * In pieces, as others want to write; who asks again goes on with it.
 */
enum mx_err
backup_clear_room(struct request *r)
{
	struct backup b;
	enum mx_err err = backup_of_query(r, &b);

	if (err != M_OK)
		return err;
	return backup_drop_room(r->db, &b, req_arg(r, "roomId")) ?
	    more(r, backup_clear_room, NULL) : tell_change(r, &b);
}

/*
 * DELETE /room_keys/keys/{roomId}/{sessionId}
 *
 * One that is not there is gone already.
 */
enum mx_err
backup_clear_key(struct request *r)
{
	struct backup b;
	enum mx_err err = backup_of_query(r, &b);

	if (err != M_OK)
		return err;
	backup_drop_key(r->db, &b, req_arg(r, "roomId"),
	    req_arg(r, "sessionId"));
	return tell_change(r, &b);
}

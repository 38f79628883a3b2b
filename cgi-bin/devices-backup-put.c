/*
 * devices-backup-put.c - PUT /room_keys/keys, of all rooms, of one, or of one
 * session (client-server API, "Server-side key backups").
 */
#include <string.h>

#include "devices.h"
#include "devices.routes.h"
#include "devices-backup.h"
#include "matrix/ids.h"

#define SESSION_ID_MAX	255		/* bytes */
#define DATA_MAX	65536		/* bytes of session_data */
#define BYTES_MAX	((int64_t)256 << 20)	/* of all keys of a user */

/* The same, to be written to: only the newest may be. */
static enum mx_err
find_current(struct request *r, struct backup *b)
{
	struct backup current;
	enum mx_err err = backup_of_query(r, b);

	if (err != M_OK || !backup_find(r->db, r->who.user, 0, &current) ||
	    current.version == b->version)
		return err;
	put_number(reply_error_members(r), "current_version",
	    current.version);
	return fail(r, M_WRONG_ROOM_KEYS_VERSION, "There is a newer version of "
	    "the backup, and keys are written to that alone");
}

/* ------------------------------------------------------------------ keeping */

/* Keys that a request brings, all of them checked; it outlives the body. */
struct parcel {
	struct backup_key *key;
	size_t		 n;
	size_t		 cap;
	size_t		 next;		/* to be kept */
};

struct wish {
	int64_t		 first_message_index;
	int64_t		 forwarded_count;
	bool		 is_verified;
	const cJSON	*session_data;
};
static const struct field wish_fields[] = {
	FIELD_INT(wish, first_message_index, "first_message_index", REQUIRED),
	FIELD_INT(wish, forwarded_count, "forwarded_count", REQUIRED),
	FIELD_BOOL(wish, is_verified, "is_verified", REQUIRED),
	FIELD_OBJECT(wish, session_data, "session_data", REQUIRED),
	FIELD_END
};

static struct backup_key *
parcel_add(struct request *r, struct parcel *p)
{
	size_t cap = p->cap == 0 ? 16 : 2 * p->cap;

	if (p->n == p->cap) {
		p->key = arena_grow(r->mem, p->key, p->cap * sizeof(*p->key),
		    cap * sizeof(*p->key));
		p->cap = cap;
	}
	return &p->key[p->n++];
}

static enum mx_err
read_key(struct request *r, const char *room_id, const char *session_id,
    const cJSON *item, struct parcel *p)
{
	struct wish wish = { 0 };
	struct span data;
	enum mx_err err;

	if (!cJSON_IsObject(item))
		return fail(r, M_BAD_JSON, "A session is an object");
	if (*session_id == '\0' || strlen(session_id) > SESSION_ID_MAX)
		return fail(r, M_INVALID_PARAM, "The id of a session has 1 to "
		    "%d bytes", SESSION_ID_MAX);
	if ((err = object_read(r, item, wish_fields, &wish)) != M_OK ||
	    (err = read_object(r, "session_data", wish.session_data, DATA_MAX,
	    &data)) != M_OK)
		return err;
	if (wish.first_message_index < 0 || wish.forwarded_count < 0)
		return fail(r, M_INVALID_PARAM, "first_message_index and "
		    "forwarded_count are not negative");
	*parcel_add(r, p) = (struct backup_key){ room_id,
	    arena_strdup(r->mem, session_id), wish.first_message_index,
	    wish.forwarded_count, wish.is_verified, data };
	return M_OK;
}

static enum mx_err
check_room(struct request *r, const char *room_id)
{
	return room_id_valid(room_id) ? M_OK : fail(r, M_INVALID_PARAM,
	    "%.60s is not a room id", room_id);
}

struct room_wish {
	const cJSON	*sessions;
};
static const struct field room_fields[] = {
	FIELD_OBJECT(room_wish, sessions, "sessions", REQUIRED),
	FIELD_END
};

struct rooms_wish {
	const cJSON	*rooms;
};
static const struct field rooms_fields[] = {
	FIELD_OBJECT(rooms_wish, rooms, "rooms", REQUIRED),
	FIELD_END
};

static enum mx_err
read_room(struct request *r, const char *room_id, const cJSON *item,
    struct parcel *p)
{
	struct room_wish wish = { 0 };
	const cJSON *session;
	enum mx_err err;

	if (!cJSON_IsObject(item))
		return fail(r, M_BAD_JSON, "A room is an object");
	if ((err = check_room(r, room_id)) != M_OK ||
	    (err = object_read(r, item, room_fields, &wish)) != M_OK)
		return err;
	cJSON_ArrayForEach(session, wish.sessions)
		if ((err = read_key(r, room_id, session->string, session,
		    p)) != M_OK)
			return err;
	return M_OK;
}

/*
 * A piece, and then the next: others write between them.  What was kept stays,
 * whatever comes of the rest, since a client that sends it again is none the
 * worse.
 */
static enum mx_err
keep(struct request *r)
{
	struct parcel p = *(const struct parcel *)r->piece;
	size_t n = p.n - p.next < BACKUP_PIECE ? p.n - p.next : BACKUP_PIECE;
	struct backup b;
	int64_t bytes;
	enum mx_err err = find_current(r, &b);

	if (err != M_OK)
		return err;
	if (n > 0)
		backup_put(r->db, &b, p.key + p.next, n);
	backups_total(r->db, r->who.user, &bytes);
	if (bytes > BYTES_MAX)
		return fail(r, M_TOO_LARGE, "Your backups would have more than "
		    "%lld bytes; delete old versions", (long long)BYTES_MAX);
	p.next += n;
	return p.next < p.n ?
	    more(r, keep, arena_memdup(r->mem, &p, sizeof(p))) :
	    tell_change(r, &b);
}

static enum mx_err
keep_all(struct request *r, const struct parcel *p)
{
	r->piece = p;
	return keep(r);
}

/*
 * PUT /room_keys/keys
 *
 * Keep these keys in the newest version of the backup.  Where there is a key of
 * the session already the better one stays (backup.h).
 */
enum mx_err
backup_put_all(struct request *r)
{
	struct rooms_wish wish = { 0 };
	struct parcel p = { 0 };
	struct backup b;
	const cJSON *room;
	enum mx_err err;

	if ((err = find_current(r, &b)) != M_OK ||
	    (err = body_read(r, rooms_fields, &wish)) != M_OK)
		return err;
	cJSON_ArrayForEach(room, wish.rooms)
		if ((err = read_room(r, arena_strdup(r->mem, room->string),
		    room, &p)) != M_OK)
			return err;
	return keep_all(r, &p);
}

/* PUT /room_keys/keys/{roomId} */
enum mx_err
backup_put_room(struct request *r)
{
	struct parcel p = { 0 };
	struct backup b;
	enum mx_err err;

	if ((err = find_current(r, &b)) != M_OK ||
	    (err = read_room(r, req_arg(r, "roomId"), r->body, &p)) != M_OK)
		return err;
	return keep_all(r, &p);
}

/* PUT /room_keys/keys/{roomId}/{sessionId} */
enum mx_err
backup_put_key(struct request *r)
{
	const char *room_id = req_arg(r, "roomId");
	struct parcel p = { 0 };
	struct backup b;
	enum mx_err err;

	if ((err = find_current(r, &b)) != M_OK ||
	    (err = check_room(r, room_id)) != M_OK ||
	    (err = read_key(r, room_id, req_arg(r, "sessionId"), r->body,
	    &p)) != M_OK)
		return err;
	return keep_all(r, &p);
}

/*
 * session.c - devices, access and refresh tokens: what login, registration,
 * refresh and logout do to the store.
 */
#include <string.h>

#include "base/crypto.h"
#include "matrix/session.h"
#include "store/stream.h"

#define DEVICE_ID_MAX	255
#define DEVICE_NAME_MAX	512

bool
device_id_valid(const char *device_id)
{
	return strlen(device_id) <= DEVICE_ID_MAX;
}

bool
device_name_valid(const char *name)
{
	return strlen(name) <= DEVICE_NAME_MAX;
}

/* --------------------------------------------------------------- tokens */

/* What tokens of one device have in common. */
struct issue {
	struct db	*db;
	struct arena	*mem;
	const struct conf *conf;
	int64_t		 user;
	int64_t		 device;
	int		 era;
	int64_t		 now;
	int64_t		 pair;		/* 0: none */
};

static const char *
token_add(const struct issue *i, const char *kind, int64_t life_ms)
{
	char *token = random_token(i->mem);
	uint8_t hash[SHA256_LEN];

	sha256(token, strlen(token), hash);
	db_exec(i->db, STMT_TOKEN_ADD, DB_BLOB(hash, sizeof(hash)),
	    DB_TEXT(kind), DB_INT(i->user), DB_INT(i->device), DB_INT(i->era),
	    DB_INT(i->now), life_ms == 0 ? DB_NULL : DB_INT(i->now + life_ms),
	    i->pair == 0 ? DB_NULL : DB_INT(i->pair));
	return token;
}

/* A session of 2015 cannot know that its token will expire (design 8). */
static void
issue_pair(struct issue *i, struct session *s)
{
	s->expires_in_ms = i->era == 2015 ? 0 : i->conf->access_token_ms;
	s->refresh_token = token_add(i, "refresh", i->conf->refresh_token_ms);
	i->pair = db_last_rowid(i->db);
	db_exec(i->db, STMT_TOKEN_HEADS_PAIR, DB_INT(i->pair));
	s->access_token = token_add(i, "access", s->expires_in_ms);
}

static void
write_tokens(struct writer *w, const struct session *s)
{
	put_text(w, "access_token", s->access_token);
	if (s->refresh_token != NULL)
		put_text(w, "refresh_token", s->refresh_token);
	if (s->expires_in_ms != 0)
		put_int(w, "expires_in_ms", s->expires_in_ms);
}

/* --------------------------------------------------------------- sessions */

static int64_t
take_device(struct db *db, int64_t user, const char *device_id,
    const char *display_name, int64_t now)
{
	int64_t device = db_int(db, 0, STMT_DEVICE_FIND, DB_INT(user),
	    DB_TEXT(device_id));

	if (device == 0) {
		db_exec(db, STMT_DEVICE_ADD, DB_INT(user), DB_TEXT(device_id),
		    DB_TEXT(display_name), DB_INT(now));
		return db_last_rowid(db);
	}
	if (db_exec(db, STMT_DEVICE_TOKENS_DROP, DB_INT(device)) > 0)
		change_add(db, CHANGE_SESSION, 0, user, 0);
	return device;
}

struct session
session_begin(struct db *db, struct arena *mem, const struct conf *conf,
    int64_t user, const struct session_wish *wish, int era, int64_t now)
{
	struct issue i = { .db = db, .mem = mem, .conf = conf, .user = user,
	    .era = era, .now = now };
	struct session s = { .device_id = wish->device_id };

	if (s.device_id == NULL || *s.device_id == '\0')
		s.device_id = random_letters(mem, 10);
	i.device = s.device = take_device(db, user, s.device_id,
	    wish->device_name, now);
	if (era == 2015 || wish->refresh)
		issue_pair(&i, &s);
	else
		s.access_token = token_add(&i, "access", 0);
	return s;
}

void
session_answer(struct request *r, int64_t user, const char *user_id,
    const struct session_wish *wish)
{
	struct session s = session_begin(r->db, r->mem, r->conf, user, wish,
	    req_is_2015(r) ? 2015 : 2016, r->now);

	db_exec(r->db, STMT_DEVICE_SEEN, DB_INT(r->now), DB_TEXT(r->address),
	    DB_TEXT(req_agent(r)), DB_INT(s.device));
	put_text(&r->out, "user_id", user_id);
	write_tokens(&r->out, &s);
	put_text(&r->out, "device_id", s.device_id);
	put_text(&r->out, "home_server", r->conf->server_name);
}

struct sighting
session_seen(struct db *vol, const struct rows *device)
{
	struct sighting s = { .at = rows_int(device, 3),
	    .address = rows_text(device, 4), .agent = rows_text(device, 5) };
	struct rows rows = db_query(vol, STMT_SEEN_FIND,
	    DB_INT(rows_int(device, 0)));

	if (rows_next(&rows) && rows_int(&rows, 0) > s.at)
		s = (struct sighting){ .at = rows_int(&rows, 0),
		    .address = rows_text(&rows, 1),
		    .agent = rows_text(&rows, 2) };
	rows_done(&rows);
	return s;
}

/* The columns of refresh_find. */
enum { NR, USER, DEVICE, ERA, EXPIRES, LOCKED };

enum refreshed
session_refresh(struct request *r, const char *refresh_token, bool at_once)
{
	struct issue i = { .db = r->db, .mem = r->mem, .conf = r->conf,
	    .now = r->now };
	struct session s = { 0 };
	bool expired, locked;
	uint8_t hash[SHA256_LEN];
	struct rows rows;
	int64_t nr;

	sha256(refresh_token, strlen(refresh_token), hash);
	rows = db_query(r->db, STMT_REFRESH_FIND, DB_BLOB(hash, sizeof(hash)));
	if (!rows_next(&rows))
		return REFRESH_UNKNOWN;
	nr = rows_int(&rows, NR);
	i.user = rows_int(&rows, USER);
	i.device = rows_int(&rows, DEVICE);
	i.era = (int)rows_int(&rows, ERA);
	expired = !rows_null(&rows, EXPIRES) &&
	    rows_int(&rows, EXPIRES) <= r->now;
	locked = !rows_null(&rows, LOCKED);
	rows_done(&rows);
	if (locked)
		return REFRESH_LOCKED;
	if (expired)
		return REFRESH_EXPIRED;
	/* A stranger's token has not come this far. */
	if (again(r) != M_OK)
		return REFRESH_WRITES;
	if (at_once) {
		db_exec(r->db, STMT_DEVICE_TOKENS_DROP, DB_INT(i.device));
		change_add(r->db, CHANGE_SESSION, 0, i.user, 0);
	} else {
		/* And what came of it before, which nobody used. */
		db_exec(r->db, STMT_PAIR_ALONE, DB_INT(i.device), DB_INT(nr));
	}
	issue_pair(&i, &s);
	write_tokens(&r->out, &s);
	return REFRESHED;
}

/* Of a device without identity keys nobody ever heard. */
static void
tell_of_devices(struct db *db, int64_t user, int with_keys)
{
	if (with_keys > 0)
		change_add(db, CHANGE_DEVICES, 0, user, 0);
}

void
session_end(struct db *db, int64_t user, int64_t device)
{
	tell_of_devices(db, user, db_exec(db, STMT_DEVICE_KEYS_DROP,
	    DB_INT(device)));
	db_exec(db, STMT_DEVICE_ONCE_DROP, DB_INT(device));
	db_exec(db, STMT_DEVICE_TOKENS_DROP, DB_INT(device));
	db_exec(db, STMT_DEVICE_DROP, DB_INT(device), DB_INT(user));
	change_add(db, CHANGE_SESSION, 0, user, 0);
}

void
session_end_others(struct db *db, int64_t user, int64_t device)
{
	tell_of_devices(db, user, db_exec(db, STMT_OTHERS_KEYS_DROP,
	    DB_INT(user), DB_INT(device)));
	db_exec(db, STMT_OTHERS_ONCE_DROP, DB_INT(user), DB_INT(device));
	db_exec(db, STMT_OTHERS_TOKENS_DROP, DB_INT(user), DB_INT(device));
	db_exec(db, STMT_OTHERS_DROP, DB_INT(user), DB_INT(device));
	change_add(db, CHANGE_SESSION, 0, user, 0);
}

/* --------------------------------------------------------- m.login.token */

const char *
login_token_make(struct db *db, struct arena *mem, int64_t user,
    int64_t expires_at)
{
	char *token = random_token(mem);
	uint8_t hash[SHA256_LEN];

	sha256(token, strlen(token), hash);
	db_exec(db, STMT_LOGIN_TOKEN_ADD, DB_BLOB(hash, sizeof(hash)),
	    DB_INT(user), DB_INT(expires_at));
	return token;
}

int64_t
login_token_find(struct db *db, struct arena *mem, const char *token,
    int64_t now, const char **name)
{
	uint8_t hash[SHA256_LEN];
	struct buf b;

	sha256(token, strlen(token), hash);
	buf_init(&b, mem, SIZE_MAX);
	base64_encode(&b, hash, sizeof(hash), true);
	*name = buf_str(&b);
	return db_int(db, 0, STMT_LOGIN_TOKEN_FIND,
	    DB_BLOB(hash, sizeof(hash)), DB_INT(now));
}

void
login_tokens_drop(struct db *db, int64_t user)
{
	db_exec(db, STMT_LOGIN_TOKENS_DROP, DB_INT(user));
}

bool
login_token_spend(struct db *db, const char *name)
{
	uint8_t hash[SHA256_LEN];

	base64_decode(name, strlen(name), hash, sizeof(hash));
	return db_exec(db, STMT_LOGIN_TOKEN_DROP,
	    DB_BLOB(hash, sizeof(hash))) > 0;
}

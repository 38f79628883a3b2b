/*
 * session.c - accounts, devices and access tokens: what login, registration
 * and logout do to the store.
 */
#include <string.h>

#include "base/crypto.h"
#include "matrix/session.h"
#include "store/stream.h"

#define DEVICE_ID_MAX	255
#define DEVICE_NAME_MAX	512

int64_t
account_make(struct db *db, const char *user_id, enum account_kind kind,
    const char *password_hash, int64_t now)
{
	static const char *const kinds[] = {
		[ACCOUNT_USER] = "user",
		[ACCOUNT_GUEST] = "guest",
		[ACCOUNT_APPSERVICE] = "appservice"
	};
	int64_t user;

	db_exec(db, STMT_ACCOUNT_USER_ADD, DB_TEXT(user_id));
	user = db_int(db, 0, STMT_USER_FIND, DB_TEXT(user_id));
	if (db_exec(db, STMT_ACCOUNT_ADD, DB_INT(user), DB_TEXT(kinds[kind]),
	    DB_INT(now)) == 0)
		return 0;
	if (password_hash != NULL)
		db_exec(db, STMT_PASSWORD_ADD, DB_INT(user),
		    DB_TEXT(password_hash), DB_INT(now));
	return user;
}

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

static const char *
token_make(struct db *db, struct arena *mem, int64_t user, int64_t device,
    int era, int64_t now)
{
	char *token = random_token(mem);
	uint8_t hash[SHA256_LEN];

	sha256(token, strlen(token), hash);
	db_exec(db, STMT_TOKEN_ADD, DB_BLOB(hash, sizeof(hash)), DB_INT(user),
	    DB_INT(device), DB_INT(era), DB_INT(now));
	return token;
}

struct session
session_begin(struct db *db, struct arena *mem, int64_t user,
    const char *device_id, const char *display_name, int era, int64_t now)
{
	struct session s = { .device_id = device_id };

	if (device_id == NULL || *device_id == '\0')
		s.device_id = random_letters(mem, 10);
	else
		s.device = db_int(db, 0, STMT_DEVICE_FIND, DB_INT(user),
		    DB_TEXT(device_id));
	if (s.device == 0) {
		db_exec(db, STMT_DEVICE_ADD, DB_INT(user), DB_TEXT(s.device_id),
		    DB_TEXT(display_name), DB_INT(now));
		s.device = db_last_rowid(db);
	} else if (db_exec(db, STMT_DEVICE_TOKENS_DROP, DB_INT(s.device)) > 0) {
		change_add(db, CHANGE_SESSION, 0, user, 0);
	}
	s.access_token = token_make(db, mem, user, s.device, era, now);
	return s;
}

void
session_answer(struct request *r, int64_t user, const char *user_id,
    const char *device_id, const char *display_name)
{
	struct session s = session_begin(r->db, r->mem, user, device_id,
	    display_name, req_is_2015(r) ? 2015 : 2016, r->now);

	put_text(&r->out, "user_id", user_id);
	put_text(&r->out, "access_token", s.access_token);
	put_text(&r->out, "device_id", s.device_id);
	put_text(&r->out, "home_server", r->conf->server_name);
}

void
session_end(struct db *db, int64_t user, int64_t device)
{
	db_exec(db, STMT_DEVICE_ONCE_DROP, DB_INT(device));
	db_exec(db, STMT_DEVICE_TOKENS_DROP, DB_INT(device));
	db_exec(db, STMT_DEVICE_DROP, DB_INT(device), DB_INT(user));
	change_add(db, CHANGE_SESSION, 0, user, 0);
}

void
session_end_all(struct db *db, int64_t user)
{
	db_exec(db, STMT_USER_ONCE_DROP, DB_INT(user));
	db_exec(db, STMT_USER_TOKENS_DROP, DB_INT(user));
	db_exec(db, STMT_USER_DEVICES_DROP, DB_INT(user));
	change_add(db, CHANGE_SESSION, 0, user, 0);
}

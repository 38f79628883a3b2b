/*
 * account.c - accounts: found, made, locked, and ended.
 */
#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

#include "base/password.h"
#include "base/utf8.h"
#include "matrix/account.h"
#include "matrix/backup.h"
#include "matrix/cross_signing.h"
#include "matrix/ids.h"
#include "matrix/room-tasks.h"
#include "matrix/session.h"
#include "matrix/threepid.h"
#include "matrix/user_directory.h"
#include "store/stream.h"
#include "store/task.h"

static const char *const kinds[] = {
	[ACCOUNT_USER] = "user",
	[ACCOUNT_GUEST] = "guest",
	[ACCOUNT_APPSERVICE] = "appservice"
};

const char *
account_kind_name(enum account_kind kind)
{
	return kinds[kind];
}

/* -------------------------------------------------------------- finding */

/* The columns of account_find and account_get. */
enum { USER, USER_ID, KIND, HASH, CREATED, DEACTIVATED, LOCKED, SUSPENDED,
    ERASED, ADMIN };

static bool
take(struct rows *rows, struct account *a)
{
	struct span kind;

	*a = (struct account){ 0 };
	if (!rows_next(rows))
		return false;
	a->user = rows_int(rows, USER);
	a->user_id = rows_text(rows, USER_ID);
	kind = rows_span(rows, KIND);
	while (!span_is(kind, kinds[a->kind]))
		a->kind++;
	a->hash = rows_text(rows, HASH);
	a->created_at = rows_int(rows, CREATED);
	a->deactivated_at = rows_int(rows, DEACTIVATED);
	a->locked_at = rows_int(rows, LOCKED);
	a->suspended_at = rows_int(rows, SUSPENDED);
	a->erased_at = rows_int(rows, ERASED);
	a->admin = rows_int(rows, ADMIN) != 0;
	rows_done(rows);
	return true;
}

bool
account_find(struct db *db, const char *user_id, struct account *a)
{
	struct rows rows = db_query(db, STMT_ACCOUNT_FIND, DB_TEXT(user_id));

	return take(&rows, a);
}

bool
account_get(struct db *db, int64_t user, struct account *a)
{
	struct rows rows = db_query(db, STMT_ACCOUNT_GET, DB_INT(user));

	return take(&rows, a);
}

bool
account_named(struct db *db, struct arena *mem, const char *server_name,
    const char *name, struct account *a)
{
	char *user_id = *name == '@' ? arena_strdup(mem, name) :
	    arena_printf(mem, "@%s:%s", name, server_name);

	if (account_find(db, user_id, a))
		return true;
	for (char *p = user_id; *p != '\0' && *p != ':'; p++)
		*p = (char)tolower((unsigned char)*p);
	return account_find(db, user_id, a);
}

/* -------------------------------------------------------------- judging */

const char *
username_fault(struct arena *mem, const struct conf *conf, const char *name)
{
	if (!localpart_valid(name))
		return "A username may have lower-case letters, digits and "
		    ". _ = - / +";
	if (strlen(name) + strlen(conf->server_name) + 2 > ID_MAX)
		return arena_printf(mem, "A user id may have %d bytes: this "
		    "username is too long", ID_MAX);
	return NULL;
}

static size_t
characters(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static bool
has(const char *s, int (*is)(int))
{
	for (; *s != '\0'; s++)
		if (is((unsigned char)*s))
			return true;
	return false;
}

/* What is no letter and no digit; of other scripts each counts. */
static int
is_symbol(int c)
{
	return !isalnum(c);
}

const char *
password_fault(struct arena *mem, const struct conf *conf, const char *password)
{
	if (*password == '\0')
		return "A password may not be empty";
	if (characters(password) < conf->password_min)
		return arena_printf(mem, "A password needs at least %u "
		    "characters", conf->password_min);
	if (conf->password_lower && !has(password, islower))
		return "A password needs a lower-case letter";
	if (conf->password_upper && !has(password, isupper))
		return "A password needs an upper-case letter";
	if (conf->password_digit && !has(password, isdigit))
		return "A password needs a digit";
	if (conf->password_symbol && !has(password, is_symbol))
		return "A password needs a character that is no letter and no "
		    "digit";
	return NULL;
}

bool
username_reserved(const struct conf *conf, const char *localpart)
{
	if (conf->notices_user != NULL &&
	    strcmp(conf->notices_user, localpart) == 0)
		return true;
	for (const char *const *glob = conf->reserved; *glob != NULL; glob++)
		if (fnmatch(*glob, localpart, 0) == 0)
			return true;
	return false;
}

/* -------------------------------------------------------------- changing */

int64_t
account_make(struct db *db, const char *user_id, enum account_kind kind,
    const char *password_hash, int64_t now)
{
	int64_t user;

	db_exec(db, STMT_ACCOUNT_USER_ADD, DB_TEXT(user_id));
	user = db_int(db, 0, STMT_USER_FIND, DB_TEXT(user_id));
	if (db_exec(db, STMT_ACCOUNT_ADD, DB_INT(user), DB_TEXT(kinds[kind]),
	    DB_INT(now)) == 0)
		return 0;
	if (password_hash != NULL)
		account_set_password(db, user, password_hash, now);
	user_enlist(db, user);
	return user;
}

void
account_set_password(struct db *db, int64_t user, const char *hash,
    int64_t now)
{
	login_tokens_drop(db, user);
	threepid_resets_drop(db, user);
	if (hash == NULL)
		db_exec(db, STMT_PASSWORD_DROP, DB_INT(user));
	else
		db_exec(db, STMT_PASSWORD_SET, DB_INT(user), DB_TEXT(hash),
		    DB_INT(now));
}

bool
account_upgrade(struct db *db, int64_t user, const char *hash, int64_t now)
{
	if (db_exec(db, STMT_ACCOUNT_UPGRADE, DB_INT(user)) == 0)
		return false;
	account_set_password(db, user, hash, now);
	return true;
}

void
account_set_admin(struct db *db, int64_t user, bool admin)
{
	db_exec(db, STMT_ACCOUNT_SET_ADMIN, DB_INT(admin), DB_INT(user));
}

static struct db_arg
time_or_null(int64_t at)
{
	return at == 0 ? DB_NULL : DB_INT(at);
}

void
account_lock(struct db *db, int64_t user, int64_t at)
{
	db_exec(db, STMT_ACCOUNT_LOCK, time_or_null(at), DB_INT(user));
	change_add(db, CHANGE_SESSION, 0, user, 0);
}

void
account_suspend(struct db *db, int64_t user, int64_t at)
{
	db_exec(db, STMT_ACCOUNT_SUSPEND, time_or_null(at), DB_INT(user));
}

void
account_deactivate(struct db *db, int64_t user, bool erase, int64_t now)
{
	db_exec(db, STMT_ACCOUNT_DEACTIVATE, DB_INT(now), DB_INT(user));
	if (erase)
		db_exec(db, STMT_ACCOUNT_ERASE, DB_INT(now), DB_INT(user));
	account_set_password(db, user, NULL, now);
	session_end_others(db, user, 0);
	db_exec(db, STMT_THREEPIDS_DROP, DB_INT(user));
	db_exec(db, STMT_PROFILE_DROP_ALL, DB_INT(user));
	user_unlist(db, user);
	backups_drop(db, user, now);
	cross_signing_drop(db, user);
	task_add(db, TASK_LEAVE_ROOMS, user, now);
}

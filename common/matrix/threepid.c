/*
 * threepid.c - addresses of accounts, and the sessions in which they are
 * confirmed.
 */
#include <ctype.h>
#include <string.h>

#include "matrix/ids.h"
#include "matrix/pusher.h"
#include "matrix/threepid.h"

#define ADDRESS_MAX	500

/* ---------------------------------------------------------- canonical form */

/*
 * Something, one @, a name with a dot or a bare host; no blank, control
 * character or what ends an address in a header.  Whether mail arrives is
 * what the confirmation finds out.
 */
static bool
email_valid(const char *s)
{
	const char *at = strrchr(s, '@');

	if (at == NULL || at == s || strlen(s) > ADDRESS_MAX ||
	    strchr(s, '@') != at || !server_name_valid(at + 1) ||
	    strchr(at, ':') != NULL)
		return false;
	for (; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7f ||
		    strchr("<>()[]\\,;:\"", *s) != NULL)
			return false;
	return true;
}

static const char *
email_canonical(struct arena *mem, const char *address)
{
	char *s;

	if (!email_valid(address))
		return NULL;
	s = arena_strdup(mem, address);
	for (char *p = s; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return s;
}

/* E.164: at most 15 digits, of which the first is not 0. */
static const char *
msisdn_canonical(struct arena *mem, const char *address)
{
	size_t n = strspn(address, "0123456789");

	return n >= 4 && n <= 15 && address[n] == '\0' && *address != '0' ?
	    arena_strdup(mem, address) : NULL;
}

const char *
threepid_canonical(struct arena *mem, const char *medium, const char *address)
{
	if (strcmp(medium, MEDIUM_EMAIL) == 0)
		return email_canonical(mem, address);
	if (strcmp(medium, MEDIUM_MSISDN) == 0)
		return msisdn_canonical(mem, address);
	return NULL;
}

/* --------------------------------------------------------------- addresses */

int64_t
threepid_owner(struct db *db, const char *medium, const char *address)
{
	return db_int(db, 0, STMT_THREEPID_OWNER, DB_TEXT(medium),
	    DB_TEXT(address));
}

bool
threepid_add(struct db *db, int64_t user, const char *medium,
    const char *address, int64_t validated_at, int64_t now)
{
	return db_exec(db, STMT_THREEPID_ADD, DB_TEXT(medium),
	    DB_TEXT(address), DB_INT(user), DB_INT(validated_at),
	    DB_INT(now)) > 0;
}

bool
threepid_drop(struct db *db, int64_t user, const char *medium,
    const char *address)
{
	if (db_exec(db, STMT_THREEPID_DROP, DB_INT(user), DB_TEXT(medium),
	    DB_TEXT(address)) == 0)
		return false;
	db_exec(db, STMT_RESETS_OF_ADDRESS_DROP, DB_TEXT(medium),
	    DB_TEXT(address));
	if (strcmp(medium, MEDIUM_EMAIL) == 0)
		pusher_drop_address(db, user, address);
	return true;
}

void
binding_add(struct db *db, int64_t user, const char *medium,
    const char *address, const char *id_server, int64_t now)
{
	db_exec(db, STMT_BINDING_ADD, DB_INT(user), DB_TEXT(medium),
	    DB_TEXT(address), DB_TEXT(id_server), DB_INT(now));
}

/* ---------------------------------------------------------------- sessions */

const char *
threepid_purpose_name(enum threepid_purpose purpose)
{
	static const char *const names[] = {
		[FOR_REGISTER] = "register",
		[FOR_PASSWORD] = "password",
		[FOR_ADD] = "add"
	};

	return names[purpose];
}

void
threepid_token_hash(struct arena *mem, const char *sid, const char *token,
    uint8_t hash[SHA256_LEN])
{
	const char *both = arena_printf(mem, "%s %s", sid, token);

	sha256(both, strlen(both), hash);
}

bool
threepid_session_find(struct db *db, const char *sid,
    const char *client_secret, enum threepid_purpose purpose, int64_t now,
    struct threepid_session *s)
{
	struct rows rows = db_query(db, STMT_THREEPID_SESSION_FIND,
	    DB_TEXT(sid), DB_TEXT(client_secret),
	    DB_TEXT(threepid_purpose_name(purpose)), DB_INT(now));

	*s = (struct threepid_session){ 0 };
	if (!rows_next(&rows))
		return false;
	s->sid = rows_text(&rows, 0);
	s->medium = rows_text(&rows, 1);
	s->address = rows_text(&rows, 2);
	s->next_link = rows_text(&rows, 3);
	s->validated_at = rows_int(&rows, 4);
	rows_done(&rows);
	return true;
}

void
threepid_resets_drop(struct db *db, int64_t user)
{
	db_exec(db, STMT_RESETS_OF_USER_DROP, DB_INT(user));
}

bool
threepid_session_spend(struct db *db, const char *sid)
{
	return db_exec(db, STMT_THREEPID_SESSION_DROP, DB_TEXT(sid)) > 0;
}

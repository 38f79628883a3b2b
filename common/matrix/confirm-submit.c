/* confirm-submit.c - what a message says comes back: an address is confirmed. */
#include <string.h>

#include "base/crypto.h"
#include "matrix/confirm.h"

#define DAY_MS	(24 * 60 * 60 * 1000)

static void
take_session(struct threepid_session *s, const char *sid,
    const struct rows *rows, int64_t now)
{
	s->sid = sid;
	s->medium = rows_text(rows, 1);
	s->address = rows_text(rows, 2);
	s->next_link = rows_text(rows, 3);
	s->validated_at = rows_null(rows, 4) ? now : rows_int(rows, 4);
}

/*
 * Six digits are guessed sooner or later, however many messages it takes: so
 * wrong ones count for the number as well.
 */
static const char *
guess_key(struct request *r, const struct rows *rows)
{
	return strcmp(rows_text(rows, 1), MEDIUM_MSISDN) != 0 ? NULL :
	    arena_printf(r->mem, "code %s", rows_text(rows, 2));
}

static enum confirmed
wrong(struct request *r, const char *sid, const char *guesses)
{
	db_exec(r->db, STMT_THREEPID_SESSION_WRONG, DB_TEXT(sid));
	if (guesses != NULL)
		rate_charge(r, LIMIT_guess, guesses);
	return CONFIRM_WRONG;
}

enum confirmed
confirm_submit(struct request *r, const char *sid, const char *client_secret,
    const char *token, struct threepid_session *s)
{
	struct rows rows = db_query(r->db, STMT_THREEPID_SESSION_TRY,
	    DB_TEXT(sid), DB_TEXT(client_secret), DB_INT(r->now),
	    DB_INT(THREEPID_WRONG_MOST));
	uint8_t hash[SHA256_LEN];
	const char *guesses;
	bool right, before;

	*s = (struct threepid_session){ 0 };
	if (!rows_next(&rows))
		return CONFIRM_UNKNOWN;
	guesses = guess_key(r, &rows);
	if (again(r) != M_OK) {
		rows_done(&rows);
		return guesses == NULL ||
		    rate_look(r, LIMIT_guess, guesses) == M_OK ?
		    CONFIRM_WRITES : CONFIRM_UNKNOWN;
	}
	threepid_token_hash(r->mem, sid, token, hash);
	right = ct_equal(rows_span(&rows, 0).s, hash, sizeof(hash));
	before = !rows_null(&rows, 4);
	if (right)
		take_session(s, sid, &rows, r->now);
	rows_done(&rows);
	if (!right)
		return wrong(r, sid, guesses);
	if (!before)
		db_exec(r->db, STMT_THREEPID_SESSION_RIGHT, DB_INT(r->now),
		    DB_INT(r->now + DAY_MS), DB_TEXT(sid));
	return CONFIRMED;
}

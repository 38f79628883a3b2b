/*
 * admin-token.c - registration tokens, which let whoever holds one register,
 * for administrators.
 */
#include <string.h>

#include "admin.h"
#include "admin.routes.h"
#include "base/crypto.h"

#define TOKEN_MAX	64
#define TOKEN_LENGTH	16
#define USES_MAX	1000000000

/* Columns: token, uses, used, expires_at.  Into an open object. */
static void
put_token(struct writer *w, const struct rows *row)
{
	put_text(w, "token", rows_text(row, 0));
	put_column(w, "uses_allowed", row, 1);
	/* Nobody holds one back: it is used up by who registers. */
	put_int(w, "pending", 0);
	put_int(w, "completed", rows_int(row, 2));
	put_column(w, "expiry_time", row, 3);
}

static enum mx_err
tell_token(struct request *r, const char *token)
{
	struct rows row = db_query(r->db, STMT_REGISTRATION_TOKEN_SHOW,
	    DB_TEXT(token));

	if (!rows_next(&row))
		return fail(r, M_NOT_FOUND, "There is no such token");
	put_token(&r->out, &row);
	rows_done(&row);
	return M_OK;
}

/*
 * GET /_synapse/admin/v1/registration_tokens
 *
 * All of them, or (valid) those that are good for something, or are not.
 */
enum mx_err
tokens_get(struct request *r)
{
	struct db_arg valid;
	struct rows rows;
	enum mx_err err;

	if ((err = query_bool(r, "valid", &valid)) != M_OK)
		return err;
	rows = db_query(r->db, STMT_REGISTRATION_TOKENS, valid, DB_INT(r->now));
	put_array(&r->out, "registration_tokens");
	while (rows_next(&rows)) {
		write_object(&r->out);
		put_token(&r->out, &rows);
		write_end(&r->out);
	}
	write_end(&r->out);
	return M_OK;
}

/*
 * GET /_synapse/admin/v1/registration_tokens/{token}
 *
 * One of them.
 */
enum mx_err
token_get(struct request *r)
{
	return tell_token(r, req_arg(r, "token"));
}

/* ----------------------------------------------------------------- changing */

struct token_wish {
	const char	*token;
	int64_t		 length;
	int64_t		 uses;		/* meant where the body says so */
	int64_t		 expires_at;
};

static bool
token_valid(const char *token)
{
	size_t n = strlen(token);

	return n >= 1 && n <= TOKEN_MAX && strspn(token,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	    "._~-") == n;
}

static const struct field new_fields[] = {
	FIELD_STR(token_wish, token, "token", OPTIONAL, NULL),
	FIELD_INT(token_wish, length, "length", OPTIONAL),
	FIELD_INT(token_wish, uses, "uses_allowed", OPTIONAL),
	FIELD_INT(token_wish, expires_at, "expiry_time", OPTIONAL),
	FIELD_END
};

/* null means any number, or for ever, as does what is not there. */
static bool
says(struct request *r, const char *name)
{
	const cJSON *value = json_get(r->body, name);

	return value != NULL && !cJSON_IsNull(value);
}

static enum mx_err
token_wish_read(struct request *r, struct token_wish *wish)
{
	enum mx_err err = body_read(r, new_fields, wish);

	if (err != M_OK)
		return err;
	if (says(r, "uses_allowed") &&
	    (wish->uses < 0 || wish->uses > USES_MAX))
		return fail(r, M_INVALID_PARAM,
		    "uses_allowed is a number from 0 to %d, or null", USES_MAX);
	if (says(r, "expiry_time") && wish->expires_at <= r->now)
		return fail(r, M_INVALID_PARAM, "expiry_time is a time to come, "
		    "in ms since 1970, or null");
	return M_OK;
}

static struct db_arg
number_or_null(struct request *r, const char *name, int64_t n)
{
	return says(r, name) ? DB_INT(n) : DB_NULL;
}

/*
 * POST /_synapse/admin/v1/registration_tokens/new
 *
 * A new token: the one that is asked for, or one of length letters.
 */
enum mx_err
token_make(struct request *r)
{
	struct token_wish wish = { .length = TOKEN_LENGTH };
	enum mx_err err;

	if ((err = token_wish_read(r, &wish)) != M_OK)
		return err;
	if (wish.length < 1 || wish.length > TOKEN_MAX)
		return fail(r, M_INVALID_PARAM,
		    "length is a number from 1 to %d", TOKEN_MAX);
	if (wish.token == NULL)
		wish.token = random_letters(r->mem, (size_t)wish.length);
	if (!token_valid(wish.token))
		return fail(r, M_INVALID_PARAM, "A token may have %d letters, "
		    "digits and . _ ~ -", TOKEN_MAX);
	if (db_exec(r->db, STMT_REGISTRATION_TOKEN_ADD, DB_TEXT(wish.token),
	    number_or_null(r, "uses_allowed", wish.uses),
	    number_or_null(r, "expiry_time", wish.expires_at),
	    DB_INT(r->now)) == 0)
		return fail(r, M_INVALID_PARAM, "There is such a token already");
	return tell_token(r, wish.token);
}

/*
 * PUT /_synapse/admin/v1/registration_tokens/{token}
 *
 * Of these two what the body names becomes so.
 */
enum mx_err
token_put(struct request *r)
{
	const char *token = req_arg(r, "token");
	struct token_wish wish = { 0 };
	struct db_arg uses, expires;
	struct rows row;
	enum mx_err err;

	if ((err = token_wish_read(r, &wish)) != M_OK)
		return err;
	row = db_query(r->db, STMT_REGISTRATION_TOKEN_SHOW, DB_TEXT(token));
	if (!rows_next(&row))
		return fail(r, M_NOT_FOUND, "There is no such token");
	uses = rows_null(&row, 1) ? DB_NULL : DB_INT(rows_int(&row, 1));
	expires = rows_null(&row, 3) ? DB_NULL : DB_INT(rows_int(&row, 3));
	rows_done(&row);
	if (json_get(r->body, "uses_allowed") != NULL)
		uses = number_or_null(r, "uses_allowed", wish.uses);
	if (json_get(r->body, "expiry_time") != NULL)
		expires = number_or_null(r, "expiry_time", wish.expires_at);
	db_exec(r->db, STMT_REGISTRATION_TOKEN_SET, uses, expires,
	    DB_TEXT(token));
	return tell_token(r, token);
}

/*
 * DELETE /_synapse/admin/v1/registration_tokens/{token}
 *
 * Nobody registers by it any more.
 */
enum mx_err
token_remove(struct request *r)
{
	if (db_exec(r->db, STMT_REGISTRATION_TOKEN_DROP,
	    DB_TEXT(req_arg(r, "token"))) == 0)
		return fail(r, M_NOT_FOUND, "There is no such token");
	return M_OK;
}

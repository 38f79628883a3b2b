/*
 * mxcgi-token.c - mxcgi token: registration tokens, which let whoever holds
 * one register (client-server API, "Token-authenticated registration").
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "mxcgi-order.h"
#include "mxcgi.h"

#define TOKEN_MAX	64
#define TOKEN_LENGTH	24		/* 142 bits */
#define USES_MAX	1000000000
#define PAGE		100

struct token {
	const char	*text;
	int64_t		 uses;		/* 0: any number */
	int64_t		 used;
	int64_t		 expires_at;	/* 0: never */
	int64_t		 created_at;
};

static struct token
take(const struct rows *rows)
{
	return (struct token){ rows_text(rows, 0), rows_int(rows, 1),
	    rows_int(rows, 2), rows_int(rows, 3), rows_int(rows, 4) };
}

/* -------------------------------------------------------------- showing */

static const char *
state(const struct order *o, const struct token *t)
{
	if (t->expires_at != 0 && t->expires_at <= o->now)
		return "expired";
	return t->uses != 0 && t->used >= t->uses ? "used" : "valid";
}

static void
tell_json(const struct order *o, struct arena *mem, const struct token *t)
{
	struct json_line line;
	struct writer *w = json_line_begin(&line, mem);

	put_text(w, "token", t->text);
	put_text(w, "state", state(o, t));
	put_or_null(w, "uses", t->uses);
	put_int(w, "used", t->used);
	put_or_null(w, "expires_at", t->expires_at);
	put_or_null(w, "created_at", t->created_at);
	json_line_end(&line);
}

static void
list_one(const struct order *o, struct arena *mem, const struct token *t)
{
	if (o->option[OPT_JSON] != NULL)
		tell_json(o, mem, t);
	else
		say(mem, "%-24s %-8s %10lld %10s  %s", t->text, state(o, t),
		    (long long)t->used, t->uses == 0 ? "any" :
		    arena_printf(mem, "%lld", (long long)t->uses),
		    t->expires_at == 0 ? "never" :
		    time_text(mem, t->expires_at));
}

/* o->name: the last that was listed; NULL: that was all. */
static int
list_page(struct order *o)
{
	struct arena *page = arena_new();
	struct arena *before = db_arena(o->db, page);
	struct rows rows = db_query(o->db, STMT_REGISTRATION_TOKEN_PAGE,
	    DB_TEXT(o->name), DB_INT(PAGE));
	const char *last = NULL;

	while (rows_next(&rows) && !ferror(stdout)) {
		struct token t = take(&rows);

		last = t.text;
		list_one(o, page, &t);
	}
	rows_done(&rows);
	db_arena(o->db, before);
	o->name = arena_strdup(o->mem, last);
	arena_free(page);
	return 0;
}

static int
token_list(struct order *o)
{
	int status = 0;

	if (o->option[OPT_JSON] == NULL)
		say(o->mem, "%-24s %-8s %10s %10s  %s", "TOKEN", "STATE",
		    "USED", "OF", "EXPIRES");
	o->name = "";
	while (status == 0 && o->name != NULL)
		status = order_read(o, list_page);
	return status;
}

/* ------------------------------------------------------------------ add */

static bool
token_valid(const char *token)
{
	size_t n = strlen(token);

	return n >= 1 && n <= TOKEN_MAX && strspn(token,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	    "._~-") == n;
}

/* The token in o->name: made up, or what was asked for. */
static int
choose(struct order *o)
{
	const char *length = o->option[OPT_LENGTH];
	int64_t n = TOKEN_LENGTH;

	if (o->name != NULL && length != NULL)
		return refuse(o, EX_USAGE, "a token of your own has its length "
		    "already; leave out --length");
	if (length != NULL && !read_number(length, TOKEN_MAX, &n))
		return refuse(o, EX_USAGE, "--length is a number from 1 to %d",
		    TOKEN_MAX);
	if (o->name == NULL)
		o->name = random_letters(o->mem, (size_t)n);
	if (!token_valid(o->name))
		return refuse(o, EX_DATAERR, "a token may have %d letters, "
		    "digits and . _ ~ -", TOKEN_MAX);
	return 0;
}

static int
show(struct order *o)
{
	struct rows rows = db_query(o->db, STMT_REGISTRATION_TOKEN_SHOW,
	    DB_TEXT(o->name));
	struct token t;

	if (!rows_next(&rows))
		return refuse(o, EX_NOUSER, "there is no such token");
	t = take(&rows);
	rows_done(&rows);
	if (o->option[OPT_JSON] != NULL)
		tell_json(o, o->mem, &t);
	else
		say(o->mem, "%s", t.text);
	return 0;
}

static int
make(struct order *o)
{
	int64_t uses = 0, life = 0;

	if (o->option[OPT_USES] != NULL)
		read_number(o->option[OPT_USES], USES_MAX, &uses);
	if (o->option[OPT_EXPIRES] != NULL)
		read_span(o->mem, o->option[OPT_EXPIRES], &life);
	if (db_exec(o->db, STMT_REGISTRATION_TOKEN_ADD, DB_TEXT(o->name),
	    uses == 0 ? DB_NULL : DB_INT(uses),
	    life == 0 ? DB_NULL : DB_INT(o->now + life), DB_INT(o->now)) == 0)
		return refuse(o, EX_CANTCREAT, "this token exists already; "
		    "revoke it first, or choose another");
	return 0;
}

static int
token_add(struct order *o)
{
	const char *uses = o->option[OPT_USES];
	const char *expires = o->option[OPT_EXPIRES];
	int64_t n;
	int status;

	if (uses != NULL && !read_number(uses, USES_MAX, &n))
		return refuse(o, EX_USAGE, "--uses is a number from 1 to %d",
		    USES_MAX);
	if (expires != NULL && !read_span(o->mem, expires, &n))
		return refuse(o, EX_USAGE, "--expires is a time such as 90s, "
		    "15m, 12h, 7d or 4w");
	if ((status = choose(o)) != 0 || (status = order_write(o, make)) != 0)
		return status;
	return order_read(o, show);
}

/* --------------------------------------------------------------- revoke */

static int
drop(struct order *o)
{
	if (db_exec(o->db, STMT_REGISTRATION_TOKEN_DROP,
	    DB_TEXT(o->name)) == 0)
		return refuse(o, EX_NOUSER, "there is no such token; `mxcgi "
		    "token list` shows all");
	return 0;
}

static int
token_revoke(struct order *o)
{
	struct json_line line;
	int status = order_write(o, drop);

	if (status != 0)
		return status;
	if (o->option[OPT_JSON] == NULL) {
		say(o->mem, "%s is revoked", o->name);
		return 0;
	}
	put_text(json_line_begin(&line, o->mem), "token", o->name);
	json_line_end(&line);
	return 0;
}

/* ------------------------------------------------------------ the verbs */

static const struct verb verbs[] = {
	{ "add", token_add, OPT(USES) | OPT(EXPIRES) | OPT(LENGTH),
	    MAYBE_ARGUMENT,
	    "[--uses N] [--expires TIME] [--length N | TOKEN]",
	    "make a token and print it; TIME is such as 12h or 7d" },
	{ "list", token_list, 0, NO_ARGUMENT, "", "show all tokens" },
	{ "revoke", token_revoke, 0, ONE_ARGUMENT, "TOKEN",
	    "let nobody register by it any more" },
	{ .name = NULL }
};

int
cmd_token(int argc, char **argv)
{
	return order_run(verbs, argc, argv);
}

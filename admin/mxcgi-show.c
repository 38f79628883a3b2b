/*
 * mxcgi-show.c - mxcgi user list and show.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "matrix/ids.h"
#include "mxcgi-order.h"

#define PAGE	100	/* accounts; nobody's snapshot lasts as long as a list */

/* -------------------------------------------------------- one account */

int
user_find_named(struct order *o)
{
	if (!account_named(o->db, o->mem, o->conf->server_name, o->name,
	    &o->account))
		return refuse(o, EX_NOUSER, "there is no user \"%s\" here; "
		    "`mxcgi user list` shows all", o->name);
	return 0;
}

void
account_members(struct writer *w, const struct account *a)
{
	put_text(w, "user_id", a->user_id);
	put_text(w, "kind", account_kind_name(a->kind));
	put_bool(w, "admin", a->admin);
	put_or_null(w, "created_at", a->created_at);
	put_or_null(w, "locked_at", a->locked_at);
	put_or_null(w, "suspended_at", a->suspended_at);
	put_or_null(w, "deactivated_at", a->deactivated_at);
	put_or_null(w, "erased_at", a->erased_at);
}

const char *
account_state(struct arena *mem, const struct account *a)
{
	const char *state = arena_printf(mem, "%s%s%s%s",
	    a->locked_at != 0 ? ", locked" : "",
	    a->suspended_at != 0 ? ", suspended" : "",
	    a->deactivated_at != 0 ? ", deactivated" : "",
	    a->erased_at != 0 ? ", erased" : "");

	return *state == '\0' ? "active" : state + 2;
}

static const char *
kind_word(const struct account *a)
{
	return a->admin ? "admin" : account_kind_name(a->kind);
}

/* --------------------------------------------------------------- list */

static bool
is_wanted(const struct order *o, const struct account *a)
{
	const char *const *option = o->option;

	return (option[OPT_ADMINS] == NULL || a->admin) &&
	    (option[OPT_GUESTS] == NULL || a->kind == ACCOUNT_GUEST) &&
	    (option[OPT_LOCKED] == NULL || a->locked_at != 0) &&
	    (option[OPT_SUSPENDED] == NULL || a->suspended_at != 0) &&
	    (option[OPT_DEACTIVATED] == NULL || a->deactivated_at != 0);
}

static void
list_one(const struct order *o, struct arena *mem, const struct account *a)
{
	struct json_line line;

	if (o->option[OPT_JSON] != NULL) {
		account_members(json_line_begin(&line, mem), a);
		json_line_end(&line);
	} else {
		say(mem, "%-40s %-10s %s  %s", a->user_id, kind_word(a),
		    time_text(mem, a->created_at), account_state(mem, a));
	}
}

/* o->name: the id of the last that was listed; NULL: that was all. */
static int
list_page(struct order *o)
{
	struct arena *page = arena_new();
	struct arena *before = db_arena(o->db, page);
	struct rows rows = db_query(o->db, STMT_ACCOUNT_PAGE,
	    DB_TEXT(o->name), DB_INT(PAGE));
	const char *last = NULL;
	struct account a;

	while (rows_next(&rows) && !ferror(stdout)) {
		last = rows_text(&rows, 1);
		if (account_get(o->db, rows_int(&rows, 0), &a) &&
		    is_wanted(o, &a))
			list_one(o, page, &a);
	}
	rows_done(&rows);
	db_arena(o->db, before);
	o->name = arena_strdup(o->mem, last);
	arena_free(page);
	return 0;
}

int
user_list(struct order *o)
{
	int status = 0;

	if (o->option[OPT_JSON] == NULL)
		say(o->mem, "%-40s %-10s %-20s  %s", "USER", "KIND", "CREATED",
		    "STATE");
	o->name = "";
	while (status == 0 && o->name != NULL)
		status = order_read(o, list_page);
	return status;
}

/* --------------------------------------------------------------- show */

/* What an account has many of; a column that ends in _at is a time. */
static const struct detail {
	const char	*name;		/* in JSON */
	const char	*word;
	enum stmt	 stmt;
	const char	*column[5];
} details[] = {
	{ "threepids", "address", STMT_ACCOUNT_THREEPIDS,
	    { "medium", "address", "validated_at", "added_at" } },
	{ "bindings", "published", STMT_ACCOUNT_BINDINGS,
	    { "medium", "address", "id_server", "bound_at" } },
	{ "devices", "device", STMT_ACCOUNT_DEVICES,
	    { "device_id", "display_name", "created_at" } },
	{ "pushers", "pusher", STMT_ACCOUNT_PUSHERS,
	    { "app_id", "device_display_name", "gateway", "set_at" } },
	{ "policies", "agreed to", STMT_ACCOUNT_POLICIES,
	    { "policy", "version", "accepted_at" } },
};
#define DETAILS	(sizeof(details) / sizeof(*details))

static bool
is_time(const char *column)
{
	size_t n = strlen(column);

	return n > 3 && strcmp(column + n - 3, "_at") == 0;
}

static void
put_details(struct order *o, struct writer *w, const struct detail *d)
{
	struct rows rows = db_query(o->db, d->stmt, DB_INT(o->account.user));

	put_array(w, d->name);
	while (rows_next(&rows)) {
		write_object(w);
		for (int i = 0; d->column[i] != NULL; i++)
			if (is_time(d->column[i]))
				put_or_null(w, d->column[i], rows_int(&rows, i));
			else
				put_text(w, d->column[i], rows_text(&rows, i));
		write_end(w);
	}
	write_end(w);
}

/* "validated 2026-11-23T14:05:09Z": the name without its _at. */
static void
add_column(struct order *o, struct buf *b, const char *column,
    const struct rows *rows, int i)
{
	if (is_time(column))
		buf_printf(b, "  %.*s %s", (int)strlen(column) - 3, column,
		    time_text(o->mem, rows_int(rows, i)));
	else if (!rows_null(rows, i))
		buf_printf(b, "  %s", rows_text(rows, i));
}

static void
say_details(struct order *o, const struct detail *d)
{
	struct rows rows = db_query(o->db, d->stmt, DB_INT(o->account.user));
	struct buf b;

	while (rows_next(&rows)) {
		buf_init(&b, o->mem, SIZE_MAX);
		for (int i = 0; d->column[i] != NULL; i++)
			add_column(o, &b, d->column[i], &rows, i);
		say(o->mem, "%-10s %s", d->word, buf_str(&b) + 2);
	}
}

static void
show_json(struct order *o, int64_t rooms)
{
	struct json_line line;
	struct writer *w = json_line_begin(&line, o->mem);

	account_members(w, &o->account);
	put_bool(w, "password", o->account.hash != NULL);
	put_int(w, "joined_rooms", rooms);
	for (size_t i = 0; i < DETAILS; i++)
		put_details(o, w, &details[i]);
	json_line_end(&line);
}

static void
show_words(struct order *o, int64_t rooms)
{
	const struct account *a = &o->account;

	say(o->mem, "%-10s %s", "user", a->user_id);
	say(o->mem, "%-10s %s", "kind", kind_word(a));
	say(o->mem, "%-10s %s", "created", time_text(o->mem, a->created_at));
	say(o->mem, "%-10s %s", "state", account_state(o->mem, a));
	say(o->mem, "%-10s %s", "password", a->hash != NULL ? "set" : "none");
	say(o->mem, "%-10s %lld joined", "rooms", (long long)rooms);
	for (size_t i = 0; i < DETAILS; i++)
		say_details(o, &details[i]);
}

static int
show(struct order *o)
{
	int status = user_find_named(o);
	int64_t rooms;

	if (status != 0)
		return status;
	rooms = db_int(o->db, 0, STMT_ACCOUNT_ROOMS, DB_INT(o->account.user));
	if (o->option[OPT_JSON] != NULL)
		show_json(o, rooms);
	else
		show_words(o, rooms);
	return 0;
}

int
user_show(struct order *o)
{
	return order_read(o, show);
}

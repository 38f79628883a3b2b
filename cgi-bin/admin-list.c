/*
 * admin-list.c - what all calls of tools for administrators have in common:
 * whom they name, and which part of a list they want.
 */
#include <string.h>

#include "admin.h"
#include "matrix/ids.h"

enum mx_err
account_meant(struct request *r, struct account *a)
{
	const char *user_id = req_arg(r, "userId");
	const char *server = id_server(user_id);

	if (!user_id_valid(user_id))
		return fail(r, M_INVALID_PARAM, "This is not a user id");
	if (strcmp(server, r->conf->server_name) != 0)
		return fail(r, M_INVALID_PARAM,
		    "This user belongs to another server");
	if (!account_find(r->db, user_id, a))
		return fail(r, M_NOT_FOUND, "There is no such user");
	return M_OK;
}

enum mx_err
account_alive(struct request *r, struct account *a)
{
	enum mx_err err = account_meant(r, a);

	if (err == M_OK && a->deactivated_at != 0)
		return fail(r, M_NOT_FOUND, "This account has been "
		    "deactivated");
	return err;
}

static bool
is_one_of(const char *word, const char *const *words)
{
	while (*words != NULL && strcmp(word, *words) != 0)
		words++;
	return *words != NULL;
}

enum mx_err
paging_read(struct request *r, const char *const *orders, bool newest,
    struct paging *p)
{
	const char *dir = req_query(r, "dir");
	const char *order = req_query(r, "order_by");

	*p = (struct paging){ .limit = 100, .order = orders[0],
	    .backwards = newest && order == NULL };
	if (!req_query_int(r, "from", 0, JSON_INT_MAX, &p->from))
		return fail(r, M_INVALID_PARAM, "from must be a next_token, or "
		    "how many entries to pass over");
	if (!req_query_int(r, "limit", 0, JSON_INT_MAX, &p->limit))
		return fail(r, M_INVALID_PARAM,
		    "limit must be a whole number above -1");
	if (order != NULL && !is_one_of(order, orders))
		return fail(r, M_INVALID_PARAM, "order_by cannot be %s here",
		    order);
	if (dir != NULL && strcmp(dir, "f") != 0 && strcmp(dir, "b") != 0)
		return fail(r, M_INVALID_PARAM, "dir must be f or b");
	if (order != NULL)
		p->order = order;
	if (dir != NULL)
		p->backwards = *dir == 'b';
	if (p->limit > LIST_MAX)
		p->limit = LIST_MAX;
	return M_OK;
}

void
put_paging(struct request *r, const struct paging *p, int64_t n,
    int64_t total)
{
	if (n > 0 && p->from + n < total)
		put_int(&r->out, "next_token", p->from + n);
	put_int(&r->out, "total", total);
}

enum mx_err
query_bool(struct request *r, const char *name, struct db_arg *out)
{
	const char *text = req_query(r, name);

	*out = DB_NULL;
	if (text == NULL)
		return M_OK;
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		return fail(r, M_INVALID_PARAM, "%s must be true or false",
		    name);
	*out = DB_INT(*text == 't');
	return M_OK;
}

void
put_column(struct writer *w, const char *key, const struct rows *rows,
    int column)
{
	put_raw(w, key, rows_null(rows, column) ? SPAN("null") :
	    rows_span(rows, column));
}

void
put_time(struct writer *w, const char *key, int64_t at)
{
	write_key(w, key);
	if (at == 0)
		write_null(w);
	else
		write_int(w, at);
}

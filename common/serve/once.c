/*
 * once.c - a request with a transaction id is done once (client-server API,
 * "Transaction identifiers"): the answer stands beside the change itself, so
 * a repeated request gets it again, whichever process it reaches.
 */
#include <string.h>

#include "base/crypto.h"
#include "serve/life.h"

/*
 * Whose transaction ids they are.  An application service has some of its own for
 * each of its users, whatever device it names: it may name one this time, and
 * none the next.
 */
static struct db_arg
owner(const struct life *l)
{
	return DB_INT(l->r.who.appservice != NULL ? -l->r.who.user :
	    l->r.who.device);
}

/*
 * Scoped to device and endpoint: the API version is left out, so that a client
 * that changes it between two tries is recognised.
 */
static void
once_key(const struct life *l, uint8_t key[SHA256_LEN])
{
	struct buf b;

	buf_init(&b, l->r.mem, SIZE_MAX);
	buf_puts(&b, l->r.route->method);
	buf_putc(&b, '\0');
	buf_puts(&b, l->r.route->path);
	if (l->r.who.appservice != NULL) {
		buf_putc(&b, '\0');
		buf_puts(&b, l->r.who.appservice->id);
	}
	for (size_t i = 0; i < ROUTE_MAXARGS && l->r.arg[i] != NULL; i++) {
		buf_putc(&b, '\0');
		buf_puts(&b, l->r.arg[i]);
	}
	sha256(b.s, b.len, key);
}

bool
once_replay(struct life *l)
{
	uint8_t key[SHA256_LEN];
	struct rows rows;

	once_key(l, key);
	rows = db_query(l->r.db, STMT_ONCE_FIND, owner(l),
	    DB_BLOB(key, sizeof(key)));
	if (!rows_next(&rows))
		return false;
	reply_raw(&l->r, rows_span(&rows, 0));
	rows_done(&rows);
	l->err = M_OK;
	return true;
}

void
once_remember(struct life *l)
{
	uint8_t key[SHA256_LEN];

	once_key(l, key);
	db_exec(l->r.db, STMT_ONCE_ADD, owner(l),
	    DB_BLOB(key, sizeof(key)), DB_INT(l->r.now),
	    DB_SPAN(buf_content(&l->body)));
}

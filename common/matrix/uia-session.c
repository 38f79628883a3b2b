/*
 * uia-session.c - sessions of User-Interactive Authentication, in the volatile
 * store.
 *
 * The store knows a session by the SHA-256 of what the client holds, and its
 * body by a SHA-256 that begins with it: a body may hold a password, and an
 * unsalted hash of that would be as good as the password.
 */
#include <string.h>

#include "matrix/uia-inner.h"

#define UIA_LIFE_MS	(60 * 60 * 1000)

const char *
uia_endpoint(const struct request *r)
{
	struct buf b;

	buf_init(&b, r->mem, SIZE_MAX);
	buf_puts(&b, r->route->name);
	for (size_t i = 0; i < ROUTE_MAXARGS && r->arg[i] != NULL; i++) {
		buf_putc(&b, '/');
		buf_puts(&b, r->arg[i]);
	}
	return buf_str(&b);
}

static void
hash_key(struct uia *u)
{
	sha256(u->session, strlen(u->session), u->key);
}

/*
 * u->session is set.  False: the body cannot be written canonically.  What is
 * itself the auth (api/v1) is bound to nothing.
 */
bool
uia_session_hash(struct uia *u)
{
	cJSON *body = u->r->body, *auth = NULL;
	bool canonical = true;
	struct buf b;

	hash_key(u);
	buf_init(&b, u->r->mem, SIZE_MAX);
	buf_puts(&b, u->session);
	if (u->auth != body) {
		auth = cJSON_DetachItemFromObjectCaseSensitive(body, "auth");
		canonical = json_canonical(&b, body);
		if (auth != NULL)
			cJSON_AddItemToObject(body, "auth", auth);
	}
	sha256(b.s, b.len, u->body);
	return canonical;
}

bool
uia_session_make(struct uia *u)
{
	u->session = random_token(u->r->mem);
	u->stored = NULL;
	u->completed = cJSON_CreateObject();
	u->changed = true;
	return uia_session_hash(u);
}

/* The columns of uia_find. */
enum { ENDPOINT, USER, BODY, COMPLETED, FLOWS };

/*
 * As long as nothing is completed another body begins anew: clients probe the
 * flows with an empty one, or let people change their minds on the way.
 */
enum uia_found
uia_session_find(struct uia *u)
{
	struct rows rows = db_query(u->r->vol, STMT_UIA_FIND,
	    DB_BLOB(u->key, sizeof(u->key)), DB_INT(u->r->now));
	enum uia_found found = UIA_FOUND;

	if (!rows_next(&rows))
		return UIA_UNKNOWN;
	u->stored = rows_text(&rows, COMPLETED);
	u->completed = json_parse_own(u->r->mem, span_of(u->stored));
	u->changed = !ct_equal(rows_span(&rows, BODY).s, u->body,
	    sizeof(u->body));
	if (!span_is(rows_span(&rows, ENDPOINT), u->endpoint) ||
	    rows_int(&rows, USER) != u->r->who.user ||
	    (u->changed && u->completed->child != NULL))
		found = UIA_ANOTHERS;
	rows_done(&rows);
	return found;
}

/* False: another request was faster, or the session is gone. */
bool
uia_session_keep(struct uia *u)
{
	const struct request *r = u->r;
	struct buf completed;

	if (!u->changed)
		return true;
	buf_init(&completed, r->mem, SIZE_MAX);
	json_print(&completed, u->completed);
	u->changed = false;
	if (u->stored != NULL)
		return db_exec(r->vol, STMT_UIA_GO_ON,
		    DB_BLOB(u->body, sizeof(u->body)),
		    DB_SPAN(buf_content(&completed)),
		    DB_BLOB(u->key, sizeof(u->key)), DB_TEXT(u->stored)) > 0;
	u->stored = buf_str(&completed);
	db_exec(r->vol, STMT_UIA_MAKE_ROOM, DB_INT(r->now));
	return db_exec(r->vol, STMT_UIA_ADD, DB_BLOB(u->key, sizeof(u->key)),
	    DB_TEXT(u->endpoint), DB_INT(u->which),
	    r->who.user ? DB_INT(r->who.user) : DB_NULL,
	    DB_BLOB(u->body, sizeof(u->body)), DB_TEXT(u->stored),
	    DB_INT(r->now), DB_INT(r->now + UIA_LIFE_MS)) > 0;
}

bool
uia_session_look_up(struct uia *u, const char *session)
{
	u->session = session;
	hash_key(u);
	return uia_session_look_at(u);
}

bool
uia_session_look_at(struct uia *u)
{
	struct rows rows = db_query(u->r->vol, STMT_UIA_FIND,
	    DB_BLOB(u->key, sizeof(u->key)), DB_INT(u->r->now));

	if (!rows_next(&rows))
		return false;
	u->stored = rows_text(&rows, COMPLETED);
	u->completed = json_parse_own(u->r->mem, span_of(u->stored));
	u->which = (enum conf_flows)rows_int(&rows, FLOWS);
	u->user = rows_int(&rows, USER);
	memcpy(u->body, rows_span(&rows, BODY).s, sizeof(u->body));
	rows_done(&rows);
	uia_choose_flows(u);
	return true;
}

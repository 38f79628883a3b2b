/*
 * uia.c - User-Interactive Authentication: stages as a table, sessions in the
 * volatile store.
 *
 * The store knows a session by the SHA-256 of what the client holds, and its
 * body by a SHA-256 that begins with it: a body may hold a password, and an
 * unsalted hash of that would be as good as the password.
 */
#include <string.h>

#include "base/crypto.h"
#include "matrix/uia.h"

#define UIA_LIFE_MS	(60 * 60 * 1000)

struct uia {
	struct request	*r;
	enum conf_flows	 which;
	const struct conf_flow *flows;
	const char	*session;		/* as the client holds it */
	uint8_t		 key[SHA256_LEN];	/* as the store knows it */
	uint8_t		 body[SHA256_LEN];
	const char	*endpoint;
	const char	*stored;		/* completed; NULL: no row */
	cJSON		*completed;
	bool		 changed;		/* the row is not up to date */
};

/* ------------------------------------------------------------ the stages */

struct auth {
	const cJSON	*all;
	const char	*type;
	const char	*session;
};

static const struct field auth_fields[] = {
	FIELD_OBJECT(auth, all, "auth", OPTIONAL),
	FIELD_STR(auth, type, "auth.type", OPTIONAL, NULL),
	FIELD_STR(auth, session, "auth.session", OPTIONAL, NULL),
	FIELD_END
};

/* A stage says M_OK, or fails with the errcode and sentence that it returns. */
struct verdict {
	enum mx_err	 err;
	const char	*error;
};

struct stage {
	const char	*type;
	struct verdict	(*attempt)(struct uia *, const struct auth *);
};

static struct verdict
dummy(struct uia *u, const struct auth *auth)
{
	(void)u;
	(void)auth;
	return (struct verdict){ M_OK, NULL };
}

static const struct stage stages[] = {
	{ "m.login.dummy", dummy },
};

static const struct stage *
stage_find(const char *type)
{
	for (size_t i = 0; i < sizeof(stages) / sizeof(*stages); i++)
		if (strcmp(stages[i].type, type) == 0)
			return &stages[i];
	return NULL;
}

/* ------------------------------------------------------------- the flows */

static bool
has_completed(const struct uia *u, const char *type)
{
	const cJSON *stage;

	cJSON_ArrayForEach(stage, u->completed)
		if (strcmp(stage->valuestring, type) == 0)
			return true;
	return false;
}

/* How many stages of the flow, from its beginning, are completed? */
static size_t
flow_progress(const struct uia *u, const struct conf_flow *flow)
{
	size_t n = 0;

	while (flow->stage[n] != NULL && has_completed(u, flow->stage[n]))
		n++;
	return n;
}

static bool
any_flow_completed(const struct uia *u)
{
	for (const struct conf_flow *f = u->flows; f->stage[0] != NULL; f++)
		if (f->stage[flow_progress(u, f)] == NULL)
			return true;
	return false;
}

/* 2015 let a client choose any stage of its flow (UIA-7). */
static bool
flow_awaits(const struct uia *u, const struct conf_flow *flow, const char *type)
{
	for (size_t n = flow_progress(u, flow); flow->stage[n] != NULL; n++) {
		if (strcmp(flow->stage[n], type) == 0)
			return true;
		if (!req_is_2015(u->r))
			return false;
	}
	return false;
}

static bool
is_awaited(const struct uia *u, const char *type)
{
	for (const struct conf_flow *f = u->flows; f->stage[0] != NULL; f++)
		if (flow_awaits(u, f, type))
			return true;
	return false;
}

static struct verdict
try_stage(struct uia *u, const struct auth *auth)
{
	const struct stage *stage = stage_find(auth->type);
	struct verdict v;

	/* A completed stage is not tried again, and is no mistake either. */
	if (has_completed(u, auth->type))
		return (struct verdict){ M_OK, NULL };
	if (stage == NULL || !is_awaited(u, auth->type))
		return (struct verdict){ M_FORBIDDEN,
		    "This stage is not the next of any flow" };
	v = stage->attempt(u, auth);
	if (v.err == M_OK) {
		cJSON_AddItemToArray(u->completed,
		    cJSON_CreateString(stage->type));
		u->changed = true;
	}
	return v;
}

/* ----------------------------------------------------------- the session */

static const char *
endpoint_of(const struct request *r)
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

/* u->session is set.  False: the body cannot be written canonically. */
static bool
hash_session(struct uia *u)
{
	cJSON *body = u->r->body;
	cJSON *auth = cJSON_DetachItemFromObjectCaseSensitive(body, "auth");
	struct buf b;
	bool canonical;

	buf_init(&b, u->r->mem, SIZE_MAX);
	buf_puts(&b, u->session);
	sha256(b.s, b.len, u->key);
	canonical = json_canonical(&b, body);
	sha256(b.s, b.len, u->body);
	if (auth != NULL)
		cJSON_AddItemToObject(body, "auth", auth);
	return canonical;
}

static bool
make_session(struct uia *u)
{
	u->session = random_token(u->r->mem);
	u->stored = NULL;
	u->completed = cJSON_CreateArray();
	u->changed = true;
	return hash_session(u);
}

enum find { FOUND, UNKNOWN, ANOTHERS };

/*
 * As long as nothing is completed another body begins anew: clients probe the
 * flows with an empty one, or let people change their minds on the way.
 */
static enum find
find_session(struct uia *u)
{
	struct rows rows = db_query(u->r->vol, STMT_UIA_FIND,
	    DB_BLOB(u->key, sizeof(u->key)), DB_INT(u->r->now));
	enum find found = FOUND;

	if (!rows_next(&rows))
		return UNKNOWN;
	u->stored = rows_text(&rows, 3);
	u->completed = json_parse_own(u->r->mem, span_of(u->stored));
	u->changed = !ct_equal(rows_span(&rows, 2).s, u->body, sizeof(u->body));
	if (!span_is(rows_span(&rows, 0), u->endpoint) ||
	    rows_int(&rows, 1) != u->r->who.user ||
	    (u->changed && u->completed->child != NULL))
		found = ANOTHERS;
	rows_done(&rows);
	return found;
}

/* False: another request was faster, or the session is gone. */
static bool
keep_session(struct uia *u)
{
	const struct request *r = u->r;
	struct buf completed;

	if (!u->changed)
		return true;
	buf_init(&completed, r->mem, SIZE_MAX);
	json_print(&completed, u->completed);
	if (u->stored != NULL)
		return db_exec(r->vol, STMT_UIA_GO_ON,
		    DB_BLOB(u->body, sizeof(u->body)),
		    DB_SPAN(buf_content(&completed)),
		    DB_BLOB(u->key, sizeof(u->key)), DB_TEXT(u->stored)) > 0;
	db_exec(r->vol, STMT_UIA_MAKE_ROOM, DB_INT(r->now));
	return db_exec(r->vol, STMT_UIA_ADD, DB_BLOB(u->key, sizeof(u->key)),
	    DB_TEXT(u->endpoint), DB_INT(u->which), r->who.user ? DB_INT(r->who.user) : DB_NULL,
	    DB_BLOB(u->body, sizeof(u->body)), DB_SPAN(buf_content(&completed)),
	    DB_INT(r->now), DB_INT(r->now + UIA_LIFE_MS)) > 0;
}

/* False: another request has used it. */
static bool
use_session(struct uia *u)
{
	return u->stored == NULL || db_exec(u->r->vol, STMT_UIA_END,
	    DB_BLOB(u->key, sizeof(u->key))) > 0;
}

/* ------------------------------------------------------------ the answer */

static void
write_flows(struct writer *w, const struct conf_flow *flows)
{
	put_array(w, "flows");
	for (const struct conf_flow *f = flows; f->stage[0] != NULL; f++) {
		write_object(w);
		put_array(w, "stages");
		for (size_t n = 0; f->stage[n] != NULL; n++)
			write_text(w, f->stage[n]);
		write_end(w);
		write_end(w);
	}
	write_end(w);
}

static enum mx_err
ask(struct uia *u, struct verdict v)
{
	static const char *const errcodes[] = {
#define X(name, errcode, status) [name] = errcode,
		MX_ERRORS(X)
#undef X
	};
	struct writer *w = &u->r->out;

	if (v.err != M_OK) {
		put_text(w, "errcode", errcodes[v.err]);
		put_text(w, "error", v.error);
	}
	write_flows(w, u->flows);
	put_object(w, "params");
	write_end(w);
	put_text(w, "session", u->session);
	put_json(w, "completed", u->completed);
	return M_UIA;
}

/* The session is unknown, expired or used: here is another. */
static enum mx_err
ask_anew(struct uia *u)
{
	make_session(u);
	if (!keep_session(u)) {
		reply_retry_after(u->r, 1000);
		return fail(u->r, M_BUSY, "The server is busy; try again");
	}
	return ask(u, (struct verdict){ M_FORBIDDEN,
	    "This session is not known any more; go on with the new one" });
}

static enum mx_err
go_on(struct uia *u, const struct auth *auth)
{
	struct verdict v = { M_OK, NULL };

	if (auth->type != NULL)
		v = try_stage(u, auth);
	if (any_flow_completed(u))
		return use_session(u) ? M_OK : ask_anew(u);
	return keep_session(u) ? ask(u, v) : ask_anew(u);
}

enum mx_err
uia_pass(struct request *r, enum conf_flows which)
{
	struct uia u = { .r = r, .which = which,
	    .flows = r->conf->flows[which], .endpoint = endpoint_of(r) };
	struct auth auth = { 0 };
	enum mx_err err;

	if ((err = body_read(r, auth_fields, &auth)) != M_OK)
		return err;
	u.session = auth.session;
	if (auth.session != NULL ? !hash_session(&u) : !make_session(&u))
		return fail(r, M_BAD_JSON,
		    "The body holds a number that is not an integer");
	if (auth.session == NULL)
		return go_on(&u, &auth);
	switch (find_session(&u)) {
	case FOUND:
		return go_on(&u, &auth);
	case UNKNOWN:
		return ask_anew(&u);
	case ANOTHERS:
		break;
	}
	return fail(r, M_FORBIDDEN,
	    "This session belongs to another request; begin anew without auth");
}

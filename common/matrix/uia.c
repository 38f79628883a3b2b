/*
 * uia.c - User-Interactive Authentication: flows and sessions, these in the
 * volatile store.  The stages are in uia-stage.c.
 *
 * The store knows a session by the SHA-256 of what the client holds, and its
 * body by a SHA-256 that begins with it: a body may hold a password, and an
 * unsalted hash of that would be as good as the password.
 */
#include <string.h>

#include "matrix/account.h"
#include "matrix/uia-inner.h"

#define UIA_LIFE_MS	(60 * 60 * 1000)
#define PASSWORD	"m.login.password"

/* ------------------------------------------------------------- the flows */

const cJSON *
uia_proof(const struct uia *u, const char *type)
{
	return json_get(u->completed, type);
}

/* How many stages of the flow, from its beginning, are completed? */
static size_t
flow_progress(const struct uia *u, const struct conf_flow *flow)
{
	size_t n = 0;

	while (flow->stage[n] != NULL && uia_proof(u, flow->stage[n]) != NULL)
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

static bool
flow_has(const struct conf_flow *flow, const char *type)
{
	for (size_t n = 0; flow->stage[n] != NULL; n++)
		if (strcmp(flow->stage[n], type) == 0)
			return true;
	return false;
}

/* Whoever has no password is not asked for one. */
static void
choose_flows(struct uia *u)
{
	const struct conf_flow *all = u->r->conf->flows[u->which];
	struct account account;
	struct conf_flow *some;
	size_t n = 0, kept = 0;

	u->flows = all;
	u->has_password = u->user == 0 ||
	    (account_get(u->r->db, u->user, &account) && account.hash != NULL);
	if (u->has_password)
		return;
	while (all[n].stage[0] != NULL)
		n++;
	some = arena_alloc(u->r->mem, (n + 1) * sizeof(*some));
	for (size_t i = 0; i < n; i++)
		if (!flow_has(&all[i], PASSWORD))
			some[kept++] = all[i];
	u->flows = some;
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

static void
hash_key(struct uia *u)
{
	sha256(u->session, strlen(u->session), u->key);
}

/*
 * u->session is set.  False: the body cannot be written canonically.  What is
 * itself the auth (api/v1) is bound to nothing.
 */
static bool
hash_session(struct uia *u)
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

static bool
make_session(struct uia *u)
{
	u->session = random_token(u->r->mem);
	u->stored = NULL;
	u->completed = cJSON_CreateObject();
	u->changed = true;
	return hash_session(u);
}

/* The columns of uia_find. */
enum { ENDPOINT, USER, BODY, COMPLETED, FLOWS };
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
	u->stored = rows_text(&rows, COMPLETED);
	u->completed = json_parse_own(u->r->mem, span_of(u->stored));
	u->changed = !ct_equal(rows_span(&rows, BODY).s, u->body,
	    sizeof(u->body));
	if (!span_is(rows_span(&rows, ENDPOINT), u->endpoint) ||
	    rows_int(&rows, USER) != u->r->who.user ||
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

/* ------------------------------------------------------------- the stages */

/* Who it must be: what is proved later must be of the same account. */
static int64_t
user_proved(const struct uia *u)
{
	const cJSON *proof;
	int64_t user;

	cJSON_ArrayForEach(proof, u->completed)
		if (json_int(proof, "user", &user) && user != 0)
			return user;
	return 0;
}

static struct verdict
note(struct uia *u, const struct stage *stage, struct verdict v)
{
	int64_t user, before = u->user ? u->user : user_proved(u);

	if (v.err != M_OK)
		return v;
	if (json_int(v.proof, "user", &user) && before != 0 && user != before)
		return (struct verdict){ M_FORBIDDEN,
		    "This belongs to another account", NULL };
	cJSON_AddItemToObject(u->completed, stage->type,
	    v.proof ? v.proof : cJSON_CreateObject());
	u->changed = true;
	return v;
}

static struct verdict
try_stage(struct uia *u, const char *type)
{
	const struct stage *stage = stage_find(type);
	struct verdict v = { M_OK, NULL, NULL };

	/* A completed stage is not tried again, and is no mistake either. */
	if (uia_proof(u, type) != NULL)
		return v;
	if (stage == NULL || !is_awaited(u, type))
		return (struct verdict){ M_FORBIDDEN,
		    "This stage is not the next of any flow", NULL };
	if (u->working == stage && u->r->job != NULL) {
		u->working = NULL;
		v = stage->judge(u);
	} else {
		v = stage->attempt(u);
	}
	if (v.err == M_LATER)
		u->working = stage;
	return note(u, stage, v);
}

enum mx_err
uia_resume(struct request *r)
{
	return r->route->handler(r);
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

static bool
is_asked_for(const struct uia *u, const char *type)
{
	for (const struct conf_flow *f = u->flows; f->stage[0] != NULL; f++)
		if (flow_has(f, type))
			return true;
	return false;
}

static void
write_params(struct uia *u, struct writer *w)
{
	const struct stage *stage;

	put_object(w, "params");
	for (stage = stages; stage->type != NULL; stage++)
		if (stage->params != NULL && is_asked_for(u, stage->type)) {
			put_object(w, stage->type);
			stage->params(u, w);
			write_end(w);
		}
	write_end(w);
}

static void
write_completed(struct writer *w, const cJSON *completed)
{
	const cJSON *proof;

	put_array(w, "completed");
	cJSON_ArrayForEach(proof, completed)
		write_text(w, proof->string);
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
	write_params(u, w);
	put_text(w, "session", u->session);
	write_completed(w, u->completed);
	return M_UIA;
}

static enum mx_err
busy(struct request *r)
{
	reply_retry_after(r, 1000);
	return fail(r, M_BUSY, "The server is busy; try again");
}

/* The session is unknown, expired or used: here is another. */
static enum mx_err
ask_anew(struct uia *u)
{
	make_session(u);
	if (!keep_session(u))
		return busy(u->r);
	return ask(u, (struct verdict){ M_FORBIDDEN,
	    "This session is not known any more; go on with the new one",
	    NULL });
}

/*
 * What a stage fails for is said in the 401; but for what has nothing to do
 * with it, such as a limit or a request that is not whole, which is refused as
 * everywhere.
 */
static bool
is_of_stage(enum mx_err err)
{
	switch (err) {
	case M_LATER:
	case M_LIMIT_EXCEEDED:
	case M_BUSY:
	case M_BAD_JSON:
	case M_MISSING_PARAM:
	case M_INVALID_PARAM:
		return false;
	default:
		return true;
	}
}

static enum mx_err
go_on(struct uia *u)
{
	const char *type = json_text(u->auth, "type");
	struct verdict v = { M_OK, NULL, NULL };
	bool began = u->stored == NULL;

	if (type != NULL)
		v = try_stage(u, type);
	if (!is_of_stage(v.err))
		return v.err;
	if (any_flow_completed(u)) {
		u->passed = true;
		/* Who passes in one step needs no session. */
		return began || keep_session(u) ? M_OK : ask_anew(u);
	}
	return keep_session(u) ? ask(u, v) : ask_anew(u);
}

/* ------------------------------------------------------------- the engine */

static struct uia *
uia_of(struct request *r, enum conf_flows which)
{
	if (r->uia == NULL) {
		r->uia = arena_alloc(r->mem, sizeof(*r->uia));
		*r->uia = (struct uia){ .r = r, .which = which };
	}
	return r->uia;
}

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

static enum mx_err
run(struct uia *u, const char *session)
{
	struct request *r = u->r;
	bool fresh = session == NULL;

	/* A session that began with the stage whose job has ended. */
	if (fresh && u->working != NULL)
		session = u->session;
	u->user = r->who.user;
	u->endpoint = endpoint_of(r);
	choose_flows(u);
	if (u->flows->stage[0] == NULL)
		return fail(r, M_FORBIDDEN, "This server has no way to make "
		    "sure that it is you; ask its administrator");
	u->session = session;
	if (session != NULL ? !hash_session(u) : !make_session(u))
		return fail(r, M_BAD_JSON,
		    "The body holds a number that is not an integer");
	if (fresh)
		return go_on(u);
	switch (find_session(u)) {
	case FOUND:
		return go_on(u);
	case UNKNOWN:
		return ask_anew(u);
	case ANOTHERS:
		break;
	}
	return fail(r, M_FORBIDDEN,
	    "This session belongs to another request; begin anew without auth");
}

enum mx_err
uia_pass(struct request *r, enum conf_flows which)
{
	struct uia *u = uia_of(r, which);
	struct auth auth = { 0 };
	enum mx_err err;

	if (u->passed)
		return M_OK;
	if ((err = body_read(r, auth_fields, &auth)) != M_OK)
		return err;
	u->auth = auth.all;
	return run(u, auth.session);
}

enum mx_err
uia_end(struct request *r)
{
	struct uia *u = r->uia;
	const struct stage *stage;
	const cJSON *proof;
	enum mx_err err;

	cJSON_ArrayForEach(proof, u->completed) {
		stage = stage_find(proof->string);
		if (stage->spend != NULL &&
		    (err = stage->spend(u, proof)) != M_OK)
			return err;
	}
	/* When a round of writes is lost it runs anew. */
	if (u->ended || u->stored == NULL)
		return M_OK;
	u->ended = db_exec(r->vol, STMT_UIA_END,
	    DB_BLOB(u->key, sizeof(u->key))) > 0;
	return u->ended ? M_OK : fail(r, M_FORBIDDEN,
	    "This session was used by another request; begin anew");
}

/* ------------------------------------------------------- what was proved */

int64_t
uia_user(const struct request *r)
{
	return user_proved(r->uia);
}

struct uia_address
uia_address(const struct request *r, const char *medium)
{
	const cJSON *proof = uia_proof(r->uia, strcmp(medium, "email") == 0 ?
	    "m.login.email.identity" : "m.login.msisdn");
	struct uia_address a = { 0 };

	if (proof == NULL)
		return a;
	a.medium = json_text(proof, "medium");
	a.address = json_text(proof, "address");
	a.id_server = json_text(proof, "id_server");
	a.id_sid = json_text(proof, "id_sid");
	a.client_secret = json_text(proof, "client_secret");
	json_int(proof, "validated_at", &a.validated_at);
	return a;
}

bool
uia_accepted_terms(const struct request *r)
{
	return uia_proof(r->uia, "m.login.terms") != NULL;
}

/* ------------------------------------------------- registration of 2014 */

static enum mx_err
v1_begin(struct uia *u)
{
	struct request *r = u->r;
	const char *session = json_text(r->body, "session");

	u->auth = r->body;
	u->endpoint = endpoint_of(r);
	choose_flows(u);
	u->session = session;
	if (session == NULL) {
		make_session(u);
	} else {
		hash_session(u);
		if (find_session(u) != FOUND)
			return fail(r, M_FORBIDDEN, "This session is not known "
			    "any more; begin anew without one");
	}
	if (uia_proof(u, "m.login.dummy") == NULL)
		cJSON_AddItemToObject(u->completed, "m.login.dummy",
		    cJSON_CreateObject());
	return M_OK;
}

/* The first stage of any flow that is still open. */
static const char *
v1_next(const struct uia *u, const char *last)
{
	const struct conf_flow *f = u->flows;
	size_t most = 0;

	if (any_flow_completed(u))
		return last;
	for (const struct conf_flow *g = f; g->stage[0] != NULL; g++)
		if (flow_progress(u, g) > most) {
			most = flow_progress(u, g);
			f = g;
		}
	return f->stage[most];
}

enum mx_err
uia_v1_stage(struct request *r, enum conf_flows which, const char *last)
{
	struct uia *u = uia_of(r, which);
	struct verdict v;
	enum mx_err err;

	if (u->working == NULL && (err = v1_begin(u)) != M_OK)
		return err;
	u->auth = r->body;
	v = try_stage(u, json_text(r->body, "type"));
	if (!is_of_stage(v.err))
		return v.err;
	if (v.err != M_OK)
		return fail(r, v.err, "%s", v.error);
	u->changed = true;
	if (!keep_session(u))
		return busy(r);
	put_text(&r->out, "session", u->session);
	put_text(&r->out, "next", v1_next(u, last));
	return M_OK;
}

enum mx_err
uia_v1_pass(struct request *r, enum conf_flows which)
{
	struct uia *u = uia_of(r, which);
	enum mx_err err;

	if (u->passed)
		return M_OK;
	if ((err = v1_begin(u)) != M_OK)
		return err;
	if (!any_flow_completed(u))
		return fail(r, M_FORBIDDEN, "%s must be passed before",
		    v1_next(u, ""));
	u->passed = true;
	return M_OK;
}

/* ------------------------------------------------------ fallback pages */

/* The session as it stands, whatever request it is of; false: unknown. */
static bool
look_up(struct uia *u, const char *session)
{
	struct rows rows;

	u->session = session;
	hash_key(u);
	rows = db_query(u->r->vol, STMT_UIA_FIND,
	    DB_BLOB(u->key, sizeof(u->key)), DB_INT(u->r->now));
	if (!rows_next(&rows))
		return false;
	u->stored = rows_text(&rows, COMPLETED);
	u->completed = json_parse_own(u->r->mem, span_of(u->stored));
	u->which = (enum conf_flows)rows_int(&rows, FLOWS);
	u->user = rows_int(&rows, USER);
	memcpy(u->body, rows_span(&rows, BODY).s, sizeof(u->body));
	rows_done(&rows);
	choose_flows(u);
	return true;
}

struct uia_view
uia_view(struct request *r, const char *session, const char *type)
{
	struct uia u = { .r = r };
	struct uia_view view = { .known = look_up(&u, session) };

	if (!view.known)
		return view;
	view.flows = u.which;
	view.user = u.user;
	view.completed = uia_proof(&u, type) != NULL;
	view.awaited = is_awaited(&u, type);
	return view;
}

enum mx_err
uia_try(struct request *r, const char *session, const char *type,
    const cJSON *auth, const char **why)
{
	struct uia *u = uia_of(r, FLOWS_register);
	struct verdict v;

	if (!look_up(u, session)) {
		*why = "This session is not known any more";
		return M_UIA;
	}
	u->auth = auth;
	v = try_stage(u, type);
	if (!is_of_stage(v.err))
		return v.err;
	if (v.err == M_OK && keep_session(u))
		return M_OK;
	*why = v.err != M_OK ? v.error : "Something changed meanwhile; try "
	    "again";
	return M_UIA;
}

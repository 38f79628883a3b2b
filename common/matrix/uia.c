/*
 * uia.c - User-Interactive Authentication: flows, and what is asked and
 * answered.  Sessions are in uia-session.c, the stages in uia-stage.c.
 */
#include <string.h>

#include "matrix/account.h"
#include "matrix/sso.h"
#include "matrix/uia-inner.h"

#define PASSWORD	"m.login.password"
#define SSO		"m.login.sso"

/* ------------------------------------------------------------- the flows */

const cJSON *
uia_proof(const struct uia *u, const char *type)
{
	return json_get(u->completed, type);
}

/* How many stages of the flow, from its beginning, are completed? */
size_t
uia_flow_progress(const struct uia *u, const struct conf_flow *flow)
{
	size_t n = 0;

	while (flow->stage[n] != NULL && uia_proof(u, flow->stage[n]) != NULL)
		n++;
	return n;
}

bool
uia_is_complete(const struct uia *u)
{
	for (const struct conf_flow *f = u->flows; f->stage[0] != NULL; f++)
		if (f->stage[uia_flow_progress(u, f)] == NULL)
			return true;
	return false;
}

/* 2015 let a client choose any stage of its flow (UIA-7). */
static bool
flow_awaits(const struct uia *u, const struct conf_flow *flow, const char *type)
{
	for (size_t n = uia_flow_progress(u, flow); flow->stage[n] != NULL; n++) {
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

/*
 * Whoever has no password is not asked for one, nor for a provider whom nobody
 * knows them by.
 */
void
uia_choose_flows(struct uia *u)
{
	const struct conf_flow *all = u->r->conf->flows[u->which];
	struct account account = { .user = 0 };
	bool password, sso;
	struct conf_flow *some;
	size_t n = 0, kept = 0;

	u->flows = all;
	if (u->user == 0)
		return;
	account_get(u->r->db, u->user, &account);
	password = account.hash != NULL;
	sso = sso_is_linked(u->r->db, u->r->conf, u->user);
	if (password && sso)
		return;
	while (all[n].stage[0] != NULL)
		n++;
	some = arena_alloc(u->r->mem, (n + 1) * sizeof(*some));
	for (size_t i = 0; i < n; i++)
		if ((password || !flow_has(&all[i], PASSWORD)) &&
		    (sso || !flow_has(&all[i], SSO)))
			some[kept++] = all[i];
	u->flows = some;
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

struct verdict
uia_try_stage(struct uia *u, const char *type)
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

enum mx_err
uia_busy(struct request *r)
{
	reply_retry_after(r, 1000);
	return fail(r, M_BUSY, "The server is busy; try again");
}

/* The session is unknown, expired or used: here is another. */
static enum mx_err
ask_anew(struct uia *u)
{
	uia_session_make(u);
	if (!uia_session_keep(u))
		return uia_busy(u->r);
	return ask(u, (struct verdict){ M_FORBIDDEN,
	    "This session is not known any more; go on with the new one",
	    NULL });
}

/* It could not be kept: another request was faster, or the store is busy. */
static enum mx_err
moved_on(struct uia *u)
{
	return db_fault(u->r->vol) != DB_FINE ? uia_busy(u->r) : ask_anew(u);
}

/*
 * What a stage fails for is said in the 401; but for what has nothing to do
 * with it, such as a limit or a request that is not whole, which is refused as
 * everywhere.
 */
bool
uia_is_of_stage(enum mx_err err)
{
	switch (err) {
	case M_LATER:
	case M_LIMIT_EXCEEDED:
	case M_BUSY:
	case M_BAD_JSON:
	case M_MISSING_PARAM:
	case M_INVALID_PARAM:
	case M_NOT_FOUND:
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
		v = uia_try_stage(u, type);
	if (!uia_is_of_stage(v.err))
		return v.err;
	if (uia_is_complete(u)) {
		u->passed = true;
		/* Who passes in one step needs no session. */
		return began || uia_session_keep(u) ? M_OK : moved_on(u);
	}
	return uia_session_keep(u) ? ask(u, v) : moved_on(u);
}

/* ------------------------------------------------------------- the engine */

struct uia *
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
	u->endpoint = uia_endpoint(r);
	uia_choose_flows(u);
	if (u->flows->stage[0] == NULL)
		return fail(r, M_FORBIDDEN, "This server has no way to make "
		    "sure that it is you; ask its administrator");
	u->session = session;
	if (session != NULL ? !uia_session_hash(u) : !uia_session_make(u))
		return fail(r, M_BAD_JSON,
		    "The body holds a number that is not an integer");
	if (fresh)
		return go_on(u);
	switch (uia_session_find(u)) {
	case UIA_FOUND:
		return go_on(u);
	case UIA_UNKNOWN:
		/* The store may just have no time. */
		return db_fault(r->vol) != DB_FINE ? uia_busy(r) : ask_anew(u);
	case UIA_ANOTHERS:
		break;
	}
	return fail(r, M_FORBIDDEN,
	    "This session belongs to another request; begin anew without auth");
}

/*
 * An application service has full control of its users, who have nothing to
 * prove anything by ("Device management", "Cross-signing").
 */
static bool
is_in_control(const struct request *r, enum conf_flows which)
{
	return r->who.appservice != NULL && (which == FLOWS_delete_devices ||
	    which == FLOWS_signing_keys || which == FLOWS_deactivate);
}

enum mx_err
uia_pass(struct request *r, enum conf_flows which)
{
	struct uia *u = uia_of(r, which);
	struct auth auth = { 0 };
	enum mx_err err;

	if (u->passed || is_in_control(r, which))
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
	if (!u->ended && db_fault(r->vol) != DB_FINE)
		return uia_busy(r);
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

/* ------------------------------------------------------ fallback pages */

void
uia_name(const char *session, uint8_t name[SHA256_LEN])
{
	sha256(session, strlen(session), name);
}

struct uia_view
uia_view_named(struct request *r, const uint8_t name[SHA256_LEN],
    const char *type)
{
	struct uia u = { .r = r };
	struct uia_view view = { .known = false };

	memcpy(u.key, name, sizeof(u.key));
	view.known = uia_session_look_at(&u);
	if (!view.known)
		return view;
	view.flows = u.which;
	view.user = u.user;
	view.completed = uia_proof(&u, type) != NULL;
	view.awaited = is_awaited(&u, type);
	return view;
}

struct uia_view
uia_view(struct request *r, const char *session, const char *type)
{
	uint8_t name[SHA256_LEN];

	uia_name(session, name);
	return uia_view_named(r, name, type);
}

enum mx_err
uia_prove(struct request *r, const uint8_t name[SHA256_LEN], const char *type,
    int64_t user, const char **why)
{
	struct uia *u = uia_of(r, FLOWS_register);
	struct verdict v = { M_OK, NULL, NULL };

	memcpy(u->key, name, sizeof(u->key));
	*why = "This session is not known any more";
	if (!uia_session_look_at(u))
		return M_UIA;
	if (uia_proof(u, type) != NULL)
		return M_OK;
	*why = "This step is not the next one";
	if (!is_awaited(u, type))
		return M_UIA;
	v.proof = cJSON_CreateObject();
	cJSON_AddNumberToObject(v.proof, "user", (double)user);
	v = note(u, stage_find(type), v);
	if (v.err == M_OK && uia_session_keep(u))
		return M_OK;
	*why = v.err != M_OK ? v.error : "Something changed meanwhile; try "
	    "again";
	return M_UIA;
}

enum mx_err
uia_try(struct request *r, const char *session, const char *type,
    const cJSON *auth, const char **why)
{
	struct uia *u = uia_of(r, FLOWS_register);
	struct verdict v;

	if (!uia_session_look_up(u, session)) {
		*why = "This session is not known any more";
		return M_UIA;
	}
	u->auth = auth;
	v = uia_try_stage(u, type);
	if (!uia_is_of_stage(v.err))
		return v.err;
	if (v.err == M_OK && uia_session_keep(u))
		return M_OK;
	*why = v.err != M_OK ? v.error : "Something changed meanwhile; try "
	    "again";
	return M_UIA;
}

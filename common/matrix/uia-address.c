/*
 * uia-address.c - the stages m.login.email.identity and m.login.msisdn: an
 * address that this server has had confirmed, or an identity server.
 */
#include <string.h>

#include "base/crypto.h"
#include "matrix/ids.h"
#include "matrix/idserver.h"
#include "matrix/threepid.h"
#include "matrix/uia-inner.h"

/* As with those of this server. */
#define CONFIRMED_FOR_MS	(24 * 60 * 60 * 1000LL)

/* As it is spelt today, in 2015, and in the attic before that. */
struct creds {
	const char	*sid;
	const char	*client_secret;
	const char	*id_server;
	const char	*id_access_token;
};

static struct verdict
failed(enum mx_err err, const char *error)
{
	return (struct verdict){ err, error, NULL };
}

static const char *
either(const cJSON *object, const char *name, const char *other)
{
	const char *text = json_text(object, name);

	return text ? text : json_text(object, other);
}

/* In 2015 a list: its first entry counts. */
static bool
creds_read(const struct uia *u, struct creds *c)
{
	const cJSON *object = json_get(u->auth, "threepid_creds");

	if (object == NULL)
		object = json_get(u->auth, "threepidCreds");
	if (cJSON_IsArray(object))
		object = object->child;
	*c = (struct creds){
		.sid = json_text(object, "sid"),
		.client_secret = either(object, "client_secret", "clientSecret"),
		.id_server = either(object, "id_server", "idServer"),
		.id_access_token = json_text(object, "id_access_token")
	};
	return c->sid != NULL && opaque_id_valid(c->sid) &&
	    c->client_secret != NULL && opaque_id_valid(c->client_secret);
}

static enum threepid_purpose
purpose(const struct uia *u)
{
	return u->which == FLOWS_register ? FOR_REGISTER : FOR_PASSWORD;
}

/*
 * A new account's address must be nobody's; else it stands for whose it is.
 */
static struct verdict
judge_address(struct uia *u, cJSON *proof, const char *medium,
    const char *address, int64_t validated_at)
{
	int64_t owner = threepid_owner(u->r->db, medium, address);

	if (u->which == FLOWS_register && owner != 0)
		return failed(M_THREEPID_IN_USE,
		    "This address belongs to an account already");
	if (u->user != 0 && owner != u->user)
		return failed(M_THREEPID_NOT_FOUND,
		    "This address is not one of your account");
	if (u->which != FLOWS_register && owner == 0)
		return failed(fail(u->r, M_NOT_FOUND,
		    "No account here has this address"), NULL);
	if (u->which != FLOWS_register)
		cJSON_AddNumberToObject(proof, "user", (double)owner);
	cJSON_AddStringToObject(proof, "medium", medium);
	cJSON_AddStringToObject(proof, "address", address);
	cJSON_AddNumberToObject(proof, "validated_at", (double)validated_at);
	return (struct verdict){ M_OK, NULL, proof };
}

/* -------------------------------------------- confirmed by this server */

static struct verdict
judge_own(struct uia *u, const struct threepid_session *s)
{
	cJSON *proof;

	if (s->validated_at == 0)
		return failed(M_UNAUTHORIZED,
		    "The address has not been confirmed yet");
	proof = cJSON_CreateObject();
	cJSON_AddStringToObject(proof, "sid", s->sid);
	return judge_address(u, proof, s->medium, s->address, s->validated_at);
}

/* -------------------------------------- confirmed by an identity server */

struct question {
	struct job	 job;
	struct idserver	 ids;
	char		 medium[16];
};

static void
ask(struct job *job)
{
	idserver_validated(&((struct question *)job)->ids);
}

static struct verdict
ask_server(struct uia *u, const struct creds *c, const char *medium)
{
	struct request *r = u->r;
	struct question *q;

	if (!idserver_trusted(r->conf, c->id_server))
		return failed(req_is_2015(r) ? M_THREEPID_AUTH_FAILED :
		    M_SERVER_NOT_TRUSTED,
		    "This server does not rely on that identity server");
	q = job_new(sizeof(*q));
	q->job = (struct job){ ask, JOB_NET };
	strcpy(q->medium, medium);
	later(r, &q->job, uia_resume, TX_READ);
	if (!idserver_session(&q->ids, r->conf, c->id_server, c->sid,
	    c->client_secret, c->id_access_token))
		return failed(M_THREEPID_AUTH_FAILED,
		    "The identity server cannot know this session");
	return failed(M_LATER, NULL);
}

/*
 * What is needed to publish it there (bind_email of 2015) is kept with what
 * was proved.
 */
struct verdict
uia_address_judge(struct uia *u)
{
	const struct question *q = (const struct question *)u->r->job;
	const struct idserver *ids = &q->ids;
	cJSON *proof;

	if (ids->said == IDSERVER_SILENT)
		return failed(M_THREEPID_AUTH_FAILED,
		    "The identity server does not answer; try again later");
	if (ids->said == IDSERVER_NO)
		return failed(strcmp(ids->errcode, "M_SESSION_NOT_VALIDATED") ==
		    0 ? M_UNAUTHORIZED : M_THREEPID_AUTH_FAILED,
		    "The identity server does not confirm this address");
	if (strcmp(ids->medium, q->medium) != 0)
		return failed(M_THREEPID_AUTH_FAILED,
		    "What was confirmed is another kind of address");
	if (ids->validated_at < u->r->now - CONFIRMED_FOR_MS)
		return failed(M_THREEPID_AUTH_FAILED,
		    "That was confirmed too long ago; begin anew");
	proof = cJSON_CreateObject();
	cJSON_AddStringToObject(proof, "id_server", ids->id_server);
	cJSON_AddStringToObject(proof, "id_sid", ids->sid);
	cJSON_AddStringToObject(proof, "client_secret", ids->client_secret);
	return judge_address(u, proof, ids->medium, ids->address,
	    ids->validated_at);
}

/* ---------------------------------------------------------- the stages */

static struct verdict
attempt(struct uia *u, const char *medium)
{
	struct threepid_session s;
	struct creds c;

	if (!creds_read(u, &c))
		return failed(fail(u->r, req_is_2015(u->r) ? M_BAD_JSON :
		    M_MISSING_PARAM, "auth.threepid_creds needs sid and "
		    "client_secret"), NULL);
	if (threepid_session_find(u->r->db, c.sid, c.client_secret,
	    purpose(u), u->r->now, &s) && strcmp(s.medium, medium) == 0)
		return judge_own(u, &s);
	if (c.id_server != NULL)
		return ask_server(u, &c, medium);
	return failed(M_THREEPID_AUTH_FAILED,
	    "No confirmation of an address has this sid and secret");
}

struct verdict
uia_email(struct uia *u)
{
	return attempt(u, MEDIUM_EMAIL);
}

struct verdict
uia_msisdn(struct uia *u)
{
	return attempt(u, MEDIUM_MSISDN);
}

/* That server may remember it for ever: here it is used. */
static bool
use_word(struct uia *u, const cJSON *proof)
{
	uint8_t hash[SHA256_LEN];
	struct buf b;

	buf_init(&b, u->r->mem, SIZE_MAX);
	buf_printf(&b, "%s %s", json_text(proof, "id_server"),
	    json_text(proof, "id_sid"));
	sha256(b.s, b.len, hash);
	return db_exec(u->r->db, STMT_CONFIRMATION_USE,
	    DB_BLOB(hash, sizeof(hash)),
	    DB_INT(u->r->now + CONFIRMED_FOR_MS)) > 0;
}

/* A confirmation is good for one use. */
enum mx_err
uia_address_spend(struct uia *u, const cJSON *proof)
{
	const char *sid = json_text(proof, "sid");

	if (sid != NULL ? threepid_session_spend(u->r->db, sid) :
	    use_word(u, proof))
		return M_OK;
	return fail(u->r, M_THREEPID_AUTH_FAILED,
	    "This confirmation has been used already");
}

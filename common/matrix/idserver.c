/* idserver.c - see idserver.h. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "json/writer.h"
#include "matrix/idserver-inner.h"
#include "matrix/ids.h"
#include "matrix/signing.h"
#include "matrix/threepid.h"

bool
idserver_copy(char *to, size_t size, const char *from)
{
	size_t n = strlen(from);

	if (n >= size)
		return false;
	memcpy(to, from, n + 1);
	return true;
}

bool
idserver_token_valid(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return true;
}

bool
idserver_session(struct idserver *id, const struct conf *conf,
    const char *id_server, const char *sid, const char *client_secret,
    const char *access_token)
{
	if (access_token == NULL)
		access_token = "";
	id->conf = conf;
	return server_name_valid(id_server) && opaque_id_valid(sid) &&
	    opaque_id_valid(client_secret) &&
	    idserver_token_valid(access_token) &&
	    idserver_copy(id->id_server, sizeof id->id_server, id_server) &&
	    idserver_copy(id->sid, sizeof id->sid, sid) &&
	    idserver_copy(id->client_secret, sizeof id->client_secret,
	    client_secret) &&
	    idserver_copy(id->access_token, sizeof id->access_token, access_token);
}

bool
idserver_trusted(const struct conf *conf, const char *id_server)
{
	const char *const *s = conf->id_servers;

	while (*s != NULL && strcasecmp(*s, id_server) != 0)
		s++;
	return *s != NULL;
}

/* ------------------------------------------------------ to ask and to hear */

struct question
question_new(struct idserver *id, const char *method, const char *path)
{
	struct question q = { .id = id, .mem = arena_new() };
	struct http *h = arena_alloc(q.mem, sizeof *h);

	q.before = json_arena(q.mem);
	q.http = h;
	h->conf = id->conf;
	strcpy(h->method, method);
	snprintf(h->url, sizeof h->url, "https://%s%s%s", id->id_server,
	    id->access_token[0] ? IDSERVER_V2 : IDSERVER_V1, path);
	if (id->access_token[0] != '\0')
		snprintf(h->authorization, sizeof h->authorization,
		    "Bearer %s", id->access_token);
	return q;
}

void
question_end(struct question *q)
{
	json_arena(q->before);
	arena_free(q->mem);
}

/* Too long for what we keep of it: cut, for people read it. */
static void
keep(char *to, size_t size, const char *text)
{
	if (text != NULL)
		snprintf(to, size, "%s", text);
}

/*
 * In version 1 a refusal may come with 200 (2015); what counts is whether
 * there is an errcode.
 */
void
question_ask(struct question *q)
{
	struct idserver *id = q->id;
	struct http *h = q->http;
	enum json_verdict verdict;

	http_run(h);
	q->answer = h->status == 0 ? NULL :
	    json_parse(q->mem, h->body, h->len, &verdict, NULL);
	if (!cJSON_IsObject(q->answer))
		q->answer = NULL;
	id->status = h->status;
	id->errcode[0] = '\0';
	keep(id->errcode, sizeof id->errcode,
	    json_text(q->answer, "errcode"));
	keep(id->error, sizeof id->error, h->status == 0 ? h->error :
	    json_text(q->answer, "error"));
	if (h->status == 200 && q->answer != NULL && id->errcode[0] == '\0')
		id->said = IDSERVER_YES;
	else
		id->said = id->errcode[0] != '\0' ? IDSERVER_NO :
		    IDSERVER_SILENT;
}

/* A yes that does not say to what is none. */
void
question_doubt(struct question *q, const char *why)
{
	q->id->said = IDSERVER_SILENT;
	keep(q->id->error, sizeof q->id->error, why);
}

static void
read_address(struct question *q)
{
	struct idserver *id = q->id;
	const char *medium = json_text(q->answer, "medium");
	const char *address = json_text(q->answer, "address");

	if (id->said != IDSERVER_YES)
		return;
	if (medium != NULL && address != NULL)
		address = threepid_canonical(q->mem, medium, address);
	if (medium == NULL || address == NULL ||
	    !idserver_copy(id->medium, sizeof id->medium, medium) ||
	    !idserver_copy(id->address, sizeof id->address, address))
		question_doubt(q, "its answer names no address");
}

/* ------------------------------------------------------------ the questions */

void
idserver_validated(struct idserver *id)
{
	struct question q = question_new(id, "GET", "/3pid/getValidated3pid");

	http_query_add(q.http, "sid", id->sid);
	http_query_add(q.http, "client_secret", id->client_secret);
	question_ask(&q);
	read_address(&q);
	if (id->said == IDSERVER_YES && (!json_int(q.answer, "validated_at",
	    &id->validated_at) || id->validated_at <= 0))
		question_doubt(&q, "its answer does not say when");
	question_end(&q);
}

void
question_send(struct question *q, struct span text)
{
	struct http *h = q->http;

	strcpy(h->type, "application/json");
	memcpy(h->sent, text.s, text.n);
	h->sent_len = text.n;
}

/* In 2015 it was a form. */
static void
send_session(struct question *q)
{
	struct idserver *id = q->id;
	cJSON *body = cJSON_CreateObject();
	struct buf text;

	if (id->access_token[0] == '\0') {
		http_form_add(q->http, "sid", id->sid);
		http_form_add(q->http, "client_secret", id->client_secret);
		http_form_add(q->http, "mxid", id->user_id);
		return;
	}
	cJSON_AddStringToObject(body, "sid", id->sid);
	cJSON_AddStringToObject(body, "client_secret", id->client_secret);
	cJSON_AddStringToObject(body, "mxid", id->user_id);
	buf_init(&text, q->mem, HTTP_SENT_MAX);
	json_print(&text, body);
	question_send(q, buf_content(&text));
}

void
idserver_bind(struct idserver *id)
{
	struct question q = question_new(id, "POST", "/3pid/bind");

	send_session(&q);
	question_ask(&q);
	read_address(&q);
	question_end(&q);
}

/*
 * Request authentication of the server-server API, but that the receiver
 * stands there as destination_is: so Synapse has signed this request ever
 * since, and so Sydent checks it.
 */
static bool
sign(struct question *q, const char *uri, cJSON *content)
{
	struct http *h = q->http;
	const struct conf *conf = q->id->conf;
	const char *why, *path = arena_printf(q->mem, "%s/signing.key",
	    conf->data_dir);
	struct signing_key *key = signing_key_load(q->mem, path, &why);
	cJSON *all = cJSON_CreateObject();

	if (key == NULL) {
		log_error("%s", why);
		return false;
	}
	cJSON_AddItemReferenceToObject(all, "content", content);
	cJSON_AddStringToObject(all, "destination_is", q->id->id_server);
	cJSON_AddStringToObject(all, "method", h->method);
	cJSON_AddStringToObject(all, "origin", conf->server_name);
	cJSON_AddStringToObject(all, "uri", uri);
	snprintf(h->authorization, sizeof h->authorization,
	    "X-Matrix origin=\"%s\",key=\"%s\",sig=\"%s\",destination=\"%s\"",
	    conf->server_name, key->id,
	    sign_text(q->mem, key, signed_text(q->mem, all)),
	    q->id->id_server);
	explicit_bzero(key, sizeof *key);
	return true;
}

static cJSON *
unbind_body(const struct idserver *id)
{
	cJSON *body = cJSON_CreateObject();
	cJSON *threepid = cJSON_AddObjectToObject(body, "threepid");

	cJSON_AddStringToObject(body, "mxid", id->user_id);
	cJSON_AddStringToObject(threepid, "medium", id->medium);
	cJSON_AddStringToObject(threepid, "address", id->address);
	return body;
}

/*
 * Version 2 takes the signature for an access token; who speaks only version
 * 1 is asked there.
 */
static void
unbind_by(struct idserver *id, const char *uri)
{
	struct question q = question_new(id, "POST", "");
	cJSON *body = unbind_body(id);
	struct buf text;

	snprintf(q.http->url, sizeof q.http->url, "https://%s%s",
	    id->id_server, uri);
	buf_init(&text, q.mem, HTTP_SENT_MAX);
	json_print(&text, body);
	question_send(&q, buf_content(&text));
	if (sign(&q, uri, body))
		question_ask(&q);
	else
		id->said = IDSERVER_SILENT;
	question_end(&q);
}

void
idserver_unbind(struct idserver *id)
{
	unbind_by(id, IDSERVER_V2 "/3pid/unbind");
	if (id->said != IDSERVER_YES && id->status == 404)
		unbind_by(id, IDSERVER_V1 "/3pid/unbind");
}

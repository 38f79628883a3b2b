/* account-unbind.c - see account-unbind.h. */
#include <stdio.h>
#include <string.h>

#include "account-unbind.h"
#include "base/clock.h"
#include "base/log.h"
#include "matrix/idserver.h"

/* How often the time of one request all of them may take together. */
#define PATIENCE	2

struct binding {
	char	medium[16];
	char	address[512];
	char	id_server[256];
	bool	gone;
};
struct unbind {
	struct job	 job;
	const struct conf *conf;
	int64_t		 user;
	char		 user_id[256];
	size_t		 n;
	struct binding	 list[BINDINGS_MAX];
	struct idserver	 id;
};

/* Whom time was too short for is as one who does not answer. */
static void
run(struct job *job)
{
	struct unbind *u = (struct unbind *)job;
	int64_t until = clock_mono_us() +
	    (int64_t)u->conf->outbound_ms * 1000 * PATIENCE;

	for (size_t i = 0; i < u->n && clock_mono_us() < until; i++) {
		struct binding *b = &u->list[i];

		u->id = (struct idserver){ .conf = u->conf };
		strcpy(u->id.id_server, b->id_server);
		strcpy(u->id.user_id, u->user_id);
		strcpy(u->id.medium, b->medium);
		strcpy(u->id.address, b->address);
		idserver_unbind(&u->id);
		b->gone = u->id.said == IDSERVER_YES;
		if (!b->gone)
			log_info("%s does not take back an address: %s %s",
			    b->id_server, u->id.errcode, u->id.error);
	}
}

static struct unbind *
unbind_new(const struct request *r, int64_t user, const char *user_id)
{
	struct unbind *u = job_new(sizeof *u);

	u->job = (struct job){ run, JOB_NET };
	u->conf = r->conf;
	u->user = user;
	snprintf(u->user_id, sizeof u->user_id, "%s", user_id);
	return u;
}

/* What is in the table fits; so does what a client was allowed to name. */
static void
add(struct unbind *u, const char *medium, const char *address,
    const char *id_server)
{
	struct binding *b = &u->list[u->n++];

	snprintf(b->medium, sizeof b->medium, "%s", medium);
	snprintf(b->address, sizeof b->address, "%s", address);
	snprintf(b->id_server, sizeof b->id_server, "%s", id_server);
}

static struct job *
of_rows(struct request *r, int64_t user, const char *user_id,
    struct rows rows)
{
	struct unbind *u = NULL;

	while (rows_next(&rows)) {
		if (u == NULL)
			u = unbind_new(r, user, user_id);
		if (u->n < BINDINGS_MAX)
			add(u, rows_text(&rows, 0), rows_text(&rows, 1),
			    rows_text(&rows, 2));
	}
	return u ? &u->job : NULL;
}

struct job *
unbind_all(struct request *r, int64_t user, const char *user_id,
    const char *id_server)
{
	return of_rows(r, user, user_id, id_server == NULL ?
	    db_query(r->db, STMT_BINDINGS, DB_INT(user)) :
	    db_query(r->db, STMT_ADDRESSES_AT, DB_TEXT(id_server),
	    DB_INT(user)));
}

struct job *
unbind_address(struct request *r, const char *medium, const char *address,
    const char *id_server)
{
	struct unbind *u;

	if (id_server == NULL)
		return of_rows(r, r->who.user, r->who.user_id, db_query(r->db,
		    STMT_BINDINGS_OF_ADDRESS, DB_INT(r->who.user),
		    DB_TEXT(medium), DB_TEXT(address)));
	u = unbind_new(r, r->who.user, r->who.user_id);
	add(u, medium, address, id_server);
	return &u->job;
}

/* A stage of an authentication may have had a job as well. */
static const struct unbind *
asked(const struct request *r)
{
	return r->job != NULL && r->job->run == run ?
	    (const struct unbind *)r->job : NULL;
}

bool
unbind_asked(const struct request *r)
{
	return asked(r) != NULL;
}

void
unbind_finish(struct request *r)
{
	const struct unbind *u = asked(r);

	for (size_t i = 0; u != NULL && i < u->n; i++)
		if (u->list[i].gone)
			db_exec(r->db, STMT_BINDING_DROP,
			    DB_INT(u->user), DB_TEXT(u->list[i].medium),
			    DB_TEXT(u->list[i].address),
			    DB_TEXT(u->list[i].id_server));
}

const char *
unbind_result(const struct request *r)
{
	const struct unbind *u = asked(r);
	size_t i = 0;

	while (u != NULL && i < u->n && u->list[i].gone)
		i++;
	return u != NULL && i == u->n ? "success" : "no-support";
}

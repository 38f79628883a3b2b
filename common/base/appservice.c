/* appservice.c - see appservice.h: whose is an id, or a token? */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/appservice.h"
#include "base/conf.h"
#include "base/log.h"

/* Whatever the expression, an id of 255 bytes is judged in some ms. */
#define MATCH_STEPS	100000
#define MATCH_HEAP_KIB	4096

enum match { MATCH_NO, MATCH_YES, MATCH_UNKNOWN };

static enum match
pattern_match(const struct space_pattern *p, const char *id)
{
	pcre2_match_context *bounds = pcre2_match_context_create(NULL);
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	int rc;

	if (bounds == NULL || data == NULL)
		abort();
	pcre2_set_match_limit(bounds, MATCH_STEPS);
	pcre2_set_heap_limit(bounds, MATCH_HEAP_KIB);
	rc = pcre2_match(p->code, (PCRE2_SPTR)id, strlen(id), 0, 0, data,
	    bounds);
	pcre2_match_data_free(data);
	pcre2_match_context_free(bounds);
	if (rc >= 0)
		return MATCH_YES;
	if (rc == PCRE2_ERROR_NOMATCH)
		return MATCH_NO;
	log_info("appservice: %s takes too long to match an id", p->regex);
	return MATCH_UNKNOWN;
}

/* exclusive: only by patterns that are. */
static enum match
space_match(const struct appservice *as, enum space space, const char *id,
    bool exclusive)
{
	enum match most = MATCH_NO, one;

	for (const struct space_pattern *p = as->space[space]; p != NULL;
	    p = p->next) {
		if (exclusive && !p->exclusive)
			continue;
		if ((one = pattern_match(p, id)) == MATCH_YES)
			return MATCH_YES;
		if (one == MATCH_UNKNOWN)
			most = MATCH_UNKNOWN;
	}
	return most;
}

static bool
is_of_server(const char *id, const char *server_name)
{
	const char *colon = strchr(id, ':');

	return colon != NULL && strcmp(colon + 1, server_name) == 0;
}

bool
appservice_has(const struct appservice *as, const struct conf *conf,
    enum space space, const char *id)
{
	if (space == SPACE_USERS && strcmp(as->sender_id, id) == 0)
		return true;
	if (space == SPACE_USERS && !is_of_server(id, conf->server_name))
		return false;
	return space_match(as, space, id, false) == MATCH_YES;
}

bool
appservice_excludes(const struct conf *conf, enum space space, const char *id,
    const struct appservice *but)
{
	for (const struct appservice *as = conf->appservices; as != NULL;
	    as = as->next) {
		if (as == but)
			continue;
		if (space == SPACE_USERS && strcmp(as->sender_id, id) == 0)
			return true;
		if (space_match(as, space, id, true) != MATCH_NO)
			return true;
	}
	return false;
}

const struct appservice *
appservice_of(const struct conf *conf, enum space space, const char *id,
    const struct appservice *after)
{
	const struct appservice *as = after ? after->next : conf->appservices;

	while (as != NULL && !appservice_has(as, conf, space, id))
		as = as->next;
	return as;
}

const struct appservice *
appservice_by_token(const struct conf *conf, const char *token)
{
	const struct appservice *found = NULL;
	uint8_t hash[SHA256_LEN];

	if (conf->appservices == NULL)
		return NULL;
	sha256(token, strlen(token), hash);
	for (const struct appservice *as = conf->appservices; as != NULL;
	    as = as->next)
		if (ct_equal(as->as_hash, hash, sizeof(hash)))
			found = as;
	return found;
}

const struct appservice *
appservice_by_id(const struct conf *conf, const char *id)
{
	const struct appservice *as = conf->appservices;

	while (as != NULL && strcmp(as->id, id) != 0)
		as = as->next;
	return as;
}

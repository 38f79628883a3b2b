/*
 * caller-service.c - for whom does an application service ask? (Application
 * service API, "Identity assertion")
 */
#include <string.h>

#include "serve/life.h"

const struct appservice *
req_appservice(const struct request *r)
{
	return r->life->token == NULL ? NULL :
	    appservice_by_token(r->conf, r->life->token);
}

enum mx_err
service_needed(struct request *r, const struct appservice **as)
{
	if (r->life->token == NULL)
		return fail(r, M_MISSING_TOKEN,
		    "The as_token of an application service is needed");
	*as = req_appservice(r);
	return *as != NULL ? M_OK : fail(r, M_UNKNOWN_TOKEN,
	    "No application service of this server has this token");
}

struct rows
service_again(struct life *l, const struct bearer *b)
{
	return db_query(l->r.db, STMT_SERVICE_CALLER,
	    DB_INT(b->device > 0 ? b->device : 0), DB_INT(b->user));
}

/* The service needs its sender, whom nobody registers. */
static enum mx_err
make_sender(struct life *l, const char *user_id, int64_t *user)
{
	if (!l->writing)
		return M_AGAIN;
	db_exec(l->r.db, STMT_ACCOUNT_USER_ADD, DB_TEXT(user_id));
	*user = db_int(l->r.db, 0, STMT_USER_FIND, DB_TEXT(user_id));
	db_exec(l->r.db, STMT_ACCOUNT_ADD, DB_INT(*user),
	    DB_TEXT("appservice"), DB_INT(l->r.now));
	l->settled = true;
	return M_OK;
}

static enum mx_err
find_user(struct life *l, const struct appservice *as, int64_t *user)
{
	const char *user_id = req_query(&l->r, "user_id");

	if (user_id == NULL || *user_id == '\0')
		user_id = as->sender_id;
	if (!appservice_has(as, l->r.conf, SPACE_USERS, user_id))
		return fail(&l->r, M_FORBIDDEN, "The application service has "
		    "not registered a namespace that %s is in", user_id);
	*user = db_int(l->r.db, 0, STMT_ACCOUNT_USER, DB_TEXT(user_id));
	if (*user != 0)
		return M_OK;
	if (strcmp(user_id, as->sender_id) == 0)
		return make_sender(l, user_id, user);
	return fail(&l->r, M_FORBIDDEN,
	    "%s is not there; register that user first", user_id);
}

/* 0: none was named. */
static enum mx_err
find_device(struct life *l, int64_t user, int64_t *device)
{
	const char *device_id = req_query(&l->r, "device_id");

	if (device_id == NULL)
		device_id = req_query(&l->r, "org.matrix.msc3202.device_id");
	*device = 0;
	if (device_id == NULL)
		return M_OK;
	*device = db_int(l->r.db, 0, STMT_DEVICE_FIND, DB_INT(user),
	    DB_TEXT(device_id));
	return *device != 0 ? M_OK : fail(&l->r, M_UNKNOWN_DEVICE,
	    "The user has no device of this id");
}

enum mx_err
service_find(struct life *l, const struct appservice *as, struct rows *rows)
{
	struct bearer b = { .appservice = as };
	enum mx_err err;

	if ((err = find_user(l, as, &b.user)) != M_OK ||
	    (err = find_device(l, b.user, &b.device)) != M_OK)
		return err;
	*rows = service_again(l, &b);
	return M_OK;
}

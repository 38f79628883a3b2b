/*
 * devices-claim.c - POST /keys/claim: one-time keys, each for one user.
 */
#include "devices.h"
#include "devices.routes.h"

struct claim {
	const cJSON	*one_time_keys;
	int64_t		 timeout;	/* of asking other servers, which are none */
};

static const struct field claim_fields[] = {
	FIELD_OBJECT(claim, one_time_keys, "one_time_keys", REQUIRED),
	FIELD_INT(claim, timeout, "timeout", OPTIONAL),
	FIELD_END
};

static enum mx_err
check_claim(struct request *r, const cJSON *users)
{
	const cJSON *user, *device;
	enum mx_err err;
	size_t n = 0;

	cJSON_ArrayForEach(user, users) {
		n++;
		if (!cJSON_IsObject(user))
			return fail(r, M_BAD_JSON, "one_time_keys has an "
			    "object of devices for each user");
		if ((err = may_reach(r, user->string)) != M_OK)
			return err;
		cJSON_ArrayForEach(device, user) {
			n++;
			if (!cJSON_IsString(device))
				return fail(r, M_BAD_JSON, "Each device has "
				    "the name of an algorithm");
		}
	}
	if (n > DEVICES_MAX)
		return fail(r, M_TOO_LARGE, "A request claims keys of %d users "
		    "and devices at most; send several", DEVICES_MAX);
	return M_OK;
}

/* Columns of one_time_claim and fallback_claim. */
static bool
put_key(struct writer *w, struct request *r, const cJSON *device,
    struct rows rows)
{
	bool found = rows_next(&rows);

	if (found) {
		put_object(w, device->string);
		put_raw(w, arena_printf(r->mem, "%s:%s", device->valuestring,
		    rows_text(&rows, 0)), rows_span(&rows, 1));
		write_end(w);
	}
	rows_done(&rows);
	return found;
}

static void
put_claimed(struct writer *w, struct request *r, int64_t user,
    const cJSON *device)
{
	struct db_arg nr = DB_INT(db_int(r->db, 0, STMT_DEVICE_FIND,
	    DB_INT(user), DB_TEXT(device->string)));
	struct db_arg algorithm = DB_TEXT(device->valuestring);

	if (!put_key(w, r, device, db_query(r->db, STMT_ONE_TIME_CLAIM, nr,
	    algorithm)))
		put_key(w, r, device, db_query(r->db, STMT_FALLBACK_CLAIM, nr,
		    algorithm));
}

/* Into a text of its own: who has no key for us is missing. */
static void
put_user(struct request *r, const cJSON *user)
{
	int64_t nr = local_user(r, user->string);
	const cJSON *device;
	struct writer w;
	struct buf text;

	if (nr == 0)
		return;
	buf_init(&text, r->mem, SIZE_MAX);
	writer_init(&w, &text);
	write_object(&w);
	cJSON_ArrayForEach(device, user)
		put_claimed(&w, r, nr, device);
	write_end(&w);
	if (text.len > sizeof("{}") - 1)
		put_raw(&r->out, user->string, buf_content(&text));
}

/*
 * POST /keys/claim
 *
 * A one-time key of each device that is named, of that algorithm; the one
 * that was published first.  Nobody else is ever given it.  Where none is left
 * it is the fallback key, which may be given again.
 */
enum mx_err
keys_claim(struct request *r)
{
	struct claim c;
	const cJSON *user;
	enum mx_err err;

	if ((err = body_read(r, claim_fields, &c)) != M_OK ||
	    (err = check_claim(r, c.one_time_keys)) != M_OK)
		return err;
	put_object(&r->out, "one_time_keys");
	cJSON_ArrayForEach(user, c.one_time_keys)
		put_user(r, user);
	write_end(&r->out);
	put_failures(r, c.one_time_keys);
	return M_OK;
}

/*
 * profile - what users show of themselves.
 *
 * A name or picture stands in the user's member events too.  To renew those in
 * a thousand rooms is a task of `rooms`; here only the profile changes.
 */
#include <string.h>

#include "matrix/ids.h"
#include "matrix/room-tasks.h"
#include "matrix/service_query.h"
#include "matrix/user_directory.h"
#include "profile.routes.h"
#include "serve/serve.h"

#define PROFILE_MAX	65535	/* bytes of the whole, as JSON */
#define NAME_MAX_	256	/* bytes of a displayname */
#define URL_MAX		1000	/* bytes of an avatar_url */
#define ZONE_MAX	64	/* bytes of m.tz */

static bool
is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* A field that member events repeat. */
static bool
is_shown(const char *field)
{
	return is(field, "displayname") || is(field, "avatar_url");
}

/* ------------------------------------------------------------- field names */

static bool
is_word(const char **p)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz";
	static const char other[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

	if (**p == '\0' || strchr(first, **p) == NULL)
		return false;
	*p += strspn(*p, other);
	return true;
}

/* "Common Namespaced Identifier Grammar": words with dots between them. */
static bool
is_namespaced(const char *p)
{
	size_t words = 0;

	while (is_word(&p)) {
		words++;
		if (*p == '\0')
			return words > 1;
		if (*p++ != '.')
			return false;
	}
	return false;
}

/* A name as the IANA Time Zone Database has them: Area/Location, or a word. */
static bool
is_zone(const char *p)
{
	static const char other[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-";

	if (strlen(p) > ZONE_MAX)
		return false;
	for (;; p++) {
		size_t n = strspn(p, other);

		/* The alphabet begins with the letters. */
		if (n == 0 || (size_t)(strchr(other, *p) - other) >= 52)
			return false;
		p += n;
		if (*p != '/')
			return *p == '\0';
	}
}

static enum mx_err
field_check(struct request *r, const char *field)
{
	if (strlen(field) > ID_MAX)
		return fail(r, M_KEY_TOO_LARGE,
		    "The name of a profile field may have %d bytes", ID_MAX);
	if (!is_shown(field) && !is_namespaced(field))
		return fail(r, M_INVALID_PARAM, "A profile field is "
		    "displayname, avatar_url, m.tz or of a name such as "
		    "org.example.field");
	return M_OK;
}

/* ---------------------------------------------------------- who may look */

static bool
may_look(struct request *r, int64_t target)
{
	switch (r->conf->profile_lookup) {
	case PROFILES_ANYONE:
		return true;
	case PROFILES_USERS:
		return r->who.user != 0;
	case PROFILES_ROOMS:
		break;
	}
	return r->who.user != 0 && (r->who.user == target ||
	    user_visible(r->db, r->who.user, target));
}

/*
 * Whose profile it is.  Who may not look does not learn either whether there
 * is such a user.
 */
static enum mx_err
owner_find(struct request *r, int64_t *owner)
{
	const char *user_id = req_arg(r, "userId");
	enum mx_err err;

	if (!user_id_valid(user_id))
		return fail(r, M_INVALID_PARAM, "This is not a user id");
	*owner = db_int(r->db, 0, STMT_PROFILE_OWNER, DB_TEXT(user_id));
	if (!may_look(r, *owner))
		return fail(r, M_FORBIDDEN,
		    "This server shows profiles to those who share a room%s",
		    r->who.user == 0 ? "; log in to look one up" : "");
	if (*owner == 0 &&
	    (err = service_query(r, SPACE_USERS, user_id)) != M_OK)
		return err;
	if (*owner == 0)
		return fail(r, M_NOT_FOUND, "This server knows no such user");
	return M_OK;
}

/*
 * GET /profile/{userId}
 *
 * All fields that a user of this server has set.  Who may look is configured
 * (profile_lookup).
 */
enum mx_err
profile_get(struct request *r)
{
	struct rows rows;
	int64_t owner;
	enum mx_err err;

	if ((err = owner_find(r, &owner)) != M_OK)
		return err;
	rows = db_query(r->db, STMT_PROFILE_ALL, DB_INT(owner));
	while (rows_next(&rows))
		put_raw(&r->out, rows_text(&rows, 0), rows_span(&rows, 1));
	return M_OK;
}

/*
 * GET /profile/{userId}/{keyName}
 *
 * One of them.
 */
enum mx_err
profile_field_get(struct request *r)
{
	const char *field = req_arg(r, "keyName");
	struct rows rows;
	int64_t owner;
	enum mx_err err;

	if ((err = owner_find(r, &owner)) != M_OK)
		return err;
	rows = db_query(r->db, STMT_PROFILE_GET, DB_INT(owner), DB_TEXT(field));
	if (!rows_next(&rows))
		return fail(r, M_NOT_FOUND, "This user has set no such field");
	put_raw(&r->out, field, rows_span(&rows, 0));
	rows_done(&rows);
	return M_OK;
}

/* -------------------------------------------------------------- changing it */

/* Guests may change their displayname alone ("Guest Access"). */
static enum mx_err
own_only(struct request *r)
{
	const char *field = req_arg(r, "keyName");

	if (strcmp(req_arg(r, "userId"), r->who.user_id) != 0)
		return fail(r, M_FORBIDDEN, "A profile belongs to one user; "
		    "change your own");
	if (r->who.guest && !is(field, "displayname"))
		return fail(r, M_GUEST_ACCESS_FORBIDDEN, "Guests may change "
		    "their displayname alone; register to set %s", field);
	return field_check(r, field);
}

static enum mx_err
shown_check(struct request *r, const char *field, const char *text)
{
	bool is_name = is(field, "displayname");
	size_t most = is_name ? NAME_MAX_ : URL_MAX;

	if (text == NULL)
		return fail(r, M_BAD_JSON, "%s must be a string", field);
	if (strlen(text) > most)
		return fail(r, M_INVALID_PARAM, "%s may have %zu bytes", field,
		    most);
	/* Clients of 2015 named pictures elsewhere, too. */
	if (!is_name && !req_is_2015(r) && strncmp(text, "mxc://", 6) != 0)
		return fail(r, M_INVALID_PARAM, "avatar_url must begin with "
		    "mxc://; upload the picture first");
	return M_OK;
}

static enum mx_err
zone_check(struct request *r, const char *text)
{
	if (text == NULL)
		return fail(r, M_BAD_JSON, "m.tz must be a string");
	if (!is_zone(text))
		return fail(r, M_INVALID_PARAM, "m.tz is the name of a time "
		    "zone such as Europe/Lisbon");
	return M_OK;
}

/*
 * Renew the member events, of two such tasks the later does it all; and what the
 * user is found by.
 */
static void
tell_rooms(struct request *r, const char *field)
{
	if (!is_shown(field))
		return;
	user_enlist(r->db, r->who.user);
	task_drop_kind(r->db, TASK_SHOW_PROFILE, r->who.user);
	task_add(r->db, TASK_SHOW_PROFILE, r->who.user, r->now);
}

static enum mx_err
profile_drop(struct request *r, const char *field)
{
	if (db_exec(r->db, STMT_PROFILE_DROP, DB_INT(r->who.user),
	    DB_TEXT(field)) > 0)
		tell_rooms(r, field);
	return M_OK;
}

static bool
has_already(struct request *r, const char *field, struct span value)
{
	struct rows rows = db_query(r->db, STMT_PROFILE_GET,
	    DB_INT(r->who.user), DB_TEXT(field));
	bool has = false;

	if (rows_next(&rows)) {
		struct span now = rows_span(&rows, 0);

		has = now.n == value.n && memcmp(now.s, value.s, now.n) == 0;
	}
	rows_done(&rows);
	return has;
}

/* Clients say their name again whenever they start: that is no change. */
static enum mx_err
profile_set(struct request *r, const char *field, const cJSON *value)
{
	struct buf text, *b = &text;
	int64_t others = db_int(r->db, 0, STMT_PROFILE_SIZE,
	    DB_INT(r->who.user), DB_TEXT(field));

	buf_init(b, r->mem, SIZE_MAX);
	json_print(b, value);
	if (has_already(r, field, buf_content(b)))
		return M_OK;
	/* All of them have a comma behind them but the last, and two braces. */
	if (others + (int64_t)(strlen(field) + b->len + 4) + 1 > PROFILE_MAX)
		return fail(r, M_PROFILE_TOO_LARGE,
		    "A profile may have %d bytes as a whole", PROFILE_MAX);
	db_exec(r->db, STMT_PROFILE_SET, DB_INT(r->who.user), DB_TEXT(field),
	    DB_SPAN(buf_content(b)));
	tell_rooms(r, field);
	return M_OK;
}

/*
 * PUT /profile/{userId}/{keyName}
 *
 * Set a field of the caller's own profile; the body is an object with just
 * that key.  An empty displayname or avatar_url, or null, takes it away, as
 * clients from before DELETE do it.  Rooms hear of those two soon after.
 */
enum mx_err
profile_field_put(struct request *r)
{
	const char *field = req_arg(r, "keyName");
	const cJSON *value = json_get(r->body, field);
	const char *text = cJSON_IsString(value) ? value->valuestring : NULL;
	enum mx_err err;

	if ((err = own_only(r)) != M_OK)
		return err;
	if (value == NULL)
		return fail(r, req_is_2015(r) ? M_BAD_JSON : M_MISSING_PARAM,
		    "%s is missing", field);
	if (is_shown(field)) {
		if (cJSON_IsNull(value) || (text != NULL && *text == '\0'))
			return profile_drop(r, field);
		if ((err = shown_check(r, field, text)) != M_OK)
			return err;
	} else if (is(field, "m.tz") &&
	    (err = zone_check(r, text)) != M_OK)
		return err;
	return profile_set(r, field, value);
}

/*
 * DELETE /profile/{userId}/{keyName}
 *
 * Take a field away; also one that is not there.
 */
enum mx_err
profile_field_delete(struct request *r)
{
	enum mx_err err = own_only(r);

	return err != M_OK ? err : profile_drop(r, req_arg(r, "keyName"));
}

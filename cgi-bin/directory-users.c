/*
 * directory-users.c - POST /user_directory/search: who there is to talk to.
 */
#include "directory.h"
#include "directory.routes.h"
#include "matrix/user_directory.h"

#define LIMIT_DEFAULT	10
#define LIMIT_MOST	50	/* users in an answer */
#define LOOKED_MOST	10000	/* at, for them */

struct wish {
	const char	*search_term;
	int64_t		 limit;
};
static const struct field wish_fields[] = {
	FIELD_STR(wish, search_term, "search_term", REQUIRED, NULL),
	FIELD_INT(wish, limit, "limit", OPTIONAL),
	FIELD_END
};

/* What their profile has under that name, if it has. */
static void
put_field(struct request *r, int64_t user, const char *key, const char *name)
{
	struct rows rows = db_query(r->db, STMT_PROFILE_GET, DB_INT(user),
	    DB_TEXT(name));

	if (rows_next(&rows))
		put_raw(&r->out, key, rows_span(&rows, 0));
	rows_done(&rows);
}

static void
put_user(struct request *r, int64_t user, const char *user_id)
{
	write_object(&r->out);
	put_text(&r->out, "user_id", user_id);
	put_field(r, user, "display_name", "displayname");
	put_field(r, user, "avatar_url", "avatar_url");
	write_end(&r->out);
}

static bool
may_find(struct request *r, int64_t user)
{
	return r->conf->find_everybody ||
	    user_visible(r->db, r->who.user, user);
}

/* True: there may be more than these. */
static bool
put_found(struct request *r, struct user_search *s, int64_t limit)
{
	int64_t found = 0, looked = 0;

	while (user_search_next(s)) {
		int64_t user = rows_int(&s->rows, 0);

		if (++looked > LOOKED_MOST)
			return true;
		if (!may_find(r, user))
			continue;
		if (++found > limit)
			return true;
		put_user(r, user, rows_text(&s->rows, 1));
	}
	return false;
}

/*
 * POST /user_directory/search
 *
 * Users of this server by the words of their ids and names: those whom the
 * caller may know of (user_directory.h), or everybody, as is configured.  Who
 * cannot log in any more is not found, nor is the caller.
 */
enum mx_err
user_search(struct request *r)
{
	struct wish wish = { .limit = LIMIT_DEFAULT };
	struct user_search s;
	bool limited;
	enum mx_err err;

	if ((err = body_read(r, wish_fields, &wish)) != M_OK)
		return err;
	if (wish.limit < 1)
		return fail(r, M_INVALID_PARAM, "limit is a number above 0");
	if (!user_search_begin(&s, r->db, r->mem, r->who.user,
	    span_of(wish.search_term)))
		return fail(r, M_INVALID_PARAM,
		    "search_term has %d words at most", USER_WORDS);
	put_array(&r->out, "results");
	limited = put_found(r, &s, wish.limit < LIMIT_MOST ? wish.limit :
	    LIMIT_MOST);
	user_search_end(&s);
	write_end(&r->out);
	put_bool(&r->out, "limited", limited);
	return M_OK;
}

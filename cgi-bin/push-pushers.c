/*
 * push-pushers.c - where notifications are sent (client-server API, "Push
 * Notifications"; 2015.md 16.8).  housekeeper sends them.
 */
#include <string.h>

#include "matrix/mail.h"
#include "matrix/pusher.h"
#include "matrix/threepid.h"
#include "serve/serve.h"
#include "push.routes.h"

#define APP_EMAIL	"m.email"

struct wish {
	const char	*kind;		/* NULL or empty: away with it */
	const char	*app_id;
	const char	*pushkey;
	const char	*app_display_name;
	const char	*device_display_name;
	const char	*profile_tag;
	const char	*lang;
	const cJSON	*data;
	const char	*url;
	bool		 append;
};
/* What is missing is found by missing(), to be named all at once. */
static const struct field wish_fields[] = {
	FIELD_STR(wish, kind, "kind", OPTIONAL, NULL),
	FIELD_STR(wish, app_id, "app_id", OPTIONAL, NULL),
	FIELD_STR(wish, pushkey, "pushkey", OPTIONAL, NULL),
	FIELD_STR(wish, app_display_name, "app_display_name", OPTIONAL, NULL),
	FIELD_STR(wish, device_display_name, "device_display_name", OPTIONAL,
	    NULL),
	FIELD_STR(wish, profile_tag, "profile_tag", OPTIONAL, NULL),
	FIELD_STR(wish, lang, "lang", OPTIONAL, NULL),
	FIELD_OBJECT(wish, data, "data", OPTIONAL),
	FIELD_STR(wish, url, "data.url", OPTIONAL, NULL),
	FIELD_BOOL(wish, append, "append", OPTIONAL),
	FIELD_END
};

/* ----------------------------------------------------------------- showing */

static void
put_data(struct request *r, const char *url, struct span data)
{
	const cJSON *item;

	put_object(&r->out, "data");
	if (*url != '\0')
		put_text(&r->out, "url", url);
	cJSON_ArrayForEach(item, json_parse_own(r->mem, data))
		put_json(&r->out, item->string, item);
	write_end(&r->out);
}

/*
 * GET /pushers
 *
 * The caller's pushers, of all their devices.
 */
enum mx_err
pushers_show(struct request *r)
{
	static const char *const name[] = { "app_id", "pushkey", "kind",
	    "app_display_name", "device_display_name", "profile_tag", "lang" };
	enum { NAMES = sizeof(name) / sizeof(*name) };
	struct rows rows = db_query(r->db, STMT_PUSHERS_SHOW,
	    DB_INT(r->who.user));

	put_array(&r->out, "pushers");
	while (rows_next(&rows)) {
		write_object(&r->out);
		for (int i = 0; i < NAMES; i++)
			if (!rows_null(&rows, i))
				put_text(&r->out, name[i],
				    rows_text(&rows, i));
		put_data(r, rows_text(&rows, NAMES),
		    rows_span(&rows, NAMES + 1));
		write_end(&r->out);
	}
	write_end(&r->out);
	return M_OK;
}

/* ----------------------------------------------------------------- setting */

static bool
is_away(const struct wish *wish)
{
	return wish->kind == NULL || *wish->kind == '\0';
}

static void
name_missing(struct buf *list, const char *name, bool there)
{
	if (!there)
		buf_printf(list, "%s %s", list->len > 0 ? "," : "", name);
}

/* As 2015's example has it: "Missing parameters: lang, data". */
static enum mx_err
missing(struct request *r, const struct wish *w)
{
	struct buf list;

	buf_init(&list, r->mem, SIZE_MAX);
	name_missing(&list, "kind", json_get(r->body, "kind") != NULL);
	name_missing(&list, "app_id", w->app_id != NULL);
	name_missing(&list, "pushkey", w->pushkey != NULL);
	if (!is_away(w)) {
		name_missing(&list, "app_display_name",
		    w->app_display_name != NULL);
		name_missing(&list, "device_display_name",
		    w->device_display_name != NULL);
		name_missing(&list, "lang", w->lang != NULL);
		name_missing(&list, "data", w->data != NULL);
		name_missing(&list, "data.url", w->data == NULL ||
		    w->url != NULL || strcmp(w->kind, "http") != 0);
	}
	return list.len == 0 ? M_OK : fail(r, M_MISSING_PARAM,
	    "Missing parameters:%s", buf_str(&list));
}

/* Characters of what is UTF-8. */
static size_t
characters(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}

static enum mx_err
too_long(struct request *r, const char *name, const char *value, size_t most)
{
	return value == NULL || strlen(value) <= most ? M_OK :
	    fail(r, M_INVALID_PARAM, "%s has %zu bytes at most", name, most);
}

static enum mx_err
check_ids(struct request *r, const struct wish *w)
{
	if (*w->app_id == '\0' || *w->pushkey == '\0')
		return fail(r, M_INVALID_PARAM,
		    "app_id and pushkey are not empty");
	if (characters(w->app_id) > PUSHER_APP_ID_MAX)
		return fail(r, M_INVALID_PARAM,
		    "app_id has %d characters at most", PUSHER_APP_ID_MAX);
	return too_long(r, "pushkey", w->pushkey, PUSHER_PUSHKEY_MAX);
}

static enum mx_err
check_texts(struct request *r, const struct wish *w)
{
	enum mx_err err;

	if ((err = too_long(r, "app_display_name", w->app_display_name,
	    PUSHER_TEXT_MAX)) != M_OK ||
	    (err = too_long(r, "device_display_name", w->device_display_name,
	    PUSHER_TEXT_MAX)) != M_OK ||
	    (err = too_long(r, "lang", w->lang, PUSHER_TEXT_MAX)) != M_OK)
		return err;
	return too_long(r, "profile_tag", w->profile_tag, req_is_2015(r) ?
	    PUSHER_TAG_2015_MAX : PUSHER_TAG_MAX);
}

static bool
is_mail(const struct wish *w)
{
	return strcmp(w->kind, "email") == 0;
}

/* An address is one, however it is written. */
static enum mx_err
check_mail(struct request *r, struct wish *w)
{
	const char *address = threepid_canonical(r->mem, MEDIUM_EMAIL,
	    w->pushkey);

	if (r->conf->mail_from == NULL)
		return fail(r, M_INVALID_PARAM, "This server sends no mail; "
		    "kind is \"http\" or null");
	if (strcmp(w->app_id, APP_EMAIL) != 0)
		return fail(r, M_INVALID_PARAM, "app_id is \"" APP_EMAIL
		    "\" where kind is \"email\"");
	if (address == NULL || !mail_address_valid(address))
		return fail(r, M_INVALID_PARAM, "pushkey is no email address "
		    "that this server can write to");
	if (threepid_owner(r->db, MEDIUM_EMAIL, address) != r->who.user)
		return fail(r, M_THREEPID_NOT_FOUND, "Your account does not "
		    "have the address that is pushkey; add it first");
	w->pushkey = address;
	return M_OK;
}

static enum mx_err
check_kind(struct request *r, struct wish *w)
{
	const char *fault;

	if (is_mail(w))
		return check_mail(r, w);
	if (strcmp(w->kind, "http") != 0)
		return fail(r, M_INVALID_PARAM,
		    "kind is \"http\", \"email\" or null");
	fault = pusher_url_fault(r->mem, r->conf, w->url);
	return fault == NULL ? M_OK : fail(r, M_INVALID_PARAM, "%s", fault);
}

/* All that the client gave, but for the url of a gateway. */
static struct span
data_of(struct request *r, const struct wish *wish)
{
	struct writer w;
	struct buf text;
	const cJSON *item;

	buf_init(&text, r->mem, SIZE_MAX);
	writer_init(&w, &text);
	write_object(&w);
	cJSON_ArrayForEach(item, wish->data)
		if (is_mail(wish) || strcmp(item->string, "url") != 0)
			put_json(&w, item->string, item);
	write_end(&w);
	return buf_content(&text);
}

static enum mx_err
set(struct request *r, const struct wish *w)
{
	const struct pusher pusher = {
		.app_id = w->app_id,
		.pushkey = w->pushkey,
		.app_display_name = w->app_display_name,
		.device_display_name = w->device_display_name,
		.profile_tag = w->profile_tag,
		.lang = w->lang,
		.mails = is_mail(w),
		.url = w->url,
		.data = data_of(r, w),
		.in_2015 = req_is_2015(r),
		.set_at = r->now,
	};

	if (r->who.device < 0)
		return fail(r, M_MISSING_PARAM, "A pusher is a device's: say "
		    "which one by device_id");
	if (pusher.data.n > PUSHER_DATA_MAX)
		return fail(r, M_INVALID_PARAM, "data has %d bytes at most",
		    PUSHER_DATA_MAX);
	if (!pusher_set(r->db, &pusher, r->who.user, r->who.device))
		return fail(r, M_FORBIDDEN, "You have %d pushers, and cannot "
		    "have more; delete one first, with kind null",
		    PUSHERS_MAX);
	if (!w->append)
		pusher_drop_others(r->db, r->who.user, w->app_id, w->pushkey);
	return M_OK;
}

static void
drop(struct request *r, const struct wish *w)
{
	const char *address = strcmp(w->app_id, APP_EMAIL) != 0 ? NULL :
	    threepid_canonical(r->mem, MEDIUM_EMAIL, w->pushkey);

	pusher_drop(r->db, r->who.user, w->app_id, w->pushkey);
	if (address != NULL)
		pusher_drop(r->db, r->who.user, w->app_id, address);
}

/*
 * POST /pushers/set
 *
 * Make, change or, with kind null, delete the caller's pusher of that app_id
 * and pushkey.  One of kind email writes to an address of the caller's account,
 * and ends when that leaves it.  It goes with the device that set it.  Without append those of
 * other users with the same app_id and pushkey go.
 */
enum mx_err
pusher_put(struct request *r)
{
	struct wish wish = { .append = false };
	enum mx_err err;

	if ((err = body_read(r, wish_fields, &wish)) != M_OK ||
	    (err = missing(r, &wish)) != M_OK ||
	    (err = check_ids(r, &wish)) != M_OK)
		return err;
	if (is_away(&wish)) {
		drop(r, &wish);
		return M_OK;
	}
	if ((err = check_texts(r, &wish)) != M_OK ||
	    (err = check_kind(r, &wish)) != M_OK)
		return err;
	return set(r, &wish);
}

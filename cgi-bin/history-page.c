/*
 * history-page.c - places in a room, and pages of what happened there.
 *
 * Pages walk the order of the room, (depth, nr); see sync_token.h.
 */
#include <string.h>

#include "history.h"
#include "matrix/visibility.h"

/*
 * A page ends early, with a token to go on from, when it has grown by so many
 * bytes, or when looking for what to show was so much work: events passed over
 * cost too, also those that are told with others; long ones and long filters
 * cost more.
 */
#define PAGE_BYTES	(1 << 20)
#define WORK_MAX	5000
#define JOINED_FOR_LOOP	1000

const struct room_token room_beginning = { 0, 0 };
const struct room_token room_end = { INT64_MAX, INT64_MAX };

/* ---------------------------------------------------------------- places */

static struct room_token
place_of_row(struct rows rows)
{
	struct room_token place = room_beginning;

	if (rows_next(&rows))
		place = (struct room_token){ rows_int(&rows, 0),
		    rows_int(&rows, 1) };
	rows_done(&rows);
	return place;
}

bool
place_read(struct request *r, int64_t room, const char *text,
    struct room_token *place)
{
	struct sliding_pos pos;

	if (room_token_read(text, place))
		return true;
	if (!sync_token_read(text, &pos.at) && !sliding_pos_read(text, &pos))
		return false;
	*place = place_of_row(db_query(r->db, STMT_PLACE_OF_POS, DB_INT(room),
	    DB_INT(pos.at.pos)));
	return true;
}

struct room_token
place_of_event(struct db *db, int64_t nr)
{
	return place_of_row(db_query(db, STMT_PLACE_OF_EVENT, DB_INT(nr)));
}

struct room_token
place_last(struct db *db, int64_t room)
{
	return place_of_row(db_query(db, STMT_PLACE_LAST, DB_INT(room)));
}

bool
place_earlier(struct room_token a, struct room_token b)
{
	return a.depth < b.depth || (a.depth == b.depth && a.nr < b.nr);
}

int64_t
place_event(struct db *db, int64_t room, struct room_token place)
{
	return db_int(db, 0, STMT_EVENT_UP_TO, DB_INT(room),
	    DB_INT(place.depth), DB_INT(place.nr));
}

/* --------------------------------------------------------------- the walk */

/* Behind e, as one reads: so that the next page begins with its neighbour. */
static struct room_token
behind(const struct page *page, const struct event_row *e)
{
	return (struct room_token){ e->depth,
	    page->backwards ? e->nr - 1 : e->nr };
}

void
senders_add(struct senders *senders, const char *user_id)
{
	for (size_t i = 0; i < senders->n; i++)
		if (strcmp(senders->id[i], user_id) == 0)
			return;
	senders->id[senders->n++] = user_id;
}

static void
show(struct request *r, const struct page *page, const struct reader *reader,
    struct walk *walk, const struct event_row *e)
{
	event_write(&r->out, r->db, e, reader);
	walk->count++;
	if (e->nr > walk->newest)
		walk->newest = e->nr;
	if (page->senders != NULL)
		senders_add(page->senders, e->sender_id);
}

static struct rows
page_query(struct request *r, const struct page *page)
{
	return db_query(r->db,
	    page->backwards ? STMT_MESSAGES_BACK : STMT_MESSAGES_FORWARD,
	    DB_INT(page->room.nr), DB_INT(page->from.depth),
	    DB_INT(page->from.nr), DB_INT(page->to.depth),
	    DB_INT(page->to.nr));
}

static int64_t
work_of(const struct page *page, const struct event_row *e)
{
	return (int64_t)(1 + e->content.n / 2048 +
	    filter_weight(&page->filter) / 50);
}

struct walk
page_write(struct request *r, const struct page *page, const char *key)
{
	struct walk walk = { .at = page->from };
	struct reader reader = page->reader;
	int64_t work = 0;
	size_t full = r->out.out->len + PAGE_BYTES;
	struct rows rows = page_query(r, page);

	reader.work = &work;
	put_array(&r->out, key);
	while (rows_next(&rows)) {
		struct event_row e = event_peek(&rows);

		if (walk.count == page->limit || work >= WORK_MAX ||
		    r->out.out->len > full) {
			walk.more = true;
			break;
		}
		work += work_of(page, &e);
		walk.at = behind(page, &e);
		/* Before the filter looks into its content. */
		event_trim(r->db, &e, &page->reader);
		if (filter_has_event(&page->filter, &e) &&
		    viewer_may_see(page->reader.viewer, &e) &&
		    viewer_wants(page->reader.viewer, &e) &&
		    filter_has_relation(r->db, &page->filter, &e))
			show(r, page, &reader, &walk, &e);
	}
	rows_done(&rows);
	write_end(&r->out);
	return walk;
}

void
senders_write(struct request *r, const struct page *page, int64_t nr)
{
	for (size_t i = 0; i < page->senders->n; i++) {
		struct rows rows = db_query(r->db, STMT_MEMBER_EVENT_AT,
		    DB_INT(page->room.nr), DB_TEXT(page->senders->id[i]),
		    DB_INT(nr));

		if (rows_next(&rows)) {
			struct event_row e = event_peek(&rows);

			event_write(&r->out, r->db, &e, &page->reader);
		}
		rows_done(&rows);
	}
}

/* ---------------------------------------------------------- what is asked */

enum state_view
view_of(struct request *r, int64_t room, int64_t *at_nr)
{
	return r->route->auth == AUTH_ADMIN ? STATE_NOW :
	    state_view(r->db, room, r->who.user, at_nr);
}

enum mx_err
no_room(struct request *r)
{
	if (r->route->auth == AUTH_ADMIN)
		return fail(r, M_NOT_FOUND, "This server knows no such room");
	return fail(r, M_FORBIDDEN, "You are not in this room");
}

enum mx_err
bad_page(struct request *r, const char *why)
{
	return fail(r, req_is_2015(r) ? M_BAD_PAGINATION : M_INVALID_PARAM,
	    "%s", why);
}

enum mx_err
query_filter(struct request *r, struct event_filter *filter)
{
	const char *text = req_query(r, "filter"), *why;
	enum json_verdict verdict;
	cJSON *json;

	if (text == NULL)
		text = "{}";
	json = json_parse(r->mem, text, strlen(text), &verdict, &why);
	if (json == NULL)
		return fail(r, verdict == JSON_NOT ? M_NOT_JSON : M_BAD_JSON,
		    "filter: %s", why);
	if (!event_filter_parse(r->mem, json, filter, &why))
		return fail(r, M_BAD_JSON, "filter: %s", why);
	return M_OK;
}

bool
room_is_large(struct request *r, const struct room *room)
{
	return db_int(r->db, 0, STMT_ROOM_JOINED, DB_INT(room->nr)) >
	    JOINED_FOR_LOOP;
}

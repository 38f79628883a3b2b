/*
 * events-typing.c - in which rooms it changed who is typing, and what tokens
 * say of the volatile store.
 */
#include <string.h>

#include "events-numbers.h"
#include "events.h"
#include "matrix/typing.h"

#define COUNT_MAX	100000

const char *
token_with(struct request *r, int64_t pos, int64_t n)
{
	struct sync_token t = { .pos = pos, .n = n };

	strncpy(t.epoch, r->store->epoch, EPOCH_MAX);
	return sync_token_text(r->mem, &t);
}

const char *
token_at(struct request *r, int64_t pos)
{
	return token_with(r, pos, 0);
}

const char *
token_listening(struct request *r, int64_t pos)
{
	return token_with(r, pos, db_int(r->vol,
	    db_int(r->vol, 0, STMT_VOLATILE_LAST), STMT_TYPING_BEFORE));
}

void
token_touch(struct request *r, struct sync_token *t, int64_t pos, int64_t n)
{
	t->pos = pos;
	t->n = n;
	memset(t->epoch, 0, sizeof(t->epoch));
	strncpy(t->epoch, r->store->epoch, EPOCH_MAX);
}

/* ------------------------------------------------------------ who has left */

/* A row of the volatile store outlives the membership it came from. */
static void
end_of_absent(struct request *r, int64_t room)
{
	struct numbers users = { .mem = r->mem };

	numbers_add_rows(&users, db_query(r->vol, STMT_TYPING_USERS,
	    DB_INT(room), DB_INT(r->now)));
	for (size_t i = 0; i < users.n; i++) {
		enum membership now = room_member(r->db, room,
		    users.item[i]).membership;

		/* Others came after this snapshot was taken. */
		if (now == MEMBERSHIP_LEAVE || now == MEMBERSHIP_BAN)
			typing_set(r->vol, room, users.item[i], 0);
	}
}

/* Somebody left a room only if it has changed. */
static void
end_of_absents(struct request *r, const struct heard_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		end_of_absent(r, list->item[i].room.nr);
}

/* ------------------------------------------------------------ which rooms */

/*
 * From the side of what changed or of the user's rooms, whichever are fewer;
 * in another life of the store all rooms may have changed.
 */
static struct numbers
changed_rooms(struct request *r, const struct sync_token *since, int64_t upto)
{
	struct numbers list = { .mem = r->mem }, all = { .mem = r->mem };
	bool known = strcmp(since->epoch, r->store->epoch) == 0;
	int64_t gap = upto - since->n;
	struct db_arg user = DB_INT(r->who.user);

	if (known && gap <= 0)
		return list;
	if (known && gap < COUNT_MAX && db_int(r->db, 0, STMT_HEARD_COUNT,
	    user, DB_INT(gap)) == gap) {
		numbers_add_rows(&list, db_query(r->vol, STMT_TYPING_ROOMS,
		    DB_INT(since->n), DB_INT(upto)));
		return list;
	}
	numbers_add_rows(&all, db_query(r->db, STMT_HEARD_JOINED, user));
	for (size_t i = 0; i < all.n; i++)
		if (!known || db_int(r->vol, 0, STMT_TYPING_CHANGED,
		    DB_INT(all.item[i]), DB_INT(since->n)) != 0)
			numbers_add(&list, all.item[i]);
	return list;
}

/* Mark those that are on the list anyway, and remember which. */
static void
mark(struct heard_list *list, const struct numbers *rooms, bool *marked)
{
	for (size_t i = 0; i < list->n; i++) {
		int64_t *room = numbers_find(rooms, list->item[i].room.nr);

		if (room == NULL)
			continue;
		list->item[i].typing = true;
		marked[room - rooms->item] = true;
	}
}

static void
add_others(struct request *r, struct heard_list *list,
    const struct numbers *rooms, const bool *marked)
{
	size_t size = sizeof(*list->item);

	list->item = arena_grow(r->mem, list->item, list->n * size,
	    (list->n + rooms->n) * size);
	for (size_t i = 0; i < rooms->n; i++) {
		struct heard h;

		if (marked[i])
			continue;
		h = heard_in(r, &(struct room){ .nr = rooms->item[i] });
		h.typing = true;
		if (h.membership == MEMBERSHIP_JOIN)
			list->item[list->n++] = h;
	}
}

int64_t
heard_typing(struct request *r, struct heard_list *list,
    const struct sync_token *since)
{
	struct numbers rooms;
	int64_t upto;
	bool *marked;

	if (typing_settle(r->vol, r->now) != -1)
		end_of_absents(r, list);
	upto = db_int(r->vol, 0, STMT_VOLATILE_LAST);
	if (since == NULL)
		return upto;
	rooms = changed_rooms(r, since, upto);
	if (rooms.n == 0)
		return upto;
	numbers_sort(&rooms);
	marked = arena_alloc(r->mem, rooms.n * sizeof(*marked));
	mark(list, &rooms, marked);
	add_others(r, list, &rooms, marked);
	return upto;
}

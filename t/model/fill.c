/* fill.c - what a timeline left out, from /messages. */
#include <stdio.h>
#include <string.h>

#include "client.h"

#define PAGES_MAX	400

/* What is filled, newest first. */
struct filling {
	struct world	*w;
	struct client	*c;
	struct room	*room;
	struct vroom	*vroom;
	int		 at;		/* the gap lies before this item */
	int		 end;		/* and, what was absorbed, up to here */
	short		 found[EVENTS_MAX];
	int		 n;
};

static int
known_before(const struct filling *f)
{
	return f->at > 0 ? f->vroom->item[f->at - 1] : -1;
}

/*
 * True: the page reaches what the client has.  Their own events from outside
 * the room stand alone: history may be without them, and what lies before them
 * may be seen only now.
 */
static bool
take(struct filling *f, int event)
{
	const struct vroom *r = f->vroom;
	int known;

	while ((known = known_before(f)) > event && r->alone[f->at - 1])
		f->at--;
	if (known > event)
		wrong(f->w, "pages pass by %s, which the client has",
		    f->room->event[known].id);
	if (known == event && !r->alone[f->at - 1])
		return true;
	if (known == event)
		f->at--;
	if (f->n == EVENTS_MAX)
		wrong(f->w, "pages have more events than there are");
	f->found[f->n++] = (short)event;
	return false;
}

static bool
take_page(struct filling *f, const cJSON *page)
{
	const cJSON *e;

	cJSON_ArrayForEach(e, json_get(page, "chunk"))
		if (take(f, event_index(f->w, f->room,
		    json_text(e, "event_id"))))
			return true;
	return false;
}

static cJSON *
get_page(struct filling *f, const char *from)
{
	const char *filter = encode(f->w, filter_messages(f->w,
	    &f->c->filter));

	return must(f->w, f->c->token, "GET", NULL, "/_matrix/client/%s/rooms/"
	    "%s/messages?dir=b&limit=%d&from=%s&filter=%s",
	    f->c->era == OF_2015 ? "api/v1" : "v3", encode(f->w, f->room->id),
	    8 + 30 * (f->c->number % 4), from, filter);
}

/* Until what the client has, or the beginning of the room. */
static void
read_pages(struct filling *f, const char *token)
{
	char from[128];

	snprintf(from, sizeof(from), "%s", token);
	for (int i = 0; i < PAGES_MAX; i++) {
		cJSON *page = get_page(f, from);
		const char *end = json_text(page, "end");

		if (take_page(f, page))
			return;
		if (end == NULL || (f->c->era == OF_2015 &&
		    json_get(page, "chunk")->child == NULL)) {
			while (f->at > 0 && f->vroom->alone[f->at - 1])
				f->at--;
			if (f->at > 0)
				wrong(f->w, "pages end before %s, which the "
				    "client has", f->room->event[
				    f->vroom->item[f->at - 1]].id);
			return;
		}
		snprintf(from, sizeof(from), "%s", end);
	}
	wrong(f->w, "pages do not end");
}

/* Behind f->at and before f->end stands what was found, without a gap. */
static void
put_found(struct filling *f)
{
	struct vroom *r = f->vroom;
	int moved = r->n - f->end;

	if (f->at + f->n + moved > EVENTS_MAX)
		wrong(f->w, "events are there twice");
	memmove(&r->item[f->at + f->n], &r->item[f->end],
	    (size_t)moved * sizeof(r->item[0]));
	memmove(&r->gap[f->at + f->n], &r->gap[f->end], (size_t)moved + 1);
	memmove(&r->alone[f->at + f->n], &r->alone[f->end], (size_t)moved);
	for (int i = 0; i < f->n; i++)
		r->item[f->at + i] = f->found[f->n - 1 - i];
	memset(&r->gap[f->at], NO_GAP, (size_t)f->n + 1);
	memset(&r->alone[f->at], false, (size_t)f->n);
	r->n = f->at + f->n + moved;
}

static void
fill_gap(struct world *w, struct client *c, struct view *v, int room, int at)
{
	static struct filling f;
	struct vroom *r = &v->room[room];

	f = (struct filling){ .w = w, .c = c, .room = &w->room[room],
	    .vroom = r, .at = at, .end = at };
	read_pages(&f, r->token[(int)r->gap[at]]);
	put_found(&f);
}

void
view_fill(struct world *w, struct client *c, struct view *v, int room,
    bool all)
{
	struct vroom *r = &v->room[room];
	bool some = true;

	for (bool go = true; go && some; go = all) {
		some = false;
		for (int i = r->n; i >= 0 && !some; i--)
			if (r->gap[i] >= 0) {
				fill_gap(w, c, v, room, i);
				some = true;
			}
	}
	if (!some)
		r->tokens = 0;
}

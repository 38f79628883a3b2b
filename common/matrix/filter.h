/*
 * filter.h - filters (client-server API, "Filtering"; 2015.md section 8).
 */
#ifndef MXCGI_FILTER_H
#define MXCGI_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "json/json.h"
#include "matrix/event_fields.h"
#include "matrix/shape.h"

/*
 * A list of texts.  * stands for any sequence of characters in all of them: so
 * 2015 has it, and today's text, which has it for types only, gives a * among
 * senders and rooms no other meaning.
 */
#define FILTER_LIST_MAX	1000	/* entries of a list */
#define FILTER_MAX	65536	/* bytes of a definition */
struct filter_list {
	const char	**item;
	size_t		 n;
	bool		 given;
};
#define FILTER_RELATED_MAX 50	/* entries of each of the lists of relations */
struct event_filter {
	int64_t		 limit;		/* 0 or more; -1: not given */
	struct filter_list types, not_types, senders, not_senders;
	struct filter_list rooms, not_rooms;
	struct filter_list related_by_senders, related_by_rel_types;
	int		 contains_url;	/* -1: not given */
	bool		 lazy_load_members;
	bool		 include_redundant_members;
	bool		 unread_thread_notifications;
};
struct filter {
	struct filter_list rooms, not_rooms;	/* above all of room's parts */
	struct event_filter state, timeline, ephemeral, room_account_data;
	struct event_filter presence, account_data;
	bool		 include_leave;
	bool		 federation_format;	/* event_format */
	const struct event_fields *event_fields;	/* NULL: all */
};

/* everything: the filter that lets all pass. */
void	filter_init(struct filter *);
/* False and *why (M_BAD_JSON) when a known key has a wrong value. */
bool	filter_parse(struct arena *, const cJSON *definition, struct filter *,
	    const char **why);
/* The same for one RoomEventFilter, as /messages takes it. */
bool	event_filter_parse(struct arena *, const cJSON *, struct event_filter *,
	    const char **why);
/* filter NULL: there is only the one. */
bool	filter_has_room(const struct filter *, const struct event_filter *,
	    const char *room_id);
bool	filter_has_event(const struct event_filter *, const struct event_row *);
/*
 * Does another event relate to it, by one of these users, in one of these ways,
 * whichever lists are given?  (MSC3440; no * here.)  Looks into the store.
 */
bool	filter_has_relation(struct db *, const struct event_filter *,
	    const struct event_row *);
/*
 * How many entries filter_has_event() may have to look at: who scans many
 * events for few that fit scans fewer when this is large.
 */
size_t	filter_weight(const struct event_filter *);

/* The definition that user stored under id (sql/filter.sql), or NULL. */
const char	*filter_stored(struct db *, int64_t user, const char *id);

#endif

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
#include "matrix/shape.h"

/* A list of texts; NULL list: not given.  In lists of types * is a wildcard. */
struct filter_list {
	const char	**item;
	size_t		 n;
	bool		 given;
};
struct event_filter {
	int64_t		 limit;		/* -1: not given */
	struct filter_list types, not_types, senders, not_senders, rooms, not_rooms;
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
	const cJSON	*event_fields;		/* array of texts, or NULL */
};

/* everything: the filter that lets all pass. */
void	filter_init(struct filter *);
/* False and *why (M_BAD_JSON) when a known key has a wrong value. */
bool	filter_parse(struct arena *, const cJSON *definition, struct filter *,
	    const char **why);
/* The same for one RoomEventFilter, as /messages takes it. */
bool	event_filter_parse(struct arena *, const cJSON *, struct event_filter *,
	    const char **why);
bool	filter_has_room(const struct filter *, const struct event_filter *,
	    const char *room_id);
bool	filter_has_event(const struct event_filter *, const struct event_row *);

#endif

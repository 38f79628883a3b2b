/* filter.h - random filters, and what passes them. */
#ifndef MODEL_FILTER_H
#define MODEL_FILTER_H

#include "world.h"

/* Of state or timeline.  Masks hold a bit for each user or room. */
struct part {
	const char	*types, *not_types;	/* one pattern each; or NULL */
	unsigned	 senders, not_senders;	/* 0: not given */
	unsigned	 rooms, not_rooms;
	int		 url;			/* -1: not given */
	int		 limit;			/* -1: not given */
	bool		 lazy, redundant;
};
struct filter {
	bool		 given;
	struct part	 state, timeline;
	unsigned	 rooms, not_rooms;
	bool		 include_leave;
	const char	*ephemeral;	/* the only type that is told, or NULL */
	const char	*account_data;	/* the only type, of rooms and global */
};

void		 filter_random(struct world *, struct filter *);
/* As JSON, in w->mem; of the timeline alone, as /messages takes it. */
const char	*filter_json(struct world *, const struct filter *);
const char	*filter_messages(struct world *, const struct filter *);
bool		 filter_room(const struct filter *, int room);
bool		 part_room(const struct filter *, const struct part *,
		    int room);
bool		 part_event(const struct part *, const struct event *);

#endif

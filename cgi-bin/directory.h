/*
 * directory.h - what the handlers of the program `directory` share: what rooms
 * show of themselves to those who are not in, and who those are.
 */
#ifndef MXCGI_CGI_DIRECTORY_H
#define MXCGI_CGI_DIRECTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "matrix/room.h"
#include "serve/serve.h"

/* ---------------------------------------------- directory-summary.c */

/* Texts are NULL where the room does not say. */
struct summary {
	struct room	 room;
	int64_t		 joined;	/* members */
	const char	*name;
	const char	*topic;		/* plain text */
	const char	*canonical_alias;
	const char	*avatar_url;
	const char	*join_rule;
	const char	*room_type;
	const char	*encryption;	/* an algorithm */
	const cJSON	*allow;		/* of a restricted room, or NULL */
	bool		 world_readable;
	bool		 guest_can_join;
};

/* The room as the caller, or somebody without a token, may see it. */
struct summary	 summary_of(struct request *, const struct room *,
		    int64_t joined);
/*
 * May the caller see it?  "Currently a member", "permission to join",
 * "knockable", or "world_readable" (client-server API, GET hierarchy), and not
 * banned; without a token what anybody may.
 */
bool		 summary_visible(struct request *, const struct summary *);
/* Members that a public list has (PublishedRoomsChunk), ids included. */
void		 summary_put_chunk(struct writer *, const struct summary *);
/* What RoomSummary has beyond these. */
void		 summary_put_rest(struct writer *, const struct summary *);

/* ------------------------------------------------ directory-match.c */

/*
 * A text to look for in others, whatever the case of their letters; each look
 * takes time linear in the text it looks into.
 */
struct term;
struct term	*term_new(struct request *, const char *text);
bool		 term_found(const struct term *, const char *in); /* NULL: no */
void		 term_end(struct term *);

#endif

/*
 * directory-list.h - the list of published rooms, the biggest first, and of
 * those with as many members the newest (client-server API, GET publicRooms).
 *
 * A token (sync_token.h) is a place in it: so many members, and among rooms
 * with as many, a number.  Whatever joins, leaves or is published between two
 * pages, it stays a place.
 */
#ifndef MXCGI_CGI_DIRECTORY_LIST_H
#define MXCGI_CGI_DIRECTORY_LIST_H

#include "directory.h"
#include "matrix/sync_token.h"

#define PAGE_MAX	100	/* rooms of a page */

/* Whose rooms? */
enum listing { LISTING_PUBLISHED, LISTING_ANY, LISTING_NETWORK };
struct search {
	enum listing	 listing;
	const char	*network;	/* of LISTING_NETWORK: its instance_id */
	struct list_token	 from;
	int64_t		 limit;		/* 1 to PAGE_MAX */
	const char	*term_text;
	struct term	*term;		/* NULL: any room */
	const cJSON	*types;		/* texts and null; NULL: of any type */
};
/* What was found, in the order of the list. */
struct page {
	struct summary	 found[PAGE_MAX];
	size_t		 n;
	bool		 more;		/* in the direction of the walk */
	struct list_token	 end;		/* of the walk */
};
/* A bounded number of rooms is looked at, so the page may be short of them. */
void		 page_fill(struct request *, const struct search *,
		    struct page *);
/* Is there any room further on? */
bool		 place_leads_on(struct request *, const struct search *,
		    struct list_token);
/* How many are in the list, as far as `most`. */
int64_t		 list_count(struct request *, const struct search *,
		    int64_t most);
/* Behind the last room of the page, or before its first. */
struct list_token	 page_edge(const struct search *, const struct page *,
		    bool back);

#endif

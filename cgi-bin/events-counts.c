/* events-counts.c - see events-counts.h. */
#include "events-counts.h"

void
put_counts(struct writer *w, const struct counts *counts)
{
	put_int(w, "highlight_count", counts->highlights);
	put_int(w, "notification_count", counts->notifications);
}

static void
put_threads(struct writer *w, const struct unread *unread)
{
	if (unread->n == 0)
		return;
	put_object(w, "unread_thread_notifications");
	for (size_t i = 0; i < unread->n; i++) {
		put_object(w, unread->thread[i].root);
		put_counts(w, &unread->thread[i].counts);
		write_end(w);
	}
	write_end(w);
}

void
put_unread(struct writer *w, const struct unread *unread, bool by_thread)
{
	put_object(w, "unread_notifications");
	put_counts(w, by_thread ? &unread->main : &unread->all);
	write_end(w);
	if (by_thread)
		put_threads(w, unread);
}

struct counting
counting_of(struct request *r, struct effort *effort)
{
	return (struct counting){ .db = r->db, .vol = r->vol, .mem = r->mem,
	    .now = r->now, .user = r->who.user, .user_id = r->who.user_id,
	    .spent = &effort->spent, .most = effort->most };
}

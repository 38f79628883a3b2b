/*
 * events-devices.h - what sync tells a device besides rooms: messages that
 * others sent it, whose devices are not what they were, and how many of its
 * own keys are left (client-server API, "Send-to-Device messaging",
 * "End-to-end encryption", "Extensions to /sync").
 */
#ifndef MXCGI_EVENTS_DEVICES_H
#define MXCGI_EVENTS_DEVICES_H

#include "events.h"
#include "matrix/device.h"	/* put_key_counts(), put_fallback_types() */

/* ------------------------------------------------------- to-device messages */

/* So many in an answer. */
#define TO_DEVICE_MAX	100

/*
 * The caller's device has everything up to there: it is removed.  M_OK: there
 * was nothing to remove, go on.  Else return what this returned, before
 * anything is written to the answer that is dear to make: the handler (also
 * one that was resumed) runs once as a writer, which removes and ends here,
 * and then once more as a reader.
 */
enum mx_err	 confirm_to_device(struct request *, int64_t upto);
/*
 * How far the caller's device was told, as a sync token says; 0 when the
 * token is of another device.
 */
int64_t		 to_device_of(struct request *, const struct sync_token *);
/* token_with(), and how far the device was told. */
const char	*token_told(struct request *, int64_t pos, int64_t n,
		    int64_t to_device);

/* ------------------------------------------ device lists (events-lists.c) */

/* User ids, each once. */
struct user_list {
	struct table	*has;
	const char	**item;
	size_t		 n;
	size_t		 cap;
};
struct device_lists {
	struct user_list changed;
	struct user_list left;
	struct user_list met;	/* of changed, who came to share a room */
};

/* Did anybody's at all, or keys of these: after < pos <= upto? */
bool		 devices_changed(struct db *, int64_t after, int64_t upto);
/*
 * Whose devices, or keys of these, changed after since and who shares a room
 * with the caller now, the caller included; whose master key the caller signed;
 * who came to share a room with them; and (left) who shares none any more.  rooms: what heard_since() gave
 * for these positions, before a filter took anything away: who may be known
 * depends on no filter.  Costs what changed, and all members of a room that
 * the caller entered or left; where effort_is_much() then, the lists are no
 * good.
 */
void		 device_lists_read(struct request *, int64_t since,
		    int64_t upto, const struct heard_list *rooms,
		    struct effort *, struct device_lists *);
/* How many there are in both. */
size_t		 device_lists_count(const struct device_lists *);
/* "device_lists":{"changed":[...],"left":[...]} under that key. */
void		 put_device_lists(struct writer *, const char *key,
		    const struct device_lists *);

/* ------------------------------------------------------------------- waking */

/*
 * wake_user() those who share a room with somebody whose devices changed
 * (after < pos <= upto), from the side of whichever are fewer.
 */
void		 wake_for_devices(struct db *, int64_t after, int64_t upto);

#endif

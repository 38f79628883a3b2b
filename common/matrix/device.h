/*
 * device.h - what devices are sent, and what is left of their keys
 * (client-server API, "Send-to-Device messaging", "One-time and fallback
 * keys").
 */
#ifndef MXCGI_DEVICE_H
#define MXCGI_DEVICE_H

#include "serve/serve.h"

/*
 * Queue a message, content an object, for the device of that number.  A
 * CHANGE_TO_DEVICE of its user is the caller's to add.
 *
 * When so many wait for it already, or the content of all would have more than
 * most bytes, the oldest of the same sender's go, so that nobody drives out what
 * others have sent; and a device that nobody uses any more hinders no one who
 * sends to it and to others at once.  Who has none there takes the place of the
 * oldest of all.  One message makes so many give way, and no more.
 */
#define TO_DEVICE_GIVE_WAY_MAX	64
#define TO_DEVICE_QUEUE_MAX	10000
void	 to_device_add(struct db *, int64_t device, int64_t sender,
	    const char *type, struct span content, int64_t most);
/*
 * Write the device's oldest messages that came after message `after` (0: all
 * that are queued) into an open array, at most so many.  Returns how many; *upto
 * is the number of the last, or `after` when there was none: what the device
 * confirms by asking for what came after it.
 */
size_t	 to_device_write(struct writer *, struct db *, int64_t device,
	    int64_t after, size_t most, int64_t *upto);
/* Remove what the device has got, up to that message; touches none of later. */
void	 to_device_drop(struct db *, int64_t device, int64_t upto);

/*
 * "key":{"signed_curve25519":20}: one-time keys of the caller's device that
 * nobody claimed yet; of that algorithm also when there are none.
 */
void	 put_key_counts(struct writer *, const char *key, struct request *);
/* "key":["signed_curve25519"]: whose fallback key nobody was given yet. */
void	 put_fallback_types(struct writer *, const char *key,
	    struct request *);

#endif

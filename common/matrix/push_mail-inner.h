/* push_mail-inner.h - what the files of push_mail.h share. */
#ifndef MXCGI_PUSH_MAIL_INNER_H
#define MXCGI_PUSH_MAIL_INNER_H

#include "matrix/push_mail.h"
#include "matrix/room.h"
#include "matrix/visibility.h"

struct mail_room {
	struct push_told told;
	struct member	 member;	/* the reader's membership */
	struct viewer	*viewer;	/* the reader */
	int64_t		 read;		/* up to where, of the stream */
	int64_t		 over;		/* when its pause is */
	size_t		 n;		/* events to be told */
};
struct mail_event {
	int64_t		 nr;
	size_t		 room;		/* its place among the rooms */
};
/* What is not read, in its order. */
struct digest {
	const struct push_mailing *to;
	struct mail_room *room;
	size_t		 rooms;		/* some may have nothing to be told */
	struct mail_event *event;
	size_t		 events;
	const char	*link;		/* which ends these mails */
};
/* So much of it is shown; the rest is counted. */
struct digest_size {
	size_t		 rooms;
	size_t		 events;	/* of a room, the latest */
	size_t		 bytes;		/* of what an event says */
};

/* A line without control characters. */
const char	*digest_subject(const struct digest *);
/* As struct mail has it. */
const char	*digest_text(const struct digest *,
		    const struct digest_size *);

#endif

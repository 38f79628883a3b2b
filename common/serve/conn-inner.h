/*
 * conn-inner.h - what the parts of connections share: conn.c has them and ends
 * them, conn-in.c receives, conn-out.c sends.
 */
#ifndef MXCGI_CONN_INNER_H
#define MXCGI_CONN_INNER_H

#include "serve/conn.h"
#include "serve/fcgi_in.h"

/* A row of connections with the same time-out: the first is due first. */
struct due {
	struct conn	*first, *last;
	int64_t		 after_ms;	/* -1: never */
};

struct conn {
	int		 fd;
	bool		 dead;
	bool		 want_write;	/* epoll watches for room */
	bool		 answered;	/* the answer is out or on its way */
	struct fcgi_in	 in;
	char		*out;		/* records not yet taken */
	size_t		 out_len, out_off;
	struct file_answer *file;	/* what comes behind it; malloc'd */
	size_t		 body;		/* that is to come, at most */
	size_t		 held;		/* what it counts for in the budget */
	struct life	*life;		/* its request, from head to answer */
	struct waiter	*waiter;	/* its request, parked */
	struct due	*due;
	struct conn	*next, *prev;	/* in due, always one of the three */
	int64_t		 deadline;
	struct conn	*dead_next;
	unsigned	 untaken;	/* see conns_untaken(); of that era */
};

/* Those of this process. */
extern struct conns {
	struct store	*store;
	int		 epfd;
	struct due	 receiving, sending, resting;
	struct conn	*dead;
	size_t		 n;		/* that are open */
	size_t		 held;		/* bytes, by all of them */
	bool		 letting_go;	/* see conns_let_go() */
	size_t		 untaken;	/* answers of this era */
	unsigned	 era;		/* 1 and so on */
	int64_t		 taken_at;	/* ms, monotonic: the last of them */
} conns;

/* Something happened on it since its last answer. */
void		 conn_taken(struct conn *);
/* It has an answer. */
void		 conn_untaken(struct conn *);

/* Leave the row that it is in, and stand last in another. */
void		 conn_due(struct conn *, struct due *);
/* Count anew what it holds. */
void		 conn_account(struct conn *);
/* It is freed by conns_bury(); until then it is dead. */
void		 conn_close(struct conn *);

/* Room for n more bytes of records, zeroed. */
char		*conn_out_room(struct conn *, size_t n);
/* The eight bytes before the content of a record. */
void		 conn_put_header(char *p, unsigned type, unsigned id,
		    size_t len, size_t padding);
/* protocol_status: how the request ended, for the web server. */
void		 conn_put_end(struct conn *, unsigned id,
		    unsigned protocol_status);
/* Send what can be sent now; it may be dead afterwards. */
void		 conn_flush(struct conn *);
/*
 * The answer is out and the request is read to its end: the connection is
 * free.  It is not closed before, because closing a socket with unread bytes
 * takes the answer from the peer.
 */
void		 conn_request_over(struct conn *);

#endif

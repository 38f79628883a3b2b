/*
 * conn.h - one FastCGI connection: at most one request at a time, its bytes
 * in and out, its deadlines (design section 5).  Used by the loop only.
 */
#ifndef MXCGI_CONN_H
#define MXCGI_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conn;
struct life;
struct lives;
struct store;
struct waiter;

/* epfd: where connections are registered, data.ptr the connection. */
void		 conns_open(struct store *, int epfd);
/* Take over an accepted descriptor. */
void		 conn_new(int fd);
/* What epoll said of it; requests that are complete go to ready. */
void		 conn_event(struct conn *, uint32_t events, struct lives *ready);
/* Answer its request; the life ends here. */
void		 conn_answer(struct life *);
/* Its request is not answered yet: what it holds by now counts. */
void		 conn_keep(struct life *);
/* Its request waits from now on; the life ends here. */
void		 conn_park(struct life *);
/* The waiter that stood for its request is a life again. */
void		 conn_resume(struct conn *, struct life *);

/* Close what has been too slow; clock_mono_us()/1000 of the next deadline, or -1. */
int64_t		 conns_expire(int64_t mono_ms);
/* Free those that were closed in this turn of the loop. */
void		 conns_bury(void);
/* From now on no connection outlives the answer that it brings. */
void		 conns_let_go(void);
/* How many there are. */
size_t		 conns_count(void);
/* Do they hold more than may be, so that nothing should be added? */
bool		 conns_full(void);
/* How many have a request that is not answered yet. */
size_t		 conns_busy(void);
/*
 * How many answers the web server has not taken yet, as far as one can tell:
 * whatever it does on a connection, it has taken the last answer before.  If
 * it does nothing anywhere for TAKEN_MS, it has none.
 */
size_t		 conns_untaken(int64_t mono_ms);
#define TAKEN_MS	20
/* Close all of them. */
void		 conns_end(void);

#endif

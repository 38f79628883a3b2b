/*
 * bell.h - waking the programs that wait.
 *
 * A listener has a datagram socket in run_dir/bells.  After a COMMIT that
 * added to the stream the writer sends one byte to each; a full queue is as
 * good as a sent one.  A socket whose process died is removed by the ringer.
 */
#ifndef MXCGI_BELL_H
#define MXCGI_BELL_H

#include <stdbool.h>

struct bell;

enum bell_kind {
	BELL_CHANGES,		/* `events`: there are new rows in change */
	BELL_SOON,		/* `events`: the volatile store has something
				 * new that need not be told at once */
	BELL_HOUSEKEEPER,	/* work is due, or the WAL is long */
	BELL_TASKS,		/* `rooms`: there are new rows in task */
	BELL_PUSHES		/* housekeeper, while there are pushers: new rows in
				 * change */
};

struct bell	*bell_open(const char *run_dir);
void		 bell_close(struct bell *);
void		 bell_ring(struct bell *, enum bell_kind);

/* A socket to poll; -1 and errno on failure.  bell_answer() empties it. */
int		 bell_listen(struct bell *, enum bell_kind);
bool		 bell_answer(int fd);	/* true: it rang */
/* Close it and remove its name; call before exit. */
void		 bell_leave(struct bell *, int fd);

#endif

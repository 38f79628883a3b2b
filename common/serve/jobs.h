/*
 * jobs.h - the threads for work that blocks (design section 5).  They touch
 * nothing but the job's own block; everything else here belongs to the loop.
 */
#ifndef MXCGI_JOBS_H
#define MXCGI_JOBS_H

#include <stdbool.h>

#include "serve/serve.h"

struct life;
struct lives;

#define PAGE_WORKERS	8	/* web pages that are looked at together */

/* How many passwords are hashed, and pictures drawn, at once. */
void		 jobs_open(unsigned hash_workers, unsigned picture_workers);
/* Readable when a job has ended. */
int		 jobs_fd(void);
/* False: the queue is full.  The life keeps its job. */
bool		 jobs_add(struct life *);
/* The life goes away while its job waits or runs: the block is freed later. */
void		 jobs_forget(struct life *);
/*
 * A job of the loop itself, of which there is one at a time.  False: the queue
 * is full.
 */
bool		 jobs_add_own(struct job *);
/*
 * Lives whose jobs have ended, oldest first.  True: the loop's own job has
 * ended too.
 */
bool		 jobs_done(struct lives *);
/* Wipe and free a block of job_new(). */
void		 job_free(struct job *);

#endif

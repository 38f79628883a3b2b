/* mxcgi-doctor-process.h - the programs of mxcgi that run on this machine. */
#ifndef MXCGI_ADMIN_DOCTOR_PROCESS_H
#define MXCGI_ADMIN_DOCTOR_PROCESS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/conf.h"

struct process {
	long		 pid, parent;
	bool		 left;		/* by who started it: another adopted it */
	bool		 on_demand;	/* started by its socket, as systemd does */
	const char	*name;		/* rooms */
	const char	*exe;		/* its file */
	bool		 replaced;	/* which is another by now */
	bool		 listens;	/* it stays, and has a socket to listen at */
};
/* Each that was started with this configuration and may be looked at. */
void	processes_each(struct arena *, const struct conf *,
	    void (*)(const struct process *, void *), void *);

#endif

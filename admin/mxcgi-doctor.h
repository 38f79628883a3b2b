/*
 * mxcgi-doctor.h - mxcgi doctor: what is wrong with an installation, and how
 * to mend it.
 *
 * A check looks at one thing.  It says nothing where that is well; else it
 * calls wrong() or warn(), or skip() where it could not look.
 */
#ifndef MXCGI_ADMIN_DOCTOR_H
#define MXCGI_ADMIN_DOCTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "store/store.h"

/* Which web server stands in front, as far as it tells. */
enum web { WEB_UNKNOWN, WEB_NGINX, WEB_APACHE, WEB_LIGHTTPD, WEB__MAX };

/* The line to change; of one that is not known all are shown.  NULL: none. */
struct remedy {
	const char	*any;			/* whatever the web server is */
	const char	*of[WEB__MAX];
};

enum grade { FINE, SKIPPED, WARNING, WRONG };
struct finding {
	const struct finding *next;
	const char	*check;
	enum grade	 grade;
	const char	*what;			/* is so, in one line */
	const char	*means;			/* to people; NULL with FINE, SKIPPED */
	struct remedy	 remedy;
};

struct doctor {
	const struct conf *conf;
	struct arena	*mem;
	const char	*url;			/* the front door, no slash at the end */
	const char *const *web_conf;		/* mxcgi-web-root.h; NULL: usual places */
	bool		 quick, json, verbose;

	/* What one check finds out for those behind it. */
	struct store	*store;			/* NULL: it cannot be used */
	bool		 resident;		/* mxcgi run is at work */
	bool		 on_demand;		/* others listen, such as systemd */
	bool		 reached;		/* the programs answer at the front door */
	bool		 insecure;		/* TLS was judged; go on without */
	bool		 slash_lost;
	bool		 asked;			/* told below is known */
	struct told {				/* by the endpoint of events-doctor.c */
		const char	*version, *address;
		int64_t		 uid;
		bool		 folder;	/* by way of a .htaccess */
	} told;
	const char	*local_address;		/* from which it was asked */
	enum web	 web;
	const char	*key;			/* for that endpoint */

	const char	*check;			/* the one that runs */
	struct finding	*first, *last;
	enum grade	 worst;
	unsigned	 checks;
};

typedef void check_fn(struct doctor *);

/* ------------------------------------------- mxcgi-doctor-say.c: the findings */

#define REMEDY(text)	((struct remedy){ .any = (text) })
void	 wrong(struct doctor *, const char *what, const char *means, struct remedy);
void	 warn(struct doctor *, const char *what, const char *means, struct remedy);
void	 skip(struct doctor *, const char *why);
void	 fine(struct doctor *, const char *what);
/* All of them, or that all is well; returns the exit status. */
int	 tell_findings(const struct doctor *);

/* ------------------------------------- mxcgi-doctor-front.c: the front door */

struct ask {
	const char	*method;		/* NULL: GET */
	const char	*path;			/* raw, behind doctor.url; or a URL */
	const char	*token;
	bool		 preflight;		/* as a page of another origin begins */
	int64_t		 send;			/* so many bytes are offered as body */
	const char	*type;			/* of it */
	unsigned	 ms;			/* in all; 0: 15 s */
	size_t		 want;			/* of the body, then it is enough; 0: 64 K */
};
struct reply {
	int		 status;		/* 0: there is none, and error says why */
	const char	*error;
	bool		 untrusted;		/* because of the certificate */
	bool		 timed_out;
	struct buf	 head, body;
	int64_t		 ms;
	int64_t		 expires;		/* of the certificate, s since 1970; 0: ? */
	const char	*local;			/* our address on that connection */
};
void	 front_ask(struct doctor *, const struct ask *, struct reply *);
/* A header of the last head, NULL: none; and how often it is there. */
const char *reply_header(struct doctor *, struct reply *, const char *name,
	    unsigned *times);
/* Host without port, of a URL or of a server name. */
const char *host_of(struct arena *, const char *);
/* The errcode of a refusal by the programs; NULL: it is none of theirs. */
const char *reply_errcode(struct doctor *, struct reply *);

/* -------------------------------------------------------------- the checks */

/* mxcgi-doctor-files.c */
check_fn	check_database, check_owners, check_wal, check_sync, check_space;
check_fn	check_time, check_lock;
/* mxcgi-doctor-run.c */
check_fn	check_run, check_orphans, check_programs, check_housekeeper;
check_fn	check_mail, check_pictures;
/* mxcgi-doctor-web.c */
check_fn	check_front, check_tls, check_slash, check_room_version;
check_fn	check_token, check_body, check_upload, check_cors, check_date;
/* mxcgi-doctor-way.c */
check_fn	check_well_known, check_answers, check_address, check_poll;
check_fn	check_handover;
/* mxcgi-doctor-private.c */
check_fn	check_web_root, check_private;

#endif

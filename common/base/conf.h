/*
 * conf.h - the configuration file, mxcgi.conf(5).
 *
 * Read once at start, constant afterwards.  An unknown section or key, a bad
 * value or a missing server name is an error that names file and line.
 */
#ifndef MXCGI_CONF_H
#define MXCGI_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "base/password.h"

/* A token bucket: `burst` at once, then `per_second` more each second. */
struct conf_limit {
	double		 burst;
	double		 per_second;
};
/*
 * Rate classes; the names stand in the limit column of routes.tab.  The last
 * four count for an account or an address of contact, in all programs
 * together: handlers charge them by rate_take() of serve.h.
 */
#define LIMITS(X)	\
	X(none)		\
	X(login)	\
	X(register)	\
	X(send)		\
	X(join)		\
	X(invite)	\
	X(create)	\
	X(check)	\
	X(refresh)	\
	X(mail)		\
	X(account)	\
	X(report)	\
	X(identity)	\
	X(mark)		\
	X(login_account) \
	X(guess)	\
	X(guess_account) \
	X(mail_address)	\
	X(profile)	\
	X(to_device)	\
	X(keys)		\
	X(upload)	\
	X(preview)
enum limit {
#define X(name) LIMIT_##name,
	LIMITS(X)
#undef X
	LIMIT__MAX
};

/*
 * What User-Interactive Authentication asks for: any one of a list of flows,
 * each stage types (m.login.dummy) up to NULL; the list ends with an empty one.
 */
#define CONF_STAGES_MAX	8
struct conf_flow {
	const char	*stage[CONF_STAGES_MAX + 1];
};
#define FLOWS(X)	\
	X(register)	\
	X(password)	\
	X(reset)	\
	X(add_3pid)	\
	X(deactivate)	\
	X(login_token)	\
	X(delete_devices)	\
	X(signing_keys)
enum conf_flows {
#define X(name) FLOWS_##name,
	FLOWS(X)
#undef X
	FLOWS__MAX
};

/* A document that whoever registers agrees to (m.login.terms). */
struct conf_policy {
	const struct conf_policy *next;
	const char	*id;		/* terms_of_service */
	const char	*version;
	const char	*language;	/* en */
	const char	*url;
	const char	*name;
};

/* Whose profile a stranger, a user, a user of their rooms may look up. */
enum profile_lookup { PROFILES_ANYONE, PROFILES_USERS, PROFILES_ROOMS };
/* Whom to turn to (client-server API, GET /.well-known/matrix/support). */
struct conf_contact {
	const struct conf_contact *next;
	const char	*role;		/* m.role.admin */
	const char	*matrix_id;	/* one of these two may be NULL */
	const char	*email_address;
};
struct appservice;
/* An OpenID Connect provider by whom people log in: [oidc NAME]. */
struct conf_oidc {
	const struct conf_oidc *next;
	const char	*id;		/* NAME: an opaque id */
	const char	*issuer;	/* as the provider writes it */
	const char	*client_id;
	const char	*client_secret;	/* NULL and no file: a public client */
	const char	*client_secret_file;
	const char	*scopes;	/* with blanks between them */
	const char	*name;		/* for people; the id if not given */
	const char	*icon;		/* mxc://, or NULL */
	const char	*brand;		/* github, or NULL */
	const char	*localpart_claim; /* preferred_username */
	const char	*name_claim;	/* name */
	const char	*email_claim;	/* email */
	bool		 registration;	/* are new accounts made? yes */
	bool		 link_existing;	/* do names decide whose it is? no */
	unsigned	 given;		/* conf_oidc.c's own */
};
enum durability { DURABLE_POWER, DURABLE_PROCESS };
/* Who writes media to the client: the program, or the web server. */
enum handover { HANDOVER_NONE, HANDOVER_NGINX, HANDOVER_APACHE,
    HANDOVER_LIGHTTPD };

struct conf {
	const char	*path;		/* of the file itself */

	/* [server] */
	const char	*server_name;	/* the part behind the colon in ids */
	const char	*base_url;	/* what clients type; NULL: unknown */
	const char	*delegate;	/* where other servers go, host[:port] */
	const char	*data_dir;	/* database, signing key; mode 0700 */
	const char	*run_dir;	/* sockets, locks, what is volatile */
	const char	*trusted_proxy;	/* its X-Forwarded-For counts */
	enum log_level	 log_level;
	bool		 confine;	/* do programs give up what they do not need? */
	unsigned	 idle_exit_ms;	/* who is started on demand ends: 5 min */
	bool		 admin_api;	/* is there /_synapse/admin/? */

	/* [store] */
	enum durability	 durability;	/* power: each commit is synced */

	/* [accounts] */
	enum profile_lookup profile_lookup;
	bool		 find_everybody;	/* by searching, in no room together */
	bool		 registration;	/* may a stranger register? */
	bool		 guests;	/* and a guest? */
	const char *const *reserved;	/* globs of names nobody gets; NULL ends */
	unsigned	 password_min;	/* characters of a password: 8 */
	bool		 password_lower, password_upper;  /* what it must have */
	bool		 password_digit, password_symbol;
	struct password_cost password_cost;
	unsigned	 hash_workers;	/* scrypt at once: half the cores */
	int64_t		 access_token_ms; /* of a session that refreshes: 1 h */
	int64_t		 refresh_token_ms; /* 0: for ever */
	int64_t		 login_token_ms; /* of m.login.token: 2 min */
	bool		 tell_addresses; /* may anybody hear which are known? */
	const char *const *next_links;	/* beginnings of allowed ones */

	/* [uia] */
	const struct conf_flow *flows[FLOWS__MAX];

	/* [terms] */
	const struct conf_policy *policies; /* in the order of the file */

	/* [recaptcha]; all set, or secret NULL: not to be had */
	const char	*recaptcha_public_key;
	const char	*recaptcha_secret;
	const char	*recaptcha_verify_url;
	const char	*recaptcha_script_url;

	/* [oidc NAME], in the order of the file; NULL: nobody logs in so */
	const struct conf_oidc *oidc;

	/* [sso] */
	const char *const *sso_clients;	/* beginnings of trusted redirectUrls */
	const char *const *sso_schemes;	/* of applications, besides http(s) */

	/* [mail]; from NULL: no mail is sent */
	const char	*mail_from;	/* an address, perhaps with a name */
	const char	*mail_command;	/* reads a message, as sendmail -t -i */
	const char	*mail_smtp;	/* smtp://host:port, or smtps:// */
	const char	*mail_user;	/* NULL: without authentication */
	const char	*mail_password_file;
	int64_t		 notify_after_ms; /* pushers wait for readers: 10 min */
	int64_t		 notify_pause_ms; /* then say nothing of the room: 10 min */
	int64_t		 notify_pause_max_ms; /* and at last: 24 h */

	/* [msisdn] */
	const char	*msisdn_command; /* NULL: no messages to telephones */

	/* [identity] */
	const char *const *id_servers;	/* host[:port] whose word counts */

	/* [outbound] */
	const char *const *outbound_allow; /* networks, though private */
	const char	*outbound_ca_file; /* NULL: the system's */
	unsigned	 outbound_ms;	/* a request is over by then: 10 s */

	/* [rooms] */
	const char	*room_version;	/* v3 without room_version: "12" */
	const char	*room_version_2015; /* older paths: "10" */

	/* [media] */
	const char	*media_dir;	/* data_dir/media */
	int64_t		 upload_max;	/* bytes of a file: 50 MiB */
	int64_t		 media_quota;	/* bytes of a user: 10 GiB; 0: no end */
	unsigned	 media_quota_files; /* files of a user: 100000 */
	unsigned	 media_pending;	/* ids of a user without content: 10 */
	int64_t		 media_unused_ms; /* and how long they may be so: 24 h */
	/*
	 * Who has no token gets what was uploaded before (ms since 1970);
	 * INT64_MAX: everything.
	 */
	int64_t		 media_frozen_at;
	enum handover	 media_handover;
	bool		 media_delete_redacted; /* with the event that shows it */
	unsigned	 thumbnailers;	/* pictures at once: the cores, 2 to 8 */

	/* [retention] */
	bool		 retention;	/* do messages go when they are old? no */
	int64_t		 retention_ms;	/* where a room says nothing; 0: never */
	int64_t		 retention_least_ms; /* of what rooms ask for: 1 day */
	int64_t		 retention_most_ms; /* likewise; 0: no end */

	/* [preview] */
	bool		 preview;	/* are pages that users link to looked at? */
	const char *const *preview_deny; /* globs of hosts; NULL ends */
	const unsigned	*preview_ports;	/* 80 and 443; 0 ends */
	int64_t		 preview_fresh_ms; /* then a page is asked again: 1 h */
	int64_t		 preview_kept_ms; /* and what it said forgotten: 7 days */
	unsigned	 preview_entries; /* kept at most: 10000 */
	int64_t		 preview_space;	/* bytes of pictures: 1 GiB */
	size_t		 preview_page_max; /* bytes that are read: 1 MiB */
	size_t		 preview_picture_max; /* a larger one is left out: 10 MiB */

	/* [turn]; uris empty: calls find no server here */
	const char *const *turn_uris;	/* turn:... and turns:..., NULL ends */
	const char	*turn_secret;	/* shared with the server, or NULL and */
	const char	*turn_username;	/* these two, which everybody gets */
	const char	*turn_password;
	int64_t		 turn_ms;	/* how long credentials last: 1 day */
	bool		 turn_guests;	/* may guests have them? */

	/* [support] */
	const struct conf_contact *contacts; /* in the order of the file */
	const char	*support_page;	/* a URL, or NULL */

	/* [notices] */
	const char	*notices_user;	/* a local part; NULL: none are sent */
	const char	*notices_name;	/* of that user and of its rooms */

	/* [appservices] */
	const char *const *registrations; /* files of application services */
	const struct appservice *appservices; /* what is in them: appservice.h */

	/* [presence] */
	bool		 presence;	/* off: none is kept or told */
	unsigned	 presence_idle_ms; /* nothing done so long: 5 min */
	unsigned	 presence_offline_ms; /* not heard of so long: 30 s */

	/* [limits] */
	bool		 limits;	/* off: for tests and benchmarks only */
	struct conf_limit limit[LIMIT__MAX];

	/* [serve] */
	size_t		 body_max;	/* of a JSON body, bytes: 1 MiB */
	size_t		 memory_max;	/* requests + replies: 32 MiB */
	unsigned	 receive_ms;	/* a request is complete: 30 s */
	unsigned	 send_ms;	/* a reply must make progress: 60 s */
	unsigned	 wait_max_ms;	/* the longest long poll: 180 s */
	int64_t		 to_device_max;	/* bytes that wait for a device: 64 MiB */
	unsigned	 user_waiters;	/* long polls of a user, a process: 100 */
	unsigned	 cgi_waiters;	/* long polls at once as CGI: 8 */
	unsigned	 cgi_wait_max_ms; /* and their longest: 25 s */
	unsigned	 processes_rooms; /* started by `mxcgi run`: 1 */
	unsigned	 processes_events; /* likewise: 1 */
};

/*
 * path NULL: $MXCGI_CONFIG, else SYSCONFDIR/mxcgi/mxcgi.conf.  On an error the
 * program ends with a message that says what to do.
 */
const struct conf *conf_load(const char *path);
/* The same without ending: NULL and *why (malloc'd) on an error. */
const struct conf *conf_read(const char *path, char **why);
/* What a file has that says nothing but this name. */
const struct conf *conf_new(const char *server_name);

/*
 * Where clients and people reach this server, without a slash at the end; in
 * the arena, or as the file has it.
 */
struct arena;
const char	*conf_url(const struct conf *, struct arena *);
/* The path of base_url, such as "/~ann/mx": /_matrix/ is behind it; or "". */
const char	*conf_base_path(const struct conf *);

#endif

/* uia-inner.h - what the engine (uia.c) and its stages (uia-stage.c) share. */
#ifndef MXCGI_UIA_INNER_H
#define MXCGI_UIA_INNER_H

#include "base/crypto.h"
#include "matrix/uia.h"

struct stage;

/* One authentication, for as long as its request lives. */
struct uia {
	struct request	*r;
	enum conf_flows	 which;
	const struct conf_flow *flows;	/* those that this user can pass */
	int64_t		 user;		/* whose it must be; 0: not known */
	const char	*session;	/* as the client holds it */
	uint8_t		 key[SHA256_LEN];	/* as the store knows it */
	uint8_t		 body[SHA256_LEN];
	const char	*endpoint;
	const char	*stored;	/* completed as it stands; NULL: no row */
	cJSON		*completed;	/* stage type: what it proved */
	const cJSON	*auth;		/* of this run */
	bool		 changed;	/* the row is not up to date */
	bool		 passed;
	bool		 ended;
	const struct stage *working;	/* its job is under way */
};

/*
 * What came of a stage: M_OK with what it proved (an object; a member `user`
 * is the account that it stands for); or the errcode and sentence of its
 * failure; or M_LATER, when later() has been called.
 */
struct verdict {
	enum mx_err	 err;
	const char	*error;
	cJSON		*proof;
};

struct stage {
	const char	*type;
	struct verdict	(*attempt)(struct uia *);
	/* After its job; NULL: it has none. */
	struct verdict	(*judge)(struct uia *);
	/* Its member of params; NULL: none. */
	void		(*params)(struct uia *, struct writer *);
	/* The last step of all, in the writing transaction; NULL: nothing. */
	enum mx_err	(*spend)(struct uia *, const cJSON *proof);
};

extern const struct stage stages[];	/* ends with type NULL */
const struct stage *stage_find(const char *type);

/* ---- uia.c ---- */

struct uia	*uia_of(struct request *, enum conf_flows);
/* The flows that this user can pass. */
void		 uia_choose_flows(struct uia *);
/* How many stages of the flow, from its beginning, are completed? */
size_t		 uia_flow_progress(const struct uia *, const struct conf_flow *);
bool		 uia_is_complete(const struct uia *);	/* some flow */
struct verdict	 uia_try_stage(struct uia *, const char *type);
/* Does it belong into a 401, or is it a refusal as everywhere? */
bool		 uia_is_of_stage(enum mx_err);
enum mx_err	 uia_busy(struct request *);

/* ---- uia-session.c ---- */

/* Route and path arguments, which a session is bound to. */
const char	*uia_endpoint(const struct request *);
/*
 * Fill in key and body from session.  False: the body cannot be written
 * canonically.  uia_session_make() begins a session first.
 */
bool		 uia_session_hash(struct uia *);
bool		 uia_session_make(struct uia *);
enum uia_found { UIA_FOUND, UIA_UNKNOWN, UIA_ANOTHERS };
enum uia_found	 uia_session_find(struct uia *);
/*
 * As it stands, whatever request it is of; false: unknown.  The same of the
 * session that the store knows as u->key.
 */
bool		 uia_session_look_up(struct uia *, const char *session);
bool		 uia_session_look_at(struct uia *);
/* False: another request was faster, or the session is gone. */
bool		 uia_session_keep(struct uia *);

/* ---- the stages ---- */

/* uia-address.c; what an identity server was asked is judged afterwards. */
struct verdict	 uia_email(struct uia *);
struct verdict	 uia_msisdn(struct uia *);
struct verdict	 uia_address_judge(struct uia *);
enum mx_err	 uia_address_spend(struct uia *, const cJSON *proof);

/* uia-recaptcha.c */
struct verdict	 uia_recaptcha(struct uia *);
struct verdict	 uia_recaptcha_judge(struct uia *);
void		 uia_recaptcha_params(struct uia *, struct writer *);

/* uia_resume() is the next handler of a stage's job. */
handler_fn	uia_resume;
/* What one stage has proved; NULL: it is not completed. */
const cJSON	*uia_proof(const struct uia *, const char *type);

#endif

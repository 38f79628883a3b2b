/*
 * session.h - accounts, devices and access tokens in the store
 * (client-server API, "Account registration", "Login", "Devices").
 */
#ifndef MXCGI_SESSION_H
#define MXCGI_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "serve/serve.h"

enum account_kind { ACCOUNT_USER, ACCOUNT_GUEST, ACCOUNT_APPSERVICE };

/*
 * A new account; 0 when the id is taken (also by somebody at this very
 * moment: the UNIQUE constraint decides).  password_hash NULL: none.
 */
int64_t		 account_make(struct db *, const char *user_id,
		    enum account_kind, const char *password_hash, int64_t now);

/* What a client may call its device: 255 bytes, and 512 for people to read. */
bool		 device_id_valid(const char *);
bool		 device_name_valid(const char *);

/*
 * A session on a device.  device_id NULL or empty: a new one is made up.  One
 * that the user has already is taken over: its old tokens die with a
 * CHANGE_SESSION.  display_name: for a new device only.  Returns the access
 * token's text; the store keeps its hash.
 */
struct session {
	const char	*access_token;
	const char	*device_id;
	int64_t		 device;	/* device.nr */
};
struct session	 session_begin(struct db *, struct arena *, int64_t user,
		    const char *device_id, const char *display_name, int era,
		    int64_t now);
/*
 * The same for whoever asks, of the era of the path they came by, with the
 * answer that every kind of login gives: user_id, access_token, device_id,
 * home_server.
 */
void		 session_answer(struct request *, int64_t user,
		    const char *user_id, const char *device_id,
		    const char *display_name);
/* The device and all its tokens go. */
void		 session_end(struct db *, int64_t user, int64_t device);
void		 session_end_all(struct db *, int64_t user);

#endif

/*
 * password.h - storing and checking passwords (libscrypt).
 *
 * Both functions cost tens of milliseconds and 32 MB on purpose: call them
 * from a job (see serve.h), never from a handler.  They use no arena.
 */
#ifndef MXCGI_PASSWORD_H
#define MXCGI_PASSWORD_H

#include <stdbool.h>

#define PASSWORD_HASH_MAX 256
/* Bytes; callers refuse a longer password before they come here. */
#define PASSWORD_MAX 512

/* The parameters stand in the stored text, so they can rise later. */
struct password_cost {
	unsigned	log_n;		/* N = 2^log_n */
	unsigned	r;
	unsigned	p;
};

/* out: "$scrypt$ln=15,r=8,p=1$SALT$HASH".  False when memory runs out. */
bool	password_hash(const char *password, struct password_cost,
	    char out[PASSWORD_HASH_MAX]);
/*
 * Does password belong to hash?  A NULL hash (no such user) costs the same
 * time as a wrong password under cost, and is false.  errno is ENOMEM when
 * memory ran out, so that nobody is told a lie, and 0 otherwise.
 */
bool	password_check(const char *password, const char *hash,
	    struct password_cost cost);
/* Was hash made with less than cost?  Then hash it again after a login. */
bool	password_is_weak(const char *hash, struct password_cost cost);

#endif

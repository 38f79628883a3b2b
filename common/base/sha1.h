/*
 * sha1.h - SHA-1 (FIPS 180-4), for the order of events in room version 1, and
 * HMAC with it (RFC 2104), which TURN servers want: a MAC does not need that
 * nobody finds collisions.  For nothing else that has to withstand anybody.
 */
#ifndef MXCGI_SHA1_H
#define MXCGI_SHA1_H

#include <stddef.h>
#include <stdint.h>

struct arena;

#define SHA1_LEN	20

void	sha1(const void *, size_t, uint8_t out[SHA1_LEN]);
/* The MAC of a text of n bytes under a key; works in the arena. */
void	hmac_sha1(struct arena *, const void *key, size_t key_len,
	    const void *text, size_t n, uint8_t out[SHA1_LEN]);

#endif

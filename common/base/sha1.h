/*
 * sha1.h - SHA-1 (FIPS 180-4), for the order of events in room version 1 and
 * for nothing that has to withstand anybody.
 */
#ifndef MXCGI_SHA1_H
#define MXCGI_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define SHA1_LEN	20

void	sha1(const void *, size_t, uint8_t out[SHA1_LEN]);

#endif

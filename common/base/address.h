/*
 * address.h - which network addresses this server may be sent to by others:
 * none that lie inside, where only trusted machines are, or nowhere
 * (security.md 26).  Pure.
 */
#ifndef MXCGI_ADDRESS_H
#define MXCGI_ADDRESS_H

#include <stdbool.h>

struct sockaddr;

/*
 * Is it IPv4 or IPv6, and of the public Internet?  No: loopback, private,
 * link-local, shared, documentation, benchmark, multicast and reserved ones,
 * and every IPv6 address that has an IPv4 address inside (mapped, compatible,
 * 6to4, NAT64, Teredo).
 */
bool	address_public(const struct sockaddr *);

/*
 * Does one of these networks hold it?  Each is an address or ADDRESS/BITS;
 * the list ends with NULL.  An IPv6 address is never in an IPv4 network.
 */
bool	address_within(const char *const *networks, const struct sockaddr *);

/* Is it of http, and names this machine itself (127.0.0.1, localhost, [::1])? */
bool	url_is_near(const char *url);

#endif

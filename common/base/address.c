/* address.c - see address.h. */
#include <arpa/inet.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/address.h"

static const char *const not_public[] = {
	"0.0.0.0/8",		/* this host */
	"10.0.0.0/8",
	"100.64.0.0/10",	/* shared by the customers of a provider */
	"127.0.0.0/8",
	"169.254.0.0/16",	/* link-local, and where clouds keep secrets */
	"172.16.0.0/12",
	"192.0.0.0/24",
	"192.0.2.0/24",
	"192.88.99.0/24",
	"192.168.0.0/16",
	"198.18.0.0/15",
	"198.51.100.0/24",
	"203.0.113.0/24",
	"224.0.0.0/4",
	"240.0.0.0/4",		/* reserved, and the broadcast */
	"::/96",		/* ::, ::1, and IPv4-compatible */
	"::ffff:0:0/96",	/* IPv4-mapped */
	"::ffff:0:0:0/96",	/* IPv4-translated */
	"64:ff9b::/96",		/* NAT64 */
	"64:ff9b:1::/48",	/* NAT64 of one's own network */
	"100::/64",		/* thrown away */
	"2001::/32",		/* Teredo */
	"2001:db8::/32",
	"2002::/16",		/* 6to4 */
	"fc00::/7",
	"fe80::/10",
	"fec0::/10",
	"ff00::/8",
	NULL
};

/* The bytes of an address, of which there are 0 in another family. */
struct bytes {
	int		 family;
	const uint8_t	*at;
	unsigned	 len;
};

static struct bytes
bytes_of(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET)
		return (struct bytes){ AF_INET, (const uint8_t *)
		    &((const struct sockaddr_in *)(const void *)sa)->sin_addr,
		    4 };
	if (sa->sa_family == AF_INET6)
		return (struct bytes){ AF_INET6, (const uint8_t *)
		    &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr,
		    16 };
	return (struct bytes){ sa->sa_family, NULL, 0 };
}

static bool
same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned whole = bits / CHAR_BIT, rest = bits % CHAR_BIT;

	return memcmp(a, b, whole) == 0 && (rest == 0 ||
	    (a[whole] ^ b[whole]) >> (CHAR_BIT - rest) == 0);
}

static bool
holds(const char *network, struct bytes address)
{
	const char *slash = strchrnul(network, '/');
	unsigned most = address.len * CHAR_BIT, bits = most;
	char text[INET6_ADDRSTRLEN];
	uint8_t base[16];

	if ((size_t)(slash - network) >= sizeof text)
		return false;
	memcpy(text, network, (size_t)(slash - network));
	text[slash - network] = '\0';
	if (*slash == '/')
		bits = (unsigned)strtoul(slash + 1, NULL, 10);
	return inet_pton(address.family, text, base) == 1 && bits <= most &&
	    same_bits(base, address.at, bits);
}

bool
address_within(const char *const *networks, const struct sockaddr *sa)
{
	struct bytes address = bytes_of(sa);

	if (address.len == 0)
		return false;
	for (; *networks != NULL; networks++)
		if (holds(*networks, address))
			return true;
	return false;
}

bool
address_public(const struct sockaddr *sa)
{
	return bytes_of(sa).len != 0 && !address_within(not_public, sa);
}

bool
url_is_near(const char *url)
{
	static const char *const near[] = {
		"http://127.0.0.1", "http://localhost", "http://[::1]"
	};
	size_t n;

	for (size_t i = 0; i < sizeof(near) / sizeof(near[0]); i++) {
		n = strlen(near[i]);
		if (strncmp(url, near[i], n) == 0 &&
		    strchr(":/", url[n]) != NULL)
			return true;
	}
	return false;
}

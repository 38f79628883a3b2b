/*
 * Which addresses requests go out to: each range of the list that is kept,
 * its first and last address, and its neighbours.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/address.h"

#include "tap.h"

union any {
	struct sockaddr		sa;
	struct sockaddr_in	v4;
	struct sockaddr_in6	v6;
	struct sockaddr_un	un;
};

static union any
address(const char *text)
{
	union any a = { 0 };

	if (inet_pton(AF_INET, text, &a.v4.sin_addr) == 1)
		a.v4.sin_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &a.v6.sin6_addr) == 1)
		a.v6.sin6_family = AF_INET6;
	else
		printf("Bail out! %s is no address\n", text);
	return a;
}

/* Inside: both.  Outside: both; NULL where the neighbour is in another range. */
static const struct {
	const char	*range;
	const char	*first, *last;
	const char	*before, *after;
} ranges[] = {
	{ "0.0.0.0/8", "0.0.0.0", "0.255.255.255", NULL, "1.0.0.0" },
	{ "10/8", "10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0" },
	{ "100.64/10", "100.64.0.0", "100.127.255.255", "100.63.255.255",
	    "100.128.0.0" },
	{ "127/8", "127.0.0.0", "127.255.255.255", "126.255.255.255",
	    "128.0.0.0" },
	{ "169.254/16", "169.254.0.0", "169.254.255.255", "169.253.255.255",
	    "169.255.0.0" },
	{ "172.16/12", "172.16.0.0", "172.31.255.255", "172.15.255.255",
	    "172.32.0.0" },
	{ "192.0.0/24", "192.0.0.0", "192.0.0.255", "191.255.255.255",
	    "192.0.1.0" },
	{ "192.0.2/24", "192.0.2.0", "192.0.2.255", "192.0.1.255",
	    "192.0.3.0" },
	{ "192.88.99/24", "192.88.99.0", "192.88.99.255", "192.88.98.255",
	    "192.88.100.0" },
	{ "192.168/16", "192.168.0.0", "192.168.255.255", "192.167.255.255",
	    "192.169.0.0" },
	{ "198.18/15", "198.18.0.0", "198.19.255.255", "198.17.255.255",
	    "198.20.0.0" },
	{ "198.51.100/24", "198.51.100.0", "198.51.100.255", "198.51.99.255",
	    "198.51.101.0" },
	{ "203.0.113/24", "203.0.113.0", "203.0.113.255", "203.0.112.255",
	    "203.0.114.0" },
	{ "224/4", "224.0.0.0", "239.255.255.255", "223.255.255.255", NULL },
	{ "240/4", "240.0.0.0", "255.255.255.255", NULL, NULL },
	{ "::, ::1 and IPv4-compatible", "::", "::ffff:ffff", NULL,
	    "::1:0:0" },
	{ "::1", "::1", "::1", NULL, NULL },
	{ "IPv4-mapped", "::ffff:0:0", "::ffff:255.255.255.255",
	    "::fffe:ffff:ffff", "::1:0:0:0" },
	{ "NAT64", "64:ff9b::", "64:ff9b::ffff:ffff",
	    "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", "64:ff9b::1:0:0" },
	{ "local NAT64", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
	    "64:ff9b:0:ffff:ffff:ffff:ffff:ffff", "64:ff9b:2::" },
	{ "100::/64", "100::", "100::ffff:ffff:ffff:ffff",
	    "ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "100:0:0:1::" },
	{ "Teredo", "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff",
	    "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:1::" },
	{ "2001:db8::/32", "2001:db8::",
	    "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
	    "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::" },
	{ "6to4", "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	    "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::" },
	{ "fc00::/7", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	    "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe00::" },
	{ "fe80::/10", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	    "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL },
	{ "fec0::/10", "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	    NULL, NULL },
	{ "ff00::/8", "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	    NULL, NULL }
};

static bool
is_public(const char *text)
{
	union any a = address(text);

	return address_public(&a.sa);
}

static void
test_ranges(void)
{
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
		ok(!is_public(ranges[i].first) && !is_public(ranges[i].last),
		    "%s is not public (security 26)", ranges[i].range);
		if (ranges[i].before != NULL)
			ok(is_public(ranges[i].before), "%s is",
			    ranges[i].before);
		if (ranges[i].after != NULL)
			ok(is_public(ranges[i].after), "%s is",
			    ranges[i].after);
	}
}

static void
test_public(void)
{
	static const char *const some[] = {
		"1.1.1.1", "93.184.216.34", "2606:4700::1111",
		"2a00:1450:4001::1"
	};
	union any un = { 0 };

	for (size_t i = 0; i < sizeof some / sizeof *some; i++)
		ok(is_public(some[i]), "%s is public", some[i]);
	un.un.sun_family = AF_UNIX;
	ok(!address_public(&un.sa), "a Unix socket is not");
}

static bool
within(const char *network, const char *text)
{
	const char *const networks[] = { "192.0.2.7", network, NULL };
	union any a = address(text);

	return address_within(networks, &a.sa);
}

static void
test_within(void)
{
	const char *const none[] = { NULL };
	union any a = address("127.0.0.1");

	ok(!address_within(none, &a.sa), "nothing is in no network");
	ok(within("127.0.0.1", "127.0.0.1"), "an address is itself");
	ok(!within("127.0.0.1", "127.0.0.2"), "and no other");
	ok(within("127.0.0.2", "192.0.2.7"), "any network of the list");
	ok(within("10.32.0.0/11", "10.63.255.255"), "the last of 11 bits");
	ok(!within("10.32.0.0/11", "10.64.0.0"), "one more");
	ok(within("0.0.0.0/0", "8.8.8.8"), "all of IPv4");
	ok(!within("0.0.0.0/0", "::1"), "has no IPv6");
	ok(!within("::/0", "8.8.8.8"), "nor the other way round");
	ok(!within("127.0.0.0/8", "::ffff:127.0.0.1"),
	    "mapped is not the same");
	ok(within("fd00:1::/32", "fd00:1:2::3"), "IPv6");
	ok(!within("fd00:1::/32", "fd00:2::3"), "and not");
}

int
main(void)
{
	test_ranges();
	test_public();
	test_within();
	return done_testing();
}

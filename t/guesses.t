#!/bin/sh
# Limits on guessing tell nothing, and cost nothing.
. "$(dirname "$0")/lib.sh"
conf limits enabled yes
conf limits login 1000/1000
conf limits guess 3/0.001
start
v3=/_matrix/client/v3
user mallory
[ "$T" = cgi ] || expect_log 'body is buffered'
token=
try() { req POST $v3/login "{\"type\":\"m.login.password\",\"user\":\"$1\",\"password\":\"wrong\"}"; }
for name in nobody mallory; do
	try $name; try $name; try $name
	is_err 403 M_FORBIDDEN "$name, three times"
	try "@$name:localhost"
	is_err 429 M_LIMIT_EXCEEDED "$name by its whole id: the same limit, whether there is one or not (security 13)"
	try "$(echo $name | tr a-z A-Z)"
	is_err 429 M_LIMIT_EXCEEDED "$name in capitals likewise"
done
before=$(wc -c <"$tmp/run/volatile.db")
long=$(head -c 500000 /dev/zero | tr '\0' x)
for i in 1 2 3 4; do
	try "$long$i"
	is_err 403 M_FORBIDDEN "a name of 500,000 letters, $i"
done
[ "$(wc -c <"$tmp/run/volatile.db")" -lt $((before + 200000)) ]
ok $? 'what is kept of a guess has a bound (security 16)'
done_testing

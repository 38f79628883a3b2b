#!/bin/sh
# A long answer: the loop of `events` hands it to its process for those, through
# the web server, and the client notices nothing.
. "$(dirname "$0")/lib.sh"
start
v3=/_matrix/client/v3
user bob
user ann

for n in $(seq 21); do
	req POST $v3/createRoom "{\"name\":\"number $n\"}"
done

long=$tmp/run/events.long.sock
if [ "$T" = fcgi ]; then
	expect_log 'events.long.sock failed'
	mv "$long" "$long.away"
	req GET "$v3/sync?timeout=0"
	is_err 503 M_UNKNOWN 'a long answer comes from nobody else'
	as bob
	req GET "$v3/sync?timeout=0"
	is_status 200 'a short one comes from the loop'
	mv "$long.away" "$long"
	as ann
fi

req GET "$v3/sync?timeout=0&x=%2F";	is_status 200 'a first sync of many rooms'
is_json '.rooms.join | length' 21 'holds them all'
is_head '^content-type: application/json' 'as JSON'
is_head '^access-control-allow-origin: \*' 'for pages of any origin'
is "$(grep -ci '^content-type' "$tmp/head")" 1 'with headers that come once'
done_testing

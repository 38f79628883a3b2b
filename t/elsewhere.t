#!/bin/sh
# A long answer: the loop of `events` or of `history` hands it to its process for
# those, through the web server, and the client notices nothing.
. "$(dirname "$0")/lib.sh"
start
v3=/_matrix/client/v3
user bob
req POST $v3/createRoom '{}'
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
	req POST /_matrix/client/unstable/org.matrix.simplified_msc3575/sync \
	    "$(jq -cn '{lists: {a: {ranges: [[0, 9]], timeline_limit: 1,
	    required_state: [range(1000) | ["m.room.member", "*"]]}}}')"
	is_status 200 'so does one that asks for the same a thousand times (security 19)'
	mv "$long.away" "$long"
	as ann
fi

req GET "$v3/sync?timeout=0&x=%2F";	is_status 200 'a first sync of many rooms'
is_json '.rooms.join | length' 21 'holds them all'
is_head '^content-type: application/json' 'as JSON'
is_head '^access-control-allow-origin: \*' 'for pages of any origin'
is "$(grep -ci '^content-type' "$tmp/head")" 1 'with headers that come once'

search='{"search_categories":{"room_events":{"search_term":"number"}}}'
if [ "$T" = fcgi ]; then
	expect_log 'history.long.sock failed'
	mv "$tmp/run/history.long.sock" "$long.away"
	req POST "$v3/search" "$search"
	is_err 503 M_UNKNOWN 'nor does a search'
	req GET "$v3/rooms/$(enc '!none:localhost')/members"
	is_err 403 M_FORBIDDEN 'while the loop goes on'
	mv "$long.away" "$tmp/run/history.long.sock"
fi
req POST "$v3/search" "$search"
is_json .search_categories.room_events.count 21 'with its body and its method'
done_testing

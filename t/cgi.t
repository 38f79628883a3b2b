#!/bin/sh
# What is special about plain CGI: who waits holds a process, so few may, and
# not for long; and a body may come without Content-Length.
T=cgi
. "$(dirname "$0")/lib.sh"

v3=/_matrix/client/v3
conf serve cgi_waiters 1
conf serve cgi_wait_max 3s
conf serve body_max 64K
start
user ann
req POST $v3/createRoom '{}'
room=$(enc "$(get_json .room_id)")
req GET $v3/sync
since=$(get_json .next_batch)

say() {	# TXNID
	req PUT "$v3/rooms/$room/send/m.room.message/$1" '{"body":"hi","msgtype":"m.text"}'
}

# ------------------------------------------------------------------ waiting

bg one GET "$v3/sync?since=$since&timeout=60000"
until [ -n "$(ls "$tmp/run/bells" 2>/dev/null)" ]; do sleep 0.02; done
req GET "$v3/sync?since=$since&timeout=60000"
is_err 429 M_LIMIT_EXCEEDED 'one waits: no other may'
is_json '.retry_after_ms >= 4000 and .retry_after_ms < 8000' true 'but later'
is_head '^retry-after: [1-9]' 'which the head says, too'
get_json .retry_after_ms >"$tmp/waits"
for n in 1 2 3 4 5; do
	req GET "$v3/sync?since=$since&timeout=60000"
	get_json .retry_after_ms >>"$tmp/waits"
done
[ "$(sort -u "$tmp/waits" | wc -l)" -gt 1 ]
ok $? 'those who are sent away together do not come back together'
req GET "$v3/sync?since=$since"
is_status 200 'who does not want to wait is answered'
bg_wait one
is_json '[.next_batch, .rooms.join]' "[\"$since\",{}]" 'nobody waits for a minute (security 31)'
is "$(ls "$tmp/run/bells")" '' 'and whoever waited leaves nothing behind'

# News that the filter hides do not make the time longer.
bg hidden GET "$v3/sync?since=$since&timeout=60000&filter=$(enc '{"room":{"timeline":{"not_types":["m.room.message"]}}}')"
n=0
# shellcheck disable=SC2154
while kill -0 "$bg_hidden" 2>/dev/null && [ $n -lt 300 ]; do
	n=$((n + 1))
	say $n
done
[ $n -lt 300 ]; ok $? 'nor does anybody while there is news that it may not hear'
bg_wait hidden
is_json '.rooms.join' '{}' 'which it is not told of'

# ------------------------------------------------------------------- bodies

# chunks FILE: a message without Content-Length, as Apache hands on chunks.
chunks() {
	env -i PATH="$PATH" MXCGI_CONFIG="$tmp/mxcgi.conf" \
	    ASAN_OPTIONS="$ASAN_OPTIONS" REQUEST_METHOD=PUT \
	    REQUEST_URI="$v3/rooms/$room/send/m.room.message/c" \
	    HTTP_AUTHORIZATION="Bearer $token" \
	    HTTP_TRANSFER_ENCODING=chunked \
	    "$BUILD/cgi-bin/rooms" <"$1" 2>>"$tmp/log" |
	    sed -n 's/^Status: \([0-9]*\).*/\1/p'
}
awk 'BEGIN { while (n++ < 65536) printf "x" }' >"$tmp/long"
is "$(chunks "$tmp/long")" 400 'in chunks: as much as may be'
echo >>"$tmp/long"
is "$(chunks "$tmp/long")" 413 'in chunks: more'
is "$(chunks /dev/null)" 400 'in chunks: nothing'
printf '{"body":"hi","msgtype":"m.text"}' >"$tmp/short"
is "$(chunks "$tmp/short")" 200 'in chunks: a message'
done_testing

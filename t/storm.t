#!/bin/sh
# Many clients send at once, each message asked for four times at the same
# moment: one event each, whichever process answers; and nothing acknowledged
# is lost or doubled when programs are killed in the middle.
. "$(dirname "$0")/lib.sh"

clients=64 times=4 messages=10

# What storm.pl was told against what the room holds.
check() {	# NAME
	awk '$1 != 200 && $1 != "slowest"' "$tmp/told" >"$tmp/body"
	[ ! -s "$tmp/body" ]
	ok $? "$1: every answer is 200"
	is "$(grep -c ^200 "$tmp/told")" $((clients * messages)) \
	    "$1: every request is answered"
	grep ^200 "$tmp/told" | cut -d ' ' -f 2- | sort -u >"$tmp/acknowledged"
	is "$(wc -l <"$tmp/acknowledged")" $((clients / times * messages)) \
	    "$1: a repeated transaction id gives the same event"
	read_room | sort >"$tmp/stored"
	cmp -s "$tmp/acknowledged" "$tmp/stored"
	ok $? "$1: each message is there, exactly once"
	diff "$tmp/acknowledged" "$tmp/stored" | head -n 10 | sed 's/^/# /'
}

# "body event_id" of all messages.
read_room() {
	from=
	while :; do
		req GET "/_matrix/client/v3/rooms/$(enc "$room")/messages?dir=b&limit=500$from"
		get_json '.chunk[] | select(.type == "m.room.message") | "\(.content.body) \(.event_id)"'
		[ "$(get_json .end)" != null ] || break
		from="&from=$(get_json .end)"
	done
}

new_room() {
	req POST /_matrix/client/v3/createRoom '{}'
	room=$(get_json .room_id)
}

storm() {
	perl "$SRC/t/tools/storm.pl" "${url#http://}" "$token" "$room" \
	    $clients $times $messages "$@" >"$tmp/told" 2>"$tmp/body"
}

for processes in 1 4; do
	conf serve processes_rooms $processes
	start tcp
	[ "$processes" = 4 ] && as ann || user ann
	new_room
	storm
	ok $? "$processes of rooms: the storm ends"
	check "$processes of rooms"
	is "$(pids_of rooms | wc -l)" $processes "$processes of rooms run"
	stop
done

# Killed again and again while they send; every client asks until it is told.
conf serve processes_rooms 4
start tcp
as ann
new_room
expect_log 'mxcgi (warn|error) '
expect_log 'upstream prematurely closed|Connection refused|recv\(\) failed|Connection reset|Broken pipe|no live upstreams'
messages=60
storm retry &
storm=$!
killed=0
while [ $killed -lt 50 ] && kill -0 $storm 2>/dev/null; do
	for pid in $(pids_of rooms); do
		kill -9 "$pid" 2>/dev/null && killed=$((killed + 1))
	done
done
wait $storm
ok $? 'kill -9: the storm ends'
[ $killed -ge 50 ]
ok $? "killed $killed times"
check 'kill -9'
done_testing

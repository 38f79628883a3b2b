#!/bin/sh
# Clients that wait miss nothing, whatever becomes of what they wait in: several
# processes, lost doorbells, a killed process, a volatile store that goes; and
# who does not take an answer stops nobody.
T=fcgi
. "$(dirname "$0")/lib.sh"

v3=/_matrix/client/v3
heard='[.rooms.join[]?.timeline.events[].content.body]'

# Until a test holds.
await() {	# WHAT TEST...
	what=$1
	tries=0
	shift
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 2500 ] || bail_out "$what: not in 50 s"
		sleep 0.02
	done
}
connections() {	# SOCKET
	awk -v socket="$tmp/run/$1.sock" \
	    '$6 == "03" && $8 == socket { n++ } END { print n + 0 }' /proc/net/unix
}
more() { [ "$(connections "$1")" -ge "$2" ]; }

# The processes in which clients wait; another one is for long answers.
events() {
	for pid in $(pids_of events); do
		grep -qz '^MXCGI_LONG=' "/proc/$pid/environ" 2>/dev/null || echo "$pid"
	done | sort
}

say() {	# TEXT
	req PUT "$v3/rooms/$room/send/m.room.message/$1" \
	    "{\"msgtype\":\"m.text\",\"body\":\"$1\"}"
}
up_to_date() {
	req GET "$v3/sync?filter=$(enc '{"room":{"rooms":[]}}')"
	since=$(get_json .next_batch)
}
# A timeout beyond the patience of bg: who hears of nothing fails.
wait_as() {
	for name in "$@"; do
		bg "$name" GET "$v3/sync?since=$since&timeout=170000"
	done
}
all_heard() {	# WHAT TEXT NAME...
	what=$1 want=$2
	shift 2
	for name in "$@"; do
		bg_wait "$name"
		is_json "$heard" "[\"$want\"]" "$what: $name hears of it"
	done
}

# ----------------------------------------------------- several processes

conf serve processes_events 2
start tcp
user ann
req POST $v3/createRoom '{}'
room=$(enc "$(get_json .room_id)")
up_to_date
wait_as one two three four
await 'two wait in the first process' more events 2
await 'and two in the second' more events.1 2
say both
all_heard 'two processes' both one two three four
for name in one two three four; do
	bg_wait $name
	next=$(get_json .next_batch)
	for n in 1 2 3; do
		req GET "$v3/sync?since=$next"
		is_json '[.rooms.join, .next_batch]' "[{},\"$next\"]" \
		    "two processes: the token of $name is good in either, $n"
	done
done

# --------------------------------------------------------- lost doorbells

up_to_date
wait_as one two three four
await 'all wait again' more events 2
await 'all wait again' more events.1 2
rm "$tmp/run/bells/"changes.*
say unheard
all_heard 'without a doorbell' unheard one two three four
rm -r "$tmp/run/bells"
up_to_date
wait_as one
say still
all_heard 'nor is there a place for doorbells' still one

# ------------------------------------------------------ the volatile store

up_to_date
wait_as one two
req PUT "$v3/rooms/$room/typing/$(enc "$user")" '{"typing":true,"timeout":30000}'
for name in one two; do
	bg_wait $name
	is_json '[.rooms.join[].ephemeral.events[].content.user_ids]' \
	    '[["@ann:localhost"]]' "typing: $name hears of it"
done
up_to_date
wait_as one two
rm "$tmp/run/volatile.db"*
# Who was asked a moment ago has not looked yet, so once more and again.
# shellcheck disable=SC2154
while kill -0 "$bg_one" 2>/dev/null || kill -0 "$bg_two" 2>/dev/null; do
	req PUT "$v3/rooms/$room/typing/$(enc "$user")" \
	    '{"typing":true,"timeout":30000}'
done
for name in one two; do
	bg_wait $name
	is_json '[.rooms.join[].ephemeral.events[].content.user_ids]' \
	    '[["@ann:localhost"]]' "the volatile store is another: $name hears of typing"
done
stop

# --------------------------------------- killed under a thousand clients

conf serve processes_events 1
conf serve user_waiters 1000
expect_log 'mxcgi error events was ended by signal 9'
expect_log 'upstream prematurely closed|recv\(\) failed|Connection reset'
expect_log 'Broken pipe|Connection refused|no live upstreams|connect\(\) to'
start tcp
up_to_date
perl "$SRC/t/tools/waiters.pl" "${url#http://}" "$token" "$since" 1000 last \
    >"$tmp/told" &
waiters=$!
for round in 1 2 3; do
	await 'a thousand clients wait' more events 1000
	pid=$(events)
	say "before.$round"
	kill -9 "$pid"
	say "after.$round"
	until [ -n "$(events)" ] && [ "$(events)" != "$pid" ]; do sleep 0.02; done
	say "then.$round"
done
await 'a thousand clients wait' more events 1000
kill "$(events)"
say last
wait $waiters
cp "$tmp/told" "$tmp/body"
is "$(sed '/^again/d' "$tmp/told")" "1000 before.1 after.1 then.1 before.2 after.2 then.2 before.3 after.3 then.3 last" \
    'killed: a thousand clients hear of all, once and in order'
[ "$(sed -n 's/^again //p' "$tmp/told")" -ge 100 ]
ok $? 'many of them having asked again'
stop

# ----------------------------------------------------- who takes no answer

conf serve body_max 64K
conf serve memory_max 4M
conf serve send_timeout 600s
start
awk 'BEGIN { printf "{\"msgtype\":\"m.text\",\"body\":\"";
    while (n++ < 50000) printf "x"; print "\"}" }' >"$tmp/long"
for r in 1 2 3 4 5 6; do
	req POST $v3/createRoom '{}'
	long=$(enc "$(get_json .room_id)")
	for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		req_file PUT "$v3/rooms/$long/send/m.room.message/$n" "$tmp/long"
	done
done
all="$v3/sync?filter=$(enc '{"room":{"timeline":{"limit":30}}}')"
mkfifo "$tmp/orders" "$tmp/answers"

slow() {	# CLIENTS
	perl "$SRC/t/tools/slow.pl" "$tmp/run/events.sock" "$token" "$all" \
	    "$1" "$tmp/slow" <"$tmp/orders" >"$tmp/answers" &
	exec 5>"$tmp/orders" 4<"$tmp/answers"
	read -r line <&4
}
tell() {	# ORDER
	echo "$1" >&5
	read -r line <&4
	exec 5>&- 4<&-
}

slow 1
is "$line" 200 'an answer of six million bytes begins'
up_to_date
is_status 200 'others are answered meanwhile'
wait_as one
say beside
all_heard 'beside a long answer' beside one
tell read
is "$line" 1 'and it is whole when it is taken at last'
cp "$tmp/slow" "$tmp/body"
is_json '[.rooms.join[].timeline.events[] | select(.type == "m.room.message") | .content.body | length | select(. == 50000)] | length' \
    120 'with all that was said'

slow 12
few=$(echo "$line" | tr ' ' '\n' | grep -c 200)
[ "$few" -ge 1 ] && [ "$few" -le 4 ]
ok $? "twelve who take no answer: few get one ($few)"
is "$(echo "$line" | tr ' ' '\n' | grep -vc 200)" $((12 - few)) \
    'the others are told that there is no room'
tell read
is "$line" 12 'all of them whole'
await 'there is room again' eval 'req GET "$v3/sync?since=$since"; [ "$status" = 200 ]'
is_status 200 'and then there is room for all'
stop

conf serve send_timeout 1s
start
slow 1
is "$line" 200 'once more'
tell wait
is "$line" 1 'who takes nothing for as long as may be is given up'
up_to_date
is_status 200 'and the process goes on'
done_testing

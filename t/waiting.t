#!/bin/sh
# Clients that wait in `events`: those that leave are forgotten, those whose
# token ends are told so, and whatever becomes of the process under them,
# nothing is missed.
T=fcgi
. "$(dirname "$0")/lib.sh"

sync=/_matrix/client/v3/sync

# The process in which clients wait; the other one is for long answers.
events() {
	for pid in $(pids_of events); do
		grep -qz '^MXCGI_LONG=' "/proc/$pid/environ" 2>/dev/null || echo "$pid"
	done
}

# How many connections nginx has to it.
connections() {
	awk -v socket="$tmp/run/events.sock" \
	    '$6 == "03" && $8 == socket { n++ } END { print n + 0 }' /proc/net/unix
}

# Until a test holds.
await() {	# WHAT TEST...
	what=$1
	tries=0
	shift
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 1500 ] || bail_out "$what: not in 30 s"
		sleep 0.02
	done
}
more() { [ "$(connections)" -ge "$1" ]; }
none() { [ "$(connections)" = 0 ]; }
renewed() { [ -n "$(events)" ] && [ "$(events)" != "$1" ]; }

# Sets $since, and $pid.
up_to_date() {
	req GET "$sync"
	since=$(get_json .next_batch)
	pid=$(events)
}

# wait_as NAME...: a client of the current user waits by each name.
wait_as() {
	for name in "$@"; do
		bg "$name" GET "$sync?since=$since&timeout=50000"
	done
}

# All N of them do.  nginx opens a connection when it keeps none, so this says
# something while N is more than there were at any time before.
await_waiting() { await 'clients wait' more "$1"; }

say() {	# TEXT
	req PUT "/_matrix/client/v3/rooms/$room/send/m.room.message/$1" \
	    "{\"msgtype\":\"m.text\",\"body\":\"$1\"}"
}
heard='[.rooms.join[]?.timeline.events[].content.body]'

start
user ann
req POST /_matrix/client/v3/createRoom '{}'
room=$(enc "$(get_json .room_id)")

# ------------------------------------------ those whose account is locked
user bob
up_to_date
wait_as first second
await_waiting 2
admin user lock bob
is_status 0 'an account is locked'
for name in first second; do
	bg_wait $name
	is_err 401 M_USER_LOCKED "locked: the $name that waited is told"
	is_json .soft_logout true "locked: the $name may keep its session"
done
admin user unlock bob
bg again GET "$sync?since=$since&timeout=1"
bg_wait again
is_json '[.rooms.join, .next_batch != null]' '[{},true]' \
    'unlocked: the same token is good again'
as ann

# ---------------------------------------------------- those that leave
up_to_date
leavers=
for i in 1 2 3 4 5 6 7 8 9 10; do
	curl -sS --max-time 60 --unix-socket "$tmp/http.sock" \
	    -H "Authorization: Bearer $token" \
	    "http://localhost$sync?since=$since&timeout=50000" \
	    >"$tmp/leaver.$i" &
	leavers="$leavers $!"
done
await_waiting 10
# shellcheck disable=SC2086
kill $leavers
await 'clients that left are forgotten' none
is "$(events)" "$pid" 'clients that left are forgotten, the process lives'
is "$(cat "$tmp"/leaver.*)" '' 'and nothing was sent to them'

# ------------------------------------------------ those whose token ends
as ann
req POST /_matrix/client/v3/login \
    '{"type":"m.login.password","user":"ann","password":"secret of ann"}'
second=$(get_json .access_token)
up_to_date
wait_as stays
token=$second
wait_as ends
await_waiting 2
req POST /_matrix/client/v3/logout
is_status 200 'one of two devices logs out'
bg_wait ends
is_err 401 M_UNKNOWN_TOKEN 'what waited with its token is told'
as ann
say 'still.there'
bg_wait stays
is_json "$heard" '["still.there"]' 'the other device waited on'

# ------------------------------------------------ the process is renewed
up_to_date
wait_as one two three
await_waiting 3
kill -TERM "$pid"
for name in one two three; do
	bg_wait $name
	is_json "[.next_batch, $heard]" "[\"$since\",[]]" \
	    "renewed: $name leaves with its token"
done
await 'a new process' renewed "$pid"
bg four GET "$sync?since=$since&timeout=50000"
say renewed
bg_wait four
is_json "$heard" '["renewed"]' 'renewed: the next wait hears what comes'

# ------------------------------------------------ the process is killed
expect_log 'mxcgi error events was ended by signal 9'
expect_log 'upstream prematurely closed|recv\(\) failed|Connection reset'
expect_log 'Broken pipe|Connection refused|no live upstreams'
up_to_date
wait_as one two three
await_waiting 3
kill -9 "$pid"
say killed
# nginx gives up, or asks the successor.
for name in one two three; do
	bg_wait $name
	if [ "$status" != 200 ]; then
		is_err 503 M_UNKNOWN "killed: $name is told to come again"
		req GET "$sync?since=$since&timeout=50000"
	fi
	is_json "$heard" '["killed"]' "killed: $name misses nothing"
done
await 'a new process' renewed "$pid"

# Told to end while they still start, the programs do; the log would say who
# had to be killed.
stop
start
stop

# ---------------------------------------------- more than a user may have
conf serve user_waiters 3
start
as ann
up_to_date
rm -f "$tmp"/bg.*
wait_as one two three
await_waiting 3
# Which came first only the process knows.
answered_one() { [ -n "$(find "$tmp" -name 'bg.[a-z]*.status' -size +0)" ]; }
bg four GET "$sync?since=$since&timeout=50000"
await 'one of them is answered' answered_one
say more
none=0 some=0
for name in one two three four; do
	bg_wait $name
	case $(jq -c "$heard" "$tmp/body") in
	'[]') none=$((none + 1)) ;;
	'["more"]') some=$((some + 1)) ;;
	esac
done
is "$none $some" '1 3' 'more than a user may have: one is answered, with nothing (security 16)'
done_testing

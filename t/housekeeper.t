#!/bin/sh
# The housekeeper as cron calls it and as it stays.
. "$(dirname "$0")/lib.sh"
start
housekeeper=$BUILD/admin/housekeeper
MXCGI_CONFIG=$tmp/mxcgi.conf
export MXCGI_CONFIG

user alice
req POST /_matrix/client/v3/createRoom '{}'
here=/_matrix/client/v3/rooms/$(enc "$(get_json .room_id)")
say() { req PUT "$here/send/m.room.message/$1" '{"msgtype":"m.text","body":"x"}'; }
say one
event=$(get_json .event_id)

"$housekeeper" --help >"$tmp/body"
is $? 0 '--help'
like '^usage: housekeeper' 'says how it is called'
"$housekeeper" --nonsense >/dev/null 2>"$tmp/body"
is $? 2 'another argument is refused'
like '^usage: ' 'and told how it is called'

"$housekeeper" --once 2>"$tmp/body"
is $? 0 '--once does its work and ends'
is "$(cat "$tmp/body")" '' 'and has nothing to say'
req GET /_matrix/client/v3/account/whoami
is_status 200 'a session that goes on has not gone'
say one
is "$(get_json .event_id)" "$event" 'nor has a transaction id of today'

# -------------------------------------------------------------- it stays
bells() {
	for bell in "$tmp"/run/bells/housekeeper."$1".*; do
		[ ! -e "$bell" ] || echo "$bell"
	done
}
"$housekeeper" 2>>"$tmp/log" &
pid=$!
tries=0
until [ -n "$(bells $pid)" ] || [ $((tries += 1)) -gt 500 ]; do sleep 0.02; done
ok "$([ -n "$(bells $pid)" ]; echo $?)" 'it listens to its bell'
say two
is_status 200 'others work meanwhile'
kill -TERM $pid
wait $pid
is $? 0 'told to end it ends'
is "$(bells $pid)" '' 'and takes the bell away'

# ------------------------------------------------------- what it refuses
sed 's/^name = .*/name = elsewhere.org/' "$tmp/mxcgi.conf" >"$tmp/other.conf"
MXCGI_CONFIG=$tmp/other.conf "$housekeeper" --once 2>"$tmp/body"
is $? 1 'the database of another server is refused'
like 'belongs to localhost.*elsewhere.org' 'with both names'

done_testing

#!/bin/sh
# m.room.retention (MSC1763) and [retention]: the housekeeper deletes what is
# over its time, and nothing else.
. "$(dirname "$0")/lib.sh"

v3=/_matrix/client/v3
hour=3600000
txn=0
housekeep() {
	MXCGI_CONFIG="$tmp/mxcgi.conf" "$BUILD/admin/housekeeper" --once \
	    2>>"$tmp/log"
}
room() { # NAME [CONTENT of m.room.retention]: sets r_NAME
	req POST $v3/createRoom '{"preset":"public_chat"}'
	eval "r_$1=$(enc "$(get_json .room_id)") room_$1=$(get_json .room_id | sed 's/!/\\!/')"
	[ -z "${2-}" ] || policy "$1" "$2"
}
policy() {
	eval "r=\$r_$1"
	req PUT "$v3/rooms/$r/state/m.room.retention" "$2"
}
say() {
	eval "r=\$r_$1"
	txn=$((txn + 1))
	req PUT "$v3/rooms/$r/send/m.room.message/t$txn" \
	    "{\"msgtype\":\"m.text\",\"body\":\"$2\"}"
}
# What people read in a room, the oldest first.
said() {
	eval "r=\$r_$1"
	req GET "$v3/rooms/$r/messages?dir=f&limit=100"
	is_json '[.chunk[] | select(.type == "m.room.message") | .content.body // "-"]' \
	    "$2" "$3"
}
restart() { stop; conf retention "$1" "$2"; start; }

start
user ann
as ann
room brief '{"max_lifetime":1}'
say brief one
housekeep
said brief '["one"]' 'unless it is enabled nothing goes'

# ------------------------------------------------------------ what rooms ask

conf retention least 1ms
stop
conf retention enabled yes
mkfifo "$tmp/go"
flock "$tmp/run/snapshot.lock" cat "$tmp/go" &
flock=$!
until ! flock -n "$tmp/run/snapshot.lock" true; do sleep 0.02; done
start
room long "{\"max_lifetime\":$hour}"
room none
room least '{"min_lifetime":1}'
room odd '{"min_lifetime":5,"max_lifetime":1}'
room text '{"max_lifetime":"1"}'
room below '{"max_lifetime":-1}'
room half '{"max_lifetime":1.5}'
all='long none least odd text below half'
for name in brief $all; do
	say $name a
	say $name b
	say $name c
done
req GET "$v3/sync"
since=$(get_json .next_batch)
housekeep
said brief '["one","a","b","c"]' 'nothing goes while a backup is made'
: >"$tmp/go"
wait $flock
housekeep
said brief '["-"]' 'what is over its time is gone, and the last says nothing'
for name in $all; do
	said $name '["a","b","c"]' "nothing goes: $name"
done
req GET "$v3/rooms/$r_brief/messages?dir=b&limit=100"
is_json '.chunk[-1].type' '"m.room.create"' 'one reads back to the beginning'
req GET "$v3/rooms/$r_brief/state/m.room.retention"
is_json .max_lifetime 1 'state stays'
say brief d
housekeep
said brief '["-"]' 'the last goes when another has come'
req GET "$v3/sync?since=$since"
is_status 200 'a token from before is good'

# What a room asks for may change, and what it says be taken back.
policy brief "{\"max_lifetime\":$hour}"
say brief e
say brief f
housekeep
said brief '["-","e","f"]' 'longer is longer'
policy brief '{"max_lifetime":1}'
event=$(get_json .event_id)
req PUT "$v3/rooms/$r_brief/redact/$(enc "$event")/x1" '{}'
is_status 200 'a policy is redacted'
housekeep
said brief '["-","e","f"]' 'and counts no more'
policy brief '{"max_lifetime":1}'
housekeep
said brief '[]' 'set again it does'
policy brief '{}'
say brief g
housekeep
said brief '["g"]' 'one that asks for nothing'

# ----------------------------------------------- bounds, and what is for all

restart least 2h
policy brief '{"max_lifetime":1}'
housekeep
said brief '["g"]' 'no room asks for less than the least'
conf retention least 1ms
restart most 1ms
housekeep
said long '["-"]' 'nor for more than the most'
said none '["a","b","c"]' 'a room that asks for nothing keeps all'
policy least "{\"min_lifetime\":$hour}"
policy long "{\"max_lifetime\":$hour}"
conf retention most 0
restart max_lifetime 1ms
say long h
housekeep
said none '["-"]' 'unless there is a time for all'
said odd '["-"]' 'which counts where a room contradicts itself'
said long '["-","h"]' 'and not where it asks for a longer one'
said least '["a","b","c"]' 'or for a least'
restart enabled no
say none i
housekeep
say none j
said none '["-","i","j"]' 'off again nothing goes'

# -------------------------------------------------------- the configuration

for odd in 'most forever' 'least 0' 'max_lifetime -1d' 'enabled perhaps' 'days 3'; do
	cp "$tmp/mxcgi.conf" "$tmp/odd.conf"
	printf '[retention]\n%s = %s\n' "${odd% *}" "${odd#* }" >>"$tmp/odd.conf"
	"$mxcgi" user list --config "$tmp/odd.conf" >/dev/null 2>"$tmp/body"
	ok "$([ $? != 0 ]; echo $?)" "$odd is refused"
	like "odd.conf.*${odd% *}" 'by its name'
done
admin verify
is "$status" 0 'the database is sound'

done_testing

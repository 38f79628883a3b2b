#!/bin/sh
# What a deactivation leaves behind: the user is out of all rooms soon.
. "$(dirname "$0")/lib.sh"

v3=/_matrix/client/v3
# While no server runs: the program alone, as CGI.
deactivate_alone() {
	mode=$T T=cgi
	deactivate "$1"
	T=$mode
}
room() {
	req POST $v3/createRoom "${1:-{\}}"
	room=$(get_json .room_id)
	here=$v3/rooms/$(enc "$room")
}

# In how many of the caller's rooms did $1 leave, and how often at most?
left() {
	all="{\"room\":{\"timeline\":{\"limit\":500,\"senders\":[\"$1\"]},\"state\":{\"types\":[]}}}"
	req GET "$v3/sync?filter=$(enc "$all")"
	jq -r --arg who "$1" '[.rooms.join[].timeline.events |
	    [.[] | select(.type == "m.room.member" and .state_key == $who and
	    .content.membership == "leave")] | length | select(. > 0)] |
	    "\(length) rooms, \(max // 0) times"' "$tmp/body"
}
# Until it is so: as CGI `rooms` does some of it after each request.
left_soon() {
	tries=0
	until [ "$(left "$1")" = "$2" ] || [ $((tries += 1)) -gt 500 ]; do
		req GET "$here/state/m.room.create"
	done
	is "$(left "$1")" "$2" "$3"
}

# Rooms of Anna's: $1 joined, is invited to, and knocks at one after the other,
# $2 rooms in all.
knocking='{"room_version":"10","initial_state":[{"type":"m.room.join_rules",
    "state_key":"","content":{"join_rule":"knock"}}]}'
fill() {
	eval "who=\$user_$1"
	i=0
	while [ $((i += 1)) -le "$2" ]; do
		as anna
		if [ $((i % 3)) = 0 ]; then
			room "$knocking"
			as "$1"
			req PUT "$here/state/m.room.member/$(enc "$who")" '{"membership":"knock"}'
		else
			room
			req POST "$here/invite" "{\"user_id\":\"$who\"}"
			as "$1"
			[ $((i % 3)) = 1 ] || req POST "$here/join"
		fi
		[ "$status" = 200 ] || { show; bail_out "room $i of $1"; }
	done
	as anna
}

start
user anna
user gone
fill gone 51
is "$(left "$user_gone")" '0 rooms, 0 times' 'somebody is in rooms'
req GET $v3/sync
since=$(get_json .next_batch)
bg told GET "$v3/sync?since=$since&timeout=30000"
deactivate gone
ok $? 'and goes'
[ "$T" = fcgi ] || req GET "$here/state/m.room.create"
bg_wait told
is_json '[.rooms.join[].timeline.events[] | [.type, .state_key, .sender, .content]] | unique' \
    "[[\"m.room.member\",\"$user_gone\",\"$user_gone\",{\"membership\":\"leave\"}]]" \
    'who waits hears that they leave'
left_soon "$user_gone" '51 rooms, 1 times' \
    'out of those they joined, were invited to and knocked at, once'
as gone
req GET $v3/sync
is_err 401 M_UNKNOWN_TOKEN 'and they are out themselves'

# The only one with any power leaves like others.
user boss
room '{"preset":"public_chat"}'
as anna
req POST "$here/join"
deactivate boss
left_soon "$user_boss" '1 rooms, 1 times' 'the owner of a room leaves it'
req PUT "$here/send/m.room.message/1" '{"msgtype":"m.text","body":"x"}'
is_status 200 'and life there goes on'

# Where nobody asks `rooms` for anything, cron does it.
user idle
fill idle 42
[ "$T" = cgi ] || stop
deactivate_alone idle
MXCGI_CONFIG=$tmp/mxcgi.conf "$BUILD/admin/housekeeper" --once 2>>"$tmp/log"
ok $? 'the housekeeper'
[ "$T" = cgi ] || start
is "$(left "$user_idle")" '42 rooms, 1 times' 'does all of it'

# `rooms` is killed again and again meanwhile; or was not there at first.
if [ "$T" = fcgi ]; then
	expect_log 'mxcgi (warn|error) '
	expect_log 'upstream prematurely closed|Connection refused|recv\(\) failed|Connection reset'
	user dead
	fill dead 42
	deactivate dead
	kill_often rooms
	left_soon "$user_dead" '42 rooms, 1 times' 'kill -9: once each (security 36)'
	user late
	fill late 21
	stop
	deactivate_alone late
	start
	left_soon "$user_late" '21 rooms, 1 times' 'a task that was there before'
fi

done_testing

#!/bin/sh
# A room with so many events that it is made in pieces: it is there as a whole,
# or not at all.
. "$(dirname "$0")/lib.sh"
start
user anna
guests=
n=0
while [ $((n += 1)) -le 60 ]; do
	user "u$n"
	guests="$guests${guests:+,}\"@u$n:localhost\""
done
v3=/_matrix/client/v3

# invited NAME: how many invitations NAME sees
invited() {
	as "$1"
	req GET "$v3/sync"
	get_json '.rooms.invite // {} | length'
}

as anna
req POST $v3/createRoom '{"room_alias_name": "large", "name": "Large",
    "visibility": "public", "is_direct": true, "invite": ['"$guests"']}'
is_status 200 'createRoom: 60 invitations'
room=$(get_json .room_id)
is_json .room_alias '"#large:localhost"' 'and an alias'
req GET "$v3/rooms/$(enc "$room")/members?membership=invite"
is_json '.chunk | length' 60 'all are invited'
is_json '[.chunk[].content.is_direct] | unique' '[true]' 'as they should be'
req GET "$v3/rooms/$(enc "$room")/messages?dir=f&limit=100"
is_json '[.chunk[].type][:3]' \
    '["m.room.create","m.room.member","m.room.power_levels"]' 'in order'
is_json '.chunk | length' 68 'each event once'
is "$(invited u1)" 1 'the first sees the invitation'
is "$(invited u60)" 1 'the last sees it'
as u60
req POST "$v3/join/$(enc '#large:localhost')" '{}'
is_status 200 'joins by the alias'
as anna
req GET "$v3/sync"
is_json '.rooms.join | map(.summary["m.joined_member_count"])' '[2]' \
    'members are counted'

# The last invitation is refused, when most of the room is made.
req POST $v3/createRoom '{"room_alias_name": "half", "invite": ['"$guests"',
    "@nobody:localhost"]}'
is_err 400 M_INVALID_PARAM 'one of many cannot be invited'
like nobody 'who it is'
req GET "$v3/sync"
is_json '.rooms.join | length' 1 'its creator is in no such room'
is "$(invited u1)" 1 'nobody is invited to it'
as u1
req POST "$v3/join/$(enc '#half:localhost')" '{}'
is_err 404 M_NOT_FOUND 'it has no alias'
as anna
# As CGI the next writers remove what is left of it, a piece each.
tries=0
until req POST $v3/createRoom '{"room_alias_name": "half"}'
    [ "$status" = 200 ] || [ $((tries += 1)) -gt 50 ]; do :; done
is_status 200 'whose name is free again'
req POST "$v3/createRoom" '{"room_alias_name": "large", "invite": ['"$guests"']}'
is_err 400 M_ROOM_IN_USE 'an alias that is taken'
is "$(invited u2)" 1 'invites nobody'

# As 2015 has it, with a transaction id.
req PUT /_matrix/client/api/v1/createRoom/t1 '{"invite": ['"$guests"']}'
is_status 200 'STD-8: with a transaction id'
room=$(get_json .room_id)
req PUT /_matrix/client/api/v1/createRoom/t1 '{"invite": ['"$guests"']}'
is_json .room_id "\"$room\"" 'STD-8: which makes one room'
is "$(invited u3)" 2 'STD-8: to which everybody is invited once'
done_testing

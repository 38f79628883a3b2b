#!/bin/sh
# Reading the state of a room: GET /rooms/{roomId}/state, .../state/{eventType}
# and /members, by members, by who has left and by strangers.
. "$(dirname "$0")/lib.sh"
start
user alice
user bob
user carol
user dave
c=/_matrix/client
v3=$c/v3

create() {
	req POST "${2:-$v3}/createRoom" "${1-}"
	room=$(get_json .room_id) here=$v3/rooms/$(enc "$room")
}
put() { req PUT "$here/state/$1" "$2"; event=$(get_json .event_id); }
state() { req GET "$here/state${1:+/$1}"; }
members() { req GET "$here/members${1:+?$1}"; }
who() { get_json '[.chunk[].state_key[1:2]] | sort | add // ""'; }
refused() { is_err "$1" "$2" "$3"; }

as alice
create '{"preset":"public_chat","name":"before"}'
as bob
req POST "$here/join"
as alice

# ------------------------------------------------------------- the whole
state
is_status 200 'getRoomState: the state'
is_json type '"array"' 'getRoomState: is a bare array'
is_json 'map(.type + .state_key) | unique | length == 8' true 'each piece of it once'
is_json 'map(select(.type == "m.room.name"))[0] | [.content, .sender, .state_key, .room_id, (.event_id | startswith("$")), (.origin_server_ts | type)]' \
    "[{\"name\":\"before\"},\"@alice:localhost\",\"\",\"$room\",true,\"number\"]" \
    'an event as clients read it'
is_json 'map(has("user_id") or has("age")) | any' false 'without what 2015 added'
for prefix in api/v1 v2_alpha r0; do
	req GET "$c/$prefix/rooms/$(enc "$room")/state"
	is_json 'map(.sender == .user_id and has("age")) | all' true "$prefix: with it"
done

# --------------------------------------------------------------- one piece
state m.room.name
is_json . '{"name":"before"}' \
    'getRoomStateWithKey: the content of one event, bare'
state m.room.name/
is_json . '{"name":"before"}' 'the same with a slash at the end'
state 'm.room.name?format=content'
is_json . '{"name":"before"}' \
    'getRoomStateWithKey: format=content is the default'
state 'm.room.name?format=event'
is_json '[.type, .state_key, .content, .sender, has("event_id")]' \
    '["m.room.name","",{"name":"before"},"@alice:localhost",true]' \
    'getRoomStateWithKey: format=event'
state 'm.room.name/?format=event'
is_json .type '"m.room.name"' 'and with the slash'
state 'm.room.name?format=xml'
refused 400 M_INVALID_PARAM 'getRoomStateWithKey: a format that is none'
state m.room.topic
refused 404 M_NOT_FOUND 'getRoomStateWithKey: what was never set'
state m.room.encryption/
refused 404 M_NOT_FOUND 'with a slash'
state m.room.name/key
refused 404 M_NOT_FOUND 'or under another key'
state %00
is_status 400 'NUL in a type'
put org.example.empty '{}'
state org.example.empty
is_json . '{}' 'empty content'

# ---------------------------------------------------------------- members
members
is_json keys '["chunk"]' 'getMembersByRoom: members come in chunk'
is "$(who)" ab 'both'
is_json '.chunk | map(.type) | unique' '["m.room.member"]' 'as their events'
as carol
req POST "$here/join"
req POST "$here/leave"
as alice
req POST "$here/invite" '{"user_id":"@dave:localhost"}'
members;                                      is "$(who)" abcd 'all there ever were'
members 'membership=join'
is "$(who)" ab 'getMembersByRoom: who is in'
members 'membership=invite';                  is "$(who)" d 'who is invited'
members 'membership=ban';                     is "$(who)" '' 'nobody is banned'
members 'not_membership=leave'
is "$(who)" abd 'getMembersByRoom: all but who left'
members 'membership=leave&not_membership=join'
is "$(who)" cd 'getMembersByRoom: either will do'
members 'membership=asleep'
refused 400 M_INVALID_PARAM 'getMembersByRoom: a membership that is none'
members 'not_membership='
refused 400 M_INVALID_PARAM 'nor is nothing'
req GET "$c/api/v1/rooms/$(enc "$room")/members"
is_json '.chunk | map(.user_id == .sender and .membership == .content.membership) | all' true \
    '2015: with user_id and membership'

# -------------------------------------------------------------------- at
req GET "$here/messages?dir=b&limit=1"
now=$(get_json .start)
as dave
req POST "$here/join"
as alice
members 'membership=join';                      is "$(who)" abd 'dave is in now'
members "membership=join&at=$(enc "$now")";     is "$(who)" ab 'and was not then'
req GET "$here/messages?dir=f&limit=2"
early=$(get_json .end)
members "at=$(enc "$early")"
is "$(who)" a 'getMembersByRoom: in the beginning there was one'
members 'at=x'
refused 400 M_INVALID_PARAM 'getMembersByRoom: no token'
members 'at=t2-999999'
is "$(who)" a 'a place that is not that of an event'
# Tokens lie between events, and what lies there may be of another room.
here_first=$here room_first=$room
create '{}'
members 'membership=join'
is "$(who)" a 'another room'
here=$here_first room=$room_first
put m.room.topic '{"topic":"a room further"}'
req GET "$v3/sync?filter=$(enc '{"room":{"timeline":{"limit":1}}}')"
before=$(get_json ".rooms.join[\"$room\"].timeline.prev_batch")
as carol
req POST "$here/join"
as alice
members "membership=join&at=$(enc "$before")"
is "$(who)" abd 'as they were at a prev_batch of sync'

# ------------------------------------------------------ who has left, and when
create '{"preset":"public_chat","name":"before"}'
as bob
req POST "$here/join"
as carol
req POST "$here/join"
as bob
req POST "$here/leave"
as alice
put m.room.name '{"name":"after"}'
put m.room.topic '{"topic":"after"}'
as carol
req POST "$here/leave"
as bob
state m.room.name
is_json . '{"name":"before"}' \
    'getRoomState: who left reads the state as it was when they left'
state m.room.topic
refused 404 M_NOT_FOUND 'and nothing that came later'
state 'm.room.name?format=event'
is_json .content '{"name":"before"}' 'not even as an event'
state
is_json 'map(select(.type == "m.room.name")) | .[0].content' '{"name":"before"}' 'nor in the whole'
is_json 'map(select(.type == "m.room.topic")) | length' 0 'where the later is not'
is_json 'map(select(.state_key == "@bob:localhost")) | .[0].content.membership' '"leave"' \
    'that they left is part of it'
is_json 'map(select(.state_key == "@carol:localhost")) | .[0].content.membership' '"join"' \
    'that carol left later is not'
members 'membership=join'
is "$(who)" ac 'getMembersByRoom: members as they were'
as carol
state m.room.name
is_json . '{"name":"after"}' 'getRoomStateWithKey: who left later reads more'
as alice
put m.room.name '{"name":"later still"}'
as bob
req POST "$here/join"
state m.room.name
is_json . '{"name":"later still"}' 'who comes back reads what is'
as alice
req PUT "$here/state/m.room.member/%40bob%3Alocalhost" '{"membership":"ban"}'
put m.room.name '{"name":"without bob"}'
as bob
state m.room.name
is_json . '{"name":"later still"}' 'who is banned reads what was'
as alice
req PUT "$here/state/m.room.member/%40bob%3Alocalhost" '{"membership":"leave"}'
as bob
state m.room.name
is_json . '{"name":"later still"}' 'a lifted ban shows no more'
as alice
req POST "$here/invite" '{"user_id":"@bob:localhost"}'
as bob
state m.room.name
is_json . '{"name":"later still"}' 'nor does an invitation'

# --------------------------------------------------- who was never there
as dave
for path in state state/m.room.name state/m.room.name/ members; do
	req GET "$here/$path"
	refused 403 M_FORBIDDEN "$path: not in the room"
	req GET "$v3/rooms/%21nowhere%3Alocalhost/$path"
	refused 403 M_FORBIDDEN "$path: a room that is not there"
	req GET "$v3/rooms/%23x%3Alocalhost/$path"
	refused 400 M_INVALID_PARAM "$path: an alias"
	kept=$token token=
	req GET "$here/$path"
	refused 401 M_MISSING_TOKEN "$path: a stranger"
	token=$kept
done
as alice
req POST "$here/invite" '{"user_id":"@dave:localhost"}'
as dave
for path in state state/m.room.name members; do
	req GET "$here/$path"
	refused 403 M_FORBIDDEN "$path: invited is not in"
done
as alice
create '{"initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"world_readable"}}]}'
as dave
state m.room.history_visibility
is_json .history_visibility '"world_readable"' 'a world_readable room is read by all'
members
is "$(who)" a 'with its members'
as alice
put m.room.history_visibility '{"history_visibility":"shared"}'
as dave
state m.room.history_visibility
refused 403 M_FORBIDDEN 'until it is not'

# ---------------------------------- a moment before one could see the room
as alice
create '{"preset":"public_chat","initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"joined"}}]}'
put m.room.topic '{"topic":"hidden"}'
req GET "$here/messages?dir=b&limit=1"
hidden=$(get_json .start)
as bob
req POST "$here/join"
members "at=$(enc "$hidden")"
refused 403 M_FORBIDDEN 'members as they were when one could not see them'
as alice
members "at=$(enc "$hidden")"
is "$(who)" a 'are there for who could'

# ------------------------------------------- long lists keep nobody from writing
if [ "$T" = fcgi ]; then
	writer=$(pids_of rooms)
	kill -STOP "$writer"
	members
	is_status 200 'members are not read by the program that writes'
	state
	is_status 200 'nor is the state'
	kill -CONT "$writer"
fi
done_testing

#!/bin/sh
# Making a room and the power in it, line by line of the specification of 2015,
# by its own paths.
. "$(dirname "$0")/lib.sh"
start
user alice
user bob
user carol
v1=/_matrix/client/api/v1

make() {
	req POST $v1/createRoom "$1"
	room=$(get_json .room_id) here=$v1/rooms/$(enc "$room")
}
put() { req PUT "$here/state/$1" "$2"; }
state() { req GET "$here/state/$1"; }
say() { req POST "$here/send/${1-m.room.message}" '{"msgtype":"m.text","body":"x"}'; }
# has NAME FILTER WANT: what the room's state of TYPE says.
has() { state "$1"; is_json "$2" "$3" "$4"; }
# history FILTER WANT NAME: of all events, from the first.
history() { req GET "$here/messages?dir=f&limit=100"; is_json "$1" "$2" "$3"; }
place='def place(f): [.chunk[] | f] | index(true);'

# -------------------------------------------------------------- the first events
as alice
make '{}'
is_status 200 'CRE-1: a room'
is_json . "{\"room_id\":\"$room\"}" 'CRE-1: which is answered with its id'
history '.chunk[0] | [.type, .state_key, .content.creator, .user_id]' \
    '["m.room.create","","@alice:localhost","@alice:localhost"]' \
    'CRE-1: m.room.create is the root, and names the creator'
history '[.chunk[].type] | contains(["m.room.power_levels", "m.room.join_rules"])' \
    true 'CRE-1: power levels and join rules are among the others'
has m.room.member/@alice:localhost .membership '"join"' 'CRE-3: the creator is in'
has m.room.power_levels '.users["@alice:localhost"]' 100 'CRE-3: with power level 100'
has m.room.power_levels .users '{"@alice:localhost":100}' 'PL-2: and nobody else has one'
has m.room.power_levels .users_default 0 'PL-2: all others have 0'
has m.room.power_levels \
    '[.ban, .events_default, .kick, .redact, .state_default] | map(type) | unique' \
    '["number"]' 'PL-8: levels are numbers'
has m.room.power_levels '[.events, .users] | map(type) | unique' '["object"]' \
    'PL-8: beside those of types and users'
has m.room.power_levels '[.ban, .kick, .redact, .state_default]' '[50,50,50,50]' \
    'PL-9: what takes 50'
has m.room.power_levels '[.events_default, .users_default]' '[0,0]' \
    'PL-9: and what takes none'
has m.room.power_levels '.events["m.room.power_levels"]' 100 \
    'PL-9: power levels take 100'

# -------------------------------------------------------------------- presets
rules() {
	has m.room.join_rules .join_rule "\"$1\"" "$2"
	has m.room.history_visibility .history_visibility '"shared"' "$2: history is shared"
}
make '{"preset":"private_chat","invite":["@bob:localhost"]}'
rules invite 'createRoom: private_chat'
has m.room.power_levels '.users["@bob:localhost"]' null \
    'createRoom: private_chat gives invitees no power'
make '{"preset":"trusted_private_chat","invite":["@bob:localhost"]}'
rules invite 'createRoom: trusted_private_chat'
has m.room.power_levels '.users["@bob:localhost"]' 100 \
    'createRoom: trusted_private_chat gives invitees the power of the creator'
make '{"preset":"public_chat"}'
rules public 'createRoom: public_chat'
make '{}'
rules invite 'CRE-2: without preset and visibility a room is private'
make '{"visibility":"private"}'
rules invite 'CRE-2: visibility private is private_chat'
make '{"visibility":"public"}'
rules public 'CRE-2: visibility public is public_chat'
public=$room
req GET "$here/initialSync"
is_json .visibility '"public"' 'createRoom: and a room that is public is in the list'
req GET $v1/publicRooms
is_json '[.chunk[].room_id]' "[\"$public\"]" '13.6: the list has it, and no other room'
make '{"visibility":"public","preset":"private_chat"}'
rules invite 'CRE-2: a preset comes before visibility'

# ------------------------------------------------------------------ the order
make '{"room_alias_name":"foo","name":"N","topic":"T","invite":["@bob:localhost"],
    "preset":"public_chat","creation_content":{"m.federate":false,"creator":"@bob:localhost"},
    "initial_state":[
    {"type":"m.room.name","state_key":"","content":{"name":"never"}},
    {"type":"m.room.join_rules","state_key":"","content":{"join_rule":"invite"}},
    {"type":"org.example.thing","state_key":"k","content":{"n":1}}]}'
is_json .room_alias '"#foo:localhost"' 'createRoom: the alias, of this server'
has m.room.create '[."m.federate", .creator]' '[false,"@alice:localhost"]' \
    'createRoom: creation_content, but the creator is the one'
has m.room.join_rules .join_rule '"invite"' 'CRE-4: initial_state comes before the preset'
has m.room.name .name '"N"' 'CRE-4: and name before initial_state'
has m.room.topic .topic '"T"' 'CRE-4: so does topic'
has org.example.thing/k .n 1 'CRE-4: what else it has stays'
has m.room.member/@bob:localhost .membership '"invite"' 'createRoom: invite'
history "$place"'[place(.type == "m.room.create"),
    place(.type == "m.room.member" and .state_key == "@alice:localhost"),
    place(.type == "m.room.power_levels"), place(.type == "m.room.aliases"),
    place(.type == "m.room.join_rules"), place(.type == "org.example.thing"),
    place(.content.name == "N"), place(.content.topic == "T"),
    place(.state_key == "@bob:localhost")] | . == sort and (map(type) | unique == ["number"])' \
    true 'CRE-4: create, creator, power, aliases, rules, initial_state, name, topic, invites'
req POST $v1/createRoom '{"room_alias_name":"foo"}'
is_err 400 M_ROOM_IN_USE 'createRoom: an alias that is taken'
req POST $v1/createRoom '{'
is_err 400 M_NOT_JSON 'createRoom: no JSON'
req POST $v1/createRoom '{"invite":"@bob:localhost"}'
is_err 400 M_BAD_JSON 'createRoom: invite is a list'

# -------------------------------------------------------------------- power
make '{"preset":"public_chat"}'
levels() { # KEY=VALUE's in JSON, beside alice 100, bob 40, carol as by default
	put m.room.power_levels "{\"users\":{\"@alice:localhost\":100,\"@bob:localhost\":40}$1}"
	is_status 200 "power levels: ${1#,}"
}
for name in bob carol; do
	as $name
	req POST "$here/join" '{}'
done
as alice
levels ',"users_default":10,"events_default":11,"state_default":41,"events":{"org.example.low":10,"m.room.topic":40}'
as carol
say
is_err 403 M_FORBIDDEN 'PL-1: an action for which one has too little power'
say org.example.low
is_status 200 'PL-5: users_default counts for whom users does not name'
as bob
say
is_status 200 'PL-5: and users for whom it does'
put m.room.topic '{"topic":"x"}'
is_status 200 'PL-6: events, of state too'
put m.room.name '{"name":"x"}'
is_err 403 M_FORBIDDEN 'PL-6: else state_default'
as alice
levels ',"events_default":0'
as carol
say
is_status 200 'PL-5: without users_default it is 0'
as bob
put m.room.name '{"name":"x"}'
is_err 403 M_FORBIDDEN 'PL-6: without state_default it is 50'

as alice
levels ',"ban":41,"kick":41,"redact":41'
as carol
say
said=$(get_json .event_id)
as bob
req POST "$here/redact/$(enc "$said")" '{}'
is_err 403 M_FORBIDDEN 'PL-7: too little power to redact'
put m.room.member/@carol:localhost '{"membership":"leave"}'
is_err 403 M_FORBIDDEN 'PL-7: or to kick'
put m.room.member/@carol:localhost '{"membership":"ban"}'
is_err 403 M_FORBIDDEN 'PL-7: or to ban'
as alice
levels ',"ban":40,"kick":40,"redact":40'
as bob
req POST "$here/redact/$(enc "$said")" '{}'
is_status 200 'PL-7: enough to redact'
put m.room.member/@carol:localhost '{"membership":"leave"}'
is_status 200 'PL-7: and to kick'
put m.room.member/@carol:localhost '{"membership":"ban"}'
is_status 200 'PL-7: and to ban'

as alice
levels ',"events":{"m.room.power_levels":40}'
as bob
grant() { put m.room.power_levels "{\"users\":{\"@alice:localhost\":100,\"@bob:localhost\":40,$1},\"events\":{\"m.room.power_levels\":40}}"; }
grant '"@carol:localhost":41'
is_err 403 M_FORBIDDEN 'PL-3: nobody gives more than they have'
grant '"@carol:localhost":40'
is_status 200 'PL-3: but as much'
grant '"@carol:localhost":40,"@dora:localhost":30'
is_status 200 'PL-4: also to who is not in the room'
user dora
as dora
req POST "$here/join" '{}'
put m.room.topic '{"topic":"x"}'
is_err 403 M_FORBIDDEN 'PL-4: who has it'
as alice
put m.room.power_levels '{"users":{"@alice:localhost":100,"@bob:localhost":40,"@dora:localhost":30},"state_default":30,"events":{"m.room.power_levels":40}}'
as dora
req POST "$here/leave" '{}'
req POST "$here/join" '{}'
put m.room.topic '{"topic":"x"}'
is_status 200 'PL-4: when they have come, and come back'
done_testing

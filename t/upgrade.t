#!/bin/sh
# Replacing a room by one of another version: POST /rooms/{roomId}/upgrade.
. "$(dirname "$0")/lib.sh"
start
user anna
user bob
user eve
user carl
v3=/_matrix/client/v3

state() { # ROOM TYPE: its content is the body
	req GET "$v3/rooms/$(enc "$1")/state/$2"
}

# upgrade ROOM VERSION [MORE]
upgrade() {
	req POST "$v3/rooms/$(enc "$1")/upgrade" "{\"new_version\": \"$2\"${3-}}"
}

as anna
req POST $v3/createRoom '{"room_version": "10", "room_alias_name": "hall",
    "name": "Hall", "topic": "All of it", "preset": "public_chat",
    "visibility": "public", "creation_content": {"type": "m.space",
    "m.federate": false}, "power_level_content_override": {"users":
    {"@anna:localhost": 100, "@bob:localhost": 60}, "events": {"x": 7, "m.room.tombstone": 100}},
    "initial_state": [{"type": "m.room.encryption",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"}}]}'
old=$(get_json .room_id)
as bob
req POST "$v3/join/$(enc "$old")" '{}'
as eve
req POST "$v3/join/$(enc "$old")" '{}'
as anna
req PUT "$v3/rooms/$(enc "$old")/state/m.room.member/@eve:localhost" \
    '{"membership": "ban"}'
is_status 200 'somebody is banned'

# ----------------------------------------------------------------- refused
upgrade "$old" nonsense
is_err 400 M_UNSUPPORTED_ROOM_VERSION 'upgradeRoom: no such version'
req POST "$v3/rooms/$(enc "$old")/upgrade" '{}'
is_err 400 M_MISSING_PARAM 'upgradeRoom: no version'
upgrade '!none:localhost' 12
is_err 403 M_FORBIDDEN 'upgradeRoom: no such room'
as eve
upgrade "$old" 12
is_err 403 M_FORBIDDEN 'upgradeRoom: who is not in the room'
as bob
upgrade "$old" 12
is_err 403 M_FORBIDDEN 'upgradeRoom: who may not bury it (security 18)'
req GET "$v3/sync"
is_json '.rooms.join | length' 1 'and there is no other room then'
as anna
state "$old" m.room.canonical_alias
is_json .alias '"#hall:localhost"' 'nor has the old one lost anything'

# ------------------------------------------------------------- 10 becomes 12
req PUT "$v3/user/@anna:localhost/rooms/$(enc "$old")/tags/u.hall" '{}'
as carl
req POST "$v3/join/$(enc "$old")" '{}'
req PUT "$v3/user/@carl:localhost/rooms/$(enc "$old")/tags/u.carl" '{}'
as bob
req PUT "$v3/user/@bob:localhost/rooms/$(enc "$old")/tags/m.favourite" \
    '{"order": 0.5}'
req PUT "$v3/user/@bob:localhost/account_data/m.direct" \
    "{\"@anna:localhost\": [\"$old\"], \"@eve:localhost\": [\"!x:y\"]}"
# Who only says that his room replaces another moves nothing.
req POST $v3/createRoom '{"creation_content": {"predecessor": {"room_id":
    "'"$old"'"}}}'
req GET "$v3/user/@bob:localhost/account_data/m.direct"
is_json '."@anna:localhost" | length' 1 'a room that lies about its past'
as anna
upgrade "$old" 12 ', "additional_creators": ["@bob:localhost"]'
is_status 200 'upgradeRoom: who made it'
new=$(get_json .replacement_room)
is "$(printf %.1s "$new")" '!' 'the new room'
state "$new" m.room.create
is_json '[.room_version, .type, ."m.federate", .additional_creators]' \
    '["12","m.space",false,["@bob:localhost"]]' \
    'upgradeRoom: is what the old one was'
is_json .predecessor.room_id "\"$old\"" 'upgradeRoom: and names it'
like '"event_id":"\$' 'with its last event'
state "$new" m.room.name
is_json . '{"name":"Hall"}' 'its name is the same'
state "$new" m.room.topic
is_json .topic '"All of it"' 'its topic'
state "$new" m.room.encryption
is_json .algorithm '"m.megolm.v1.aes-sha2"' 'its encryption'
state "$new" m.room.join_rules
is_json .join_rule '"public"' 'its join rule'
state "$new" m.room.canonical_alias
is_json .alias '"#hall:localhost"' 'its alias'
state "$new" m.room.power_levels
is_json '[.events.x, .users]' '[7,{}]' 'its power levels, save of creators'
state "$old" m.room.tombstone
is_json .replacement_room "\"$new\"" 'upgradeRoom: the old one says where it is'
state "$old" m.room.power_levels
is_json '[.events_default, .invite]' '[50,50]' 'and is silent'
state "$old" m.room.canonical_alias
is_json . '{}' 'without an alias'
req GET "$v3/user/@anna:localhost/rooms/$(enc "$new")/tags"
is_json '.tags | keys' '["u.hall"]' 'who upgrades finds their tags there'
as bob
req PUT "$v3/rooms/$(enc "$old")/send/m.room.message/1" '{"body": "b"}'
is_status 200 'who has power may speak'
req POST "$v3/join/$(enc '#hall:localhost')" '{}'
is_json .room_id "\"$new\"" 'the alias leads to the new room'
req GET "$v3/user/@bob:localhost/rooms/$(enc "$new")/tags"
is_json .tags '{"m.favourite":{"order":0.5}}' 'who joins finds their tags there'
req GET "$v3/user/@bob:localhost/account_data/m.direct"
is_json '."@anna:localhost" | length' 2 'and their direct chat'
as carl
req PUT "$v3/rooms/$(enc "$new")/state/m.room.member/@carl:localhost" \
    '{"membership": "join"}'
req GET "$v3/user/@carl:localhost/rooms/$(enc "$new")/tags"
is_json '.tags | keys' '["u.carl"]' 'so does who joins by setting state'
as bob
req GET "$v3/user/@bob:localhost/rooms/$(enc "$old")/tags"
is_json '.tags | keys' '["m.favourite"]' 'which stays what it was'
req PUT "$v3/rooms/$(enc "$new")/state/m.room.name" '{"name": "Bobs hall"}'
is_status 200 'where an additional creator may do all'
as eve
tries=0
while [ $((tries += 1)) -lt 100 ]; do
	as anna
	req GET "$v3/rooms/$(enc "$new")/state/m.room.member/@eve:localhost"
	[ "$status" != 200 ] || break
done
is_json .membership '"ban"' 'who was banned is banned'
as eve
req POST "$v3/join/$(enc "$new")" '{}'
is_err 403 M_FORBIDDEN 'and does not come in'

# ------------------------------------------------------------- 12 becomes 10
as anna
upgrade "$new" 10
is_status 200 'back to a version whose creators have a level'
back=$(get_json .replacement_room)
state "$back" m.room.power_levels
is_json '.users["@anna:localhost"]' 100 'which who does it gets'
state "$back" m.room.create
is_json '[.creator, .additional_creators, .predecessor.room_id]' \
    "[\"@anna:localhost\",null,\"$new\"]" 'as its creator'
as bob
req POST "$v3/rooms/$(enc "$back")/upgrade" '{"new_version": "12"}'
is_err 403 M_FORBIDDEN 'which does not make others members'

as anna
req POST $v3/createRoom '{"room_version": "12"}'
upgrade "$(get_json .room_id)" 11
ours=$(get_json .replacement_room)
upgrade "$ours" 12
is_status 200 'what only a creator might do they may go on doing'
state "$ours" m.room.power_levels
is_json '[.events["m.room.tombstone"], .users["@anna:localhost"]]' '[150,150]' \
    'by the level that it takes'

# ---------------------------------------------------- rooms without some state
as anna
req POST $v3/createRoom '{"room_version": "11", "preset": "private_chat"}'
bare=$(get_json .room_id)
upgrade "$bare" 12 ', "additional_creators": ["nobody"]'
is_err 400 M_INVALID_PARAM 'upgradeRoom: creators must be user ids'
upgrade "$bare" 12
is_status 200 'a room without name and alias'
bare=$(get_json .replacement_room)
state "$bare" m.room.name
is_err 404 M_NOT_FOUND 'has none afterwards'
state "$bare" m.room.join_rules
is_json .join_rule '"invite"' 'and is as closed as before'
done_testing

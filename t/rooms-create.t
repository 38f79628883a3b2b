#!/bin/sh
# Making rooms: POST /createRoom, and PUT /createRoom/{txnId} of 2015.
. "$(dirname "$0")/lib.sh"
start
user alice
user bob
user carol
c=/_matrix/client
v3=$c/v3

# create [BODY [PREFIX]] leaves the room in $room, encoded in $here.
create() {
	req POST "${2:-$v3}/createRoom" "${1-}"
	room=$(get_json .room_id) here=$v3/rooms/$(enc "$room")
}
state() { req GET "$here/state/$1"; }
# Everything in the order in which it was sent.
history() { req GET "$here/messages?dir=f&limit=100"; }
sorted_state() { req GET "$here/state"; }
refused() { is_err "$1" "$2" "$3"; }

# ------------------------------------------------------------- an empty wish
as alice
create '{}'
is_status 200 'createRoom: a room of nothing but defaults'
is_json 'keys' '["room_id"]' 'createRoom: the answer is the room id'
is "$(printf %s "$room" | grep -Ec '^![A-Za-z0-9_-]{43}$')" 1 \
    'which in room version 12 is a hash without a server'
sorted_state
is_json 'map(.type)' \
    '["m.room.create","m.room.guest_access","m.room.history_visibility","m.room.join_rules","m.room.member","m.room.power_levels"]' \
    'what it consists of'
is_json 'map(select(.type == "m.room.create")) | .[0] | [.sender, .state_key, .content, "!" + .event_id[1:] == .room_id]' \
    '["@alice:localhost","",{"room_version":"12"},true]' \
    'createRoom: create: the version, no creator; its id is the room id'
state m.room.member/%40alice%3Alocalhost
is_json . '{"membership":"join"}' 'the creator has joined'
state m.room.join_rules
is_json . '{"join_rule":"invite"}' 'a private room by default'
state m.room.history_visibility
is_json . '{"history_visibility":"shared"}' 'its members share the history'
state m.room.guest_access
is_json . '{"guest_access":"can_join"}' 'guests may be invited'
state m.room.power_levels
is_json . '{"ban":50,"events":{"m.room.avatar":50,"m.room.canonical_alias":50,"m.room.encryption":100,"m.room.history_visibility":100,"m.room.name":50,"m.room.power_levels":100,"m.room.server_acl":100,"m.room.tombstone":150},"events_default":0,"invite":0,"kick":50,"redact":50,"state_default":50,"users":{},"users_default":0}' \
    'createRoom: power levels name no creator; a tombstone takes more than any level'
history
is_json '[.chunk[].type]' \
    '["m.room.create","m.room.member","m.room.power_levels","m.room.join_rules","m.room.history_visibility","m.room.guest_access"]' \
    'createRoom: events stand in the order that the specification asks for'
one=$room
create '{}'
is "$([ "$room" != "$one" ]; echo $?)" 0 'another room has another id'

# ---------------------------------------------------------------- the order
as alice
create '{"preset":"public_chat","visibility":"public","room_alias_name":"pub",
    "name":"The Grand Duke Pub","topic":"All about happy hour","invite":["@bob:localhost"],
    "initial_state":[{"type":"org.example.first","state_key":"k","content":{"n":1}},
        {"type":"m.room.topic","content":{"topic":"overruled"}},
        {"type":"m.room.guest_access","state_key":"","content":{"guest_access":"can_join"}}],
    "creation_content":{"m.federate":false,"creator":"@bob:localhost","room_version":"1","type":"m.space"}}'
is_status 200 'createRoom: a room with everything'
is_json '[.room_alias]' '["#pub:localhost"]' 'createRoom: its alias is told'
history
is_json '[.chunk[] | [.type, .state_key]]' \
    '[["m.room.create",""],["m.room.member","@alice:localhost"],["m.room.power_levels",""],["m.room.canonical_alias",""],["m.room.join_rules",""],["m.room.history_visibility",""],["org.example.first","k"],["m.room.topic",""],["m.room.guest_access",""],["m.room.name",""],["m.room.topic",""],["m.room.member","@bob:localhost"]]' \
    'createRoom: each in its place; initial_state instead of the preset, topic after it'
is_json '.chunk[0].content' '{"m.federate":false,"room_version":"12","type":"m.space"}' \
    'createRoom: creation_content, but creator and version are ours'
state m.room.topic
is_json . '{"m.topic":{"m.text":[{"body":"All about happy hour","mimetype":"text/plain"}]},"topic":"All about happy hour"}' \
    'createRoom: topic overrides initial_state'
state m.room.name
is_json . '{"name":"The Grand Duke Pub"}' 'name'
state m.room.canonical_alias
is_json . '{"alias":"#pub:localhost"}' 'the alias is the canonical one'
state m.room.join_rules
is_json . '{"join_rule":"public"}' 'createRoom: public_chat is open to all'
state m.room.guest_access
is_json . '{"guest_access":"can_join"}' 'initial_state comes before the preset'
state org.example.first/k
is_json . '{"n":1}' 'initial_state with a key'
state m.room.member/@bob:localhost
is_json . '{"membership":"invite"}' 'createRoom: the invitee is invited'
create '{"preset":"public_chat"}'
state m.room.guest_access
is_json . '{"guest_access":"forbidden"}' 'public_chat keeps guests out'
as carol
req POST "$v3/join/%23pub%3Alocalhost"
is_status 200 'the alias leads to the room'

# ---------------------------------------------------------------- presets
as alice
create '{"visibility":"public"}'
state m.room.join_rules
is_json .join_rule '"public"' 'createRoom: visibility public means public_chat'
create '{"visibility":"public","preset":"private_chat"}'
state m.room.join_rules
is_json .join_rule '"invite"' 'createRoom: unless a preset says otherwise'
create '{"visibility":"private"}'
state m.room.join_rules
is_json .join_rule '"invite"' 'visibility private means private_chat'

trusted='"preset":"trusted_private_chat","is_direct":true,"invite":["@bob:localhost","@carol:localhost","@bob:localhost"]'
create "{$trusted,\"creation_content\":{\"additional_creators\":[\"@carol:localhost\",\"@dan:elsewhere.example\"]}}"
is_status 200 'a trusted room; who stands twice in invite is invited once'
state m.room.create
is_json .additional_creators \
    '["@carol:localhost","@dan:elsewhere.example","@bob:localhost"]' \
    'createRoom: version 12: the invitees are creators too, each once'
state m.room.power_levels
is_json .users '{}' 'and not named in the power levels'
state m.room.member/@bob:localhost
is_json . '{"is_direct":true,"membership":"invite"}' \
    'createRoom: is_direct goes to the invitees'
as bob
req POST "$here/join"
is_status 200 'an additional creator joins'
req PUT "$here/state/m.room.tombstone" '{"body":"moved"}'
is_status 200 'and has all power'

as alice
create "{$trusted,\"room_version\":\"10\"}"
state m.room.power_levels
is_json .users '{"@alice:localhost":100,"@bob:localhost":100,"@carol:localhost":100}' \
    'createRoom: version 10: the invitees get the power of the creator'
state m.room.create
is_json . '{"creator":"@alice:localhost","room_version":"10"}' \
    'and create names the creator alone'
create '{"preset":"private_chat","room_version":"10","invite":["@bob:localhost"]}'
state m.room.power_levels
is_json '[.users, .events["m.room.tombstone"]]' '[{"@alice:localhost":100},100]' \
    'createRoom: private_chat gives power to the creator only'

# --------------------------------------------------------------- versions
create '{"room_version":"11"}'
is "$(printf %s "$room" | grep -Ec '^![A-Za-z]{18}:localhost$|^![A-Za-z0-9]{18}:localhost$')" 1 \
    'version 11: an id with the server in it'
state m.room.create
is_json . '{"room_version":"11"}' 'and no creator in create'
req POST $v3/createRoom '{"room_version":"99"}'
refused 400 M_UNSUPPORTED_ROOM_VERSION 'createRoom: a version nobody has'
req POST $v3/createRoom '{"room_version":""}'
refused 400 M_UNSUPPORTED_ROOM_VERSION 'an empty version'
req POST $v3/createRoom '{"room_version":12}'
refused 400 M_BAD_JSON 'a version is a string'
for prefix in api/v1 v2_alpha r0; do
	create '{}' $c/$prefix
	is_status 200 "created by $prefix"
	state m.room.create
	is_json . '{"creator":"@alice:localhost","room_version":"10"}' \
	    "$prefix: a version whose creator a client of 2015 sees"
done
create '{}' $c/unstable
state m.room.create
is_json .room_version '"12"' 'unstable: as v3'
create '{"room_version":"12"}' $c/api/v1
state m.room.create
is_json .room_version '"12"' 'room_version is honoured on every path'

# ------------------------------------------------------------ power levels
create '{"power_level_content_override":{"invite":75,"events":{"m.room.name":10}}}'
state m.room.power_levels
is_json '[.invite, .events, .ban, .users]' '[75,{"m.room.name":10},50,{}]' \
    'createRoom: power_level_content_override replaces whole keys'
req POST $v3/createRoom '{"room_version":"10","name":"x","power_level_content_override":{"users":{"@bob:localhost":100}}}'
refused 400 M_INVALID_ROOM_STATE \
    'createRoom: who takes their own power away cannot name the room'
req POST $v3/createRoom '{"power_level_content_override":{"users":{"@alice:localhost":100}}}'
refused 400 M_INVALID_ROOM_STATE \
    'createRoom: version 12: creators are not listed'
req POST $v3/createRoom '{"power_level_content_override":{"ban":"50"}}'
refused 400 M_INVALID_ROOM_STATE 'a level is a number'
req POST $v3/createRoom '{"power_level_content_override":{"ban":50.5}}'
refused 400 M_INVALID_ROOM_STATE 'a whole one'
req POST $v3/createRoom '{"power_level_content_override":[]}'
refused 400 M_BAD_JSON 'the override is an object'
awk 'BEGIN { printf "{\"power_level_content_override\":{\"x\":0"
    for (i = 0; i < 95000; i++) printf ",\"%d\":0", i; print "}}" }' >"$tmp/levels"
expect_log 'a temporary file'
req_file POST $v3/createRoom "$tmp/levels"
is_err 413 M_TOO_LARGE 'so many that others would have to wait'

# ----------------------------------------------------------------- aliases
req POST $v3/createRoom '{"room_alias_name":"pub","name":"never"}'
refused 400 M_ROOM_IN_USE 'createRoom: an alias belongs to one room'
for bad in '' 'a:b' '#a:localhost' 'a b' 'a\tb'; do
	req POST $v3/createRoom "{\"room_alias_name\":\"$bad\"}"
	refused 400 M_INVALID_PARAM "no local part of an alias: $bad"
done
long=$(printf '%0250d' 0)
req POST $v3/createRoom "{\"room_alias_name\":\"$long\"}"
refused 400 M_INVALID_PARAM 'an alias over 255 bytes'
create '{"room_alias_name":"wälder"}'
is_json .room_alias '"#wälder:localhost"' 'an alias may have letters of any script'
req POST "$v3/join/%23w%C3%A4lder%3Alocalhost"
is_json .room_id "\"$room\"" 'and is found, percent-encoded'
create '{"room_alias_name":"old"}' $c/api/v1
is_json .room_alias '"#old:localhost"' '2015: the alias'
state m.room.aliases/localhost
is_json . '{"aliases":["#old:localhost"]}' '2015: this server tells its aliases'
state m.room.canonical_alias
is_json .alias '"#old:localhost"' '2015: and the canonical one'

# ------------------------------------------------------------ initial_state
create '{"initial_state":[{"type":"m.room.join_rules","content":{"join_rule":"public"}}]}'
state m.room.join_rules
is_json .join_rule '"public"' 'createRoom: initial_state overrides the preset'
history
is_json '[.chunk[] | select(.type == "m.room.join_rules")] | length' 1 \
    'which then is not sent at all'
create '{"initial_state":[{"type":"m.room.encryption","state_key":"","content":{"algorithm":"m.megolm.v1.aes-sha2"}}]}'
state m.room.encryption
is_json .algorithm '"m.megolm.v1.aes-sha2"' 'an encrypted room'
create '{"initial_state":[{"type":"a","state_key":null,"content":{}}]}'
is_status 200 'a state_key of null is none'
state a
is_json . '{}' 'and counts as empty'
bad_state() { req POST $v3/createRoom "{\"initial_state\":$1}"; refused 400 "$2" "$3"; }
bad_state '{}' M_BAD_JSON 'initial_state is a list'
bad_state '[1]' M_BAD_JSON 'of objects'
bad_state '[{"content":{}}]' M_BAD_JSON 'with a type'
bad_state '[{"type":"","content":{}}]' M_BAD_JSON 'that is not empty'
bad_state '[{"type":"a"}]' M_BAD_JSON 'and content'
bad_state '[{"type":"a","content":"x"}]' M_BAD_JSON 'that is an object'
bad_state '[{"type":"a","state_key":1,"content":{}}]' M_BAD_JSON 'a key is a string'
bad_state '[{"type":"a","content":{"n":1.5}}]' M_BAD_JSON 'no fractions in events'
bad_state '[{"type":"m.room.create","content":{}}]' M_INVALID_ROOM_STATE \
    'createRoom: create cannot be set'
bad_state '[{"type":"m.room.member","state_key":"@bob:localhost","content":{"membership":"join"}}]' \
    M_INVALID_ROOM_STATE 'nobody else can be made to join'
bad_state '[{"type":"m.room.member","state_key":"bob","content":{"membership":"ban"}}]' \
    M_INVALID_PARAM 'members are users'
bad_state '[{"type":"m.room.redaction","content":{"redacts":"$x"}}]' M_UNKNOWN 'nothing is there to redact'
bad_state '[{"type":"a","state_key":"@bob:localhost","content":{}}]' \
    M_INVALID_ROOM_STATE 'a key that is a user id belongs to that user'
bad_state '[{"type":"m.room.canonical_alias","content":{"alias":"#pub:localhost"}}]' \
    M_BAD_ALIAS 'the alias of another room'
many=$(jq -nc '[range(201) | {type: "a", state_key: "\(.)", content: {}}]')
bad_state "$many" M_INVALID_PARAM 'more than 200 events'
create "{\"initial_state\":$(printf %s "$many" | jq -c '.[1:]')}"
is_status 200 'but 200'
big=$(printf '%070000d' 0)
req POST $v3/createRoom "{\"initial_state\":[{\"type\":\"a\",\"content\":{\"x\":\"$big\"}}]}"
refused 413 M_TOO_LARGE 'an event over 65,536 bytes'
req POST $v3/createRoom "{\"initial_state\":[{\"type\":\"$(printf '%0256d' 0)\",\"content\":{}}]}"
refused 413 M_TOO_LARGE 'a type over 255 bytes'
wide=$(printf '%0600d' 0 | sed 's/0/ü/g')
req POST $v3/createRoom "{\"initial_state\":[{\"type\":\"x$wide\",\"content\":{}}]}"
refused 413 M_TOO_LARGE 'a long one of wide letters'
iconv -f UTF-8 -t UTF-8 "$tmp/body" >/dev/null
ok $? 'is not cut through'

# ------------------------------------------------------------------ invites
bad_invite() { req POST $v3/createRoom "{\"invite\":$1}"; refused "$2" "$3" "$4"; }
bad_invite '"@bob:localhost"' 400 M_BAD_JSON 'invite is a list'
bad_invite '[1]' 400 M_INVALID_PARAM 'of strings'
bad_invite '["bob"]' 400 M_INVALID_PARAM 'that are user ids'
bad_invite '["@nobody:localhost"]' 400 M_INVALID_PARAM 'of users who exist'
bad_invite '["@bob:elsewhere.example"]' 403 M_FORBIDDEN \
    'createRoom: users of other servers are out of reach'
bad_invite '["@alice:localhost"]' 403 M_FORBIDDEN 'who is in it cannot be invited'
bad_invite "$(jq -nc '[range(1001) | "@u\(.):localhost"]')" 400 M_INVALID_PARAM 'more than 1000'
req POST $v3/createRoom '{"invite_3pid":[]}'
is_status 200 'an empty list of addresses is no list'

# -------------------------------------------------------- all, or nothing
req POST $v3/createRoom '{"room_alias_name":"free","invite":["@nobody:localhost"]}'
refused 400 M_INVALID_PARAM 'the last step of making a room fails'
create '{"room_alias_name":"free"}'
is_status 200 'and its alias is still free'

# --------------------------------------------------------------- bad bodies
req POST $v3/createRoom 'x'
refused 400 M_NOT_JSON 'createRoom: not JSON'
req POST $v3/createRoom '[]'
refused 400 M_BAD_JSON 'createRoom: not an object'
req POST $v3/createRoom '{"visibility":"secret"}'
refused 400 M_INVALID_PARAM 'createRoom: a visibility that is none'
req POST $v3/createRoom '{"preset":"big_chat"}'
refused 400 M_INVALID_PARAM 'createRoom: a preset that is none'
req POST $v3/createRoom '{"name":7}'
refused 400 M_BAD_JSON 'a name is a string'
req POST $v3/createRoom "{\"name\":\"$(printf '%0256d' 0)\"}"
refused 400 M_INVALID_PARAM 'a name over 255 bytes'
create "{\"name\":\"$(printf '%0255d' 0)\"}"
is_status 200 'a name of 255'
req POST $v3/createRoom '{"creation_content":"x"}'
refused 400 M_BAD_JSON 'creation_content is an object'
req POST $v3/createRoom '{"creation_content":{"additional_creators":["x"]}}'
refused 400 M_INVALID_ROOM_STATE 'additional_creators are user ids'
req POST $v3/createRoom '{"creation_content":{"additional_creators":"x"},"preset":"trusted_private_chat","invite":["@bob:localhost"]}'
refused 400 M_INVALID_ROOM_STATE 'in a list'
token=
req POST $v3/createRoom '{}'
refused 401 M_MISSING_TOKEN 'createRoom: a stranger creates nothing'

# --------------------------------------------------- transactions (2015)
as alice
create_txn() { req PUT "$c/api/v1/createRoom/$1" '{"room_alias_name":"'"$2"'"}'; room=$(get_json .room_id); }
create_txn t1 once
is_status 200 'PUT createRoom'
first=$room
create_txn t1 once
is "$room" "$first" 'STD-8: the same transaction id: the same room'
create_txn t2 again
is "$([ "$room" != "$first" ]; echo $?)" 0 'another: another room'
as bob
create_txn t1 bobs
is_status 200 'transaction ids of another user are other ids'
is "$([ "$room" != "$first" ]; echo $?)" 0 'and make their own room'
req PUT "$v3/createRoom/t3" '{}'
refused 404 M_UNRECOGNIZED 'v3 has no such path'
done_testing

#!/bin/sh
# What clients keep here for their user: /user/{userId}/account_data and
# /user/{userId}/rooms/{roomId}/account_data, and how sync tells of it.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
conf accounts guests yes
start
expect_log 'a client request body is buffered to a temporary file'
user alice
user bob
create alice '{"name":"den"}'

# data NAME TYPE, room_data NAME TYPE: the paths.
data() { as "$1"; path=$v3/user/$(enc "$user")/account_data/$(enc "$2"); }
room_data() {
	as "$1"
	path=$v3/user/$(enc "$user")/rooms/$(enc "$room")/account_data/$(enc "$2")
}
# sync NAME [SINCE [QUERY]]: sets $since.
sync() {
	as "$1"
	req GET "$v3/sync?timeout=0${2:+&since=$2}${3:+&$3}"
	since=$(get_json .next_batch)
}
pairs='def pairs: [.events[] | select(.type != "m.push_rules") | {(.type): .content}] | add;'

# ---------------------------------------------------------------- of no room
data alice org.example.colour
req GET "$path"
is_err 404 M_NOT_FOUND 'getAccountData: nothing is there'
req PUT "$path" '{"is":"blue","n":0.5}'
is_status 200 'setAccountData: data is kept'
is_json . '{}' 'setAccountData: the answer is empty'
req GET "$path"
is_json . '{"is":"blue","n":0.5}' 'getAccountData: it is given back as it was'
req PUT "$path" '{"is":"green"}'
req GET "$path"
is_json . '{"is":"green"}' 'setAccountData: the next takes its place'
for body in '[]' '"x"' '5' 'null'; do
	req PUT "$path" "$body"
	is_err 400 M_BAD_JSON "setAccountData: no object: $body"
done
req PUT "$path" '{'
is_err 400 M_NOT_JSON 'setAccountData: no JSON'
for type in m.fully_read m.push_rules; do
	data alice "$type"
	req PUT "$path" '{}'
	is_err 405 M_BAD_JSON "setAccountData: $type is the server's own"
	room_data alice "$type"
	req PUT "$path" '{}'
	is_err 405 M_BAD_JSON "setAccountDataPerRoom: $type is the server's own"
done
data alice org.example.colour
as bob
req GET "$path"
is_err 403 M_FORBIDDEN 'getAccountData: nobody reads what is of others (security 17)'
req PUT "$path" '{}'
is_err 403 M_FORBIDDEN 'setAccountData: nor writes it (security 18)'
token=
req PUT "$path" '{}'
is_err 401 M_MISSING_TOKEN 'setAccountData: without a token'
data alice "$(printf %0256d 0)"
req PUT "$path" '{}'
is_err 400 M_INVALID_PARAM 'setAccountData: a type of 256 bytes'

# ---------------------------------------------------------------- of a room
room_data alice org.example.colour
req GET "$path"
is_err 404 M_NOT_FOUND 'getAccountDataPerRoom: what is of no room is not of this'
req PUT "$path" '{"is":"red"}'
is_status 200 'setAccountDataPerRoom: data is kept'
req GET "$path"
is_json . '{"is":"red"}' 'getAccountDataPerRoom: and given back'
req PUT "$path" '[]'
is_err 400 M_BAD_JSON 'setAccountDataPerRoom: no object'
req PUT "$path" '{'
is_err 400 M_NOT_JSON 'setAccountDataPerRoom: no JSON'
req GET "$path"
is_json . '{"is":"red"}' 'getAccountDataPerRoom: neither changed it'
bob_path=$v3/user/@bob%3alocalhost/rooms/$(enc "$room")/account_data/x
as bob
req GET "$path"
is_err 403 M_FORBIDDEN "getAccountDataPerRoom: another's (security 17)"
req PUT "$path" '{}'
is_err 403 M_FORBIDDEN "setAccountDataPerRoom: another's (security 18)"
req PUT "$bob_path" '{}'
is_err 403 M_FORBIDDEN 'setAccountDataPerRoom: of a room one never was in'
req GET "$bob_path"
is_err 404 M_NOT_FOUND 'getAccountDataPerRoom: of such a room there is none'
mine=$v3/user/@bob%3alocalhost/rooms
req PUT "$mine/$(enc '!none:localhost')/account_data/x" '{}'
is_err 403 M_FORBIDDEN 'setAccountDataPerRoom: of a room that is not there, the same'
for name in nonsense '@bob:localhost'; do
	req PUT "$mine/$(enc "$name")/account_data/x" '{}'
	is_err 400 M_INVALID_PARAM "setAccountDataPerRoom: $name is no room"
	req GET "$mine/$(enc "$name")/account_data/x"
	is_err 400 M_INVALID_PARAM "getAccountDataPerRoom: $name is no room"
done

# -------------------------------------------------------------- how sync tells
j=".rooms.join[\"$room\"]"
sync alice
is_json "$pairs .account_data | pairs" '{"org.example.colour":{"is":"green"}}' \
    'a first sync has what is of no room'
is_json "$pairs $j.account_data | pairs" '{"org.example.colour":{"is":"red"}}' \
    'and of each room what is of it'
sync alice "$since"
is_json '[.account_data.events, .rooms.join]' '[[],{}]' 'the next has nothing new'
data alice a
req PUT "$path" '{"n":1}'
room_data alice b
req PUT "$path" '{"n":2}'
before=$since
sync alice "$since"
is_json "$pairs [.account_data, $j.account_data] | map(pairs)" \
    '[{"a":{"n":1}},{"b":{"n":2}}]' 'only what has changed is told'
is_json "[$j.timeline.events, $j.state.events, $j.ephemeral.events]" '[[],[],[]]' \
    'and nothing else of the room'
sync alice "$before" "filter=$(enc '{"account_data":{"not_types":["a"]},"room":{"account_data":{"types":[]}}}')"
is_json "[.account_data.events, $j.account_data.events]" '[[],null]' \
    'filters apply to both'
sync alice "$before" "filter=$(enc "{\"room\":{\"not_rooms\":[\"$room\"]}}")"
is_json "[(.account_data.events | length), .rooms.join]" '[1,{}]' \
    'a filter of rooms to the one'
sync alice "$since" full_state=true
is_json "$pairs [.account_data, $j.account_data] | map(pairs | keys)" \
    '[["a","org.example.colour"],["b","org.example.colour"]]' \
    'full_state has it all'
req GET "$v3/sync?since=$since"
since=$(get_json .next_batch)
data alice a
req PUT "$path" '{"n":1}'
sync alice "$since"
is_json '.account_data.events' '[]' 'the same again is no news'
sync bob
is_json "$pairs [(.account_data | pairs), .rooms.join]" '[null,{}]' \
    'others hear nothing of it (security 17)'

invite alice bob
come bob
sync bob
bobs=$since
room_data bob mine
sync alice
since_alice=$since
as bob
req PUT "$path" '{"of":"bob"}'
sync alice "$since_alice"
is_json .rooms.join '{}' 'a member hears nothing of what another keeps (security 17)'
sync bob "$bobs"
is_json "$pairs $j.account_data | pairs" '{"mine":{"of":"bob"}}' 'who keeps it does'
go bob
sync bob "$bobs"
is_json "$pairs .rooms.leave[\"$room\"].account_data | pairs" \
    '{"mine":{"of":"bob"}}' 'with a room that they left too'
room_data bob mine
req GET "$path"
is_json . '{"of":"bob"}' 'and it can still be read'

# Waiting: another client of the same user.
sync alice
bg wait GET "$v3/sync?timeout=30000&since=$since"
data alice woken
req PUT "$path" '{"yes":true}'
bg_wait wait
is_json "$pairs .account_data | pairs" '{"woken":{"yes":true}}' \
    'who waits is told at once'
sync alice
bg wait GET "$v3/sync?timeout=30000&since=$since"
room_data alice woken
req PUT "$path" '{"yes":true}'
bg_wait wait
is_json "$pairs $j.account_data | pairs" '{"woken":{"yes":true}}' 'of a room too'

# ---------------------------------------------------------------------- 2015
sync alice
as alice
req GET "/_matrix/client/api/v1/events?timeout=0"
end=$(get_json .end)
data alice then
req PUT "$path" '{"n":3}'
room_data alice then
req PUT "$path" '{"n":4}'
req GET "/_matrix/client/api/v1/events?timeout=0&from=$end"
is_json '.chunk | map([.type, .content.n, .room_id])' \
    "[[\"then\",4,\"$room\"],[\"then\",3,null]]" \
    'EVS-1: /events tells of both, of a room with its room_id'
end=$(get_json .end)
req GET "/_matrix/client/api/v1/events?timeout=0&from=$end"
is_json .chunk '[]' 'and once'
req GET /_matrix/client/api/v1/initialSync
is_json '[.account_data, .rooms[0].account_data] | map(map(.type) | index("then") != null)' \
    '[true,true]' 'initialSync has both'
req GET "/_matrix/client/v2_alpha/sync"
is_json "[has(\"account_data\"), (.rooms.joined[\"$room\"] | has(\"account_data\"))]" \
    '[false,false]' 'v2_alpha has no account data in sync'

# -------------------------------------------------------------------- bounds
# A body of n bytes in $tmp/big.
big() { { printf '{"x":"'; head -c "$1" /dev/zero | tr '\0' x; printf '"}'; } >"$tmp/big"; }
big 60000
room_data alice big
req_file PUT "$path" "$tmp/big"
is_status 200 'much of a room is kept'
room_data alice more
req_file PUT "$path" "$tmp/big"
is_err 413 M_TOO_LARGE 'but not without end (security 19)'
data alice big
for i in 1 2 3 4; do
	big 1040000
	data alice "big$i"
	req_file PUT "$path" "$tmp/big"
done
is_status 200 'more of no room'
data alice big5
req_file PUT "$path" "$tmp/big"
is_err 413 M_TOO_LARGE 'and not without end either (security 19)'
i=0
room_data bob x
while [ $i -lt 101 ]; do
	req PUT "$path$i" '{}'
	[ "$status" = 200 ] || break
	i=$((i + 1))
done
is "$i" 99 'a room has 100 types at most (security 19)'
is_err 413 M_TOO_LARGE 'and says so'
req PUT "${path}5" '{"again":true}'
is_status 200 'those that are there can be set again'

token=
req POST "$v3/register?kind=guest" '{}'
token=$(get_json .access_token)
req PUT "$v3/user/$(enc "$(get_json .user_id)")/account_data/x" '{}'
is_err 403 M_GUEST_ACCESS_FORBIDDEN 'guests keep nothing here'
done_testing

#!/bin/sh
# What was said before: GET /rooms/{roomId}/messages.
. "$(dirname "$0")/lib.sh"

start
user bob
user carol
user alice
v3=/_matrix/client/v3
v1=/_matrix/client/api/v1

# make BODY: a room of the caller's; sets $room and $rooms, its path.
make() {
	req POST $v3/createRoom "$1"
	room=$(get_json .room_id)
	rooms=rooms/$(enc "$room")
}
txn=0
say() {
	txn=$((txn + 1))
	req PUT "$v3/$rooms/send/m.room.message/$txn" \
	    "{\"msgtype\":\"m.text\",\"body\":\"$1\"}"
	event=$(get_json .event_id)
}
set_state() { req PUT "$v3/$rooms/state/$1" "$2"; event=$(get_json .event_id); }
visibility() { set_state m.room.history_visibility \
    "{\"history_visibility\":\"$1\"}"; }
# page QUERY: a page of messages, bodies in $said
page() {
	req GET "$v3/$rooms/messages?$1"
	said=$(get_json '[.chunk[]?.content.body // empty] | join(" ")')
}
# pages QUERY: all of them; $ids are those of the events in their order
pages() {
	ids= next=
	while :; do
		page "$1$next"
		ids="$ids $(get_json '[.chunk[].event_id] | join(" ")')"
		next=$(get_json '.end // empty')
		[ -n "$next" ] || break
		next="&from=$next"
	done
	ids=$(printf %s "$ids" | tr -s ' \n' '\n\n' | sed '/^$/d')
}

# ------------------------------------------------------------- the pages

make '{"preset":"private_chat"}'
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do say m$n; done

page dir=b
is "$said" 'm12 m11 m10 m9 m8 m7 m6 m5 m4 m3' \
    'getRoomEvents: ten by default, newest first'
newest=$(get_json .start) end=$(get_json .end)
page "dir=b&limit=2&from=$end"
is "$said" 'm2 m1' 'getRoomEvents: the end leads on to the next'
is "$(get_json .start)" "$end" 'start is the from that was given'
page "dir=b&limit=3"
is "$said" 'm12 m11 m10' 'getRoomEvents: a limit'
page "dir=f&limit=5&from=$end"
is "$said" 'm3 m4 m5 m6 m7' 'and back again from the same place'
page "dir=b&limit=20&from=$newest&to=$end"
is "$said" 'm12 m11 m10 m9 m8 m7 m6 m5 m4 m3' 'getRoomEvents: to ends it'
is "$(get_json .end)" "$end" 'one may go on from there'
page "dir=b&from=$end&to=$end"
is_json '[.chunk, has("end")]' '[[],false]' \
    'nothing lies between a place and itself'
page "dir=b&limit=0"
is_json '[.chunk, .end == .start]' '[[],true]' 'no more than none'

pages 'dir=b&limit=4'
backwards=$ids
page 'dir=f&limit=1'
is_json '.chunk[0].type' '"m.room.create"' 'forwards from the first event'
pages 'dir=f&limit=3'
is "$(printf '%s\n' "$backwards" | tac)" "$(printf '%s\n' "$ids")" \
    'either way each event comes once, in the order of the room'
is "$(printf '%s\n' "$ids" | sort -u | wc -l)" \
    "$(printf '%s\n' "$ids" | wc -l)" 'none twice'
page 'dir=b&limit=1000'
is_json 'has("end")' false 'no end where history ends'
is "$(get_json '.chunk[].event_id')" "$backwards" 'all at once'
is_json '[.chunk[].room_id] | unique | length' 1 'events name their room'
page 'dir=f&limit=99999999'
is_json '.chunk | length' "$(printf '%s\n' "$ids" | wc -l)" 'a limit beyond all'

req GET "$v3/sync?timeout=0"
batch=$(get_json .next_batch)
prev=$(get_json ".rooms.join[\"$room\"].timeline | [.prev_batch, .limited][0]")
shown=$(get_json ".rooms.join[\"$room\"].timeline.events[0].event_id")
say m13; say m14
page "dir=f&from=$batch"
is "$said" 'm13 m14' 'behind a next_batch of sync'
is_json 'has("end")' false 'that is all there is'
page "dir=b&limit=2&from=$batch"
is "$said" 'm12 m11' 'before it'
page "dir=b&limit=2&to=$batch"
is "$said" 'm14 m13' 'as to'
page "dir=f&limit=1&from=$prev"
is_json '.chunk[0].event_id' "\"$shown\"" 'behind a prev_batch of sync'

# --------------------------------------------------------------- refused

bad() { req GET "$v3/$rooms/messages?$1"; is_err 400 "$2" "refused: $1"; }
bad '' M_MISSING_PARAM
bad dir=x M_INVALID_PARAM
bad dir= M_INVALID_PARAM
for limit in -1 x 1.5 '' 99999999999999999999; do
	bad "dir=b&limit=$limit" M_INVALID_PARAM
done
for place in x t1 END s1 -1 t1-99999999999999999999 t-1-2 ''; do
	bad "dir=b&from=$place" M_INVALID_PARAM
	bad "dir=b&to=$place" M_INVALID_PARAM
done
bad "dir=b&filter=x" M_NOT_JSON
bad "dir=b&filter=" M_NOT_JSON
bad "dir=b&filter=%7B%7D%7B%7D" M_NOT_JSON
bad "dir=b&filter=%5B%5D" M_BAD_JSON
bad "dir=b&filter=$(enc '{"types":"m.room.message"}')" M_BAD_JSON
bad "dir=b&filter=$(enc '{"limit":-1}')" M_BAD_JSON
page 'dir=b&limit=1&from=s999999999_0_.0'
is "$said" m14 'a position to come is where the room ends now'

# --------------------------------------------------------------- filters

filter() { page "limit=100&dir=b&filter=$(enc "$1")"; }
filter '{"types":["m.room.cr*"]}'
is_json '[.chunk[].type]' '["m.room.create"]' \
    'getRoomEvents: types, with a wildcard'
filter '{"not_types":["m.room.*"]}'
is_json '[.chunk, has("end")]' '[[],false]' 'none but others'
filter '{"limit":2}'
is "$said" 'm14 m13' 'the limit of a filter'
filter '{"not_senders":["@alice:localhost"]}'
is_json .chunk '[]' 'not_senders'
filter "{\"not_rooms\":[\"$room\"]}"
is_json '[.chunk, has("end")]' '[[],false]' 'not this room'
filter "{\"rooms\":[\"$room\"],\"types\":[\"m.room.message\"],\"limit\":1}"
is "$said" m14 'this room'
req PUT "$v3/$rooms/send/m.room.message/url" \
    '{"msgtype":"m.image","body":"image","url":"mxc://localhost/a"}'
filter '{"contains_url":true}'
is "$said" image 'only what has a url'
filter '{"contains_url":false,"limit":1}'
is "$said" m14 'only what has none'
page "dir=b&limit=1&filter=$(enc '{"types":["m.room.create"]}')"
is_json '[.chunk[].type]' '["m.room.create"]' \
    'what a filter leaves out takes no place'

# ------------------------------------------------------------- the shape

set_state m.room.topic '{"topic":"one"}'
one=$event
set_state m.room.topic '{"topic":"two"}'
page 'dir=b&limit=1'
is_json '.chunk[0] | del(.unsigned.age, .origin_server_ts, .event_id)' \
"{\"content\":{\"topic\":\"two\"},\"room_id\":\"$room\",\
\"sender\":\"@alice:localhost\",\"state_key\":\"\",\"type\":\"m.room.topic\",\
\"unsigned\":{\"membership\":\"join\",\"prev_content\":{\"topic\":\"one\"},\
\"prev_sender\":\"@alice:localhost\",\"replaces_state\":\"$one\"}}" \
    'state, and what it replaced'
say mine
page 'dir=b&limit=1'
is_json '.chunk[0].unsigned.transaction_id' "\"$txn\"" 'my transaction id'
is_json '.chunk[0] | [has("user_id"), has("age")]' '[false,false]' "today's shape"
req POST $v3/login '{"type":"m.login.password","identifier":{"type":"m.id.user",
    "user":"alice"},"password":"secret of alice"}'
token=$(get_json .access_token)
page 'dir=b&limit=1'
is_json '.chunk[0].unsigned | has("transaction_id")' false \
    'is for the device that sent it'
as alice

for api in $v1 /_matrix/client/v2_alpha /_matrix/client/r0; do
	req GET "$api/$rooms/messages?dir=b&limit=2"
	is_json '.chunk[0] | [.sender, .user_id, .age == .unsigned.age,
	    (.age | type)]' \
	    '["@alice:localhost","@alice:localhost",true,"number"]' \
	    "$api: the fields of both eras"
	is_json '.chunk[1] | [.prev_content, .replaces_state]' \
	    "[{\"topic\":\"one\"},\"$one\"]" "$api: above unsigned"
done
req GET "$v1/$rooms/messages?dir=b&limit=1000"
is_json '[(.end | type), (.chunk[-1].type)]' '["string","m.room.create"]' \
    '2015 has an end always'
member='[.chunk[] | select(.type == "m.room.member") | .membership]'
is_json "$member" '["join"]' '2015: membership of members'
req GET "$v1/$rooms/messages?dir=b&from=$(get_json .end)"
is_json '[.chunk, .start == .end]' '[[],true]' 'and then nothing'
for query in limit=1 dir=x dir=b\&from=x dir=b\&limit=x dir=b\&to=x; do
	req GET "$v1/$rooms/messages?$query"
	is_err 400 M_BAD_PAGINATION "refused as in 2015: $query"
done

# ----------------------------------------------------------- who may read

as bob
page dir=b
is_err 403 M_FORBIDDEN 'getRoomEvents: a stranger'
is_json .errcode '"M_FORBIDDEN"' 'no matter what he asks'
req GET "$v3/rooms/$(enc '!nowhere:localhost')/messages?dir=b"
is_err 403 M_FORBIDDEN 'of a room that is not there no more is told'
as alice
req POST "$v3/$rooms/invite" '{"user_id":"@bob:localhost"}'
as bob
page dir=b; is_err 403 M_FORBIDDEN 'nor does an invitation open it'
req POST "$v3/$rooms/leave"
page dir=b; is_err 403 M_FORBIDDEN 'that was refused even less'
as alice
req POST "$v3/$rooms/invite" '{"user_id":"@bob:localhost"}'
as bob
req POST "$v3/$rooms/join"
page 'dir=b&limit=1000'
is_json '.chunk[-1].type' '"m.room.create"' 'shared: a member reads all'
say 'by-bob'
as alice
say by-alice
page "dir=b&limit=6&filter=$(enc '{"lazy_load_members":true}')"
is_json '[.state[] | .type, .state_key]' \
    '["m.room.member","@alice:localhost","m.room.member","@bob:localhost"]' \
    'lazy loading: the members who wrote, each once'
page "dir=b&limit=1&filter=$(enc '{"lazy_load_members":true}')"
is_json '[.state[].state_key]' '["@alice:localhost"]' 'and no others'
page 'dir=b&limit=1'
is_json 'has("state")' false 'only when asked'

as bob
req GET "$v3/sync?timeout=0"
before=$(get_json .next_batch)
req POST "$v3/$rooms/leave"
page dir=b
left=$(get_json .start)
as alice
say secret
req GET "$v3/sync?timeout=0"
after=$(get_json .next_batch)
as bob
page 'dir=b&limit=3'
is_json '[.chunk[0].content.membership, .chunk[1].content.body]' \
    '["leave","by-alice"]' 'who left reads up to that'
is_json .start "\"$left\"" 'and does not learn that more was said'
page "dir=b&limit=1&from=$after"
is_json '.chunk[0].content.membership' '"leave"' 'whatever token he has'
page "dir=f&from=$before"
is_json '[[.chunk[].type], has("end")]' '[["m.room.member"],false]' 'or direction'
page "dir=f&from=$after"
is_json .chunk '[]' 'behind it is nothing'

# ----------------------------------------------------- history visibility

as alice
make '{"preset":"private_chat","invite":["@bob:localhost"]}'
say shared-invited
visibility joined
set_state m.room.topic '{"topic":"hidden"}'
say joined-invited
visibility invited
say invited-invited
as bob
req POST "$v3/$rooms/join"
as alice
set_state m.room.topic '{"topic":"seen"}'
say joined
as bob
page 'dir=b&limit=100'
is "$said" 'joined invited-invited shared-invited' \
    'what visibility allowed when it was sent'
is_json '[.chunk[] | select(.type == "m.room.topic") | .content.topic,
    (.unsigned | has("prev_content"), has("replaces_state"))]' \
    '["seen",false,true]' 'prev_content does not tell what was hidden'
is_json '[.chunk[] | select(.type == "m.room.history_visibility") |
    .content.history_visibility]' '["invited","joined","shared"]' \
    'its changes are seen from either side'
as alice
page "dir=b&limit=100&filter=$(enc '{"types":["m.room.message"]}')"
is "$said" 'joined invited-invited joined-invited shared-invited' \
    'who was in sees all'

as carol
page dir=b; is_err 403 M_FORBIDDEN 'carol never was in'
as alice
visibility world_readable
say world
as carol
page 'dir=b&limit=100'
is "$said" world 'world_readable: from then on'
is_json '[.chunk[-1].content.history_visibility, .chunk[0].unsigned.membership]' \
    '["world_readable","leave"]' 'for anybody'
page 'dir=f&limit=100'
is "$said" world 'in either direction'
as alice
visibility shared
say later
as carol
page dir=b; is_err 403 M_FORBIDDEN 'until it ends'
as alice
req PUT "$v3/$rooms/state/m.room.member/%40bob%3Alocalhost" '{"membership":"ban"}'
is_status 200 'bob is banned'
say after
as bob
page 'dir=b&limit=3'
is_json '[.chunk[] | .content.membership // .content.body //
    .content.history_visibility]' '["ban","later","shared"]' \
    'who was banned reads up to that'

# ------------------------------------------------------------ large pages

as alice
expect_log 'upstream response is buffered to a temporary file'
make '{}'
printf '{"msgtype":"m.text","body":"%060000d"}' 0 >"$tmp/large"
for n in $(seq 1 40); do
	req_file PUT "$v3/$rooms/send/m.room.message/large$n" "$tmp/large"
done
is_status 200 'large events'
page 'dir=b&limit=100'
is_json '(.chunk | length) as $n | $n > 15 and $n < 20 and has("end")' true \
    'a page of bounded size'
pages 'dir=b&limit=100'
is "$(printf '%s\n' "$ids" | sort -u | wc -l)" \
    "$(printf '%s\n' "$ids" | wc -l)" 'the next goes on, none twice'
is "$(printf '%s\n' "$ids" | wc -l)" 46 'none lost'

token=
page dir=b
is_err 401 M_MISSING_TOKEN 'a token is needed'

done_testing

#!/bin/sh
# Reading a room, line by line of the specification of 2015: the event model,
# pagination, what those who left may read; and of today's the same operations.
. "$(dirname "$0")/lib.sh"

start
user carol
user bob
user alice
v3=/_matrix/client/v3
v1=/_matrix/client/api/v1
v2=/_matrix/client/v2_alpha

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
bodies='[.chunk[].content.body]'

# ------------------------------------------------------------------ events

make '{"preset":"private_chat"}'
set_state org.example.thing/key '{"what":"one"}'
one=$event
set_state org.example.thing/key '{"what":"two"}'
set_state org.example.thing/other '{"what":"three"}'
for n in $(seq 1 15); do say "E$n"; done

req GET "$v1/$rooms/messages?dir=f&limit=100"
is_json '[.chunk[] | has("type") and (.content | type == "object")] | all' true \
    'EVT-1: everything is an event, with a type and a content'
is_json '[.chunk[].type] | .[0] == "m.room.create" and
    (.[1:] | index("m.room.create")) == null' true \
    'EVT-2: one event stands at the root'
ids=$(get_json '[.chunk[].event_id] | join(" ")')
is_json '.chunk[] | select(.content.what == "two") |
    [.state_key, .prev_content.what, .replaces_state]' \
    "[\"key\",\"one\",\"$one\"]" \
    'EVT-3: state is overwritten by its type and state key'
req GET "$v1/$rooms/state"
is_json '[.[] | select(.type == "org.example.thing") | .content.what] | sort' \
    '["three","two"]' 'EVT-3: and by no other'
req GET "$v1/initialSync?limit=100"
is "$(get_json '[.rooms[0].messages.chunk[].event_id] | join(" ")')" "$ids" \
    'EVT-4: the stream has them in the same order'
req GET "$v2/sync?timeout=0"
is_json ".rooms.joined[\"$room\"].timeline.events[-1]" "\"$event\"" \
    'EVT-4: and so has sync'
long=$(printf '%0256d' 0)
set_state "org.example.thing/$long" '{}'
is_err 413 M_TOO_LARGE 'EVT-5: a state key of 256 bytes'
set_state "$long" '{}'
is_err 413 M_TOO_LARGE 'EVT-5: or a type'
set_state "org.example.thing/${long%0}" '{}'
is_status 200 'EVT-5: 255 are allowed'
printf '{"body":"%065536d"}' 0 >"$tmp/large"
req_file PUT "$v3/$rooms/send/m.room.message/large" "$tmp/large"
is_err 413 M_TOO_LARGE 'EVT-5: an event of more than 65,536 bytes'
say E16

# ------------------------------------------------------------------- pages

text="filter=$(enc '{"types":["m.room.message"]}')"
req GET "$v1/$rooms/messages?dir=b&limit=5&$text"
is_json "$bodies" '["E16","E15","E14","E13","E12"]' \
    'PAG-6: backwards is from the newest'
is_json '[.start, .end, .chunk | type]' '["string","string","array"]' \
    'PAG-4: chunk, start and end'
start=$(get_json .start) end=$(get_json .end)
req GET "$v1/$rooms/messages?dir=b&limit=3&from=$end&$text"
is_json "$bodies" '["E11","E10","E9"]' \
    'PAG-3: what a token has behind it does not come again'
is_json .start "\"$end\"" 'RD-2: start is the from that was given'
next=$(get_json .end)
req GET "$v1/$rooms/messages?dir=f&limit=20&from=$next&to=$end&$text"
is_json "$bodies" '["E9","E10","E11"]' \
    'PAG-1: from, to, limit and dir have one meaning, either way'
req GET "$v3/$rooms/messages?dir=b&limit=20&from=$end&to=$next&$text"
is_json "$bodies" '["E11","E10","E9"]' 'getRoomEvents: today likewise'
req GET "$v1/$rooms/messages?dir=b&limit=2&from=$next&$text"
is_json "$bodies" '["E8","E7"]' 'RD-2: end leads to what is older still'
req GET "$v1/$rooms/messages?dir=f&$text"
is_json "$bodies" '["E1","E2","E3","E4","E5","E6","E7","E8","E9","E10"]' \
    'PAG-2: without from it begins where all begins'
req GET "$v1/$rooms/messages?dir=b&$text"
is_json "$bodies | .[0]" '"E16"' 'PAG-2: or ends'
for word in START END; do
	req GET "$v1/$rooms/messages?dir=b&from=$word"
	is_err 400 M_BAD_PAGINATION "PAG-5: $word is only a word of the text"
done
for query in dir=b\&from=x dir=b\&to=x dir=b\&limit=x dir=x; do
	req GET "$v1/$rooms/messages?$query"
	is_err 400 M_BAD_PAGINATION "PAG-7: refused: $query"
done
req GET "$v1/events?from=x&timeout=0"
is_status 400 'PAG-7: and by the stream'

req GET "$v1/initialSync?limit=2"
is_json '[.rooms[0].messages.chunk[].content.body]' '[null,"E16"]' \
    'PAG-8: initialSync has the newest'
back=$(get_json .rooms[0].messages.start) on=$(get_json .end)
req GET "$v1/$rooms/messages?dir=b&limit=2&from=$back&$text"
is_json "$bodies" '["E15","E14"]' 'PAG-8: its start leads back'
say E17
req GET "$v1/events?from=$on&timeout=0"
is_json "$bodies" '["E17"]' 'PAG-8: its end leads on'
req GET "$v1/$rooms/messages?dir=f&from=$on"
is_json "$bodies" '["E17"]' 'PAG-8: in history as well'
req GET "$v1/$rooms/messages?dir=b&limit=1&to=$on"
is_json "$bodies" '["E17"]' 'PAG-8: or is the end itself'

# ------------------------------------------------------- what is there today

req GET "$v3/$rooms/state"
is_json 'map(select(.type == "org.example.thing")) | length' 3 \
    'getRoomState: all of the state'
is_json 'map(select(.type == "m.room.create")) | length' 1 'as it is'
req GET "$v3/$rooms/state/org.example.thing/key"
is_json . '{"what":"two"}' 'getRoomStateWithKey: the content of one'
req GET "$v3/$rooms/state/org.example.thing/key?format=event"
is_json '[.type, .state_key, .content.what]' \
    '["org.example.thing","key","two"]' 'or the event'
req GET "$v3/$rooms/state/org.example.thing/none"
is_err 404 M_NOT_FOUND 'one that is not there'
req GET "$v3/$rooms/initialSync?limit=2"
is_json '[.room_id, .membership, .visibility, [.messages.chunk[].content.body]]' \
    "[\"$room\",\"join\",\"private\",[\"E16\",\"E17\"]]" \
    'roomInitialSync: a room, how the caller stands to it, what was said last'
is_json '[.state[] | select(.type == "org.example.thing")] | length' 3 \
    'its state'
is_json '[.presence, .receipts, .account_data | type]' \
    '["array","array","array"]' 'and what else there is'
req GET "$v3/$rooms/messages?dir=b&limit=1&from=$(get_json .messages.start)"
is_json "$bodies" '[null]' 'with a token for what came before'
req GET "$v1/$rooms/initialSync?limit=1"
is_json '.messages | [has("start", "end"), (.chunk[0] | .user_id == .sender)]' \
    '[true,true,true]' "2015's form of it"

# ---------------------------------------------------------------- who left

req POST "$v3/$rooms/invite" '{"user_id":"@bob:localhost"}'
as bob
req GET "$v3/$rooms/initialSync"
is_err 403 M_FORBIDDEN 'who is invited may not look in (security 17)'
req POST "$v3/$rooms/join"
req POST "$v3/$rooms/leave"
as alice
set_state org.example.thing/key '{"what":"later"}'
say E18; later=$event
as bob
req GET "$v1/$rooms/state"
is_json '[.[] | select(.state_key == "key") | .content.what]' '["two"]' \
    'RD-1: who left reads the state of then (security 17)'
req GET "$v1/$rooms/state/org.example.thing/key"
is_json .what '"two"' 'RD-1: also piece by piece (security 17)'
req GET "$v1/$rooms/members"
is_json '[.chunk[] | select(.state_key == "@bob:localhost") | .membership]' \
    '["leave"]' 'RD-1: and the members (security 17)'
req GET "$v1/$rooms/initialSync?limit=1"
is_json '[.membership, .messages.chunk[0].membership,
    (.state[] | select(.state_key == "key") | .content.what)]' \
    '["leave","leave","two"]' 'RD-1: as initialSync does (security 17)'
req GET "$v1/$rooms/messages?dir=b&limit=1"
is_json '.chunk[0].membership' '"leave"' \
    'HIS-1: nothing that came after leaving (security 17)'
req GET "$v1/events/$later"
is_err 404 M_NOT_FOUND 'RD-3: not even by its id (security 17)'
req GET "$v1/$rooms/context/$later"
is_err 404 M_NOT_FOUND 'RD-4: context came later, and is there as well'
as alice
req GET "$v1/$rooms/context/$later?limit=2"
is_json '[.event.content.body, .event.user_id]' '["E18","@alice:localhost"]' \
    'RD-4: for those who may see it'
as carol
for what in state members initialSync 'messages?dir=b' joined_members; do
	req GET "$v3/$rooms/$what"
	is_err 403 M_FORBIDDEN "a stranger reads no $what (security 17)"
done

# ----------------------------------------------------------- looking inside

as alice
make '{"initial_state":[{"type":"m.room.history_visibility","state_key":"","content":{"history_visibility":"world_readable"}}]}'
say open; open=$event
as carol
for what in state members 'initialSync?limit=1' 'messages?dir=b' \
    "event/$open" "context/$open"; do
	req GET "$v3/$rooms/$what"
	is_status 200 "world_readable: anybody may read ${what%%[/?]*}"
done
req GET "$v3/$rooms/joined_members"
is_err 403 M_FORBIDDEN 'but not who is in'
req GET "$v3/$rooms/initialSync?limit=1"
is_json '[has("membership"), [.messages.chunk[].content.body]]' \
    '[false,["open"]]' 'who was never in has no membership'
as alice
set_state m.room.history_visibility '{"history_visibility":"shared"}'
say closed
as carol
for what in state members initialSync 'messages?dir=b'; do
	req GET "$v3/$rooms/$what"
	is_err 403 M_FORBIDDEN "not any more: ${what%%[/?]*} (security 17)"
done

done_testing

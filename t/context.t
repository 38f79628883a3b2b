#!/bin/sh
# One event, and what happened around it: GET event, context, and
# timestamp_to_event; and who is in a room.
. "$(dirname "$0")/lib.sh"

start
user carol
user bob
user alice
v3=/_matrix/client/v3
v1=/_matrix/client/api/v1

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
around() { req GET "$v3/$rooms/context/$1${2-}"; }
filter() { printf 'filter=%s' "$(enc "$1")"; }

# ----------------------------------------------------------------- context

make '{"preset":"private_chat","name":"first"}'
for n in 1 2 3 4; do say "m$n"; done
say middle; middle=$event
for n in 5 6 7; do say "m$n"; done
set_state m.room.name '{"name":"second"}'
renamed=$event
say m8

around "$middle" '?limit=5'
is_json '[[.events_before[].content.body], .event.content.body,
    [.events_after[].content.body]]' '[["m4","m3"],"middle",["m5","m6","m7"]]' \
    'getEventContext: what happened before, newest first, and after'
is_json '.event.event_id' "\"$middle\"" 'getEventContext: the event itself'
is_json '[.state[] | select(.type == "m.room.name") | .content.name]' \
    '["first"]' 'getEventContext: the state at the last of them'
is_json '[.state[].type] | length > 5' true 'all of it'
start=$(get_json .start) end=$(get_json .end)
req GET "$v3/$rooms/messages?dir=b&limit=2&from=$start"
is_json '[.chunk[].content.body]' '["m2","m1"]' 'start leads further back'
req GET "$v3/$rooms/messages?dir=f&limit=2&from=$end"
is_json '[.chunk[].content | .body // .name]' '["second","m8"]' 'end further on'
req GET "$v3/$rooms/messages?dir=b&limit=20&from=$end&to=$start"
is_json '[.chunk[].content.body]' '["m7","m6","m5","middle","m4","m3"]' \
    'PAG-3: between its tokens lies what it showed'
req GET "$v3/$rooms/messages?dir=f&limit=20&from=$start&to=$end"
is_json '[.chunk[].content.body]' '["m3","m4","middle","m5","m6","m7"]' \
    'getEventByTimestamp: in either direction'

around "$middle" '?limit=0'
is_json '[.events_before, .events_after, .event.content.body]' \
    '[[],[],"middle"]' 'getEventContext: a limit of none leaves the event'
req GET "$v3/$rooms/messages?dir=b&limit=1&from=$(get_json .start)"
is_json '[.chunk[].content.body]' '["m4"]' 'and tokens on either side of it'
around "$middle" '?limit=1'
is_json '[.events_before, [.events_after[].content.body]]' '[[],["m5"]]' \
    'one is the next'
around "$middle"
is_json '[.events_before, .events_after | length]' '[5,5]' \
    'getEventContext: ten by default'
around "$renamed" '?limit=0'
is_json '[.state[] | select(.type == "m.room.name") | .content.name]' \
    '["second"]' 'state includes the event'
req GET "$v3/$rooms/messages?dir=f&limit=1"
first=$(get_json '.chunk[0].event_id')
around "$first" '?limit=2'
is_json '[.events_before, .event.type, (.events_after | length)]' \
    '[[],"m.room.create",1]' 'nothing comes before the first'

around "$middle" "?limit=6&$(filter '{"types":["m.room.name"]}')"
is_json '[[.events_before[].type], .event.content.body,
    [.events_after[].type], [.state[].type]]' \
    '[["m.room.name"],"middle",["m.room.name"],["m.room.name"]]' \
    'getEventContext: a filter, which is not asked about the event itself'
around "$middle" "?$(filter '{"not_senders":["@alice:localhost"]}')"
is_json '[.events_before, .events_after, .state, .event.content.body]' \
    '[[],[],[],"middle"]' 'not_senders'
around "$middle" "?$(filter '{"limit":2}')"
is_json '[.events_before, .events_after | length]' '[1,1]' \
    'the limit of a filter'
around "$middle" "?$(filter "{\"not_rooms\":[\"$room\"]}")"
is_json '[.events_before, .events_after]' '[[],[]]' 'not_rooms'

req POST "$v3/$rooms/invite" '{"user_id":"@bob:localhost"}'
as bob
req POST "$v3/$rooms/join"
say from-bob; of_bob=$event
as alice
say from-alice
around "$of_bob" "?limit=2&$(filter '{"lazy_load_members":true}')"
is_json '[.state[] | select(.type == "m.room.member") | .state_key] | sort' \
    '["@alice:localhost","@bob:localhost"]' \
    'getEventContext: lazy loading: who wrote these'
is_json '[.state[].type] | index("m.room.create") != null' true \
    'beside the rest of the state'
around "$middle" "?limit=0&$(filter '{"lazy_load_members":true}')"
is_json '[.state[] | select(.type == "m.room.member") | .state_key]' \
    '["@alice:localhost"]' 'and nobody else'

around "$middle" '?limit=-1'
is_err 400 M_INVALID_PARAM 'a limit below none'
around "$middle" '?limit=x'
is_err 400 M_INVALID_PARAM 'or that is no number'
around "$middle" '?filter=x'
is_err 400 M_NOT_JSON 'a filter that is no JSON'
around "$middle" '?filter=%5B%5D'
is_err 400 M_BAD_JSON 'or no object'
around '$nowhere'
is_err 404 M_NOT_FOUND 'getEventContext: an event that is not there'
req GET "$v3/rooms/$(enc '!other:localhost')/context/$middle"
is_err 404 M_NOT_FOUND 'getEventContext: or in another room'
req GET "$v1/$rooms/context/$middle?limit=2"
is_json '[.event, .events_before[0], .events_after[0] |
    .user_id == .sender and (.age | type == "number")]' '[true,true,true]' \
    "2015's shape on its paths"

# --------------------------------------------------------------- one event

req GET "$v3/$rooms/event/$middle"
is_json '[.event_id, .room_id, .content.body]' \
    "[\"$middle\",\"$room\",\"middle\"]" 'getOneRoomEvent: one event'
req GET "$v3/events/$middle"
is_json '[.event_id, .room_id, has("user_id")]' "[\"$middle\",\"$room\",false]" \
    'getOneEvent: by its id alone'
req GET "$v1/events/$renamed"
is_json '[.event_id, .user_id, .prev_content.name, (.age | type)]' \
    "[\"$renamed\",\"@alice:localhost\",\"first\",\"number\"]" \
    'EVT-3: a state event of 2015, and what it took the place of'
req GET "$v3/events/$(enc '$nowhere')"
is_err 404 M_NOT_FOUND 'getOneEvent: one that is not there'
req GET "$v3/rooms/$(enc '!other:localhost')/event/$middle"
is_err 404 M_NOT_FOUND 'getOneRoomEvent: one of another room'
as carol
for path in "$rooms/event/$middle" "events/$middle" "$rooms/context/$middle"; do
	req GET "$v3/$path"
	is_err 404 M_NOT_FOUND \
	    "RD-3: who was never in sees nothing (security 17): ${path%%/*}"
done

# ------------------------------------------------------- history visibility

as alice
req GET "$v3/$rooms/messages?dir=b&limit=1"
last=$(get_json '.chunk[0].event_id')
as bob
req POST "$v3/$rooms/leave"
as alice
say afterwards; afterwards=$event
set_state m.room.name '{"name":"third"}'
as bob
req GET "$v3/$rooms/event/$afterwards"
is_err 404 M_NOT_FOUND 'HIS-1: nothing that came after leaving (security 17)'
around "$afterwards"
is_err 404 M_NOT_FOUND 'nor what is around it (security 17)'
around "$last"
is_json '[.events_after[] | .content.membership // .content.body]' '["leave"]' \
    'what came before is still seen, up to the leaving (security 17)'
is_json '[.state[] | select(.type == "m.room.name") | .content.name]' \
    '["second"]' 'with the state of then (security 17)'
end=$(get_json .end)
as alice
say 'yet another'
as bob
around "$last" '?limit=100'
is_json .end "\"$end\"" 'and do not learn that more was said (security 17)'

as alice
make '{"preset":"private_chat","invite":["@carol:localhost"]}'
req GET "$v3/$rooms/state/m.room.member/@carol:localhost?format=event"
invite=$(get_json .event_id)
as carol
req GET "$v3/$rooms/event/$invite"
is_status 200 'who is invited sees the invitation'
around "$invite"
is_json '[.events_before, .events_after, .state]' '[[],[],[]]' \
    'and nothing around it (security 17)'

# ----------------------------------------------------------- by the clock

as alice
make '{}'
say one; one=$event
req GET "$v3/$rooms/event/$one"; at_one=$(get_json .origin_server_ts)
# The next with another time.
at_two=$at_one
while [ "$at_two" -le $((at_one + 1)) ]; do
	say two; two=$event
	req GET "$v3/$rooms/event/$two"; at_two=$(get_json .origin_server_ts)
done
moment() { req GET "/_matrix/client/v1/$rooms/timestamp_to_event?$1"; }

moment "dir=f&ts=$at_two"
is_json '[.event_id, .origin_server_ts]' "[\"$two\",$at_two]" \
    'getEventByTimestamp: the event of that moment'
moment "dir=b&ts=$at_two"
is_json .event_id "\"$two\"" 'in either direction'
moment "dir=f&ts=$((at_two - 1))"
is_json .event_id "\"$two\"" \
    'getEventByTimestamp: forwards: the first behind it'
moment "dir=b&ts=$at_one"
is_json '.origin_server_ts' "$at_one" \
    'getEventByTimestamp: backwards: the last before it'
moment "dir=f&ts=0"
req GET "$v3/$rooms/event/$(get_json .event_id)"
is_json .type '"m.room.create"' 'the first of all'
moment "dir=b&ts=9007199254740991"
is_json .event_id "\"$two\"" 'the last of all'
moment "dir=f&ts=$((at_two + 100000))"
is_err 404 M_NOT_FOUND 'getEventByTimestamp: nothing happened after that'
moment 'dir=b&ts=1'
is_err 404 M_NOT_FOUND 'getEventByTimestamp: nor before'
moment 'dir=f'
is_err 400 M_MISSING_PARAM 'getEventByTimestamp: a moment is needed'
moment 'ts=1'
is_err 400 M_MISSING_PARAM 'getEventByTimestamp: and a direction'
moment 'dir=x&ts=1';		is_err 400 M_INVALID_PARAM 'which is f or b'
moment 'dir=f&ts=-1'
is_err 400 M_INVALID_PARAM 'getEventByTimestamp: a time before 1970'
moment 'dir=f&ts=now';		is_err 400 M_INVALID_PARAM 'or none'

set_state m.room.history_visibility '{"history_visibility":"joined"}'
say hidden; hidden=$event
req GET "$v3/$rooms/event/$hidden"; at_hidden=$(get_json .origin_server_ts)
req POST "$v3/$rooms/invite" '{"user_id":"@bob:localhost"}'
as bob
moment "dir=b&ts=$at_hidden"
is_err 403 M_FORBIDDEN 'who is invited is told of no event'
req POST "$v3/$rooms/join"
moment "dir=f&ts=$at_hidden"
is_json ".event_id | [type, . != \"$hidden\"]" '["string",true]' \
    'what may not be seen is passed over (security 17)'
moment "dir=b&ts=$((at_hidden - 1))"
req GET "$v3/$rooms/event/$(get_json .event_id)"
is_status 200 'and what is found can be read'
as carol
moment "dir=f&ts=$at_one"
is_err 403 M_FORBIDDEN 'getEventByTimestamp: a stranger'

# -------------------------------------------------------------- who is in

as alice
req GET "$v3/$rooms/joined_members"
is_json '.joined | keys' '["@alice:localhost","@bob:localhost"]' \
    'getJoinedMembersByRoom: who is in'
req PUT "$v3/$rooms/state/m.room.member/@alice:localhost" \
    '{"membership":"join","displayname":"Alice \"A\"","avatar_url":"mxc://a/b"}'
req GET "$v3/$rooms/joined_members"
is_json '.joined["@alice:localhost"]' \
    '{"avatar_url":"mxc://a/b","display_name":"Alice \"A\""}' \
    'getJoinedMembersByRoom: and how they are shown there'
req PUT "$v3/$rooms/state/m.room.member/@alice:localhost" \
    '{"membership":"join","displayname":["x"]}'
req GET "$v3/$rooms/joined_members"
is_json '.joined["@alice:localhost"]' '{}' 'a name that is no text is none'
as bob
req POST "$v3/$rooms/leave"
req GET "$v3/$rooms/joined_members"
is_err 403 M_FORBIDDEN 'getJoinedMembersByRoom: who is not in is not told'
as carol
req GET "$v3/$rooms/joined_members"
is_err 403 M_FORBIDDEN 'nor a stranger'
req GET "$v3/rooms/$(enc '!nowhere:localhost')/joined_members"
is_err 403 M_FORBIDDEN 'nor is anybody of a room that is not there'

as alice
req GET "$v3/$rooms/members"
is_json '[.chunk[] | [.state_key, .content.membership]] | sort' \
    '[["@alice:localhost","join"],["@bob:localhost","leave"]]' \
    'getMembersByRoom: all member events'
is_json 'has("start")' false 'and no page'
req GET "$v1/$rooms/members?limit=1&from=t0-0"
is_json '[(.chunk | length), (.start | type), (.end | type)]' \
    '[2,"string","string"]' 'PAG-4: chunk, start and end, as 2015 has them'
is_json '[.chunk[] | [.user_id == .sender, .membership]] | sort' \
    '[[true,"join"],[true,"leave"]]' "in 2015's shape"
for query in from=x to=x limit=x limit=-1; do
	req GET "$v1/$rooms/members?$query"
	is_err 400 M_BAD_PAGINATION "PAG-7: refused as in 2015: $query"
done
as bob
req GET "$v1/$rooms/members"
is_json '[.chunk[] | [.state_key, .membership]] | sort' \
    '[["@alice:localhost","join"],["@bob:localhost","leave"]]' \
    'RD-1: who left reads the members of then'

done_testing

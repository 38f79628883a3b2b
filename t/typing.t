#!/bin/sh
# Who is typing: PUT /rooms/{roomId}/typing/{userId}, and how sync and /events
# tell of it.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
conf accounts guests yes
start
user alice
user bob
user carol
create alice '{"preset":"public_chat","name":"den"}'
come bob
v1=/_matrix/client/api/v1
j=".rooms.join[\"$room\"]"
b='"@bob:localhost"'

type_as() { as "$1"; req PUT "$here/typing/$(enc "$user")" "$2"; }
sync() { as "$1"; req GET "$v3/sync?timeout=0${2:+&since=$2}${3:+&$3}"; since=$(get_json .next_batch); }
# wait_for NAME SINCE: in the background, until there is news.
wait_for() { as "$1"; bg wait GET "$v3/sync?timeout=60000&since=$2"; }
typing='[.events[] | select(.type == "m.typing").content.user_ids]'
told() { is_json "($j.ephemeral // {events: []}) | $typing" "$1" "$2"; }

# ------------------------------------------------------------- begin and stop
sync alice
told '[]' 'setTyping: nobody types'
alices=$since
type_as bob '{"typing":true,"timeout":60000}'
is_status 200 'setTyping: begins'
is_json . '{}' 'setTyping: the answer is empty'
sync alice "$alices"
told "[[$b]]" 'TYP-2: members are told who is typing'
is_json "$j.ephemeral.events[0] | keys" '["content","type"]' \
    'setTyping: in an event without a room_id or an id'
is_json "[$j.timeline.events, $j.state.events]" '[[],[]]' \
    'setTyping: which is not in the timeline'
alices=$since
sync alice "$alices"
is_json .rooms.join '{}' 'setTyping: once'
type_as bob '{"typing":true,"timeout":60000}'
sync alice "$alices"
is_json .rooms.join '{}' 'setTyping: to go on with it is no news'
type_as alice '{"typing":true,"timeout":60000}'
sync alice "$alices"
told "[[\"@alice:localhost\",$b]]" 'TYP-2: the whole list each time'
come carol
sync carol
told "[[\"@alice:localhost\",$b]]" 'TYP-2: who comes in is told too'
sync alice '' "filter=$(enc '{"room":{"ephemeral":{"types":["m.receipt"]}}}')"
told '[]' 'unless the filter has none'
sync alice '' "filter=$(enc "{\"room\":{\"ephemeral\":{\"not_rooms\":[\"$room\"]}}}")"
told '[]' 'or not of this room'
sync carol
say bob 'while they type'
sync carol "$since"
is_json "$j | [(.timeline.events | length), .ephemeral.events]" '[1,[]]' \
    'a message does not tell of it again'
sync alice
alices=$since
type_as alice '{"typing":false}'
is_status 200 'setTyping: stops, without a timeout'
sync alice "$alices"
told "[[$b]]" 'TYP-2: who stopped is not on the list'
alices=$since
type_as alice '{"typing":false,"timeout":5}'
sync alice "$alices"
is_json .rooms.join '{}' 'setTyping: who had stopped already is no news'
type_as bob '{"typing":true,"timeout":0}'
sync alice "$alices"
told '[[]]' 'TYP-2: an empty list after the last'
sync alice
told '[]' 'TYP-2: at a first sync nothing is remembered'

# -------------------------------------------------------------------- waiting
alices=$since
wait_for alice "$alices"
type_as bob '{"typing":true,"timeout":60000}'
bg_wait wait
told "[[$b]]" 'who waits is told at once'
wait_for alice "$(get_json .next_batch)"
type_as bob '{"typing":false}'
bg_wait wait
told '[[]]' 'of the end too'
alices=$(get_json .next_batch)
type_as bob '{"typing":true,"timeout":700}'
wait_for alice "$alices"
bg_wait wait
told "[[$b]]" 'TYP-1: for a moment'
wait_for alice "$(get_json .next_batch)"
bg_wait wait
told '[[]]' 'TYP-1: which the server ends'
alices=$(get_json .next_batch)
sync alice "$alices"
is_json .rooms.join '{}' 'TYP-1: once'
type_as bob '{"typing":true,"timeout":1}'
until sync alice "$alices" && [ "$(get_json "$j.ephemeral.events[0].content.user_ids | length")" = 0 ]; do :; done
told '[[]]' 'TYP-1: it ends for those who do not wait, too'

# ---------------------------------------------------------- other rooms, leaving
den=$room
create alice '{"name":"other"}'
other=$room
in_room "$den"
sync alice
alices=$since
sync carol
carols=$since
in_room "$other"
type_as alice '{"typing":true,"timeout":60000}'
in_room "$den"
sync carol "$carols"
is_json .rooms.join '{}' 'who is not in hears nothing of it (security 17)'
sync alice "$alices"
is_json "[.rooms.join[\"$other\"].ephemeral.events[0].content.user_ids, (.rooms.join | length)]" \
    '[["@alice:localhost"],1]' 'TYP-3: it is of one room'
type_as bob '{"typing":true,"timeout":60000}'
sync alice "$alices"
alices=$since
told "[[$b]]" 'and of another'
wait_for alice "$alices"
go bob
bg_wait wait
alices=$(get_json .next_batch)
told '[[]]' 'who leaves types no longer'
sync carol
told '[]' 'and is not shown'
come bob
sync carol
told '[]' 'not when they come back either'
sync alice "$alices"
alices=$since
type_as carol '{"typing":true}'
wait_for alice "$alices"
bg_wait wait
told '[["@carol:localhost"]]' 'there is a time where nobody says which'

# ------------------------------------------------------------- what is refused
for body in '{}' '{"timeout":5}'; do
	type_as bob "$body"
	is_err 400 M_MISSING_PARAM "setTyping: typing is missing: $body"
done
for body in '{"typing":"true"}' '{"typing":1}' '{"typing":true,"timeout":"5"}' \
    '{"typing":true,"timeout":1.5}' '[]'; do
	type_as bob "$body"
	is_err 400 M_BAD_JSON "setTyping: $body"
done
type_as bob '{"typing":true,"timeout":-1}'
is_err 400 M_INVALID_PARAM 'setTyping: a time that is over'
type_as bob '{"typing":true,"timeout":9007199254740991}'
is_status 200 'setTyping: a long time is cut'
as bob
req PUT "$here/typing/@alice%3alocalhost" '{"typing":true}'
is_err 403 M_FORBIDDEN 'setTyping: of somebody else (security 18)'
user dave
type_as dave '{"typing":true}'
is_err 403 M_FORBIDDEN 'setTyping: who is not in (security 18)'
invite alice dave
type_as dave '{"typing":true}'
is_err 403 M_FORBIDDEN 'setTyping: who is only invited (security 18)'
in_room '!none:localhost'
type_as bob '{"typing":true}'
is_err 403 M_FORBIDDEN 'setTyping: a room that is not there, the same'
in_room nonsense
type_as bob '{"typing":true}'
is_err 400 M_INVALID_PARAM 'setTyping: no room id'
in_room "$den"
token=
req PUT "$here/typing/$(enc "$user_bob")" '{"typing":true}'
is_err 401 M_MISSING_TOKEN 'setTyping: without a token'
token=
req POST "$v3/register?kind=guest" '{}'
token=$(get_json .access_token) user=$(get_json .user_id)
req PUT "$here/typing/$(enc "$user")" '{"typing":true}'
is_err 403 M_GUEST_ACCESS_FORBIDDEN 'setTyping: guests may not'
admin user suspend carol
type_as carol '{"typing":true}'
is_err 403 M_USER_SUSPENDED 'setTyping: nor may a suspended account'

# ---------------------------------------------------------------------- 2015
type_as bob '{"typing":false}'
type_as alice '{"typing":false}'
as alice
req GET "$v1/events?timeout=0"
end=$(get_json .end)
as bob
req PUT "$v1/rooms/$(enc "$room")/typing/$(enc "$user_bob")" '{"typing":true,"timeout":60000}'
is_status 200 'setTyping: by api/v1'
as alice
req GET "$v1/events?timeout=0&from=$end"
is_json '.chunk | map([.type, .room_id, (.content.user_ids | index("@bob:localhost") != null)])' \
    "[[\"m.typing\",\"$room\",true]]" 'TYP-3: /events tells of it, with the room_id'
end=$(get_json .end)
req GET "$v1/events?timeout=0&from=$end"
is_json .chunk '[]' 'EVS-1: once'
bg wait GET "$v1/events?timeout=60000&from=$end"
type_as bob '{"typing":false}'
bg_wait wait
is_json '[.chunk[0].type, (.chunk[0].content.user_ids | index("@bob:localhost"))]' \
    '["m.typing",null]' 'EVS-1: who waits there is told at once'
end=$(get_json .end)
as alice
bg wait GET "$v1/events?timeout=60000&from=$end"
type_as bob '{"typing":true,"timeout":300}'
bg_wait wait
end=$(get_json .end)
as alice
req GET "$v1/events?timeout=60000&from=$end"
is_json '[.chunk[0].type, (.chunk[0].content.user_ids | index("@bob:localhost"))]' \
    '["m.typing",null]' 'TYP-1: and of the end by itself'
type_as bob '{"typing":true,"timeout":60000}'
as alice
req GET "$v1/initialSync"
end=$(get_json .end)
req GET "$v1/events?timeout=0&from=$end"
is_json "[.chunk[] | select(.room_id == \"$room\") | .content.user_ids | index(\"@bob:localhost\") != null]" \
    '[true]' 'after initialSync /events begins with who is typing'
req GET "/_matrix/client/v2_alpha/sync"
is_json "[.rooms.joined[\"$room\"].ephemeral.events[] | select(.type == \"m.typing\") | [.room_id, (.content.user_ids | index(\"@bob:localhost\") != null)]]" \
    "[[\"$room\",true]]" 'SYN-6: v2_alpha has it in ephemeral, with the room_id'

# ------------------------------------------------------- a new volatile store
sync alice
alices=$since
stop
rm -f "$tmp"/run/volatile.db*
start
sync alice "$alices"
is_json "[$j.ephemeral.events, .rooms.join[\"$other\"].ephemeral.events] | map(.[0].content.user_ids)" \
    '[[],[]]' 'what is volatile is told anew when it was forgotten'
is_json "$j.timeline.events" '[]' 'and nothing else is'
sync alice "$since"
is_json .rooms.join '{}' 'once'
done_testing

#!/bin/sh
# Events as clients of 2015 read them (section 6 of its specification), the same
# wherever they are read by its paths; and as today's clients do, by theirs.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
start
user alice
user bob
user carol
c=/_matrix/client
v1=$c/api/v1

as alice
req GET "$v1/events?timeout=0"
from=$(get_json .end)
create alice '{"preset":"private_chat","initial_state":[{"type":"m.room.topic","content":{"topic":"one"}}]}'
path=rooms/$(enc "$room")
req GET "$here/state/m.room.topic?format=event"
one=$(get_json .event_id)
set_state alice m.room.topic '{"topic":"two"}'
topic=$(get_json .event_id)
invite alice bob
come bob
req GET "$here/state/m.room.member/@bob:localhost?format=event"
member=$(get_json .event_id)
say bob regrettable
redacted=$said
as alice
req PUT "$here/redact/$(enc "$redacted")/r1" '{"reason":"rude"}'
redaction=$(get_json .event_id)
say alice needle
message=$said
invite alice carol
req GET "$here/state/m.room.member/@carol:localhost?format=event"
invitation=$(get_json .event_id)

# one LIST ID: the event of that id, in $tmp/one; LIST is jq's for all there are.
one() {
	jq -cS --arg id "$2" "first($1 | .[] | select(.event_id == \$id))" \
	    "$tmp/body" >"$tmp/one" 2>/dev/null
}
# event FILTER WANT NAME: what $tmp/one is.
event() {
	got=$(jq -cS "$1" "$tmp/one" 2>&1)
	is "$got" "$(printf %s "$2" | jq -cS .)" "$3"
}

# ------------------------------------------------- what an event consists of
as alice
req GET "$v1/$path/messages?dir=f&limit=100"
one .chunk "$message"
event 'del(.unsigned) | keys' \
    '["age","content","event_id","origin_server_ts","room_id","sender","type","user_id"]' \
    'EVT-1: a message of 2015: these keys, and no state_key'
event '[.user_id, .room_id, .type, .content, (.age, .origin_server_ts | type)]' \
    "[\"@alice:localhost\",\"$room\",\"m.room.message\",{\"body\":\"needle\",\"msgtype\":\"m.text\"},\"number\",\"number\"]" \
    'EVT-1: who sent it, where, what, and when'
event '[.age, .origin_server_ts] | map(. == floor and . >= 0) | all' true \
    'EVT-1: in whole milliseconds'
one .chunk "$topic"
event 'del(.unsigned, .sender) | keys' \
    '["age","content","event_id","origin_server_ts","prev_content","replaces_state","room_id","state_key","type","user_id"]' \
    'EVT-3: a state event of 2015: these keys'
event '[.state_key, .content, .prev_content, .replaces_state]' \
    "[\"\",{\"topic\":\"two\"},{\"topic\":\"one\"},\"$one\"]" \
    'EVT-3: its key, and what it took the place of'
one .chunk "$one"
event '[has("prev_content"), has("replaces_state")]' '[false,false]' \
    'EVT-3: the first of its kind took nobody'"'"'s'
one .chunk "$member"
event '[.membership, .content.membership, .state_key, .prev_content.membership]' \
    '["join","join","@bob:localhost","invite"]' \
    'a member event has membership beside its content, too'
one .chunk "$redacted"
event '[.content, .redacted_because.event_id, .redacted_because.user_id, .redacted_because.content.reason]' \
    "[{},\"$redaction\",\"@alice:localhost\",\"rude\"]" \
    'RED-4: what was redacted says by what, at the top level'
one .chunk "$redaction"
event '[.type, .redacts, .content.reason, .user_id]' \
    "[\"m.room.redaction\",\"$redacted\",\"rude\",\"@alice:localhost\"]" \
    'RED-5: redacts stands beside content'
for kind in message topic member redacted redaction invitation; do
	eval "one .chunk \"\$$kind\""
	jq -cS 'del(.age, .unsigned, .redacted_because.age, .redacted_because.unsigned)' \
	    "$tmp/one" >"$tmp/$kind"
done
as carol
req GET "$v1/initialSync"
is_json '.rooms[0] | [.membership, .invite.event_id, .invite.membership, .invite.state_key, .invite.user_id, .invite.room_id]' \
    "[\"invite\",\"$invitation\",\"invite\",\"@carol:localhost\",\"@alice:localhost\",\"$room\"]" \
    'who is invited gets the invitation, as any event'
is_json '[.rooms[0].invite.invite_room_state[] | keys - ["sender"]] | unique' \
    '[["content","state_key","type"]]' 'MEM-8: with some state, stripped'

# --------------------------------------------------------- the same everywhere
# same LIST WHERE KIND...: the events of these kinds are what messages has.
same() {
	list=$1 where=$2
	shift 2
	is "$status" 200 "$where"
	for kind; do
		eval "one \"\$list\" \"\$$kind\""
		event 'del(.age, .unsigned, .redacted_because.age, .redacted_because.unsigned)' \
		    "$(cat "$tmp/$kind")" "$where: $kind"
		event '.age | type == "number" and . == floor and . >= 0' true \
		    "$where: $kind: its age"
	done
}
as alice
all='message topic member redacted redaction'
for api in api/v1 v2_alpha r0; do
	base=$c/$api
	# shellcheck disable=SC2086
	{
	req GET "$base/$path/messages?dir=b&limit=100"
	same .chunk "$api messages" $all
	req GET "$base/$path/initialSync?limit=100"
	same .messages.chunk "$api room initialSync" $all
	same .state "$api room initialSync, state" topic member invitation
	req GET "$base/initialSync?limit=100"
	same '.rooms[0].messages.chunk' "$api initialSync" $all
	same '.rooms[0].state' "$api initialSync, state" topic member invitation
	req GET "$base/events?from=$from&timeout=0"
	same .chunk "$api events" $all
	}
	req GET "$base/$path/state"
	same . "$api state" topic member invitation
	req GET "$base/$path/members"
	same .chunk "$api members" member invitation
	req GET "$base/$path/state/m.room.topic?format=event"
	same '[.]' "$api state, one event" topic
	req GET "$base/$path/context/$(enc "$redacted")?limit=20"
	same '[.event]' "$api context" redacted
	same .events_before "$api context, before" topic member
	same .events_after "$api context, after" redaction message
	same .state "$api context, state" topic member
	for kind in $all; do
		eval "id=\$$kind"
		req GET "$base/events/$(enc "$id")"
		same '[.]' "$api events/{eventId}" "$kind"
		req GET "$base/$path/event/$(enc "$id")"
		same '[.]' "$api rooms/{roomId}/event/{eventId}" "$kind"
	done
	req POST "$base/search" \
	    '{"search_categories":{"room_events":{"search_term":"needle","event_context":{"before_limit":5}}}}'
	same '[.search_categories.room_events.results[0].result]' "$api search" message
	same '.search_categories.room_events.results[0].context.events_before' \
	    "$api search, context" redacted redaction
done

# ---------------------------------------------------------------- and today's
# Nothing of 2015 stands at the top level; it is in unsigned.
today() {
	is_json "[$1 | .[] | select(has(\"user_id\") or has(\"age\") or has(\"prev_content\") or
	    has(\"replaces_state\") or has(\"membership\") or has(\"redacted_because\"))] | length" \
	    0 "today's $2: nothing of 2015"
	is_json "[$1 | .[] | has(\"sender\") and (.unsigned.age | type == \"number\")] |
	    length > 0 and all" true "today's $2: sender and unsigned"
}
v3=$c/v3
req GET "$v3/$path/messages?dir=b&limit=100"
today .chunk messages
one .chunk "$topic"
event '.unsigned | [.prev_content, .replaces_state]' "[{\"topic\":\"one\"},\"$one\"]" \
    "today's state event has in unsigned what it took the place of"
one .chunk "$redacted"
event '[.content, .unsigned.redacted_because.event_id]' "[{},\"$redaction\"]" \
    'and what was redacted, by what'
req GET "$v3/$path/initialSync?limit=100"
today .messages.chunk 'room initialSync'
today .state 'room initialSync, state'
req GET "$v3/initialSync?limit=100"
today '.rooms[0].messages.chunk' initialSync
req GET "$v3/events?from=$from&timeout=0"
today .chunk events
req GET "$v3/$path/state"
today . state
req GET "$v3/$path/members"
today .chunk members
req GET "$v3/$path/context/$(enc "$redacted")?limit=20"
today '([.event] + .events_before + .events_after + .state)' context
req GET "$v3/events/$(enc "$topic")"
today '[.]' 'events/{eventId}'
req GET "$v3/$path/event/$(enc "$topic")"
today '[.]' 'rooms/{roomId}/event/{eventId}'
req POST "$v3/search" '{"search_categories":{"room_events":{"search_term":"needle"}}}'
today '[.search_categories.room_events.results[].result]' search

# ----------------------------------------------------- 2015's other form: /sync
req GET "$c/v2_alpha/sync"
joined=".rooms.joined[\"$room\"]"
is_json "$joined.event_map[\"$message\"] | del(.unsigned.membership) | [keys, .sender, (.unsigned.age | type)]" \
    '[["content","origin_server_ts","sender","type","unsigned"],"@alice:localhost","number"]' \
    'v2_alpha sync: an event without its ids, with its sender'
is_json "$joined.event_map[\"$topic\"] | keys" \
    '["content","origin_server_ts","sender","state_key","type","unsigned"]' \
    'v2_alpha sync: a state event'
is_json "$joined.event_map[\"$redacted\"] | [.content, .redacted_because.type]" \
    '[{},"m.room.redaction"]' 'RED-4: v2_alpha sync: what was redacted'
as carol
req GET "$c/v2_alpha/sync"
is_json "[.rooms.invited[\"$room\"].invite_state.events[] | keys] | unique" \
    '[["content","sender","state_key","type"]]' 'v2_alpha sync: an invitation'
done_testing

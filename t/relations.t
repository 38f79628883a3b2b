#!/bin/sh
# Relations: what is told with an event, and GET /rooms/{roomId}/relations.
. "$(dirname "$0")/lib.sh"
start
user alice
user bob
user carol
user dora
user eve
v3=/_matrix/client/v3
v1=/_matrix/client/v1
txn=0

create() {
	as alice
	req POST "$v3/createRoom" "${1-}"
	room=$(get_json .room_id)
	here=$v3/rooms/$(enc "$room") there=$v1/rooms/$(enc "$room")
}
join() { as "$1"; req POST "$here/join"; }
# post TYPE CONTENT leaves the event in $event.
post() {
	req PUT "$here/send/$1/t$((txn += 1))" "$2"
	event=$(get_json .event_id)
}
say() { post m.room.message "{\"msgtype\":\"m.text\",\"body\":\"$1\"}"; }
# rel REL_TYPE PARENT [TYPE [MORE]]: an event that relates so
rel() {
	post "${3:-m.room.message}" "{\"body\":\"x\",\"m.relates_to\":{\"rel_type\":\"$1\",\"event_id\":\"$2\"${4-}}}"
}
edit() {
	post "${3:-m.room.message}" "{\"body\":\"* $2\",\"m.new_content\":{\"body\":\"$2\"},\"m.relates_to\":{\"rel_type\":\"m.replace\",\"event_id\":\"$1\"}}"
}
redact() { req PUT "$here/redact/$(enc "$1")/r$((txn += 1))" '{}'; }
# look EVENT leaves it alone in $tmp/body, as /messages has it.
look() {
	req GET "${2:-$here}/messages?dir=b&limit=1000"
	jq --arg id "$1" '.chunk[] | select(.event_id == $id)' "$tmp/body" >"$tmp/one"
	cp "$tmp/one" "$tmp/body"
}
bundle() { look "$1"; is_json '.unsigned."m.relations"' "$2" "$3"; }
children() { req GET "$there/relations/$(enc "$1")${2-}"; }
ids() { for id; do printf '"%s",' "$id"; done | sed 's/,$//; s/^/[/; s/$/]/'; }

create '{"preset":"public_chat"}'
join bob
as alice
say 'the first word'
parent=$event
bundle "$parent" null 'an event that nothing relates to has no m.relations'
children "$parent"
is_status 200 'getRelatingEvents: nothing relates to it'
is_json . '{"chunk":[]}' 'the list is empty, and there are no more'

# -------------------------------------------------------------- references
rel m.reference "$parent"; one=$event
as bob
rel m.reference "$parent" org.example.vote; two=$event
bundle "$parent" "{\"m.reference\":{\"chunk\":[{\"event_id\":\"$one\"},{\"event_id\":\"$two\"}]}}" \
    'm.reference: the events that refer to it'
rel m.reference "$one"; three=$event
rel org.example.other "$parent"; four=$event
children "$parent"
is_json '[.chunk[].event_id]' "$(ids "$four" "$two" "$one")" \
    'getRelatingEvents: all that relates to it, newest first'
is_json '.chunk[-1] | [.room_id, .type, .unsigned."m.relations"."m.reference".chunk]' \
    "[\"$room\",\"m.room.message\",[{\"event_id\":\"$three\"}]]" 'whole events, with what relates to them'
children "$parent" /m.reference
is_json '[.chunk[].event_id]' "$(ids "$two" "$one")" \
    'getRelatingEventsWithRelType: in one way only'
children "$parent" /m.reference/org.example.vote
is_json '[.chunk[].event_id]' "$(ids "$two")" \
    'getRelatingEventsWithRelTypeAndEventType: of one type only'
children "$parent" /m.thread
is_json . '{"chunk":[]}' 'none of that kind'
children "$parent" '?dir=f'
is_json '[.chunk[].event_id]' "$(ids "$one" "$two" "$four")" 'oldest first'
req GET "/_matrix/client/unstable/rooms/$(enc "$room")/relations/$(enc "$parent")/m.reference"
is_json '[.chunk[].event_id]' "$(ids "$two" "$one")" 'by the unstable path, too'

# ------------------------------------------------------------------- pages
children "$parent" '?limit=2'
is_json '[[.chunk[].event_id], has("prev_batch"), has("next_batch"), has("recursion_depth")]' \
    "[$(ids "$four" "$two"),false,true,false]" 'getRelatingEvents: the first page'
next=$(get_json .next_batch)
children "$parent" "?limit=2&from=$next"
is_json '[[.chunk[].event_id], .prev_batch, has("next_batch")]' \
    "[$(ids "$one"),\"$next\",false]" 'the second, which is the last'
children "$parent" "?from=$next&dir=f"
is_json '[.chunk[].event_id]' "$(ids "$two" "$four")" 'from there the other way'
children "$parent" "?to=$next"
is_json '[.chunk[].event_id]' "$(ids "$four" "$two")" 'and up to there'
children "$parent" "?from=$next&to=$next"
is_json . "{\"chunk\":[],\"prev_batch\":\"$next\"}" 'nothing between one place and itself'
req GET "$v3/sync"
since=$(get_json .next_batch)
rel m.reference "$parent"; five=$event
children "$parent" "?from=$since"
is_json '[.chunk[].event_id]' "$(ids "$four" "$two" "$one")" 'from a token of /sync: what was there'
redact "$five"
for query in 'dir=x' 'limit=0' 'limit=x' 'from=x' 'to=x' 'recurse=x'; do
	children "$parent" "?$query"
	is_err 400 M_INVALID_PARAM "no such page: $query"
done

# ----------------------------------------------------------------- recurse
children "$parent" '?recurse=true'
is_json '[[.chunk[].event_id], .recursion_depth]' \
    "[$(ids "$four" "$three" "$two" "$one"),3]" 'getRelatingEvents: recurse finds what relates to what relates to it'
children "$parent" '?recurse=false'
is_json '[[.chunk[].event_id], .recursion_depth]' \
    "[$(ids "$four" "$two" "$one"),1]" 'recurse=false does not'
children "$parent" '?recurse=true&limit=3'
next=$(get_json .next_batch)
children "$parent" "?recurse=true&from=$next"
is_json '[.chunk[].event_id]' "$(ids "$one")" 'in pages'
children "$parent" '?recurse=true&dir=f'
is_json '[.chunk[].event_id]' "$(ids "$one" "$two" "$three" "$four")" 'either way'
rel org.example.other "$three"; six=$event
rel m.reference "$six"; seven=$event
children "$parent" '?recurse=true'
is_json '[.chunk[].event_id]' "$(ids "$six" "$four" "$three" "$two" "$one")" 'over three steps, not four'
children "$parent" '/m.reference?recurse=true'
is_json '[.chunk[].event_id]' "$(ids "$three" "$two" "$one")" 'the filter binds each step'
children "$parent" '/m.reference/org.example.vote?recurse=true'
is_json '[.chunk[].event_id]' "$(ids "$two")" 'also by type'

# ------------------------------------------------------------------- edits
as alice
say 'frist'
edited=$event
edit "$edited" 'first'; newest=$event
look "$edited"
is_json '.unsigned."m.relations"."m.replace" | [.event_id, .content."m.new_content".body, .sender, .type, .room_id, (.origin_server_ts | type)]' \
    "[\"$newest\",\"first\",\"@alice:localhost\",\"m.room.message\",\"$room\",\"number\"]" 'm.replace: the whole edit'
is_json '.content.body' '"frist"' 'the event itself says what it said'
req GET "$here/event/$(enc "$edited")"
is_json '.unsigned."m.relations"."m.replace".event_id' "\"$newest\"" 'also where an event is read alone'
req GET "$here/context/$(enc "$edited")?limit=0"
is_json '.event.unsigned."m.relations"."m.replace".event_id' "\"$newest\"" 'in its context'
req POST "$v3/search" '{"search_categories":{"room_events":{"search_term":"frist"}}}'
is_json '[.search_categories.room_events.results[].result.unsigned."m.relations"."m.replace".event_id]' \
    "[\"$newest\"]" 'and where it is searched for'
edit "$edited" 'First'; newest=$event
look "$edited"
is_json '.unsigned."m.relations"."m.replace".event_id' "\"$newest\"" 'the newest of them'
as bob
edit "$edited" 'hacked'
look "$edited"
is_json '.unsigned."m.relations"."m.replace".event_id' "\"$newest\"" 'not by somebody else'
as alice
edit "$edited" 'another type' org.example.note
look "$edited"
is_json '.unsigned."m.relations"."m.replace".event_id' "\"$newest\"" 'not of another type'
rel m.replace "$edited"
look "$edited"
is_json '.unsigned."m.relations"."m.replace".event_id' "\"$newest\"" 'not without m.new_content'
edit "$newest" 'an edit of the edit'
bundle "$newest" null 'an edit is not edited'
children "$edited" /m.replace
is_json '.chunk | length' 5 'all that mean to be edits relate to it'
post m.room.encrypted '{"ciphertext":"x"}'; secret=$event
rel m.replace "$secret" m.room.encrypted; cipher=$event
look "$secret"
is_json '.unsigned."m.relations"."m.replace".event_id' "\"$cipher\"" 'what an encrypted one says is its own'
req PUT "$here/state/m.room.topic" '{"topic":"a"}'; state=$(get_json .event_id)
edit "$state" b m.room.topic
bundle "$state" null 'state is not edited'
redact "$newest"
look "$edited"
is_json '.unsigned."m.relations"."m.replace".content."m.new_content".body' '"first"' \
    'without the newest the one before it counts'
redact "$edited"
bundle "$edited" null 'an event that is redacted is not edited any more'
children "$edited" /m.replace
is_json '.chunk | length' 4 'but those are there'

# ------------------------------------------------------------- annotations
like() { rel m.annotation "$1" m.reaction ",\"key\":\"$2\""; }
say 'what do you think?'; asked_for=$event
like "$asked_for" 👍; thumb=$event
is_status 200 'an annotation'
bundle "$asked_for" null 'is not told with the event'
like "$asked_for" 👍
is_err 400 M_DUPLICATE_ANNOTATION 'a second with the same key'
like "$asked_for" 👎
is_status 200 'another key'
rel m.annotation "$asked_for" org.example.reaction ',"key":"👍"'
is_status 200 'another type'
long=$(printf '%0200d' 0)
like "$asked_for" "$long"
is_status 200 'a long key'
like "$asked_for" "$long"
is_err 400 M_DUPLICATE_ANNOTATION 'which is remembered'
like "$asked_for" "${long}1"
is_status 200 'and another one'
as bob
like "$asked_for" 👍
is_status 200 'another user'
as alice
redact "$thumb"
like "$asked_for" 👍
is_status 200 'again, when the first has been redacted'
children "$asked_for" /m.annotation/m.reaction
is_json '.chunk | length' 5 'getRelatingEventsWithRelTypeAndEventType: annotations are found'
req PUT "$here/send/m.reaction/t$txn" '{}'
is_json .event_id "\"$event\"" 'the same transaction id is no second annotation'

# ----------------------------------------------------------- what is none
say other; parent=$event
for relates in '7' '{}' '{"rel_type":"m.reference"}' '{"event_id":"'"$parent"'"}' \
    '{"rel_type":"","event_id":"'"$parent"'"}' '{"rel_type":7,"event_id":"'"$parent"'"}' \
    '{"rel_type":"m.reference","event_id":"nonsense"}' \
    '{"m.in_reply_to":{"event_id":"'"$parent"'"}}' \
    '{"rel_type":"'"$(printf '%0300d' 0)"'","event_id":"'"$parent"'"}'; do
	post m.room.message "{\"m.relates_to\":$relates}"
	is_status 200 "sent: $relates" 
done
children "$parent"
is_json . '{"chunk":[]}' 'which relates to nothing'
post m.room.message "{\"m.relates_to\":{\"rel_type\":\"m.reference\",\"event_id\":\"\$unknown:example.org\"}}"
is_status 200 'what relates to an unknown event may be sent'
children "\$unknown:example.org"
is_err 404 M_NOT_FOUND 'getRelatingEvents: an event that is not known'
redact "$parent"
rel m.reference "$parent"; late=$event
bundle "$parent" "{\"m.reference\":{\"chunk\":[{\"event_id\":\"$late\"}]}}" 'references to a redacted event are told'
first_room=$there

# ------------------------------------------------------------ another room
create '{"preset":"public_chat"}'
rel m.reference "$asked_for"
bundle "$event" null 'what relates to an event of another room'
req GET "$first_room/relations/$(enc "$asked_for")/m.reference"
is_json . '{"chunk":[]}' 'does not count there'
children "$asked_for"
is_err 404 M_NOT_FOUND 'getRelatingEvents: an event of another room'

# ---------------------------------------------------------- who sees what
create '{"preset":"public_chat"}'
join bob
as alice
say 'parent'; parent=$event
rel m.reference "$parent"; seen=$event
as bob
req POST "$here/leave"
as alice
rel m.reference "$parent"; unseen=$event
as dora
children "$parent"
is_err 404 M_NOT_FOUND 'getRelatingEvents: who never was in (security 17)'
as bob
children "$parent"
is_json '[.chunk[].event_id]' "$(ids "$seen")" 'who left sees what came before (security 17)'
bundle "$parent" "{\"m.reference\":{\"chunk\":[{\"event_id\":\"$seen\"}]}}" 'also with the event (security 17)'
req POST "$here/forget"
children "$parent"
is_err 404 M_NOT_FOUND 'who forgot the room sees nothing of it (security 17)'
as alice
bundle "$parent" "{\"m.reference\":{\"chunk\":[{\"event_id\":\"$seen\"},{\"event_id\":\"$unseen\"}]}}" 'who is in sees all'
create '{"preset":"public_chat","initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"joined"}}]}'
say 'parent'; parent=$event
rel m.reference "$parent"; early=$event
join carol
children "$parent"
is_err 404 M_NOT_FOUND 'who joined later does not see the parent, where history is for those who are in (security 17)'
as alice
rel m.reference "$early"; late=$event
as carol
children "$early" '?recurse=true'
is_err 404 M_NOT_FOUND 'nor what relates to it (security 17)'
as alice
req PUT "$here/state/m.room.history_visibility" '{"history_visibility":"world_readable"}'
say 'for all'; parent=$event
rel m.reference "$parent"
as dora
children "$parent"
is_json '[.chunk[].event_id]' "$(ids "$event")" 'what all may read, all may'
req GET "$v1/rooms/$(enc '!none:localhost')/relations/$(enc "$parent")"
is_err 404 M_NOT_FOUND 'no such room'

# ------------------------------------------------------------------- /sync
create '{"preset":"public_chat"}'
as alice
say 'parent'; parent=$event
rel m.reference "$parent"; child=$event
req GET "$v3/sync?filter=$(enc '{"room":{"timeline":{"limit":2}}}')"
is_json ".rooms.join.\"$room\".timeline | [.limited, .events[0].unsigned.\"m.relations\"]" \
    "[true,{\"m.reference\":{\"chunk\":[{\"event_id\":\"$child\"}]}}]" 'a limited /sync tells it with the event'
since=$(get_json .next_batch)
say 'parent'; parent=$event
rel m.reference "$parent"
req GET "$v3/sync?since=$since"
is_json ".rooms.join.\"$room\".timeline | [.limited, .events[0].unsigned.\"m.relations\"]" \
    '[false,null]' 'who is told all hears of it as it comes'
look "$parent" "/_matrix/client/api/v1/rooms/$(enc "$room")"
is_json '.unsigned."m.relations"' null 'clients of 2015 are not told'

# ----------------------------------------------------------------- filters
create '{"preset":"public_chat"}'
join bob
as alice
say a; a=$event
say b; b=$event
say c; c=$event
rel m.thread "$a"
rel m.reference "$b"
as bob
rel m.thread "$b"
filtered() {
	req GET "$here/messages?dir=f&filter=$(enc "$1")"
	is_json '[.chunk[].event_id]' "$2" "$3"
}
filtered '{"related_by_rel_types":["m.thread"]}' "$(ids "$a" "$b")" 'events that others relate to in a way'
filtered '{"related_by_rel_types":["m.reference","x"]}' "$(ids "$b")" 'in one of two'
filtered '{"related_by_senders":["@bob:localhost"]}' "$(ids "$b")" 'that somebody relates to'
filtered '{"related_by_senders":["@bob:localhost"],"related_by_rel_types":["m.thread"]}' "$(ids "$b")" 'both'
filtered '{"related_by_senders":["@bob:localhost"],"related_by_rel_types":["m.reference"]}' '[]' 'both, by the same event'
filtered '{"related_by_senders":["@nobody:localhost"]}' '[]' 'that nobody relates to'
filtered '{"related_by_rel_types":[]}' '[]' 'in no way'
req GET "$v3/sync?filter=$(enc '{"room":{"timeline":{"related_by_rel_types":["m.thread"]}}}')"
is_json "[.rooms.join.\"$room\".timeline.events[].event_id]" "$(ids "$a" "$b")" 'also in /sync'
many=$(jq -cn '{related_by_senders: [range(51) | tostring]}')
req GET "$here/messages?dir=f&filter=$(enc "$many")"
is_err 400 M_BAD_JSON 'but not of so many'

# ------------------------------------------------------------------ erased
create '{"preset":"public_chat"}'
join eve
say 'oops'; parent=$event
edit "$parent" 'my secret'
deactivate eve true
join carol
look "$parent"
is_json '[.content, .unsigned."m.relations"]' '[{},null]' 'of who was erased nothing is told to those who came later (security 18)'
children "$parent"
is_json '[.chunk[].content]' '[{}]' 'nor here (security 18)'
as alice
look "$parent"
is_json '.unsigned."m.relations"."m.replace".content."m.new_content".body' '"my secret"' 'who was there sees it'

done_testing

#!/bin/sh
# How far members have read: receipts and read markers, and how sync, /events
# and /initialSync tell of them.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
conf accounts guests yes
start
user alice
user bob
user carol
create alice '{"preset":"public_chat","name":"den"}'
come bob
say alice one
one=$said
say alice two
two=$said
say alice three
three=$said
v1=/_matrix/client/api/v1
j=".rooms.join[\"$room\"]"

# read NAME KIND EVENT [BODY]
read_up_to() { as "$1"; req POST "$here/receipt/$2/$(enc "$3")" "${4-"{}"}"; }
sync() { as "$1"; req GET "$v3/sync?timeout=0${2:+&since=$2}${3:+&$3}"; since=$(get_json .next_batch); }
# What receipts say: [event, kind, user, thread], sorted.
marks='def marks: map(select(.type == "m.receipt").content | to_entries[] | .key as $e |
    .value | to_entries[] | .key as $k | .value | to_entries[] |
    [$e, $k, .key, .value.thread_id]) | sort;'
told() {
	is_json "$marks $j.ephemeral.events // [] | marks" \
	    "$(printf %s "$1" | jq -c sort)" "$2"
}
b=@bob:localhost

# ------------------------------------------------------------------- to all
sync alice
alices=$since
sync bob
bobs=$since
read_up_to bob m.read "$one"
is_status 200 'postReceipt: sent'
is_json . '{}' 'postReceipt: the answer is empty'
sync alice "$alices"
told "[[\"$one\",\"m.read\",\"$b\",null]]" 'postReceipt: other members are told'
is_json "$j.ephemeral.events[0].content[\"$one\"][\"m.read\"][\"$b\"].ts | type" \
    '"number"' 'postReceipt: with the time'
is_json "[$j.timeline.events, ($j.ephemeral.events[0] | keys)]" \
    '[[],["content","type"]]' 'postReceipt: in an event that is not in the timeline'
sync alice "$since"
is_json .rooms.join '{}' 'postReceipt: once'
sync bob "$bobs"
told "[[\"$one\",\"m.read\",\"$b\",null]]" 'postReceipt: so is who sent it'
read_up_to bob m.read "$three"
sync alice "$alices"
told "[[\"$three\",\"m.read\",\"$b\",null]]" \
    'REC-1: a user and a kind have one event'
read_up_to bob m.read "$two"
is_status 200 'postReceipt: one that goes back is no error'
sync alice
told "[[\"$three\",\"m.read\",\"$b\",null]]" 'postReceipt: and changes nothing'
read_up_to bob m.read "$three"
sync alice "$since"
is_json .rooms.join '{}' 'postReceipt: nor does the same again'
read_up_to alice m.read "$two"
sync carol
is_json .rooms.join '{}' 'who is not in hears of nobody (security 17)'
come carol
sync carol
told "[[\"$three\",\"m.read\",\"$b\",null],[\"$two\",\"m.read\",\"@alice:localhost\",null]]" \
    'who comes in is told of all'
is_json "$j.ephemeral.events | length" 1 'REC-2: in one event'
sync carol "$since" full_state=true
is_json "$marks $j.ephemeral.events | marks | length" 2 'full_state too'
sync carol '' "filter=$(enc '{"room":{"ephemeral":{"not_types":["m.receipt"]}}}')"
is_json "$j.ephemeral.events" '[]' 'unless the filter has none'

# Waiting.
sync alice
bg wait GET "$v3/sync?timeout=30000&since=$since"
say carol four
four=$said
bg_wait wait
since=$(get_json .next_batch)
as alice
bg wait GET "$v3/sync?timeout=30000&since=$since"
read_up_to bob m.read "$four"
bg_wait wait
told "[[\"$four\",\"m.read\",\"$b\",null]]" 'who waits is told at once'

# ------------------------------------------------------------------- private
sync alice
alices=$since
sync bob
bobs=$since
say alice five
five=$said
sync alice "$alices"
alices=$since
sync bob "$bobs"
bobs=$since
read_up_to bob m.read.private "$five"
is_status 200 'postReceipt: a private one'
sync alice "$alices"
is_json .rooms.join '{}' 'postReceipt: nobody else is told of it (security 17)'
sync carol
told "[[\"$four\",\"m.read\",\"$b\",null],[\"$two\",\"m.read\",\"@alice:localhost\",null]]" \
    'postReceipt: at a first sync neither (security 17)'
sync bob "$bobs"
told "[[\"$five\",\"m.read.private\",\"$b\",null]]" 'postReceipt: who sent it is'
as bob
bg wait GET "$v3/sync?timeout=30000&since=$since"
say carol six
six=$said
bg_wait wait
since=$(get_json .next_batch)
as bob
bg wait GET "$v3/sync?timeout=30000&since=$since"
read_up_to bob m.read.private "$six"
bg_wait wait
told "[[\"$six\",\"m.read.private\",\"$b\",null]]" 'and woken by it'

# ------------------------------------------------------------------- threads
reply() {
	txn=$((txn + 1))
	as "$1"
	req PUT "$here/send/m.room.message/reply$txn" \
	    "{\"msgtype\":\"m.text\",\"body\":\"$3\",\"m.relates_to\":{\"rel_type\":\"$4\",\"event_id\":\"$2\"}}"
	said_id=$(get_json .event_id)
}
reply alice "$one" 'in a thread' m.thread
in=$said_id
reply alice "$in" 'about that' m.reference
about=$said_id
reply alice "$one" 'about the root' m.reference
beside=$said_id
sync carol
carols=$since
for ids in "$two main" "$one main" "$beside main" "$in $one" "$about $one" "$one $one"; do
	read_up_to bob m.read "${ids% *}" "{\"thread_id\":\"${ids#* }\"}"
	is_status 200 "postReceipt: in its thread: $ids"
done
sync carol "$carols"
told "[[\"$about\",\"m.read\",\"$b\",\"$one\"],[\"$beside\",\"m.read\",\"$b\",\"main\"]]" \
    'REC-1: one event for each thread'
is_json "$j.ephemeral.events | length" 2 'REC-2: in one event for each thread'
for ids in "$in main" "$about main" "$two $one" "$in $two" "$in x" "$beside $one"; do
	read_up_to bob m.read "${ids% *}" "{\"thread_id\":\"${ids#* }\"}"
	is_err 400 M_INVALID_PARAM "postReceipt: not in that thread: $ids"
done
for id in '""' 5 null '["main"]' '{}'; do
	read_up_to bob m.read "$six" "{\"thread_id\":$id}"
	is_err 400 M_INVALID_PARAM "postReceipt: thread_id $id"
done
read_up_to bob m.fully_read "$six" '{"thread_id":"main"}'
is_err 400 M_INVALID_PARAM 'postReceipt: m.fully_read has no threads'
read_up_to bob m.read.private "$in" "{\"thread_id\":\"$one\"}"
is_status 200 'postReceipt: a private one in a thread'

# ------------------------------------------------------------- what is refused
read_up_to bob m.written "$one"
is_err 400 M_INVALID_PARAM 'postReceipt: no such kind'
for id in nonsense '$none' '$none:localhost'; do
	read_up_to bob m.read "$id"
	is_err 404 M_NOT_FOUND "postReceipt: no such event: $id"
done
den=$room
create alice '{"name":"other"}'
say alice elsewhere
elsewhere=$said
in_room "$den"
read_up_to alice m.read "$elsewhere"
is_err 404 M_NOT_FOUND 'postReceipt: an event of another room (security 17)'
user dave
read_up_to dave m.read "$one"
is_err 403 M_FORBIDDEN 'postReceipt: who is not in (security 18)'
as dave
req POST "$v3/rooms/$(enc '!none:localhost')/receipt/m.read/$(enc "$one")" '{}'
is_err 403 M_FORBIDDEN 'postReceipt: a room that is not there, the same'
req POST "$v3/rooms/nonsense/receipt/m.read/$(enc "$one")" '{}'
is_err 400 M_INVALID_PARAM 'postReceipt: no room id'
token=
req POST "$here/receipt/m.read/$(enc "$one")" '{}'
is_err 401 M_MISSING_TOKEN 'postReceipt: without a token'
set_state alice m.room.history_visibility '{"history_visibility":"joined"}'
say alice hidden
hidden=$said
come dave
read_up_to dave m.read "$hidden"
is_err 404 M_NOT_FOUND 'postReceipt: an event that they may not see (security 17)'
say alice seen
read_up_to dave m.read "$said" ''
is_status 200 'postReceipt: one that they may, with no body'
admin user suspend dave
say alice 'seen too'
read_up_to dave m.read "$said"
is_status 200 'postReceipt: a suspended account goes on reading'
req PUT "$here/send/m.room.message/x" '{"msgtype":"m.text","body":"x"}'
is_err 403 M_USER_SUSPENDED 'and is one'
go bob
read_up_to bob m.read "$six"
is_err 403 M_FORBIDDEN 'postReceipt: who left'
come bob

# ---------------------------------------------------------------- extra, 2015
sync alice
alices=$since
as alice
req GET "$v1/events?timeout=0"
end=$(get_json .end)
say alice seven
seven=$said
as bob
req POST "/_matrix/client/v2_alpha/rooms/$(enc "$room")/receipt/m.read/$(enc "$seven")" \
    '{"seen":"on a wall","ts":5}'
is_status 200 'postReceipt: with extra information, by v2_alpha'
sync alice "$alices"
is_json "$j.ephemeral.events[0].content[\"$seven\"][\"m.read\"][\"$b\"] | [.seen, .ts > 5]" \
    '["on a wall",true]' 'postReceipt: which is told; the time is ours'
as bob
req POST "$here/receipt/m.read/$(enc "$seven")" "{\"x\":\"$(printf %0600d 0)\"}"
is_err 413 M_TOO_LARGE 'postReceipt: but not much of it (security 19)'
as alice
req GET "$v1/events?timeout=0&from=$end"
is_json "$marks [.chunk[] | select(.type == \"m.receipt\")] | [marks, map(.room_id)]" \
    "[[[\"$seven\",\"m.read\",\"$b\",null]],[\"$room\"]]" \
    'REC-3: /events has deltas, with the room_id'
end=$(get_json .end)
req GET "$v1/events?timeout=0&from=$end"
is_json .chunk '[]' 'REC-3: once'
bg wait GET "$v1/events?timeout=30000&from=$end"
say alice eight
eight=$said
bg_wait wait
end=$(get_json .end)
as alice
bg wait GET "$v1/events?timeout=30000&from=$end"
read_up_to bob m.read "$eight" '{"thread_id":"main"}'
bg_wait wait
is_json "$marks .chunk | marks" "[[\"$eight\",\"m.read\",\"$b\",null]]" \
    'EVS-1: who waits at /events hears of receipts, of the main timeline too'
as alice
req GET "$v1/initialSync"
is_json "$marks [.receipts[] | select(.room_id == \"$room\")] | marks | map(select(.[2] == \"$b\"))" \
    "[[\"$eight\",\"m.read\",\"$b\",null]]" \
    'REC-3: initialSync has receipts, one for a user (REC-1)'
req GET "$v1/rooms/$(enc "$room")/initialSync"
is_json "$marks .receipts | marks | map(select(.[2] == \"$b\"))" \
    "[[\"$eight\",\"m.read\",\"$b\",null]]" 'REC-3: and that of a room'
req GET /_matrix/client/v2_alpha/sync
is_json "$marks .rooms.joined[\"$room\"].ephemeral.events | [(marks | map(select(.[2] == \"$b\"))), map(.room_id)]" \
    "[[[\"$eight\",\"m.read\",\"$b\",null]],[\"$room\"]]" \
    'SYN-6: v2_alpha has them in ephemeral, with the room_id'

# -------------------------------------------------------------------- markers
mark() { as "$1"; req POST "$here/read_markers" "$2"; }
marker=$v3/user/$(enc $b)/rooms/$(enc "$room")/account_data/m.fully_read
sync bob
bobs=$since
sync alice
alices=$since
say alice nine
nine=$said
mark bob "{\"m.fully_read\":\"$eight\",\"m.read\":\"$nine\",\"m.read.private\":\"$nine\"}"
is_status 200 'setReadMarker: all three'
is_json . '{}' 'setReadMarker: the answer is empty'
sync bob "$bobs"
is_json "[$j.account_data.events[] | [.type, .content.event_id]]" \
    "[[\"m.fully_read\",\"$eight\"]]" 'setReadMarker: the marker is account data'
told "[[\"$nine\",\"m.read\",\"$b\",null],[\"$nine\",\"m.read.private\",\"$b\",null]]" \
    'setReadMarker: the others are receipts'
sync alice "$alices"
told "[[\"$nine\",\"m.read\",\"$b\",null]]" 'setReadMarker: of which one is for all'
is_json "$j.account_data.events" '[]' 'setReadMarker: the marker is not (security 17)'
mark bob "{\"m.fully_read\":\"$seven\"}"
is_status 200 'setReadMarker: back is no error'
req GET "$marker"
is_json .event_id "\"$eight\"" 'setReadMarker: and changes nothing'
read_up_to bob m.fully_read "$nine"
req GET "$marker"
is_json .event_id "\"$nine\"" 'postReceipt: m.fully_read moves the marker'
sync alice
told_before=$since
say alice ten
ten=$said
mark bob "{\"m.fully_read\":\"$ten\",\"m.read\":\"\$none\"}"
is_err 404 M_NOT_FOUND 'setReadMarker: no such event'
mark bob "{\"m.read\":\"$ten\",\"m.fully_read\":\"\$none\"}"
is_err 404 M_NOT_FOUND 'setReadMarker: nor that'
req GET "$marker"
is_json .event_id "\"$nine\"" 'setReadMarker: then nothing is done'
sync alice "$told_before"
told '[]' 'setReadMarker: of the receipts either'
mark bob '{"m.read":5}'
is_err 400 M_BAD_JSON 'setReadMarker: no id'
mark bob '{}'
is_status 200 'setReadMarker: none of them'
mark alice "{\"m.read\":\"$elsewhere\"}"
is_err 404 M_NOT_FOUND 'setReadMarker: of another room (security 17)'
user eve
mark eve "{\"m.read\":\"$ten\"}"
is_err 403 M_FORBIDDEN 'setReadMarker: who is not in (security 18)'
token=
req POST "$v3/register?kind=guest" '{}'
token=$(get_json .access_token)
req POST "$here/receipt/m.read/$(enc "$ten")" '{}'
is_err 403 M_GUEST_ACCESS_FORBIDDEN 'postReceipt: guests may not'
req POST "$here/read_markers" '{}'
is_err 403 M_GUEST_ACCESS_FORBIDDEN 'setReadMarker: nor set markers'
done_testing

#!/bin/sh
# What GET /sync tells of what changes behind one's back: redactions, rooms that
# are replaced, history that is opened or closed; and tokens of all kinds.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
start
for name in alice bob carol; do
	user $name
done

sync() {
	as "$1"
	in="$brief .rooms.join[\"$room\"]"
	req GET "$v3/sync${2:+?$2}"
}
next() { get_json .next_batch; }
now() { sync "$1"; since=$(next); }
told() { is_json "$in | .timeline.events | brief" "[$1]" "$2"; }
limit() { printf 'filter='; enc "{\"room\":{\"timeline\":{\"limit\":$1}}}"; }
# redact NAME EVENT: $said is the redaction
redact() {
	as "$1"
	txn=$((txn + 1))
	req PUT "$here/redact/$(enc "$2")/r$txn" '{"reason":"why not"}'
	said=$(get_json .event_id)
}

# ----------------------------------------------------------------- redactions
create alice '{"preset":"public_chat","name":"den","topic":"foxes"}'
come bob
now bob
start=$since
say alice secret
secret=$said
sync bob "since=$since"
told '"secret"' 'something is said'
since=$(next)
redact alice "$secret"
sync bob "since=$since"
is_json "$in.timeline.events | map([.type, .content.redacts, .content.reason])" \
    "[[\"m.room.redaction\",\"$secret\",\"why not\"]]" \
    'sync: rooms.join.timeline.events: a redaction says what to redact'
sync bob "since=$start"
is_json "$in.timeline.events | map([.type, .content.body, .unsigned.redacted_because.event_id])" \
    "[[\"m.room.message\",null,\"$said\"],[\"m.room.redaction\",null,null]]" \
    'who hears of both at once gets what is left (security 17)'
now bob
start=$since
as alice
req PUT "$here/state/m.room.topic" '{"topic":"a slip"}'
slip=$(get_json .event_id)
sync bob "since=$since"
told '"a slip"' 'state is set'
since=$(next)
redact alice "$slip"
say alice g1 g2 g3 g4
sync bob "since=$since&$(limit 2)"
is_json "$in | [.timeline.limited, (.state.events | map([.type, .content, .event_id]))]" \
    "[true,[[\"m.room.topic\",{},\"$slip\"]]]" \
    'sync: rooms.join.state: state that was redacted in a gap is told again'
sync bob "since=$since&$(limit 2)&use_state_after=true"
is_json "$in.state_after.events | map([.type, .content])" '[["m.room.topic",{}]]' \
    'sync: rooms.join.state_after: likewise'
sync bob "since=$since&$(limit 5)"
is_json "$in | [.timeline.limited, .state.events]" '[false,[]]' \
    'but not where the timeline has the redaction'
sync bob "since=$start&$(limit 2)"
is_json "$in.state.events | map(.content)" '[{}]' 'who never heard of it gets it once'
end=$(next)
set_state alice m.room.topic '{"topic":"old"}'
old=$(get_json .event_id)
set_state alice m.room.topic '{"topic":"new"}'
now bob
redact alice "$old"
say alice g5 g6 g7
sync bob "since=$since&$(limit 1)"
is_json "$in.state.events" '[]' 'what is no state any more is none'
redact alice "$(as alice; req GET "$here/messages?dir=b&limit=50"; get_json '.chunk | map(select(.content.topic == "new"))[0].event_id')"
set_state alice m.room.topic '{"topic":"newest"}'
say alice g8
sync bob "since=$since&$(limit 1)"
is_json "$in | .state.events | brief" '["newest"]' 'nor what another took the place of'
sync bob "since=$since&$(limit 2)"
is_json "$in.state.events | map([.type, .content])" '[["m.room.topic",{}]]' \
    'unless it did so in the timeline'

# ------------------------------------------------------------ a room is replaced
now bob
old=$room
as alice
req POST "$here/upgrade" '{"new_version":"11"}'
new=$(get_json .replacement_room)
in_room "$new"
come bob
sync bob "since=$since"
is_json "[.rooms.join[\"$old\"].timeline.events[] | select(.type == \"m.room.tombstone\") | .content.replacement_room]" \
    "[\"$new\"]" 'sync: rooms.join: the old room names the new one'
is_json "[.rooms.join[\"$new\"] | .state.events[], .timeline.events[] | select(.type == \"m.room.create\") | .content.predecessor.room_id]" \
    "[\"$old\"]" 'sync: rooms.join: the new one, in the same answer, the old one'

# ------------------------------------------------------- history opened, closed
create alice '{"preset":"public_chat","initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"joined"}}]}'
say alice closed
set_state alice m.room.history_visibility '{"history_visibility":"shared"}'
say alice open
now carol
come carol
sync carol "since=$since"
told '"m.room.history_visibility","open","join carol"' \
    'what was said after history was opened is told, what was said before is not'
is_json "$in.timeline.limited" true 'and the timeline ends there'
for visibility in invited shared; do
	create alice "{\"initial_state\":[{\"type\":\"m.room.history_visibility\",\"content\":{\"history_visibility\":\"$visibility\"}}]}"
	say alice early
	invite alice carol
	say alice late
	now carol
	come carol
	sync carol "since=$since"
	is_json "$in | .timeline.events | brief | [.[] | select(. == \"early\" or . == \"late\")]" \
	    "$([ $visibility = invited ] && echo '["late"]' || echo '["early","late"]')" \
	    "who comes into a room with $visibility history is told what they may read"
done

# ---------------------------------------------------------------------- tokens
now alice
mine=$since
last=$(printf %s "$mine" | sed 's/^s\([0-9]*\)_.*/\1/')
rest=$(printf %s "$mine" | sed 's/^s[0-9]*_//')
sync alice "$(limit 1)"
prev=$(get_json "$in.timeline.prev_batch")
for q in "since=$prev" "since=s$((last + 1))_$rest" "since=s9223372036854775807_$rest" \
    "since=s9223372036854775808_$rest" "since=S${mine#s}" \
    "since=$mine%20" "since=${mine}0x" "since=s00${mine#s}" since=null 'since[]=1' \
    since=s-1_0_x.0 "since=n1-1" "since=h1-1-1-0"; do
	case $q in since[[]*) continue ;; esac
	sync alice "$q"
	is_err 400 M_INVALID_PARAM "sync: no token: $q (security 17)"
	as alice
	req GET "/_matrix/client/v2_alpha/sync?$q"
	is_err 400 M_INVALID_PARAM "sync: nor in 2015: $q"
	req GET "/_matrix/client/api/v1/events?from=${q#since=}"
	is_err 400 M_BAD_PAGINATION "PAG-7: nor for events: $q"
done
for q in "from=x" "from=s$((last + 1))_y" "from=n1-1"; do
	as alice
	req GET "$here/messages?dir=b&$q"
	is_err 400 M_INVALID_PARAM "getRoomEvents: no place: $q"
done
as alice
req GET "$here/messages?dir=b&limit=1&from=$mine"
is_json "$brief .chunk | brief" '["join carol"]' 'getRoomEvents: from a next_batch'
req GET "$here/messages?dir=b&from=$prev"
is_status 200 'getRoomEvents: from a prev_batch'

# Somebody else's token is a position like any other: it opens nothing.
user dave
create alice '{"name":"secret"}'
say alice 'for no eyes'
now alice
theirs=$since
say alice 'nor this'
for token_of in "$mine" "$theirs"; do
	sync dave "since=$token_of"
	is_json '[.rooms[] | length] | add' 0 "sync: another's token tells nothing (security 17)"
	as dave
	req GET "/_matrix/client/api/v1/events?from=$token_of"
	is_json .chunk '[]' "getEvents: another's token tells nothing (security 17)"
	req GET "$here/messages?dir=b&from=$token_of"
	is_err 403 M_FORBIDDEN "getRoomEvents: another's token opens nothing (security 17)"
done
# Of another life of the volatile store, or of what has not happened there yet.
for token_of in "s${last}_0_abc.0" "s${last}_0_.0" "s${last}_0_abcdefghijklmnop.5" \
    "$(printf %s "$mine" | sed 's/[.][0-9]*$/.999999/')"; do
	sync alice "since=$token_of"
	is_status 200 "sync: a token of another life of what is volatile: $token_of"
done
done_testing

#!/bin/sh
# How rooms stand: GET /initialSync and GET /rooms/{roomId}/initialSync.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
start
user alice
user bob
user carol
v1=/_matrix/client/api/v1

# initial NAME [QUERY]
initial() {
	as "$1"
	req GET "$v1/initialSync${2:+?$2}"
	it=".rooms[] | select(.room_id == \"$room\")"
}
# room_initial NAME [QUERY]
room_initial() {
	as "$1"
	req GET "$v1/rooms/$(enc "$room")/initialSync${2:+?$2}"
	it=.
}
room=

token=
req GET $v1/initialSync
is_err 401 M_MISSING_TOKEN 'initialSync: not without a token'
for q in limit=x limit=-1 archived=perhaps; do
	initial alice "$q"
	is_err 400 M_INVALID_PARAM "$q"
done
initial alice
is_json 'del(.end) | .account_data |= map(.type)' \
    '{"account_data":["m.push_rules"],"presence":[],"receipts":[],"rooms":[]}' \
    'initialSync: nothing yet, but that everybody has push rules'
end=$(get_json .end)

create alice '{"name":"den","visibility":"public"}'
req GET "$v1/events?from=$end"
is_json '.chunk | length' 7 'events goes on from end'
say alice one two
set_state alice m.room.name '{"name":"lair"}'
say alice three
initial alice limit=3
is_json "$brief $it | .messages.chunk | brief" '["two","lair","three"]' \
    'initialSync: the newest messages, in order'
is_json "$brief $it | .state | brief" \
    '["m.room.create","join alice","m.room.power_levels","m.room.join_rules","m.room.history_visibility","m.room.guest_access","lair"]' \
    'initialSync: the state as it is now'
is_json "$it | [.membership, .visibility, .account_data, has(\"invite\")]" \
    '["join","public",[],false]' 'what the caller is to the room'
is_json "$it | .messages.chunk[0] | [.room_id, .user_id, .content.body]" \
    "[\"$room\",\"@alice:localhost\",\"two\"]" 'events as 2015 writes them'
end=$(get_json .end) start=$(get_json "$it | .messages.start") last=$(get_json "$it | .messages.end")
req GET "$v1/rooms/$(enc "$room")/messages?dir=b&limit=2&from=$start"
is_json "$brief .chunk | brief" '["one","den"]' \
    'messages from start has those before'
say alice four
for from in "$end" "$last"; do
	req GET "$v1/events?from=$from"
	is_json "$brief .chunk | brief" '["four"]' \
	    'events from either end has those after'
done
initial alice limit=0
is_json "$it | [.messages.chunk, (.state | length)]" '[[],7]' \
    'initialSync: no messages at all'
initial alice
is_json "$it | .messages.chunk | length" 10 'initialSync: ten by default'

# -------------------------------------------------------------- invited, left
invite alice bob
initial bob
is_json \
    "$it | [.membership, .inviter, .invite.membership, has(\"state\"), has(\"messages\")]" \
    '["invite","@alice:localhost","invite",false,false]' \
    'initialSync: an invitation, and nothing of what was said'
is_json "$brief $it | .invite.invite_room_state | brief" \
    '["m.room.create","m.room.join_rules","lair","join alice","invite bob"]' \
    'MEM-8: but something of the room'
room_initial bob
is_err 403 M_FORBIDDEN 'roomInitialSync: who is invited does not get the room'
come bob
room_initial bob limit=2
is_json \
    "$brief [.room_id, .membership, .visibility, (.messages.chunk | brief)]" \
    "[\"$room\",\"join\",\"public\",[\"invite bob\",\"join bob\"]]" \
    'roomInitialSync: one room'
is_json "$brief [.state | brief | .[-2:]]" '[["lair","join bob"]]' \
    'roomInitialSync: with its state'
is_json '[.presence, .receipts, .account_data]' '[[],[],[]]' \
    'and what else there is'
end=$(get_json .messages.end)
say alice five
req GET "$v1/events?from=$end"
is_json "$brief .chunk | brief" '["five"]' 'events goes on from there'
go bob
say alice 'he is gone'
set_state alice m.room.name '{"name":"his no more"}'
initial bob
is_json .rooms '[]' 'initialSync: who left is told no more'
initial bob 'archived=true&limit=2'
is_json "$brief $it | [.membership, (.messages.chunk | brief)]" \
    '["leave",["five","leave bob"]]' \
    'initialSync: unless asked: what was said until then'
is_json "$brief $it | .state | brief | .[-2:]" '["lair","leave bob"]' \
    'and the state as of then'
req GET "$v1/rooms/$(enc "$room")/messages?dir=b&limit=1&from=$(get_json "$it \
    | .messages.start")"
is_json "$brief .chunk | brief" '["join bob"]' 'start goes on before that'
room_initial bob limit=1
is_json \
    "$brief [.membership, (.messages.chunk | brief), (.state | brief | .[-2])]" \
    '["leave",["leave bob"],"lair"]' 'the room alone likewise'
room_initial carol
is_err 403 M_FORBIDDEN 'roomInitialSync: a stranger is refused'
room='!nowhere:localhost'
room_initial carol
is_err 403 M_FORBIDDEN 'roomInitialSync: as for a room that is not there'
room_initial alice limit=x
is_err 400 M_INVALID_PARAM 'a limit that is none'

create alice \
    '{"initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"world_readable"}}]}'
say alice 'to the world'
room_initial carol limit=1
is_json \
    "$brief [has(\"membership\"), (.messages.chunk | brief), (.state | length)]" \
    '[false,["to the world"],6]' \
    'roomInitialSync: anybody may look into a world_readable room'
is_json .visibility '"private"' 'which is not in the directory'
create alice \
    '{"visibility":"public","initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"world_readable"}}]}'
room_initial carol limit=1
is_json '[has("membership"), .visibility]' '[false,"public"]' 'or is'

# ------------------------------------------------------------- paths of today
as alice
req GET "$v3/initialSync?limit=1"
is_json '.rooms[0].messages.chunk[0] | has("user_id")' false \
    'initialSync: as today writes events'
req GET "/_matrix/client/r0/rooms/$(enc "$room")/initialSync?limit=1"
is_json '.messages.chunk[0].user_id' '"@alice:localhost"' 'and r0'
done_testing

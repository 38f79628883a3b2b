#!/bin/sh
# Erasure: what somebody said before they asked to be erased is shown whole to
# those who were there, and redacted to those who come later.
. "$(dirname "$0")/lib.sh"

v3=/_matrix/client/v3

start
user gone
user old
user was
user keeper
user young
user asked
as gone
req POST $v3/createRoom '{"preset":"public_chat","name":"secret room","topic":"secret topic"}'
room=$(get_json .room_id)
here=$v3/rooms/$(enc "$room")
said() { req PUT "$here/send/m.room.message/$1" "{\"msgtype\":\"m.text\",\"body\":\"secret $1\"}"; }
as old
req POST "$here/join"
req GET $v3/sync
before=$(get_json .next_batch)
as gone
req PUT "$here/state/m.room.member/$(enc "$user_gone")" \
    '{"membership":"join","displayname":"secret name"}'
is_status 200 'a name'
req PUT "$here/state/m.room.topic" '{"topic":"secret second topic"}'
is_status 200 'another topic'
said one
message=$(get_json .event_id)
req PUT "$here/state/m.room.member/$(enc "$user_asked")" \
    '{"membership":"invite","reason":"secret reason"}'
is_status 200 'an invitation'
req PUT "$here/send/m.room.message/two" \
    '{"msgtype":"m.image","body":"secret two","url":"mxc://localhost/secret"}'
is_status 200 'a picture'
as was
req POST "$here/join"
req POST "$here/leave"
as keeper
req POST "$here/join"
req PUT "$here/send/m.room.message/1" '{"msgtype":"m.text","body":"to be kept"}'
kept=$(get_json .event_id)

deactivate gone true
ok $? 'the account ends, and is erased'
as young
tries=0
until req GET "$v3/sync" && [ "$(get_json '.rooms.join | length')" != 0 ] ||
    [ $((tries += 1)) -gt 100 ]; do
	req POST "$here/join"
done
is_json '.rooms.join | length' 1 'somebody comes later'

content="select(.event_id == \"$message\") | .content"
whole='{"body":"secret one","msgtype":"m.text"}'

# path WHAT PATH: whole for who was there, redacted for who was not.
path() {
	as old
	req GET "$2"
	is_status 200 "$1: who was there"
	like 'secret (one|second topic|name|topic)' "$1: sees what was said"
	as young
	req GET "$2"
	is_status 200 "$1: who came later"
	! grep -q secret "$tmp/body"
	ok $? "$1: sees nothing of it (security 18)"
}

all="filter=$(enc '{"room":{"timeline":{"limit":500}}}')"
path messages "$here/messages?dir=b&limit=100"
is_json "[.chunk[] | $content]" '[{}]' 'the message is there, redacted'
is_json "[.chunk[] | select(.event_id == \"$kept\") | .content.body]" '["to be kept"]' \
    'what others said is whole'
is_json '[.chunk[] | select(.type == "m.room.redaction" or .unsigned.redacted_because)]' \
    '[]' 'and nothing was redacted'
is_json "[.chunk[] | select(.state_key == \"$user_gone\") | .content] | unique" \
    '[{"membership":"join"},{"membership":"leave"}]' 'memberships stay'
as old
req GET "$here/messages?dir=f&limit=100"
is_json "[.chunk[] | $content]" "[$whole]" 'whole for who was there'
path 'messages in 2015' "/_matrix/client/api/v1/rooms/$(enc "$room")/messages?dir=b&limit=100"
path 'messages with members' "$here/messages?dir=b&limit=100&filter=$(enc \
    '{"lazy_load_members":true}')"
by_url=$(enc '{"contains_url":true}')
as old
req GET "$here/messages?dir=b&limit=100&filter=$by_url"
is_json '[.chunk[].content.body]' '["secret two"]' 'a filter finds the picture'
as young
req GET "$here/messages?dir=b&limit=100&filter=$by_url"
is_json .chunk '[]' 'but not for who came later (security 18)'
req GET "$v3/sync?filter=$(enc '{"room":{"timeline":{"limit":500,"contains_url":true}}}')"
is_json '[.rooms.join[].timeline.events[]]' '[]' 'nor in sync (security 18)'
path 'sync' "$v3/sync?$all"
is_json "[.rooms.join[].timeline.events[] | $content]" '[{}]' 'the message is there, redacted'
path 'a later sync' "$v3/sync?since=$before&$all"
path 'sync in 2015' "/_matrix/client/v2_alpha/sync?$all"
path 'state' "$here/state"
path 'a state event' "$here/state/m.room.topic?format=event"
is_json '[.type, .content]' '["m.room.topic",{}]' 'it is there, redacted'
path 'the content of state' "$here/state/m.room.topic"
is_json . '{}' 'is empty'
path 'members' "$here/members"
path 'initialSync' "/_matrix/client/api/v1/initialSync?limit=100"
path 'initialSync of the room' "/_matrix/client/api/v1/rooms/$(enc "$room")/initialSync?limit=100"
path 'events' "/_matrix/client/api/v1/events?from=$before&limit=500&timeout=0"

# Who was there between what was said and the erasure, but is not any more.
as was
req GET "$here/messages?dir=b&limit=100"
is_json "[.chunk[] | $content]" "[$whole]" 'who was there for a time'
req POST "$here/join"
req GET "$here/messages?dir=b&limit=100"
is_json "[.chunk[] | $content]" "[$whole]" 'and comes back'

# At the door: of a room that is named by who is gone.
as asked
req GET $v3/sync
is_json '.rooms.invite | length' 1 'who is invited'
! grep -q secret "$tmp/body"
ok $? 'sees nothing of it (security 18)'
is_json '[.rooms.invite[].invite_state.events[] | select(.type == "m.room.name") | .content]' \
    '[{}]' 'but that there was something'

# Somebody who goes without a wish to be erased.
deactivate keeper
user late
req POST "$here/join"
req GET "$here/messages?dir=b&limit=100"
is_json "[.chunk[] | select(.event_id == \"$kept\") | .content.body]" '["to be kept"]' \
    'who is gone and not erased is heard by all'

done_testing

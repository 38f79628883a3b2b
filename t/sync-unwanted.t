#!/bin/sh
# What GET /sync leaves out: who is ignored, and rooms that are forgotten.
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
now() { sync "$1"; since=$(get_json .next_batch); }
told() { is_json "$in | .timeline.events | brief" "[$1]" "$2"; }
# ignore NAME WHOM: their list, as JSON
ignore() {
	as "$1"
	req PUT "$v3/user/$(enc "$user")/account_data/m.ignored_user_list" \
	    "{\"ignored_users\":$2}"
	is_status 200 "$1 ignores $2"
}

create alice '{"preset":"public_chat","name":"den"}'
set_state alice m.room.power_levels '{"users":{"@carol:localhost":50}}'
for name in bob carol; do
	come $name
done
say carol 'before bob ignores her'
now bob
before=$since
ignore bob '{"@carol:localhost":{}}'
say carol noise
set_state carol m.room.topic '{"topic":"set by carol"}'
say alice music
for token_of in "$before" "$since"; do
	sync bob "since=$token_of"
	told '"set by carol","music"' 'sync: who is ignored says nothing, but their state is told'
done
is_json "$in.timeline.limited" false 'and nothing is missing in between'
is_json '.account_data.events | map(.type)' '["m.ignored_user_list"]' \
    'the list itself is told'
since=$(get_json .next_batch)
sync bob "filter=$(enc '{"room":{"timeline":{"limit":3}}}')"
told '"join carol","set by carol","music"' 'nor in a first sync, also of what was said before'
sync alice "since=$before&filter=$(enc '{"room":{"timeline":{"limit":3}}}')"
told '"noise","set by carol","music"' 'others hear it'
as bob
req GET "$here/messages?dir=b&limit=3"
is_json "$brief .chunk | brief" '["music","set by carol","join carol"]' \
    'getRoomEvents: messages leave it out as well'
req GET "/_matrix/client/api/v1/events?from=$before"
is_json "$brief .chunk | map(select(.event_id)) | brief" '["set by carol","music"]' \
    'getEvents: and so does the stream'
req GET "/_matrix/client/v2_alpha/sync?since=$before"
is_json "$brief .rooms.joined[\"$room\"] | .event_map as \$map | .timeline.events | map(\$map[.]) | brief" \
    '["set by carol","music"]' 'by every path'
req GET "/_matrix/client/api/v1/initialSync?limit=3"
is_json "$brief .rooms[0].messages.chunk | brief" \
    '["join carol","set by carol","music"]' 'initialSync: and in the first answer'
bg b GET "$v3/sync?since=$since&timeout=60000"
say carol 'more noise'
say alice 'more music'
bg_wait b
told '"more music"' 'nobody is woken to hear nothing'
since=$(get_json .next_batch)

create carol '{"name":"trap"}'
invite carol bob
sync bob "since=$since"
is_json .rooms.invite '{}' 'sync: rooms.invite: no invitation from who is ignored'
sync bob
is_json .rooms.invite '{}' 'nor in a first sync'
sync bob
in_room "$(get_json '.rooms.join | keys[0]')"
now bob
ignore bob '{}'
say carol 'back again'
sync bob "since=$since"
told '"back again"' 'who is ignored no more is heard at once'
sync bob "filter=$(enc '{"room":{"timeline":{"limit":4}}}')"
told '"music","more noise","more music","back again"' \
    'and a first sync has what was missed'
ignore bob '{"@bob:localhost":{}}'
now bob
say bob myself
sync bob "since=$since"
told '"myself"' 'nobody can ignore themselves'
ignore bob '{}'

# -------------------------------------------------------------- forgotten rooms
now carol
start=$since
go carol
as carol
req POST "$here/forget" '{}'
is_status 200 'carol leaves and forgets'
sync carol "since=$start"
is_json .rooms '{"invite":{},"join":{},"knock":{},"leave":{}}' \
    'sync: rooms.leave: a forgotten room is in no answer'
end=$(get_json .next_batch)
member alice carol '{"membership":"ban"}'
sync carol "since=$end"
is_json .rooms.leave '{}' 'a room that is forgotten stays so, whatever happens to her there'
sync carol "since=$end&filter=$(enc '{"room":{"include_leave":true}}')"
is_json .rooms.leave '{}' 'whoever asks'
sync carol "filter=$(enc '{"room":{"include_leave":true}}')"
is_json ".rooms.leave | has(\"$room\")" false 'nor does a first sync speak of it'
member alice carol '{"membership":"leave"}'
invite alice carol
sync carol "since=$end"
is_json ".rooms.invite | has(\"$room\")" true 'until she is invited again'
end=$(get_json .next_batch)
come carol
sync carol "since=$end"
is_json "$in.timeline.events | brief | .[-1]" '"join carol"' 'and comes'
done_testing

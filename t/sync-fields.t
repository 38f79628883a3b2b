#!/bin/sh
# GET /sync, field by field: what today's specification has in the answer, and
# what 2015's sections of filters and of sync ask for.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
start
for name in alice bob carol; do
	user $name
done
v1=/_matrix/client/api/v1 v2=/_matrix/client/v2_alpha

sync() { as "$1"; req GET "$v3/sync${2:+?$2}"; }
sync_2015() { as "$1"; req GET "$v2/sync${2:+?$2}"; }
next() { get_json .next_batch; }
now() { sync "$1"; since=$(next); }
in_join() { in="$brief .rooms.join[\"$room\"]"; }
timeline() { printf 'filter='; enc "{\"room\":{\"timeline\":{\"limit\":$1}}}"; }

# ------------------------------------------------------------- a room one is in
create alice '{"preset":"public_chat"}'
in_join
come bob
now alice
start=$since
is_json '.next_batch | type' '"string"' 'sync.next_batch: a first answer has one'
sync alice "since=$since"
is_json '[.next_batch, (.rooms.join | length)]' "[\"$since\",0]" \
    'sync.next_batch: where nothing happened it is what it was'
say alice one
sync alice "since=$since"
is_json "[.next_batch != \"$since\", ($in.timeline.events | brief)]" '[true,["one"]]' \
    'sync.next_batch: it moves with what happens'
since=$(next)
sync alice "since=$since"
is_json '[.rooms[] | length] | add' 0 'sync.next_batch: and goes on behind that'

sync alice
is_json "$in.summary.\"m.heroes\"" '["@bob:localhost"]' \
    'sync.rooms.join.summary.m.heroes: the others, oneself never'
is_json "$in.summary | [.\"m.joined_member_count\", .\"m.invited_member_count\"]" '[2,0]' \
    'sync.rooms.join.summary.m.joined_member_count: oneself, too'
invite alice carol
sync alice "since=$since"
is_json "$in.summary | [.\"m.heroes\", .\"m.invited_member_count\"]" \
    '[["@bob:localhost","@carol:localhost"],1]' \
    'sync.rooms.join.summary.m.invited_member_count: who is invited counts, and is a hero'
now alice
say bob two
sync alice "since=$since"
is_json "$in | has(\"summary\")" false \
    'sync.rooms.join.summary.m.heroes: left out where nobody came or went'
now alice
go bob
member alice carol '{"membership":"leave"}'
sync alice "since=$since"
is_json "$in.summary | [.\"m.heroes\", .\"m.joined_member_count\", .\"m.invited_member_count\"]" \
    '[["@bob:localhost","@carol:localhost"],1,0]' \
    'sync.rooms.join.summary.m.heroes: those who left, where nobody else is there'
come bob
for i in 1 2 3 4 5 6; do
	user "h$i"
	come "h$i"
done
sync alice
is_json "$in.summary.\"m.heroes\"" \
    '["@bob:localhost","@h1:localhost","@h2:localhost","@h3:localhost","@h4:localhost"]' \
    'sync.rooms.join.summary.m.heroes: five, in the order in which they came'

set_state alice m.room.topic '{"topic":"before"}'
now alice
set_state alice m.room.topic '{"topic":"between"}'
say alice t1
set_state alice m.room.topic '{"topic":"after"}'
say alice t2
sync alice "since=$since&$(timeline 3)"
is_json "$in | [(.state.events | brief), has(\"state_after\")]" '[["between"],false]' \
    'sync.rooms.join.state: what changed before the timeline'
is_json "$in.state.events[0] | [.type, .state_key, has(\"room_id\"), has(\"event_id\")]" \
    '["m.room.topic","",false,true]' 'sync.rooms.join.state: as events without room_id'
is_json "$in.timeline.events | brief" '["t1","after","t2"]' \
    'sync.rooms.join.timeline.events: the newest, in order'
is_json "$in.timeline.limited" true 'sync.rooms.join.timeline.limited: there are more'
prev=$(get_json ".rooms.join[\"$room\"].timeline.prev_batch")
sync alice "since=$since&$(timeline 3)&use_state_after=true"
is_json "$in | [(.state_after.events | brief), has(\"state\")]" '[["after"],false]' \
    'sync.rooms.join.state_after: what changed up to the end of it'
sync alice "since=$since&use_state_after=true&$(timeline 9)"
is_json "$in | [.state_after.events, .timeline.limited] | [(.[0] | brief), .[1]]" \
    '[["after"],false]' 'sync.rooms.join.state_after: also where the timeline has it'
now alice
say alice t3
sync alice "since=$since&use_state_after=true"
is_json "$in.state_after" '{"events":[]}' \
    'sync.rooms.join.state_after: there, though it is empty'
sync alice "since=$since"
is_json "$in.timeline.limited" false 'sync.rooms.join.timeline.limited: there are no more'
req GET "$here/messages?dir=b&limit=1&from=$prev"
is_json "$brief .chunk | brief" '["between"]' \
    'sync.rooms.join.timeline.prev_batch: messages has what was before'

as bob
req PUT "$here/typing/$(enc "$user")" '{"typing":true,"timeout":60000}'
req POST "$here/receipt/m.read/$(enc "$said")" '{}'
sync alice "since=$since"
is_json "[.rooms.join[\"$room\"].ephemeral.events[] | [.type, (.content | keys)]] | sort" \
    "[[\"m.receipt\",[\"$said\"]],[\"m.typing\",[\"user_ids\"]]]" \
    'sync.rooms.join.ephemeral: who types, and who has read'
as alice
req PUT "$v3/user/$(enc "$user")/rooms/$(enc "$room")/tags/u.work" '{"order":0.5}'
req PUT "$v3/user/$(enc "$user")/account_data/org.example.x" '{"a":1}'
sync alice "since=$since"
is_json ".rooms.join[\"$room\"].account_data.events" \
    '[{"content":{"tags":{"u.work":{"order":0.5}}},"type":"m.tag"}]' \
    'sync.rooms.join.account_data: what one keeps of the room'
is_json '.account_data.events' '[{"content":{"a":1},"type":"org.example.x"}]' \
    'sync.account_data: and of none'
sync bob "since=$since"
is_json '[.account_data.events, .rooms.join[].account_data.events]' '[[],[]]' \
    'sync.account_data: nobody else does (security 17)'

# ------------------------------------------------------------- the other sections
create alice '{"name":"cellar","topic":"damp","room_version":"10"}'
set_state alice m.room.join_rules '{"join_rule":"knock"}'
now bob
invite alice bob
sync bob "since=$since"
is_json "$brief .rooms.invite[\"$room\"] | [keys, (.invite_state.events | brief)]" \
    '[["invite_state"],["m.room.create","m.room.join_rules","cellar","damp","join alice","invite bob"]]' \
    'sync.rooms.invite.invite_state.events: what the room is'
is_json "[.rooms.invite[\"$room\"].invite_state.events[] | keys] | unique" \
    '[["content","sender","state_key","type"]]' \
    'sync.rooms.invite.invite_state.events: stripped'
sync_2015 bob "since=$since"
is_json "[.rooms.invited[\"$room\"].invite_state.events[] | keys] | unique" \
    '[["content","sender","state_key","type"]]' 'SYN-3: stripped state, for 2015 as well'
now carol
member carol carol '{"membership":"knock"}'
sync carol "since=$since"
is_json "$brief .rooms.knock[\"$room\"] | [keys, (.knock_state.events | brief | .[2, -1])]" \
    '[["knock_state"],"cellar","knock carol"]' \
    'sync.rooms.knock.knock_state.events: what the room is'

come bob
now bob
set_state alice m.room.topic '{"topic":"damper"}'
say alice l1 l2
as bob
req PUT "$v3/user/$(enc "$user")/rooms/$(enc "$room")/account_data/org.example.y" '{"b":2}'
go bob
say alice 'without bob'
set_state alice m.room.topic '{"topic":"wet"}'
left="$brief .rooms.leave[\"$room\"]"
sync bob "since=$since&$(timeline 2)"
is_json "$left | [(.state.events | brief), has(\"state_after\")]" '[["damper"],false]' \
    'sync.rooms.leave.state: what changed before the timeline'
is_json "$left.timeline | [(.events | brief), .limited]" '[["l2","leave bob"],true]' \
    'sync.rooms.leave.timeline: up to the leaving'
is_json "$left.account_data.events | map(.type)" '["org.example.y"]' \
    'sync.rooms.leave.account_data: what one keeps of it'
is_json "$left | [has(\"ephemeral\"), has(\"summary\")]" '[false,false]' \
    'sync.rooms.leave.timeline: and nothing of who is there now'
prev=$(get_json ".rooms.leave[\"$room\"].timeline.prev_batch")
req GET "$here/messages?dir=b&limit=1&from=$prev"
is_json "$brief .chunk | brief" '["l1"]' 'sync.rooms.leave.timeline: prev_batch leads on'
sync bob "since=$since&$(timeline 2)&use_state_after=true"
is_json "$left | [(.state_after.events | brief | sort), has(\"state\")]" \
    '[["damper","leave bob"],false]' \
    'sync.rooms.leave.state_after: what changed up to the leaving'

# ------------------------------------------------------------------ 2015: sync
create alice '{"name":"den"}'
invite alice bob
invite alice carol
come bob
come carol
go carol
say alice s1 s2 s3
last=$said
sync_2015 bob
is_json '.rooms | keys' '["archived","invited","joined"]' \
    'SYN-1: the groups are joined, invited and archived'
is_json ".rooms.joined[\"$room\"] | [.timeline.events[], .state.events[]] - (.event_map | keys)" \
    '[]' 'SYN-1: events are in event_map, by their ids'
is_json ".rooms.joined[\"$room\"] | (.event_map | keys) - [.timeline.events[], .state.events[]]" \
    '[]' 'SYN-1: and no others'
as bob
req POST "$v2/user/$(enc "$user")/filter" '{"room":{"timeline":{"limit":2}}}'
id=$(get_json .filter_id)
sync_2015 bob "filter=$id"
is_json "$brief .rooms.joined[\"$room\"] | .event_map as \$m | .timeline | [.limited, (.events | map(\$m[.]) | brief)]" \
    '[true,["s2","s3"]]' 'SYN-2: limited'
prev=$(get_json ".rooms.joined[\"$room\"].timeline.prev_batch")
req GET "$v1/rooms/$(enc "$room")/messages?dir=b&limit=1&from=$prev"
is_json "$brief .chunk | brief" '["s1"]' 'SYN-2: and prev_batch has more'
as bob
since_2015=$(req GET "$v2/sync"; next)
go bob
say alice s4
sync_2015 bob "since=$since_2015"
is_json "$brief .rooms.archived[\"$room\"] | .event_map as \$m | [keys, (.timeline.events | map(\$m[.]) | brief)]" \
    '[["event_map","state","timeline"],["leave bob"]]' 'SYN-4: archived: up to the leaving'
invite alice bob
come bob
sync_2015 bob "since=$since_2015"
is_json '.rooms.archived' '{}' 'SYN-4: who is back is not'
as alice
req PUT "$here/typing/$(enc "$user")" '{"typing":true,"timeout":60000}'
req POST "$here/receipt/m.read/$(enc "$last")" '{}'
sync_2015 bob
is_json "[.rooms.joined[\"$room\"].ephemeral.events[] | [.type, .room_id]] | sort" \
    "[[\"m.receipt\",\"$room\"],[\"m.typing\",\"$room\"]]" \
    'SYN-6: receipts and typing are in ephemeral, with their room'
since_2015=$(next)
bg b GET "$v2/sync?since=$since_2015&timeout=60000"
say alice 'wake up'
bg_wait b
is_json "[.rooms.joined[\"$room\"].event_map[].content.body]" '["wake up"]' \
    'SYN-7: sync waits, too'

# ------------------------------------------------- 2015: initialSync and events
as bob
req GET "$v1/initialSync?limit=2"
is_json "$brief .rooms[] | select(.room_id == \"$room\") | .messages.chunk | brief" \
    '["join bob","wake up"]' 'INI-1: the newest messages, as many as limit'
is_json "$brief [.rooms[] | select(.room_id == \"$room\") | .state | brief | .[] | select(. == \"join bob\" or . == \"den\")]" \
    '["den","join bob"]' 'INI-2: the state that is now'
from=$(get_json .end)
is_json "[.rooms[].room_id] | index(\"$room\") != null" true 'INI-3: who joined has the room'
as alice
req PUT "$here/typing/$(enc "$user")" '{"typing":false}'
say alice e1
req POST "$here/receipt/m.read/$(enc "$said")" '{}'
say alice e2
as bob
req GET "$v1/events?from=$from"
is_json "[.chunk[] | select(.type == \"m.room.message\") | .content.body]" '["e1","e2"]' \
    'EVS-1: what happens in rooms'
is_json "[.chunk[] | select(.room_id == \"$room\" and (has(\"event_id\") | not)) | [.type, .room_id]] | sort" \
    "[[\"m.receipt\",\"$room\"],[\"m.typing\",\"$room\"]]" 'EVS-1: receipts and typing'
is_json '[.chunk[] | .event_id | select(.)] | length == (unique | length)' true \
    'EVS-3: no event twice'
from=$(get_json .end)
bg b GET "$v1/events?from=$from&timeout=60000"
say alice e3
bg_wait b
is_json '[.chunk[].content.body]' '["e3"]' 'EVS-2: an event ends the waiting'
req GET "$v1/events?from=$(get_json .end)"
is_json .chunk '[]' 'EVS-2: end is where to go on'
go bob
as bob
req GET "$v1/initialSync"
is_json "[.rooms[].room_id] | index(\"$room\")" null 'INI-3: who left does not'
say alice gone
as bob
req GET "$v1/initialSync?archived=true&limit=1"
it=".rooms[] | select(.room_id == \"$room\")"
is_json "$brief $it | [.membership, (.messages.chunk | brief)]" '["leave",["leave bob"]]' \
    'INI-1: of a room one left what preceded that'
is_json "$brief $it | .state | brief | map(select(. == \"leave bob\"))" '["leave bob"]' \
    'INI-2: and the state as of then'
done_testing

#!/bin/sh
# GET /sync as 2015 has it, under v2_alpha: joined, invited, archived, and
# events by their ids in event_map.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
start
user alice
user bob
v2=/_matrix/client/v2_alpha

sync() {
	as "$1"
	joined=".rooms.joined[\"$room\"]" invited=".rooms.invited[\"$room\"]"
	archived=".rooms.archived[\"$room\"]"
	req GET "$v2/sync${2:+?$2}"
}
now() { sync "$1"; since=$(get_json .next_batch); }
# What a list of ids in a room stands for.
events() { printf '%s | .event_map as $map | .%s.events | map($map[.]) | brief' "$1" "$2"; }

token=
req GET $v2/sync
is_status 401 'not without a token'
room=
sync alice timeout=60000
is_json 'del(.next_batch)' \
    '{"presence":{"events":[]},"rooms":{"archived":{},"invited":{},"joined":{}}}' \
    'a first sync of nothing does not wait'
since=$(get_json .next_batch)
sync alice since=nonsense
is_err 400 M_INVALID_PARAM 'a since of nobody'
sync alice filter=7
is_err 400 M_INVALID_PARAM 'an unknown filter'

create alice '{"name":"den"}'
say alice hello
sync alice "since=$since"
is_json "$brief $(events "$joined" timeline)" \
    '["m.room.create","join alice","m.room.power_levels","m.room.join_rules","m.room.history_visibility","m.room.guest_access","den","hello"]' \
    'timeline and event_map together are what happened'
is_json \
    "$joined | [.state.events, .timeline.limited, .ephemeral, (.timeline.events | length), (.event_map | length)]" \
    '[[],false,{"events":[]},8,8]' 'each event once'
is_json "$joined | keys" '["ephemeral","event_map","state","timeline"]' \
    'and nothing that 2015 did not know'
is_json \
    "$joined.event_map[\"$said\"] | [.sender, .type, .unsigned.txn_id, (.unsigned.age | type), has(\"event_id\"), has(\"room_id\")]" \
    "[\"@alice:localhost\",\"m.room.message\",\"say1\",\"number\",false,false]" \
    'an event has its id and room outside'

req POST "$v2/user/$(enc "$user")/filter" '{"room":{"timeline":{"limit":2}}}'
limit2=$(get_json .filter_id)
set_state alice m.room.name '{"name":"lair"}'
sync alice "filter=$limit2"
is_json "$brief $(events "$joined" timeline)" '["hello","lair"]' \
    'a filter limits the timeline'
is_json "$brief $(events "$joined" state) | .[-2:]" \
    '["m.room.guest_access","den"]' 'state is what was before'
is_json "$joined.timeline | [.limited, (.prev_batch | type)]" \
    '[true,"string"]' 'and there is more'
req GET \
    "/_matrix/client/api/v1/rooms/$(enc "$room")/messages?dir=b&limit=1&from=$(get_json "$joined.timeline.prev_batch")"
is_json '.chunk[0].content.name' '"den"' 'which messages has'

now bob
invite alice bob
sync bob "since=$since"
is_json "$brief $invited.invite_state.events | brief | .[-2:]" \
    '["join alice","invite bob"]' 'invited'
is_json '[.rooms.joined, .rooms.archived]' '[{},{}]' 'and in no other group'
since=$(get_json .next_batch)
come bob
say alice welcome
sync bob "since=$since"
is_json "$brief $(events "$joined" timeline) | .[-2:]" \
    '["join bob","welcome"]' 'joined'
since=$(get_json .next_batch)
sync bob "since=$since"
is_json '[.rooms[] | length] | add' 0 'nothing twice'

bg b GET "$v2/sync?since=$since&timeout=60000"
say alice news
bg_wait b
is_json "$brief $(events "$joined" timeline)" '["news"]' 'who waits is woken'
since=$(get_json .next_batch)
go bob
say alice alone
sync bob "since=$since"
is_json "$brief $(events "$archived" timeline)" '["leave bob"]' \
    'archived: up to the leaving'
is_json "$archived | keys" '["event_map","state","timeline"]' \
    'without what is ephemeral'
is_json '[.rooms.joined, .rooms.invited]' '[{},{}]' 'and joined no more'

# ------------------------------------------------------ what 2015 did not know
create alice '{"initial_state":[{"type":"m.room.join_rules","content":{"join_rule":"knock"}}]}'
invite alice bob
come bob
now bob
say alice last
go bob
member bob bob '{"membership":"knock"}'
sync bob "since=$since"
is_json "$brief $(events "$archived" timeline)" \
    '["last","leave bob","knock bob"]' 'who leaves and knocks is out'
is_json '[.rooms.joined, .rooms.invited]' '[{},{}]' 'and in no other group'
done_testing

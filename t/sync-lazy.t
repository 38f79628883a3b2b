#!/bin/sh
# Lazy loading of members in GET /sync: of a room's members those whom a client
# needs to show what it is told.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
start
for name in alice bob carol dave erin; do
	user $name
done

# sync NAME [QUERY]: with members as they are needed
lazy='"lazy_load_members":true'
sync() {
	as "$1"
	in="$brief .rooms.join[\"$room\"]"
	req GET "$v3/sync?filter=$(enc "{\"room\":{\"timeline\":{\"limit\":${limit-3}},\"state\":{$lazy}}}")${2:+&$2}"
}
next() { get_json .next_batch; }
now() { sync "$1"; since=$(next); }
# members WANT NAME: the member events of the state that is told.
members() {
	is_json "$in | .state.events | map(select(.type == \"m.room.member\")) | brief | sort" \
	    "[$1]" "$2"
}
told() { is_json "$in | .timeline.events | brief" "[$1]" "$2"; }

create alice '{"preset":"public_chat","name":"hall"}'
for name in bob carol dave erin; do
	come $name
done
say alice a1
say bob b1 b2 b3

# ---------------------------------------------------------------- a first sync
sync dave
told '"b1","b2","b3"' 'what was said last'
members '"join alice","join bob","join carol","join dave","join erin"' \
    'sync: rooms.join.state: members are the writers, the reader and the heroes'
is_json "$in.summary.\"m.heroes\"" \
    '["@alice:localhost","@bob:localhost","@carol:localhost","@erin:localhost"]' \
    'of whom a small room has all'
is_json "$in | .state.events | map(select(.type != \"m.room.member\")) | length" \
    6 'the rest of the state is whole'
for name in f1 f2 f3 f4; do
	user $name
	come $name
done
say bob b4 b5 b6
sync dave
members '"join alice","join bob","join carol","join dave","join erin","join f1"' \
    'five heroes in a larger one'
say f3 f-one
sync dave
members '"join alice","join bob","join carol","join dave","join erin","join f1","join f3"' \
    'and f3, who writes, but not f2 and f4, who are silent'
f=$(enc '{"room":{"timeline":{"limit":3}}}')
as dave
req GET "$v3/sync?filter=$f"
members '"join alice","join bob","join carol","join dave","join erin","join f1","join f2","join f3","join f4"' \
    'without lazy_load_members: all'
f=$(enc '{"room":{"timeline":{"limit":3,"lazy_load_members":true}}}')
req GET "$v3/sync?filter=$f"
is_json "$in | .state.events | map(select(.type == \"m.room.member\")) | length" 9 \
    'only the filter of the state counts'
f=$(enc '{"room":{"state":{"lazy_load_members":true,"not_types":["m.room.member"]}}}')
req GET "$v3/sync?filter=$f"
members '' 'who wants no members gets none'
f=$(enc '{"room":{"state":{"lazy_load_members":true,"types":["m.room.member"]}}}')
req GET "$v3/sync?filter=$f"
is_json "$in | .state.events | map(.type) | unique" '["m.room.member"]' \
    'or only these'

# ------------------------------------------------------------------- what is new
now dave
say f2 f-two
sync dave "since=$since"
told '"f-two"' 'something new'
is_json "$in | .state.events | brief" '["join f2"]' \
    'its writer is told with it'
since=$(next)
say f2 f-more
sync dave "since=$since"
members '"join f2"' 'again, since the answer before may have been lost'
now dave
say dave mine
sync dave "since=$since"
members '' 'but nobody is told of themselves again'
lazy='"lazy_load_members":true,"include_redundant_members":true'
sync dave "since=$since"
members '"join dave"' 'sync: include_redundant_members: unless they ask for it'
lazy='"lazy_load_members":true'

now dave
user grace
come grace
say grace hello
sync dave "since=$since"
told '"join grace","hello"' 'who comes in and writes'
is_json "$in | .state.events | map(select(.state_key == \"@grace:localhost\"))" '[]' \
    'is told by the timeline alone'
is_json "$in.summary | [.\"m.heroes\"[0], .\"m.joined_member_count\"]" \
    '["@alice:localhost",10]' 'the summary has changed'
members '"join alice","join bob","join carol","join erin","join f1"' \
    'sync: rooms.join.summary: heroes are told with it'

# A name that changes in the middle: the client shows the old one before that.
now dave
say bob before
member bob bob '{"membership":"join","displayname":"Robert"}'
say bob after
sync dave "since=$since"
is_json "$in | .state.events | map(select(.state_key == \"@bob:localhost\") | .content.displayname)" \
    '[null]' 'the name as it was before the timeline'
is_json "$in | .timeline.events[1].content.displayname" '"Robert"' \
    'and as it became'
sync dave "since=$since&use_state_after=true"
is_json "$in | .state_after.events | map(select(.state_key == \"@bob:localhost\") | .content.displayname)" \
    '["Robert"]' 'sync: rooms.join.state_after: the name behind the timeline'

# -------------------------------------------------------------------------- gaps
now dave
user heidi
come heidi
member f4 f4 '{"membership":"join","displayname":"Four"}'
go f1
say carol c1 c2 c3 c4
sync dave "since=$since"
told '"c2","c3","c4"' 'after a gap'
is_json "$in | .timeline.limited" true 'which is said'
is_json "$in | .state.events | map(select(.type == \"m.room.member\")) | brief | map(select(. != \"join alice\" and . != \"join bob\" and . != \"join erin\" and . != \"join f2\")) | sort" \
    '["join carol","join f4","join heidi","leave f1"]' \
    'sync: rooms.join.state: members who changed in the gap, and the writer'
sync dave "since=$since&use_state_after=true"
is_json "$in | .state_after.events | brief | map(select(. == \"join f4\" or . == \"join heidi\" or . == \"leave f1\" or . == \"join carol\")) | sort" \
    '["join carol","join f4","join heidi","leave f1"]' 'behind the timeline as well'

# --------------------------------------------------------------------- full state
now dave
say f3 latest
sync dave "since=$since&full_state=true"
told '"latest"' 'full_state: the news'
is_json "$in | .state.events | map(select(.type == \"m.room.member\")) | brief | map(select(. == \"join f3\" or . == \"join dave\" or . == \"join f4\")) | sort" \
    '["join dave","join f3"]' \
    'sync: full_state: the reader and the writer, but not who is silent'

# ------------------------------------------------------- coming in, coming again
sync heidi
h=$since
say alice x1 x2 x3
now heidi
go heidi
sync heidi "since=$since"
away=$(next)
member f4 f4 '{"membership":"join","displayname":"Fourth"}'
go f2
say alice y1 y2 y3 y4
come heidi
say alice z1 z2
sync heidi "since=$away"
told '"join heidi","z1","z2"' 'who comes again'
is_json "$in | .state.events | map(select(.type == \"m.room.member\")) | brief | map(select(. == \"join f4\" or . == \"leave f2\" or . == \"join f3\")) | sort" \
    '["join f4","leave f2"]' 'hears who changed while they were away'
is_json "$in | .state.events | map(select(.state_key == \"@f4:localhost\") | .content.displayname)" \
    '["Fourth"]' 'as they are'
user ivan
now ivan
come ivan
say f3 w1
sync ivan "since=$since"
is_json "$in | .state.events | brief | map(select(. == \"join f4\" or . == \"join f3\"))" \
    '["join f3"]' 'who comes for the first time only whom they need'
is_json "$in | [.state.events[], .timeline.events[]] | map(select(.state_key == \"@ivan:localhost\")) | brief" \
    '["join ivan"]' 'sync: and themselves'
sync ivan "since=$since&use_state_after=true"
is_json "$in | .state_after.events | map(select(.state_key == \"@ivan:localhost\")) | brief" \
    '["join ivan"]' 'also where the timeline is not for that'

# --------------------------------------------------------------- 2015, and waiting
as ivan
f=$(enc '{"room":{"state":{"lazy_load_members":true},"timeline":{"limit":1}}}')
req GET "/_matrix/client/v2_alpha/sync?filter=$f"
is_json ".rooms.joined[\"$room\"] | .event_map as \$map | .state.events | map(\$map[.]) | map(select(.state_key == \"@f4:localhost\"))" \
    '[]' 'the path of 2015 takes the same filter'
now ivan
bg i GET "$v3/sync?since=$since&timeout=60000&filter=$f"
say carol woken
bg_wait i
is_json "$in | [.timeline.events, .state.events] | map(brief)" \
    '[["woken"],["join carol"]]' 'who waits is told of the writer too'
done_testing

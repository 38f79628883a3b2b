#!/bin/sh
# The stream of 2015's clients: GET /events.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
start
user alice
user bob
user carol
v1=/_matrix/client/api/v1

# events NAME [QUERY]
events() { as "$1"; req GET "$v1/events${2:+?$2}"; }
now() { events "$1"; from=$(get_json .end); }
chunk() { is_json "$brief .chunk | brief" "[$1]" "$2"; }

token=
req GET $v1/events
is_err 401 M_MISSING_TOKEN 'getEvents: not without a token'
for from in '' x t1-1 s1 s99999999_0_x.0; do
	events alice "from=$from"
	is_err 400 M_BAD_PAGINATION "from=$from"
done
for q in timeout=x timeout=-1 limit=0 limit=x; do
	events alice "$q"
	is_err 400 M_INVALID_PARAM "$q"
done
events alice
is_json '[.chunk, .start == .end]' '[[],true]' \
    'getEvents: without from: from now on'
from=$(get_json .end)
events alice "from=$from&timeout=100"
is_json '[.chunk, .end]' "[[],\"$from\"]" 'nothing happens'

create alice '{"name":"den"}'
events alice "from=$from"
chunk \
    '"m.room.create","join alice","m.room.power_levels","m.room.join_rules","m.room.history_visibility","m.room.guest_access","den"' \
    'getEvents: a new room, in order'
is_json '.start' "\"$from\"" 'start is where it was asked from'
is_json '[.chunk[] | .room_id] | unique' "[\"$room\"]" 'with the room of each'
is_json \
    '.chunk[1] | [.user_id, .sender, .state_key, .membership, (.age | type)]' \
    '["@alice:localhost","@alice:localhost","@alice:localhost","join","number"]' \
    'as 2015 writes events'
from=$(get_json .end)
events alice "from=$from"
chunk '' 'getEvents: each once'
den=$room
create alice '{"name":"lair"}'
say alice one
lair=$room
in_room "$den"
say alice two
in_room "$lair"
say alice three
events alice "from=$from&limit=9"
is_json "$brief .chunk | brief | .[-3:]" '["lair","one","two"]' \
    'rooms are mixed as things happened'
end=$(get_json .end)
events alice "from=$end&archived=true"
chunk '"three"' 'end is where a limit cut it short'
events alice "from=$from&room_id=$(enc "$den")"
chunk '"two"' 'peekEvents: only one room'
events bob "room_id=$(enc "$den")"
is_err 403 M_FORBIDDEN 'peekEvents: which one must be in'
events bob "room_id=$(enc '!nowhere:localhost')"
is_err 403 M_FORBIDDEN 'peekEvents: and which must be there'

# ------------------------------------------------------------ coming and going
now bob
in_room "$den"
invite alice bob
events bob "from=$from"
chunk '"invite bob"' 'an invitation'
is_json \
    "$brief .chunk[0] | [.membership, .user_id, (.invite_room_state | brief)]" \
    '["invite","@alice:localhost",["m.room.create","m.room.join_rules","den","join alice","invite bob"]]' \
    'MEM-8: with something of the room'
is_json '[.chunk[0].invite_room_state[] | keys] | unique' \
    '[["content","sender","state_key","type"]]' 'in stripped form'
req GET "$v3/events?from=$from"
is_json '.chunk[0] | [has("user_id"), (.unsigned.invite_room_state | length)]' \
    '[false,5]' 'getEvents: as today writes it'
from=$(get_json .end)
say alice 'not yet'
events bob "from=$from"
chunk '' 'who is invited hears no more'
now bob
come bob
say alice welcome
events bob "from=$from"
chunk '"join bob","welcome"' 'who joins hears what is said'
from=$(get_json .end)
go bob
say alice 'without him'
events bob "from=$from"
chunk '"leave bob"' 'up to the leaving'
now bob
events bob "from=$from"
chunk '' 'and nothing after that'
set_state alice m.room.join_rules '{"join_rule":"public"}'
come bob
member alice bob '{"membership":"leave","reason":"out"}'
say alice 'without him again'
member alice bob '{"membership":"ban"}'
events bob "from=$from"
chunk '"m.room.join_rules","join bob","leave bob","ban bob"' \
    'in, kicked and banned: not what was said between these two'
is_json '.chunk[2] | [.user_id, .content.reason]' '["@alice:localhost","out"]' \
    'by whom and why'

# What one may not see is left out, and ends nothing.
set_state alice m.room.history_visibility '{"history_visibility":"joined"}'
come carol
now carol
go carol
say alice 'hidden from carol'
come carol
say alice 'for carol'
events carol "from=$from"
chunk '"leave carol","join carol","for carol"' 'what was hidden while away'

# ------------------------------------------------------------------- waiting
now carol
bg c GET "$v1/events?from=$from&timeout=60000"
now bob
bg b GET "$v1/events?from=$from&timeout=1500"
say alice 'wake up'
bg_wait c
chunk '"wake up"' 'getEvents: who waits is woken'
bg_wait b
is_json '[.chunk, (.end | type)]' '[[],"string"]' 'who may not hear it is not'
as carol
req POST "$v1/login" \
    '{"type":"m.login.password","user":"carol","password":"secret of carol"}'
token_second=$(get_json .access_token) user_second=$user_carol
now second
bg c GET "$v1/events?from=$from&timeout=60000"
req POST "$v1/logout" '{}'
bg_wait c
is_err 401 M_UNKNOWN_TOKEN 'logging out ends the waiting'

: >"$tmp/heard"
now carol
i=0
while [ $i -lt 20 ]; do
	i=$((i + 1))
	as carol
	bg c GET "$v1/events?from=$from&timeout=60000"
	say alice "n$i"
	bg_wait c
	get_json '.chunk[].content.body' >>"$tmp/heard"
	from=$(get_json .end)
done
is "$(tr '\n' ' ' <"$tmp/heard")" \
    'n1 n2 n3 n4 n5 n6 n7 n8 n9 n10 n11 n12 n13 n14 n15 n16 n17 n18 n19 n20 ' \
    'poll by poll everything is heard once'
done_testing

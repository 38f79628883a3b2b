#!/bin/sh
# The stream of 2015's clients: GET /events.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
conf accounts guests yes
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

# --------------------------------------- from outside a room that anybody reads
create alice '{"initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"world_readable"}}]}'
glass=$room
token=
req POST "$v3/register?kind=guest" '{}'
token_guest=$(get_json .access_token) user_guest=$(get_json .user_id)
events guest
is_err 403 M_GUEST_ACCESS_FORBIDDEN 'peekEvents: guests say which room'
now bob
for who in bob guest; do
	events $who "room_id=$(enc "$glass")&from=$from"
	chunk '' "peekEvents: $who is in no such room and may listen"
done
say alice 'to the world'
say alice 'and again'
again=$said
in_room "$den"
say alice 'to the den'
in_room "$glass"
for who in bob guest; do
	events $who "room_id=$(enc "$glass")&from=$from"
	chunk '"to the world","and again"' "peekEvents: $who hears what is said there"
done
events guest "room_id=$(enc "$glass")&from=$from&limit=1"
chunk '"to the world"' 'peekEvents: page by page'
events guest "room_id=$(enc "$glass")&from=$(get_json .end)"
chunk '"and again"' 'peekEvents: the next goes on'
from=$(get_json .end)
as alice
req PUT "$here/typing/@alice:localhost" '{"typing":true,"timeout":60000}'
req POST "$here/receipt/m.read/$(enc "$again")" '{}'
is_status 200 'who is in types and reads'
events bob "room_id=$(enc "$glass")&from=$from"
is_json .chunk '[]' 'peekEvents: nobody outside learns who types or reads (security 17)'
from=$(get_json .end)
events bob "from=$from"
chunk '' 'getEvents: without room_id there is nothing of it'
as bob
bg b GET "$v1/events?room_id=$(enc "$glass")&from=$from&timeout=60000"
as guest
bg g GET "$v3/events?room_id=$(enc "$glass")&from=$from&timeout=60000"
say alice 'wake up out there'
for who in b g; do
	bg_wait $who
	chunk '"wake up out there"' 'peekEvents: who waits is woken'
done
from=$(get_json .end)
for who in bob guest; do
	events $who "room_id=$(enc "$den")"
	is_err 403 M_FORBIDDEN "peekEvents: $who: no other room (security 17)"
done
# Who waits hears that it is closed, if they did not come too late for that, and
# nothing of what is said then.
as bob
bg b GET "$v1/events?room_id=$(enc "$glass")&from=$from&timeout=60000"
set_state alice m.room.history_visibility '{"history_visibility":"shared"}'
say alice 'among us'
bg_wait b
case $(get_json 'if has("errcode") then .errcode else [.chunk[].type] | add end') in
M_FORBIDDEN | m.room.history_visibility) ok 0 'peekEvents: a room is closed' ;;
*) ok 1 'peekEvents: a room is closed' ;;
esac
for who in bob guest; do
	events $who "room_id=$(enc "$glass")&from=$from"
	is_err 403 M_FORBIDDEN "peekEvents: $who hears nothing of what is said then (security 17)"
done
set_state alice m.room.history_visibility '{"history_visibility":"world_readable"}'
say alice 'open again'
events guest "room_id=$(enc "$glass")&from=$from"
chunk '"m.room.history_visibility","m.room.history_visibility","open again"' \
    'peekEvents: nor afterwards (security 17)'
from=$(get_json .end)
events guest "room_id=$(enc "$glass")&from=x"
is_err 400 M_BAD_PAGINATION 'peekEvents: a from that is none'
# Who comes in while they wait.
as bob
bg b GET "$v1/events?room_id=$(enc "$glass")&from=$from&timeout=60000"
invite alice bob
bg_wait b
chunk '"invite bob"' 'peekEvents: who is invited meanwhile sees it as all do'
from=$(get_json .end)
come bob
say alice welcome
events bob "room_id=$(enc "$glass")&from=$from"
chunk '"join bob","welcome"' 'peekEvents: who is in hears on'
in_room "$den"

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

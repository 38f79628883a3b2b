#!/bin/sh
# What application services are told: what interests them, in its order, once,
# over outages of either side.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
. "$SRC/t/tools/service.sh"
service_start
service irc '@_irc_.*' '#_irc_.*' >"$tmp/irc.yaml"
conf appservices registration "$tmp/irc.yaml"
start
user alice
user bob
irc=as_irc
ghost() {
	token=$irc
	req POST $v3/register "{\"type\":\"m.login.application_service\",\"username\":\"_irc_$1\",\"inhibit_login\":true}"
}
# on NAME METHOD PATH [BODY]: on behalf of _irc_NAME.
on() { token=$irc who=$1; shift; m=$1 p=$2; shift 2; req "$m" "$p?user_id=@_irc_$who:localhost" "$@"; }
bodies='map(.content.body // (.type + "/" + (.content.membership // "")))'

# ----------------------------------------------------------------- what it is
create alice '{"preset":"public_chat","name":"den"}'
den=$room
say alice before
housekeep
ghost ann
on ann POST "$here/join" '{}'
say alice one two
told 3
is_told "$bodies" '["m.room.member/join","one","two"]' \
    'AS-3: what one of its users does, and all that happens where one is'
is_told '.[1] | del(.origin_server_ts, .event_id) | .unsigned |= keys' \
    "{\"content\":{\"body\":\"one\",\"msgtype\":\"m.text\"},\"room_id\":\"$den\",\"sender\":\"@alice:localhost\",\"type\":\"m.room.message\",\"unsigned\":[\"age\"]}" \
    'an event as clients see it, with its room'
transactions
is "$(jq -c 'map([.method, .authorization, (.path | test("^/_matrix/app/v1/transactions/[0-9]+$"))]) | unique' "$tmp/all")" \
    '[["PUT","Bearer hs_irc",true]]' 'by PUT, with its hs_token'
is "$(jq 'map(.path) | (unique | length) == length' "$tmp/all")" true 'each transaction has an id of its own'

# ------------------------------------------------------------- what it is not
forget
create bob '{"preset":"public_chat","name":"other"}'
other=$room
say bob nothing
invite bob _irc_ann
in_room "$den"
say alice three
told 2
is_told "$bodies" '["m.room.member/invite","three"]' \
    'nothing of a room where it has nobody, but what is done to its users'
is_told '.[0].unsigned.invite_room_state | map([.type, .content.name // .content.membership, has("event_id")])' \
    '[["m.room.create",null,false],["m.room.join_rules",null,false],["m.room.name","other",false],["m.room.member","join",false],["m.room.member","invite",false]]' \
    'an invitation tells what its user may know of the room'
forget
create bob '{"initial_state":[{"type":"m.room.join_rules","content":{"join_rule":"knock"}}]}'
on ann POST "$v3/knock/$(enc "$room")" '{}'
told 1
is_told '.[0].unsigned | [has("invite_room_state"), (.knock_room_state | map(.content.join_rule // .content.membership))]' \
    '[false,[null,"knock","knock"]]' 'and so does a knock'
in_room "$den"
forget
on ann POST "$here/leave" '{}'
say alice alone
in_room "$other"
on ann POST "$here/join" '{}'
say bob here
told 3
is_told "$bodies" '["m.room.member/leave","m.room.member/join","here"]' \
    'nothing after its last user went'
is_told '.[0].unsigned | [.prev_content.membership, has("replaces_state")]' '["join",true]' \
    'with what was before'
forget
ghost ben
on ben POST "$here/join" '{}'
on ann POST "$here/leave" '{}'
say bob still
told 3
is_told "$bodies" '["m.room.member/join","m.room.member/leave","still"]' \
    'one of two is enough'
on ben POST "$here/leave" '{}'
told 4

# ------------------------------------------------------------ aliases and ids
forget
in_room "$den"
token=$irc
req POST "$here/join" '{}'
req PUT "$v3/directory/room/$(enc '#_irc_den:localhost')" "{\"room_id\":\"$den\"}"
req POST "$here/leave" '{}'
say alice aliased
told 3
is_told "$bodies" '["m.room.member/join","m.room.member/leave","aliased"]' \
    'all of a room with an alias of its namespace; its sender is one of its users'
token=$irc
req DELETE "$v3/directory/room/$(enc '#_irc_den:localhost')"
stop
service irc '@_irc_.*' '#_irc_.*' "${den%???}.*" >"$tmp/irc.yaml"
start
forget
say alice 'by its id'
in_room "$other"
say bob 'not by its id'
in_room "$den"
say alice last
told 2
is_told "$bodies" '["by its id","last"]' 'all of a room whose id is of its namespace'

# ------------------------------------------------------------------- outages
forget
service_does 500
say alice a
tried 500 2
say alice b
service_does ok
say alice c
told 3
is_told "$bodies" '["a","b","c"]' 'AS-3: none is lost while it fails, and their order is kept'
transactions
is "$(jq -c 'map(select(.path | startswith("/_matrix/"))) | [.[0].path == .[1].path, .[0].body == .[1].body]' "$tmp/all")" \
    '[true,true]' 'AS-3: what is tried again is the same to the byte'
is "$(jq 'map(select(.status == 200).path) | (unique | length) == length' "$tmp/all")" true 'and taken once'
forget
service_does old
say alice d
told 1
is "$(jq -c 'map(select(.status == 200)) | .[0].path | test("^/transactions/[0-9]+[?]access_token=hs_irc$")' "$tmp/all")" true \
    'one of old is told by the older path'
service_does ok
forget
service_stop
failures() { grep -c 'appservice [a-z]*: .*; again in ' "$tmp/log"; }
before=$(failures)
say alice e
has_failed() { [ "$(failures)" -gt "$before" ]; }
until_so has_failed || ok 1 'one that is gone is noticed'
stop
start
say alice f
service_start
told 2
is_told "$bodies" '["e","f"]' 'none is lost while both end and begin again'
forget
service_does hold
say alice g
[ "$T" = fcgi ] || housekeep &
until_seen has_tried 0 1 || ok 1 'it is asked'
service_does ok
wait $!
told 1
is_told "$bodies" '["g"]' 'one that does not answer is asked again'

# --------------------------------------------------------------------- many
forget
service_does 503
i=0
while [ $((i += 1)) -le 230 ]; do
	echo "$i"
done >"$tmp/numbers"
# shellcheck disable=SC2046
say alice $(cat "$tmp/numbers")
service_does ok
told 230
is_told 'map(.content.body | tonumber) == [range(1; 231)]' true 'many, each once and in their order'
transactions
is "$(jq '[.[] | select(.status == 200) | .body | fromjson | .events | length] | max <= 100' "$tmp/all")" true \
    'at most 100 in a transaction'
forget
redacted=$said
as alice
req PUT "$here/redact/$(enc "$redacted")/r1" '{"reason":"x"}'
told 1
is_told '.[0] | [.type, .content.reason]' '["m.room.redaction","x"]' 'a redaction'

# ----------------------------------------------------------------- ephemeral
stop
service irc '@_irc_.*' '#_irc_.*' >"$tmp/irc.yaml"
echo 'receive_ephemeral: true' >>"$tmp/irc.yaml"
conf presence enabled yes
start
housekeep
in_room "$other"
on ann POST "$here/join" '{}'
say bob 'to be read'
read_it=$said
housekeep
forget
as bob
req POST "$here/receipt/m.read/$(enc "$read_it")" '{"thread_id":"main"}'
receipts() { has_heard 1; jq 'map(select(.type == "m.receipt"))' "$tmp/heard" >"$tmp/receipts"; [ "$(jq length "$tmp/receipts")" -ge 1 ]; }
until_so receipts || ok 1 'a receipt arrives'
is "$(jq -cS '.[0] | .content[][][].ts |= (. > 1500000000000)' "$tmp/receipts")" \
    "{\"content\":{\"$read_it\":{\"m.read\":{\"@bob:localhost\":{\"thread_id\":\"main\",\"ts\":true}}}},\"room_id\":\"$other\",\"type\":\"m.receipt\"}" \
    'm.receipt: with its room'
forget
on ann POST "$here/receipt/m.read.private/$(enc "$read_it")" '{}'
until_so receipts || ok 1 'a receipt arrives'
is "$(jq -c '.[0].content[] | keys' "$tmp/receipts")" '["m.read.private"]' 'm.receipt: private ones of its users'
forget
as bob
req POST "$here/receipt/m.read.private/$(enc "$read_it")" '{}'
req PUT "$here/typing/@bob:localhost" '{"typing":true,"timeout":30000}'
types() { has_heard 1; jq 'map(select(.type == "m.typing"))' "$tmp/heard" >"$tmp/types"; [ "$(jq length "$tmp/types")" -ge 1 ]; }
until_so types || ok 1 'typing arrives'
is "$(jq -cS '.[0]' "$tmp/types")" \
    "{\"content\":{\"user_ids\":[\"@bob:localhost\"]},\"room_id\":\"$other\",\"type\":\"m.typing\"}" 'm.typing: with its room'
receipts
is "$(jq length "$tmp/receipts")" 0 'm.receipt: no private ones of others'
forget
as bob
req PUT "$v3/presence/@bob:localhost/status" '{"presence":"online","status_msg":"hello"}'
shows() { has_heard 1; jq 'map(select(.content.status_msg == "hello"))' "$tmp/heard" >"$tmp/shows"; [ "$(jq length "$tmp/shows")" -ge 1 ]; }
until_so shows || ok 1 'presence arrives'
is "$(jq -c '.[0] | [.type, .sender, .content.presence]' "$tmp/shows")" \
    '["m.presence","@bob:localhost","online"]' 'm.presence: of who is in a room with its users'
forget
as alice
req PUT "$v3/presence/@alice:localhost/status" '{"presence":"online","status_msg":"hello"}'
in_room "$den"
req PUT "$here/typing/@alice:localhost" '{"typing":true,"timeout":30000}'
in_room "$other"
say bob end
told 1
has_heard 0
is "$(jq 'map(select(.sender == "@alice:localhost" or .type == "m.typing")) | length' "$tmp/heard")" 0 'nothing of others'
conf presence enabled no

# ------------------------------------------------------------- another namespace
user log_dora
as log_dora
in_room "$other"
req POST "$here/join" '{}'
housekeep
stop
service irc '@log_.*' '#_irc_.*' >"$tmp/irc.yaml"
start
housekeep
forget
in_room "$den"
say alice 'not any more'
in_room "$other"
until_dora() { say bob dora; has_told 1; }
until_so until_dora
is_told 'map(.room_id) | unique' "[\"$other\"]" 'another namespace: the rooms of those that it has now'
done_testing

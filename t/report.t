#!/bin/sh
# Reports of rooms, events and users, and how the administrator reads them:
# POST /rooms/{roomId}/report, /rooms/{roomId}/report/{eventId},
# /users/{userId}/report; mxcgi report.
. "$(dirname "$0")/lib.sh"
start
user alice
user bob
user carol
v3=/_matrix/client/v3
refused() { is_err "$1" "$2" "$3"; }
says() { grep -Eq -- "$1" "$tmp/said"; ok $? "$2"; }
is_empty() { [ ! -s "$tmp/body" ]; ok $? "$1"; }

as alice
req POST $v3/createRoom '{"preset":"public_chat","initial_state":[{"type":"m.room.history_visibility",
    "content":{"history_visibility":"joined"}}]}'
room=$(get_json .room_id) here=$v3/rooms/$(enc "$room")
say() { req PUT "$here/send/m.room.message/$1" "{\"msgtype\":\"m.text\",\"body\":\"$1\"}"
    event=$(get_json .event_id); }
say early
early=$event
as bob
req POST "$here/join" '{}'
as alice
say rude
event_path=$here/report/$(enc "$event")
admin report list --json
is_empty 'no reports yet'

# ------------------------------------------------------------------ reporting
as bob
req POST "$event_path" '{"reason":"this makes me sad","score":-50}'
is_json . '{}' 'reportEvent: an event that one sees'
req POST "$event_path" '{}'
is_json . '{}' 'reportEvent: without a reason'
req POST "/_matrix/client/r0/rooms/$(enc "$room")/report/$(enc "$event")" '{"reason":null,"score":0}'
is_json . '{}' 'reportEvent: as it was in r0'
as carol
req POST "$here/report" '{"reason":"a bad place"}'
is_json . '{}' 'reportRoom: also by who is not in it'
req POST "$here/report" '{"reason":""}'
is_json . '{}' 'reportRoom: the reason may be blank'
req POST "$v3/users/@alice:localhost/report" '{"reason":"rude\n\u001b[31m"}'
is_json . '{}' 'reportUser: without a room in common'

# ------------------------------------------------- what reports do not reveal
req POST "$event_path" '{"reason":"x"}'
refused 404 M_NOT_FOUND 'reportEvent: not by who is not in the room (security 17)'
said=$(get_json .error)
req POST "$here/report/%24nothing" '{"reason":"x"}'
is_json .error "\"$said\"" 'reportEvent: an event that is none looks the same'
req POST "$v3/rooms/!nowhere:localhost/report/$(enc "$event")" '{"reason":"x"}'
is_json .error "\"$said\"" 'reportEvent: and a room that is none'
as bob
req POST "$here/report/$(enc "$early")" '{"reason":"x"}'
is_json .error "\"$said\"" 'reportEvent: and an event that one does not see (security 17)'
req POST $v3/createRoom '{}'
req POST "$v3/rooms/$(enc "$(get_json .room_id)")/report/$(enc "$event")" '{"reason":"x"}'
is_json .error "\"$said\"" 'reportEvent: and one of another room'
req POST "$v3/rooms/!nowhere:localhost/report" '{"reason":"x"}'
is_json . '{}' 'reportRoom: a room that is none looks like one that is'
req POST "$v3/users/@nobody:localhost/report" '{"reason":"x"}'
is_json . '{}' 'reportUser: nobody learns who there is'

# -------------------------------------------------------------------- refusals
req POST "$here/report" '{}'
refused 400 M_MISSING_PARAM 'reportRoom: a reason is needed'
req POST "$v3/users/@alice:localhost/report" '{}'
refused 400 M_MISSING_PARAM 'reportUser: a reason is needed'
long=$(printf '%04097d' 0)
for path in "$here/report" "$event_path" "$v3/users/@alice:localhost/report"; do
	req POST "$path" '{"reason":7}'
	refused 400 M_BAD_JSON "a reason is a text: $(basename "$path" | cut -c1-6)"
	req POST "$path" "{\"reason\":\"$long\"}"
	refused 400 M_INVALID_PARAM 'of 4096 bytes at most (security 19)'
done
for score in '"1"' 0.5 '{}'; do
	req POST "$event_path" "{\"score\":$score}"
	refused 400 M_BAD_JSON "reportEvent: no score: $score"
done
for score in -101 1 1e15; do
	req POST "$event_path" "{\"score\":$score}"
	refused 400 M_INVALID_PARAM "reportEvent: no score: $score"
done
req POST "$v3/users/alice/report" '{"reason":"x"}'
refused 400 M_INVALID_PARAM 'reportUser: no user id'
req POST "$v3/rooms/x/report" '{"reason":"x"}'
refused 400 M_INVALID_PARAM 'reportRoom: no room id'

# ----------------------------------------------------------- mxcgi report list
admin report list --json
is_status 0 'list'
is_json '[.reporter, .room_id, .event_id, .user_id, .reason, .score] | @json' \
    "$(for line in '"@bob:localhost","ROOM","EVENT",null,"this makes me sad",-50' \
	'"@bob:localhost","ROOM","EVENT",null,null,null' \
	'"@bob:localhost","ROOM","EVENT",null,null,0' \
	'"@carol:localhost","ROOM",null,null,"a bad place",null' \
	'"@carol:localhost","ROOM",null,null,"",null' \
	'"@carol:localhost",null,null,"@alice:localhost","rude\n\u001b[31m",null'; do
	printf '[%s]\n' "$line" | sed "s/ROOM/$room/; s/EVENT/$event/"
    done | jq -c '@json')" 'list: those that were accepted, and no others'
first=$(jq -s '.[0].report' "$tmp/body") last=$(jq -s '.[-1].report' "$tmp/body")
is_json '.at > 1700000000000' 'true
true
true
true
true
true' 'list: with the time'
admin report list
like "^ +$first 20.*@bob:localhost +.* this makes me sad$" 'list: for people'
like 'rude\?\?\[31m$' 'list: what users wrote gives the terminal no orders'

admin report show "$first" --json
is_json '[.report, .event_id, .sender, .type, .content]' \
    "[$first,\"$event\",\"@alice:localhost\",\"m.room.message\",{\"body\":\"rude\",\"msgtype\":\"m.text\"}]" \
    'show: with the event'
admin report show "$first"
like '^reason +this makes me sad$' 'show: for people'
like '^content +\{.*"body":"rude"' 'show: the event too'
admin report show "$last" --json
is_json '[.user_id, .room_id, .sender, .type, .content]' '["@alice:localhost",null,null,null,null]' \
    'show: of a user'
admin report show "$last"
like '^user +@alice:localhost$' 'show: of a user, for people'

admin report delete "$first"
is_status 0 'delete'
admin report delete "$first"
is_status 67 'delete: once'
says 'no such report' 'delete: once, it says'
admin report show "$first"
is_status 67 'show: what is gone'
admin report delete "$last" --json
is_json . "{\"report\":$last}" 'delete, as JSON'
admin report list --json
is_json .reporter '"@bob:localhost"
"@bob:localhost"
"@carol:localhost"
"@carol:localhost"' 'delete: others stay'
for words in report 'report dance' 'report list 1' 'report show' 'report delete' \
    'report show x' 'report show -- -1' 'report show 99999999999999999999'; do
	# shellcheck disable=SC2086
	admin $words
	is_status 64 "wrong: $words"
done
for verb in list show delete; do
	admin report $verb --help
	is_status 0 "$verb --help"
done

# ------------------------------------------------------------------- a bound
as carol
i=0
while [ $i -lt 205 ]; do
	req POST "$here/report" "{\"reason\":\"number $i\"}"
	[ "$status" = 200 ] || break
	i=$((i + 1))
done
admin report list --json
is "$(jq -r 'select(.reporter == "@carol:localhost") | .reason' "$tmp/body" |
    sed -n '1p;$p;$=' | tr '\n' ' ')" 'number 5 number 204 200 ' \
    'the newest 200 of one reporter stay (security 19)'
is "$(jq -r .reporter "$tmp/body" | grep -c bob)" 2 'and push out nobody else'"'"'s'

# ------------------------------------------------------------------ how often
stop
conf limits enabled yes
conf limits report 2/0.001
conf limits send 100/100
start
as bob
for n in 1 2; do
	req POST "$here/report" '{"reason":"x"}'
	is_status 200 "report $n"
done
req POST "$here/report" '{"reason":"x"}'
refused 429 M_LIMIT_EXCEEDED 'a third at once is too many (security 16)'
req POST "$v3/users/@alice:localhost/report" '{"reason":"x"}'
refused 429 M_LIMIT_EXCEEDED 'of whatever kind (security 16)'
as alice
req POST "$here/report" '{"reason":"x"}'
is_status 200 'others may'
done_testing

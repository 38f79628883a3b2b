#!/bin/sh
# Tokens that are refreshed: POST /refresh, POST /tokenrefresh of 2015.
. "$(dirname "$0")/lib.sh"
start
v3=/_matrix/client/v3
v1=/_matrix/client/api/v1
whoami=$v3/account/whoami
by='"type":"m.login.password","user":"alice","password":"secret of alice"'

# login PATH EXTRA: sets $access and $renew.
login() {
	token=
	req POST "$1/login" "{$by${2:+,$2}}"
	access=$(get_json .access_token) renew=$(get_json .refresh_token)
}
# refresh TOKEN: the same.
refresh() {
	token=
	req POST ${path:-$v3/refresh} "{\"refresh_token\":\"$1\"}"
	access=$(get_json .access_token) renew=$(get_json .refresh_token)
}
lives() { token=$1; req GET $whoami; is_status 200 "$2"; }
dead() { token=$1; req GET $whoami; is_err 401 M_UNKNOWN_TOKEN "$2"; }
# The refresh token is not good any more.
spent() { refresh "$1"; is_err 401 M_UNKNOWN_TOKEN "$2"; }

user alice

# Who gets what.
login $v3
is_json '[.refresh_token, .expires_in_ms]' '[null,null]' \
    'no refresh token for whoever cannot use it'
lives "$access" 'but a token that does not expire'
login $v3 '"refresh_token":false'
is_json 'has("refresh_token")' false 'nor for whoever says so'
login $v3 '"refresh_token":true'
is_json '[(.refresh_token | type), .expires_in_ms]' '["string",3600000]' \
    'a pair for whoever can'
is_json '.refresh_token != .access_token' true 'of two tokens'
lives "$access" 'of which one gives access'
dead "$renew" 'and the other does not'
login $v1
is_json '[(.refresh_token | type), .expires_in_ms]' '["string",null]' \
    'LOG-1: in 2015 a refresh token beside one that does not expire'
token=
req POST /_matrix/client/v2_alpha/register \
    '{"username":"seed","password":"x","auth":{"type":"m.login.dummy"}}'
is_json '.refresh_token | type' '"string"' \
    'TOK-2: registration of 2015 brings a refresh token'
req POST $v3/register \
    '{"username":"today","password":"x","refresh_token":true,"auth":{"type":"m.login.dummy"}}'
is_json '[(.refresh_token | type), .expires_in_ms]' '["string",3600000]' \
    'and that of today on request'
kept() { grep -rqaF -- "$1" "$tmp/data" "$tmp/run" "$tmp/log"; }
! kept "$(get_json .refresh_token)"
ok $? 'only its hash is kept (security 14)'

# Today: the old pair lives until the new one is used.
login $v3 '"refresh_token":true,"device_id":"PHONE"'
a1=$access r1=$renew
refresh "$r1"
is_status 200 'refreshed without an access token'
is_json 'keys' '["access_token","expires_in_ms","refresh_token"]' 'the answer'
a2=$access r2=$renew
lives "$a1" 'the old access token lives'
refresh "$r1"
is_status 200 'the same again, for an answer that was lost'
a3=$access r3=$renew
[ "$a3" != "$a2" ] && [ "$r3" != "$r2" ]
ok $? 'gives other tokens'
dead "$a2" 'those that nobody used are replaced'
spent "$r2" 'both'
lives "$a1" 'which is no use of the new ones'
lives "$a3" 'the first use of the new one'
is_json .device_id '"PHONE"' 'on the same device'
dead "$a1" 'ends the old one'
spent "$r1" 'and its refresh token'
lives "$a3" 'and leaves the new one'
refresh "$r3"
a4=$access r4=$renew
refresh "$r4"
is_status 200 'a refresh is a use as well'
a5=$access r5=$renew
dead "$a3" 'of which the pair before dies'
lives "$a4" 'and its own lives'
spent "$r3" 'until then'

# Transaction ids are the device's, not the token's.
token=$a5
req POST $v3/createRoom '{}'
room=$(enc "$(get_json .room_id)")
req PUT "$v3/rooms/$room/send/m.room.message/once" '{"msgtype":"m.text","body":"x"}'
event=$(get_json .event_id)
is "${event%%[!\$]*}" '$' 'an event'
refresh "$r5"
token=$access
req PUT "$v3/rooms/$room/send/m.room.message/once" '{"msgtype":"m.text","body":"x"}'
is "$(get_json .event_id)" "$event" 'a repeated request is recognised after a refresh'

# The first use may be one that waits.
refresh "$renew"
old=$a5 token=$access
req GET "$v3/sync?timeout=0"
since=$(get_json .next_batch)
refresh "$renew"
token=$access
bg wait GET "$v3/sync?since=$since&timeout=30000"
req PUT "$v3/rooms/$room/send/m.room.message/wake" \
    '{"msgtype":"m.text","body":"wake"}'
bg_wait wait
is_json '.rooms.join[].timeline.events[-1].content.body' '"wake"' \
    'a sync is the first use, and waits'
dead "$old" 'and the token before is dead'

# What ends a session ends its refresh token.
login $v3 '"refresh_token":true,"device_id":"LAPTOP"'
r1=$renew
login $v3 '"refresh_token":true,"device_id":"LAPTOP"'
spent "$r1" 'a login on the same device'
login $v3 '"refresh_token":true,"device_id":"LAPTOP"'
r1=$renew
token=$access
req POST $v3/logout '{}'
spent "$r1" 'logout'
login $v3 '"refresh_token":true'
r1=$renew
token=$access
req POST $v3/logout/all '{}'
spent "$r1" 'logout of all'

# Many at once.
login $v3 '"refresh_token":true'
for i in 1 2 3 4 5 6 7 8; do
	bg "r$i" POST $v3/refresh "{\"refresh_token\":\"$renew\"}"
done
good=0 news=
for i in 1 2 3 4 5 6 7 8; do
	bg_wait "r$i"
	[ "$status" = 200 ] && good=$((good + 1))
	news="$news $(get_json .access_token)"
done
is $good 8 'eight refreshes at once are answered'
alive=0
for token in $news; do
	req GET $whoami
	[ "$status" = 200 ] && alive=$((alive + 1))
done
is $alive 1 'and one of the pairs is good'

# 2015.
path=$v1/tokenrefresh
login $v1
a1=$access r1=$renew
refresh "$r1"
is_status 200 'TOK-4: no access token is needed'
is_json 'keys' '["access_token","refresh_token"]' 'TOK-2: the answer of 2015'
a2=$access r2=$renew
dead "$a1" 'the old access token is dead at once'
refresh "$r1"
is_err 403 M_FORBIDDEN 'TOK-1, TOK-3: a refresh token is used once'
lives "$a2" 'which costs the session nothing'
refresh "$r2"
is_status 200 'and it goes on'
refresh nonsense
is_err 403 M_FORBIDDEN 'TOK-3: an unknown one'
refresh "$access"
is_err 403 M_FORBIDDEN 'an access token is none'
req POST $v1/tokenrefresh '{}'
is_err 400 M_BAD_JSON 'none at all'
req POST $v1/tokenrefresh '{"refresh_token":5}'
is_err 400 M_BAD_JSON 'of another type'
path=
spent nonsense 'an unknown one today'
is_json 'has("soft_logout")' false 'is no soft logout'
req POST $v3/refresh '{}'
is_err 400 M_MISSING_PARAM 'none at all'

# Time.
stop
conf accounts access_token_life 400ms
conf accounts refresh_token_life 2s
start
login $v3 '"refresh_token":true,"device_id":"PHONE"'
is_json .expires_in_ms 400 'as long as configured'
r1=$renew token=$access
until req GET $whoami && [ "$status" = 401 ]; do :; done
is_err 401 M_UNKNOWN_TOKEN 'an access token expires'
is_json .soft_logout true 'which is a soft logout'
refresh "$r1"
is_status 200 'and is what refreshing is for'
lives "$access" 'a new one'
is_json .device_id '"PHONE"' 'of the same device'
r1=$renew
until req POST $v3/refresh "{\"refresh_token\":\"$r1\"}" && [ "$status" = 401 ]; do :; done
is_json '[.errcode, .soft_logout]' '["M_UNKNOWN_TOKEN",true]' \
    'a refresh token expires'
done_testing

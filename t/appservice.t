#!/bin/sh
# Application services: their registration, their users and aliases, and what
# they ask on behalf of their users.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
. "$SRC/t/tools/service.sh"

service irc '@_irc_.*' '#_irc_.*' >"$tmp/irc.yaml"
service log '@log_[a-z]+:.*' '#log_.*' | sed '
	s/exclusive: true/exclusive: false/
	s/^url:.*/url: null/
	s/^rate_limited:.*/rate_limited: true/' >"$tmp/log.yaml"
conf appservices registration "$tmp/irc.yaml $tmp/log.yaml"
start
user alice
irc=as_irc log=as_log
ask=user_id=@_irc_bob:localhost
whoami=$v3/account/whoami
typed='"type":"m.login.application_service"'
register() { token=$1; req POST "${3-$v3/register}" "{$typed,\"username\":\"$2\"${4-}}"; }

# ------------------------------------------------------------ the registration
# refused SED NAME WHY: the first of them, changed, is refused by this message.
refused() {
	sed "$1" "$tmp/irc.yaml" >"$tmp/bad.yaml"
	printf '[server]\nname = a\n[appservices]\nregistration = %s %s\n' \
	    "$tmp/log.yaml" "$tmp/bad.yaml" >"$tmp/bad.conf"
	"$mxcgi" user list --config "$tmp/bad.conf" >"$tmp/body" 2>&1
	like "bad.yaml:?[0-9]*: $3" "$2"
}
refused 's/^id:.*//' 'an id is needed' 'id must be a text'
refused 's/^id:.*/id: log/' 'ids are unique' 'the id log is that of .*log.yaml'
refused 's/^as_token:.*/as_token: as_log/' 'and so are tokens' 'as_token is that of .*log.yaml'
refused 's/^hs_token:.*/hs_token: "a b"/' 'a token has no blanks' 'hs_token may have'
refused 's/^url:.*/url: ftp:..x/' 'a URL is one of the web' 'url must begin with'
refused 's/^sender_localpart:.*/sender_localpart: Bot/' 'a local part is one' 'sender_localpart may have'
refused 's/regex: .@_irc.*/regex: "@("/' 'an expression is one' 'regex is no regular expression'
refused 's/exclusive: true/exclusive: perhaps/' 'true or false' 'exclusive must be true or false'
refused 's/^namespaces:/namespaces: [/' 'YAML' 'this is no YAML'
refused 's/users:/users: 3/;/- exclusive/d;/regex/d' 'a list' 'users must be a list'
rm "$tmp/bad.yaml"
refused q 'a file that is there' '' 2>/dev/null
rm -f "$tmp/bad.yaml"
"$mxcgi" user list --config "$tmp/bad.conf" >"$tmp/body" 2>&1
like 'bad.yaml: No such file' 'a file that is there'

# ------------------------------------------------------------------- its users
register '' _irc_bob;          is_err 401 M_MISSING_TOKEN 'a token is needed'
register wrong _irc_bob;       is_err 401 M_UNKNOWN_TOKEN 'and a right one'
register "$token_alice" _irc_bob; is_err 401 M_UNKNOWN_TOKEN 'not that of a user'
register $irc bob;             is_err 400 M_EXCLUSIVE 'AS-7: outside of its namespace'
register $irc 'a b';           is_err 400 M_INVALID_USERNAME 'no username'
token=$irc
req POST $v3/register "{$typed}"; is_err 400 M_MISSING_PARAM 'which one?'
register $irc _irc_bob
is_status 200 'REG-2: it registers a user without password'
is_json 'keys' '["access_token","device_id","home_server","user_id"]' 'and has a session'
token=$(get_json .access_token)
req GET $whoami
is_json .user_id '"@_irc_bob:localhost"' 'which is that of the user'
register $irc _irc_bob;        is_err 400 M_USER_IN_USE 'once'
register $irc _irc_carol $v3/register ',"inhibit_login":true'
is_json . '{"home_server":"localhost","user_id":"@_irc_carol:localhost"}' 'inhibit_login: no session'
token=$irc
req POST /_matrix/client/api/v1/register "{$typed,\"user\":\"_irc_old\"}"
is_status 200 '2015: by user'
register $irc log_x;           is_err 400 M_EXCLUSIVE "another service's"
token=
for name in _irc_dora irc_bot; do
	req POST $v3/register "{\"username\":\"$name\",\"password\":\"x\",\"auth\":{\"type\":\"m.login.dummy\"}}"
	is_err 400 M_EXCLUSIVE "AS-7: nobody else registers $name"
	req GET "$v3/register/available?username=$name"
	is_err 400 M_EXCLUSIVE 'nor is told that they could'
done
user log_dora
as alice

# --------------------------------------------------------------------- logins
login() { token=$1; req POST $v3/login "{$typed,\"identifier\":{\"type\":\"m.id.user\",\"user\":\"$2\"}}"; }
token=
req GET $v3/login
is_json '[.flows[].type] | index("m.login.application_service") != null' true 'GET /login names the type'
login '' _irc_bob;             is_err 401 M_MISSING_TOKEN 'login: a token is needed'
login wrong _irc_bob;          is_err 401 M_UNKNOWN_TOKEN 'and a right one'
login $irc alice;              is_err 400 M_EXCLUSIVE 'not as others'
login $irc _irc_nobody;        is_err 403 M_FORBIDDEN 'not as nobody'
login $irc _irc_bob;           is_status 200 'as its users'
token=$(get_json .access_token) device=$(get_json .device_id)
req GET $whoami
is_json '[.user_id, .device_id]' "[\"@_irc_bob:localhost\",\"$device\"]" 'and the token is theirs'

# -------------------------------------------------------------- on their behalf
token=$irc
req GET $whoami
is_json . '{"is_guest":false,"user_id":"@irc_bot:localhost"}' 'its own token: its sender, of no device'
req GET "$whoami?$ask"
is_json . '{"is_guest":false,"user_id":"@_irc_bob:localhost"}' 'AS-4: user_id: one of its users'
req GET "$whoami?$ask&device_id=$device"
is_json .device_id "\"$device\"" 'device_id: by that device'
req GET "$whoami?$ask&org.matrix.msc3202.device_id=$device"
is_json .device_id "\"$device\"" 'as it was called before'
req GET "$whoami?$ask&device_id=other"; is_err 400 M_UNKNOWN_DEVICE 'a device of theirs'
req GET "$whoami?user_id=@alice:localhost"; is_err 403 M_FORBIDDEN 'not as others'
req GET "$whoami?user_id=@_irc_bob:elsewhere"; is_err 403 M_FORBIDDEN 'nor as those of elsewhere'
req GET "$whoami?user_id=@_irc_nobody:localhost"; is_err 403 M_FORBIDDEN 'nor before they are registered'
token=
req GET "$whoami?access_token=$irc&$ask"
is_json .user_id '"@_irc_bob:localhost"' 'access_token in the query'
token=as_ir
req GET $whoami;               is_err 401 M_UNKNOWN_TOKEN 'the whole token'
as alice
req GET "$whoami?$ask"
is_json .user_id '"@alice:localhost"' 'of others user_id says nothing'

create alice '{"preset":"public_chat"}'
token=$irc
req POST "$here/join?$ask" '{}'
is_status 200 'its user joins'
req PUT "$here/send/m.room.message/1?$ask" '{"msgtype":"m.text","body":"one"}'
first=$(get_json .event_id)
req PUT "$here/send/m.room.message/1?$ask" '{"msgtype":"m.text","body":"one"}'
is_json .event_id "\"$first\"" 'a transaction id counts once'
req PUT "$here/send/m.room.message/1?$ask&device_id=$device" '{"msgtype":"m.text","body":"one"}'
is_json .event_id "\"$first\"" 'whatever device it names'
req POST "$here/join?user_id=@_irc_carol:localhost" '{}'
req PUT "$here/send/m.room.message/1?user_id=@_irc_carol:localhost" '{"msgtype":"m.text","body":"two"}'
is_json ".event_id != \"$first\"" true 'for each user'
req GET "$v3/sync?$ask"
is_json '[.rooms.join[].timeline.events[] | select(.content.body == "one") | .unsigned.transaction_id]' '["1"]' 'and is found in their sync'
since=$(get_json .next_batch)
if [ "$T" = fcgi ]; then
	bg wait GET "$v3/sync?$ask&since=$since&timeout=20000"
	say alice three
	bg_wait wait
	is_json '[.rooms.join[].timeline.events[].content.body]' '["three"]' 'a sync waits for them'
fi
token=$irc

# ------------------------------------------------------------------------ time
at() { req GET "$here/event/$(enc "$(get_json .event_id)")?$ask"; is_json .origin_server_ts "$1" "$2"; }
req PUT "$here/send/m.room.message/2?$ask&ts=1234" '{"msgtype":"m.text","body":"x"}'
at 1234 'AS-5: ts: when it was sent elsewhere'
req PUT "$here/send/m.room.message/3?$ask&ts=0" '{"msgtype":"m.text","body":"x"}'
at 0 'ts: 0'
req PUT "$here/state/m.room.member/$(enc @_irc_bob:localhost)?$ask&ts=77" '{"membership":"join","displayname":"B"}'
at 77 'ts: of state'
for ts in x -1 1.5 9007199254740992; do
	req PUT "$here/send/m.room.message/4?$ask&ts=$ts" '{"msgtype":"m.text","body":"x"}'
	is_err 400 M_INVALID_PARAM "ts: not $ts"
done
as alice
req PUT "$here/send/m.room.message/5?ts=1234" '{"msgtype":"m.text","body":"x"}'
req GET "$here/event/$(enc "$(get_json .event_id)")"
is_json '.origin_server_ts > 1234' true 'ts: not of others'

# --------------------------------------------------------------------- devices
token=$irc
req PUT "$v3/devices/NEW?$ask" '{"display_name":"new"}'; is_status 201 'it makes a device'
req PUT "$v3/devices/NEW?$ask" '{"display_name":"old"}'; is_status 200 'once'
req GET "$v3/devices/NEW?$ask"
is_json .display_name '"old"' 'which is there'
req DELETE "$v3/devices/NEW?$ask" '{}'; is_status 200 'and removes it without more ado'
req POST "$v3/delete_devices?$ask" "{\"devices\":[\"$device\"]}"; is_status 200 'one or several'
req GET "$v3/devices?$ask"
is_json '.devices | length' 1 'they are gone'
req POST "$v3/keys/upload?$ask" '{}'; is_err 400 M_MISSING_PARAM 'keys are a device'\''s'
req POST "$v3/keys/device_signing/upload?$ask" "{\"master_key\":{\"user_id\":\"@_irc_bob:localhost\",\"usage\":[\"master\"],\"keys\":{\"ed25519:VXuGitF39UH5iRfvbIknlvlAVKgD1BsLDMvBf0pmp7c\":\"VXuGitF39UH5iRfvbIknlvlAVKgD1BsLDMvBf0pmp7c\"}}}"
is_json . '{}' 'no User-Interactive Authentication for signing keys'
as alice
req PUT $v3/devices/NEW '{}'; is_err 404 M_NOT_FOUND 'others make no devices'

# --------------------------------------------------------------------- aliases
put() { token=$1; req PUT "$v3/directory/room/$(enc "#$2:localhost")${4-}" "{\"room_id\":\"$3\"}"; }
drop() { token=$1; req DELETE "$v3/directory/room/$(enc "#$2:localhost")"; }
token=$irc
req POST "$here/join" '{}'
put $irc _irc_den "$room";     is_status 200 'an alias of its namespace'
put $irc den "$room";          is_err 400 M_EXCLUSIVE 'no other'
put "$token_alice" _irc_x "$room"; is_err 400 M_EXCLUSIVE 'and nobody else'
put "$token_alice" log_x "$room"; is_status 200 'but where it is not exclusive'
token=$token_alice
req POST $v3/createRoom '{"room_alias_name":"_irc_y"}'; is_err 400 M_EXCLUSIVE 'nor with a room'
drop "$token_alice" _irc_den;  is_err 400 M_EXCLUSIVE 'nobody else deletes it'
drop $log log_x;               is_status 200 'AS-6: it deletes those of its namespace, whoever made them'
drop $irc _irc_den;            is_status 200 'and its own'

# ----------------------------------------------------------------------- rates
stop
conf limits enabled yes
conf limits send 1/0.001
conf limits register 1/0.001
conf limits account 1/0.001
start
i=0
while [ $((i += 1)) -le 3 ]; do
	token=$irc
	req PUT "$here/send/m.room.message/r$i?$ask" '{"msgtype":"m.text","body":"x"}'
	is_status 200 'no rate limits its users'
	register $irc _irc_r$i
	is_status 200 'nor its registrations'
done
token=$log
req POST "$here/join?user_id=@log_dora:localhost" '{}'
req PUT "$here/send/m.room.message/r1?user_id=@log_dora:localhost" '{"msgtype":"m.text","body":"x"}'
is_status 200 'rate_limited: its users'
req PUT "$here/send/m.room.message/r2?user_id=@log_dora:localhost" '{"msgtype":"m.text","body":"x"}'
is_err 429 M_LIMIT_EXCEEDED 'are as others'
done_testing

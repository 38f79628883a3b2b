#!/bin/sh
# Voice over IP: credentials for the TURN server, and events of calls.
. "$(dirname "$0")/lib.sh"
conf accounts guests yes
start
v1=/_matrix/client/api/v1
v3=/_matrix/client/v3
paths="$v1/turnServer /_matrix/client/v2_alpha/turnServer $v1/voip/turnServer
    /_matrix/client/v2_alpha/voip/turnServer /_matrix/client/r0/voip/turnServer
    $v3/voip/turnServer"

# The password that a server with this secret wants for $1.
password_of() {
	printf %s "$1" | openssl dgst -sha1 -hmac 'secret/of turn/' -binary |
	    openssl base64
}

# --------------------------------------------------------------------- none

user ann
for path in $paths; do
	req GET "$path"
	is_json . '{}' "no TURN server: $path"
done
req GET $v3/turnServer
is_err 404 M_UNRECOGNIZED 'the path of 2015 is of 2015 only'
req POST "$v3/register?kind=guest" '{}'
token_guest=$(get_json .access_token) user_guest=
as guest
req GET $v3/voip/turnServer
is_json . '{}' 'nor one for guests'

# ------------------------------------------------------------ a shared secret

stop
conf turn uris 'turn:turn.example.org:3478?transport=udp turns:turn.example.org:443?transport=tcp'
conf turn secret 'secret/of turn/'
conf turn credentials_life 90m
start
as ann
before=$(date +%s)
for path in $paths; do
	req GET "$path"
	is_status 200 "VOI-1: a TURN server at $path"
	is_json '[.uris, .ttl]' '[["turn:turn.example.org:3478?transport=udp","turns:turn.example.org:443?transport=tcp"],5400]' \
	    'VOI-1: which, and how long'
	username=$(get_json .username)
	is "${username#*:}" "$user" 'VOI-1: for whom'
	is "$(get_json .password)" "$(password_of "$username")" \
	    'VOI-1: with what that server accepts'
done
until=${username%%:*} after=$(date +%s)
[ "$until" -ge $((before + 5400)) ] && [ "$until" -le $((after + 5400)) ]
ok $? 'VOI-1: until then'
user bob
req GET $v3/voip/turnServer
is "$(get_json .username | cut -d: -f2-)" '@bob:localhost' 'each has their own'
as guest
req GET $v3/voip/turnServer
is_err 403 M_GUEST_ACCESS_FORBIDDEN 'guests have none'
token=
req GET $v3/voip/turnServer
is_err 401 M_MISSING_TOKEN 'nor have strangers'

# ----------------------------------------------------- the same for everybody

stop
sed -i '/^turn	secret/d' "$tmp/overrides"
conf turn username caller
conf turn password 'pass word'
conf turn guests yes
conf limits enabled yes
conf limits account 2/0.01
start
as guest
req GET $v3/voip/turnServer
is_json '[.username, .password, .ttl]' '["caller","pass word",5400]' \
    'getTurnServer: fixed credentials, for guests as well'
req GET $v3/voip/turnServer
req GET $v3/voip/turnServer
is_err 429 M_LIMIT_EXCEEDED 'not too often (security 16)'

# -------------------------------------------------------------------- a call

stop
conf limits enabled no
start
as ann
req POST $v3/createRoom '{"invite":["@bob:localhost"],"is_direct":true}'
room=$(enc "$(get_json .room_id)")
as bob
req POST "$v3/join/$room"
req GET "$v3/sync"
since=$(get_json .next_batch)
# call WHO TYPE MEMBERS
call() {
	as "$1"
	req PUT "$v3/rooms/$room/send/m.call.$2/$2.$1" \
	    "{\"call_id\":\"12345\",\"version\":0$3}"
	is_status 200 "m.call.$2 is sent"
}
call ann invite ',"lifetime":60000,"offer":{"type":"offer","sdp":"v=0\r\no=- 1"}'
call ann candidates ',"candidates":[{"sdpMid":"audio","sdpMLineIndex":0,"candidate":"candidate:1"}]'
call bob answer ',"answer":{"type":"answer","sdp":"v=0\r\n"}'
call ann select_answer ',"selected_party_id":"x"'
call bob hangup ''
as bob
req GET "$v3/sync?since=$since"
is_json ".rooms.join[].timeline.events | map(.type)" \
    '["m.call.invite","m.call.candidates","m.call.answer","m.call.select_answer","m.call.hangup"]' \
    'VOI-1: a call passes, in its order'
is_json '[.rooms.join[].timeline.events[0] | (.unsigned.age | type),
    .content.offer.sdp, .content.lifetime]' '["number","v=0\r\no=- 1",60000]' \
    'with what it holds, and its age'
done_testing

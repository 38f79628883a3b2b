#!/bin/sh
# Rate limits: who has spent what he may is told when to come back; strangers
# are known by their address, which a proxy that is trusted may tell.
. "$(dirname "$0")/lib.sh"

v3=/_matrix/client/v3
proxy=127.0.0.1
[ "$T" = cgi ] || proxy=unix:
login='{"type":"m.login.password","user":"nobody","password":"x"}'

try() {	# FORWARDED
	header="X-Forwarded-For: $1"
	req POST $v3/login "$login"
	header=
}

conf limits enabled yes
conf limits login 2/0.001
conf limits send 3/0.001
conf limits create 1/0.001
conf limits invite 2/0.001
conf limits join 1/0.001
conf limits mark 3/0.001
conf server trusted_proxy "$proxy"
start
user ann
req POST $v3/createRoom '{}'
is_status 200 'one room may be made'
send=$v3/rooms/$(enc "$(get_json .room_id)")/send/m.room.message
req POST $v3/createRoom '{}'
is_err 429 M_LIMIT_EXCEEDED 'and no other'
is_json '.retry_after_ms > 900000 and .retry_after_ms <= 1000001' true 'for a time'
is_head '^retry-after: (9[0-9][0-9]|1000|1001)' 'which the head tells, too'
for n in 1 2 3; do
	req PUT "$send/$n" '{"body":"hi","msgtype":"m.text"}'
	is_status 200 "message $n: another limit"
done
# Each program counts by itself; as CGI all count together.
here=${send%/send/*}
for what in "setTyping: PUT $here/typing/$(enc "$user_ann")" \
    "postReceipt: POST $here/receipt/m.read/\$none" \
    "setAccountData: PUT $v3/user/$(enc "$user_ann")/account_data/x"; do
	path=${what#*: }
	for n in 1 2 3 4; do
		req "${path%% *}" "${path#* }" '{"typing":true}'
		[ "$status" != 429 ] || break
	done
	is_err 429 M_LIMIT_EXCEEDED "${what%% *} too often"
done
header='X-Forwarded-For: 192.0.2.77'
req PUT "$send/4" '{"body":"hi","msgtype":"m.text"}'
is_err 429 M_LIMIT_EXCEEDED 'a user is the same from everywhere'
header=
user bob
req PUT "$send/5" '{"body":"hi","msgtype":"m.text"}'
is_err 403 M_FORBIDDEN 'and another user another'

# To invite by setting state is no cheaper.
user dan
req POST $v3/createRoom '{}'
here=$v3/rooms/$(enc "$(get_json .room_id)")
req POST "$here/invite" '{"user_id":"@bob:localhost"}'
is_status 200 'one is invited'
req PUT "$here/state/m.room.member/%40ann%3Alocalhost" '{"membership":"invite"}'
is_status 200 'another by setting state'
req PUT "$here/state/m.room.member/%40bob%3Alocalhost" '{"membership":"invite"}'
is_err 429 M_LIMIT_EXCEEDED 'which counts as much (security 16)'
is_head '^retry-after: [0-9]' 'and says for how long'
req POST "$here/invite" '{"user_id":"@bob:localhost"}'
is_err 429 M_LIMIT_EXCEEDED 'on either way'
req PUT "$here/state/m.room.name" '{"name":"x"}'
is_status 200 'other state is another limit'

# Nor is coming in, which a change of name is not.
user eve
req PUT "$here/state/m.room.member/%40eve%3Alocalhost" '{"membership":"join"}'
is_err 403 M_FORBIDDEN 'one comes in by setting state'
req PUT "$here/state/m.room.member/%40eve%3Alocalhost" '{"membership":"knock"}'
is_err 429 M_LIMIT_EXCEEDED 'which counts as much (security 16)'
req POST "$here/join"
is_err 429 M_LIMIT_EXCEEDED 'on either way'
user fay
req POST $v3/createRoom '{}'
here=$v3/rooms/$(enc "$(get_json .room_id)")
for n in 1 2; do
	req PUT "$here/state/m.room.member/%40fay%3Alocalhost" "{\"membership\":\"join\",\"displayname\":\"$n\"}"
done
[ "$status" = 200 ]
ok $? 'who is in has another name'
for what in ban unban ban unban; do
	req POST "$here/$what" '{"user_id":"@eve:localhost"}'
	[ "$status" = 200 ] || break
done
is_err 429 M_LIMIT_EXCEEDED 'nobody fills a room with bans (security 16)'

token=
try 192.0.2.1;			is_status 403 'a stranger tries (security 16, 28)'
try 192.0.2.1;			is_status 403 'and tries'
try 192.0.2.1;			is_err 429 M_LIMIT_EXCEEDED 'and is stopped'
try '192.0.2.9, 192.0.2.1';	is_err 429 M_LIMIT_EXCEEDED 'what he says of himself does not count'
try '192.0.2.1,192.0.2.2';	is_status 403 'another one tries'
try 2001:db8:1:2::1;		is_status 403 'and one of IPv6'
try 2001:db8:1:2::2;		is_status 403 'and his neighbour'
try 2001:db8:1:2:3::;		is_err 429 M_LIMIT_EXCEEDED 'who are one network'
try 2001:db8:1:3::1;		is_status 403 'there are others'
stop

conf server trusted_proxy 192.0.2.200
start
for n in 1 2 3; do
	try 198.51.100.$n
done
is_err 429 M_LIMIT_EXCEEDED 'whom nobody trusts may say what he likes'
done_testing

#!/bin/sh
# Guests: POST /register?kind=guest, what they may, and how they become users.
. "$(dirname "$0")/lib.sh"
conf accounts guests yes
conf accounts registration closed
start
v3=/_matrix/client/v3
u="$v3/register?kind=guest"

req POST "$u" '{"username":"alice","password":"x","device_id":"MINE","inhibit_login":true,"initial_device_display_name":"g","auth":5}'
is_status 200 'a guest needs no authentication, though registration is closed'
is_json 'keys' '["access_token","device_id","home_server","user_id"]' 'the answer'
is_json '[.user_id != "@alice:localhost", .device_id != "MINE"]' '[true,true]' \
    'whatever a guest asks for is ignored'
guest=$(get_json .user_id) name=$(get_json '.user_id | sub("^@"; "") | sub(":.*"; "")')
token=$(get_json .access_token) old=$token
req GET $v3/account/whoami
is_json '[.user_id, .is_guest]' "[\"$guest\",true]" 'whoami'
for path in createRoom account/password logout; do
	req POST "$v3/$path" '{"new_password":"x"}'
	is_err 403 M_GUEST_ACCESS_FORBIDDEN "guests may not $path"
done
token=
req POST $v3/login "{\"type\":\"m.login.password\",\"user\":\"$name\",\"password\":\"\"}"
is_err 403 M_FORBIDDEN 'nobody logs in to a guest'
req POST "$v3/register" '{"username":"x"}'
is_err 403 M_FORBIDDEN 'users do not register'

stop
conf accounts registration open
start
up() { req POST $v3/register "{\"username\":\"$1\",\"password\":\"secret\",\"guest_access_token\":\"$2\",\"auth\":{\"type\":\"m.login.dummy\"}}"; }
up other "$old"
is_err 403 M_FORBIDDEN 'a guest keeps its own name'
up "$name" nonsense
is_err 403 M_FORBIDDEN 'and needs its token'
user bob
up bob "$token_bob"
is_err 403 M_FORBIDDEN 'which must be a guest'
token=
up "$name" ''
[ "$status" != 200 ]
ok $? 'an empty one is nobody'
up "$name" "$old"
is_status 200 'a guest becomes a user'
is_json .user_id "\"$guest\"" 'of the same id'
token=$(get_json .access_token)
req GET $v3/account/whoami
is_json .is_guest false 'and no guest any more'
req POST $v3/createRoom '{}'
is_status 200 'who may what users may'
token=$old
req GET $v3/account/whoami
is_err 401 M_UNKNOWN_TOKEN "the guest's token is dead"
token=
up "$name" "$old"
is_err 403 M_FORBIDDEN 'nobody becomes a user twice'
req POST $v3/login "{\"type\":\"m.login.password\",\"user\":\"$name\",\"password\":\"secret\"}"
is_status 200 'the password is good'

stop
conf accounts guests no
start
req POST "$u" '{}'
is_err 403 M_GUEST_ACCESS_FORBIDDEN 'guests are not offered'
done_testing

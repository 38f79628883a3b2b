#!/bin/sh
# New accounts: POST /register and its User-Interactive Authentication.
. "$(dirname "$0")/lib.sh"
start
u=/_matrix/client/v3/register
legacy=/_matrix/client/v2_alpha/register
whoami=/_matrix/client/v3/account/whoami
one_step='"auth":{"type":"m.login.dummy"}'

dummy() { printf '"auth":{"type":"m.login.dummy","session":"%s"}' "$1"; }
begin() { req POST "${2:-$u}" "$1"; session=$(get_json .session); }
# The sentence and the flows of a session that is refused, with a new one.
is_refused() {
	is_json '[.errcode, .flows, .session != null and .session != "'"$1"'"]' \
	    '["M_FORBIDDEN",[{"stages":["m.login.dummy"]}],true]' "$2"
}

# Two steps, as most clients do.
alice='"username":"alice","password":"wonderland"'
begin "{$alice}"
is_status 401 'without auth nobody is registered'
is_json 'del(.session)' \
    '{"completed":[],"flows":[{"stages":["m.login.dummy"]}],"params":{}}' \
    'what is asked for'
is_json '.session | length > 20' true 'a session that nobody guesses'
req POST $u "{$alice,\"auth\":{\"session\":\"$session\"}}"
is_json '[.session, .completed, .errcode]' "[\"$session\",[],null]" \
    'the session alone asks how far it is'
req POST $u "{$alice,\"auth\":{\"type\":\"m.login.sso\",\"session\":\"$session\"}}"
is_status 401 'a stage that is not offered'
is_json '[.errcode, .session]' "[\"M_FORBIDDEN\",\"$session\"]" \
    'fails and leaves the session'
req POST $u "{$alice,$(dummy "$session")}"
is_status 200 'registered'
is_json 'keys' '["access_token","device_id","home_server","user_id"]' 'the answer'
is_json '[.user_id, .home_server]' '["@alice:localhost","localhost"]' 'the id'
token=$(get_json .access_token) device=$(get_json .device_id)
req GET $whoami
is_json '[.user_id, .device_id]' "[\"@alice:localhost\",\"$device\"]" \
    'the token works and belongs to the device'

# What is kept is not what was said (security 13, 14, 32).
kept() { grep -rqaF -- "$1" "$tmp/data" "$tmp/run" "$tmp/log"; }
kept '@alice:localhost';           ok $? 'the id is kept'
! kept "$token";                   ok $? 'the token is not'
! kept wonderland;                 ok $? 'nor the password'
begin '{"username":"kept","password":"wonderland"}'
! kept "$session";                 ok $? 'nor the UIA session'
! kept wonderland;                 ok $? 'nor the password while one runs'
token=

# A session ends with its success (security 15).
begin '{"username":"once","password":"x"}'
used=$session
req POST $u "{\"username\":\"once\",\"password\":\"x\",$(dummy "$used")}"
is_status 200 'a session'
req POST $u "{\"username\":\"twice\",\"password\":\"x\",$(dummy "$used")}"
is_status 401 'is good for one account'
is_refused "$used" 'and another is offered'
req POST $u "{\"username\":\"twice\",\"password\":\"x\",$(dummy "$(get_json .session)")}"
is_status 200 'which works'
req POST $u "{\"username\":\"thrice\",\"password\":\"x\",$(dummy nonsense)}"
is_status 401 'an unknown session'
is_refused nonsense 'gives way to a new one'
begin '{}'
is_status 401 'flows can be probed with nothing'
req POST $u "{\"username\":\"prober\",\"password\":\"x\",$(dummy "$session")}"
is_status 200 'and the session used for the real request'

# One step, as nio does.
req POST $u "{\"username\":\"nio\",\"password\":\"x\",\"initial_device_display_name\":\"n\",$one_step}"
is_status 200 'm.login.dummy: without a session'
is_json .user_id '"@nio:localhost"' 'registers in one step'

# matrix-js-sdk of 2015.
bob='"username":"bob","password":"x"'
begin "{\"auth\":{},$bob}" $legacy
is_json '[.flows, .errcode]' '[[{"stages":["m.login.dummy"]}],null]' \
    'an empty auth is none'
req POST $legacy "{$(dummy "$session"),$bob}"
is_status 200 '5.1: as in 2015'
is_json '[.user_id, .home_server, (.access_token | type), (.refresh_token | type)]' \
    '["@bob:localhost","localhost","string","string"]' '5.1: the answer of 2015'
req POST $u '{"auth":null}'
is_json '[.session != null, .errcode]' '[true,null]' 'nor is null'

# auth of other shapes.
for auth in 5 '"m.login.dummy"' '[]' '{"type":5}' '{"type":"m.login.dummy","session":{}}'; do
	req POST $u "{\"username\":\"shape\",\"password\":\"x\",\"auth\":$auth}"
	is_err 400 M_BAD_JSON "auth: $auth"
done

# What the client wants besides.
req POST $u "{\"username\":\"carol\",\"password\":\"x\",\"device_id\":\"Télé phone\",\"x\":[{}],\"refresh_token\":true,$one_step}"
is_json '.device_id' '"Télé phone"' 'the device id it asks for'
is_json '[(.refresh_token | type), .expires_in_ms]' '["string",3600000]' \
    'and a session that can be refreshed'
req POST $u "{\"username\":\"dave\",\"password\":\"x\",\"device_id\":\"\",$one_step}"
is_json '.device_id | length > 0' true 'an empty device id is none'
req POST $u "{\"username\":\"erin\",\"password\":\"x\",\"inhibit_login\":true,$one_step}"
is_json . '{"home_server":"localhost","user_id":"@erin:localhost"}' 'no login'
req POST $u "{\"password\":\"x\",$one_step}"
is_json '.user_id | test("^@[a-z0-9]{8,}:localhost$")' true 'a name is made up'
first=$(get_json .user_id)
req POST $u "{\"password\":\"x\",$one_step}"
is_json ".user_id != \"$first\" and .user_id != null" true 'and another'

# Checks come before authentication (REG-1).
name() { printf "%0$1d" 0; }
req POST $u '{"username":"alice","password":"x"}'
is_err 400 M_USER_IN_USE 'REG-1, M_USER_IN_USE: a name that is taken'
req POST $u "{\"username\":\"alice\",\"password\":\"x\",$one_step}"
is_err 400 M_USER_IN_USE 'also with auth'
for username in Alice '' 'a b' 'é' '@frank:localhost' 'a:b' 'a!'; do
	req POST $u "{\"username\":\"$username\",\"password\":\"x\"}"
	is_err 400 M_INVALID_USERNAME "REG-1: username: '$username'"
done
req POST $u "{\"username\":\"$(name 244)\",\"password\":\"x\"}"
is_status 401 'an id of 255 bytes'
req POST $u "{\"username\":\"$(name 245)\",\"password\":\"x\"}"
is_err 400 M_INVALID_USERNAME 'and of 256'
req POST $u '{"username":"a.b_c=d-e/f+1","password":"x"}'
is_status 401 'all that a name may have'
for body in '{"username":5}' '{"password":5}' '{"device_id":5}' '{"inhibit_login":"yes"}' \
    '{"initial_device_display_name":[]}' '{"x":1.5}' '{"x":9007199254740992}'; do
	req POST $u "$body"
	is_err 400 M_BAD_JSON "$body"
done
req POST $u '{"username":"frank","password":""}'
is_err 400 M_WEAK_PASSWORD 'M_WEAK_PASSWORD: an empty password'
req POST $u "{\"username\":\"frank\",\"password\":\"$(name 513)\"}"
is_err 400 M_INVALID_PARAM 'a very long password'
req POST $u "{\"username\":\"frank\",\"password\":\"x\",\"device_id\":\"$(name 256)\"}"
is_err 400 M_INVALID_PARAM 'a very long device id'
req POST $u "{\"username\":\"frank\",\"password\":\"x\",\"initial_device_display_name\":\"$(name 513)\"}"
is_err 400 M_INVALID_PARAM 'a very long device name'
req POST $u "{\"username\":\"frank\",$one_step}"
is_err 400 M_MISSING_PARAM 'no password'
req POST $legacy "{\"username\":\"frank\",$one_step}"
is_err 400 M_BAD_JSON 'no password in 2015'
req POST $u "{\"username\":\"frank\",\"password\":\"$(name 512)\",$one_step}"
is_status 200 'a long password'

# What else can be asked before.
available=/_matrix/client/v3/register/available
req GET "$available?username=nobody.yet"
is_json . '{"available":true}' 'a name that is free'
req GET "$available?username=alice"
is_err 400 M_USER_IN_USE 'one that is not'
req GET "$available?username=No%20Name"
is_err 400 M_INVALID_USERNAME 'one that is none'
req GET $available
is_err 400 M_MISSING_PARAM 'and no name at all'
validity=/_matrix/client/v1/register/m.login.registration_token/validity
req GET "$validity?token=nonsense"
is_json . '{"valid":false}' 'a token that nobody made'
req GET $validity
is_err 400 M_MISSING_PARAM 'no token'

# Kinds.
req POST "$u?kind=user" '{}'
is_json '.flows | length' 1 'kind=user'
req POST "$u?kind=guest" '{}'
is_err 403 M_GUEST_ACCESS_FORBIDDEN 'kind=guest'
req POST "$u?kind=robot" '{}'
is_err 400 M_INVALID_PARAM 'another kind'

# count N: how many of the requests w1 ... wN were answered 200; the rest say why.
count() {
	won=0 others=
	for i in $(seq "$1"); do
		bg_wait "w$i"
		if [ "$status" = 200 ]; then
			won=$((won + 1))
		else
			others="$others $(get_json .errcode)"
		fi
	done
	others=$(printf '%s\n' $others | sort -u)
}

# Twenty at once want the same name.
for i in $(seq 20); do
	bg "w$i" POST $u "{\"username\":\"race\",\"password\":\"$i\",$one_step}"
done
count 20
is $won 1 'one of twenty gets the name'
is "$others" M_USER_IN_USE 'the others hear that it is taken'

# Ten at once use one session.
begin '{}'
for i in $(seq 10); do
	bg "w$i" POST $u "{\"username\":\"s$i\",\"password\":\"x\",$(dummy "$session")}"
done
count 10
is $won 1 'a session is good for one of ten requests'
is "$others" M_FORBIDDEN 'the others are to begin anew'

stop
conf accounts registration closed
start
req POST $u '{}'
is_err 403 M_FORBIDDEN 'registration is closed'
req POST "$u" "{\"username\":\"late\",\"password\":\"x\",$one_step}"
is_err 403 M_FORBIDDEN 'whatever one says'
req GET "$u/available?username=late"
is_err 403 M_FORBIDDEN 'no name is to be had'
req GET /_matrix/client/v1/register/m.login.registration_token/validity?token=x
is_err 403 M_FORBIDDEN 'and no token is valid'

# What the configuration wants of names and passwords.
stop
conf accounts registration open
conf accounts reserved 'admin _irc_*'
conf accounts password_min 10
conf accounts password_needs 'lower upper digit symbol'
start
for name in admin _irc_alice; do
	req POST $u "{\"username\":\"$name\",\"password\":\"Aa1!Aa1!Aa1!\"}"
	is_err 400 M_EXCLUSIVE "REG-1, M_EXCLUSIVE: $name"
	req GET "$available?username=$name"
	is_err 400 M_EXCLUSIVE "nor is it available: $name"
done
req POST $u '{"username":"admins","password":"Aa1!Aa1!Aa1!"}'
is_status 401 'a name like it'
for password in 'Aa1!Aa1!A' 'aa1!aa1!aa1!' 'AA1!AA1!AA1!' 'Aab!Aab!Aab!' 'Aa1bAa1bAa1b'; do
	req POST $u "{\"username\":\"weak\",\"password\":\"$password\"}"
	is_err 400 M_WEAK_PASSWORD "M_WEAK_PASSWORD: $password"
done
req POST $u '{"username":"strong","password":"Äé1!Aaéé!!"}'
is_status 401 'ten characters, whatever their bytes'
req POST $u '{"username":"bot","type":"m.login.application_service"}'
is_err 401 M_MISSING_TOKEN 'REG-2: no application service without its token'

done_testing

#!/bin/sh
# Sessions: GET and POST /login, POST /logout, POST /logout/all.
. "$(dirname "$0")/lib.sh"
start
v3=/_matrix/client/v3
whoami=$v3/account/whoami
secret='"password":"secret of alice"'
typed='"type":"m.login.password"'
by_id() { printf '%s,"identifier":{"type":"m.id.user","user":"%s"}' "$typed" "$1"; }
login() { token= && req POST $v3/login "$1"; }
lives() { token=$1; req GET $whoami; is_status 200 "$2"; }
dead() { token=$1; req GET $whoami; is_err 401 M_UNKNOWN_TOKEN "$2"; }
long() { printf "%0$1d" 0; }

user alice
user bob
token=

for version in api/v1 r0 v3; do
	req GET "/_matrix/client/$version/login"
	is_json . '{"flows":[{"type":"m.login.password"},{"get_login_token":true,"type":"m.login.token"}]}' \
	    "LOG-4: flows, $version"
done

# Who.
login "{$(by_id alice),$secret}"
is_status 200 'login by local part'
is_json keys '["access_token","device_id","home_server","user_id"]' 'the answer'
is_json '[.user_id, .home_server]' '["@alice:localhost","localhost"]' 'who'
device=$(get_json .device_id)
lives "$(get_json .access_token)" 'the token works'
is_json .device_id "\"$device\"" 'and belongs to the device'
for who in "$(by_id @alice:localhost)" "$(by_id Alice)" "$(by_id @ALICE:localhost)" \
    "$typed,\"user\":\"alice\"" "$typed,\"user\":\"@alice:localhost\"" \
    "$typed,\"username\":\"alice\""; do
	login "{$who,$secret}"
	is_json .user_id '"@alice:localhost"' "login by $who"
done
token=
for who in '"user":"alice"' '"username":"@alice:localhost"' "$typed,\"user\":\"alice\""; do
	req POST /_matrix/client/api/v1/login "{$who,$secret}"
	is_json .user_id '"@alice:localhost"' "5.2: login in 2015 by $who"
done

# Nobody: all refused in the same words (security 13).
login "{$(by_id alice),\"password\":\"wrong\"}"
is_err 403 M_FORBIDDEN 'LOG-2, M_FORBIDDEN: a wrong password'
words=$(cat "$tmp/body")
third='"identifier":{"type":"m.id.thirdparty","medium":"email","address":"a@b.c"}'
phone='"identifier":{"type":"m.id.phone","country":"GB","phone":"1"}'
for who in "$(by_id nobody)" "$(by_id @alice:example.org)" "$(by_id '')" "$(by_id '@')" \
    "$(by_id '@alice')" "$(by_id "$(long 9999)")" "$typed,$third" "$typed,$phone" \
    "$typed,\"identifier\":{\"medium\":\"email\",\"address\":\"a@b.c\"}" \
    "$typed,\"medium\":\"email\",\"address\":\"a@b.c\""; do
	login "{$who,$secret}"
	is "$status $(cat "$tmp/body")" "403 $words" "refused: $(printf %.60s "$who")"
done
for password in '' 'Secret of alice' 'secret of alice ' "$(long 512)" "$(long 9999)"; do
	login "{$(by_id alice),\"password\":\"$password\"}"
	is "$status $(cat "$tmp/body")" "403 $words" "refused: $(printf %.20s "$password")"
done

# Requests that are not whole.
login '{"type":"m.login.dance"}'
is_err 400 M_UNKNOWN 'LOG-3: another type'
is_json .error '"Bad login type."' 'in the words of the specification'
login "{\"user\":\"alice\",$secret}";    is_err 400 M_MISSING_PARAM 'no type'
login "{$(by_id alice)}";               is_err 400 M_MISSING_PARAM 'no password'
login "{$typed,$secret}";               is_err 400 M_MISSING_PARAM 'no user'
login "{$typed,$secret,\"identifier\":{\"type\":\"m.id.user\"}}"
is_err 400 M_MISSING_PARAM 'no user in the identifier'
login "{$typed,$secret,\"identifier\":{\"type\":\"m.id.dog\"}}"
is_err 400 M_INVALID_PARAM 'another kind of identifier'
for body in '{"type":5}' "{$typed,\"password\":5}" "{$(by_id alice),\"password\":[]}" \
    "{$typed,$secret,\"identifier\":\"alice\"}" "{$typed,$secret,\"user\":5}" \
    "{$(by_id alice),$secret,\"device_id\":5}"; do
	login "$body"
	is_err 400 M_BAD_JSON "$body"
done
login "{$(by_id alice),$secret,\"device_id\":\"$(long 256)\"}"
is_err 400 M_INVALID_PARAM 'a very long device id'
for body in '{"user":"alice"}' "{$secret}"; do
	req POST /_matrix/client/api/v1/login "$body"
	is_err 400 M_BAD_JSON "2015: $body"
done

# Devices.
login "{$(by_id alice),$secret,\"device_id\":\"PHONE\",\"initial_device_display_name\":\"p\"}"
is_json .device_id '"PHONE"' 'the device id it asks for'
phone=$(get_json .access_token)
login "{$(by_id alice),$secret,\"device_id\":\"LAPTOP\"}"
laptop=$(get_json .access_token)
login "{$(by_id bob),\"password\":\"secret of bob\",\"device_id\":\"PHONE\"}"
bobs=$(get_json .access_token)
lives "$phone" 'a second device leaves the first'
login "{$(by_id alice),$secret,\"device_id\":\"PHONE\"}"
is_json .device_id '"PHONE"' 'a device logs in again'
again=$(get_json .access_token)
dead "$phone" 'its old token dies'
lives "$again" 'the new one lives'
is_json .device_id '"PHONE"' 'on that device'
lives "$laptop" 'the other device too'
lives "$bobs" 'and a device of the same name of somebody else'

# The end.
token= ; req POST $v3/logout
is_err 401 M_MISSING_TOKEN 'logout needs a token'
token=$again; req POST $v3/logout '{}'
is_status 200 '5.4: logout'
is_json . '{}' 'has nothing to say'
dead "$again" 'the token is dead'
req POST $v3/logout
is_err 401 M_UNKNOWN_TOKEN 'logout once'
lives "$laptop" 'other devices stay'
login "{$(by_id alice),$secret,\"device_id\":\"PHONE\"}"
is_status 200 'a device that was logged out comes back'
again=$(get_json .access_token)
token=$laptop; req POST $v3/logout/all
is_status 200 'logout of all'
for t in "$laptop" "$again" "$token_alice"; do
	dead "$t" 'all devices are out'
done
lives "$bobs" 'but not those of others'
lives "$token_bob" 'any'

# Accounts that may not be used: after the right password, and only then.
login "{$(by_id alice),$secret}"
alive=$(get_json .access_token)
admin user lock alice
login "{$(by_id alice),$secret}"
is_err 401 M_USER_LOCKED 'a locked account'
is_json .soft_logout true 'its sessions are to be kept'
login "{$(by_id alice),\"password\":\"wrong\"}"
is "$status $(cat "$tmp/body")" "403 $words" 'a wrong password hears nothing of it'
token=$alive; req POST $v3/logout
is_status 200 'a locked account may log out'
admin user unlock alice
admin user suspend alice
login "{$(by_id alice),$secret}"
is_status 200 'a suspended account may log in'
admin user unsuspend alice
user carol
admin user deactivate --yes carol
login "{$(by_id carol),\"password\":\"secret of carol\"}"
is_status 403 'a deactivated account: its password is gone (security 13)'
login "{$(by_id carol),\"password\":\"wrong\"}"
is "$status $(cat "$tmp/body")" "403 $words" 'a wrong password hears nothing of it'

# A higher cost: old passwords stay good and are hashed again.
stop
conf accounts password_log_n 5
conf server base_url https://matrix.example.org
start
login "{$(by_id alice),\"password\":\"wrong\"}"
is_status 403 'a wrong password after the cost rose'
! grep -qa 'ln=5,' "$tmp"/data/mxcgi.db*
ok $? 'does not hash again'
for time in first second; do
	login "{$(by_id alice),$secret}"
	is_status 200 "the right one, for the $time time"
done
grep -qa 'ln=5,' "$tmp"/data/mxcgi.db*
ok $? 'hashes again'
is_json .well_known '{"m.homeserver":{"base_url":"https://matrix.example.org"}}' \
    'the configured address'
for i in 1 2 3 4; do
	bg "l$i" POST $v3/login "{$(by_id bob),\"password\":\"secret of bob\"}"
done
for i in 1 2 3 4; do
	bg_wait "l$i"
	is_status 200 'logins at once do not disturb one another'
done

done_testing

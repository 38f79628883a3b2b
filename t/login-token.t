#!/bin/sh
# Logging in another device: POST /login/get_token and m.login.token.
. "$(dirname "$0")/lib.sh"
start
v3=/_matrix/client/v3
get=/_matrix/client/v1/login/get_token
user alice
mine=$token_alice
pw='"auth":{"type":"m.login.password","user":"alice","password":"secret of alice"}'
make() { token=$mine; req POST $get "{$pw}"; made=$(get_json .login_token); token=; }
spend() { token=; req POST $v3/login "{\"type\":\"m.login.token\",\"token\":\"$1\"${2:+,$2}}"; }

token=
req POST $get '{}'
is_err 401 M_MISSING_TOKEN 'for whoever is logged in'
token=$mine
req POST $get '{}'
is_json '[.flows, .errcode]' '[[{"stages":["m.login.password"]}],null]' \
    'UIA-3: who confirms it'
req POST $get '{"auth":{"type":"m.login.password","user":"alice","password":"wrong"}}'
is "$status $(get_json .errcode)" '401 M_FORBIDDEN' 'with the right password'
make
is_status 200 'a token'
is_json '[(.login_token | length >= 43), .expires_in_ms]' '[true,120000]' \
    'for two minutes'
token=$mine
req POST $get '{}'
is_status 401 'each must be confirmed'
spend "$made" '"device_id":"TABLET","refresh_token":true'
is_status 200 'logs in'
is_json '[.user_id, .device_id, (.refresh_token | type)]' \
    '["@alice:localhost","TABLET","string"]' 'as other logins do'
token=$(get_json .access_token)
req GET $v3/account/whoami
is_json .device_id '"TABLET"' 'another device'
token=$mine
req GET $v3/account/whoami
is_status 200 'beside the first'
spend "$made"
is_err 403 M_FORBIDDEN 'once (security 15)'
spend nonsense
is_err 403 M_FORBIDDEN 'an unknown one'
token=
req POST $v3/login '{"type":"m.login.token"}'
is_err 400 M_MISSING_PARAM 'none'
req POST $v3/login '{"type":"m.login.token","token":5}'
is_err 400 M_BAD_JSON 'no text'
token=$made
req GET $v3/account/whoami
is_err 401 M_UNKNOWN_TOKEN 'it is no access token'

# Many at once.
make
for i in 1 2 3 4 5 6 7 8; do
	bg "s$i" POST $v3/login "{\"type\":\"m.login.token\",\"token\":\"$made\"}"
done
won=0
for i in 1 2 3 4 5 6 7 8; do
	bg_wait "s$i"
	[ "$status" = 200 ] && won=$((won + 1))
done
is $won 1 'one of eight at once (security 15)'

# Accounts that may not.
make
admin user lock alice
spend "$made"
is_err 401 M_USER_LOCKED 'a locked account (security 13)'
is_json .soft_logout true 'is a soft logout'
admin user unlock alice
spend "$made"
is_status 200 'whose token is good again afterwards'
make
token=$mine
req POST $v3/account/password "{\"new_password\":\"another\",$pw}"
is_status 200 'after another password'
spend "$made"
is_err 403 M_FORBIDDEN 'what was made with the old one is void (security 13)'
pw='"auth":{"type":"m.login.password","user":"alice","password":"another"}'
make
admin user deactivate alice --yes
spend "$made"
is_err 403 M_FORBIDDEN 'a deactivated account (security 13)'

# Time.
stop
conf accounts login_token_life 300ms
start
user bob
mine=$token_bob
pw='"auth":{"type":"m.login.password","user":"bob","password":"secret of bob"}'
make
is_json .expires_in_ms 300 'as long as configured'
first=$made
until make && [ "$(date +%s%N)" -gt $(($(stat -c %Y "$tmp/mxcgi.conf") * 1000000000 + 2000000000)) ]; do :; done
spend "$first"
is_err 403 M_FORBIDDEN 'and no longer'
done_testing

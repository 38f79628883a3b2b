#!/bin/sh
# Registration for those who hold a token: m.login.registration_token, with the
# tokens of mxcgi(8).
. "$(dirname "$0")/lib.sh"
conf uia register 'registration_token dummy'
start
v3=/_matrix/client/v3
r=$v3/register
validity=/_matrix/client/v1/register/m.login.registration_token/validity

begin() { req POST $r "{\"username\":\"$1\",\"password\":\"x\"}"; session=$(get_json .session); }
# stage NAME TYPE EXTRA
stage() { req POST $r "{\"username\":\"$1\",\"password\":\"x\",\"auth\":{\"type\":\"m.login.$2\",\"session\":\"$session\"${3:+,$3}}}"; }
given() { stage "$1" registration_token "\"token\":\"$2\""; }
valid() { req GET "$validity?token=$1"; is_json .valid "$2" "$3"; }

admin token add once --uses 1
admin token add ever
admin token add soon --expires 1s
valid once true 'a token that was made'
valid other false 'one that was not'
valid "$(enc "' OR 1=1 --")" false 'SQL is a token like any other (security 21)'

begin ann
is_json .flows '[{"stages":["m.login.registration_token","m.login.dummy"]}]' 'the flow'
given ann wrong
is "$status $(get_json .errcode)" '401 M_FORBIDDEN' 'a wrong token'
stage ann registration_token
is_err 400 M_MISSING_PARAM 'no token'
stage ann registration_token '"token":5'
is_err 400 M_MISSING_PARAM 'no text'
given ann "$(printf %065d 0)"
is "$status $(get_json .errcode)" '401 M_FORBIDDEN' 'too long for one'
given ann once
is_json .completed '["m.login.registration_token"]' 'the right one'
valid once true 'is not used up before the account is there'

# Two came as far as that with a token for one.
first=$session
begin bob
given bob once
second=$session
session=$first; stage ann dummy
is_status 200 'one of them registers'
valid once false 'and has used it up'
session=$second; stage bob dummy
is_err 403 M_FORBIDDEN 'the other does not, after all (security 15)'
req POST $v3/login '{"type":"m.login.password","user":"bob","password":"x"}'
is_err 403 M_FORBIDDEN 'and nothing is left of the attempt'
begin bob
given bob once
is "$status $(get_json .errcode)" '401 M_FORBIDDEN' 'a used one is as good as none'

for name in carol dave; do
	begin $name
	given $name ever
	stage $name dummy
	is_status 200 "a token for any number: $name"
done
admin token list --json
is_json 'select(.token == "ever") | .used' 2 'each use is counted'
admin token revoke ever
valid ever false 'a revoked one'
until req GET "$validity?token=soon" && [ "$(get_json .valid)" = false ]; do :; done
begin erin
given erin soon
is "$status $(get_json .errcode)" '401 M_FORBIDDEN' 'an expired one'

# Ten at once, with a token for three.
admin token add three --uses 3
for i in 0 1 2 3 4 5 6 7 8 9; do
	begin "many$i"
	given "many$i" three
	bg "m$i" POST $r "{\"username\":\"many$i\",\"password\":\"x\",\"auth\":{\"type\":\"m.login.dummy\",\"session\":\"$session\"}}"
done
won=0
for i in 0 1 2 3 4 5 6 7 8 9; do
	bg_wait "m$i"
	[ "$status" = 200 ] && won=$((won + 1))
done
is $won 3 'a token for three lets in three, however many come at once (security 15)'

# Whoever guesses is slowed down.
stop
conf limits enabled yes
conf limits check 3/0.001
conf limits account 1000/1000
start
begin guess
for i in 1 2 3; do
	given guess "guess$i"
	is_status 401 "guess $i"
done
given guess guess4
is_err 429 M_LIMIT_EXCEEDED 'one guess too many (security 16)'
for i in 1 2 3; do
	req GET "$validity?token=guess$i"
	is_status 200 "asked $i"
done
req GET "$validity?token=guess4"
is_err 429 M_LIMIT_EXCEEDED 'asking likewise (security 16)'
done_testing

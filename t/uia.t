#!/bin/sh
# User-Interactive Authentication over HTTP: flows, sessions, stages.
. "$(dirname "$0")/lib.sh"
conf terms policy 'terms_of_service 1.2 en https://example.org/tos Terms of Service'
conf terms policy 'privacy 3 en https://example.org/privacy Privacy policy'
conf terms policy 'terms_of_service 1.2 fr https://example.org/tos-fr Conditions'
conf uia register 'terms dummy'
start
v3=/_matrix/client/v3
r=$v3/register
legacy=/_matrix/client/v2_alpha/register
change=$v3/account/password

auth() { printf '"auth":{"type":"m.login.%s","session":"%s"}' "$1" "$2"; }
begin() { req POST "$1" "$2"; session=$(get_json .session); }

# The questions.
alice='"username":"alice","password":"secret of alice"'
begin $r "{$alice}"
is_status 401 'UIA-3: a request without auth never succeeds'
is_json '[.flows, .completed, (.session | type)]' \
    '[[{"stages":["m.login.terms","m.login.dummy"]}],[],"string"]' \
    'UIA-2, UIA-4: flows of stages, and a session'
is_json '.params["m.login.terms"].policies' \
    '{"privacy":{"en":{"name":"Privacy policy","url":"https://example.org/privacy"},"version":"3"},"terms_of_service":{"en":{"name":"Terms of Service","url":"https://example.org/tos"},"fr":{"name":"Conditions","url":"https://example.org/tos-fr"},"version":"1.2"}}' \
    'UIA-5: params of a stage that has some'
is_json '.params | keys' '["m.login.terms"]' 'and of no other'
is_json 'has("errcode")' false 'asking is no failure'

# In the order of the flow.
req POST $r "{$alice,$(auth dummy "$session")}"
is_status 401 'the second stage before the first'
is_json '[.errcode, .completed, .session]' "[\"M_FORBIDDEN\",[],\"$session\"]" \
    'UIA-9: fails in the standard format, with all that a client needs'
is_json '[(.error | type), (.flows | length), (.params | length)]' \
    '["string",1,1]' 'flows and params too'
req POST $r "{$alice,$(auth terms "$session")}"
is_status 401 'UIA-1, UIA-8: one stage of two'
is_json '[.errcode, .completed, .session]' \
    "[null,[\"m.login.terms\"],\"$session\"]" 'is completed'
is_json '[(.flows | length), (.params | length)]' '[1,1]' \
    'UIA-8: with the same object as before'
req POST $r "{$alice,\"auth\":{\"session\":\"$session\"}}"
is_json '[.completed, .errcode]' '[["m.login.terms"],null]' \
    'UIA-12: the session alone tells how far it is'
req POST $r "{$alice,$(auth dummy nonsense)}"
is_json '[.errcode, .completed]' '["M_FORBIDDEN",[]]' \
    'UIA-6: another session knows nothing of it'
req POST $r "{$alice,$(auth terms "$session")}"
is_json '[.completed, .errcode]' '[["m.login.terms"],null]' \
    'a completed stage is not tried again'
req POST $r "{\"username\":\"mallory\",\"password\":\"x\",$(auth dummy "$session")}"
is_err 403 M_FORBIDDEN 'a session is bound to the body (security 15)'
req POST $r "{$alice,$(auth dummy "$session")}"
is_status 200 'UIA-11: all stages: the request does its work'
token_alice=$(get_json .access_token)
req POST $r "{\"username\":\"second\",\"password\":\"x\",$(auth dummy "$session")}"
is_status 401 'a session is used once (security 15)'

# 2015: any order.
begin $legacy '{"username":"bob","password":"secret of bob"}'
is_status 401 'the same in 2015'
req POST $legacy "{\"username\":\"bob\",\"password\":\"secret of bob\",$(auth dummy "$session")}"
is_json '[.errcode, .completed]' '[null,["m.login.dummy"]]' \
    'UIA-7: in 2015 a client chooses which stage comes first'
req POST $legacy "{\"username\":\"bob\",\"password\":\"secret of bob\",$(auth terms "$session")}"
is_status 200 'UIA-7, UIA-11: and then the other'
token_bob=$(get_json .access_token)

# Requests that are not whole.
for a in 5 '[]' '"x"' '{"type":5}' '{"session":[]}'; do
	req POST $r "{\"username\":\"x\",\"password\":\"x\",\"auth\":$a}"
	is_err 400 M_BAD_JSON "auth: $a"
done
for type in m.login.password m.login.email.identity m.login.recaptcha \
    m.login.token m.login.sso m.login.dance ''; do
	begin $r '{"username":"x","password":"x"}'
	req POST $r "{\"username\":\"x\",\"password\":\"x\",\"auth\":{\"type\":\"$type\",\"session\":\"$session\"}}"
	is "$status $(get_json .errcode)" '401 M_FORBIDDEN' "a stage that is not offered: $type"
done

# m.login.password, as /account/password asks for it.
token=$token_alice
new='"new_password":"new secret"'
begin $change "{$new}"
is_json .flows '[{"stages":["m.login.password"]}]' 'PWD-1: the old password'
by() { printf '"auth":{"type":"m.login.password","session":"%s",%s}' "$session" "$1"; }
wrong='"password":"wrong"'
right='"password":"secret of alice"'
id_user='"identifier":{"type":"m.id.user","user":"alice"}'
req POST $change "{$new,$(by "$id_user,$wrong")}"
is_status 401 'a wrong password'
is_json '[.errcode, .session, .completed]' "[\"M_FORBIDDEN\",\"$session\",[]]" \
    'may be tried again'
! grep -rqaF 'secret of alice' "$tmp/data" "$tmp/run" "$tmp/log"
ok $? 'no password is kept anywhere (security 13)'
! grep -rqaF 'new secret' "$tmp/data" "$tmp/run" "$tmp/log"
ok $? 'nor the one of the body (security 13)'
req POST $change "{$new,$(by "\"user\":\"bob\",\"password\":\"secret of bob\"")}"
is "$status $(get_json .errcode)" '401 M_FORBIDDEN' \
    'the right one of somebody else is not good enough (security 15)'
req POST $change "{$new,$(by "$id_user")}"
is_err 400 M_MISSING_PARAM 'no password at all'
req POST $change "{$new,$(by "\"identifier\":{\"type\":\"m.id.dog\"},$right")}"
is_err 400 M_INVALID_PARAM 'an identifier of another kind'
token=$token_bob
req POST $change "{$new,$(by "$id_user,$right")}"
is_err 403 M_FORBIDDEN "somebody else's session (security 15)"
token=$token_alice
req POST $change "{$new,$(by "$id_user,$right")}"
is_status 200 'the right password'
is_json . '{}' 'and nothing to say'
token=
req POST $v3/login '{"type":"m.login.password","user":"alice","password":"new secret"}'
is_status 200 'the new one is in force'
req POST $v3/login '{"type":"m.login.password","user":"alice","password":"secret of alice"}'
is_err 403 M_FORBIDDEN 'and the old one is not'
token=$token_alice
for who in '"user":"alice"' '"user":"@alice:localhost"' \
    '"identifier":{"type":"m.id.user","user":"@alice:localhost"}'; do
	begin $change '{"new_password":"new secret"}'
	req POST $change "{$new,$(by "$who,\"password\":\"new secret\"")}"
	is_status 200 "by $who"
done
req POST $change "{$new,\"auth\":{\"type\":\"m.login.password\",\"user\":\"alice\",\"password\":\"new secret\"}}"
is_status 200 'a flow of one stage passes in one step'
req POST /_matrix/client/v2_alpha/account/password \
    "{$new,\"auth\":{\"type\":\"m.login.password\",\"user\":\"alice\",\"password\":\"new secret\"}}"
is_status 200 '5.5: by the path of 2015'

# One endpoint is not another, though both ask for the same of the same body.
confirmed='"type":"m.login.password","user":"alice","password":"new secret"'
begin $v3/account/deactivate '{}'
req POST /_matrix/client/v1/login/get_token "{\"auth\":{$confirmed,\"session\":\"$session\"}}"
is_err 403 M_FORBIDDEN 'a session is bound to its endpoint (security 15)'
like 'belongs to another request' 'and says so'

# Many of one session at once: the password is changed once.
begin $change "{$new}"
for i in 1 2 3 4 5 6; do
	bg "c$i" POST $change "{$new,$(by '"user":"alice","password":"new secret"')}"
done
won=0
for i in 1 2 3 4 5 6; do
	bg_wait "c$i"
	[ "$status" = 200 ] && won=$((won + 1))
done
is $won 1 'one session does one thing, however often it is sent at once (security 15)'

# m.login.token, which 2015 had as a stage.
stop
conf uia password 'token | password dummy'
start
token=$token_alice
get=/_matrix/client/v1/login/get_token
one_step='"auth":{"type":"m.login.password","user":"alice","password":"new secret"}'
req POST $get "{$one_step}"
is_status 200 'a token for a login'
login_token=$(get_json .login_token)
! grep -rqaF "$login_token" "$tmp/data" "$tmp/run" "$tmp/log"
ok $? 'of which only the hash is kept (security 14)'
begin $change "{$new}"
is_json .flows '[{"stages":["m.login.token"]},{"stages":["m.login.password","m.login.dummy"]}]' \
    'UIA-2: one of two flows'
by_token() { printf '"auth":{"type":"m.login.token","session":"%s","user":"alice","token":"%s","txn_id":"n"}' "$session" "$1"; }
req POST $change "{$new,$(by_token nonsense)}"
is "$status $(get_json .errcode)" '401 M_FORBIDDEN' 'an unknown token'
req POST $change "{$new,$(by_token "$login_token" | sed 's/"alice"/"bob"/')}"
is "$status $(get_json .errcode)" '401 M_FORBIDDEN' "m.login.token: not somebody else's"
req POST $change "{$new,$(by_token "$login_token")}"
is_status 200 'm.login.token: as a stage'
begin $change "{$new}"
req POST $change "{$new,$(by_token "$login_token")}"
is "$status $(get_json .errcode)" '401 M_FORBIDDEN' 'which is used up by that'
begin $change "{$new}"
req POST $change "{$new,$(auth password "$session" | sed 's/}$/,"user":"alice","password":"new secret"}/')}"
is_json .completed '["m.login.password"]' 'or by the other flow'
req POST $change "{$new,$(auth dummy "$session")}"
is_status 200 'to its end'

# Guesses.
stop
conf limits enabled yes
conf limits guess 3/0.001
conf limits account 1000/1000
start
token=$token_alice
for i in 1 2 3; do
	req POST $change "{$new,\"auth\":{\"type\":\"m.login.password\",\"user\":\"alice\",\"password\":\"wrong\"}}"
	is_status 401 "guess $i"
done
req POST $change "{$new,\"auth\":{\"type\":\"m.login.password\",\"user\":\"alice\",\"password\":\"new secret\"}}"
is_err 429 M_LIMIT_EXCEEDED 'M_LIMIT_EXCEEDED: one guess too many (security 16)'
is_json '.retry_after_ms > 0' true 'how long to wait'
is_head '^retry-after: [0-9]+$' 'likewise in a header'
token=
req POST $v3/login '{"type":"m.login.password","user":"alice","password":"new secret"}'
is_err 429 M_LIMIT_EXCEEDED 'logging in counts with it (security 16)'
req POST $v3/login '{"type":"m.login.password","user":"bob","password":"secret of bob"}'
is_status 200 'others are not concerned'
for i in 1 2 3; do
	req POST $v3/login '{"type":"m.login.password","user":"nobody","password":"x"}'
	is_err 403 M_FORBIDDEN "nobody, $i"
done
req POST $v3/login '{"type":"m.login.password","user":"nobody","password":"x"}'
is_err 429 M_LIMIT_EXCEEDED 'whether there is such a user or not (security 13)'

done_testing

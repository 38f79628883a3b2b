#!/bin/sh
# What a confirmed address is good for: registration, login, a forgotten
# password.  A real mail server receives the messages.
. "$(dirname "$0")/lib.sh"
mkdir "$tmp/mail"
# Not a child of ours: stop waits for those.
smtpd=$(sh "$SRC/t/tools/smtpd" "$tmp/mail" >/dev/null 2>>"$tmp/log" & echo $!)
trap 'end=$?; trap - EXIT; kill $smtpd; stop; rm -rf "$tmp"; exit $end' EXIT
until [ -s "$tmp/mail/port" ]; do kill -0 $smtpd || bail_out 'no mail server'; done
conf mail from 'A server <server@example.org>'
conf mail smtp "smtp://127.0.0.1:$(cat "$tmp/mail/port")"
conf uia register 'email dummy | dummy'
start
v3=/_matrix/client/v3
v2=/_matrix/client/v2_alpha
sent=0

# ask PURPOSE ADDRESS SECRET: a message is sent; sets $sid.
ask() {
	req POST "$v3/$1/email/requestToken" \
	    "{\"client_secret\":\"$3\",\"email\":\"$2\",\"send_attempt\":1}"
	sid=$(get_json .sid) secret=$3
	sent=$((sent + 1))
}
# follow: the link in the last message, or nothing where it holds none.
follow() {
	grep -q '^' "$tmp/mail/$sent" || bail_out 'the message has not come'
	link=$(tr -d '\r' <"$tmp/mail/$sent" | sed -e ':a' -e '/=$/{N;s/=\n//;ba' -e '}' |
	    sed 's/=3D/=/g' | grep -o 'confirm?[^ "<>]*' | head -n 1)
	t=${link##*token=}
	req POST /_matrix/mxcgi/submit_token \
	    "{\"sid\":\"$sid\",\"client_secret\":\"$secret\",\"token\":\"${t%%&*}\"}"
}
creds() { printf '"threepid_creds":{"sid":"%s","client_secret":"%s"}' "$sid" "$secret"; }
email() { printf '"auth":{"type":"m.login.email.identity","session":"%s",%s}' "$session" "$(creds)"; }
dummy() { printf '"auth":{"type":"m.login.dummy","session":"%s"}' "$session"; }
begin() { req POST "$1" "$2"; session=$(get_json .session); }
login() { token=; req POST $v3/login "{\"type\":\"m.login.password\",$1,\"password\":\"$2\"}"; }

# Registration with an email stage.
alice='"username":"alice","password":"secret of alice"'
ask register Alice@Example.org s1
is_status 200 'a message is sent'
begin $v3/register "{$alice}"
req POST $v3/register "{$alice,$(email)}"
is_status 401 'UIA-10: before the link is followed'
is_json '[.errcode, .completed, .session]' "[\"M_UNAUTHORIZED\",[],\"$session\"]" \
    'the stage is open, and may be tried again'
req POST $v3/register "{$alice,\"auth\":{\"type\":\"m.login.email.identity\",\"session\":\"$session\",\"threepid_creds\":{\"sid\":\"$sid\",\"client_secret\":\"wrong\"}}}"
is "$status $(get_json .errcode)" '401 M_THREEPID_AUTH_FAILED' 'with another secret'
req POST $v3/register "{$alice,\"auth\":{\"type\":\"m.login.email.identity\",\"session\":\"$session\"}}"
is_err 400 M_MISSING_PARAM 'with nothing'
follow
is_json .success true 'the link is followed'
req POST $v3/register "{$alice,$(email)}"
is_json '[.errcode, .completed]' '[null,["m.login.email.identity"]]' \
    'UIA-10, m.login.email.identity: and then it is passed'
req POST $v3/register "{$alice,$(dummy)}"
is_status 200 'registered'
token=$(get_json .access_token)
old=$token
req GET $v3/account/3pid
is_json '[.threepids[] | [.medium, .address]]' '[["email","alice@example.org"]]' \
    '5.7: the address is in account/3pid'
is_json '.threepids[0] | .validated_at > 0 and .added_at >= .validated_at' true \
    'since when'
token=
begin $v3/register '{"username":"other","password":"x"}'
req POST $v3/register "{\"username\":\"other\",\"password\":\"x\",$(email)}"
is "$status $(get_json .errcode)" '401 M_THREEPID_AUTH_FAILED' \
    'a confirmation is used once (security 22)'

# The same in the words of 2015: an array.
ask register bob@example.org s2
follow
bob='"username":"bob","password":"secret of bob"'
begin $v2/register "{$bob}"
req POST $v2/register "{$bob,\"auth\":{\"type\":\"m.login.email.identity\",\"session\":\"$session\",\"threepidCreds\":[{\"sid\":\"$sid\",\"client_secret\":\"$secret\",\"id_server\":\"matrix.org:8090\"}]}}"
is_json .completed '["m.login.email.identity"]' \
    '3PID-1, m.login.email.identity: an array as in 2015'
req POST $v2/register "{$bob,$(dummy)}"
is_status 200 'registered'

# And before that: api/v1, clientSecret and idServer.
ask register carol@example.org s3
follow
v1=/_matrix/client/api/v1/register
req POST $v1 "{\"type\":\"m.login.email.identity\",\"threepidCreds\":[{\"sid\":\"$sid\",\"clientSecret\":\"$secret\",\"idServer\":\"matrix.org:8090\"}]}"
is_json .next '"m.login.password"' '3PID-1: the spelling of the attic'
req POST $v1 "{\"type\":\"m.login.password\",\"session\":\"$(get_json .session)\",\"user\":\"carol\",\"password\":\"secret of carol\"}"
is_json .user_id '"@carol:localhost"' 'registered'

# An address that is taken: the same answer, and nothing to confirm.
ask register alice@example.org s4
is_status 200 'a known address is answered like another (security 22)'
! grep -q 'confirm?' "$tmp/mail/$sent"
ok $? 'but the message holds no link'
begin $v3/register '{"username":"other","password":"x"}'
req POST $v3/register "{\"username\":\"other\",\"password\":\"x\",$(email)}"
[ "$status" = 401 ]
ok $? 'and the session is good for nothing'

# Two want one address at once, both confirmed.
ask register both@example.org s5; follow; sid1=$sid
ask register both@example.org s6; follow; sid2=$sid
secret=s5 sid=$sid1; begin $v3/register '{"username":"both1","password":"x"}'
req POST $v3/register "{\"username\":\"both1\",\"password\":\"x\",$(email)}"; session1=$session
secret=s6 sid=$sid2; begin $v3/register '{"username":"both2","password":"x"}'
req POST $v3/register "{\"username\":\"both2\",\"password\":\"x\",$(email)}"
req POST $v3/register "{\"username\":\"both2\",\"password\":\"x\",$(dummy)}"
is_status 200 'one of two who confirmed one address'
session=$session1
req POST $v3/register "{\"username\":\"both1\",\"password\":\"x\",$(dummy)}"
is_err 400 M_THREEPID_IN_USE 'the other hears that it is taken'
login '"user":"both1"' x
is_err 403 M_FORBIDDEN 'and has no account'

# Login by address.
by_address='"identifier":{"type":"m.id.thirdparty","medium":"email","address":"alice@example.org"}'
login "$by_address" 'secret of alice'
is_json .user_id '"@alice:localhost"' 'login by address'
login '"identifier":{"type":"m.id.thirdparty","medium":"email","address":"ALICE@example.ORG"}' 'secret of alice'
is_status 200 'in whatever case'
login '"medium":"email","address":"alice@example.org"' 'secret of alice'
is_status 200 'as before 2018'
login '"identifier":{"medium":"email","address":"alice@example.org"}' 'secret of alice'
is_status 200 'as the example of the specification has it'
login "$by_address" wrong
is_err 403 M_FORBIDDEN 'LOG-2: a wrong password'
login '"identifier":{"type":"m.id.thirdparty","medium":"email","address":"nobody@example.org"}' x
is_err 403 M_FORBIDDEN 'LOG-2: an address that nobody has'

# A forgotten password.
new='"new_password":"remembered"'
begin $v2/account/password "{$new}"
is_json .flows '[{"stages":["m.login.email.identity"]}]' \
    'PWD-1, 5.5: without a token an address of the account'
token=
ask account/password nobody@example.org r0
is_status 200 'nobody hears which addresses are known (security 22)'
! grep -q 'confirm?' "$tmp/mail/$sent"
ok $? 'the message says that this one is not'
ask account/password alice@example.org r1
begin $v3/account/password "{$new}"
req POST $v3/account/password "{$new,$(email)}"
is "$status $(get_json .errcode)" '401 M_UNAUTHORIZED' 'before the link is followed'
follow
req POST $v3/account/password "{$new,$(email)}"
is_status 200 'the password is set'
is_json . '{}' '5.5: with nothing to say'
login '"user":"alice"' remembered
is_status 200 'it is good'
fresh=$(get_json .access_token)
login '"user":"alice"' 'secret of alice'
is_err 403 M_FORBIDDEN 'the old one is not'
token=$old
req GET $v3/account/whoami
is_err 401 M_UNKNOWN_TOKEN 'a reset ends all sessions (security 13)'
token=
begin $v3/account/password "{$new}"
req POST $v3/account/password "{$new,$(email)}"
is "$status $(get_json .errcode)" '401 M_THREEPID_AUTH_FAILED' \
    'a confirmation is used once (security 22)'
ask account/password alice@example.org r2
follow
begin $v3/account/password "{$new,\"logout_devices\":false}"
req POST $v3/account/password "{$new,\"logout_devices\":false,$(email)}"
token=$fresh
req GET $v3/account/whoami
is_status 200 'unless sessions shall live on'

# One purpose is not another.
token=
ask register dave@example.org p1
follow
begin $v3/account/password "{$new}"
req POST $v3/account/password "{$new,$(email)}"
is "$status $(get_json .errcode)" '401 M_THREEPID_AUTH_FAILED' \
    'who may register may not set passwords (security 15)'
ask account/password bob@example.org p2
follow
token=$fresh
stop
conf uia password email
start
begin $v3/account/password "{$new}"
req POST $v3/account/password "{$new,$(email)}"
is "$status $(get_json .errcode)" '401 M_THREEPID_NOT_FOUND' \
    "somebody else's address does not stand for the caller (security 15)"

# The address goes after it was confirmed.
token=
ask account/password bob@example.org n1
follow
login '"user":"bob"' 'secret of bob'
token=$(get_json .access_token)
req POST $v3/account/3pid/delete '{"medium":"email","address":"bob@example.org"}'
is_status 200 'an address is given up'
token=
begin $v3/account/password "{$new}"
req POST $v2/account/password "{$new}"
session=$(get_json .session)
req POST $v2/account/password "{$new,$(email)}"
is "$status $(get_json .errcode)" '401 M_THREEPID_AUTH_FAILED' \
    'and what was confirmed of it is void'

# Two confirmations; the first one used voids the other.
stop
conf uia password password
start
ask account/password alice@example.org v1; follow; sid1=$sid
ask account/password alice@example.org v2; follow
begin $v3/account/password "{$new}"
req POST $v3/account/password "{$new,$(email)}"
is_status 200 'a password is set'
sid=$sid1 secret=v1
begin $v3/account/password "{$new}"
req POST $v3/account/password "{$new,$(email)}"
is "$status $(get_json .errcode)" '401 M_THREEPID_AUTH_FAILED' \
    'what was confirmed before sets no other (security 13)'

done_testing

#!/bin/sh
# Addresses of an account: account/3pid and what is below it, with an identity
# server that says what this test wants; t/sydent.t speaks to a real one.
. "$(dirname "$0")/lib.sh"
. "$SRC/t/tools/idserver.sh"
mkdir "$tmp/mail"
# Not children of ours: stop waits for those.
smtpd=$(sh "$SRC/t/tools/smtpd" "$tmp/mail" >/dev/null 2>>"$tmp/log" & echo $!)
# One that takes connections and never says a word.
silent=$(perl -MIO::Socket::INET -e '$| = 1; my $s = IO::Socket::INET->new(
    Listen => 9, LocalAddr => "127.0.0.1"); open my $f, ">", shift; print $f
    $s->sockport; close $f; sleep 600' "$tmp/silent" >/dev/null 2>&1 & echo $!)
trap 'end=$?; trap - EXIT; kill $smtpd $silent; idserver_stop; stop
    rm -rf "$tmp"; exit $end' EXIT
until [ -s "$tmp/mail/port" ] && [ -s "$tmp/silent" ]; do
	kill -0 $smtpd && kill -0 $silent || bail_out 'a partner is missing'
done
idserver_start
mute=localhost:$(cat "$tmp/silent")
printf '#!/bin/sh\ncat >"%s/sms"\n' "$tmp" >"$tmp/sms.sh"
chmod 700 "$tmp/sms.sh"
conf mail from 'A server <server@example.org>'
conf mail smtp "smtp://127.0.0.1:$(cat "$tmp/mail/port")"
conf msisdn command "$tmp/sms.sh"
conf uia add_3pid dummy
conf uia deactivate dummy
conf accounts guests yes
conf identity servers "$idserver $nobind localhost:1 $mute"
conf outbound allow 127.0.0.1
conf outbound ca_file "$tmp/ca.pem"
conf outbound timeout 3s
start
v3=/_matrix/client/v3
v2=/_matrix/client/v2_alpha
dummy='"auth":{"type":"m.login.dummy"}'

# creds SERVER SECRET: members of an object.
creds() { printf '"id_server":"%s","sid":"s1","client_secret":"%s"' "$1" "$2"; }
add2015() { req POST $v2/account/3pid "{\"threePidCreds\":{$(creds "$1" "$2")}$3}"; }
addtoday() { req POST $v3/account/3pid "{\"three_pid_creds\":{$(creds "$1" "$2")}$3}"; }
bind() { req POST $v3/account/3pid/bind "{$(creds "$1" good),\"id_access_token\":\"$2\"}"; }
take() { req POST "$v3/account/3pid/$1" "{\"medium\":\"email\",\"address\":\"$2\"$3}"; }
binds() { asked . && grep -c /3pid/bind "$tmp/idserver.log"; }
result() { is_json . "{\"id_server_unbind_result\":\"$1\"}" "$2"; }
# has LIST NAME: the addresses of the account are these.
has() {
	req GET $v3/account/3pid
	is_json '[.threepids[].address]' "$1" "$2"
}
user carol
user bob
user alice

# 2015.
req GET $v2/account/3pid
is_json . '{"threepids":[]}' '5.7: no address yet'
add2015 "$idserver" good
is_status 200 '5.6, 3PID-1: threePidCreds of 2015'
is_json . '{}' 'nothing to say'
for version in v2_alpha r0 v3; do
	req GET "/_matrix/client/$version/account/3pid"
	is_json '[.threepids[] | [.medium, .address, .validated_at]]' \
	    "[[\"email\",\"good@example.org\",$idserver_ms]]" "5.7: the list, $version"
done
is_json '.threepids[0].added_at > 1445000000000' true 'since when it is here'
asked '^GET /_matrix/identity/api/v1/3pid/getValidated3pid[?]sid=s1&client_secret=good - -$'
ok $? 'version 1 of the identity server was asked'
! asked 'bind'
ok $? 'and published nothing'
add2015 "$idserver" good
is_status 200 'the owner may add it again'
has '["good@example.org"]' 'it is there once'
req POST $v2/account/3pid "{\"three_pid_creds\":{$(creds "$idserver" mine)}}"
is_status 200 '3PID-1: three_pid_creds'
has '["good@example.org","mine@example.org"]' 'letters are folded'
as bob
add2015 "$idserver" good
is_err 400 M_THREEPID_IN_USE 'an address of somebody else'
has '[]' 'is not doubled'
as alice
has '["good@example.org","mine@example.org"]' 'nor lost'

# Who does not confirm it.
as bob
refused() { is_err 403 M_THREEPID_AUTH_FAILED "5.6, M_THREEPID_AUTH_FAILED: $1"; }
for path in add2015 addtoday; do
	$path "$idserver" wrong;	refused "a wrong secret, $path"
	$path "$idserver" wait;		refused "not confirmed yet, $path"
	$path "$idserver" lie;		refused "confirmed for nothing, $path"
	$path "$idserver" long;		refused "an endless answer (security 26), $path"
	$path "$idserver" away;		refused "from https to http (security 26), $path"
	$path localhost:1 good;		refused "nobody is there, $path"
	$path "$mute" good;		refused "nobody speaks, $path"
done
! asked '^GET /elsewhere .*localhost'
ok $? 'nobody went from https to http'
add2015 elsewhere.example.org good;	refused 'a server that nobody trusts'
addtoday elsewhere.example.org good
is_err 400 M_SERVER_NOT_TRUSTED 'the same today'
has '[]' 'nothing was added'
stop
conf outbound allow 10.0.0.1
start
as bob
add2015 "$idserver" good;		refused 'an address inside (security 26)'
stop
conf outbound allow 127.0.0.1
certificate other
conf outbound ca_file "$tmp/other.pem"
start
as bob
add2015 "$idserver" good;		refused 'a certificate that nobody knows'
stop
conf outbound ca_file "$tmp/ca.pem"
start
as bob

# Requests that are not whole.
req POST $v2/account/3pid '{}';		is_err 400 M_BAD_JSON '2015: no threePidCreds'
req POST $v3/account/3pid '{}';		is_err 400 M_MISSING_PARAM 'no three_pid_creds'
req POST $v2/account/3pid '{"threePidCreds":{"sid":"1","client_secret":"s"}}'
is_err 400 M_BAD_JSON '2015: no id_server'
add2015 "$idserver" 'a b';		is_err 400 M_INVALID_PARAM 'no secret'
add2015 "user@$idserver" good;		is_err 400 M_INVALID_PARAM 'no host'
add2015 "$idserver/path?" good;		is_err 400 M_INVALID_PARAM 'no path'
req POST $v3/account/3pid '{"three_pid_creds":[]}'
is_err 400 M_BAD_JSON 'a list'
token=
req POST "$v3/register?kind=guest" '{}'
token=$(get_json .access_token)
req GET $v3/account/3pid
is_err 403 M_GUEST_ACCESS_FORBIDDEN 'guests have no addresses'
add2015 "$idserver" good
is_err 403 M_GUEST_ACCESS_FORBIDDEN 'and get none'

# bind.
as bob
add2015 "$idserver" good ',"bind":true'
is_err 400 M_THREEPID_IN_USE 'bind: an address of somebody else'
! asked '/bind '
ok $? 'is not published'
as alice
take delete good@example.org
result no-support 'delete: it was published nowhere'
has '["mine@example.org"]' 'deleted'
as bob
add2015 "$nobind" good ',"bind":true'
refused 'bind: true, and the server refuses to publish it'
has '[]' 'then the address does not join'
before=$(binds)
addtoday "$idserver" good ',"bind":true'
is_status 200 'today bind is ignored'
is "$(binds)" "$before" 'nothing is published'
take delete good@example.org
add2015 "$idserver" good ',"bind":true'
is_status 200 '5.6: bind: true'
asked '^POST /_matrix/identity/api/v1/3pid/bind sid=s1&client_secret=good&mxid=%40bob%3Alocalhost -$'
ok $? '5.6: it was published, in the form of 2015'
has '["good@example.org"]' 'and joined'
take unbind good@example.org
result success 'unbind, from where it was published'
asked '^POST /_matrix/identity/v2/3pid/unbind .*good@example.org.* X-Matrix origin=\\x22localhost\\x22,key=\\x22ed25519:'
ok $? 'signed by this server'
has '["good@example.org"]' 'it stays with the account'
take unbind good@example.org
result no-support 'unbind: it is published nowhere'
take unbind good@example.org ",\"id_server\":\"$idserver\""
result success 'unbind, from the server that is named'
take unbind good@example.org ',"id_server":"localhost:1"'
result no-support 'unbind, and nobody is there'

# Today's bind.
as carol
bind "$idserver" token
is_json . '{}' 'bind'
asked '^POST /_matrix/identity/v2/3pid/bind .*@carol:localhost.* Bearer token$'
ok $? 'version 2 of the identity server, with its token'
has '[]' 'is no address of the account'
bind "$idserver" terms
is_err 403 M_TERMS_NOT_SIGNED 'what the identity server says is passed on'
like 'sign them' 'in its words'
bind "$idserver" nobody
is_err 400 M_UNKNOWN 'but not that a token is unknown, which was not ours'
bind localhost:1 token
is_err 503 M_UNKNOWN 'nobody is there'
is_head '^retry-after: ' 'try again'
bind "$idserver" 'a\r\nHost: b'
is_err 400 M_INVALID_PARAM 'no header in a token (security 22)'
req POST $v3/account/3pid/bind '{"sid":"1"}'
is_err 400 M_MISSING_PARAM 'bind needs all'

# Delete.
take delete good@example.org
is_err 400 M_THREEPID_NOT_FOUND 'delete what another account has'
as bob
bind "$idserver" token
take delete Good@Example.org
result success 'delete, and it is published no more'
has '[]' 'deleted'
take delete good@example.org
is_err 400 M_THREEPID_NOT_FOUND 'delete it again'
for what in '"medium":"fax","address":"1"' '"medium":"email","address":"none"'; do
	req POST $v3/account/3pid/delete "{$what}"
	is_err 400 M_INVALID_PARAM "no address: $what"
done
add2015 "$idserver" good ',"bind":true'
idserver_stop
take delete good@example.org
result no-support 'delete, and the identity server is down'
has '[]' 'deleted all the same'
idserver_start
stop
conf identity servers "$idserver"
start

# Confirmed by this server.  ask SECRET ADDRESS sets $sid; follow N the link of
# the Nth mail.
ask() {
	req POST $v3/account/3pid/email/requestToken \
	    "{\"client_secret\":\"$1\",\"email\":\"$2\",\"send_attempt\":1}"
	sid=$(get_json .sid)
}
follow() {
	link=$(tr -d '\r' <"$tmp/mail/$1" | sed -e ':a' -e '/=$/{N;s/=\n//;ba' -e '}' |
	    sed 's/=3D/=/g' | grep -o 'confirm?[^ "<>]*' | head -n 1)
	t=${link##*token=}
	req POST /_matrix/mxcgi/submit_token \
	    "{\"sid\":\"$2\",\"client_secret\":\"$3\",\"token\":\"${t%%&*}\"}"
}
own() { req POST $v3/account/3pid/add "{\"sid\":\"$1\",\"client_secret\":\"$2\"${3-,$dummy}}"; }
as bob
ask b1 shared@example.org;		bobs=$sid
as alice
ask a1 shared@example.org;		alices=$sid
own "$alices" a1 ''
is_status 401 'add asks for authentication'
is_json .flows '[{"stages":["m.login.dummy"]}]' 'as the configuration wants'
own "$alices" a1;			refused 'add, before it is confirmed'
follow 1 "$bobs" b1
follow 2 "$alices" a1
own "$alices" wrong;			refused 'add, with a wrong secret'
own nonsense a1;			refused 'add, of no session'
own "$alices" a1
is_json . '{}' 'add'
has '["mine@example.org","shared@example.org"]' 'added'
own "$alices" a1;			refused 'a session is good for once (security 22)'
as bob
own "$bobs" b1
is_err 400 M_THREEPID_IN_USE 'who comes second does not get it'
has '[]' 'not at all'
ask b2 bob@example.org
follow 3 "$sid" b2
bare="\"three_pid_creds\":{\"sid\":\"$sid\",\"client_secret\":\"b2\"}"
req POST $v3/account/3pid "{$bare}"
is_status 401 'POST account/3pid without id_server wants to know who it is, like add'
is_json '.flows | length' 1 'and says how'
req POST $v3/account/3pid "{$bare,\"auth\":{\"type\":\"m.login.dummy\"}}"
is_status 200 'POST account/3pid without id_server'
has '["bob@example.org"]' 'takes a session of this server'
req POST $v3/account/3pid/msisdn/requestToken \
    '{"client_secret":"b3","country":"GB","phone_number":"07700900001","send_attempt":1}'
sid=$(get_json .sid)
req POST /_matrix/mxcgi/submit_token \
    "{\"sid\":\"$sid\",\"client_secret\":\"b3\",\"token\":\"$(grep -o '[0-9]\{6\}' "$tmp/sms" | tail -n 1)\"}"
own "$sid" b3
has '["bob@example.org","447700900001"]' 'a telephone'
req POST $v3/account/3pid/delete '{"medium":"msisdn","address":"447700900001"}'
result no-support 'delete a telephone'
has '["bob@example.org"]' 'deleted'

# A forgotten password, and the word of an identity server.
reset() {
	req POST $v2/account/password '{"new_password":"another"}'
	req POST $v2/account/password "{\"new_password\":\"another\",\"auth\":{\"type\":\"m.login.email.identity\",\"session\":\"$(get_json .session)\",\"threepidCreds\":[{$(creds "$idserver" "$1")}]}}"
}
as alice
has '["mine@example.org","shared@example.org"]' 'whose address is confirmed there'
token=
reset mine
is_status 200 'PWD-1: m.login.email.identity, by the word of an identity server'
reset mine
is_err 403 M_THREEPID_AUTH_FAILED 'which counts once (security 15)'
reset old
is "$status $(get_json .errcode)" '401 M_THREEPID_AUTH_FAILED' 'nor for ever'
reset wait
is "$status $(get_json .errcode)" '401 M_UNAUTHORIZED' 'not before it is confirmed'
reset lie
is "$status $(get_json .errcode)" '401 M_THREEPID_AUTH_FAILED' 'nor for nothing'
reset unknown
is "$status $(get_json .errcode)" '401 M_THREEPID_AUTH_FAILED' 'nor for a session that it does not know'

# The end of an account.
as carol
req POST $v3/account/deactivate "{$dummy}"
result success 'deactivate takes back what was published'
asked '^POST /_matrix/identity/v2/3pid/unbind .*@carol:localhost'
ok $? 'at the identity server'
token=
req POST $v3/login '{"type":"m.login.password","user":"alice","password":"another"}'
token=$(get_json .access_token)
req POST $v3/account/deactivate "{\"id_server\":\"no server\",$dummy}"
is_err 400 M_INVALID_PARAM 'deactivate, and an id_server that is none'
req POST $v3/account/deactivate "{\"id_server\":\"$idserver\",$dummy}"
result success 'deactivate names the server that is to forget'
asked '3pid/unbind .*shared@example.org'
ok $? 'which is asked about every address'
token=
reset good
is_err 404 M_NOT_FOUND '5.5, M_NOT_FOUND: an address that no account has (any more)'
as bob
bind "$idserver" token
idserver_stop
req POST $v3/account/deactivate "{$dummy}"
result no-support 'deactivate, and the identity server is down'
req GET $v3/account/whoami
is_err 401 M_UNKNOWN_TOKEN 'the account has ended all the same'

done_testing

#!/bin/sh
# A real identity server: Sydent confirms an address by mail, publishes whose it
# is in 2015's way and in today's, takes it back when this server asks, and keeps
# invitations for whoever will have an address.
# Each trusts the other by TLS; nothing leaves this machine.
. "$(dirname "$0")/lib.sh"
. "$SRC/t/tools/idserver.sh"
mkdir "$tmp/mail" "$tmp/tls" "$tmp/res" "$tmp/res/plain"
smtpd=$(sh "$SRC/t/tools/smtpd" "$tmp/mail" >/dev/null 2>>"$tmp/log" & echo $!)
sydent=
trap 'end=$?; trap - EXIT; kill $smtpd; stop_sydent; stop_tls; stop; rm -rf "$tmp"; exit $end' EXIT
until [ -s "$tmp/mail/port" ]; do kill -0 $smtpd || bail_out 'no mail server'; done

certificate ca
is_port=$(free_port) our_port=$(free_port) plain_port=$(free_port)
idserver=localhost:$is_port

# ------------------------------------------------------------------- TLS

tls_conf() {
	[ "$(id -u)" != 0 ] || echo 'user root;'
	cat <<-END
	daemon on;
	pid $tmp/tls/pid;
	error_log $tmp/tls/log error;
	events { worker_connections 64; }
	http {
		access_log $tmp/tls/access;
		client_body_temp_path $tmp/tls/body;
		fastcgi_temp_path $tmp/tls/fastcgi;
		proxy_temp_path $tmp/tls/proxy;
		uwsgi_temp_path $tmp/tls/uwsgi;
		scgi_temp_path $tmp/tls/scgi;
		ssl_certificate $tmp/ca.pem;
		ssl_certificate_key $tmp/ca.key;
		server {
			listen 127.0.0.1:$is_port ssl;
			location / { proxy_pass http://127.0.0.1:$plain_port; }
		}
		server {
			listen 127.0.0.1:$our_port ssl;
			location / { proxy_pass http://unix:$tmp/http.sock:; }
		}
	}
	END
}
stop_tls() {
	pid=$(cat "$tmp/tls/pid" 2>/dev/null) || return 0
	while kill "$pid" 2>/dev/null && [ -f "$tmp/tls/pid" ]; do sleep 0.02; done
}

# ---------------------------------------------------------------- Sydent

cat >"$tmp/res/plain/verification_template.eml" <<'END'
Date: %(date)s
From: %(from)s
To: %(to)s
Message-ID: %(messageid)s
Subject: Confirm

token=%(token)s
END
cat >"$tmp/res/plain/invite_template.eml" <<'END'
Date: %(date)s
From: %(from)s
To: %(to)s
Message-ID: %(messageid)s
Subject: An invitation

room=%(room_name)s
who=%(sender_display_name)s
token=%(token)s
key=%(ephemeral_private_key)s
END
cat >"$tmp/sydent.conf" <<END
[general]
server.name = $idserver
log.path = $tmp/sydent.log
pidfile.path = $tmp/sydent.pid
templates.path = $tmp/res
brand.default = plain
ip.whitelist = 127.0.0.1
enable_v1_access = true
enable_v1_associations = true
[db]
db.file = $tmp/sydent.db
[http]
clientapi.http.bind_address = 127.0.0.1
clientapi.http.port = $plain_port
replication.https.bind_address = 127.0.0.1
replication.https.port = 0
client_http_base = https://$idserver
federation.verifycerts = true
[email]
email.smtphost = 127.0.0.1
email.smtpport = $(cat "$tmp/mail/port")
email.from = sydent@example.org
email.hostname = localhost
email.ratelimit_sender.burst = 100
END
# Nothing to wait for but that it answers.
start_sydent() {
	sydent=$(cd "$tmp" && SYDENT_CONF=$tmp/sydent.conf SSL_CERT_FILE=$tmp/ca.pem \
	    "$BUILD/sydent/bin/python" -m sydent.sydent >"$tmp/sydent.out" 2>&1 & echo $!)
	until curl -s "http://127.0.0.1:$plain_port/_matrix/identity/versions" >/dev/null; do
		kill -0 "$sydent" 2>/dev/null ||
		    { cat "$tmp/sydent.out" "$tmp/sydent.log" >>"$tmp/log"; bail_out 'no Sydent'; }
		sleep 0.05
	done
}
stop_sydent() {
	[ -n "$sydent" ] || return 0
	while kill "$sydent" 2>/dev/null; do sleep 0.05; done
	sydent=
}
# ids METHOD PATH [BODY]: asks Sydent, by TLS as clients do, as $id_token.
ids() {
	asked="$1 $2"
	curl -sS --cacert "$tmp/ca.pem" --max-time 60 -X "$1" \
	    ${id_token:+-H "Authorization: Bearer $id_token"} \
	    -H 'Content-Type: application/json' ${3:+--data-binary "$3"} \
	    -o "$tmp/body" -w '%{http_code}\n' \
	    "https://$idserver/_matrix/identity$2" >"$tmp/ids.status" 2>>"$tmp/curl.err"
	status=$(cat "$tmp/ids.status")
}

# confirm API ADDRESS SECRET: sets $sid; begun only when $4 is given.
sent=0
confirm() {
	ids POST "$1/validate/email/requestToken" \
	    "{\"email\":\"$2\",\"client_secret\":\"$3\",\"send_attempt\":1}"
	sid=$(get_json .sid)
	sent=$((sent + 1))
	[ -z "${4-}" ] || return 0
	mailed=$(sed -n 's/^token=\([^[:space:]]*\).*/\1/p' "$tmp/mail/$sent")
	ids POST "$1/validate/email/submitToken" \
	    "{\"sid\":\"$sid\",\"client_secret\":\"$3\",\"token\":\"$mailed\"}"
}
# lookup ADDRESS: whose it is at Sydent, in the way of 2015.
lookup() { id_token= ids GET "/api/v1/lookup?medium=email&address=$1"; }

conf server name "localhost:$our_port"
conf identity servers "$idserver"
conf outbound allow 127.0.0.1
conf outbound ca_file "$tmp/ca.pem"
conf uia deactivate dummy
start
for try in 1 2 3; do
	tls_conf >"$tmp/tls/nginx.conf"
	nginx -p "$tmp/tls" -c "$tmp/tls/nginx.conf" -e "$tmp/tls/log" && break
done
until [ -s "$tmp/tls/pid" ]; do [ -s "$tmp/tls/log" ] && bail_out "$(cat "$tmp/tls/log")"; done
start_sydent
v3=/_matrix/client/v3
v2=/_matrix/client/v2_alpha
r0=/_matrix/client/r0
id_token=

user alice
mxid=@alice:localhost:$our_port
is "$user" "$mxid" 'a server with a port in its name'
add() {
	req POST $v2/account/3pid "{\"threePidCreds\":{\"id_server\":\"$idserver\",\"sid\":\"$sid\",\"client_secret\":\"$1\"},\"bind\":${2-false}}"
}
has() {
	req GET $v3/account/3pid
	is_json '[.threepids[] | [.medium, .address]]' "$1" "$2"
}

# 2015.
confirm /api/v1 Alice@Example.org s1 only-begun
add s1 true
is_err 403 M_THREEPID_AUTH_FAILED '5.6: not confirmed yet'
confirm /api/v1 Alice@Example.org s2
is_json .success true 'Sydent has the address confirmed'
add wrong true
is_err 403 M_THREEPID_AUTH_FAILED '5.6, M_THREEPID_AUTH_FAILED: a wrong secret'
lookup alice@example.org
is_json . '{}' 'nothing is published yet'
has '[]' 'nothing has joined'
add s2 true
is_status 200 '5.6: bind: true'
is_json . '{}' 'done'
has '[["email","alice@example.org"]]' '5.7: the address has joined'
lookup alice@example.org
is_json .mxid "\"$mxid\"" '5.6: and Sydent publishes whose it is'
req POST $v3/account/3pid/unbind '{"medium":"email","address":"alice@example.org"}'
is_json .id_server_unbind_result '"success"' 'unbind'
lookup alice@example.org
is_json . '{}' 'Sydent has checked our signature, and forgotten it'
grep -q "GET /_matrix/key/v2/server" "$tmp/tls/access"
ok $? 'by our keys'
has '[["email","alice@example.org"]]' 'it stays with the account'

# Today.
req POST "$v3/user/$(enc "$user")/openid/request_token" '{}'
id_token=
ids POST /v2/account/register "$(cat "$tmp/body")"
is_status 200 'Sydent takes our OpenID token'
id_token=$(get_json .token)
is_json '.token | type' '"string"' 'for one of its own'
ids POST /v2/account/register '{"access_token":"wrong","matrix_server_name":"localhost:'"$our_port"'","token_type":"Bearer","expires_in":3600}'
is_status 500 'but no other'
confirm /v2 new@example.org s3
is_json .success true 'another address is confirmed'
body() { printf '{"id_server":"%s","id_access_token":"%s","sid":"%s","client_secret":"%s"}' \
    "$idserver" "$1" "$sid" "$2"; }
req POST $v3/account/3pid/bind "$(body "$id_token" wrong)"
is_err 400 M_NO_VALID_SESSION "bind with a wrong secret: Sydent's words"
req POST $v3/account/3pid/bind "$(body wrong s3)"
is_err 400 M_UNKNOWN 'bind with a wrong token'
req POST $v3/account/3pid/bind "$(body "$id_token" s3)"
is_json . '{}' 'bind'
lookup new@example.org
is_json .mxid "\"$mxid\"" 'published'
has '[["email","alice@example.org"]]' 'which is no address of the account'
req POST $v3/account/3pid "{\"three_pid_creds\":$(body "$id_token" s3)}"
is_status 200 'it joins by the same session, of version 2'
has '[["email","alice@example.org"],["email","new@example.org"]]' 'joined'
req POST $v3/account/3pid/delete '{"medium":"email","address":"new@example.org"}'
is_json .id_server_unbind_result '"success"' 'delete'
lookup new@example.org
is_json . '{}' 'it is published no more'
grep -q 'GET /_matrix/identity/v2/3pid/getValidated3pid' "$tmp/tls/access"
ok $? 'version 2 was asked'
has '[["email","alice@example.org"]]' 'and has left'

# Invitations.
# room NAME: one of the caller's.  by ADDRESS [TOKEN]: members that name it.
room() {
	req POST $v3/createRoom "{\"name\":\"$1\"${2-}}"
	room=$(get_json .room_id) here=rooms/$(enc "$room")
}
by() { printf '"id_server":"%s"%s,"medium":"email","address":"%s"' "$idserver" "${2:+,\"id_access_token\":\"$2\"}" "$1"; }
# mailed NAME: what the invitation that was sent last says of it.
mailed() { sed -n "s/^$1=\(.*\)/\1/p" "$tmp/mail/$sent" | tr -d '\r'; }
keep_invitation() {
	sent=$((sent + 1))
	req GET "$v3/$here/state/m.room.third_party_invite/$(mailed token)"
}
ids POST /v2/3pid/bind "$(confirm /v2 known@example.org s6; printf '{"sid":"%s","client_secret":"s6","mxid":"%s"}' "$sid" "$mxid")"
sent=$((sent + 1))
user carol
req POST "$v3/user/$(enc "$user")/openid/request_token" '{}'
alice_token=$id_token id_token=
ids POST /v2/account/register "$(cat "$tmp/body")"
carol_token=$(get_json .token)
room 'Of Carol'
req POST "$v3/$here/invite" "{$(by known@example.org "$carol_token")}"
is_status 200 'inviteBy3PID: an address that Sydent knows'
req GET "$v3/$here/state/m.room.member/$(enc "$mxid")"
is_json .membership '"invite"' 'by its hash'
req POST "$v3/$here/invite" "{$(by dora@example.org wrong)}"
is_err 400 M_UNKNOWN 'inviteBy3PID: a token that Sydent does not know'
as alice
room 'Of Alice'
req POST "$v3/$here/invite" "{$(by Dora@example.org "$alice_token")}"
is_status 200 'inviteBy3PID: one that Sydent does not know'
keep_invitation
is_json '[(.display_name | test("dora")), (.public_keys | length)]' '[false,2]' \
    'it keeps the invitation'
is "$(mailed room)" 'Of Alice' 'and writes of the room to the address'
room 'Also of Alice'
req POST "$r0/$here/invite" "{$(by dora@example.org)}"
is_status 200 'r0, by version 1'
keep_invitation
is_json '.public_keys | length' 2 'the same'
room 'New' ",\"invite_3pid\":[{$(by dora@example.org "$alice_token")}]"
tries=0
until [ -s "$tmp/mail/$((sent + 1))" ] || [ $((tries += 1)) -gt 5000 ]; do
	req GET "$v3/$here/state/m.room.create"
done
sent=$((sent + 1))
tries=0
until [ "$status" = 200 ] && [ "$(get_json .display_name)" != null ] ||
    [ $((tries += 1)) -gt 5000 ]; do
	req GET "$v3/$here/state/m.room.third_party_invite/$(mailed token)"
done
is "$(mailed room)" New 'createRoom: invite_3pid'
private=$(mailed key)

# Somebody has the address, and says so to Sydent, which says so to us.
user dora
req GET $v3/sync
since=$(get_json .next_batch)
id_token=
confirm /api/v1 dora@example.org s7
add s7 true
is_status 200 'the address is published'
tries=0
until [ "$(get_json '.rooms.invite // {} | length')" = 3 ] ||
    [ $((tries += 1)) -gt 300 ]; do
	req GET "$v3/sync?since=$since&timeout=100"
done
is_json '[.rooms.invite[].invite_state.events[] | select(.type == "m.room.name") | .content.name] | sort' \
    '["Also of Alice","New","Of Alice"]' \
    'onBindThirdPartyIdentifier: all invitations become invites'
is_json "[.rooms.invite[].invite_state.events[] | select(.type == \"m.room.member\" and .state_key == \"$user\") | .content.third_party_invite.signed.mxid] | unique" \
    "[\"$user\"]" 'with what Sydent has signed'
req POST "$v3/join/$(enc "$room")" '{}'
is_status 200 'who is invited joins'
grep -q 'GET /_matrix/identity/api/v1/pubkey/isvalid' "$tmp/tls/access"
ok $? 'TPI-2: Sydent was asked whether its key is valid'

# Or has the message alone.
as alice
req POST "$v3/$here/invite" "{$(by erik@example.org "$alice_token")}"
keep_invitation
user erik
ids POST /api/v1/sign-ed25519 "{\"mxid\":\"$user\",\"token\":\"$(mailed token)\",\"private_key\":\"$private\"}"
other=$(cat "$tmp/body")
ids POST /api/v1/sign-ed25519 "{\"mxid\":\"$user\",\"token\":\"$(mailed token)\",\"private_key\":\"$(mailed key)\"}"
is_json .sender "\"$mxid\"" 'Sydent signs by the key in the message'
signed=$(cat "$tmp/body")
req POST "$v3/$here/join" "{\"third_party_signed\":$other}"
is_err 403 M_FORBIDDEN 'the key of another message is none'
req POST "$v3/$here/join" "{\"third_party_signed\":$signed}"
is_status 200 'TPI-7: joining by that'
grep -q 'GET /_matrix/identity/api/v1/pubkey/ephemeral/isvalid' "$tmp/tls/access"
ok $? 'TPI-2: Sydent was asked about that key'
as alice

# One stage of User-Interactive Authentication.
stop
conf uia register 'email'
start
token=
confirm /api/v1 bob@example.org s4
creds="{\"id_server\":\"$idserver\",\"sid\":\"$sid\",\"client_secret\":\"s4\"}"
req POST $v3/register '{"username":"bob","password":"secret"}'
session=$(get_json .session)
register() {
	req POST $v3/register "{\"username\":\"bob\",\"password\":\"secret\",\"auth\":{\"type\":\"m.login.email.identity\",\"session\":\"$session\",\"threepid_creds\":$1}}"
}
register "$(echo "$creds" | sed 's/s4/wrong/')"
is_status 401 'UIA-10: m.login.email.identity with a wrong secret'
register "$creds"
is_status 200 'UIA-10: Sydent is believed'
token=$(get_json .access_token)
has '[["email","bob@example.org"]]' 'and the address is of the account'

# Nobody there.
confirm /api/v1 late@example.org s5
stop_sydent
add s5 true
is_err 403 M_THREEPID_AUTH_FAILED '5.6: Sydent is down behind its proxy'
stop_tls
add s5 true
is_err 403 M_THREEPID_AUTH_FAILED '5.6, M_THREEPID_AUTH_FAILED: nobody is there at all'
has '[["email","bob@example.org"]]' 'nothing has joined'
done_testing

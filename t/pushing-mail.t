#!/bin/sh
# Pushers of kind email: who is written to what they have not read, when, and how
# they get no more of it.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/talk.sh"
. "$SRC/t/tools/gateway.sh"
unsubscribe=/_matrix/mxcgi/unsubscribe
box=$tmp/box0

# ------------------------------------------------------------ the mail server

boxes=0 port=0
smtpd_start() {
	boxes=$((boxes + 1))
	box=$tmp/box$boxes
	mkdir "$box"
	# Not a child of this shell, since stop waits for all of those.
	(
		"$SRC/t/tools/smtpd" "$box" "$port" >"$tmp/smtpd.log" 2>&1 &
		echo $! >"$tmp/smtpd.pid"
	)
	until [ -s "$box/port" ]; do
		kill -0 "$(cat "$tmp/smtpd.pid")" 2>/dev/null ||
		    { cat "$tmp/smtpd.log"; bail_out 'no mail server'; }
		sleep 0.02
	done
	port=$(cat "$box/port")
}
smtpd_stop() {
	[ ! -f "$tmp/smtpd.pid" ] || {
		while kill "$(cat "$tmp/smtpd.pid")" 2>/dev/null; do
			sleep 0.02
		done
		rm -f "$tmp/smtpd.pid"
	}
}
trap 'end=$?; trap - EXIT; smtpd_stop; stop; rm -rf "$tmp"; exit $end' EXIT

# How many came since the mail server was started, and what the last one says, as
# t/tools/mime.py has it.
mails() { find "$box" -name '[0-9]*' ! -name '*.*' | wc -l | tr -d ' '; }
mime() {
	python3 "$SRC/t/tools/mime.py" "$box/$(mails)" >"$tmp/mime" &&
	    jq -r "$1" "$tmp/mime"
}
is_mime() { is "$(mime "$1")" "$2" "$3"; }
are() { [ "$(mails)" -ge "$1" ]; }
# mailed COUNT: wait for so many, and let there be no more.
mailed() { until_so are "$1" || ok 1 "$1 mails arrive"; is "$(mails)" "$1" "$2"; }
# says NAME LINE...: the last mail has these lines, in this order.
says() {
	name=$1
	shift
	mime '.parts[0].content' | tr -d '\r' >"$tmp/text"
	for line; do
		printf '%s\n' "$line"
	done >"$tmp/want"
	is "$(grep -Fx -f "$tmp/want" "$tmp/text")" "$(cat "$tmp/want")" "$name"
}
silent() { ! grep -qF -- "$1" "$tmp/text"; ok $? "$2"; }

# address NAME ADDRESS: it becomes NAME's.
address() {
	as "$1"
	n=$(mails)
	req POST $v3/account/3pid/email/requestToken \
	    "{\"client_secret\":\"s\",\"email\":\"$2\",\"send_attempt\":1}"
	sid=$(get_json .sid)
	until_so are $((n + 1))
	link=$(mime '.links[0]')
	req POST /_matrix/mxcgi/submit_token \
	    "{\"sid\":\"$sid\",\"client_secret\":\"s\",\"token\":\"${link##*token=}\"}"
	req POST $v3/account/3pid/add \
	    "{\"sid\":\"$sid\",\"client_secret\":\"s\",\"auth\":{\"type\":\"m.login.dummy\"}}"
	[ "$status" = 200 ] || { show; bail_out "no address for $1"; }
}
# mailing NAME ADDRESS [JQ]: ask for a pusher.
mailing() {
	as "$1"
	req POST $v3/pushers/set "$(jq -nc --arg key "$2" '{
		app_id: "m.email", pushkey: $key, kind: "email",
		app_display_name: "Email", device_display_name: $key,
		lang: "en", data: { brand: "Brand <b>" }
	    }'" | ${3:-.}")"
}
pushkeys() { as "$1"; req GET $v3/pushers; is_json '.pushers | map(.pushkey)' "$2" "$3"; }
text() {
	as "$1"
	req PUT "$here/send/m.room.message/t$((txn += 1))" \
	    "$(jq -nc --arg body "$2" '{msgtype: "m.text", body: $body}')"
	said=$(get_json .event_id)
}
mark() { as "$1"; req POST "$here/receipt/m.read/$(enc "$said")" '{}'; }

# ----------------------------------------------------- where there is no mail
start
user bob
mailing bob bob@example.org
is_err 400 M_INVALID_PARAM 'postPusher: email, on a server without mail'
stop

# --------------------------------------------------------- who may ask for it
smtpd_start
conf mail from 'A server <server@localhost>'
conf mail smtp "smtp://127.0.0.1:$port"
conf mail notify_after 1h
conf mail notify_pause 1h
conf server base_url https://matrix.example.org
conf uia add_3pid dummy
start
user alice
user carol
as alice
req PUT $v3/profile/@alice:localhost/displayname '{"displayname":"Alice"}'
address bob Bob@example.org
address carol carol@example.org
mailing bob nobody@example.org
is_err 400 M_THREEPID_NOT_FOUND 'postPusher: an address that nobody has'
mailing bob carol@example.org
is_err 400 M_THREEPID_NOT_FOUND 'postPusher: an address of somebody else'
mailing bob 'no address'
is_err 400 M_INVALID_PARAM 'postPusher: what is no address'
mailing bob bob@example.org '.app_id = "org.example.app"'
is_err 400 M_INVALID_PARAM 'postPusher: the app_id of mails is m.email'
mailing bob bob@example.org 'del(.data)'
is_err 400 M_MISSING_PARAM 'postPusher: no data'
pushkeys bob '[]' 'nothing was set'
mailing bob BOB@example.org
is_status 200 'postPusher: an address of the account, however it is written'
as bob
req GET $v3/pushers
is_json '.pushers' '[{"app_display_name":"Email","app_id":"m.email","data":{"brand":"Brand <b>"},"device_display_name":"BOB@example.org","kind":"email","lang":"en","pushkey":"bob@example.org"}]' \
    'getPushers: as the address is known'
req POST $v3/pushers/set '{"kind":null,"app_id":"m.email","pushkey":"Bob@Example.org"}'
pushkeys bob '[]' 'postPusher: kind null ends it'
mailing bob bob@example.org

# -------------------------------------------------------------- the first delay
create alice '{"preset":"public_chat","name":"den"}'
den=$room
come bob
create alice '{"preset":"public_chat","room_alias_name":"hall"}'
hall=$room
come bob
come carol
before=$(mails)
in_room "$den"
text alice one
text alice two
in_room "$hall"
text carol three
user mallory
come mallory
text mallory unwanted
housekeep
as bob
req PUT "$v3/user/@bob:localhost/account_data/m.ignored_user_list" \
    '{"ignored_users":{"@mallory:localhost":{}}}'
stop
MXCGI_CONFIG=$tmp/mxcgi.conf "$BUILD/admin/housekeeper" --once 2>>"$tmp/log"
is "$(mails)" "$before" 'a mail waits for who may read meanwhile'
conf mail notify_after 1ms
start
mailing bob bob@example.org
mailed $((before + 1)) 'and then one mail tells it all'
is "$(cat "$box/$(mails).envelope")" '- plain server@localhost bob@example.org' 'to the pushkey'
is_mime '.headers.subject' '[localhost] 3 unread notifications in 2 rooms' 'its subject counts'
is_mime '[.type, .parts[].type] | join(" ")' 'multipart/alternative text/plain text/html' 'in two forms'
is_mime '[(.defects | length), .longest <= 998] | map(tostring) | join(" ")' '0 true' 'without a fault'
is_mime '.headers["auto-submitted"]' auto-generated 'no machine is to answer'
says 'what came, room by room, with who said it' \
    'For @bob:localhost: 3 unread notifications on localhost.' 'In den: 2' \
    'Alice (@alice:localhost): one' 'Alice (@alice:localhost): two' \
    'In #hall:localhost: 1' '@carol:localhost: three' \
    'Open Brand <b> to read and to answer.'
silent unwanted 'but nothing of who is ignored meanwhile'
link=$(mime '.links[0]')
is "${link%%\?*}" https://matrix.example.org$unsubscribe \
    'a link ends them, where the configuration says (security 22)'
is_mime '.links | length' 1 'and is the only one'
is_mime '.headers["list-unsubscribe"]' "<$link>" 'List-Unsubscribe is the same'
is_mime '.headers["list-unsubscribe-post"]' 'List-Unsubscribe=One-Click' 'by one click'
! grep -rqaF -- "${link##*token=}" "$tmp/data" "$tmp/run" "$tmp/log"
ok $? 'its token is kept nowhere (security 14, 32)'

# ------------------------------------------------------------------- the pause
count=$(mails)
in_room "$den"
text alice four
housekeep
create carol '{"preset":"public_chat","name":"yard"}'
yard=$room
come bob
text carol five
mailed $((count + 1)) 'of a room that was told of there is no mail so soon'
says 'another one tells of it, too' 'In den: 1' 'Alice (@alice:localhost): four' \
    'In yard: 1' '@carol:localhost: five'
silent ': one' 'and not again what was told'

# ------------------------------------------------------- who reads, an outage
stop
conf mail notify_pause 1ms
start
smtpd_stop
# What is still in its pause of an hour is told with what comes elsewhere.
create alice '{"preset":"public_chat","name":"attic"}'
attic=$room
come bob
text alice six
until_so grep -q 'push by mail: .*; again in 1 s' "$tmp/log" || ok 1 'a mail fails'
mark bob
create alice '{"preset":"public_chat","name":"cellar"}'
come bob
text alice seven
smtpd_start
mailed 1 'an outage loses nothing, and doubles nothing'
says 'what was not read' 'In cellar: 1' 'Alice (@alice:localhost): seven'
silent ': six' 'what was read meanwhile is not told'
silent 'In attic' 'nor its room'

# ------------------------------------------------------------------ who may know
as alice
in_room "$attic"
req PUT "$here/send/m.room.encrypted/e1" '{"algorithm":"a","ciphertext":"gibberish"}'
mailed 2 'an encrypted message'
says 'is told without what nobody can read' 'Alice (@alice:localhost) sent an encrypted message'
silent gibberish 'whatever it is'
smtpd_stop
text alice 'taken back'
redacted=$said
text alice stays
until_so grep -q 'push by mail: .*; again in 2 s' "$tmp/log" || ok 1 'a mail fails twice'
as alice
req PUT "$here/redact/$(enc "$redacted")/r1" '{}'
in_room "$yard"
text carol 'behind a closed door'
go bob
smtpd_start
mailed 1 'what was redacted, or where they are no more'
says 'what is left' 'In attic: 1' 'Alice (@alice:localhost): stays'
silent 'taken back' 'is not told (security 17)'
silent 'closed door' 'is not told either (security 17)'
smtpd_stop
create carol '{"preset":"private_chat","name":"secret"}'
invite carol bob
set_state carol m.room.name '{"name":"more secret"}'
in_room "$attic"
user dora
come dora
text dora 'of nobody who counts'
until_so grep -q 'push by mail: .*; again in 4 s' "$tmp/log" || ok 1 'a mail fails once more'
as bob
req PUT "$v3/user/@bob:localhost/account_data/m.ignored_user_list" '{"ignored_users":{"@dora:localhost":{}}}'
smtpd_start
mailed 1 'an invitation'
says 'is told with who invites' 'In secret: 1' '@carol:localhost invites you'
silent 'more secret' 'and the name of the room as it was then (security 17)'
silent 'nobody who counts' 'who is ignored by then is not heard (security 17)'
in_room "$attic"
as alice
req PUT "$here/send/m.room.message/pic" '{"msgtype":"m.image","body":"cat.png","url":"mxc://localhost/x"}'
mailed 2 'a picture'
says 'by its name' 'Alice (@alice:localhost) sent a picture: cat.png'

# ----------------------------------------------------------- hostile names
as alice
req PUT "$v3/profile/@alice:localhost/displayname" \
    "$(jq -nc '{displayname: "<script>alert(1)</script>\r\n\r\nhttps://evil.example/1"}')"
is_status 200 'a hostile name'
set_state alice m.room.name \
    "$(jq -nc '{name: "\u202e<img src=x>\r\nBcc: eve@example.org\r\n\r\nhttps://evil.example/2 é"}')"
is_status 200 'and one of a room'
text alice "$(printf 'hello\r\n\r\nhttps://evil.example/3\n.\nTo get no more,\n<a href="https://evil.example/4">')"
mailed 3 'and a message'
is_mime '.headers.subject' '[localhost] 1 unread notification in <img src=x> Bcc: eve@example.org https://evil.example/2 é' \
    'stand in one line of the subject (security 22)'
is_mime '.names | map(select(. == "bcc")) | length' 0 'make no header (security 22)'
is_mime '.defects | length' 0 'and no fault'
is "$(cat "$box/3.envelope")" '- plain server@localhost bob@example.org' 'or recipient'
is_mime '.links | map(select(contains("evil"))) | length' 0 'nor a link (security 22)'
is_mime '[.parts[1].content | contains("<script", "<img", "<a href=\"https://evil")] | any' false \
    'nor HTML (security 22)'
says 'what they say stays in its line' \
    'In <img src=x> Bcc: eve@example.org https://evil.example/2 é: 1' \
    '<script>alert(1)</script> https://evil.example/1 (@alice:localhost): hello https://evil.example/3 . To get no more, <a href="https://evil.example/4">'

# ------------------------------------------------------------------- too much
i=0
long=$(printf '%0300d' 0 | sed 's/0/é/g')
smtpd_stop
while [ $((i += 1)) -le 40 ]; do
	text alice "$i $long"
done
smtpd_start
mailed 1 'much is one mail'
is_mime '.headers.subject | startswith("[localhost] 40 unread notifications in ")' true 'that counts'
mime '.parts[0].content' >"$tmp/text"
grep -q '^([0-9]* before these)' "$tmp/text"
ok $? 'and shows the latest'
[ "$(wc -c <"$box/1")" -le 16384 ]
ok $? 'as far as there is room'

# ------------------------------------------------------------------- no more
link=$(mime '.links[0]')
path=$unsubscribe?${link#*\?}
token=
for i in 1 2; do
	req GET "$path"
	is_page 200 'a page asks whether it is meant'
	like 'bob@example.org' 'and says of which address'
done
req GET $unsubscribe
is_page 400 'a link that is not whole'
req GET $unsubscribe?token=wrong
is_page 404 'a link of nobody'
type=application/x-www-form-urlencoded
req POST $unsubscribe?token=wrong x=y
is_page 404 'nor can it be guessed'
pushkeys bob '["bob@example.org"]' 'to look changes nothing (security 22)'
token=
req POST "$path" List-Unsubscribe=One-Click
is_page 200 'to send it does'
like 'No more' 'as it says'
type=application/json
pushkeys bob '[]' 'the pusher is gone'
type=application/x-www-form-urlencoded
token=
req POST "$path" List-Unsubscribe=One-Click
is_page 404 'a link is good for one use (security 22)'
req GET "$path"
is_page 404 'to look as well'
type=application/json
text alice 'to nobody'
mailing carol carol@example.org
in_room "$hall"
come alice
text alice 'to carol'
mailed 2 'nobody else ends'
is "$(cat "$box/2.envelope")" '- plain server@localhost carol@example.org' 'with it'

# ------------------------------------------------ the address, the session
as carol
req POST $v3/account/3pid/delete '{"medium":"email","address":"carol@example.org"}'
pushkeys carol '[]' 'the pusher goes with the address'
mailing bob bob@example.org
as bob
req POST $v3/logout '{}'
token=
req POST $v3/login '{"type":"m.login.password","user":"bob","password":"secret of bob"}'
token_bob=$(get_json .access_token)
pushkeys bob '[]' 'and with the session'
mailing bob bob@example.org
deactivate bob
mailing bob bob@example.org
is_status 401 'and with the account'
address carol new@example.org
count=$(mails)
mailing carol new@example.org
in_room "$hall"
text alice last
mailed $((count + 1)) 'no mail went to who is gone'
is "$(cat "$box/$(mails).envelope")" '- plain server@localhost new@example.org' 'but to who is there'

done_testing

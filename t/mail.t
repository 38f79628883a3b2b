#!/bin/sh
# Whose address is it?  (requestTokenToRegisterEmail, requestTokenToRegisterMSISDN,
# requestTokenToResetPasswordEmail, requestTokenToResetPasswordMSISDN,
# requestTokenTo3PIDEmail, ...)  requestToken for mail and telephones, through a mail
# server and through programs, and what comes back by POST submit_url.
. "$(dirname "$0")/lib.sh"

v3=/_matrix/client/v3
submit=/_matrix/mxcgi/submit_token
box=$tmp/box
mkdir "$box"

# ------------------------------------------------------------ the mail server

smtpd_start() {		# PORT [CERT KEY USER PASSWORD]
	rm -f "$box/port"
	# Not a child of this shell, since stop waits for all of those.
	(
		"$SRC/t/tools/smtpd" "$box" "$@" >"$tmp/smtpd.log" 2>&1 &
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
	rm -f "$box"/[0-9]*
}
trap 'end=$?; trap - EXIT; smtpd_stop; stop; rm -rf "$tmp"; exit $end' EXIT

messages() { find "$box" -name '[0-9]*' ! -name '*.*' | wc -l | tr -d ' '; }
is_count() { is "$(messages)" "$1" "$2"; }
# What the last message says, as t/tools/mime.py has it.
mime() {
	python3 "$SRC/t/tools/mime.py" "$box/$(messages)" >"$tmp/mime" &&
	    jq -r "$1" "$tmp/mime"
}
is_mime() { is "$(mime "$1")" "$2" "$3"; }
envelope() { cat "$box/$(messages).envelope"; }
token_of() { mime '.links[0]' | sed 's/.*[&]token=//'; }

# ------------------------------------------------------------- the requests

# mail_to WHAT SECRET ADDRESS ATTEMPT [MORE]; WHAT: register, password, 3pid
path_of() {
	case $1 in
	register) echo "$v3/register/$2/requestToken" ;;
	*) echo "$v3/account/$1/$2/requestToken" ;;
	esac
}
mail_to() {
	req POST "$(path_of "$1" email)" \
	    "{\"client_secret\":\"$2\",\"email\":\"$3\",\"send_attempt\":$4${5-}}"
}
text_to() {	# WHAT SECRET COUNTRY NUMBER ATTEMPT
	req POST "$(path_of "$1" msisdn)" \
	    "{\"client_secret\":\"$2\",\"country\":\"$3\",\"phone_number\":\"$4\",\"send_attempt\":$5}"
}
give() {	# SID SECRET TOKEN
	req POST $submit "{\"sid\":\"$1\",\"client_secret\":\"$2\",\"token\":\"$3\"}"
}
purposes='register password 3pid'
codes='M_THREEPID_DENIED M_THREEPID_DENIED M_THREEPID_MEDIUM_NOT_SUPPORTED'

# ---------------------------------------------- a server that sends nothing

start
for what in $purposes; do
	code=${codes%% *} codes=${codes#* }
	status_of_code=403
	[ "$code" = M_THREEPID_DENIED ] || status_of_code=400
	mail_to $what secret ann@example.org 1
	is_err $status_of_code "$code" "no mail for $what"
	text_to $what secret GB '07700 900001' 1
	is_err 403 M_THREEPID_DENIED "no text for $what"
done
stop

# ---------------------------------------------------------- the round trip

smtpd_start 0
conf mail from "Exämple <matrix@localhost>"
conf mail smtp "smtp://127.0.0.1:$port"
conf server base_url https://matrix.example.org
start
host=evil.example
mail_to register secret Ann@Example.org 1
host=localhost
is_status 200 'a message is asked for'
is_json 'keys' '["sid"]' 'a session comes back'
sid=$(get_json .sid)
is_json '.sid | test("^[0-9a-zA-Z.=_-]{1,255}$")' true 'an opaque identifier'
is_count 1 'and the message is there'
is "$(envelope)" '- plain matrix@localhost ann@example.org' 'to whom it may concern'
is_mime '.headers.to' ann@example.org 'it says to whom'
is_mime '.headers.from' 'Exämple <matrix@localhost>' 'and from whom'
is_mime '.headers.subject' 'Confirm your address for localhost' 'and why'
is_mime '.headers["auto-submitted"]' auto-generated 'no machine is to answer'
is_mime '.headers.date | test("^[A-Z][a-z][a-z], \\d+ [A-Z][a-z][a-z] \\d{4} \\d\\d:\\d\\d:\\d\\d [+]0000$")' \
    true 'it has a date'
is_mime '.headers["message-id"] | test("^<[0-9A-Za-z_-]+@localhost>$")' true 'and an id'
is_mime '.names | length == (unique | length)' true 'each header is there once'
is_mime '.type' multipart/alternative 'in two forms'
is_mime '[.parts[].type] | join(" ")' 'text/plain text/html' 'text and HTML'
is_mime '.defects | length' 0 'a parser finds no fault'
is_mime '.longest <= 76' true 'its lines are short'
is_mime '.parts[0].content | contains("on localhost")' true 'the text says which server'
is_mime '.parts[0].content | contains("If it was not you")' true \
    'and what to do if it was somebody else'
is_mime '.words == (.parts[0].content | [splits("\\s+") | select(. != "")])' true \
    'HTML and text say the same'
link=$(mime '.links[0]')
is "${link%%\?*}" https://matrix.example.org/_matrix/mxcgi/confirm \
    'the link leads where the configuration says (security 22)'
is_mime '.links[0] as $l | .parts[0].content | contains($l)' true 'it is in the text too'
is "$(printf %s "$link" | sed 's/.*[?]//; s/[&]token=.*//')" \
    "sid=$sid&client_secret=secret" 'and names the session'
token=
code=$(token_of)
[ ${#code} -ge 43 ]; ok $? 'its token has 256 bits (security 14)'
! grep -rqaF -- "$code" "$tmp/data" "$tmp/run" "$tmp/log"
ok $? 'which are kept nowhere (security 14, 32)'

give "$sid" secret wrong
is_err 400 M_TOKEN_INCORRECT 'a wrong token'
give "$sid" other "$code"
is_err 400 M_NO_VALID_SESSION 'a wrong secret'
give other secret "$code"
is_err 400 M_NO_VALID_SESSION 'a wrong session'
give "$sid" secret "$code"
is_status 200 'the token of the message'
is_json . '{"success":true}' 'confirms the address'
give "$sid" secret "$code"
is_json . '{"success":true}' 'whoever does it twice is told the same'
give "$sid" secret wrong
is_err 400 M_TOKEN_INCORRECT 'a wrong one is still wrong'
mail_to register secret ann@example.org 2
is_json .sid "\"$sid\"" 'who asks again then'
is_count 1 'needs no other message'

# --------------------------------------------------------------- attempts

mail_to 3pid tries bob@example.org 5
is_status 200 'an attempt'
sid=$(get_json .sid) first=$(token_of)
is_count 2 'sends'
for attempt in 5 4 -1; do
	mail_to 3pid tries bob@example.org $attempt
	is_json .sid "\"$sid\"" "attempt $attempt after the 5th is the same session"
done
mail_to 3pid tries BOB@EXAMPLE.ORG 5
is_json .sid "\"$sid\"" 'in whatever case the address is written'
is_count 2 'and nothing is sent'
mail_to 3pid tries bob@example.org 6
is_json .sid "\"$sid\"" 'a greater one too'
is_count 3 'but sends again'
second=$(token_of)
give "$sid" tries "$first"
is_err 400 M_TOKEN_INCORRECT 'the token of the first message is void'
give "$sid" tries "$second"
is_status 200 'that of the second is not'
for more in 'tries carol@example.org' 'others bob@example.org'; do
	# shellcheck disable=SC2086
	mail_to 3pid $more 1
	is_json ".sid == \"$sid\"" false "another session: $more"
done
mail_to register tries bob@example.org 1
is_json ".sid == \"$sid\"" false 'and for another purpose'
is_count 6 'each with a message'
for i in 1 2 3 4; do
	bg "m$i" POST "$(path_of register email)" \
	    '{"client_secret":"many","email":"many@example.org","send_attempt":1}'
done
sids=
for i in 1 2 3 4; do
	bg_wait "m$i"
	sids="$sids $(get_json .sid)"
done
is "$(printf '%s\n' $sids | sort | uniq -c | awk '{ print $1 }')" 4 \
    'many at once get the same session'

for version in v2_alpha r0 unstable; do
	req POST /_matrix/client/$version/register/email/requestToken \
	    "{\"client_secret\":\"$version\",\"email\":\"v@example.org\",\"send_attempt\":1,\"id_server\":\"id.example.org\",\"id_access_token\":\"x\"}"
	is_status 200 "by $version, naming an identity server, which is not asked"
done

# -------------------------------------------------------- what is no request

before=$(messages)
for address in '' ann ann@ @example.org a@b@c 'ann@example.org\r\nBcc: bob@example.org' \
    'ann@example.org\nRCPT TO:<bob@example.org>' 'ann@example.org,bob@example.org' \
    'ann@example.org> <bob@example.org' '<ann@example.org>' 'a b@example.org' \
    'jörg@example.org' 'ann@exämple.org' 'ann\u0001@example.org' \
    "$(printf '%0300d' 0)@example.org"; do
	mail_to register secret "$address" 1
	is_err 400 M_INVALID_PARAM "no address: $(printf %.40s "$address") (security 22)"
done
for secret in '' 'a b' 'a/b' 'é' "$(printf '%0256d' 0)"; do
	mail_to register "$secret" ann@example.org 1
	is_err 400 M_INVALID_PARAM "no secret: $(printf %.20s "$secret")"
done
for body in '{"client_secret":"s","email":"a@example.org"}' \
    '{"client_secret":"s","send_attempt":1}' '{"email":"a@example.org","send_attempt":1}'; do
	req POST "$(path_of register email)" "$body"
	is_err 400 M_MISSING_PARAM "$body"
done
for body in '{"client_secret":"s","email":"a@example.org","send_attempt":"1"}' \
    '{"client_secret":"s","email":"a@example.org","send_attempt":1.5}' \
    '{"client_secret":"s","email":5,"send_attempt":1}' \
    '{"client_secret":5,"email":"a@example.org","send_attempt":1}' \
    '{"client_secret":"s","email":"a@example.org","send_attempt":1,"next_link":5}'; do
	req POST "$(path_of register email)" "$body"
	is_err 400 M_BAD_JSON "$body"
done
for body in '{}' '{"sid":"a","client_secret":"b"}' '{"sid":"a","token":"b"}' \
    '{"client_secret":"a","token":"b"}'; do
	req POST $submit "$body"
	is_err 400 M_MISSING_PARAM "to submit: $body"
done
is_count "$before" 'nothing was sent'
mail_to register 'a.=_-' ann@example.org 1
is_mime '.links[0] | test("client_secret=a[.]%3D_-&token=")' true \
    'a secret of odd letters is quoted in the link'

# ------------------------------------------------- addresses that are known

user owner
token=
# own SID SECRET: the address of the session becomes the owner's.
own() {
	token=$token_owner
	req POST $v3/account/3pid/add \
	    "{\"sid\":\"$1\",\"client_secret\":\"$2\",\"auth\":{\"type\":\"m.login.password\",\"password\":\"secret of owner\"}}"
	token=
	is_status 200 'an account has an address'
}
mail_to 3pid own owner@example.org 1
sid=$(get_json .sid)
give "$sid" own "$(token_of)"
own "$sid" own
# Whose address it is: nobody's, or that of an account.
vain() {
	case $1 in
	password) echo nobody@example.org owner@example.org ;;
	*) echo owner@example.org nobody@example.org ;;
	esac
}
for what in $purposes; do
	set -- $(vain $what)
	mail_to $what known "$2" 1
	good="$status $(get_json 'keys, (.sid | length)')"
	is_mime '.links | length' 1 "$what: a link for whom it is good for"
	mail_to $what known "$1" 1
	is "$status $(get_json 'keys, (.sid | length)')" "$good" \
	    "$what: the same answer for others (security 22)"
	sid=$(get_json .sid)
	is_mime '.headers.to' "$1" "$what: they get a message too"
	is_mime '.links | length' 0 "$what: but no link"
	is_mime '.parts[0].content | test("http|token"; "i")' false "$what: and no token"
	is_mime '.defects | length' 0 "$what: it is whole"
	mime '.parts[0].content' >"$tmp/body"
	case $what in
	password) like 'no account there has this address' 'password: it says why' ;;
	*) like 'an account there has it already' "$what: it says why" ;;
	esac
	give "$sid" known anything
	is_err 400 M_TOKEN_INCORRECT "$what: and tokens are wrong as for all"
	before=$(messages)
	mail_to $what known "$1" 1
	is "$status $(get_json .sid)" "200 $sid" "$what: again the same session"
	is_count "$before" "$what: and no second message"
done

# -------------------------------------------- a mail server that does not want

expect_log 'a message to confirm an address was not sent: '
before=$(messages)
mail_to register fails refused@example.org 1
is_err 500 M_UNKNOWN 'the mail server refuses'
before_stop=$port
smtpd_stop
mail_to register down dora@example.org 1
is_err 500 M_UNKNOWN 'the mail server is down'
mail_to password down owner@example.org 1
is_err 500 M_UNKNOWN 'for a password too'
mail_to password down nobody@example.org 1
is_err 500 M_UNKNOWN 'and for whom nobody knows (security 22)'
smtpd_start "$before_stop"
mail_to register down dora@example.org 1
is_status 200 'the same attempt works when it is back'
is_count 1 'and sends'
give "$(get_json .sid)" down "$(token_of)"
is_status 200 'what can be confirmed'

# -------------------------------------------------------- TLS and a password

stop
smtpd_stop
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$tmp/key.pem" \
    -out "$tmp/cert.pem" >"$tmp/openssl.log" 2>&1 || bail_out 'no certificate'
smtpd_start 0 "$tmp/cert.pem" "$tmp/key.pem" mxcgi 's e c r e t'
echo 's e c r e t' >"$tmp/password"
chmod 600 "$tmp/password"
conf mail smtp "smtp://127.0.0.1:$port"
conf mail user mxcgi
conf mail password_file "$tmp/password"
start
mail_to register tls ann@example.net 1
is_err 500 M_UNKNOWN 'no password for a server with a certificate of its own making'
stop
conf outbound ca_file "$tmp/cert.pem"
start
mail_to register tls ann@example.net 1
is_status 200 'the certificate is trusted now'
is "$(envelope)" 'mxcgi tls matrix@localhost ann@example.net' 'TLS, then the password'
chmod 640 "$tmp/password"
mail_to register tls ann@example.net 2
is_err 500 M_UNKNOWN 'a password that others may read'
grep -q 'password_file must be a file that only its owner may read' "$tmp/log"
ok $? 'the log says what to do'
chmod 600 "$tmp/password"
echo wrong >"$tmp/password"
mail_to register tls ann@example.net 2
is_err 500 M_UNKNOWN 'a wrong password'
rm "$tmp/password"
mail_to register tls ann@example.net 2
is_err 500 M_UNKNOWN 'no password'
is_count 1 'nothing else was sent'
! grep -qF 's e c r e t' "$tmp/log"
ok $? 'the password is not in the log (security 32)'
echo 's e c r e t' >"$tmp/password"
chmod 600 "$tmp/password"
stop
smtpd_stop
smtpd_start 0
conf mail smtp "smtp://127.0.0.1:$port"
start
mail_to register tls ann@example.net 2
is_err 500 M_UNKNOWN 'no password without TLS'
is_count 0 'whoever may be there'
stop

# ------------------------------------------------------------------ programs

smtpd_stop
sed -i '/^mail\t/d' "$tmp/overrides"
cat >"$tmp/sendmail" <<END
#!/bin/sh
[ ! -f "$tmp/full" ] || { echo 'no space left' >&2; exit 75; }
n=\$(ls "$box" | grep -c '^[0-9]*$')
cat >"$box/\$((n + 1))"
printf '%s\n' "\$@" >"$tmp/sendmail.args"
env >"$tmp/sendmail.env"
END
cat >"$tmp/texts" <<END
#!/bin/sh
[ ! -f "$tmp/full" ] || exit 1
cat >"$tmp/text"
printf '%s\n' "\$@" >"$tmp/text.args"
END
chmod +x "$tmp/sendmail" "$tmp/texts"
conf mail from matrix@localhost
conf mail command "$tmp/sendmail -t -i"
conf msisdn command "$tmp/texts --from mxcgi"
start
mail_to register program ann@example.net 1
is_status 200 'a mail by a program'
sid=$(get_json .sid)
is_mime '[.headers.from, .headers.to] | join(" ")' 'matrix@localhost ann@example.net' \
    'which is given all of it'
is_mime '[(.defects | length), .longest <= 76] | map(tostring) | join(" ")' '0 true' \
    'without a fault'
! grep -q "$(printf '\r')" "$box/1"; ok $? 'in lines as this machine has them'
is "$(cat "$tmp/sendmail.args")" "$(printf '%s\n' -t -i)" 'with its arguments, and no address'
! grep -q 'MXCGI\|HTTP_\|REQUEST' "$tmp/sendmail.env"
ok $? 'and not our environment (security 32)'
give "$sid" program "$(token_of)"
is_status 200 'what it says confirms'
touch "$tmp/full"
mail_to register program ann@example.net 3
is_status 200 'who has confirmed needs no program'
mail_to register program bob@example.net 1
is_err 500 M_UNKNOWN 'a program that fails'
grep -q 'no space left' "$tmp/log"
ok $? 'what it said is in the log'
rm "$tmp/full"
mail_to register program bob@example.net 1
is_status 200 'once more when it works'

# -------------------------------------------------------------- telephones

text_code() { sed -n '2s/^\([0-9]*\) .*/\1/p' "$tmp/text"; }
text_to 3pid own GB '07700 900999' 1
sid=$(get_json .sid)
give "$sid" own "$(text_code)"
own "$sid" own
for what in $purposes; do
	number='07700 900001'
	[ $what != password ] || number='07700 900999'
	text_to $what phone GB "$number" 1
	is_status 200 "$what: a text"
	is_json '[keys, .submit_url]' \
	    '[["sid","submit_url"],"https://matrix.example.org/_matrix/mxcgi/submit_token"]' \
	    "$what: where the code is to go"
	sid=$(get_json .sid)
	is "$(sed -n 1p "$tmp/text")" "44$(printf %s "${number#0}" | tr -d ' ')" \
	    "$what: to the whole number"
	is "$(sed -n 2p "$tmp/text" | grep -Ec '^[0-9]{6} is your code for localhost, ')" 1 \
	    "$what: with six digits"
	is "$(wc -l <"$tmp/text" | tr -d ' ')" 2 "$what: and no more"
	is "$(cat "$tmp/text.args")" "$(printf '%s\n' --from mxcgi)" \
	    "$what: nothing of it among the arguments (security 32)"
	give "$sid" phone "$(text_code)"
	is_json . '{"success":true}' "$what: the code confirms"
done
for what in $purposes; do
	number='07700 900999'
	[ $what != password ] || number='07700 900001'
	text_to $what vain GB "$number" 1
	is_json 'keys' '["sid","submit_url"]' "$what: the same answer (security 22)"
	is "$(sed -n 2p "$tmp/text" | grep -c 'account on localhost has this number')" 1 \
	    "$what: who needs no code is told so"
	! sed 1d "$tmp/text" | grep -q '[0-9]'
	ok $? "$what: and gets none"
done
text_to register guess GB '07700 900002' 1
sid=$(get_json .sid) code=$(text_code)
for i in 1 2 3 4 5; do
	give "$sid" guess "$(((code + i) % 1000000))x"
	is_err 400 M_TOKEN_INCORRECT "guess $i"
done
give "$sid" guess "$code"
is_err 400 M_NO_VALID_SESSION 'after five guesses the right code comes too late'
text_to register guess GB '07700 900002' 1
is_json .sid "\"$sid\"" 'another text is sent'
give "$sid" guess "$code"
is_err 400 M_TOKEN_INCORRECT 'with another code'
give "$sid" guess "$(text_code)"
is_status 200 'which is good'
touch "$tmp/full"
text_to register fails GB '07700 900003' 1
is_err 500 M_UNKNOWN 'a program that sends no text'
rm "$tmp/full"
text_to register fails GB '07700 900003' 1
is_status 200 'and then does'
for number in 'XX 07700900001' 'gb 07700900001' 'GB 999' 'GB ann@example.org' 'GB '; do
	text_to register no "${number%% *}" "${number#* }" 1
	is_err 400 M_INVALID_PARAM "no number: $number"
done
req POST "$(path_of register msisdn)" '{"client_secret":"s","phone_number":"07700900001","send_attempt":1}'
is_err 400 M_MISSING_PARAM 'no country'
stop

# --------------------------------------------- what the administrator may wish

conf accounts tell_addresses yes
start
before=$(messages)
mail_to register told owner@example.org 1
is_err 400 M_THREEPID_IN_USE 'it may be told that an address is known'
mail_to 3pid told owner@example.org 1
is_err 400 M_THREEPID_IN_USE 'to whom adds it, too'
mail_to password told nobody@example.org 1
is_err 400 M_THREEPID_NOT_FOUND 'and that it is not'
text_to register told GB '07700 900999' 1
is_err 400 M_THREEPID_IN_USE 'and likewise of numbers'
text_to password told GB '07700 900001' 1
is_err 400 M_THREEPID_NOT_FOUND 'as they are known or not'
is_count "$before" 'nobody gets a message then'
mail_to password told owner@example.org 1
is_status 200 'the owner does'
stop
conf accounts tell_addresses no
conf accounts registration closed
start
mail_to register closed new@example.org 1
is_err 403 M_THREEPID_DENIED 'where nobody may register nobody is written to'
mail_to 3pid closed new@example.org 1
is_status 200 'who has an account may add an address'
stop

# ----------------------------------------------------------------- how often

proxy=127.0.0.1
[ "$T" = cgi ] || proxy=unix:
conf accounts registration open
conf limits enabled yes
conf limits mail 3/0.001
conf limits mail_address 2/0.001
conf server trusted_proxy "$proxy"
start
before=$(messages)
for n in 1 2 3; do
	header="X-Forwarded-For: 192.0.2.1"
	mail_to register rate "rate$n@example.org" 1
	is_status 200 "message $n of a client"
done
mail_to register rate rate4@example.org 1
is_err 429 M_LIMIT_EXCEEDED 'is the last for a while (security 16)'
is_json '.retry_after_ms > 900000 and .retry_after_ms <= 1000001' true 'as it says'
is_head '^retry-after: (9[0-9][0-9]|1000|1001)' 'and its head'
text_to register rate GB '07700 900005' 1
is_err 429 M_LIMIT_EXCEEDED 'of whatever kind'
for n in 1 2; do
	header="X-Forwarded-For: 192.0.2.1$n"
	mail_to register "secret$n" rate@example.org 1
	is_status 200 "message $n to an address"
done
header="X-Forwarded-For: 192.0.2.20"
mail_to register secret3 rate@example.org 1
is_err 429 M_LIMIT_EXCEEDED 'is the last, whoever asks (security 16)'
is_json '.retry_after_ms > 900000' true 'and it says for how long'
is_head '^retry-after: ' 'in its head, too'
mail_to 3pid secret3 Rate@Example.org 1
is_err 429 M_LIMIT_EXCEEDED 'and for whatever'
header="X-Forwarded-For: 192.0.2.21"
mail_to register secret1 rate@example.org 1
is_status 200 'who repeats a request costs nobody a message'
mail_to register secret3 other@example.org 1
is_status 200 'other addresses are free'
is_count $((before + 6)) 'no more was sent'
header=

done_testing

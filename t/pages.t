#!/bin/sh
# Pages for people: the fallback of each stage of User-Interactive
# Authentication, of login, and where the link in a mail leads.  t/browser.t
# clicks through them (loginFallback, uiaFallback, ...).
. "$(dirname "$0")/lib.sh"

# What is sent stays here: the last mail, the last text message.
cat >"$tmp/keep" <<'END'
#!/bin/sh
exec cat >"$1"
END
chmod +x "$tmp/keep"
conf mail from 'mxcgi <mxcgi@localhost>'
conf mail command "$tmp/keep $tmp/mail"
conf msisdn command "$tmp/keep $tmp/text"
conf accounts next_links 'https://app.example/done'
conf uia register 'dummy | terms dummy | registration_token | email dummy | msisdn | recaptcha'
conf uia deactivate 'password | token'
conf uia reset 'password | email'
conf terms policy 'privacy 1.0 en https://example.org/privacy?a=1&b=2 <b>"Privacy" & more'
conf recaptcha public_key 'key"of&site'
conf recaptcha secret 'secret of site'
conf recaptcha script_url 'https://captcha.example:8443/api.js'
start
v3=/_matrix/client/v3
nasty='%3Cb%3E%22%26%27'
tamed='&lt;b&gt;&quot;&amp;&#39;'

# The page of a stage in $session.
page() { printf '%s/auth/%s/fallback/web?session=%s' "$v3" "$1" "$session"; }
# begin NAME: $session of a registration, begun.
begin() {
	wish="\"username\":\"$1\",\"password\":\"secret of $1\""
	token=
	req POST $v3/register "{$wish}"
	session=$(get_json .session)
}
# What the page opened for the client, it can now do.
is_registered() {
	req POST $v3/register "{$wish,\"auth\":{\"session\":\"$session\"}}"
	is_status 200 "$1"
}
is_done() {
	is_page 200 "$1: done"
	like 'window\.opener\.postMessage\(.authDone., .\*.\)' "$1: and tells the client"
}
field() { sed -n "s/.* name=\"$1\" value=\"\([^\"]*\)\".*/\1/p" "$tmp/body"; }
# The link in the last mail, from /_matrix on.
mailed() {
	perl -MMIME::QuotedPrint -0777 -ne '
		print $1 if decode_qp($_) =~ m{https?://[^/\s]+(/_matrix/mxcgi/confirm\?[^\s"<]+)}' \
	    "$tmp/mail"
}

# --------------------------------------------------------------------- login

for path in /_matrix/static/client/login /_matrix/static/client/login/ \
    /_matrix/client/api/v1/login/fallback; do
	req GET "$path?device_id=$nasty&x=%3Cscript%3E"
	is_page 200 "LOG-5: a page to log in at $path"
	is_head "; connect-src 'self'; form-action 'self';" 'asks its own server'
	like '<noscript>.*JavaScript' 'says what it needs'
	! grep -q '<b>\|%3C\|<script>' "$tmp/body"
	ok $? 'and repeats nothing of its address (security 22)'
done
req GET /_matrix/static/client/login
like 'data-url="/_matrix/client/v3/login"' 'of today'
req GET /_matrix/client/api/v1/login/fallback
like 'data-url="/_matrix/client/api/v1/login"' 'and of 2015'

# ------------------------------------------------------------------- landing

for path in / "/?x=$nasty" '/?next=https://evil.example/' /_matrix/static /_matrix/static/; do
	req GET "$path"
	is_page 200 "a page that says that the server works: $path"
	like 'mxcgi user add NAME --admin' 'and what to do next'
	! grep -q '<b>\|%3Cb\|evil\|<script' "$tmp/body"
	ok $? 'and repeats nothing of its address (security 22)'
	! grep -iq '^location:' "$tmp/head";	ok $? 'nor leads there (security 22)'
done
! grep -q 'secret of site\|src=' "$tmp/body"
ok $? 'it holds no secret, and loads nothing (security 22)'
like '<p class="value">https://localhost</p>' 'it says what to enter'
like 'register an account' 'and that anybody may register'
req POST / '';	is_page 405 'there is nothing to send'

# ------------------------------------------------------ what is not to be had

begin ann
req GET "$v3/auth/m.login.dummy/fallback/web"
is_page 400 'without a session'
req GET "$v3/auth/m.login.dummy/fallback/web?session=$nasty"
is_page 404 'with a session that is not known'
like 'has expired' 'says what that means'
! grep -q '<b>' "$tmp/body";	ok $? 'and does not repeat it (security 22)'
req POST "$v3/auth/m.login.dummy/fallback/web?session=nobodys" ''
is_page 404 'nothing can be done in it'
req GET "$(page "$nasty")";	is_page 404 'a stage that is not known'
! grep -q '<b>' "$tmp/body";	ok $? 'is not repeated (security 22)'
req GET "$(page m.login.cas)";	is_page 404 'nor is there one for every stage'
req GET "$(page m.login.token)"; is_page 403 'a stage of another flow'
req POST "$(page m.login.token)" 'token=x'
is_page 403 'cannot be tried (security 15)'
req POST "$(page m.login.dummy)" 'a=%C3'
is_page 400 'a form that is not UTF-8'

# ----------------------------------------------------------------- the stages

for stage in dummy terms registration_token email.identity msisdn recaptcha; do
	req GET "$(page m.login.$stage)"
	is_page 200 "UIA-14: a page for $stage"
	like '<form method="post">' 'with a form'
done
for prefix in api/v1 v2_alpha r0 unstable; do
	req GET "/_matrix/client/$prefix/auth/m.login.dummy/fallback/web?session=$session"
	is_page 200 "UIA-14: and by $prefix"
done
req POST "$(page m.login.dummy)" '';	is_done 'UIA-14: dummy'
req GET "$(page m.login.dummy)";	is_done 'opened once more'
is_registered 'UIA-14: and the client goes on'
req GET "$(page m.login.dummy)";	is_page 404 'a session that has ended'

begin bob
req GET "$(page m.login.terms)"
like 'href="https://example\.org/privacy\?a=1&amp;b=2">&lt;b&gt;&quot;Privacy&quot; &amp; more</a>' \
    'terms: a link to the document'
req POST "$(page m.login.terms)" ''
is_page 403 'terms: without agreeing'
like 'role="alert">Please tick the box' 'says what to do'
req POST "$(page m.login.terms)" 'agree=no';	is_page 403 'nor by a no'
req POST "$(page m.login.terms)" 'agree=yes';	is_done terms
req POST "$(page m.login.dummy)" '';		is_done 'dummy after terms'
is_registered 'terms and dummy'

begin carl
req POST "$(page m.login.registration_token)" 'token='
is_page 403 'no registration token'
req POST "$(page m.login.registration_token)" "token=$nasty"
is_page 403 'a wrong one'
like "value=\"$tamed\"" 'is shown again (security 22)'

req GET "$(page m.login.recaptcha)"
like 'data-sitekey="key&quot;of&amp;site"' 'recaptcha: the key of the site'
like 'src="https://captcha\.example:8443/api\.js"' 'and its script'
is_head "'strict-dynamic' https://captcha\.example:8443; frame-src https://captcha\.example:8443;" \
    'from there alone (security 22)'
req POST "$(page m.login.recaptcha)" 'g-recaptcha-response='
is_page 403 'recaptcha: no answer'

# ------------------------------------------------------------------- password

user dora
req POST $v3/account/deactivate '{}'
session=$(get_json .session) of_dora=$token token=
req GET "$(page m.login.password)"
is_page 200 'UIA-14: a page for password'
! grep -q 'name="user"' "$tmp/body";	ok $? 'that knows whose'
req POST "$(page m.login.password)" '';	is_page 403 'no password'
req POST "$(page m.login.password)" 'password=wrong';	is_page 403 'a wrong one'
! grep -q 'value="wrong' "$tmp/body";	ok $? 'which is not shown again'
token=$of_dora
req POST $v3/account/deactivate "{\"auth\":{\"session\":\"$session\"}}"
is_status 401 'the stage is not passed by that (security 15)'
token=
req POST "$(page m.login.password)" 'password=secret+of+dora'
is_done password
token=$of_dora
req POST $v3/account/deactivate "{\"auth\":{\"session\":\"$session\"}}"
is_status 200 'and the client goes on'

user ida
req POST /_matrix/client/v1/login/get_token '{"auth":{"type":"m.login.password",
    "password":"secret of ida","identifier":{"type":"m.id.user","user":"ida"}}}'
login_token=$(get_json .login_token)
req POST $v3/account/deactivate '{}'
session=$(get_json .session) of_ida=$token token=
req GET "$(page m.login.token)";	is_page 200 'UIA-14: a page for token'
req POST "$(page m.login.token)" 'token=nobodys';	is_page 403 'a wrong one'
req POST "$(page m.login.token)" "token=$login_token"
is_done 'token'
token=$of_ida
req POST $v3/account/deactivate "{\"auth\":{\"session\":\"$session\"}}"
is_status 200 'and the client goes on'

token=
reset='"new_password":"the new secret"'
req POST $v3/account/password "{$reset}"
session=$(get_json .session)
req GET "$(page m.login.password)"
like 'name="user"' 'password: whose it is must be said'
req POST "$(page m.login.password)" "user=$nasty&password=x"
is_page 403 'a name that nobody has'
like "name=\"user\" type=\"text\" autocomplete=\"username\" value=\"$tamed\"" \
    'is shown again (security 22)'
req POST "$(page m.login.password)" 'user=bob&password=secret+of+bob'
is_done 'password with a name'
req POST $v3/account/password "{$reset,\"auth\":{\"session\":\"$session\"}}"
is_status 200 'and the client goes on'

# ---------------------------------------------------------------------- email

begin eve
req GET "$(page m.login.email.identity)"
secret=$(field client_secret)
[ ${#secret} -gt 20 ];			ok $? 'email: a secret of its own'
req POST "$(page m.login.email.identity)" 'address=eve%40example.org'
is_page 400 'email: without a secret'
req POST "$(page m.login.email.identity)" "client_secret=$nasty&address=eve%40example.org"
is_page 400 'email: with another one'
req POST "$(page m.login.email.identity)" "client_secret=$secret&address="
is_page 403 'email: no address'
req POST "$(page m.login.email.identity)" "client_secret=$secret&address=$nasty"
is_page 403 'email: no such address'
like "value=\"$tamed\"" 'is shown again (security 22)'
[ ! -f "$tmp/mail" ];			ok $? 'and nothing was sent'
filled="client_secret=$secret&address=Eve%40example.org"
req POST "$(page m.login.email.identity)" "$filled"
is_page 200 'email: a mail is sent'
like '<p class="value">Eve@example\.org</p>' 'to that address'
filled="$filled&sid=$(field sid)"
is "$(field client_secret)" "$secret" 'under the same secret'
like "<a href=\"\\?session=$session\">" 'with a way back to another one'
req POST "$(page m.login.email.identity)" "$filled"
is_page 403 'email: before it was confirmed'
like 'not been confirmed' 'says so'
is "filled: client_secret=$(field client_secret)&address=Eve%40example.org&sid=$(field sid)" \
    "filled: $filled" 'and the form can be sent again'

link=$(mailed)
req GET "$link";			is_page 200 'the link in the mail'
like '<p class="value">eve@example\.org</p>' 'asks about the address'
req POST "$(page m.login.email.identity)" "$filled"
is_page 403 'and changes nothing by itself'
req POST "$link" '';			is_page 200 'confirmed'
! grep -iq '^location:' "$tmp/head";	ok $? 'and leads nowhere'
req POST "$link" '';			is_page 200 'once more'
req POST "$(page m.login.email.identity)" "$filled"
is_done 'UIA-14: email'
req POST "$(page m.login.dummy)" '';	is_done 'dummy after email'
is_registered 'UIA-14: email and dummy'
req GET "$link";			is_page 404 'a link that was used'
req POST "$link" '';			is_page 404 'is good for nothing more'

# A forgotten password.
reset='"new_password":"another secret of eve"'
req POST $v3/account/password "{$reset}"
session=$(get_json .session)
req GET "$(page m.login.email.identity)"
like 'the email address of your account' 'a forgotten password: whose account?'
filled="client_secret=$(field client_secret)&address=eve%40example.org"
req POST "$(page m.login.email.identity)" "$filled"
filled="$filled&sid=$(field sid)"
req POST "$(mailed)" ''
req POST "$(page m.login.email.identity)" "$filled"
is_done 'PWD-1: the address of an account'
req POST $v3/account/password "{$reset,\"auth\":{\"session\":\"$session\"}}"
is_status 200 'PWD-1: which gets its new password'
req POST $v3/login '{"type":"m.login.password","password":"another secret of eve",
    "identifier":{"type":"m.id.user","user":"eve"}}'
is_status 200 'PWD-1: and is entered with it'

# ---------------------------------------------------------------- the link

# ask ADDRESS NEXT_LINK: $link of a mail.
ask() {
	req POST $v3/register/email/requestToken "{\"client_secret\":\"s\",
	    \"email\":\"$1\",\"send_attempt\":1,\"next_link\":\"$2\"}"
	link=$(mailed)
}
ask one@example.org 'https://app.example/done?a=b&c=%22'
req GET "${link%&token=*}";	is_page 400 'a link cut off'
req POST "${link%&token=*}" '';	is_page 400 'confirms nothing'
req POST "${link%????}xxxx" '';	is_page 403 'a link with another token'
req GET "/_matrix/mxcgi/confirm?sid=$nasty&client_secret=$nasty&token=$nasty"
is_page 404 'of no session'
! grep -q '<b>' "$tmp/body";	ok $? 'nothing of it is repeated (security 22)'
req GET "$link"
is_head "form-action 'self' https://app\.example;" 'it may lead to next_link'
req POST "$link" ''
is_page 303 'and does so'
is_head '^location: https://app\.example/done\?a=b&c=%22$' 'to its whole address'
like 'href="https://app\.example/done\?a=b&amp;c=%22"' 'which is a link, too'
for next in https://evil.example/ https://app.example.evil/done https://app.example@evil.example/done \
    javascript:alert\(1\) //app.example/done \
    'https://app.example/done?\\r\\nX-Evil: 1'; do
	ask "a$((tests))@example.org" "$next"
	req GET "$link"
	! grep -iq 'evil\|javascript' "$tmp/head"; ok $? "not to $next (security 22)"
	req POST "$link" '';	is_page 200 'which is confirmed'
	! grep -iq '^location:\|^x-evil' "$tmp/head"
	ok $? 'and leads nowhere (security 22)'
done

# --------------------------------------------------------------------- msisdn

begin fred
req GET "$(page m.login.msisdn)"
secret=$(field client_secret)
req POST "$(page m.login.msisdn)" "client_secret=$secret&address=07700900123"
is_page 403 'msisdn: whose country?'
req POST "$(page m.login.msisdn)" "client_secret=$secret&address=%2B$nasty"
is_page 403 'msisdn: no number'
like "value=\"[+]$tamed\"" 'is shown again (security 22)'
filled="client_secret=$secret&address=%2B44+7700+900123"
req POST "$(page m.login.msisdn)" "$filled"
is_page 200 'msisdn: a message is sent'
filled="$filled&sid=$(field sid)"
code=$(grep -Eo '[0-9]{6}' "$tmp/text" | tail -n 1)
req POST "$(page m.login.msisdn)" "$filled";	is_page 403 'no code'
req POST "$(page m.login.msisdn)" "$filled&code=$nasty"
is_page 403 'a wrong one'
req POST "$(page m.login.msisdn)" "$filled&code=$code"
is_done 'UIA-14: msisdn'
is_registered 'UIA-14: msisdn alone'
begin gail
req GET "$(page m.login.msisdn)"
filled="client_secret=$(field client_secret)&address=%2B447700900124"
req POST "$(page m.login.msisdn)" "$filled"
filled="$filled&sid=$(field sid)"
code=$(grep -Eo '[0-9]{6}' "$tmp/text" | tail -n 1)
for n in 1 2 3 4 5; do
	req POST "$(page m.login.msisdn)" "$filled&code=x$n"
done
is_page 403 'five wrong codes'
req POST "$(page m.login.msisdn)" "$filled&code=$code"
is_page 403 'and the right one is not good any more (security 16)'
like 'have another message sent' 'says what to do'

# --------------------------------------------------------------------- limits

stop
conf limits enabled yes
conf limits account 4/0.01
conf limits mail 1/0.01
start
begin hal
req GET "$(page m.login.email.identity)"
filled="client_secret=$(field client_secret)&address=hal%40example.org"
req POST "$(page m.login.email.identity)" "$filled"
is_page 200 'a mail'
req POST "$(page m.login.email.identity)" "${filled%org}com"
is_page 429 'another one at once (security 16)'
req GET "$(page m.login.email.identity)"
is_page 429 'too many pages (security 16)'
is_head '^retry-after: [0-9]+$' 'how long'
like 'Please wait [0-9]+ seconds' 'in words, too'
done_testing

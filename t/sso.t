#!/bin/sh
# Single sign-on: m.login.sso by OpenID Connect providers, what they may answer,
# whose account they open, and where people are led at last.
. "$(dirname "$0")/lib.sh"
. "$SRC/t/oidc/oidc.sh"
v3=/_matrix/client/v3
hostile='nonce no-nonce aud auds no-azp azp issuer expired no-exp old future no-sub long-sub none None unsigned five rubbish no-token refuses info-other'
silent='breaks slow huge'
broken='doc-issuer doc-endpoint doc-script doc-lacks doc-huge doc-rubbish doc-gone'
# shellcheck disable=SC2086
providers good post public many info named create closed linking $hostile $silent $broken info-fails
provider real
conf 'oidc good' name 'Good & <b>Sons</b>'
conf 'oidc good' icon mxc://localhost/icon
conf 'oidc good' brand github
conf 'oidc closed' registration no
conf 'oidc linking' link_existing yes
conf 'oidc linking' registration no
conf sso clients 'https://app.example https://path.example/in/ im.app:'
conf sso schemes 'im.app other.app'
conf accounts reserved 'admin*'
conf uia password 'password | sso'
run_providers
start
redirect=$v3/login/sso/redirect
app=$(enc https://app.example/)

# ------------------------------------------------------------ what is offered

req GET $v3/login
is_json '[.flows[] | select(.type == "m.login.sso") | .identity_providers | (sort_by(.id) | .[] | select(.id | . == "good" or . == "post")), length]' \
    "[{\"brand\":\"github\",\"icon\":\"mxc://localhost/icon\",\"id\":\"good\",\"name\":\"Good & <b>Sons</b>\"},{\"id\":\"post\",\"name\":\"post\"},$(echo good post public many info named create closed linking $hostile $silent $broken info-fails real | wc -w)]" \
    'redirectToIdP: by whom one may log in'
req GET "$redirect?redirectUrl=$app&action=register"
is_page 200 'redirectToSSO: where there are several, people choose'
like "href=\"/_matrix/client/v3/login/sso/redirect/good\?redirectUrl=$app&amp;action=register\">Continue with Good &amp; &lt;b&gt;Sons" \
    'by links that keep what was asked for, in escaped words (security 22)'

# ----------------------------------------------------------------- the way there

for version in r0 v3; do
	there "/_matrix/client/$version/login/sso/redirect/good?redirectUrl=$app"
	is_status 303 "redirectToIdP: the way there, by $version"
done
case $there in
"http://127.0.0.1:$fake/good/auth?x=1&response_type=code&client_id=mxcgi&redirect_uri=https%3A%2F%2Flocalhost%2F_matrix%2Fmxcgi%2Foidc%2Fcallback&scope=openid%20profile%20email&state="*"&nonce="*"&code_challenge="*"&code_challenge_method=S256") ok 0 'an authorization request with PKCE' ;;
*) ok 1 'an authorization request with PKCE' ;;
esac
is_head '^set-cookie: mxcgi_sso_[^=]*=[^;]{43}; Path=/_matrix/mxcgi/oidc; Max-Age=900; HttpOnly; SameSite=Lax; Secure$' \
    'the browser is bound by a cookie (security 22)'
is "$(echo "$state$nonce" | wc -c)" 87 'state and nonce are 256 bits each'
there "$redirect/create?redirectUrl=$app&action=register"
is "$(param prompt "$there")" create 'action=register: who can is asked for a new account'
there "$redirect/create?redirectUrl=$app&org.matrix.msc3824.action=register"
is "$(param prompt "$there")" create 'and as clients called it before'
there "$redirect/create?redirectUrl=$app&action=login"
is "$(param prompt "$there")" '' 'action=login: as it does by itself'
there "$redirect/good?redirectUrl=$app&action=register"
is "$(param prompt "$there")" '' 'who cannot is not asked for it'

req GET "$redirect/nobody?redirectUrl=$app"
is_page 404 'redirectToIdP: a provider that is not known'
req GET "$redirect/good";		is_page 400 'no redirectUrl'
req GET "$redirect/good?redirectUrl=";	is_page 400 'an empty one'
req GET "$redirect";			is_page 400 'redirectToSSO: no redirectUrl'
for url in 'javascript:alert(1)' 'data:text/html,x' 'JavaScript:alert(1)' 'vbscript:x' \
    '//evil.example/' /there evil.app://x 'im.apps:x' 'https://app.example@evil.example/' \
    'https://app.example\@evil.example/' 'https:/\evil.example' 'https://' \
    'https://ä.example/' ' https://app.example/' "https://app.example/
Set-Cookie: x=y" "https://app.example/$(printf %02100d 0)"; do
	req GET "$redirect/good?redirectUrl=$(enc "$url")"
	is_page 400 "no open redirect (security 22): $(printf %.40s "$url" | tr '\n' ' ')"
	req GET "$redirect?redirectUrl=$(enc "$url")"
	is_page 400 'nor by the page of all providers (security 22)'
done

# ------------------------------------------------------------- what comes back

ann='{"sub":"1","preferred_username":"Ann","name":"Ann <i>&","email":"Ann@Example.org","email_verified":true}'
enter good "$ann" 'https://app.example/a?x=1&loginToken=old&y=2&loginToken#f?&loginToken=z'
is_status 303 'a new account by the claims of its ID token'
case $(led) in
'https://app.example/a?x=1&y=2&loginToken='*'#f?&loginToken=z') ok 0 'back at a trusted client, with one loginToken' ;;
*) ok 1 'back at a trusted client, with one loginToken' ;;
esac
is_head "^set-cookie: mxcgi_sso_[^=]*=; Path=/_matrix/mxcgi/oidc; Max-Age=0; " 'the cookie has served its turn'
login() {	# by the token that the browser was led back with
	token= login_token=$(param loginToken "$(led | sed 's/#.*//')")
	req POST $v3/login "{\"type\":\"m.login.token\",\"token\":\"$login_token\"}"
}
login
is_json .user_id '"@ann:localhost"' 'm.login.sso: the client logs in'
token_ann=$(get_json .access_token)
req POST $v3/login "{\"type\":\"m.login.token\",\"token\":\"$login_token\"}"
is_err 403 M_FORBIDDEN 'once'
token=$token_ann
req GET "$v3/profile/@ann:localhost/displayname"
is_json .displayname '"Ann <i>&"' 'the name is what the provider says'
req GET $v3/account/3pid
is_json '[.threepids[].address]' '["ann@example.org"]' 'so is an address that it confirmed'
token= header="Cookie: $cookie"
req GET "$callback?state=$state&code=$(code "$ann")"
is_page 403 'what came back counts once (security 15)'
header=
enter good '{"sub":"1","preferred_username":"somebody else"}'
login
is_json .user_id '"@ann:localhost"' 'the subject decides who it is'
enter many '{"sub":"1","preferred_username":"many"}'
login
is_json .user_id '"@many:localhost"' 'that of another issuer is another; aud may have others where azp is us'

for name in post public info named; do
	there "$redirect/$name?redirectUrl=$app"
	back "$(code "{\"sub\":\"s\",\"preferred_username\":\"by$name\",\"email\":\"$name@example.org\"}")" \
	    "$([ $name != named ] || echo "&iss=$(enc "http://127.0.0.1:$fake/named")")"
	login
	is_json .user_id "\"@by$name:localhost\"" "a provider of another kind: $name"
done
token=$(get_json .access_token)
req GET $v3/account/3pid
is_json .threepids '[]' 'an address that nobody confirmed is none'
enter named "$ann";		is_page 403 'who names itself must do so (RFC 9207)'
there "$redirect/good?redirectUrl=$app"
back "$(code "$ann")" '&iss=https%3A%2F%2Fevil.example'
is_page 403 'nobody answers for another (RFC 9207)'

# Not ours to answer: no cookie, another browser's, a state of nobody's.
there "$redirect/good?redirectUrl=$app"
mine=$cookie
cookie="$(echo "$cookie" | sed 's/=.*//')=$nonce"
back "$(code "$ann")";		is_page 403 'another browser cannot go on with it (security 22)'
cookie=x=y
back "$(code "$ann")";		is_page 403 'nor one without a cookie (security 22)'
cookie="a=b; $mine; c=d"
back "$(code "$ann")";		is_status 303 'the first one still can, whatever cookies it has besides'
there "$redirect/good?redirectUrl=$app"
kept=$state
state='%3Cb%3E'
back x;				is_page 403 'a state that is not known'
! grep -q '<b>' "$tmp/body";	ok $? 'is not repeated (security 22)'
state=$kept
back x '&error=access_denied&error_description=%3Cb%3E'
is_page 403 'they did not want it'
! grep -q '<b>\|loginToken' "$tmp/body" "$tmp/head"; ok $? 'which says no more than that (security 22)'
back "$(code "$ann")";		is_page 403 'and is the end of it'
there "$redirect/good?redirectUrl=$app"
header="Cookie: $cookie"
req GET "$callback?state=$state";	is_page 400 'no code'
req GET $callback;		is_page 400 'nothing at all'
header=

# --------------------------------------------------------- who lies, and who fails

for name in $hostile; do
	expect_log "\\[oidc $name\\] "
	enter "$name" '{"sub":"1","preferred_username":"mallory"}'
	is_page 403 "an answer that is not believed: $name (security 15)"
	! grep -q loginToken "$tmp/head";	ok $? 'leads nowhere'
done
for name in $silent info-fails; do
	expect_log "\\[oidc $name\\] "
	enter "$name" '{"sub":"1","preferred_username":"mallory"}'
	[ "$status" = 503 ] || [ "$status" = 403 ];	ok $? "no answer: $name"
done
for name in $broken; do
	expect_log "\\[oidc $name\\] "
	there "$redirect/$name?redirectUrl=$app"
	is_page 503 "discovery that is not believed: $name"
	is "$there$cookie" '' 'leads nowhere'
done
! grep -q "$(printf '\033')" "$tmp/log"; ok $? 'what they say is tame in the log (security 32)'
! grep -q 's3cr' "$tmp/log" "$tmp/body" "$tmp/head"; ok $? 'the secret is not in it (security 32)'
req GET "$v3/register/available?username=mallory"
is_json .available true 'nobody got an account so'

# --------------------------------------------------------------- where they are led

enter good "$ann" 'https://evil.example/x?<b>'
is_page 200 'a client that nobody trusts is shown (security 22)'
like '<p class="value">https://evil.example</p>' 'by what it is'
like '<p class="value">@ann:localhost</p>' 'and as whom'
is_head "form-action 'self' https://evil.example;" 'the form may lead there, and nowhere else'
! grep -q '<b>' "$tmp/body";	ok $? 'it is escaped (security 22)'
cookie_kept=$cookie cookie=x=y
answer '';			is_page 403 'only the same browser goes on (security 22)'
cookie=$cookie_kept
answer ''
is_status 303 'they want it'
login;				is_status 200 'and are logged in there'
answer '';			is_page 403 'once'
for url in https://app.example.evil.example/ https://path.example/ \
    https://path.example/in/../out https://path.example/in/%2E%2e/out \
    http://app.example/ other.app://login; do
	enter good "$ann" "$url"
	is_page 200 "not the client that is trusted (security 22): $url"
done
is_head "form-action 'self' other.app:;" 'an application, by its scheme'
for url in https://app.example:443/ https://path.example/in/x; do
	enter good "$ann" "$url"
	case $url in
	*:443*) is_page 200 "nor by another port: $url" ;;
	*) is_status 303 "the client that is trusted: $url" ;;
	esac
done
enter good "$ann" 'im.app://login?x'
case $(led) in
'im.app://login?x&loginToken='*) ok 0 'an application that is trusted' ;;
*) ok 1 'an application that is trusted' ;;
esac

# ------------------------------------------------------------------- whose account

user bob
enter good '{"sub":"2","preferred_username":"bob","email":"ann@example.org","email_verified":true}'
is_page 200 'a name that is taken: they choose another (security 15)'
like 'name="username" type="text" autocomplete="username" value="bob"' 'beginning with that'
answer username=bob;		is_page 403 'it stays taken'
answer username=;		is_page 403 'no name is none'
answer 'username=%3Cb%3E';	is_page 403 'nor is everything one'
like 'value="&lt;b&gt;"' 'it is escaped (security 22)'
answer username=administrator;	is_page 403 'some are reserved'
answer username=Bobby
is_status 303 'another'
login
is_json .user_id '"@bobby:localhost"' 'is theirs'
token=$(get_json .access_token)
req GET $v3/account/3pid
is_json .threepids '[]' 'nobody loses an address to them (security 15)'
enter good '{"sub":"2"}';	login
is_json .user_id '"@bobby:localhost"' 'for ever'
enter good '{"sub":"3"}';	is_page 200 'no name: they choose one'
enter good '{"sub":"4","preferred_username":"J\u00fcrgen X@mail.example"}'; login
is_json .user_id '"@j=c3=bcrgen=20x:localhost"' 'other letters are mapped'
enter good '{"sub":5,"preferred_username":"five"}'
is_page 403 'a subject is text'
expect_log '\[oidc good\] the ID token does not say of whom'
enter closed '{"sub":"1","preferred_username":"newcomer"}'
is_page 403 'a provider that makes no accounts'
enter linking '{"sub":"9","preferred_username":"nobody-yet"}'
is_page 403 'nor does this one'
enter linking '{"sub":"b","preferred_username":"Bob"}'
login
is_json .user_id '"@bob:localhost"' 'link_existing: an account of that name'
enter linking '{"sub":"c","preferred_username":"bob"}'
is_page 403 'has one subject there'
enter linking '{"sub":"b","preferred_username":"ann"}'
login
is_json .user_id '"@bob:localhost"' 'and is the same ever after'

admin user lock ann
enter good "$ann";		is_page 401 'a locked account stays so (security 13)'
enter good "$ann" https://evil.example/; is_page 401 'whoever asks'
admin user unlock ann
enter good "$ann" https://evil.example/
deactivate bob
answer '';			is_status 303 'others do'
enter linking '{"sub":"b"}';	is_page 403 'a deactivated account too (security 13)'
! grep -q loginToken "$tmp/head"; ok $? 'leads nowhere'

# ---------------------------------------------------- m.login.sso, to confirm

enter good "$ann";		login
token_ann=$(get_json .access_token)
token=$token_ann
req POST $v3/account/deactivate '{}'
is_json .flows '[{"stages":["m.login.sso"]}]' 'm.login.sso: who has no password shows it so'
session=$(get_json .session)
req POST $v3/account/deactivate "{\"auth\":{\"type\":\"m.login.sso\",\"session\":\"$session\"}}"
is "$status $(get_json .errcode)" '401 M_FORBIDDEN' 'm.login.sso: it is not enough to say so (security 15)'
fallback="$v3/auth/m.login.sso/fallback/web?session=$session"
token=
req GET "$fallback"
is_page 200 'UIA-14: a page for sso'
like 'href="/_matrix/mxcgi/oidc/confirm\?session=[^&]*&amp;idp=good">' 'leads to who knows them'
! grep -q 'idp=linking' "$tmp/body"; ok $? 'and to nobody else'
req POST "$fallback" '';	is_page 403 'it is no form'
confirm="/_matrix/mxcgi/oidc/confirm?session=$session&idp=good"
there "$confirm"
is_status 303 'the way there'
is "$(param prompt "$there")" login 'asks for the password again'
back "$(code '{"sub":"2"}')"
is_page 403 'somebody else is not them (security 15)'
there "$confirm"
back "$(code "$ann")"
is_page 200 'it is them: are they sure?'
like 'to deactivate your account for ever' 'they are told what about'
token=$token_ann
req POST $v3/account/deactivate "{\"auth\":{\"session\":\"$session\"}}"
is_status 401 'not before they said so (security 15)'
answer '';			is_page 200 'they are'
like 'window\.opener\.postMessage\(.authDone., .\*.\)' 'the client is told'
answer '';			is_page 403 'once'
there "$confirm";		is_page 200 'it is done already'
req GET "/_matrix/mxcgi/oidc/confirm?session=$session&idp=nobody"
is_page 404 'to confirm by nobody'
req GET "/_matrix/mxcgi/oidc/confirm?session=nobodys&idp=good"
is_page 404 'a session of nobody'
req GET /_matrix/mxcgi/oidc/confirm;	is_page 400 'nothing at all'
token=$token_ann
req POST $v3/account/deactivate "{\"auth\":{\"session\":\"$session\"}}"
is_status 200 'm.login.sso: the client goes on'
enter good "$ann";		is_page 403 'that was the last of it (security 13)'
user carl
req POST $v3/account/password '{"new_password":"another"}'
is_json .flows '[{"stages":["m.login.password"]}]' 'm.login.sso: not for whom no provider knows'
session=$(get_json .session)
req GET "/_matrix/mxcgi/oidc/confirm?session=$session&idp=good"
is_page 403 'and so it does not help them'

# ------------------------------------------------------------- a real provider

curl_real() { curl -sS -b "$tmp/jar" -c "$tmp/jar" -D "$tmp/head" -o "$tmp/page" "$@"; }
# Follow it until it leads back to us.
walk() {
	url=$1
	shift
	for step in 1 2 3 4 5 6; do
		case $url in
		https://localhost/*) return ;;
		/*) url=$real$url ;;
		esac
		curl_real "$@" "$url"
		set --
		url=$(led | tr -d '\r')
		[ -n "$url" ] || return
	done
}
form() { sed -n 's/.*action="\([^"]*\)".*/\1/p' "$tmp/page" | head -n 1; }
there "$redirect/real?redirectUrl=$app"
is_status 303 'oidc-provider: the way there'
walk "$there"
walk "$(form)" -d 'prompt=login&login=dora&password=x'
walk "$(form)" -d prompt=consent
token= header="Cookie: $cookie"
req GET "${url#https://localhost}"
is_status 303 'oidc-provider: and back'
login
is_json .user_id '"@dora:localhost"' 'oidc-provider: a new account'
token=$(get_json .access_token) header=
req GET $v3/profile/@dora:localhost
is_json .displayname '"Dora Person"' 'what the ID token lacks is asked for'
header=
there "$redirect/real?redirectUrl=$app"
walk "$there"
header="Cookie: $cookie"
req GET "${url#https://localhost}"
login
is_json .user_id '"@dora:localhost"' 'oidc-provider: again, and without a question'
header="Cookie: $cookie"
req GET "${url#https://localhost}"
is_page 403 'oidc-provider: not twice'
header=

# --------------------------------------------------- how many, and what they agree to

there "$redirect/good?redirectUrl=$app"
first="$cookie $state $nonce"
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	there "$redirect/good?redirectUrl=$app"
done
last="$cookie $state $nonce"
come_back() {	# COOKIE STATE NONCE
	cookie=$1 state=$2 nonce=$3
	back "$(code '{"sub":"2"}')"
}
# shellcheck disable=SC2086
come_back $first;		is_page 403 'one network has twenty of them under way'
# shellcheck disable=SC2086
come_back $last;		is_status 303 'the others are as good as before'

stop
conf terms policy 'tos 1.0 en https://example.org/tos The <terms>'
start
enter good '{"sub":"20","preferred_username":"frank"}'
is_page 200 'whoever is new reads the terms'
like '<a target="_blank" rel="noopener noreferrer" href="https://example.org/tos">The &lt;terms&gt;</a>' \
    'which are a link, escaped (security 22)'
like 'value="frank"' 'and their name is there already'
answer username=frank;		is_page 403 'without agreeing nobody gets on'
answer 'username=frank&agree=yes'
login
is_json .user_id '"@frank:localhost"' 'with it they do'
enter good '{"sub":"20"}';	is_status 303 'and are not asked again'
done_testing

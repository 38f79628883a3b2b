#!/bin/sh
# The server lives in a folder of somebody's host, and base_url says so: requests
# come with the path of that, and what browsers are told goes behind it.
. "$(dirname "$0")/lib.sh"
. "$SRC/t/oidc/oidc.sh"
base_path=/~ann/mx
v3=/_matrix/client/v3
conf server base_url "https://example.org$base_path/"
conf uia password sso
conf sso clients https://app.example
providers good other
run_providers
start

req GET /;	is_page 200 'a page of the folder'
like "https://example.org$base_path<" 'with the address that people type'
base_path=
req GET /.well-known/matrix/client
base_path=/~ann/mx
is_json '.["m.homeserver"].base_url' "\"https://example.org$base_path\"" \
    'which clients are told at the root of the host'
user eve
req POST $v3/createRoom '{}'
here=$v3/rooms/$(enc "$(get_json .room_id)")
req PUT "$here/send/m.room.message/$(enc a/b)" '{"msgtype":"m.text","body":"x"}'
is_status 200 'a path with arguments, and a slash in one'
req GET "$v3/sync?access_token=$token";	is_status 200 'and a query'
req GET $v3/nothing;	is_err 404 M_UNRECOGNIZED 'what is not known'
is "$(base_path=/%7Eann/mx; req GET /_matrix/client/versions; echo "$status")" 200 \
    'as browsers may write it'
# There nginx looks for pages of the host's.
expect_log 'open\(\) ".*/~ann/(_matrix|mx/more)/'
is "$(base_path=/~ann; req GET /_matrix/client/versions; echo "$status")" 404 \
    'another folder is none'
is "$(base_path=$base_path/more; req GET /_matrix/client/versions; echo "$status")" 404 \
    'nor is one in it'
req GET /_matrix/static/client/login/
like "data-url=\"$base_path$v3/login\"" 'the page to log in asks there'
req GET /_matrix/static/admin/
like "data-url=\"$base_path$v3/login\"" 'so does that of administrators'
like "src=\"$base_path/_matrix/static/admin/admin.js\"" 'whose script comes from there'
req GET /_synapse/admin/v1/server_version
is_err 403 M_FORBIDDEN 'what it asks is there (security 33)'

# ------------------------------------------------------------ single sign-on

app=$(enc https://app.example/)
req GET "$v3/login/sso/redirect?redirectUrl=$app"
like "href=\"$base_path$v3/login/sso/redirect/good\?" 'links to providers lead there'
there "$v3/login/sso/redirect/good?redirectUrl=$app"
is_status 303 'the way to one'
is "$(param redirect_uri "$there")" "$(enc "https://example.org$base_path$callback")" 'and back'
is_head "^set-cookie: .*; Path=$base_path/_matrix/mxcgi/oidc; Max-Age=900; " 'the cookie is for the folder'
back "$(code '{"sub":"1","preferred_username":"ann"}')"
is_head "^set-cookie: .*; Path=$base_path/_matrix/mxcgi/oidc; Max-Age=0; " 'and ends there'
user_token=$(sed -n 's/.*loginToken=\([A-Za-z0-9_-]*\).*/\1/p' "$tmp/head" "$tmp/body" | head -n 1)
req POST $v3/login "{\"type\":\"m.login.token\",\"token\":\"$user_token\"}"
is_status 200 'somebody logs in so'
token=$(get_json .access_token)
req POST $v3/account/password '{"new_password":"another"}'
session=$(get_json .session)
token=
req GET "$v3/auth/m.login.sso/fallback/web?session=$session"
like "href=\"$base_path/_matrix/mxcgi/oidc/confirm\?session=" 'links to confirm lead there'
done_testing

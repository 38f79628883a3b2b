#!/bin/sh
# Pushers as clients set and see them: GET /pushers, POST /pushers/set.
. "$(dirname "$0")/lib.sh"
conf outbound allow '127.0.0.1 ::1'
start
v3=/_matrix/client/v3
v1=/_matrix/client/api/v1

user alice
user bob

path=_matrix/push/v1/notify
# pusher [JQ]: the body of one, changed by jq's filter
pusher() {
	jq -nc --arg url "https://push.example/$path" '{
		app_id: "org.example.app", pushkey: "key", kind: "http",
		app_display_name: "App", device_display_name: "Phone",
		profile_tag: "tag", lang: "en",
		data: { url: $url, format: "event_id_only", own: { n: 1.5 } }
	}'" | ${1:-.}"
}
set_one() { req POST $v3/pushers/set "$(pusher "${1-}")"; }
all() { req GET $v3/pushers; }

# ------------------------------------------------------------- set and shown
all
is_json . '{"pushers":[]}' 'getPushers: none'
set_one
is_status 200 'postPusher: one is set'
is_json . '{}' 'and there is nothing to say'
all
is_json '.pushers | length' 1 'getPushers: it is there'
is_json '.pushers[0]' "$(pusher | jq -cS .)" 'and is what was set'
as alice
all
is_json . '{"pushers":[]}' 'getPushers: only for its user'
as bob
set_one '.lang = "de" | .data.url += "?x=y" | del(.profile_tag)'
all
is_json '.pushers | map([.lang, .profile_tag, .data.url])' \
    "[[\"de\",null,\"https://push.example/$path?x=y\"]]" \
    'postPusher: the same app_id and pushkey is the same pusher'
set_one '.pushkey = "another"'
all
is_json '.pushers | map(.pushkey)' '["key","another"]' 'postPusher: another pushkey is another'
set_one '.app_id = "org.example.other"'
all
is_json '.pushers | length' 3 'and so is another app_id'

# ------------------------------------------------------------------- deleting
req POST $v3/pushers/set '{"kind":null,"app_id":"org.example.app","pushkey":"another"}'
is_status 200 'postPusher: kind null deletes, and needs no more'
req POST $v3/pushers/set '{"kind":"","app_id":"org.example.other","pushkey":"key"}'
is_status 200 'so does an empty one'
req POST $v3/pushers/set '{"kind":null,"app_id":"org.example.none","pushkey":"key"}'
is_status 200 'and what is not there may be deleted'
all
is_json '.pushers | map(.pushkey)' '["key"]' 'the rest stays'

# --------------------------------------------------------------------- append
as alice
set_one '.append = true'
all
is_json '.pushers | length' 1 'append: in addition'
as bob
all
is_json '.pushers | length' 1 'to those of other users'
req POST $v3/pushers/set '{"kind":null,"app_id":"org.example.app","pushkey":"key"}'
as alice
all
is_json '.pushers | length' 1 'postPusher: to delete is to delete one'"'"'s own'
as bob
set_one
as alice
all
is_json . '{"pushers":[]}' 'append: without it those of others go'

# ------------------------------------------------------------------- refusals
req POST $v3/pushers/set '{"kind":"http","app_id":"a","pushkey":"k","app_display_name":"x","device_display_name":"x"}'
is_err 400 M_MISSING_PARAM 'postPusher: something is missing'
is_json .error '"Missing parameters: lang, data"' 'and what is said'
req POST $v3/pushers/set '{}'
is_json .error '"Missing parameters: kind, app_id, pushkey"' 'what everybody must say'
set_one 'del(.data.url)'
is_json .error '"Missing parameters: data.url"' 'without a URL'
repeat() { jq -nr "\"$1\" * $2"; }
# refused JQ NAME
refused() { set_one "$1"; is_err 400 M_INVALID_PARAM "$2"; }
allowed() { set_one "$1"; is_status 200 "$2"; }
refused '.kind = "sms"' 'another kind'
refused '.kind = "email" | .app_id = "m.email"' 'email, which this server does not send'
refused '.app_id = ""' 'an empty app_id'
refused '.pushkey = ""' 'an empty pushkey'
allowed ".app_id = \"$(repeat ä 64)\"" 'an app_id of 64 characters'
refused ".app_id = \"$(repeat a 65)\"" 'one of 65'
allowed ".pushkey = \"$(repeat k 512)\"" 'a pushkey of 512 bytes'
refused ".pushkey = \"$(repeat k 513)\"" 'one of 513'
refused ".lang = \"$(repeat x 513)\"" 'a language of 513'
refused ".app_display_name = \"$(repeat x 513)\"" 'a name of 513'
refused ".device_display_name = \"$(repeat x 513)\"" 'the same of a device'
refused ".profile_tag = \"$(repeat x 256)\"" 'a profile_tag of 256 bytes'
refused ".data.more = \"$(repeat x 4090)\"" 'data that is too long'
set_one '.data = "x"'
is_err 400 M_BAD_JSON 'data that is no object'
set_one '.append = "yes"'
is_err 400 M_BAD_JSON 'append that is no boolean'

# ------------------------------------------------------------------- the URL
url() { echo ".data.url = \"$1\""; }
refused "$(url "http://push.example/$path")" \
    'PSH-13: a gateway without TLS (security 26)'
allowed "$(url "http://127.0.0.1:1234/$path")" 'unless its address is named'
allowed "$(url "http://[::1]:1234/$path")" 'be it IPv6'
refused "$(url "http://127.0.0.2:1234/$path")" 'another address is not'
refused "$(url "http://localhost/$path")" 'nor is a name for it'
refused "$(url "https://push.example/")" 'another path'
refused "$(url "https://push.example/x/$path")" 'a longer path'
refused "$(url "https://push.example/$path/x")" 'the same at its end'
refused "$(url "https://push.example/$path#x")" 'a fragment'
refused "$(url "https://push.example/$path?a b")" 'a space'
refused "$(url "https://user@push.example/$path")" 'a user in it'
refused "$(url "ftp://push.example/$path")" 'another scheme'
refused "$(url "https:///$path")" 'no host'
refused "$(url "push.example/$path")" 'no scheme'
refused "$(url "https://push.example/$path?$(repeat x 2048)")" 'a URL that is too long'
allowed "$(url "HTTPS://Push.Example:8448/$path")" 'a port, and capitals'

# ----------------------------------------------------------------- how many
all
n=$(get_json '.pushers | length')
while [ $((n += 1)) -le 100 ]; do
	set_one ".pushkey = \"many $n\""
	[ "$status" = 200 ] || break
done
is_status 200 'a hundred pushers'
set_one '.pushkey = "too many"'
is_err 403 M_FORBIDDEN 'and no more'
set_one '.pushkey = "many 100" | .lang = "fr"'
is_status 200 'but one that is there can be changed'

# ---------------------------------------------------- what they go with
# login NAME sets $token to that of another device
login() {
	token=
	req POST $v3/login "{\"type\":\"m.login.password\",\"identifier\":{\"type\":\"m.id.user\",\"user\":\"$1\"},\"password\":\"secret of $1\"}"
	token=$(get_json .access_token)
}
user erin
set_one '.pushkey = "first"'
login erin
second=$token
set_one '.pushkey = "second"'
set_one '.pushkey = "taken over"'
as erin
set_one '.pushkey = "taken over"'
all
is_json '.pushers | map(.pushkey)' '["first","second","taken over"]' 'one account, two devices'
token=$second
req POST $v3/logout '{}'
as erin
all
is_json '.pushers | map(.pushkey)' '["first","taken over"]' \
    'logout: the pushers of the device go, save what another one set again'
login erin
set_one '.pushkey = "third"'
as erin
change() {
	req POST $v3/account/password "{\"new_password\":\"secret of erin\",\"logout_devices\":$1,\"auth\":{\"type\":\"m.login.password\",\"identifier\":{\"type\":\"m.id.user\",\"user\":\"erin\"},\"password\":\"secret of erin\"}}"
}
change false
all
is_json '.pushers | length' 3 'changePassword: they stay with their devices'
change true
is_status 200 'changePassword: all others are logged out'
all
is_json '.pushers | map(.pushkey)' '["first","taken over"]' 'and their pushers go'
user carol
set_one
all
is_json '.pushers | length' 1 'carol has one'
deactivate carol
as erin
set_one '.append = true'
is_status 200 'deactivate: with pushers'
admin user show carol --json
is_json .pushers '[]' 'deactivate: the pushers go'
admin user show erin --json
is_json '.pushers | map([.app_id, .gateway, (.set_at | type)])' \
    '[["org.example.app","https://push.example","number"],["org.example.app","https://push.example","number"],["org.example.app","https://push.example","number"]]' \
    'mxcgi user show has them'
! grep -q 'first\|taken over' "$tmp/body"
ok $? 'but no pushkey (security 32)'
admin user show erin
like '^pusher +org.example.app +Phone +https://push.example +set 2' 'in words, too'

# ------------------------------------------------------------- as in 2015
user dora
req POST $v1/pushers/set "$(pusher 'del(.data.format)')"
is_status 200 'postPusher: by the path of 2015'
req POST $v1/pushers/set "$(pusher ".profile_tag = \"$(repeat x 33)\"")"
is_err 400 M_INVALID_PARAM 'PSH-2: where a profile_tag has 32 bytes'
req POST $v1/pushers/set "$(pusher 'del(.lang, .data)')"
is_err 400 M_MISSING_PARAM 'what is missing has the code of the example'
req POST $v1/pushers/set "$(pusher '.kind = null')"
all
is_json .pushers '[]' 'kind null deletes'

token=
all
is_err 401 M_MISSING_TOKEN 'getPushers: whose?'
set_one
is_err 401 M_MISSING_TOKEN 'postPusher: whose?'
done_testing

#!/bin/sh
# What ends media: mxcgi media, and the event that showed them ([media]
# delete_redacted).
. "$(dirname "$0")/lib.sh"
. "$SRC/t/media.sh"

conf media delete_redacted yes
start
user ann
user bob
printf 'some text' >"$tmp/text"
clean() { MXCGI_CONFIG="$tmp/mxcgi.conf" "$BUILD/admin/housekeeper" --once 2>>"$tmp/log"; }

# ---------------------------------------------------------- the command

as ann
upload "$tmp/text" text/plain a.txt
first=$mxc
upload "$tmp/text" image/png
as bob
upload "$tmp/text" text/plain
admin media list --json
is "$status $(jq -r .user "$tmp/body" | tr '\n' ' ')" \
    '0 @ann:localhost @ann:localhost @bob:localhost ' 'all, the oldest first'
admin media list --user ann --json
is "$(jq -r .type "$tmp/body" | tr '\n' ' ')" 'text/plain image/png ' "a user's"
admin media list
like "^[0-9TZ: -]+ served +9 +@bob:localhost +text/plain +mxc://$mxc\$" 'for people'
admin media show "mxc://$first" --json
is_json '[.uri, .state, .size, .name, .quarantined_at]' \
    "[\"mxc://$first\",\"served\",9,\"a.txt\",null]" 'one'
admin media show nothing
[ "$status" != 0 ] && grep -q 'no such media' "$tmp/said"
ok $? 'one that is not there'
admin media quarantine "mxc://$first" --json
is_json '[.state, (.quarantined_at | type)]' '["quarantined","number"]' 'quarantined'
admin media quarantine "mxc://$first"
like 'was quarantined already' 'once'
admin media release "mxc://$first"
like 'is served again' 'and released'

admin media purge --user ann --json
is "$status $(tail -n 1 "$tmp/body")" '0 {"media":2,"bytes":18,"deleted":false}' \
    'what would be deleted'
is "$(files)" '3 0' 'stays'
fetch "$first";	is_status 200 'and is served'
admin media purge --older 1d --yes --json
is "$(cat "$tmp/body")" '{"media":0,"bytes":0,"deleted":true}' 'nothing is so old'
admin media purge --yes
[ "$status" != 0 ];	ok $? 'not all without a word'
admin media purge --yes --user ann "$first"
[ "$status" != 0 ];	ok $? 'nor one and all of a user'
admin media purge --yes --older soon
[ "$status" != 0 ];	ok $? 'nor before no time'
is "$(files)" '3 0' 'which deletes nothing'
admin media purge --user ann --yes --json
is "$status $(cat "$tmp/body")" '0 {"media":2,"bytes":18,"deleted":true}' 'all of a user'
grep -q '^2 deleted$' "$tmp/said";	ok $? 'it says how far it is'
is "$(files)" '1 0' 'is gone at once'
fetch "$first";	is_err 404 M_NOT_FOUND 'for everybody'
fetch "$mxc";	is_status 200 "another's stays"

# ------------------------------------------------- with the event that shows it

as ann
req POST /_matrix/client/v3/createRoom '{"preset":"public_chat"}'
here=/_matrix/client/v3/rooms/$(enc "$(get_json .room_id)")
as bob
req POST "$here/join" '{}'
n=0
say() {	# CONTENT; leaves $event
	req PUT "$here/send/m.room.message/t$((n += 1))" "$1"
	event=$(get_json .event_id)
}
redact() { req PUT "$here/redact/$(enc "$event")/r$((n += 1))" '{}'; clean; }

as ann
for content in '{"msgtype":"m.image","body":"x","url":"mxc://%s"}' \
    '{"msgtype":"m.file","body":"x","file":{"url":"mxc://%s"}}' \
    '{"msgtype":"m.video","body":"x","info":{"thumbnail_url":"mxc://%s"}}' \
    '{"msgtype":"m.video","body":"x","info":{"thumbnail_file":{"url":"mxc://%s"}}}'; do
	upload "$tmp/text" image/png
	# shellcheck disable=SC2059
	say "$(printf "$content" "$mxc")"
	fetch;	is_status 200 "$content is there"
	redact
	fetch;	is_err 404 M_NOT_FOUND "$content goes with its event"
done
is "$(files)" '1 0' 'and so do the files'
upload "$tmp/text" image/png
as bob
say "{\"msgtype\":\"m.image\",\"body\":\"x\",\"url\":\"mxc://$mxc\"}"
redact
fetch;	is_status 200 "what another uploaded does not"
for uri in "mxc://example.org/${mxc#*/}" "mxc://localhost/../x" 'http://localhost' ''; do
	say "{\"msgtype\":\"m.image\",\"body\":\"x\",\"url\":\"$uri\"}"
	redact
	is_status 200 "redacted: $uri"
done
fetch;	is_status 200 'nor what is named otherwise'
stop
conf media delete_redacted no
start
as ann
say "{\"msgtype\":\"m.image\",\"body\":\"x\",\"url\":\"mxc://$mxc\"}"
redact
fetch;	is_status 200 'unless told so, no file goes with an event'
done_testing

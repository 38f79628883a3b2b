#!/bin/sh
# mxcgi media: what users uploaded, shown and deleted; and media that go with
# the event that shows them.
. "$(dirname "$0")/lib.sh"
. "$SRC/t/media.sh"

start
for name in ann bob; do user $name; done
printf 'some text' >"$tmp/text"
head -c 5000 /dev/urandom >"$tmp/bytes"

is_exit() { is "$status" "$1" "$2"; }
housekeep() {
	MXCGI_CONFIG="$tmp/mxcgi.conf" "$BUILD/admin/housekeeper" --once \
	    2>>"$tmp/log"
}

admin media list --json
is_exit 0 'a list of nothing'
is "$(cat "$tmp/body")" '' 'is empty'
as ann
upload "$tmp/text" text/plain "$(printf 'a\033[31m.txt')"
first=$mxc
upload "$tmp/bytes" image/png
second=$mxc
as bob
upload "$tmp/text" text/html
third=$mxc
req POST /_matrix/media/v1/create
fourth=$(get_json .content_uri)

admin media list
is_exit 0 'a list'
is "$(wc -l <"$tmp/body")" 5 'has a heading and a line for each'
like "served +5000  @ann:localhost +image/png +mxc://$second\$" 'which says what it is'
admin media list --json
jq -s . "$tmp/body" >"$tmp/all"; cp "$tmp/all" "$tmp/body"
is_json '[.[] | [.uri, .state, .user, .size, .type]]' \
    "[[\"mxc://$first\",\"served\",\"@ann:localhost\",9,\"text/plain\"],[\"mxc://$second\",\"served\",\"@ann:localhost\",5000,\"image/png\"],[\"mxc://$third\",\"served\",\"@bob:localhost\",9,\"text/html\"],[\"$fourth\",\"awaited\",\"@bob:localhost\",0,null]]" \
    'as JSON'
admin media list --user bob --json
is "$(wc -l <"$tmp/body")" 2 "one user's"
admin media list --user nobody
is_exit 67 'of nobody'
admin media show "mxc://$first"
like '^name: a\?\[31m.txt$' 'a name is no order to the terminal'
admin media show "${first#*/}" --json
is_json .name '"a\u001b[31m.txt"' 'one by its id, with its name'
admin media show mxc://localhost/nothing
is_exit 67 'one that is not'
admin media show "mxc://example.org/${first#*/}"
is_exit 67 "nor is another server's"
admin media show
is_exit 64 'which one?'

# --------------------------------------------------------------- quarantine

admin media quarantine "mxc://$second"
is_exit 0 'quarantined'
as ann
fetch "$second";	is_err 404 M_NOT_FOUND 'is served to nobody'
admin media quarantine "mxc://$second" --json
is_exit 0 'again is no fault'
is_json '[.state, .quarantined_at > 0]' '["quarantined",true]' 'and says what is so'
admin media release "mxc://$second"
fetch "$second";	is_status 200 'released'
admin media release "mxc://$second"
like 'was not quarantined$' 'once is enough'
admin media release nothing
is_exit 67 'what is not is not released'

# -------------------------------------------------------------------- purge

for wrong in '' "mxc://$first --user ann" '--older x' '--older 1y'; do
	# shellcheck disable=SC2086
	admin media purge $wrong
	is_exit 64 "purge $wrong: not so"
done
admin media purge --user ann
is_exit 0 'what would be deleted'
like '^2 media with 5009 bytes; --yes deletes them$' 'is counted'
like "mxc://$first\$" 'and named'
is "$(files)" '3 0' 'and is still there'
fetch "$first";		is_status 200 'all of it'
admin media purge --older 1w --yes --json
is_json . '{"bytes":0,"deleted":true,"media":0}' 'nothing is that old'
admin media purge --user ann --yes
is_exit 0 'deleted'
like '^2 media with 5009 bytes are deleted$' 'so many'
is "$(files)" '1 0' 'with their files'
fetch "$first";		is_err 404 M_NOT_FOUND 'they are gone'
fetch "$third";		is_status 200 "others' are not"
admin media purge --yes --json "$fourth"
is_json . '{"bytes":0,"deleted":true,"media":1}' 'an id without content'
admin media purge --yes "$fourth"
is_exit 67 'only once'

# Many, in pages.
n=0
while [ $n -lt 105 ]; do
	req_file POST $media/upload "$tmp/text"
	n=$((n + 1))
done
admin media purge --user ann --yes --json
is_json . '{"bytes":945,"deleted":true,"media":105}' 'more than a page of them'
is "$(files)" '1 0' 'with all files'
is "$(cat "$tmp/said")" "$(printf '100 deleted\n105 deleted')" 'while it tells how far it is'

# ------------------------------------------------------- redacted with it

say_it() {	# CONTENT: sets $event
	sends=$((${sends:-0} + 1))
	req PUT "$v3/rooms/$room/send/m.room.message/$sends" "$1"
	event=$(enc "$(get_json .event_id)")
}
redact_it() {
	sends=$((sends + 1))
	req PUT "$v3/rooms/$room/redact/$event/$sends" '{}'
	is_status 200 "redacted: $1"
}
v3=/_matrix/client/v3
as ann
req POST $v3/createRoom '{"preset":"public_chat"}'
room=$(enc "$(get_json .room_id)")
as bob
req POST "$v3/join/$room" '{}'
as ann
upload "$tmp/bytes" image/png
picture=$mxc
upload "$tmp/bytes" image/png
small=$mxc
image="{\"msgtype\":\"m.image\",\"body\":\"x\",\"url\":\"mxc://$picture\",\"info\":{\"thumbnail_url\":\"mxc://$small\"}}"
say_it "$image"
redact_it 'a picture'
fetch "$picture";	is_status 200 'it is kept where nothing else is said'
stop
conf media delete_redacted yes
start
as bob
say_it "$image"
redact_it "a copy of another's picture"
fetch "$picture";	is_status 200 'who did not upload it does not delete it'
as ann
say_it "$image"
redact_it 'the picture of who uploaded it'
fetch "$picture";	is_err 404 M_NOT_FOUND 'goes with its event'
fetch "$small";		is_err 404 M_NOT_FOUND 'and so does its thumbnail'
housekeep
is "$(files)" '1 0' 'their files go with the housekeeper'
upload "$tmp/bytes" image/png
say_it "{\"msgtype\":\"m.file\",\"body\":\"x\",\"file\":{\"url\":\"mxc://$mxc\"}}"
as bob
req PUT "$v3/rooms/$room/redact/$event/x" '{}'
is_err 403 M_FORBIDDEN 'somebody without the power'
fetch;			is_status 200 'what is not redacted stays'
as ann
redact_it 'an encrypted file in plain sight'
fetch;			is_err 404 M_NOT_FOUND 'goes, too'
for url in 5 '"mxc://localhost/../x"' '"mxc://localhost/nothing"' '"https://localhost/x"' null '{}'; do
	say_it "{\"msgtype\":\"m.image\",\"body\":\"x\",\"url\":$url,\"file\":$url,\"info\":$url}"
	redact_it "url $url"
done
done_testing

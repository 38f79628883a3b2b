# exchange.sh - what has to work through any web server.  Sourced after lib.sh.
#
# exchange LABEL             two new users exchange a message and an image
#
# Before it: slashes=no      where a slash that is encoded cannot arrive
#            chunks=         where a body without Content-Length cannot
#            programs=DIR    where they are, if not in $BUILD

slashes=yes chunks=yes programs=$BUILD/cgi-bin
v3=/_matrix/client/v3
media=/_matrix/media/v3
v1=/_matrix/client/v1/media

# wait_for NAME: an answer by long polling; there must be a room in it.
wait_for() {
	bg_wait "$1"
	room_now=".rooms.join[\"$room\"].timeline.events[-1].content"
}

exchange_message() {
	user "ann$1"
	req POST $v3/createRoom '{}'
	is_status 200 "$1: a room is made"
	room=$(get_json .room_id)
	here=$v3/rooms/$(enc "$room")
	user "bob$1"
	bob=$user
	as "ann$1"
	req POST "$here/invite" "{\"user_id\":\"$bob\"}"
	is_status 200 "$1: another is invited"
	as "bob$1"
	req POST "$v3/join/$(enc "$room")" '{}'
	is_status 200 "$1: and comes"
	req GET $v3/sync
	is_json ".rooms.join[\"$room\"] | type" '"object"' "$1: a first sync"
	bg wait GET "$v3/sync?timeout=20000&since=$(get_json .next_batch)"
	as "ann$1"
	req PUT "$here/send/m.room.message/t1" '{"body":"hi","msgtype":"m.text"}'
	is_status 200 "$1: a message is taken"
	wait_for wait
	is_json "$room_now.body" '"hi"' "$1: and arrives at who waits"
	bg wait GET "$v3/sync?timeout=20000&since=$(get_json .next_batch)"
	as "bob$1"
	chunked=$chunks
	req PUT "$here/send/m.room.message/t1" '{"body":"ho","msgtype":"m.text"}'
	chunked=
	is_status 200 "$1: another, in chunks"
	wait_for wait
	is_json "$room_now.body" '"ho"' "$1: arrives, too"
	since=$(get_json .next_batch)
}

exchange_image() {
	python3 "$SRC/t/tools/pictures.py" photo "$tmp/photo.png" 300 300
	as "ann$1"
	type=image/png
	req_file POST "$media/upload?filename=photo.png" "$tmp/photo.png"
	type=application/json
	is_status 200 "$1: an image is uploaded"
	req PUT "$here/send/m.room.message/t2" \
	    "{\"body\":\"photo.png\",\"msgtype\":\"m.image\",\"url\":$(jq .content_uri "$tmp/body")}"
	is_status 200 "$1: and sent"
	as "bob$1"
	req GET "$v3/sync?timeout=20000&since=$since"
	mxc=$(get_json ".rooms.join[\"$room\"].timeline.events[-1].content.url")
	mxc=${mxc#mxc://}
	req GET "$v1/download/$mxc/photo.png"
	cmp -s "$tmp/photo.png" "$tmp/body"
	ok $? "$1: it is seen as it was"
	is_head '^content-type: image/png' "$1: as an image"
	req GET "$v1/thumbnail/$mxc?width=32&height=32&method=crop"
	if [ -x "$programs/thumbnailer" ]; then
		is_head '^content-type: image/(png|jpeg)' "$1: and smaller"
	else
		is_err 400 M_UNKNOWN "$1: but not smaller, without libvips"
	fi
	# Larger than what web servers and proxies let through by themselves.
	head -c 3000000 /dev/urandom >"$tmp/large"
	req_file POST "$media/upload" "$tmp/large"
	mxc=$(get_json .content_uri)
	req GET "$v1/download/${mxc#mxc://}"
	cmp -s "$tmp/large" "$tmp/body"
	ok $? "$1: a large file"
}

exchange_slashes() {
	req GET "$v3/rooms/!a%2Fsend%2Fb:localhost/state/m.x"
	if [ "$slashes" = no ]; then
		is_status 404 "$1: a slash in an id cannot arrive"
		return
	fi
	is_err 403 M_FORBIDDEN "$1: a slash in a room id"
	alias=$(enc "#a/b$1:localhost")
	req PUT "$v3/directory/room/$alias" "{\"room_id\":\"$room\"}"
	req GET "$v3/directory/room/$alias"
	is_json .room_id "\"$room\"" "$1: a slash in an alias"
}

# It arrives, with the token, and is refused: nobody here is an administrator.
exchange_tools() {
	for path in v1/server_version v1/rooms v2/users/@x:localhost \
	    v1/rooms/!x:localhost v1/rooms/!x:localhost/messages; do
		req GET /_synapse/admin/$path
		is_err 403 M_FORBIDDEN "$1: $path is for administrators (security 33)"
	done
	req GET /_synapse/admin/nothing
	is_err 404 M_UNRECOGNIZED "$1: and the rest of that place is nothing"
	[ "$slashes" = yes ] || return 0
	req GET /_synapse/admin/v1/rooms/a%2Fb
	is_err 403 M_FORBIDDEN "$1: a slash in what administrators ask"
}

exchange_rest() {
	req GET "$here/state/m.room.power_levels/"
	is_json ".users | type" '"object"' "$1: an empty state key"
	req GET "$v3/profile/$(enc "$bob")?x=%2F"
	is_status 200 "$1: a query"
	req OPTIONS $v3/sync;	is_status 200 "$1: OPTIONS"
	is_head '^access-control-allow-origin: \*' "$1: open to pages of any origin"
	req GET $v3/nothing;	is_err 404 M_UNRECOGNIZED "$1: an unknown path"
	is "$(grep -ic '^content-type' "$tmp/head")" 1 "$1: its type comes once"
	token=
	req GET $v3/sync;	is_err 401 M_MISSING_TOKEN "$1: no token"
	req_file POST "$media/upload" "$tmp/large"
	is_err 401 M_MISSING_TOKEN "$1: which is said of a large file, too"
	req GET "$v3/account/whoami?access_token=$(eval "echo \$token_bob$1")"
	is_status 200 "$1: a token in the query"
	req GET /_matrix/static/client/login/
	is_page 200 "$1: a page for people"
	like "data-url=\"$base_path/_matrix/client/" "$1: which knows where to go"
	req GET $v3/auth/m.login.dummy/fallback/web
	is_page 400 "$1: and one that refuses"
}

exchange() {
	exchange_message "$1"
	exchange_image "$1"
	exchange_slashes "$1"
	exchange_tools "$1"
	exchange_rest "$1"
}

#!/bin/sh
# Apache in front: once as plain CGI (mod_cgid), once to the resident programs
# (mod_proxy_fcgi), with the configuration that nginx/fill makes.  From
# registration to a message in sync.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/apache.sh"

first_light() {
	user "ann$1"
	ann=$user
	v3=/_matrix/client/v3
	req POST $v3/createRoom '{"preset":"public_chat"}'
	is_status 200 "$1: a room is made"
	room=$(get_json .room_id)
	req GET $v3/sync
	is_status 200 "$1: a first sync"
	since=$(get_json .next_batch)
	bg wait GET "$v3/sync?timeout=20000&since=$since"
	req PUT "$v3/rooms/$(enc "$room")/send/m.room.message/t1" '{"body":"hi","msgtype":"m.text"}'
	is_status 200 "$1: a message is taken"
	bg_wait wait
	is_json ".rooms.join[\"$room\"].timeline.events[].content.body" '"hi"' \
	    "$1: and arrives at who waits"
	chunked=yes
	req PUT "$v3/rooms/$(enc "$room")/send/m.room.message/t3" '{"body":"ho","msgtype":"m.text"}'
	is_status 200 "$1: a message in chunks"
	chunked=
	req PUT "$v3/rooms/!a%2Fsend%2Fb:localhost/send/m.x/t2" '{}'
	is_err 403 M_FORBIDDEN "$1: a slash in a room id"
	req GET "$v3/rooms/$(enc "$room")/state/m.room.power_levels/"
	is_json ".users | type" '"object"' "$1: an empty state key"
	req OPTIONS $v3/sync;	is_status 200 "$1: OPTIONS"
	is_head '^access-control-allow-origin: \*' "$1: open to pages of any origin"
	req GET $v3/nothing;	is_err 404 M_UNRECOGNIZED "$1: an unknown path"
	token=
	req GET $v3/sync;	is_err 401 M_MISSING_TOKEN "$1: no token"
	req GET /_matrix/static/client/login/
	is_page 200 "$1: a page for people"
	req GET $v3/auth/m.login.dummy/fallback/web
	is_page 400 "$1: and one that refuses"
	req GET /;	is_page 200 "$1: a page at the root"
	like 'This server works' "$1: which says so"
	req GET /.well-known/matrix/client
	is_json '.["m.homeserver"].base_url' '"https://matrix.example.org"' \
	    "$1: and the address is discovered"
	req GET /nothing;	is_status 404 "$1: nothing else there"
}

# own_pages KIND MODULE...: the host shows its own; and those but for one.
own_pages() {
	defines=
	apache "$@"
	req GET /;	like '^the own page$' "$1: the host has a page of its own"
	req GET /.well-known/matrix/client
	like '^the own file$' "$1: and a file of its own"
	apache_stop
	defines=MXCGI_WELL_KNOWN
	apache "$@"
	req GET /;	like '^the own page$' "$1: a page of its own still"
	req GET /.well-known/matrix/client
	like 'matrix\.example\.org' "$1: though the address is discovered"
	apache_stop
	defines=MXCGI_SITE
}

conf server base_url https://matrix.example.org
apache_prepare
mkdir -p "$tmp/web/.well-known/matrix"
echo 'the own page' >"$tmp/web/index.html"
echo 'the own file' >"$tmp/web/.well-known/matrix/client"
chmod -R a+rX "$tmp/web"
apache cgi cgid
first_light cgi
apache_stop
own_pages cgi cgid dir
cgi_log
[ -s "$tmp/log" ];	ok $? 'cgi: the programs log where Apache does'

rm -f "$tmp/apache.log"
[ -z "$owner" ] || chown -R root "$tmp/mxcgi.conf" "$tmp/data" "$tmp/run"
"$mxcgi" run --config "$tmp/mxcgi.conf" --daemon --log "$tmp/log" \
    --bin "$BUILD/cgi-bin:$BUILD/admin" ${group:+--group "$group"} ||
    bail_out 'mxcgi run failed'
started=yes
apache fcgi proxy proxy_fcgi
first_light fcgi
apache_stop
own_pages fcgi proxy proxy_fcgi dir
grep -v notice "$tmp/apache.log" >"$tmp/apache.bad"
[ ! -s "$tmp/apache.bad" ];	ok $? 'fcgi: Apache has nothing to complain of'
sed 's/^/# /' "$tmp/apache.bad"
done_testing

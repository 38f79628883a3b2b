#!/bin/sh
# Apache in front: once as plain CGI (mod_cgid), once to the resident programs
# (mod_proxy_fcgi), with the configuration that nginx/fill makes.  From
# registration to a message in sync.
T=fcgi
. "$(dirname "$0")/lib.sh"

apache=$(command -v apache2 || command -v httpd) || bail_out 'there is no Apache'
for modules in /usr/lib/apache2/modules /usr/lib64/httpd/modules /usr/libexec/apache2; do
	[ ! -f "$modules/mod_cgid.so" ] || break
done

# Apache serves nobody as root, so as root all is another's.
owner= group=
if [ "$(id -u)" = 0 ]; then
	owner=$(getent passwd www-data apache nobody | head -n 1 | cut -d: -f1)
	group=$(id -gn "$owner")
fi
give() { [ -z "$owner" ] || chown -R "$owner:$group" "$@"; }

# apache KIND MODULE...: serve through mxcgi-apache-KIND.conf on $url.
apache() {
	kind=$1
	shift
	port=$(free_port)
	url=http://127.0.0.1:$port
	{
		echo "ServerRoot $tmp"
		echo "ServerName localhost"
		echo "PidFile $tmp/apache.pid"
		echo "ErrorLog $tmp/apache.log"
		echo "DefaultRuntimeDir $tmp"
		echo "Listen 127.0.0.1:$port"
		[ -z "$owner" ] || printf 'User %s\nGroup %s\n' "$owner" "$group"
		for module in mpm_event unixd authz_core rewrite env "$@"; do
			[ ! -f "$modules/mod_$module.so" ] ||
			    echo "LoadModule ${module}_module $modules/mod_$module.so"
		done
		[ "$kind" != cgi ] || echo "ScriptSock $tmp/cgid.sock"
		echo "DocumentRoot $tmp/web"
		echo "<VirtualHost *:$port>"
		echo "Include $tmp/web.conf/mxcgi-apache-$kind.conf"
		echo '</VirtualHost>'
	} >"$tmp/apache.conf"
	sh "$SRC/nginx/fill" --gen "$BUILD/gen" --run-dir "$tmp/run" \
	    --bin "$tmp/bin" --config "$tmp/mxcgi.conf" "$tmp/web.conf"
	"$apache" -f "$tmp/apache.conf" -k start >>"$tmp/apache.err" 2>&1 || {
		cat "$tmp/apache.err" "$tmp/apache.log"
		bail_out 'Apache does not start'
	}
}
apache_stop() {
	[ -f "$tmp/apache.pid" ] || return 0
	apache_pid=$(cat "$tmp/apache.pid")
	kill "$apache_pid"
	while [ -e "/proc/$apache_pid" ] && [ -f "$tmp/apache.pid" ]; do
		sleep 0.05
	done
}
trap 'end=$?; trap - EXIT; apache_stop; stop; rm -rf "$tmp"; exit $end' EXIT

# As send_http of lib.sh, but to $url; with $chunked without Content-Length.
chunked=
send() {
	curl -sS --path-as-is --globoff --max-time 60 -X "$2" \
	    ${token:+-H "Authorization: Bearer $token"} \
	    ${chunked:+-H 'Transfer-Encoding: chunked'} \
	    ${4:+-H 'Content-Type: application/json' --data-binary "@$4"} \
	    -D "$1.head" -o "$1.body" -w '%{http_code}\n' "$url$3" >"$1.status"
}

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
}

chmod 755 "$tmp"
mkdir "$tmp/web" "$tmp/bin"
cp "$BUILD"/cgi-bin/* "$tmp/bin" 2>/dev/null
make_conf
"$mxcgi" init --config "$tmp/mxcgi.conf" >"$tmp/log" 2>&1 || bail_out 'mxcgi init failed'
: >"$tmp/log"

give "$tmp/mxcgi.conf" "$tmp/data" "$tmp/run"
apache cgi cgid
first_light cgi
apache_stop
# What the programs wrote is in Apache's log, behind its own heading.
sed -n 's/^.*AH01215: \([^,]*\).*$/\1/p; s/^\(20[0-9T:.-]*Z .*\)$/\1/p' "$tmp/apache.log" |
    sed 's/: [^ ]*$//' >"$tmp/log"
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
grep -v notice "$tmp/apache.log" >"$tmp/apache.bad"
[ ! -s "$tmp/apache.bad" ];	ok $? 'fcgi: Apache has nothing to complain of'
sed 's/^/# /' "$tmp/apache.bad"
done_testing

#!/bin/sh
# lighttpd in front: to the resident programs (mod_fastcgi), and in somebody's
# folder as plain CGI (mod_cgi), with the configuration that nginx/fill makes.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/host.sh"
. "$SRC/t/exchange.sh"

lighttpd=$(command -v lighttpd) || bail_out 'there is no lighttpd'

# start_lighttpd MODULE FILE...: serve through what nginx/fill makes.
start_lighttpd() {
	kind=$1
	shift
	port=$(free_port)
	url=http://127.0.0.1:$port$base_path
	host_fill
	mkdir -p "$tmp/upload"
	give "$tmp/upload"
	{
		cat <<-END
		server.modules = ( "mod_access", "mod_alias", "mod_rewrite",
		    "mod_setenv", "mod_indexfile", "mod_$kind" )
		server.document-root = "$tmp/web"
		server.upload-dirs = ( "$tmp/upload" )
		server.errorlog = "$tmp/lighttpd.log"
		server.breakagelog = "$tmp/lighttpd.programs"
		server.pid-file = "$tmp/lighttpd.pid"
		server.bind = "127.0.0.1"
		server.port = $port
		server.http-parseopts = (
		    "url-normalize-unreserved" => "enable",
		    "url-normalize-required" => "enable",
		    "url-ctrls-reject" => "enable",
		    "url-path-2f-decode" => "$decode",
		    "url-path-dotseg-remove" => "enable" )
		index-file.names = ( "index.html" )
		url.access-deny = ( "~", ".inc" )
		url.rewrite-once = ( "^/old/(.*)" => "/\$1" )
		END
		[ -z "$owner" ] || printf 'server.username = "%s"\nserver.groupname = "%s"\n' \
		    "$owner" "$group"
		for file; do echo "include \"$tmp/web.conf/mxcgi-lighttpd-$file.conf\""; done
	} >"$tmp/lighttpd.conf"
	: >"$tmp/lighttpd.log"
	: >"$tmp/lighttpd.programs"
	give "$tmp/lighttpd.log" "$tmp/lighttpd.programs"
	"$lighttpd" -f "$tmp/lighttpd.conf" >"$tmp/lighttpd.err" 2>&1 || {
		sed 's/^/# /' "$tmp/lighttpd.err" "$tmp/lighttpd.log"
		bail_out 'lighttpd does not start'
	}
}
stop_lighttpd() {
	[ -f "$tmp/lighttpd.pid" ] || return 0
	lighttpd_pid=$(cat "$tmp/lighttpd.pid")
	kill "$lighttpd_pid"
	while [ -e "/proc/$lighttpd_pid" ]; do sleep 0.05; done
	rm -f "$tmp/lighttpd.pid"
	cat "$tmp/lighttpd.log" >>"$tmp/lighttpd.all"
}
trap 'end=$?; trap - EXIT; stop_lighttpd; stop; rm -rf "$tmp"; exit $end' EXIT

own_site() {	# LABEL
	url=${url%"$base_path"}
	req GET /;	like '^the own page$' "$1: the host has a page of its own"
	req GET /old/;	like '^the own page$' "$1: and rewriting of its own"
	req GET /.well-known/matrix/client
	like '^the own file$' "$1: and a file of its own"
	req GET /_mxcgi/rooms;	is_err 404 M_UNRECOGNIZED "$1: where programs are is nothing to see"
	req GET /_mxcgi/housekeeper
	[ "$status" = 403 ] || [ "$status" = 404 ]
	ok $? "$1: nor the housekeeper"
}

decode=disable
conf server base_url https://example.org
conf media directory "$tmp/media"
conf media handover lighttpd
conf store durability process
host_prepare
host_pages
mkdir "$tmp/media"
give "$tmp/media"
chmod 2750 "$tmp/media"
host_resident
start_lighttpd fastcgi fcgi
exchange fastcgi
as bobfastcgi
req GET "$v1/download/${mxc#mxc://}"
is_head '^last-modified: ' 'fastcgi: lighttpd writes media out'
! grep -iq '^x-sendfile' "$tmp/head"
ok $? 'fastcgi: and does not say from where'
token=
own_site fastcgi
stop_lighttpd

start_lighttpd fastcgi fcgi well-known page
until [ -e "$tmp/run/housekeeper.done" ]; do sleep 0.05; done
host_doctor --quick
is_status 0 'doctor: a good installation'
like '^all is well' 'doctor: of which there is nothing to say'
stop_lighttpd

# As Debian has it.
decode=enable
start_lighttpd fastcgi fcgi well-known page
req GET /.well-known/matrix/client
is_json '.["m.homeserver"].base_url' '"https://example.org"' 'the address is discovered'
req GET /;	is_page 200 'a page at the root'
req GET "$v3/rooms/!a%2Fb:localhost/state/m.x"
is_err 404 M_UNRECOGNIZED 'url-path-2f-decode: a slash within an id cannot arrive'
host_doctor --quick
is_status 2 'doctor: which is wrong'
like '^wrong: slash: ' 'doctor: as it says'
like '^    lighttpd: server.http-parseopts' 'doctor: with the line to change'
stop_lighttpd
stop
decode=disable

# ---------------------------------------------- as CGI, in somebody's folder
base_path=/~ann/mx
conf server base_url https://example.org/~ann/mx
make_conf
give "$tmp/mxcgi.conf" "$tmp/data" "$tmp/run" "$tmp/media"
start_lighttpd cgi cgi page
exchange cgi
as bobcgi
req GET "$v1/download/${mxc#mxc://}"
is_head '^last-modified: ' 'cgi: lighttpd writes media out'
token=
req GET /;	is_page 200 'cgi: a page of the folder'
own_site cgi
url=${url%"$base_path"}/%7Eann/mx
req GET /_matrix/client/versions
is_status 200 'cgi: as browsers may write it'
as_owner sh -c "$(sed 's/^[* ]*//' "$tmp/web.conf/mxcgi-crontab")" >"$tmp/body" 2>&1
is "$? $(cat "$tmp/body")" '0 ' 'the line for cron works, and has nothing to say'
stop_lighttpd
start_lighttpd cgi cgi well-known page
host_doctor --quick
is_status 0 'doctor: a good installation as CGI'
like '^all is well' 'doctor: of which there is nothing to say either'
stop_lighttpd
grep -Ev 'server (started|stopped)|shutdown|logfiles cycled' "$tmp/lighttpd.all" >"$tmp/body"
is "$(cat "$tmp/body")" '' 'lighttpd has nothing to complain of'
cat "$tmp/lighttpd.programs" >>"$tmp/log"
done_testing

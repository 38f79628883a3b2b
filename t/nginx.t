#!/bin/sh
# nginx beside a site of the same name that has pages, regular expressions and
# refusals of its own: two users exchange a message and an image, at the root and
# in a folder.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/host.sh"
. "$SRC/t/exchange.sh"

nginx_site() {
	cat <<-END
	root $tmp/web;
	index index.html;
	error_page 404 /404.html;
	gzip on;
	gzip_types application/json;
	location / { try_files \$uri \$uri/ =404; }
	location ~ \\.(png|jpe?g|css|js)\$ { expires 1h; }
	location ~ /\\. { deny all; }
	include $tmp/nginx/mxcgi-server.conf;
	include $tmp/nginx/mxcgi-well-known.conf;
	END
}

own_site() {	# LABEL
	url=${url%"$base_path"}
	req GET /;	like '^the own page$' "$1: the site has its page"
	req GET /pictures/a.png;	like '^no picture$' "$1: its pictures"
	req GET /nothing;	is_status 404 "$1: and what it has not"
	like '^the own refusal$' "$1: says so itself"
	req GET /.git/config;	is_status 403 "$1: what it hides stays so"
	req GET /.well-known/matrix/client
	is_json '.["m.homeserver"].base_url' "\"https://example.org$base_path\"" \
	    "$1: the address is discovered"
}

mkdir "$tmp/web"
host_pages
mkdir "$tmp/web/pictures" "$tmp/web/.git"
echo 'no picture' >"$tmp/web/pictures/a.png"
echo 'the own refusal' >"$tmp/web/404.html"
echo secret >"$tmp/web/.git/config"
expect_log 'access forbidden by rule'

conf server base_url https://example.org
conf media handover nginx
start tcp
exchange root
as annroot
req GET "$v1/download/${mxc#mxc://}"
is_head '^last-modified: ' 'root: nginx writes media out'
grep -q " 03 [0-9]* $tmp/run/rooms.sock\$" /proc/net/unix
ok $? 'root: connections to programs are kept'
own_site root

# ------------------------------------------------------------- in a folder
stop
base_path=/mx
conf server base_url https://example.org/mx
start tcp
url=$url$base_path
exchange folder
as annfolder
for n in $(seq 21); do
	req POST $v3/createRoom '{}'
done
expect_log 'events.long.sock failed'
mv "$tmp/run/events.long.sock" "$tmp/run/away"
req GET $v3/sync
is_err 503 M_UNKNOWN 'folder: a first sync of many rooms is for another process'
mv "$tmp/run/away" "$tmp/run/events.long.sock"
req GET $v3/sync;	is_status 200 'folder: which does it'
own_site folder
req GET /_matrix/client/versions;	is_status 404 'folder: nothing is at the root'

# --------------------------------------------------- a bound for one address
stop
base_path='' fill='--connections 3'
start tcp
expect_log 'limiting connections by zone "mxcgi_address"'
as annroot
req GET $v3/sync
since=$(get_json .next_batch)
for n in 1 2 3; do
	bg "wait$n" GET "$v3/sync?timeout=3000&since=$since"
done
tries=0
while req GET /_matrix/client/versions && [ "$status" = 200 ] && [ $tries -lt 100 ]; do
	tries=$((tries + 1))
done
is_err 429 M_LIMIT_EXCEEDED 'bound: three are waiting, a fourth must'
is_json .retry_after_ms 5000 'bound: which says how long'
is_head '^retry-after: 5' 'bound: in the head, too'
is_head '^access-control-allow-origin: \*' 'bound: and to pages of any origin'
for n in 1 2 3; do
	bg_wait "wait$n"
	is_status 200 "bound: number $n is answered"
done
req GET /_matrix/client/versions
is_status 200 'bound: and then others are'
for bad in '--rooms x' '--events 0' '--connections 0' '--connections x' '--prefix mx' '--prefix /a*' \
    '--media here' '--nothing x' '--prefix'; do
	# shellcheck disable=SC2086
	sh "$SRC/nginx/fill" --gen "$BUILD/gen" $bad "$tmp/none" 2>"$tmp/body"
	is $? 64 "fill $bad: refused"
	like '^fill: ' 'with a reason'
done
[ ! -e "$tmp/none" ];	ok $? 'and nothing is made'

# made LABEL WANT OPTION...: what fill is told by an option or the configuration.
made() {
	label=$1 want=$2
	shift 2
	sh "$SRC/nginx/fill" --gen "$BUILD/gen" --config "$tmp/some.conf" "$@" "$tmp/some"
	cat "$tmp/some"/mxcgi-*.conf | grep -qF "$want"
	ok $? "fill: $label"
}
printf '[server]\nname = a\nbase_url: https://a/b.c/ ; x\n\nrun_dir=/r\r\ndata_dir = /d\n[x]\nrun_dir = /no\n[serve]\n processes_rooms = 2\n' >"$tmp/some.conf"
made 'run_dir' 'server unix:/r/login.sock '
made 'processes_rooms' 'server unix:/r/rooms.1.sock '
made 'the path of base_url' 'location ^~ /b.c/_matrix/client/v1/media/ '
made 'media of data_dir' '	cgi.x-sendfile-docroot = ( "/d/media" )'
made 'and options before that' 'server unix:/s/login.sock ' --run-dir /s
made 'no path' 'location ^~ /_matrix/client/v1/media/ ' --prefix ''
done_testing

#!/bin/sh
# What mxcgi takes of a host behind nginx: of one that has pages of its own no
# more than it is asked for.  t/apache.t does the same with Apache.
T=fcgi
. "$(dirname "$0")/lib.sh"
conf server base_url https://matrix.example.org

# own PATH NAME: the host shows its own.
own() {
	req GET "$1"
	like '^the own page$' "$2"
}
for page in index.html .well-known/matrix/client .well-known/other; do
	mkdir -p "$tmp/nginx/html/$(dirname "$page")"
	echo 'the own page' >"$tmp/nginx/html/$page"
done

site=mxcgi-server.conf
start
req GET /_matrix/client/versions
is_status 200 'mxcgi-server.conf: the server'
own / 'mxcgi-server.conf: and not the root'
own /.well-known/matrix/client 'mxcgi-server.conf: nor the well-known place'
own /.well-known/other 'mxcgi-server.conf: nor beside it'

stop
site='mxcgi-server.conf mxcgi-well-known.conf'
start
req GET /.well-known/matrix/client
is_status 200 'mxcgi-well-known.conf: the address is discovered'
req GET /.well-known/matrix/nothing
is_err 404 M_UNRECOGNIZED 'mxcgi-well-known.conf: all of that place'
own / 'mxcgi-well-known.conf: and not the root'
own /.well-known/other 'mxcgi-well-known.conf: nor beside it'

stop
site=mxcgi-site.conf
start
req GET /
is_page 200 'mxcgi-site.conf: a page at the root'
req GET /.well-known/matrix/client
is_status 200 'mxcgi-site.conf: the address'
req GET /_matrix/client/versions
is_status 200 'mxcgi-site.conf: the server'
own /.well-known/other 'mxcgi-site.conf: and nothing else'
done_testing

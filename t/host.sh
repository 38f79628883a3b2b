# host.sh - a web server on a port of this machine, and what stands behind it.
# Sourced after lib.sh by tests that start one of their own.
#
# host_prepare               the configuration, a copy of the programs in $tmp/bin,
#                            and $tmp/web for pages; as root all is given away
# host_resident              `mxcgi run`, for a web server that speaks FastCGI
# host_fill [OPTION VALUE]...  what nginx/fill makes of these, in $tmp/web.conf
# host_pages                 two pages of the host's own, in $tmp/web
# give FILE...               it belongs to whom the web server runs as
#
# $prefix                    what comes before /_matrix/: none, or a path
#
# req speaks to $url from here on; with $chunked without Content-Length.

# Web servers serve nobody as root, so as root all is another's.
owner= group=
if [ "$(id -u)" = 0 ]; then
	owner=$(getent passwd www-data apache nobody | head -n 1 | cut -d: -f1)
	group=$(id -gn "$owner")
fi
give() { [ -z "$owner" ] || chown -R "$owner:$group" "$@"; }

host_prepare() {
	chmod 755 "$tmp"
	mkdir "$tmp/web" "$tmp/bin"
	cp "$BUILD"/cgi-bin/* "$BUILD/admin/housekeeper" "$tmp/bin" 2>/dev/null
	make_conf
	"$mxcgi" init --config "$tmp/mxcgi.conf" >"$tmp/log" 2>&1 || bail_out 'mxcgi init failed'
	: >"$tmp/log"
	give "$tmp/mxcgi.conf" "$tmp/data" "$tmp/run"
}

host_resident() {
	[ -z "$owner" ] || for file in mxcgi.conf data run media; do
		[ ! -e "$tmp/$file" ] || chown -R root "$tmp/$file"
	done
	"$mxcgi" run --config "$tmp/mxcgi.conf" --daemon --log "$tmp/log" \
	    --bin "$BUILD/cgi-bin:$BUILD/admin" ${group:+--group "$group"} ||
	    bail_out 'mxcgi run failed'
	started=yes
}

host_fill() {
	sh "$SRC/nginx/fill" --gen "$BUILD/gen" --run-dir "$tmp/run" \
	    --bin "$tmp/bin" --config "$tmp/mxcgi.conf" \
	    --media "$tmp/media" --prefix "$prefix" "$@" "$tmp/web.conf" || bail_out 'nginx/fill failed'
}

host_pages() {
	mkdir -p "$tmp/web/.well-known/matrix"
	echo 'the own page' >"$tmp/web/index.html"
	echo 'the own file' >"$tmp/web/.well-known/matrix/client"
	chmod -R a+rX "$tmp/web"
}

prefix= chunked=
send() {
	curl -sS --path-as-is --globoff --max-time 60 -X "$2" \
	    ${token:+-H "Authorization: Bearer $token"} \
	    ${header:+-H "$header"} \
	    ${chunked:+-H 'Transfer-Encoding: chunked'} \
	    ${4:+-H "Content-Type: $type" -H 'Expect:' --data-binary "@$4"} \
	    -D "$1.head" -o "$1.body" -w '%{http_code}\n' "$url$3" \
	    >"$1.status" 2>>"$tmp/curl.err"
}

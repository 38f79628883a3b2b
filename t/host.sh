# host.sh - a web server on a port of this machine, and what stands behind it.
# Sourced after lib.sh by tests that start one of their own.
#
# host_prepare               the configuration, a copy of the programs in $tmp/bin,
#                            and $tmp/web for pages; as root all is given away
# host_resident              `mxcgi run`, for a web server that speaks FastCGI
# host_fill                  what nginx/fill makes of these, in $tmp/web.conf
# as_owner COMMAND...        as whom data belongs to
# host_doctor ARGUMENT...    `mxcgi doctor` of $port and $base_path, as that: $status
#                            and $tmp/body as by admin
# host_pages                 two pages of the host's own, in $tmp/web
# give FILE...               it belongs to whom the web server runs as
#
# req speaks to $url from here on, which ends with $base_path; with $chunked
# without Content-Length.

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
	cp "$BUILD"/cgi-bin/* "$BUILD/admin/housekeeper" "$mxcgi" "$tmp/bin" 2>/dev/null
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
	sh "$SRC/nginx/fill" --gen "$BUILD/gen" --bin "$tmp/bin" \
	    --config "$tmp/mxcgi.conf" --prefix "$base_path" "$tmp/web.conf" ||
	    bail_out 'nginx/fill failed'
}

as_owner() {
	keeper=$(stat -c %u "$tmp/data")
	[ "$keeper" = "$(id -u)" ] || set -- setpriv --reuid "$keeper" \
	    --regid "$(stat -c %g "$tmp/data")" --clear-groups "$@"
	"$@"
}
host_doctor() {
	asked="mxcgi doctor $*"
	as_owner "$tmp/bin/mxcgi" doctor --web-conf "$tmp/none" \
	    --config "$tmp/mxcgi.conf" --url "http://localhost:$port$base_path" \
	    "$@" >"$tmp/body" 2>"$tmp/said"
	status=$?
}

host_pages() {
	mkdir -p "$tmp/web/.well-known/matrix"
	echo 'the own page' >"$tmp/web/index.html"
	echo 'the own file' >"$tmp/web/.well-known/matrix/client"
	chmod -R a+rX "$tmp/web"
}

chunked=
send() {
	curl -sS --path-as-is --globoff --max-time 60 -X "$2" \
	    ${token:+-H "Authorization: Bearer $token"} \
	    ${header:+-H "$header"} \
	    ${chunked:+-H 'Transfer-Encoding: chunked'} \
	    ${4:+-H "Content-Type: $type" -H 'Expect:' --data-binary "@$4"} \
	    -D "$1.head" -o "$1.body" -w '%{http_code}\n' "$url$3" \
	    >"$1.status" 2>>"$tmp/curl.err"
}

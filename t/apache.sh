# apache.sh - Apache in front, with the configuration that nginx/fill makes.
# Sourced after lib.sh.
#
# apache_prepare             the configuration, a copy of the programs in $tmp/bin,
#                            and $tmp/web for pages; as root all is given away
# apache KIND MODULE...      serve through mxcgi-apache-KIND.conf on $url, to
#                            which req speaks from here on; it is told to Define
#                            $defines
# apache_stop                end it
# cgi_log                    what the programs wrote, from Apache's log to $tmp/log

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

apache_prepare() {
	chmod 755 "$tmp"
	mkdir "$tmp/web" "$tmp/bin"
	cp "$BUILD"/cgi-bin/* "$tmp/bin" 2>/dev/null
	make_conf
	"$mxcgi" init --config "$tmp/mxcgi.conf" >"$tmp/log" 2>&1 || bail_out 'mxcgi init failed'
	: >"$tmp/log"
	give "$tmp/mxcgi.conf" "$tmp/data" "$tmp/run"
}

defines=MXCGI_SITE
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
		for define in $defines; do echo "Define $define"; done
		echo "Include $tmp/web.conf/mxcgi-apache-$kind.conf"
		echo '</VirtualHost>'
	} >"$tmp/apache.conf"
	sh "$SRC/nginx/fill" --gen "$BUILD/gen" --run-dir "$tmp/run" \
	    --bin "$tmp/bin" --config "$tmp/mxcgi.conf" \
	    --media "$tmp/media" "$tmp/web.conf"
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
# There it stands behind a heading of Apache's own.
cgi_log() {
	sed -n 's/^.*AH01215: \([^,]*\).*$/\1/p; s/^\(20[0-9T:.-]*Z .*\)$/\1/p' "$tmp/apache.log" |
	    sed 's/: [^ ]*$//' >"$tmp/log"
}

trap 'end=$?; trap - EXIT; apache_stop; stop; rm -rf "$tmp"; exit $end' EXIT

# As send_http of lib.sh, but to $url; with $chunked without Content-Length.
chunked=
send() {
	curl -sS --path-as-is --globoff --max-time 60 -X "$2" \
	    ${token:+-H "Authorization: Bearer $token"} \
	    ${header:+-H "$header"} \
	    ${chunked:+-H 'Transfer-Encoding: chunked'} \
	    ${4:+-H "Content-Type: $type" -H 'Expect:' --data-binary "@$4"} \
	    -D "$1.head" -o "$1.body" -w '%{http_code}\n' "$url$3" >"$1.status"
}

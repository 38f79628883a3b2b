# apache.sh - Apache in front, with the configuration that nginx/fill makes.
# Sourced after lib.sh.  host.sh says what comes before and behind it.
#
# apache KIND MODULE...      serve through mxcgi-apache-KIND.conf on $url; it is
#                            told to Define $defines
# apache_stop                end it
# through KIND               what has to work through it (exchange.sh), and what only
#                            a whole host has
# own_pages KIND MODULE...   a host that shows pages of its own, host_pages, and one
#                            that does but for /.well-known/matrix/
# cgi_log                    what the programs wrote, from Apache's log to $tmp/log

. "$SRC/t/host.sh"
. "$SRC/t/exchange.sh"
apache=$(command -v apache2 || command -v httpd) || bail_out 'there is no Apache'
for modules in /usr/lib/apache2/modules /usr/lib64/httpd/modules /usr/libexec/apache2; do
	[ ! -f "$modules/mod_cgid.so" ] || break
done

defines=MXCGI_SITE
apache() {
	kind=$1
	shift
	port=$(free_port)
	url=http://127.0.0.1:$port$prefix
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
		case $kind in
		cgi)	echo "ScriptSock $tmp/cgid.sock" ;;
		fcgid)	echo "FcgidIPCDir $tmp/fcgid"
			echo "FcgidProcessTableFile $tmp/fcgid.shm" ;;
		esac
		echo "DocumentRoot $tmp/web"
		echo "<VirtualHost *:$port>"
		for define in $defines; do echo "Define $define"; done
		echo "Include $tmp/web.conf/mxcgi-apache-$kind.conf"
		echo '</VirtualHost>'
	} >"$tmp/apache.conf"
	host_fill
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

through() {
	exchange "$1"
	req GET /;	is_page 200 "$1: a page at the root"
	like 'This server works' "$1: which says so"
	url=${url%"$prefix"}
	req GET /.well-known/matrix/client
	is_json '.["m.homeserver"].base_url' "\"https://matrix.example.org$prefix\"" \
	    "$1: and the address is discovered"
	req GET /nothing;	is_status 404 "$1: nothing else there"
}

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

trap 'end=$?; trap - EXIT; apache_stop; stop; rm -rf "$tmp"; exit $end' EXIT

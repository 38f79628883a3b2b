#!/bin/sh
# mxcgi doctor behind Apache: as plain CGI, and with resident programs; it names
# what is wrong there, and the lines of Apache.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/apache.sh"

conf store durability process
host_prepare
apache_conf() { # SED-SCRIPT: Apache's configuration is changed so
	apache_stop
	sed -i.kept "$1" "$tmp/web.conf/mxcgi-apache-$kind.conf"
	"$apache" -f "$tmp/apache.conf" -k start >>"$tmp/apache.err" 2>&1 ||
	    bail_out 'Apache does not start again'
	mv "$tmp/web.conf/mxcgi-apache-$kind.conf.kept" \
	    "$tmp/web.conf/mxcgi-apache-$kind.conf"
}
# as_owner COMMAND...: as whom data belongs to, which as root is another.
as_owner() {
	if [ -n "$owner" ]; then
		setpriv --reuid "$owner" --regid "$group" --clear-groups "$@"
	else
		"$@"
	fi
}
doctor() {
	asked="mxcgi doctor $*"
	as_owner "$tmp/mxcgi" doctor --config "$tmp/mxcgi.conf" --web-conf \
	    "$tmp/none" --url "http://localhost:$port" "$@" >"$tmp/body" \
	    2>"$tmp/said"
	status=$?
}
finds() { # CHECK REGEX REMEDY NAME
	[ "$status" = 2 ] && grep -Eq "^wrong: $1: .*$2" "$tmp/body" &&
	    grep -Eq "^    Apache: .*$3" "$tmp/body"
	ok $? "$4"
}
broken() {
	apache_conf '/^AllowEncodedSlashes/d'
	doctor --quick
	finds slash 'refused by the web server .status 404' \
	    'AllowEncodedSlashes NoDecode' "$kind: slashes are refused"
	apache_conf 's/^AllowEncodedSlashes.*/AllowEncodedSlashes On/'
	doctor --quick
	like '^(all is well|wrong: slash)' "$kind: and decoded, they arrive as they were or not"
	apache_conf '/CGIPassAuth/d'
	doctor --quick
	finds token 'does not arrive' 'CGIPassAuth On' "$kind: tokens are lost"
	apache_conf "1s/^/$limit\\n/"
	doctor --quick
	finds upload '52428800 bytes' 'LimitRequestBody' "$kind: uploads are too large"
	apache_conf '1s/^/RewriteEngine On\nRewriteRule ^\/_matrix\/ - [R=404,L]\n/'
	doctor --quick
	finds front 'is not handed on' 'Include mxcgi-apache' "$kind: nothing is handed on"
	apache_stop
}

cp "$mxcgi" "$tmp/mxcgi"
chmod 755 "$tmp/mxcgi"
limit='LimitRequestBody 2000000'
apache cgi cgid headers
doctor --quick
[ "$status" = 2 ] && like '^wrong: housekeeper: .*has not worked yet' \
    'cgi: cron does not call the housekeeper'
like '    do: crontab .*/housekeeper --once' 'cgi: the line for cron'
MXCGI_CONFIG=$tmp/mxcgi.conf as_owner "$BUILD/admin/housekeeper" --once 2>>"$tmp/log"
doctor --quick
is_status 0 'cgi: a good installation'
like '^all is well: [0-9]+ checks$' 'cgi: is well'
broken
cgi_log

rm -f "$tmp/apache.log"
: >"$tmp/log"
[ -z "$owner" ] || chown -R root "$tmp/mxcgi.conf" "$tmp/data" "$tmp/run"
"$mxcgi" run --config "$tmp/mxcgi.conf" --daemon --log "$tmp/log" \
    --bin "$BUILD/cgi-bin:$BUILD/admin" ${group:+--group "$group"} ||
    bail_out 'mxcgi run failed'
started=yes
owner_of_apache=$owner owner=$owner
# To mod_proxy_fcgi LimitRequestBody is nothing; others may have theirs.
limit='RewriteEngine On\nRewriteCond expr "%{HTTP:Content-Length} -gt 2000000"\nRewriteRule ^\/_matrix\/ - [R=413,L]'
apache fcgi proxy proxy_fcgi
owner=
doctor --quick
is_status 0 'fcgi: a good installation'
apache_conf 's/^ProxyTimeout.*/ProxyTimeout 2/'
doctor
finds poll 'cut off after [2-4] s' 'ProxyTimeout' 'fcgi: who waits is cut off'
broken
done_testing

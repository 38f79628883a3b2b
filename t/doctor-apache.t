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
finds() { # CHECK REGEX REMEDY NAME
	[ "$status" = 2 ] && grep -Eq "^wrong: $1: .*$2" "$tmp/body" &&
	    grep -Eq "^    Apache: .*$3" "$tmp/body"
	ok $? "$4"
}
broken() {
	apache_conf '/^AllowEncodedSlashes/d'
	host_doctor --quick
	finds slash 'refused by the web server .status 404' \
	    'AllowEncodedSlashes NoDecode' "$kind: slashes are refused"
	apache_conf 's/^AllowEncodedSlashes.*/AllowEncodedSlashes On/'
	host_doctor --quick
	like '^(all is well|wrong: slash)' "$kind: and decoded, they arrive as they were or not"
	apache_conf '/CGIPassAuth/d'
	host_doctor --quick
	finds token 'does not arrive' 'CGIPassAuth On' "$kind: tokens are lost"
	apache_conf "1s/^/$limit\\n/"
	host_doctor --quick
	finds upload '52428800 bytes' 'LimitRequestBody' "$kind: uploads are too large"
	apache_conf '1s/^/RewriteEngine On\nRewriteRule ^\/_matrix\/ - [R=404,L]\n/'
	host_doctor --quick
	finds front 'is not handed on' 'Include mxcgi-apache' "$kind: nothing is handed on"
	apache_stop
}

limit='LimitRequestBody 2000000'
apache cgi cgid headers
host_doctor --quick
[ "$status" = 2 ] && like '^wrong: housekeeper: .*has not worked yet' \
    'cgi: cron does not call the housekeeper'
like '    do: crontab .*/housekeeper --once' 'cgi: the line for cron'
as_owner env MXCGI_CONFIG="$tmp/mxcgi.conf" "$tmp/bin/housekeeper" --once 2>>"$tmp/log"
host_doctor --quick
is_status 0 'cgi: a good installation'
like '^all is well: [0-9]+ checks$' 'cgi: is well'
broken
cgi_log

rm -f "$tmp/apache.log"
: >"$tmp/log"
host_resident
# To mod_proxy_fcgi LimitRequestBody is nothing; others may have theirs.
limit='RewriteEngine On\nRewriteCond expr "%{HTTP:Content-Length} -gt 2000000"\nRewriteRule ^\/_matrix\/ - [R=413,L]'
apache fcgi proxy proxy_fcgi
host_doctor --quick
is_status 0 'fcgi: a good installation'
apache_conf 's/^ProxyTimeout.*/ProxyTimeout 2/'
host_doctor
finds poll 'cut off after [2-4] s' 'ProxyTimeout' 'fcgi: who waits is cut off'
broken
done_testing

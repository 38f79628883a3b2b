#!/bin/sh
# Apache in front that starts the programs itself (mod_fcgid), with the
# configuration that nginx/fill makes.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/apache.sh"

[ -f "$modules/mod_fcgid.so" ] || bail_out 'mod_fcgid is not installed'
conf server base_url https://matrix.example.org
conf store durability process
host_prepare
host_pages
apache fcgid fcgid
through fcgid
running() { readlink /proc/[0-9]*/exe 2>/dev/null | grep -c "^$tmp/bin/$1"; }
is "$(running rooms)" 1 'fcgid: a program goes on for the next request'
as_owner env MXCGI_CONFIG="$tmp/mxcgi.conf" "$tmp/bin/housekeeper" --once
host_doctor --quick
is_status 0 'fcgid: a good installation, says doctor'
like '^all is well' 'fcgid: with programs that nobody but Apache knows of'
apache_stop
tries=0
until [ "$(running '')" = 0 ] || [ $((tries += 1)) -gt 100 ]; do sleep 0.05; done
is "$(running '')" 0 'fcgid: and ends with Apache'
own_pages fcgid fcgid dir
cgi_log
done_testing

#!/bin/sh
# Apache writes media out, with mod_xsendfile ([media] handover): from plain CGI
# and from the resident programs.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/apache.sh"
. "$SRC/t/media.sh"

[ -f "$modules/mod_xsendfile.so" ] || bail_out 'mod_xsendfile is not installed'
conf media directory "$tmp/media"
conf media handover apache
host_prepare
# Apache reads by its group; the programs may be somebody else.
mkdir "$tmp/media"
give "$tmp/media"
chmod 2750 "$tmp/media"
apache cgi cgid xsendfile
handed_over cgi
apache_stop
cgi_log

rm "$tmp/apache.log"
host_resident
apache fcgi proxy proxy_fcgi xsendfile
handed_over fcgi
apache_stop
grep -v notice "$tmp/apache.log" >"$tmp/apache.bad"
[ ! -s "$tmp/apache.bad" ];	ok $? 'fcgi: Apache has nothing to complain of'
sed 's/^/# /' "$tmp/apache.bad"
done_testing

#!/bin/sh
# Apache in front: once as plain CGI (mod_cgid), once to the resident programs
# (mod_proxy_fcgi), with the configuration that nginx/fill makes.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/apache.sh"

conf server base_url https://matrix.example.org
host_prepare
host_pages
apache cgi cgid
through cgi
apache_stop
own_pages cgi cgid dir
cgi_log
[ -s "$tmp/log" ];	ok $? 'cgi: the programs log where Apache does'

rm -f "$tmp/apache.log"
# In somebody's folder.
prefix=/~ann/mx
conf server base_url "https://matrix.example.org$prefix"
make_conf
host_resident
apache fcgi proxy proxy_fcgi
through fcgi
apache_stop
prefix=
own_pages fcgi proxy proxy_fcgi dir
grep -v notice "$tmp/apache.log" >"$tmp/apache.bad"
[ ! -s "$tmp/apache.bad" ];	ok $? 'fcgi: Apache has nothing to complain of'
sed 's/^/# /' "$tmp/apache.bad"
done_testing

#!/bin/sh
# Twenty clients of today wait for news through Apache's plain CGI, where only
# eight may: the others are told to come back, do, and miss nothing; and who
# wants a page of the same host gets it.
T=cgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/apache.sh"
. "$SRC/t/clients/client.sh"
stop() { apache_stop; cgi_log; }

conf serve cgi_waiters 8
conf serve cgi_wait_max 5s
host_prepare
echo 'A page of this host' >"$tmp/web/page.txt"
apache cgi cgid
started=yes
client crowd.mjs "$url/page.txt"

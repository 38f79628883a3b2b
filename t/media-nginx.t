#!/bin/sh
# nginx writes media out ([media] handover).
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/media.sh"

conf media handover nginx
start
handed_over nginx
for file in "$tmp"/data/media/??/*; do
	req GET "/_mxcgi/media${file#"$tmp/data/media"}"
	is_err 404 M_NOT_FOUND 'nobody else asks nginx for a file (security 25)'
done
upload "$tmp/bytes" image/png
admin media quarantine "mxc://$mxc"
fetch;	is_err 404 M_NOT_FOUND 'nor gets what is quarantined'
admin media release "mxc://$mxc"
rm "$tmp/data/media"/??/*
expect_log 'open\(\) ".*" failed \(2: No such file or directory\)'
fetch;	is_err 404 M_NOT_FOUND 'a file that is lost'
done_testing

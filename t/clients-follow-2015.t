#!/bin/sh
# matrix-js-sdk 0.3.0 of 2015 follows a conversation by initialSync and /events,
# while every program is ended again and again.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/clients/client.sh"

expect_log 'upstream prematurely closed|Connection refused|recv\(\) failed|Connection reset|Broken pipe|no live upstreams|ended by signal|killed'
start tcp
client follow2015.mjs "$SRC/t/clients/restart.sh" "$(cat "$tmp/run/mxcgi.pid")"

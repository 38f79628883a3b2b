#!/bin/sh
# matrix-js-sdk of today, with lazy loading of members and threads, follows a
# conversation, while every program is ended again and again.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/clients/client.sh"

expect_log 'upstream prematurely closed|Connection refused|recv\(\) failed|Connection reset|Broken pipe|no live upstreams|ended by signal|killed'
start tcp
client follow.mjs "$SRC/t/clients/restart.sh" "$(cat "$tmp/run/mxcgi.pid")"

#!/bin/sh
# matrix-js-sdk 0.3.0 of 2015 through nginx, on api/v1 and v2_alpha: two users,
# from registration to 50 messages each way and back through history.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/clients/client.sh"
client y2015.mjs

#!/bin/sh
# matrix-js-sdk of today through nginx: two users, from registration to 50
# messages each way and logout.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/clients/client.sh"
client today.mjs

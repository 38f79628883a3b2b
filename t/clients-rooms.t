#!/bin/sh
# matrix-js-sdk of today: what it asks of rooms besides talking in them.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/clients/client.sh"
client rooms.mjs

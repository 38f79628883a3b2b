#!/bin/sh
# matrix-js-sdk 0.3.0 of 2015 through nginx, on api/v1 and v2_alpha: two users,
# from registration to 50 messages each way, back through history, and through
# what else that client does: typing, receipts, redaction, the directory, names,
# power, kick, ban.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/clients/client.sh"
client y2015.mjs

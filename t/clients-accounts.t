#!/bin/sh
# matrix-js-sdk of today: interactive authentication with a real mail, and
# tokens that expire.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/clients/client.sh"
mkdir "$tmp/mail"
# Not a child of ours: stop waits for those.
smtpd=$(sh "$SRC/t/tools/smtpd" "$tmp/mail" >/dev/null 2>>"$tmp/log" & echo $!)
trap 'end=$?; trap - EXIT; kill $smtpd; stop; rm -rf "$tmp"; exit $end' EXIT
until [ -s "$tmp/mail/port" ]; do kill -0 $smtpd || bail_out 'no mail server'; done
conf mail from 'A server <server@example.org>'
conf mail smtp "smtp://127.0.0.1:$(cat "$tmp/mail/port")"
conf terms policy 'tos 1 en https://example.org/tos Terms of Service'
conf uia register 'terms email dummy'
conf accounts access_token_life 1s
client accounts.mjs "$tmp/mail"

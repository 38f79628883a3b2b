#!/bin/sh
# A headless Chromium without JavaScript goes through the page that sets a server
# up: narrow and wide, light and dark, and with an eye on accessibility.  What it
# saw is in BUILD/screenshots.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/clients/client.sh"
. "$SRC/t/apache.sh"
. "$SRC/t/setup.sh"

mkdir "$tmp/scratch"
chromium=$(command -v chromium || command -v chromium-browser ||
    command -v chrome) || bail_out 'there is no chromium'
sh "$SRC/t/clients/install" "$BUILD/clients" ||
    bail_out 'npm cannot install the client libraries'
setup_put
setup_serve
timeout 300 node "$BUILD/clients/setup.mjs" "$url$setup_at/setup.cgi" \
    "$private/setup-key.txt" "$BUILD/screenshots" "$chromium" "$tmp/scratch" \
    >"$tmp/said" 2>"$tmp/body"
verdicts $? 'the browser came to its end'

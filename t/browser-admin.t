#!/bin/sh
# A headless Chromium administers the server by the page for administrators:
# narrow and wide, light and dark, and with an eye on accessibility.  The server
# lives in a folder.  What it saw is in BUILD/screenshots.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/clients/client.sh"

mkdir "$tmp/scratch"
chromium=$(command -v chromium || command -v chromium-browser ||
    command -v chrome) || bail_out 'there is no chromium'
base_path=/~ann/mx
conf server base_url "https://example.org$base_path"
start tcp
url=$url$base_path
echo 'secret of boss' >"$tmp/line"
admin user add boss --admin <"$tmp/line"
client admin.mjs "$BUILD/screenshots" "$chromium" "$tmp/scratch"

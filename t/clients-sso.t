#!/bin/sh
# matrix-js-sdk of today logs in by single sign-on, through the pages of a real
# OpenID Connect provider in a headless Chromium.  What that saw of ours is in
# BUILD/screenshots.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/clients/client.sh"
. "$SRC/t/oidc/oidc.sh"
chromium=$(command -v chromium || command -v chromium-browser ||
    command -v chrome) || bail_out 'there is no chromium'
mkdir "$tmp/scratch"
around=$(free_port) ours=$(free_port)
conf server base_url "http://127.0.0.1:$ours"
providers good
provider real
conf 'oidc real' name 'The real one'
run_providers "http://127.0.0.1:$ours"
# The provider knows our URL before we run.
free_port() { echo "$ours"; }
start tcp
user taken
client sso.mjs "$around" "$BUILD/screenshots" "$chromium" "$tmp/scratch"

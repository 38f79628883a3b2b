#!/bin/sh
# A headless Chromium clicks through the pages for people, and the client that
# opened them goes on.  What it saw is in BUILD/screenshots.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/clients/client.sh"

cat >"$tmp/keep" <<'END'
#!/bin/sh
exec cat >"$1"
END
chmod +x "$tmp/keep"
mkdir "$tmp/scratch"
chromium=$(command -v chromium || command -v chromium-browser ||
    command -v chrome) || bail_out 'there is no chromium'
around=$(free_port)
conf mail from 'mxcgi <mxcgi@localhost>'
conf mail command "$tmp/keep $tmp/mail"
conf accounts next_links "http://127.0.0.1:$around/next"
conf uia register 'terms email dummy | recaptcha dummy'
conf terms policy 'terms 1.0 en https://example.org/terms Terms of service'
conf recaptcha public_key site
conf recaptcha secret 'secret of site'
conf recaptcha script_url "http://127.0.0.1:$around/api.js"
conf recaptcha verify_url "http://127.0.0.1:$around/siteverify"
conf outbound allow 127.0.0.1
client pages.mjs "$around" "$tmp/mail" "$BUILD/screenshots" \
    "$chromium" "$tmp/scratch"

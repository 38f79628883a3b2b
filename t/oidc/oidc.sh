# oidc.sh - OpenID Connect providers for the tests of single sign-on.  Sourced
# after lib.sh.
#
# providers NAME...   [oidc NAME]s of the configuration, each played by what
#                     t/oidc/fake.mjs does under that path
# provider NAME       one more, a real one: $real is its URL
# run_providers       they run from here on until the test ends
#
# there PATH          req GET PATH, which leads to a provider: $there, and of that
#                     $state, $nonce, and $cookie
# code CLAIMS         the code of a fake one, for the JSON object CLAIMS
# back CODE [MORE]    the browser comes back with it, and more of a query
# answer BODY         it answers the page that it got then
# led                 where the answer led to
# enter NAME CLAIMS [REDIRECT]  all of it

fake=$(free_port)
oidc_pids=
trap 'end=$?; trap - EXIT; kill $oidc_pids 2>/dev/null; stop; rm -rf "$tmp"; exit $end' EXIT
callback=/_matrix/mxcgi/oidc/callback
conf outbound allow 127.0.0.1
conf outbound timeout 2s

providers() {
	for name; do
		conf "oidc $name" issuer "http://127.0.0.1:$fake/$name"
		conf "oidc $name" client_id mxcgi
		[ "$name" = public ] ||
		    conf "oidc $name" client_secret 's3cr:t & more'
	done
}

provider() {
	real_port=$(free_port)
	real=http://127.0.0.1:$real_port
	printf '%s\n' 's3cr:t & more' >"$tmp/secret"
	chmod 600 "$tmp/secret"
	conf "oidc $1" issuer "$real"
	conf "oidc $1" client_id mxcgi
	conf "oidc $1" client_secret_file "$tmp/secret"
}

# No child of ours, since stop waits for those.
in_background() {
	oidc_pids="$oidc_pids $("$@" >>"$tmp/oidc.log" 2>&1 & echo $!)"
}

run_providers() {
	in_background node "$SRC/t/oidc/fake.mjs" "$fake" "$tmp/fake.ready"
	if [ -n "${real-}" ]; then
		sh "$SRC/t/oidc/install" "$BUILD/oidc" ||
		    bail_out 'npm cannot install the provider'
		in_background node "$BUILD/oidc/provider.mjs" "$real_port" \
		    "${1:-https://localhost}$callback" "$tmp/real.ready"
	fi
	tries=0
	until [ -s "$tmp/fake.ready" ] &&
	    [ -z "${real-}" -o -s "$tmp/real.ready" ]; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || {
			cat "$tmp/oidc.log" >>"$tmp/log"
			bail_out 'the providers do not run'
		}
		sleep 0.1
	done
}

led() { sed -n 's/^[Ll]ocation: //p' "$tmp/head"; }
param() { printf '%s\n' "$2" | sed -n "s/.*[?&]$1=\([^&#]*\).*/\1/p"; }

there() {
	token= header=
	req GET "$1"
	there=$(led)
	state=$(param state "$there") nonce=$(param nonce "$there")
	cookie=$(sed -n 's/^[Ss]et-[Cc]ookie: \([^;]*\).*/\1/p' "$tmp/head")
}

code() {
	printf %s "$nonce.$(printf %s "$1" | base64 -w 0 | tr '+/' '-_' | tr -d =)"
}

back() {
	token= header="Cookie: $cookie"
	req GET "$callback?state=$state&code=$1${2-}"
	header=
}

answer() {
	token= header="Cookie: $cookie" kept_type=$type
	type=application/x-www-form-urlencoded
	req POST "$callback?state=$state&code=x" "$1"
	header= type=$kept_type
}

enter() {
	there "/_matrix/client/v3/login/sso/redirect/$1?redirectUrl=$(enc "${3-https://app.example/}")"
	back "$(code "$2")"
}

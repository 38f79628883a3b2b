#!/bin/sh
# What other servers ask: keys, whose an OpenID token is (requestOpenIdToken, ...),
# the version.
. "$(dirname "$0")/lib.sh"
conf uia deactivate dummy
start
v3=/_matrix/client/v3
info=/_matrix/federation/v1/openid/userinfo
key=/_matrix/key/v2/server

user bob
user alice
ask() { req POST "$v3/user/$(enc "$1")/openid/request_token" "${2-{\}}"; }
ask "$user"
is_status 200 'an OpenID token'
is_json 'del(.access_token)' '{"expires_in":3600,"matrix_server_name":"localhost","token_type":"Bearer"}' \
    'for an hour'
is_json '.access_token | length >= 43' true 'of 256 bits (security 14)'
openid=$(get_json .access_token)
! grep -qra -- "$openid" "$tmp/data" "$tmp/run"
ok $? 'only its hash is kept (security 14)'
ask "$user_bob";			is_err 403 M_FORBIDDEN 'not for somebody else'
req POST "/_matrix/client/r0/user/$(enc "$user")/openid/request_token"
is_status 200 'without a body'

token=
req GET "$info?access_token=$openid"
is_json . '{"sub":"@alice:localhost"}' 'whose it is'
req GET "$info?access_token=$openid"
is_status 200 'it may be asked again'
req GET $info;				is_err 401 M_MISSING_TOKEN 'no token'
req GET "$info?access_token=nonsense";	is_err 401 M_UNKNOWN_TOKEN 'an unknown one'
req GET "$info?access_token=$token_alice"
is_err 401 M_UNKNOWN_TOKEN 'an access token is none'
token=$openid
req GET $v3/account/whoami
is_err 401 M_UNKNOWN_TOKEN 'nor is it an access token'
as alice
req POST $v3/account/deactivate '{"auth":{"type":"m.login.dummy"}}'
is_status 200 'the account ends'
token=
req GET "$info?access_token=$openid"
is_err 401 M_UNKNOWN_TOKEN 'and nobody vouches for it'

req GET /_matrix/federation/v1/version
is_json '.server | [.name, (.version | type)]' '["mxcgi","string"]' 'version'

req GET $key
is_status 200 'keys'
is_json 'keys' '["old_verify_keys","server_name","signatures","tls_fingerprints","valid_until_ts","verify_keys"]' \
    'all that 19.2 wants'
is_json '[.server_name, .old_verify_keys, .tls_fingerprints]' '["localhost",{},[]]' 'of this server'
is_json '.valid_until_ts / 1000 > now + 3600' true 'good for more than an hour'
is_json '[.verify_keys | to_entries[] | (.key | startswith("ed25519:")), (.value.key | length)]' \
    '[true,43]' 'one key'
is_json '(.signatures.localhost | keys) == (.verify_keys | keys)' true 'by which it is signed'
id=$(get_json '.verify_keys | keys[0]')
# OpenSSL judges: a public key is twelve bytes of DER and the key.
base64_of() { printf '%s' "$(get_json "$1")===" | cut -c 1-"$2" | base64 -d; }
{ printf '\060\052\060\005\006\003\053\145\160\003\041\000'
  base64_of '.verify_keys[].key' 44; } >"$tmp/key.der"
base64_of '.signatures.localhost[]' 88 >"$tmp/signature"
jq -cjS 'del(.signatures)' "$tmp/body" >"$tmp/signed"
openssl pkeyutl -verify -pubin -keyform DER -inkey "$tmp/key.der" -rawin \
    -in "$tmp/signed" -sigfile "$tmp/signature" >/dev/null 2>&1
ok $? 'SG-1: the signature is good'
for path in "$key/" "$key/$(enc "$id")" "$key/$id" "$key/ed25519:other"; do
	req GET "$path"
	is_json '.verify_keys | keys[0]' "\"$id\"" "the same by $path"
done

done_testing

#!/bin/sh
# What anybody may ask: GET /_matrix/client/versions.
. "$(dirname "$0")/lib.sh"
start

u=/_matrix/client/versions
req GET $u
is_status 200 'versions'
is_json .versions '["r0.0.1"]' 'what is complete here'
is_json '[.unstable_features["org.matrix.msc2285.stable",
    "org.matrix.msc3440.stable", "org.matrix.msc3856.stable",
    "org.matrix.simplified_msc3575"]]' '[true,true,true,true]' \
    'private receipts, threads and their list, and sliding sync besides'
is_head '^access-control-allow-origin: \*$' 'for pages of any origin'
is_head '^content-type: application/json' 'as JSON'

token=nonsense
req GET $u
is_status 200 'a token that is not known does not matter'
token=

req POST $u '{}'
is_err 405 M_UNRECOGNIZED 'only GET'

done_testing

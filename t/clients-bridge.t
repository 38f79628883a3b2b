#!/bin/sh
# A bridge, as matrix-appservice-bridge makes them, over restarts of both.
# BRIDGE_MESSAGES: each way; 200, unless said otherwise.
T=fcgi
. "$(dirname "$0")/lib.sh"
. "$SRC/t/tools/service.sh"
. "$SRC/t/clients/client.sh"

expect_log 'upstream prematurely closed|Connection refused|recv\(\) failed|Connection reset|Broken pipe|no live upstreams|ended by signal|killed'
service_port=$(free_port)
service_url=http://127.0.0.1:$service_port
service br '@_br_.*' '#_br_.*' >"$tmp/br.yaml"
conf appservices registration "$tmp/br.yaml"
start tcp
sh "$SRC/t/clients/bridge/install" "$BUILD/bridge" ||
    bail_out 'npm cannot install the library of bridges'
asked="node talk.mjs $url"
timeout 600 node "$BUILD/bridge/talk.mjs" "$url" "$tmp/br.yaml" "$service_port" \
    "$SRC/t/clients/restart.sh" "$(cat "$tmp/run/mxcgi.pid")" \
    >"$tmp/said" 2>"$tmp/body"
verdicts $? 'the bridge came to its end'
